"""The reading room: the cut at the left, rows, scores and overall comment at the right, all saved as they are typed.

Answers to a script are JSON: {version, at}; 422 {errors, version, at} when some fields are wrong (the others are saved);
409 {url} when the text was changed elsewhere. Sent without script, the same addresses answer with pages; the form of
browsers without script holds the whole room (`whole`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.forms import whole_number
from audiovisual.kernel.merging import Merged, Prints, merge, unpacked
from audiovisual.kernel.model import utcnow
from audiovisual.kernel.text import hour, translated
from audiovisual.kernel.web import current_actor, requires, wants_json
from audiovisual.people.versions import LostRace
from workflows.errors import Unknown
from workflows.review import OUTCOMES

from .. import gathered, queries, together, typed
from ..completeness import placed_lacks, row_lacks
from ..models import Assignment, Cut, DroppedRow, OpinionRow, OpinionScore
from ..operations import opinions, saving
from ..operations.opinions import ELSEWHERE
from ..sheet import (
    Back,
    RowView,
    ScoreLine,
    blank_row,
    dimension_names,
    dropped_view,
    row_view,
    score_lines,
    typed_over,
)
from . import bp
from .both import overall_beside, row_beside
from .reach import to_task, writing


@bp.get("/reviews/tasks/<int:assignment_id>/room")
@requires("review.write")
def room(assignment_id: int) -> ResponseReturnValue:
    """The reading room of a task that was accepted; before, the invitation; after the signature, the opinion."""
    task = writing(assignment_id)
    if task.state == "signed":
        return redirect(url_for("reviews.opinion", assignment_id=task.id), 303)
    if task.state != "accepted":
        return to_task(task)
    return room_page(task)


def room_page(
    task: Assignment, status: int = 200, wrong: tuple[str, Mapping[str, Any]] | None = None
) -> ResponseReturnValue:
    """The page. `wrong` is the id of the form that came back and its sentences by field: it keeps what was typed."""
    round_, written = task.round, task.opinion
    gathered.fill([written])
    kept = written.rows
    rows = [_view(row, n, round_.cut) for n, row in enumerate(kept, 1)]
    lines = _lines(round_.form, written.scores)
    overall = {"conclusion": written.conclusion or "", "comment": written.comment, "errors": {}}
    overall["base"] = together.base_of(together.of_overall(written))
    if wrong is not None:
        _keep_typed(wrong, rows, lines, overall)
    episode = _episode_asked(round_.cut, rows)
    page = render_template(
        "reviews/room.html", task=task, round=round_, project=round_.project, opinion=written, rows=rows, lines=lines,
        overall=overall, episode=episode, part=round_.cut.part_of(episode), outcomes=OUTCOMES,
        dimensions=dimension_names(round_.form), clauses=queries.clauses(), most=typed.MOST, lacks=len(placed_lacks(task)),
        blank=blank_row(len(rows) + 1), gone=[dropped_view(dropped, round_.cut) for dropped in written.dropped],
        closed=opinions.closed(task),
        open_row=whole_number(request.args.get("row")), saved_at=hour(max([written.updated_at, *(row.updated_at for row in kept)])),
    )  # fmt: skip
    return page, status


def _view(row: OpinionRow, number: int, cut: Cut) -> RowView:
    """A row for the page, with what the page reads of it."""
    view = row_view(row, number, cut)
    view.base = together.base_of(together.of_row(row))
    return view


def _lines(form: dict[str, Any], scores: Sequence[OpinionScore]) -> list[ScoreLine]:
    """The score sheet for the page, with what the page reads of each line."""
    known = {score.dimension: score for score in scores}
    lines = score_lines(form, scores)
    for line in lines:
        line.base = together.base_of(together.of_score(known.get(line.key)))
    return lines


def _keep_typed(
    wrong: tuple[str, Mapping[str, Any]], rows: list[RowView], lines: list[Any], overall: dict[str, Any]
) -> None:
    place, errors = wrong
    if place == "whole":
        return _keep_whole(errors, rows, lines, overall)
    for row in rows:
        if place == f"row-{row.id}":
            typed_over(row, request.form, errors)
    for line in lines:
        if place == line.id:
            line.score, line.reason, line.errors = request.form.get("score", ""), request.form.get("reason", ""), errors
    if place == "overall":
        overall |= {"comment": request.form.get("comment", ""), "errors": errors}
    return None


def _keep_whole(
    parts: Mapping[str, Back], rows: list[RowView], lines: list[ScoreLine], overall: dict[str, Any]
) -> None:
    """The same of all parts at once (`whole`)."""
    for row in rows:
        back = parts.get(f"r{row.id}", Back())
        typed_over(row, back.given if back.errors else {}, back.errors).whole = True
    for line in lines:
        back = parts.get(line.key, Back())
        given = back.given if back.errors else {}
        line.score, line.reason = given.get("score", line.score), given.get("reason", line.reason)
        line.errors = back.errors
    back = parts.get("overall", Back())
    known = {name: back.given[name] for name in ("conclusion", "comment") if back.errors and name in back.given}
    overall |= {**known, "errors": back.errors, "whole": True}


def _episode_asked(cut: Cut, rows: list[RowView]) -> int:
    """The episode to play: the one asked for, the one of the row that is opened, the first; of those that have a file."""
    open_row = whole_number(request.args.get("row"))
    at = next((row.episode for row in rows if row.id == open_row and isinstance(row.episode, int)), None)
    wanted = [whole_number(request.args.get("episode")), at, *range(1, cut.episodes + 1)]
    there = (episode for episode in wanted if episode and 1 <= episode <= cut.episodes and cut.part_of(episode))
    return next(there, 1)


@bp.post("/reviews/rows/<int:row_id>")
@requires("review.write")
def save_row(row_id: int) -> ResponseReturnValue:
    """Save a row as it is typed: one statement reads, one writes."""
    goal = _goal(row_id)
    values, errors = _row_typed(goal)
    try:
        version, theirs = _store(row_id, goal, values)
    except LostRace:
        return row_beside(_own_row(row_id), _beside(row_id, values))
    if not wants_json():
        return page_after(goal.assignment_id, f"row-{row_id}", errors, row=row_id)
    base = together.next_base(base_read(), together.of_values(values), theirs)
    if theirs:
        row = _own_row(row_id)
        view = row_view(row, 0, row.opinion.assignment.round.cut)
        other = together.shown(theirs, together.of_row(row), view)
        return told(version, errors, lacks=[translated(lack) for lack in view.lacks], base=base, theirs=other)
    lacks = [] if errors else [translated(lack) for lack in row_lacks(SimpleNamespace(**values))]
    return told(version, errors, lacks=lacks, base=base)


def _goal(row_id: int) -> saving.Target:
    """The row that is about to be saved."""
    form = request.form
    return saving.target(row_id, current_actor(), episode_typed(form), typed.text_of(form, "basis")[:201])


def _row_typed(goal: saving.Target) -> typed.Typed:
    """What was typed into the row: what is right of it, and what is wrong."""
    values, errors = typed.read_row(request.form, goal.place, dimension_names(goal.form).keys())
    if "basis" in values:
        values["clause_id"] = goal.clause_id
    return values, errors


def _store(row_id: int, goal: saving.Target, values: dict[str, Any]) -> tuple[int, list[str]]:
    """Save what is right, even where the answer says that something is wrong.

    Gives the new version, and the fields that stay as another window saved them because this one did not touch them.
    """
    seen, theirs = version_typed(), []
    if seen != goal.version:
        row = _own_row(row_id)
        found = together.sorted_out(together.of_values(values), together.of_row(row), base_read())
        if found.conflicts:
            raise LostRace(ELSEWHERE)
        seen, theirs, values = row.version, found.theirs, together.columns(found.mine, goal.clause_id)
    if not values:
        return seen, theirs
    with unit_of_work():
        return saving.store(row_id, current_actor(), seen, values), theirs


def _beside(row_id: int, values: dict[str, Any]) -> Merged:
    """What this window and another did to a row."""
    return together.sorted_out(together.of_values(values), together.of_row(_own_row(row_id)), base_read())


def base_read() -> Prints | None:
    """What the window had read of each field."""
    return unpacked(request.form.get("base"))


def episode_typed(form: Mapping[str, str]) -> int | None:
    """The episode that was typed; None for none, or for what is no number."""
    try:
        return typed.whole_of(form, "episode")
    except ValueError:
        return None


def version_typed() -> int:
    """The version the page was made from; nonsense falls behind every version."""
    version = whole_number(request.form.get("version"))
    return -1 if version is None else version


def told(version: int, errors: Mapping[str, Any], **more: Any) -> ResponseReturnValue:
    """The answer to a script."""
    body = {"version": version, "at": hour(utcnow()), **more}
    if not errors:
        return body
    return {**body, "errors": {name: translated(sentence) for name, sentence in errors.items()}}, 422


def page_after(assignment_id: int, place: str, errors: Mapping[str, Any], **query: Any) -> ResponseReturnValue:
    if errors:
        flash(_("有几处写得不对，其余已保存。"), "warning")
        return room_page(writing(assignment_id), 422, (place, errors))
    flash(_("已保存。"), "success")
    return redirect(url_for("reviews.room", assignment_id=assignment_id, _anchor=place, **query), 303)


def _own_row(row_id: int) -> OpinionRow:
    row = queries.find_row(row_id)
    if row is None or row.opinion.assignment.expert_id != current_actor().id:
        raise Unknown()
    return row


@bp.route("/reviews/rows/<int:row_id>/both", methods=["GET", "POST"])
@requires("review.write")
def row_both(row_id: int) -> ResponseReturnValue:
    """Both texts of a row: what was typed here, and what stands saved."""
    found = _beside(row_id, _row_typed(_goal(row_id))[0]) if request.method == "POST" else None
    return row_beside(_own_row(row_id), found)


@bp.post("/reviews/rows/<int:row_id>/drop")
@requires("review.write")
def drop_row(row_id: int) -> ResponseReturnValue:
    """Take a row out; it can be put back, with all that was typed. A script is given the line that says so."""
    version = version_typed()
    if "problem" in request.form:
        goal = _goal(row_id)
        if version != goal.version:  # what another window wrote is not taken out unseen
            raise LostRace(ELSEWHERE)
        version, _theirs = _store(row_id, goal, _row_typed(goal)[0])
    row = _own_row(row_id)
    task = row.opinion.assignment
    dropped = opinions.drop_row(row, current_actor(), version)
    if wants_json():
        html = render_template("reviews/_room_dropped.html", dropped=dropped_view(dropped, task.round.cut))
        return {"html": html, "at": hour(utcnow())}
    flash(_("已删去这一条，要用可以在最下面放回。"), "success")
    return redirect(url_for("reviews.room", assignment_id=task.id, _anchor="rows"), 303)


@bp.post("/reviews/dropped/<int:dropped_id>/restore")
@requires("review.write")
def restore_row(dropped_id: int) -> ResponseReturnValue:
    """Put a row back. A script is given the row, and the id of the row that comes after it."""
    row = opinions.restore_row(own_dropped(dropped_id), current_actor())
    task = row.opinion.assignment
    if not wants_json():
        flash(_("已放回。"), "success")
        return redirect(url_for("reviews.room", assignment_id=task.id, row=row.id, _anchor=f"row-{row.id}"), 303)
    ids = [other.id for other in task.opinion.rows]
    number = ids.index(row.id) + 1
    html = render_template(
        "reviews/_room_row.html", row=_view(row, number, task.round.cut), dimensions=names_of(task), opened=False,
        most=typed.MOST,
    )  # fmt: skip
    return {"html": html, "before": ids[number] if number < len(ids) else None}


def own_dropped(dropped_id: int) -> DroppedRow:
    """A row the expert took out; another's is unknown."""
    dropped = queries.find_dropped(dropped_id)
    if dropped is None or dropped.opinion.assignment.expert_id != current_actor().id:
        raise Unknown()
    return dropped


