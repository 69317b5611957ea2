"""What is sent to the database inside a block: for tests of how many statements a page or an act costs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from audiovisual.kernel.model import db

NOT_COUNTED = ("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE", "SELECT set_config", "SELECT pg_advisory")
"""Beginnings of what opens a transaction or takes a lock, on either database."""


@contextmanager
def statements(engine: Any = None) -> Iterator[list[str]]:
    """The reads and writes sent inside the block, each on one line. `engine`: the application's, where none is entered."""
    told: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if not statement.startswith(NOT_COUNTED):
            told.append(" ".join(statement.split()))

    engine = engine or db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield told
    finally:
        event.remove(engine, "before_cursor_execute", note)
