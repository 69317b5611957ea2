"""Work lists: what a person has to do (待办), what he set going (在办), what he finished (已办), what is late (超期).

Everything counts at most to `CAP`, so that no page grows with the bank.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, false, func, literal, or_, select
from sqlalchemy.orm import joinedload, selectinload

from audiovisual.documents.models import Document
from audiovisual.kernel.events import Event
from audiovisual.kernel.model import constant, db, today
from audiovisual.people.models import House, User
from audiovisual.people.queries.presence import deserted, in_office
from audiovisual.projects import panels
from audiovisual.projects.models import Completion, CoReview, Project
from audiovisual.projects.queries import recused_from, visible
from audiovisual.projects.queries.records import offered_to
from audiovisual.reviews.models import Assignment, Round
from workflows.access import Actor
from workflows.records import ENDED

from .models import KeyProject, UrgentRequest

CAP = 1000
TOUCHED = 60
"""Titles of a house, the last changed first, whose news its desk tells."""
LISTS = ("todo", "doing", "done", "late")
RESTING = ("draft", *sorted(ENDED))
"""States in which a title waits for nobody at the bureau."""


BEFORE = {
    "head": ("proposed", Round.proposed_by_id), "leader": ("agreed", Round.agreed_by_id),
    "sealer": ("decided", Round.decided_by_id),
}  # fmt: skip
"""By post: the state in which a round lies before it, and who took the step that led there."""
DAY = bindparam("day")


class _Anybody(Actor):
    """A person whose ids come with the execution: his counts stand on every page and are put together once per role."""

    def acts_for(self, role: str) -> Any:
        return bindparam("me"), bindparam("absent")


def _officers(actor: Actor) -> Any:
    return actor.acts_for("officer") if isinstance(actor, _Anybody) else sorted(actor.acts_for("officer"))


def mine(actor: Actor) -> ColumnElement[bool]:
    """The condition on Project for what lies in this person's hands."""
    ways: list[ColumnElement[bool]] = []
    if "producer" in actor.roles and actor.organisation_id is not None:
        ways.append(and_(Project.holder_role == "producer", Project.house_id == actor.organisation_id))
    if "officer" in actor.roles:
        ways += _of_officer(actor)
    ways += [_next_of(role, actor) for role in ("head", "leader", "sealer") if role in actor.roles]
    if not ways:
        return false()
    return and_(or_(*ways), Project.id.not_in(recused_from(actor)))


def _of_officer(actor: Actor) -> list[ColumnElement[bool]]:
    """What lies with an officer: their own, the common box and what nobody is in charge of (无人经办), and what lies with a
    house for which nobody is here any more."""
    own, day = _officers(actor), _day(actor)
    held = Project.holder_role == "officer"
    theirs = or_(Project.officer_id.in_(own), _unattended(Project.officer_id, day))
    empty = and_(Project.holder_role == "producer", Project.state != "draft", Project.house_id.in_(deserted(day)))
    return [
        and_(held, Project.holder_id.in_(own)),
        and_(held, _unattended(Project.holder_id, day), Project.state != "draft"),
        and_(empty, theirs),
    ]


def _unattended(column: Any, day: Any) -> ColumnElement[bool]:
    """The condition that a column of Project names no officer who is here today."""
    return or_(column.is_(None), column.not_in(in_office("officer", day=day)))


def _day(actor: Actor) -> Any:
    """Today, or the place where it comes with the execution."""
    return DAY if isinstance(actor, _Anybody) else today()


def _next_of(role: str, actor: Actor) -> ColumnElement[bool]:
    """What lies with a post of the chain, but for what this person laid before it himself: that step is another's."""
    held = Project.holder_role == role
    if role == "head":
        held = and_(held, or_(Project.state != "proposed", Project.proposed_by_id.is_distinct_from(actor.id)))
    state, column = BEFORE[role]
    return and_(held, ~exists().where(Round.project_id == Project.id, Round.state == state, column == actor.id))


