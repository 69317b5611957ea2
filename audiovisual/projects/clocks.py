"""What accompanies every change of a project's state: stamps, the holder, the running clock and its due day.

A clock is a row with its start, its pauses and the three lines that follow from them by the dated rule; the promised
line (else the internal, else the statutory) is the project's `due_on`, which lists sort by. While the clock stands still
a project has no due day; what it then waits for is `house_due_on`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import and_, event, or_, select
from sqlalchemy.orm import Session

from audiovisual.kernel.calendar import working_calendar
from audiovisual.kernel.database import operation
from audiovisual.kernel.lifecycle import after
from audiovisual.kernel.model import db, today, utcnow
from audiovisual.kernel.rules import DatedRule, rule_on
from workflows import clock as rules
from workflows.access import Actor
from workflows.duties import Standing, next_duty
from workflows.engine import Fired
from workflows.project import PROJECT

from . import panels
from .models import Clock, Completion, CoReview, Milestone, Project

STARTS = {"submitted": "acceptance", "accepted": "first_review", "screened": "scheduling"}
"""Which clock starts when a title enters a state from the state before it."""
PAUSES = {"completing": "completion", "rectifying": "rectification", "suspended": "suspension"}
STOPS = frozenset({"scheduled", "reviewed", "aired", "rejected", "withdrawn", "refiled", "discarded", "dormant"})
NEXT_NODE = {"scheduled": "shooting_start", "in_production": "cut_delivery", "reviewed": "release"}
"""Where no clock runs, the node of the plan that leads to the next state."""

STAMPS = {
    "accepted": "accepted_at", "screened": "screened_at", "scheduled": "scheduled_at", "reviewed": "reviewed_at",
}  # fmt: skip


@after("project")
def keep(project: Project, fired: Fired, actor: Actor, data: dict[str, Any]) -> None:
    """Runs inside `kernel.lifecycle.apply`, before the event is written."""
    returning = fired.step.trigger in ("complete", "resubmit", "resume", "revive", "send_back")
    stamp = STAMPS.get(fired.target)
    if stamp and not returning and getattr(project, stamp) is None:
        setattr(project, stamp, utcnow())
    if PROJECT.state(fired.target).final:
        project.urgent = False  # the green channel ends with the title; its request stays on record
    pass_on(project)
    _turn_clock(project, fired, returning)


def standing_of(project: Project) -> Standing:
    """Where the project stands, with all that its next act waits for; what later features know of it is asked of them."""
    facts: dict[str, Any] = {}
    if project.state == "in_review":
        db.session.flush()
        columns = [fact(project.id).label(name) for name, fact in panels.STANDING.items()]
        facts = dict(db.session.execute(select(*columns)).one()._mapping) if columns else {}
    return standing_with(project, facts)


def standing_with(project: Project, facts: Mapping[str, Any]) -> Standing:
    """The same where the facts of later features have been read: `facts` by the names of `panels.STANDING`."""
    asked = project.state in ("accepted", "in_review")
    return Standing(
        project.state,
        class_known=project.class_code is not None,
        lacking=project.co_reviews_lacking if project.state == "accepted" else (),
        awaited=project.co_reviews_awaited if asked else (),
        permit=project.permit_lacking if project.state == "reviewed" else None,
        house_admitted=project.state != "draft" or project.house.state == "admitted",
        letter_served=project.letter_served,
        outcome=project.outcome,
        changes_total=project.changes_total,
        changes_open=project.changes_open,
        suggestions_open=project.suggestions_open,
        **panels.facts_of(facts),
    )


def pass_on(project: Project) -> None:
    """Put the project into the hands of whoever's turn it is now."""
    duty = next_duty(standing_of(project))
    role = duty.role if duty else None
    person = project.officer_id if role == "officer" else project.created_by_id if project.state == "draft" else None
    hold(project, role, person)


@after("co_review")
def keep_waiting(review: CoReview, fired: Fired, actor: Actor, data: dict[str, Any]) -> None:
    """While a department is asked the officer waits for its answer; then whoever's turn it was goes on."""
    pass_on(review.project)


def hold(project: Project, role: str | None, person_id: int | None = None) -> None:
    """Put the title into somebody's hands: a role, and the person where one is named."""
    if (project.holder_role, project.holder_id) != (role, person_id):
        project.holder_role, project.holder_id, project.held_since = role, person_id, utcnow()


def running(project: Project) -> Clock | None:
    """The clock that runs (or stands paused) now."""
    if project.id is None:
        return None
    return db.session.scalars(select(Clock).where(Clock.project_id == project.id, Clock.stopped_on.is_(None))).first()