@bp.post("/reviews/tasks/<int:assignment_id>/rows")
@requires("review.write")
def add_row(assignment_id: int) -> ResponseReturnValue:
    """A new row, at the place where the player stands. A script names it by a `mark`, and is given its id."""
    task = writing(assignment_id)
    opinions.writable(task, current_actor())
    values, _errors = typed.read_row(request.form, place_in(task, episode_typed(request.form)), names_of(task))
    row = opinions.add_row(task, current_actor(), request.form.get("mark", "")[:40] or None, **values)
    if not wants_json():
        return redirect(url_for("reviews.room", assignment_id=assignment_id, row=row.id, _anchor=f"row-{row.id}"), 303)
    base = together.base_of(together.of_row(row))
    return {"id": row.id, "version": row.version, "base": base, "at": hour(utcnow())}


def place_in(task: Assignment, episode: int | None) -> typed.Place:
    """Where a row of this episode may point."""
    cut = task.round.cut
    part = cut.part_of(episode)
    if part is None:
        return typed.Place(cut.episodes)
    return typed.Place(cut.episodes, part.rate, part.start_frame, part.drop, part.frames)


def names_of(task: Assignment) -> dict[str, tuple[str, str]]:
    """What a row may be about."""
    return dimension_names(task.round.form)


def sorted_out(values: Mapping[str, Any], stored: Mapping[str, Any], version: int) -> tuple[Merged, int]:
    """What becomes of what was typed, and the version it is written on: the one read, or the stored where all fits."""
    seen = version_typed()
    found = merge(values, stored, base_read(), fresh=seen == version)
    return found, seen if found.conflicts else version


