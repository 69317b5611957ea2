"""What may be seen of the bank. Every list, count, hit and export starts from `visible`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true

from audiovisual.kernel.model import constant, db
from workflows.access import Actor

from ..models import Project, Tie

HIDDEN = ("draft", "discarded")


def visible(actor: Actor) -> ColumnElement[bool]:
    """The condition on Project that holds for the titles a person may know of (`workflows.access.knows_project`)."""
    reaches: list[ColumnElement[bool]] = []
    if "system" in actor.roles:
        return true()
    if "producer" in actor.roles and actor.organisation_id is not None:
        reaches.append(Project.house_id == actor.organisation_id)
    if actor.is_staff:
        reaches.append(Project.state.not_in(constant(*HIDDEN)))
    elif "expert" in actor.roles:
        mine = select(Tie.project_id).where(Tie.user_id == actor.id, Tie.kind == "reader")
        reaches.append(and_(Project.id.in_(mine), Project.state.not_in(constant(*HIDDEN))))
    return or_(*reaches) if reaches else false()


def recused_from(actor: Actor) -> Select[Any]:
    """The ids of the titles a member of staff recused himself from (回避)."""
    return select(Tie.project_id).where(Tie.user_id == actor.id, Tie.kind == "recused")


def find(project_id: int) -> Project | None:
    """The project of that id, whoever asks; callers pass it through `visible_or_404`."""
    return db.session.get(Project, project_id)


def of_number(number: str) -> Any:
    """The project of that number, whoever asks."""
    return db.session.scalars(select(Project).where(Project.number == number)).first()
