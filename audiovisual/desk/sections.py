"""What waits for a person beside the titles in their hands: tasks, requests, houses, changes; each counted and paged.

A section says how its rows are chosen (`ids`, in order), read (`rows`, in the same order) and shown (`template`), so that
a page of it costs one statement. Further features add theirs with `add`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, or_, select, union_all
from sqlalchemy.orm import joinedload

from audiovisual.kernel import paging
from audiovisual.kernel.calendar import working_calendar
from audiovisual.kernel.model import constant, db, shanghai, today
from audiovisual.people.models import House, User
from audiovisual.people.queries.presence import in_office
from audiovisual.projects import due
from audiovisual.projects.models import ChangeRequest, Project, Question, Tie
from audiovisual.projects.queries import recused_from
from audiovisual.reviews.models import Assignment, Change, Round
from audiovisual.reviews.unsettled import unverified
from workflows.access import Actor
from workflows.clock import WORKING, add_working_days
from workflows.records import ENDED

from . import key_queries, queries
from .keys import OFFICE
from .models import KeyProject, KeyProposal, Stewardship, UrgentRequest

PER_PAGE = 20
ANSWERED_WITHIN = 5
"""Working days in which a house that registers is told it will be answered."""
GOES_ON = constant(*sorted(ENDED))


@dataclass(frozen=True)
class Section:
    """`ids`: what waits for this person, as ids in order, None for whom it never does; `rows`: the rows of those that a
    SELECT of ids gives; `opens`: the page on which one of these rows is dealt with."""

    key: str
    template: str
    ids: Callable[[Actor], Select[Any] | None]
    rows: Callable[[Select[Any]], list[Any]]
    opens: Callable[[Any], str]

    def first(self, actor: Actor) -> str | None:
        """The page of the first row that waits for this person; None where none does."""
        ids = self.ids(actor)
        rows = self.rows(ids.limit(1)) if ids is not None else []
        return self.opens(rows[0]) if rows else None


SECTIONS: list[Section] = []


def add(
    key: str, template: str, ids: Callable[[Actor], Select[Any] | None], rows: Callable[[Select[Any]], list[Any]],
    opens: Callable[[Any], str],
) -> None:  # fmt: skip
    """Add a section to every desk; registering a key again replaces it."""
    SECTIONS[:] = [each for each in SECTIONS if each.key != key] + [Section(key, template, ids, rows, opens)]


def page_of(section: Section, actor: Actor, counted: int) -> paging.Page:
    """The page of a section the address asks for under its key. `counted`: how many there are, at most `queries.CAP`."""
    ids = section.ids(actor)
    if ids is None or not counted:
        return paging.Page()
    total = counted if counted < queries.CAP else paging.count(ids)
    number = paging.within(paging.asked_page(section.key), PER_PAGE, total)
    return paging.Page(section.rows(ids.limit(PER_PAGE).offset((number - 1) * PER_PAGE)), number, PER_PAGE, total)


TASKS = Project.urgent.desc(), Assignment.due_on, Assignment.id
"""The urgent first, then those due earliest."""


def _tasks(actor: Actor) -> Select[Any] | None:
    if "expert" not in actor.roles:
        return None
    asked = select(Assignment.id).join(Round, Round.id == Assignment.round_id)
    asked = asked.join(Project, Project.id == Assignment.project_id).where(*queries.to_read(actor))
    return asked.order_by(*TASKS)


def _late_tasks(actor: Actor) -> Select[Any] | None:
    asked = _tasks(actor)
    return None if asked is None else asked.where(Assignment.due_on < queries.day_of(actor))


def tasks(ids: Select[Any]) -> list[Any]:
    """An expert's invitations and readings, with what a list shows of them."""
    asked = (
        select(
            Assignment.id, Assignment.state, Assignment.is_lead, Assignment.due_on, Round.ordinal, Project.title,
            Project.number, Project.type, Project.episodes, Project.minutes_per_episode, Project.urgent,
        )
        .join(Round, Round.id == Assignment.round_id).join(Project, Project.id == Assignment.project_id)
        .where(Assignment.id.in_(ids)).order_by(*TASKS)
    )  # fmt: skip
    return list(db.session.execute(asked))


