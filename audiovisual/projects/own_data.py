"""What the bank holds of a person's ties to titles."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from audiovisual.kernel.model import db
from audiovisual.kernel.own_data import listed, part
from workflows.errors import N_

from .models import Tie


@part("recusals", N_("回避的项目"), private=True)
def _recusals(user_id: int) -> list[dict[str, Any]]:
    """Ties of recusal alone: of a title an expert may only read, they are told by an invitation or not at all."""
    mine = select(Tie).where(Tie.user_id == user_id, Tie.kind == "recused").order_by(Tie.project_id)
    return listed(db.session.scalars(mine), "project_id reason created_at")
