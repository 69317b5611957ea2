"""The proposal: an outcome with its overall opinion, out of the settled rows, laid before the division head."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audiovisual.kernel.model import db, utcnow
from audiovisual.kernel.text import hour, translated
from audiovisual.kernel.web import current_actor, requires, wants_json
from audiovisual.people.versions import LostRace
from audiovisual.people.views.frame import raced
from audiovisual.people.views.windows import put_together, taken_over, who_saved
from audiovisual.projects.acted import acted
from audiovisual.projects.deciding import facts_of
from workflows.access import Actor
from workflows.errors import RuleBroken
from workflows.review import DECISIONS, OUTCOMES, PROPOSABLE, SETTLED, barred_outcomes

from .. import gathered
from ..forms_settling import OutcomeForm
from ..models import Round
from ..operations import settling
from ..unsettled import Unsettled, left_and_standing
from . import bp
from .reach import crumbs_of, noted
from .rounds import PAGES
from .settling import gathering

PAGES["propose"] = lambda round_: url_for("reviews.propose", round_id=round_.id)
DRAFTED = ("summary", "grounds", "answer_by")


@bp.route("/reviews/<int:round_id>/propose", methods=["GET", "POST"])
@requires("review.settle")
def propose(round_id: int) -> ResponseReturnValue:
    """The outcome with its overall opinion; laid before the division head when it is sent."""
    round_, _actor = gathering(round_id), current_actor()
    now = _proposal_of(round_)
    form = OutcomeForm(**now)
    put_together(form, OutcomeForm(formdata=None, **now))
    broken = lambda: _broken_by_outcome(round_, form)  # noqa: E731
    done, lost = raced(form, lambda: _propose(round_, form), rules=broken)
    if done:
        acted(_("已呈处长审签。"), round_.project, "review.settle")
        return redirect(url_for("reviews.decide", round_id=round_id), 303)
    if lost:
        form.version.raw_data, form.version.data = None, gathering(round_id).version
    if request.method == "POST":
        return _propose_page(gathering(round_id), form, 409 if lost else 422, lost)
    return _propose_page(round_, form, 200)


def _proposal_of(round_: Round) -> dict[str, Any]:
    """What the form of the proposal is filled with."""
    return {
        "version": round_.version, "outcome": round_.outcome, "summary": round_.summary, "grounds": round_.grounds,
        "answer_by": settling.answer_offered(round_),
    }  # fmt: skip


def _propose(round_: Round, form: OutcomeForm) -> None:
    actor = current_actor()
    settling.propose(
        round_, actor, form.outcome.data, form.summary.data, form.grounds.data or "", form.answer_by.data, form.version.data
    )  # fmt: skip


def _broken_by_outcome(round_: Round, form: OutcomeForm) -> Iterator[RuleBroken]:
    return settling.broken_by_outcome(
        round_, current_actor(), form.outcome.data, form.summary.data or "", form.grounds.data or "", form.answer_by.data
    )  # fmt: skip


def _propose_page(round_: Round, form: OutcomeForm, status: int, lost: bool = False) -> ResponseReturnValue:
    actor = current_actor()
    changes, opinions = gathered.settled(round_), gathered.opened(round_, scored=False)
    musts = sum(change.severity == "must" for change in changes)
    left, standing, (back_by, back_why) = left_and_standing(round_, musts, *gathered.sent_back_last(round_))
    lacks = _lacks(round_, left)
    said = {translated(sentence) for _where, sentence in lacks}
    form.form_errors = [error for error in form.form_errors if error not in said]
    page = render_template(
        "reviews/settle_propose.html",
        round=round_,
        form=form,
        lost=lost,
        opinions=opinions,
        outcomes=OUTCOMES,
        barred=barred_outcomes(standing, actor),
        decisions=DECISIONS,
        musts=musts,
        total=len(changes),
        sent_back={"by": back_by, "why": back_why} if back_by else None,
        lacks=lacks,
        facts=facts_of(round_.project, actor, but=("review",)),
        refused=status == 422,
        refusal=None if lacks else _refusal(round_, actor),
        crumbs=crumbs_of(round_, (_("整理意见"), url_for("reviews.settle", round_id=round_.id)), (_("拟定结论"), None)),
    )
    return noted(opinions, page), status


def _refusal(round_: Round, actor: Actor) -> Any:
    """Why nothing of the round can be proposed now, in a sentence: a department has not answered."""
    answers = (rule(round_, actor, {"asking": True}) for rule in PROPOSABLE)
    return next((getattr(answer, "sentence", answer) for answer in answers if answer is not None), None)


WHERE = ("earlier", "given", "settled", "bottom-lines")
"""Where on the page of both sides that is done which the rules of `SETTLED` ask for, in their order."""


def _lacks(round_: Round, left: Unsettled) -> list[tuple[str, Any]]:
    """All that still stands between the round and its proposal, each with the place where it is mended."""
    found = ((rule(left), anchor) for rule, anchor in zip(SETTLED, WHERE, strict=True))
    return [
        (url_for("reviews.settle", round_id=round_.id, _anchor=anchor), sentence) for sentence, anchor in found if sentence
    ]  # fmt: skip


@bp.post("/reviews/<int:round_id>/propose/draft")
@requires("review.settle")
def save_proposal(round_id: int) -> ResponseReturnValue:
    """Keep the proposal as it is written: by script while typing, by the button without."""
    round_, form = gathering(round_id), OutcomeForm()
    found = put_together(form, OutcomeForm(formdata=None, **_proposal_of(round_)))
    form.validate()
    errors = {name: found for name, found in form.errors.items() if name in DRAFTED and any(form[name].raw_data or ())}
    outcome = form.outcome.data if form.outcome.data in OUTCOMES else None
    kept = {name: getattr(round_, name) if name in errors else form[name].data for name in DRAFTED}
    try:
        settling.save_outcome(
            round_, current_actor(), form.version.data, outcome, kept["summary"] or "", kept["grounds"] or "",
            kept["answer_by"],
        )  # fmt: skip
    except LostRace as refusal:
        if not wants_json():
            raise
        said = {"said": who_saved(refusal.saved)} if refusal.saved else {}
        return {"url": url_for("reviews.propose", round_id=round_id), **said}, 409
    if wants_json():
        return _saved(round_, errors, taken_over(form, found))
    if errors:
        for field in form:
            field.errors = field.errors if field.name in errors else []  # a draft may lack what a proposal must have
        db.session.rollback()
        return _propose_page(gathering(round_id), form, 422)
    flash(_("草稿已保存。"), "success")
    return redirect(url_for("reviews.propose", round_id=round_id), 303)


def _saved(round_: Round, errors: dict[str, Any], more: dict[str, Any]) -> ResponseReturnValue:
    """What autosave reads. What was right is saved although the answer names what was not."""
    body = {"version": round_.version, "at": hour(utcnow()), **more}
    if not errors:
        return body
    db.session.commit()
    return {**body, "errors": {name: [str(one) for one in found] for name, found in errors.items()}}, 422
