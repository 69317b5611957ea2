"""A point of an earlier round that was not put right stands again in the present one; the old row ends when the new letter
goes out.
"""

from __future__ import annotations

from fractions import Fraction

from sqlalchemy import select

from audiovisual.kernel import audit
from audiovisual.kernel.database import operation
from audiovisual.kernel.lifecycle import apply
from audiovisual.kernel.model import db
from workflows.access import SYSTEM, Actor
from workflows.errors import Unknown, WrongState, say

from ..models import Change, Cut, Round
from ..unsettled import PENDING
from . import merging
from .settling import next_ordinal, settleable


@operation
def carry(round_: Round, actor: Actor, earlier: Change) -> Change:
    """A row of this round with the earlier one's words, weight and demand, where the house says it changed them, else at
    the old places. Carried once already: that row. Refuses a row that is verified (409) or of another title (404).
    """
    settleable(round_, actor)
    if earlier.project_id != round_.project_id or earlier.round_id == round_.id:
        raise Unknown()
    asked = select(Change).where(Change.carried_from_id == earlier.id, Change.round_id == round_.id)
    before = db.session.scalars(asked).first()
    if before is not None:
        return before
    if earlier.state not in PENDING:
        raise WrongState(say("这一条已经核验，不用并入本轮。"))
    places = _places_of(earlier, round_.cut)
    episode, frame_in, frame_out = places[0]
    change = Change(
        round_id=round_.id, project_id=round_.project_id, ordinal=next_ordinal(round_), episode=episode,
        frame_in=frame_in, frame_out=frame_out, problem=earlier.problem, basis=earlier.basis, demand=earlier.demand,
        demand_text=earlier.demand_text, severity=earlier.severity, carried_from_id=earlier.id,
    )  # fmt: skip
    merging.put_places(change, places[1:])
    db.session.add(change)
    db.session.flush()
    audit.record("change.put_in_round", change, actor, earlier=earlier.id)
    db.session.expire(round_, ["changes"])
    return change


def _places_of(earlier: Change, cut: Cut) -> list[merging.Where]:
    """Where it is to be seen in this cut, in this cut's frames."""
    old, latest = earlier.round.cut, earlier.answers[-1] if earlier.answers else None
    where = [(place.episode, place.frame_in, place.frame_out) for place in earlier.places]
    if latest is not None and latest.new_frame is not None:
        where = [(latest.new_episode, latest.new_frame, None)]
    return [
        (episode, _moved(first, episode, old, cut), _moved(last, episode, old, cut)) for episode, first, last in where
    ]


def _moved(frame: int | None, episode: int | None, old: Cut, new: Cut) -> int | None:
    """The same moment in the new cut; where either file is not there, the frame as it was counted."""
    before, after = old.part_of(episode), new.part_of(episode)
    if frame is None or before is None or after is None:
        return frame
    return round(Fraction(frame) / before.rate * after.rate)


def hand_over(round_: Round) -> None:
    """With the new letter, the rows that stand again in it end in their own round."""
    for change in round_.changes:
        earlier = change.carried_from
        if earlier is not None and earlier.state in PENDING:
            apply(earlier, "carry", SYSTEM)
