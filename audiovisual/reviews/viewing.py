"""Who may watch a cut, and that he did; who read what others wrote in a round.

Either is noted once per person, thing and session, in a short write of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from flask import current_app
from sqlalchemy import exists, insert, select
from sqlalchemy.exc import IntegrityError

from audiovisual.kernel import audit
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db
from workflows.access import Actor, knows_project, not_recused
from workflows.errors import Unknown

from .models import Assignment, CutPart, Opinion, OpinionReading, Round, Viewing
from .queries import watches

REMEMBERED = 10_000
"""Pages of opinions a process remembers as noted."""


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


def note_reading(opinion_ids: Sequence[int], actor: Actor, session_id: int) -> None:
    """Note that the person is shown these opinions; what he wrote himself is not noted.

    To be called when the page is made and before it is sent: nothing is read that is not noted. A process remembers what
    it found noted, so that to read on costs nothing.
    """
    known: set[tuple[int, ...]] = current_app.extensions.setdefault("opinion_readings", set())
    key = session_id, *opinion_ids
    if not opinion_ids or key in known:
        return
    rounds = _unnoted(opinion_ids, actor, session_id)
    try:
        _note(rounds, actor, session_id)
    except IntegrityError:  # another window noted some of them at the same moment
        _note(_unnoted(opinion_ids, actor, session_id), actor, session_id)
    if len(known) >= REMEMBERED:
        known.clear()
    known.add(key)


@dataclass(frozen=True)
class Shown:
    """A round of which opinions are shown: as much of it as the trace keeps."""

    id: int
    project_id: int
    ordinal: int

    __tablename__: ClassVar = Round.__tablename__


def _note(rounds: Sequence[Shown], actor: Actor, session_id: int) -> None:
    if not rounds:
        return
    with unit_of_work() as session:
        whose = {"user_id": actor.id, "session_id": session_id}
        session.execute(insert(OpinionReading), [{**whose, "round_id": round_.id} for round_ in rounds])
        audit.record_many([("opinion.view", round_, actor, None, {"round": round_.ordinal}) for round_ in rounds])


def _unnoted(opinion_ids: Sequence[int], actor: Actor, session_id: int) -> Sequence[Shown]:
    noted = exists().where(
        OpinionReading.user_id == actor.id, OpinionReading.round_id == Round.id, OpinionReading.session_id == session_id
    )
    written = select(Assignment.round_id).join(Opinion, Opinion.assignment_id == Assignment.id)
    written = written.where(Opinion.id.in_(opinion_ids), Assignment.expert_id != actor.id)
    rounds = select(Round.id, Round.project_id, Round.ordinal).where(Round.id.in_(written), ~noted).order_by(Round.id)
    return [Shown(*row) for row in db.session.execute(rounds)]
