"""Every page asks the database a fixed, small number of questions, however much it shows."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from audiovisual.kernel.model import db
from audiovisual.projects.models import Project
from tests.asked import statements
from tests.projects.test_filing_page import page_of

from .matrix import LINES, Line

FULL = bool(os.environ.get("SEEDBANK_FULL"))
MOST = 12
"""Statements a page may take, the person's session among them."""


def _asked(stage, act: Callable[[], object]) -> list[str]:
    """The statements of one request, without the beginnings of transactions."""
    with stage.app.app_context():
        engine = db.engine
    with statements(engine) as told:
        act()
    return told


def _roles(line: Line) -> tuple[str, ...]:
    """Whom the page is opened as: in the normal run its main role and one of the others in turn."""
    if line.method != "GET":
        return ()
    others = line.opens[1:]
    return line.opens if FULL else (*line.opens[:1], *others[LINES.index(line) % max(1, len(others)) :][:1])


def test_no_page_takes_more_statements_than_it_may(stage):
    """Load with joins or one statement for all rows (`joinedload`, `selectinload`), not row by row."""
    found = []
    for line in LINES:
        for role in _roles(line):
            client, path = stage.client(role), stage.path(line.path)
            client.get(path)  # what a process learns once is known
            ask = lambda client=client, path=path: client.get(path)  # noqa: E731
            asked = _asked(stage, ask)
            # once a minute a session is told it was seen
            if len(asked) > MOST and len(asked := _asked(stage, ask)) > MOST:
                found.append("\n    ".join([f"{line.path}（{role}）：{len(asked)}", *asked]))
    assert not found, f"超过 {MOST} 条 SQL 的页面：\n" + "\n".join(found)


@pytest.mark.parametrize(
    "typed",
    [{"synopsis": "渔火。"}, {"title": "渔火旧灯塔"}, {"credits-0-name": "贺兰舟"}],
    ids=["text", "title", "person"],
)
def test_a_draft_saves_itself_with_few_statements(restored, typed):
    """The index follows by the worker; nothing is read twice."""
    with restored.app.app_context(), restored.app.test_request_context():
        page = page_of(db.session.get(Project, restored.bank.titles["draft"]))
    client, path, told = restored.client("house"), restored.path("/projects/{draft}/draft"), []
    client.get(restored.path("/projects/{draft}/edit"))  # once a minute a session is told that it was seen
    asked = _asked(restored, lambda: told.append(client.post(path, data=page | typed)))
    assert told[0].status_code == 200
    assert len(asked) <= MOST, "\n".join(asked)
