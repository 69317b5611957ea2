"""What the experts wrote, laid beside what was settled from it: which points were taken up, by which settled row, which were
left out and why, what was answered to failed bottom lines, and what the decision's chain said.
"""

from __future__ import annotations

from collections import Counter
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

from .models import BottomLineAnswer, Change, ChangePlace, Cut, LeftOut, Opinion, OpinionRow, Round
from .queries import rows_of, scores_of
from .sheet import RowView, code_at, row_view, score_lines

DEMANDS = {"cut": "删减", "alter": "修改", "subtitle": "加字幕", "redub": "重配", "explain": "说明"}
CHAIN = ("freeze", "propose", "agree", "send_back", "decide", "partial")


def opened(round_: Round, scored: bool = True) -> list[Opinion]:
    """The signed opinions, the lead's first, with rows and (`scored`) scores: two statements however many there are."""
    seats = [seat for seat in round_.assignments if seat.state == "signed" and seat.opinion is not None]
    return fill([seat.opinion for seat in sorted(seats, key=lambda seat: (not seat.is_lead, seat.id))], scored)


def fill(opinions: list[Opinion], scored: bool = True) -> list[Opinion]:
    """The same opinions with rows, clauses and scores at hand, in two statements."""
    ids = [opinion.id for opinion in opinions]
    for name, found in (("rows", rows_of(ids)), *((("scores", scores_of(ids)),) if scored else ())):
        for opinion in opinions:
            set_committed_value(opinion, name, [each for each in found if each.opinion_id == opinion.id])
    return opinions


def settled(round_: Round) -> list[Change]:
    """The settled rows in the letter's order, each with its sources and places: one statement."""
    asked = select(Change).where(Change.round_id == round_.id).order_by(Change.ordinal)
    asked = asked.options(joinedload(Change.sources), joinedload(Change.more))
    return in_letter_order(db.session.scalars(asked).unique().all())


def in_letter_order(changes: Iterable[Change]) -> list[Change]:
    """The order by whose numbers the house answers: what must change first, else as the officer put it."""
    return sorted(changes, key=lambda change: (change.severity != "must", change.ordinal))


def place_of(row: Change | ChangePlace | OpinionRow, cut: Cut) -> str:
    """00:12:05:10–00:12:20:00, or nothing where the row has no place."""
    part = cut.part_of(row.episode)
    first, last = code_at(part, row.frame_in), code_at(part, row.frame_out)
    return f"{first}–{last}" if last else first


@dataclass(frozen=True)
class PlaceView:
    """One place of a settled row: its episode (None: the whole title), the timecodes, the first frame, the cut it is in."""

    episode: int | None
    code: str
    frame: int | None
    cut: Cut | None = None


def places_of(change: Change, cut: Cut) -> list[PlaceView]:
    """Every place of a settled row, in timecodes of the cut's files."""
    return [PlaceView(place.episode, place_of(place, cut), place.frame_in, cut) for place in change.places]


@dataclass
class Gathered:
    """An expert's point with the numbers of the settled rows that took it up, or with how it was left out."""

    view: RowView
    expert: str
    is_lead: bool
    taken: list[int] = field(default_factory=list)
    left_out: LeftOut | None = None

    @property
    def open(self) -> bool:
        """Whether it is still to be settled: in no row, and not left out with a reason."""
        return not self.taken and (self.left_out is None or self.left_out.by_id is None)


@dataclass
class Settled:
    """A settled row with its number in the letter, its places and the experts' points it rests on."""

    number: int
    change: Change
    places: list[PlaceView]
    sources: list[Gathered]

    @property
    def demands(self) -> dict[str, int]:
        """How many sources demand what, where they do not agree; else nothing."""
        counted = Counter(source.view.demand for source in self.sources)
        return dict(counted) if len(counted) > 1 else {}

    @property
    def lowered(self) -> bool:
        """Whether an expert called it a must and the row only suggests it."""
        return self.change.severity == "should" and any(one.view.severity == "must" for one in self.sources)


