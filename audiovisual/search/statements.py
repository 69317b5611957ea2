"""A parsed query as one person's statements: the page, the count, the projects."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, column, not_, or_, select, text
from sqlalchemy import false as nothing
from sqlalchemy.engine.interfaces import BindTyping

from ..kernel.model import db
from . import analyzer, keys
from .engines import engine_of
from .language import Note, Parsed
from .models import SearchDocument
from .tree import HEADS, TITLE, And, Condition, Node, Not, Or, leaves, only_in, split, textual
from .visibility import Sight, kind_mark, scope, visible_condition

DOCUMENT = SearchDocument.__table__
LAST = 6
"""The tier of what is found anywhere."""
NEAR = 100
"""Hits to which a common word is read from the newest on; beyond, all its rows are sorted."""
CAP = 500
"""Hits are counted exactly so far; beyond it is "more than"."""


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
        self.all: list[tuple[int, str]] | None = None
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
            return and_(
                DOCUMENT.c.project_id.is_not(None), key.condition(value, DOCUMENT.c.project_id, self.seen.staff)
            )
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
        if self.all is not None:
            newest = sorted((id_ for id_, its in self.all if kind in (None, its)), reverse=True)[:most]
            yield (
                LAST,
                f"SELECT id, {self.engine.EMPTY} AS sort FROM ({self.engine.listed(newest, values.bind)}) AS known",
            )
        else:
            yield LAST, self.found(self.leading, kind, most, values, "many" if many and most <= NEAR else "few")

    def _whole(self, kind: str | None, most: int, values: Values) -> Iterator[tuple[int, str]]:
        """The query as a number, as a title, as the beginning of titles."""
        number, title = analyzer.number_key(self.parsed.words), analyzer.key(self.parsed.words)
        bind = values.bind  # a Latin word is whole here too, or a title would be shown that is not counted
        begins = f"title_key >= {bind(title)} AND title_key < {bind(title + chr(0x10FFFF))}"
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
        """How many of each kind, over at most CAP + 1, and whether that was not all.

        Who sees little is given the ids themselves: seeking the few in a common word's rows costs more than the rest, and
        need not be done again for the page.
        """
        values = Values()
        found = self.found(self.leading, kind, CAP + 1, values, "")
        if self.marks and kind is None:
            pairs = [(row[0], row[1]) for row in db.session.execute(text(found), values | self.given)]
            more = len(pairs) > CAP
            self.all = None if more else pairs
            return sorted(Counter(kind for _, kind in pairs).items(), key=lambda one: (-one[1], one[0])), more
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
def _visible_by_name(seen: Sight, dialect: Callable[[], Any]) -> tuple[str, dict[str, Any]]:
    return _render(visible_condition(seen), dialect())


def _visible(seen: Sight, dialect: Any) -> tuple[str, dict[str, Any]]:
    """What the person may see, as text; the same rights make the same text."""
    return _visible_by_name(seen, dialect.__class__)
