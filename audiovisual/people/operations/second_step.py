"""The second step of a log-in, optional unless the settings demand it: set up, confirmed by a first code, switched off again."""

from __future__ import annotations

from typing import Any

from flask import current_app
from sqlalchemy import delete

from audiovisual.kernel import audit
from audiovisual.kernel.database import operation
from audiovisual.kernel.events import note
from audiovisual.kernel.model import db, utcnow
from workflows.access import BUREAU, SYSTEM, Actor
from workflows.errors import N_, RuleBroken, WrongState, say

from .. import codes, mail, sessions
from ..models import RecoveryCode, User
from .administrators import administrators


def is_demanded(roles: frozenset[str]) -> bool:
    """Whether who holds these roles must have a second step (SEEDBANK_SECOND_STEP)."""
    wanted = current_app.config["SECOND_STEP"]
    if wanted == "off":
        return False
    return not roles.isdisjoint(BUREAU | {"admin"} | ({"expert"} if wanted == "bureau+experts" else set()))


def is_lacking(person: Any) -> bool:
    """Whether somebody logged in must have a second step and has none; also one who only stands in for such a role."""
    return not person.second_step and is_demanded(person.actor().roles)


@operation
def begin(actor: Actor) -> None:
    """Make a new secret, worth nothing until it is confirmed. Refused while a confirmed one is in use."""
    user = db.session.get_one(User, actor.id)
    if user.totp_confirmed_at is not None:
        raise WrongState(say("两步验证已经开启；要换手机，请先关闭再重新开启。"))
    user.totp_secret = codes.new_secret()


@operation
def confirm(actor: Actor, code: str, keep_session: int) -> list[str]:
    """Switch the second step on with a first code; gives the recovery codes, which are never shown again.

    Other sessions end: they were opened with less.
    """
    user = db.session.get_one(User, actor.id)
    if user.totp_secret is None or user.totp_confirmed_at is not None:
        raise WrongState(say("请先点“开始设置”，再填验证码。"))
    step = codes.matching_step(user.totp_secret, code, user.totp_last_step)
    if step is None:
        raise RuleBroken(say("验证码不对或已过期。请核对手机时间，填最新的 6 位数字。"), "code")
    user.totp_confirmed_at, user.totp_last_step = utcnow(), step
    sessions.end_sessions(user.id, keep=keep_session)
    audit.record("user.second_step_on", user, actor)
    return _new_codes(user)


@operation
def renew_codes(actor: Actor) -> list[str]:
    """New recovery codes; the old ones are void."""
    need_on(actor)
    user = db.session.get_one(User, actor.id)
    audit.record("user.recovery_codes_renewed", user, actor)
    return _new_codes(user)


def need_on(actor: Actor) -> None:
    """Refuses who has no second step: there is nothing to renew or to switch off."""
    if db.session.get_one(User, actor.id).totp_confirmed_at is None:
        raise WrongState(say("两步验证没有开启。"))


def _new_codes(user: User) -> list[str]:
    plain = codes.new_recovery_codes()
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    db.session.add_all(RecoveryCode(user_id=user.id, code_hash=codes.recovery_hash(code)) for code in plain)
    return plain


@operation
def switch_off(actor: Actor) -> None:
    """No second step any more. Refused to who must have one."""
    user = db.session.get_one(User, actor.id)
    if is_demanded(actor.roles):
        raise RuleBroken(say("本单位要求两步验证，不能关闭。换手机请找系统管理员。"), "current")
    switch_off_for(user, actor)


@operation
def switch_off_for(user: User, actor: Actor) -> None:
    """The same by the admin, for someone who lost telephone and recovery codes."""
    if user.totp_sealed is None:
        raise WrongState(say("两步验证没有开启。"))
    # the last step stays, so that a code seen today is no good for a secret set up again by mistake
    user.totp_secret, user.totp_confirmed_at = None, None
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    if user.id == actor.id:
        audit.record("user.second_step_off", user, actor)
    else:
        note(user, "second_step_off", actor, N_("关闭了对方的两步验证"), role="", who=user.name)


@operation
def switch_off_at_console(user: User) -> None:
    """The way back, for whoever has the server: audited, and told to the person and every administrator."""
    switch_off_for(user, SYSTEM)
    sessions.end_sessions(user.id)
    for reader in {each.id: each for each in (user, *administrators())}.values():
        if reader.email:
            mail.send(
                "second_step_off", reader.email, reader.locale, reader=reader.id, name=reader.name, who=user.name,
            )  # fmt: skip
