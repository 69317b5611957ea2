"""Completion (补正): the house corrects the very field or paper a notice names, answers the rest, and hands it all back."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from audiovisual.kernel import merging, scanning, uploads
from audiovisual.kernel.bodies import accepts_large
from audiovisual.kernel.database import commit_now, operation
from audiovisual.kernel.files import StoredFile
from audiovisual.kernel.forms import clean
from audiovisual.kernel.merging import Merged
from audiovisual.kernel.model import db, today, utcnow
from audiovisual.kernel.text import hour, moment, translated
from audiovisual.kernel.upload_places import takes
from audiovisual.kernel.web import current_actor, requires
from workflows import completion as rules
from workflows.errors import RuleBroken, Unknown, WorkflowError, WrongState, say

from . import filing_both, labels, panels
from .acted import acted
from .compared import label_of
from .filing_forms import FilingForm, form_of
from .filing_progress import place
from .filing_views import NOTES, drawn, own_filing, wrong_fields
from .models import Attachment, Completion, CompletionItem, Project
from .operations import completion as operations
from .operations import filed, filing
from .queries.drafts import name_of, was_taken
from .shown import GROUPS, keys_of, shown
from .views import bp
from .views.reach import to_title

MOST = 4000
panels.page("complete", lambda project: url_for("projects.completing", project_id=project.id))


@dataclass
class Answer:
    """One item on the page: what it opens, what was typed for it, what is wrong, and what another window saved."""

    item: CompletionItem
    number: int
    text: str
    controls: list[str]
    old: list[tuple[str, str]]
    papers: list[Attachment]
    as_in: int | None = None
    """The number of an item before that opens the same part: it is corrected there."""
    errors: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    theirs: str | None = None
    saved: list[tuple[str, str]] = field(default_factory=list)
    """What another window saved of its fields: label and value."""

    @property
    def box(self) -> str:
        """The id of the field for words."""
        return f"answer-{self.item.id}"

    @property
    def wrong(self) -> dict[str, str]:
        """The first sentence beside the words and beside the file."""
        places = {self.box: self.errors, f"file-{self.item.id}": self.refused}
        return {where: said[0] for where, said in places.items() if said}


@takes("completion", r"(\d{1,9})", "project.answer_completion")
def _material(item_id: int) -> None:
    """What a completion notice asks for, while the house answers it."""
    item = db.session.get(CompletionItem, item_id)
    if item is None:
        raise Unknown()
    project = own_filing(item.completion.project_id)
    if project.state != "completing" or project.completion is not item.completion:
        raise _over(project)


@bp.route("/<int:project_id>/completion", methods=["GET", "POST"])
@requires("project.answer_completion")
@accepts_large("UPLOAD_BYTES")
def completing(project_id: int) -> ResponseReturnValue:
    """Item by item, with what is still open; handed back when all are answered."""
    project = own_filing(project_id)
    notice = project.completion
    if project.state != "completing" or notice is None:
        if request.method == "POST":
            raise _over(project)
        return to_title(project)
    if request.method == "GET":
        return _page(notice, form_of(operations.corrected(notice)), _answers(notice))
    form, answers = _typed(notice)
    found = _settle(notice, form, answers)
    if found.conflicts:
        return _page(notice, form, answers, 409)
    if request.form.get("do") == "complete":
        return _hand_back(notice, form, answers)
    if _wrong(notice, form, answers):
        commit_now()  # what is right is kept although the answer is a refusal
        return _page(notice, form, answers, 422)
    flash(_("已保存 %(at)s", at=hour(utcnow())), "success")
    removed = request.form.get("remove", "")
    return redirect(
        url_for("projects.completing", project_id=project.id, _anchor=f"item-{removed}" if removed else None), 303
    )


@bp.post("/<int:project_id>/completion/draft")
@requires("project.answer_completion")
def completion_draft(project_id: int) -> ResponseReturnValue:
    """Autosave of the corrections and the answers."""
    project = own_filing(project_id)
    notice = project.completion
    if project.state != "completing" or notice is None:
        raise _over(project)
    form, answers = _typed(notice)
    found = _settle(notice, form, answers)
    if found.conflicts:
        where = url_for("projects.completing", project_id=project.id)
        return {"url": where, "post": True, "said": _elsewhere(notice)}, 409
    wrong = _wrong(notice, form, answers)
    commit_now()  # what is right is kept although the answer may be a refusal
    answer = {
        "version": version_of(notice), "at": hour(utcnow()), "base": _base(notice, form, answers),
        "parts": _parts(notice), "taken": uploads.taken(current_actor()),
    }  # fmt: skip
    answer["theirs"] = _theirs(notice, found.theirs)
    return ({**answer, "errors": wrong}, 422) if wrong else answer


def _over(project: Project) -> WrongState:
    """Why nothing can be corrected: a colleague handed it back meanwhile, or the title is elsewhere."""
    handed_back = max((notice.completed_at for notice in project.completions if notice.completed_at), default=None)
    if handed_back is None:
        return WrongState(say("现在不在补正期。"))
    return WrongState(say("补正已在 %(at)s 交回，不能再改；要补充的，请给省局留言。", at=moment(handed_back)))


def _theirs(notice: Completion, names: list[str]) -> dict[str, Any]:
    """What another window saved where this one wrote nothing, for its script."""
    fields = [name for name in names if not name.startswith("answer-")]
    told = filing_both.fields_of(operations.corrected(notice), fields) if fields else {}
    for item in notice.items:
        if (box := f"answer-{item.id}") in names:
            told[box] = {"values": [item.answer], "prints": {box: merging.print_of(item.answer)}}
    return told


def version_of(notice: Completion) -> int:
    """A figure that changes with any answer of the notice: what the page was opened on."""
    held = "\x00".join(f"{item.id}:{item.answer}:{item.file_id}" for item in notice.items)
    return zlib.crc32(f"{held}\x00{sorted((notice.corrections or {}).items())}".encode("utf-8", "replace"))


def _opened(notice: Completion) -> frozenset[str]:
    return rules.opened(item.field for item in notice.items)


def _answers(notice: Completion) -> list[Answer]:
    """The items as they are kept."""
    found: list[Answer] = []
    first: dict[str, int] = {}
    for number, item in enumerate(notice.items, 1):
        columns, paper = rules.columns_of(item.field), rules.paper_of(item.field)
        kept = {name: filed.kept(notice.project, name) for name in columns}
        old = [(label_of(key), shown(key, kept)) for key in keys_of(columns)]
        papers = [each for each in notice.project.attachments if each.kind == paper and each.removed_at is None]
        as_in = first.get(item.field) if columns else None
        found.append(Answer(item, number, item.answer, keys_of(columns), old, papers, as_in))
        first.setdefault(item.field, number)
    return found


def _typed(notice: Completion) -> tuple[FilingForm, list[Answer]]:
    """What came: the form of the opened fields, and the words for each item."""
    form, answers = FilingForm(), _answers(notice)
    form.validate()
    for each in answers:
        if each.box in request.form:
            each.text = clean(request.form[each.box]) or ""
    return form, answers


def _given(notice: Completion, form: FilingForm) -> dict[str, Any]:
    """What was typed into the opened fields and is right; whatever else came is none of this page's business."""
    typed = form.given(operations.corrected(notice))
    return {name: value for name, value in typed.items() if name in _opened(notice)}


