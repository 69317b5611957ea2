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
from sqlalchemy import ColumnElement, Integer, Select, TextClause, and_, bindparam, column, not_, or_, select, text
from sqlalchemy import false as nothing
from sqlalchemy.engine.interfaces import BindTyping
from sqlalchemy.exc import OperationalError

from workflows.access import Actor

from ..kernel.model import db
from . import analyzer, keys
from .engines import engine_of
from .language import Note, Parsed, parse
from .models import SearchDocument
from .snippets import Marker
from .tree import HEADS, TITLE, And, Condition, Node, Not, Or, leaves, only_in, split, textual
from .visibility import Sight, kind_mark, scope, sight, visible_condition

DOCUMENT = SearchDocument.__table__
SIZE = 20
LAST = 6
"""The tier of what is found anywhere."""
NEAR = 100
"""Hits to which a common word is read from the newest on; beyond, all its rows are sorted."""
PATIENCE = 1.5
"""Seconds of the database a search may take."""
CAP = 1000
"""Hits are counted exactly so far; beyond it is "more than"."""


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


class Values(dict[str, Any]):
    """Values of a statement under the names of their placeholders."""

    def bind(self, value: Any) -> str:
        """Keep a value; returns its placeholder."""
        name = f"q{len(self)}"
        self[name] = value
        return f":{name}"


