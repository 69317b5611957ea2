"""The shape of one dated rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any


@dataclass(frozen=True)
class Row:
    """One rule: `value` is JSON; `source` names 文号 and 条; `valid_to` is the last day it holds, None while open."""

    kind: str
    valid_from: date
    source: str
    value: dict[str, Any]
    verified: bool = True
    valid_to: date | None = None


def succession(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Rows of one kind in order of their first day, each ending the day before the next begins."""
    ends = [row.valid_from - timedelta(days=1) for row in rows[1:]]
    return (*(replace(row, valid_to=end) for row, end in zip(rows, ends, strict=False)), *rows[-1:])
