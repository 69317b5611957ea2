"""Work lists: what a person has to do (待办), what he set going (在办), what he finished (已办), what is late (超期).

What stands in the menu of every page counts at most to `CAP`; a list itself says how many there are, and pages through
all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import joinedload, selectinload

from audiovisual.documents.models import Document
from audiovisual.kernel.events import Event
from audiovisual.kernel.model import constant, db, today
from audiovisual.kernel.packing import packed
from audiovisual.people.models import House, User
from audiovisual.people.queries.presence import deserted, in_office
from audiovisual.projects import panels
from audiovisual.projects.models import CoReview, Milestone, Project
from audiovisual.projects.queries import recused_from, visible
from audiovisual.reviews.models import Assignment, Round
from workflows.access import Actor
from workflows.records import ENDED

from .models import UrgentRequest

CAP = 1000
TOUCHED = 60
"""Titles of a house, the last changed first, whose news its desk tells."""
LISTS = ("todo", "doing", "done", "late")
RESTING = ("draft", *sorted(ENDED))
"""States in which a title waits for nobody at the bureau."""


BEFORE = {
    "head": ("proposed", (Round.proposed_by_id, Round.proposed_for_id)),
    "leader": ("agreed", (Round.agreed_by_id, Round.agreed_for_id)),
    "sealer": ("decided", (Round.decided_by_id, Round.decided_for_id)),
}
"""By post: the state in which a round lies before it, and who took the step that led there, and in whose name."""
DAY = bindparam("day")
"""Today, in statements that are put together once."""


class Anybody(Actor):
    """A person whose ids come with the execution: their counts stand on every page, and are put together once per role."""

    def acts_for(self, role: str) -> Any:
        return bindparam("me"), bindparam(f"absent_{role}")


def officers(actor: Actor) -> Any:
    """The ids a step of an officer counts for: the person and whom they stand in for."""
    return _counts_for("officer", actor)


def _counts_for(role: str, actor: Actor) -> Any:
    """The ids a step in that role counts for, or the places where they come with the execution."""
    return actor.acts_for(role) if isinstance(actor, Anybody) else sorted(actor.acts_for(role))


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
    held, day = Project.holder_role == "officer", day_of(actor)
    empty = and_(Project.holder_role == "producer", Project.state != "draft", Project.house_id.in_(deserted(day)))
    return [
        and_(held, Project.holder_id.in_(officers(actor))),
        and_(held, _unattended(Project.holder_id, day), Project.state != "draft"),
        and_(empty, in_charge_of(actor)),
    ]


def _nobodys(actor: Actor) -> ColumnElement[bool]:
    """The condition on Project that an officer's step is waited for, and it is no particular officer's."""
    return and_(Project.holder_role == "officer", _unattended(Project.holder_id, day_of(actor)))


def in_charge_of(actor: Actor) -> ColumnElement[bool]:
    """The condition on Project that an officer may act on it: it is theirs, or nobody is in charge of it."""
    return or_(Project.officer_id.in_(officers(actor)), _unattended(Project.officer_id, day_of(actor)))


def _unattended(column: Any, day: Any) -> ColumnElement[bool]:
    """The condition that a column of Project names no officer who is here today."""
    return or_(column.is_(None), column.not_in(in_office("officer", day=day)))


def day_of(actor: Actor) -> Any:
    """Today, or the place where it comes with the execution."""
    return DAY if isinstance(actor, Anybody) else today()


def _next_of(role: str, actor: Actor) -> ColumnElement[bool]:
    """What lies with a post of the chain, but for what this person laid before it, or had laid before it in their name, or
    in that of whom they stand in for: that step is another's (`workflows.access.took_it`)."""
    return and_(Project.holder_role == role, ~took_before(role, lambda column: column.in_(_counts_for(role, actor))))


def took_before(role: str, is_theirs: Callable[[Any], ColumnElement[bool]]) -> ColumnElement[bool]:
    """The condition on Project that the step before that of a post was theirs; `is_theirs` says so of a column."""
    state, columns = BEFORE[role]
    theirs = or_(*map(is_theirs, columns))
    found = exists().where(Round.project_id == Project.id, Round.state == state, theirs)
    if role != "head":
        return found
    asked = or_(*map(is_theirs, (Project.proposed_by_id, Project.proposed_for_id)))
    return or_(found, and_(Project.state == "proposed", func.coalesce(asked, false())))


