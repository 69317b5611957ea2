"""The bureau's answer to a check of the bottom line (底线合规) that an expert found failed."""

from __future__ import annotations

from sqlalchemy import select

from audiovisual.kernel import audit
from audiovisual.kernel.database import operation
from audiovisual.kernel.model import db, utcnow
from audiovisual.people.queries.saved import saved_by
from audiovisual.people.versions import LostRace
from workflows.access import Actor
from workflows.errors import RuleBroken, Unknown, say

from ..models import BottomLineAnswer, Round
from ..unsettled import failed_checks
from .settling import settleable


@operation
def answer(round_: Round, actor: Actor, key: str, stands: bool, text: str, version: int | None = None) -> None:
    """Say whether a failed check stands, and what is done about it or why it does not stand.

    `version`: of the answer that was read, 0 where there was none. Refuses an empty text, and a check nobody failed (404).
    """
    settleable(round_, actor)
    if key not in failed_checks(round_):
        raise Unknown()
    if not text.strip():
        raise RuleBroken(say("请写明怎样处理，或为什么不成立。"), "text")
    asked = select(BottomLineAnswer).where(BottomLineAnswer.round_id == round_.id, BottomLineAnswer.key == key)
    given = db.session.scalars(asked).first()
    if given is not None and (given.stands, given.text) == (stands, text.strip()):
        return  # pressed twice
    if version is not None and version != (given.version if given else 0):
        saved = saved_by(given.by_id, given.at) if given else None
        raise LostRace(say("这一项刚在别处改过，请对照两边的文字再存。"), saved)
    if given is None:
        given = BottomLineAnswer(round_id=round_.id, key=key)
        db.session.add(given)
    given.stands, given.text, given.by_id, given.at = stands, text.strip(), actor.id, utcnow()
    audit.record("review_round.answer_bottom_line", round_, actor, key=key, stands=stands, text=text.strip())
    db.session.flush()
