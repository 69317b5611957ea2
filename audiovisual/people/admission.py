"""What the bank knows of a house that applies and whoever admits it has to know before: the bad first, in one line each.

Nothing of it is for houses: it names other houses, and people of theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from difflib import SequenceMatcher
from itertools import chain
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from audiovisual.kernel.events import Event
from audiovisual.kernel.facts import Fact, in_order
from audiovisual.kernel.model import db, today
from workflows import uscc
from workflows.access import ROLES
from workflows.errors import listed, say
from workflows.naming import Mention, company_in, core, key, names_within

from .models import House, User
from .queries.directory import still_here

SOON = timedelta(days=60)
"""A licence that lapses within these days is told of."""
ALIKE = 0.8
"""From which likeness on two names are near, between 0 and 1, their places and legal forms left aside."""
SHOWN = 5
"""So many of each kind are told of; of near names the likest first."""
LOST = ("refused", "barred")
"""States of a house that tell against one of the same name or number."""


def known_of(house: House) -> list[Fact]:
    """All that is known of a house that applies."""
    others = _others(house)
    about = _refused(house), _licence(house, others), _code(house), _namesakes(house, others), _people(house, others)
    return in_order(chain(*about))


def _others(house: House) -> list[Any]:
    """All other houses, with what is compared."""
    columns = (
        House.id, House.name, House.former_names, House.state, House.refusal, House.licence_number, House.contact_email,
        House.contact_phone,
    )  # fmt: skip
    return list(db.session.execute(select(*columns).where(House.id != house.id).order_by(House.id)))


def _page(house_id: int) -> str:
    return url_for("people.house", house_id=house_id)


def _state(state: str) -> Any:
    return say(House.machine.state(state).label)


def _refused(house: House) -> Iterator[Fact]:
    """How often it was refused before, and the last reason."""
    asked = select(Event.reason).where(
        Event.subject_type == House.__tablename__, Event.subject_id == house.id, Event.trigger == "refuse"
    )
    reasons = db.session.scalars(asked.order_by(Event.id.desc())).all()
    if reasons:
        yield Fact("warn", say("以前申请过，%(n)s 次没有同意", n=len(reasons)), reasons[0] or "")


def _licence(house: House, others: list[Any]) -> Iterator[Fact]:
    """That its licence has lapsed or will soon, and which house has, or had, one of the same number."""
    end = house.licence_expires_on
    if end < today():
        yield Fact("bad", say("制作经营许可证已于 %(day)s 到期", day=end.isoformat()))
    elif end <= today() + SOON:
        yield Fact("warn", say("制作经营许可证 %(day)s 到期", day=end.isoformat()))
    for row in (other for other in others if other.licence_number == house.licence_number):
        said = say("许可证号和%(house)s（%(state)s）的相同", house=row.name, state=_state(row.state))
        yield Fact("bad", said, row.refusal or "", _page(row.id))


def _code(house: House) -> Iterator[Fact]:
    """That its code was given out in another place than the city it names."""
    given = uscc.city_of(house.uscc)
    if given != house.city and not uscc.of_the_province(house.uscc):
        where = say(uscc.CITIES[given]) if given else say("外省")
        yield Fact("warn", say("信用代码的登记地是%(where)s，和所填的设区市不同", where=where))


def _namesakes(house: House, others: list[Any]) -> Iterator[Fact]:
    """Houses of the same or a near name, or whose former name it bears; those that were refused or barred tell against."""
    judged = sorted(((_likeness(house, row), row) for row in others), key=lambda each: -each[0])
    near = [each for each in judged if each[0] >= ALIKE]
    for degree, row in near[:SHOWN]:
        named = {"house": row.name, "state": _state(row.state)}
        same = say("和%(house)s（%(state)s）用过同一个名称", **named)
        said = same if degree > 1 else say("名称和%(house)s（%(state)s）相近", **named)
        yield Fact("bad" if row.state in LOST else "warn", said, row.refusal or "", _page(row.id))
    if len(near) > SHOWN:
        yield Fact("warn", say("名称相近的另有 %(n)s 家", n=len(near) - SHOWN))


def _likeness(house: House, other: Any) -> float:
    """How like the names of two houses are: above 1 where one bears a former name of the other."""
    own, theirs = ({key(name) for name in (row.name, *names_within(row.former_names))} for row in (house, other))
    if own & theirs:
        return 2.0
    if max(company_in(other.name, house.name), company_in(house.name, other.name)) is Mention.CERTAIN:
        return 1.0
    matcher = SequenceMatcher(None, core(house.name), core(other.name))
    return matcher.ratio() if matcher.quick_ratio() >= ALIKE else 0.0


def _people(house: House, others: list[Any]) -> Iterator[Fact]:
    """Who of it is reached as somebody else is; of many the first, and how many more."""
    found = list(_reached_alike(house, others))
    yield from found[:SHOWN]
    if len(found) > SHOWN:
        yield Fact("warn", say("邮箱或电话相同的另有 %(n)s 处", n=len(found) - SHOWN))


def _reached_alike(house: House, others: list[Any]) -> Iterator[Fact]:
    """Who of it has an account with another house, at the bureau or as an expert already: by address or telephone."""
    email, phone = house.contact_email.lower(), _digits(house.contact_phone)
    asked = select(User).where(still_here(), User.house_id.is_distinct_from(house.id), _reached(house, email, phone))
    told = set()
    for person in db.session.scalars(asked.options(joinedload(User.house)).order_by(User.id)).unique():
        told.add(person.house_id)
        if person.house is None:
            posts = [say(ROLES[role]) for role in ROLES if role in person.roles] or [say("没有岗位")]
            yield Fact("warn", say("留的邮箱或电话和%(who)s（%(posts)s）的相同", who=person.name, posts=listed(posts)))
        else:
            said = say("%(who)s在%(house)s已有账号，邮箱或电话相同", who=person.name, house=person.house.name)
            yield Fact("warn", said, "", _page(person.house_id))
    for row in others:
        same = (email and row.contact_email.lower() == email) or (phone and _digits(row.contact_phone) == phone)
        if same and row.id not in told:
            yield Fact("warn", say("联系邮箱或电话和%(house)s的相同", house=row.name), "", _page(row.id))


def _reached(house: House, email: str, phone: str) -> ColumnElement[bool]:
    """The condition on people that they are reached as the house's contact is, or somebody of it."""
    own = aliased(User)
    address, number = (func.lower(own.email), own.email != ""), (_bare(own.phone), own.phone != "")
    of_house = (select(column).where(own.house_id == house.id, filled) for column, filled in (address, number))
    emails, phones = of_house
    return or_(
        func.lower(User.email).in_(emails), _bare(User.phone).in_(phones),
        and_(User.email != "", func.lower(User.email) == email), and_(User.phone != "", _bare(User.phone) == phone),
    )  # fmt: skip


def _bare(column: Any) -> Any:
    """A telephone without its blanks and hyphens."""
    return func.replace(func.replace(column, " ", ""), "-", "")


def _digits(phone: str) -> str:
    return re.sub(r"[ -]", "", phone)
