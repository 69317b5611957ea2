"""Who may watch a cut, and that he did: noted once per person, file and session, in a short write of its own."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from audiovisual.kernel import audit
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db
from workflows.access import Actor, knows_project, not_recused
from workflows.errors import Unknown

from .models import CutPart, Viewing
from .queries import watches


def may_watch(part: CutPart | None, actor: Actor) -> CutPart:
    """The file, for its own house, the bureau, and experts who accepted to read this cut; nobody else learns of it."""
    if part is None:
        raise Unknown()
    project = part.cut.project
    own = "producer" in actor.roles and actor.organisation_id == project.house_id
    if own or (actor.is_staff and knows_project(project, actor)):
        refusal = not_recused(project, actor)
        if refusal is not None:
            raise refusal
        return part
    if "expert" in actor.roles and watches(part.cut_id, actor.id):
        return part
    raise Unknown()


def note_viewing(part: CutPart, actor: Actor, session_id: int) -> bool:
    """Note that the person opens this file in this session; gives whether it was the first time."""
    key = {"user_id": actor.id, "file_id": part.file_id, "session_id": session_id}
    if _known(key):
        return False
    try:
        with unit_of_work() as session:
            session.add(Viewing(**key, project_id=part.cut.project_id))
            session.flush()
            audit.record("cut.view", part.cut, actor, part=part.id, episode=part.episode, sha256=part.file.sha256)
    except IntegrityError:  # another piece of the same film was asked for at the same moment, and noted it
        return False
    return True


def _known(key: dict[str, int]) -> bool:
    return db.session.scalar(select(Viewing.id).filter_by(**key)) is not None