def running_of(project_ids: Collection[int]) -> dict[int, Clock]:
    """The same of many titles, by their numbers."""
    running_ = select(Clock).where(Clock.project_id.in_(project_ids), Clock.stopped_on.is_(None))
    return {clock.project_id: clock for clock in db.session.scalars(running_)} if project_ids else {}


def rules_kept(clocks_: Iterable[Clock]) -> Sequence[DatedRule]:
    """The rules kept with these clocks, in one statement; whoever holds them reckons many days without asking again."""
    return db.session.scalars(select(DatedRule).where(DatedRule.id.in_({one.rule_id for one in clocks_}))).all()


def _turn_clock(project: Project, fired: Fired, returning: bool) -> None:
    target = fired.target
    if target == fired.source:
        refresh(project)
        return
    if returning:
        unpause(project, PAUSES.get(fired.source, "suspension"))
        if running(project) is None and target in STARTS:
            start(project, STARTS[target])
    elif target in PAUSES:
        pause(project, PAUSES[target])
    elif target == "in_review":
        start(project, _cut_clock(project))
    elif target in STARTS:
        start(project, STARTS[target])
    elif target in STOPS:
        stop(project)
    refresh(project)


def _cut_clock(project: Project) -> str:
    steps = rule_on("clocks").value["steps"]
    micro_one = project.type == "micro_drama" and project.class_code == "one"
    return "micro_one_review" if micro_one and "micro_one_review" in steps else "cut_review"


def start(project: Project, step: str) -> Clock:
    """Stop what runs and start the clock of a step today, by the rule in force."""
    stop(project)
    rule = rule_on("clocks")
    clock = Clock(
        project_id=project.id, step=step, rule_id=rule.id, urgent=project.urgent,
        unit=rule.value["steps"][step]["unit"], started_on=today(), pauses=[],
    )  # fmt: skip
    db.session.add(clock)
    db.session.flush()
    if project.co_reviews_awaited:
        pause(project, "co_review")  # a department asked before is still waited for
    return clock


def stop(project: Project) -> None:
    """End the running clock today."""
    clock = running(project)
    if clock is not None:
        clock.pauses = [p if p["end"] else {**p, "end": today().isoformat()} for p in clock.pauses]
        clock.stopped_on = today()
        db.session.flush()


def pause(project: Project, reason: str) -> None:
    """Let the running clock stand still from today; a second pause for the same reason changes nothing."""
    clock = running(project)
    if clock is None or any(p["reason"] == reason and p["end"] is None for p in clock.pauses):
        return
    clock.pauses = [*clock.pauses, {"reason": reason, "start": today().isoformat(), "end": None}]
    db.session.flush()


def last_pause(project: Project, reason: str) -> rules.Pause | None:
    """The newest pause of the running clock for that reason, ended or not; None without one."""
    clock = running(project)
    kept = [p for p in clock.pauses if p["reason"] == reason] if clock else []
    return _pause(kept[-1]) if kept else None


def pauses_of(clock: Clock, rule: rules.StepRule) -> list[rules.Pause]:
    """Every pause of a clock that counts, each with its own reason, in the order they began."""
    return sorted((p for p in map(_pause, clock.pauses) if p.reason in rule.pauses), key=lambda p: p.start)


def _pause(kept: Mapping[str, Any]) -> rules.Pause:
    """A pause as the rules read it."""
    end = date.fromisoformat(kept["end"]) if kept["end"] else None
    return rules.Pause(kept["reason"], date.fromisoformat(kept["start"]), end)


def unpause(project: Project, reason: str) -> None:
    """Let the clock go on: the pause for that reason ends today."""
    clock = running(project)
    if clock is None:
        return
    clock.pauses = [
        {**p, "end": today().isoformat()} if p["reason"] == reason and p["end"] is None else p for p in clock.pauses
    ]
    db.session.flush()


def computed(
    clock: Clock, value: dict[str, Any] | None = None, calendar: rules.Calendar | None = None
) -> rules.Clock:  # fmt: skip
    """The clock's three lines by the rule it was started under, the green channel's where the title is urgent.

    `value` and `calendar` spare their statements where the caller has read them.
    """
    if value is None:
        value = _rule_of(clock).value
    step = rules.step_rule(value, clock.step, clock.urgent)
    step = replace(step, pauses=step.pauses | {"suspension"})
    return rules.deadlines(step, clock.started_on, map(_pause, clock.pauses), calendar or working_calendar())


