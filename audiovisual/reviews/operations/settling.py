"""Consolidation and decision: rows settled from the experts' own, an outcome proposed, agreed, decided."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm.attributes import flag_modified

from audiovisual.kernel import audit
from audiovisual.kernel.calendar import working_calendar
from audiovisual.kernel.database import operation
from audiovisual.kernel.lifecycle import apply
from audiovisual.kernel.model import db, shanghai, today, utcnow
from audiovisual.kernel.rules import rule_on
from audiovisual.people.queries.saved import saved_by, saved_last
from audiovisual.people.versions import LostRace
from workflows import clock
from workflows.access import Actor, is_in_charge
from workflows.beside import need
from workflows.engine import broken, check
from workflows.errors import RuleBroken, Sentence, WrongState, obey, say
from workflows.review import OUTCOMES

from ..models import Change, ChangeSource, LeftOut, OpinionRow, Round
from . import merging

FIELDS = ("episode", "frame_in", "frame_out", "problem", "basis", "demand", "demand_text", "severity")


def settleable(round_: Round, actor: Actor) -> None:
    """Refuse whoever is not in charge, and any moment but the settling."""
    refusal = is_in_charge(round_.project, actor)
    if refusal is not None:
        raise refusal
    if round_.state != "frozen":
        raise WrongState(say("专家意见公开之后、呈报之前，才能整理条目。"))


@operation
def adopt(round_: Round, actor: Actor, rows: list[OpinionRow]) -> Change:
    """Make one settled row out of one or several experts' points: it holds the words, places and bases of all of them.

    Points that say different things leave it to be worded (`to_word`) before anything is proposed. Settled rows whose
    points are all among these are merged as they stand, their own wording with them; the same points once more give the
    row they are in. A point that was left out is taken up again.
    """
    settleable(round_, actor)
    are_signed_here(rows, round_)
    wanted = {row.id for row in rows}
    holding = _holding(round_, wanted)
    if any(not _points(change) <= wanted for change in holding):
        raise RuleBroken(say("选的意见里有已经和别的并在一起的，请先把那一条拆开。"), "rows")
    if len(holding) == 1 and _points(holding[0]) == wanted:
        return holding[0]
    made = merging.joined(_parts(rows, holding))
    change = _made(round_, made, min((each.ordinal for each in holding), default=next_ordinal(round_)))
    change.to_word = made.to_word or any(each.to_word for each in holding)
    change.sources = [ChangeSource(row_id=row.id) for row in rows]
    for merged in holding:
        _removed(merged, actor, "merge")
    db.session.add(change)
    db.session.execute(delete(LeftOut).where(LeftOut.row_id.in_(wanted)))
    _renumbered(round_)
    return change


def are_signed_here(rows: list[OpinionRow], round_: Round) -> None:
    """Refuse no points at all, and points that are not of this round's signed opinions."""
    if not rows or any(not _signed_here(row, round_) for row in rows):
        raise RuleBroken(say("请选择本轮专家的意见条目。"), "rows")


def _signed_here(row: OpinionRow, round_: Round) -> bool:
    assignment = row.opinion.assignment
    return assignment.round_id == round_.id and assignment.state == "signed"


def _holding(round_: Round, points: set[int]) -> list[Change]:
    """The settled rows that rest on one of these points."""
    return [change for change in round_.changes if _points(change) & points]


def _points(change: Change) -> set[int]:
    return {source.row_id for source in change.sources}


def _parts(rows: list[OpinionRow], holding: list[Change]) -> list[merging.Words]:
    """What is merged, in the order of the points: settled rows as they stand, else the points themselves."""
    by_point = {point: change for change in holding for point in _points(change)}
    found = merging.once(by_point.get(row.id, row) for row in rows)
    return [merging.words_of_row(each) if isinstance(each, Change) else merging.words_of_point(each) for each in found]


