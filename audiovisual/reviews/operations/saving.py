"""Saving what an expert types, quickly: one statement finds the row with all that decides, one writes it.

The write repeats the conditions of `opinions.writable` in SQL, so that nothing is written after a signature or a freeze
that came in between; a test holds the two together. No lock is held while the text is read and checked.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

from sqlalchemy import Update, and_, bindparam, case, exists, or_, select, update

from audiovisual.kernel.database import operation
from audiovisual.kernel.model import db, utcnow
from audiovisual.people.versions import LostRace
from audiovisual.projects.models import Project
from workflows.access import Actor
from workflows.errors import Unknown

from ..models import Assignment, Clause, Cut, CutPart, Norm, Opinion, OpinionRow, Round
from ..typed import Place
from .opinions import ELSEWHERE, refuse_closed

ROW, OPINION, SEAT = OpinionRow.__table__, Opinion.__table__, Assignment.__table__
ROUND, CUT, PART, TITLE = Round.__table__, Cut.__table__, CutPart.__table__, Project.__table__
CLAUSE, NORM = Clause.__table__, Norm.__table__

_CITED = case((NORM.c.issuer != "", NORM.c.code + CLAUSE.c.reference), else_=CLAUSE.c.reference)
_CLAUSE_ID = (
    select(CLAUSE.c.id).join(NORM, NORM.c.id == CLAUSE.c.norm_id).where(bindparam("basis") == _CITED).limit(1)
    .scalar_subquery()
)  # fmt: skip
_PART_AT_HAND = and_(PART.c.cut_id == CUT.c.id, or_(PART.c.episode == bindparam("episode"), PART.c.episode == 0))
_FIND = (
    select(
        ROW.c.version, SEAT.c.id.label("assignment_id"), SEAT.c.expert_id, SEAT.c.state, ROUND.c.state.label("round"),
        ROUND.c.form, TITLE.c.state.label("project"), CUT.c.episodes, PART.c.id.label("part_id"), PART.c.rate_num,
        PART.c.rate_den, PART.c.start_frame, PART.c.drop, PART.c.frames, _CLAUSE_ID.label("clause_id"),
    )
    .select_from(
        ROW.join(OPINION, OPINION.c.id == ROW.c.opinion_id).join(SEAT, SEAT.c.id == OPINION.c.assignment_id)
        .join(ROUND, ROUND.c.id == SEAT.c.round_id).join(TITLE, TITLE.c.id == SEAT.c.project_id)
        .join(CUT, CUT.c.id == ROUND.c.cut_id).outerjoin(PART, _PART_AT_HAND)
    )
    .where(ROW.c.id == bindparam("row"))
    .order_by(PART.c.episode.desc())
    .limit(1)
)  # fmt: skip
_OPEN = exists().where(
    OPINION.c.id == ROW.c.opinion_id, SEAT.c.id == OPINION.c.assignment_id, SEAT.c.expert_id == bindparam("me"),
    SEAT.c.state == "accepted", ROUND.c.id == SEAT.c.round_id, ROUND.c.state == "reading",
    TITLE.c.id == SEAT.c.project_id, TITLE.c.state == "in_review",
)  # fmt: skip


@cache
def _write(names: frozenset[str]) -> Update:
    """The statement that writes these columns; made once for each set of them, because making it costs more than
    running it."""
    known = update(ROW).where(ROW.c.id == bindparam("row"), ROW.c.version == bindparam("seen"), _OPEN)
    return known.values({ROW.c[name]: bindparam(f"new_{name}", type_=ROW.c[name].type) for name in names})


@dataclass(frozen=True)
class Target:
    """A row about to be saved: whose it is, which version stands, where it may point, the clause its basis names."""

    version: int
    assignment_id: int
    place: Place
    form: dict[str, Any]
    clause_id: int | None


def target(row_id: int, actor: Actor, episode: int | None, basis: str) -> Target:
    """Everything saving needs, in one statement. Refuses another's row (404), a seat given up (403), a closed one."""
    found = (
        db.session.connection().execute(_FIND, {"row": row_id, "episode": episode or 0, "basis": basis or " "}).first()
    )
    if found is None or found.expert_id != actor.id or "expert" not in actor.roles:
        raise Unknown()
    refuse_closed(found.state, found.round, found.project)
    rate = Fraction(found.rate_num, found.rate_den) if found.part_id else None
    place = Place(found.episodes, rate, found.start_frame or 0, bool(found.drop), found.frames)
    return Target(found.version, found.assignment_id, place, found.form, found.clause_id)


@operation
def store(row_id: int, actor: Actor, version: int, values: dict[str, Any]) -> int:
    """Write the values if the row still stands at `version`, and give the new one; else `LostRace`."""
    written = {**values, "version": version + 1, "updated_at": utcnow()}
    changed = db.session.connection().execute(
        _write(frozenset(written)),
        {"row": row_id, "seen": version, "me": actor.id, **{f"new_{name}": value for name, value in written.items()}},
    )
    if changed.rowcount != 1:
        raise LostRace(ELSEWHERE)
    return version + 1
