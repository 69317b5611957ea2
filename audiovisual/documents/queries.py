"""Readings of official documents: what a person may see of them, one of them, the preview of a proposal."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import ColumnElement, Row, ScalarSelect, false, func, select
from sqlalchemy.orm import joinedload, selectinload

from audiovisual.kernel.events import Event
from audiovisual.kernel.model import db
from audiovisual.kernel.paging import within
from audiovisual.kernel.text import translated, unpack
from audiovisual.people.models import House, User
from audiovisual.projects import panels as title_page
from audiovisual.projects.models import Project
from audiovisual.projects.queries import recused_from, visible
from audiovisual.reviews.gathered import PlaceView, in_letter_order, places_of
from audiovisual.reviews.models import Change, Cut, Round
from workflows.access import Actor

from .models import Document, LetterPreview

PER_PAGE = 50
WAITING = ("drafted", "issuing")
FIRST = Document.state.not_in(WAITING), (Document.state.in_(WAITING) & Project.urgent).desc()
"""What waits stands before what is done, and of what waits the green channel first."""


def seen_by(actor: Actor) -> ColumnElement[bool]:
    """The condition on Document (joined with Project) that says what `workflows.records.knows_document` says."""
    if "system" in actor.roles:
        return visible(actor)
    if actor.is_staff:
        return visible(actor) & (Document.served_at.is_not(None) | Project.id.not_in(recused_from(actor)))
    if "producer" in actor.roles and actor.organisation_id is not None:
        return (Project.house_id == actor.organisation_id) & Document.served_at.is_not(None)
    return false()


def listed(actor: Actor, state: str | None, project_id: int | None, page: int) -> tuple[list[Row[Any]], int, int]:
    """Documents in a state (default: all), those still to be done first, urgent before others, then the newest: one page of
    them, how many there are, and the number of that page."""
    conditions = [seen_by(actor)]
    if state:
        conditions.append(Document.state == state)
    if project_id:
        conditions.append(Document.project_id == project_id)
    counted = (
        select(func.count()).select_from(Document).join(Project, Project.id == Document.project_id).where(*conditions)
    )
    asked = (
        select(
            Document.id, Document.number, Document.title, Document.state, Document.drafted_at, Document.served_at,
            Document.opened_at, Document.failure, Project.id.label("project_id"), Project.title.label("project_title"),
            House.name.label("house"), func.coalesce(House.short_name, House.name).label("house_label"),
        )
        .join(Project, Project.id == Document.project_id).join(House, House.id == Project.house_id).where(*conditions)
        .order_by(*FIRST, Document.drafted_at.desc(), Document.id.desc())
    )  # fmt: skip
    total = db.session.scalar(counted) or 0
    page = within(page, PER_PAGE, total)
    return list(db.session.execute(asked.limit(PER_PAGE).offset((page - 1) * PER_PAGE))), total, page


def count_of(inside: bool) -> ScalarSelect[int]:
    """How many documents of a title there are, outside the bureau how many served ones."""
    asked = select(func.count()).select_from(Document).where(Document.project_id == title_page.ID)
    return (asked if inside else asked.where(Document.served_at.is_not(None))).scalar_subquery()


def find(document_id: int) -> Document | None:
    """A document with its title, round and file."""
    return db.session.scalars(
        select(Document).where(Document.id == document_id).options(
            joinedload(Document.project), joinedload(Document.file), joinedload(Document.preview),
        )
    ).unique().first()  # fmt: skip


def of_round(round_id: int) -> Any:
    """The letter of a round as a row of id, title, state, number; None before the decision."""
    asked = select(Document.id, Document.title, Document.state, Document.number).where(Document.round_id == round_id)
    return db.session.execute(asked.order_by(Document.id.desc())).first()


def preview_of(round_id: int) -> LetterPreview | None:
    """The letter of a proposal, made or not yet."""
    asked = select(LetterPreview).where(LetterPreview.round_id == round_id).options(joinedload(LetterPreview.file))
    return db.session.scalars(asked).first()


def people_of(document: Document) -> dict[int, str]:
    """Names of those who decided, sealed and opened it."""
    ids = {document.decided_by_id, document.sealed_by_id, document.opened_by_id} - {None}
    return dict(db.session.execute(select(User.id, User.name).where(User.id.in_(ids))).all()) if ids else {}


def voided_because(document: Document) -> Event | None:
    """The fact of a letter's being made void, with its reason."""
    if document.state != "voided":
        return None
    asked = select(Event).where(
        Event.subject_type == "document", Event.subject_id == document.id, Event.trigger == "void"
    )
    return db.session.scalars(asked).first()


def failure_of(document: Document | LetterPreview) -> str:
    """Why a letter was not made, in the reader's language; empty when nothing failed."""
    return translated(unpack(json.loads(document.failure))) if document.failure else ""


__all__ = [
    "count_of", "failure_of", "find", "listed", "of_round", "people_of", "preview_of", "seen_by", "voided_because",
]  # fmt: skip


def points_of(document: Document) -> list[tuple[int, Change, list[PlaceView]]]:
    """The points a letter names, with their numbers and their places in the cut: two statements."""
    if document.round_id is None:
        return []
    cut = joinedload(Change.round).joinedload(Round.cut).joinedload(Cut.parts)
    asked = select(Change).where(Change.round_id == document.round_id).order_by(Change.ordinal)
    rows = in_letter_order(db.session.scalars(asked.options(cut, selectinload(Change.more))).unique())
    return [(number, change, places_of(change, change.round.cut)) for number, change in enumerate(rows, 1)]
