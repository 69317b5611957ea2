"""What one title's page reads: the row with its names, the running clock with its rule, the newest facts, the counts."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import aliased

from audiovisual.kernel.events import Event
from audiovisual.kernel.model import db
from audiovisual.kernel.rules import DatedRule
from audiovisual.people.models import User
from workflows.access import Actor

from .. import panels
from ..models import Attachment, Clock, Milestone, Permit, Progress, Project

OFFICER, HOLDER = aliased(User), aliased(User)
_TITLE = (
    select(Project, OFFICER.name.label("officer"), HOLDER.name.label("holder"))
    .outerjoin(OFFICER, OFFICER.id == Project.officer_id)
    .outerjoin(HOLDER, HOLDER.id == Project.holder_id)
)


class Title(NamedTuple):
    """A project with the names of the officer in charge and of the person who holds it."""

    project: Project
    officer: str | None
    holder: str | None


def title(project_id: int) -> Title | None:
    """The title of that id, whoever asks; callers pass its project through `visible_or_404`."""
    if not 0 < project_id < 2**31:
        return None
    row = db.session.execute(_TITLE.where(Project.id == project_id)).first()
    return Title(*row) if row else None


_EVENT = (
    Event.id, Event.at, Event.trigger, Event.actor_name, Event.text, Event.public_text, Event.reason, Event.data,
    Event.subject_type,
)  # fmt: skip


def events(project_id: int, actor: Actor, limit: int, before: int | None = None) -> list[Row[Any]]:
    """The newest facts of a title, as far as the person may read them."""
    asked = select(*_EVENT).where(Event.project_id == project_id)
    if not actor.is_staff:
        asked = asked.where(Event.public_text != "")
    if before is not None:
        asked = asked.where(Event.id < before)
    return list(db.session.execute(asked.order_by(Event.id.desc()).limit(limit)).all())


def running_clock(project_id: int) -> tuple[Clock, DatedRule] | None:
    """The clock that runs or stands paused, with the rule it was started under."""
    asked = select(Clock, DatedRule).join(DatedRule, DatedRule.id == Clock.rule_id)
    row = db.session.execute(asked.where(Clock.project_id == project_id, Clock.stopped_on.is_(None))).first()
    return (row[0], row[1]) if row else None


def milestones(project_id: int) -> list[Row[Any]]:
    """The plan's nodes in order."""
    asked = select(Milestone.kind, Milestone.planned_on, Milestone.forecast_on, Milestone.actual_on)
    return list(db.session.execute(asked.where(Milestone.project_id == project_id).order_by(Milestone.ordinal)).all())


def permits(project_id: int) -> list[Row[Any]]:
    """Filing numbers and licences, oldest first."""
    asked = select(Permit.kind, Permit.number, Permit.issued_on, Permit.valid_until)
    return list(db.session.execute(asked.where(Permit.project_id == project_id).order_by(Permit.issued_on)).all())


def latest_progress(project_id: int) -> Row[Any] | None:
    """The newest progress report's figures."""
    asked = select(
        Progress.period, Progress.percent, Progress.spent_yuan, Progress.cast_pay_yuan, Progress.episodes_done
    ).where(Progress.project_id == project_id)
    return db.session.execute(asked.order_by(Progress.period.desc()).limit(1)).first()


def tab_counts(project: Project, actor: Actor, tabs: list[panels.Tab]) -> dict[str, int | None]:
    """The figures on the tabs, in one statement: papers, facts, and what later features count."""
    papers = select(func.count()).where(Attachment.project_id == project.id, Attachment.removed_at.is_(None))
    asked: dict[str, Any] = {"papers": papers.scalar_subquery(), "facts": _facts(project, actor).scalar_subquery()}
    plain: dict[str, int | None] = {}
    for tab in tabs:
        count = tab.count(project, actor) if tab.count else None
        if count is None or isinstance(count, int):
            plain[tab.key] = count
        else:
            asked[tab.key] = count
    row = db.session.execute(select(*(value.label(key) for key, value in asked.items()))).one()
    return {**row._mapping, **plain}


def _facts(project: Project, actor: Actor) -> Select[Any]:
    facts = select(func.count()).select_from(Event).where(Event.project_id == project.id)
    return facts if actor.is_staff else facts.where(Event.public_text != "")
