"""The base of every table: types, version column, and the one clock the program reads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from zoneinfo import ZoneInfo

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import CheckConstraint, ColumnElement, DateTime, Integer, MetaData, String, Table, literal_column
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column, registry
from sqlalchemy.types import JSON, TypeDecorator

from workflows.engine import Machine

SHANGHAI = ZoneInfo("Asia/Shanghai")
AHEAD = timedelta(hours=8)
"""Shanghai's clock before UTC, all year round; a list asks for today's date a hundred times."""


def constant(*codes: str) -> list[ColumnElement[str]]:
    """Codes of ours for `in_`, written into the statement: a list of values would be put together at every execution."""
    return [literal_column(f"'{code}'", String) for code in codes]


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, stored in UTC without offset and read back with it. Naive datetimes are refused."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored moment needs a time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value if value is None else value.replace(tzinfo=UTC)


NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Declarative base; constraint names are fixed so that migrations can take them away again."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMES),
        type_annotation_map={datetime: UtcDateTime, dict[str, Any]: JSON, list[str]: JSON, list[Any]: JSON},
    )
    if TYPE_CHECKING:
        __table__: ClassVar[Table]  # never a view or a join here


NEVER_AGAIN = {"sqlite_autoincrement": True}
"""For tables whose rows people take out (last of `__table_args__`): the id of a row that is gone is not given to the next.

Windows and drafts know a row by its id, and SQLite gives the highest id anew; what was meant for the one would be done to
the other. PostgreSQL never does.
"""

db = SQLAlchemy(model_class=Base, disable_autonaming=True)


class Versioned:
    """A row people edit: each change raises `version`, and a change made from an old version is refused."""

    version: Mapped[int] = mapped_column(Integer, default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805  declared_attr hands over the class
        return {"version_id_col": cls.version}  # type: ignore[attr-defined]


def known_states(machine: Machine) -> CheckConstraint:
    """The database knows the states of a table's machine, and refuses any other."""
    return CheckConstraint(f"state IN ({','.join(repr(state.code) for state in machine.states)})", name="state")


_at: ContextVar[datetime | None] = ContextVar("moment", default=None)


def utcnow() -> datetime:
    """Now, in UTC, to the second's fraction the database keeps."""
    return _at.get() or datetime.now(UTC)


@contextmanager
def happening_at(moment: datetime) -> Iterator[None]:
    """Let what runs inside happen at another moment: the demonstration bank has a past. Not for requests."""
    token = _at.set(moment)
    try:
        yield
    finally:
        _at.reset(token)


def today() -> date:
    """Today in Shanghai: deadlines are counted in the bureau's days."""
    told = _at.get()
    return told.astimezone(SHANGHAI).date() if told else (datetime.now(UTC) + AHEAD).date()


def shanghai(moment: datetime) -> datetime:
    """The same moment on the bureau's clock."""
    return moment.astimezone(SHANGHAI)
