"""The two engines behind the index, with one interface: FTS5 under SQLite, tsvector + GIN under PostgreSQL.

Each module offers `create`, `drop`, `add(connection, entries)`, `discard(connection, entries)` and
`source(node, marks)`, `listed(ids)`, and `ids(connection)` for the check. Both are fed with the tokens of `analyzer`; neither uses a tokenizer or a rank of its own.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

from sqlalchemy import Connection

from . import postgres, sqlite

TABLE = "search_index"


def engine_of(connection: Any) -> ModuleType:
    """The engine for a connection or session bind."""
    return postgres if connection.dialect.name == "postgresql" else sqlite


def create_index(connection: Connection) -> None:
    """Make the engine's own table, beside search_document; migrations and create_all call it."""
    engine_of(connection).create(connection)


def drop_index(connection: Connection) -> None:
    """Take the engine's own table away."""
    engine_of(connection).drop(connection)


def include_object(thing: Any, name: str | None, type_: str, reflected: bool, compare_to: Any) -> bool:
    """For migrations' env.py: the engine's table and its shadow tables are no drift of the models."""
    return not (type_ in ("table", "index") and (name or "").startswith(TABLE))
