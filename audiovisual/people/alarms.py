"""Alarms to the administrators, from the security events: somebody tries many names, is refused often, or roles changed.

Looked for by the worker where new events came. Of each kind one mail an hour at most; what happens meanwhile is told by
the next.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db, utcnow
from audiovisual.kernel.security import REFUSED, SecurityEvent

from . import links, mail
from .models import AttemptCount
from .operations.administrators import administrators

WINDOW = timedelta(minutes=10)
NAMES = 8
"""Names one address tries in vain within the window."""
REFUSALS = 60
"""Refusals of one address within the window."""
REST = timedelta(hours=1)
SCOPE = "alarm"


def _spraying(since: datetime) -> tuple[str, int] | None:
    names = func.count(SecurityEvent.object.distinct())
    return _most(names, NAMES, since, SecurityEvent.object.startswith("password "))


def _many_refusals(since: datetime) -> tuple[str, int] | None:
    return _most(func.count(), REFUSALS, since)


def _most(counted: Any, least: int, since: datetime, *more: Any) -> tuple[str, int] | None:
    """The address with most of what is counted among the refusals of the window, where it is enough."""
    asked = select(SecurityEvent.address, counted.label("n")).where(
        SecurityEvent.at > max(since, utcnow() - WINDOW), SecurityEvent.verdict == REFUSED, *more
    )
    row = db.session.execute(
        asked.group_by(SecurityEvent.address).having(counted >= least).order_by(counted.desc()).limit(1)
    ).first()
    return (row.address, row.n) if row else None


def _roles_changed(since: datetime) -> tuple[str, int] | None:
    asked = select(func.count()).select_from(SecurityEvent)
    changed = asked.where(SecurityEvent.at > since, SecurityEvent.object.startswith("user.role_"))
    count = db.session.scalar(changed) or 0
    return ("", count) if count else None


Look = Callable[[datetime], tuple[str, int] | None]
ALARMS: dict[str, tuple[Look, dict[str, str]]] = {
    "spraying": (_spraying, {"kind": "login", "verdict": REFUSED}),
    "refusals": (_many_refusals, {"verdict": REFUSED}),
    "roles": (_roles_changed, {"kind": "role"}),
}
"""What is looked for since a moment, giving the address it comes from and how often; which events its mail leads to."""


def ring() -> list[str]:
    """Mail what there is to tell; gives the kinds that were told."""
    return [kind for kind in ALARMS if _ring(kind)]


def _ring(kind: str) -> bool:
    look, shown = ALARMS[kind]
    told_at = db.session.scalar(select(_TABLE.c.at).where(_TABLE.c.scope == SCOPE, _TABLE.c.key == kind))
    now = utcnow()
    rests = told_at is not None and told_at > now - REST
    found = None if rests else look(told_at or now - REST)
    db.session.rollback()
    if found is None:
        return False
    with unit_of_work() as session:
        session.execute(delete(_TABLE).where(_TABLE.c.scope == SCOPE, _TABLE.c.key == kind))
        session.execute(insert(_TABLE).values(scope=SCOPE, key=kind, count=found[1], at=now, until=now + REST))
        _tell(kind, shown, *found)
    return True


def _tell(kind: str, shown: dict[str, str], address: str, count: int) -> None:
    page = links.public("people.security_events", **shown)
    for admin in administrators():
        if admin.email:
            mail.send(
                "alarm", admin.email, admin.locale, reader=admin.id, name=admin.name, kind=kind, count=count,
                visitor=address, page=page,
            )  # fmt: skip


_TABLE = AttemptCount.__table__
