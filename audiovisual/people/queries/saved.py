"""Who saved a row last."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select, true

from audiovisual.kernel.audit import AuditRow
from audiovisual.kernel.model import db

from ..models import User

Saved = tuple[int, str, datetime]
"""A person, their name, and the moment when they saved."""
SAVES = {
    "user": ("user.edited",), "expert": ("expert.edited",), "house": ("house.edited", "house.apply_again"),
}  # fmt: skip
"""By table, what the trace calls the acts that change what its form holds; a log-in is none of them."""


def saved_last(row: Any, *acts: str) -> Saved | None:
    """Who saved a row last, as the trace tells; None where nobody is known.

    `acts`: those that change what the form at hand holds, where they are not the table's own (`SAVES`, else any).
    """
    if row is None:
        return None
    saves = acts or SAVES.get(row.__tablename__, ())
    asked = (
        select(AuditRow.actor_id, User.name, AuditRow.at)
        .join(User, User.id == AuditRow.actor_id)
        .where(AuditRow.subject_type == row.__tablename__, AuditRow.subject_id == row.id)
        .where(AuditRow.action.in_(saves) if saves else true())
        .order_by(AuditRow.seq.desc())
        .limit(1)
    )
    found = db.session.execute(asked).first()
    return None if found is None else tuple(found)  # type: ignore[return-value]


def saved_by(person_id: int | None, at: datetime | None) -> Saved | None:
    """The same of a row that keeps by whom it was saved, and when."""
    name = db.session.scalar(select(User.name).where(User.id == person_id)) if person_id else None
    return (person_id, name, at) if person_id and name and at else None
