"""What a person sees of his own account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from flask_babel import gettext
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload

from audiovisual.kernel.model import db, today, utcnow
from audiovisual.kernel.paging import Page, paged

from ..browsers import LASTS
from ..models import Delegation, KnownBrowser, LoginSession, RecoveryCode

_BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("MicroMessenger", "微信"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True)
class Place:
    """One browser the person is logged in with."""

    id: int
    device: str
    address: str
    created_at: datetime
    seen_at: datetime


def open_sessions(user_id: int) -> list[Place]:
    """Sessions that still let one in, the latest first."""
    now = utcnow()
    rows = db.session.scalars(
        select(LoginSession).where(
            LoginSession.user_id == user_id, LoginSession.ended_at.is_(None),
            LoginSession.created_at > now - timedelta(hours=current_app.config["SESSION_HOURS"]),
            LoginSession.seen_at > now - timedelta(minutes=current_app.config["IDLE_MINUTES"]),
        ).order_by(LoginSession.seen_at.desc())
    )  # fmt: skip
    return [Place(row.id, device(row.agent), row.address, row.created_at, row.seen_at) for row in rows]


def known_browsers(user_id: int) -> list[Place]:
    """Browsers the person logged in with before that are still known, the latest first."""
    rows = db.session.scalars(
        select(KnownBrowser).where(
            KnownBrowser.user_id == user_id, KnownBrowser.ended_at.is_(None), KnownBrowser.seen_at > utcnow() - LASTS,
        ).order_by(KnownBrowser.seen_at.desc())
    )  # fmt: skip
    return [Place(row.id, device(row.agent), row.address, row.created_at, row.seen_at) for row in rows]


def device(agent: str) -> str:
    """A browser's own account of itself in two words: Chrome · Windows."""
    found = [next((name for mark, name in table if mark in agent), "") for table in (_BROWSERS, _SYSTEMS)]
    return " · ".join(filter(None, found)) or gettext("未知浏览器")


def recovery_codes_left(user_id: int) -> int:
    """How many recovery codes were not used yet."""
    unused = select(func.count()).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return db.session.scalar(unused.select_from(RecoveryCode)) or 0


def _delegations(user_id: int | None) -> Select[Any]:
    """Delegations a person gave or holds (None: everybody's), those in force or ahead first."""
    rows = select(Delegation)
    if user_id is not None:
        rows = rows.where(or_(Delegation.absent_id == user_id, Delegation.deputy_id == user_id))
    over = or_(Delegation.revoked_at.is_not(None), Delegation.ends_on < today())
    rows = rows.order_by(over, Delegation.starts_on.desc(), Delegation.id.desc())
    return rows.options(joinedload(Delegation.absent), joinedload(Delegation.deputy))


def delegations_of(user_id: int | None, page: int, per: int) -> Page:
    """One page of the delegations a person gave or holds (None: everybody's), those in force or ahead first."""
    return paged(_delegations(user_id), page, per, scalars=True)


def delegations_ahead(user_id: int) -> Sequence[Delegation]:
    """All delegations of a person that are in force or begin later."""
    ahead = Delegation.revoked_at.is_(None), Delegation.ends_on >= today()
    return db.session.scalars(_delegations(user_id).where(*ahead)).all()
