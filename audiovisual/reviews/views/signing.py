"""Signing: what is lacking, linked to where it is mended; the last look at the whole; the signature."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audiovisual.kernel.forms import attempt
from audiovisual.kernel.text import named
from audiovisual.kernel.web import current_actor, requires
from audiovisual.projects.acted import acted

from ..completeness import contradictions_of, placed_lacks, vague_bases
from ..forms import SignForm
from ..models import Assignment
from ..operations import opinions
from . import bp
from .reach import to_task, writing
from .tasks import opinion_of


@bp.get("/reviews/tasks/<int:assignment_id>/sign")
@requires("review.write")
def signing(assignment_id: int) -> ResponseReturnValue:
    """The last look before the signature; with something lacking, the list of it and no button."""
    task = writing(assignment_id)
    if task.state != "accepted":
        return to_task(task)
    return _page(task, SignForm(), 200)


def _page(task: Assignment, form: SignForm, status: int) -> ResponseReturnValue:
    room = url_for("reviews.room", assignment_id=task.id)
    lacks = [(_linked(room, place), sentence) for place, sentence in placed_lacks(task)]
    page = render_template(
        "reviews/sign.html", **opinion_of(task), lacks=lacks, contradictions=[] if lacks else contradictions_of(task),
        vague=vague_bases(task.opinion), closed=opinions.closed(task), interest=task.interest, form=form, seen=opinions.fingerprint(task), crumbs=[
            (_("工作台"), url_for("desk.home")), (_("我的审看任务"), url_for("reviews.task_list")),
            (named(task.round.project.title), url_for("reviews.task", assignment_id=task.id)), (_("签名提交"), None),
        ],
    )  # fmt: skip
    return page, status


def _linked(room: str, place: str) -> str:
    """The address of a place in the room; a row is opened there."""
    return f"{room}?row={place[4:]}#{place}" if place.startswith("row-") else f"{room}#{place}"


@bp.post("/reviews/tasks/<int:assignment_id>/sign")
@requires("review.write")
def sign(assignment_id: int) -> ResponseReturnValue:
    """Sign. The text is frozen; the last signature of a panel opens the opinions to the bureau."""
    task, form = writing(assignment_id), SignForm()
    seen, words = request.form.get("seen", ""), form.explanation.data or ""
    if not form.validate() or not attempt(form, lambda: opinions.sign(task, current_actor(), seen, words)):
        return _page(writing(assignment_id), form, 422)
    acted(_("已签名提交，谢谢您。意见不能再改。"), task.round.project, "review.sign")
    return redirect(url_for("reviews.opinion", assignment_id=assignment_id), 303)
