"""Every form that takes files lists what its person sent for it before, whole or in part, with and without script."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .matrix import LINES

FIELD = re.compile(r'data-name="([^"]+)" data-place="([^"]*)"')
AT_LEAST = {"airing", "co_review", "completion", "cut", "evidence", "paper", "permit", "urgent"}
"""Forms that take files, by the beginning of their place. A new one: give its `upload(…)` a place, and name it here."""


def _pages(stage) -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    """Each page with fields for files: whose, which, and the names and places of its fields."""
    for line in LINES:
        if line.method != "GET" or not line.opens:
            continue
        role, path = line.opens[0], stage.path(line.path)
        answer = stage.client(role).get(path)
        is_page = answer.mimetype == "text/html" and answer.status_code == 200
        if is_page and (found := FIELD.findall(answer.get_data(as_text=True))):
            yield role, path, found


def _announced(stage, role: str, place: str) -> str:
    """Part of a file sent to that place: its number."""
    sent = {"name": "材料.pdf", "size": 9, "place": place}
    return stage.client(role).post("/files/uploads", json=sent, headers={"X-Requested-With": "fetch"}).json["id"]


def test_a_form_lists_what_was_sent_for_it(stage):
    missed, known = [], set()
    for role, path, fields in list(_pages(stage)):
        tokens = {_announced(stage, role, place): (name, place) for name, place in fields}
        page = stage.client(role).get(path).get_data(as_text=True)
        missed += [
            f"{path}（{role}）：{of}" for token, of in tokens.items() if page.count(f'data-token="{token}"') != 1
        ]
        known |= {place.partition(":")[0] for _, place in fields}
    stage.restore()
    assert not missed, "没有列出传到一半的文件：\n" + "\n".join(missed)
    assert known >= AT_LEAST
