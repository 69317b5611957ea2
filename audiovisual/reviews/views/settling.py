"""Consolidation: the experts' rows become settled rows, the settled rows an outcome laid before the division head."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audiovisual.kernel.forms import attempt, whole_number
from audiovisual.kernel.model import db, utcnow
from audiovisual.kernel.text import hour
from audiovisual.kernel.web import current_actor, requires, wants_json
from audiovisual.people.views.frame import raced
from workflows.engine import check
from workflows.errors import RuleBroken, Unknown, WrongState, say
from workflows.review import DECISIONS, OUTCOMES

from .. import gathered
from ..forms_settling import OutcomeForm, SettledRowForm
from ..models import Change, Round
from ..operations import settling
from . import bp
from .reach import crumbs_of, noted, staff_round
from .rounds import PAGES

PAGES["propose"] = lambda round_: url_for("reviews.propose", round_id=round_.id)
DRAFTED = ("summary", "grounds", "answer_by")
LATER = ("proposed", "agreed", "decided", "issued", "closed")


def _gathering(round_id: int) -> Round:
    """The round, for the officer who may settle it now."""
    round_ = staff_round(round_id)
    settling.settleable(round_, current_actor())
    return round_


def _row_of(round_: Round, change_id: int) -> Change:
    change = db.session.get(Change, change_id)
    if change is None or change.round_id != round_.id:
        raise Unknown()
    return change


def _back(round_: Round, change: Change | None = None) -> ResponseReturnValue:
    anchor = f"row-{change.id}" if change is not None else "settled"
    return redirect(url_for("reviews.settle", round_id=round_.id, _anchor=anchor), 303)


@bp.get("/reviews/<int:round_id>/settle")
@requires("review.settle")
def settle(round_id: int) -> ResponseReturnValue:
    """Both sides; `?row=` opens one settled row for rewording, `?row=new` an empty one of the bureau's own."""
    round_ = staff_round(round_id)
    if round_.state in LATER:
        return redirect(url_for("reviews.decide", round_id=round_.id), 303)
    settling.settleable(round_, current_actor())
    asked, form = request.args.get("row", ""), SettledRowForm(formdata=None)
    row = whole_number(asked)
    if row is not None:
        form.show(_row_of(round_, row), round_.cut)
        return _page(round_, form, row)
    return _page(round_, form if asked == "new" else None, 0)


def _page(
    round_: Round, form: SettledRowForm | None = None, open_: int = 0, status: int = 200, **more: Any
) -> ResponseReturnValue:  # fmt: skip
    opinions = gathered.opened(round_)
    both = gathered.gathering(round_, opinions, gathered.settled(round_))
    page = render_template(
        "reviews/settle.html", round=round_, opinions=opinions, both=both, form=form, open=open_, demands=gathered.DEMANDS,
        outcomes=OUTCOMES, crumbs=crumbs_of(round_, (_("整理意见"), None)), **more,
    )  # fmt: skip
    return noted(opinions, page), status


@bp.post("/reviews/<int:round_id>/settle/adopt")
@requires("review.settle")
def adopt(round_id: int) -> ResponseReturnValue:
    """Take up experts' rows: those ticked merged into one or each by itself, or all that are left."""
    round_, actor, way = _gathering(round_id), current_actor(), request.form.get("way", "merge")
    ids = request.form.getlist("left" if way == "rest" else "rows")
    rows = gathered.find_rows(round_, ids)
    try:
        if way == "merge":
            return _back(round_, settling.adopt(round_, actor, rows))
        settling.adopt_each(round_, actor, rows)
    except RuleBroken as refusal:
        db.session.rollback()
        return _page(_gathering(round_id), status=422, trouble=refusal.sentence)
    flash(_("采用了 %(n)s 条。", n=len(rows)), "success")
    return _back(round_)


@bp.post("/reviews/<int:round_id>/settle/rows")
@requires("review.settle")
def add_settled(round_id: int) -> ResponseReturnValue:
    """A row of the bureau's own."""
    round_, actor, form, made = _gathering(round_id), current_actor(), SettledRowForm(), []
    if form.validate() and attempt(form, lambda: made.append(settling.add(round_, actor, **form.values(round_.cut)))):
        return _back(round_, made[0])
    return _page(_gathering(round_id), form, status=422)


@bp.post("/reviews/<int:round_id>/settle/rows/<int:change_id>")
@requires("review.settle")
def edit_settled(round_id: int, change_id: int) -> ResponseReturnValue:
    """Save a row's wording. A lost race shows what the other wrote beside what was typed here."""
    round_, actor, form = _gathering(round_id), current_actor(), SettledRowForm()
    change = _row_of(round_, change_id)
    if form.validate():
        try:
            if attempt(form, lambda: settling.edit(change, actor, form.version.data or 0, **form.values(round_.cut))):
                return _back(round_, change)
        except WrongState:
            return _lost(round_id, change_id, form)
    return _page(_gathering(round_id), form, change_id, 422)


def _lost(round_id: int, change_id: int, form: SettledRowForm) -> ResponseReturnValue:
    db.session.rollback()
    round_ = _gathering(round_id)
    change = _row_of(round_, change_id)
    form.version.raw_data, form.version.data = None, change.version
    return _page(round_, form, change_id, 409, lost=change, lost_place=gathered.place_of(change, round_.cut))


