"""The score sheet: each line saved as it is typed."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.web import current_actor, requires, wants_json
from audiovisual.people.versions import LostRace
from workflows.errors import Unknown

from .. import together, typed
from ..models import Assignment, OpinionScore
from ..operations import opinions
from ..operations.opinions import ELSEWHERE
from ..sheet import ScoreLine, score_lines
from . import bp
from .both import score_beside
from .reach import writing
from .room import page_after, saved, sorted_out


@bp.post("/reviews/tasks/<int:assignment_id>/scores/<key>")
@requires("review.write")
def save_score(assignment_id: int, key: str) -> ResponseReturnValue:
    """Save one line of the score sheet."""
    task, actor = writing(assignment_id), current_actor()
    line = _line(task, key)
    values, errors = typed.read_score(request.form, line.is_check)
    score = _standing(task, key)
    stored = together.of_score(score)
    found, seen = sorted_out(values, stored, score.version if score else 0)
    given = {**stored, **found.mine}
    try:
        if found.conflicts:
            raise LostRace(ELSEWHERE)
        with unit_of_work():
            version = opinions.save_score(task, actor, key, given["score"], given["reason"], seen).version
    except LostRace:
        return score_beside(writing(assignment_id), line, found)
    if wants_json():
        return saved(version, errors, values, found, stored)
    return page_after(assignment_id, line.id, errors)


def _line(task: Assignment, key: str) -> ScoreLine:
    line = next((line for line in score_lines(task.round.form, ()) if line.key == key), None)
    if line is None:
        raise Unknown()
    return line


def _standing(task: Assignment, key: str) -> OpinionScore | None:
    return next((score for score in task.opinion.scores if score.dimension == key), None) if task.opinion else None


@bp.route("/reviews/tasks/<int:assignment_id>/scores/<key>/both", methods=["GET", "POST"])
@requires("review.write")
def score_both(assignment_id: int, key: str) -> ResponseReturnValue:
    """Both texts of a score."""
    task = writing(assignment_id)
    line = _line(task, key)
    values = typed.read_score(request.form, line.is_check)[0]
    found, _seen = sorted_out(values, together.of_score(_standing(task, key)), -2)
    return score_beside(task, line, found)
