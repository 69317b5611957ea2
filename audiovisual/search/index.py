"""Writing the index: what the kernel hands over at each commit, and what is taken out.

Everything happens in the caller's transaction, so what is saved is found at once and a rollback unfinds it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import delete, insert, select, text, tuple_, update
from sqlalchemy.orm import Session

from ..kernel.findable import Finding
from . import analyzer
from .engines import engine_of
from .engines.entry import Entry
from .models import PASSAGE, SearchDocument, SearchPassage
from .visibility import Audience

DOCUMENT, PASSAGES = SearchDocument.__table__, SearchPassage.__table__
LONGEST = 200_000
"""Characters of one finding that are indexed; PostgreSQL holds at most 1 MB of tokens per row."""


class Prepared(NamedTuple):
    """A finding as rows: its columns, its text, the index marks of kind and audience."""

    columns: dict[str, Any]
    text: str
    marks: list[str]

    @property
    def key(self) -> tuple[str, int]:
        return self.columns["kind"], self.columns["ref_id"]

    def entry(self, id_: int) -> Entry:
        """What the engine is handed."""
        columns = self.columns
        return Entry(id_, columns["number"], columns["title"], columns["names"], self.text, self.marks)


def prepare(finding: Finding) -> Prepared:
    """A finding as the rows it will be; NUL, which PostgreSQL refuses, is dropped."""
    number, title, names, words = (
        (part or "").replace("\x00", "") for part in (finding.number, finding.title, finding.names, finding.text)
    )
    words = words[:LONGEST]
    audience = Audience.of(finding)
    marks = audience.marks(finding.kind, finding.project_id)
    body = "\x1f".join((analyzer.VERSION, number, title, names, words, *marks))
    columns = {
        "kind": finding.kind, "ref_id": finding.id, "project_id": finding.project_id, "number": number, "title": title,
        "names": names, "state": finding.state, "url": finding.url, "number_key": analyzer.number_key(number),
        "title_key": analyzer.key(title), **vars(audience),
        "digest": hashlib.blake2b(body.encode("utf-8", "replace"), digest_size=16).hexdigest(),
    }  # fmt: skip
    return Prepared(columns, words, marks)


def put(session: Session, findings: Iterable[Finding]) -> int:
    """Make these findings what the index says of them; returns how many had to change.

    A changed text becomes a new row at the new end; a changed state, place or audience flag is changed in place; an
    unchanged finding costs one reading.
    """
    latest = {(finding.kind, finding.id): prepare(finding) for finding in findings}
    if not latest:
        return 0
    _lock(session, list(latest))
    known = {(row.kind, row.ref_id): row for row in rows_of(session, list(latest))}
    fresh = [new for key, new in latest.items() if key not in known or known[key].digest != new.columns["digest"]]
    _take_out(session, [known[new.key] for new in fresh if new.key in known])
    _bring_in(session, fresh)
    changed = len(fresh)
    for key, row in known.items():
        columns = latest[key].columns
        if row.digest == columns["digest"] and any(getattr(row, name) != columns[name] for name in columns):
            session.execute(update(DOCUMENT).where(DOCUMENT.c.id == row.id).values(**columns))
            changed += 1
    return changed


def sink(session: Session, findings: list[Finding]) -> None:
    """What the kernel calls at each commit with findings that may have changed."""
    put(session, findings)


def remove(session: Session, keys: Iterable[tuple[str, int]]) -> None:
    """Take findings out, by kind and id; what is not there is passed over."""
    if keys := list(keys):
        _take_out(session, rows_of(session, keys))


def rows_of(session: Session, keys: Sequence[tuple[str, int]]) -> list[Any]:
    """The rows of search_document for these kinds and ids, in the order of their own ids."""
    wanted = tuple_(DOCUMENT.c.kind, DOCUMENT.c.ref_id).in_(keys)
    return list(session.execute(select(DOCUMENT).where(wanted).order_by(DOCUMENT.c.id)))


def _lock(session: Session, keys: list[tuple[str, int]]) -> None:
    """Under PostgreSQL two transactions may refresh one finding at once; SQLite has one writer anyway."""
    if session.connection().dialect.name == "postgresql":
        for kind, ref_id in sorted(keys):
            session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:kind), :id)"), {"kind": kind, "id": ref_id})


def _take_out(session: Session, rows: list[Any]) -> None:
    """Remove rows of search_document with their passages and index entries."""
    if not rows:
        return
    connection = session.connection()
    engine_of(connection).discard(connection, entries(session, rows))
    numbers = [row.id for row in rows]
    session.execute(delete(PASSAGES).where(PASSAGES.c.document_id.in_(numbers)))
    session.execute(delete(DOCUMENT).where(DOCUMENT.c.id.in_(numbers)))


def _bring_in(session: Session, fresh: list[Prepared]) -> None:
    """Insert rows, passages and index entries."""
    if not fresh:
        return
    store(session, fresh)
    connection = session.connection()
    identities = {(row.kind, row.ref_id): row.id for row in rows_of(session, [new.key for new in fresh])}
    engine_of(connection).add(connection, [new.entry(identities[new.key]) for new in fresh])


def store(session: Session, fresh: list[Prepared]) -> None:
    """Insert rows and passages, without index entries."""
    session.execute(insert(DOCUMENT), [new.columns for new in fresh])
    identities = {(row.kind, row.ref_id): row.id for row in rows_of(session, [new.key for new in fresh])}
    pieces = [
        {"document_id": identities[new.key], "ordinal": place, "text": piece}
        for new in fresh
        for place, piece in enumerate(cut(new.text))
    ]
    if pieces:
        session.execute(insert(PASSAGES), pieces)


def cut(words: str) -> list[str]:
    """A text as its passages: at a paragraph's or sentence's end where one is near, else at PASSAGE characters."""
    pieces, start = [], 0
    while len(words) - start > PASSAGE * 3 // 2:
        end = max(words.rfind(mark, start + PASSAGE // 2, start + PASSAGE) for mark in "\n。！？；")
        end = end + 1 if end > 0 else start + PASSAGE
        pieces.append(words[start:end])
        start = end
    if start < len(words):
        pieces.append(words[start:])
    return pieces


def entries(session: Session, rows: Sequence[Any]) -> list[Entry]:
    """Rows of search_document as the engine was given them."""
    texts: dict[int, list[str]] = {}
    wanted = PASSAGES.c.document_id.in_([row.id for row in rows])
    ordered = select(PASSAGES).where(wanted).order_by(PASSAGES.c.document_id, PASSAGES.c.ordinal)
    for passage in session.execute(ordered):
        texts.setdefault(passage.document_id, []).append(passage.text)
    return [
        Entry(row.id, row.number, row.title, row.names, "".join(texts.get(row.id, [])), _marks(row)) for row in rows
    ]


def _marks(row: Any) -> list[str]:
    audience = Audience(row.staff, row.everyone, row.experts, row.house_id, row.owner_id)
    return audience.marks(row.kind, row.project_id)
