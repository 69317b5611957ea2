"""What an expert signed and the bureau does not take up: left out with a reason, which head and leader read first."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import delete, select

from audiovisual.kernel import audit
from audiovisual.kernel.database import operation
from audiovisual.kernel.model import db, utcnow
from audiovisual.people.models import User
from workflows.access import Actor
from workflows.errors import RuleBroken, obey, say

from ..models import ChangeSource, LeftOut, OpinionRow, Round
from .settling import are_signed_here, settleable


@operation
def leave_out(round_: Round, actor: Actor, rows: list[OpinionRow], reason: str) -> None:
    """Leave these points out, all with this reason; one that this person left out before gets the new reason.

    Refuses an empty reason, a point that stands in a settled row (that is taken out first), and one that a colleague left
    out with another reason (that is put back first).
    """
    settleable(round_, actor)
    are_signed_here(rows, round_)
    obey(broken_by_leaving_out(rows, reason, actor))
    ids = [row.id for row in rows]
    db.session.execute(delete(LeftOut).where(LeftOut.row_id.in_(ids)))
    now = utcnow()
    db.session.add_all(
        LeftOut(row_id=id_, round_id=round_.id, reason=reason.strip(), by_id=actor.id, at=now) for id_ in ids
    )
    audit.record("review_round.leave_out", round_, actor, rows=ids, reason=reason.strip())
    db.session.flush()


def broken_by_leaving_out(rows: list[OpinionRow], reason: str, actor: Actor) -> Iterator[RuleBroken]:
    """Each rule that leaving out these points breaks."""
    if not reason.strip():
        yield RuleBroken(say("请写明不采用的理由。"), "reason")
    ids = [row.id for row in rows]
    theirs = select(LeftOut.reason, User.name).join(User, User.id == LeftOut.by_id)
    theirs = theirs.where(LeftOut.row_id.in_(ids), LeftOut.by_id != actor.id, LeftOut.reason != reason.strip())
    if (before := db.session.execute(theirs.limit(1)).first()) is not None:
        yield RuleBroken(
            say(
                "选的意见里有%(name)s已经写了不采用的理由的：%(reason)s。要换理由，请先放回。",
                name=before.name, reason=before.reason,
            ),
            "rows",
        )  # fmt: skip
    taken_up = select(ChangeSource.row_id).where(ChangeSource.row_id.in_(ids))
    if db.session.scalar(taken_up.limit(1)) is not None:
        yield RuleBroken(say("选的意见里有已经采用的，请先把那一条去掉或拆开。"), "rows")


@operation
def put_back(round_: Round, actor: Actor, rows: list[OpinionRow]) -> None:
    """Points that were left out are to be settled again."""
    settleable(round_, actor)
    are_signed_here(rows, round_)
    ids = [row.id for row in rows]
    db.session.execute(delete(LeftOut).where(LeftOut.row_id.in_(ids)))
    audit.record("review_round.put_back", round_, actor, rows=ids)
