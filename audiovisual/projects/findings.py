"""What search may find of a title: its names, numbers, people, companies and texts; and whose titles an expert reaches."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, event, select
from sqlalchemy.orm import Session, selectinload, undefer_group

from audiovisual.kernel import findable
from audiovisual.kernel.findable import Finding, Reach
from audiovisual.kernel.model import db
from audiovisual.people.models import House
from workflows.access import Actor

from . import queries, search_keys  # noqa: F401  # the keys come with the findings
from .models import CoProducer, Credit, FormerTitle, Permit, Project, Tie


def finding_of(project: Project) -> Finding | None:
    """A title as the index keeps it. Drafts are for their house; a discarded draft is gone."""
    if project.state == "discarded":
        return None
    former = [name.title for name in project.former_titles]
    people = [credit.name for credit in project.credits]
    house = db.session.get(House, project.house_id) or project.house  # the one it belongs to from this change on
    companies = [house.name, house.short_name, *(company.name for company in project.co_producers)]
    permits = [permit.number for permit in project.permits]
    return Finding(
        kind="project", id=project.id, project_id=project.id, number=project.number or "", title=project.title,
        names="\n".join(part for part in (*former, *people, *companies, *permits) if part),
        text="\n".join(part for part in (project.synopsis, project.theme_statement, project.source_work) if part),
        url=f"/projects/{project.id}", audience="house" if project.state == "draft" else "project",
        house_id=project.house_id, state=project.machine.state(project.state).public,
    )  # fmt: skip


def every() -> Select[Any]:
    """All titles with what their findings are made of."""
    return select(Project).options(
        undefer_group("texts"), selectinload(Project.credits), selectinload(Project.co_producers),
        selectinload(Project.former_titles), selectinload(Project.permits),
    )  # fmt: skip


def reach(actor: Actor) -> Reach:
    """Rights for the index: the bureau's, a house's, and the projects whose readers an expert is among."""
    readable = None
    if "expert" in actor.roles and not actor.is_staff:
        readable = select(Project.id).where(
            Project.id.in_(select(Tie.project_id).where(Tie.user_id == actor.id, Tie.kind == "reader")),
            Project.state.not_in(queries.HIDDEN),
        )
    house_id = actor.organisation_id if "producer" in actor.roles else None
    barred = select(Tie.project_id).where(Tie.user_id == actor.id, Tie.kind == "recused") if actor.is_staff else None
    return Reach(staff=actor.is_staff, house_id=house_id, project_ids=readable, barred=barred)


@event.listens_for(Session, "before_flush")
def _with_parts(session: Session, context: Any, instances: Any) -> None:
    """A title is indexed anew when its people, companies, former titles or permits changed without it."""
    for row in (*session.new, *session.dirty, *session.deleted):
        if isinstance(row, (Credit, CoProducer, FormerTitle, Permit)):
            owner = row.project or (session.get(Project, row.project_id) if row.project_id else None)
            if owner is not None:
                findable.mark(session, owner)


findable.set_reach(reach)
findable.repeats(House, ("name", "short_name"), lambda id_: every().where(Project.house_id == id_))
findable.register("project", Project, finding_of, every)
