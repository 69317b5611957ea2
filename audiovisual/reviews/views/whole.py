"""The whole room by one form, for browsers without script: whichever button is pressed, all that was typed is saved.

A field stands in it with the part it belongs to: `problem-r12` of row 12, `score-B` of a line of the score sheet,
`comment-overall`. Of a part that was saved elsewhere meanwhile, fields this page did not touch stay as they are stored;
what both changed stays in front of the expert, with what the other window saved beside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.forms import whole_number
from audiovisual.kernel.merging import Merged, merge, print_of, unpacked
from audiovisual.kernel.model import db
from audiovisual.kernel.web import current_actor, requires
from workflows.errors import Sentence, say
from workflows.review import OUTCOMES

from .. import together, typed, vocabulary
from ..models import Assignment
from ..operations import opinions, saving
from ..sheet import Back, RowView, ScoreLine, row_view, score_lines
from . import bp
from .reach import writing
from .room import episode_typed, names_of, own_dropped, place_in, room_page

Places = dict[str, Back]


@bp.post("/reviews/tasks/<int:assignment_id>/all")
@requires("review.write")
def save_all(assignment_id: int) -> ResponseReturnValue:
    """Save the whole room; then what the button says: open a row, make, take out or put back one, read it, sign it, look at
    the task or at another episode."""
    task = writing(assignment_id)
    opinions.writable(task, current_actor())
    then, _colon, which = request.form.get("then", "").partition(":")
    parts = _parts()
    lines = score_lines(task.round.form, task.opinion.scores)
    back: Places = {part: _save_row(task, int(part[1:]), parts[part]) for part in parts if ROW.fullmatch(part)}
    back |= {line.key: _save_line(task, line, parts[line.key]) for line in lines if line.key in parts}
    back |= {"overall": _save_overall(task, parts["overall"])} if "overall" in parts else {}
    if then == "drop":
        _drop(task, whole_number(which), back)
    if any(part.errors for part in back.values()):
        flash(_("有几处写得不对，其余已保存。"), "warning")
        return room_page(writing(assignment_id), 422, ("whole", back))
    return AFTER.get(then, _stay)(task, then, whole_number(which))


def _parts() -> dict[str, dict[str, str]]:
    """What was typed, by the part of the room it belongs to."""
    found: dict[str, dict[str, str]] = {}
    for name, value in request.form.items():
        field, _hyphen, part = name.rpartition("-")
        if field:
            found.setdefault(part, {})[field] = value
    return found


# ---- rows ----

ROW = re.compile(r"r[0-9]{1,9}")
"""How the form names a row."""


def _save_row(task: Assignment, row_id: int, given: dict[str, str]) -> Back:
    """Save what was typed into a row; one that was taken out elsewhere is made anew, if anything was typed into it here."""
    row = next((row for row in task.opinion.rows if row.id == row_id), None)
    if row is None:
        return _made_anew(task, given)
    cut = task.round.cut
    if _untouched(given, row_view(row, 0, cut)):
        return Back()
    goal = saving.target(row_id, current_actor(), episode_typed(given), typed.text_of(given, "basis")[:201])
    values, errors = typed.read_row(given, goal.place, names_of(task))
    stored = together.of_row(row)
    found = _sorted_out(together.of_values(values), stored, row.version, given)
    if found.mine:
        with unit_of_work():
            saving.store(row_id, current_actor(), row.version, together.columns(found.mine, goal.clause_id))
        db.session.refresh(row)
    for name in found.conflicts:
        errors[_control(name)] = _elsewhere(_said_of_row(name, row_view(row, 0, cut), task))
    return Back(_without(given, found.theirs), errors, bool(found.conflicts))


def _untouched(given: Mapping[str, str], view: RowView) -> bool:
    """Whether the fields came as the row stands: most rows of a room, and no statement is needed for them."""
    names = (*together.PLACE_SHOWN, *together.ALONE)
    return all(given.get(name, "") == str(getattr(view, name) or "") for name in names)


def _made_anew(task: Assignment, given: Mapping[str, str]) -> Back:
    """What was typed into a row that stands no more: nothing, the row as it was taken out, or words of this page's own."""
    values, _errors = typed.read_row(given, place_in(task, episode_typed(given)), names_of(task))
    said, base = together.of_values(values), unpacked(given.get("base")) or {}
    gone = [[print_of(dropped.content.get(name)) for name in values] for dropped in task.opinion.dropped]
    if (
        all(base.get(name) == print_of(value) for name, value in said.items())
        or [*map(print_of, values.values())] in gone
    ):
        return Back()
    with unit_of_work():
        opinions.add_row(task, current_actor(), None, **values)
    flash(_("有一条在别处删去了，您在这里写的另存成了新的一条。"), "warning")
    return Back()


def _control(name: str) -> str:
    """The control that shows what is wrong with a field: the place has three."""
    return "tc_in" if name == "place" else name


def _said_of_row(name: str, view: RowView, task: Assignment) -> Any:
    """What stands stored in a field of a row, in words."""
    said = getattr(view, name, "")
    if name == "place":
        code = "—".join(filter(None, (view.tc_in, view.tc_out)))
        return f"{view.episode} {code}" if view.episode else code
    words = {"demand": vocabulary.DEMANDS, "severity": vocabulary.SEVERITIES}.get(name)
    if name == "dimension" and said in names_of(task):
        return say(names_of(task)[said][1])
    return say(words[said]) if words and said in words else said