def under_way(actor: Actor) -> ColumnElement[bool]:
    """What the person set going and waits for: his titles in other hands."""
    ways: list[ColumnElement[bool]] = []
    if "producer" in actor.roles and actor.organisation_id is not None:
        ways.append(Project.house_id == actor.organisation_id)
    if "officer" in actor.roles:
        ways.append(Project.officer_id.in_(_officers(actor)))
    if actor.roles & {"head", "leader", "sealer"}:
        ways.append(Project.state.in_(constant("proposed", "in_review")))
    if not ways:
        return false()
    return and_(or_(*ways), Project.state.not_in(constant(*RESTING)), ~mine(actor))


_ASKED_FOR = (
    select(Completion.due_on).where(Completion.project_id == Project.id, Completion.completed_at.is_(None))
).scalar_subquery()
_ANSWERED_BY = (
    select(func.max(Round.answer_by)).where(
        Round.project_id == Project.id, Round.state == "issued", Project.state == "rectifying"
    )
).scalar_subquery()
_TO_SIGN = (
    select(func.max(Round.id)).where(Round.project_id == Project.id, Round.state.in_(constant("proposed", "agreed")))
).scalar_subquery()
_TO_SEAL = (
    select(func.max(Document.id)).where(
        Document.project_id == Project.id, Document.state.in_(constant("drafted", "issuing"))
    )
).scalar_subquery()


PART = "\n"
"""Between the departments of a row."""


def _departments(*which: Any) -> Any:
    """Departments of a title's co-reviews (协审), in one text."""
    asked = select(func.aggregate_strings(CoReview.department, PART)).where(CoReview.project_id == Project.id, *which)
    return asked.scalar_subquery()


_AWAITED = _departments(CoReview.state == "asked")
_ASKED = _departments(CoReview.state != "cancelled")


def late(actor: Actor) -> ColumnElement[bool]:
    """What is past its due day, in the person's hands or in his charge; for a house also what it has not answered in time."""
    day = _day(actor)
    past = and_(Project.due_on < day, Project.paused_since.is_(None), or_(mine(actor), under_way(actor)))
    if "producer" in actor.roles and actor.organisation_id is not None:
        unanswered = or_(
            and_(Project.state == "completing", day > _ASKED_FOR),
            and_(Project.state == "rectifying", day > _ANSWERED_BY),
        )
        past = or_(past, and_(Project.house_id == actor.organisation_id, unanswered))
    return and_(Project.state.not_in(constant(*RESTING)), past)


def work_list(actor: Actor, which: str, limit: int = 100) -> list[Any]:
    """Rows of one list, urgent first, then by due day; each with title, house, holder and what the lists show.

    `house_due`: by when its house has to complete its filing or to answer the letter; `round_id`,
    `document_id`: the round to be signed, the letter to be sealed; `asked`, `awaited`: departments asked, and those that have not answered; with what later features know of its review.
    """
    condition = {"todo": mine, "doing": under_way, "late": late}[which](actor)
    due = Project.urgent.desc(), Project.due_on.is_(None), Project.due_on, Project.id
    # chosen and sorted within an index; of the wide rows only those that are shown are read
    shown = list(db.session.scalars(select(Project.id).where(visible(actor), condition).order_by(*due).limit(limit)))
    statement = (
        select(
            Project.id, Project.number, Project.title, Project.type, Project.class_code, Project.state, Project.due_on,
            Project.paused_since, Project.urgent, Project.key_year, Project.held_since, Project.holder_role,
            House.short_name, House.name.label("house_name"), User.name.label("holder_name"),
            User.id.in_(in_office("officer")).label("attended"), House.id.in_(deserted()).label("deserted"),
            func.coalesce(_ASKED_FOR, _ANSWERED_BY).label("house_due"), _TO_SIGN.label("round_id"), _TO_SEAL.label("document_id"), Project.changes_total,
            Project.changes_open, Project.suggestions_open, Project.letter_served, Project.outcome, Project.class_detail, House.state.label("house_state"),
            _AWAITED.label("awaited"), _ASKED.label("asked"), *(fact(Project.id).label(name) for name, fact in panels.STANDING.items()),
        )
        .join(House, House.id == Project.house_id).outerjoin(User, User.id == Project.holder_id)
        .where(Project.id.in_(shown)).order_by(*due)
    )  # fmt: skip
    return list(db.session.execute(statement)) if shown else []


