"""Rows of one statement's part packed into one text, to be read beside other things, and taken apart in a stated order.

The order in which a database puts texts together is its own affair, so each row carries what it is sorted by.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, String, cast, func, literal, select

ROW, CELL = "\x1e", "\x1f"
"""What parts rows, and the cells of one."""


def packed(order: Any, *cells: Any) -> Select[Any]:
    """The rows as one text. `order`: a column of whole numbers, by which `unpacked` sorts them."""
    row = cast(order, String)
    for cell in cells:
        row = row + literal(CELL) + cell
    return select(func.aggregate_strings(row, ROW))


def unpacked(text: str | None) -> list[list[str]]:
    """The cells of each row, the lowest number first; none where nothing was found."""
    rows = [row.split(CELL) for row in text.split(ROW)] if text else []
    return [row[1:] for row in sorted(rows, key=lambda row: int(row[0]))]
