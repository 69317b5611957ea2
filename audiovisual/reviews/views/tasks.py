"""An expert's tasks: the invitation with what it is about, the answer, the signed opinions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from audiovisual.kernel.forms import attempt
from audiovisual.kernel.lifecycle import choices
from audiovisual.kernel.model import db
from audiovisual.kernel.text import named
from audiovisual.kernel.web import current_actor, requires
from audiovisual.projects.labels import theme_name
from audiovisual.projects.models import Project
from workflows.access import Actor
from workflows.errors import N_, Sentence, Unknown
from workflows.review import ASSIGNMENT, OUT, OUTCOMES
from workflows.ruleset.vocabulary import TYPES

from .. import invitation, queries
from ..conflicts import standings
from ..forms import AnswerForm
from ..models import Assignment
from ..operations import opinions
from ..sheet import dimension_names, row_view, score_lines
from . import bp
from .reach import own_task, to_task, writing
from .rounds import page_number

WAYS: dict[str, Callable[[Assignment, Actor, str], Any]] = {
    "take": lambda task, actor, reason: opinions.take(task, actor),
    "decline": opinions.decline,
    "recuse": opinions.recuse,
}
DONE = {
    "take": N_("已接受，请在期限前写完意见并签名。"), "decline": N_("已谢绝，谢谢您的答复。"),
    "recuse": N_("回避已生效，不会再请您看%(title)s。"),
}  # fmt: skip


@bp.get("/reviews/tasks")
@requires("review.read")
def task_list() -> ResponseReturnValue:
    """The expert's own tasks; what waits for him comes first."""
    rows, total, page = queries.tasks(current_actor().id, page_number())
    return render_template(
        "reviews/tasks.html", rows=rows, total=total, page=page, per=queries.PER_PAGE, machine=ASSIGNMENT, gone=OUT,
        crumbs=[(_("工作台"), url_for("desk.home")), (_("我的审看任务"), None)],
    )  # fmt: skip


@bp.get("/reviews/tasks/<int:assignment_id>")
@requires("review.view")
def task(assignment_id: int) -> ResponseReturnValue:
    """The task as the expert sees it; the bureau is led to the round, where it arranges the panel."""
    if current_actor().is_staff and "expert" not in current_actor().roles:
        seat = queries.find_task(assignment_id)
        if seat is None:
            raise Unknown()
        return redirect(url_for("reviews.show_round", round_id=seat.round_id), 303)
    return task_page(own_task(assignment_id), 200)


def task_page(task_: Assignment, status: int, trouble: tuple[str, AnswerForm] | None = None) -> ResponseReturnValue:
    """The page itself; one who left the panel is told so and no more."""
    project = task_.round.project
    crumbs = [
        (_("工作台"), url_for("desk.home")),
        (_("我的审看任务"), url_for("reviews.task_list")),
        (named(project.title), None),
    ]
    known = {"task": task_, "round": task_.round, "project": project, "machine": ASSIGNMENT, "crumbs": crumbs}
    if task_.state in OUT:
        return render_template("reviews/task.html", gone=True, **known), status
    return render_template(
        "reviews/task.html",
        gone=False,
        **known,
        types=TYPES,
        theme=theme_name(project.theme_era, project.theme_topic),
        synopsis=db.session.scalar(select(Project.synopsis).where(Project.id == project.id)),
        crew=invitation.crew(project),
        to_watch=invitation.watching(task_.round.cut, project).sentence,
        ties=invitation.TIES,
        asks=_asks(task_) if task_.state == "invited" else (),
        choices=[c for c in choices(task_, current_actor()) if c.step.trigger in WAYS],
        forms={
            key: trouble[1] if trouble and trouble[0] == key else AnswerForm(formdata=None)
            for key in ("decline", "recuse")
        },
        trouble=trouble[0] if trouble else None,
    ), status


def _asks(task_: Assignment) -> Sequence[Sentence]:
    """What in the expert's own particulars looks like a tie, for them to judge."""
    return standings([task_.expert_id], task_.round.project)[task_.expert_id].asks


@bp.post("/reviews/tasks/<int:assignment_id>/steps/<trigger>")
@requires("review.read")
def task_step(assignment_id: int, trigger: str) -> ResponseReturnValue:
    """Accept, decline with a reason, or ask to be recused with a reason."""
    task_, actor = own_task(assignment_id), current_actor()
    if trigger not in WAYS:
        raise Unknown()
    if trigger == "take" and task_.state == "accepted":  # accepted already, in another window
        return redirect(url_for("reviews.room", assignment_id=assignment_id), 303)
    form = AnswerForm()
    wanting = trigger != "take" and not form.validate()
    if wanting or not attempt(form, lambda: WAYS[trigger](task_, actor, form.reason.data or "")):
        return task_page(own_task(assignment_id), 422, (trigger, form))
    flash(_(DONE[trigger], title=named(task_.round.project.title)), "success")
    if trigger == "take":
        return redirect(url_for("reviews.room", assignment_id=assignment_id), 303)
    return to_task(task_) if trigger == "decline" else redirect(url_for("reviews.task_list"), 303)


@bp.get("/reviews/tasks/<int:assignment_id>/opinion")
@requires("review.read")
def opinion(assignment_id: int) -> ResponseReturnValue:
    """The expert's own opinion to read, as it was signed or as it stands."""
    task_ = writing(assignment_id)
    if task_.opinion is None:
        return to_task(task_)
    return render_template("reviews/opinion.html", **opinion_of(task_), crumbs=[
        (_("工作台"), url_for("desk.home")), (_("我的审看任务"), url_for("reviews.task_list")),
        (named(task_.round.project.title), url_for("reviews.task", assignment_id=assignment_id)), (_("审看意见"), None),
    ])  # fmt: skip


def opinion_of(task_: Assignment) -> dict[str, Any]:
    """What the pages of one opinion show."""
    round_, written = task_.round, task_.opinion
    rows = queries.rows_of([written.id])
    return {
        "task": task_, "round": round_, "project": round_.project, "opinion": written,
        "rows": [row_view(row, number, round_.cut) for number, row in enumerate(rows, 1)],
        "scores": score_lines(round_.form, queries.scores_of([written.id])), "dimensions": dimension_names(round_.form),
        "outcomes": OUTCOMES,
    }  # fmt: skip


__all__ = ["opinion_of", "task_page"]
