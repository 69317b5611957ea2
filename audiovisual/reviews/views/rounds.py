"""Lists of rounds; one round with its panel and, once gathered, its opinions side by side; the steps of a round.

Pages of further steps hang themselves on: `PAGES` names the page on which a step is taken, `WAYS` the operation behind
a plain button, `PARTS` what else the round's page shows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import ScalarSelect, func, select

from audiovisual.kernel.forms import attempt, whole_number
from audiovisual.kernel.lifecycle import choices
from audiovisual.kernel.text import day
from audiovisual.kernel.web import current_actor, requires
from audiovisual.projects import panels as title_page
from audiovisual.projects.acted import acted
from workflows.access import Actor, is_in_charge, not_recused, reads_inside
from workflows.engine import Choice
from workflows.errors import N_, Unknown
from workflows.review import OUTCOMES, ROUND

from .. import gathered, ledger, queries
from ..forms import AnswerForm, FreezeForm, RoundForm
from ..models import Assignment, Round
from ..operations import panels
from ..sheet import dimension_names, episodes_side_by_side, scores_side_by_side
from . import bp
from .reach import crumbs_of, known_round, known_title, noted, staff_round, to_round

OPENED = ("frozen", "proposed", "agreed", "decided", "issued", "closed")
"""States in which the opinions lie open to the bureau."""
ARRANGED = ("composing", "reading")
"""States in which the panel can still be changed."""
PAGES: dict[str, Callable[[Round], str]] = {}
WAYS: dict[str, Callable[[Round, Actor, str], Any]] = {
    "invite": lambda round_, actor, reason: panels.invite(round_, actor),
    "freeze": panels.freeze,
    "cancel": panels.cancel,
}
PARTS: list[tuple[str, Callable[[Round, Actor], dict[str, Any] | None]]] = []
FORMS = {"freeze": FreezeForm, "cancel": AnswerForm}
SAID = {
    "freeze": N_("专家意见已公开，请整理意见、拟定结论。"),
    "cancel": N_("本轮已取消，专家会收到通知；要审，请另开一轮。"),
}
"""What is said after a step, but for the invitations, which say how many and until when."""
ACTS = {"invite": "review.compose", "freeze": "round.freeze", "cancel": "review.compose"}
"""By step, the act it is on the work lists."""


def _rounds_of(inside: bool) -> ScalarSelect[int]:
    return select(func.count()).select_from(Round).where(Round.project_id == title_page.ID).scalar_subquery()


title_page.tab(
    "reviews", N_("审核"), lambda project: url_for("reviews.of_title", project_id=project.id), count=_rounds_of,
    shown=lambda project, actor: reads_inside(project, actor) and project.delivered_at is not None, order=60,
)  # fmt: skip


@bp.get("/reviews")
@requires("review.list")
def index() -> ResponseReturnValue:
    """Rounds under way or in one state, for the bureau; an expert is led to his own tasks."""
    if not current_actor().is_staff:
        return redirect(url_for("reviews.task_list"), 303)
    state = request.args.get("state", "")
    state = state if state in {known.code for known in ROUND.states} else ""
    page = page_number()
    rows, total, page = queries.rounds(current_actor(), state or None, page)
    return render_template(
        "reviews/rounds.html", rows=rows, total=total, page=page, per=queries.PER_PAGE, state=state, machine=ROUND,
        crumbs=[(_("工作台"), url_for("desk.home")), (_("审核轮次"), None)],
    )  # fmt: skip


def page_number() -> int:
    """The page asked for, 1 where the address makes no sense."""
    return whole_number(request.args.get("page"), 999_999) or 1


@bp.get("/projects/<int:project_id>/rounds")
@requires("review.view")
def of_title(project_id: int) -> ResponseReturnValue:
    """A title's rounds, for the bureau."""
    project, actor = known_title(project_id), current_actor()
    if not actor.is_staff:
        raise Unknown()
    refusal = not_recused(project, actor)
    if refusal is not None:
        raise refusal
    return _title_page(project, RoundForm(), 200)


@bp.post("/projects/<int:project_id>/rounds")
@requires("review.open")
def open_round(project_id: int) -> ResponseReturnValue:
    """Open the next round on the title's latest cut."""
    project, actor, form = known_title(project_id), current_actor(), RoundForm()
    opened: list[Round] = []
    if form.validate() and attempt(form, lambda: opened.append(panels.open_(project, actor, due_on=form.due_on.data))):
        flash(_("第 %(n)s 轮审核已开，请选专家。", n=opened[0].ordinal), "success")
        return redirect(url_for("reviews.panel", round_id=opened[0].id), 303)
    return _title_page(project, form, 422)