def _acts(actor: Actor, *wanted: Any) -> Select[Any]:
    """What the person did to the titles he may know of, from the timeline."""
    facts = select(*wanted).select_from(Event).join(Project, Project.id == Event.project_id)
    return facts.where(Event.actor_id == actor.id, visible(actor))


def finished(actor: Actor, limit: int = 100) -> list[Any]:
    """The last things the person did."""
    shown = _acts(
        actor, Event.id, Event.at, Event.text, Event.public_text, Event.data, Event.reason, Event.trigger,
        Project.id.label("project_id"), Project.title, Project.number, Project.state,
    )  # fmt: skip
    return list(db.session.execute(shown.order_by(Event.id.desc()).limit(limit)))


def tasks(actor: Actor) -> list[Any]:
    """An expert's invitations and readings that are open, the earliest due first."""
    if "expert" not in actor.roles:
        return []
    return list(
        db.session.execute(
            select(Assignment.id, Assignment.state, Assignment.is_lead, Assignment.due_on, Round.ordinal, Project.id.label("project_id"),
                   Project.title, Project.number, Project.type, Project.episodes, Project.minutes_per_episode, Project.urgent)
            .join(Round, Round.id == Assignment.round_id).join(Project, Project.id == Assignment.project_id)
            .where(*_to_read(actor))
            .order_by(Project.urgent.desc(), Assignment.due_on, Assignment.id).limit(CAP)
        )
    )  # fmt: skip


@dataclass(frozen=True)
class Counts:
    """How long each list is, at most CAP."""

    todo: int
    doing: int
    done: int
    late: int
    requests: int
    tasks: int
    houses: int
    takeovers: int
    stewards: int

    @property
    def all_todo(self) -> int:
        """Everything that waits for this person."""
        return self.todo + self.requests + self.tasks + self.houses + self.takeovers + self.stewards


def counts(actor: Actor) -> Counts:
    """All counts in one statement, each stopping at CAP."""
    statement = _counting(frozenset(actor.roles), actor.organisation_id is not None)
    absent = actor.on_behalf.get("officer", actor.id)
    values = {"me": actor.id, "house": actor.organisation_id, "absent": absent, "day": today()}
    return Counts(*db.session.execute(statement, values).one())


@functools.cache
def _counting(roles: frozenset[str], of_house: bool) -> Select[Any]:
    """The statement of `counts` for people with these roles."""
    actor: Any = _Anybody(id=bindparam("me"), roles=roles, organisation_id=bindparam("house") if of_house else None)  # type: ignore[arg-type]
    parts = {
        "todo": _capped(select(literal(1)).select_from(Project).where(visible(actor), mine(actor))),
        "doing": _capped(select(literal(1)).select_from(Project).where(visible(actor), under_way(actor))),
        "done": _capped(_acts(actor, literal(1))),
        "late": _capped(select(literal(1)).select_from(Project).where(visible(actor), late(actor))),
        "requests": _requests(actor),
        "tasks": _tasks(actor),
        "houses": _capped(applicants(actor)),
        "takeovers": _capped(offered_to(actor.organisation_id)) if of_house and "producer" in roles else literal(0),
        "stewards": _capped(without_steward(actor)) if "head" in roles else literal(0),
    }
    return select(*(value.label(name) for name, value in parts.items()))


def applicants(actor: Actor) -> Any:
    """Houses that wait to be admitted, for officers, the first come first."""
    waiting = House.state == "applied" if "officer" in actor.roles else false()
    asked = select(House.id, House.name, House.city, House.applied_at).where(waiting)
    return asked.order_by(House.applied_at, House.id)


def _capped(statement: Select[Any]) -> Any:
    return select(func.count()).select_from(statement.limit(CAP).subquery()).scalar_subquery()


def to_decide(actor: Actor) -> ColumnElement[bool]:
    """The condition on UrgentRequest and its Project for what this person has to decide: not where he recused himself,
    nor where the title has ended."""
    if "leader" not in actor.roles:
        return false()
    goes_on = Project.state.not_in(constant(*sorted(ENDED)))
    return and_(UrgentRequest.state == "asked", goes_on, Project.id.not_in(recused_from(actor)))


def _requests(actor: Actor) -> Any:
    asked = select(literal(1)).select_from(UrgentRequest).join(Project, Project.id == UrgentRequest.project_id)
    return _capped(asked.where(to_decide(actor)))