def _requests(actor: Actor) -> Select[Any] | None:
    return queries.urgent_ids(actor, queries.to_decide(actor)) if "leader" in actor.roles else None


def _takeovers(actor: Actor) -> Select[Any] | None:
    if "producer" not in actor.roles or actor.organisation_id is None:
        return None
    offered = select(ChangeRequest.id).join(Project, Project.id == ChangeRequest.project_id)
    open_ = ChangeRequest.state == "offered", Project.state.not_in(GOES_ON)
    return offered.where(ChangeRequest.house_after_id == actor.organisation_id, *open_).order_by(ChangeRequest.id)


def _changes(actor: Actor) -> Select[Any] | None:
    """Changes asked for of the titles an officer is in charge of."""
    if "officer" not in actor.roles:
        return None
    asked = select(ChangeRequest.id).join(Project, Project.id == ChangeRequest.project_id)
    charged = queries.in_charge_of(actor)
    open_ = ChangeRequest.state == "asked", Project.state.not_in(GOES_ON)
    return asked.where(*open_, charged, Project.id.not_in(recused_from(actor))).order_by(ChangeRequest.id)


def changes(ids: Select[Any]) -> list[ChangeRequest]:
    """Changes asked for, with their titles."""
    asked = select(ChangeRequest).where(ChangeRequest.id.in_(ids)).order_by(ChangeRequest.id)
    return list(db.session.scalars(asked.options(joinedload(ChangeRequest.project))))


def _questions(actor: Actor) -> Select[Any] | None:
    """What houses asked about titles an officer is in charge of, or nobody is; the oldest first."""
    if "officer" not in actor.roles:
        return None
    asked = select(Question.id).join(Project, Project.id == Question.project_id).where(Question.settled_at.is_(None))
    own = queries.in_charge_of(actor), Project.id.not_in(recused_from(actor))
    return asked.where(*own).order_by(Question.id)


def questions(ids: Select[Any]) -> list[Question]:
    """Questions with their titles, the houses of those, and who asked."""
    asked = select(Question).where(Question.id.in_(ids)).order_by(Question.id)
    read = joinedload(Question.project), joinedload(Question.asked_by).lazyload(User.grants)
    return list(db.session.scalars(asked.options(*read)))


def _answers(actor: Actor) -> Select[Any] | None:
    """Titles of an officer in whose earlier rounds answers were not verified when the next round was opened."""
    if "officer" not in actor.roles:
        return None
    waits = exists().where(Change.project_id == Project.id, unverified())
    charged = queries.in_charge_of(actor)
    asked = select(Project.id).where(Project.state == "in_review", ~Project.letter_served, waits, charged)
    return asked.where(Project.id.not_in(recused_from(actor))).order_by(Project.urgent.desc(), Project.id)


def answers(ids: Select[Any]) -> list[Any]:
    """Those titles, each with how many rows are not verified."""
    count = select(func.count()).where(Change.project_id == Project.id, unverified()).scalar_subquery()
    asked = select(Project.id, Project.title, Project.number, Project.urgent, count.label("unverified"))
    asked = asked.where(Project.id.in_(ids)).order_by(Project.urgent.desc(), Project.id)
    return list(db.session.execute(asked))


def _houses(actor: Actor) -> Select[Any] | None:
    """Houses that wait to be admitted, the first come first."""
    if "officer" not in actor.roles:
        return None
    return select(House.id).where(House.state == "applied").order_by(House.applied_at, House.id)


def houses(ids: Select[Any]) -> list[dict[str, Any]]:
    """Houses that wait, each with what is left of the days promised when it registered."""
    asked = select(House.id, House.name, House.city, House.applied_at).where(House.id.in_(ids))
    asked = asked.order_by(House.applied_at, House.id)
    calendar, day = working_calendar(), today()
    until = lambda row: add_working_days(shanghai(row.applied_at).date(), ANSWERED_WITHIN, calendar)  # noqa: E731
    return [{"row": row, "due": due.due_in(until(row), day, WORKING, calendar)} for row in db.session.execute(asked)]


