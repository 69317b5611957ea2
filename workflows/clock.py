"""Working-day and calendar-day clocks: deadlines in three lines, pauses, what is left.

The start day is never counted (起算日不计). A pause counts neither the days after its first day up to and including its
last: asked on Monday, answered on Thursday, Tuesday to Thursday are free and Friday counts again. A pause that begins
after the last day moves nothing: what was late stays late.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from .errors import Sentence, say
from .working_days import Calendar, add_calendar_days, add_working_days, working_days_between

__all__ = [
    "LINES",
    "Calendar",
    "Clock",
    "Deadline",
    "Left",
    "Pause",
    "StepRule",
    "add_calendar_days",
    "add_working_days",
    "amber_from",
    "day_moved",
    "deadlines",
    "leading",
    "left_of",
    "left_until",
    "step_rule",
    "stood_after",
    "used_days",
    "working_days_between",
]

WORKING, CALENDAR = "working", "calendar"
LINES = ("statutory", "promised", "internal")
AMBER_PERCENT = 30


@dataclass(frozen=True)
class Pause:
    """A time the clock stands: why (completion, co_review, national_review, rectification, expert), from, until.

    `end` is None while it lasts. Refuses (ValueError) an end before the start.
    """

    reason: str
    start: date
    end: date | None = None

    def __post_init__(self) -> None:
        if self.end is not None and self.end < self.start:
            raise ValueError("a pause ends before it starts")


@dataclass(frozen=True)
class StepRule:
    """The clock of one step: unit, lengths of the three lines (None: no such line), and what stops it."""

    name: str
    label: str
    unit: str
    statutory: int | None
    promised: int | None
    internal: int | None
    pauses: frozenset[str]
    roll_over: bool
    source: str


@dataclass(frozen=True)
class Deadline:
    """One line: its length, and its last day (None while the clock stands still)."""

    line: str
    days: int
    due: date | None
    provisional: bool


@dataclass(frozen=True)
class Clock:
    """A running clock: when it started, its pauses, and the deadlines it gives; `paused_since` while it stands."""

    rule: StepRule
    start: date
    pauses: tuple[Pause, ...]
    paused_since: date | None
    statutory: Deadline | None
    promised: Deadline | None
    internal: Deadline | None

    @property
    def provisional(self) -> bool:
        """Whether any line rests on holidays not announced yet."""
        return any(line.provisional for line in self.lines)

    @property
    def lines(self) -> tuple[Deadline, ...]:
        """The lines there are, the widest first."""
        return tuple(line for line in (self.statutory, self.promised, self.internal) if line is not None)


def step_rule(value: Mapping[str, Any], name: str, urgent: bool = False) -> StepRule:
    """The clock of step `name` from a `clocks` rule, with the shorter lengths of the green channel when `urgent`.

    The statutory line is never shortened. Refuses (KeyError) a step the rule does not know.
    """
    step = value["steps"][name]
    lengths = step["urgent"] if urgent else step
    waits_for_experts = {"expert"} if step["expert_time"] == "deducted" else set()
    return StepRule(
        name, step["label"], step["unit"], step["statutory"], lengths["promised"], lengths["internal"],
        frozenset(step["pauses"]) | waits_for_experts, step["roll_over"], step["source"],
    )  # fmt: skip


def deadlines(rule: StepRule, start: date, pauses: Iterable[Pause], calendar: Calendar) -> Clock:
    """The three lines of a step begun on `start`. Pauses the rule does not name are left out, overlapping merged."""
    stops = _merged(rule, start, pauses)
    since = stops[-1].start if stops and stops[-1].end is None else None
    lines = {line: _deadline(rule, line, start, stops, calendar) for line in LINES}
    return Clock(rule, start, tuple(stops), since, **lines)


def day_moved(due: date, stop: Pause) -> date:
    """A last day given to somebody as a plain day, moved by a pause that has ended.

    It moves by the days that stood still, and is never before the end of the pause. A pause that begins after the last
    day moves nothing, nor does one that lasts.
    """
    if stop.end is None or stop.start > due:
        return due
    return max(due + (stop.end - stop.start), stop.end)


def used_days(clock: Clock, until: date, calendar: Calendar) -> int:
    """Days the clock has counted from its start to `until`, in the rule's own unit, pauses left out."""
    counted = _counted(clock.rule.unit, clock.start, until, calendar)
    for stop in clock.pauses:
        if stop.start < until:
            counted -= _counted(clock.rule.unit, stop.start, min(stop.end or until, until), calendar)
    return max(counted, 0)


def _counted(unit: str, start: date, end: date, calendar: Calendar) -> int:
    return working_days_between(start, end, calendar) if unit == WORKING else (end - start).days


