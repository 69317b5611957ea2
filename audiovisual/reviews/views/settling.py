"""Consolidation: the experts' rows become settled rows. What is proposed out of them is in `proposing`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from audiovisual.kernel import drafts
from audiovisual.kernel.draft_views import STANDS
from audiovisual.kernel.forms import attempt, whole_number
from audiovisual.kernel.model import db
from audiovisual.kernel.web import current_actor, requires
from audiovisual.people.versions import LostRace
from audiovisual.people.views.frame import raced
from audiovisual.people.views.windows import put_together, told_of, told_race
from workflows.access import Actor
from workflows.errors import N_, RuleBroken, Unknown, WorkflowError, WrongState, obey
from workflows.review import OUTCOMES

from .. import gathered
from ..completeness import check_label
from ..forms_settling import BottomLineForm, LeaveOutForm, SettledRowForm
from ..ledger import number_of
from ..models import Change, OpinionRow, Round
from ..operations import bottom_line, carrying, left_out, settling
from ..unsettled import earlier_points, failed_checks
from . import bp
from .reach import crumbs_of, noted, staff_round

LATER = ("proposed", "agreed", "decided", "issued", "closed")


def gathering(round_id: int) -> Round:
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
        sent_back=gathered.sent_back(round_),
        line_forms={line.key: _line_form(line) for line in lines} | more.pop("lines", {}),
        left=_left_drafts(round_, both.settled),
        earlier=[(number_of(change), change) for change in earlier_points(round_)],
        ticked=more.pop("ticked", set()),
        crumbs=crumbs_of(round_, (_("整理意见"), None)),
        **more,
    )
    return noted(opinions, page), status


def _left_drafts(round_: Round, settled: Iterable[Any]) -> list[drafts.FormDraft]:
    """What the person had begun in rows that were taken apart since."""
    start = url_for("reviews.add_settled", round_id=round_.id) + "/"
    return drafts.left_below(current_user.id, start, {f"{start}{row.change.id}" for row in settled})


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
    round_, actor, way = gathering(round_id), current_actor(), request.form.get("way", "merge")
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
            gathering(round_id), status=422, leaving=form, trouble=next(iter(form.form_errors), None),
            ticked={row.id for row in rows},
        )  # fmt: skip


def _merge(round_: Round, actor: Actor, rows: list[OpinionRow]) -> Change:
    before = list(round_.changes)
    change = settling.adopt(round_, actor, rows)
    if any(change is known for known in before):
        flash(_("所选的 %(n)s 条已经采用过，没有重复。", n=len(rows)), "info")
    elif change.to_word:
        flash(_("%(n)s 条并成了一条，各条的文字、位置和依据都在；请写共同文字。", n=len(rows)), "success")
    elif len(rows) > 1:
        flash(_("%(n)s 条说的一样，并成了一条。", n=len(rows)), "success")
    else:
        flash(_("采用了 %(n)s 条。", n=1), "success")
    return change


def _each(round_: Round, actor: Actor, rows: list[OpinionRow]) -> None:
    made, all_ = settling.adopt_each(round_, actor, rows), len(rows)
    if not made:
        flash(_("这 %(n)s 条已经采用过，没有重复。", n=all_), "info")
    elif len(made) < all_:
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
        others = left_out.broken_by_leaving_out(rows, form.reason.data or "", actor)
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
    round_, actor = gathering(round_id), current_actor()
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
        answers = gathered.answers_of(gathering(round_id))
        form.version.raw_data, form.version.data = None, next((a.version for a in answers if a.key == key), 0)
    return _page(gathering(round_id), status=409 if lost else 422, lines={key: form}, lost_line=key if lost else "")


@bp.post("/reviews/<int:round_id>/settle/earlier/<int:change_id>")
@requires("review.settle")
def carry_earlier(round_id: int, change_id: int) -> ResponseReturnValue:
    """Let a point of an earlier round that was not put right stand again in this one."""
    round_, earlier = gathering(round_id), db.session.get(Change, change_id)
    if earlier is None:
        raise Unknown()
    change = carrying.carry(round_, current_actor(), earlier)
    flash(_("已并入本轮，位置和文字请再看一遍。"), "success")
    return _back(round_, change)


@bp.post("/reviews/<int:round_id>/settle/rows")
@requires("review.settle")
def add_settled(round_id: int) -> ResponseReturnValue:
    """A row of the bureau's own."""
    round_, actor, form, made = gathering(round_id), current_actor(), SettledRowForm(), []
    if _read(form, round_) and attempt(form, lambda: made.append(settling.add(round_, actor, **form.values()))):
        flash(_("已加上这一条。"), "success")
        return _back(round_, made[0])
    return _page(gathering(round_id), form, status=422)


