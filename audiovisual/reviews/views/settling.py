"""Consolidation: the experts' rows become settled rows, the settled rows an outcome laid before the division head."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audiovisual.kernel.forms import attempt, whole_number
from audiovisual.kernel.model import db, utcnow
from audiovisual.kernel.text import hour, translated
from audiovisual.kernel.web import current_actor, requires, wants_json
from audiovisual.people.versions import LostRace
from audiovisual.people.views.frame import raced
from audiovisual.people.views.windows import put_together, taken_over, told_of, told_race, who_saved
from audiovisual.projects.acted import acted
from workflows.access import Actor
from workflows.errors import RuleBroken, Unknown, WrongState, obey
from workflows.review import DECISIONS, OUTCOMES, PROPOSABLE, SETTLED

from .. import gathered
from ..completeness import check_label
from ..forms_settling import BottomLineForm, LeaveOutForm, OutcomeForm, SettledRowForm
from ..ledger import number_of
from ..models import Change, OpinionRow, Round
from ..operations import bottom_line, carrying, left_out, settling
from ..unsettled import earlier_points, failed_checks, unsettled
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
    """Back to both sides, at the row if one is meant; one that was merged just now stands open to be worded."""
    anchor = f"row-{change.id}" if change is not None else "settled"
    row = change.id if change is not None and change.to_word and request.endpoint == "reviews.adopt" else None
    return redirect(url_for("reviews.settle", round_id=round_.id, row=row, _anchor=anchor), 303)


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
        form = _shown(_row_of(round_, row), round_)
        put_together(form, form)
        return _page(round_, form, row)
    return _page(round_, form if asked == "new" else None, 0)


def _page(
    round_: Round, form: SettledRowForm | None = None, open_: int = 0, status: int = 200, **more: Any
) -> ResponseReturnValue:  # fmt: skip
    """`more`: `trouble`, `ticked` and `reason` of points that were refused; `lines`, a bottom line's form by its key;
    `lost`, the row as another window left it."""
    opinions = gathered.opened(round_)
    both = gathered.gathering(round_, opinions, gathered.settled(round_))
    lines = gathered.bottom_lines(round_, opinions)
    page = render_template(
        "reviews/settle.html",
        round=round_,
        opinions=opinions,
        both=both,
        form=form.add_blank() if form else None,
        open=open_,
        demands=gathered.DEMANDS,
        outcomes=OUTCOMES,
        bottom_lines=lines,
        line_forms={line.key: _line_form(line) for line in lines} | more.pop("lines", {}),
        earlier=[(number_of(change), change) for change in earlier_points(round_)],
        ticked=more.pop("ticked", set()),
        crumbs=crumbs_of(round_, (_("整理意见"), None)),
        **more,
    )
    return noted(opinions, page), status


def _line_form(line: gathered.BottomLine) -> BottomLineForm:
    """The form of a failed check, with what was answered; 0 is the version of an answer nobody gave yet."""
    form, given = BottomLineForm(formdata=None, prefix=_prefix(line.key)), line.answer
    form.stands.flags.of = form.text.flags.of = _(line.label)
    form.version.data = given.version if given else 0
    if given is not None:
        form.stands.data, form.text.data = "yes" if given.stands else "no", given.text
    return form


def _prefix(key: str) -> str:
    """What the names of a check's fields begin with: A-minors-."""
    return key.replace(".", "-") + "-"


@bp.post("/reviews/<int:round_id>/settle/adopt")
@requires("review.settle")
def adopt(round_id: int) -> ResponseReturnValue:
    """Settle experts' points: each by itself, several merged into one, all that are left, left out with a reason, or put
    back among those to be settled."""
    round_, actor, way = _gathering(round_id), current_actor(), request.form.get("way", "merge")
    ids = request.form.getlist("left" if way == "rest" else "rows")
    rows = gathered.find_rows(round_, ids)
    try:
        return _back(round_, POINTS.get(way, _merge)(round_, actor, rows))
    except RuleBroken as refusal:
        db.session.rollback()
        form = LeaveOutForm()
        for each in refusal.each:
            form.refuse(each)
        return _page(
            _gathering(round_id), status=422, leaving=form, trouble=next(iter(form.form_errors), None),
            ticked={row.id for row in rows},
        )  # fmt: skip


def _merge(round_: Round, actor: Actor, rows: list[OpinionRow]) -> Change:
    change = settling.adopt(round_, actor, rows)
    if change.to_word:
        flash(_("%(n)s 条并成了一条，各条的文字、位置和依据都在；请写共同文字。", n=len(rows)), "success")
    return change


