"""The audit chain: append-only rows, each holding the hash of the one before.

A row is hashed over its own fields and its predecessor's hash, so that a changed, removed or inserted row breaks the
chain at that place. Appending takes the write lock (SQLite) or an advisory lock (PostgreSQL), so the chain never forks.

The hash is keyed with the chain key, which is not in the database: who can write there cannot make rows that verify.
Rows from before that time have plain hashes; `AuditEnd.keyed_from` says where the keyed ones begin, and its seal, made
anew with each row, says where they end.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Index,
    String,
    bindparam,
    event,
    func,
    insert,
    inspect,
    select,
    text,
    type_coerce,
    update,
)
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column

from workflows.access import Actor

from . import keys, security, withheld
from .model import Base, db, utcnow
from .withheld import Print, WithheldValue

GENESIS = "0" * 64
FIRST = "audited_from"
"""Under this name a session knows the first row of its transaction."""
LOCK = 7_216_001
DELETED, REWRITTEN = "audit.values_deleted", "audit.rewritten"
"""Rows about the chain itself: sensitive values were deleted; rows were hashed anew."""


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
    keyed_from: Mapped[int]
    """The first row whose hash is keyed, or will be."""
    seal: Mapped[str]
    """Number and hash of the last row, signed with the chain key."""

    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)


FIELDS = ("seq", "at", "actor_id", "on_behalf_of_id", "action", "subject_type", "subject_id", "project_id", "data")


def written(row: Any, previous: str) -> str:
    """What is hashed: the row's fields in a fixed form, and the hash before it."""
    plain = {name: row[name] for name in FIELDS}
    plain["at"] = row["at"].astimezone(UTC).isoformat(timespec="microseconds")
    return f"{previous}\n{json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(',', ':'))}"


def digest(row: dict[str, Any], previous: str) -> str:
    """The keyed hash of a row and the hash before it, with the number of the key."""
    return keys.newest("chain").sign(written(row, previous))


def plain_digest(row: Any, previous: str) -> str:
    """The hash of rows from before the chain was keyed: SHA-256 without a key."""
    return hashlib.sha256(written(row, previous).encode()).hexdigest()


def seal_of(seq: int, last: str) -> str:
    """The seal of a chain that ends with that row."""
    return keys.newest("chain").sign(f"end {seq} {last}")


def record(
    action: str, subject: Any, actor: Actor, /, *, role: str | None = None, _apart: Iterable[Print] = (), **data: Any
) -> int:
    """Append one row and give its number. `subject` is a mapped row or None; `data` must be plain values.

    Of sensitive values the row holds a print (`withheld`); `_apart` are those that were taken out of `data` before. Must
    run inside an operation or a unit of work; the row stands or falls with that transaction.
    """
    return record_many([(action, subject, actor, role, data)], _apart)


def record_many(entries: list[tuple[str, Any, Actor, str | None, dict[str, Any]]], apart: Iterable[Print] = ()) -> int:
    """Append several rows with one look at the chain's end; gives the number of the last. `apart`: values of the first
    that were taken out of it before."""
    session = db.session()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
    seq, previous = end(session)
    rows, values = [], []
    for action, subject, actor, role, given in entries:
        seq += 1
        data, found = withheld.taken_out(subject.__tablename__ if subject is not None else "", given)
        values += withheld.rows_of(seq, person_of(subject), utcnow(), [*found, *apart])
        apart = ()
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
    if values:
        session.execute(insert(WithheldValue), values)
    security.follow(rows)
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
    seq, last = rows[-1]["seq"], rows[-1]["hash"]
    session.execute(_MOVE, {"last": seq, "its": last, "sealed": seal_of(seq, last)})


def _ended(session: Session, transaction: Any) -> None:
    if transaction.parent is None:
        session.info.pop(FIRST, None)


event.listen(Session, "after_transaction_end", _ended)

_END = select(AuditEnd.seq, AuditEnd.hash)
_MOVE = update(AuditEnd.__table__).values(seq=bindparam("last"), hash=bindparam("its"), seal=bindparam("sealed"))


END = select(func.max(AuditRow.seq))
"""The number of the last row: as long as it stays the same, nothing was done that leaves a trace."""


def person_of(subject: Any) -> int | None:
    """Whose the values of a row are: the id of the person it is about, None where it is about none."""
    if subject is None:
        return None
    if subject.__tablename__ == "user":
        return subject.id
    seat = getattr(subject, "assignment", subject)
    return getattr(seat, "user_id", None) or getattr(seat, "expert_id", None)


def delete_values(prints: Collection[str], actor: Actor, why: str) -> None:
    """Delete sensitive values; a row of the chain says which and why, and the chain verifies as before."""
    seq = record(DELETED, None, actor, why=why, deleted=sorted(prints))
    withheld.delete(db.session(), prints, seq)


@dataclass(frozen=True)
class Rewriting:
    """Rows that were hashed anew, by a version that keeps less in them: from which to which number, by which row that is
    told, and the hash that the last of them had before."""

    seq: int
    at: datetime
    first: int
    last: int
    head: str


def rewritings(session: Session) -> list[Rewriting]:
    """Every recorded break of the chain."""
    told = select(AuditRow.seq, AuditRow.at, AuditRow.data).where(AuditRow.action == REWRITTEN).order_by(AuditRow.seq)
    found = ((row, json.loads(row.data)) for row in session.execute(told))
    return [Rewriting(row.seq, row.at, data["first"], data["last"], data["head"]) for row, data in found]


