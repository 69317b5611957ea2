"""Pages of official documents: the list, one letter with its very PDF, sealing, the letter of a proposal."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audiovisual.kernel import serving
from audiovisual.kernel.filenames import clean_name
from audiovisual.kernel.forms import ReasonForm, attempt, whole_number
from audiovisual.kernel.lifecycle import choices
from audiovisual.kernel.model import today
from audiovisual.kernel.web import current_actor, requires, visible_or_404
from audiovisual.people.confirmed import confirm_first
from audiovisual.projects import panels as title_page
from audiovisual.projects.acted import acted, next_of
from audiovisual.projects.deciding import Fact, facts_of
from audiovisual.reviews.models import Round
from audiovisual.reviews.views.reach import staff_round
from audiovisual.reviews.views.rounds import PARTS, page_number
from workflows.access import Actor, reads_inside
from workflows.engine import check
from workflows.errors import N_, Unknown
from workflows.records import DOCUMENT, knows_document

from . import operations, queries
from .models import Document

bp = Blueprint("documents", __name__, url_prefix="/documents")
WITH_LETTER = ("decided", "issued", "closed")

title_page.tab(
    "documents", N_("公文"), lambda project: url_for("documents.index", project=project.id), count=queries.count_of,
    shown=lambda project, actor: project.delivered_at is not None
    and (actor.is_staff or actor.organisation_id == project.house_id), order=80,
)  # fmt: skip


def _letter_of(round_: Round, actor: Actor) -> dict[str, Any] | None:
    letter = queries.of_round(round_.id) if round_.state in WITH_LETTER else None
    return {"letter": letter, "label": DOCUMENT.state(letter.state).label} if letter else None


PARTS.append(("documents/_of_round.html", _letter_of))


def _known(document_id: int) -> Document:
    return visible_or_404(queries.find(document_id), knows_document)


@bp.get("")
@requires("document.list")
def index() -> ResponseReturnValue:
    """Letters: the bureau's by state, a house's own once they are served."""
    actor, page = current_actor(), page_number()
    state, project_id = request.args.get("state", ""), whole_number(request.args.get("project"))
    state = state if state in {known.code for known in DOCUMENT.states} and actor.is_staff else ""
    rows, total, page = queries.listed(actor, state or None, project_id, page)
    return render_template(
        "documents/index.html", rows=rows, total=total, page=page, per=queries.PER_PAGE, state=state, project_id=project_id,
        machine=DOCUMENT, staff=actor.is_staff, crumbs=[(_("工作台"), url_for("desk.home")), (_("公文"), None)],
    )  # fmt: skip


@bp.get("/<int:document_id>")
@requires("document.view")
def show(document_id: int) -> ResponseReturnValue:
    """One letter: the paper, its number and state, its chain, and the seal for whoever may."""
    return _page(_known(document_id))


def _page(document: Document, form: ReasonForm | None = None) -> ResponseReturnValue:
    actor = current_actor()
    staff = reads_inside(document.project, actor)
    again = operations.may_make_again(document, actor) if document.failure and document.state == "issuing" else None
    return render_template(
        "documents/show.html", facts=_to_know(document, actor), document=document, project=document.project, staff=staff,
        names=queries.people_of(document) if staff else {}, failure=queries.failure_of(document),
        choices={choice.step.trigger: choice for choice in choices(document, actor)}, form=form, voided=queries.voided_because(document), anew=_anew(document),
        sign_for=_may_sign_for(document, actor), bar=_bar(document, actor), points=_points(document, actor), again=again, waiting=_waiting(document), mark=_mark(document),
        following=_following(document, actor),
        crumbs=[(_("工作台"), url_for("desk.home")), (_("公文"), url_for("documents.index")), (document.number or document.title, None)],
    ), 422 if form is not None else 200  # fmt: skip


def _following(document: Document, actor: Actor) -> str | None:
    """The sealer's next item, beside a letter they numbered today: what was said then is gone once the page renews itself."""
    if document.sealed_by_id != actor.id or document.dated != today() or _waiting(document):
        return None
    return next_of(document.project_id, "document.seal", actor)


def _points(document: Document, actor: Actor) -> list[Any]:
    """The letter's points with their places, for whoever may watch the cut: the bureau and the house it is sent to."""
    may = reads_inside(document.project, actor) or actor.organisation_id == document.project.house_id
    return queries.points_of(document) if may else []


def _to_know(document: Document, actor: Actor) -> list[Fact]:
    """What the sealer has to know before the letter gets its number."""
    return facts_of(document.project, actor) if document.state == "drafted" else []