def _each(round_: Round, actor: Actor, rows: list[OpinionRow]) -> None:
    made, all_ = settling.adopt_each(round_, actor, rows), len(rows)
    if len(made) < all_:
        flash(_("采用了 %(n)s 条；另有 %(m)s 条已经采用过，没有重复。", n=len(made), m=all_ - len(made)), "success")
    else:
        flash(_("采用了 %(n)s 条。", n=all_), "success")


def _rest(round_: Round, actor: Actor, rows: list[OpinionRow]) -> None:
    """All that the page showed as left, but for what was left out in another window since."""
    out = {left.row_id for left in gathered.left_out_of(round_) if left.by_id is not None}
    _each(round_, actor, [row for row in rows if row.id not in out])


def _leave(round_: Round, actor: Actor, rows: list[OpinionRow]) -> None:
    form = LeaveOutForm()
    if not form.validate():
        wrong = RuleBroken(form.reason.errors[0], "reason")
        others = left_out.broken_by_leaving_out(rows, form.reason.data or "")
        obey([wrong, *(other for other in others if other.field != "reason")])
    left_out.leave_out(round_, actor, rows, form.reason.data or "")
    flash(_("%(n)s 条不采用，理由已记下。", n=len(rows)), "success")


def _put_back(round_: Round, actor: Actor, rows: list[OpinionRow]) -> None:
    left_out.put_back(round_, actor, rows)
    flash(_("已放回，请再处理。"), "success")


Way = Callable[[Round, Actor, "list[OpinionRow]"], "Change | None"]
POINTS: dict[str, Way] = {"merge": _merge, "each": _each, "rest": _rest, "leave": _leave, "back": _put_back}
"""What is done with the points that were ticked; `rest` takes all that are left."""


@bp.post("/reviews/<int:round_id>/settle/bottom-lines/<key>")
@requires("review.settle")
def answer_bottom_line(round_id: int, key: str) -> ResponseReturnValue:
    """Answer a failed check. A lost race shows what the other wrote beside what was typed here."""
    round_, actor = _gathering(round_id), current_actor()
    if key not in failed_checks(round_):
        raise Unknown()
    form = BottomLineForm(prefix=_prefix(key))
    form.stands.flags.of = form.text.flags.of = _(check_label(round_.form, key))
    done, lost = raced(
        form,
        lambda: bottom_line.answer(round_, actor, key, form.stands.data == "yes", form.text.data, form.version.data),
    )
    if done:
        flash(_("处理意见已保存。"), "success")
        return redirect(url_for("reviews.settle", round_id=round_id, _anchor="bottom-lines"), 303)
    if lost:
        answers = gathered.answers_of(_gathering(round_id))
        form.version.raw_data, form.version.data = None, next((a.version for a in answers if a.key == key), 0)
    return _page(_gathering(round_id), status=409 if lost else 422, lines={key: form}, lost_line=key if lost else "")


@bp.post("/reviews/<int:round_id>/settle/earlier/<int:change_id>")
@requires("review.settle")
def carry_earlier(round_id: int, change_id: int) -> ResponseReturnValue:
    """Let a point of an earlier round that was not put right stand again in this one."""
    round_, earlier = _gathering(round_id), db.session.get(Change, change_id)
    if earlier is None:
        raise Unknown()
    change = carrying.carry(round_, current_actor(), earlier)
    flash(_("已并入本轮，位置和文字请再看一遍。"), "success")
    return _back(round_, change)


@bp.post("/reviews/<int:round_id>/settle/rows")
@requires("review.settle")
def add_settled(round_id: int) -> ResponseReturnValue:
    """A row of the bureau's own."""
    round_, actor, form, made = _gathering(round_id), current_actor(), SettledRowForm(), []
    if _read(form, round_) and attempt(form, lambda: made.append(settling.add(round_, actor, **form.values()))):
        return _back(round_, made[0])
    return _page(_gathering(round_id), form, status=422)


def _read(form: SettledRowForm, round_: Round, change: Change | None = None) -> bool:
    """Whether all that was typed is right; all that is not is told at once."""
    right = [form.validate(), form.read_places(round_.cut, change)]
    return all(right)


@bp.post("/reviews/<int:round_id>/settle/rows/<int:change_id>")
@requires("review.settle")
def edit_settled(round_id: int, change_id: int) -> ResponseReturnValue:
    """Save a row's wording; a merged one may be kept unfinished (`way=keep`). A lost race shows both wordings."""
    round_, actor, form = _gathering(round_id), current_actor(), SettledRowForm()
    change, keeping = _row_of(round_, change_id), request.form.get("way") == "keep"
    put_together(form, _shown(change, round_))
    if keeping:
        form.unfinished()
        form.demand.data = (
            form.demand.data or change.demand
        )  # to be chosen before the common text is written, not before it is kept
    if _read(form, round_, change):
        try:
            if attempt(
                form, lambda: settling.edit(change, actor, form.version.data or 0, worded=not keeping, **form.values())
            ):
                return _back(round_, change)
        except LostRace as refusal:
            return _lost(round_id, change_id, form, refusal)
    return _page(_gathering(round_id), form, change_id, 422)