def project_id_of(subject: Any) -> int | None:
    """The project a row belongs to: itself, its `project_id`, or None."""
    if subject is None:
        return None
    if subject.__tablename__ == "project":
        return subject.id
    return getattr(subject, "project_id", None)


@dataclass(frozen=True)
class Verdict:
    """Result of walking the chain: how many rows hold, and the number of the first that does not (None: all hold).

    `why`: "missing", "changed", or "key" where the key it was hashed with is not here; `key` is that key's number.
    """

    rows: int
    broken_at: int | None = None
    why: str = ""
    key: str = ""


class _Broken(Exception):
    """Carries the verdict of the first row that does not hold."""

    def __init__(self, number: int, why: str, key: str = "") -> None:
        self.verdict = Verdict(number - 1, number, why, key)


@dataclass(frozen=True)
class End:
    """What a bank keeps of the chain's end. Older banks keep less: no end at all, or one without key and seal."""

    seq: int
    hash: str
    keyed_from: int | None = None
    seal: str | None = None


def verify(session: Session) -> Verdict:
    """Walk the whole chain in order and stop at the first row that does not fit, or cannot even be read."""
    try:
        return _walk(session, 2000)
    except _Broken as broken:
        return broken.verdict
    except SQLAlchemyError:  # one row among those fetched together: fetched one by one, it tells which
        session.rollback()
    try:
        return _walk(session, 1)
    except _Broken as broken:
        return broken.verdict


def verify_piece(session: Session, after: int, previous: str, most: int) -> tuple[Verdict, int, str, bool]:
    """Some rows of the chain after the row of that number and hash: the verdict, where it got to, and whether that was
    the chain's end."""
    kept = kept_end(session)
    try:
        number, last = _rows_hold(session, kept, after, previous, min(most, 2000), most)
        if number - after == most:
            return Verdict(number), number, last, False
        return (_ends(session, kept, number, last) if kept else Verdict(number)), number, last, True
    except _Broken as broken:
        return broken.verdict, after, previous, True
    except SQLAlchemyError:
        session.rollback()
        return verify(session), after, previous, True


def kept_end(session: Session) -> End | None:
    """What the bank says about the chain's end; None where it says nothing."""
    connection = session.connection()
    if not inspect(connection).has_table("audit_end"):
        return None
    row = session.execute(text("SELECT * FROM audit_end")).mappings().first()
    return End(row["seq"], row["hash"], row.get("keyed_from"), row.get("seal")) if row else End(0, "")


def _walk(session: Session, at_once: int) -> Verdict:
    kept = kept_end(session)
    rows, last = _rows_hold(session, kept, 0, GENESIS, at_once)
    return _ends(session, kept, rows, last) if kept else Verdict(rows)


def _rows_hold(
    session: Session, kept: End | None, after: int, previous: str, at_once: int, most: int | None = None
) -> tuple[int, str]:
    """Walk the rows after that one; gives number and hash of the last. Raises `_Broken` at one that does not hold."""
    keyed_from, expected = kept.keyed_from if kept else None, after + 1
    asked = _AS_KEPT.where(AuditRow.seq > after).limit(most)
    rows = session.execute(asked.execution_options(yield_per=at_once)).mappings()
    while (row := _next(rows, expected, at_once)) is not None:
        if row["seq"] != expected:
            raise _Broken(expected, "missing")
        keyed = keyed_from is not None and expected >= keyed_from
        if row["previous"] != previous or not _fits(row, previous, expected, keyed):
            raise _Broken(expected, "changed")
        previous, expected = row["hash"], expected + 1
    return expected - 1, previous


def _next(rows: Any, expected: int, at_once: int) -> Any:
    try:
        return next(rows, None)
    except SQLAlchemyError:
        if at_once > 1:
            raise
        raise _Broken(expected, "changed") from None


_AS_KEPT = select(
    *(type_coerce(c, String).label("at") if c.name == "at" else c for c in AuditRow.__table__.columns)
).order_by(AuditRow.seq)
"""Moments as the database gives them: one that is none is a broken row, not an error."""


def _fits(row: Any, previous: str, number: int, keyed: bool) -> bool:
    """Whether a row as it was read has the hash it must have; never where it holds something no row of ours ever held."""
    try:
        at = row["at"] if isinstance(row["at"], datetime) else datetime.fromisoformat(row["at"])
        read = {**row, "at": at.replace(tzinfo=UTC)}
        if not keyed:
            return row["hash"] == plain_digest(read, previous)
        return keys.holds("chain", row["hash"], written(read, previous))
    except keys.Missing as missing:
        if keys.is_number(missing.number):
            raise _Broken(number, "key", missing.number) from None
        return False
    except (TypeError, ValueError, AttributeError):
        return False


def _ends(session: Session, kept: End, rows: int, last: str) -> Verdict:
    """Whether the chain ends where it was left. The timeline names rows too: it is asked as well."""
    told = session.scalar(select(func.max(Base.metadata.tables["event"].c.audit_seq))) or 0
    if not kept.hash or max(kept.seq, told) > rows:
        raise _Broken(rows + 1, "missing")
    if kept.seq < rows:  # laid on by hand
        raise _Broken(kept.seq + 1, "changed")
    if kept.hash != last or (kept.seal is not None and not _sealed(kept, rows)):
        raise _Broken(max(rows, 1), "changed")
    return Verdict(rows)


def _sealed(kept: End, rows: int) -> bool:
    try:
        return keys.holds("chain", kept.seal or "", f"end {kept.seq} {kept.hash}")
    except keys.Missing as missing:
        if keys.is_number(missing.number):
            raise _Broken(max(rows, 1), "key", missing.number) from None
        return False
