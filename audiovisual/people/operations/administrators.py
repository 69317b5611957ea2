"""Who becomes an administrator: proposed by one, given by another; with one left, given at the server's console.

Nobody gives it alone, nobody to themselves. All administrators are told of each step.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from audiovisual.kernel.database import operation
from audiovisual.kernel.events import note
from audiovisual.kernel.model import db, utcnow
from audiovisual.kernel.text import moment
from workflows.access import ROLES, SYSTEM, Actor
from workflows.errors import N_, NotAllowed, RuleBroken, Sentence, Unknown, WrongState, say

from .. import mail
from ..models import AdminProposal, RoleGrant, User
from ..queries.directory import still_here


def administrators() -> Sequence[User]:
    """Everybody who is one now."""
    role = select(RoleGrant.user_id).where(RoleGrant.role == "admin")
    return db.session.scalars(select(User).where(User.id.in_(role), still_here()).order_by(User.id)).all()


def waiting() -> Sequence[AdminProposal]:
    """The proposals nobody has decided, the oldest first; those of people who may not propose any more are void."""
    rows = select(AdminProposal).where(AdminProposal.ended_at.is_(None)).order_by(AdminProposal.id)
    return [row for row in db.session.scalars(rows) if row.proposed_by.holds("admin") and row.user.is_here]


def waiting_for(user: User) -> AdminProposal | None:
    """The proposal that waits for this person to be decided on."""
    return next((row for row in waiting() if row.user_id == user.id), None)


def to_decide(user: User) -> AdminProposal:
    """The proposal for this person, for whoever decides on it. Refused where it waits no more, with who was faster and
    when; nobody ever proposed: unknown."""
    found = waiting_for(user)
    if found is None:
        last = select(AdminProposal).where(AdminProposal.user_id == user.id).order_by(AdminProposal.id.desc()).limit(1)
        row = db.session.scalars(last).first()
        if row is None:
            raise Unknown()
        raise WrongState(_already_decided(row))
    return found


def _already_decided(row: AdminProposal) -> Sentence:
    """What became of a proposal that does not wait any more: by whom and when."""
    if row.ended_at is None:
        return say("提议人不再是系统管理员，或者对方的账号已停用，这项提议作废；还要授予，请重新提议。")
    ended_by = db.session.get(User, row.ended_by_id) if row.ended_by_id else None
    told = {"name": ended_by.name if ended_by else "", "at": moment(row.ended_at)}
    if row.given:
        return say("%(name)s在 %(at)s 已经确认授予，这项提议已办结。", **told)
    if row.ended_by_id == row.proposed_by_id:
        return say("%(name)s在 %(at)s 收回了这项提议，没有授予。", **told)
    return say("%(name)s在 %(at)s 没有同意这项提议，没有授予。", **told)


def may_become(user: User) -> None:
    """Refuse for whom the role is out of the question."""
    if user.house_id is not None:
        raise RuleBroken(say("制作机构的人员不能兼任省局岗位或专家。"), "role")
    if not user.is_here:
        raise WrongState(say("%(name)s的账号已停用，不能授予岗位；要授予，请先恢复账号。", name=user.name))
    if "admin" in user.roles:
        raise WrongState(say("%(name)s已经有这个岗位，不用再授予。", name=user.name))


@operation
def propose(user: User, actor: Actor) -> AdminProposal:
    """Propose somebody; another administrator decides. Refused where there is none but the proposer."""
    may_become(user)
    if waiting_for(user) is not None:
        raise WrongState(say("已经有人提议，等另一位系统管理员确认。"))
    if not [other for other in administrators() if other.id != actor.id]:
        raise RuleBroken(
            say("系统管理员要两个人办：现在没有第二位管理员，请在服务器上运行 flask --app wsgi grant-admin。"), "role"
        )
    row = AdminProposal(user_id=user.id, proposed_by_id=actor.id)
    db.session.add(row)
    db.session.flush()
    note(user, "admin_proposed", actor, N_("提议任系统管理员"), role="", who=user.name, proposal=row.id)
    _tell("admin_proposed", user, by=actor.name)
    return row


@operation
def give(row: AdminProposal, actor: Actor) -> None:
    """Another administrator agrees: the role is given. Asked again now: whether it may be given, and was proposed by
    somebody who still may."""
    _may_decide(row, actor)
    may_become(row.user)
    row.ended_at, row.ended_by_id, row.given = utcnow(), actor.id, True
    _give(row.user, actor, by=row.proposed_by_id)


@operation
def decline(row: AdminProposal, actor: Actor) -> None:
    """The proposal comes to nothing: declined by another administrator, or taken back by its proposer."""
    if row.proposed_by_id != actor.id:
        _may_decide(row, actor)
    elif row.ended_at is not None:
        raise WrongState(_already_decided(row))
    row.ended_at, row.ended_by_id = utcnow(), actor.id
    own = row.proposed_by_id == actor.id
    text = N_("收回了任系统管理员的提议") if own else N_("没有同意任系统管理员的提议")
    note(row.user, "admin_declined", actor, text, role="", who=row.user.name, proposal=row.id)


def _may_decide(row: AdminProposal, actor: Actor) -> None:
    if row.ended_at is not None or not row.proposed_by.holds("admin"):
        raise WrongState(_already_decided(row))
    if actor.id in (row.proposed_by_id, row.user_id):
        raise NotAllowed(say("要由提议人和本人以外的系统管理员确认。"))


@operation
def give_at_console(user: User) -> None:
    """The way back, for whoever has the server: audited, and told to every administrator."""
    may_become(user)
    _give(user, SYSTEM, by=None)


def _give(user: User, actor: Actor, by: int | None) -> None:
    user.grants.append(RoleGrant(role="admin", granted_by_id=by))
    db.session.flush()
    note(user, "role_granted", actor, N_("授予了岗位：%(label)s"), role="", who=user.name, label=ROLES["admin"],
         role_given="admin", proposed_by=by)  # fmt: skip
    _tell("admin_given", user, by=actor.name if actor.id != SYSTEM.id else "")


def _tell(template: str, user: User, by: str) -> None:
    for admin in administrators():
        if admin.email:
            mail.send(template, admin.email, admin.locale, reader=admin.id, name=admin.name, who=user.name, by=by)
