"""Who saved a row last."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from audiovisual.kernel.audit import AuditRow
from audiovisual.kernel.model import db

from ..models import User


def saved_last(row: Any) -> tuple[int, str, datetime] | None:
    """The person, their name and the moment, as the trace tells; None where nobody is known."""
    asked = (
        select(AuditRow.actor_id, User.name, AuditRow.at)
        .join(User, User.id == AuditRow.actor_id)
        .where(AuditRow.subject_type == row.__tablename__, AuditRow.subject_id == row.id)
        .order_by(AuditRow.seq.desc())
        .limit(1)
    )
    found = db.session.execute(asked).first()
    return None if found is None else tuple(found)  # type: ignore[return-value]