def _drop(task: Assignment, row_id: int | None, back: Places) -> None:
    """Take a row out, with what was typed into it; where another window changed it meanwhile, it stays to be looked at."""
    part = back.get(f"r{row_id}", Back())
    row = next((row for row in task.opinion.rows if row.id == row_id), None)
    if row is None or part.elsewhere:
        return
    with unit_of_work():
        opinions.drop_row(row, current_actor())
    part.errors = {}


# ---- scores and the overall comment ----


def _save_line(task: Assignment, line: ScoreLine, given: dict[str, str]) -> Back:
    """Save what was typed into a line of the score sheet."""
    values, errors = typed.read_score(given, line.is_check)
    stored = {"score": line.score, "reason": line.reason}
    found = _sorted_out(values, stored, line.version, given)
    if found.mine:
        new = {**stored, **found.mine}
        with unit_of_work():
            opinions.save_score(task, current_actor(), line.key, new["score"], new["reason"], line.version)
    for name in found.conflicts:
        errors[name] = _elsewhere(_score_said(line) if name == "score" else line.reason)
    return Back(_without(given, found.theirs), errors, bool(found.conflicts))


def _score_said(line: ScoreLine) -> Any:
    """A score in words: of a check whether it is met."""
    if not line.is_check or line.score is None:
        return line.score
    return say("合格") if line.score else say("不合格")


def _save_overall(task: Assignment, given: dict[str, str]) -> Back:
    """Save the conclusion and the overall comment."""
    values, errors = typed.read_overall(given)
    stored = together.of_overall(task.opinion)
    found = _sorted_out(values, stored, task.opinion.version, given)
    if found.mine:
        new = {**stored, **found.mine}
        with unit_of_work():
            opinions.save_opinion(task, current_actor(), task.opinion.version, new["conclusion"], new["comment"])
    for name in found.conflicts:
        said = say(OUTCOMES[stored[name]]) if name == "conclusion" and stored[name] else stored[name]
        errors[name] = _elsewhere(said)
    return Back(_without(given, found.theirs), errors, bool(found.conflicts))


# ---- another window ----


def _sorted_out(values: Mapping[str, Any], stored: Mapping[str, Any], version: int, given: Mapping[str, str]) -> Merged:
    """What becomes of what was typed into a part that stands stored so, in that version."""
    return merge(values, stored, unpacked(given.get("base")), fresh=whole_number(given.get("version")) == version)


def _elsewhere(said: Any) -> Sentence:
    """Both windows changed a field: what the other one saved."""
    return say("这一处在别处存成了：%(said)s。再存一次，就用您写的。", said=said or "—")


def _without(given: Mapping[str, str], theirs: list[str]) -> dict[str, str]:
    """What is shown as typed again: not what another window saved in fields this one did not touch."""
    left = {control for name in theirs for control in (together.PLACE_SHOWN if name == "place" else (name,))}
    return {name: value for name, value in given.items() if name not in left}


# ---- after saving ----


def _stay(task: Assignment, then: str, row_id: int | None) -> ResponseReturnValue:
    """The room again, where the button was."""
    flash(_("已保存。"), "success")
    return _at(task, row=row_id) if row_id else _to_room(task, then if then in ("scores", "overall") else "rows")


def _at(task: Assignment, row: int) -> ResponseReturnValue:
    return redirect(url_for("reviews.room", assignment_id=task.id, row=row, _anchor=f"row-{row}"), 303)


def _to_room(task: Assignment, place: str) -> ResponseReturnValue:
    return redirect(url_for("reviews.room", assignment_id=task.id, _anchor=place), 303)


def _one_more(task: Assignment, _then: str, row_id: int | None) -> ResponseReturnValue:
    """A new row, in the episode of the one it was asked for at."""
    before = next((row for row in task.opinion.rows if row.id == row_id), None)
    fields = {"episode": before.episode} if before is not None and before.episode else {}
    return _at(task, opinions.add_row(task, current_actor(), None, **fields).id)


def _dropped(task: Assignment, _then: str, _row: int | None) -> ResponseReturnValue:
    flash(_("已删去这一条，要用可以在最下面放回。"), "success")
    return _to_room(task, "rows")


def _restore(task: Assignment, _then: str, dropped_id: int | None) -> ResponseReturnValue:
    """Put back a row that was taken out."""
    row = opinions.restore_row(own_dropped(dropped_id or 0), current_actor())
    flash(_("已放回。"), "success")
    return _at(task, row.id)


def _look(task: Assignment, _then: str, _row: int | None) -> ResponseReturnValue:
    return redirect(url_for("reviews.opinion", assignment_id=task.id), 303)


def _sign(task: Assignment, _then: str, _row: int | None) -> ResponseReturnValue:
    return redirect(url_for("reviews.signing", assignment_id=task.id), 303)


def _task(task: Assignment, _then: str, _row: int | None) -> ResponseReturnValue:
    return redirect(url_for("reviews.task", assignment_id=task.id), 303)


def _episode(task: Assignment, _then: str, number: int | None) -> ResponseReturnValue:
    """The room with another episode in the player; one that is not there is answered by the room itself."""
    return redirect(url_for("reviews.room", assignment_id=task.id, episode=number), 303)


AFTER: dict[str, Callable[[Assignment, str, int | None], ResponseReturnValue]] = {
    "add": _one_more, "drop": _dropped, "restore": _restore, "look": _look, "sign": _sign,
    "task": _task, "episode": _episode,
}  # fmt: skip
"""What a button does beside saving; by the first word of its value."""
