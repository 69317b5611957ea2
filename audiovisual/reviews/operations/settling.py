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
from audiovisual.people.versions import LostRace
from workflows import clock
from workflows.access import Actor, is_in_charge
from workflows.errors import RuleBroken, WrongState, say
from workflows.review import OUTCOMES

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
    if not rows or any(not _signed_here(row, round_) for row in rows):
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


def _signed_here(row: OpinionRow, round_: Round) -> bool:
    assignment = row.opinion.assignment
    return assignment.round_id == round_.id and assignment.state == "signed"


@operation
def adopt_each(round_: Round, actor: Actor, rows: list[OpinionRow]) -> list[Change]:
    """One settled row for each expert's row, in the order given. Refuses an empty list."""
    if not rows:
        raise RuleBroken(say("请选择本轮专家的意见条目。"), "rows")
    return [adopt(round_, actor, [row]) for row in rows]


@operation
def add(round_: Round, actor: Actor, **fields: Any) -> Change:
    """A row of the bureau's own, without an expert's behind it. The same words at the same place are there already."""
    settleable(round_, actor)
    given = {name: value for name, value in fields.items() if name in FIELDS}
    before = _own_like(round_, given)
    if before is not None:
        return before
    change = Change(round_id=round_.id, project_id=round_.project_id, ordinal=_next(round_), **given)
    db.session.add(change)
    db.session.flush()
    db.session.expire(round_, ["changes"])
    return change


def _own_like(round_: Round, given: dict[str, Any]) -> Change | None:
    """A row of the bureau's own that says just this: the button was pressed twice."""
    same = (c for c in round_.changes if all(getattr(c, name) == value for name, value in given.items()))
    return next((change for change in same if not change.sources), None)


def _next(round_: Round) -> int:
    last = db.session.scalar(select(func.max(Change.ordinal)).where(Change.round_id == round_.id))
    return (last or 0) + 1


@operation
def edit(change: Change, actor: Actor, version: int | None, **fields: Any) -> Change:
    """Reword a settled row."""
    settleable(change.round, actor)
    if version is not None and change.version != version:
        raise LostRace(say("这一条刚被别人改过，请对照两边的文字再存。"))
    for name, value in fields.items():
        if name in FIELDS:
            setattr(change, name, value)
    db.session.flush()
    return change


@operation
def drop(change: Change, actor: Actor, version: int | None = None) -> None:
    """Take a settled row out; the expert's own stays. One reworded since it was read is not (409)."""
    settleable(change.round, actor)
    if version is not None and change.version != version:
        raise LostRace(say("这一条刚被别人改过，请看过现在的文字再去掉。"))
    db.session.delete(change)
    db.session.flush()
    db.session.expire(change.round, ["changes"])


@operation
def move(change: Change, actor: Actor, up: bool) -> None:
    """Put a settled row one place up or down among those of its weight; at the end of the list nothing happens."""
    settleable(change.round, actor)
    alike = [each for each in change.round.changes if each.severity == change.severity]
    place = alike.index(change)
    other = place - 1 if up else place + 1
    if 0 <= other < len(alike):
        alike[place], alike[other] = alike[other], alike[place]
        _number(change.round, alike)


@operation
def sort(round_: Round, actor: Actor) -> None:
    """Order the settled rows by episode and place; what concerns the whole title comes first."""
    settleable(round_, actor)
    _number(
        round_, sorted(round_.changes, key=lambda c: (c.episode or 0, c.frame_in if c.frame_in is not None else -1))
    )


def _number(round_: Round, rows: list[Change]) -> None:
    """Give the rows, in this order, the ordinals they hold among them."""
    for ordinal, row in zip(sorted(row.ordinal for row in rows), rows, strict=True):
        row.ordinal = ordinal
    db.session.flush()
    db.session.expire(round_, ["changes"])


def answer_due() -> date:
    """By when a house answers: the rectification clock from today."""
    step = clock.step_rule(rule_on("clocks").value, "rectification")
    line = clock.deadlines(step, today(), (), working_calendar()).internal
    assert line is not None and line.due is not None  # the rule has an internal line, and nothing pauses it
    return line.due


@operation
def save_outcome(
    round_: Round, actor: Actor, version: int | None, outcome: str | None, summary: str, grounds: str,
    answer_by: date | None,
) -> None:  # fmt: skip
    """Keep what was written of the proposal so far; nothing is laid before anybody. A lost race is a 409."""
    settleable(round_, actor)
    _unchanged(round_, version)
    round_.outcome, round_.summary, round_.grounds, round_.answer_by = outcome, summary, grounds, answer_by
    db.session.flush()


def _unchanged(round_: Round, version: int | None) -> None:
    if version is not None and round_.version != version:
        raise LostRace(say("这一页刚被别人改过，请对照两边的文字再存。"))


@operation
def propose(
    round_: Round, actor: Actor, outcome: str, summary: str, grounds: str = "", answer_by: date | None = None,
    version: int | None = None,
) -> None:  # fmt: skip
    """Lay the outcome before the division head. Changes need a must-row, a refusal its grounds. A lost race is a 409.

    `documents` listens and refuses, beside the field, a character the letter could not be printed with.
    """
    _unchanged(round_, version)
    changing = outcome in ("pass_after_changes", "re_review")
    if changing and answer_by is not None and answer_by <= today():
        raise RuleBroken(say("答复期限要晚于今天。"), "answer_by")
    stamps = {
        "outcome": outcome if outcome in OUTCOMES else None, "summary": summary, "grounds": grounds,
        "answer_by": (answer_by or answer_due()) if changing else None,
        "proposed_by_id": actor.id, "proposed_for_id": _absent(round_, actor, "officer"), "proposed_at": utcnow(),
        "agreed_by_id": None, "agreed_for_id": None, "agreed_at": None,
    }  # fmt: skip
    apply(round_, "propose", actor, outcome=outcome, grounds=grounds, kept={"outcome": outcome}, stamps=stamps)


def _absent(round_: Round, actor: Actor, role: str) -> int | None:
    """In whose name the step is taken: he is not to take the next one either."""
    return actor.acting_for(frozenset({role}), round_.project.officer_id)


def _as_read(round_: Round, seen: int | None) -> None:
    """Refuse a word on a proposal that was made anew since the page was drawn."""
    if seen is not None and round_.version != seen:
        raise LostRace(say("您打开这一页之后，这件又改过，请重新看过再办。"))


@operation
def agree(round_: Round, actor: Actor, reason: str = "", seen: int | None = None) -> None:
    """The division head agrees (never the one who proposed). `seen`: the version he read."""
    _as_read(round_, seen)
    stamps = {"agreed_by_id": actor.id, "agreed_for_id": _absent(round_, actor, "head"), "agreed_at": utcnow()}
    apply(round_, "agree", actor, reason or None, stamps=stamps)


@operation
def send_back(round_: Round, actor: Actor, reason: str, seen: int | None = None) -> None:
    """Head or leader returns the proposal to the officer, with a reason."""
    _as_read(round_, seen)
    apply(round_, "send_back", actor, reason)


@operation
def decide(round_: Round, actor: Actor, reason: str = "", seen: int | None = None) -> None:
    """The bureau leader decides (never the head who agreed); the letter is drafted with it (`documents` listens)."""
    _as_read(round_, seen)
    stamps = {"decided_by_id": actor.id, "decided_for_id": _absent(round_, actor, "leader"), "decided_at": utcnow()}
    apply(round_, "decide", actor, reason or None, kept={"outcome": round_.outcome}, stamps=stamps)
    round_.project.outcome = round_.outcome