def _shown(change: Change, round_: Round) -> SettledRowForm:
    """The form of a row as it stands."""
    form = SettledRowForm(formdata=None)
    form.show(change, round_.cut)
    return form


def _lost(round_id: int, change_id: int, form: SettledRowForm, refusal: LostRace) -> ResponseReturnValue:
    db.session.rollback()
    round_ = _gathering(round_id)
    change = _row_of(round_, change_id)
    form.version.raw_data, form.version.data = None, change.version
    return _page(
        round_,
        form,
        change_id,
        409,
        lost=change,
        lost_told=told_of(refusal.saved),
        lost_places=gathered.places_of(change, round_.cut),
    )


@bp.post("/reviews/<int:round_id>/settle/rows/<int:change_id>/drop")
@requires("review.settle")
def drop_settled(round_id: int, change_id: int) -> ResponseReturnValue:
    """Take a settled row out; the experts' points behind it are open again."""
    return _taken(round_id, change_id, settling.drop, _("已去掉一条，专家的原条目还在，请再处理。"))


@bp.post("/reviews/<int:round_id>/settle/rows/<int:change_id>/split")
@requires("review.settle")
def split_settled(round_id: int, change_id: int) -> ResponseReturnValue:
    """Take a merged row apart into one row for each of its points."""
    return _taken(round_id, change_id, settling.split, _("已拆开，每条意见各成一条。"))


def _taken(round_id: int, change_id: int, act: Callable[[Change, Actor, int | None], Any], said: str) -> Any:
    """Do it to the row as the page showed it, and say so; a row reworded meanwhile is shown instead."""
    round_, form = _gathering(round_id), SettledRowForm()
    try:
        act(_row_of(round_, change_id), current_actor(), form.version.data)
    except (WrongState, RuleBroken) as refusal:
        db.session.rollback()
        told = told_race(refusal) if isinstance(refusal, LostRace) else refusal.sentence
        return _page(_gathering(round_id), status=refusal.status, trouble=told)
    flash(said, "success")
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
    now = _proposal_of(round_)
    form = OutcomeForm(**now)
    put_together(form, OutcomeForm(formdata=None, **now))
    broken = lambda: _broken_by_outcome(round_, form)  # noqa: E731
    done, lost = raced(form, lambda: _propose(round_, form), rules=broken)
    if done:
        acted(_("已呈处长审签。"), round_.project, "review.settle")
        return redirect(url_for("reviews.decide", round_id=round_id), 303)
    if lost:
        form.version.raw_data, form.version.data = None, _gathering(round_id).version
    if request.method == "POST":
        return _propose_page(_gathering(round_id), form, 409 if lost else 422, lost)
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
    backs = [event for event in gathered.chain_of(round_) if event.trigger == "send_back"]
    lacks = _lacks(round_)
    said = {translated(sentence) for _where, sentence in lacks}
    form.form_errors = [error for error in form.form_errors if error not in said]
    page = render_template(
        "reviews/settle_propose.html",
        round=round_,
        form=form,
        lost=lost,
        opinions=opinions,
        outcomes=OUTCOMES,
        decisions=DECISIONS,
        musts=sum(change.severity == "must" for change in changes),
        total=len(changes),
        sent_back=backs[-1] if backs else None,
        lacks=lacks,
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


def _lacks(round_: Round) -> list[tuple[str, Any]]:
    """All that still stands between the round and its proposal, each with the place where it is mended."""
    left = unsettled(round_)
    found = ((rule(left), anchor) for rule, anchor in zip(SETTLED, WHERE, strict=True))
    return [
        (url_for("reviews.settle", round_id=round_.id, _anchor=anchor), sentence) for sentence, anchor in found if sentence
    ]  # fmt: skip


@bp.post("/reviews/<int:round_id>/propose/draft")
@requires("review.settle")
def save_proposal(round_id: int) -> ResponseReturnValue:
    """Keep the proposal as it is written: by script while typing, by the button without."""
    round_, form = _gathering(round_id), OutcomeForm()
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
        return _propose_page(_gathering(round_id), form, 422)
    flash(_("草稿已保存。"), "success")
    return redirect(url_for("reviews.propose", round_id=round_id), 303)


def _saved(round_: Round, errors: dict[str, Any], more: dict[str, Any]) -> ResponseReturnValue:
    """What autosave reads. What was right is saved although the answer names what was not."""
    body = {"version": round_.version, "at": hour(utcnow()), **more}
    if not errors:
        return body
    db.session.commit()
    return {**body, "errors": {name: [str(one) for one in found] for name, found in errors.items()}}, 422
