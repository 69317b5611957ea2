"""Completion (补正): the house answers each item in words or with a file, and hands the materials back."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from audiovisual.kernel import uploads
from audiovisual.kernel.bodies import accepts_large
from audiovisual.kernel.database import commit_now, operation
from audiovisual.kernel.files import StoredFile
from audiovisual.kernel.forms import clean
from audiovisual.kernel.merging import packed, print_of, unpacked
from audiovisual.kernel.model import today, utcnow
from audiovisual.kernel.text import hour, translated
from audiovisual.kernel.web import current_actor, requires
from workflows.errors import RuleBroken, WorkflowError, WrongState, say

from . import labels, panels
from .filing_views import drawn, own_filing
from .models import Completion, CompletionItem, Project
from .operations import filing
from .queries.drafts import name_of, was_taken
from .views import bp
from .views.reach import to_title

MOST = 4000
panels.page("complete", lambda project: url_for("projects.completing", project_id=project.id))


@dataclass
class Typed:
    """What was typed for one item, what is wrong with it or with its file, and what a colleague wrote meanwhile."""

    item: CompletionItem
    text: str
    errors: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    theirs: str | None = None
    other: bool = False
    """Whether a colleague's text was taken over, because this window had not touched it."""

    @property
    def wrong(self) -> dict[str, str]:
        """The first sentence beside each control."""
        places = {f"answer-{self.item.id}": self.errors, f"file-{self.item.id}": self.refused}
        return {place: said[0] for place, said in places.items() if said}


@bp.route("/<int:project_id>/completion", methods=["GET", "POST"])
@requires("project.answer_completion")
@accepts_large("UPLOAD_BYTES")
def completing(project_id: int) -> ResponseReturnValue:
    """Item by item, with what is still open; handed back when all are answered."""
    project = own_filing(project_id)
    notice = project.completion
    if project.state != "completing" or notice is None:
        if request.method == "POST":
            raise WrongState(say("现在不在补正期。"))
        return to_title(project)
    if request.method == "GET":
        return _page(project, notice, [Typed(item, item.answer) for item in notice.items])
    typed = _settle(notice)
    if any(each.theirs is not None for each in typed):
        return _page(project, notice, typed, 409)
    if any(each.wrong for each in typed):
        commit_now()  # what is right is kept although the answer is a refusal
        return _page(project, notice, typed, 422)
    if request.form.get("do") == "complete":
        return _hand_back(project, notice, typed)
    flash(_("已保存 %(at)s", at=hour(utcnow())), "success")
    removed = request.form.get("remove", "")
    return redirect(
        url_for("projects.completing", project_id=project.id, _anchor=f"item-{removed}" if removed else None), 303
    )


@bp.post("/<int:project_id>/completion/draft")
@requires("project.answer_completion")
def completion_draft(project_id: int) -> ResponseReturnValue:
    """Autosave of the answers."""
    project = own_filing(project_id)
    notice = project.completion
    if project.state != "completing" or notice is None:
        raise WrongState(say("现在不在补正期。"))
    typed = _settle(notice)
    if any(each.theirs is not None for each in typed):
        said = next(_elsewhere(each.item) for each in typed if each.theirs is not None)
        return {"url": url_for("projects.completing", project_id=project.id), "post": True, "said": said}, 409
    wrong = {place: said for each in typed for place, said in each.wrong.items()}
    commit_now()  # what is right is kept although the answer may be a refusal
    answer = {
        "version": version_of(notice), "at": hour(utcnow()), "parts": _parts(project, notice),
        "taken": uploads.taken(current_actor()), "base": _base(typed), "theirs": _theirs(typed),
    }  # fmt: skip
    return ({**answer, "errors": wrong}, 422) if wrong else answer


def _elsewhere(item: CompletionItem) -> str:
    """Who answered an item in another window, and when."""
    at = hour(item.answered_at)
    if item.answered_by_id == current_actor().id:
        return _("这份内容在另一个窗口 %(at)s 存过（您本人）", at=at)
    return _("%(name)s %(at)s 在别处存过这份内容", name=name_of(item.answered_by_id) or _("同事"), at=at)


def _base(typed: list[Typed]) -> str:
    """What the window has read of each answer, once it has this answer; what another window wrote it does not show yet."""
    read = unpacked(request.form.get("base")) or {}
    now = {str(each.item.id): print_of(each.item.answer) for each in typed}
    return packed({key: read.get(key, new) if _held(key, typed) else new for key, new in now.items()})


