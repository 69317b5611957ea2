"""What one title's page reads: the row with its names, the running clock with its rule, the newest facts, the counts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Date, Label, Row, and_, bindparam, case, exists, func, not_, or_, select
from sqlalchemy.orm import aliased
from sqlalchemy.orm.attributes import set_committed_value

from audiovisual.kernel.events import Event
from audiovisual.kernel.model import constant, db, today
from audiovisual.kernel.rules import DatedRule
from audiovisual.people.models import User
from audiovisual.people.queries.presence import in_office, nobody_at
from workflows.access import Actor, reads_inside

from .. import panels
from ..models import GIVEN_NODES, Attachment, ChangeRequest, Clock, Milestone, Permit, Project, Question, Tie
from ..panels import ID

OFFICER, HOLDER = aliased(User), aliased(User)
DAY = bindparam("day", callable_=today, type_=Date)
"""Today, asked for at each execution."""
GIVER = aliased(User)


def _days_given(of_house: bool) -> Any:
    """Whether there is an actual day that the title's house, or the bureau, gave; one nobody is named for is of both."""
    gave = GIVER.house_id.is_not(None) if of_house else GIVER.house_id.is_(None)
    found = select(Milestone.id).outerjoin(GIVER, GIVER.id == Milestone.actual_by_id)
    reached = Milestone.actual_on.is_not(None), Milestone.kind.in_(constant(*GIVEN_NODES))
    return exists(
        found.where(Milestone.project_id == Project.id, *reached, or_(Milestone.actual_by_id.is_(None), gave))
    )


_TITLE = (
    select(
        Project, OFFICER.name.label("officer"), HOLDER.name.label("holder"),
        OFFICER.id.in_(in_office("officer", day=DAY)).label("attended"),
        nobody_at(Project.house_id, DAY).label("deserted"),
        exists().where(Tie.project_id == Project.id).label("tied"),
        exists().where(Permit.project_id == Project.id).label("licensed"),
        exists().where(Clock.project_id == Project.id, Clock.stopped_on.is_(None)).label("timed"),
        _days_given(True).label("days_of_house"), _days_given(False).label("days_of_bureau"),
    )
    .outerjoin(OFFICER, OFFICER.id == Project.officer_id)
    .outerjoin(HOLDER, HOLDER.id == Project.holder_id)
    .where(Project.id == ID)
)  # fmt: skip


class Title(NamedTuple):
    """A project with the names of the officer in charge and of the person who holds it, whether that officer is here,
    whether nobody of its house is, whether it has permits and a running clock, and the figures of its tabs as one inside
    the bureau, or one outside, may read them."""

    project: Project
    officer: str | None
    attended: bool
    deserted: bool
    holder: str | None
    licensed: bool
    timed: bool
    counts: Mapping[str, int]


def title(project_id: int, inside: bool) -> Title | None:
    """The title of that id, whoever asks; callers pass its project through `visible_or_404`."""
    row = db.session.execute(_title_with_counts(inside), {"project_id": project_id}).first()
    if row is None:
        return None
    if not row.tied:
        set_committed_value(row.Project, "ties", [])  # asked by every rule of access; most titles have none
    set_committed_value(row.Project, "attending_id", row.Project.officer_id if row.attended else None)
    counts: Any = row._mapping
    present = bool(row.attended), row.deserted
    return Title(row.Project, row.officer, *present, row.holder, row.licensed, row.timed, counts)


@cache
def _title_with_counts(inside: bool) -> Any:
    return _TITLE.add_columns(*_counts(inside, tuple(tab.key for tab in panels.TABS)), *_against(inside), *_standing())


def _standing() -> list[Label[Any]]:
    """What decides whose turn a title in review is; read of no other title."""
    return [case((Project.state == "in_review", fact(ID))).label(name) for name, fact in panels.STANDING.items()]


