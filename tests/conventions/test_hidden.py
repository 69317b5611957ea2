"""What a person may not see, no path shows: secret texts carry marks, and everybody's every page is searched for them."""

from __future__ import annotations

import os
import re
from html import unescape
from urllib.parse import urlsplit

import pytest

from .bank import MARKS, ROLES
from .matrix import LINES

FULL = bool(os.environ.get("SEEDBANK_FULL"))
BUREAU = frozenset({"officer", "other", "recused", "head", "leader", "sealer"})
UNBIASED = BUREAU - {"recused"}
MAY_SEE = {
    "draft": {"house"}, "strange_draft": {"stranger"}, "strange_title": {"stranger", *BUREAU},
    "synopsis": {"stranger", *BUREAU}, "opinion": {"panel"}, "signed_opinion": {"panel", *UNBIASED},
    "screening": UNBIASED, "remark": UNBIASED, "recusal": BUREAU, "sent_back": UNBIASED, "grounds": UNBIASED,
    "expert_name": {"panel", "admin", *BUREAU}, "decline": UNBIASED, "message": {"house"}, "invitation": {"admin"},
    "settled": UNBIASED, "key_reason": BUREAU, "taking": {"house", *BUREAU},
}  # fmt: skip
"""Who may read each marked text; everybody else meets it nowhere. One's own reason for a recusal stays one's own."""

SEARCHES = ("/search?q={}", "/projects?q={}", "/experts?q={}", "/houses?q={}", "/people?q={}", "/documents?q={}")
MOST_PAGES = 400


def test_every_marked_text_has_its_readers():
    assert set(MAY_SEE) == set(MARKS)


@pytest.mark.parametrize("role", ROLES)
def test_no_page_of_the_matrix_shows_what_is_hidden_from(stage, role):
    client, found = stage.client(role), []
    for line in LINES:
        if line.method != "GET":
            continue
        path = stage.path(line.path)
        for headers in ({}, {"X-Requested-With": "fetch"}) if FULL else ({},):
            found += _seen(client.get(path, headers=headers), role, path)
    stage.restore()
    assert not found, "\n".join(sorted(set(found)))


@pytest.mark.parametrize("role", ROLES)
def test_no_search_betrays_what_is_hidden_from(stage, role):
    """Asked for in small letters, an answer that holds the mark in capitals holds the text itself."""
    client, found = stage.client(role), []
    for code, mark in MARKS.items():
        for search in SEARCHES if FULL else SEARCHES[:2]:
            path = search.format(mark.lower() if mark.isupper() or mark.isalnum() else mark.upper())
            found += _seen(client.get(path), role, path, {code})
    assert not found, "\n".join(sorted(set(found)))


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
def test_no_link_leads_to_what_is_hidden_from(stage, role):
    """From the front page along every link there is."""
    client, found, seen = stage.client(role), [], {"/"}
    todo = ["/", "/login", "/inbox", "/search?q=春水", "/projects"]
    while todo and len(seen) < MOST_PAGES:
        path = todo.pop(0)
        response = client.get(path)
        found += _seen(response, role, path)
        if response.status_code >= 500:
            found.append(f"{path}：{response.status_code}")
        for link in _links(response):
            if link not in seen:
                seen.add(link)
                todo.append(link)
    stage.restore()
    assert not found, "\n".join(sorted(set(found)))


def _seen(response, role: str, path: str, codes: set[str] | None = None) -> list[str]:
    if response.mimetype not in ("text/html", "application/json", "text/plain"):
        return []
    text = response.get_data(as_text=True)
    return [
        f"{role} 在 {path} 看到了“{code}”" for code in sorted(codes or MARKS)
        if MARKS[code] in text and role not in MAY_SEE[code]
    ]  # fmt: skip


def _links(response) -> list[str]:
    if response.mimetype != "text/html":
        target = response.headers.get("Location")
        return [_local(target)] if target else []
    hrefs = re.findall(r'href="([^"]+)"', response.get_data(as_text=True))
    return [link for href in hrefs if (link := _local(unescape(href)))]


def _local(href: str) -> str:
    parts = urlsplit(href)
    if parts.netloc or not parts.path.startswith("/") or parts.path.startswith(("/static", "/bootstrap")):
        return ""
    return parts.path + (f"?{parts.query}" if parts.query else "")
