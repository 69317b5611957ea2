"""A person's messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from audiovisual.kernel.languages import gettext
from audiovisual.kernel.model import db
from audiovisual.kernel.paging import within
from audiovisual.kernel.text import one_line, told

from ..models import Message

LINE = 150
"""Characters of a message's line at most."""


def filled(template: str, params: dict[str, Any]) -> str:
    """A message's Chinese template in the reader's language, its places filled."""
    return told(template, params)


def headline(message: Message) -> str:
    """A message in one line. Older ones do not name their title or house in the template: it stands before it."""
    line, params = told(message.subject, message.params), message.params
    if "%(title)s" not in message.subject and params.get("title"):
        line = gettext("《%(title)s》%(what)s", title=params["title"], what=line)
    elif "%(house)s" not in message.subject and params.get("house"):
        line = gettext("%(act)s：", act=params["house"]) + line
    return one_line(line, LINE)


def messages_of(user_id: int, only_unread: bool, page: int, per: int) -> tuple[Sequence[Message], int, int, int, int]:  # fmt: skip
    """One page of messages, how many there are of them, how many are unread, the number of that page, and the newest
    message of all."""
    mine = Message.user_id == user_id
    total, unread, newest = db.session.execute(
        select(func.count(), func.count().filter(Message.read_at.is_(None)), func.max(Message.id)).where(mine)
    ).one()
    rows = select(Message).where(mine)
    if only_unread:
        rows, total = rows.where(Message.read_at.is_(None)), unread
    page = within(page, per, total)
    rows = rows.order_by(Message.id.desc()).limit(per).offset((page - 1) * per)
    return db.session.scalars(rows).all(), total, unread, page, newest or 0