def _merged(rule: StepRule, start: date, pauses: Iterable[Pause]) -> list[Pause]:
    """The pauses that count, clipped to the clock, in order, none touching another; an open one ends the row."""
    merged: list[Pause] = []
    for pause in sorted((p for p in pauses if p.reason in rule.pauses), key=lambda p: (p.start, p.end or date.max)):
        if pause.end is not None and pause.end <= start:
            continue
        last = merged[-1] if merged else None
        if last is not None and (last.end is None or pause.start <= last.end):
            end = None if last.end is None or pause.end is None else max(last.end, pause.end)
            merged[-1] = Pause(last.reason, last.start, end)
        else:
            merged.append(Pause(pause.reason, max(pause.start, start), pause.end))
    return merged


def _deadline(rule: StepRule, line: str, start: date, stops: list[Pause], calendar: Calendar) -> Deadline | None:
    days: int | None = getattr(rule, line)
    if days is None:
        return None
    due = _due(rule, days, start, stops, calendar)
    rests_on_calendar = rule.unit == WORKING or rule.roll_over
    return Deadline(line, days, due, due is not None and rests_on_calendar and calendar.is_provisional(due))


def _due(rule: StepRule, days: int, start: date, stops: list[Pause], calendar: Calendar) -> date | None:
    """The last day, moved by each pause that began before it; None when an open pause keeps it from being known."""
    working = rule.unit == WORKING
    due = add_working_days(start, days, calendar) if working else start + timedelta(days=days)
    for stop in stops:
        if stop.start > add_calendar_days(due, 0, calendar, rule.roll_over):
            break
        if stop.end is None:
            return None
        free = _counted(rule.unit, stop.start, stop.end, calendar)
        moved = add_working_days(due, free, calendar) if working else due + timedelta(days=free)
        # asked on the very last day, answered on a Sunday: nobody is late before the answer came
        due = max(moved, stop.end)
    return add_calendar_days(due, 0, calendar, rule.roll_over)


@dataclass(frozen=True)
class Left:
    """What is left of a limit, in the one unit it is counted in: `days` are negative when it is over.

    `colour`: red when over, amber when little is left, else green.
    """

    colour: str
    days: int
    unit: str

    @property
    def text(self) -> Sentence:
        """The same in words, so that nobody depends on the colour."""
        if self.days == 0:
            return say("今天到期")
        if self.unit == WORKING:
            return say("超 %(n)s 个工作日", n=-self.days) if self.days < 0 else say("还有 %(n)s 个工作日", n=self.days)
        return say("超 %(n)s 天", n=-self.days) if self.days < 0 else say("还有 %(n)s 天", n=self.days)


def left_until(
    due: date, today: date, unit: str, calendar: Calendar, *, stood: int = 0, amber_on: date | None = None
) -> Left:  # fmt: skip
    """What is left until a last day. `stood`: days the clock stood still after it; `amber_on`: when little is left."""
    if today > due:
        return Left("red", min(stood - _counted(unit, due, today, calendar), -1), unit)
    colour = "amber" if today == due or (amber_on is not None and today >= amber_on) else "green"
    days = _counted(unit, today, due, calendar)
    # a last day on a Sunday comes although no working day is left
    return Left(colour, days, unit) if days or today == due else Left(colour, (due - today).days, CALENDAR)


def left_of(
    clock: Clock, line: str, today: date, calendar: Calendar, amber_percent: int = AMBER_PERCENT
) -> Left | None:  # fmt: skip
    """What is left of one line of a clock; None without that line, and while an open pause keeps its last day unknown."""
    deadline: Deadline | None = getattr(clock, line)
    if deadline is None or deadline.due is None:
        return None
    stood, amber = stood_after(clock, line, today, calendar), amber_from(clock, line, calendar, amber_percent)
    return left_until(deadline.due, today, clock.rule.unit, calendar, stood=stood, amber_on=amber)


def stood_after(clock: Clock, line: str, today: date, calendar: Calendar) -> int:
    """Days the clock stood still after the last day of a line, in its own unit: nobody is later for those."""
    due = getattr(clock, line).due
    spans = [(max(stop.start, due), min(stop.end or today, today)) for stop in clock.pauses]
    return sum(_counted(clock.rule.unit, start, end, calendar) for start, end in spans if start < end)


def amber_from(clock: Clock, line: str, calendar: Calendar, amber_percent: int = AMBER_PERCENT) -> date | None:
    """The first day on which at most `amber_percent` of a line's length is left; None while its last day is not known."""
    deadline: Deadline | None = getattr(clock, line)
    if deadline is None or deadline.due is None:
        return None
    few = deadline.days * amber_percent // 100
    first = deadline.due
    while _counted(clock.rule.unit, first - timedelta(days=1), deadline.due, calendar) <= few:
        first -= timedelta(days=1)
    return first


def leading(clock: Clock) -> str | None:
    """The line a title is due by: the promised one, else the internal, else the statutory."""
    return next((line.line for line in (clock.promised, clock.internal, clock.statutory) if line is not None), None)
