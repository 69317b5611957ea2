"""Pages of a house's own filing: begin, write (with autosave), attach, compare two texts. Submission: `filing_steps`.

What is typed is never lost: what is right is kept even where something else is wrong, what is wrong comes back as it
was typed, and after a lost race both texts stand beside each other.
"""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audiovisual.kernel import merging, uploads
from audiovisual.kernel.bodies import accepts_large
from audiovisual.kernel.database import commit_now
from audiovisual.kernel.forms import settled, whole_number
from audiovisual.kernel.merging import Merged
from audiovisual.kernel.model import db
from audiovisual.kernel.paging import asked_page
from audiovisual.kernel.text import hour, translated
from audiovisual.kernel.upload_places import takes
from audiovisual.kernel.web import current_actor, requires
from workflows.access import Actor
from workflows.engine import check
from workflows.errors import N_, NotAllowed, Unknown, WorkflowError, WrongState, say
from workflows.filing import ATTACHMENTS

from . import filing_both, filing_progress, panels
from .filing_forms import FilingForm, StartForm, form_of
from .filing_progress import SHOWN_AT_ONCE, progress_of
from .models import Attachment, Project
from .operations import filing
from .queries import drafts as own
from .queries import twins
from .views import bp
from .views.reach import known, to_title

panels.page("submit", lambda project: url_for("projects.edit", project_id=project.id))
panels.page("discard", lambda project: url_for("projects.discard", project_id=project.id))
NOTES = {
    "politics": N_("重大政策、领导人形象"), "military": N_("现役部队、装备、演训"), "diplomacy": N_("驻外机构、涉外事件"),
    "state_security": N_("隐蔽战线、反间谍"), "united_front": N_("港澳台侨、民主党派"), "ethnic": N_("民族关系、风俗史实"),
    "religion": N_("教义、场所、教职人员"), "judiciary": N_("法院、检察、监狱"), "police": N_("民警形象、侦查办案"),
}  # fmt: skip


@bp.get("/drafts")
@requires("project.edit")
def drafts() -> ResponseReturnValue:
    """The house's own filings that still need its hand: drafts and completions."""
    actor = _of_house()
    return render_template(
        "projects/filing_drafts.html", page=own.of_house(actor.organisation_id, asked_page(), DRAFTS_PER_PAGE)
    )


DRAFTS_PER_PAGE = 50


@bp.route("/new", methods=["GET", "POST"])
@requires("project.create")
def new() -> ResponseReturnValue:
    """Begin a draft with its title and type. Pressed twice, it is one draft."""
    actor, form = _of_house(), StartForm()
    begun: list[Project] = []

    def begin() -> None:
        said = form.title.data, form.type.data
        begun.append(own.begun_just_now(actor, *said) or filing.begin(actor, *said))

    if settled(form, begin):
        return redirect(url_for("projects.edit", project_id=begun[0].id), 303)
    return render_template("projects/filing_new.html", form=form), 422 if form.is_submitted() else 200


def _of_house() -> Actor:
    actor = current_actor()
    if actor.organisation_id is None:
        raise NotAllowed(say("您的账号没有挂在制作机构名下，不能申报。"))
    return actor


def own_filing(project_id: int) -> Project:
    """The filing, if it is of the asking person's house."""
    project, actor = known(project_id), current_actor()
    if "producer" not in actor.roles or actor.organisation_id != project.house_id:
        raise Unknown()
    return project


@takes("paper", r"(\d{1,9}):([a-z_]{1,40})", "project.edit")
def _paper(project_id: int, kind: str) -> None:
    """A paper of a filing that can still be written."""
    project = own_filing(project_id)
    if kind not in ATTACHMENTS:
        raise Unknown()
    if project.state not in filing.EDITABLE:
        raise WrongState(say("这部片已经提交，不能再改；要改请等补正，或撤回后重新申报。"))


@bp.route("/<int:project_id>/edit", methods=["GET", "POST"])
@requires("project.edit")
@accepts_large("UPLOAD_BYTES")
def edit(project_id: int) -> ResponseReturnValue:
    """The filing on one page. Every button saves; "submit" goes on to the confirmation when nothing is lacking."""
    project = own_filing(project_id)
    if request.method == "GET":
        if project.state not in filing.EDITABLE:
            flash(_("这部片已经提交，不能再改；要改请等补正，或撤回后重新申报。"), "warning")
            return to_title(project)
        return _page(project, form_of(project), listed=request.args.get("check") == "1")
    form = FilingForm()
    found, wrong = _take(project, form)
    if found is None:
        return both_page(project, form)
    refused = _take_papers(project)
    _take_away(project)
    _put_back(project)
    if wrong or refused:
        commit_now()  # what is right is kept although the answer is a refusal
        return _page(project, form, refused, wrong=len(wrong) + len(refused)), 422
    if request.form.get("do") == "submit":
        return redirect(url_for("projects.submit", project_id=project.id), 303)
    at = hour(project.updated_at)
    together = _("已保存 %(at)s；另一个窗口存过的几处也在里面", at=at)
    flash(together if found.theirs else _("已保存 %(at)s", at=at), "success")
    return redirect(url_for("projects.edit", project_id=project.id) + _where(), 303)