def _held(key: str, typed: list[Typed]) -> bool:
    return any(str(each.item.id) == key and (each.other or each.wrong) for each in typed)


def _theirs(typed: list[Typed]) -> dict[str, Any]:
    """Answers a colleague wrote where this window wrote nothing, for its script."""
    return {
        f"answer-{each.item.id}": {
            "values": [each.item.answer], "prints": {str(each.item.id): print_of(each.item.answer)},
        }
        for each in typed if each.other
    }  # fmt: skip


def version_of(notice: Completion) -> int:
    """A figure that changes with any answer of the notice: what the page was opened on."""
    held = "\x00".join(f"{item.id}:{item.answer}:{item.file_id}" for item in notice.items)
    return zlib.crc32(held.encode("utf-8", "replace"))


def _settle(notice: Completion) -> list[Typed]:
    """Read what came and keep it, unless a colleague was faster: nothing is kept then, and both texts are shown."""
    request.form  # noqa: B018  read before the lock is taken: bytes travel without it
    return _settle_locked(notice)


@operation
def _settle_locked(notice: Completion) -> list[Typed]:
    typed = _read(notice)
    if all(each.theirs is None for each in typed):
        _answer(typed)
        _take_away(notice)
    return typed


def _read(notice: Completion) -> list[Typed]:
    """What came for each item. Where a colleague wrote something else after the page was opened, his text stands by."""
    fresh, base = request.form.get("version", "") == str(version_of(notice)), unpacked(request.form.get("base")) or {}
    found = []
    for item in notice.items:
        typed = Typed(item, item.answer)
        if f"answer-{item.id}" in request.form:
            typed.text = clean(request.form[f"answer-{item.id}"]) or ""
            read = base.get(str(item.id))
            if read is not None and read == print_of(typed.text):
                typed.text, typed.other = item.answer, typed.text != item.answer  # left as it was read
            elif not fresh and item.answer and typed.text != item.answer and read != print_of(item.answer):
                typed.theirs = item.answer
        found.append(typed)
    return found


def _answer(typed: list[Typed]) -> None:
    """Keep every answer that changed; what cannot be kept says why beside its item."""
    actor = current_actor()
    for each in typed:
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
        stored = _stored(each, given, name)
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


def _stored(each: Typed, given: FileStorage | str | None, name: str) -> StoredFile | None:
    """The file that came for an item; one that is not taken says why, and the words are kept all the same."""
    if not given:
        return None
    try:
        return uploads.take_upload(given, current_actor(), "evidence", name)
    except WorkflowError as refusal:
        each.refused.append(translated(refusal.sentence))
        return None


def _hand_back(project: Project, notice: Completion, typed: list[Typed]) -> ResponseReturnValue:
    try:
        filing.complete(project, current_actor())
    except RuleBroken as refusal:
        commit_now()  # the answers stay
        lacks = []
        for number, each in enumerate(typed, 1):
            if each.item.answered_at is None:
                each.errors.append(_("这一项还没有补正：写明情况，或附上材料。"))
                lacks.append((f"answer-{each.item.id}", say("第 %(n)s 项还没有补正", n=number)))
        return _page(project, notice, typed, 422, lacks, refusal.sentence)
    flash(_("补正已交回，时钟恢复。"), "success")
    return to_title(project)


def _page(
    project: Project, notice: Completion, typed: list[Typed], status: int = 200, lacks: Sequence[tuple[str, str]] = (), refused: str = "",
) -> ResponseReturnValue:  # fmt: skip
    return render_template(
        "projects/filing_completion.html", project=project, notice=notice, typed=typed, vocabulary=labels, today=today(),
        version=version_of(notice), base=_base(typed), most=MOST, elsewhere=_elsewhere, raced=status == 409, lacks=lacks,
        refused=translated(refused), wrong=0 if lacks else sum(len(each.wrong) for each in typed),
        left=project.unanswered_items,
    ), status  # fmt: skip


def _parts(project: Project, notice: Completion) -> dict[str, str]:
    """Pieces of the page as they are now: how many items are answered, and of each whether and with which file."""
    found = {"state": drawn("_filing_answered", left=project.unanswered_items, of=len(notice.items))}
    for item in notice.items:
        found[f"said-{item.id}"] = drawn("_filing_answer_said", item=item)
        found[f"kept-{item.id}"] = drawn("_filing_answer_kept", item=item, project=project)
    return found
