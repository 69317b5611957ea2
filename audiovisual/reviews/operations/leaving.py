"""An expert who leaves, or is no expert any more, gives up the seats they have not signed in: they are free to fill."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from audiovisual.kernel.database import operation
from audiovisual.kernel.events import note
from audiovisual.kernel.model import db
from audiovisual.people.holdings import Kind, held
from audiovisual.people.models import User
from audiovisual.people.queries.presence import in_office
from workflows.access import SYSTEM, Actor
from workflows.errors import N_, say

from ..models import Assignment
from .panels import release

OPEN = Assignment.state.in_(("proposed", "invited", "accepted"))


def _release(seats: Sequence[Assignment]) -> None:
    """Free the seats, and tell the officer of each title that one more expert is wanted."""
    for seat in seats:
        name = seat.expert.name
        release(seat, SYSTEM)
        text = N_("%(name)s已不是在册专家，席位空出，请补选")
        note(seat.round, "seat_empty", SYSTEM, text, tells=("officer",), name=name)


def _give_up(user: User, actor: Actor) -> None:
    _release(db.session.scalars(select(Assignment).where(Assignment.expert_id == user.id, OPEN)).all())


@operation
def release_departed() -> int:
    """Free every open seat of people who are no experts here any more; gives how many. Run again it does nothing."""
    gone = select(Assignment).where(OPEN, Assignment.expert_id.not_in(in_office("expert")))
    seats = db.session.scalars(gone.order_by(Assignment.id)).all()
    _release(seats)
    return len(seats)


held(
    Kind(
        "seats",
        frozenset({"expert"}),
        count=lambda user: db.session.scalar(
            select(func.count()).select_from(Assignment).where(Assignment.expert_id == user.id, OPEN)
        ),
        says=lambda user, n: say("%(name)s还有 %(n)s 项审看没有签名。", name=user.name, n=n),
        falls=N_("席位空出，经办会收到提醒，另请专家"),
        end=_give_up,
    )
)
