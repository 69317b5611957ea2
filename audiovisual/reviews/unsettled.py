"""What stands between a round and its proposal: points nobody dealt with, merged texts to be written, bottom lines without
an answer, points of earlier rounds that were not verified. All that is signed is accounted for here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from audiovisual.kernel.model import constant, db

from .completeness import check_keys
from .models import (
    Assignment,
    BottomLineAnswer,
    Change,
    ChangeSource,
    LeftOut,
    Opinion,
    OpinionRow,
    OpinionScore,
    Round,
)

PENDING = ("open", "answered")
"""States of a row that somebody still has to do something about."""


@dataclass(frozen=True)
class Unsettled:
    """How much of each is left, by the names under which `workflows.review` asks a round for it."""

    earlier_pending: int
    points_open: int
    rows_to_word: int
    bottom_lines_unanswered: int


def unsettled(round_: Round) -> Unsettled:
    """All of it, in one statement."""
    return Unsettled(*_counted(*_left(round_)))


def _left(round_: Round) -> tuple[Select[Any], ...]:
    return _earlier_pending(round_), _points_open(round_), _rows_to_word(round_), _unanswered(round_)


def _counted(*parts: Select[Any]) -> Any:
    return db.session.execute(select(*(part.scalar_subquery() for part in parts))).one()


def _points_open(round_: Round) -> Select[Any]:
    """Signed points that are neither taken up nor left out with a reason."""
    taken = exists().where(ChangeSource.row_id == OpinionRow.id)
    left = exists().where(LeftOut.row_id == OpinionRow.id, LeftOut.by_id.is_not(None))
    return _signed(select(func.count()).select_from(OpinionRow), OpinionRow.opinion_id, round_).where(~taken, ~left)


def _signed(asked: Select[Any], opinion_id: object, round_: Round) -> Select[Any]:
    """Of what hangs on opinions, that of the round's signed ones."""
    asked = asked.join(Opinion, Opinion.id == opinion_id).join(Assignment, Assignment.id == Opinion.assignment_id)
    return asked.where(Assignment.round_id == round_.id, Assignment.state == "signed")


def _rows_to_word(round_: Round) -> Select[Any]:
    """Merged rows whose common text nobody has written yet."""
    return select(func.count()).select_from(Change).where(Change.round_id == round_.id, Change.to_word)


def failed_checks(round_: Round) -> list[str]:
    """Keys of the bottom line's checks that a signed opinion found failed, in the form's order."""
    failed = set(db.session.scalars(_failed(select(OpinionScore.dimension), round_)))
    return [key for key in check_keys(round_.form) if key in failed]


def _failed(asked: Select[Any], round_: Round) -> Select[Any]:
    known = OpinionScore.score == 0, OpinionScore.dimension.in_(check_keys(round_.form))
    return _signed(asked, OpinionScore.opinion_id, round_).where(*known)


def _unanswered(round_: Round) -> Select[Any]:
    """Failed checks that the bureau has not answered."""
    answered = exists().where(
        BottomLineAnswer.round_id == round_.id, BottomLineAnswer.key == OpinionScore.dimension
    )  # fmt: skip
    counted = select(func.count(OpinionScore.dimension.distinct())).select_from(OpinionScore)
    return _failed(counted, round_).where(~answered)


def bottom_lines_upheld(round_: Round) -> int:
    """Failed checks that the bureau found to stand."""
    return db.session.scalar(_upheld(round_)) or 0


def _upheld(round_: Round) -> Select[Any]:
    upheld = exists().where(
        BottomLineAnswer.round_id == round_.id, BottomLineAnswer.key == OpinionScore.dimension, BottomLineAnswer.stands
    )
    counted = select(func.count(OpinionScore.dimension.distinct())).select_from(OpinionScore)
    return _failed(counted, round_).where(upheld)


@dataclass(frozen=True)
class Standing:
    """What an outcome stands on, by the names under which `workflows.review.outcome_is_founded` asks a round for it."""

    must_rows: int
    bottom_line_failed: int
    bottom_lines_upheld: int
    form: dict[str, Any]


def left_and_standing(round_: Round, must_rows: int, *more: Select[Any]) -> tuple[Unsettled, Standing, list[Any]]:
    """What is left of a round whose rows have been read, what an outcome stands on, and the value of each of `more`, in one
    statement."""
    failed = _failed(select(func.count(OpinionScore.dimension.distinct())).select_from(OpinionScore), round_)
    values = list(_counted(*_left(round_), failed, _upheld(round_), *more))
    left, (found, upheld), others = values[:4], values[4:6], values[6:]
    return Unsettled(*left), Standing(must_rows, found, upheld, round_.form), others


def earlier_pending(round_: Round) -> int:
    """Points of earlier rounds that are not verified, and for which no row of this round stands."""
    return db.session.scalar(_earlier_pending(round_)) or 0


def _earlier_pending(round_: Round) -> Select[Any]:
    return select(func.count()).select_from(_earlier(round_).with_only_columns(Change.id).subquery())


def earlier_points(round_: Round) -> Iterator[Change]:
    """Those points, in the order of rounds and rows, with their rounds and answers: few statements however many there are."""
    asked = _earlier(round_).order_by(Change.round_id, Change.ordinal)
    asked = asked.options(joinedload(Change.round).selectinload(Round.changes), selectinload(Change.answers))
    return iter(db.session.scalars(asked).unique().all())


def _earlier(round_: Round) -> Select[Any]:
    asked = select(Change).where(Change.project_id == round_.project_id, Change.round_id != round_.id)
    return asked.where(unverified())


def unverified() -> ColumnElement[bool]:
    """The condition on Change that somebody still has to verify it: nobody did, and no row of a later round that goes on
    stands for it."""
    successor, its_round = aliased(Change), aliased(Round)
    carried = exists().where(
        successor.carried_from_id == Change.id, its_round.id == successor.round_id, its_round.state != "cancelled"
    )
    return and_(Change.state.in_(constant(*PENDING)), ~carried.correlate(Change))
