"""FTS5 under SQLite.

The table is contentless: it holds positions of tokens and no text, so a row is taken out by naming its tokens again.
Rows come newest first and lazily: a word that stands in every document costs no more than the page it fills.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, text

from ..analyzer import BREAK
from ..tree import HEADS, And, Leaf, Node, Not, Or, only_in
from .entry import FIELD_MARKS, Bind, Entry, Source

NAME = "search_index"
OPTIONS = "words, content='', columnsize=0, tokenize='ascii'"
"""The ascii tokenizer takes every character beyond ASCII for a letter, rare ideographs included."""

MERGED = 500
"""Pages merged per step, so that the write lock is short."""
NARROW = "ix_search_document_audience"
EMPTY = "''"
"""An empty text that may stand in one column with a title's key."""
PLACE = "instr"
"""The function that says where one text stands in another."""


def create(connection: Connection, name: str = NAME) -> None:
    """Make the virtual table."""
    connection.execute(text(f"CREATE VIRTUAL TABLE IF NOT EXISTS {name} USING fts5({OPTIONS})"))


def drop(connection: Connection, name: str = NAME) -> None:
    """Take it away."""
    connection.execute(text(f"DROP TABLE IF EXISTS {name}"))


def begin_fill(connection: Connection, name: str) -> None:
    """Make an empty table beside the one in use, which gathers much before it writes a segment."""
    drop(connection, name)
    create(connection, name)
    _configure(connection, name, "hashsize", 32 * 1024 * 1024)


def end_fill(connection: Connection, name: str) -> None:
    """What the filled table needs before it can be used."""
    _configure(connection, name, "hashsize", 1024 * 1024)


def hold(connection: Connection) -> None:
    """Nothing to do: there is one writer, and it is us."""


def swap(connection: Connection, name: str) -> None:
    """Let the filled table take the place of the one in use."""
    drop(connection)
    connection.execute(text(f"ALTER TABLE {name} RENAME TO {NAME}"))


def tidy_step(connection: Connection, first: bool) -> bool:
    """Merge a part of the table's segments; returns whether there is but one left. Each one less is a look-up less."""
    raw: Any = connection.connection.driver_connection
    before = raw.total_changes
    _configure(connection, NAME, "merge", -MERGED if first else MERGED)
    return not first and raw.total_changes - before < 2


def guard(connection: Connection, seconds: float) -> None:
    """For one search: a limit of time."""
    raw: Any = connection.connection.driver_connection
    end = time.monotonic() + seconds
    raw.set_progress_handler(lambda: time.monotonic() > end, 50_000)


def release(connection: Connection) -> None:
    """The search is over; what follows on this connection has its own time."""
    connection.connection.driver_connection.set_progress_handler(None, 0)  # type: ignore[union-attr]


def _configure(connection: Connection, name: str, setting: str, value: int) -> None:
    connection.exec_driver_sql(f"INSERT INTO {name}({name}, rank) VALUES (?, ?)", (setting, value))


def add(connection: Connection, entries: Iterable[Entry], name: str = NAME) -> None:
    """Put entries into the index; none of their ids may be there yet."""
    rows = [(entry.id, " ".join(entry.stream())) for entry in entries]
    if rows:
        connection.exec_driver_sql(f"INSERT INTO {name}(rowid, words) VALUES (?, ?)", rows)


def discard(connection: Connection, entries: Iterable[Entry]) -> None:
    """Take entries out, exactly as they were put in."""
    rows = [("delete", entry.id, " ".join(entry.stream())) for entry in entries]
    if rows:
        connection.exec_driver_sql(f"INSERT INTO {NAME}({NAME}, rowid, words) VALUES (?, ?, ?)", rows)


def ids(connection: Connection, mark: str) -> set[int]:
    """The ids that carry a mark."""
    found = connection.exec_driver_sql(f"SELECT rowid FROM {NAME} WHERE {NAME} MATCH ?", (_quoted([mark]),))
    return set(found.scalars())


def holds(connection: Connection, entry: Entry) -> bool:
    """Whether the index has the end of this entry's text under its id."""
    asked = _quoted([token for token in entry.stream()[-2:] if token != BREAK] or entry.marks[:1])
    found = connection.exec_driver_sql(f"SELECT 1 FROM {NAME} WHERE {NAME} MATCH ? AND rowid = ?", (asked, entry.id))
    return found.first() is not None


def source(node: Node | None, marks: list[list[str]], bind: Bind, many: bool = False) -> Source:
    """Where rows that answer `node` come from. `marks`: groups, of each of which one has to be met (audience, kind).

    `many` makes no difference here: rows are always read from the newest on.
    """
    if node is None and not marks:
        return Source("search_document", "", "search_document.id")
    groups = ["(" + " OR ".join(_quoted([mark]) for mark in group) + ")" for group in marks]
    asked = " AND ".join(groups + ([f"({expression(node)})"] if node is not None else []))
    # the sign before rowid keeps SQLite from probing the index once per document; the narrow index spares it the rows
    joined = f"{NAME} JOIN search_document INDEXED BY {NARROW} ON search_document.id = +{NAME}.rowid"
    return Source(joined, f"{NAME} MATCH {bind(asked)}", f"{NAME}.rowid")


def answers(node: Node, bind: Bind) -> str:
    """The ids of all rows that answer a textual tree."""
    return f"SELECT rowid AS id FROM {NAME} WHERE {NAME} MATCH {bind(expression(node))}"


def listed(ids: Sequence[int], bind: Bind) -> str:
    """These ids as rows."""
    return f"SELECT value AS id FROM json_each({bind(json.dumps(ids))})"


def expression(node: Node) -> str:
    """A textual tree as an FTS5 expression."""
    match node:
        case Leaf() as leaf:
            return _leaf(leaf)
        case Or(parts):
            return " OR ".join(f"({expression(part)})" for part in parts)
        case And(parts):
            wanted = " AND ".join(f"({expression(part)})" for part in parts if not isinstance(part, Not))
            for part in parts:
                if isinstance(part, Not):
                    wanted = f"({wanted}) NOT ({expression(part.part)})"
            return wanted
    raise TypeError(f"not a textual query: {node!r}")


def _leaf(leaf: Leaf) -> str:
    if leaf.single and leaf.field is None:
        return expression(only_in(leaf, *HEADS))
    mark = FIELD_MARKS[leaf.field] if leaf.field else ""
    return _quoted([mark + token for token in leaf.tokens]) + (" *" if leaf.prefix else "")


def _quoted(tokens: list[str]) -> str:
    """A phrase; tokens hold no quotation mark, for it is no letter."""
    return '"' + " ".join(tokens) + '"'
