"""Delegation during leave (代理): one person's role is held by a colleague from one day to another."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from sqlalchemy import or_, select

from audiovisual.kernel.database import operation
from audiovisual.kernel.events import note
from audiovisual.kernel.model import db, today, utcnow
from audiovisual.kernel.text import day, moment
from workflows.access import BUREAU, ROLES, Actor
from workflows.errors import N_, NotAllowed, RuleBroken, WrongState, broken_in, obey, say

from .. import mail
from ..models import Delegation, User
from ..queries.directory import still_here

LONGEST = timedelta(days=366)


@operation
def delegate(actor: Actor, deputy_id: int, role: str, starts_on: date, ends_on: date, reason: str) -> Delegation:
    """Let a colleague hold one of one's own roles. What he does counts for both (see `Actor.acts_for`).

    Refuses: roles held for others, people outside the bureau, days past or over a year, a second deputy for the same
    days, a deputy who is away himself or already stands in for someone else in that role.
    """
    obey(broken_by(actor, deputy_id, role, starts_on, ends_on))
    absent, deputy = db.session.get_one(User, actor.id), db.session.get_one(User, deputy_id)
    delegation = Delegation(
        absent_id=absent.id, deputy_id=deputy.id, role=role, starts_on=starts_on, ends_on=ends_on, reason=reason
    )
    db.session.add(delegation)
    db.session.flush()
    note(
        delegation, "given", actor, N_("委托代理%(label)s：%(was_on)s至%(until)s"), role="", who=deputy.name,
        label=ROLES[role], was_on=starts_on.isoformat(), until=ends_on.isoformat(), role_held=role, deputy=deputy.id,
    )  # fmt: skip
    if deputy.email:
        mail.send(
            "delegation", deputy.email, deputy.locale, reader=deputy.id, again={"delegation": delegation.id}, name=deputy.name, absent=absent.name, role=role,
            starts_on=starts_on.isoformat(), ends_on=ends_on.isoformat(),
        )  # fmt: skip
    return delegation


def broken_by(
    actor: Actor, deputy_id: int | None, role: str | None, starts_on: date | None, ends_on: date | None
) -> Iterator[RuleBroken]:  # fmt: skip
    """Each rule that a delegation breaks; what could not be read is None."""
    absent = db.session.get_one(User, actor.id)
    if role not in absent.roles & BUREAU:
        yield RuleBroken(say("只能委托您自己的岗位。"), "role")
    yield from _broken_by_days(starts_on, ends_on)
    deputy = db.session.scalars(select(User).where(User.id == deputy_id, still_here())).first()
    if deputy is None or deputy.id == absent.id or not deputy.roles & BUREAU:
        yield RuleBroken(say("请选择另一位在职的省局同事。"), "deputy_id")
    elif role and starts_on and ends_on:
        yield from broken_in(lambda: _check_free(absent, deputy, role, starts_on, ends_on))


def _broken_by_days(starts_on: date | None, ends_on: date | None) -> Iterator[RuleBroken]:
    if starts_on and starts_on < today():
        yield RuleBroken(say("开始日期不能早于今天。"), "starts_on")
    if starts_on and ends_on and ends_on < starts_on:
        yield RuleBroken(say("结束日期不能早于开始日期。"), "ends_on")
    if starts_on and ends_on and ends_on - starts_on > LONGEST:
        yield RuleBroken(say("一次代理最长一年。"), "ends_on")


def _check_free(absent: User, deputy: User, role: str, starts_on: date, ends_on: date) -> None:
    overlapping = select(Delegation).where(
        Delegation.revoked_at.is_(None), Delegation.starts_on <= ends_on, Delegation.ends_on >= starts_on,
        or_(Delegation.absent_id.in_((absent.id, deputy.id)), Delegation.deputy_id == deputy.id),
    )  # fmt: skip
    for other in db.session.scalars(overlapping):
        if other.absent_id == absent.id and other.role == role:
            raise RuleBroken(say("这段时间已经委托过这个岗位，请先撤回原来的委托。"), "starts_on")
        if other.absent_id == deputy.id:
            raise RuleBroken(say("%(name)s 这段时间也不在岗，请另选一位。", name=deputy.name), "deputy_id")
        if other.deputy_id == deputy.id and other.role == role:
            raise RuleBroken(say("%(name)s 这段时间已代理别人的同一岗位，请另选一位。", name=deputy.name), "deputy_id")


@mail.asks("delegation")
def is_still_given(again: dict[str, Any]) -> bool:
    """Whether a delegation was not revoked before its mail went out, and the absent person still holds the role."""
    delegation = db.session.get(Delegation, again["delegation"])
    return delegation is not None and delegation.revoked_at is None and delegation.absent.holds(delegation.role)


@operation
def revoke(delegation: Delegation, actor: Actor) -> None:
    """End a delegation at once: by the absent person, the deputy who cannot, or the admin."""
    if actor.id not in (delegation.absent_id, delegation.deputy_id) and "admin" not in actor.roles:
        raise NotAllowed(say("只有委托人、代理人或系统管理员可以撤回。"))
    if delegation.revoked_at is not None:
        raise WrongState(say("代理在 %(at)s 已经撤回，岗位已回到委托人。", at=moment(delegation.revoked_at)))
    if delegation.ends_on < today():
        raise WrongState(say("代理到 %(day)s 已经期满，自动收回，不用撤回。", day=day(delegation.ends_on)))
    _end(delegation, actor)


def end_all(actor: Actor, *which: Any) -> None:
    """End these delegations that are not over, because one of the two is gone or lost the role, and tell the other."""
    open_ = Delegation.revoked_at.is_(None), Delegation.ends_on >= today()
    for delegation in db.session.scalars(select(Delegation).where(*which, *open_).order_by(Delegation.id)).all():
        _end(delegation, actor)


def _end(delegation: Delegation, actor: Actor) -> None:
    """End a delegation now. Each of the two who did not do it and is still here is told by mail."""
    delegation.revoked_at = utcnow()
    deputy, absent = delegation.deputy, delegation.absent
    who = deputy.name if actor.id == absent.id else absent.name
    note(delegation, "revoked", actor, *_ended(delegation, actor), role="", who=who, label=ROLES[delegation.role],
         deputy_name=deputy.name)  # fmt: skip
    facts = {"role": delegation.role, "ends_on": delegation.ends_on.isoformat()}
    for template, person, roles, other in (
        ("delegation_over", deputy, sorted(BUREAU), {"absent": absent.name}),
        ("delegation_alone", absent, [delegation.role], {"deputy": deputy.name}),
    ):
        if person.email and person.id != actor.id:
            mail.send(
                template, person.email, person.locale, reader=person.id, again={"person": person.id, "roles": roles},
                name=person.name, **other, **facts,
            )  # fmt: skip


def _ended(delegation: Delegation, actor: Actor) -> tuple[str]:
    """That it ended, as whoever ended it says it: the absent person, the deputy, or somebody else."""
    if actor.id == delegation.absent_id:
        return (N_("撤回了%(label)s的代理"),)
    if actor.id == delegation.deputy_id:
        return (N_("不再代理%(label)s"),)
    return (N_("结束了%(label)s的代理（代理人%(deputy_name)s）"),)


@mail.asks("delegation_over")
@mail.asks("delegation_alone")
def still_concerned(again: dict[str, Any]) -> bool:
    """Whether the person told that a delegation ended still works in the bureau when the mail goes out; for the one who was
    away, whether they still hold the role nobody stands in for.
    """
    return db.session.get_one(User, again["person"]).holds(*again["roles"])
