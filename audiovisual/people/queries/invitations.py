"""Invitations that still wait."""

from __future__ import annotations

from sqlalchemy import select

from audiovisual.kernel.paging import Page, paged

from ..models import Invitation


def open_invitations(
    page: int, per: int, *, house_id: int | None = None, invited_by_id: int | None = None
) -> Page:  # fmt: skip
    """One page of the invitations neither accepted nor revoked, those run out among them, the latest first."""
    rows = select(Invitation).where(Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None))
    if house_id is not None:
        rows = rows.where(Invitation.house_id == house_id)
    if invited_by_id is not None:
        rows = rows.where(Invitation.invited_by_id == invited_by_id)
    return paged(rows.order_by(Invitation.id.desc()), page, per, scalars=True)
