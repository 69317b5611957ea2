"""Working days of China: the week, the holidays, the days worked besides (调休上班); counted without walking them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta


@dataclass(frozen=True)
class Calendar:
    """Which days the offices work: Monday to Friday, but for `holidays`, and `makeup` days besides (调休上班).

    From `provisional_from` on the State Council's notice is not out, and what rests on those days may still move.
    """

    holidays: frozenset[date] = frozenset()
    makeup: frozenset[date] = frozenset()
    provisional_from: date | None = None
    _closed: list[int] = field(init=False, repr=False, compare=False)
    _opened: list[int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        closed = sorted(day.toordinal() for day in self.holidays - self.makeup if day.weekday() < 5)
        opened = sorted(day.toordinal() for day in self.makeup if day.weekday() >= 5)
        object.__setattr__(self, "_closed", closed)
        object.__setattr__(self, "_opened", opened)

    @classmethod
    def of(cls, days: Iterable[tuple[date, bool]], provisional_from: date | None = None) -> Calendar:
        """From (day, is it worked) pairs; days not named follow the week."""
        known = dict(days)
        holidays = frozenset(day for day, worked in known.items() if not worked)
        return cls(holidays, frozenset(day for day, worked in known.items() if worked), provisional_from)

    def is_working(self, day: date) -> bool:
        """Whether the offices work that day."""
        return day in self.makeup or (day.weekday() < 5 and day not in self.holidays)

    def is_provisional(self, day: date) -> bool:
        """Whether that day's holidays are not announced yet."""
        return self.provisional_from is not None and day >= self.provisional_from

    def count(self, ordinal: int) -> int:
        """Working days up to and including that ordinal; only differences mean anything."""
        # ordinal 1 was a Monday, so whole weeks and the rest of one can be told without a loop
        weeks, rest = divmod(ordinal, 7)
        worked = 5 * weeks + min(rest, 5)
        return worked - bisect_right(self._closed, ordinal) + bisect_right(self._opened, ordinal)


def add_working_days(start: date, n: int, calendar: Calendar) -> date:
    """The n-th working day after `start` (not counted); `start` itself for n = 0. Refuses (ValueError) n < 0."""
    if n < 0:
        raise ValueError("a clock does not run backwards")
    day = start.toordinal()
    target = calendar.count(day) + n
    # a day adds at most one working day, so this never jumps past the first day that reaches the target
    while (short := target - calendar.count(day)) > 0:
        day += short
    return date.fromordinal(day)


def working_days_between(start: date, end: date, calendar: Calendar) -> int:
    """Working days after `start` up to and including `end`; negative when `end` lies before `start`."""
    return calendar.count(end.toordinal()) - calendar.count(start.toordinal())


def add_calendar_days(start: date, n: int, calendar: Calendar, roll_over: bool = False) -> date:
    """`start` plus n days; with `roll_over` a last day on which nobody works moves to the next working day."""
    due = start + timedelta(days=n)
    return add_working_days(due, 1, calendar) if roll_over and not calendar.is_working(due) else due