def _where() -> str:
    """Back to where the person was: a file taken away or sent leads to the attachments."""
    return (
        "#attachments"
        if request.form.get("remove")
        or request.form.get("restore")
        or any(uploads.given_all(f"paper_{k}") for k in ATTACHMENTS)
        else ""
    )


def _seen() -> int:
    """The version the page was made from; nonsense falls behind every version."""
    version = whole_number(request.form.get("version"))
    return -1 if version is None else version


def _read_before() -> merging.Prints | None:
    """What the window had read of each field."""
    return merging.unpacked(request.form.get("base"))


def _take(project: Project, form: FilingForm) -> tuple[Merged | None, dict[str, str]]:
    """Keep what was typed rightly. Gives what became of it, None when a field was saved otherwise elsewhere; and what is
    wrong, by field."""
    form.validate_on_submit()
    given, read = form.given(project), _read_before()
    if read is not None and request.form.get("do") == "mine":  # both texts were shown: what is typed here is meant
        shown = filing.merged(project, given, read, fresh=False).conflicts
        read = {name: print_ for name, print_ in read.items() if name not in shown}
    try:
        found = filing.save(project, current_actor(), _seen(), read, **given)
    except WrongState:
        db.session.rollback()
        return None, {}
    return found, wrong_fields(form)


def _base(project: Project, form: FilingForm) -> str:
    """What the window has read once it has the answer."""
    read, typed = (_read_before(), form.given(project)) if form.is_submitted() else (None, {})
    return merging.packed(merging.rebased(read, typed, filing.all_kept(project)))


def _elsewhere(project: Project) -> str:
    """Who saved it in another window, and when; of what was saved before this window's own last save that is not known."""
    if _seen() == project.version:
        return _("同事或您的另一个窗口存过这份内容")
    at = hour(project.updated_at)
    if project.saved_by_id == current_actor().id:
        return _("这份内容在另一个窗口 %(at)s 存过（您本人）", at=at)
    return _("%(name)s %(at)s 在别处存过这份内容", name=own.name_of(project.saved_by_id) or _("同事"), at=at)


def wrong_fields(form: FilingForm) -> dict[str, str]:
    """Every control with something wrong: its id and the sentence."""
    found = {}
    for field in form:
        if hasattr(field, "entries"):
            inner = {
                sub.id: next(filing_both.sentences(sub), "") for entry in field for sub in entry.form if sub.errors
            }
            found.update(inner or ({field.id: next(filing_both.sentences(field), "")} if field.errors else {}))
        elif field.errors:
            found[field.id] = next(filing_both.sentences(field), "")
    return found


def _take_papers(project: Project) -> dict[str, list[str]]:
    """Attach the files that came with the page; a file that is not taken says why beside its place."""
    actor, refused = current_actor(), {}
    for kind in ATTACHMENTS:
        if lost := uploads.not_arrived(f"paper_{kind}"):
            refused[kind] = [translated(sentence) for sentence in lost]
        for given in uploads.given_all(f"paper_{kind}"):
            if isinstance(given, str) and own.was_taken(given, actor):
                continue  # the page names it once more after an autosave attached it
            try:
                filing.attach(project, actor, kind, uploads.take_upload(given, actor, "document", kind))
            except WorkflowError as refusal:
                refused.setdefault(kind, []).append(translated(refusal.sentence))
    return refused


def _take_away(project: Project) -> None:
    asked = whole_number(request.form.get("remove"))
    row = db.session.get(Attachment, asked) if asked else None
    if row is not None and row.project_id == project.id:
        filing.detach(row, current_actor())


def _put_back(project: Project) -> None:
    """Attach once more what was taken away."""
    asked = whole_number(request.form.get("restore"))
    row = db.session.get(Attachment, asked) if asked else None
    if row is not None and row.project_id == project.id and row.removed_at is not None:
        filing.attach(project, current_actor(), row.kind, row.file, row.name)


def _page(
    project: Project, form: FilingForm, refused: dict[str, list[str]] | None = None, *, wrong: int = 0,
    listed: bool = False,
) -> str:  # fmt: skip
    actor = current_actor()
    refusal = check(project.machine, project, "submit", actor)
    return render_template(
        "projects/filing.html", **beside(project, listed), form=form.add_blank_rows(), refused=refused or {}, wrong=wrong,
        refusal=refusal, near=twins.alike(project.title, actor, project) if project.title else twins.Alike([]),
        notes={code: _(text) for code, text in NOTES.items()}, base=_base(project, form),
    )  # fmt: skip


