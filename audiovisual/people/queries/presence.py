"""Who is here and holds a role today.

Whatever is addressed to somebody asks here at the moment it is used: messages when they are written, mails when they are
sent, work lists when they are opened, choices of people when they are shown. A stored id says who it was, never who it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select

from audiovisual.kernel.model import db, today

from ..models import Delegation, House, RoleGrant, User

# tables under names of their own: whatever statement these conditions stand in reads people for itself
PERSON, GRANT = User.__table__.alias("present"), RoleGrant.__table__.alias("present_role")
COLLEAGUE, ITS_GRANT = User.__table__.alias("colleague"), RoleGrant.__table__.alias("colleague_role")
HOUSE = House.__table__.alias("empty_house")


def here(person: Any = User, day: Any = None) -> ColumnElement[bool]:
    """The condition that a person has not left by that day (default: today). `person`: User, or a table of people."""
    left_on = person.left_on if person is User else person.c.left_on
    return or_(left_on.is_(None), left_on > (today() if day is None else day))


def in_office(*roles: str, among: Iterable[int] | None = None, day: Any = None) -> Select[Any]:
    """The ids of those who are here and hold one of the roles themselves; `among`: of these people only."""
    holders = select(PERSON.c.id).join(GRANT, GRANT.c.user_id == PERSON.c.id)
    holders = holders.where(GRANT.c.role.in_(roles), here(PERSON, day))
    return holders if among is None else holders.where(PERSON.c.id.in_(list(among)))


def holds(user_id: int | None, *roles: str) -> bool:
    """Whether this person is here and holds one of the roles today."""
    return user_id is not None and db.session.scalar(in_office(*roles, among=[user_id]).limit(1)) is not None


def names_in_office(*roles: str) -> list[tuple[int, str]]:
    """Whom one may choose from: id and name of those who are here and hold one of the roles themselves, by name."""
    asked = select(User.id, User.name).where(User.id.in_(in_office(*roles))).order_by(User.name, User.id)
    return [(row.id, row.name) for row in db.session.execute(asked)]


def on_duty(role: str, among: Iterable[int] | None = None) -> list[int]:
    """Who acts in the role today: those of these people (None: all) who hold it, and who stands in for one of them."""
    found = sorted(db.session.scalars(in_office(role, among=among)))
    return list(dict.fromkeys([*found, *_deputies(role, found, today())]))


def _deputies(role: str, absent: list[int], day: date) -> list[int]:
    """Who is here and stands in for one of these people in that role on that day."""
    standing_in = select(Delegation.deputy_id).join(User, User.id == Delegation.deputy_id)
    in_force = and_(Delegation.revoked_at.is_(None), Delegation.starts_on <= day, Delegation.ends_on >= day)
    wanted = standing_in.where(Delegation.role == role, Delegation.absent_id.in_(absent), in_force, here(day=day))
    return list(db.session.scalars(wanted.order_by(Delegation.id)))


def people_of(houses: Iterable[int | None]) -> list[int]:
    """The people of these houses who are here and act for them."""
    wanted = [house for house in houses if house is not None]
    people = select(User.id).where(User.house_id.in_(wanted), User.id.in_(in_office("producer")))
    return list(db.session.scalars(people.order_by(User.id)))


def deserted(day: Any = None) -> Select[Any]:
    """The ids of houses for which nobody is here any more."""
    return select(HOUSE.c.id).where(nobody_at(HOUSE.c.id, day))


def nobody_at(house_id: Any, day: Any = None) -> ColumnElement[bool]:
    """The condition that nobody of the house of that id is here any more."""
    theirs = exists().where(COLLEAGUE.c.house_id == house_id, here(COLLEAGUE, day))
    return ~theirs.where(ITS_GRANT.c.user_id == COLLEAGUE.c.id, ITS_GRANT.c.role == "producer")
