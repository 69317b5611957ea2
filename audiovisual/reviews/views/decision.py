"""The decision: head and leader find on one page all that they decide on, and agree, decide or send back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audiovisual.kernel.forms import ReasonForm, attempt, whole_number
from audiovisual.kernel.lifecycle import choices
from audiovisual.kernel.model import today
from audiovisual.kernel.text import told
from audiovisual.kernel.web import current_actor, requires
from audiovisual.projects.acted import acted
from audiovisual.projects.deciding import facts_of, in_order
from audiovisual.projects.labels import VERDICTS, doer
from workflows.access import Actor, is_in_charge
from workflows.engine import check
from workflows.errors import N_, Unknown, WorkflowError, WrongState, say
from workflows.review import DECISIONS, OUTCOMES

from .. import gathered
from ..deciding import of_round
from ..models import Round
from ..operations import settling
from ..operations.settling import UNSERVED, answer_when_served
from ..sheet import scores_side_by_side
from . import bp
from .reach import crumbs_of, noted, staff_round, to_round
from .rounds import PAGES, PARTS

Way = Callable[[Round, Actor, str, int | None], Any]
WAYS: dict[str, Way] = {"agree": settling.agree, "decide": settling.decide, "send_back": settling.send_back}
NEXT = {"proposed": "agree", "agreed": "decide"}
LAID = ("proposed", "agreed", "decided", "issued", "closed")
DONE = {
    "agree": N_("已同意，呈局领导签批。"),
    "decide": N_("已签批，等编号发函。"),
    "send_back": N_("已退回，等经办修改后重新呈报。"),
}

for _trigger in WAYS:
    PAGES[_trigger] = lambda round_: url_for("reviews.decide", round_id=round_.id)


def _settling(round_: Round, actor: Actor) -> dict[str, Any] | None:
    if round_.state == "frozen":
        settles = "officer" in actor.roles and is_in_charge(round_.project, actor) is None
        return {"url": url_for("reviews.settle", round_id=round_.id)} if settles else None
    return {"url": url_for("reviews.decide", round_id=round_.id)} if round_.state in LAID else None


PARTS.append(("reviews/_settling.html", _settling))


@bp.get("/reviews/<int:round_id>/decide")
@requires("review.view")
def decide(round_id: int) -> ResponseReturnValue:
    """Outcome, settled rows, scores, opinions, letter and chain; the buttons of whoever's turn it is."""
    round_ = staff_round(round_id)
    if round_.state == "cancelled":  # also one that ended with its title: a letter that was dropped still leads here
        return to_round(round_)
    if round_.state not in LAID:
        raise WrongState(say("结论还没有呈报。"))
    return _page(round_)


def _page(round_: Round, form: ReasonForm | None = None, trigger: str = "") -> ResponseReturnValue:
    """The page; with the form of a step that came back (`trigger`), and what was typed into it."""
    actor, opinions = current_actor(), gathered.opened(round_)
    both = gathered.gathering(round_, opinions, gathered.settled(round_))
    lines, chain = gathered.bottom_lines(round_, opinions), gathered.chain_of(round_)
    known = facts_of(round_.project, actor, but=("review",))
    step = NEXT.get(round_.state)
    page = render_template(
        "reviews/decide.html",
        round=round_,
        project=round_.project,
        opinions=opinions,
        both=both,
        answer_by=answer_when_served(round_, today()),
        unserved=round_.state in UNSERVED,
        bottom_lines=lines,
        facts=in_order(iter([*of_round(round_, opinions, both, lines, chain), *known])),
        step=step,
        choices={choice.step.trigger: choice for choice in choices(round_, actor)},
        bar=_bar(round_, step, actor),
        scores=_scores(round_, opinions),
        form=form or ReasonForm(formdata=None),
        trigger=trigger,
        outcomes=OUTCOMES,
        decisions=DECISIONS,
        demands=gathered.DEMANDS,
        verdicts=VERDICTS,
        chain_items=_told(chain),
        crumbs=crumbs_of(round_, (_("审签"), None)),
    )
    return noted(opinions, page), 422 if form is not None else 200


def _told(events: list[Any]) -> list[dict[str, Any]]:
    """The chain for the timeline, the newest first, each with its word."""
    return [
        {
            "at": event.at,
            "text": f"{doer(event.actor_name, event.absent)} {told(event.text, event.data or {})}",
            "note": event.reason,
            "tone": "",
        }
        for event in reversed(events)
    ]


def _bar(round_: Round, step: str | None, actor: Actor) -> WorkflowError | None:
    """Why somebody of the right post may not take this step all the same: he took the one before, or is recused."""
    roles = round_.machine.step(round_.state, step).roles if step else frozenset()
    if step is None or not actor.roles & roles:
        return None
    return check(round_.machine, round_, step, actor)


def _scores(round_: Round, opinions: list[Any]) -> list[dict[str, Any]]:
    """Score lines with their mean; of the bottom line only the checks somebody found broken."""
    lines = []
    for line, given in scores_side_by_side(opinions, round_.form):
        known = [one.score for one in given if one is not None and one.score is not None]
        if line.is_check and all(known):
            continue
        mean = None if line.is_check or not known else round(sum(known) / len(known), 1)
        lines.append({"line": line, "given": given, "mean": mean})
    return lines


@bp.post("/reviews/<int:round_id>/decide/<trigger>")
@requires("review.view")
def decide_step(round_id: int, trigger: str) -> ResponseReturnValue:
    """Agree, decide or send back, on the proposal as the page showed it."""
    round_, actor, form = staff_round(round_id), current_actor(), ReasonForm()
    if trigger not in WAYS:
        raise Unknown()
    seen, act = whole_number(request.form.get("version")), f"round.{NEXT.get(round_.state, trigger)}"
    if not form.validate() or not attempt(form, lambda: WAYS[trigger](round_, actor, form.reason.data or "", seen)):
        return _page(staff_round(round_id), form, trigger)
    acted(_(DONE[trigger]), round_.project, act)
    return redirect(
        url_for("reviews.decide" if trigger != "send_back" else "reviews.show_round", round_id=round_id), 303
    )
