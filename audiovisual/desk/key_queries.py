"""What is read of the year's key titles: who has which seat, what is proposed, who serves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, func, literal_column, select
from sqlalchemy.orm import joinedload, lazyload, selectinload

from audiovisual.kernel.model import constant, db
from audiovisual.people.models import User
from audiovisual.people.queries.presence import in_office
from audiovisual.projects import panels
from audiovisual.projects.models import Project
from audiovisual.projects.queries import recused_from, visible
from workflows.access import Actor
from workflows.records import ENDED

from .models import KeyProject, KeyProposal


def key_titles(actor: Actor, year: int) -> list[KeyProject]:
    """The year's key titles that the person may know of, by slot."""
    asked = select(KeyProject).join(Project, Project.id == KeyProject.project_id)
    asked = asked.where(KeyProject.year == year, visible(actor)).order_by(KeyProject.slot)
    title = joinedload(KeyProject.project).joinedload(Project.house)
    return list(db.session.scalars(asked.options(title, _person(KeyProject.steward))))


def proposals_against(inside: bool) -> Any:
    """Of the title asked for: its proposals that wait for a leader; only the bureau proposes, others are not asked."""
    if not inside:
        return literal_column("0")
    waiting = KeyProposal.project_id == panels.ID, KeyProposal.state.in_(constant("asked"))
    return select(func.count()).select_from(KeyProposal).where(*waiting).scalar_subquery()


def in_service(keys: Iterable[KeyProject]) -> set[int]:
    """The ids of the stewards of these key titles who are here and of the office."""
    named = [key.steward_id for key in keys if key.steward_id is not None]
    return set(db.session.scalars(in_office("officer", "head", among=named))) if named else set()


def key_title(key_id: int) -> KeyProject | None:
    """A seat with its title and the people around it, whoever asks."""
    title = joinedload(KeyProject.project).options(
        joinedload(Project.house), _person(Project.officer), selectinload(Project.milestones)
    )
    people = (_person(each) for each in (KeyProject.steward, KeyProject.chosen_by, KeyProject.decided_by))
    asked = select(KeyProject).where(KeyProject.id == key_id).options(title, *people)
    return db.session.scalars(asked).unique().first()


def _person(relation: Any) -> Any:
    """A person for a page that shows no more than who they are."""
    return joinedload(relation).options(lazyload(User.grants), lazyload(User.house))


def key_proposal(proposal_id: int) -> KeyProposal | None:
    """A proposal with its title and the people around it, whoever asks."""
    title = joinedload(KeyProposal.project).joinedload(Project.house)
    people = (_person(each) for each in (KeyProposal.steward, KeyProposal.proposed_by, KeyProposal.decided_by))
    asked = select(KeyProposal).where(KeyProposal.id == proposal_id).options(title, *people)
    return db.session.scalars(asked).unique().first()


def key_of(project_id: int) -> KeyProject | None:
    """The seat of a title, whoever asks."""
    return db.session.scalars(select(KeyProject).where(KeyProject.project_id == project_id)).first()


def key_proposals(actor: Actor, year: int) -> list[KeyProposal]:
    """What is proposed for a year and waits for a leader, by slot; a year has few seats, and a title one proposal."""
    asked = select(KeyProposal).join(Project, Project.id == KeyProposal.project_id)
    asked = asked.where(KeyProposal.year == year, KeyProposal.state == "asked", visible(actor))
    asked = asked.where(Project.id.not_in(recused_from(actor)))
    people = joinedload(KeyProposal.project), _person(KeyProposal.proposed_by)
    return list(db.session.scalars(asked.options(*people).order_by(KeyProposal.slot, KeyProposal.id)))


def served() -> ColumnElement[bool]:
    """The condition on a key title joined to its Project that its service goes on."""
    return Project.state.not_in(constant(*sorted(ENDED)))


def taken_slots(year: int) -> frozenset[int]:
    """The slots of a year that are given, whoever asks: that a slot is free is told to everybody, who has it is not."""
    return frozenset(db.session.scalars(select(KeyProject.slot).where(KeyProject.year == year)))
