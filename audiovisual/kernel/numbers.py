"""Gapless numbers per series and year, taken inside the transaction that uses them."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Mapped, mapped_column

from .model import Base, db


class NumberSeries(Base):
    """The last number given out in a series and year."""

    __tablename__ = "number_series"

    series: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int] = mapped_column(default=0)


def take(series: str, year: int) -> int:
    """The next number, from 1. Under the write lock (SQLite) or the row's lock (PostgreSQL); a rollback gives it back."""
    session = db.session()
    row = session.get(NumberSeries, (series, year), with_for_update=True)
    if row is None:
        if session.get_bind().dialect.name == "postgresql":
            from sqlalchemy.dialects.postgresql import insert

            session.execute(insert(NumberSeries).values(series=series, year=year, last=0).on_conflict_do_nothing())
        else:
            session.add(NumberSeries(series=series, year=year, last=0))
            session.flush()
        row = session.scalars(
            select(NumberSeries).where(NumberSeries.series == series, NumberSeries.year == year).with_for_update()
        ).one()
    row.last += 1
    session.flush()
    return row.last