def under_way(actor: Actor) -> ColumnElement[bool]:
    """What the person set going and waits for: his titles in other hands."""
    ways: list[ColumnElement[bool]] = []
    if "producer" in actor.roles and actor.organisation_id is not None:
        ways.append(Project.house_id == actor.organisation_id)
    if "officer" in actor.roles:
        ways.append(Project.officer_id.in_(officers(actor)))
    ways += _signed_by(actor)
    if not ways:
        return false()
    own = and_(or_(*ways), Project.state.not_in(constant(*RESTING)), ~mine(actor))
    return and_(own, Project.id.not_in(recused_from(actor))) if actor.is_staff else own


def _signed_by(actor: Actor) -> list[ColumnElement[bool]]:
    """What a head, leader or sealer has put their name to in a review that still goes on."""
    going_on = Round.project_id == Project.id, Round.state.not_in(constant("closed", "cancelled"))
    ways: list[ColumnElement[bool]] = []
    if "head" in actor.roles:
        ways.append(exists().where(*going_on, Round.agreed_by_id == actor.id))
    if "leader" in actor.roles:
        ways.append(exists().where(*going_on, Round.decided_by_id == actor.id))
    if "sealer" in actor.roles:
        ways.append(exists().where(*going_on, Document.round_id == Round.id, Document.sealed_by_id == actor.id))
    return ways


_TO_SIGN = (
    select(func.max(Round.id)).where(Round.project_id == Project.id, Round.state.in_(constant("proposed", "agreed")))
).scalar_subquery()
_TO_SEAL = (
    select(func.max(Document.id)).where(
        Document.project_id == Project.id, Document.state.in_(constant("drafted", "issuing"))
    )
).scalar_subquery()


PART = "\n"
"""Between the nodes of a row."""


def _departments(*which: Any) -> Any:
    """Departments of a title's co-reviews (协审), packed in the order they were asked."""
    return packed(CoReview.id, CoReview.department).where(CoReview.project_id == Project.id, *which).scalar_subquery()


def _missed() -> Any:
    """The nodes of a title's plan that are past their day and were not reached, with their days, in one text.

    Once the cut was handed in, the release alone (`projects.plan.late_by`).
    """
    node = Milestone.kind + literal("=") + cast(Milestone.planned_on, String)
    past = Milestone.project_id == Project.id, Milestone.actual_on.is_(None), Milestone.planned_on < today()
    waited = or_(Project.delivered_at.is_(None), Milestone.kind == "release")
    return select(func.aggregate_strings(node, PART)).where(*past, waited).scalar_subquery()


_AWAITED = _departments(CoReview.state == "asked")
_ASKED = _departments(CoReview.state != "cancelled")


def late(actor: Actor) -> ColumnElement[bool]:
    """What is past its due day, in the person's hands or in their charge; for a house also what it has not handed back
    in time. While its clock stands still a title has no due day, and is not late.

    What nobody is in charge of, and what waits in the common box, is not late with an officer: it stands among what is
    late in the whole bureau.
    """
    day = day_of(actor)
    past = and_(Project.due_on < day, or_(and_(mine(actor), ~_nobodys(actor)), under_way(actor)))
    if "producer" in actor.roles and actor.organisation_id is not None:
        past = or_(past, and_(Project.house_id == actor.organisation_id, Project.house_due_on < day))
    return and_(Project.state.not_in(constant(*RESTING)), past)


def late_anywhere(actor: Actor) -> ColumnElement[bool]:
    """What is past its due day in the whole bureau."""
    day = DAY if isinstance(actor, Anybody) else today()
    return and_(Project.state.not_in(constant(*RESTING)), Project.due_on < day)


CONDITIONS = {"todo": mine, "doing": under_way, "late": late}
GROUPS = ("urgent", "late", "today", "week", "later", "waiting", "none")
"""The groups of a work list in their order; the green channel stands first everywhere."""
PER_PAGE = 50


