"""What was signed, decided and logged, proven anew: signatures from opinions, states from events, events from the audit
chain, files from their hashes, the index from its rows.

Each part is done piece by piece, so that the worker does all of it daily beside its other work. A piece gives what it
found, in sentences, and where the next one goes on; the whole result stands on /readyz and goes to the administrators.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import structlog
from flask import current_app
from sqlalchemy import func, select

from .kernel import audit, heads, modes, outbox, withheld
from .kernel.audit import AuditRow
from .kernel.commands import Command
from .kernel.database import unit_of_work
from .kernel.events import Event
from .kernel.files import StoredFile, key_of
from .kernel.files import digest as digest_of
from .kernel.findable import SOURCES
from .kernel.model import Base, db
from .kernel.withheld import WithheldValue
from .people.mail import send
from .people.models import User
from .people.queries.presence import in_office
from .reviews.models import Assignment
from .reviews.operations.opinions import fingerprint
from .search import rebuild
from .soundness import told_of_rewritings, unsound_chain

RESULT = "proof.json"
MOST = 50
"""Findings that are told; more of them are counted."""
ROWS, BYTES = 2000, 200_000_000
"""What a piece looks at, at most."""
SIGNED, EVENTS, FILES = 200, 2000, 200
log = structlog.get_logger()


@dataclass
class Piece:
    """What one piece found, and where the next goes on (None: the part is done)."""

    found: list[str] = field(default_factory=list)
    after: Any = None


def _chain(after: Any) -> Piece:
    """The audit chain, from the row after the last one that held; at its end, what was noted of it day by day."""
    seq, previous = after or (0, audit.GENESIS)
    verdict, seq, previous, done = audit.verify_piece(db.session(), seq, previous, ROWS)
    if verdict.broken_at is not None:
        return Piece([unsound_chain(verdict)])
    return Piece(_against_the_heads()) if done else Piece([], (seq, previous))


def _against_the_heads() -> list[str]:
    noted = dict(heads.kept_lines())
    rows = select(AuditRow.seq, AuditRow.hash).where(AuditRow.seq.in_(list(noted)[-ROWS:]))
    there = {row.seq: row.hash for row in db.session.execute(rows)}
    gone = [seq for seq in list(noted)[-ROWS:] if there.get(seq) != noted[seq]]
    return [f"审计链第 {gone[0]} 行与 {heads.FILE} 里记下的不同：数据库被换过或退回过"] if gone else []


def _signatures(after: Any) -> Piece:
    """Signed opinions: their text gives the hash that was kept with them and in the chain when they were signed."""
    page = select(Assignment).where(Assignment.state == "signed", Assignment.id > (after or 0))
    rows = list(db.session.scalars(page.order_by(Assignment.id).limit(SIGNED)))
    told = _told_when_signed([row.id for row in rows])
    found = [
        f"意见 {row.id} 与签名不符（{why}）" for row in rows if (why := _unlike_its_signature(row, told.get(row.id)))
    ]
    return Piece(found, rows[-1].id if len(rows) == SIGNED else None)


def _told_when_signed(ids: list[int]) -> dict[int, str]:
    rows = select(AuditRow.subject_id, AuditRow.data).where(
        AuditRow.subject_type == "assignment", AuditRow.action == "assignment.sign", AuditRow.subject_id.in_(ids)
    )
    found = db.session.execute(rows.order_by(AuditRow.seq))
    return {row.subject_id: _read(row.data).get("sha256", "") for row in found}


def _unlike_its_signature(seat: Assignment, told: str | None) -> str:
    if seat.opinion is None or not seat.opinion.signed_hash:
        return "没有签名"
    if seat.opinion.signed_hash != told:
        return "签名被换过"
    return "" if fingerprint(seat) == told else "内容被改过"


def _states(after: Any) -> Piece:
    """States of everything that has any: they are where the last event brought it. One table a piece."""
    models = sorted(
        (m.class_ for m in Base.registry.mappers if hasattr(m.class_, "machine")), key=lambda m: m.__tablename__
    )
    number = after or 0
    model = models[number]
    last = select(func.max(Event.id).label("id")).where(
        Event.subject_type == model.__tablename__, Event.target.is_not(None)
    ).group_by(Event.subject_id).subquery()  # fmt: skip
    differing = select(model.id, model.state, Event.target).join(Event, Event.subject_id == model.id).join(
        last, last.c.id == Event.id
    ).where(model.state != Event.target).order_by(model.id)  # fmt: skip
    found = [
        f"{model.__tablename__} {row[0]} 的状态是 {row[1]}，最后的经过却到 {row[2]}"
        for row in db.session.execute(differing.limit(MOST))
    ]
    return Piece(found, number + 1 if number + 1 < len(models) else None)


def _events(after: Any) -> Piece:
    """Events: each says what its row of the chain says."""
    page = select(Event).where(Event.id > (after or 0)).order_by(Event.id).limit(EVENTS)
    rows = list(db.session.scalars(page))
    kept = select(AuditRow).where(AuditRow.seq.in_([row.audit_seq for row in rows]))
    told = {row.seq: row for row in db.session.scalars(kept)}
    found = [
        f"经过 {row.id} 与审计链第 {row.audit_seq} 行不符" for row in rows if not _as_told(row, told.get(row.audit_seq))
    ]
    db.session.expunge_all()
    return Piece(found, rows[-1].id if len(rows) == EVENTS else None)


def _as_told(event: Event, row: AuditRow | None) -> bool:
    if row is None:
        return False
    data = _read(row.data)
    return (
        (row.subject_type, row.subject_id, row.actor_id, row.on_behalf_of_id)
        == (event.subject_type, event.subject_id, event.actor_id, event.on_behalf_of_id)
        and row.action.partition(".")[0] == event.subject_type
        and (data.get("from"), data.get("to")) == ((event.source, event.target) if event.target else (None, None))
    )


def _files(after: Any) -> Piece:
    """Stored files: each lies where its hash says, with the bytes and the size that it says."""
    page = select(StoredFile).where(StoredFile.id > (after or 0)).order_by(StoredFile.id).limit(FILES)
    rows = list(db.session.scalars(page))
    found, read, last = [], 0, None
    for row in rows:
        if why := _unlike_its_hash(row):
            found.append(f"文件 {row.id}（{row.name}）{why}")
        read, last = read + row.size, row.id
        if read > BYTES:
            return Piece(found, last)
    return Piece(found, last if len(rows) == FILES else None)


def _unlike_its_hash(stored: StoredFile) -> str:
    if stored.key != key_of(stored.sha256):
        return "记在别处"
    try:
        if stored.path.stat().st_size != stored.size:
            return "大小与记录不符"
        with stored.open() as file:
            return "" if digest_of(file) == stored.sha256 else "内容与记录不符"
    except OSError:
        return "不见了"


def _withheld(after: Any) -> Piece:
    """Sensitive values: each gives the print that stands in its row, or its deletion does; then each print of the rows
    has its value."""
    part, last = after or ("values", "")
    return _values(last) if part == "values" else _prints(last)


def _values(last: Any) -> Piece:
    page = select(WithheldValue).where(WithheldValue.print > last).order_by(WithheldValue.print).limit(ROWS)
    rows = list(db.session.scalars(page))
    told = _data_of({row.audit_seq for row in rows} | {row.deleted_seq for row in rows if row.deleted_seq})
    found = [f"审计链第 {row.audit_seq} 行另存的值{why}" for row in rows if (why := _unlike_its_print(row, told))]
    db.session.expunge_all()
    return Piece(found, ("values", rows[-1].print) if len(rows) == ROWS else ("prints", 0))


def _unlike_its_print(row: WithheldValue, told: dict[int, Any]) -> str:
    if row.print not in withheld.marks_in(told.get(row.audit_seq)):
        return "不在那一行里"
    if row.deleted_seq is not None:
        deleted = told.get(row.deleted_seq) or {}
        whole = row.value is None and row.salt is None and row.print in deleted.get("deleted", ())
        return "" if whole else "的删除与记录不符"
    return "" if withheld.fits(row) else "被改过"


def _prints(last: Any) -> Piece:
    page = select(AuditRow.seq, AuditRow.data).where(AuditRow.seq > last, AuditRow.data.contains(f'"{withheld.MARK}"'))
    rows = db.session.execute(page.order_by(AuditRow.seq).limit(ROWS)).all()
    named = {mark: row.seq for row in rows for mark in withheld.marks_in(_read(row.data))}
    there = set(db.session.scalars(select(WithheldValue.print).where(WithheldValue.print.in_(named))))
    lost = sorted({seq for mark, seq in named.items() if mark not in there})
    found = [f"审计链第 {seq} 行另存的值不见了" for seq in lost]
    return Piece(found, ("prints", rows[-1].seq) if len(rows) == ROWS else None)


def _data_of(numbers: set[int]) -> dict[int, Any]:
    rows = db.session.execute(select(AuditRow.seq, AuditRow.data).where(AuditRow.seq.in_(numbers)))
    return {row.seq: _read(row.data) for row in rows}


def _index(after: Any) -> Piece:
    """The search index: it holds what the rows say. One kind a piece, then the engine's own table."""
    number, sources = after or 0, list(SOURCES.values())
    if number < len(sources):
        return Piece([f"检索索引：{told}" for told in rebuild.check_rows(sources[number])], number + 1)
    return Piece([f"检索索引：{told}" for told in rebuild.check_engine()])


