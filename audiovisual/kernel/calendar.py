"""The bureau's calendar of holidays and working Saturdays, as a table the admin can mend.

Seeded from chinesecalendar, which knows the State Council's notices up to 2026; later years count weekends only and are
provisional until their notice is entered.
"""

from __future__ import annotations

import time
from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column

from workflows.clock import Calendar

from .model import Base, db


class CalendarDay(Base):
    """A day that differs from its weekday's habit: a holiday, or a weekend day that is worked."""

    __tablename__ = "calendar_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name: Mapped[str] = mapped_column(default="")

    __table_args__ = (CheckConstraint("kind IN ('holiday', 'workday')", name="kind"),)


def seed_days(first_year: int = 2024) -> list[dict[str, Any]]:
    """Rows for every year chinesecalendar knows from `first_year`, as plain dicts."""
    from chinese_calendar import constants

    holidays = [{"day": d, "kind": "holiday", "name": name} for d, name in constants.holidays.items()]
    workdays = [{"day": d, "kind": "workday", "name": name} for d, name in constants.workdays.items()]
    return [row for row in holidays + workdays if row["day"].year >= first_year]


_MARK = select(func.count(), func.max(CalendarDay.day)).select_from(CalendarDay)
_known: tuple[tuple[object, ...], Calendar] | None = None
_looked: tuple[object, float] = (None, 0.0)
FRESH = 10.0
"""Seconds a process goes on with the calendar it looked at; it changes once a year, and every page asks."""


def working_calendar() -> Calendar:
    """The calendar as the rules want it; read again only when the table changed in number or in its last day."""
    global _known, _looked
    if _known is not None and _looked[0] is db.engine and time.monotonic() - _looked[1] < FRESH:
        return _known[1]
    _looked = db.engine, time.monotonic()
    mark = tuple(db.session.execute(_MARK).one())
    if _known is None or _known[0] != mark:
        rows = db.session.execute(select(CalendarDay.day, CalendarDay.kind)).all()
        holidays = frozenset(d for d, kind in rows if kind == "holiday")
        workdays = frozenset(d for d, kind in rows if kind == "workday")
        last = max(holidays | workdays, default=date(2026, 12, 31))
        _known = mark, Calendar(holidays, workdays, date(last.year + 1, 1, 1))
    return _known[1]