def _application(actor: Actor) -> Select[Any] | None:
    """The house of this person where its application was refused: it is its turn to apply again."""
    if "producer" not in actor.roles or actor.organisation_id is None:
        return None
    return select(House.id).where(House.id == actor.organisation_id, House.state == "refused")


def application(ids: Select[Any]) -> list[Any]:
    """That house, with what the bureau wrote."""
    return list(db.session.execute(select(House.id, House.name, House.refusal).where(House.id.in_(ids))))


def _proposals(actor: Actor) -> Select[Any] | None:
    """Key titles proposed that wait for a leader, but for what this person proposed themselves."""
    if "leader" not in actor.roles:
        return None
    asked = select(KeyProposal.id).join(Project, Project.id == KeyProposal.project_id)
    open_ = KeyProposal.state == "asked", KeyProposal.proposed_by_id != actor.id
    return asked.where(*open_, Project.id.not_in(recused_from(actor))).order_by(KeyProposal.id)


def proposals(ids: Select[Any]) -> list[KeyProposal]:
    """Proposals with their titles and who made them."""
    asked = select(KeyProposal).where(KeyProposal.id.in_(ids)).order_by(KeyProposal.id)
    asked = asked.options(joinedload(KeyProposal.project), joinedload(KeyProposal.proposed_by).lazyload(User.grants))
    return list(db.session.scalars(asked))


def _named(actor: Actor) -> Select[Any] | None:
    """Key titles a person was asked to serve and has not answered for."""
    if not actor.roles & OFFICE:
        return None
    named = select(Stewardship.id).where(Stewardship.person_id == actor.id, Stewardship.state == "named")
    return named.order_by(Stewardship.id)


def named(ids: Select[Any]) -> list[Stewardship]:
    """Namings with their titles and who made them."""
    asked = select(Stewardship).where(Stewardship.id.in_(ids)).order_by(Stewardship.id)
    asked = asked.options(joinedload(Stewardship.project), joinedload(Stewardship.named_by).lazyload(User.grants))
    return list(db.session.scalars(asked))


def _stewards(actor: Actor) -> Select[Any] | None:
    """Key titles that go on, that nobody serves who is here and of the office, and nobody is asked to: a head names one."""
    if "head" not in actor.roles:
        return None
    office = in_office(*sorted(OFFICE), day=queries.day_of(actor))
    gone = KeyProject.steward_id.not_in(office)
    asked = exists().where(Stewardship.project_id == KeyProject.project_id, Stewardship.state == "named")
    asked = asked.where(Stewardship.person_id.in_(office))
    keys = select(KeyProject.id).join(Project, Project.id == KeyProject.project_id)
    keys = keys.where(or_(KeyProject.steward_id.is_(None), gone), ~asked, key_queries.served())
    return keys.where(Project.id.not_in(recused_from(actor))).order_by(KeyProject.year, KeyProject.slot)


def stewards(ids: Select[Any]) -> list[KeyProject]:
    """Those key titles with who was their steward."""
    asked = select(KeyProject).where(KeyProject.id.in_(ids)).order_by(KeyProject.year, KeyProject.slot)
    people = joinedload(KeyProject.project), joinedload(KeyProject.steward).lazyload(User.grants)
    return list(db.session.scalars(asked.options(*people)))


POSTS = ("officer", "head", "leader", "sealer")
"""Posts without which titles stand still, in the order of the chain."""


def _posts(actor: Actor) -> Select[Any] | None:
    """Posts that nobody holds who is here, as places in `POSTS`: the administrator gives them to somebody."""
    if "admin" not in actor.roles:
        return None
    day = queries.day_of(actor)
    empty = (
        select(literal(place).label("place")).where(~exists(in_office(role, day=day)))
        for place, role in enumerate(POSTS)
    )  # fmt: skip
    found = union_all(*empty).subquery("empty_posts")
    return select(found.c.place).order_by(found.c.place)