def _read(form: SettledRowForm, round_: Round, change: Change | None = None) -> bool:
    """Whether all that was typed is right; all that is not is told at once."""
    right = [form.validate(), form.read_places(round_.cut, change)]
    return all(right)


@bp.post("/reviews/<int:round_id>/settle/rows/<int:change_id>")
@requires("review.settle")
def edit_settled(round_id: int, change_id: int) -> ResponseReturnValue:
    """Save a row's wording; a merged one may be kept unfinished (`way=keep`). A lost race shows both wordings."""
    round_, actor, form = gathering(round_id), current_actor(), SettledRowForm()
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
                flash(_("已存着，共同文字写好以前不能呈报。") if change.to_word else _("这一条已保存。"), "success")
                return _back(round_, change)
        except LostRace as refusal:
            return _lost(round_id, change_id, form, refusal)
    return _page(gathering(round_id), form, change_id, 422)


def _row_stands(round_id: int, change_id: int) -> bool:
    """Whether the settled row a form is about is still there to be worded."""
    try:
        return _row_of(gathering(round_id), change_id) is not None
    except WorkflowError:
        return False


STANDS["reviews.edit_settled"] = _row_stands


def _shown(change: Change, round_: Round) -> SettledRowForm:
    """The form of a row as it stands."""
    form = SettledRowForm(formdata=None)
    form.show(change, round_.cut)
    return form


def _lost(round_id: int, change_id: int, form: SettledRowForm, refusal: LostRace) -> ResponseReturnValue:
    db.session.rollback()
    round_ = gathering(round_id)
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
    round_, form = gathering(round_id), SettledRowForm()
    try:
        act(_row_of(round_, change_id), current_actor(), form.version.data)
    except (WrongState, RuleBroken) as refusal:
        db.session.rollback()
        told = told_race(refusal) if isinstance(refusal, LostRace) else refusal.sentence
        return _page(gathering(round_id), status=refusal.status, trouble=told)
    flash(said, "success")
    return _back(round_)


@bp.post("/reviews/<int:round_id>/settle/rows/<int:change_id>/<any(up, down):way>")
@requires("review.settle")
def move_settled(round_id: int, change_id: int, way: str) -> ResponseReturnValue:
    """One place up or down; at the end of its kind it stays, and that is said."""
    round_ = gathering(round_id)
    change = _row_of(round_, change_id)
    if not settling.move(change, current_actor(), way == "up"):
        flash(_(ENDS[change.severity, way]), "info")
    return _back(round_, change)


ENDS = {
    ("must", "up"): N_("这一条已经是“必改”的第一条。"),
    ("must", "down"): N_("这一条已经是“必改”的最后一条，“建议”都排在“必改”后面。"),
    ("should", "up"): N_("这一条已经是“建议”的第一条，“必改”都排在“建议”前面。"),
    ("should", "down"): N_("这一条已经是“建议”的最后一条。"),
}
"""Why a row does not move on, by its weight and the way: what must change stands first in the letter."""


@bp.post("/reviews/<int:round_id>/settle/sort")
@requires("review.settle")
def sort_settled(round_id: int) -> ResponseReturnValue:
    """By episode and place."""
    round_ = gathering(round_id)
    settling.sort(round_, current_actor())
    flash(_("已按集数和时码排好，“必改”在前。"), "success")
    return _back(round_)