PARTS: dict[str, Callable[[Any], Piece]] = {
    "chain": _chain, "withheld": _withheld, "signatures": _signatures, "states": _states, "events": _events,
    "files": _files, "index": _index,
}  # fmt: skip
NAMED = {
    "chain": "审计链",
    "withheld": "审计里另存的值",
    "signatures": "签名的意见",
    "states": "状态",
    "events": "经过",
    "files": "文件",
    "index": "检索索引",
}


def _read(text: str) -> dict[str, Any]:
    try:
        read = json.loads(text)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def proven(part: str) -> Iterator[list[str]]:
    """All pieces of a part, one after the other: what each found."""
    after = None
    while True:
        piece = PARTS[part](after)
        db.session.rollback()
        yield piece.found
        if (after := piece.after) is None:
            return


def keep_result(found: list[str]) -> None:
    """Keep what was found for /readyz, and note where the chain ends where nothing was."""
    if not found:
        end = audit.kept_end(db.session())
        heads.append(end.seq, end.hash)
        db.session.rollback()
    told = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "count": len(found), "found": found[:MOST]}
    modes.write_private(Path(current_app.instance_path) / RESULT, json.dumps(told, ensure_ascii=False))


def last_result() -> dict[str, Any] | None:
    """When everything was last verified, and what was found; None where it never was."""
    try:
        return json.loads((Path(current_app.instance_path) / RESULT).read_text("utf-8"))
    except (OSError, ValueError):
        return None


