"""Houses as lists and pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import case, func, or_, select

from audiovisual.kernel.events import Event
from audiovisual.kernel.model import db

from ..models import House, User


def find_houses(state: str, city: str, words: str, page: int, per: int) -> tuple[Sequence[House], int]:
    """One page of houses and how many there are: applicants first, those waiting longest at the top."""
    rows = select(House)
    if state:
        rows = rows.where(House.state == state)
    if city:
        rows = rows.where(House.city == city)
    for word in words.split()[:5]:
        rows = rows.where(_means(word))
    total = db.session.scalar(select(func.count()).select_from(rows.subquery())) or 0
    waiting = case((House.state == "applied", 0), else_=1)
    waited = case((House.state == "applied", House.applied_at))
    rows = rows.order_by(waiting, waited, House.name).limit(per).offset((page - 1) * per)
    return db.session.scalars(rows).all(), total


def _means(word: str) -> Any:
    columns = (House.name, House.short_name, House.former_names, House.licence_number, House.contact_name)
    return or_(
        House.uscc.contains(word.upper(), autoescape=True), *(c.contains(word, autoescape=True) for c in columns)
    )


def counts_by_state() -> dict[str, int]:
    """How many houses stand in each state."""
    return dict(db.session.execute(select(House.state, func.count()).group_by(House.state)).all())


def next_applicant(but: int) -> int | None:
    """The house that has waited longest to be admitted, other than this one; None where nobody waits."""
    waiting = select(House.id).where(House.state == "applied", House.id != but)
    return db.session.scalar(waiting.order_by(House.applied_at, House.id).limit(1))


def people_ever(house_id: int) -> Sequence[User]:
    """People of a house, those who left last."""
    rows = select(User).where(User.house_id == house_id).order_by(User.left_on.is_not(None), User.name, User.id)
    return db.session.scalars(rows.limit(500)).all()


def history_of(house_id: int) -> Sequence[Event]:
    """What happened to a house, the latest first."""
    rows = select(Event).where(Event.subject_type == "house", Event.subject_id == house_id)
    return db.session.scalars(rows.order_by(Event.id.desc()).limit(50)).all()
