"""A house's own filings that wait for its hand."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from audiovisual.kernel.model import db, utcnow
from audiovisual.kernel.paging import Page, paged
from audiovisual.kernel.uploads import Upload
from audiovisual.people.models import User
from workflows.access import Actor

from ..models import Completion, CompletionItem, Project
from ..titles import title_key

WAITING = ("draft", "completing")


def of_house(house_id: int, page: int, per: int) -> Page:
    """One page of them: completions first (they have a day), then drafts, the newest first; with who began them."""
    items = (
        select(func.count()).select_from(CompletionItem).join(Completion, Completion.id == CompletionItem.completion_id)
        .where(Completion.project_id == Project.id, Completion.completed_at.is_(None), CompletionItem.answered_at.is_(None))
        .correlate(Project).scalar_subquery()
    )  # fmt: skip
    due = (
        select(Completion.due_on).where(Completion.project_id == Project.id, Completion.completed_at.is_(None))
        .limit(1).correlate(Project).scalar_subquery()
    )  # fmt: skip
    asked = (
        select(
            Project.id, Project.title, Project.type, Project.state, Project.updated_at, User.name.label("by"),
            items.label("unanswered"), due.label("due"),
        )
        .join(User, User.id == Project.created_by_id)
        .where(Project.house_id == house_id, Project.state.in_(WAITING))
        .order_by(Project.state, Project.updated_at.desc(), Project.id.desc())
    )  # fmt: skip
    return paged(asked, page, per)


def name_of(person_id: int | None) -> str | None:
    """The name of somebody who saved a draft."""
    return db.session.scalar(select(User.name).where(User.id == person_id)) if person_id else None


def begun_just_now(actor: Actor, title: str, type_: str) -> Project | None:
    """The draft this person began under that title and as that type within two minutes: the button was pressed twice."""
    asked = select(Project).where(
        Project.house_id == actor.organisation_id, Project.created_by_id == actor.id, Project.state == "draft",
        Project.title_key == title_key(title), Project.title == title, Project.type == type_,
        Project.created_at > utcnow() - timedelta(minutes=2),
    )  # fmt: skip
    return db.session.scalars(asked.order_by(Project.id.desc())).first()


def was_taken(token: str, actor: Actor) -> bool:
    """Whether that upload of the person was attached already."""
    upload = db.session.get(Upload, token)
    return upload is not None and upload.owner_id == actor.id and upload.state == "taken"
