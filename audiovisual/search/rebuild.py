"""The whole index: compare it with what is registered, and make it anew while people keep working.

Rows first: every registered model is walked and its findings put. Then a second table of the engine's is filled from the
rows in short transactions and takes the first one's place in the last of them. Rows written meanwhile have higher ids and
are reached by the same walk; rows taken out meanwhile leave entries whose ids never return, which join nothing. Answers
come from the old table until the new one stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from ..kernel import findable
from ..kernel.database import unit_of_work
from ..kernel.model import db
from . import index
from .engines import engine_of
from .models import SearchDocument
from .visibility import kind_mark

DOCUMENT = SearchDocument.__table__
NEXT = "search_index_next"
BATCH = 200
"""Findings per transaction: the write lock is held for about half a second."""


def rebuild(batch: int = BATCH) -> int:
    """Put every registered finding and build the engine's table anew. Returns the number of findings."""
    count = sum(_put_all(source, batch) for source in findable.SOURCES.values())
    _drop_orphans()
    refill(batch)
    db.session.rollback()
    return count


def findings(source: findable.Source, batch: int = BATCH) -> Iterator[list[findable.Finding]]:
    """All findings of one registered model, in batches, in the order of its rows."""
    identity = inspect(source.model).primary_key[0]
    last = None
    while True:
        page = source.every().order_by(None).order_by(identity).limit(batch)
        rows = list(db.session.scalars(page if last is None else page.where(identity > last)).unique())
        if not rows:
            return
        last = inspect(rows[-1]).identity[0]
        yield [found for row in rows if (found := source.build(row)) is not None]
        db.session.expunge_all()


def _put_all(source: findable.Source, batch: int) -> int:
    """Bring the rows of one model up to date; new ones get their index entries from the walk that follows."""
    count = 0
    for found in findings(source, batch):
        with unit_of_work() as session:
            count += len(found)
            add_rows(session, found)
    return count


def add_rows(session: Session, found: Iterable[findable.Finding]) -> None:
    """Put known findings; store unknown ones as rows, without index entries yet."""
    by_key = {(one.kind, one.id): one for one in found}
    known = {(row.kind, row.ref_id) for row in index.rows_of(session, list(by_key))}
    index.put(session, [one for key, one in by_key.items() if key in known])
    fresh = [index.prepare(one) for key, one in by_key.items() if key not in known]
    if fresh:
        index.store(session, fresh)


def _drop_orphans() -> None:
    """Take out rows of kinds that are registered but whose own row is gone or no longer findable."""
    for source in findable.SOURCES.values():
        alive = {found.id for page in findings(source, 1000) for found in page}
        held = set(db.session.scalars(select(DOCUMENT.c.ref_id).where(DOCUMENT.c.kind == source.kind)))
        if gone := sorted(held - alive):
            with unit_of_work() as session:
                index.remove(session, [(source.kind, number) for number in gone])


def walk(after: int, batch: int) -> list[Any]:
    """The next rows of search_document by id."""
    return list(db.session.execute(select(DOCUMENT).where(DOCUMENT.c.id > after).order_by(DOCUMENT.c.id).limit(batch)))


def refill(batch: int) -> None:
    """Fill a second table, then let it take the first one's place together with what was written meanwhile."""
    engine = engine_of(db.session.connection())
    with unit_of_work() as session:
        engine.begin_fill(session.connection(), NEXT)
    last = _fill(engine, 0, batch)
    with unit_of_work() as session:
        engine.end_fill(session.connection(), NEXT)
    last = _fill(engine, last, batch)
    with unit_of_work() as session:
        connection = session.connection()
        engine.hold(connection)
        while rows := walk(last, batch):
            engine.add(connection, index.entries(session, rows), NEXT)
            last = rows[-1].id
        engine.swap(connection, NEXT)
    _tidy(engine)


def _fill(engine: Any, last: int, batch: int) -> int:
    """Put the rows after `last` into the second table; returns the last id reached."""
    while rows := walk(last, batch):
        entries = index.entries(db.session(), rows)
        with unit_of_work() as session:
            engine.add(session.connection(), entries, NEXT)
        last = rows[-1].id
    return last


def _tidy(engine: Any) -> None:
    first, done = True, False
    while not done:
        with unit_of_work() as session:
            done = engine.tidy_step(session.connection(), first)
        first = False


def check() -> Iterator[str]:
    """Every difference between registered rows, the index's rows and the engine's table, one sentence each.

    What the worker has yet to index is none.
    """
    for source in findable.SOURCES.values():
        yield from check_rows(source)
    yield from check_engine()


def check_engine() -> Iterator[str]:
    """The differences between the index's rows and the engine's table."""
    connection = db.session.connection()
    engine = engine_of(connection)
    for kind in db.session.scalars(select(DOCUMENT.c.kind).distinct().order_by(DOCUMENT.c.kind)).all():
        rows = set(db.session.scalars(select(DOCUMENT.c.id).where(DOCUMENT.c.kind == kind)))
        entries = engine.ids(connection, kind_mark(kind))
        yield from (f"{kind}: row {number} is not in the engine's table" for number in sorted(rows - entries))
    yield from _check_texts()


def check_rows(source: findable.Source) -> Iterator[str]:
    """The differences between one registered model and its rows in the index."""
    alive, waits = set(), findable.waiting(source.kind)
    for page in findings(source, 500):
        prepared = [index.prepare(found) for found in page]
        held = {(row.kind, row.ref_id): row for row in index.rows_of(db.session(), [one.key for one in prepared])}
        for one in prepared:
            alive.add(one.key[1])
            row = held.get(one.key)
            if one.key[1] in waits:
                continue
            if row is None:
                yield f"{source.kind} {one.key[1]} is not in the index"
            elif differing := [name for name in one.columns if getattr(row, name) != one.columns[name]]:
                yield f"{source.kind} {one.key[1]} differs in {', '.join(differing)}"
    kept = set(db.session.scalars(select(DOCUMENT.c.ref_id).where(DOCUMENT.c.kind == source.kind)))
    yield from (f"{source.kind} {number} is in the index but not findable" for number in sorted(kept - alive))


def _check_texts() -> Iterator[str]:
    """Each row's last words are asked of the engine under the row's own id."""
    connection = db.session.connection()
    engine, last = engine_of(connection), 0
    while rows := walk(last, 500):
        for entry in index.entries(db.session(), rows):
            if not engine.holds(connection, entry):
                yield f"row {entry.id} is indexed with another text"
        last = rows[-1].id