def requests_against(inside: bool) -> Any:
    """Of the title asked for: its requests that are open, so that it is not asked for twice."""
    open_ = UrgentRequest.project_id == panels.ID, UrgentRequest.state.in_(constant("asked", "approved"))
    return select(func.count()).select_from(UrgentRequest).where(*open_).scalar_subquery()


def _tasks(actor: Actor) -> Any:
    if "expert" not in actor.roles:
        return literal(0)
    return _capped(
        select(literal(1)).select_from(Assignment).join(Round, Round.id == Assignment.round_id)
        .join(Project, Project.id == Assignment.project_id).where(*_to_read(actor))
    )  # fmt: skip


def _to_read(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    """The conditions on an assignment, its round and its title for what an expert can read and sign today."""
    open_ = Assignment.state.in_(constant("invited", "accepted"))
    return Assignment.expert_id == actor.id, open_, Round.state == "reading", Project.state == "in_review"


def urgent_requests(actor: Actor, wanted: ColumnElement[bool]) -> list[UrgentRequest]:
    """Requests for the green channel of titles the person may know of, the oldest first."""
    return list(
        db.session.scalars(
            select(UrgentRequest).join(Project, Project.id == UrgentRequest.project_id)
            .where(wanted, visible(actor)).order_by(UrgentRequest.asked_at)
            .options(joinedload(UrgentRequest.file), joinedload(UrgentRequest.project).options(joinedload(Project.house), selectinload(Project.ties)))
        )
    )  # fmt: skip


def key_titles(actor: Actor, year: int) -> list[KeyProject]:
    """The year's key titles that the person may know of, by slot."""
    return list(
        db.session.scalars(
            select(KeyProject).join(Project, Project.id == KeyProject.project_id)
            .where(KeyProject.year == year, visible(actor)).order_by(KeyProject.slot)
            .options(joinedload(KeyProject.project).joinedload(Project.house), joinedload(KeyProject.steward))
        )
    )  # fmt: skip


def served() -> ColumnElement[bool]:
    """The condition on a key title joined to its Project that its service goes on."""
    return Project.state.not_in(constant(*sorted(ENDED)))


def without_steward(actor: Actor) -> Any:
    """For heads: the key titles whose steward has left or is of the office no more."""
    asked = select(
        KeyProject.id, KeyProject.year, KeyProject.slot, Project.title, Project.number, User.name.label("was")
    )
    asked = asked.join(Project, Project.id == KeyProject.project_id).join(User, User.id == KeyProject.steward_id)
    gone = KeyProject.steward_id.not_in(in_office("officer", "head", day=_day(actor)))
    wanted = and_(gone, served(), visible(actor)) if "head" in actor.roles else false()
    return asked.where(wanted).order_by(KeyProject.year, KeyProject.slot)


def taken_slots(year: int) -> frozenset[int]:
    """The slots of a year that are given, whoever asks: that a slot is free is told to everybody, who has it is not."""
    return frozenset(db.session.scalars(select(KeyProject.slot).where(KeyProject.year == year)))


def recent(actor: Actor, limit: int = 12) -> list[Any]:
    """What happened lately to the titles a person may know of, but for those he recused himself from; houses read the
    public words only.

    A house's are looked for in its `TOUCHED` titles that changed last, so that thousands of titles cost no more.
    """
    shown = Project.id.not_in(recused_from(actor)) if actor.is_staff else Event.public_text != ""
    if not actor.is_staff:
        touched = select(Project.id).where(visible(actor)).order_by(Project.updated_at.desc()).limit(TOUCHED)
        shown = and_(shown, Event.project_id.in_(list(db.session.scalars(touched))))
    return list(
        db.session.execute(
            select(Event.at, Event.text, Event.public_text, Event.data, Event.actor_name, User.name.label("absent"), Project.id.label("project_id"), Project.title)
            .join(Project, Project.id == Event.project_id).outerjoin(User, User.id == Event.on_behalf_of_id)
            .where(visible(actor), shown, Event.trigger.not_in(constant("publish", "tell", "carry", "lapse", "send"))).order_by(Event.id.desc()).limit(limit)
        )
    )  # fmt: skip