# columns of the tables, not of the classes: plain rows cost half as much without the mapper
EVENT, NODE, PERMIT = Event.__table__.c, Milestone.__table__.c, Permit.__table__.c
ABSENT = User.__table__.alias("absent")
TOLD = not_(
    and_(
        EVENT.subject_type.in_(constant("change", "assignment")),
        EVENT.trigger.in_(constant("publish", "tell", "carry", "lapse", "send", "answer", "close")),
    )
)
"""Row by row these would flood a title's timeline; the letter, the handing back and the ledger say the same."""
_EVENTS = (
    select(EVENT.id, EVENT.at, EVENT.trigger, EVENT.actor_name, EVENT.text, EVENT.public_text, EVENT.reason, EVENT.data,
           ABSENT.c.name.label("absent"))
    .select_from(Event.__table__.outerjoin(ABSENT, ABSENT.c.id == EVENT.on_behalf_of_id))
    .where(EVENT.project_id == ID, TOLD)
    .order_by(EVENT.id.desc()).limit(bindparam("most")).offset(bindparam("passed"))
)  # fmt: skip
_PUBLIC_EVENTS = _EVENTS.where(EVENT.public_text != "")
_CLOCK = select(Clock, DatedRule).join(DatedRule, DatedRule.id == Clock.rule_id)
_CLOCK = _CLOCK.where(Clock.project_id == ID, Clock.stopped_on.is_(None))
_MILESTONES = select(NODE.kind, NODE.planned_on, NODE.forecast_on, NODE.actual_on)
_MILESTONES = _MILESTONES.where(NODE.project_id == ID).order_by(NODE.ordinal)
_PERMITS = select(PERMIT.kind, PERMIT.number, PERMIT.issued_on, PERMIT.valid_until)
_PERMITS = _PERMITS.where(PERMIT.project_id == ID).order_by(PERMIT.issued_on)


def _all(statement: Any, project_id: int, **values: Any) -> list[Row[Any]]:
    return list(db.session.connection().execute(statement, {"project_id": project_id, **values}).all())


def events(project_id: int, inside: bool, limit: int, passed: int = 0) -> list[Row[Any]]:
    """The newest facts of a title but for the `passed` first: those inside the bureau too, or only what outsiders read."""
    statement = _EVENTS if inside else _PUBLIC_EVENTS
    return _all(statement, project_id, most=limit, passed=passed)


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
_FACTS = select(func.count()).select_from(Event.__table__).where(EVENT.project_id == ID, TOLD)
_PUBLIC_FACTS = _FACTS.where(EVENT.public_text != "")
_CHANGES = select(func.count()).select_from(ChangeRequest)
_CHANGES = _CHANGES.where(ChangeRequest.project_id == ID, ChangeRequest.state.in_(constant("offered", "asked")))


_QUESTIONS = select(func.count()).select_from(Question)
_QUESTIONS = _QUESTIONS.where(Question.project_id == ID, Question.settled_at.is_(None))


def tab_counts(project: Project, actor: Actor, tabs: list[panels.Tab]) -> Mapping[str, int]:
    """The figures on the tabs, in one statement: papers, facts, changes asked for, and what later features count."""
    statement = _counted(reads_inside(project, actor), tuple(tab.key for tab in tabs if tab.count))
    return db.session.execute(statement, {"project_id": project.id}).one()._mapping  # type: ignore[return-value]


@cache
def _counted(inside: bool, keys: tuple[str, ...]) -> Any:
    return select(*_counts(inside, keys))


def _against(inside: bool) -> list[Label[int]]:
    return [act.against(inside).label(act.label) for act in panels.ACTS if act.against]


def _counts(inside: bool, keys: tuple[str, ...]) -> list[Label[int]]:
    own = {
        "papers": _PAPERS,
        "facts": _FACTS if inside else _PUBLIC_FACTS,
        "changes": _CHANGES,
        "questions": _QUESTIONS,
    }
    further = [tab.count(inside).label(tab.key) for tab in panels.TABS if tab.count and tab.key in keys]
    return [asked.scalar_subquery().label(name) for name, asked in own.items()] + further