def posts(ids: Select[Any]) -> list[dict[str, Any]]:
    """Those posts by role, each with how many titles wait for it."""
    places = [POSTS[place] for place in db.session.scalars(ids)]
    waiting = select(Project.holder_role, func.count()).where(Project.holder_role.in_(places), Project.state != "draft")
    counts = dict(db.session.execute(waiting.group_by(Project.holder_role)).all())
    return [{"role": role, "waiting": counts.get(role, 0)} for role in places]


def _stranded(actor: Actor) -> Select[Any] | None:
    """Titles that wait for a post whose holders have all recused themselves (回避), or took the step before: nobody can
    take the next."""
    if "admin" not in actor.roles:
        return None
    day = queries.day_of(actor)
    ways = [_nobody_may(role, day) for role in POSTS[1:]]
    return select(Project.id).where(or_(*ways)).order_by(Project.id)


def _nobody_may(role: str, day: Any) -> ColumnElement[bool]:
    recused = exists().where(Tie.project_id == Project.id, Tie.user_id == User.id, Tie.kind == "recused")
    took = queries.took_before(role, lambda column: column == User.id)
    able = exists().where(User.id.in_(in_office(role, day=day)), ~recused, ~took)
    return and_(Project.holder_role == role, exists(in_office(role, day=day)), ~able)


def stranded(ids: Select[Any]) -> list[Any]:
    """Those titles by number, with the post they wait for: the administrator does not read what they are about."""
    asked = select(Project.id, Project.number, Project.holder_role, Project.held_since).where(Project.id.in_(ids))
    return list(db.session.execute(asked.order_by(Project.id)))


def _page(endpoint: str, name: str, key: str = "id", anchor: str | None = None) -> Callable[[Any], str]:
    """How the page of a row is found: `key` of the row is the number that the address knows as `name`."""
    return lambda row: url_for(endpoint, **{name: getattr(row, key)}, _anchor=anchor)


def _task(row: Any) -> str:
    return url_for("reviews.task", assignment_id=row.id)


def _request(row: UrgentRequest) -> str:
    """The request's own place in the green channel, on whichever page it stands."""
    return url_for("desk.urgent", request=row.id, _anchor=f"request-{row.id}")


def _to_grant(row: Any) -> str:
    return url_for("people.people")


def _house(item: dict[str, Any]) -> str:
    return url_for("people.house", house_id=item["row"].id)


LATE = Section("late_tasks", "desk/_tasks.html", _late_tasks, tasks, _task)
"""What an expert reads and signs, past its day: it stands on the list of what is late, and is counted there."""

add("stranded", "desk/_stranded.html", _stranded, stranded, _to_grant)
add("posts", "desk/_posts.html", _posts, posts, _to_grant)
add("tasks", "desk/_tasks.html", _tasks, tasks, _task)
add("requests", "desk/_requests.html", _requests, queries.urgent_requests, _request)
add("proposals", "desk/_proposals.html", _proposals, proposals, _page("desk.key_proposal", "proposal_id"))
add("named", "desk/_named.html", _named, named, _page("desk.steward", "stewardship_id"))
add("application", "desk/_application.html", _application, application, _page("people.house", "house_id"))
add("takeovers", "desk/_takeovers.html", _takeovers, changes, _page("projects.take_over", "record_id"))
add("changes", "desk/_changes.html", _changes, changes,
    _page("projects.record_page", "project_id", "project_id", "changes"))  # fmt: skip
add("questions", "desk/_questions.html", _questions, questions, _page("projects.remark", "project_id", "project_id"))
add("answers", "desk/_answers.html", _answers, answers, _page("reviews.changes", "project_id"))
add("houses", "desk/_houses.html", _houses, houses, _house)
add("stewards", "desk/_stewards.html", _stewards, stewards, _page("desk.key_title", "key_id"))
