"""Who saved a row last."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from audiovisual.kernel.audit import AuditRow
from audiovisual.kernel.model import db

from ..models import User

SAVES = {
    "user": ("user.edited",), "expert": ("expert.edited",), "house": ("house.edited", "house.apply_again"),
}  # fmt: skip
"""By table, what the trace calls the acts that change what its form holds; a log-in is none of them."""


def saved_last(row: Any, *acts: str) -> tuple[int, str, datetime] | None:
    """The person, their name and the moment, as the trace tells; None where nobody is known.

    `acts`: those that change what the form at hand holds, where they are not the table's own (`SAVES`).
    """
    saves = acts or SAVES[row.__tablename__]
    asked = (
        select(AuditRow.actor_id, User.name, AuditRow.at)
        .join(User, User.id == AuditRow.actor_id)
        .where(AuditRow.subject_type == row.__tablename__, AuditRow.subject_id == row.id)
        .where(AuditRow.action.in_(saves))
        .order_by(AuditRow.seq.desc())
        .limit(1)
    )
    found = db.session.execute(asked).first()
    return None if found is None else tuple(found)  # type: ignore[return-value]
