"""Choosing the panel: every expert with what stands against him; seats given, led, released."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audiovisual.kernel.forms import ReasonForm, whole_number
from audiovisual.kernel.lifecycle import choices
from audiovisual.kernel.model import db, today
from audiovisual.kernel.web import current_actor, requires
from audiovisual.people.models import User
from workflows.access import is_in_charge
from workflows.errors import RuleBroken, Unknown, say

from ..models import Round
from ..operations import panels
from ..queries import candidates
from . import bp
from .reach import crumbs_of, seat_of_round, staff_round, to_round
from .rounds import ARRANGED


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
        panels.choose(round_, actor, expert, is_lead=request.form.get("lead") == "yes")
    except RuleBroken as refusal:
        db.session.rollback()
        return _page(staff_round(round_id), 422, refusal)
    flash(_("%(name)s已列入专家组。", name=expert.name), "success")
    return redirect(url_for("reviews.panel", round_id=round_id), 303)


def _page(round_: Round, status: int, refusal: RuleBroken | None = None) -> ResponseReturnValue:
    actor = current_actor()
    found = candidates(round_.project)
    seated = {seat.expert_id: seat for seat in round_.assignments}
    return render_template(
        "reviews/panel.html", round=round_, project=round_.project, seated=seated, refusal=refusal, today=today(),
        free=[c for c in found if c.free and c.user.id not in seated], excluded=[c for c in found if not c.free], standings=round_.standings,
        arranging=round_.state in ARRANGED and is_in_charge(round_.project, actor) is None,
        choices=[c for c in choices(round_, actor) if c.step.trigger == "invite"],
        crumbs=crumbs_of(round_, (_("选专家"), None)),
    ), status  # fmt: skip


@bp.post("/reviews/<int:round_id>/seats/<int:assignment_id>/lead")
@requires("review.compose")
def make_lead(round_id: int, assignment_id: int) -> ResponseReturnValue:
    """Make this expert the lead of the panel."""
    round_ = staff_round(round_id)
    panels.lead(seat_of_round(round_, assignment_id), current_actor())
    return to_round(round_)


@bp.post("/reviews/<int:round_id>/seats/<int:assignment_id>/release")
@requires("review.compose")
def release(round_id: int, assignment_id: int) -> ResponseReturnValue:
    """Take an expert out of the panel: a proposed one is dropped, an invited one is told."""
    round_, form = staff_round(round_id), ReasonForm()
    seat = seat_of_round(round_, assignment_id)
    panels.release(seat, current_actor(), form.reason.data or "")
    flash(_("%(name)s已移出专家组。", name=seat.expert.name), "success")
    return to_round(round_)
