"""The whole index: compare it with what is registered, and make it anew while people keep working.

Rows first: every registered model is walked and its findings put. Then, under SQLite, a second FTS5 table is filled
from the rows in short transactions and takes the first one's place in the last of them. Rows written meanwhile have
higher ids and are reached by the same walk; rows taken out meanwhile leave entries whose ids never return, which join
nothing. Answers come from the old table until the new one stands. Under PostgreSQL rows are put anew one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from ..kernel import findable
from ..kernel.database import unit_of_work
from ..kernel.model import db
from . import index
from .engines import engine_of, postgres, sqlite
from .models import SearchDocument
from .visibility import kind_mark

DOCUMENT = SearchDocument.__table__
NEXT = "search_index_next"
BATCH = 200
"""Findings per transaction: the write lock is held for about half a second."""
MERGED = 500
"""Pages merged per transaction."""
MEMORY = 32 * 1024 * 1024
"""Bytes FTS5 may gather before it writes a segment, while the whole index is built."""


def rebuild(batch: int = BATCH) -> int:
    """Put every registered finding and build the engine's table anew. Returns the number of findings."""
    count = sum(_put_all(source, batch) for source in findable.SOURCES.values())
    _drop_orphans()
    if db.session.connection().dialect.name == "postgresql":
        _again(batch)
    else:
        _beside(batch)
        tidy()
    db.session.rollback()
    return count


def findings(source: findable.Source, batch: int = BATCH) -> Iterator[list[findable.Finding]]:
    """All findings of one registered model, in batches, in the order of its rows."""
    model: Any = source.model
    last = None
    while True:
        page = source.every().order_by(None).order_by(model.id).limit(batch)
        rows = list(db.session.scalars(page if last is None else page.where(model.id > last)).unique())
        if not rows:
            return
        last = rows[-1].id
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
    found = {(one.kind, one.id): one for one in found}
    known = {(row.kind, row.ref_id) for row in index.rows_of(session, list(found))} if found else set()
    index.put(session, [one for key, one in found.items() if key in known])
    fresh = [index.prepare(one) for key, one in found.items() if key not in known]
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


def _again(batch: int) -> None:
    """PostgreSQL: every entry put anew in place."""
    last = 0
    while rows := walk(last, batch):
        with unit_of_work() as session:
            postgres.add(session.connection(), index.entries(session, rows))
        last = rows[-1].id


def _beside(batch: int) -> None:
    """SQLite: fill a second table, then let it take the first one's place."""
    with unit_of_work() as session:
        connection = session.connection()
        sqlite.drop(connection, NEXT)
        sqlite.create(connection, NEXT)
        _set(session, "hashsize", MEMORY)
    last, swapped = 0, False
    while not swapped:
        rows = walk(last, batch)
        entries = index.entries(db.session(), rows) if rows else []
        with unit_of_work() as session:
            sqlite.add(session.connection(), entries, NEXT)
            last = rows[-1].id if rows else last
            if swapped := not walk(last, 1):
                _swap(session)


def _set(session: Session, name: str, value: int) -> None:
    session.execute(text(f"INSERT INTO {NEXT}({NEXT}, rank) VALUES (:name, :value)"), {"name": name, "value": value})


def tidy() -> None:
    """SQLite: merge the table's segments into one, in short steps; each segment less is a look-up less per word."""
    first = -MERGED
    while True:
        with unit_of_work() as session:
            raw = session.connection().connection.driver_connection
            before = raw.total_changes
            asked = f"INSERT INTO {sqlite.NAME}({sqlite.NAME}, rank) VALUES ('merge', :pages)"
            session.execute(text(asked), {"pages": first})
            done = first > 0 and raw.total_changes - before < 2
        if done:
            return
        first = MERGED


def _swap(session: Session) -> None:
    _set(session, "hashsize", 1024 * 1024)
    sqlite.drop(session.connection())
    session.execute(text(f"ALTER TABLE {NEXT} RENAME TO {sqlite.NAME}"))


def check() -> Iterator[str]:
    """Every difference between registered rows, the index's rows and the engine's table, one sentence each."""
    for source in findable.SOURCES.values():
        yield from _check_rows(source)
    connection = db.session.connection()
    engine = engine_of(connection)
    for kind in db.session.scalars(select(DOCUMENT.c.kind).distinct().order_by(DOCUMENT.c.kind)).all():
        rows = set(db.session.scalars(select(DOCUMENT.c.id).where(DOCUMENT.c.kind == kind)))
        entries = engine.ids(connection, kind_mark(kind))
        yield from (f"{kind}: row {number} is not in the engine's table" for number in sorted(rows - entries))
    yield from _check_texts()


def _check_rows(source: findable.Source) -> Iterator[str]:
    alive = set()
    for page in findings(source, 500):
        prepared = [index.prepare(found) for found in page]
        held = {(row.kind, row.ref_id): row for row in index.rows_of(db.session(), [one.key for one in prepared])}
        for one in prepared:
            alive.add(one.key[1])
            row = held.get(one.key)
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
