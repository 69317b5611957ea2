"""The next item of a person's list, shown after each act."""

from __future__ import annotations

from audiovisual.kernel.calendar import working_calendar
from audiovisual.projects.acted import following
from workflows.access import Actor
from workflows.duties import next_duty

from .queries import work_list
from .rows import row_of, standing_of


@following
def next_item(project_id: int, act: str, actor: Actor) -> str | None:
    """The page of the next item to do: the first of the list that waits for the same act, else the first of all; None
    where nothing is left but the project just acted on."""
    left = [found for found in work_list(actor, "todo") if found.id != project_id]
    same = [found for found in left if (duty := next_duty(standing_of(found))) and duty.act == act]
    return row_of((same or left)[0], actor, working_calendar()).act_url if left else None
