"""Which round, task or row a request is about, and whether its person may know of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from audiovisual.kernel import findable
from audiovisual.kernel.text import named
from audiovisual.kernel.web import current_actor, visible_or_404
from audiovisual.projects import queries as titles
from audiovisual.projects.models import Project
from workflows.access import knows_project, knows_round, not_recused
from workflows.errors import NotAllowed, Unknown, say
from workflows.review import OUT

from .. import queries
from ..models import Assignment, Opinion, Round
from ..viewing import note_reading


def known_title(project_id: int) -> Project:
    """The title, if the person asking may know of it."""
    return visible_or_404(titles.find(project_id), knows_project)


def known_round(round_id: int) -> Round:
    """The round, for the bureau; staff recused from the title (回避) read nothing of its review."""
    round_ = visible_or_404(queries.find_round(round_id), knows_round)
    refusal = not_recused(round_.project, current_actor())
    if refusal is not None:
        raise refusal
    return round_


def staff_round(round_id: int) -> Round:
    """The round, for members of the bureau alone: experts have pages of their own."""
    round_ = known_round(round_id)
    if not current_actor().is_staff:
        raise NotAllowed(say("这一页只给省局看。"))
    return round_


def seat_of_round(round_: Round, assignment_id: int) -> Assignment:
    """A seat of the round; a seat of another round is unknown here."""
    found = next((seat for seat in round_.assignments if seat.id == assignment_id), None)
    if found is None:
        raise Unknown()
    return found


def own_task(assignment_id: int) -> Assignment:
    """The expert's own task, once they were invited; everything else is unknown to them."""
    task = queries.find_task(assignment_id)
    if task is None or task.expert_id != current_actor().id or task.state in ("proposed", "removed"):
        raise Unknown()
    return task


def writing(assignment_id: int) -> Assignment:
    """The expert's own task while he sits on the panel."""
    task = own_task(assignment_id)
    if task.state in OUT:
        raise NotAllowed(say("您已不在这一轮的专家组里。"))
    return task


def noted(opinions: Iterable[Opinion], page: str) -> str:
    """The page as it is, after it was noted who reads these opinions on it."""
    shown([opinion.id for opinion in opinions])
    return page


def shown(opinion_ids: Sequence[int]) -> None:
    """The person asking is shown these opinions."""
    if opinion_ids and request.method != "HEAD":
        note_reading(opinion_ids, current_actor(), current_user.session_id)


findable.when_shown("opinion", shown)


def to_round(round_: Round) -> ResponseReturnValue:
    """Back to the round after an act."""
    return redirect(url_for("reviews.show_round", round_id=round_.id), 303)


def to_task(task: Assignment) -> ResponseReturnValue:
    """Back to the task after an act."""
    return redirect(url_for("reviews.task", assignment_id=task.id), 303)


def crumbs_of(round_: Round, *more: tuple[str, str | None]) -> list[tuple[str, str | None]]:
    """The way to a page of a round."""
    project = round_.project
    return [
        (_("工作台"), url_for("desk.home")),
        (named(project.title), url_for("projects.show", project_id=project.id)),
        (_("第 %(n)s 轮审核", n=round_.ordinal), url_for("reviews.show_round", round_id=round_.id)), *more,
    ]  # fmt: skip
