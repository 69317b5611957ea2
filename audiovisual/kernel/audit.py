"""The audit chain: append-only rows, each holding the hash of the one before.

A row is hashed over its own fields and its predecessor's hash, so that a changed, removed or inserted row breaks the
chain at that place. Appending takes the write lock (SQLite) or an advisory lock (PostgreSQL), so the chain never forks.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, bindparam, event, func, insert, select, text, type_coerce, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column

from workflows.access import Actor

from .model import Base, db, utcnow

GENESIS = "0" * 64
FIRST = "audited_from"
"""Under this name a session knows the first row of its transaction."""
LOCK = 7_216_001


class AuditRow(Base):
    """Who did what to which subject, when, with what, for whom. Never updated, never deleted."""

    __tablename__ = "audit_row"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor_id: Mapped[int]
    on_behalf_of_id: Mapped[int | None]
    action: Mapped[str]
    subject_type: Mapped[str]
    subject_id: Mapped[int | None]
    project_id: Mapped[int | None]
    data: Mapped[str]
    previous: Mapped[str]
    hash: Mapped[str]

    __table_args__ = (
        Index("ix_audit_subject", "subject_type", "subject_id"),
        Index("ix_audit_project", "project_id"),
    )


class AuditEnd(Base):
    """Where the chain ends, in the one row of this table: rows cut off its end are missed."""

    __tablename__ = "audit_end"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    seq: Mapped[int]
    hash: Mapped[str]

    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)


FIELDS = ("seq", "at", "actor_id", "on_behalf_of_id", "action", "subject_type", "subject_id", "project_id", "data")


def digest(row: dict[str, Any], previous: str) -> str:
    """SHA-256 over the row's fields in a fixed form and the hash before it."""
    plain = {name: row[name] for name in FIELDS}
    plain["at"] = row["at"].astimezone(UTC).isoformat(timespec="microseconds")
    text_ = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{previous}\n{text_}".encode()).hexdigest()


def record(action: str, subject: Any, actor: Actor, /, *, role: str | None = None, **data: Any) -> int:
    """Append one row and give its number. `subject` is a mapped row or None; `data` must be plain values.

    Must run inside an operation or a unit of work; the row stands or falls with that transaction.
    """
    return record_many([(action, subject, actor, role, data)])


def record_many(entries: list[tuple[str, Any, Actor, str | None, dict[str, Any]]]) -> int:
    """Append several rows with one look at the chain's end; gives the number of the last."""
    session = db.session()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
    seq, previous = end(session)
    rows = []
    for action, subject, actor, role, data in entries:
        seq += 1
        row = {
            "seq": seq,
            "at": utcnow(),
            "actor_id": actor.id,
            "on_behalf_of_id": actor.on_behalf.get(role) if role else None,
            "action": action,
            "subject_type": subject.__tablename__ if subject is not None else "",
            "subject_id": getattr(subject, "id", None),
            "project_id": project_id_of(subject),
            "data": json.dumps(data, ensure_ascii=False, sort_keys=True, default=str),
        }
        row["previous"], row["hash"] = previous, digest(row, previous)
        previous = row["hash"]
        rows.append(row)
    append(session, rows)
    session.info.setdefault(FIRST, rows[0]["seq"])
    return seq


def first_of_this_transaction() -> int | None:
    """The number of the first row that was laid down since the transaction began; None where nothing was audited."""
    return db.session().info.get(FIRST)


def end(session: Session) -> tuple[int, str]:
    """Number and hash of the last row."""
    return tuple(session.execute(_END).one())  # type: ignore[return-value]


def append(session: Session, rows: list[dict[str, Any]]) -> None:
    """Lay finished rows onto the end; under the lock, with what `end` said."""
    session.execute(insert(AuditRow), rows)
    session.execute(_MOVE, {"last": rows[-1]["seq"], "its": rows[-1]["hash"]})


def _ended(session: Session, transaction: Any) -> None:
    if transaction.parent is None:
        session.info.pop(FIRST, None)


event.listen(Session, "after_transaction_end", _ended)

_END = select(AuditEnd.seq, AuditEnd.hash)
_MOVE = update(AuditEnd.__table__).values(seq=bindparam("last"), hash=bindparam("its"))


END = select(func.max(AuditRow.seq))
"""The number of the last row: as long as it stays the same, nothing was done that leaves a trace."""


def project_id_of(subject: Any) -> int | None:
    """The project a row belongs to: itself, its `project_id`, or None."""
    if subject is None:
        return None
    if subject.__tablename__ == "project":
        return subject.id
    return getattr(subject, "project_id", None)


@dataclass(frozen=True)
class Verdict:
    """Result of walking the chain: how many rows hold, and the number of the first that does not (None: all hold)."""

    rows: int
    broken_at: int | None = None
    why: str = ""


def verify(session: Session, *, ends: bool = True) -> Verdict:
    """Walk the whole chain in order and stop at the first row that does not fit, or cannot even be read.

    `ends`: whether the bank keeps where the chain ends; one restored from before that time does not yet.
    """
    try:
        return _walk(session, 2000, ends)
    except SQLAlchemyError:  # one row among those fetched together: fetched one by one, it tells which
        session.rollback()
        return _walk(session, 1, ends)


def _walk(session: Session, at_once: int, ends: bool) -> Verdict:
    previous, expected = GENESIS, 1
    rows = session.execute(_AS_KEPT.execution_options(yield_per=at_once)).mappings()
    while True:
        try:
            row = next(rows, None)
        except SQLAlchemyError:
            if at_once > 1:
                raise
            return Verdict(expected - 1, expected, "changed")
        if row is None:
            break
        if row["seq"] != expected:
            return Verdict(expected - 1, expected, "missing")
        if row["previous"] != previous or row["hash"] != _digest_of(row, previous):
            return Verdict(expected - 1, expected, "changed")
        previous, expected = row["hash"], expected + 1
    return _ends(session, expected - 1, previous) if ends else Verdict(expected - 1)


_AS_KEPT = select(
    *(type_coerce(c, String).label("at") if c.name == "at" else c for c in AuditRow.__table__.columns)
).order_by(AuditRow.seq)
"""Moments as the database gives them: one that is none is a broken row, not an error."""


def _digest_of(row: Any, previous: str) -> str | None:
    """The digest of a row as it was read; None where it holds something that no row of ours ever held."""
    try:
        at = row["at"] if isinstance(row["at"], datetime) else datetime.fromisoformat(row["at"])
        return digest({**row, "at": at.replace(tzinfo=UTC)}, previous)
    except (TypeError, ValueError):
        return None


def _ends(session: Session, rows: int, last: str) -> Verdict:
    """Whether the chain ends where it was left. The timeline names rows too: it is asked as well."""
    kept = session.execute(_END).first()
    told = session.scalar(select(func.max(Base.metadata.tables["event"].c.audit_seq))) or 0
    if kept is None or max(kept.seq, told) > rows:
        return Verdict(rows, rows + 1, "missing")
    if kept.seq < rows:  # laid on by hand
        return Verdict(kept.seq, kept.seq + 1, "changed")
    return Verdict(rows) if kept.hash == last else Verdict(max(rows - 1, 0), max(rows, 1), "changed")
