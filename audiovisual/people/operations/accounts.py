"""Accounts of people: made, deactivated when someone leaves, brought back; details people keep themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from audiovisual.kernel import audit
from audiovisual.kernel.database import operation
from audiovisual.kernel.events import note
from audiovisual.kernel.model import db, today, utcnow
from audiovisual.kernel.text import day
from workflows.access import Actor
from workflows.errors import N_, NotAllowed, RuleBroken, Sentence, Unknown, WrongState, obey, say

from .. import daily, links, mail, sessions
from ..holdings import give_up
from ..models import Delegation, Invitation, RoleGrant, User
from ..queries.directory import still_here
from ..versions import expect
from .attempts import login_name
from .delegations import end_all

NOBODY: Mapping[str, User] = MappingProxyType({})
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{2,31}")


def login_refusal(login: str) -> Sentence | None:
    """Why this cannot be a log-in name, or None. Whether it is taken is asked when the account is made."""
    if _LOGIN.fullmatch(login_name(login)) is None:
        return say("用户名用 3 至 32 个小写字母、数字、点、横线或下划线，以字母或数字开头。")
    return None


def broken_by_login(login: str) -> Iterator[RuleBroken]:
    """Why there can be no account of this log-in name."""
    if sentence := login_refusal(login):
        yield RuleBroken(sentence, "login")
    elif db.session.scalar(select(User.id).where(User.login == login_name(login))) is not None:
        yield RuleBroken(say("这个用户名已有人用，请换一个。"), "login")


def new_user(login: str, name: str, **fields: Any) -> User:
    """A new account, flushed. Refuses a log-in name that cannot be or is taken, naming the field."""
    obey(broken_by_login(login))
    user = User(login=login_name(login), name=name, password_changed_at=utcnow(), **fields)
    db.session.add(user)
    try:
        db.session.flush()
    except IntegrityError:
        raise RuleBroken(say("这个用户名已有人用，请换一个。"), "login") from None
    return user


@operation
def edit_details(actor: Actor, version: int | None, **details: str) -> None:
    """Name, address, telephone and post of oneself. A new address holds once it was confirmed from there
    (`confirm_address`)."""
    user = db.session.get_one(User, actor.id)
    expect(user, version)
    details = {**details, **_asked_for(user, details.get("email", user.email))}
    before = {key: getattr(user, key) for key, value in details.items() if getattr(user, key) != value}
    for key in before:
        setattr(user, key, details[key])
    if before:
        audit.record("user.edited", user, actor, before=before, after={key: details[key] for key in before})


def _asked_for(user: User, email: str) -> dict[str, str]:
    """What becomes of a typed address: the present one stays until the new one was confirmed; none needs no confirming."""
    if email in ("", user.email):
        return {"email": email, "new_email": ""}
    if email != user.new_email:
        daily.take("address", Actor(user.id, user.name), email, "email")
        mail.send("address_new", email, user.locale, again={"user": user.id, "email": email}, name=user.name, **_link(
            {"user": user.id, "email": email}
        ))  # fmt: skip
        if user.email:
            mail.send("address_asked", user.email, user.locale, reader=user.id, name=user.name, email=email)
    return {"email": user.email, "new_email": email}


@mail.renews("address_new")
def _link(again: dict[str, Any]) -> dict[str, Any]:
    """The link of the mail, made when it goes out: its day begins then."""
    token = links.address_token(again["user"], again["email"])
    return {"address": links.public("people.confirm_address", token=token)}


@mail.asks("address_new")
def _still_asked_for(again: dict[str, Any]) -> bool:
    """Whether the person still waits for that address."""
    return db.session.scalar(select(User.new_email).where(User.id == again["user"])) == again["email"]


def waiting_for(token: str) -> User | None:
    """Who waits for the address of a mailed link; None when the link is too old, used, or the wish was taken back."""
    found = links.address_of(token)
    user = db.session.get(User, found[0]) if found else None
    return user if user is not None and found and user.is_here and user.new_email == found[1] else None


@operation
def confirm_address(user: User) -> None:
    """The new address was reached: it holds from now on, and the one before is told."""
    before, user.email, user.new_email = user.email, user.new_email, ""
    actor = Actor(user.id, user.name, user.roles, user.house_id)
    audit.record("user.edited", user, actor, before={"email": before}, after={"email": user.email})
    if before:
        mail.send("address_changed", before, user.locale, reader=user.id, name=user.name, email=user.email)


@operation
def choose_language(actor: Actor, locale: str) -> None:
    """Keep the language with the person; without the version, for it makes no form stale."""
    db.session.execute(
        update(User).where(User.id == actor.id).values(locale=locale), execution_options={"synchronize_session": False}
    )


@operation
def mark_left(user: User, actor: Actor, heirs: Mapping[str, User] = NOBODY) -> int:
    """Someone left: their sessions end at once, their open invitations and stand-ins too; their traces stay.

    The admin may say so of anyone, a producer of colleagues of their house. Nobody says it of themselves. What the person
    held goes to the `heirs` named by kind (`holdings`), else to the common lists; gives how many an heir could not take.
    """
    _may_dismiss(user, actor)
    if user.left_on is not None:
        raise WrongState(say("%(name)s的账号在 %(day)s 已经停用，不用再停用。", name=user.name, day=day(user.left_on)))
    keep_an_admin(user)
    staying = give_up(user, user.roles, heirs, actor)
    user.left_on = today()
    sessions.end_sessions(user.id)
    mine = (Invitation.invited_by_id == user.id, Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None))
    db.session.execute(update(Invitation).where(*mine).values(revoked_at=utcnow()))
    end_all(actor, (Delegation.deputy_id == user.id) | (Delegation.absent_id == user.id))
    note(user, "left", actor, N_("停用了账号"), role="", who=user.name, roles=sorted(user.roles))
    return staying


@operation
def sign_out(user: User, actor: Actor, session_id: int | None = None) -> int:
    """End one session of somebody else, or all of them; gives how many were open."""
    if user.id == actor.id:
        raise NotAllowed(say("自己的登录请在“我的账号”里退出。"))
    count = sessions.end_sessions(user.id) if session_id is None else sessions.end_session(user.id, session_id)
    if count:
        note(user, "signed_out", actor, N_("退出了对方 %(count)s 处登录"), role="", who=user.name, count=int(count))
    return int(count)


def _may_dismiss(user: User, actor: Actor) -> None:
    colleague = (
        "producer" in actor.roles and actor.organisation_id is not None and user.house_id == actor.organisation_id
    )
    if not colleague and "admin" not in actor.roles:
        raise Unknown()
    if user.id == actor.id:
        raise NotAllowed(say("不能登记自己离职，请让同事或管理员办理。"))


def keep_an_admin(user: User) -> None:
    """Refuse what would leave the bank without an administrator."""
    if "admin" not in user.roles:
        return
    others = select(RoleGrant.user_id).join(User, User.id == RoleGrant.user_id)
    others = others.where(RoleGrant.role == "admin", RoleGrant.user_id != user.id, still_here()).limit(1)
    if db.session.scalar(others) is None:
        raise RuleBroken(say("这是最后一位系统管理员，请先指定另一位。"))


@operation
def bring_back(user: User, actor: Actor) -> None:
    """Someone came back, or had been marked by mistake: they log in as before, with the roles they had; an
    administrator's role they get anew, by two (`administrators`)."""
    if user.left_on is None:
        raise WrongState(say("%(name)s的账号现在没有停用，不用恢复。", name=user.name))
    if user.id == actor.id:
        raise NotAllowed(say("自己的账号要由另一位管理员恢复。"))
    user.left_on = None
    user.grants = [grant for grant in user.grants if grant.role != "admin"]
    db.session.flush()
    note(user, "came_back", actor, N_("恢复了账号"), role="", who=user.name, roles=sorted(user.roles))


@operation
def unlock(user: User, actor: Actor) -> None:
    """Lift the lock of too many wrong passwords. Refused where there is none."""
    if user.locked_until is None or user.locked_until <= utcnow():
        raise WrongState(say("%(name)s的账号现在没有锁定，不用解锁。", name=user.name))
    user.failed_count, user.failed_at, user.locked_until = 0, None, None
    note(user, "unlocked", actor, N_("解除了锁定"), role="", who=user.name)


@operation
def demand_new_password(user: User, actor: Actor) -> None:
    """Whatever he does next, the person has to choose a new password first; other work waits."""
    user.must_change_password = True
    note(user, "password_demanded", actor, N_("要求下次登录时换密码"), role="", who=user.name)