def _stored(notice: Completion) -> dict[str, Any]:
    """What the bank holds of everything the page asks."""
    now = operations.corrected(notice)
    fields = {name: filed.kept(now, name) for name in sorted(_opened(notice))}
    return fields | {f"answer-{item.id}": item.answer for item in notice.items}


def _all_typed(notice: Completion, form: FilingForm, answers: list[Answer]) -> dict[str, Any]:
    return _given(notice, form) | {each.box: each.text for each in answers if each.box in request.form}


def _settle(notice: Completion, form: FilingForm, answers: list[Answer]) -> Merged:
    """Keep what was typed, unless another window saved the same otherwise: nothing is kept then, and both are shown."""
    request.form  # noqa: B018  read before the lock is taken: bytes travel without it
    return _settle_locked(notice, form, answers)


@operation
def _settle_locked(notice: Completion, form: FilingForm, answers: list[Answer]) -> Merged:
    typed, stored = _all_typed(notice, form, answers), _stored(notice)
    found = merging.merge(typed, stored, _read_before(notice), _fresh(notice))
    if found.conflicts:
        _show_both(notice, answers, found.conflicts, stored)
        return found
    fields = {name: value for name, value in found.mine.items() if not name.startswith("answer-")}
    operations.correct(notice, current_actor(), fields)
    for each in answers:
        if each.box in found.theirs:
            each.text = each.item.answer
    _answer(answers)
    _take_away(notice)
    return found


