"""The score sheet: each line saved as it is typed, and without script the whole sheet by one button.

Of a sheet that is sent as a whole nothing is dropped: what is right is saved, what is wrong or was saved elsewhere
meanwhile stays in front of the expert.
"""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.forms import whole_number
from audiovisual.kernel.web import current_actor, requires, wants_json
from audiovisual.people.versions import LostRace
from workflows.errors import Sentence, Unknown, say

from .. import together, typed
from ..models import Assignment, OpinionScore
from ..operations import opinions
from ..operations.opinions import ELSEWHERE
from ..sheet import ScoreLine, score_lines
from . import bp
from .both import score_beside
from .reach import writing
from .room import of_line, page_after, room_page, saved, sorted_out


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


@bp.post("/reviews/tasks/<int:assignment_id>/scores")
@requires("review.write")
def save_scores(assignment_id: int) -> ResponseReturnValue:
    """Save the whole score sheet, without script."""
    task = writing(assignment_id)
    opinions.writable(task, current_actor())
    lines = score_lines(task.round.form, task.opinion.scores)
    errors = {line.key: wrong for line in lines if (wrong := _save_line(task, line, of_line(line.key)))}
    if errors:
        flash(_("有几处写得不对，其余已保存。"), "warning")
        return room_page(writing(assignment_id), 422, ("scores", errors))
    flash(_("已保存。"), "success")
    return redirect(url_for("reviews.room", assignment_id=assignment_id, _anchor="scores"), 303)


def _save_line(task: Assignment, line: ScoreLine, given: dict[str, str]) -> dict[str, Sentence]:
    """Save what was typed into a line and is new; gives what is wrong with it, by field."""
    values, errors = typed.read_score(given, line.is_check)
    stored = {"score": line.score, "reason": line.reason}
    wanted: dict[str, Any] = {**stored, **(values if "reason" in given else {})}
    if wanted == stored:
        return errors
    if whole_number(given.get("version")) != line.version:
        return {**errors, "reason": _elsewhere(line)}
    with unit_of_work():
        opinions.save_score(task, current_actor(), line.key, wanted["score"], wanted["reason"], line.version)
    return errors


def _elsewhere(line: ScoreLine) -> Sentence:
    said = (
        say("合格")
        if line.is_check and line.score
        else say("不合格")
        if line.is_check and line.score == 0
        else line.score
    )
    return say(
        "这一项在别处存过（%(score)s；%(reason)s）。再存一次，就用您写的。", score=said, reason=line.reason or "—"
    )


@bp.route("/reviews/tasks/<int:assignment_id>/scores/<key>/both", methods=["GET", "POST"])
@requires("review.write")
def score_both(assignment_id: int, key: str) -> ResponseReturnValue:
    """Both texts of a score."""
    task = writing(assignment_id)
    line = _line(task, key)
    values = typed.read_score(request.form, line.is_check)[0]
    found, _seen = sorted_out(values, together.of_score(_standing(task, key)), -2)
    return score_beside(task, line, found)