def _made(round_: Round, made: merging.Joined, ordinal: int) -> Change:
    change = Change(
        round_id=round_.id, project_id=round_.project_id, ordinal=ordinal, to_word=made.to_word, **made.fields
    )  # fmt: skip
    merging.put_places(change, made.more)
    return change


def _removed(change: Change, actor: Actor, why: str) -> None:
    """Take a settled row out of the round; its wording is kept in the audit chain."""
    audit.record(
        f"change.{why}", change, actor, problem=change.problem, demand_text=change.demand_text, basis=change.basis
    )
    db.session.delete(change)


@operation
def adopt_each(round_: Round, actor: Actor, rows: list[OpinionRow]) -> list[Change]:
    """One settled row for each expert's point that is in none yet, in the order given; gives those that were made.

    Refuses an empty list.
    """
    settleable(round_, actor)
    are_signed_here(rows, round_)
    taken = {point for change in round_.changes for point in _points(change)}
    return [adopt(round_, actor, [row]) for row in rows if row.id not in taken]


@operation
def split(change: Change, actor: Actor, version: int | None = None) -> list[Change]:
    """Take a merged row apart: one settled row for each of its points, in its place, with the expert's own words."""
    round_ = change.round
    settleable(round_, actor)
    _as_it_stands(change, version, say("这一条刚被别人改过，请看过现在的文字再拆开。"))
    if len(change.sources) < 2:
        raise RuleBroken(say("这一条不是并成的，不用拆开。"))
    points = sorted((source.row for source in change.sources), key=merging.order_of)
    alone = [_made(round_, merging.joined([merging.words_of_point(point)]), change.ordinal) for point in points]
    for made, point in zip(alone, points, strict=True):
        made.sources = [ChangeSource(row_id=point.id)]
    _removed(change, actor, "split")
    db.session.add_all(alone)
    _renumbered(round_)
    return alone


def _renumbered(round_: Round) -> None:
    """Number the rows of the round anew in their order; of those with one number, the first made comes first."""
    db.session.flush()
    db.session.expire(round_, ["changes"])
    for ordinal, change in enumerate(sorted(round_.changes, key=lambda each: (each.ordinal, each.id)), 1):
        if change.ordinal != ordinal:
            change.ordinal = ordinal
    db.session.flush()
    db.session.expire(round_, ["changes"])


@operation
def add(round_: Round, actor: Actor, more: Sequence[merging.Where] = (), **fields: Any) -> Change:
    """A row of the bureau's own, without an expert's behind it. The same words at the same place are there already."""
    settleable(round_, actor)
    given = {name: value for name, value in fields.items() if name in FIELDS}
    before = _own_like(round_, given, more)
    if before is not None:
        return before
    change = Change(round_id=round_.id, project_id=round_.project_id, ordinal=next_ordinal(round_), **given)
    merging.put_places(change, more)
    db.session.add(change)
    db.session.flush()
    db.session.expire(round_, ["changes"])
    return change


def _own_like(round_: Round, given: dict[str, Any], more: Sequence[merging.Where]) -> Change | None:
    """A row of the bureau's own that says just this: the button was pressed twice."""
    same = (c for c in round_.changes if all(getattr(c, name) == value for name, value in given.items()))
    return next((c for c in same if not c.sources and merging.words_of_row(c).places[1:] == tuple(more)), None)


def next_ordinal(round_: Round) -> int:
    """The number of a row that comes last."""
    last = db.session.scalar(select(func.max(Change.ordinal)).where(Change.round_id == round_.id))
    return (last or 0) + 1