def note() -> str:
    """For /readyz: what was found last, or that nothing was verified for two days."""
    result = last_result()
    if result is None:
        return "" if current_app.config["DEMO"] or current_app.testing else "never verified"
    if result["count"]:
        return f"{result['count']}: {result['found'][0]}"
    old = datetime.now(UTC) - datetime.fromisoformat(result["at"]) > timedelta(days=2)
    return f"last verified {result['at']}" if old else ""


def begin() -> None:
    """Have the worker verify everything, piece by piece; in the caller's unit of work."""
    outbox.enqueue_once("verify", timedelta(0), part=next(iter(PARTS)), after=None, found=[], count=0)


@outbox.handles_slowly("verify", long=True)
def verify_piece(payload: dict[str, Any]) -> None:
    """One piece; then the next is queued, or the result kept and told."""
    piece = PARTS[payload["part"]](payload["after"])
    db.session.rollback()
    found, count = [*payload["found"], *piece.found][:MOST], payload["count"] + len(piece.found)
    parts = list(PARTS)
    place = parts.index(payload["part"])
    if piece.after is None and place + 1 == len(parts):
        keep_result(found)
        with unit_of_work():
            _tell(found, count)
        return
    part = payload["part"] if piece.after is not None else parts[place + 1]
    with unit_of_work():
        outbox.enqueue_once("verify", timedelta(0), part=part, after=piece.after, found=found, count=count)


def _tell(found: list[str], count: int) -> None:
    """A mail to each administrator: the result, and where the chain ends, to be kept elsewhere."""
    if found:
        log.error("proof", found=found)
    end = audit.kept_end(db.session())
    for user in db.session.scalars(select(User).where(User.id.in_(in_office("admin")), User.email != "")):
        send("proof", user.email, user.locale, reader=user.id, name=user.name, found=found[:10], count=count,
             seq=end.seq, hash=end.hash)  # fmt: skip


@click.command(
    "verify", cls=Command, help="重新核对签名、状态、经过、文件、索引和审计链；有不符的逐条指出，退出码为 1。"
)
def verify_command() -> None:
    """Prove everything anew: exit code 1 and a sentence for each thing that does not hold."""
    everything: list[str] = []
    for part, called in NAMED.items():
        found = [told for piece in proven(part) for told in piece]
        click.echo(f"{called}：{f'{len(found)} 处不符' if found else '相符'}")
        for line in told_of_rewritings() if part == "chain" else ():
            click.echo(f"（{line}）")
        for told in found[:MOST]:
            click.echo(f"  {told}")
        everything += found
    keep_result(everything)
    if everything:
        raise SystemExit(1)
