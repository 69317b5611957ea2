"""What the bank holds of an expert's own reviewing: seats they were invited to, what they wrote, what they declared."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from audiovisual.kernel.model import db
from audiovisual.kernel.own_data import listed, part, plain
from workflows.errors import N_

from .models import Assignment, Conflict, Opinion, Viewing

ROW = "episode frame_in frame_out problem dimension basis demand demand_text severity updated_at"


@part("reviews", N_("审看任务和本人写的意见"), private=True)
def _reviews(user_id: int) -> list[dict[str, Any]]:
    """Of a seat nobody was invited to yet, its expert knows nothing."""
    mine = select(Assignment).where(Assignment.expert_id == user_id, Assignment.invited_at.is_not(None))
    return [
        plain(seat, "project_id round_id is_lead state invited_at answered_at due_on signed_at")
        | {"opinion": _opinion(seat.opinion) if seat.opinion else None}
        for seat in db.session.scalars(mine.order_by(Assignment.id))
    ]


def _opinion(opinion: Opinion) -> dict[str, Any]:
    return plain(opinion, "conclusion comment explanation updated_at signed_hash") | {
        "scores": listed(opinion.scores, "dimension score reason"),
        "rows": listed(opinion.rows, ROW),
    }


@part("conflicts", N_("本人申报的利益冲突"), private=True)
def _conflicts(user_id: int) -> list[dict[str, Any]]:
    mine = select(Conflict).where(Conflict.expert_id == user_id, Conflict.declared_by_id == user_id)
    return listed(db.session.scalars(mine.order_by(Conflict.id)), "company kind note valid_from valid_to declared_at")


@part("viewings", N_("看过的样片"), private=True)
def _viewings(user_id: int) -> list[dict[str, Any]]:
    mine = select(Viewing).where(Viewing.user_id == user_id).order_by(Viewing.id)
    return listed(db.session.scalars(mine), "project_id file_id session_id at")