def _anew(document: Document) -> Any:
    """The draft that took the place of a void letter, or None."""
    latest = queries.of_round(document.round_id) if document.state == "voided" and document.round_id else None
    return latest if latest is not None and latest.id != document.id else None


def _may_sign_for(document: Document, actor: Actor) -> bool:
    """Whether the letter waits for this person's receipt."""
    waits = document.opened_at is None and document.served_at is not None
    return waits and operations.is_recipient(document, actor)


def _bar(document: Document, actor: Actor) -> Any:
    """Why a sealer may not seal this one: he decided it, or is recused from the title."""
    if document.state != "drafted" or "sealer" not in actor.roles:
        return None
    return check(document.machine, document, "seal", actor)


def _waiting(document: Document) -> bool:
    """Whether the worker is about to change what the page shows."""
    if document.failure:
        return False
    return document.state == "issuing" or (document.state == "drafted" and document.preview_id is None)


def _mark(document: Document) -> str:
    """Changes whenever the worker changed what the page shows; the page carries the one it was drawn with."""
    return f"{document.state}-{document.preview_id or 0}-{document.file_id or 0}-{int(bool(document.failure))}"


@bp.get("/<int:document_id>/state")
@requires("document.view")
def state(document_id: int) -> ResponseReturnValue:
    """Where the letter is in its making, for the script that waits: 304 until something changed."""
    mark = _mark(_known(document_id))
    answer = Response(mark, mimetype="text/plain")
    answer.set_etag(mark)
    return answer.make_conditional(request)


@bp.get("/<int:document_id>/file")
@requires("document.view")
def file(document_id: int) -> ResponseReturnValue:
    """The PDF: in the page with `?inline=1`, else for saving under number and title. Before the seal: the draft, bureau only."""
    document, actor = _known(document_id), current_actor()
    stored = document.file or (document.preview if reads_inside(document.project, actor) else None)
    if stored is None:
        raise Unknown()
    name = clean_name(f"{document.number} {document.title}.pdf") if document.file_id else stored.name
    return serving.send(stored, inline=request.args.get("inline") == "1", name=name)


@bp.post("/<int:document_id>/receipt")
@requires("document.sign_for")
def sign_for(document_id: int) -> ResponseReturnValue:
    """The house signs for a letter it was served; pressed again, it is told that this was done."""
    document, actor = _known(document_id), current_actor()
    if document.opened_at is not None and operations.is_recipient(document, actor):
        flash(_("这份公文已经签收过了。"), "info")
    else:
        operations.sign_for(document, actor)
        flash(_("已签收。"), "success")
    return redirect(url_for("documents.show", document_id=document_id), 303)


@bp.post("/<int:document_id>/seal")
@requires("document.seal")
@confirm_first
def seal(document_id: int) -> ResponseReturnValue:
    """Number and seal; the worker makes the paper and serves it."""
    document = _known(document_id)
    operations.seal(document, current_actor())
    said = _("已编号 %(number)s，正在制作，做好就送达。", number=document.number)
    acted(said, document.project, "document.seal")
    return redirect(url_for("documents.show", document_id=document_id), 303)


@bp.post("/<int:document_id>/again")
@requires("document.seal")
def again(document_id: int) -> ResponseReturnValue:
    """Try to make a letter that failed once more, with the number it has."""
    document = _known(document_id)
    operations.make_again(document, current_actor())
    flash(_("正在重做，文号不变。"), "success")
    return redirect(url_for("documents.show", document_id=document_id), 303)


@bp.post("/<int:document_id>/void")
@requires("document.void")
def void(document_id: int) -> ResponseReturnValue:
    """Make a letter void that cannot go out; its number stays used."""
    document, actor, form = _known(document_id), current_actor(), ReasonForm()
    if not form.validate() or not attempt(form, lambda: operations.void(document, actor, form.reason.data or "")):
        return _page(_known(document_id), form)
    said = _("%(number)s已作废。", number=document.number)
    flash(said + (_("新的文稿已经拟好，等编号。") if _anew(document) else ""), "success")
    return redirect(url_for("documents.show", document_id=document_id), 303)


@bp.get("/proposals/<int:round_id>")
@requires("review.view")
def proposal(round_id: int) -> ResponseReturnValue:
    """The letter of a proposal as it would go out: the PDF, or a page that waits for it."""
    round_ = staff_round(round_id)
    preview = queries.preview_of(round_.id)
    if preview is not None and preview.file is not None:
        return serving.send(preview.file, inline=True)
    failure = queries.failure_of(preview) if preview is not None else ""
    return render_template("documents/proposal.html", failure=failure, gone=preview is None)
