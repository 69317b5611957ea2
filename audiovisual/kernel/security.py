"""What happened to the bank's safety: log-ins good and refused, refusals, limits met, roles and credentials changed.

One table (`security_event`), from which the worker writes lines of JSON that a collector of such events can read
(`stream`). Never a password, a token or a code; not even a log-in name nobody has, for people type
their passwords there: of it a keyed print is kept.

What leaves an audit row of a kind in `FROM_AUDIT` is noted with it, in the same transaction. A refusal is noted in a
transaction of its own, for its request is rolled back; a visitor's refusals beyond `MOST` a minute are not noted any more.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import structlog
from flask import current_app, has_request_context, request
from flask_login import current_user
from sqlalchemy import Index, func, insert, literal, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, mapped_column

from workflows.errors import N_

from .database import aside
from .model import Base, db, utcnow
from .signing import hashed

log = structlog.get_logger()

GOOD, REFUSED = "good", "refused"
VERDICTS = {GOOD: N_("办成"), REFUSED: N_("拒绝")}
KINDS: dict[str, str] = {
    "login": N_("登录"),
    "limit": N_("次数限制"),
    "forbidden": N_("没有权限"),
    "token": N_("链接或表单失效"),
    "role": N_("岗位变动"),
    "credential": N_("密码、邮箱、两步验证"),
    "account": N_("账号和登录"),
    "export": N_("导出"),
    "system": N_("恢复、密钥、设置"),
}
"""The kinds of events, by code, and what they are called."""
FROM_AUDIT = {
    "user.logged_in": "login",
    "user.locked": "limit",
    "user.unlocked": "limit",
    "user.password_changed": "credential",
    "user.password_reset": "credential",
    "user.password_demanded": "credential",
    "user.second_step_on": "credential",
    "user.second_step_off": "credential",
    "user.recovery_code_used": "credential",
    "user.recovery_codes_renewed": "credential",
    "user.passkey_added": "credential",
    "user.passkey_given_up": "credential",
    "user.role_granted": "role",
    "user.role_revoked": "role",
    "user.admin_proposed": "role",
    "user.admin_declined": "role",
    "delegation.given": "role",
    "delegation.revoked": "role",
    "invitation.sent": "role",
    "invitation.accepted": "role",
    "user.left": "account",
    "user.came_back": "account",
    "user.signed_out": "account",
    "user.browser_forgotten": "account",
    "user.data_exported": "export",
    "setting.changed": "system",
    "rule.numbers_changed": "system",
    "keys.rotate": "system",
    "bank.restore": "system",
    "bank.begun": "system",
}
"""Actions of the audit chain that concern the bank's safety, and of which kind they are."""
MOST = 120
"""Refusals of one address that are noted within a minute."""
MOST_OF_ALL = 1200
"""Refusals of everybody that are noted within a minute."""


class SecurityEvent(Base):
    """When, what kind, how it ended, who (None for a stranger), from where, in which session, on what.

    `session` is the beginning of the hash a session is kept under: it tells sessions apart and lets nobody in.
    """

    __tablename__ = "security_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    kind: Mapped[str]
    verdict: Mapped[str]
    user_id: Mapped[int | None]
    address: Mapped[str] = mapped_column(default="")
    session: Mapped[str] = mapped_column(default="")
    object: Mapped[str] = mapped_column(default="")
    written_out: Mapped[bool] = mapped_column(default=False)
    """Whether the worker has written its line."""

    __table_args__ = (
        Index("ix_security_event_at", "at", "address"),
        Index(
            "ix_security_event_waiting", "id", sqlite_where=text("written_out = 0"), postgresql_where=text("NOT written_out")
        ),
    )  # fmt: skip


def _row(kind: str, verdict: str, about: str, user_id: int | None) -> dict[str, Any]:
    """One event with all that the request tells of who asks."""
    row = {
        "at": utcnow(), "kind": kind, "verdict": verdict, "user_id": user_id, "address": "", "session": "",
        "object": about[:200], "written_out": False,
    }  # fmt: skip
    if has_request_context():
        row["address"] = request.remote_addr or ""
        person = current_user._get_current_object()
        if person.is_authenticated:
            row["user_id"] = user_id or person.id
            row["session"] = hashed(person.get_id())[:16]
    return row


def follow(rows: Iterable[dict[str, Any]]) -> None:
    """Note, in the present transaction, which of these audit rows concern the bank's safety."""
    found = [
        _row(kind, REFUSED if row["action"] == "user.locked" else GOOD, f"{row['action']} {row['subject_type']} {row['subject_id'] or ''}".strip(), row["actor_id"] or None)
        for row in rows if (kind := _kind_of(row)) is not None
    ]  # fmt: skip
    if found:
        db.session().execute(insert(SecurityEvent), found)


def _kind_of(row: dict[str, Any]) -> str | None:
    if row["action"] == "user.edited":
        return "credential" if '"email"' in row["data"] else None
    return FROM_AUDIT.get(row["action"])


def refused(kind: str, about: str = "", user_id: int | None = None) -> None:
    """Note a refusal, in one statement and a transaction of its own. Where the database does not take it, the log does."""
    row = _row(kind, REFUSED, about, user_id)
    since = row["at"] - timedelta(minutes=1)
    try:
        aside(_unless_too_many(row, since))
    except SQLAlchemyError as error:
        log.warning("security_event", **{**row, "at": str(row["at"])}, not_kept=type(error).__name__)


def good(kind: str, about: str) -> None:
    """Note what was done that leaves no audit row, in one statement and a transaction of its own."""
    aside(insert(SecurityEvent).values(**_row(kind, GOOD, about, None)))


def _unless_too_many(row: dict[str, Any], since: datetime) -> Any:
    """The statement: nothing is added where that address, or all together, had their share of this minute."""
    lately = select(SecurityEvent.id).where(SecurityEvent.at > since, SecurityEvent.verdict == REFUSED)
    theirs = lately.where(SecurityEvent.address == row["address"]).limit(MOST).subquery()
    everybodys = lately.limit(MOST_OF_ALL).subquery()
    columns = SecurityEvent.__table__.c
    values = select(*(literal(value, columns[name].type) for name, value in row.items())).where(
        select(func.count()).select_from(theirs).scalar_subquery() < MOST,
        select(func.count()).select_from(everybodys).scalar_subquery() < MOST_OF_ALL,
    )
    return insert(SecurityEvent).from_select(list(row), values, include_defaults=False)


def page_asked() -> str:
    """The page a request asks for, with the numbers of its address and without its words: a link may hold a token."""
    if request.url_rule is None:
        return request.method
    path = request.url_rule.rule
    for name, value in (request.view_args or {}).items():
        shown = str(value) if isinstance(value, int) else "…"
        path = path.replace(f"<int:{name}>", shown).replace(f"<{name}>", shown).replace(f"<path:{name}>", shown)
    return f"{request.method} {path}"


def print_of(typed: str) -> str:
    """A short keyed print of what somebody typed: the same for the same words, and of no use to whoever reads it."""
    key = current_app.config["SECRET_KEY"].encode()
    return hmac.new(key, b"typed " + typed.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:16]


__all__ = ["KINDS", "VERDICTS", "SecurityEvent", "follow", "good", "page_asked", "print_of", "refused"]
