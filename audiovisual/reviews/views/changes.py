"""The ledger of changes (整改台账): everybody reads it here; the house answers row by row and hands back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import ScalarSelect, func, select

from audiovisual.kernel import serving, uploads
from audiovisual.kernel.bodies import accepts_large
from audiovisual.kernel.database import operation
from audiovisual.kernel.forms import ReasonForm, attempt, settled, whole_number
from audiovisual.kernel.model import db, today
from audiovisual.kernel.text import hour, size
from audiovisual.kernel.upload_places import takes
from audiovisual.kernel.web import current_actor, requires
from audiovisual.people.models import User
from audiovisual.people.versions import LostRace
from audiovisual.projects import panels as title_page
from audiovisual.projects.acted import acted
from audiovisual.projects.deciding import facts_of
from audiovisual.projects.models import Project
from audiovisual.projects.views.reach import is_sided
from audiovisual.projects.views.title import frame
from workflows.access import Actor, is_in_charge, not_recused
from workflows.beside import need
from workflows.engine import check
from workflows.errors import N_, RuleBroken, Unknown, say
from workflows.review import OUTCOMES, answer_is_given, knows_change

from .. import cut_page, ledger
from ..forms import CutForm
from ..forms_settling import ChangeAnswerForm
from ..gathered import DEMANDS, PlaceView
from ..models import Answer, Change, Cut
from ..operations import changes as acts
from ..operations import cuts, places
from . import bp
from .cuts import broken_by_cut, taken_parts
from .reach import known_title

HOWS = {"done": N_("已按意见改"), "done_differently": N_("改了，办法不同"), "explained": N_("没有改（写理由）")}


def url_of(project: Project) -> str:
    return url_for("reviews.changes", project_id=project.id)


def _count(inside: bool) -> ScalarSelect[int]:
    asked = select(func.count()).select_from(Change)
    return asked.where(Change.project_id == title_page.ID, Change.state != "drafted").scalar_subquery()


title_page.tab(
    "ledger", N_("整改"), url_of, count=_count, order=70,
    shown=lambda project, actor: is_sided(project, actor) and (project.letter_served or bool(project.changes_total)),
)  # fmt: skip
title_page.page("resubmit", url_of)
title_page.page("pass_title", url_of)


def _box(project: Project, actor: Actor) -> dict[str, Any] | None:
    """On the title's overview: how far the changes are, and by when they are due."""
    if not is_sided(project, actor) or not (project.changes_total or project.state == "rectifying"):
        return None
    round_ = ledger.due_of(project) if project.state == "rectifying" else None
    return {"url": url_of(project), "due": round_.answer_by if round_ else None, "late": _late(round_)}


title_page.box("reviews/_changes_box.html", _box, order=40)


def _late(round_: Any) -> bool:
    return bool(round_ and round_.answer_by and round_.answer_by < today())


def title_of(project_id: int) -> Project:
    """The title, for its house, the bureau (not those recused from it) and experts."""
    project, actor = known_title(project_id), current_actor()
    refusal = not_recused(project, actor) if actor.is_staff else None
    if refusal is not None:
        raise refusal
    return project


def row_of(project: Project, change_id: int) -> Change:
    """A row of the title that the person may know of."""
    change = ledger.find_change(project, change_id)
    if change is None or not knows_change(change, current_actor()):
        raise Unknown()
    return change


def to_ledger(project_id: int, change_id: int | None = None) -> ResponseReturnValue:
    """Back to the ledger, at one of its rows if one is named."""
    anchor = f"row-{change_id}" if change_id else None
    return redirect(url_for("reviews.changes", project_id=project_id, row=change_id, _anchor=anchor), 303)


@bp.get("/projects/<int:project_id>/changes")
@requires("review.changes")
def changes(project_id: int) -> ResponseReturnValue:
    """The ledger. The house finds the next row to answer open; `?row=` opens another."""
    return ledger_page(title_of(project_id), whole_number(request.args.get("row")) or 0)


@dataclass(frozen=True)
class Judging:
    """A verdict that was refused: on which row, and the form with what was typed."""

    change_id: int
    form: ReasonForm


def ledger_page(project: Project, open_: int = 0, *, status: int = 200, **forms: Any) -> ResponseReturnValue:
    """`forms`: what came back with something wrong: `answer`, `cut`, `judging` (a row's verdict), `again`, `trouble` (what
    was refused, each with the place it is about)."""
    actor = current_actor()
    parts = ledger.ledger(project, actor)
    if not parts and not is_sided(project, actor):
        raise Unknown()
    house = "producer" in actor.roles and actor.organisation_id == project.house_id
    answering = house and project.state == "rectifying"
    lines = [line for part in parts for line in part.lines]
    may = [line.change.id for line in lines if answering and line.change.state in ("open", "answered")]
    if open_ not in may:
        open_ = next((line.change.id for line in lines if line.change.id in may and line.change.state == "open"), 0)
    form, kept = _begun(lines, open_)
    office = _office(project, actor, parts)
    return render_template(
        "reviews/changes.html",
        **frame(project, actor, "ledger"),
        **office,
        parts=parts,
        open=open_,
        may=may,
        answering=answering,
        house=house,
        answer=forms.get("answer") or form,
        kept=kept,
        cut=forms.get("cut") or CutForm(formdata=None),
        judging=forms.get("judging"),
        again=forms.get("again"),
        trouble=_told(forms.get("trouble"), forms.get("judging"), lines),
        figures={severity: _figures(lines, severity) for severity in ("must", "should")},
        names=ledger.answerers(parts) if actor.is_staff else {},
        hows=HOWS,
        demands=DEMANDS,
        outcomes=OUTCOMES,
        machine=Change.machine,
        new_place=ledger.new_place,
        shown_in=_shown_in(project, actor, lines),
        to_know=facts_of(project, actor) if office["may_pass"] and office["passing"] is None else [],
        needs_cut=answering and (project.outcome == "re_review" or places.cut_is_needed(project)),
        hand_back=check(project.machine, project, "resubmit", actor) if answering else None,
        late=_late,
    ), status


