"""The officer's side of the ledger: rows closed or sent back, more time, the title passed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audiovisual.kernel.forms import ReasonForm, attempt, whole_number
from audiovisual.kernel.text import named
from audiovisual.kernel.web import current_actor, requires
from audiovisual.people.views.frame import raced, sheet
from audiovisual.projects.deciding import facts_of
from workflows.access import is_in_charge
from workflows.errors import WrongState, say

from .. import ledger
from ..forms_settling import ExtendForm
from ..operations import changes as acts
from . import bp
from .changes import Judging, ledger_page, row_of, title_of, to_ledger, url_of


def _done(
    project_id: int, said: str, act: Callable[[str], Any], change_id: int | None = None
) -> ResponseReturnValue:  # fmt: skip
    """Do it with the reason that was typed, and come back; what was refused is told on the ledger, with what was typed."""
    form = ReasonForm()
    if not form.validate() or not attempt(form, lambda: act(form.reason.data or "")):
        judged = {"judging": Judging(change_id, form)} if change_id else {"again": form}
        place = f"row-{change_id}" if change_id else None
        told = [(place, sentence) for sentence in form.form_errors]  # what is wrong with the reason stands beside it
        return ledger_page(title_of(project_id), status=422, trouble=told, **(judged if form.reason.errors else {}))
    flash(said, "success")
    return to_ledger(project_id, change_id)


@bp.post("/projects/<int:project_id>/changes/<int:change_id>/<any(close, reopen):verdict>")
@requires("change.close")
def judge_change(project_id: int, change_id: int, verdict: str) -> ResponseReturnValue:
    """The officer closes a row or sends it back, on the answer the page showed."""
    project, actor = title_of(project_id), current_actor()
    change, seen = row_of(project, change_id), whole_number(request.form.get("answer"))
    act = acts.close if verdict == "close" else acts.reopen
    said = _("核验通过。") if verdict == "close" else _("已退回这一条，整部片退回制作机构后，机构才看得到。")
    left = ledger.to_verify(project, but=change)
    told = _("%(said)s还有 %(n)s 条待核验。", said=said, n=left) if left else said
    return _done(project_id, told, lambda reason: act(change, actor, reason, seen), change_id)


@bp.post("/projects/<int:project_id>/changes/close-all")
@requires("change.close")
def close_all(project_id: int) -> ResponseReturnValue:
    """Close every answered row whose answer stood in the preview."""
    project, actor = title_of(project_id), current_actor()
    answers = ledger.find_answers(project, request.form.getlist("answers"))
    return _done(project_id, _("已全部核验通过。"), lambda _reason: acts.close_all(project, actor, answers))


@bp.post("/projects/<int:project_id>/changes/again")
@requires("project.ask_again")
def ask_again(project_id: int) -> ResponseReturnValue:
    """Back to the house, because rows were sent back."""
    project, actor = title_of(project_id), current_actor()
    return _done(project_id, _("已退回制作机构再改。"), lambda reason: acts.ask_again(project, actor, reason))


@bp.post("/projects/<int:project_id>/changes/pass")
@requires("project.pass_title")
def pass_title(project_id: int) -> ResponseReturnValue:
    """The title is passed; the title's page says what comes next."""
    project, actor = title_of(project_id), current_actor()
    said = _("审核通过，本轮审核办结，机构会收到消息。")
    answer = _done(project_id, said, lambda _reason: acts.pass_title(project, actor))
    return answer if isinstance(answer, tuple) else redirect(url_for("projects.show", project_id=project_id), 303)


@bp.route("/projects/<int:project_id>/changes/extend", methods=["GET", "POST"])
@requires("review.settle")
def extend(project_id: int) -> ResponseReturnValue:
    """More time for the house, with the reason it reads."""
    project, actor = title_of(project_id), current_actor()
    refusal, round_ = is_in_charge(project, actor), ledger.due_of(project)
    if refusal is not None:
        raise refusal
    if round_ is None or project.state != "rectifying" or round_.answer_by is None:
        raise WrongState(say("现在不在整改期，没有期限可以延长。"))
    form = ExtendForm(version=round_.version)
    done, lost = raced(
        form,
        lambda: acts.extend(round_, actor, form.answer_by.data, form.reason.data or "", form.version.data),
        rules=lambda: acts.broken_by_extension(round_, form.answer_by.data, form.reason.data or ""),
    )
    if done:
        flash(_("答复期限已延长，机构会收到消息。"), "success")
        return to_ledger(project_id)
    due = ledger.due_of(project)
    if lost:
        form.version.raw_data, form.version.data = None, due.version
    crumbs = [(_("工作台"), url_for("desk.home")), (named(project.title), url_for("projects.show", project_id=project.id)),
              (_("整改"), url_of(project)), (_("延长期限"), None)]  # fmt: skip
    return sheet(
        "reviews/changes_extend.html",
        form,
        lost,
        project=project,
        due=due.answer_by if due else None,
        facts=facts_of(project, actor),
        crumbs=crumbs,
    )
