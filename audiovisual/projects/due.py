"""By when something is due, as every list, page and mail says it: one function, and one unit for each limit.

A clock counts in the unit of its rule; a node of the plan and the day a house hands back are counted in plain days.
While the clock stands still there is no day the bureau is due by: then it is said who is waited for, and until when.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from audiovisual.kernel.languages import gettext as _
from audiovisual.kernel.text import short_day, translated
from workflows.clock import CALENDAR, Calendar, Left, left_until
from workflows.errors import N_
from workflows.project import PROJECT

from .clocks import SOON

SHAPE = {"red": "r", "amber": "y", "green": "g"}
"""Lights of `macros/marks.html` by the colour of the rules."""
WAITS = {
    "completing": N_("等制作机构补正"), "rectifying": N_("等制作机构整改"), "suspended": N_("已暂停办理"),
    "dormant": N_("休眠"),
}  # fmt: skip
"""Whom a title waits for while its clock stands still; in all other states a department is asked (协审)."""
ASIDE = frozenset({"suspended", "dormant"})
"""States without a limit, whether a clock stands still in them or none was running."""
ENDED = frozenset(state.code for state in PROJECT.states if state.final)


@dataclass(frozen=True)
class Due:
    """What a reader sees: a light (r, y, g; p while the clock stands still; "" without a limit), words, and the day.

    `words`: 还有 22 个工作日; `note`: 到 12-30; `days`: left, negative when over, None where nothing is counted; `own`:
    whether it is the house's own day, by which it hands back what it was asked for.
    """

    light: str = ""
    words: str = ""
    note: str = ""
    on: date | None = None
    days: int | None = None
    own: bool = False


def due_of(row: Any, day: date, calendar: Calendar, of_house: bool = False) -> Due:
    """By when the title of a row is due on a day. `of_house`: as its house reads it, who has a day of its own."""
    if row.state in ENDED:
        return Due()
    if of_house and row.house_due_on is not None:
        left = left_until(row.house_due_on, day, CALENDAR, calendar, amber_on=soon(row.house_due_on))
        return replace(_told(left, row.house_due_on), own=True)
    if row.paused_since is not None or row.state in ASIDE:
        return _waiting(row, day)
    left = left_of(row, day, calendar)
    if left is None:
        return Due(words=_("没有期限"))
    told = _told(left, row.due_on)
    if left.days < 0 and row.stood_days:  # else the day and how much it is over would not agree
        note = _("到 %(day)s，停过的 %(n)s 天不算", day=short_day(row.due_on), n=row.stood_days)
        return replace(told, note=note)
    return told


def left_of(row: Any, day: date, calendar: Calendar) -> Left | None:
    """What is left of the bureau's limit for the title of a row; None where no day is known."""
    if row.due_on is None:
        return None
    unit, stood = row.due_unit or CALENDAR, row.stood_days or 0
    return left_until(row.due_on, day, unit, calendar, stood=stood, amber_on=row.amber_on)


def due_in(due: date, day: date, unit: str, calendar: Calendar) -> Due:
    """By when something is due that has a day and nothing else, such as the answer to a house that applied."""
    return _told(left_until(due, day, unit, calendar, amber_on=soon(due)), due)


def soon(due: date) -> date:
    """From when a day without a clock of its own is near."""
    return date.fromordinal(due.toordinal() - SOON)


def _told(left: Left, due: date) -> Due:
    return Due(SHAPE[left.colour], translated(left.text), _("到 %(day)s", day=short_day(due)), due, left.days)


def _waiting(row: Any, day: date) -> Due:
    words = _(WAITS.get(row.state, N_("等有关部门协审")))
    if row.house_due_on is None:
        return Due("p", words, _("自 %(day)s", day=short_day(row.paused_since)) if row.paused_since else "")
    left = (row.house_due_on - day).days
    how = _("今天") if left == 0 else _("还有 %(n)s 天", n=left) if left > 0 else _("已过 %(n)s 天", n=-left)
    return Due("p", words, _("%(day)s 前交回（%(how)s）", day=short_day(row.house_due_on), how=how), row.house_due_on)