def computed_as(clock: Clock, urgent: bool) -> rules.Clock:
    """The three lines a clock would have in the green channel, or out of it."""
    step = rules.step_rule(_rule_of(clock).value, clock.step, urgent)
    step = replace(step, pauses=step.pauses | {"suspension"})
    return rules.deadlines(step, clock.started_on, map(_pause, clock.pauses), working_calendar())


def _rule_of(clock: Clock) -> DatedRule:
    """The rule kept with the clock; where none was kept, the one of the day it started."""
    kept = db.session.get(DatedRule, clock.rule_id) if clock.rule_id else None
    return kept or rule_on("clocks", clock.started_on)


def refresh(project: Project) -> None:
    """Write the running clock's lines and the project's due days anew."""
    project.house_due_on = _handed_back_by(project)
    clock = running(project)
    if clock is None:
        project.paused_since, project.stood_days = None, 0
        _due_by_plan(project)
        return
    clock.urgent = project.urgent
    rule = _rule_of(clock).value
    now, calendar = computed(clock, rule), working_calendar()
    clock.statutory_on = now.statutory.due if now.statutory else None
    clock.promised_on = now.promised.due if now.promised else None
    clock.internal_on = now.internal.due if now.internal else None
    clock.provisional = now.provisional
    line = rules.leading(now)
    known = line is not None and getattr(now, line).due is not None and now.paused_since is None
    project.paused_since, project.due_unit = now.paused_since, clock.unit
    if project.state == "suspended" and (aside := last_pause(project, "suspension")) is not None:
        project.paused_since = aside.start  # another pause may have begun before it
    project.due_on = getattr(now, line).due if known else None
    project.amber_on = rules.amber_from(now, line, calendar, percent_of(rule)) if known else None
    project.stood_days = rules.stood_after(now, line, today(), calendar) if known else 0


SOON = 3
"""Days before a node of the plan, or the day a house hands back, on which its light turns amber."""


def percent_of(rule: Mapping[str, Any]) -> int:
    """How much of a clock is little, by its rule."""
    return int(rule.get("amber_percent", rules.AMBER_PERCENT))


def _handed_back_by(project: Project) -> date | None:
    """By when the house hands back what it was asked to complete or to change."""
    if project.state == "completing":
        open_ = Completion.project_id == project.id, Completion.completed_at.is_(None)
        return db.session.scalar(select(Completion.due_on).where(*open_))
    asked = panels.HOUSE_DUE.get(project.state)
    return db.session.scalar(select(asked(project.id))) if asked else None


@operation
def recompute(most: int = 200) -> int:
    """Write anew what rests on holidays announced since, and the days of titles that have none yet; gives how many.

    Run once a day until it gives 0.
    """
    announced = working_calendar().provisional_from or date.max
    resting = and_(Clock.provisional, Clock.statutory_on < announced)
    never = and_(Project.due_on.is_not(None), Project.amber_on.is_(None))
    running_now = and_(Clock.project_id == Project.id, Clock.stopped_on.is_(None))
    asked = select(Project).outerjoin(Clock, running_now).where(or_(resting, never))
    found = db.session.scalars(asked.order_by(Project.id).limit(most)).all()
    for project in found:
        refresh(project)
    return len(found)


def next_node(state: str, nodes: Iterable[Any]) -> Any | None:
    """The node a title is due by while no clock runs: the first it still waits for, so that it is late from the first
    node it missed. None where the state waits for no node.

    A title that passed its review waits for its release alone (`projects.plan.late_by`).
    """
    if state not in NEXT_NODE:
        return None
    waited = (node for node in nodes if node.actual_on is None and (node.kind == "release" or state != "reviewed"))
    return min(waited, key=lambda node: node.planned_on, default=None)


def _due_by_plan(project: Project) -> None:
    """Write by when a title without a running clock is due."""
    nodes = select(Milestone).where(Milestone.project_id == project.id).order_by(Milestone.ordinal)
    node = next_node(project.state, db.session.scalars(nodes)) if project.state in NEXT_NODE else None
    planned = node.planned_on if node is not None else None
    project.due_on, project.due_unit = planned, rules.CALENDAR if planned else None
    project.amber_on = planned - timedelta(days=SOON) if planned else None


@event.listens_for(Session, "before_flush")
def _follow_plan(session: Session, context: Any, instances: Any) -> None:
    """A node that was reached or moved moves the day its title is due by, whoever wrote it."""
    nodes = [row for row in session.dirty if isinstance(row, Milestone) and session.is_modified(row)]
    for project in {node.project for node in nodes}:
        if project.state in NEXT_NODE and running(project) is None:
            _due_by_plan(project)