def _fresh(notice: Completion) -> bool:
    return request.form.get("version", "") == str(version_of(notice))


def _read_before(notice: Completion) -> merging.Prints | None:
    """What the window had read. One that does not say read what is stored now, or the filing as it was submitted."""
    said = merging.unpacked(request.form.get("base"))
    if said is not None or _fresh(notice):
        return said
    filed_ = {name: filed.kept(notice.project, name) for name in _opened(notice)}
    return merging.prints_of(filed_ | {f"answer-{item.id}": "" for item in notice.items})


def _show_both(notice: Completion, answers: list[Answer], conflicts: list[str], stored: dict[str, Any]) -> None:
    keys = {GROUPS.get(name, name) for name in conflicts}
    for each in answers:
        each.theirs = each.item.answer if each.box in conflicts else None
        each.saved = [
            (label_of(key), shown(key, stored)) for key in each.controls if key in keys and each.as_in is None
        ]


def _answer(answers: list[Answer]) -> None:
    """Keep every answer that changed; what cannot be kept says why beside its item."""
    actor = current_actor()
    for each in answers:
        item, name = each.item, f"file-{each.item.id}"
        given = None
        try:
            given = uploads.given(name)
        except RuleBroken as lost:
            each.refused.append(translated(lost.sentence))
        if isinstance(given, str) and was_taken(given, actor):
            given = None
        if len(each.text) > MOST:
            each.errors.append(_("最多 %(most)s 字，现在 %(count)s 字。", most=MOST, count=len(each.text)))
            continue
        stored = _file_of(each, given, name)
        if stored is None and (
            each.text == item.answer or (not each.text and item.file_id is None and not item.answer)
        ):
            continue
        try:
            filing.answer_item(item, actor, each.text, stored)
        except WorkflowError as refusal:
            each.errors.append(translated(refusal.sentence))


def _take_away(notice: Completion) -> None:
    """The file whose button was pressed."""
    for item in notice.items:
        if request.form.get("remove") == str(item.id):
            filing.clear_item(item, current_actor())


def _file_of(each: Answer, given: FileStorage | str | None, name: str) -> StoredFile | None:
    """The file that came for an item; one that is not taken says why, and the words are kept all the same."""
    if not given:
        return None
    purpose = "document" if rules.paper_of(each.item.field) else "evidence"
    try:
        return uploads.take_upload(given, current_actor(), purpose, name)
    except WorkflowError as refusal:
        each.refused.append(translated(refusal.sentence))
        return None


def _wrong(notice: Completion, form: FilingForm, answers: list[Answer]) -> dict[str, str]:
    """Every control with something wrong: its id and the sentence."""
    asked = {key for each in answers for key in each.controls}
    fields = {where: said for where, said in wrong_fields(form).items() if where.split("-")[0] in asked}
    return fields | {where: said for each in answers for where, said in each.wrong.items()}


