"""How the database is opened, and who holds the write lock when.

PostgreSQL: operations take one advisory lock each for their transaction, which lets them in one by one as SQLite does.
SQLite: autocommit at the driver, our own BEGIN (deferred) for reading and BEGIN IMMEDIATE for operations, WAL,
synchronous=FULL, foreign keys. With the driver's own transactions concurrent increments were lost without an error.
"""

from __future__ import annotations

import functools
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session

from .model import db

P = ParamSpec("P")
R = TypeVar("R")

BUSY_SECONDS = 30
PROGRAM = "seedbank"
"""What our connections call themselves on a PostgreSQL server."""
ONE_WRITER = text("SELECT pg_advisory_xact_lock(20261122)")
"""PostgreSQL lets operations in one after the other too, so that whoever comes second meets the rule, not a constraint."""


def engine_options(url: str) -> dict[str, Any]:
    """Options for create_engine by kind of database."""
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": BUSY_SECONDS, "check_same_thread": False}, "pool_size": 16}
    return {"connect_args": {"application_name": PROGRAM}, "pool_pre_ping": True, "pool_size": 12, "max_overflow": 8}


def listen(engine: Engine) -> None:
    """Attach the SQLite settings to an engine; PostgreSQL needs none."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, record: Any) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL", f"busy_timeout={BUSY_SECONDS * 1000}",
            "cache_size=-16000", "temp_store=MEMORY", "mmap_size=268435456",
        ):  # fmt: skip
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        if connection.get_execution_options().get("immediate", False):
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:  # waits for nobody, so that no error of it needs translating
            connection.connection.driver_connection.execute("BEGIN")


def begin_write(session: Session) -> None:
    """End the reading transaction and begin a writing one; what was loaded is read afresh under the lock.

    Unflushed changes would be lost by that, so they are refused loudly: load, then call the operation, then change.
    """
    if session.info.get("writing"):
        return
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("objects were changed before the operation took the write lock")
    if session.in_transaction():
        session.expire_all()
        connection = session.connection()
        if connection.dialect.name == "sqlite":  # the reading ends, the writing begins: the connection stays
            connection.connection.driver_connection.execute("ROLLBACK")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection = session.connection(execution_options={"immediate": True})
    if connection.dialect.name == "postgresql":
        connection.execute(ONE_WRITER)
    session.info["writing"] = True


def _ended(session: Session, transaction: Any) -> None:
    if transaction.parent is None:
        session.info.pop("writing", None)


event.listen(Session, "after_transaction_end", _ended)


def operation(function: Callable[P, R]) -> Callable[P, R]:
    """Mark a function that writes. It runs under the write lock and never commits: the request does, at its end."""

    @functools.wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        begin_write(db.session())
        return function(*args, **kwargs)

    wrapped.is_operation = True  # type: ignore[attr-defined]
    return wrapped


BRIEFLY = 2000
"""Milliseconds a note of the program's own waits for the write lock."""


def aside(statement: Any, milliseconds: int = BRIEFLY) -> None:
    """Execute one statement in a transaction of its own, whatever becomes of the request's. Inside an operation it
    belongs to that. Raises `OperationalError` where the database is busy for longer."""
    if db.session().info.get("writing"):
        db.session().execute(statement)
        return
    opened = db.engine.connect().execution_options(immediate=True)
    with opened as connection, _patience(connection, milliseconds), connection.begin():
        connection.execute(statement)


@contextmanager
def _patience(connection: Any, milliseconds: int) -> Iterator[None]:
    """Wait for the write lock no longer than that; SQLite's connections are told, and told back."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.driver_connection
    before = driver.execute("PRAGMA busy_timeout").fetchone()[0]
    driver.execute(f"PRAGMA busy_timeout = {int(milliseconds)}")
    try:
        yield
    finally:
        driver.execute(f"PRAGMA busy_timeout = {int(before)}")


def commit_now() -> None:
    """Commit although the answer may be a refusal. It is drawn from what was just written, which is not read again."""
    session = db.session()
    session.expire_on_commit = False
    try:
        session.commit()
    finally:
        session.expire_on_commit = True


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """For commands and the worker: take the write lock, commit at the end, roll back on any error."""
    session = db.session()
    begin_write(session)
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