class Question:
    """A parsed query as one person's statements.

    They are put together as text: building the same few shapes as expressions cost more than answering them. Only
    conditions of keys and of visibility are expressions, rendered once for all statements of the question.
    """

    def __init__(self, parsed: Parsed, seen: Sight) -> None:
        self.parsed, self.seen = parsed, seen
        self.notes = list(parsed.notes)
        connection = db.session.connection()
        self.engine: Any = engine_of(connection)
        self.marks = [] if (marks := scope(seen)) is None else [marks]
        self.leading, rest = split(parsed.node) if parsed.node is not None else (None, [])
        if rest or isinstance(seen.project_ids, Select):
            condition = and_(visible_condition(seen), *(self.condition(part) for part in rest))
            self.where, self.given = _render(condition, connection.dialect)
        else:
            self.where, self.given = _visible(seen, connection.dialect)

    def found(self, node: Node | None, kind: str | None, limit: int, values: Values, order: str = "few") -> str:
        """A statement for ids and kinds of what the person may see of a textual tree's answers.

        `order`: "few" newest first, when few rows are expected; "many" the same, read from the newest on; "" as it comes.
        """
        marks = self.marks + ([[kind_mark(kind)]] if kind else [])
        tables, where, newest = self.engine.source(node, marks, values.bind, order == "many")
        where = f"{where} AND {self.where}" if where else self.where
        columns = f"search_document.id, search_document.kind, {self.engine.EMPTY} AS sort"
        ordered = f" ORDER BY {newest} DESC" if order else ""
        return f"SELECT {columns} FROM {tables} WHERE {where}{ordered} LIMIT {limit}"

    def condition(self, node: Node) -> ColumnElement[bool]:
        """A part of the tree as a condition on a row."""
        if textual(node):
            return DOCUMENT.c.id.in_(_ids(*self._answers(node)))
        match node:
            case Condition(name, value):
                return self._keyed(name, value)
            case And(parts):
                return and_(*map(self.condition, parts))
            case Or(parts):
                return or_(*map(self.condition, parts))
            case Not(part):
                return not_(self.condition(part))
        return nothing()

    def _answers(self, node: Node) -> tuple[str, Values]:
        values = Values()
        return self.engine.answers(node, values.bind), values

    def _keyed(self, name: str, value: Any) -> ColumnElement[bool]:
        key = keys.KEYS[name]
        assert key.condition is not None
        try:
            return and_(DOCUMENT.c.project_id.is_not(None), key.condition(value, DOCUMENT.c.project_id))
        except keys.UnknownValue as error:
            self.notes.append(Note("value", f"{name}:{value.text}", error.valid))
            return nothing()

    def ranked(self, page: int, size: int, kind: str | None, many: bool) -> Sequence[Any]:
        """The rows of one page, best first. `many`: whether there are more hits than are counted."""
        values = Values()
        tiers = " UNION ALL ".join(
            f"SELECT id, {tier} AS tier, sort FROM ({found}) AS t{tier}"
            for tier, found in self._tiers(kind, page * size, values, many)
        )
        best = f"SELECT id, min(tier) AS tier, max(sort) AS sort FROM ({tiers}) AS every_tier GROUP BY id"
        asked = (
            f"SELECT search_document.*, best.tier FROM ({best}) AS best JOIN search_document ON search_document.id = "
            f"best.id ORDER BY best.tier, best.sort, best.id DESC LIMIT {size} OFFSET {(page - 1) * size}"
        )
        return db.session.execute(text(asked), values | self.given).all()

    def _tiers(self, kind: str | None, most: int, values: Values, many: bool) -> Iterator[tuple[int, str]]:
        """Statements by tier. Each is read as far as the page could need it, were all before it empty."""
        needles = leaves(self.leading) if self.leading is not None else []
        if self.parsed.simple:
            yield from self._whole(kind, most, values)
        if any(leaf.field is None for leaf in needles):
            assert self.leading is not None
            yield 4, self.found(only_in(self.leading, TITLE), kind, most, values)
            yield 5, self.found(only_in(self.leading, *HEADS), kind, most, values)
        yield LAST, self.found(self.leading, kind, most, values, "many" if many and most <= NEAR else "few")

    def _whole(self, kind: str | None, most: int, values: Values) -> Iterator[tuple[int, str]]:
        """The query as a number, as a title, as the beginning of titles."""
        number, title = analyzer.number_key(self.parsed.words), analyzer.key(self.parsed.words)
        beginning, bind = title.removesuffix(">"), values.bind
        begins = f"title_key >= {bind(beginning)} AND title_key < {bind(beginning + chr(0x10FFFF))}"
        # what belongs to a title bears its number and name too, and comes after the title itself
        part = "CASE kind WHEN 'project' THEN '0' ELSE '1' END"
        for tier, order, asked in (
            (1, part, f"number_key = {bind(number)}"), (2, part, f"title_key = {bind(title)}"), (3, f"title_key, {part}", begins),
        ):  # fmt: skip
            where = f"{asked} AND {self.where}" + (f" AND search_document.kind = {bind(kind)}" if kind else "")
            sort = f"title_key || ' ' || {part}" if tier == 3 else f"{self.engine.EMPTY} || {part}"
            yield (
                tier,
                f"SELECT id, {sort} AS sort FROM search_document WHERE {where} ORDER BY {order}, id DESC LIMIT {most}",
            )

    def counted(self, kind: str | None) -> tuple[list[tuple[str, int]], bool]:
        """How many of each kind, over at most CAP + 1, and whether that was not all."""
        values = Values()
        found = self.found(self.leading, kind, CAP + 1, values, "")
        asked = f"SELECT kind, count(*) AS number FROM ({found}) AS found GROUP BY kind ORDER BY number DESC, kind"
        rows = db.session.execute(text(asked), values | self.given).all()
        return [(row[0], row[1]) for row in rows], sum(row[1] for row in rows) > CAP

    def projects(self) -> Select[tuple[int]]:
        """The ids of the projects that own what is found."""
        asked = select(DOCUMENT.c.project_id).where(DOCUMENT.c.project_id.is_not(None), visible_condition(self.seen))
        return asked.where(self.condition(self.parsed.node) if self.parsed.node is not None else nothing())


def _ids(asked: str, values: Values) -> Any:
    """A statement in text, with its values, as something an expression can hold."""
    bound = [bindparam(name, value, unique=True) for name, value in values.items()]
    return text(asked).bindparams(*bound).columns(column("id", Integer))


def _render(condition: ColumnElement[bool], dialect: Any) -> tuple[str, dict[str, Any]]:
    """A condition as text with its values."""
    named = type(dialect)(paramstyle="named")
    named.bind_typing = BindTyping.NONE  # a cast behind a placeholder would hide it from text()
    compiled = condition.compile(dialect=named, compile_kwargs={"render_postcompile": True})
    return f"({compiled})", dict(compiled.params)


@functools.lru_cache(maxsize=256)
def _visible_by_name(seen: Sight, dialect: type) -> tuple[str, dict[str, Any]]:
    return _render(visible_condition(seen), dialect())


def _visible(seen: Sight, dialect: Any) -> tuple[str, dict[str, Any]]:
    """What the person may see, as text; the same rights make the same text."""
    return _visible_by_name(seen, type(dialect))


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
