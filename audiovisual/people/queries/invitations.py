"""Invitations that still wait."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from audiovisual.kernel.model import db

from ..models import Invitation


def open_invitations(*, house_id: int | None = None, invited_by_id: int | None = None) -> Sequence[Invitation]:
    """Invitations neither accepted nor revoked, those run out among them, the latest first; at most 200."""
    rows = select(Invitation).where(Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None))
    if house_id is not None:
        rows = rows.where(Invitation.house_id == house_id)
    if invited_by_id is not None:
        rows = rows.where(Invitation.invited_by_id == invited_by_id)
    return db.session.scalars(rows.order_by(Invitation.id.desc()).limit(200)).all()