def _due(actor: Actor) -> Any:
    """The day by which the reader's side is due: a house has one of its own where it hands something back."""
    return Project.due_on if actor.is_staff else func.coalesce(Project.house_due_on, Project.due_on)


def _group(actor: Actor) -> ColumnElement[int]:
    """The group of a title, as its place in `GROUPS`."""
    day, due = today(), _due(actor)
    sunday = day + timedelta(days=6 - day.weekday())
    return case(
        (Project.urgent, 0), (due < day, 1), (due == day, 2), (due <= sunday, 3), (due.is_not(None), 4),
        (or_(Project.paused_since.is_not(None), Project.state.in_(constant("suspended", "dormant"))), 5), else_=6,
    )  # fmt: skip


def group_sizes(actor: Actor, which: str) -> dict[str, int]:
    """How many titles each group of a list holds, all pages together."""
    group = _group(actor).label("place")
    counted = select(group, func.count()).where(visible(actor), CONDITIONS[which](actor)).group_by(group)
    return {GROUPS[place]: n for place, n in db.session.execute(counted)}


def work_list(
    actor: Actor, which: str, page: int = 1, per: int = PER_PAGE, *wanted: ColumnElement[bool]
) -> list[Any]:  # fmt: skip
    """Rows of one page of a list, by group and due day; each with title, house, holder and what the lists show.

    `wanted`: of the list only what is so.

    `place`: the group's place in `GROUPS`; `round_id`, `document_id`: the round to be signed, the letter to be sealed;
    `asked`, `awaited`: departments asked, and those that have not answered; `missed`: nodes past their day;
    with what later features know of its review.
    """
    group, due = _group(actor).label("place"), _due(actor)
    order = group, due.is_(None), due, Project.house_due_on.is_(None), Project.house_due_on, Project.id
    # chosen and sorted within an index; of the wide rows only those that are shown are read
    ids = select(Project.id).where(visible(actor), CONDITIONS[which](actor), *wanted).order_by(*order)
    shown = list(db.session.scalars(ids.limit(per).offset((page - 1) * per)))
    statement = (
        select(
            Project.id, Project.number, Project.title, Project.type, Project.class_code, Project.state, Project.due_on,
            Project.due_unit, Project.amber_on, Project.stood_days, Project.house_due_on, Project.paused_since,
            Project.resume_state, Project.urgent, Project.key_year, Project.held_since, Project.holder_role,
            House.short_name, House.name.label("house_name"), User.name.label("holder_name"),
            User.id.in_(in_office("officer")).label("attended"), House.id.in_(deserted()).label("deserted"),
            House.state.label("house_state"), group, _TO_SIGN.label("round_id"), _TO_SEAL.label("document_id"),
            Project.changes_total, Project.changes_open, Project.suggestions_open,
            Project.letter_served, Project.outcome, Project.class_detail,
            _AWAITED.label("awaited"), _ASKED.label("asked"), _missed().label("missed"),
            *(fact(Project.id).label(name) for name, fact in panels.STANDING.items()),
        )
        .join(House, House.id == Project.house_id).outerjoin(User, User.id == Project.holder_id)
        .where(Project.id.in_(shown)).order_by(*order)
    )  # fmt: skip
    return list(db.session.execute(statement)) if shown else []


OF_PEOPLE = ("user", "invitation", "delegation", "expert")
"""What acts on accounts are kept with."""


def acts(actor: Actor, *wanted: Any) -> Select[Any]:
    """What the person did to the titles they may know of, to houses, and to people's accounts, from the timeline."""
    facts = select(*wanted).select_from(Event).outerjoin(Project, Project.id == Event.project_id)
    facts = facts.outerjoin(House, and_(Event.subject_type == House.__tablename__, House.id == Event.subject_id))
    of_house = and_(Event.project_id.is_(None), House.id.is_not(None))
    of_people = and_(Event.project_id.is_(None), Event.subject_type.in_(constant(*OF_PEOPLE)))
    of_title = and_(Event.project_id.is_not(None), visible(actor))
    return facts.where(Event.actor_id == actor.id, or_(of_house, of_people, of_title))


