"""The house delivers the cut; the cut is streamed, in ranges, to those who may watch it."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from audiovisual.kernel import serving, uploads
from audiovisual.kernel.bodies import accepts_large
from audiovisual.kernel.database import operation
from audiovisual.kernel.files import StoredFile
from audiovisual.kernel.forms import attempt
from audiovisual.kernel.web import current_actor, requires
from audiovisual.projects import panels as title_page
from audiovisual.projects.models import Project
from workflows.access import Actor
from workflows.engine import check

from .. import queries
from ..cut_files import by_episode
from ..forms import CutForm
from ..operations import cuts
from ..viewing import may_watch, note_viewing
from . import bp
from .reach import known_title

title_page.page("deliver", lambda project: url_for("reviews.new_cut", project_id=project.id))


@bp.route("/projects/<int:project_id>/cut/new", methods=["GET", "POST"])
@requires("project.deliver")
@accepts_large("UPLOAD_BYTES")
def new_cut(project_id: int) -> ResponseReturnValue:
    """Deliver the first cut: one file of the whole, or one per episode, told apart by the files' names."""
    project, actor = known_title(project_id), current_actor()
    refusal = check(project.machine, project, "deliver", actor)
    if refusal is not None:
        raise refusal
    form = CutForm()
    if form.validate_on_submit() and attempt(form, lambda: _deliver(project, actor, form.note.data or "")):
        flash(_("样片已送审。"), "success")
        return redirect(url_for("projects.show", project_id=project_id), 303)
    return render_template("reviews/new_cut.html", form=form, project=project), 422 if form.is_submitted() else 200


@operation
def _deliver(project: Project, actor: Actor, note: str) -> Any:
    return cuts.deliver(project, actor, taken_parts(project, actor), note)


def taken_parts(project: Project, actor: Actor) -> dict[int, StoredFile]:
    """The files the form brought under `cut`, by episode; to be called inside an operation."""
    uploads.require_arrived("cut")
    files = [uploads.take_upload(given, actor, "cut", "cut") for given in uploads.given_all("cut")]
    return by_episode(files, project.episodes or 1)


@bp.get("/reviews/cuts/parts/<int:part_id>/stream")
@requires("review.watch_cut")
def stream(part_id: int) -> Response:
    """A file of the cut as video, four megabytes at a time. The first look of a session is noted and audited."""
    actor = current_actor()
    part = may_watch(queries.find_part(part_id), actor)
    note_viewing(part, actor, current_user.session_id)
    return serving.send(part.file, inline=True)
