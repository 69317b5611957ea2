"""The people of the demonstration bank: bureau, houses, experts, each entered the way such people are entered."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from audiovisual.kernel.model import db
from audiovisual.people import passwords
from audiovisual.people.models import Expert, House, RoleGrant, User
from audiovisual.people.operations import accounts, delegations, houses
from audiovisual.people.operations.houses import Particulars
from audiovisual.people.operations.particulars import keep_demo_accounts
from audiovisual.reviews.models import Conflict
from workflows.access import Actor
from workflows.uscc import city_key

from . import texts

PASSWORD = "Zhongziku-2026"
SHOWN = (
    "lintianyu",
    "guniandi",
    "fangboqian",
    "jiaoyishan",
    "zhuanghuaimin",
    "qiaomin",
    "luozhihao",
    "wenjing",
    "yanzhongliang",
    "shangdefu",
    "baoxiuyun",
    "tengfei",
    "guhuaijin",
)
"""Log-in names shown on the log-in page, in this order; of the experts one reads, one is invited."""
ROLE_LABELS = {
    "producer": "制作机构", "expert": "专家", "officer": "经办", "head": "处长", "leader": "分管局领导", "sealer": "用印",
    "admin": "系统管理员",
}  # fmt: skip


@dataclass
class Cast:
    """Ids of everybody by key, so that scripts survive the sessions in between."""

    users: dict[str, int] = field(default_factory=dict)
    houses: dict[str, int] = field(default_factory=dict)
    people_of: dict[str, list[str]] = field(default_factory=dict)

    def actor(self, key: str) -> Actor:
        """The person of that key as the rules see him."""
        user = db.session.get_one(User, self.users[key])
        return Actor(user.id, user.name, user.roles, user.house_id)

    def user(self, key: str) -> User:
        """The person of that key."""
        return db.session.get_one(User, self.users[key])

    def producer(self, house: str) -> str:
        """Key of the first contact of a house."""
        return self.people_of[house][0]


def enter_staff(cast: Cast, password_hash: str) -> None:
    """The bureau's people with their roles."""
    for person in texts.staff():
        office, title = person["office"], person["title"]
        user = accounts.new_user(
            person["login"], person["name"], password_hash=password_hash,
            position=title if title.startswith(office) else f"{office} {title}",
            phone=person["phone"], email=f"{person['login']}@bureau.example",
        )  # fmt: skip
        user.grants = [RoleGrant(role=role) for role in person["roles"]]
        db.session.flush()
        cast.users[person["key"]] = user.id


def enter_experts(cast: Cast, password_hash: str, today: date) -> None:
    """The experts with their profiles, and the conflicts of interest their past makes."""
    for person in texts.experts():
        user = accounts.new_user(
            person["login"], person["name"], password_hash=password_hash, phone=person["phone"], email=person["email"]
        )
        user.grants = [RoleGrant(role="expert")]
        db.session.flush()
        cast.users[person["key"]] = user.id
        db.session.add(
            Expert(
                user_id=user.id, title=person["title"], institution=person["institution"], city=person["city"],
                specialities=person["roles"], types=person["types"], themes=person["themes"],
                past_employers=[past["name"] for past in person["past_employers"]], biography=person["biography"],
                training_until=today + timedelta(days=400), max_load=person["load_max"],
            )
        )  # fmt: skip
        for past in person["past_employers"]:
            if past["kind"] in ("股东", "亲属", "顾问"):
                db.session.add(
                    Conflict(expert_id=user.id, company=past["name"], kind="declared", note=f"{past['kind']}：{past['name']}", declared_by_id=user.id)
                )  # fmt: skip


def register_house(cast: Cast, house: dict[str, Any], password_hash: str, today: date) -> None:
    """A house registers itself with its first person; its other people follow."""
    first, *others = house["people"]
    licensed = max(texts.day(house["licence_expires"], today), today + timedelta(days=1))
    user = houses.register(
        Particulars(
            name=house["name"], short_name=house["short"], uscc=house["uscc"], licence_number=house["licence_number"],
            licence_expires_on=licensed, city=city_key(house["city"]), address=house["address"], contact_name=first["name"],
            contact_phone=first["phone"], contact_email=first["email"],
        ),
        first["login"], password_hash,
    )  # fmt: skip
    cast.houses[house["key"]] = user.house_id
    cast.users[first["key"]] = user.id
    cast.people_of[house["key"]] = [first["key"]]
    for person in others:
        colleague = accounts.new_user(
            person["login"], person["name"], password_hash=password_hash, house_id=user.house_id, phone=person["phone"],
            email=person["email"], position=person["post"],
        )  # fmt: skip
        colleague.grants = [RoleGrant(role="producer")]
        db.session.flush()
        cast.users[person["key"]] = colleague.id
        cast.people_of[house["key"]].append(person["key"])


def judge_house(cast: Cast, house: dict[str, Any]) -> None:
    """An officer admits or refuses the house."""
    row = db.session.get_one(House, cast.houses[house["key"]])
    if house["status"] == "admitted":
        houses.step(row, "admit", cast.actor("luozhihao"))
    elif house["status"] == "refused":
        houses.step(row, "refuse", cast.actor("luozhihao"), house["reason"])


def set_licence(cast: Cast, house: dict[str, Any], today: date) -> None:
    """Licences expire when their house's text says, counted from the day of the demonstration."""
    row = db.session.get_one(House, cast.houses[house["key"]])
    row.licence_expires_on = texts.day(house["licence_expires"], today)


def let_leave(cast: Cast, person: dict[str, Any], house: dict[str, Any]) -> None:
    """A colleague has left the house."""
    colleagues = [key for key in cast.people_of[house["key"]] if key != person["key"]]
    accounts.mark_left(cast.user(person["key"]), cast.actor(colleagues[0]))


def delegate(cast: Cast, today: date) -> None:
    """Whoever is on leave has a deputy until he is back."""
    for person in texts.staff():
        if person["absent_until"] and person["deputy_for"]:
            delegations.delegate(
                cast.actor(person["key"]), cast.users[person["deputy_for"]], person["roles"][0], today,
                texts.day(person["absent_until"], today), "年休假",
            )  # fmt: skip


def show_accounts(cast: Cast) -> None:
    """Put the accounts a visitor may try on the log-in page."""
    shown = []
    for key in SHOWN:
        user = cast.user(key)
        role = next(role for role in ROLE_LABELS if role in user.roles)
        shown.append({"login": user.login, "name": user.name, "role_label": ROLE_LABELS[role], "password": PASSWORD})
    keep_demo_accounts(shown)


def password_hash() -> str:
    """One hash for all demonstration accounts: hashing sixty times would cost a minute."""
    return passwords.hashed(PASSWORD)
