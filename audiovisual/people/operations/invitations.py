"""Invitations: a link by mail that makes one account, once, within seven days."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from audiovisual.kernel import audit, outbox
from audiovisual.kernel.database import operation
from audiovisual.kernel.events import note
from audiovisual.kernel.model import db, shanghai, utcnow
from audiovisual.kernel.outbox import OutboxRow
from audiovisual.kernel.text import moment
from workflows.access import BUREAU, ROLES, Actor
from workflows.errors import N_, NotAllowed, RuleBroken, Sentence, Unknown, WrongState, obey, say

from .. import daily, links, mail
from ..models import Expert, House, Invitation, RoleGrant, User
from ..queries.directory import still_here
from ..sessions import hashed
from .accounts import new_user

GOOD_FOR = timedelta(days=7)
STAFF = tuple(role for role in ROLES if role in BUREAU | {"admin"})


def invitable(actor: Actor) -> tuple[str, ...]:
    """The roles a person may invite others to: the admin staff and experts, officers and heads experts, a house its own."""
    roles: list[str] = []
    if "admin" in actor.roles:
        roles += ["expert", *(role for role in STAFF if role != "admin")]  # that one two administrators give
    elif actor.roles & {"officer", "head"}:
        roles.append("expert")
    if "producer" in actor.roles:
        roles.append("producer")
    return tuple(roles)


@operation
def invite(actor: Actor, email: str, name: str, roles: list[str], language: str = "zh") -> Invitation:
    """Write the invitation and queue its mail. Refuses roles the inviter may not give, and who is here already."""
    _may_invite(actor, roles)
    obey(broken_by(actor, email, roles))
    daily.take("invitation", actor, email, "email")
    house_id = actor.organisation_id if "producer" in roles else None
    for dead in _unanswered(email, house_id):
        dead.revoked_at = utcnow()  # its link opens no more, and does not open again beside the new one
    token = secrets.token_urlsafe(32)
    invitation = Invitation(
        token_hash=hashed(token), email=email, name=name, roles=sorted(roles), invited_by_id=actor.id,
        house_id=house_id, expires_at=utcnow() + GOOD_FOR,
    )  # fmt: skip
    db.session.add(invitation)
    db.session.flush()
    note(invitation, "sent", actor, N_("发出邀请，岗位：%(label)s"), role="", **_kept(invitation))
    house = db.session.get(House, invitation.house_id) if invitation.house_id else None
    mail.send(
        "invitation", email, language, _mark(invitation), name=name, inviter=actor.name, house=house.name if house else "",
        address=links.public("people.join", token=token, **({} if language == "zh" else {"language": language})), days=GOOD_FOR.days, roles=sorted(roles), again={"invitation": invitation.id},
    )  # fmt: skip
    return invitation


def _kept(invitation: Invitation) -> dict[str, Any]:
    """What is kept of an invitation with each fact about it."""
    names = [ROLES[role] for role in ROLES if role in invitation.roles]
    return {"who": invitation.name, "label": names, "email": invitation.email, "roles": invitation.roles}


@mail.asks("invitation")
def is_still_open(again: dict[str, Any]) -> bool:
    """Whether the link of an invitation still opens when its mail goes out."""
    invitation = db.session.get(Invitation, again["invitation"])
    return invitation is not None and _is_good(invitation)


@mail.renews("invitation")
def _days_begin(again: dict[str, Any]) -> dict[str, Any]:
    """The days of a link are counted from the moment its mail goes out, however long it had to wait."""
    invitation = db.session.get_one(Invitation, again["invitation"])
    invitation.expires_at = utcnow() + GOOD_FOR
    return {}


def _is_good(invitation: Invitation) -> bool:
    """Whether the link lets somebody in: not used, not revoked, not too old, and its inviter may still give the roles."""
    unused = invitation.accepted_at is None and invitation.revoked_at is None and invitation.expires_at > utcnow()
    return unused and _may_give(db.session.get_one(User, invitation.invited_by_id), invitation)


def _may_give(inviter: User, invitation: Invitation) -> bool:
    return inviter.holds(*_givers(set(invitation.roles)))


def dead(invitations: Iterable[Invitation]) -> set[int]:
    """The ids of those that have not run out, and whose links open no more: who sent them may not give the roles now."""
    waiting = [row for row in invitations if row.expires_at > utcnow()]
    asked = select(User).where(User.id.in_({row.invited_by_id for row in waiting}))
    inviters = {user.id: user for user in db.session.scalars(asked)} if waiting else {}
    return {row.id for row in waiting if not _may_give(inviters[row.invited_by_id], row)}


def _givers(roles: set[str]) -> frozenset[str]:
    """Of which roles one has to be to have given these; an expert may be invited by whoever stands in for an officer."""
    if "producer" in roles:
        return frozenset({"producer"})
    return BUREAU | {"admin"} if roles <= {"expert"} else frozenset({"admin"})


def _mark(invitation: Invitation) -> str:
    return f"invitation {invitation.id}"


def stuck(invitations: Iterable[Invitation]) -> dict[int, OutboxRow]:
    """The mails of invitations that did not go out so far, by the invitation's id."""
    waiting = mail.stuck()
    return {row.id: waiting[_mark(row)] for row in invitations if _mark(row) in waiting}


@operation
def send_again(invitation: Invitation, actor: Actor) -> None:
    """Try the mail that did not go out once more, now; its days are counted from now. Refused when it went out."""
    if not may_revoke(invitation, actor):
        raise Unknown()
    if invitation.accepted_at is not None or invitation.revoked_at is not None:
        raise WrongState(_already_ended(invitation))
    row = stuck([invitation]).get(invitation.id)
    if row is None:
        raise WrongState(say("这份邀请的邮件已经发出，或正在发送。"))
    invitation.expires_at = utcnow() + GOOD_FOR
    outbox.retry_soon(row)
    note(invitation, "sent_again", actor, N_("重发了邀请，岗位：%(label)s"), role="", **_kept(invitation))


