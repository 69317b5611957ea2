"""Roles: given and taken by an administrator, never by oneself."""

from __future__ import annotations

from collections.abc import Mapping

from audiovisual.kernel.database import operation
from audiovisual.kernel.events import note
from workflows.access import BUREAU, ROLES, Actor
from workflows.errors import N_, NotAllowed, RuleBroken, WrongState, say

from ..holdings import give_up
from ..models import Delegation, Expert, RoleGrant, User
from .accounts import NOBODY, keep_an_admin
from .administrators import propose
from .delegations import end_all


@operation
def grant(user: User, role: str, actor: Actor) -> None:
    """Give a role. Nobody gives one to themselves; bureau and houses do not mix in one person (回避); an administrator's
    is proposed, and given by another (`administrators`)."""
    _not_himself(user, actor)
    if role == "admin":
        propose(user, actor)
        return
    if role in user.roles:
        raise WrongState(say("%(name)s已经有这个岗位，不用再授予。", name=user.name))
    if role == "producer" and user.house_id is None:
        raise RuleBroken(say("制作机构的人员由机构自己邀请。"), "role")
    if user.house_id is not None and role in BUREAU | {"admin", "expert"}:
        raise RuleBroken(say("制作机构的人员不能兼任省局岗位或专家。"), "role")
    if user.left_on is not None:
        raise WrongState(say("%(name)s的账号已停用，不能授予岗位；要授予，请先恢复账号。", name=user.name))
    user.grants.append(RoleGrant(role=role, granted_by_id=actor.id))
    _profile(user)
    note(
        user,
        "role_granted",
        actor,
        N_("授予了岗位：%(label)s"),
        role="",
        who=user.name,
        label=ROLES[role],
        role_given=role,
    )


def _profile(user: User) -> None:
    """An expert has a profile from his first day."""
    if "expert" in user.roles and user.expert is None:
        user.expert = Expert(user_id=user.id)


@operation
def revoke(user: User, role: str, actor: Actor, heirs: Mapping[str, User] = NOBODY) -> int:
    """Take a role away; with it go the stand-ins for that role. The last administrator stays one.

    What the person held by it goes to the `heirs` named by kind (`holdings`), else to the common lists; gives how many an
    heir could not take.
    """
    _not_himself(user, actor)
    row = next((grant for grant in user.grants if grant.role == role), None)
    if row is None:
        raise WrongState(say("%(name)s现在没有这个岗位，不用撤销。", name=user.name))
    if role == "admin":
        keep_an_admin(user)
    staying = give_up(user, frozenset({role}), heirs, actor)
    user.grants.remove(row)
    void = (Delegation.absent_id == user.id) & (Delegation.role == role)
    if not user.roles & BUREAU:
        void = void | (Delegation.deputy_id == user.id)
    end_all(actor, void)
    note(
        user,
        "role_revoked",
        actor,
        N_("撤销了岗位：%(label)s"),
        role="",
        who=user.name,
        label=ROLES[role],
        role_taken=role,
    )
    return staying


def _not_himself(user: User, actor: Actor) -> None:
    if user.id == actor.id:
        raise NotAllowed(say("不能改自己的岗位，请另一位系统管理员办理。"))
