"""Consolidation and decision: rows settled from the experts' own, an outcome proposed, agreed, decided."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import func, select

from audiovisual.kernel.calendar import working_calendar
from audiovisual.kernel.database import operation
from audiovisual.kernel.lifecycle import apply
from audiovisual.kernel.model import db, today, utcnow
from audiovisual.kernel.rules import rule_on
from workflows import clock
from workflows.access import Actor, is_in_charge
from workflows.errors import RuleBroken, WrongState, say

from ..models import Change, ChangeSource, OpinionRow, Round

FIELDS = ("episode", "frame_in", "frame_out", "problem", "basis", "demand", "demand_text", "severity")


def settleable(round_: Round, actor: Actor) -> None:
    """Refuse whoever is not in charge, and any moment but the gathering."""
    refusal = is_in_charge(round_.project, actor)
    if refusal is not None:
        raise refusal
    if round_.state != "frozen":
        raise WrongState(say("意见汇总时才能整理条目。"))


@operation
def adopt(round_: Round, actor: Actor, rows: list[OpinionRow]) -> Change:
    """Make one settled row out of one or several experts' rows; the first gives the words, each stays traceable."""
    settleable(round_, actor)
    if not rows or any(row.opinion.assignment.round_id != round_.id for row in rows):
        raise RuleBroken(say("请选择本轮专家的意见条目。"), "rows")
    first = rows[0]
    basis = first.basis or (f"{first.clause.norm.name}{first.clause.reference}" if first.clause else "")
    change = Change(
        round_id=round_.id, project_id=round_.project_id, ordinal=_next(round_), episode=first.episode,
        frame_in=first.frame_in, frame_out=first.frame_out, problem=first.problem, basis=basis,
        demand=first.demand or "alter", demand_text=first.demand_text,
        severity="must" if any(row.severity == "must" for row in rows) else "should",
    )  # fmt: skip
    change.sources = [ChangeSource(row_id=row.id) for row in rows]
    db.session.add(change)
    db.session.flush()
    db.session.expire(round_, ["changes"])
    return change


@operation
def add(round_: Round, actor: Actor, **fields: Any) -> Change:
    """A row of the bureau's own, without an expert's behind it."""
    settleable(round_, actor)
    change = Change(
        round_id=round_.id, project_id=round_.project_id, ordinal=_next(round_),
        **{name: value for name, value in fields.items() if name in FIELDS},
    )  # fmt: skip
    db.session.add(change)
    db.session.flush()
    db.session.expire(round_, ["changes"])
    return change


def _next(round_: Round) -> int:
    last = db.session.scalar(select(func.max(Change.ordinal)).where(Change.round_id == round_.id))
    return (last or 0) + 1


@operation
def edit(change: Change, actor: Actor, version: int | None, **fields: Any) -> Change:
    """Reword a settled row."""
    settleable(change.round, actor)
    if version is not None and change.version != version:
        raise WrongState(say("这一条刚被别人改过，请对照两边的文字再存。"))
    for name, value in fields.items():
        if name in FIELDS:
            setattr(change, name, value)
    db.session.flush()
    return change


@operation
def drop(change: Change, actor: Actor) -> None:
    """Take a settled row out; the expert's own stays."""
    settleable(change.round, actor)
    db.session.delete(change)
    db.session.flush()
    db.session.expire(change.round, ["changes"])


def answer_due() -> date:
    """By when a house answers: the rectification clock from today."""
    step = clock.step_rule(rule_on("clocks").value, "rectification")
    line = clock.deadlines(step, today(), (), working_calendar()).internal
    assert line is not None and line.due is not None  # the rule has an internal line, and nothing pauses it
    return line.due


@operation
def propose(
    round_: Round, actor: Actor, outcome: str, summary: str, grounds: str = "", answer_by: date | None = None
) -> None:  # fmt: skip
    """Lay the outcome before the division head. Changes need a must-row, a refusal its grounds."""
    if answer_by is not None and answer_by <= today():
        raise RuleBroken(say("答复期限要晚于今天。"), "answer_by")
    apply(round_, "propose", actor, outcome=outcome, grounds=grounds, kept={"outcome": outcome})
    changing = outcome in ("pass_after_changes", "re_review")
    round_.outcome, round_.summary, round_.grounds = outcome, summary, grounds
    round_.answer_by = (answer_by or answer_due()) if changing else None
    round_.proposed_by_id, round_.proposed_at = actor.id, utcnow()
    round_.agreed_by_id = round_.agreed_at = None


@operation
def agree(round_: Round, actor: Actor, reason: str = "") -> None:
    """The division head agrees (never the one who proposed)."""
    apply(round_, "agree", actor, reason or None)
    round_.agreed_by_id, round_.agreed_at = actor.id, utcnow()


@operation
def send_back(round_: Round, actor: Actor, reason: str) -> None:
    """Head or leader returns the proposal to the officer, with a reason."""
    apply(round_, "send_back", actor, reason)


@operation
def decide(round_: Round, actor: Actor, reason: str = "") -> None:
    """The bureau leader decides (never the head who agreed); the letter is drafted with it (`documents` listens)."""
    stamps = {"decided_by_id": actor.id, "decided_at": utcnow()}
    apply(round_, "decide", actor, reason or None, kept={"outcome": round_.outcome}, stamps=stamps)
    round_.project.outcome = round_.outcome