@operation
def edit(
    change: Change, actor: Actor, version: int | None, more: Sequence[merging.Where] | None = None, worded: bool = True,
    **fields: Any,
) -> Change:  # fmt: skip
    """Reword a settled row; `more`: its further places, left as they are when None.

    Whoever saves a merged row has written its common text, unless `worded` is False: then it is only kept so far.
    """
    settleable(change.round, actor)
    _as_it_stands(change, version, say("这一条刚改过，请对照两边的文字再存。"))
    for name, value in fields.items():
        if name in FIELDS:
            setattr(change, name, value)
    if more is not None and tuple(more) != merging.words_of_row(change).places[1:]:
        merging.put_places(change, more)
        flag_modified(change, "problem")  # a place is part of the row: it gets a new version with it
    change.to_word = change.to_word and not worded
    db.session.flush()
    audit.record("change.word", change, actor, version=change.version)
    return change


def _as_it_stands(change: Change, version: int | None, sentence: Sentence) -> None:
    if version is not None and change.version != version:
        raise LostRace(sentence, saved_last(change))


@operation
def drop(change: Change, actor: Actor, version: int | None = None) -> None:
    """Take a settled row out; the experts' own stay and are to be settled again. One reworded since it was read is not
    (409)."""
    settleable(change.round, actor)
    _as_it_stands(change, version, say("这一条刚改过，请看过现在的文字再去掉。"))
    _removed(change, actor, "drop")
    db.session.flush()
    db.session.expire(change.round, ["changes"])


@operation
def move(change: Change, actor: Actor, up: bool) -> bool:
    """Put a settled row one place up or down among those of its weight; gives whether it moved: at the end of them it does
    not."""
    settleable(change.round, actor)
    alike = [each for each in change.round.changes if each.severity == change.severity]
    place = alike.index(change)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(alike):
        return False
    alike[place], alike[other] = alike[other], alike[place]
    _number(change.round, alike)
    return True


@operation
def sort(round_: Round, actor: Actor) -> None:
    """Order the settled rows by episode and place; what concerns the whole title comes first."""
    settleable(round_, actor)
    _number(round_, sorted(round_.changes, key=merging.order_of))


def _number(round_: Round, rows: list[Change]) -> None:
    """Give the rows, in this order, the ordinals they hold among them."""
    for ordinal, row in zip(sorted(row.ordinal for row in rows), rows, strict=True):
        row.ordinal = ordinal
    db.session.flush()
    db.session.expire(round_, ["changes"])


def answer_due(from_: date | None = None) -> date:
    """By when a house answers a letter served on that day (default: today): the rectification clock."""
    step = clock.step_rule(rule_on("clocks").value, "rectification")
    line = clock.deadlines(step, from_ or today(), (), working_calendar()).internal
    assert line is not None and line.due is not None  # the rule has an internal line, and nothing pauses it
    return line.due


def answer_offered(round_: Round) -> date:
    """The day a proposal begins with: the one that was written, or the one by the rule, which goes on with the days."""
    before = None if round_.proposed_at is None else answer_due(shanghai(round_.proposed_at).date())
    return answer_due() if round_.answer_by in (None, before) else round_.answer_by


def answer_when_served(round_: Round, day: date) -> date | None:
    """The last day for answers to a letter served on that day: so many days later as the proposal gives.

    The day of a proposal is written as if its letter were served at once; head, leader and sealer take their time, and
    none of it is taken from the house. Once the letter is served, `Round.answer_by` is that day.
    """
    if round_.answer_by is None or round_.proposed_at is None or round_.state not in UNSERVED:
        return round_.answer_by
    return round_.answer_by + (day - shanghai(round_.proposed_at).date())


UNSERVED = ("proposed", "agreed", "decided")
"""States of a round whose letter has not been served."""


@operation
def save_outcome(
    round_: Round, actor: Actor, version: int | None, outcome: str | None, summary: str, grounds: str,
    answer_by: date | None,
) -> None:  # fmt: skip
    """Keep what was written of the proposal so far; nothing is laid before anybody. A lost race is a 409."""
    settleable(round_, actor)
    _unchanged(round_, version)
    chosen = None if answer_by == answer_due() else answer_by  # the rule's own day goes on with the days
    round_.outcome, round_.summary, round_.grounds, round_.answer_by = outcome, summary, grounds, chosen
    if db.session.is_modified(round_):
        round_.drafted_by_id, round_.drafted_at = actor.id, utcnow()
    db.session.flush()


