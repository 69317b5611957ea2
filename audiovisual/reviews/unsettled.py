"""What stands between a round and its proposal: points nobody dealt with, merged texts to be written, bottom lines without
an answer, points of earlier rounds that were not verified. One statement each; all that is signed is accounted for here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import aliased

from audiovisual.kernel.model import db

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


def points_open(round_: Round) -> int:
    """Signed points that are neither taken up nor left out with a reason."""
    taken = exists().where(ChangeSource.row_id == OpinionRow.id)
    left = exists().where(LeftOut.row_id == OpinionRow.id, LeftOut.by_id.is_not(None))
    asked = _signed(select(func.count()).select_from(OpinionRow), OpinionRow.opinion_id, round_)
    return db.session.scalar(asked.where(~taken, ~left)) or 0


def _signed(asked: Select[Any], opinion_id: object, round_: Round) -> Select[Any]:
    """Of what hangs on opinions, that of the round's signed ones."""
    asked = asked.join(Opinion, Opinion.id == opinion_id).join(Assignment, Assignment.id == Opinion.assignment_id)
    return asked.where(Assignment.round_id == round_.id, Assignment.state == "signed")


def rows_to_word(round_: Round) -> int:
    """Merged rows whose common text nobody has written yet."""
    asked = select(func.count()).select_from(Change).where(Change.round_id == round_.id, Change.to_word)
    return db.session.scalar(asked) or 0


def failed_checks(round_: Round) -> list[str]:
    """Keys of the bottom line's checks that a signed opinion found failed, in the form's order."""
    asked = _signed(select(OpinionScore.dimension).distinct(), OpinionScore.opinion_id, round_)
    failed = set(db.session.scalars(asked.where(OpinionScore.score == 0)))
    return [key for key in check_keys(round_.form) if key in failed]


def bottom_lines_unanswered(round_: Round) -> list[str]:
    """Of those, the ones the bureau has not answered."""
    failed = failed_checks(round_)
    answered = set(db.session.scalars(_answers(round_))) if failed else set()
    return [key for key in failed if key not in answered]


def bottom_lines_upheld(round_: Round) -> int:
    """Failed checks that the bureau found to stand."""
    failed = failed_checks(round_)
    return len(list(db.session.scalars(_answers(round_).where(BottomLineAnswer.stands)))) if failed else 0


def _answers(round_: Round) -> Select[Any]:
    return select(BottomLineAnswer.key).where(BottomLineAnswer.round_id == round_.id)


def earlier_pending(round_: Round) -> int:
    """Points of earlier rounds that are not verified, and for which no row of this round stands."""
    return db.session.scalar(select(func.count()).select_from(_earlier(round_).subquery())) or 0


def earlier_points(round_: Round) -> Iterator[Change]:
    """Those points, in the order of rounds and rows."""
    return iter(db.session.scalars(_earlier(round_).order_by(Change.round_id, Change.ordinal)))


def _earlier(round_: Round) -> Select[Any]:
    successor = aliased(Change)
    carried = exists().where(successor.carried_from_id == Change.id, successor.round_id == round_.id)
    asked = select(Change).where(Change.project_id == round_.project_id, Change.round_id != round_.id)
    return asked.where(Change.state.in_(PENDING), ~carried)
