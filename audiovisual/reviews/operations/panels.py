"""The officer opens a round on a version of the cut, chooses its experts and sends the invitations."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import delete, func, select

from audiovisual.kernel.calendar import working_calendar
from audiovisual.kernel.database import operation
from audiovisual.kernel.events import note
from audiovisual.kernel.lifecycle import after, apply
from audiovisual.kernel.model import db, today, utcnow
from audiovisual.kernel.rules import rule_on
from audiovisual.people.models import User
from audiovisual.projects import clocks
from audiovisual.projects.models import Project, Tie
from workflows import clock
from workflows.access import SYSTEM, Actor, is_in_charge
from workflows.engine import Fired
from workflows.errors import N_, RuleBroken, WrongState, say
from workflows.records import ENDED
from workflows.review import OUT, reading_due

from .. import findings
from ..conflicts import standings
from ..invitation import facts
from ..models import Assignment, Cut, Round
from ..queries import latest_cut, open_round

SEATS_AT_MOST = 15


@operation
def open_(project: Project, actor: Actor, cut: Cut | None = None, due_on: date | None = None) -> Round:
    """Open a round on a cut (default: the latest). One round at a time; the review form is kept as it stands today.

    `due_on` is a last day for opinions the officer chose; without one it is counted when the invitations go out.
    """
    refusal = is_in_charge(project, actor)
    if refusal is not None:
        raise refusal
    if project.state != "in_review":
        raise WrongState(say("送审之后才能开审核轮次。"))
    _close_last(project)
    cut = cut or latest_cut(project.id)
    if cut is None:
        raise RuleBroken(say("还没有样片。"), "cut")
    rule = rule_on("review_form")
    last = db.session.scalar(select(func.max(Round.ordinal)).where(Round.project_id == project.id)) or 0
    round_ = Round(
        project_id=project.id, ordinal=last + 1, cut_id=cut.id, form=rule.value, form_rule_id=rule.id,
        kind="finished_cut" if last == 0 else "re_review", seats=seats_for(project, rule.value),
        due_on=due_on, opened_by_id=actor.id,
    )  # fmt: skip
    db.session.add(round_)
    project.outcome, project.letter_served = None, False
    db.session.flush()
    clocks.pass_on(project)
    note(round_, "open", actor, N_("开了第 %(n)s 轮审核"), n=round_.ordinal)
    return round_


def _close_last(project: Project) -> None:
    """A round decided “修改后重审” ends where the next begins; any other open round stands in the way."""
    last = open_round(project.id)
    if last is None:
        return
    if last.state != "issued" or last.outcome != "re_review":
        raise WrongState(say("这部片还有一轮没有办结。"))
    apply(last, "close", SYSTEM)
    db.session.flush()


def seats_for(project: Project, form: dict[str, Any]) -> int:
    """How many experts: by class and subject, from the form in force."""
    panel = form["panel"]
    if project.major_subject:
        return panel.get("major_subject", panel["default"])
    return panel.get(project.class_code or "", panel["default"])


def due_when_invited(round_: Round, late: bool = False) -> date:
    """The last day for the opinion of an expert invited today; `late`: the others were invited before."""
    rule = clock.step_rule(rule_on("clocks").value, "expert_opinion", round_.project.urgent)
    return reading_due(rule, today(), working_calendar(), round_.due_on, late)


@operation
def choose(round_: Round, actor: Actor, expert: User, is_lead: bool = False) -> Assignment:
    """Give an expert a seat; while the round is in reading the invitation goes out at once.

    A conflict of interest refuses with its reason. Who was taken out, was released or declined may be chosen again.
    """
    refusal = is_in_charge(round_.project, actor)
    if refusal is not None:
        raise refusal
    if round_.state not in ("composing", "reading"):
        raise WrongState(say("这一轮已经不能再添专家。"))
    if paused(round_):
        raise WrongState(PAUSED)
    seat = next((seat for seat in round_.assignments if seat.expert_id == expert.id), None)
    if seat is not None and seat.state not in OUT:
        raise RuleBroken(say("%(name)s已经在名单里。", name=expert.name), "expert")
    if round_.seats_filled >= SEATS_AT_MOST:
        raise RuleBroken(say("一轮最多请 %(n)s 位专家。", n=SEATS_AT_MOST), "expert")
    asked = _to_verify(round_, expert)
    seat = _seat(round_, actor, expert, asked) if seat is None else _seat_again(seat, actor, asked)
    if is_lead:
        _only_lead(round_, seat)
    if round_.state == "reading":
        _send(seat, actor, due_when_invited(round_, late=True))
    return seat


PAUSED = say("这部片现在不在审核中，不能发出邀请；回到审核以后再请。")


def paused(round_: Round) -> bool:
    """Whether an expert chosen now would be invited at once to what they could not accept."""
    return round_.state == "reading" and round_.project.state != "in_review"


def _to_verify(round_: Round, expert: User) -> str | None:
    """What is to be asked about before this expert is invited; refuses who may not judge the title."""
    standing = standings([expert.id], round_.project)[expert.id]
    if standing.gone:
        raise RuleBroken(say("%(name)s不能审看：%(why)s。", name=expert.name, why=standing.gone), "expert")
    if standing.bars:
        raise RuleBroken(say("%(name)s应回避：%(why)s。", name=expert.name, why=standing.bars[0]), "expert")
    return say("请核实：%(what)s", what=list(standing.asks)) if standing.asks else None


def _seat(round_: Round, actor: Actor, expert: User, asked: str | None) -> Assignment:
    seat = Assignment(round_id=round_.id, project_id=round_.project_id, expert_id=expert.id)
    db.session.add(seat)
    db.session.flush()
    db.session.expire(round_, ["assignments"])
    note(round_, "choose", actor, N_("选入了%(name)s"), reason=asked, name=expert.name)
    return seat


def _seat_again(seat: Assignment, actor: Actor, asked: str | None) -> Assignment:
    apply(seat, "choose_again", actor, asked, kept={"name": seat.expert.name}, stamps={"reason": None})
    return seat


def _send(seat: Assignment, actor: Actor, due: date) -> None:
    """The invitation of one expert; the round waits for the last day given to any of them."""
    told = {"name": seat.expert.name, "due_on": due.isoformat(), "facts": facts(seat.round.project, seat.round.cut)}
    apply(
        seat, "send", actor, kept=told, stamps={"due_on": due, "invited_at": utcnow(), "answered_at": None}
    )  # fmt: skip
    seat.round.due_on = max(seat.round.due_on or due, due)


def _only_lead(round_: Round, chosen: Assignment) -> None:
    for assignment in round_.assignments:
        assignment.is_lead = assignment is chosen


@operation
def lead(assignment: Assignment, actor: Actor) -> None:
    """Make this expert the lead (组长) of the panel."""
    round_ = assignment.round
    refusal = is_in_charge(round_.project, actor)
    if refusal is not None:
        raise refusal
    if round_.state not in ("composing", "reading") or assignment.state in OUT:
        raise WrongState(say("这一轮已经不能再改组长。"))
    if not assignment.is_lead:
        _only_lead(round_, assignment)
        note(round_, "lead", actor, N_("请%(name)s任了组长"), name=assignment.expert.name)


@operation
def invite(round_: Round, actor: Actor) -> date:
    """Send the invitations: the panel is complete, each expert may now read the title. Gives the day opinions are due."""
    if not any(a.is_lead for a in round_.active) and round_.active:
        round_.active[0].is_lead = True
    due = due_when_invited(round_)
    apply(round_, "invite", actor)
    round_.due_on = due
    for assignment in round_.active:
        _send(assignment, actor, due)
    return due


@operation
def release(assignment: Assignment, actor: Actor, reason: str = "", quietly: bool = False) -> None:
    """Take an expert out of the panel; what they wrote is kept, out of the round, should they be asked again.

    Who was not invited yet is taken off the list, and is not told; `quietly`: nor who is told otherwise.
    """
    trigger = "remove" if assignment.state == "proposed" else "release"
    told = {"name": assignment.expert.name}
    stamps = {"reason": reason or None}
    apply(assignment, trigger, actor, reason or None, kept=told, stamps=stamps, quietly=quietly)


@operation
def freeze(round_: Round, actor: Actor, reason: str = "") -> None:
    """Open the opinions, so that they are settled; those who have not signed are released.

    Whose signatures are missing is kept with the reason: head and leader read both before they decide.
    """
    absent = [[seat.expert.name, seat.state] for seat in round_.absent]
    missing = {"missing": {"n": round_.missing, "who": absent}} if round_.missing > 0 else {}
    apply(round_, "freeze", actor, reason or None, kept=missing)
    for assignment in round_.assignments:
        if assignment.state in ("invited", "accepted"):
            release(assignment, SYSTEM, say("意见已公开"))


@operation
def cancel(round_: Round, actor: Actor, reason: str) -> None:
    """End a round without a result; its experts are released. All who were invited and still sit on it are told once, who
    has signed too."""
    sitting = [seat.expert_id for seat in round_.active if seat.state != "proposed"]
    apply(round_, "cancel", actor, reason, kept={"experts": sitting})
    for assignment in round_.assignments:
        if assignment.state in ("proposed", "invited", "accepted"):
            release(assignment, SYSTEM, reason, quietly=True)


@after("round")
def follow(round_: Round, fired: Fired, actor: Actor, data: dict[str, Any]) -> None:
    """Stamps of the round, and whose turn its title is, within the same change."""
    if fired.target == "frozen" and fired.source == "reading":
        round_.frozen_at = utcnow()
        findings.refresh(db.session(), round_)
    if fired.target == "cancelled" and fired.source != "composing":
        findings.refresh(db.session(), round_)
    if fired.target == "issued":
        round_.issued_at = utcnow()
    if round_.project.state == "in_review":
        clocks.pass_on(round_.project)


@after("assignment")
def admit(assignment: Assignment, fired: Fired, actor: Actor, data: dict[str, Any]) -> None:
    """An invited expert may read the title; one who declined, recused or was released may not any more."""
    if fired.target == "invited":
        known = {"project_id": assignment.project_id, "user_id": assignment.expert_id, "kind": "reader"}
        if db.session.get(Tie, tuple(known.values())) is None:
            db.session.add(Tie(**known))
    elif fired.target in ("accepted", "declined", "recused"):
        assignment.answered_at = utcnow()
    if fired.target == "signed":
        assignment.signed_at = utcnow()
    if fired.target in OUT:
        assignment.is_lead = False
    if fired.target in OUT and fired.source != "proposed":
        db.session.execute(
            delete(Tie).where(
                Tie.project_id == assignment.project_id, Tie.user_id == assignment.expert_id, Tie.kind == "reader"
            )
        )
    db.session.flush()
    db.session.expire(assignment.round.project, ["ties"])


@after("assignment")
def fill_the_panel(assignment: Assignment, fired: Fired, actor: Actor, data: dict[str, Any]) -> None:
    """While a seat of a round in reading is empty, or all have signed, it is the officer's turn, else the experts'."""
    if assignment.round.state == "reading" and assignment.round.project.state == "in_review":
        clocks.pass_on(assignment.round.project)


@after("project")
def end_with_title(project: Project, fired: Fired, actor: Actor, data: dict[str, Any]) -> None:
    """A title that ends takes its open round with it, wherever that stands."""
    round_ = open_round(project.id) if fired.target in ENDED and fired.source != "draft" else None
    if round_ is None:
        return
    reason = say("项目已%(state)s", state=say(project.machine.state(fired.target).label))
    if round_.state == "issued":
        apply(round_, "close", SYSTEM)
    elif round_.state in ("composing", "reading", "frozen"):
        cancel(round_, SYSTEM, reason)
    else:
        apply(round_, "end", SYSTEM, reason)
