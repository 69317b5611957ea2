"""The one door for a change of state: check, set, event, audit, outbox, in that order, in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from workflows import engine
from workflows.access import Actor

from .database import operation
from .events import Event, note, officer_of
from .model import db

Listener = Callable[[Any, engine.Fired, Actor, dict[str, Any]], None]
_AFTER: dict[str, list[Listener]] = {}


def after(machine: str) -> Callable[[Listener], Listener]:
    """Register what always accompanies a change of state of that machine (clocks, holders), in the same transaction."""

    def register(listener: Listener) -> Listener:
        _AFTER.setdefault(machine, []).append(listener)
        return listener

    return register


def choices(subject: Any, actor: Actor) -> list[engine.Choice]:
    """The steps the actor sees on the subject now: the same check as `apply`, so a button is never a lie."""
    return engine.available(subject.machine, subject, actor)


@operation
def apply(
    subject: Any, trigger: str, actor: Actor, reason: str | None = None, *, kept: dict[str, Any] | None = None,
    stamps: dict[str, Any] | None = None, quietly: bool = False, **data: Any,
) -> Event:  # fmt: skip
    """Take `trigger` on `subject`, or raise the refusal that says why not.

    `data` is handed to the rules only; `kept` is written to the event and the audit row (plain values); `stamps` are
    fields of the subject set together with the state, because the database ties a state to its evidence; `quietly`: nobody
    is told, because there is nothing they can do about it yet. The row is locked first, so that of two people at once the second meets the state the first left behind.
    """
    _lock(subject)
    fired = engine.fire(subject.machine, subject, trigger, actor, {**data, "reason": reason})
    if fired.target != fired.source and fired.target in ("suspended", "dormant"):
        subject.resume_state = fired.source
    elif getattr(subject, "resume_state", None) is not None:
        subject.resume_state = None
    with db.session.no_autoflush:
        for name, value in (stamps or {}).items():
            setattr(subject, name, value)
        subject.state = fired.target
    for listener in _AFTER.get(subject.machine.name, ()):
        listener(subject, fired, actor, data)
    role = actor.stands_in_as(fired.step.roles, officer_of(subject)) or ""
    return note(
        subject, trigger, actor, fired.step.done, public_text=fired.step.done_public, reason=reason,
        tells=() if quietly else fired.step.tells, role=role, source=fired.source, target=fired.target, **(kept or {}),
    )  # fmt: skip


def _lock(subject: Any) -> None:
    """Read the row's state under the lock: PostgreSQL locks the row, SQLite already holds the database."""
    session = db.session()
    if subject.id is None or session.get_bind().dialect.name != "postgresql":
        return
    model = type(subject)
    session.flush()
    session.execute(select(model.id).where(model.id == subject.id).with_for_update())
    session.refresh(subject, attribute_names=["state"])
