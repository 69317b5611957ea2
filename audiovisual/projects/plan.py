"""A title's plan as the chart draws it: the nodes with their drift, and the places of bars and months in per cent."""

from __future__ import annotations

from datetime import date
from typing import Any

from audiovisual.kernel.languages import gettext as _
from audiovisual.kernel.model import today
from audiovisual.kernel.text import is_english

from .operations.production import NODES

MOST_MONTHS = 8
"""Months marked in the chart; a longer plan marks every second, every third …"""
NARROWEST = 204
"""Pixels the chart is wide where it is narrowest: what does not overlap there does not overlap anywhere."""
WIDE, NARROW, GAP = 12, 6.8, 8
"""Pixels of a Chinese character, of any other, and between two names of months."""


def plan_of(milestones: list[Any], goes_on: bool = False, delivered: bool = False) -> dict[str, Any] | None:
    """Rows with planned, actual and expected day, drift in days and bars; the months. None without a plan.

    `goes_on`: whether the title goes on, so that a node that was not reached by its day is late (`late`: days).
    `delivered`: whether its cut was handed in (`late_by`).
    """
    if not milestones:
        return None
    found = [day for node in milestones for day in (node.planned_on, node.actual_on, node.forecast_on) if day]
    start, days = min(found), max(1, (max(found) - min(found)).days)
    rows: list[dict[str, Any]] = []
    planned_before = reached_before = None
    for node in milestones:
        reached = node.actual_on or node.forecast_on
        bars = [("c-grey", 1, 4, *_bar(planned_before, node.planned_on, start, days))]
        if reached:
            bars.append(("c-blue" if node.actual_on else "hollow", 7, 6, *_bar(reached_before, reached, start, days)))
        rows.append({
            "label": _(NODES[node.kind]), "planned": node.planned_on, "actual": node.actual_on,
            "expected": node.forecast_on, "drift": (reached - node.planned_on).days if reached else None, "bars": bars,
            "late": late_by(node, delivered) if goes_on else 0,
        })  # fmt: skip
        planned_before, reached_before = node.planned_on, reached
    return {"rows": rows, "months": _months(start, max(found), days)}


def late_by(node: Any, delivered: bool = False) -> int:
    """Days a node is past its planned day without having been reached; 0 where it is not. A forecast does not end it.

    Once the cut was handed in only the release is waited for: the film was made, and nobody can report its nodes any more.
    """
    made = delivered and node.kind != "release"
    return 0 if made or node.actual_on is not None else max(0, (today() - node.planned_on).days)


def _bar(since: date | None, until: date, start: date, days: int) -> tuple[float, float]:
    """From one day to the next, as beginning and width; without a beginning a short mark on its day."""
    end = 100 * (until - start).days / days
    begin = 100 * (since - start).days / days if since else end - 1
    return round(max(0, min(begin, end - 1)), 1), round(max(1, end - begin), 1)


def _months(start: date, end: date, days: int) -> list[tuple[str, float]]:
    """The first days of months inside the chart, by name and place; a plan over a new year names its years.

    A name that would run into the one before or beyond the chart's end is empty: its line stands alone.
    """
    count = (end.year - start.year) * 12 + end.month - start.month
    named, free = start.year if start.year == end.year else None, 0.0
    shown = []
    for ahead in range(1, count + 1, (count + MOST_MONTHS - 1) // MOST_MONTHS or 1):
        year, month = divmod(start.month - 1 + ahead, 12)
        first = date(start.year + year, month + 1, 1)
        place, name = 100 * (first - start).days / days, _month(first, named != first.year)
        until = place + _width(name)
        fits = place >= free and until <= 100
        shown.append((name if fits else "", round(place, 2)))
        if fits:
            named, free = first.year, until + 100 * GAP / NARROWEST
    return shown


def _width(name: str) -> float:
    """How much of the narrowest chart a name takes, in per cent."""
    return sum(WIDE if ord(character) > 0x2E7F else NARROW for character in name) * 100 / NARROWEST


def _month(first: date, with_year: bool) -> str:
    if is_english():
        return f"{first:%b %Y}" if with_year else f"{first:%b}"
    return f"{first.year}年{first.month}月" if with_year else f"{first.month}月"