def finished(actor: Actor) -> Select[Any]:
    """What the person did, the last first."""
    shown = acts(
        actor, Event.id, Event.at, Event.text, Event.public_text, Event.data, Event.reason, Event.trigger,
        Project.id.label("project_id"), Project.title, Project.number, Project.state,
        House.id.label("house_id"), House.name.label("house"), Event.subject_type, Event.subject_id,
    )  # fmt: skip
    return shown.order_by(Event.id.desc())


def to_read(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    """The conditions on an assignment, its round and its title for what an expert can read and sign today."""
    open_ = Assignment.state.in_(constant("invited", "accepted"))
    return Assignment.expert_id == actor.id, open_, Round.state == "reading", Project.state == "in_review"


def to_decide(actor: Actor) -> ColumnElement[bool]:
    """The condition on UrgentRequest and its Project for what this person has to decide: not where he recused himself,
    nor where the title has ended."""
    if "leader" not in actor.roles:
        return false()
    goes_on = Project.state.not_in(constant(*sorted(ENDED)))
    others = UrgentRequest.asked_by_id != actor.id  # nobody grants what they asked for themselves
    return and_(UrgentRequest.state == "asked", goes_on, others, Project.id.not_in(recused_from(actor)))


def requests_against(inside: bool) -> Any:
    """Of the title asked for: its requests that are open, so that it is not asked for twice."""
    open_ = UrgentRequest.project_id == panels.ID, UrgentRequest.state.in_(constant("asked", "approved"))
    return select(func.count()).select_from(UrgentRequest).where(*open_).scalar_subquery()


def urgent_ids(actor: Actor, wanted: ColumnElement[bool]) -> Select[Any]:
    """Requests for the green channel of titles the person may know of, the oldest first, as ids."""
    asked = select(UrgentRequest.id).join(Project, Project.id == UrgentRequest.project_id)
    return asked.where(wanted, visible(actor)).order_by(UrgentRequest.asked_at, UrgentRequest.id)


def urgent_place(actor: Actor, request_id: int | None) -> tuple[str, int] | None:
    """The state of a request and how many of those in that state stand before it; None where there is no such one that the
    person may know of."""
    if request_id is None:
        return None
    state = select(UrgentRequest.state).where(UrgentRequest.id == request_id).scalar_subquery()
    ids = list(db.session.scalars(urgent_ids(actor, UrgentRequest.state == state)))
    if request_id not in ids:
        return None
    found = db.session.get_one(UrgentRequest, request_id)
    return found.state, ids.index(request_id)


def urgent_sizes(actor: Actor) -> dict[str, int]:
    """How many of the requests the person may know of are in each state."""
    counted = select(UrgentRequest.state, func.count()).join(Project, Project.id == UrgentRequest.project_id)
    counted = counted.where(visible(actor)).group_by(UrgentRequest.state)
    return {row[0]: row[1] for row in db.session.execute(counted)}


def urgent_requests(ids: Any) -> list[UrgentRequest]:
    """The requests of these ids, given or selected, with their titles, the oldest first."""
    title = joinedload(UrgentRequest.project).options(
        joinedload(Project.house), selectinload(Project.ties), selectinload(Project.co_reviews)
    )
    by = joinedload(UrgentRequest.asked_by).lazyload(User.grants)
    asked = select(UrgentRequest).where(UrgentRequest.id.in_(ids)).options(joinedload(UrgentRequest.file), by, title)
    return list(db.session.scalars(asked.order_by(UrgentRequest.asked_at, UrgentRequest.id)))


def refused_before(project_ids: Sequence[int]) -> dict[int, list[str]]:
    """By title, why its earlier requests for the green channel were refused, the oldest first."""
    refused = UrgentRequest.state == "refused", UrgentRequest.project_id.in_(project_ids)
    asked = select(UrgentRequest.project_id, UrgentRequest.decision_reason).where(*refused).order_by(UrgentRequest.id)
    found: dict[int, list[str]] = {}
    for project_id, reason in db.session.execute(asked) if project_ids else ():
        found.setdefault(project_id, []).append(reason or "")
    return found


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
