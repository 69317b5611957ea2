"""Records beside the line: co-reviews asked, answered, taken back; permits; changes asked, consented to and decided."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audiovisual.kernel import uploads
from audiovisual.kernel.forms import ReasonForm, attempt, settled
from audiovisual.kernel.lifecycle import choices
from audiovisual.kernel.model import db, today
from audiovisual.kernel.upload_places import takes
from audiovisual.kernel.web import current_actor, requires, visible_or_404
from audiovisual.people.models import House
from workflows import beside
from workflows.access import knows_project
from workflows.engine import check
from workflows.errors import NotAllowed, RuleBroken, Unknown, WrongState, say
from workflows.project import PROJECT, REFILABLE
from workflows.records import knows_change_request

from .. import labels
from ..acted import acted
from ..deciding import Fact, change_said, facts_of, facts_of_house, in_order
from ..forms.records import ChangeForm, CoReviewAnswerForm, CoReviewForm, PermitForm
from ..models import ChangeRequest, CoReview, Permit, Project
from ..operations import records as acts
from ..queries import records, twins
from . import bp
from .reach import attached, brought, form_page, known, pressed_twice, to_title

STATES = {state.code: state.label for state in PROJECT.states}


def _record(model: Any, record_id: int, project: Project, trigger: str) -> Any:
    """A record of this title on which the person may take a step now."""
    row = records.record(model, record_id, project)
    if row is None:
        raise Unknown()
    refusal = check(row.machine, row, trigger, current_actor())
    if refusal is not None:
        pressed_twice(row, trigger, current_actor())
        raise refusal
    return row


def _to_records(project: Project) -> ResponseReturnValue:
    return redirect(url_for("projects.record_page", project_id=project.id), 303)


@bp.route("/<int:project_id>/co-reviews/new", methods=["GET", "POST"])
@requires("project.ask_co_review")
def ask_co_review(project_id: int) -> ResponseReturnValue:
    """Ask another department for its written opinion; the clock waits."""
    project, actor = known(project_id), current_actor()
    beside.need(beside.ask_co_review(project, actor))
    lacking = project.co_reviews_lacking or (project.class_detail or {}).get("may_ask", [])
    form = CoReviewForm(data={"department": request.args.get("department") or (lacking[0] if lacking else "")})
    if settled(
        form,
        lambda: acts.ask_co_review(project, actor, form.department.data, form.question.data),
        lambda: acts.broken_by_question(project, form.department.data),
    ):
        acted(
            _("已征求%(who)s的意见，时钟暂停，等答复。", who=_(form.department.data)), project, "project.ask_co_review"
        )
        return to_title(project)
    return form_page("projects/co_review.html", project, form, lacking=lacking, facts=facts_of(project, actor))


@takes("co_review", r"(\d{1,9})", "co_review.answer")
def _written_answer(record_id: int) -> None:
    """What a department answered in writing."""
    review = db.session.get(CoReview, record_id)
    if review is None or not knows_project(review.project, current_actor()):
        raise Unknown()
    beside.need(check(review.machine, review, "answer", current_actor()))


@bp.route("/<int:project_id>/co-reviews/<int:record_id>/answer", methods=["GET", "POST"])
@requires("co_review.answer")
def answer_co_review(project_id: int, record_id: int) -> ResponseReturnValue:
    """Record what the department answered."""
    project, actor = known(project_id), current_actor()
    review = _record(CoReview, record_id, project, "answer")
    form = CoReviewAnswerForm(data={"answered_on": today()})
    if settled(form, lambda: _answer(review, form, actor), lambda: _broken_by_answer(review, form, actor)):
        acted(_("%(who)s的协审意见已登记，请接着办理。", who=_(review.department)), project, "co_review.answer")
        return _to_records(project)
    ends = _(review.machine.consequence_of("answer"))
    return form_page("projects/co_review_answer.html", project, form, review=review, ends=ends)


def _answer(review: CoReview, form: CoReviewAnswerForm, actor: Any) -> None:
    file_id = attached(form, actor)
    acts.answer_co_review(review, actor, form.verdict.data, form.opinion.data or "", form.answered_on.data, file_id)


def _broken_by_answer(review: CoReview, form: CoReviewAnswerForm, actor: Any) -> Iterator[RuleBroken]:
    yield from acts.broken_by_answer(review, actor, form.opinion.data or "", form.answered_on.data, brought())
    yield from uploads.broken("file", actor)


@bp.route("/<int:project_id>/co-reviews/<int:record_id>/cancel", methods=["GET", "POST"])
@requires("co_review.cancel")
def cancel_co_review(project_id: int, record_id: int) -> ResponseReturnValue:
    """Take a question back, with a reason."""
    project, actor = known(project_id), current_actor()
    review = _record(CoReview, record_id, project, "cancel")
    form = ReasonForm()
    if form.validate_on_submit() and attempt(
        form, lambda: acts.cancel_co_review(review, actor, form.reason.data or "")
    ):
        acted(_("已取消协审，不再等%(who)s的意见。", who=_(review.department)), project, "co_review.answer")
        return _to_records(project)
    label = _("取消协审：%(department)s", department=review.department)
    ends = _(review.machine.consequence_of("cancel"))
    return form_page("projects/step.html", project, form, label=label, needs_reason=True, ends=ends)


@takes("permit", r"(\d{1,9})(?::(\d{1,9}))?", "project.record_permit")
def _scan_of_permit(project_id: int, record_id: int | None = None) -> None:
    """The scan of a number or licence, recorded newly or put right."""
    project, actor = known(project_id), current_actor()
    beside.need(beside.correct_permit(project, actor) if record_id else beside.record_permit(project, actor))
    if record_id and records.record(Permit, record_id, project) is None:
        raise Unknown()


@bp.route("/<int:project_id>/permits/new", methods=["GET", "POST"])
@requires("project.record_permit")
def record_permit(project_id: int) -> ResponseReturnValue:
    """Record a filing number or licence."""
    project = known(project_id)
    beside.need(beside.record_permit(project, current_actor()))
    form = PermitForm(data={"kind": _kind_wanted(project), "issued_on": today()})
    if settled(form, lambda: _permit(project, form), lambda: _broken_by_permit(project, form)):
        acted(_("证号已登记，制作机构会收到消息。"), project, "project.record_permit")
        return to_title(project)
    return form_page(
        "projects/permit.html", project, form, facts=facts_of(project, current_actor()), place=f"permit:{project.id}"
    )


def _kind_wanted(project: Project) -> str | None:
    wanted = (project.class_detail or {}).get("licence")
    if project.state in ("accepted", "proposed", "screened", "scheduled", "in_production"):
        asked = (project.class_detail or {}).get("plan_filing") in ("required", "optional")
        return "planning_filing" if asked else None
    return "release_filing" if wanted == "filing_numbers" else wanted if wanted != "none" else None


def _permit(project: Project, form: PermitForm) -> None:
    actor = current_actor()
    acts.record_permit(
        project, actor, form.kind.data, form.number.data, form.issued_on.data, form.valid_until.data,
        form.note.data or "", attached(form, actor),
    )  # fmt: skip


def _broken_by_permit(project: Project, form: PermitForm) -> Iterator[RuleBroken]:
    yield from acts.broken_by_permit(
        project, form.kind.data, form.number.data, form.issued_on.data, form.valid_until.data, form.note.data or ""
    )  # fmt: skip
    yield from uploads.broken("file", current_actor())


@bp.route("/<int:project_id>/changes/new", methods=["GET", "POST"])
@requires("project.ask_change")
def ask_change(project_id: int) -> ResponseReturnValue:
    """A house asks to change title, house or length (令16号16条); a changed story is filed anew."""
    project, actor = known(project_id), current_actor()
    beside.need(beside.ask_change(project, actor))
    form, waiting = ChangeForm(), records.open_change(project)
    free = [kind for kind in labels.CHANGES if kind not in {row.kind for row in waiting}]
    if not free:
        raise WrongState(say("片名、机构和集数的变更都在审批中，要改请先撤回原来的申请。"))
    if request.method == "GET":
        form.kind.choices = [(kind, _(labels.CHANGES[kind])) for kind in free]
    if settled(form, lambda: _ask(project, form), lambda: _broken_by_change(project, form)):
        flash(
            _("变更申请已提交，等接手机构答复。") if form.kind.data == "house" else _("变更申请已提交，等省局审批。"),
            "success",
        )
        return _to_records(project)
    return form_page(
        "projects/change.html", project, form, waiting=waiting, kinds=labels.CHANGES,
        may_refile=project.state in REFILABLE,
    )  # fmt: skip


def _ask(project: Project, form: ChangeForm) -> None:
    house, after = _taking(form), form.after.data
    if form.kind.data == "house":
        if house is None:
            raise RuleBroken(say("没有找到这家机构，请填已入驻机构的全称或统一社会信用代码。"), "after")
        after = house.name
    acts.ask_change(project, current_actor(), form.kind.data, after, form.reason.data, house)


def _taking(form: ChangeForm) -> House | None:
    """The house a change of house names, if there is one of that name."""
    return records.house_named(form.after.data) if form.kind.data == "house" and form.after.data else None


def _broken_by_change(project: Project, form: ChangeForm) -> Iterator[RuleBroken]:
    house, after = _taking(form), form.after.data
    if form.kind.data == "house" and after and house is None:
        yield RuleBroken(say("没有找到这家机构，请填已入驻机构的全称或统一社会信用代码。"), "after")
    yield from acts.broken_by_change(project, form.kind.data, house.name if house else after, form.reason.data)


def _offered(record_id: int) -> ChangeRequest:
    """A change of house, for the house that is to take the title over."""
    asked = visible_or_404(records.change_request(record_id), knows_change_request)
    if asked.house_after_id != current_actor().organisation_id:
        raise NotAllowed(say("由接手的机构答复。"))
    return asked


@bp.get("/takeovers/<int:record_id>")
@requires("change_request.consent")
def take_over(record_id: int) -> ResponseReturnValue:
    """What a house is asked to take over: name and number of the title and who asks, no more."""
    return _take_over_page(_offered(record_id), ReasonForm(formdata=None))


@bp.post("/takeovers/<int:record_id>/<any(consent, decline):word>")
@requires("change_request.consent")
def answer_take_over(record_id: int, word: str) -> ResponseReturnValue:
    """The house consents, or declines with a reason."""
    asked, actor, form = _offered(record_id), current_actor(), ReasonForm()
    pressed_twice(asked, word, actor)
    done = lambda: acts.answer_take_over(asked, actor, word == "consent", form.reason.data or "")  # noqa: E731
    if not form.validate() or not attempt(form, done):
        return _take_over_page(_offered(record_id), form)
    flash(_("已同意接手，等省局审批。") if word == "consent" else _("已答复不同意接手。"), "success")
    return redirect(url_for("projects.take_over", record_id=record_id), 303)


def _take_over_page(asked: ChangeRequest, form: ReasonForm) -> ResponseReturnValue:
    crumbs = [(_("工作台"), url_for("desk.home")), (_("接手项目"), None)]
    offered = {choice.step.trigger: choice for choice in choices(asked, current_actor())}
    page = render_template(
        "projects/take_over.html",
        asked=asked,
        form=form,
        choices=offered,
        crumbs=crumbs,
        contact=records.contact_of_asking(asked),
    )
    return page, 422 if form.errors else 200


@bp.route("/<int:project_id>/changes/<int:record_id>/withdraw", methods=["GET", "POST"])
@requires("change_request.withdraw")
def withdraw_change(project_id: int, record_id: int) -> ResponseReturnValue:
    """The house takes a change back that nobody has decided yet."""
    project, actor = known(project_id), current_actor()
    asked, form = _record(ChangeRequest, record_id, project, "withdraw"), ReasonForm()
    if form.validate_on_submit():
        acts.withdraw_change(asked, actor, form.reason.data or "")
        flash(_("变更申请已撤回，仍按原来的办。"), "success")
        return _to_records(project)
    return form_page(
        "projects/step.html", project, form, label=_("撤回变更申请"), needs_reason=False, change=asked,
        kinds=labels.CHANGES, ends=_(asked.machine.consequence_of("withdraw")),
    )  # fmt: skip


def _facts_of_change(asked: ChangeRequest, actor: Any) -> list[Fact]:
    """What is known of the title, but for the change itself, and of the house that is to take it over."""
    taking = facts_of_house(asked.house_after) if asked.house_after is not None else []
    itself = change_said(asked.kind, asked.before, asked.after)
    return in_order(fact for fact in (*taking, *facts_of(asked.project, actor)) if fact.text != itself)


@bp.route("/<int:project_id>/changes/<int:record_id>/<any(approve, refuse):word>", methods=["GET", "POST"])
@requires("change_request.approve")
def decide_change(project_id: int, record_id: int, word: str) -> ResponseReturnValue:
    """The officer grants or refuses a change."""
    project, actor = known(project_id), current_actor()
    asked = _record(ChangeRequest, record_id, project, word)
    form = ReasonForm()
    if form.validate_on_submit() and attempt(
        form, lambda: acts.decide_change(asked, actor, word == "approve", form.reason.data or "")
    ):
        said = _("已同意变更，立即生效。") if word == "approve" else _("已答复不同意变更，仍按原来的办。")
        acted(said, project, "change_request.approve")
        return _to_records(project)
    label = _("同意变更") if word == "approve" else _("不同意变更")
    near = twins.alike(asked.after, actor, project) if asked.kind == "title" else None
    return form_page(
        "projects/step.html", project, form, label=label, needs_reason=word == "refuse", change=asked, twins=near,
        kinds=labels.CHANGES, states=STATES, ends=_(asked.machine.consequence_of(word)), facts=_facts_of_change(asked, actor),
    )  # fmt: skip