def _unchanged(round_: Round, version: int | None) -> None:
    if version is not None and round_.version != version:
        drafted = saved_by(round_.drafted_by_id, round_.drafted_at)
        raise LostRace(say("这一页刚改过，请对照两边的文字再存。"), drafted or saved_last(round_))


@operation
def propose(
    round_: Round, actor: Actor, outcome: str, summary: str, grounds: str = "", answer_by: date | None = None,
    version: int | None = None,
) -> None:  # fmt: skip
    """Lay the outcome before the division head. Changes need a must-row, a refusal its grounds. A lost race is a 409.

    `answer_by` is counted as if the letter were served today; it moves on until it is (`answer_when_served`).

    A character the letter could not be printed with is refused beside its field (`LETTER_RULES`).
    """
    _unchanged(round_, version)
    need(check(round_.machine, round_, "propose", actor))
    obey(broken_by_outcome(round_, actor, outcome, summary, grounds, answer_by))
    stamps = {
        "outcome": outcome if outcome in OUTCOMES else None, "summary": summary, "grounds": grounds,
        "answer_by": (answer_by or answer_due()) if outcome in CHANGING else None,
        "proposed_by_id": actor.id, "proposed_for_id": _absent(round_, actor, "officer"), "proposed_at": utcnow(),
        "agreed_by_id": None, "agreed_for_id": None, "agreed_at": None,
    }  # fmt: skip
    kept = {"outcome": outcome, "must": round_.must_rows}
    apply(round_, "propose", actor, outcome=outcome, grounds=grounds, kept=kept, stamps=stamps)


CHANGING = ("pass_after_changes", "re_review")
"""Outcomes that ask the house for an answer, by a day."""


LETTER_RULES: list[Callable[[Round, str, str], Iterable[RuleBroken]]] = []
"""What the letter asks of a round, its summary and its grounds; `documents` adds its own, reviews know nothing of it."""


def broken_by_outcome(
    round_: Round, actor: Actor, outcome: str | None, summary: str, grounds: str, answer_by: date | None
) -> Iterator[RuleBroken]:  # fmt: skip
    """Each rule that a proposal breaks; what could not be read is None."""
    if outcome in CHANGING and answer_by is not None and answer_by <= today():
        yield RuleBroken(say("答复期限要晚于今天。"), "answer_by")
    yield from broken(round_.machine, round_, "propose", actor, {"outcome": outcome, "grounds": grounds})
    for rule in LETTER_RULES:
        yield from rule(round_, summary, grounds)


def _absent(round_: Round, actor: Actor, role: str) -> int | None:
    """In whose name the step is taken: he is not to take the next one either."""
    return actor.acting_for(frozenset({role}), round_.project.officer_id)


def _as_read(round_: Round, seen: int | None) -> None:
    """Refuse a word on a proposal that was made anew since the page was drawn."""
    if seen is not None and round_.version != seen:
        raise LostRace(say("您打开这一页之后，这件又改过，请重新看过再办。"), saved_last(round_))


@operation
def agree(round_: Round, actor: Actor, reason: str = "", seen: int | None = None) -> None:
    """The division head agrees (never the one who proposed). `seen`: the version he read."""
    _as_read(round_, seen)
    stamps = {"agreed_by_id": actor.id, "agreed_for_id": _absent(round_, actor, "head"), "agreed_at": utcnow()}
    kept = {"outcome": round_.outcome, "must": round_.must_rows}
    apply(round_, "agree", actor, reason or None, kept=kept, stamps=stamps)


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
    kept = {"outcome": round_.outcome, "must": round_.must_rows}
    apply(round_, "decide", actor, reason or None, kept=kept, stamps=stamps)
    round_.project.outcome = round_.outcome