def _shown_in(project: Project, actor: Actor, lines: list[ledger.Line]) -> Callable[[Answer, Cut], PlaceView | None]:
    """Gives where an answer's change is to be seen, in a version that was handed in and the person may watch."""
    pointing = any(answer.new_frame is not None for line in lines for answer in line.change.answers)
    cuts_ = cut_page.versions(project, actor) if pointing else []
    return lambda answer, old: cut_page.shown_in(answer, old, cuts_)


def _told(trouble: Any, judging: Judging | None, lines: list[ledger.Line]) -> Any:
    """What was refused, with the number of the row it is about."""
    number = next((line.number for line in lines if judging and line.change.id == judging.change_id), None)
    if number is None:
        return trouble
    return [(place, say("第 %(n)s 条：%(what)s", n=number, what=sentence)) for place, sentence in trouble]


def _begun(lines: list[ledger.Line], open_: int) -> tuple[ChangeAnswerForm, dict[str, str] | None]:
    """The form of the open row, and the file that stays with it. Answered before, it begins with what was answered; after
    the row was sent back, with its words alone, for then new evidence is asked."""
    form = ChangeAnswerForm(formdata=None)
    line = next((line for line in lines if line.change.id == open_), None)
    latest = line.latest if line is not None else None
    form.version.data = latest.id if latest is not None else 0
    if latest is None:
        return form, None
    form.how.data, form.text.data = latest.how, latest.text
    if latest.verdict is not None:
        return form, None
    form.new_episode.data, form.new_place.data = latest.new_episode, ledger.new_place(latest, line.change.round.cut)
    if latest.file is None:
        return form, None
    url = url_for("reviews.answer_file", project_id=line.change.project_id, answer_id=latest.id)
    return form, {"name": latest.file.name, "size": size(latest.file.size), "url": url}


def _figures(lines: list[ledger.Line], severity: str) -> dict[str, int]:
    """Of the rows of one weight that an answer is asked to: how many, how many answered, how many verified."""
    rows = [line.change.state for line in lines if line.change.severity == severity]
    asked = [state for state in rows if state in ("open", "answered", "closed")]
    return {"total": len(asked), "answered": len(asked) - asked.count("open"), "closed": asked.count("closed")}


def _office(project: Project, actor: Actor, parts: list[ledger.Part]) -> dict[str, Any]:
    """What the officer in charge may do here, each with what stands against it."""
    mine = "officer" in actor.roles and is_in_charge(project, actor) is None
    waiting = [
        line for part in parts for line in part.lines if line.change.state == "answered" and line.latest is not None
    ]
    current = parts[0].round if parts else None
    reviewing = mine and project.state == "in_review"
    may_ask = reviewing and project.changes_unanswered + project.suggestions_unanswered > 0
    return {
        "mine": mine, "waiting": waiting if mine else [], "current": current,
        "passing": check(project.machine, project, "pass_title", actor) if reviewing else None,
        "may_pass": reviewing and current is not None and current.state == "issued" and current.outcome != "re_review",
        "may_ask": may_ask, "kept_here": acts.kept_here(project) if may_ask else None,
        "may_extend": mine and project.state == "rectifying" and current is not None and current.answer_by is not None,
        "next_round": reviewing and current is not None and current.outcome == "re_review" and current.state == "issued",
    }  # fmt: skip


@takes("evidence", r"(\d{1,9}):\d{1,9}", "change.answer")
def _evidence(change_id: int) -> None:
    """What shows that a row was answered."""
    change, actor = db.session.get(Change, change_id), current_actor()
    if change is None or not knows_change(change, actor):
        raise Unknown()
    need(check(change.machine, change, "answer", actor))


