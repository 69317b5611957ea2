"""How Alembic meets the application's database and tables."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from audiovisual.kernel import writers
from audiovisual.kernel.model import Base, UtcDateTime, db
from audiovisual.search import engines

OVER_EXPRESSIONS = ("ix_project_by_due",)
"""Indexes that no database tells back as they were written; their migrations are written by hand."""


def include_object(thing: Any, name: str, kind: str, *more: Any) -> bool:
    """Whether models and database are compared in this."""
    return not (kind == "index" and name in OVER_EXPRESSIONS) and engines.include_object(thing, name, kind, *more)


def render_item(kind: str, thing: Any, autogen: Any) -> str | bool:
    """Write our own types as the plain ones they stand for, so that old migrations outlive a renamed class."""
    if kind == "type" and isinstance(thing, UtcDateTime):
        return "sa.DateTime()"
    return False


def run() -> None:
    """Run the migrations on the application's engine, in one transaction."""
    if context.is_offline_mode():
        context.configure(url=str(db.engine.url), target_metadata=Base.metadata, literal_binds=True)
        with context.begin_transaction():
            context.run_migrations()
        return
    if not current_app.testing:  # seen by whoever writes a migration, not by whoever runs it
        warnings.filterwarnings("ignore", "Skipped unsupported reflection of expression-based index")
    arguments = current_app.extensions["migrate"].configure_args
    with (
        db.engine.connect().execution_options(immediate=writers.OUTSIDE) as connection,
        _tables_may_be_made_anew(connection),
    ):
        context.configure(
            connection=connection, target_metadata=Base.metadata, include_object=include_object,
            render_item=render_item, transactional_ddl=True, **arguments,
        )  # fmt: skip
        before = context.get_context().get_current_heads()
        with context.begin_transaction():
            context.run_migrations()
            if context.get_context().get_current_heads() != before:
                _nothing_points_into_the_void(connection)
        connection.commit()


@contextmanager
def _tables_may_be_made_anew(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by making it anew; with foreign keys watched, dropping the old one would take along every
    row that cascades from it. They can only be left unwatched outside a transaction."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        connection.rollback()  # what failed on the way; a transaction would not let the setting through
        driver.execute("PRAGMA foreign_keys=ON")


def _nothing_points_into_the_void(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        lost = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if lost:
            raise RuntimeError(f"the migration left rows that point at nothing: {lost[:5]}")


run()
