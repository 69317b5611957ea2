"""What the bank holds on a person by themselves: account, profile, log-ins, stand-ins, messages."""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_, select

from audiovisual.kernel.model import db
from audiovisual.kernel.own_data import listed, part, plain
from audiovisual.kernel.security import SecurityEvent
from workflows.errors import N_

from .models import Delegation, Expert, Invitation, KnownBrowser, LoginSession, Message, Passkey, RoleGrant, User

ACCOUNT = (
    "id login name email new_email phone position locale created_at left_on password_changed_at totp_confirmed_at"
    " must_change_password failed_count locked_until"
)
PROFILE = "title institution city specialities types themes past_employers relatives biography training_until max_load"


@part("account", N_("账号"))
def _account(user_id: int) -> list[dict[str, Any]]:
    user = db.session.get_one(User, user_id)
    return [plain(user, ACCOUNT) | {"house": user.house.name if user.house else None}]


@part("roles", N_("岗位"))
def _roles(user_id: int) -> list[dict[str, Any]]:
    mine = select(RoleGrant.role, RoleGrant.granted_at).where(RoleGrant.user_id == user_id).order_by(RoleGrant.role)
    return listed(db.session.execute(mine), "role granted_at")


@part("expert_profile", N_("专家资料"))
def _profile(user_id: int) -> list[dict[str, Any]]:
    return listed(db.session.scalars(select(Expert).where(Expert.user_id == user_id)), PROFILE)


@part("log_ins", N_("登录"))
def _log_ins(user_id: int) -> list[dict[str, Any]]:
    mine = select(LoginSession).where(LoginSession.user_id == user_id).order_by(LoginSession.id)
    return listed(db.session.scalars(mine), "created_at seen_at ended_at confirmed_at address agent")


@part("browsers", N_("记得的浏览器"))
def _browsers(user_id: int) -> list[dict[str, Any]]:
    mine = select(KnownBrowser).where(KnownBrowser.user_id == user_id).order_by(KnownBrowser.id)
    return listed(db.session.scalars(mine), "created_at seen_at ended_at address agent")


@part("security_events", N_("安全事件"))
def _security_events(user_id: int) -> list[dict[str, Any]]:
    """What was tried with the account and done by it; whence others tried is left out."""
    mine = select(SecurityEvent).where(SecurityEvent.user_id == user_id).order_by(SecurityEvent.id)
    return listed(db.session.scalars(mine), "at kind verdict")


@part("passkeys", N_("通行密钥"))
def _passkeys(user_id: int) -> list[dict[str, Any]]:
    mine = select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.id)
    return listed(db.session.scalars(mine), "name created_at used_at uses")


@part("invitations", N_("加入时的邀请"))
def _invitations(user_id: int) -> list[dict[str, Any]]:
    mine = select(Invitation).where(Invitation.user_id == user_id).order_by(Invitation.id)
    return listed(db.session.scalars(mine), "email name roles created_at accepted_at")


@part("stand_ins", N_("代理"))
def _stand_ins(user_id: int) -> list[dict[str, Any]]:
    """Why somebody is away is their own; the person who stands in for them is given the days alone."""
    both = or_(Delegation.absent_id == user_id, Delegation.deputy_id == user_id)
    return [
        plain(row, "role starts_on ends_on created_at revoked_at")
        | ({"away": True, "reason": row.reason} if row.absent_id == user_id else {"away": False})
        for row in db.session.scalars(select(Delegation).where(both).order_by(Delegation.id))
    ]


@part("messages", N_("收件箱（只有时间：内容是别人办的事）"), private=True)
def _messages(user_id: int) -> list[dict[str, Any]]:
    mine = select(Message).where(Message.user_id == user_id).order_by(Message.id)
    return listed(db.session.scalars(mine), "created_at read_at url")
