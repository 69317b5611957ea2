"""What one title's page reads: the row with its names, the running clock with its rule, the newest facts, the counts."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Row, and_, bindparam, exists, func, not_, select
from sqlalchemy.orm import aliased
from sqlalchemy.orm.attributes import set_committed_value

from audiovisual.kernel.events import Event
from audiovisual.kernel.model import constant, db
from audiovisual.kernel.rules import DatedRule
from audiovisual.people.models import User
from workflows.access import Actor

from .. import panels
from ..models import Attachment, ChangeRequest, Clock, Milestone, Permit, Project, Tie

OFFICER, HOLDER, ABSENT = aliased(User), aliased(User), aliased(User)
ID = bindparam("project_id")
_TITLE = (
    select(
        Project, OFFICER.name.label("officer"), HOLDER.name.label("holder"),
        exists().where(Tie.project_id == Project.id).label("tied"),
        exists().where(Permit.project_id == Project.id).label("licensed"),
        exists().where(Clock.project_id == Project.id, Clock.stopped_on.is_(None)).label("timed"),
    )
    .outerjoin(OFFICER, OFFICER.id == Project.officer_id)
    .outerjoin(HOLDER, HOLDER.id == Project.holder_id)
    .where(Project.id == ID)
)  # fmt: skip


class Title(NamedTuple):
    """A project with the names of the officer in charge and of the person who holds it, whether it has permits and a running clock."""

    project: Project
    officer: str | None
    holder: str | None
    licensed: bool
    timed: bool


def title(project_id: int) -> Title | None:
    """The title of that id, whoever asks; callers pass its project through `visible_or_404`."""
    if not 0 < project_id < 2**31:
        return None
    row = db.session.execute(_TITLE, {"project_id": project_id}).first()
    if row is None:
        return None
    if not row.tied:
        set_committed_value(row.Project, "ties", [])  # asked by every rule of access; most titles have none
    return Title(row.Project, row.officer, row.holder, row.licensed, row.timed)


TOLD = not_(
    and_(
        Event.subject_type.in_(constant("change", "assignment")),
        Event.trigger.in_(constant("publish", "send", "answer", "close")),
    )
)
"""Row by row these would flood a title's timeline; the letter, the handing back and the ledger say the same."""
_EVENTS = (
    select(Event.id, Event.at, Event.trigger, Event.actor_name, Event.text, Event.public_text, Event.reason, Event.data,
           ABSENT.name.label("absent"))
    .outerjoin(ABSENT, ABSENT.id == Event.on_behalf_of_id)
    .where(Event.project_id == ID, Event.id < bindparam("before"), TOLD)
    .order_by(Event.id.desc()).limit(bindparam("most"))
)  # fmt: skip
_PUBLIC_EVENTS = _EVENTS.where(Event.public_text != "")
_CLOCK = select(Clock, DatedRule).join(DatedRule, DatedRule.id == Clock.rule_id)
_CLOCK = _CLOCK.where(Clock.project_id == ID, Clock.stopped_on.is_(None))
_MILESTONES = select(Milestone.kind, Milestone.planned_on, Milestone.forecast_on, Milestone.actual_on)
_MILESTONES = _MILESTONES.where(Milestone.project_id == ID).order_by(Milestone.ordinal)
_PERMITS = select(Permit.kind, Permit.number, Permit.issued_on, Permit.valid_until)
_PERMITS = _PERMITS.where(Permit.project_id == ID).order_by(Permit.issued_on)


def _all(statement: Any, project_id: int, **values: Any) -> list[Row[Any]]:
    return list(db.session.execute(statement, {"project_id": project_id, **values}).all())


def events(project_id: int, actor: Actor, limit: int, before: int | None = None) -> list[Row[Any]]:
    """The newest facts of a title, as far as the person may read them."""
    statement = _EVENTS if actor.is_staff else _PUBLIC_EVENTS
    return _all(statement, project_id, before=before or 2**62, most=limit)


def running_clock(project_id: int) -> tuple[Clock, DatedRule] | None:
    """The clock that runs or stands paused, with the rule it was started under."""
    row = db.session.execute(_CLOCK, {"project_id": project_id}).first()
    return (row[0], row[1]) if row else None


def milestones(project_id: int) -> list[Row[Any]]:
    """The plan's nodes in order."""
    return _all(_MILESTONES, project_id)


def permits(project_id: int) -> list[Row[Any]]:
    """Filing numbers and licences, oldest first."""
    return _all(_PERMITS, project_id)


_PAPERS = (
    select(func.count()).select_from(Attachment).where(Attachment.project_id == ID, Attachment.removed_at.is_(None))
)
_FACTS = select(func.count()).select_from(Event).where(Event.project_id == ID, TOLD)
_PUBLIC_FACTS = _FACTS.where(Event.public_text != "")
_CHANGES = select(func.count()).select_from(ChangeRequest)
_CHANGES = _CHANGES.where(ChangeRequest.project_id == ID, ChangeRequest.state == "asked")
COUNTS = {
    staff: select(
        _PAPERS.scalar_subquery().label("papers"), facts.scalar_subquery().label("facts"),
        _CHANGES.scalar_subquery().label("changes"),
    )
    for staff, facts in ((True, _FACTS), (False, _PUBLIC_FACTS))
}  # fmt: skip


def tab_counts(project: Project, actor: Actor, tabs: list[panels.Tab]) -> dict[str, int | None]:
    """The figures on the tabs, in one statement: papers, facts, changes asked for, and what later features count."""
    asked: dict[str, Any] = {}
    plain: dict[str, int | None] = {}
    for tab in tabs:
        count = tab.count(project, actor) if tab.count else None
        if count is None or isinstance(count, int):
            plain[tab.key] = count
        else:
            asked[tab.key] = count
    statement = COUNTS[actor.is_staff]
    if asked:
        statement = statement.add_columns(*(value.label(key) for key, value in asked.items()))
    row = db.session.execute(statement, {"project_id": project.id}).one()
    return {**row._mapping, **plain}
