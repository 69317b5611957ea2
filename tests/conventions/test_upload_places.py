"""Every form that takes files lists what its person sent for it before, whole or in part, with and without script."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .matrix import LINES

FIELD = re.compile(r'data-name="([^"]+)" data-place="([^"]*)"')
AT_LEAST = {"airing", "co_review", "completion", "cut", "evidence", "paper", "permit", "urgent"}
"""Forms that take files, by the beginning of their place. A new one: give its `upload(…)` a place, and name it here."""


def _fields(stage) -> Iterator[tuple[str, str, str, str]]:
    """Each field for files: whose, on which page, its name and its place."""
    for line in LINES:
        if line.method != "GET" or not line.opens:
            continue
        role, path = line.opens[0], stage.path(line.path)
        answer = stage.client(role).get(path)
        if answer.mimetype == "text/html" and answer.status_code == 200:
            for name, place in FIELD.findall(answer.get_data(as_text=True)):
                yield role, path, name, place


def _announced(stage, role: str, place: str) -> str:
    """Part of a file sent to that place: its number."""
    sent = {"name": "材料.pdf", "size": 9, "place": place}
    return stage.client(role).post("/files/uploads", json=sent, headers={"X-Requested-With": "fetch"}).json["id"]


def test_a_form_lists_what_was_sent_for_it(stage):
    found = list(_fields(stage))
    missed = []
    for role, path, name, place in found:
        token = _announced(stage, role, place)
        page = stage.client(role).get(path).get_data(as_text=True)
        if page.count(f'data-token="{token}"') != 1:
            missed.append(f"{path}（{role}）的 {name}：{place or '没有 place'}")
    stage.restore()
    assert not missed, "没有列出传到一半的文件：\n" + "\n".join(missed)
    assert {place.partition(":")[0] for *_, place in found} >= AT_LEAST
