"""Stages of a review for the tests of its pages: gathered, proposed, agreed; and how many statements a page costs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db
from audiovisual.people.models import User
from audiovisual.reviews.operations import opinions, settling
from audiovisual.reviews.queries import opinions_of
from tests import factories as make
from tests.scenes import scene


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SELECTs and writes sent to the database inside the block."""
    told: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE", "SELECT pg_advisory")):
            told.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield told
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


@scene
def gathered(**given: Any) -> tuple[Any, dict[str, Any]]:
    """A round whose three experts signed one row each; gives it, and its people (experts as a list)."""
    people: dict[str, Any] = {role: make.user(role) for role in ("officer", "head", "leader", "sealer")}
    people["producer"] = make.producer()
    round_, people["experts"] = make.reading(people["officer"], people["producer"], **given)
    for assignment in list(round_.assignments):
        make.written(assignment)
        with unit_of_work():
            opinions.sign(assignment, make.actor_of(assignment.expert))
    return round_, people


@scene
def proposed(outcome: str = "pass_after_changes", **given: Any) -> tuple[Any, dict[str, Any]]:
    """The same, its rows merged and the outcome laid before the head."""
    round_, people = gathered(**given)
    officer = make.actor_of(people["officer"])
    with unit_of_work():
        settling.adopt(round_, officer, [row for opinion in opinions_of(round_) for row in opinion.rows])
        settling.propose(round_, officer, outcome, "主题积极，制作精良。", "违反规定。" if outcome == "refused" else "")
    return round_, people


@scene
def agreed(**given: Any) -> tuple[Any, dict[str, Any]]:
    """The same, agreed by the head."""
    round_, people = proposed(**given)
    with unit_of_work():
        settling.agree(round_, make.actor_of(people["head"]))
    return round_, people


def again(row: Any) -> Any:
    """The row read anew after a request."""
    db.session.rollback()
    db.session.expire_all()
    return db.session.get(type(row), row.id)


def fresh(user: User) -> User:
    """The person read anew, for a session that was left."""
    return db.session.merge(user)
