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

from .. import findings
from ..conflicts import conflict_of
from ..models import Assignment, Cut, Round
from ..queries import latest_cut, open_round

SEATS_AT_MOST = 15


@operation
def open_(project: Project, actor: Actor, cut: Cut | None = None, due_on: date | None = None) -> Round:
    """Open a round on a cut (default: the latest). One round at a time; the review form is kept as it stands today."""
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
        due_on=due_on or reading_due(project), opened_by_id=actor.id,
    )  # fmt: skip
    db.session.add(round_)
    project.outcome, project.letter_served = None, False
    db.session.flush()
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


def reading_due(project: Project) -> date:
    """The last day for signed opinions, by the clock of expert reading."""
    step = clock.step_rule(rule_on("clocks").value, "expert_opinion", project.urgent)
    line = clock.deadlines(step, today(), (), working_calendar()).internal
    assert line is not None and line.due is not None  # the rule has an internal line, and nothing pauses it
    return line.due


@operation
def choose(round_: Round, actor: Actor, expert: User, is_lead: bool = False) -> Assignment:
    """Seat an expert. A conflict of interest refuses him with its reason; so does a full panel of the same person."""
    refusal = is_in_charge(round_.project, actor)
    if refusal is not None:
        raise refusal
    if round_.state not in ("composing", "reading"):
        raise WrongState(say("这一轮已经不能再添专家。"))
    if round_.seats_filled >= SEATS_AT_MOST:
        raise RuleBroken(say("一轮最多请 %(n)s 位专家。", n=SEATS_AT_MOST), "expert")
    found = conflict_of(expert.id, round_.project)
    if found:
        raise RuleBroken(say("%(name)s应回避：%(why)s。", name=expert.name, why=found[0]), "expert")
    if any(a.expert_id == expert.id for a in round_.assignments):
        raise RuleBroken(say("%(name)s已经在名单里（或已谢绝、回避）。", name=expert.name), "expert")
    assignment = Assignment(round_id=round_.id, project_id=round_.project_id, expert_id=expert.id, is_lead=is_lead)
    db.session.add(assignment)
    if is_lead:
        _only_lead(round_, assignment)
    db.session.flush()
    db.session.expire(round_, ["assignments"])
    note(round_, "choose", actor, N_("拟请%(name)s审看"), name=expert.name)
    if round_.state == "reading":
        apply(assignment, "send", actor)
    return assignment


def _only_lead(round_: Round, chosen: Assignment) -> None:
    for assignment in round_.assignments:
        assignment.is_lead = assignment is chosen


@operation
def lead(assignment: Assignment, actor: Actor) -> None:
    """Make this expert the lead (组长) of the panel."""
    refusal = is_in_charge(assignment.round.project, actor)
    if refusal is not None:
        raise refusal
    if assignment.round.state not in ("composing", "reading"):
        raise WrongState(say("这一轮已经不能再改组长。"))
    _only_lead(assignment.round, assignment)


@operation
def invite(round_: Round, actor: Actor) -> None:
    """Send the invitations: the panel is complete, each expert may now read the title."""
    if not any(a.is_lead for a in round_.active) and round_.active:
        round_.active[0].is_lead = True
    apply(round_, "invite", actor)
    for assignment in round_.active:
        apply(assignment, "send", actor)


@operation
def release(assignment: Assignment, actor: Actor, reason: str = "") -> None:
    """Take an expert out of the panel; what he wrote stays, out of the round."""
    apply(assignment, "release", actor, reason or None)


@operation
def freeze(round_: Round, actor: Actor, reason: str = "") -> None:
    """Open the opinions and gather them; those who have not signed are released."""
    apply(round_, "freeze", actor, reason or None)
    for assignment in round_.assignments:
        if assignment.state in ("invited", "accepted"):
            apply(assignment, "release", SYSTEM, say("意见已汇总"))


@operation
def cancel(round_: Round, actor: Actor, reason: str) -> None:
    """End a round without a result; its experts are released."""
    apply(round_, "cancel", actor, reason)
    for assignment in round_.assignments:
        if assignment.state in ("proposed", "invited", "accepted"):
            apply(assignment, "release", SYSTEM, reason)


HOLDERS = {
    "composing": "officer", "reading": "expert", "frozen": "officer", "proposed": "head", "agreed": "leader",
    "decided": "sealer", "issued": "officer", "cancelled": "officer",
}  # fmt: skip
"""In whose hands a title in review is once its round stands in a state."""


@after("round")
def follow(round_: Round, fired: Fired, actor: Actor, data: dict[str, Any]) -> None:
    """Stamps of the round, and the title's holder, within the same change."""
    if fired.target == "frozen" and fired.source == "reading":
        round_.frozen_at = utcnow()
        findings.refresh(db.session(), round_)
    if fired.target == "cancelled" and fired.source != "composing":
        findings.refresh(db.session(), round_)
    if fired.target == "issued":
        round_.issued_at = utcnow()
    if round_.project.state == "in_review":
        _hand_on(round_, fired.target)


def _hand_on(round_: Round, state: str) -> None:
    role, project = HOLDERS.get(state), round_.project
    if role:
        clocks.hold(project, role, project.officer_id if role == "officer" else None)


@after("assignment")
def admit(assignment: Assignment, fired: Fired, actor: Actor, data: dict[str, Any]) -> None:
    """An invited expert may read the title; one who declined, recused or was released may not any more."""
    if fired.target == "invited":
        assignment.invited_at = utcnow()
        known = {"project_id": assignment.project_id, "user_id": assignment.expert_id, "kind": "reader"}
        if db.session.get(Tie, tuple(known.values())) is None:
            db.session.add(Tie(**known))
    elif fired.target in ("accepted", "declined"):
        assignment.answered_at = utcnow()
    if fired.target == "signed":
        assignment.signed_at = utcnow()
    if fired.target in ("declined", "recused", "released") and fired.source != "proposed":
        db.session.execute(
            delete(Tie).where(
                Tie.project_id == assignment.project_id, Tie.user_id == assignment.expert_id, Tie.kind == "reader"
            )
        )
    db.session.flush()
    db.session.expire(assignment.round.project, ["ties"])


@after("assignment")
def fill_the_panel(assignment: Assignment, fired: Fired, actor: Actor, data: dict[str, Any]) -> None:
    """While a seat of a round in reading is empty the title is in the officer's hands, then in the experts' again."""
    round_, project = assignment.round, assignment.round.project
    if round_.state != "reading" or project.state != "in_review":
        return
    if round_.seats_filled < round_.seats:
        clocks.hold(project, "officer", project.officer_id)
    else:
        clocks.hold(project, HOLDERS["reading"])


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


@after("project")
def hold_by_round(project: Project, fired: Fired, actor: Actor, data: dict[str, Any]) -> None:
    """A title that comes back to its review comes back into the hands its round left it in."""
    round_ = open_round(project.id) if fired.target == "in_review" else None
    if round_ is not None:
        _hand_on(round_, round_.state)
