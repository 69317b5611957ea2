"""Lists in pages: what the address asks for, and the slice of a list a page shows with the number there are in all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import has_request_context, request
from sqlalchemy import Select, func, select

from .forms import whole_number
from .model import db

FURTHEST = 100_000
"""The highest page an address may ask for."""


@dataclass(frozen=True)
class Page:
    """One page of a list: its rows, its number from 1, how many rows a page has, how many there are in all."""

    rows: Sequence[Any] = ()
    number: int = 1
    per: int = 50
    total: int = 0

    def __bool__(self) -> bool:
        return self.total > 0

    def with_rows(self, rows: Sequence[Any]) -> Page:
        """The same page with its rows in another shape."""
        return Page(rows, self.number, self.per, self.total)


def asked_page(name: str = "page") -> int:
    """The page the address asks for under that name; 1 where it asks for none, or for nonsense."""
    if not has_request_context():
        return 1
    return min(max(whole_number(request.args.get(name)) or 1, 1), FURTHEST)


def count(statement: Select[Any]) -> int:
    """How many rows a statement has."""
    return db.session.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0


def within(number: int, per: int, total: int) -> int:
    """The page asked for, or the last one there is."""
    return max(1, min(number, -(-total // per)))


def paged(statement: Select[Any], number: int, per: int, total: int | None = None, scalars: bool = False) -> Page:
    """The page of that number of a statement's rows, the last one where there are fewer. `total`: where it is known."""
    total = count(statement) if total is None else total
    number = within(number, per, total)
    if not total:
        return Page((), 1, per, 0)
    shown = statement.limit(per).offset((number - 1) * per)
    rows = db.session.scalars(shown).all() if scalars else db.session.execute(shown).all()
    return Page(list(rows), number, per, total)
