"""What a person is told after an act on a project: what happened, who acts now, and the next item of their list."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash
from flask_babel import gettext

from audiovisual.kernel.web import current_actor
from audiovisual.people.views.frame import with_next
from workflows.access import Actor

from .models import Project

Following = Callable[[int, str, Actor], str | None]
_FOLLOWING: list[Following] = []


def following(find: Following) -> Following:
    """Register how the next item of a person's list is found: from project id, act and person to its address, or None."""
    _FOLLOWING[:] = [find]
    return find


def acted(said: str, project: Project, act: str = "") -> None:
    """Tell what happened with the project and who acts now, with a link to the person's next item where there is one.

    `act`: what was done, as `workflows.duties` names it; among the items left, one of the same kind comes first.
    """
    flash(with_next(said, next_of(project.id, act, current_actor())), "success")


def of_title(project: Project, said: str) -> str:
    """What was done, with the title it was done to: for a page that lists several."""
    return gettext("《%(title)s》：%(said)s", title=project.title, said=said)


def next_of(project_id: int, act: str, actor: Actor) -> str | None:
    """The address of the person's next item after an act on a project; None where nothing else waits."""
    return next((url for find in _FOLLOWING if (url := find(project_id, act, actor))), None)
