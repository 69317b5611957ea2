"""The next item of a person's list, shown after each act."""

from __future__ import annotations

from typing import Any

from audiovisual.kernel.calendar import working_calendar
from audiovisual.projects.acted import following
from audiovisual.projects.models import Project
from workflows.access import Actor
from workflows.duties import next_duty, states_waiting_for

from .counts import counts
from .queries import PER_PAGE, work_list
from .rows import row_of, standing_of
from .sections import SECTIONS

BESIDE = {
    "change_request.approve": "changes",
    "project.settle_question": "questions",
    "urgent_request.approve": "requests",
    "key_proposal.approve": "proposals",
    "stewardship.accept": "named",
    "review.sign": "tasks",
}
"""By the act, the section of the desk in which what waits for it stands."""


@following
def next_item(project_id: int, act: str, actor: Actor) -> str | None:
    """The page of the next item to do: the first that waits for the same act, else the first title of the list, else the
    first of what waits beside the titles; None where nothing is left but the project just acted on."""
    return _same_beside(act, actor) or _title(project_id, act, actor) or _any_beside(actor)


def _same_beside(act: str, actor: Actor) -> str | None:
    return next((section.first(actor) for section in SECTIONS if section.key == BESIDE.get(act)), None)


def _title(project_id: int, act: str, actor: Actor) -> str | None:
    """The page of the first title that waits for the same act, on whichever page of the list it stands, else of the first."""
    others = Project.id != project_id
    found = _that_waits_for(act, actor, others) or next(iter(work_list(actor, "todo", 1, 1, others)), None)
    return row_of(found, actor, working_calendar()).act_url if found is not None else None


def _that_waits_for(act: str, actor: Actor, others: Any) -> Any:
    """The first row whose next act it is; None where there is none."""
    wanted, page = (others, Project.state.in_(states_waiting_for(act))), 1
    while rows := work_list(actor, "todo", page, PER_PAGE, *wanted):
        for row in rows:
            if (duty := next_duty(standing_of(row))) is not None and duty.act == act:
                return row
        page += 1
    return None


def _any_beside(actor: Actor) -> str | None:
    waiting = counts(actor).waiting
    return next((section.first(actor) for section in SECTIONS if waiting[section.key]), None)