def _already_ended(invitation: Invitation) -> Sentence:
    """What became of an invitation that is not open any more, and when."""
    if invitation.accepted_at is not None:
        return say(
            "%(name)s在 %(at)s 已经接受邀请，账号已建好，邀请不能再撤回或重发。",
            name=invitation.name, at=moment(invitation.accepted_at),
        )  # fmt: skip
    at = moment(invitation.revoked_at)
    return say("发给%(name)s的邀请在 %(at)s 已经撤回，链接不能再用；还要请，请另发一份。", name=invitation.name, at=at)


def _may_invite(actor: Actor, roles: list[str]) -> None:
    if not set(roles) <= set(invitable(actor)):
        raise NotAllowed(say("您不能邀请别人担任这个岗位。"))
    if "producer" in roles and (refusal := refusal_of_house(actor)) is not None:
        raise refusal


def refusal_of_house(actor: Actor) -> NotAllowed | None:
    """Why somebody of a house may invite nobody now; None where they may, and for people of the bureau."""
    if "producer" not in actor.roles:
        return None
    house = db.session.get(House, actor.organisation_id) if actor.organisation_id else None
    if house is None or house.state == "barred":
        return NotAllowed(say("单位已停用，不能邀请同事。"))
    return None if house.state == "admitted" else NotAllowed(say("单位入驻以后才能邀请同事。"))


def broken_by(actor: Actor, email: str, roles: list[str]) -> Iterator[RuleBroken]:
    """Each rule that an invitation breaks."""
    if not roles:
        yield RuleBroken(say("请选择岗位。"), "roles")
    if "producer" in roles and len(roles) > 1:
        yield RuleBroken(say("制作机构的人员不能兼任省局岗位或专家。"), "roles")
    if sentence := _known_already(actor, email, roles):
        yield RuleBroken(sentence, "email")


def _known_already(actor: Actor, email: str, roles: list[str]) -> Sentence | None:
    # told only where the inviter could see the person anyway
    known = select(User.id).where(func.lower(User.email) == email.lower(), still_here())
    if "producer" in roles:
        known = known.where(User.house_id == actor.organisation_id)
    if db.session.scalar(known.limit(1)) is not None:
        return say("用这个邮箱的同志已经有账号。")
    sent = _sent_already(email, actor.organisation_id if "producer" in roles else None)
    if sent is None:
        return None
    day = shanghai(sent.created_at).date().isoformat()
    return say("%(day)s 已向这个邮箱发过邀请，还没有接受。要重发，请先撤回那一份。", day=day)


def _sent_already(email: str, house_id: int | None) -> Invitation | None:
    """The invitation to that address whose link is still good: the bureau's, or the inviter's own house's."""
    return next((sent for sent in _unanswered(email, house_id) if _is_good(sent)), None)


def _unanswered(email: str, house_id: int | None) -> Sequence[Invitation]:
    """Invitations to that address that were neither accepted nor revoked and have not run out, whoever sent them."""
    same = func.lower(Invitation.email) == email.lower(), Invitation.house_id.is_not_distinct_from(house_id)
    good = Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None), Invitation.expires_at > utcnow()
    return db.session.scalars(select(Invitation).where(*same, *good).order_by(Invitation.id)).all()


def may_revoke(invitation: Invitation, actor: Actor) -> bool:
    """The inviter, the admin, and for a house any colleague."""
    if "admin" in actor.roles or invitation.invited_by_id == actor.id:
        return True
    return (
        "producer" in actor.roles and invitation.house_id is not None and invitation.house_id == actor.organisation_id
    )


@operation
def revoke(invitation: Invitation, actor: Actor) -> None:
    """Make the link worthless. Refused once it was accepted."""
    if not may_revoke(invitation, actor):
        raise Unknown()
    if invitation.accepted_at is not None or invitation.revoked_at is not None:
        raise WrongState(_already_ended(invitation))
    invitation.revoked_at = utcnow()
    note(invitation, "revoked", actor, N_("撤回了邀请，岗位：%(label)s"), role="", **_kept(invitation))


def open_invitation(token: str) -> Invitation | None:
    """The invitation behind a link while it is good."""
    asked = select(Invitation).where(Invitation.token_hash == hashed(token)).with_for_update()
    found = db.session.scalars(asked).first()
    return found if found is not None and _is_good(found) else None


@operation
def accept(token: str, login: str, name: str, phone: str, password_hash: str) -> User:
    """Make the account an invitation promises, with its roles, given by the inviter. A link works once."""
    invitation = open_invitation(token)
    if invitation is None:
        raise RuleBroken(
            say("这个邀请已用过、已撤回或已过期。账号已经建好的，请直接登录；还没有的，请联系邀请您的人。")
        )
    user = new_user(
        login, name, email=invitation.email, phone=phone, house_id=invitation.house_id, password_hash=password_hash,
    )  # fmt: skip
    user.grants = [RoleGrant(role=role, granted_by_id=invitation.invited_by_id) for role in invitation.roles]
    db.session.flush()
    if "expert" in invitation.roles:
        db.session.add(Expert(user_id=user.id))
    invitation.accepted_at, invitation.user_id = utcnow(), user.id
    audit.record("invitation.accepted", invitation, Actor(user.id, user.name), roles=invitation.roles)
    return user
