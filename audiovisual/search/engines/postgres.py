"""tsvector + GIN under PostgreSQL.

The vector holds tokens without positions or weights, so GIN answers AND, OR and NOT exactly and never reads the
vectors again (reading them is what made a common phrase cost seconds). Which text a token stands in is said by its
mark, and that tokens follow each other is checked in the plain text beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, text

from ..analyzer import BREAK, plain
from ..tree import HEADS, And, Leaf, Node, Not, Or, only_in
from .entry import FIELD_MARKS, Bind, Entry, Source

NAME = "search_index"
EMPTY = "'' COLLATE \"C\""
"""An empty text that may stand in one column with a title's key."""
PLACE = "strpos"
"""The function that says where one text stands in another."""
COLUMNS = """id integer PRIMARY KEY REFERENCES search_document (id) ON DELETE CASCADE, number text NOT NULL,
    title text NOT NULL, names text NOT NULL, plain text NOT NULL, tokens tsvector NOT NULL"""
PENDING = 256
"""Kilobytes of entries GIN may keep unsorted. More of them make each query slower, and the planner avoid the index."""


def create(connection: Connection, name: str = NAME) -> None:
    """Make the table and its GIN index."""
    make_table(connection, name)
    make_gin(connection, name)


def make_table(connection: Connection, name: str) -> None:
    """The table alone, for filling it before its index is made."""
    connection.execute(text(f"CREATE TABLE IF NOT EXISTS {name} ({COLUMNS})"))


def make_gin(connection: Connection, name: str) -> None:
    """The GIN index of a table."""
    connection.execute(text("SET LOCAL maintenance_work_mem = '256MB'"))
    options = f"WITH (gin_pending_list_limit = {PENDING})"
    connection.execute(text(f"CREATE INDEX IF NOT EXISTS {name}_tokens ON {name} USING gin (tokens) {options}"))


def drop(connection: Connection, name: str = NAME) -> None:
    """Take them away."""
    connection.execute(text(f"DROP TABLE IF EXISTS {name}"))


def begin_fill(connection: Connection, name: str) -> None:
    """Make an empty table beside the one in use."""
    drop(connection, name)
    make_table(connection, name)


def end_fill(connection: Connection, name: str) -> None:
    """What the filled table needs before it can be used."""
    make_gin(connection, name)
    connection.execute(text(f"ANALYZE {name}"))
    connection.execute(text("ANALYZE search_document"))


def hold(connection: Connection) -> None:
    """Let nobody else write findings until the transaction ends; everybody may read."""
    connection.execute(text("LOCK TABLE search_document IN SHARE ROW EXCLUSIVE MODE"))


def swap(connection: Connection, name: str) -> None:
    """Let the filled table take the place of the one in use."""
    drop(connection)
    for statement in (
        f"ALTER TABLE {name} RENAME TO {NAME}",
        f"ALTER INDEX {name}_tokens RENAME TO {NAME}_tokens",
        f"ALTER INDEX {name}_pkey RENAME TO {NAME}_pkey",
        f"ALTER TABLE {NAME} RENAME CONSTRAINT {name}_id_fkey TO {NAME}_id_fkey",
    ):
        connection.execute(text(statement))


def tidy_step(connection: Connection, first: bool) -> bool:
    """Nothing is left to do; the server tidies by itself."""
    return True


def guard(connection: Connection, seconds: float) -> None:
    """For one search: a limit of time, and no reading of every vector in turn, which the planner takes for cheap.

    What it must not do it counts as costly beyond measure, and would compile such a plan for seconds; hence no jit.
    """
    connection.exec_driver_sql(
        "SELECT set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true), "
        "set_config('statement_timeout', %s, true)",
        (str(int(seconds * 1000)),),
    )


def release(connection: Connection) -> None:
    """The search is over; what follows in this transaction has its own time."""
    settings = ("enable_seqscan", "jit", "statement_timeout")
    connection.exec_driver_sql("; ".join(f"SET LOCAL {setting} TO DEFAULT" for setting in settings))


def add(connection: Connection, entries: Iterable[Entry], name: str = NAME) -> None:
    """Put entries into the index; an id that is there already is put anew."""
    rows = [(entry.id, *(plain(row) for _, row in entry.short()), entry.plain(), _lexemes(entry)) for entry in entries]
    if rows:
        connection.exec_driver_sql(
            f"INSERT INTO {name} (id, number, title, names, plain, tokens) "
            "VALUES (%s, %s, %s, %s, %s, array_to_tsvector(string_to_array(%s, ' '))) ON CONFLICT (id) DO UPDATE SET "
            "number = excluded.number, title = excluded.title, names = excluded.names, plain = excluded.plain, "
            "tokens = excluded.tokens",
            rows,
        )


def discard(connection: Connection, entries: Iterable[Entry]) -> None:
    """Nothing to do: the row goes with its document."""


