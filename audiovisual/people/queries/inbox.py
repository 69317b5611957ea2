"""A person's messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from audiovisual.kernel.model import db
from audiovisual.kernel.text import told

from ..models import Message


def filled(template: str, params: dict[str, Any]) -> str:
    """A message's Chinese template in the reader's language, its places filled."""
    return told(template, params)


def messages_of(user_id: int, only_unread: bool, page: int, per: int) -> tuple[Sequence[Message], int, int]:
    """One page of messages, how many there are of them, and how many are unread."""
    mine = Message.user_id == user_id
    total, unread = db.session.execute(
        select(func.count(), func.count().filter(Message.read_at.is_(None))).select_from(Message).where(mine)
    ).one()
    rows = select(Message).where(mine)
    if only_unread:
        rows, total = rows.where(Message.read_at.is_(None)), unread
    rows = rows.order_by(Message.id.desc()).limit(per).offset((page - 1) * per)
    return db.session.scalars(rows).all(), total, unread