@bp.post("/projects/<int:project_id>/changes/<int:change_id>/answer")
@requires("change.answer")
@accepts_large("UPLOAD_BYTES")
def answer_change(project_id: int, change_id: int) -> ResponseReturnValue:
    """The house answers one row; the next open one follows."""
    project, actor, form = title_of(project_id), current_actor(), ChangeAnswerForm()
    change = row_of(project, change_id)
    refusal = check(change.machine, change, "answer", actor)
    if refusal is not None:
        raise refusal
    right = [form.validate(), form.read_place(change.round.cut)]  # both: all that is wrong is said at once
    try:
        done = all(right) and attempt(form, lambda: _answer(change, actor, form))
    except LostRace:
        return _answered_meanwhile(project_id, change_id, form)
    if done:
        next_, left = _next_open(project, actor)
        flash(
            _("已答复，还有 %(n)s 条。", n=left) if left else _("已答复，全部条目都答完了，请在页末交回省局。"),
            "success",
        )
        return to_ledger(project_id, next_)
    _say_what_lacks(change, actor, form)
    return ledger_page(title_of(project_id), change_id, status=422, answer=form)


def _answered_meanwhile(project_id: int, change_id: int, form: ChangeAnswerForm) -> ResponseReturnValue:
    """Another window answered the row: its answer stands above, what was typed stays in the form."""
    db.session.rollback()
    project = title_of(project_id)
    change = row_of(project, change_id)
    given = change.answers[-1]
    mine = given.answered_by_id == current_actor().id
    who = _("您本人") if mine else db.session.get_one(User, given.answered_by_id).name
    form.version.raw_data, form.version.data = None, acts.answer_at_hand(change)
    said = _(
        "这一条在另一个窗口 %(at)s 答复过（%(who)s），写的是：%(text)s",
        at=hour(given.answered_at),
        who=who,
        text=given.text,
    )
    form.form_errors.append(said)
    form.form_errors.append(_("您写的还在下面；再按一次，就以您写的为准。"))
    return ledger_page(project, change_id, status=409, answer=form)


def _say_what_lacks(change: Change, actor: Actor, form: ChangeAnswerForm) -> None:
    """Words and evidence, each asked for by the rule as if the other were there, unless something is said there already."""
    for broken in uploads.broken("evidence", actor, "evidence"):
        if not form.evidence_errors:
            form.refuse(broken)
    shown = form.new_place.data or uploads.names_of("evidence", actor) or _kept_file(change, form)
    asked = {"asking": False, "how": form.how.data or "explained"}
    for typed in ({"text": form.text.data, "evidence": True}, {"text": "…", "evidence": shown}):
        lack = answer_is_given(change, actor, {**asked, **typed})
        if isinstance(lack, tuple) and not form.said_of(lack[0]):
            form.refuse(RuleBroken(lack[1], lack[0]))


def _next_open(project: Project, actor: Actor) -> tuple[int | None, int]:
    """The next row that waits for an answer, in the letter's order, and how many wait."""
    lines = [line for part in ledger.ledger(project, actor) for line in part.lines]
    waiting = [line.change.id for line in lines if line.change.state == "open"]
    return next(iter(waiting), None), len(waiting)


@operation
def _answer(change: Change, actor: Actor, form: ChangeAnswerForm) -> None:
    episode, frame_ = form.at
    given = uploads.given("evidence")
    file_id = uploads.take_upload(given, actor, "evidence", "evidence").id if given else _kept_file(change, form)
    acts.answer(
        change, actor, form.how.data, form.text.data or "", file_id=file_id, new_episode=episode,
        new_frame=frame_, seen=form.version.data,
    )  # fmt: skip


def _kept_file(change: Change, form: ChangeAnswerForm) -> int | None:
    """A corrected answer keeps the file of the one it replaces; after a row was sent back, new evidence is asked."""
    latest = change.answers[-1] if change.answers else None
    return latest.file_id if latest is not None and latest.verdict is None and form.how.data != "explained" else None


@bp.post("/projects/<int:project_id>/changes/resubmit")
@requires("project.resubmit")
@accepts_large("UPLOAD_BYTES")
def resubmit(project_id: int) -> ResponseReturnValue:
    """The house hands its changes back, with a new cut where the outcome asks for one."""
    project, actor, form = title_of(project_id), current_actor(), CutForm()
    refusal = check(project.machine, project, "resubmit", actor)
    if refusal is not None and refusal.status != 422:
        raise refusal
    broken = lambda: broken_by_cut(project, actor, form, "resubmit")  # noqa: E731
    if settled(form, lambda: _resubmit(project, actor, form), broken):
        acted(_("已交回整改，省局会逐条核验。"), project, "change.answer")
        return to_ledger(project_id)
    return ledger_page(title_of(project_id), status=422, cut=form)


@operation
def _resubmit(project: Project, actor: Actor, form: CutForm) -> None:
    uploads.require_arrived("cut")
    parts = taken_parts(project, actor) if uploads.given_all("cut") else None
    cuts.resubmit(project, actor, parts, form.note.data or "", form.partial)


@bp.get("/projects/<int:project_id>/changes/answers/<int:answer_id>/file")
@requires("review.changes")
def answer_file(project_id: int, answer_id: int) -> ResponseReturnValue:
    """The evidence of an answer, for whoever reads its row."""
    project = title_of(project_id)
    answer = db.session.get(Answer, answer_id)
    if (
        answer is None
        or answer.project_id != project.id
        or answer.file is None
        or not knows_change(answer.change, current_actor())
    ):
        raise Unknown()
    return serving.send(answer.file, inline=request.args.get("inline") == "1")