def beside(project: Project, listed: bool = False) -> dict[str, Any]:
    """What changes while somebody writes: path, lacks, class, papers."""
    progress = progress_of(project)
    papers: dict[str, list[Attachment]] = {kind: [] for kind in ATTACHMENTS}
    for paper in project.attachments:
        if paper.removed_at is None:
            papers.setdefault(paper.kind, []).append(paper)
    return {
        "project": project, "progress": progress, "papers": papers, "gone": _gone(project, papers), "kinds": ATTACHMENTS, "several": filing.SEVERAL,
        "shown": progress.lacks if listed or len(progress.lacks) <= SHOWN_AT_ONCE else [],
        "consequences": filing_progress.consequences(progress.found) if progress.found else [],
    }  # fmt: skip


def _gone(project: Project, papers: dict[str, list[Attachment]]) -> dict[str, Attachment]:
    """By kind, the file taken away last, where it can be put back without taking another's place."""
    last: dict[str, Attachment] = {}
    for paper in sorted((each for each in project.attachments if each.removed_at), key=lambda each: each.removed_at):
        last[paper.kind] = paper
    return {
        kind: paper for kind, paper in last.items()
        if not papers.get(kind) or (kind in filing.SEVERAL and paper.file_id not in {kept.file_id for kept in papers[kind]})
    }  # fmt: skip


@bp.post("/<int:project_id>/draft")
@requires("project.edit")
def draft(project_id: int) -> ResponseReturnValue:
    """Autosave: what is right is kept; the answer says when, what is wrong, and what stands beside the form now."""
    project = own_filing(project_id)
    before, form = project.title, FilingForm()
    found, wrong = _take(project, form)
    if found is None:
        url = url_for("projects.both", project_id=project_id)
        return {"url": url, "post": True, "said": _elsewhere(project)}, 409
    refused = _take_papers(project)
    wrong.update({f"paper_{kind}": " ".join(said) for kind, said in refused.items()})
    commit_now()  # what is right is kept although the answer may be a refusal
    answer = {
        "version": project.version,
        "at": hour(project.updated_at),
        "base": _base(project, form),
        "parts": _parts(project, project.title != before),
        "taken": uploads.taken(current_actor()),
    }
    if found.theirs:
        answer["theirs"] = filing_both.fields_of(project, found.theirs)
    return ({**answer, "errors": wrong}, 422) if wrong else answer


def _parts(project: Project, renamed: bool) -> dict[str, str]:
    """Pieces of the page as they are now, by name."""
    around = beside(project, request.form.get("listed") == "1")
    names = {"path": "_filing_path", "lacks": "_filing_lacks", "rules": "_filing_rules", "state": "_filing_state"}
    if renamed:
        around["near"] = twins.alike(project.title, current_actor(), project)
        names["twins"] = "_filing_twins"
    found = {name: drawn(template, **around) for name, template in names.items()}
    # all of them: what is typed elsewhere decides which must be there
    return found | {f"kept-{kind}": drawn("_filing_kept", kind=kind, **around) for kind in ATTACHMENTS}


def drawn(template: str, **values: Any) -> str:
    """A piece of a page without what every page's frame asks of the database."""
    return current_app.jinja_env.get_template(f"projects/{template}.html").render(**values)


def both_page(project: Project, form: FilingForm, status: int = 409, unpicked: bool = False) -> ResponseReturnValue:
    """My text and the bank's, field by field."""
    found = filing_both.differences(project, form, _read_before())
    again = [
        (key, value)
        for key, value in request.form.items(multi=True)
        if not key.startswith(("pick-", "csrf_", "do", "version", "held", "taken"))
    ]
    return render_template(
        "projects/filing_both.html", project=project, differences=found, again=again, unpicked=unpicked, who=_elsewhere(project),
        picks={key.removeprefix("pick-"): value for key, value in request.form.items() if key.startswith("pick-")},
        open=project.state in filing.EDITABLE,
    ), status  # fmt: skip


@bp.route("/<int:project_id>/both", methods=["GET", "POST"])
@requires("project.edit")
def both(project_id: int) -> ResponseReturnValue:
    """Both texts after a lost race; the person picks field by field what stays."""
    project = own_filing(project_id)
    if request.method == "GET":
        return redirect(url_for("projects.edit", project_id=project.id), 303)
    form = FilingForm()
    form.validate_on_submit()
    if request.form.get("do") != "merge" or project.state not in filing.EDITABLE:
        return both_page(project, form)
    found = filing_both.differences(project, form, _read_before())
    picks = {each.key: request.form.get(f"pick-{each.key}") for each in found}
    if any(picks[each.key] not in ("theirs", *(() if each.wrong else ("mine",))) for each in found):
        return both_page(project, form, 422, unpicked=True)
    given = form.given(project)
    mine = filing.merged(project, given, _read_before(), fresh=False).mine | {
        name: value for name, value in given.items() if picks.get(filing_both.GROUPS.get(name, name)) == "mine"
    }
    try:
        filing.save(project, current_actor(), _seen(), **mine)
    except WrongState:
        db.session.rollback()
        return both_page(project, form)
    _take_papers(project)
    flash(_("已按您的选择保存 %(at)s", at=hour(project.updated_at)), "success")
    return redirect(url_for("projects.edit", project_id=project.id), 303)


from . import filing_completion, filing_steps  # noqa: E402, F401
