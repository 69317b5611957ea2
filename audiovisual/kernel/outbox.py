"""What has to happen after the commit: rows written with the change, worked off by one worker.

A crash between the commit and the work loses nothing, because the row is read again; handlers therefore must bear being
run twice. A handler that fails is tried again later, each time later still, and stays visible with its error.
"""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import CheckConstraint, Index, Text, cast, exists, insert, literal, or_, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from .database import unit_of_work
from .model import Base, db, utcnow

Handler = Callable[[dict[str, Any]], None]
HANDLERS: dict[str, Handler] = {}
ATTEMPTS = 8
LONGEST_PAUSE = 30 * 60  # seconds
CLAIM = timedelta(minutes=5)
log = structlog.get_logger()


class OutboxRow(Base):
    """One thing to do after the commit. Claimed for some minutes, done once, or failed after its kind's attempts."""

    __tablename__ = "outbox_row"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    payload: Mapped[dict[str, Any]]
    event_id: Mapped[int | None] = mapped_column(index=True)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    due_at: Mapped[datetime] = mapped_column(default=utcnow)
    claimed_until: Mapped[datetime | None]
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
    kind: str, attempts: int = ATTEMPTS, kept: Callable[[dict[str, Any]], dict[str, Any]] | None = None
) -> Callable[[Handler], Handler]:
    """Register a handler that opens its own units of work, so that long work never holds the write lock.

    More `attempts` for what waits for others: with 60 the last is a good day after the first. `kept` gives what may
    stay of a payload with a secret in it once it is done.
    """

    def register(handler: Handler) -> Handler:
        handler.slow, handler.attempts, handler.kept = True, attempts, kept  # type: ignore[attr-defined]
        HANDLERS[kind] = handler
        return handler

    return register


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


def claim(but: Collection[str] = ()) -> OutboxRow | None:
    """Take the oldest row that is due and not in anyone's hands, in a short transaction of its own; `but` those kinds."""
    with unit_of_work() as session:
        now = utcnow()
        row = session.scalars(
            select(OutboxRow)
            .where(
                OutboxRow.done_at.is_(None), OutboxRow.failed_at.is_(None), OutboxRow.due_at <= now,
                or_(OutboxRow.claimed_until.is_(None), OutboxRow.claimed_until < now), OutboxRow.kind.not_in(but),
            )
            .order_by(OutboxRow.due_at, OutboxRow.id).limit(1).with_for_update(skip_locked=True)
        ).first()  # fmt: skip
        if row is None:
            return None
        row.claimed_until, row.attempts = now + CLAIM, row.attempts + 1
        session.flush()
        session.expunge(row)
    return row


def waiting(but: Collection[str] = ()) -> bool:
    """Whether any row is due, read without the write lock."""
    now = utcnow()
    due = select(OutboxRow.id).where(
        OutboxRow.done_at.is_(None), OutboxRow.failed_at.is_(None), OutboxRow.due_at <= now, OutboxRow.kind.not_in(but)
    )
    found = db.session.scalar(due.limit(1))
    db.session.rollback()
    return found is not None


def work_once(but: Collection[str] = ()) -> bool:
    """Do one row; False when there was none. Errors of the handler stay with the row, they do not end the worker."""
    row = claim(but) if waiting(but) else None
    if row is None:
        return False
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
    return True


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


def _fail(row: OutboxRow, error: str) -> None:
    values: dict[str, Any] = {"error": error, "claimed_until": None}
    given_up = row.attempts >= getattr(HANDLERS.get(row.kind), "attempts", ATTEMPTS)
    log.warning("outbox", row=row.id, kind=row.kind, attempt=row.attempts, given_up=given_up, error=_last_line(error))
    if given_up:
        values["failed_at"] = utcnow()
    else:
        values["due_at"] = utcnow() + timedelta(seconds=min(2**row.attempts, LONGEST_PAUSE))
    db.session.execute(update(OutboxRow).where(OutboxRow.id == row.id).values(**values))


def _last_line(error: str) -> str:
    return error.strip().rpartition("\n")[2]
