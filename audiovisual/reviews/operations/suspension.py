"""While a title is suspended (暂停办理) the days given to others stand still too.

They are the house's day for its answer and the experts' for their opinions. When the title goes on they move by as many
days: nobody is late for a time in which nothing could be done.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from audiovisual.kernel.lifecycle import after
from audiovisual.kernel.model import db
from audiovisual.projects import clocks
from audiovisual.projects.models import Project
from workflows.access import Actor
from workflows.clock import Pause, day_moved
from workflows.engine import Fired

from ..models import Round
from ..queries import answered_round


@after("project")
def go_on(project: Project, fired: Fired, actor: Actor, data: dict[str, Any]) -> None:
    """A title that is taken up again moves the days of its open round."""
    aside = clocks.last_pause(project, "suspension") if fired.step.trigger == "resume" else None
    if aside is None:
        return
    asked = select(Round).where(Round.project_id == project.id, Round.state.in_(("composing", "reading", "issued")))
    answered = answered_round(project.id) if fired.target == "rectifying" else None
    for round_ in {*db.session.scalars(asked).all(), *((answered,) if answered else ())}:
        _move(round_, aside)
    db.session.flush()
    clocks.refresh(project)


def _move(round_: Round, aside: Pause) -> None:
    if round_.state in ("issued", "closed"):
        round_.answer_by = round_.answer_by and day_moved(round_.answer_by, aside)
        return
    round_.due_on = round_.due_on and day_moved(round_.due_on, aside)
    for seat in round_.assignments:
        if seat.state in ("invited", "accepted"):
            seat.due_on = seat.due_on and day_moved(seat.due_on, aside)
