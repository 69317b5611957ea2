"""People with passwords, and browsers of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from audiovisual.kernel.model import db
from audiovisual.kernel.outbox import OutboxRow, work_off
from audiovisual.people import links, mail, passwords
from audiovisual.people.models import User
from tests import factories
from tests.lint import LintingClient

PASSWORD = "tide-lamp-39-river"


@pytest.fixture
def browser(app: Flask) -> Callable[[], Any]:
    """`browser()` gives a new browser without cookies."""
    app.test_client_class = LintingClient
    return app.test_client


@pytest.fixture
def person(app: Flask) -> Callable[..., User]:
    """`person("officer", …)` makes someone who can log in with PASSWORD."""

    def make(*roles: str, **given: Any) -> User:
        return factories.user(*roles, password_hash=passwords.hashed(PASSWORD), **given)

    return make


@pytest.fixture
def enter(browser: Callable[[], Any]) -> Callable[..., Any]:
    """`enter(user)` logs that person in through the page, in a browser of his own."""

    def log_in(user: User, password: str = PASSWORD) -> Any:
        client = browser()
        answer = client.post("/login", data={"login": user.login, "password": password})
        assert answer.status_code == 303, answer.text
        return client

    return log_in


@pytest.fixture
def post_box(app: Flask) -> Callable[[], list[Any]]:
    """`post_box()` works off what waits and gives the mails that were sent since, composed."""
    seen: set[int] = set()

    def empty() -> list[Any]:
        db.session.rollback()
        with app.app_context():  # the worker's own session: it forgets what it knew after each row
            work_off(but=("mail",))
            rows = db.session.scalars(select(OutboxRow).where(OutboxRow.kind == "mail").order_by(OutboxRow.id)).all()
            fresh = [row for row in rows if row.id not in seen]
            seen.update(row.id for row in fresh)
            letters = [mail.compose(row.payload) for row in fresh]  # once gone, its link is forgotten
            work_off()
            waiting = db.session.scalars(select(OutboxRow.error).where(OutboxRow.done_at.is_(None))).all()
            assert [error for error in waiting if not (error or "").endswith("NoServer: SEEDBANK_MAIL_SERVER\n")] == []
            return letters

    return empty


def link_in(message: Any, before: str) -> str:
    """The path of the first link of a mail that starts with `before`."""
    text = message.get_content()
    start = text.index(before)
    return text[start:].split()[0]


ADDRESS = "lu@pingjiang.example"


def registration(email: str = ADDRESS) -> str:
    """The path that the mailed link for registering from that address leads to."""
    return f"/houses/register/{links.registration_token(email)}"
