"""Experts who became partial after they signed: the title has another house, or their own post has changed.

Before they sign they are stopped when they do (`workflows.review.still_impartial`). What is signed stays in the round: its
officer and the heads are told once, and whoever decides reads it first.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from audiovisual.kernel import outbox
from audiovisual.kernel.database import operation
from audiovisual.kernel.events import Event, note
from audiovisual.kernel.lifecycle import after
from audiovisual.kernel.model import db
from audiovisual.kernel.text import pack
from audiovisual.projects.models import ChangeRequest, Project
from workflows.access import SYSTEM, Actor
from workflows.engine import Fired
from workflows.errors import N_

from ..conflicts import standings
from ..deciding import PARTIAL
from ..models import Assignment, Round

BEFORE_THE_LETTER = ("reading", "frozen", "proposed", "agreed")
"""States of a round in which what an expert signed can still be left out."""


@after("change_request")
def ask_the_panel_again(request: ChangeRequest, fired: Fired, actor: Actor, data: dict[str, Any]) -> None:
    """A title that goes to another house has its panel looked at again, once the change is carried out."""
    if fired.target == "approved":
        outbox.enqueue("tell_partial", project=request.project_id)


@outbox.handles("tell_partial")
def tell(payload: dict[str, Any]) -> None:
    """Tell of experts of one title who became partial. Safe to run twice."""
    tell_partial(payload["project"])


@operation
def tell_partial(project_id: int | None = None) -> int:
    """Tell of every signed expert who would have to recuse themselves today, each once; gives how many.

    Of one title, or of all that are under review. Run again it tells nothing twice.
    """
    asked = select(Round).join(Project, Project.id == Round.project_id).where(Round.state.in_(BEFORE_THE_LETTER))
    asked = asked.where(Project.state == "in_review", Round.assignments.any(Assignment.state == "signed"))
    if project_id is not None:
        asked = asked.where(Project.id == project_id)
    return sum(_tell_of(round_) for round_ in db.session.scalars(asked.order_by(Round.id)).all())


def _tell_of(round_: Round) -> int:
    signed = [seat for seat in round_.assignments if seat.state == "signed"]
    found = standings([seat.expert_id for seat in signed], round_.project)
    partial = [seat for seat in signed if found[seat.expert_id].bars]
    known = _told_of(round_) if partial else set()
    for seat in partial:
        if seat.id in known:
            continue
        why = found[seat.expert_id].bars[0]
        words = N_("%(name)s签名以后成了应回避的人：%(why)s")
        note(
            round_,
            PARTIAL,
            SYSTEM,
            words,
            tells=("officer", "heads"),
            name=seat.expert.name,
            why=pack(why),
            seat=seat.id,
        )
    return len([seat for seat in partial if seat.id not in known])


def _told_of(round_: Round) -> set[int]:
    facts = select(Event.data).where(
        Event.subject_type == Round.__tablename__, Event.subject_id == round_.id, Event.trigger == PARTIAL
    )
    return {data["seat"] for data in db.session.scalars(facts)}
