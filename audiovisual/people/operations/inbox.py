"""The inbox: what the worker wrote there from events becomes read."""

from __future__ import annotations

from sqlalchemy import update

from audiovisual.kernel.database import operation
from audiovisual.kernel.model import db, utcnow
from workflows.access import Actor

from ..models import Message


@operation
def mark_read(message: Message, actor: Actor) -> None:
    """Opening a message reads it."""
    if message.read_at is None and message.user_id == actor.id:
        message.read_at = utcnow()


@operation
def mark_all_read(actor: Actor, upto: int | None = None) -> int:
    """Everything in the inbox is read now, as far as the message `upto` where it is given: what arrived since the page was
    opened stays unread. Gives how many messages that were."""
    unread = [Message.user_id == actor.id, Message.read_at.is_(None)]
    if upto is not None:
        unread.append(Message.id <= upto)
    return db.session.execute(update(Message).where(*unread).values(read_at=utcnow())).rowcount  # type: ignore[attr-defined]
