"""Looking changes nothing: what a person opens, a browser fetches ahead or a scanner of mails follows has no effect.

A receipt, an acceptance, a decision is given by a press. What a page may note for itself is listed with its reason.
"""

from __future__ import annotations

from typing import Any

import pytest

from audiovisual.kernel.model import db

from .bank import ROLES
from .matrix import LINES

NOTED = {
    "login_session": "when the session was used last, so that it ends when nobody works",
    "message": "that its reader has read it; no bearing on anybody else",
    "opinion_reading": "who read what experts wrote, for the record",
    "viewing": "who watched a cut, for the record",
    "security_event": "that somebody asked for what they may not",
    "audit_row": "the two lines above",
    "audit_end": "its last row",
}
"""Tables that a page which was looked at may write, and why."""


def _rows(stage: Any) -> dict[str, set[tuple[Any, ...]]]:
    """All rows of all tables."""
    with stage.app.app_context(), db.engine.connect() as connection:
        names = sorted(table.name for table in db.metadata.sorted_tables)
        return {
            name: {tuple(map(str, row)) for row in connection.execute(db.text(f'SELECT * FROM "{name}"'))}
            for name in names
        }


@pytest.mark.parametrize(
    ("asked", "noted"),
    [({"method": "HEAD"}, {"login_session"}), ({"method": "GET"}, set(NOTED))],
    ids=["by its headers", "by its page"],
)
def test_whatever_is_looked_at_stays_as_it_was(restored: Any, asked: dict[str, str], noted: set[str]) -> None:
    before = _rows(restored)
    for line in LINES:
        if line.method != "GET":
            continue
        for role in [role for role, sign in zip(ROLES, line.expected, strict=True) if sign == "o"]:
            restored.client(role).open(restored.path(line.path), **asked)
    after = _rows(restored)
    changed = {table for table in after if before[table] != after[table]}
    assert changed <= noted


def test_a_page_fetched_ahead_is_not_read(restored: Any) -> None:
    restored.restore()  # other tests may have read it
    path = restored.path("/inbox/{message}")
    whose = next(line for line in LINES if line.path == "/inbox/{message}").expected
    client = restored.client(ROLES[whose.index("o")])
    before = _rows(restored)["message"]
    assert client.get(path, headers={"Sec-Purpose": "prefetch;prerender"}).status_code < 400
    assert _rows(restored)["message"] == before
    assert client.get(path).status_code < 400 and _rows(restored)["message"] != before
