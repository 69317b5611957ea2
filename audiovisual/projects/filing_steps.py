"""The last look and the submission of a filing, and throwing a draft away."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audiovisual.kernel.model import db
from audiovisual.kernel.rules import rule_on
from audiovisual.kernel.text import translated
from audiovisual.kernel.web import current_actor, requires
from workflows.engine import check
from workflows.errors import RuleBroken, WrongState, say
from workflows.records import ENDED

from .acted import acted
from .filing_progress import consequences, progress_of, terms_of
from .filing_views import own_filing
from .models import Project
from .operations import filing
from .queries import twins
from .views import bp
from .views.reach import to_title


@bp.route("/<int:project_id>/submit", methods=["GET", "POST"])
@requires("project.submit")
def submit(project_id: int) -> ResponseReturnValue:
    """The last look with the pledge, then the number. Lacks lead back to the page that lists them."""
    project, actor = own_filing(project_id), current_actor()
    if project.number:
        return _submitted(project)
    refusal = check(project.machine, project, "submit", actor)
    if refusal is not None and not isinstance(refusal, RuleBroken):
        raise refusal
    progress = progress_of(project)
    if refusal is not None or progress.lacks:
        said = (
            translated(refusal.sentence)
            if refusal
            else _("还有 %(n)s 处没有填好，补齐就能提交。", n=len(progress.lacks))
        )
        flash(said, "warning")
        return redirect(url_for("projects.edit", project_id=project.id, check=1) + "#lacking", 303)
    if request.method == "POST":
        return _send(project)
    return render_template(
        "projects/filing_submit.html", project=project, progress=progress, consequences=consequences(progress.found),
        near=twins.alike(project.title, actor, project),
    )  # fmt: skip


def _send(project: Project) -> ResponseReturnValue:
    """Submit; whoever pressed twice, or after a colleague, is told the number it has."""
    try:
        filing.submit(project, current_actor())
    except WrongState:
        db.session.rollback()
        if project.number:
            return _submitted(project)
        raise
    said = _(
        "提交成功，编号 %(number)s。省局会在 %(n)s 个工作日内受理，或一次告知补正。",
        number=project.number, n=terms_of(rule_on("clocks"))["acceptance"],
    )  # fmt: skip
    acted(said, project, "project.submit")
    return to_title(project)


def _submitted(project: Project) -> ResponseReturnValue:
    if project.state in ENDED:
        raise WrongState(say("这部片已经办结，不能再提交。"))
    flash(_("已经提交过了，编号 %(number)s。", number=project.number), "info")
    return to_title(project)


@bp.route("/<int:project_id>/discard", methods=["GET", "POST"])
@requires("project.discard")
def discard(project_id: int) -> ResponseReturnValue:
    """Throw a draft away, asked once more."""
    project, actor = own_filing(project_id), current_actor()
    if request.method == "POST":
        filing.discard(project, actor)
        flash(_("草稿已删除。"), "success")
        return redirect(url_for("projects.drafts"), 303)
    refusal = check(project.machine, project, "discard", actor)
    if refusal is not None:
        raise refusal
    return render_template("projects/filing_discard.html", project=project)
