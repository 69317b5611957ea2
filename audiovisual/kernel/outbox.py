"""What has to happen after the commit: rows written with the change, worked off by one worker or several.

A crash between the commit and the work loses nothing, because the row is read again; handlers therefore must bear being
run twice. A handler that fails is tried again later, each time later still, and stays visible with its error.
Whoever takes a row writes their name on it and renews the claim while they work (`claims`).
"""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Index,
    Text,
    cast,
    exists,
    insert,
    literal,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from . import claims
from .database import unit_of_work
from .model import Base, db, utcnow

Handler = Callable[[dict[str, Any]], None]
HANDLERS: dict[str, Handler] = {}
ATTEMPTS = 8
A_DAY = 60
"""Attempts of what waits for others, such as a mail server: the last is a good day after the first."""
LONGEST_PAUSE = 30 * 60  # seconds
log = structlog.get_logger()


class OutboxRow(Base):
    """One thing to do after the commit. Claimed by a worker for a minute at a time, done once, or failed after its
    kind's attempts."""

    __tablename__ = "outbox_row"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    payload: Mapped[dict[str, Any]]
    event_id: Mapped[int | None] = mapped_column(index=True)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    due_at: Mapped[datetime] = mapped_column(default=utcnow)
    claimed_until: Mapped[datetime | None]
    claimed_by: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    error: Mapped[str | None]

    __table_args__ = (
        Index("ix_outbox_open", "due_at", sqlite_where=text("done_at IS NULL"), postgresql_where=text("done_at IS NULL")),
        CheckConstraint("done_at IS NULL OR failed_at IS NULL", name="done_or_failed"),
    )  # fmt: skip


def handles(kind: str) -> Callable[[Handler], Handler]:
    """Register the handler of a kind: a function of the payload, run in a unit of work of its own, safe to repeat.

    A handler that must work outside the write lock (rendering, media) is registered with `handles_slowly`.
    """

    def register(handler: Handler) -> Handler:
        HANDLERS[kind] = handler
        return handler

    return register


def handles_slowly(
    kind: str,
    attempts: int = ATTEMPTS,
    kept: Callable[[dict[str, Any]], dict[str, Any]] | None = None,
    long: bool = False,
) -> Callable[[Handler], Handler]:
    """Register a handler that opens its own units of work, so that long work never holds the write lock.

    More `attempts` for what waits for others (`A_DAY`). `kept` gives what may stay of a payload with a secret in it once
    it is done. What takes many seconds of the processor (letters, films, verifying) is `long`: the worker does it beside
    the rest, so that no mail waits for it.
    """

    def register(handler: Handler) -> Handler:
        handler.slow, handler.attempts, handler.kept, handler.long = True, attempts, kept, long  # type: ignore[attr-defined]
        HANDLERS[kind] = handler
        return handler

    return register


def long_kinds() -> set[str]:
    """The kinds whose handlers take many seconds of the processor."""
    return {kind for kind, handler in HANDLERS.items() if getattr(handler, "long", False)}


def enqueue(kind: str, *, event_id: int | None = None, due_at: datetime | None = None, **payload: Any) -> None:
    """Write one row, in the caller's transaction."""
    db.session.add(OutboxRow(kind=kind, payload=payload, event_id=event_id, due_at=due_at or utcnow()))


def enqueue_once(kind: str, wait: timedelta, /, **payload: Any) -> None:
    """Write a row that is due after a while, unless the same one waits already and nobody took it."""
    now = utcnow()
    waits = exists().where(
        OutboxRow.kind == kind, OutboxRow.done_at.is_(None), OutboxRow.failed_at.is_(None),
        OutboxRow.claimed_until.is_(None), cast(OutboxRow.payload, Text) == json.dumps(payload),
    )  # fmt: skip
    values = {
        OutboxRow.kind: kind, OutboxRow.payload: payload, OutboxRow.created_at: now, OutboxRow.due_at: now + wait,
        OutboxRow.attempts: 0,
    }  # fmt: skip
    row = select(*(literal(value, column.type) for column, value in values.items())).where(~waits)
    db.session.execute(insert(OutboxRow).from_select(list(values), row))


def claim(but: Collection[str] = (), only: Collection[str] | None = None) -> OutboxRow | None:
    """Take the oldest row that is due and in no living worker's hands, in a short transaction of its own."""
    with unit_of_work() as session:
        due = select(OutboxRow).where(*_due(but, only)).order_by(OutboxRow.due_at, OutboxRow.id)
        row = session.scalars(due.limit(1).with_for_update(skip_locked=True)).first()
        if row is None:
            return None
        row.claimed_until, row.claimed_by, row.attempts = utcnow() + claims.LEASE, claims.name(), row.attempts + 1
        session.flush()
        session.expunge(row)
    return row


