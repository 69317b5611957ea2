"""The dated rules of the seed bank as plain data: what held from when to when, where it is written, how sure we are.

A row's `value` holds only what JSON can hold, for the rows seed a table that the administrator edits; thresholds,
clocks and forms are read from that table, never from this package. `verified` is False where a number was not read in
the norm's own text or is our inference; `value["unverified"]` then says what.

vocabulary      codes and labels the rules and the filing share: types, forms, special subjects, themes
classification  classes, thresholds, triggers, licences        clocks   lengths of the steps
bank            the year's ten, intake criteria, cost limits    filing   what a filing must hold
numbers         number patterns                                 review   the reading form
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Protocol, TypeVar

from ..errors import Sentence, say
from . import bank, classification, clocks, filing, numbers, review
from .row import Row


class Dated(Protocol):
    """What a rule needs to be found by its day; `valid_to` is the last day it holds, None while it is open."""

    @property
    def kind(self) -> str: ...
    @property
    def valid_from(self) -> date: ...
    @property
    def valid_to(self) -> date | None: ...
    @property
    def source(self) -> str: ...
    @property
    def value(self) -> dict[str, Any]: ...


R = TypeVar("R", bound=Dated)

ROWS: tuple[Row, ...] = (
    *classification.ROWS,
    *clocks.ROWS,
    *numbers.ROWS,
    *bank.ROWS,
    *review.ROWS,
    *filing.ROWS,
)
KINDS: tuple[str, ...] = tuple(dict.fromkeys(row.kind for row in ROWS))


class NoRuleInForce(LookupError):
    """No row of that kind covers that day: the table of rules has a hole, or the day lies before all rules."""


def in_force(row: Dated, day: date) -> bool:
    """Whether the row holds on that day, first and last day included."""
    return row.valid_from <= day and (row.valid_to is None or day <= row.valid_to)


def rule_on(rows: Iterable[R], kind: str, day: date) -> R:
    """The row of `kind` in force on `day`; the youngest when rows overlap. Refuses (NoRuleInForce) a day without."""
    found = [row for row in rows if row.kind == kind and in_force(row, day)]
    if not found:
        raise NoRuleInForce(f"no rule of kind {kind} on {day.isoformat()}")
    return max(found, key=lambda row: row.valid_from)


def faults(rows: Iterable[Dated]) -> list[Sentence]:
    """What is wrong with a table of rules: ends before it starts, overlaps, holes between two rows of a kind."""
    ordered = sorted(rows, key=lambda row: (row.kind, row.valid_from))
    found = [
        say("%(kind)s：%(day)s 起的规则在生效前就失效了。", kind=row.kind, day=row.valid_from.isoformat())
        for row in ordered
        if row.valid_to is not None and row.valid_to < row.valid_from
    ]
    for earlier, later in pairwise(ordered):
        if earlier.kind == later.kind:
            found += _seam(earlier, later)
    return found


def _seam(earlier: Dated, later: Dated) -> list[Sentence]:
    begins = later.valid_from.isoformat()
    if earlier.valid_to is None or earlier.valid_to >= later.valid_from:
        return [say("%(kind)s：%(day)s 起的规则与前一条重叠，请先填写前一条的失效日。", kind=later.kind, day=begins)]
    if earlier.valid_to + timedelta(days=1) < later.valid_from:
        return [say("%(kind)s：%(day)s 之前有空档，没有规则可用。", kind=later.kind, day=begins)]
    return []
