"""Asking the index: a ranked page for a person, and the projects a query comes to, for lists.

Rank is by tiers: number, title, beginning of a title, part of a title, names, anywhere; the newest first in each. Each
tier is read lazily and only as far as the page needs, so a word that stands in every document costs no more than one
that stands in a thousand.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from markupsafe import Markup
from sqlalchemy import Select, TextClause, bindparam, text
from sqlalchemy.exc import OperationalError

from workflows.access import Actor

from ..kernel.model import db
from .engines import engine_of
from .language import Note, Parsed, parse
from .snippets import Marker
from .statements import CAP, Question
from .tree import leaves
from .visibility import sight

SIZE = 20
PATIENCE = 1.5
"""Seconds of the database a search may take."""


@dataclass(frozen=True)
class Hit:
    """One thing found, ready to be shown."""

    kind: str
    id: int
    project_id: int | None
    number: Markup
    title: Markup
    names: Markup
    snippet: Markup
    state: str
    url: str


@dataclass(frozen=True)
class Results:
    """One page of hits. `total` is exact up to CAP; `more` says there are more. `kinds`: how many of each kind."""

    text: str
    hits: list[Hit] = field(default_factory=list)
    total: int = 0
    more: bool = False
    kinds: list[tuple[str, int]] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    page: int = 1
    size: int = SIZE
    asked: bool = False

    @property
    def pages(self) -> int:
        """How many pages can be turned to."""
        return -(-min(self.total, CAP) // self.size)


def search(words: str, actor: Actor, page: int = 1, kind: str | None = None, size: int = SIZE) -> Results:
    """What this person finds. Three to five statements, whatever the size of the bank; nothing typed is refused."""
    seen = sight(actor)
    parsed = parse(words or "", seen.staff)
    question = Question(parsed, seen)
    if parsed.node is None:
        return Results(parsed.words, notes=question.notes)
    page = max(1, min(page, -(-CAP // size)))
    try:
        with limited(PATIENCE):
            return _answer(question, page, kind, size)
    except OperationalError:
        return Results(parsed.words, notes=[Note("time", parsed.words, ())], asked=True)


def _answer(question: Question, page: int, kind: str | None, size: int) -> Results:
    """The page of a question that asks for something."""
    parsed = question.parsed
    assert parsed.node is not None
    kinds, more = question.counted(None)
    total = dict(kinds).get(kind, 0) if kind else sum(number for _, number in kinds)
    if kind and more:
        counted, more = question.counted(kind)
        total = sum(number for _, number in counted)
    rows = question.ranked(page, size, kind, more)
    total = max(total, (page - 1) * size + len(rows) if rows else 0)
    hits = _hits(rows, Marker(leaves(parsed.node)), parsed)
    return Results(parsed.words, hits, min(total, CAP), more, kinds, question.notes, page, size, True)


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Within, the database gives up (OperationalError) after so many seconds; then the transaction is over."""
    connection = db.session.connection()
    engine = engine_of(connection)
    engine.guard(connection, seconds)
    try:
        yield
    except OperationalError:
        db.session.rollback()
        raise
    finally:
        engine.release(db.session.connection())


def matching_projects(words: str, actor: Actor) -> Select[tuple[int]]:
    """Ids of the projects that have something answering the query which this person may see: for lists.

    Use as `Project.id.in_(matching_projects(words, actor))`, beside the list's own condition of visibility.
    """
    seen = sight(actor)
    return Question(parse(words or "", seen.staff), seen).projects()


def _hits(rows: Sequence[Any], marker: Marker, parsed: Parsed) -> list[Hit]:
    texts = _passages([row.id for row in rows], parsed)
    return [
        Hit(
            row.kind, row.ref_id, row.project_id, marker.mark(row.number), marker.mark(row.title),
            _names(row.names, marker), marker.snippet(texts.get(row.id, ())), row.state, row.url,
        )
        for row in rows
    ]  # fmt: skip


def _names(names: str, marker: Marker) -> Markup:
    """The names a needle stands in."""
    if not marker.spans(names):
        return Markup("")
    return Markup("、").join(marker.mark(name) for name in names.splitlines() if marker.spans(name))


def _passages(ids: list[int], parsed: Parsed) -> dict[int, list[str]]:
    """Of each text its first passages, and of long ones those that hold a needle as written."""
    assert parsed.node is not None
    if not ids:
        return {}
    runs = (run.text for leaf in leaves(parsed.node) for run in leaf.row[:1] if len(run.text) > 1)
    wanted = {f"piece{place}": piece for place, piece in enumerate(islice(runs, 4))}
    asked = _passages_of(len(wanted), engine_of(db.session.connection()).PLACE)
    texts: dict[int, list[str]] = {}
    for document_id, words in db.session.execute(asked, {"ids": ids, **wanted}):
        texts.setdefault(document_id, []).append(words)
    return texts


@functools.cache
def _passages_of(pieces: int, place: str) -> TextClause:
    near = " OR ".join(["ordinal < 3", *(f"{place}(text, :piece{number}) > 0" for number in range(pieces))])
    asked = f"SELECT document_id, text FROM search_passage WHERE document_id IN :ids AND ({near}) ORDER BY 1, ordinal"
    return text(asked).bindparams(bindparam("ids", expanding=True))
