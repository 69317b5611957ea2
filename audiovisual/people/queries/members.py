"""Everyone, for the administrator."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, not_, select
from sqlalchemy.orm import joinedload

from audiovisual.kernel import withheld
from audiovisual.kernel.audit import AuditRow
from audiovisual.kernel.languages import gettext as _
from audiovisual.kernel.model import db
from audiovisual.kernel.paging import Page, paged, within
from audiovisual.kernel.sought import holds
from audiovisual.kernel.text import listed
from workflows.access import ROLES
from workflows.errors import N_

from ..models import RoleGrant, User
from .directory import still_here

TRACES = {
    "user.logged_in": N_("登录"),
    "user.locked": N_("连续输错密码，账号锁住"),
    "user.browser_forgotten": N_("忘掉一个记得的浏览器"),
    "user.unlocked": N_("由管理员解锁"),
    "user.password_changed": N_("更换密码"),
    "user.password_reset": N_("用邮件链接重设密码"),
    "user.password_demanded": N_("被要求更换密码"),
    "user.second_step_on": N_("开启两步验证"),
    "user.second_step_off": N_("关闭两步验证"),
    "user.passkey_added": N_("添加通行密钥“%(passkey)s”"),
    "user.passkey_given_up": N_("停用通行密钥“%(passkey)s”"),
    "user.recovery_code_used": N_("用备用码登录"),
    "user.recovery_codes_renewed": N_("重发备用码"),
    "user.edited": N_("修改个人资料"),
    "user.data_exported": N_("下载了关于本人的数据"),
    "user.particulars_deleted": N_("离职期满，电话、邮箱已删"),
    "user.left": N_("登记离职或停用，原岗位：%(roles)s"),
    "user.signed_out": N_("各处的登录被退出"),
    "user.came_back": N_("恢复账号，岗位：%(roles)s"),
    "user.role_granted": N_("授予岗位：%(roles)s"),
    "user.admin_proposed": N_("被提议任系统管理员"),
    "user.admin_declined": N_("任系统管理员的提议没有办成"),
    "user.role_revoked": N_("撤销岗位：%(roles)s"),
    "user.titles_left": N_("不再经办，经办的项目无人经办"),
    "user.keys_left": N_("不再任管家，重点项目没有管家"),
    "user.settings_changed": N_("改了系统设置"),
    "bank.begun": N_("初始化种子库"),
}
"""What the traces of an account are called."""


def find_people(role: str, words: str, gone: bool, page: int, per: int) -> tuple[Sequence[User], int, int]:
    """One page of people by name, how many there are, the page's number; `gone` shows those who left instead."""
    rows = select(User).where(not_(still_here()) if gone else still_here())
    if role:
        rows = rows.where(User.id.in_(select(RoleGrant.user_id).where(RoleGrant.role == role)))
    for word in words.split():
        rows = rows.where(holds(word, User.name, User.login, User.email, User.phone))
    total = db.session.scalar(select(func.count()).select_from(rows.subquery())) or 0
    page = within(page, per, total)
    rows = rows.options(joinedload(User.house)).order_by(User.name, User.id).limit(per).offset((page - 1) * per)
    return db.session.scalars(rows).all(), total, page


@dataclass(frozen=True)
class Trace:
    """What was done to an account: when, what, by whom ("" for the person themselves), which values from what to what."""

    at: datetime
    what: str
    by: str
    changes: list[tuple[str, str, str]]


def traces_of(user_id: int, page: int, per: int) -> Page:
    """One page of what was done to the person's account, the latest first, as `Trace`s."""
    about = (AuditRow.subject_type == "user") & (AuditRow.subject_id == user_id)
    columns: list[Any] = [AuditRow, User.name]
    rows = select(*columns).outerjoin(User, User.id == AuditRow.actor_id).where(about)
    found = paged(rows.order_by(AuditRow.seq.desc()), page, per)
    withheld.fetch(json.loads(row.data) for row, _name in found.rows)
    return found.with_rows([_trace(row, "" if row.actor_id == user_id else name or "") for row, name in found.rows])


PARTICULARS = {
    "name": N_("姓名"), "email": N_("邮箱"), "new_email": N_("待确认的邮箱"), "phone": N_("电话"), "position": N_("职务"), "locale": N_("语言"),
}  # fmt: skip


def _trace(row: AuditRow, by: str) -> Trace:
    """One row of the trail in the reader's language. Rows of earlier days keep no roles beside who left or came back, and
    no new values of what was edited: they are told without."""
    data = withheld.put_in(json.loads(row.data))
    given = data.get("role_given") or data.get("role_taken")
    roles = [given] if given else data.get("roles", [])
    what = _(TRACES.get(row.action, row.action))
    if "%(roles)s" in what:
        what = what % {"roles": listed(_(ROLES[role]) for role in roles if role in ROLES) or "—"}
    if "%(passkey)s" in what:
        what = what % {"passkey": data.get("passkey", "")}
    before, after = data.get("before") or {}, data.get("after") or {}
    changes = [
        (_(PARTICULARS[key]), str(value or "—"), str(after[key] or "—") if key in after else "")
        for key, value in before.items() if key in PARTICULARS
    ]  # fmt: skip
    return Trace(row.at, what, by, changes)
