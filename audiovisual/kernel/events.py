"""The timeline: past-tense facts about a subject, most of them left by a change of state."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from workflows.access import Actor

from . import audit, outbox, withheld
from .model import Base, db, utcnow

OFFICE = frozenset({"officer", "head"})
"""Whose acts the facts are that come without a change of state; a post lent for other steps has no part in them."""


class Event(Base):
    """One fact. `text` is what staff read, `public_text` what the house reads (empty: hidden from it)."""

    __tablename__ = "event"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    subject_type: Mapped[str]
    subject_id: Mapped[int]
    trigger: Mapped[str]
    source: Mapped[str | None]
    target: Mapped[str | None]
    actor_id: Mapped[int]
    actor_name: Mapped[str]
    on_behalf_of_id: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(default=utcnow)
    text: Mapped[str]
    public_text: Mapped[str] = mapped_column(default="")
    reason: Mapped[str | None]
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    audit_seq: Mapped[int]

    __table_args__ = (
        Index("ix_event_project", "project_id", "id"),
        Index("ix_event_subject", "subject_type", "subject_id", "id"),
        Index("ix_event_actor", "actor_id", "id"),
    )


def officer_of(subject: Any) -> int | None:
    """The officer in charge of the title a row belongs to; None where there is no title or nobody in charge."""
    title = getattr(subject, "round", subject)
    title = getattr(title, "project", title)
    return getattr(title, "officer_id", None)


def note(
    subject: Any, kind: str, actor: Actor, text: str, /, *, public_text: str = "", reason: str | None = None,
    tells: tuple[str, ...] = (), role: str | None = None, source: str | None = None, target: str | None = None,
    **data: Any,
) -> Event:  # fmt: skip
    """Write a fact with its audit row and its one outbox row, in the caller's transaction.

    `text` and `public_text` are Chinese templates translated where they are shown; `data` fills their %(name)s places
    and is kept, of sensitive values a print alone (`withheld`). `tells` names the audiences the worker will inform. `role`
    is the one held for somebody on leave, empty for an act that is one's own in any case; left out, it is an act of
    `OFFICE`: on the desk of the officer who is away, or where only lent, it counts for the absent person.
    """
    db.session.flush()  # the subject needs its id, and its rows precede their trace
    if role is None:
        role = actor.stands_in_as(OFFICE, officer_of(subject))
    data, apart = withheld.taken_out(subject.__tablename__, data)
    seq = audit.record(
        f"{subject.__tablename__}.{kind}", subject, actor, role=role, _apart=apart,
        **({"from": source, "to": target} if target else {}), **({"reason": reason} if reason else {}), **data,
    )  # fmt: skip
    event = Event(
        project_id=audit.project_id_of(subject), subject_type=subject.__tablename__, subject_id=subject.id,
        trigger=kind, source=source, target=target, actor_id=actor.id, actor_name=actor.name,
        on_behalf_of_id=actor.on_behalf.get(role) if role else None, text=text, public_text=public_text,
        reason=reason, data=data, audit_seq=seq, at=utcnow(),
    )  # fmt: skip
    db.session.add(event)
    db.session.flush()
    outbox.enqueue("event", event_id=event.id, event=event.id, tells=list(tells))
    return event
