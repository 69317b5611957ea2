"""The security events as an administrator reads them: filtered, in pages, with names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, or_, select

from audiovisual.kernel.model import db
from audiovisual.kernel.paging import Page, paged
from audiovisual.kernel.security import KINDS, REFUSED, VERDICTS, SecurityEvent
from audiovisual.kernel.sought import holds
from workflows.errors import N_

from ..models import User
from .directory import names_of

TOLD = {
    "password": N_("用户名或密码不对"),
    "log-in": N_("输错太多次，没有看密码"),
    "second-step": N_("验证码不对或次数太多"),
    "confirm": N_("再输一次密码时不对"),
    "reset": N_("重设密码的链接"),
    "address": N_("确认邮箱的链接"),
    "invitation": N_("邀请链接"),
    "events": N_("导出安全事件"),
    "user.logged_in": N_("登录"),
    "user.locked": N_("连续输错，账号锁住"),
    "user.unlocked": N_("由管理员解锁"),
    "user.password_changed": N_("更换密码"),
    "user.password_reset": N_("用邮件链接重设密码"),
    "user.password_demanded": N_("被要求更换密码"),
    "user.edited": N_("更换邮箱"),
    "user.second_step_on": N_("开启两步验证"),
    "user.second_step_off": N_("关闭两步验证"),
    "user.recovery_code_used": N_("用备用码登录"),
    "user.recovery_codes_renewed": N_("重发备用码"),
    "passkey": N_("通行密钥不对"),
    "user.passkey_added": N_("添加通行密钥"),
    "user.passkey_given_up": N_("停用通行密钥"),
    "user.role_granted": N_("授予岗位"),
    "user.role_revoked": N_("撤销岗位"),
    "user.admin_proposed": N_("被提议任系统管理员"),
    "user.admin_declined": N_("任系统管理员的提议没有办成"),
    "user.left": N_("登记离职或停用"),
    "user.came_back": N_("恢复账号"),
    "user.signed_out": N_("各处的登录被退出"),
    "user.browser_forgotten": N_("忘掉一个记得的浏览器"),
    "delegation.given": N_("设代理"),
    "delegation.revoked": N_("结束代理"),
    "invitation.sent": N_("发出邀请"),
    "invitation.accepted": N_("接受邀请"),
    "user.data_exported": N_("下载个人数据"),
    "setting.changed": N_("修改系统设置"),
    "rule.numbers_changed": N_("修改编号样式"),
    "keys.rotate": N_("更换密钥"),
    "bank.restore": N_("恢复备份"),
    "bank.begun": N_("初始化种子库"),
}
"""What happened, by the first word of an event's `object`; another word is the page asked for."""
MOST_EXPORTED = 50_000


@dataclass(frozen=True)
class Told:
    """One event: when, kind, verdict, who ("" for a stranger), whom or what it concerns, from where, in which session."""

    at: datetime
    kind: str
    good: bool
    verdict: str
    who: str
    what: str
    address: str
    session: str


def _sought(kind: str, verdict: str, words: str) -> Select[Any]:
    rows = select(SecurityEvent)
    if kind in KINDS:
        rows = rows.where(SecurityEvent.kind == kind)
    if verdict in VERDICTS:
        rows = rows.where(SecurityEvent.verdict == verdict)
    for word in words.split():
        people = select(User.id).where(holds(word, User.name, User.login))
        event = holds(word, SecurityEvent.address, SecurityEvent.object, SecurityEvent.session)
        rows = rows.where(or_(event, SecurityEvent.user_id.in_(people)))
    return rows.order_by(SecurityEvent.at.desc(), SecurityEvent.id.desc())


def find_events(kind: str, verdict: str, words: str, page: int, per: int) -> Page:
    """One page of the events, the latest first, as `Told`."""
    found = paged(_sought(kind, verdict, words), page, per, scalars=True)
    return found.with_rows(_told(found.rows))


def exported(kind: str, verdict: str, words: str) -> Iterator[Told]:
    """The latest of the events, `MOST_EXPORTED` at most."""
    yield from _told(db.session.scalars(_sought(kind, verdict, words).limit(MOST_EXPORTED)).all())


def _told(rows: Sequence[SecurityEvent]) -> list[Told]:
    """With names in place of numbers, in one statement for all."""
    names = names_of([*(row.user_id for row in rows), *(_subject(row) for row in rows)])
    return [
        Told(
            row.at, _(KINDS[row.kind]), row.verdict == "good", _(VERDICTS[row.verdict]),
            "" if _is_strangers(row) else names.get(row.user_id or 0, ""), _what(row, names), row.address, row.session,
        )
        for row in rows
    ]  # fmt: skip


def _subject(row: SecurityEvent) -> int | None:
    """The person an event concerns, where it says one."""
    words = row.object.split()
    return int(words[2]) if len(words) == 3 and words[1] == "user" and words[2].isdigit() else None


def _is_strangers(row: SecurityEvent) -> bool:
    """Whether nobody is logged in who did it: the person it names is the one whose account was tried."""
    return row.verdict == REFUSED and not row.session


def _what(row: SecurityEvent, names: dict[int, str]) -> str:
    word, _space, rest = row.object.partition(" ")
    if word not in TOLD:
        return row.object
    subject = row.user_id if _is_strangers(row) else _subject(row)
    if subject is not None and subject == row.user_id and not _is_strangers(row):
        about = ""
    elif subject is not None:
        about = names.get(subject, "")
    else:  # of a name nobody has: its print, the same for the same name
        about = rest.rpartition(" ")[2][:8] if word in ("password", "log-in") else ""
    return f"{_(TOLD[word])} · {about}" if about else _(TOLD[word])
