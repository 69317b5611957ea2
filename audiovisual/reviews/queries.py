"""Readings of the review: rounds, loads, an expert's tasks."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from audiovisual.kernel.model import db

from .models import Assignment, Change, Cut, Opinion, OpinionRow, Round

OPEN = ("invited", "accepted")


def loads() -> dict[int, int]:
    """How many titles each expert is reading now."""
    rows = db.session.execute(
        select(Assignment.expert_id, func.count()).where(Assignment.state.in_(OPEN)).group_by(Assignment.expert_id)
    )
    return {expert_id: count for expert_id, count in rows}


def open_round(project_id: int) -> Round | None:
    """The round of a title that is neither closed nor cancelled."""
    return db.session.scalars(
        select(Round).where(Round.project_id == project_id, Round.state.not_in(("closed", "cancelled")))
    ).first()


def rounds_of(project_id: int) -> Sequence[Round]:
    """Every round of a title, the latest first."""
    return db.session.scalars(select(Round).where(Round.project_id == project_id).order_by(Round.ordinal.desc())).all()


def latest_cut(project_id: int) -> Cut | None:
    """The version of the cut delivered last."""
    return db.session.scalars(select(Cut).where(Cut.project_id == project_id).order_by(Cut.ordinal.desc()).limit(1)).first()


def find_row(row_id: int) -> OpinionRow | None:
    """A row by id."""
    return db.session.get(OpinionRow, row_id) if 0 < row_id < 2**31 else None


def opinions_of(round_: Round) -> Sequence[Opinion]:
    """The signed opinions of a round."""
    return db.session.scalars(
        select(Opinion).join(Assignment, Assignment.id == Opinion.assignment_id)
        .where(Assignment.round_id == round_.id, Assignment.state == "signed").order_by(Assignment.is_lead.desc(), Assignment.id)
    ).all()  # fmt: skip


def counts_of(project_id: int) -> dict[str, int]:
    """How many must-rows of a title's letters stand in each state."""
    rows = db.session.execute(
        select(Change.state, func.count())
        .where(Change.project_id == project_id, Change.severity == "must", Change.state != "drafted")
        .group_by(Change.state)
    )
    return {state: count for state, count in rows}
