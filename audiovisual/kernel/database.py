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

from . import writers
from .model import db

P = ParamSpec("P")
R = TypeVar("R")

PROGRAM = "seedbank"
"""What our connections call themselves on a PostgreSQL server."""
ONE_WRITER = text("SELECT set_config('lock_timeout', :wait, true), pg_advisory_xact_lock(20261122)")
"""PostgreSQL lets operations in one after the other too, so that whoever comes second meets the rule, not a constraint.
No lock is waited for longer than `wait` in such a transaction."""


def engine_options(url: str) -> dict[str, Any]:
    """Options for create_engine by kind of database."""
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": writers.LONGEST, "check_same_thread": False}, "pool_size": 16}
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
            "journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL", _patience(writers.LONGEST),
            "cache_size=-16000", "temp_store=MEMORY", "mmap_size=268435456",
        ):  # fmt: skip
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        if seconds := connection.get_execution_options().get("immediate"):
            _begin_immediately(connection, seconds)
        else:  # waits for nobody, so that no error of it needs translating
            connection.connection.driver_connection.execute("BEGIN")


def _patience(seconds: float) -> str:
    return f"busy_timeout={round(seconds * 1000)}"


def _begin_immediately(connection: Any, seconds: float) -> None:
    """BEGIN IMMEDIATE on SQLite, waiting so long for the write lock."""
    connection.connection.driver_connection.execute(f"PRAGMA {_patience(seconds)}")
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def begin_write(session: Session) -> None:
    """End the reading transaction and begin a writing one; what was loaded is read afresh under the lock.

    Unflushed changes would be lost by that, so they are refused loudly: load, then call the operation, then change.
    """
    if session.info.get("writing"):
        return
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("objects were changed before the operation took the write lock")
    with writers.waiting() as seconds:
        _take_the_lock(session, seconds)
    session.info["writing"] = True


def _take_the_lock(session: Session, seconds: float) -> None:
    if session.in_transaction():
        session.expire_all()
        connection = session.connection()
        if connection.dialect.name == "sqlite":  # the reading ends, the writing begins: the connection stays
            connection.connection.driver_connection.execute("ROLLBACK")
            _begin_immediately(connection, seconds)
    else:
        connection = session.connection(execution_options={"immediate": seconds})
    if connection.dialect.name == "postgresql":
        connection.execute(ONE_WRITER, {"wait": f"{round(seconds * 1000)}ms"})


def _ended(session: Session, transaction: Any) -> None:
    if transaction.parent is None:
        session.info.pop("writing", None)
        for act in session.info.pop("afterwards", ()):
            act()


def afterwards(act: Callable[[], None]) -> None:
    """Do it once the present writing has ended, whether it was committed or rolled back; now where nothing is written."""
    session = db.session()
    if session.info.get("writing"):
        session.info.setdefault("afterwards", []).append(act)
    else:
        act()


event.listen(Session, "after_transaction_end", _ended)


def operation(function: Callable[P, R]) -> Callable[P, R]:
    """Mark a function that writes. It runs under the write lock and never commits: the request does, at its end."""

    @functools.wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        begin_write(db.session())
        return function(*args, **kwargs)

    wrapped.is_operation = True  # type: ignore[attr-defined]
    return wrapped


BRIEFLY = 2.0
"""Seconds a note of the program's own waits for the write lock."""


def aside(statement: Any, seconds: float = BRIEFLY) -> None:
    """Execute one statement in a transaction of its own, whatever becomes of the request's. Inside an operation it
    belongs to that. Raises `OperationalError` where the database is busy for longer."""
    if db.session().info.get("writing"):
        db.session().execute(statement)
        return
    with db.engine.connect().execution_options(immediate=seconds) as connection, connection.begin():
        connection.execute(statement)


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