def waiting(but: Collection[str] = (), only: Collection[str] | None = None) -> bool:
    """Whether any row is due, read without the write lock."""
    found = db.session.scalar(select(OutboxRow.id).where(*_due(but, only)).limit(1))
    db.session.rollback()
    return found is not None


def _due(but: Collection[str], only: Collection[str] | None) -> tuple[ColumnElement[bool], ...]:
    """What a worker may take now: of all kinds `but` those, or `only` those."""
    now = utcnow()
    return (
        OutboxRow.done_at.is_(None),
        OutboxRow.failed_at.is_(None),
        OutboxRow.due_at <= now,
        or_(OutboxRow.claimed_until.is_(None), OutboxRow.claimed_until < now),
        OutboxRow.kind.not_in(but) if only is None else OutboxRow.kind.in_(only),
    )


def renew() -> None:
    """Keep what this worker is doing in its hands for another while; called every few seconds."""
    held = claims.held()
    if not held:
        return
    with unit_of_work() as session:
        mine = update(OutboxRow).where(OutboxRow.id.in_(held), OutboxRow.claimed_by == claims.name())
        session.execute(mine.values(claimed_until=utcnow() + claims.LEASE))


def take_over() -> int:
    """Free what workers of this machine held that are no more, at once; gives how many rows.

    What ended its worker once is tried at once, what did so again later each time, and is given up like any failure.
    """
    taken = select(OutboxRow).where(
        OutboxRow.done_at.is_(None), OutboxRow.failed_at.is_(None), OutboxRow.claimed_until > utcnow()
    )
    if not any(claims.ended(row.claimed_by) for row in db.session.scalars(taken)):
        db.session.rollback()
        return 0
    with unit_of_work() as session:
        left = [row for row in session.scalars(taken.with_for_update(skip_locked=True)) if claims.ended(row.claimed_by)]
        for row in left:
            _fail(row, f"the worker ended while it was at this: {row.claimed_by}", at_once=row.attempts <= 1)
    return len(left)


def work_once(but: Collection[str] = (), only: Collection[str] | None = None) -> bool:
    """Do one row; False when there was none. Errors of the handler stay with the row, they do not end the worker."""
    row = claim(but, only) if waiting(but, only) else None
    if row is None:
        return False
    with claims.holding(row.id):
        _work(row)
    return True


def _work(row: OutboxRow) -> None:
    try:
        handler = HANDLERS[row.kind]
        if getattr(handler, "slow", False):
            handler(row.payload)
            with unit_of_work():
                _finish(row)
        else:
            with unit_of_work():
                handler(row.payload)
                _finish(row)
    except Exception:
        db.session.rollback()
        with unit_of_work():
            _fail(row, traceback.format_exc(limit=8))
    finally:
        db.session.remove()


def work_off(limit: int = 10_000, but: Collection[str] = ()) -> int:
    """Do rows until none is due; gives how many were done. For tests, the demonstration bank and `flask work --once`."""
    done = 0
    while done < limit and work_once(but):
        done += 1
    return done


def retry() -> int:
    """Put what failed for good back among what is due, with all its attempts; gives how many."""
    failed = update(OutboxRow).where(OutboxRow.failed_at.is_not(None)).returning(OutboxRow.id)
    return len(db.session.execute(failed.values(failed_at=None, attempts=0, due_at=utcnow())).all())


def retry_soon(row: OutboxRow) -> None:
    """Put one row back among what is due, with all its attempts, before its pause is over."""
    row.failed_at, row.error, row.attempts, row.due_at = None, None, 0, utcnow()


def _finish(row: OutboxRow) -> None:
    values: dict[str, Any] = {"done_at": utcnow(), "error": None}
    if kept := getattr(HANDLERS[row.kind], "kept", None):
        values["payload"] = kept(row.payload)
    db.session.execute(update(OutboxRow).where(OutboxRow.id == row.id).values(**values))


def _fail(row: OutboxRow, error: str, at_once: bool = False) -> None:
    values: dict[str, Any] = {"error": error, "claimed_until": None, "claimed_by": None}
    given_up = row.attempts >= getattr(HANDLERS.get(row.kind), "attempts", ATTEMPTS)
    log.warning("outbox", row=row.id, kind=row.kind, attempt=row.attempts, given_up=given_up, error=_last_line(error))
    if given_up:
        values["failed_at"] = utcnow()
    elif not at_once:
        values["due_at"] = utcnow() + timedelta(seconds=min(2**row.attempts, LONGEST_PAUSE))
    db.session.execute(update(OutboxRow).where(OutboxRow.id == row.id).values(**values))


def _last_line(error: str) -> str:
    return error.strip().rpartition("\n")[2]
