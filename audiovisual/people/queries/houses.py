"""Houses as lists and pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import case, func, select

from audiovisual.kernel.events import Event
from audiovisual.kernel.model import db
from audiovisual.kernel.paging import Page, paged, within
from audiovisual.kernel.sought import holds

from ..models import House, User
from .presence import here


def find_houses(state: str, city: str, words: str, page: int, per: int) -> tuple[Sequence[House], int, int]:
    """One page of houses, applicants first, those waiting longest at the top; how many there are, the page's number."""
    rows = select(House)
    if state:
        rows = rows.where(House.state == state)
    if city:
        rows = rows.where(House.city == city)
    for word in words.split():
        rows = rows.where(_means(word))
    total = db.session.scalar(select(func.count()).select_from(rows.subquery())) or 0
    page = within(page, per, total)
    waiting = case((House.state == "applied", 0), else_=1)
    waited = case((House.state == "applied", House.applied_at))
    rows = rows.order_by(waiting, waited, House.name).limit(per).offset((page - 1) * per)
    return db.session.scalars(rows).all(), total, page


def _means(word: str) -> Any:
    columns = House.name, House.short_name, House.former_names, House.licence_number, House.contact_name, House.uscc
    return holds(word, *columns)


def counts_by_state() -> dict[str, int]:
    """How many houses stand in each state."""
    return dict(db.session.execute(select(House.state, func.count()).group_by(House.state)).all())


def next_applicant(but: int) -> int | None:
    """The house that has waited longest to be admitted, other than this one; None where nobody waits."""
    waiting = select(House.id).where(House.state == "applied", House.id != but)
    return db.session.scalar(waiting.order_by(House.applied_at, House.id).limit(1))


def people_ever(house_id: int, page: int, per: int) -> Page:
    """One page of the people of a house, those who left last."""
    rows = select(User).where(User.house_id == house_id).order_by(User.left_on.is_not(None), User.name, User.id)
    return paged(rows, page, per, scalars=True)


def people_here(house_id: int) -> int:
    """How many people of a house have not left."""
    return db.session.scalar(select(func.count()).select_from(User).where(User.house_id == house_id, here())) or 0


def history_of(house_id: int, page: int, per: int) -> Page:
    """One page of what happened to a house, the latest first."""
    rows = select(Event).where(Event.subject_type == "house", Event.subject_id == house_id)
    return paged(rows.order_by(Event.id.desc()), page, per, scalars=True)


def colleagues_among(house_id: int, ids: Iterable[int | None]) -> frozenset[int]:
    """Which of these people are, or were, people of the house."""
    own = select(User.id).where(User.house_id == house_id, User.id.in_({number for number in ids if number}))
    return frozenset(db.session.scalars(own))