def ids(connection: Connection, mark: str) -> set[int]:
    """The ids that carry a mark."""
    found = connection.execute(text(f"SELECT id FROM {NAME} WHERE tokens @@ CAST(:q AS tsquery)"), {"q": _quoted(mark)})
    return set(found.scalars())


def holds(connection: Connection, entry: Entry) -> bool:
    """Whether the index has this entry's text and tokens under its id."""
    found = connection.exec_driver_sql(
        f"SELECT plain = %s AND tokens = array_to_tsvector(string_to_array(%s, ' ')) FROM {NAME} WHERE id = %s",
        (entry.plain(), _lexemes(entry), entry.id),
    )
    return bool(found.scalar())


def source(node: Node | None, marks: list[list[str]], bind: Bind, many: bool = False) -> Source:
    """Where rows that answer `node` come from. `marks`: groups, of each of which one has to be met (audience, kind).

    `many`: so many answer that reading from the newest on until a page is full is shorter than gathering them. Else the
    rows are found by their tokens: a sum is in no index, so the planner cannot choose to read one vector after the other.
    """
    if node is None and not marks:
        return Source("search_document", "", "search_document.id")
    groups = ["(" + " | ".join(_quoted(mark) for mark in group) + ")" for group in marks]
    asked = " & ".join(groups + ([f"({expression(node)})"] if node is not None else []))
    conditions = [_matches(asked, bind), *([adjacency(node, bind)] if node is not None else [])]
    key = f"{NAME}.id" if many else f"({NAME}.id + 0)"
    joined = f"{NAME} JOIN search_document ON search_document.id = {key}"
    return Source(joined, " AND ".join(filter(None, conditions)), key)


def answers(node: Node, bind: Bind) -> str:
    """The ids of all rows that answer a textual tree."""
    conditions = [_matches(expression(node), bind), adjacency(node, bind)]
    return f"SELECT {NAME}.id FROM {NAME} WHERE " + " AND ".join(filter(None, conditions))


def listed(ids: Sequence[int], bind: Bind) -> str:
    """These ids as rows."""
    return f"SELECT unnest(CAST({bind(list(ids))} AS integer[])) AS id"


def _matches(asked: str, bind: Bind) -> str:
    return f"{NAME}.tokens @@ CAST({bind(asked)} AS tsquery)"


def expression(node: Node) -> str:
    """A textual tree as a tsquery: exact but for the order of tokens, which `adjacency` adds."""
    match node:
        case Leaf() as leaf:
            return _leaf(leaf)
        case Or(parts):
            return " | ".join(f"({expression(part)})" for part in parts)
        case And(parts):
            wanted = [f"({expression(part)})" for part in parts if not isinstance(part, Not)]
            wanted += [f"!({expression(part.part)})" for part in parts if isinstance(part, Not) and _exact(part.part)]
            return " & ".join(wanted)
    raise TypeError(f"not a textual query: {node!r}")


def adjacency(node: Node, bind: Bind) -> str:
    """What the tsquery leaves open: that the tokens of longer needles follow each other. Empty when nothing is open."""
    if _exact(node):
        return ""
    if isinstance(node, And):
        return " AND ".join(filter(None, (adjacency(part, bind) for part in node.parts)))
    return _contains(node, bind)


def _exact(node: Node) -> bool:
    """Whether every needle below is a single token."""
    match node:
        case Leaf() as leaf:
            return len(leaf.tokens) == 1
        case And(parts) | Or(parts):
            return all(_exact(part) for part in parts)
        case Not(part):
            return _exact(part)
    return True


def _contains(node: Node, bind: Bind) -> str:
    """The tree asked of the plain texts."""
    match node:
        case Leaf() as leaf:
            if leaf.single and leaf.field is None:
                return _contains(only_in(leaf, *HEADS), bind)
            return f"strpos({NAME}.{leaf.field or 'plain'}, {bind(leaf.plain)}) > 0"
        case Or(parts):
            return "(" + " OR ".join(_contains(part, bind) for part in parts) + ")"
        case And(parts):
            return "(" + " AND ".join(_contains(part, bind) for part in parts) + ")"
        case Not(part):
            return f"NOT {_contains(part, bind)}"
    raise TypeError(f"not a textual query: {node!r}")


def _leaf(leaf: Leaf) -> str:
    if leaf.single and leaf.field is None:
        return expression(only_in(leaf, *HEADS))
    mark = FIELD_MARKS[leaf.field] if leaf.field else ""
    quoted = [_quoted(mark + token) for token in leaf.tokens]
    return " & ".join(quoted) + (":*" if leaf.prefix else "")


def _quoted(token: str) -> str:
    """A lexeme; tokens hold no quotation mark, for it is no letter."""
    return f"'{token}'"


def _lexemes(entry: Entry) -> str:
    """Each token once; one text travels faster than a list of two thousand."""
    return " ".join(set(entry.stream()) - {BREAK})
