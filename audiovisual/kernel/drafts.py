"""Forms begun and not handed in: what a person typed is kept for them alone and filled in when they open the page again.

Two ways lead here: a form that saves itself as it is written, and a form whose log-in had ended when it was sent. A
draft is known by the address the form leads to; it goes when that form is handed in, or after `LASTS`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from workflows.errors import RuleBroken, say

from .database import operation
from .model import NEVER_AGAIN, Base, db, utcnow
from .sensitive import TERMS
from .text import day

LASTS = timedelta(days=TERMS["form_drafts"].days)
MOST = 200
"""So many a person may have. What comes beyond is refused with a sentence; nothing older goes for it."""
SECRET = frozenset({"csrf_token", "password", "again", "current", "code", "draft", "taken"})
"""Fields that are never kept."""
MARKS = frozenset({"csrf_token", "draft", "taken"})
"""Those of them that every form may have."""
PICKED = frozenset({"rows", "left"})
"""Which rows of a list an act was for. With the act refused they are shown once more; on a page that is opened later nothing
is ticked from then: what is picked next would be done to them too, unseen.
"""
NOT_TYPED = SECRET | PICKED | {"version", "base", "next", "do", "seen", "held", "boxes", "listed", "way"}
"""Fields that nobody typed: a form with nothing else in it is no draft."""
FILE = "unsent_file"
"""Under this name a draft says which file had been chosen: its words are kept, the file is not."""
Pairs = list[tuple[str, str]]


class FormDraft(Base):
    """What one person typed into one form: its fields as pairs, in the order of the form."""

    __tablename__ = "form_draft"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    action: Mapped[str]
    fields: Mapped[list[Any]]
    saved_at: Mapped[datetime] = mapped_column(default=utcnow)
    revision: Mapped[int] = mapped_column(default=1)

    __table_args__ = (
        UniqueConstraint("user_id", "action"),
        Index("ix_form_draft_saved_at", "saved_at"),
        NEVER_AGAIN,
    )

    @property
    def words(self) -> list[str]:
        """The texts of it, without codes, in the order of the form."""
        texts = [value.strip() for name, value in self.fields if name not in NOT_TYPED | {FILE}]
        return [text for text in texts if not text.isascii() or " " in text]


def typed_of(pairs: Iterable[tuple[str, str]]) -> Pairs:
    """The pairs worth keeping; none when nobody typed anything."""
    kept = [(name, value) for name, value in pairs if name not in SECRET]
    return kept if any(value.strip() for name, value in kept if name not in NOT_TYPED) else []


@operation
def keep(user_id: int, action: str, pairs: Pairs, *, in_any_case: bool = False) -> FormDraft:
    """Keep what stands in a form, in place of what was kept of it before.

    One form more than `MOST` is refused; `in_any_case`: it was promised to be kept.
    """
    draft = find(user_id, action)
    if draft is None:
        if not in_any_case:
            _need_room(user_id)
        draft = FormDraft(user_id=user_id, action=action, fields=[], revision=0)
        db.session.add(draft)
    draft.fields, draft.saved_at, draft.revision = [list(pair) for pair in pairs], utcnow(), draft.revision + 1
    db.session.flush()
    return draft


def _need_room(user_id: int) -> None:
    """Refuse where the person has as many drafts as they may; what they wrote before is never put out for it."""
    mine = select(func.count(), func.min(FormDraft.saved_at)).where(FormDraft.user_id == user_id)
    count, oldest = db.session.execute(mine).one()
    if count >= MOST:
        told = say(
            "您没有交的表单已经存了 %(n)s 份，这一份存不下。请先交掉或删去用不着的；%(day)s以后最早的一份到期，会让出位置。",
            n=count, day=day(oldest + LASTS),
        )  # fmt: skip
        raise RuleBroken(told)


def find(user_id: int, action: str) -> FormDraft | None:
    """What the person typed into the form that leads there."""
    return db.session.scalars(
        select(FormDraft).where(FormDraft.user_id == user_id, FormDraft.action == action)
    ).one_or_none()


def all_of(user_id: int) -> list[FormDraft]:
    """All a person began, the newest first."""
    rows = select(FormDraft).where(FormDraft.user_id == user_id).order_by(FormDraft.saved_at.desc())
    return list(db.session.scalars(rows))


def left_below(user_id: int, start: str, there: Collection[str]) -> list[FormDraft]:
    """What the person typed into forms whose addresses begin so and that are there no more; `there` are those that are."""
    return [draft for draft in all_of(user_id) if draft.action.startswith(start) and draft.action not in there]


@operation
def drop(user_id: int, action: str, held: int | None = None) -> None:
    """The form was handed in or given up: nothing of it is kept. `held` is the draft the form was filled from."""
    mine = (FormDraft.action == action) if held is None else (FormDraft.action == action) | (FormDraft.id == held)
    db.session.execute(delete(FormDraft).where(FormDraft.user_id == user_id, mine))
