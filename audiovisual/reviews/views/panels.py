"""Choosing the panel: every expert with what stands against them; seats given, led, taken back."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audiovisual.kernel.forms import ReasonForm, sought, whole_number
from audiovisual.kernel.lifecycle import choices
from audiovisual.kernel.model import db, today
from audiovisual.kernel.paging import within
from audiovisual.kernel.text import day
from audiovisual.kernel.web import current_actor, requires
from audiovisual.people.forms.accounts import SPECIALITIES
from audiovisual.people.models import User
from workflows.access import is_in_charge
from workflows.errors import RuleBroken, Unknown, say
from workflows.review import OUT
from workflows.ruleset.vocabulary import TYPES

from ..conflicts import Standing, standings
from ..models import Round
from ..operations import panels
from ..queries import Candidate, candidates
from . import bp
from .reach import crumbs_of, seat_of_round, staff_round, to_round
from .rounds import ARRANGED, page_number

PER_PAGE = 50
BARRED_SHOWN = 20
"""Of those who must stand aside so many are listed at once; a link shows all."""


@bp.get("/reviews/<int:round_id>/panel")
@requires("review.compose")
def panel(round_id: int) -> ResponseReturnValue:
    """Candidates, the free and least loaded first; then those excluded, each with the reason."""
    return _page(staff_round(round_id), 200)


@bp.post("/reviews/<int:round_id>/panel")
@requires("review.compose")
def choose(round_id: int) -> ResponseReturnValue:
    """Seat one expert; a conflict of interest is told beside the list."""
    round_, actor, asked = staff_round(round_id), current_actor(), whole_number(request.form.get("expert"))
    if not request.form.get("expert"):
        return _page(round_, 422, RuleBroken(say("请先选一位专家。"), "expert"))
    expert = db.session.get(User, asked) if asked else None
    if expert is None:
        raise Unknown()
    try:
        seat = panels.choose(round_, actor, expert, is_lead=request.form.get("lead") == "yes")
    except RuleBroken as refusal:
        db.session.rollback()
        return _page(staff_round(round_id), 422, refusal)
    if seat.state == "invited":
        flash(_("已邀请%(name)s，请在%(day)s前交意见。", name=expert.name, day=day(seat.due_on)), "success")
    else:
        flash(_("%(name)s已选入，还没有邀请。", name=expert.name), "success")
    return _to_panel(round_)


def _asked() -> dict[str, Any]:
    """What the list of candidates is narrowed to, as the address says it."""
    kept = {key: request.args[key][:100] for key in ("speciality", "page", "barred") if request.args.get(key)}
    return {**kept, **({"q": words} if (words := sought(request.args.get("q"))) else {})}


def _to_panel(round_: Round) -> ResponseReturnValue:
    return redirect(url_for("reviews.panel", round_id=round_.id, **_asked()), 303)


def _page(round_: Round, status: int, refusal: RuleBroken | None = None) -> ResponseReturnValue:
    actor, asked, page = current_actor(), _asked(), page_number()
    seated = {seat.expert_id for seat in round_.active}
    out = {seat.expert_id: seat for seat in round_.assignments if seat.state in OUT}
    everybody = candidates(round_.project)
    found = [
        c for c in everybody if c.user.id not in seated and c.fits(asked.get("q", ""), asked.get("speciality", ""))
    ]
    free, barred = [c for c in found if c.free], [c for c in found if not c.free]
    page = within(page, PER_PAGE, len(free))
    return render_template(
        "reviews/panel.html",
        round=round_,
        project=round_.project,
        refusal=refusal,
        asked=asked,
        specialities=dict.fromkeys((*SPECIALITIES, *(s for c in everybody for s in c.expert.specialities))),
        types=TYPES,
        free=free[(page - 1) * PER_PAGE : page * PER_PAGE],
        total=len(free),
        page=page,
        per=PER_PAGE,
        barred=barred if "barred" in asked else barred[:BARRED_SHOWN],
        barred_total=len(barred),
        out=out,
        standings=_standings(round_, everybody),
        due=panels.due_when_invited(round_, late=round_.state == "reading") if round_.state in ARRANGED else None,
        arranging=round_.state in ARRANGED
        and not panels.paused(round_)
        and is_in_charge(round_.project, actor) is None,
        paused=panels.PAUSED if panels.paused(round_) else None,
        choices=[c for c in choices(round_, actor) if c.step.trigger == "invite"],
        today=today(),
        crumbs=crumbs_of(round_, (_("选专家"), None)),
    ), status


def _standings(round_: Round, everybody: list[Candidate]) -> dict[int, Standing]:
    """How those on the panel stand, also who is no expert any more."""
    known = {c.user.id: c.standing for c in everybody}
    missing = [seat.expert_id for seat in round_.active if seat.expert_id not in known]
    return known | standings(missing, round_.project)


@bp.post("/reviews/<int:round_id>/seats/<int:assignment_id>/lead")
@requires("review.compose")
def make_lead(round_id: int, assignment_id: int) -> ResponseReturnValue:
    """Make this expert the lead of the panel."""
    round_ = staff_round(round_id)
    seat = seat_of_round(round_, assignment_id)
    panels.lead(seat, current_actor())
    flash(_("%(name)s任组长。", name=seat.expert.name), "success")
    return _back(round_)


@bp.post("/reviews/<int:round_id>/seats/<int:assignment_id>/release")
@requires("review.compose")
def release(round_id: int, assignment_id: int) -> ResponseReturnValue:
    """Take an expert out of the panel: a chosen one goes back among the candidates, an invited one is told."""
    round_, form = staff_round(round_id), ReasonForm()
    seat = seat_of_round(round_, assignment_id)
    if seat.state in OUT:  # pressed twice, or in another window
        flash(_("%(name)s已经不在专家组里。", name=seat.expert.name), "success")
        return _back(round_)
    if not form.validate():
        raise RuleBroken(form.reason.errors[0], "reason")
    panels.release(seat, current_actor(), form.reason.data or "")
    flash(_("%(name)s已移出专家组，需要时可以再选入。", name=seat.expert.name), "success")
    return _back(round_)


def _back(round_: Round) -> ResponseReturnValue:
    """To the page the button stood on: the panel, or the round."""
    return _to_panel(round_) if request.args.get("from") == "panel" else to_round(round_)