def _hand_back(notice: Completion, form: FilingForm, answers: list[Answer]) -> ResponseReturnValue:
    """Hand it back, or tell at once all that stands against it: what cannot be read, what the rules refuse, what is open."""
    for each in answers:
        if each.item.file is not None and each.item.file.infected:
            each.refused.append(translated(scanning.infected_said(each.item.file.name, each.item.file.scan.signature)))
    project, wrong = notice.project, _wrong(notice, form, answers)
    lacks = operations.wrong_with(notice)
    faulty = {where if where.startswith(("answer-", "file-")) else where.split("-")[0] for where in wrong}
    left = [each for each in answers if each.item.answered_at is None and not _places(each) & faulty]
    if not wrong and not lacks and not left:
        filing.complete(project, current_actor())
        acted(_("补正已交回，时钟恢复，等省局受理。"), project, "project.answer_completion")
        return to_title(project)
    commit_now()  # the answers stay
    for each in left:
        each.errors.append(_lacking(each))
    for lack in lacks:
        where = form[place(lack, project).split("-")[0]]
        where.errors = [*where.errors, translated(lack.sentence)]
    told = _("还有 %(n)s 项没有补正。", n=project.unanswered_items) if left else _("还没有交回")
    return _page(notice, form, answers, 422, told)


def _places(each: Answer) -> set[str]:
    """The controls of an item."""
    return {*each.controls, each.box, f"file-{each.item.id}"}


def _lacking(each: Answer) -> str:
    if each.controls:
        return _("这一项还没有补正：请改上面的内容；不用改的，写明原因。")
    if rules.paper_of(each.item.field):
        return _("这一项还没有补正：请传新的一版；没有的，写明原因。")
    return _("这一项还没有补正：写明情况，或附上材料。")


def _base(notice: Completion, form: FilingForm | None, answers: list[Answer]) -> str:
    """What the window has read once it has the answer."""
    sent = form is not None and request.method == "POST"
    read = _read_before(notice) if sent else None
    typed = _all_typed(notice, form, answers) if sent else {}
    return merging.packed(merging.rebased(read, typed, _stored(notice)))


def _elsewhere(notice: Completion) -> str:
    """Who answered last, and when."""
    last = max((item for item in notice.items if item.answered_at), key=lambda item: item.answered_at, default=None)
    if last is None:
        return _("同事刚改过这份补正")
    at = hour(last.answered_at)
    if last.answered_by_id == current_actor().id:
        return _("这份内容在另一个窗口 %(at)s 存过（您本人）", at=at)
    return _("%(name)s %(at)s 在别处存过这份内容", name=name_of(last.answered_by_id) or _("同事"), at=at)


def _page(
    notice: Completion, form: FilingForm, answers: list[Answer], status: int = 200, refused: str = "",
) -> ResponseReturnValue:  # fmt: skip
    project = notice.project
    return render_template(
        "projects/filing_completion.html", project=project, notice=notice, answers=answers, vocabulary=labels,
        form=form.add_blank_rows(), today=today(), version=version_of(notice), most=MOST, refused=refused,
        raced=_elsewhere(notice) if status == 409 else "", wrong=0 if refused else len(_wrong(notice, form, answers)),
        left=project.unanswered_items, base=_base(notice, form if status != 409 else None, answers),
        notes={code: _(text) for code, text in NOTES.items()}, boxed=_boxed(answers), **_meaning(notice),
    ), status  # fmt: skip


def _boxed(answers: Sequence[Answer]) -> bool:
    """Whether boxes to tick are on the page: a browser says nothing of those that are not ticked."""
    ticks = {"special_subjects", "submitted_elsewhere", "interactive", "foreign_staff", "promoted", "first_created"}
    return any(key in ticks for each in answers for key in each.controls)


def _meaning(notice: Completion) -> dict[str, Any]:
    """What the corrections mean: another class, papers it then asks for."""
    if not operations.values_of(notice):
        return {"class_after": "", "asked_then": []}
    now = operations.corrected(notice)
    found = operations.class_of(now)
    after = found.label if found.class_code != notice.project.class_code else ""
    return {"class_after": after, "asked_then": [lack.sentence for lack in operations.lacking_after(notice)]}


def _parts(notice: Completion) -> dict[str, str]:
    """Pieces of the page as they are now: how many items are answered, and of each whether and with which file."""
    project = notice.project
    found = {
        "state": drawn("_filing_answered", left=project.unanswered_items, of=len(notice.items)),
        "meaning": drawn("_completion_meaning", **_meaning(notice)),
    }
    for item in notice.items:
        found[f"said-{item.id}"] = drawn("_filing_answer_said", item=item)
        found[f"kept-{item.id}"] = drawn("_filing_answer_kept", item=item, project=project)
    return found
