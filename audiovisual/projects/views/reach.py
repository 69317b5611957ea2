"""Which title a request is about, and how far its person may look."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from audiovisual.kernel import uploads
from audiovisual.kernel.events import Event
from audiovisual.kernel.forms import Form
from audiovisual.kernel.model import db
from audiovisual.kernel.text import moment, named, translated
from audiovisual.kernel.web import current_actor, visible_or_404
from workflows.access import Actor, knows_project
from workflows.engine import check
from workflows.errors import AlreadyDone, NotAllowed, WorkflowError, say

from .. import queries
from ..models import Project
from . import bp


def known(project_id: int) -> Project:
    """The title, if the person asking may know of it."""
    return visible_or_404(queries.find(project_id), knows_project)


def is_sided(project: Project, actor: Actor) -> bool:
    """Whether the person belongs to the bureau or to the title's house; experts read the filing alone."""
    return actor.is_staff or ("producer" in actor.roles and actor.organisation_id == project.house_id)


def sided(project_id: int) -> Project:
    """The title, for its house and the bureau."""
    project = known(project_id)
    if not is_sided(project, current_actor()):
        raise NotAllowed(say("这一页只给制作机构和省局看。"))
    return project


def to_title(project: Project) -> ResponseReturnValue:
    """Back to the title's page after an act."""
    return redirect(url_for("projects.show", project_id=project.id), 303)


def pressed_twice(subject: Any, trigger: str, actor: Actor) -> None:
    """Where a sent form's step is the last one its subject took, and this person took it: `AlreadyDone`, with the time."""
    if request.method != "POST":
        return
    taken = select(Event).where(Event.subject_type == subject.__tablename__, Event.subject_id == subject.id)
    last = db.session.scalars(taken.where(Event.target.is_not(None)).order_by(Event.id.desc()).limit(1)).first()
    if last is not None and (last.trigger, last.actor_id, last.target) == (trigger, actor.id, subject.state):
        act = say(subject.machine.label_of(trigger))
        raise AlreadyDone(say("“%(act)s”在 %(at)s 已经办好了，这次没有重复办。", act=act, at=moment(last.at)))


@bp.errorhandler(AlreadyDone)
def already(error: AlreadyDone) -> ResponseReturnValue:
    """The button was pressed twice: said with the time, and back to the title; nothing was done again."""
    db.session.rollback()
    flash(translated(error.sentence), "info")
    where = request.view_args or {}
    if "project_id" not in where:  # what a house is asked to take over has a page of its own
        return redirect(url_for("projects.take_over", record_id=where["record_id"]), 303)
    return redirect(url_for("projects.show", project_id=where["project_id"]), 303)


def attached(form: Form, actor: Actor) -> int | None:
    """The id of the file a form brought under `file`, kept in the caller's transaction; None when it brought none."""
    given = uploads.given("file")
    return uploads.take_upload(given, actor, field="file").id if given else None


def brought() -> bool:
    """Whether the form at hand brought a file under `file`, right or wrong."""
    tokens = request.form.getlist("file_id") + request.form.getlist("file_failed")
    return any(tokens) or any(file.filename for file in request.files.getlist("file"))


def form_page(
    template: str, project: Project, form: Form, *, version: int | None = None, now: list[tuple[str, Any]] | None = None,
    **more: Any,
) -> ResponseReturnValue:  # fmt: skip
    """The page of a form: 200 when it is opened, 422 when it came back with something wrong, 409 after a lost race.

    `version`: of what the page shows, sent along with the form. `now`: after a lost race, what the other one wrote.
    """
    status = 409 if now else 422 if request.method == "POST" else 200
    crumbs = [
        (_("工作台"), url_for("desk.home")), (_("种子库"), url_for("projects.bank")),
        (named(project.title), url_for("projects.show", project_id=project.id)),
    ]  # fmt: skip
    return render_template(
        template, project=project, form=form, crumbs=crumbs, version=version, now=now, **more
    ), status


def refusal_of(project: Project, trigger: str, actor: Actor) -> None:
    """Raise what stands against a step before its form is shown, so that nobody fills in a form in vain."""
    refusal: WorkflowError | None = check(project.machine, project, trigger, actor)
    if refusal is not None:
        raise refusal
