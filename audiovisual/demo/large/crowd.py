"""The people of a large bank: the demonstration's own, and as many more houses and experts as a province has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from sqlalchemy import select

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db, happening_at
from audiovisual.people.models import Expert, House, RoleGrant, User
from audiovisual.people.operations import accounts
from workflows.uscc import CITIES, check_character

from .. import people, texts
from ..build import _founding, _moment
from ..script import Stage
from ..texts.naming import person_name, person_names

TITLES, HOUSES, EXPERTS = 50, 20, 100
"""Titles a house has filed, however large the bank; the fewest houses; the experts."""
CREDITS = 4
"""One name of a crew for so many titles: with six credits each, it stands in two dozen of them."""
BEGINNINGS = "云澜江岸星野麦田白鹭青禾长风拾光鹿鸣见山朗月初晴泊舟知秋听雨观澜明湖紫金栖霞石城锡山惠泉虎丘沧浪瘦西湖"
KINDS = ("影视传媒", "文化传播", "网络科技", "数字影业", "动漫")
ROLES = ("officer", "head", "leader", "sealer")


@dataclass(frozen=True)
class Firm:
    """What a title needs to know of its house; reads like the row itself where search builds its findings."""

    id: int
    name: str
    short_name: str
    producer_id: int
    producer_name: str


@dataclass(frozen=True)
class Crowd:
    """Everybody titles may be given to: firms, names for their crews, experts and the bureau's people by role, as (id, name)."""

    firms: list[Firm]
    crews: list[str]
    experts: list[tuple[int, str]]
    staff: dict[str, list[tuple[int, str]]]
    paper_id: int
    clip_id: int


def enter(stage: Stage, count: int, rng: Random) -> Crowd:
    """Make all people of a bank of so many titles through the operations that enter people."""
    _founding(stage)
    key = people.password_hash()
    with happening_at(_moment(stage, -899)), unit_of_work():
        _more_experts(key, stage.today, rng)
    for serial in range(len(texts.houses()), max(HOUSES, count // TITLES)):
        house = _house(serial, rng)
        with happening_at(_moment(stage, -880)), unit_of_work():
            people.register_house(stage.cast, house, key, stage.today)
            people.judge_house(stage.cast, house)
    with unit_of_work():
        people.show_accounts(stage.cast)
    return _crowd(stage, person_names(rng, max(HOUSES, count // CREDITS)))


def _more_experts(key: str, today: date, rng: Random) -> None:
    for serial in range(len(texts.experts()), EXPERTS):
        user = accounts.new_user(
            f"zhuanjia{serial:03}", person_name(rng), password_hash=key, email=f"expert{serial}@expert.example"
        )
        user.grants = [RoleGrant(role="expert")]
        db.session.flush()
        db.session.add(
            Expert(
                user_id=user.id, title=rng.choice(("教授", "研究员", "一级编剧", "高级记者")),
                institution=rng.choice(("南京艺术学院", "江苏省社会科学院", "苏州大学", "江苏省文联")), city=rng.choice(list(CITIES.values())),
                specialities=["艺术"], types=["web_series", "micro_drama"], training_until=today + timedelta(days=400),
            )
        )  # fmt: skip


def _house(serial: int, rng: Random) -> dict[str, Any]:
    """A house as the texts describe one: name, codes, its one contact."""
    city = rng.choice(list(CITIES.values())).removesuffix("市")
    start = rng.randrange(len(BEGINNINGS) - 1)
    short = BEGINNINGS[start : start + 2] + f"{serial}"
    code = f"91320100{serial + 500_000_000:09d}"
    login = f"jigou{serial:03}"
    contact = {
        "key": login,
        "login": login,
        "name": person_name(rng),
        "phone": f"139{serial:08d}",
        "email": f"{login}@house.example",
    }
    return {
        "key": login, "name": f"{city}{short}{rng.choice(KINDS)}有限公司", "short": short, "uscc": code + check_character(code),
        "licence_number": f"（苏）字第{serial + 50_000:05d}号", "licence_expires": {"days": rng.randrange(60, 700)}, "city": city,
        "address": f"{city}市文化路{serial}号", "status": "admitted", "people": [contact],
    }  # fmt: skip


def _crowd(stage: Stage, crews: list[str]) -> Crowd:
    contacts: dict[int, Any] = {}
    for user in db.session.execute(
        select(User.id, User.name, User.house_id).where(User.house_id.is_not(None)).order_by(User.id)
    ):
        contacts.setdefault(user.house_id, user)
    houses = db.session.execute(
        select(House.id, House.name, House.short_name).where(House.state == "admitted").order_by(House.id)
    )
    firms = [Firm(h.id, h.name, h.short_name, contacts[h.id].id, contacts[h.id].name) for h in houses]
    grants = select(User.id, User.name, RoleGrant.role).join(RoleGrant, RoleGrant.user_id == User.id).order_by(User.id)
    by_role: dict[str, list[tuple[int, str]]] = {}
    for row in db.session.execute(grants):
        by_role.setdefault(row.role, []).append((row.id, row.name))
    db.session.rollback()
    return Crowd(
        firms, crews, by_role["expert"], {role: by_role[role] for role in ROLES}, stage.paper_id, stage.clip_id
    )
