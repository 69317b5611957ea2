"""How a large bank reaches the database: rows by table in batches, the trace in the order it happened, then the index."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import count
from typing import Any, NamedTuple

from sqlalchemy import Table, func, insert, select, text

from audiovisual.kernel import audit
from audiovisual.kernel.audit import digest
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.events import Event
from audiovisual.kernel.findable import Finding
from audiovisual.kernel.model import Base, db
from audiovisual.kernel.outbox import OutboxRow
from audiovisual.search import index
from audiovisual.search.models import SearchDocument, SearchPassage

BATCH = 20_000
"""Rows in hand before they are written."""
TRACE = 10_000
WORKED_OFF = timedelta(seconds=2)


class Fact(NamedTuple):
    """One act as it will stand in the trace. `text` None: it is audited, but no event of the timeline."""

    at: datetime
    project_id: int
    subject: str
    subject_id: int
    trigger: str
    actor: tuple[int, str]
    text: str | None = None
    public: str = ""
    source: str | None = None
    target: str | None = None
    reason: str | None = None
    data: dict[str, Any] = {}
    tells: tuple[str, ...] = ()


class Rows:
    """Rows waiting to be written, by table; parents are written before what hangs on them."""

    def __init__(self) -> None:
        self.waiting: dict[Table, list[dict[str, Any]]] = defaultdict(list)
        self.facts: list[Fact] = []
        self.size = 0
        with db.session() as session:
            self.documents = count((session.scalar(select(func.max(SearchDocument.id))) or 0) + 1)

    def add(self, model: Any, **values: Any) -> dict[str, Any]:
        """One row of a model; all rows of one model name the same columns."""
        self.waiting[model.__table__].append(values)
        self.size += 1
        return values

    def find(self, finding: Finding) -> None:
        """A finding as its rows of the index; the engine's own table is filled at the end from them."""
        made, id_ = index.prepare(finding), next(self.documents)
        self.add(SearchDocument, id=id_, **made.columns)
        for ordinal, piece in enumerate(index.cut(made.text)):
            self.add(SearchPassage, document_id=id_, ordinal=ordinal, text=piece)

    def write(self, least: int = BATCH) -> None:
        """Write what waits when it is that much."""
        if self.size < least:
            return
        with unit_of_work() as session:
            for table in Base.metadata.sorted_tables:
                if rows := self.waiting.pop(table, None):
                    session.execute(insert(table), rows)
        self.size = 0


def write_trace(facts: list[Fact], progress: Callable[[str], None]) -> None:
    """Events, audit rows and outbox rows of all facts, in the order they happened; the past is worked off already."""
    facts.sort(key=lambda fact: (fact.at, fact.project_id))
    with unit_of_work() as session:
        seq, previous = audit.end(session)
        event_id = session.scalar(select(func.max(Event.id))) or 0
    for start in range(0, len(facts), TRACE):
        audits: list[dict[str, Any]] = []
        events: list[dict[str, Any]] = []
        for fact in facts[start : start + TRACE]:
            seq += 1
            audits.append(_audit(fact, seq, previous))
            previous = audits[-1]["hash"]
            if fact.text is not None:
                event_id += 1
                events.append(_event(fact, event_id, seq))
        _write(audits, events)
        progress(f"{min(start + TRACE, len(facts))} / {len(facts)} 条经过")


def _audit(fact: Fact, seq: int, previous: str) -> dict[str, Any]:
    moved = {"from": fact.source, "to": fact.target} if fact.target else {}
    data = {**moved, **({"reason": fact.reason} if fact.reason else {}), **fact.data}
    row = {
        "seq": seq, "at": fact.at, "actor_id": fact.actor[0], "on_behalf_of_id": None, "action": f"{fact.subject}.{fact.trigger}",
        "subject_type": fact.subject, "subject_id": fact.subject_id, "project_id": fact.project_id,
        "data": json.dumps(data, ensure_ascii=False, sort_keys=True, default=str),
    }  # fmt: skip
    return {**row, "previous": previous, "hash": digest(row, previous)}


def _event(fact: Fact, id_: int, seq: int) -> dict[str, Any]:
    return {
        "id": id_, "project_id": fact.project_id, "subject_type": fact.subject, "subject_id": fact.subject_id,
        "trigger": fact.trigger, "source": fact.source, "target": fact.target, "actor_id": fact.actor[0],
        "actor_name": fact.actor[1], "on_behalf_of_id": None, "at": fact.at, "text": fact.text, "public_text": fact.public,
        "reason": fact.reason, "data": fact.data, "audit_seq": seq, "tells": fact.tells,
    }  # fmt: skip


def _write(audits: list[dict[str, Any]], events: list[dict[str, Any]]) -> None:
    outbox = [
        {"kind": "event", "payload": {"event": event["id"], "tells": list(event.pop("tells"))}, "event_id": event["id"],
         "created_at": event["at"], "due_at": event["at"], "attempts": 1, "done_at": event["at"] + WORKED_OFF}
        for event in events
    ]  # fmt: skip
    with unit_of_work() as session:
        audit.append(session, audits)
        if events:
            session.execute(insert(Event), events)
            session.execute(insert(OutboxRow), outbox)


def settle(models: Iterable[Any]) -> None:
    """After rows with ids of our own: PostgreSQL's sequences go on behind them, and the planner knows the tables."""
    if db.engine.dialect.name != "postgresql":
        return
    with unit_of_work() as session:
        for table in {model.__table__ for model in models}:
            if "id" in table.c:
                held = session.scalar(select(func.max(table.c.id))) or 0
                asked = text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)")
                session.execute(asked, {"name": f'"{table.name}"', "last": max(1, held)})
        session.execute(text("ANALYZE"))
