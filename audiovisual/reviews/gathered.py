"""What the experts wrote, laid beside what was settled from it: which rows were taken up, by which settled row, and what
the decision's chain said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value

from audiovisual.kernel.events import Event
from audiovisual.kernel.forms import whole_number
from audiovisual.kernel.model import db
from audiovisual.people.models import User

from .models import Change, Cut, Opinion, OpinionRow, Round
from .queries import rows_of, scores_of
from .sheet import RowView, code_at, row_view

DEMANDS = {"cut": "删减", "alter": "修改", "subtitle": "加字幕", "redub": "重配", "explain": "说明"}
CHAIN = ("propose", "agree", "send_back", "decide")


def opened(round_: Round) -> list[Opinion]:
    """The signed opinions, the lead's first, with rows and scores: two statements however many experts there are."""
    seats = [seat for seat in round_.assignments if seat.state == "signed" and seat.opinion is not None]
    return fill([seat.opinion for seat in sorted(seats, key=lambda seat: (not seat.is_lead, seat.id))])


def fill(opinions: list[Opinion]) -> list[Opinion]:
    """The same opinions with rows, clauses and scores at hand, in two statements."""
    ids = [opinion.id for opinion in opinions]
    for name, found in (("rows", rows_of(ids)), ("scores", scores_of(ids))):
        for opinion in opinions:
            set_committed_value(opinion, name, [each for each in found if each.opinion_id == opinion.id])
    return opinions


def settled(round_: Round) -> list[Change]:
    """The settled rows in the letter's order, each with its sources: one statement."""
    asked = (
        select(Change).where(Change.round_id == round_.id).options(joinedload(Change.sources)).order_by(Change.ordinal)
    )
    return in_letter_order(db.session.scalars(asked).unique().all())


def in_letter_order(changes: Iterable[Change]) -> list[Change]:
    """The order by whose numbers the house answers: what must change first, else as the officer put it."""
    return sorted(changes, key=lambda change: (change.severity != "must", change.ordinal))


def place_of(row: Change | OpinionRow, cut: Cut) -> str:
    """00:12:05:10–00:12:20:00, or nothing where the row has no place."""
    part = cut.part_of(row.episode)
    first, last = code_at(part, row.frame_in), code_at(part, row.frame_out)
    return f"{first}–{last}" if last else first


@dataclass
class Gathered:
    """An expert's row with the numbers of the settled rows that took it up."""

    view: RowView
    expert: str
    is_lead: bool
    taken: list[int] = field(default_factory=list)


@dataclass
class Settled:
    """A settled row with its number in the letter, its place and the experts' rows it rests on."""

    number: int
    change: Change
    place: str
    sources: list[tuple[str, int]]


@dataclass
class Gathering:
    """Both sides, and how far the officer got."""

    episodes: list[tuple[int | None, list[Gathered]]]
    settled: list[Settled]
    total: int
    left: int


def gathering(round_: Round, opinions: Sequence[Opinion], changes: Sequence[Change]) -> Gathering:
    """Lay both sides beside each other. `changes` in the letter's order."""
    taken: dict[int, list[int]] = {}
    for number, change in enumerate(changes, 1):
        for source in change.sources:
            taken.setdefault(source.row_id, []).append(number)
    known: dict[int, tuple[str, int]] = {}
    found: dict[int | None, list[tuple[int, Gathered]]] = {}
    for opinion in opinions:
        seat = opinion.assignment
        for number, row in enumerate(opinion.rows, 1):
            known[row.id] = (seat.expert.name, number)
            one = Gathered(row_view(row, number, round_.cut), seat.expert.name, seat.is_lead, taken.get(row.id, []))
            found.setdefault(row.episode or None, []).append((row.frame_in if row.frame_in is not None else -1, one))
    episodes = [
        (episode, [one for _, one in sorted(found[episode], key=lambda entry: entry[0])])
        for episode in sorted(found, key=lambda episode: episode or 0)
    ]
    rows = [
        Settled(
            number, change, place_of(change, round_.cut), [known[s.row_id] for s in change.sources if s.row_id in known]
        )
        for number, change in enumerate(changes, 1)
    ]
    left = sum(not one.taken for _, group in episodes for one in group)
    return Gathering(episodes, rows, len(known), left)


def chain_of(round_: Round) -> list[Row[Any]]:
    """What was proposed, agreed, sent back and decided, by whom and in which words; the oldest first."""
    return list(
        db.session.execute(
            select(Event.at, Event.trigger, Event.actor_name, Event.text, Event.reason, User.name.label("absent"))
            .outerjoin(User, User.id == Event.on_behalf_of_id)
            .where(Event.subject_type == "review_round", Event.subject_id == round_.id, Event.trigger.in_(CHAIN))
            .order_by(Event.id)
        )
    )


def find_rows(round_: Round, ids: Iterable[str]) -> list[OpinionRow]:
    """The rows of the round's signed opinions among these ids, by place. Others are left out without a word."""
    wanted = {id_ for raw in ids if (id_ := whole_number(raw))}
    rows = [row for opinion in opened(round_) for row in opinion.rows if row.id in wanted]
    return sorted(rows, key=lambda row: (row.episode or 0, row.frame_in if row.frame_in is not None else -1))
