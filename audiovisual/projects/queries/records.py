"""What was recorded along a title's life: notices, co-reviews, screenings, permits, changes, progress, airing."""

from __future__ import annotations

from typing import Any

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import aliased, joinedload

from audiovisual.kernel.model import constant, db
from audiovisual.people.models import House, User
from audiovisual.people.queries.presence import in_office, names_in_office
from workflows import uscc
from workflows.naming import key
from workflows.records import ENDED

from ..models import Airing, ChangeRequest, Completion, CoReview, Permit, Progress, Project, Question, Screening


def _of(model: Any, project: Project, *order: Any) -> list[Any]:
    """All rows of that kind, with their papers where they have any."""
    asked = select(model).where(model.project_id == project.id).order_by(*order)
    if hasattr(model, "file"):
        asked = asked.options(joinedload(model.file))
    return list(db.session.scalars(asked))


def completions(project: Project) -> list[Completion]:
    """Completion notices, newest first, with their items."""
    return _of(Completion, project, Completion.id.desc())


def co_reviews(project: Project) -> list[CoReview]:
    """Co-reviews in the order they were asked."""
    return _of(CoReview, project, CoReview.id)


def screenings(project: Project) -> tuple[list[Screening], dict[int, str]]:
    """Screenings, newest first, and the names of those who wrote and decided them."""
    by, decider = aliased(User), aliased(User)
    asked = select(Screening, by.name, decider.name).where(Screening.project_id == project.id)
    asked = asked.outerjoin(by, by.id == Screening.officer_id).outerjoin(decider, decider.id == Screening.decided_by_id)
    rows = db.session.execute(asked.order_by(Screening.id.desc())).all()
    wrote = {row[0].officer_id: row[1] for row in rows}
    return [row[0] for row in rows], wrote | {row[0].decided_by_id: row[2] for row in rows if row[2]}


def permits(project: Project) -> list[Permit]:
    """Filing numbers and licences, oldest first."""
    return _of(Permit, project, Permit.issued_on, Permit.id)


def change_requests(project: Project) -> list[ChangeRequest]:
    """Changes asked for, newest first."""
    return _of(ChangeRequest, project, ChangeRequest.id.desc())


def progress(project: Project) -> list[Progress]:
    """Progress reports, newest month first."""
    return _of(Progress, project, Progress.period.desc())


def airings(project: Project) -> list[Airing]:
    """Where it went out."""
    return _of(Airing, project, Airing.id)


def open_change(project: Project) -> list[ChangeRequest]:
    """Changes that wait for the house that is to take the title over, or for the officer."""
    waiting = ChangeRequest.state.in_(constant("offered", "asked"))
    asked = select(ChangeRequest).where(ChangeRequest.project_id == project.id, waiting)
    return list(db.session.scalars(asked.order_by(ChangeRequest.id)))


def contact_of_asking(asked: ChangeRequest) -> str:
    """Name and telephone of whom to call at the house that asks to give a title away: of the title while it is still
    theirs, else of the house."""
    house_id = db.session.scalar(select(User.house_id).where(User.id == asked.asked_by_id))
    house = db.session.get_one(House, house_id or asked.project.house_id)
    own = asked.project if asked.project.house_id == house.id else house
    name, phone = own.contact_name or house.contact_name, own.contact_phone or house.contact_phone
    return f"{name or ''} {phone or ''}".strip()


def offered_to(house_id: Any) -> Any:
    """The titles a house is asked to take over and has not answered for, the oldest first."""
    return (
        select(ChangeRequest.id, ChangeRequest.before, ChangeRequest.asked_at, Project.title, Project.number)
        .join(Project, Project.id == ChangeRequest.project_id)
        .where(ChangeRequest.house_after_id == house_id, ChangeRequest.state == "offered", Project.state.not_in(constant(*ENDED)))
        .order_by(ChangeRequest.id)
    )  # fmt: skip


def open_questions(project: Project) -> list[Question]:
    """What the house asked and nobody has answered or marked as done, the oldest first, each with who asked."""
    asked = select(Question).where(Question.project_id == project.id, Question.settled_at.is_(None))
    return list(
        db.session.scalars(asked.order_by(Question.id).options(joinedload(Question.asked_by).lazyload(User.grants)))
    )


def change_request(record_id: int) -> ChangeRequest | None:
    """A change asked for, whoever asks; callers pass it through `visible_or_404`."""
    return db.session.get(ChangeRequest, record_id)


def record(model: Any, record_id: int, project: Project) -> Any:
    """A record of this title by its id, or None."""
    row = db.session.get(model, record_id)
    return row if row is not None and row.project_id == project.id else None


def officers_ever() -> list[tuple[int, str, bool]]:
    """Whose titles one may look for, by name: id, name, and whether they are officers today. Who is an officer no more
    stands last, and only where a title is still, or was when it ended, in their charge."""
    today_ = User.id.in_(in_office("officer"))
    had = exists().where(Project.officer_id == User.id)
    asked = select(User.id, User.name, today_.label("here")).where(or_(today_, had))
    return [
        (row.id, row.name, row.here) for row in db.session.execute(asked.order_by(today_.desc(), User.name, User.id))
    ]


def officers() -> list[tuple[int, str]]:
    """Officers in service, by name."""
    return names_in_office("officer")


def house_named(words: str) -> House | None:
    """The admitted house of that full name, whatever its brackets, blanks and width, or of that social credit code."""
    admitted = select(House.id, House.name, House.uscc).where(House.state == "admitted").order_by(House.id)
    name, code = key(words), uscc.normalised(words)
    found = next((row.id for row in db.session.execute(admitted) if row.uscc == code or key(row.name) == name), None)
    return db.session.get(House, found) if found else None