def _title_page(project: Any, form: RoundForm, status: int) -> ResponseReturnValue:
    crumbs = [
        (_("工作台"), url_for("desk.home")), (_("种子库"), url_for("projects.bank")),
        (project.number, url_for("projects.show", project_id=project.id)), (_("审核"), None),
    ]  # fmt: skip
    may_open = _may_open(project, current_actor())
    return render_template(
        "reviews/of_title.html",
        project=project,
        rounds=queries.rounds_of(project.id),
        form=form,
        machine=ROUND,
        cut=queries.latest_cut(project.id),
        may_open=may_open,
        pending=ledger.pending_of(project, current_actor()) if may_open else [],
        crumbs=crumbs,
    ), status


def _may_open(project: Any, actor: Actor) -> bool:
    if "officer" not in actor.roles or project.state != "in_review" or is_in_charge(project, actor) is not None:
        return False
    last = queries.open_round(project.id)
    return last is None or (last.state == "issued" and last.outcome == "re_review")


@bp.get("/reviews/<int:round_id>")
@requires("review.view")
def show_round(round_id: int) -> ResponseReturnValue:
    """A round for the bureau; an expert of the panel is led to his own task."""
    round_, actor = known_round(round_id), current_actor()
    if not actor.is_staff:
        return redirect(url_for("reviews.task", assignment_id=_own_seat(round_, actor).id), 303)
    return round_page(round_, actor)


def _own_seat(round_: Round, actor: Actor) -> Assignment:
    return next(seat for seat in round_.assignments if seat.expert_id == actor.id)


def round_page(round_: Round, actor: Actor, trouble: Any = None, troubled: str = "") -> ResponseReturnValue:
    """The page itself; `trouble` is the form of the step `troubled` that came back with something wrong."""
    opened = round_.state in OPENED
    opinions = queries.opinions_of(round_) if opened else []
    page = render_template(
        "reviews/round.html", round=round_, project=round_.project, opened=opened, standings=round_.standings if round_.state in ARRANGED else {}, opinions=opinions,
        choices=_offered(round_, actor), pages={key: page(round_) for key, page in PAGES.items()}, trouble=trouble,
        outcomes=OUTCOMES, dimensions=dimension_names(round_.form), episodes=episodes_side_by_side(opinions, round_.cut), scores=scores_side_by_side(opinions, round_.form),
        troubled=troubled, in_charge="officer" in actor.roles and is_in_charge(round_.project, actor) is None,
        parts=[(template, part) for template, load in PARTS if (part := load(round_, actor)) is not None],
        sent_back=gathered.sent_back(round_), freeze=trouble if isinstance(trouble, FreezeForm) else FreezeForm(formdata=None),
        crumbs=[*crumbs_of(round_)[:-1], (_("第 %(n)s 轮审核", n=round_.ordinal), None)],
    )  # fmt: skip
    return noted(opinions, page), 422 if trouble is not None else 200


def _offered(round_: Round, actor: Actor) -> list[Choice]:
    return [choice for choice in choices(round_, actor) if choice.step.trigger in WAYS or choice.step.trigger in PAGES]


@bp.post("/reviews/<int:round_id>/steps/<trigger>")
@requires("review.view")
def round_step(round_id: int, trigger: str) -> ResponseReturnValue:
    """Take a step of the round that needs at most a reason."""
    round_, actor = staff_round(round_id), current_actor()
    if trigger not in WAYS:
        raise Unknown()
    form = FORMS.get(trigger, FreezeForm)()
    if not form.validate() or not attempt(form, lambda: WAYS[trigger](round_, actor, _reason(form))):
        return round_page(staff_round(round_id), actor, form, trigger)
    acted(_said(round_, trigger), round_.project, ACTS[trigger])
    return to_round(round_)


def _said(round_: Round, trigger: str) -> str:
    if trigger == "invite":
        return _("已向 %(n)s 人发出邀请，请他们在%(day)s前交意见。", n=round_.seats_filled, day=day(round_.due_on))
    return _(SAID[trigger])


def _reason(form: Any) -> str:
    return form.reason.data or ""


__all__ = ["OPENED", "PAGES", "PARTS", "WAYS", "page_number", "round_page"]
