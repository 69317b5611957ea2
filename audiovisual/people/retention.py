"""What is deleted of people's traces when its term is over: log-ins, messages, invitations, particulars of who left."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, or_, select

from audiovisual.kernel import audit
from audiovisual.kernel.model import db, shanghai
from audiovisual.kernel.retention import delete_some, sweeps
from workflows.access import SYSTEM

from .models import AttemptCount, Invitation, KnownBrowser, LoginSession, Message, User

PARTICULARS = ("email", "new_email", "phone")
LISTS = ("past_employers", "relatives")


@sweeps("sessions")
def _sessions(before: datetime, most: int) -> int:
    """The newest row stays in any case: its number is not given again, for records of viewing name such numbers."""
    newest = select(func.max(LoginSession.id)).scalar_subquery()
    over = or_(LoginSession.ended_at < before, LoginSession.seen_at < before)
    return delete_some(LoginSession, most, over, LoginSession.id < newest)


@sweeps("browsers")
def _browsers(before: datetime, most: int) -> int:
    """But for those a log-in that is still kept came from."""
    in_use = select(LoginSession.id).where(LoginSession.browser_id == KnownBrowser.id).exists()
    return delete_some(KnownBrowser, most, KnownBrowser.seen_at < before, ~in_use)


@sweeps("attempts")
def _attempts(before: datetime, most: int) -> int:
    return delete_some(AttemptCount, most, AttemptCount.at < before)


@sweeps("read_messages")
def _read_messages(before: datetime, most: int) -> int:
    return delete_some(Message, most, Message.read_at < before)


@sweeps("messages")
def _messages(before: datetime, most: int) -> int:
    return delete_some(Message, most, Message.read_at.is_(None), Message.created_at < before)


@sweeps("invitations")
def _invitations(before: datetime, most: int) -> int:
    over = or_(Invitation.expires_at < before, Invitation.revoked_at < before)
    return delete_some(Invitation, most, Invitation.accepted_at.is_(None), over)


@sweeps("left_people")
def _left_people(before: datetime, most: int) -> int:
    """Telephones, addresses, relatives and employers of who left: emptied; the person's name and acts stay."""
    gone = select(User).where(User.left_on < shanghai(before).date()).order_by(User.id)
    found = [user for user in db.session.scalars(gone) if _holds_any(user)][:most]
    for user in found:
        for name in PARTICULARS:
            setattr(user, name, "")
        for name in LISTS if user.expert else ():
            setattr(user.expert, name, [])
        audit.record("user.particulars_deleted", user, SYSTEM)
    return len(found)


def _holds_any(user: User) -> bool:
    """Whether there is something of the person's to empty."""
    held = [getattr(user, name) for name in PARTICULARS]
    held += [getattr(user.expert, name) for name in LISTS] if user.expert else []
    return any(held)
