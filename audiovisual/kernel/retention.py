"""What is deleted when its term is over (`sensitive.TERMS`): by the worker, once a day, piece by piece.

Each term has one function that deletes some of what is older than a moment and says how many that were. What has no
term is part of the record and never deleted. Features register the functions of their own tables.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, delete, select, tuple_

from workflows.access import SYSTEM

from . import audit, outbox, uploads
from .drafts import FormDraft
from .model import Base, db, utcnow
from .outbox import OutboxRow
from .pressed import TakenForm
from .security import SecurityEvent
from .sensitive import TERMS
from .uploads import Upload
from .withheld import WithheldValue

PIECE = 500
Sweep = Callable[[datetime, int], int]
SWEEPS: dict[str, Sweep] = {}
log = structlog.get_logger()


def sweeps(code: str) -> Callable[[Sweep], Sweep]:
    """Register what deletes the things of a term: a function of a moment and a number, which deletes at most so many of
    those that are older, in the caller's unit of work, and gives how many there were."""

    def register(sweep: Sweep) -> Sweep:
        SWEEPS[code] = sweep
        return sweep

    return register


def delete_some(model: type[Base], most: int, *where: ColumnElement[bool]) -> int:
    """Delete at most so many rows of a table; gives how many."""
    key = tuple(model.__table__.primary_key.columns)
    some = select(*key).where(*where).order_by(*key).limit(most)
    rows = [tuple(row) for row in db.session.execute(some)]
    if rows:
        mine = key[0].in_([row[0] for row in rows]) if len(key) == 1 else tuple_(*key).in_(rows)
        db.session.execute(delete(model).where(mine), execution_options={"synchronize_session": False})
    return len(rows)


def begin() -> None:
    """Have the worker delete what is due, piece by piece; in the caller's unit of work."""
    outbox.enqueue_once("retention", timedelta(0), term=next(iter(TERMS)), count=0)


@outbox.handles("retention")
def sweep_piece(payload: dict[str, Any]) -> None:
    """One piece of a term; then the next piece is queued, or the next term."""
    code, terms = payload["term"], list(TERMS)
    done = SWEEPS[code](utcnow() - timedelta(days=TERMS[code].days), PIECE)
    count = payload["count"] + done
    if done >= PIECE:
        outbox.enqueue("retention", term=code, count=count)
        return
    if count:
        log.info("retention", term=code, deleted=count)
    if following := terms[terms.index(code) + 1 :]:
        outbox.enqueue("retention", term=following[0], count=0)


@sweeps("outbox")
def _done(before: datetime, most: int) -> int:
    return delete_some(OutboxRow, most, OutboxRow.kind != "mail", OutboxRow.done_at < before)


@sweeps("mails")
def _mails(before: datetime, most: int) -> int:
    return delete_some(OutboxRow, most, OutboxRow.kind == "mail", OutboxRow.done_at < before)


@sweeps("given_up")
def _given_up(before: datetime, most: int) -> int:
    return delete_some(OutboxRow, most, OutboxRow.failed_at < before)


@sweeps("security_events")
def _security_events(before: datetime, most: int) -> int:
    """What was not written to the file for a collector yet stays."""
    return delete_some(SecurityEvent, most, SecurityEvent.at < before, SecurityEvent.written_out.is_(True))


@sweeps("uploads")
def _uploads(before: datetime, most: int) -> int:
    """What its own row of the outbox has left behind: each upload says itself when its term is over."""
    over = select(Upload).where(Upload.expires_at < utcnow() - timedelta(hours=1)).order_by(Upload.expires_at)
    rows = list(db.session.scalars(over.limit(most)))
    for upload in rows:
        uploads.discard(upload)
    return len(rows)


@sweeps("form_drafts")
def _form_drafts(before: datetime, most: int) -> int:
    return delete_some(FormDraft, most, FormDraft.saved_at < before)


@sweeps("taken_forms")
def _taken_forms(before: datetime, most: int) -> int:
    return delete_some(TakenForm, most, TakenForm.at < before)


@sweeps("withheld")
def _withheld(before: datetime, most: int) -> int:
    """Values of the audit chain: the chain says which were deleted, and keeps their prints."""
    due = select(WithheldValue.print).where(WithheldValue.at < before, WithheldValue.deleted_seq.is_(None))
    prints = list(db.session.scalars(due.order_by(WithheldValue.print).limit(most)))
    if prints:
        audit.delete_values(prints, SYSTEM, "term")
    return len(prints)