@dataclass
class Gathering:
    """Both sides, and how far the officer got."""

    episodes: list[tuple[int | None, list[Gathered]]]
    settled: list[Settled]

    @property
    def points(self) -> list[Gathered]:
        """All that the experts signed, by episode and place."""
        return [one for _, group in self.episodes for one in group]

    @property
    def total(self) -> int:
        return len(self.points)

    @property
    def left(self) -> int:
        """How many are still to be settled."""
        return sum(one.open for one in self.points)

    @property
    def taken(self) -> int:
        return sum(bool(one.taken) for one in self.points)

    @property
    def merged(self) -> int:
        """How many of those that were taken up share a row with others."""
        return sum(len(row.sources) for row in self.settled if len(row.sources) > 1)

    @property
    def left_out(self) -> list[Gathered]:
        """Points that are not taken up, the musts first; those of rounds that gave no reason among them."""
        found = [one for one in self.points if one.left_out is not None and not one.taken]
        return sorted(found, key=lambda one: one.view.severity != "must")


def gathering(round_: Round, opinions: Sequence[Opinion], changes: Sequence[Change]) -> Gathering:
    """Lay both sides beside each other. `changes` in the letter's order."""
    taken: dict[int, list[int]] = {}
    for number, change in enumerate(changes, 1):
        for source in change.sources:
            taken.setdefault(source.row_id, []).append(number)
    known: dict[int, Gathered] = {}
    found: dict[int | None, list[tuple[int, Gathered]]] = {}
    for opinion in opinions:
        seat = opinion.assignment
        for number, row in enumerate(opinion.rows, 1):
            one = Gathered(
                row_view(row, number, round_.cut), seat.expert.name, seat.is_lead, taken.get(row.id, []), row.left_out,
            )  # fmt: skip
            known[row.id] = one
            found.setdefault(row.episode or None, []).append((row.frame_in if row.frame_in is not None else -1, one))
    episodes = [
        (episode, [one for _, one in sorted(found[episode], key=lambda entry: entry[0])])
        for episode in sorted(found, key=lambda episode: episode or 0)
    ]
    rows = [
        Settled(
            number, change, places_of(change, round_.cut),
            [known[source.row_id] for source in change.sources if source.row_id in known],
        )
        for number, change in enumerate(changes, 1)
    ]  # fmt: skip
    return Gathering(episodes, rows)


def left_out_of(round_: Round) -> list[LeftOut]:
    """The round's points that were left out."""
    return list(db.session.scalars(select(LeftOut).where(LeftOut.round_id == round_.id)))


@dataclass(frozen=True)
class BottomLine:
    """A check of the bottom line (底线合规) that experts found failed: who, and why; what the bureau answered."""

    key: str
    label: str
    found: list[tuple[str, str]]
    answer: BottomLineAnswer | None


def bottom_lines(round_: Round, opinions: Sequence[Opinion]) -> list[BottomLine]:
    """The failed checks in the form's order, those without an answer first."""
    failed: dict[str, list[tuple[str, str]]] = {}
    for opinion in opinions:
        for score in opinion.scores:
            if score.score == 0:
                failed.setdefault(score.dimension, []).append((opinion.assignment.expert.name, score.reason))
    labels = {line.key: line.label for line in score_lines(round_.form, ()) if line.is_check and line.key in failed}
    answers = {answer.key: answer for answer in answers_of(round_)} if labels else {}
    lines = [BottomLine(key, label, failed[key], answers.get(key)) for key, label in labels.items()]
    return sorted(lines, key=lambda line: line.answer is not None)


def answers_of(round_: Round) -> list[BottomLineAnswer]:
    """What the bureau answered to the round's failed checks."""
    return list(db.session.scalars(select(BottomLineAnswer).where(BottomLineAnswer.round_id == round_.id)))


def sent_back_last(round_: Round) -> tuple[Any, Any]:
    """Who sent the round's proposal back last, and why, as statements."""
    backs = Event.subject_type == round_.__tablename__, Event.subject_id == round_.id, Event.trigger == "send_back"
    last = lambda column: select(column).where(*backs).order_by(Event.id.desc()).limit(1)  # noqa: E731
    return last(Event.actor_name), last(Event.reason)


def sent_back(round_: Round) -> dict[str, str] | None:
    """Who (`by`) sent the proposal back last and `why`, while the officer works on it again; None otherwise."""
    if round_.state != "frozen" or round_.proposed_at is None:
        return None
    by, why = db.session.execute(select(*(each.scalar_subquery() for each in sent_back_last(round_)))).one()
    return {"by": by, "why": why} if by else None


def chain_of(round_: Round) -> list[Row[Any]]:
    """How the opinions were opened, what was proposed, agreed, sent back and decided, by whom and in which words; the
    oldest first."""
    return list(
        db.session.execute(
            select(
                Event.at,
                Event.trigger,
                Event.actor_name,
                Event.text,
                Event.reason,
                Event.data,
                User.name.label("absent"),
            )
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
