"""Sensitive values of the audit chain, kept apart from it.

An audit row (and its fact in the timeline) holds of such a value only its print: a hash with a salt of its own. The value
and the salt stand in a table here, from which they can be deleted; a print without its salt tells nothing, and the chain
verifies as before. A deletion is a row of the chain itself, which names the prints.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, Text, event, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import sensitive
from .model import Base, db, utcnow

MARK = "withheld"
"""Under this name a print stands in place of a value."""
NESTED = ("before", "after", "values", "was")
"""Names under which rows keep several columns at once."""
READ = "withheld_read"
"""Under this name a session knows the values it has read in its transaction."""


class WithheldValue(Base):
    """One value of one audit row: which column it was of, whose it is (a person's id), since when; `salt` and `value` are
    None once it was deleted, by the audit row `deleted_seq`."""

    __tablename__ = "withheld_value"

    print: Mapped[str] = mapped_column(String(64), primary_key=True)
    audit_seq: Mapped[int] = mapped_column(index=True)
    column: Mapped[str]
    user_id: Mapped[int | None] = mapped_column(index=True)
    at: Mapped[datetime] = mapped_column(default=utcnow)
    salt: Mapped[str | None] = mapped_column(String(32))
    value: Mapped[str | None] = mapped_column(Text)
    deleted_seq: Mapped[int | None]

    __table_args__ = (Index("ix_withheld_value_at", "at"),)


@dataclass(frozen=True)
class Apart:
    """A value that a row keeps under a name of its own: which sensitive column it is of ("project.contact_phone")."""

    value: Any
    column: str


@dataclass(frozen=True)
class Print:
    """A value on its way: its print and what the table will hold of it."""

    print: str
    column: str
    salt: str
    value: str

    @property
    def mark(self) -> dict[str, str]:
        """What stands in the row in its place."""
        return {MARK: self.print}


def print_of(salt: str, column: str, value: str) -> str:
    """The print of a value (as JSON) with its salt."""
    return hashlib.sha256(f"{salt}\n{column}\n{value}".encode()).hexdigest()


def printed(value: Any, column: str) -> Print:
    """A value with a fresh salt."""
    told, salt = json.dumps(value, ensure_ascii=False, sort_keys=True, default=str), secrets.token_hex(16)
    return Print(print_of(salt, column, told), column, salt, told)


def taken_out(table: str, data: Mapping[str, Any]) -> tuple[dict[str, Any], list[Print]]:
    """The data of a row about that table with a print in place of each sensitive value, and those values.

    Sensitive is what the caller says (`Apart`), and what bears the name of a column that is kept apart.
    """
    found: list[Print] = []
    return _without(table, data, found), found


def _without(table: str, data: Mapping[str, Any], found: list[Print]) -> dict[str, Any]:
    table, kept = sensitive.VALUES_OF.get(table, table), {}
    for name, value in data.items():
        if isinstance(value, Apart):
            kept[name] = _put_apart(value.value, value.column, found)
        elif name in NESTED and isinstance(value, Mapping) and MARK not in value:
            kept[name] = _without(table, value, found)
        elif sensitive.is_apart(table, name):
            kept[name] = _put_apart(value, f"{table}.{name}", found)
        else:
            kept[name] = value
    return kept


def _put_apart(value: Any, column: str, found: list[Print]) -> Any:
    """The mark of a value; what is empty, or is a mark already, stays as it is."""
    if value in (None, "", [], {}) or is_mark(value):
        return value
    found.append(printed(value, column))
    return found[-1].mark


def rows_of(seq: int, user_id: int | None, at: datetime, found: Iterable[Print]) -> list[dict[str, Any]]:
    """The rows of the table for values of one audit row."""
    return [
        {"print": one.print, "audit_seq": seq, "column": one.column, "user_id": user_id, "at": at, "salt": one.salt,
         "value": one.value, "deleted_seq": None}
        for one in found
    ]  # fmt: skip


def is_mark(value: Any) -> bool:
    """Whether that stands in place of a value."""
    return isinstance(value, Mapping) and set(value) == {MARK}


def marks_in(data: Any) -> Iterator[str]:
    """All prints in the data of a row."""
    if is_mark(data):
        yield data[MARK]
    elif isinstance(data, Mapping):
        for value in data.values():
            yield from marks_in(value)


@dataclass(frozen=True)
class Gone:
    """What is read in place of a value that was deleted; a page says it in its reader's language."""

    def __str__(self) -> str:
        from .languages import gettext

        return gettext("已删除")


def fetch(datas: Iterable[Any]) -> None:
    """Read the values of many rows at once, for a page that shows them; nothing is asked where there are none."""
    known = _known()
    wanted = {mark for data in datas for mark in marks_in(data)} - known.keys()
    if not wanted:
        return
    asked = select(WithheldValue.print, WithheldValue.value).where(WithheldValue.print.in_(wanted))
    values = {row.print: row.value for row in db.session.execute(asked)}
    for mark in wanted:
        value = values.get(mark)
        known[mark] = Gone() if value is None else json.loads(value)


def _known() -> dict[str, Any]:
    """What was read in this transaction so far."""
    return db.session().info.setdefault(READ, {})


def _ended(session: Session, transaction: Any) -> None:
    if transaction.parent is None:
        session.info.pop(READ, None)


event.listen(Session, "after_transaction_end", _ended)


def put_in(data: Any) -> Any:
    """The data of a row with its values, or `Gone` where they were deleted."""
    marks = set(marks_in(data))
    if not marks:
        return data
    fetch([data])
    return _put_in(data, _known())


def _put_in(data: Any, known: Mapping[str, Any]) -> Any:
    if is_mark(data):
        return known.get(data[MARK], Gone())
    if isinstance(data, Mapping):
        return {name: _put_in(value, known) for name, value in data.items()}
    return data


def delete(session: Session, prints: Collection[str], seq: int) -> None:
    """Delete values and their salts; `seq` is the audit row that says so (`audit.delete_values`)."""
    mine = update(WithheldValue).where(WithheldValue.print.in_(prints))
    session.execute(
        mine.values(salt=None, value=None, deleted_seq=seq), execution_options={"synchronize_session": False}
    )
    session.info.pop(READ, None)


def fits(row: Any) -> bool:
    """Whether a value that was not deleted still gives its print."""
    return row.salt is not None and row.value is not None and print_of(row.salt, row.column, row.value) == row.print
