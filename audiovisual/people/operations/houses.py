"""Houses: they register themselves, are admitted or refused, mend and apply again, and keep their particulars fresh."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import IntegrityError

from audiovisual.kernel import audit, lifecycle
from audiovisual.kernel.database import operation
from audiovisual.kernel.events import Event, note
from audiovisual.kernel.model import db, today, utcnow
from workflows import engine, uscc
from workflows.access import Actor
from workflows.errors import N_, NotAllowed, RuleBroken, obey, say
from workflows.naming import key

from .. import daily, links, mail
from ..models import House, RoleGrant, User
from ..versions import expect
from .accounts import broken_by_login, new_user


@dataclass
class Particulars:
    """What a house says of itself. `city` is a key of `workflows.uscc.CITIES`."""

    name: str
    short_name: str
    uscc: str
    licence_number: str
    licence_expires_on: date
    city: str
    address: str
    contact_name: str
    contact_phone: str
    contact_email: str
    former_names: str = ""

    def __post_init__(self) -> None:
        self.uscc = uscc.normalised(self.uscc)
        self.licence_number = uscc.normalised_licence(self.licence_number)


LOCKED_ONCE_ADMITTED = ("name", "uscc")
JUST_TAKEN = say("这个单位刚刚被登记，请核对名称和统一社会信用代码。")


def broken_by(particulars: Particulars, house: House | None = None) -> Iterator[RuleBroken]:
    """Each thing that cannot be right, naming the field: code, licence, city, a name or code another house has, a name
    or code that was admitted. `house`: whose particulars they are, if it is there already."""
    for field, sentence in (
        ("uscc", uscc.refusal(particulars.uscc)),
        ("licence_number", uscc.licence_refusal(particulars.licence_number)),
        ("licence_expires_on", lapsed(particulars.licence_expires_on, house)),
        ("city", None if particulars.city in uscc.CITIES else say("请选择江苏省内的设区市。")),
    ):
        if sentence is not None:
            yield RuleBroken(sentence, field)
    if house is not None and house.state == "admitted":
        for field in LOCKED_ONCE_ADMITTED:
            if getattr(house, field) != getattr(particulars, field):
                yield RuleBroken(say("单位名称和信用代码入驻后不能自行修改，请联系省局。"), field)
    yield from _taken(particulars, House.id != (house.id if house is not None else 0))


def _taken(particulars: Particulars, others: ColumnElement[bool]) -> Iterator[RuleBroken]:
    """What another house has already."""
    others = others & (House.state != "refused")  # which holds nothing: whoever it belongs to may register
    if db.session.scalar(select(House.id).where(House.uscc == particulars.uscc, others)) is not None:
        yield RuleBroken(say("这个统一社会信用代码已经登记过。请让本单位已有账号的同事邀请您加入。"), "uscc")
    if key(particulars.name) in map(key, db.session.scalars(select(House.name).where(others))):
        yield RuleBroken(say("这个单位名称已经登记过。请让本单位已有账号的同事邀请您加入。"), "name")
    same = House.licence_number == particulars.licence_number, others
    if db.session.scalar(select(House.id).where(*same).limit(1)) is not None:
        yield RuleBroken(say("这个许可证号已有单位登记，请核对。"), "licence_number")


def lapsed(expires_on: date | None, house: House | None = None) -> Any:
    """The sentence for a licence that has run out, or None. Of an admitted house the day that stands may stay: its other
    particulars are kept fresh meanwhile."""
    stands = house.licence_expires_on if house is not None and house.state == "admitted" else None
    if not expires_on or expires_on >= today() or expires_on == stands:
        return None
    return say("许可证已经过期，请先办理延续。")


@operation
def ask_to_register(email: str, language: str) -> None:
    """Mail a link that leads to registration, good for a day: nobody registers with an address that is not theirs.

    `language` is what the visitor reads, `zh` or `en`. Refused where that address, the visitor or everybody together had
    their share of the day.
    """
    daily.take("registration", address=email, field="contact_email")
    again = {"email": email, "language": language}
    mail.send("registration", email, language, again=again, **_fresh_link(again))


@mail.renews("registration")
def _fresh_link(again: dict[str, Any]) -> dict[str, Any]:
    """The link of a mail, made when it goes out: its day begins then."""
    token = links.registration_token(again["email"])
    spoken = {} if again["language"] == "zh" else {"language": again["language"]}
    return {"address": links.public("people.register_house", token=token, **spoken)}


@operation
def register(particulars: Particulars, login: str, password_hash: str) -> User:
    """A house registers itself with its first user, who may log in and write drafts at once. The contact's address was
    confirmed by the link that led here."""
    obey([*broken_by(particulars), *broken_by_login(login)])
    house = House(**asdict(particulars), state=House.machine.initial)
    db.session.add(house)
    _flush()
    user = new_user(
        login, particulars.contact_name, email=particulars.contact_email, phone=particulars.contact_phone,
        house_id=house.id, password_hash=password_hash,
    )  # fmt: skip
    user.grants = [RoleGrant(role="producer")]
    db.session.flush()
    actor = Actor(user.id, user.name, frozenset({"producer"}), house.id)
    note(house, "registered", actor, N_("申请了入驻"), public_text=N_("申请了入驻"), tells=("officers",))
    return user


def _flush() -> None:
    """Two houses with one code at the same moment: the database lets one through, the other reads why."""
    try:
        db.session.flush()
    except IntegrityError:
        raise RuleBroken(JUST_TAKEN, "uscc") from None


@operation
def edit(house: House, particulars: Particulars, version: int | None, actor: Actor) -> None:
    """Change what a house says of itself; once it was admitted its name and code stay as they were admitted."""
    expect(house, version)
    if actor.organisation_id != house.id:
        raise NotAllowed(say("只能修改本单位的资料。"))
    if house.state == "barred":
        raise NotAllowed(say("单位已停用，资料不能修改。"))
    obey(broken_by(particulars, house))
    before = {}
    for field, value in asdict(particulars).items():
        old = getattr(house, field)
        if old == value:
            continue
        before[field] = str(old)
        setattr(house, field, value)
    if before:
        _flush()
        audit.record("house.edited", house, actor, before=before)


@operation
def step(house: House, trigger: str, actor: Actor, reason: str | None = None) -> Event:
    """Admit, refuse, apply again, bar or restore: the steps of `workflows.records.HOUSE`.

    A house that was refused held nothing meanwhile: it applies again where no other has its name, code or licence now.
    """
    if trigger == "apply_again" and house.state == "refused":
        obey(_taken(_of(house), House.id != house.id))
    try:
        event = lifecycle.apply(house, trigger, actor, reason, refusal=reason)
        db.session.flush()
    except IntegrityError:
        raise RuleBroken(JUST_TAKEN) from None
    return event


def _of(house: House) -> Particulars:
    """What a house says of itself, as it is kept."""
    return Particulars(**{field.name: getattr(house, field.name) for field in fields(Particulars)})


@lifecycle.after("house")
def _note_decision(house: House, fired: engine.Fired, actor: Actor, data: dict[str, Any]) -> None:
    """Who decided, when, and why not: the database wants them with the state."""
    if fired.step.trigger in ("admit", "refuse"):
        house.decided_at, house.decided_by_id = utcnow(), actor.id
        house.refusal = data.get("refusal") if fired.target == "refused" else None
    elif fired.step.trigger == "apply_again":
        house.applied_at, house.decided_at, house.decided_by_id, house.refusal = utcnow(), None, None, None
