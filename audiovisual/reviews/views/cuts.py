"""The house delivers the cut; those who may watch it see it on a page of its own, streamed in ranges."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import ScalarSelect, func, select

from audiovisual.kernel import serving, uploads
from audiovisual.kernel.bodies import accepts_large
from audiovisual.kernel.database import operation
from audiovisual.kernel.files import StoredFile
from audiovisual.kernel.forms import settled, whole_number
from audiovisual.kernel.text import episodes_said
from audiovisual.kernel.upload_places import takes
from audiovisual.kernel.web import current_actor, requires
from audiovisual.projects import panels as title_page
from audiovisual.projects.acted import acted
from audiovisual.projects.models import Project
from audiovisual.projects.views.reach import is_sided
from workflows.access import Actor, not_recused, reads_inside
from workflows.beside import need
from workflows.cuts import runs
from workflows.engine import broken, check
from workflows.errors import N_, RuleBroken, Unknown, WrongState, broken_in, say

from .. import cut_page, queries
from ..cut_files import by_episode
from ..forms import CutForm
from ..models import Cut
from ..operations import cuts
from ..viewing import may_watch, note_viewing
from ..vocabulary import DEMANDS
from . import bp
from .reach import known_title, noted

title_page.page("deliver", lambda project: url_for("reviews.new_cut", project_id=project.id))


@takes("cut", r"(\d{1,9})(?::(\d{1,9}))?", "project.deliver")
def _file_of_cut(project_id: int, current: int | None = None) -> None:
    """A file of the first cut, or of the next one while the house answers; `current`: the cut the next one follows."""
    project, actor = known_title(project_id), current_actor()
    if current is None:
        need(check(project.machine, project, "deliver", actor))
    elif actor.organisation_id != project.house_id:
        raise Unknown()
    elif project.state != "rectifying":
        raise WrongState(say("这部片现在不收新样片。"))


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
    if settled(form, lambda: _deliver(project, actor, form), lambda: broken_by_cut(project, actor, form, "deliver")):
        acted(_("样片已送审，等省局组织审核。"), project, "project.deliver")
        return redirect(url_for("projects.show", project_id=project_id), 303)
    return render_template("reviews/new_cut.html", form=form, project=project), 422 if form.is_submitted() else 200


@operation
def _deliver(project: Project, actor: Actor, form: CutForm) -> Any:
    return cuts.deliver(project, actor, taken_parts(project, actor), form.note.data or "", form.partial)


def taken_parts(project: Project, actor: Actor) -> dict[int, StoredFile]:
    """The files the form brought under `cut`, by episode; to be called inside an operation."""
    uploads.require_arrived("cut")
    files = [uploads.take_upload(given, actor, "cut", "cut") for given in uploads.given_all("cut")]
    return by_episode(files, project.episodes or 1)


def broken_by_cut(project: Project, actor: Actor, form: CutForm, trigger: str) -> Iterator[RuleBroken]:
    """Each rule that a cut handed in breaks, by its files as they came; nothing is kept."""
    wrong = uploads.every_broken("cut", actor, "cut")
    yield from wrong
    names, parts = uploads.names_of("cut", actor), dict[int, uploads.Named]()
    if names and not wrong:
        yield from broken_in(lambda: parts.update(by_episode(names, project.episodes or 1)))
    if bool(names) == bool(parts):
        said = {"cut": parts, "lacks": form.partial.lacks, "partial_note": form.partial.note}
        yield from broken(project.machine, project, trigger, actor, said)


@bp.app_template_global()
def demand_words() -> dict[str, str]:
    """What a point may ask for, by its code, in the reader's language."""
    return {code: _(label) for code, label in DEMANDS.items()}


@bp.app_template_filter()
def episodes(lacking: Sequence[int]) -> str:
    """Episodes in a row as the reader's language writes them."""
    return episodes_said(runs(lacking))


def url_of(project: Project) -> str:
    return url_for("reviews.watch", project_id=project.id)


@bp.app_template_global()
def cut_url(cut: Cut, episode: int | None, code: str) -> str:
    """The address of a place in a cut; `code`: its timecode, of a span the first one."""
    first = code.replace("—", "–").partition("–")[0]
    return url_for(
        "reviews.watch", project_id=cut.project_id, version=cut.ordinal, episode=episode or None, tc=first or None
    )


def _versions_of(inside: bool) -> ScalarSelect[int]:
    return select(func.count()).select_from(Cut).where(Cut.project_id == title_page.ID).scalar_subquery()


title_page.tab(
    "cut", N_("样片"), url_of, count=_versions_of, order=55,
    shown=lambda project, actor: project.delivered_at is not None
    and (reads_inside(project, actor) or ("producer" in actor.roles and actor.organisation_id == project.house_id)),
)  # fmt: skip


@bp.get("/projects/<int:project_id>/cut")
@requires("review.watch_cut")
def watch(project_id: int) -> ResponseReturnValue:
    """The cut with the points the person may read: `?version=2&episode=3&tc=00:12:05:10` leads to that very frame."""
    project, actor = known_title(project_id), current_actor()
    refusal = not_recused(project, actor) if actor.is_staff else None
    if refusal is not None:
        raise refusal
    cuts_ = cut_page.versions(project, actor)
    if not cuts_ and not is_sided(project, actor):
        raise Unknown()
    asked = whole_number(request.args.get("version"))
    cut = next((cut for cut in cuts_ if cut.ordinal == asked), cuts_[0] if cuts_ else None)
    crumbs = [(_("工作台"), url_for("desk.home")), (_("种子库"), url_for("projects.bank")),
              (project.number, url_for("projects.show", project_id=project.id)), (_("样片"), None)]  # fmt: skip
    if cut is None:
        return render_template("reviews/cut_none.html", project=project, crumbs=crumbs)
    spot = cut_page.spot(cut, whole_number(request.args.get("episode")), request.args.get("tc", "")[:20])
    found = cut_page.found(project, cut, cuts_, actor)
    missed = _("没有第 %(n)s 版样片，下面是最新的一版。", n=asked) if asked and asked != cut.ordinal else ""
    page = render_template(
        "reviews/cut.html", project=project, cuts=cuts_, cut=cut, spot=spot, found=found, missed=missed,
        staff=actor.is_staff, earlier=[other for other in cuts_ if other is not cut and other.part_of(spot.episode)],
    )  # fmt: skip
    return noted(found.opinions, page)


@bp.get("/reviews/cuts/parts/<int:part_id>/stream")
@requires("review.watch_cut")
def stream(part_id: int) -> Response:
    """A file of the cut as video, four megabytes at a time. The first look of a session is noted and audited."""
    actor = current_actor()
    part = may_watch(queries.find_part(part_id), actor)
    if request.method != "HEAD":
        note_viewing(part, actor, current_user.session_id)
    return serving.send(part.file, inline=True)
