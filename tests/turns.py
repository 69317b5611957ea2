"""Whose turn it is with each title, and whether it lies on that person's desk and on nobody else's.

`holder` says with whom a title lies, the engine says who could take it on from here; the desk says what a person finds
in the morning. After every step the three have to agree. A journey asks for one title after each step:

    assert turns.breaches(project) == []

and a bank for all of them: `turns.all_breaches()`.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from sqlalchemy import select

from audiovisual.desk import queries as desk
from audiovisual.documents.models import Document
from audiovisual.documents.operations import may_make_again
from audiovisual.kernel.lifecycle import choices
from audiovisual.kernel.model import db, today
from audiovisual.people.models import Delegation, User
from audiovisual.people.queries.presence import here, nobody_at, on_duty
from audiovisual.projects.clocks import standing_of
from audiovisual.projects.models import Project
from audiovisual.projects.queries import visible
from audiovisual.reviews.models import Assignment, Round
from audiovisual.reviews.queries import open_round
from workflows import beside
from workflows.access import Actor, is_in_charge
from workflows.duties import next_duty
from workflows.records import ENDED


def actor_today(user: User) -> Actor:
    """The person as the rules see them today, with the roles held for somebody on leave."""
    in_force = Delegation.starts_on <= today(), Delegation.ends_on >= today(), Delegation.revoked_at.is_(None)
    given = db.session.scalars(select(Delegation).where(Delegation.deputy_id == user.id, *in_force))
    held = {each.role: each.absent_id for each in given if each.absent.holds(each.role)}
    roles = user.roles
    return Actor(user.id, user.name, roles | set(held), user.house_id, MappingProxyType(held), frozenset(held) - roles)


def everybody() -> list[Actor]:
    """Everyone who is here and has a role."""
    return [
        actor_today(user) for user in db.session.scalars(select(User).where(here()).order_by(User.id)) if user.roles
    ]


def listed(actor: Actor) -> set[int]:
    """The titles among what the person finds to do on their desk."""
    lying = select(Project.id).where(visible(actor), desk.mine(actor))
    reading = select(Assignment.project_id).join(Round, Round.id == Assignment.round_id)
    reading = reading.join(Project, Project.id == Assignment.project_id).where(*desk.to_read(actor))
    return set(db.session.scalars(lying)) | (set(db.session.scalars(reading)) if "expert" in actor.roles else set())


def able(project: Project, actor: Actor, subjects: list[Any] | None = None) -> set[str]:
    """The roles in which the person could take the title on from where it stands."""
    subjects = subjects_of(project) if subjects is None else subjects
    concerned = (each for each in subjects if not isinstance(each, Assignment) or each.expert_id == actor.id)
    steps = (choice.step for each in concerned for choice in choices(each, actor) if not choice.refusal)
    return {role for step in steps if step.primary for role in step.roles & actor.roles} | _beside(
        project, actor, subjects
    )


def subjects_of(project: Project) -> list[Any]:
    """The title and what hangs on it and has steps: its round with seats and changes, letters, co-reviews."""
    letters = select(Document).where(Document.project_id == project.id, Document.state.in_(("drafted", "issuing")))
    found: list[Any] = [project, *project.co_reviews, *db.session.scalars(letters)]
    round_ = open_round(project.id)
    return found + ([round_, *round_.assignments, *round_.changes] if round_ is not None else [])


def _beside(project: Project, actor: Actor, subjects: list[Any]) -> set[str]:
    """What takes a title on without a step of its own: writing, seating a panel, settling points, recording a permit."""
    round_ = next((each for each in subjects if isinstance(each, Round)), None)
    roles: set[str] = set()
    if "producer" in actor.roles and actor.organisation_id == project.house_id:
        roles |= {"producer"} if project.state in ("draft", "completing", "rectifying") else set()
    if "officer" in actor.roles and is_in_charge(project, actor) is None:
        next_ = (
            round_ is None
            or round_.state in ("composing", "frozen")
            or (round_.state, project.outcome) == ("issued", "re_review")
        )
        lacks = round_ is not None and round_.state == "reading" and round_.seats_filled < round_.seats
        permit = project.state == "reviewed" and project.permit_lacking and beside.record_permit(project, actor) is None
        roles |= {"officer"} if (project.state == "in_review" and (next_ or lacks)) or permit else set()
    if round_ is not None and round_.state == "reading":
        roles |= {"expert"} if any(a.expert_id == actor.id and a.state == "accepted" for a in round_.active) else set()
    failed = (each for each in subjects if isinstance(each, Document) and each.state == "issuing")
    roles |= {"sealer"} if any(may_make_again(each, actor) is None for each in failed) else set()
    return roles & actor.roles


def on_move(project: Project, people: list[Actor]) -> tuple[str, set[int]]:
    """The role whose turn it is, and those of these people who can take it.

    Where the house has nobody here any more it is the officer's turn, who has to get hold of it. While the officer fills
    an empty seat the other experts read on.
    """
    role = project.holder_role or ""
    if role == "producer" and db.session.scalar(select(nobody_at(project.house_id))):
        own = None if project.unattended else [project.officer_id]
        return "officer", set(on_duty("officer", own)) - project.recused_ids
    wanted, subjects = {role, "expert"}, subjects_of(project)
    return role, {actor.id for actor in people if actor.roles & wanted and able(project, actor, subjects) & wanted}


def _in_the_making(project: Project) -> bool:
    letters = select(Document.id).where(Document.project_id == project.id, Document.state == "issuing")
    return db.session.scalar(letters.where(Document.failure.is_(None))) is not None


def breaches(
    project: Project, people: list[Actor] | None = None, lists: dict[int, set[int]] | None = None
) -> list[str]:
    """What is wrong with a title's turn, in sentences; none when one party has it, can act, and finds it on its desk."""
    people = everybody() if people is None else people
    lists = {actor.id: listed(actor) for actor in people} if lists is None else lists
    names = {actor.id: f"{actor.name}（{'、'.join(sorted(actor.roles))}）" for actor in people}
    having = {id_ for id_ in names if project.id in lists[id_]}
    what = f"《{project.title}》{project.number or ''} {project.state}"
    if project.state in ENDED:
        return [f"{what} 已办结，还在{names[id_]}的待办里" for id_ in sorted(having)]
    if _in_the_making(project):
        return []  # the program's own turn: the worker makes the letter
    if project.state == "draft" and db.session.scalar(select(nobody_at(project.house_id))):
        return []  # a draft is its house's own affair, and went with it
    role, movers = on_move(project, people)
    if not role:
        return [f"{what} 没有人持有"]
    act = next_duty(standing_of(project))
    found = [] if movers else [f"{what} 在 {role} 手里（{act and act.act}），但没有一位在岗的 {role} 能办"]
    found += [f"{what} 该{names[id_]}办，不在待办里" for id_ in sorted(movers - having)]
    return found + [f"{what} 在 {role} 手里，{names[id_]}办不了，却在待办里" for id_ in sorted(having - movers)]


def all_breaches() -> list[str]:
    """The breaches of every title of the bank, and of the requests beside them."""
    people = everybody()
    lists = {actor.id: listed(actor) for actor in people}
    titles = db.session.scalars(select(Project).where(Project.state != "discarded").order_by(Project.id)).all()
    return [each for project in titles for each in breaches(project, people, lists)]