@bp.post("/reviews/<int:round_id>/settle/rows/<int:change_id>/drop")
@requires("review.settle")
def drop_settled(round_id: int, change_id: int) -> ResponseReturnValue:
    """Take a settled row out; the experts' rows behind it are open again."""
    round_, form = _gathering(round_id), SettledRowForm()
    try:
        settling.drop(_row_of(round_, change_id), current_actor(), form.version.data)
    except WrongState as refusal:
        db.session.rollback()
        return _page(_gathering(round_id), status=409, trouble=refusal.sentence)
    flash(_("已去掉一条，专家的原条目还在。"), "success")
    return _back(round_)


@bp.post("/reviews/<int:round_id>/settle/rows/<int:change_id>/<any(up, down):way>")
@requires("review.settle")
def move_settled(round_id: int, change_id: int, way: str) -> ResponseReturnValue:
    """One place up or down."""
    round_ = _gathering(round_id)
    change = _row_of(round_, change_id)
    settling.move(change, current_actor(), way == "up")
    return _back(round_, change)


@bp.post("/reviews/<int:round_id>/settle/sort")
@requires("review.settle")
def sort_settled(round_id: int) -> ResponseReturnValue:
    """By episode and place."""
    round_ = _gathering(round_id)
    settling.sort(round_, current_actor())
    return _back(round_)


@bp.route("/reviews/<int:round_id>/propose", methods=["GET", "POST"])
@requires("review.settle")
def propose(round_id: int) -> ResponseReturnValue:
    """The outcome with its overall opinion; laid before the division head when it is sent."""
    round_, _actor = _gathering(round_id), current_actor()
    form = OutcomeForm(
        version=round_.version, outcome=round_.outcome, summary=round_.summary, grounds=round_.grounds,
        answer_by=round_.answer_by or settling.answer_due(),
    )  # fmt: skip
    done, lost = raced(form, lambda: _propose(round_, form))
    if done:
        flash(_("已呈处长审签。"), "success")
        return redirect(url_for("reviews.decide", round_id=round_id), 303)
    if lost:
        form.version.raw_data, form.version.data = None, _gathering(round_id).version
    if request.method == "POST":
        return _propose_page(_gathering(round_id), form, 409 if lost else 422, lost)
    return _propose_page(round_, form, 200)


def _propose(round_: Round, form: OutcomeForm) -> None:
    actor = current_actor()
    settling.propose(
        round_, actor, form.outcome.data, form.summary.data, form.grounds.data or "", form.answer_by.data, form.version.data
    )  # fmt: skip


def _propose_page(round_: Round, form: OutcomeForm, status: int, lost: bool = False) -> ResponseReturnValue:
    actor = current_actor()
    changes, opinions = gathered.settled(round_), gathered.opened(round_)
    backs = [event for event in gathered.chain_of(round_) if event.trigger == "send_back"]
    taken = {source.row_id for change in changes for source in change.sources}
    refusal = check(round_.machine, round_, "propose", actor)
    page = render_template(
        "reviews/settle_propose.html", round=round_, form=form, lost=lost, opinions=opinions, outcomes=OUTCOMES, decisions=DECISIONS,
        musts=sum(change.severity == "must" for change in changes), total=len(changes), sent_back=backs[-1] if backs else None,
        left=sum(row.id not in taken for opinion in opinions for row in opinion.rows), refusal=refusal,
        crumbs=crumbs_of(round_, (_("整理意见"), url_for("reviews.settle", round_id=round_.id)), (_("拟定结论"), None)),
    )  # fmt: skip
    return noted(opinions, page), status


@bp.post("/reviews/<int:round_id>/propose/draft")
@requires("review.settle")
def save_proposal(round_id: int) -> ResponseReturnValue:
    """Keep the proposal as it is written: by script while typing, by the button without."""
    round_, form = _gathering(round_id), OutcomeForm()
    form.validate()
    errors = {name: found for name, found in form.errors.items() if name in DRAFTED and any(form[name].raw_data or ())}
    outcome = form.outcome.data if form.outcome.data in OUTCOMES else None
    kept = {name: getattr(round_, name) if name in errors else form[name].data for name in DRAFTED}
    try:
        settling.save_outcome(
            round_, current_actor(), form.version.data, outcome, kept["summary"] or "", kept["grounds"] or "",
            kept["answer_by"],
        )  # fmt: skip
    except WrongState:
        if not wants_json():
            raise
        return {"url": url_for("reviews.propose", round_id=round_id)}, 409
    if wants_json():
        return _saved(round_, errors)
    if errors:
        raise RuleBroken(say("有几处写得不对，没有保存，请返回改好再存。"))
    flash(_("草稿已保存。"), "success")
    return redirect(url_for("reviews.propose", round_id=round_id), 303)


def _saved(round_: Round, errors: dict[str, Any]) -> ResponseReturnValue:
    """What autosave reads. What was right is saved although the answer names what was not."""
    body = {"version": round_.version, "at": hour(utcnow())}
    if not errors:
        return body
    db.session.commit()
    return {**body, "errors": {name: [str(one) for one in found] for name, found in errors.items()}}, 422
