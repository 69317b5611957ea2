"""What the open round of a project says about whose turn the project is (`projects.panels.STANDING`)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ScalarSelect, func, select

from audiovisual.kernel.model import constant
from audiovisual.projects import panels

from .models import Assignment, Round

OVER = constant("closed", "cancelled")
SERVED = constant("issued", "closed")
SEATED = constant("proposed", "invited", "accepted", "signed")
"""States of an assignment that fill a seat."""


def round_state(project_id: Any) -> ScalarSelect[Any]:
    """The state of the open round."""
    return select(Round.state).where(Round.project_id == project_id, Round.state.not_in(OVER)).scalar_subquery()


def seats_free(project_id: Any) -> ScalarSelect[Any]:
    """How many seats of the round in reading are empty; below one when none is."""
    taken = select(func.count()).where(Assignment.round_id == Round.id, Assignment.state.in_(SEATED)).scalar_subquery()
    return _of_reading(Round.seats - taken, project_id)


def unsigned(project_id: Any) -> ScalarSelect[Any]:
    """How many experts of the round in reading have not signed."""
    waiting = Assignment.state.in_(SEATED), Assignment.state != "signed"
    return _of_reading(
        select(func.count()).where(Assignment.round_id == Round.id, *waiting).scalar_subquery(), project_id
    )


def _of_reading(wanted: Any, project_id: Any) -> ScalarSelect[Any]:
    return select(wanted).where(Round.project_id == project_id, Round.state == "reading").scalar_subquery()


def answer_by(project_id: Any) -> ScalarSelect[Any]:
    """By when the house answers the letter: the last that asked for answers (`queries.answered_round`)."""
    served = Round.project_id == project_id, Round.state.in_(SERVED), Round.answer_by.is_not(None)
    return select(Round.answer_by).where(*served).order_by(Round.ordinal.desc()).limit(1).scalar_subquery()


panels.house_due("rectifying", answer_by)
panels.standing("round_state", round_state)
panels.standing("seats_free", seats_free)
panels.standing("unsigned", unsigned)