def saved(
    version: int, errors: Mapping[str, Any], values: dict[str, Any], found: Merged, stored: dict[str, Any]
) -> ResponseReturnValue:
    """The answer to a script, with what another window saved in fields this one did not touch."""
    more = {"theirs": together.shown(found.theirs, stored)} if found.theirs else {}
    return told(version, errors, base=together.next_base(base_read(), values, found.theirs), **more)


@bp.post("/reviews/tasks/<int:assignment_id>/overall")
@requires("review.write")
def save_overall(assignment_id: int) -> ResponseReturnValue:
    """Save the conclusion and the overall comment."""
    task, actor = writing(assignment_id), current_actor()
    opinions.writable(task, actor)
    values, errors = typed.read_overall(request.form)
    stored = together.of_overall(task.opinion)
    found, seen = sorted_out(values, stored, task.opinion.version)
    given = {**stored, **found.mine}
    try:
        if found.conflicts:
            raise LostRace(ELSEWHERE)
        with unit_of_work():
            version = opinions.save_opinion(task, actor, seen, given["conclusion"], given["comment"]).version
    except LostRace:
        return overall_beside(writing(assignment_id), found)
    return (
        saved(version, errors, values, found, stored) if wants_json() else page_after(assignment_id, "overall", errors)
    )


@bp.route("/reviews/tasks/<int:assignment_id>/overall/both", methods=["GET", "POST"])
@requires("review.write")
def overall_both(assignment_id: int) -> ResponseReturnValue:
    """Both texts of the overall comment."""
    task = writing(assignment_id)
    opinions.writable(task, current_actor())
    found, _seen = sorted_out(typed.read_overall(request.form)[0], together.of_overall(task.opinion), -2)
    return overall_beside(task, found)
