"""What search may find of a review: signed opinions once they are open, and the rows a letter asks of a house."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from audiovisual.kernel import findable
from audiovisual.kernel.findable import Finding
from audiovisual.people.models import User
from audiovisual.projects.models import Project

from .models import Assignment, Opinion, Round

OPEN = ("frozen", "proposed", "agreed", "decided", "issued", "closed")


def finding_of(opinion: Opinion) -> Finding | None:
    """An opinion as it is found; None while it is not signed or its round still hides the opinions."""
    assignment = opinion.assignment
    if assignment.state != "signed" or assignment.round.state not in OPEN:
        return None
    project, rows = assignment.round.project, opinion.rows
    return Finding(
        kind="opinion", id=opinion.id, project_id=project.id, number=project.number or "", title=project.title,
        names=assignment.expert.name, text="\n".join([opinion.comment, *(f"{r.problem} {r.basis} {r.demand_text}" for r in rows)]),
        url=f"/reviews/{assignment.round_id}#opinion-{opinion.id}", audience=f"owner:{assignment.expert_id}",
    )  # fmt: skip


def every() -> Select[tuple[Opinion]]:
    """All opinions, for a rebuild."""
    return select(Opinion)


def refresh(session: Session, round_: Round) -> None:
    """Bring a round's opinions up to date after its state changed."""
    opinions = [a.opinion for a in round_.assignments if a.opinion is not None]
    findable.refresh(session, opinions)


def _seats(*which: Any) -> Select[tuple[Opinion]]:
    """The opinions of those seats."""
    return every().join(Assignment, Opinion.assignment_id == Assignment.id).join(Round).where(*which)


def _was_delivered(project: Project) -> bool:
    """Whether there may be opinions of it."""
    return project.delivered_at is not None


findable.repeats(
    Project, ("title", "number"), lambda id_: _seats(Round.project_id == id_), at_once=True, when=_was_delivered
)
findable.repeats(User, ("name",), lambda id_: _seats(Assignment.expert_id == id_))
findable.register("opinion", Opinion, finding_of, every)
