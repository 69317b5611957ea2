"""The inbox: messages the worker made from events, read and unread."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from audiovisual.kernel.database import operation
from audiovisual.kernel.model import db, utcnow
from workflows.access import Actor

from .. import links, mail
from ..models import Message, User
from ..queries.directory import still_here


@operation
def tell(
    user_ids: set[int], subject: str, body: str, params: dict[str, Any], *, url: str = "",
    event_id: int | None = None, project_id: int | None = None,
) -> int:  # fmt: skip
    """Put a message into several inboxes and queue its mails; gives how many were told.

    `subject` and `body` are Chinese templates translated where they are shown; `params` fills their %(name)s places.
    Run twice for one event, nobody is told twice; people who left are not told.
    """
    told = select(Message.user_id).where(Message.event_id == event_id) if event_id else select(Message.user_id).where(False)
    people = select(User).where(User.id.in_(user_ids), User.id.not_in(told), still_here())
    count = 0
    for user in db.session.scalars(people):
        db.session.add(
            Message(
                user_id=user.id, event_id=event_id, project_id=project_id, subject=subject, body=body, params=params, url=url
            )
        )
        if user.email:
            address = links.site(url) if url else ""
            mail.send("message", user.email, user.locale, subject=subject, body=body, params=params, address=address)
        count += 1
    db.session.flush()
    return count


@operation
def mark_read(message: Message, actor: Actor) -> None:
    """Opening a message reads it."""
    if message.read_at is None and message.user_id == actor.id:
        message.read_at = utcnow()


@operation
def mark_all_read(actor: Actor) -> int:
    """Everything in the inbox is read now; gives how many messages that were."""
    unread = (Message.user_id == actor.id, Message.read_at.is_(None))
    return db.session.execute(update(Message).where(*unread).values(read_at=utcnow())).rowcount
