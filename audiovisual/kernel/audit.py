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

from sqlalchemy import Index, func, insert, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from workflows.access import Actor

from .model import Base, db, utcnow

GENESIS = "0" * 64
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
    last = session.execute(select(AuditRow.seq, AuditRow.hash).order_by(AuditRow.seq.desc()).limit(1)).first()
    seq, previous = (last.seq, last.hash) if last else (0, GENESIS)
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
    session.execute(insert(AuditRow), rows)
    return seq


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


def verify(session: Session) -> Verdict:
    """Walk the whole chain in order and stop at the first row that does not fit."""
    previous, expected = GENESIS, 1
    rows = session.execute(select(AuditRow.__table__).order_by(AuditRow.seq).execution_options(yield_per=2000))
    for row in rows.mappings():
        if row["seq"] != expected:
            return Verdict(expected - 1, expected, "missing")
        if row["previous"] != previous or row["hash"] != digest(dict(row), previous):
            return Verdict(expected - 1, expected, "changed")
        previous, expected = row["hash"], expected + 1
    told = session.scalar(select(func.max(Base.metadata.tables["event"].c.audit_seq))) or 0
    if told >= expected:  # the chain's end was cut off: the timeline still names rows behind it
        return Verdict(expected - 1, expected, "missing")
    return Verdict(expected - 1)
