"""What a house has to change: the ledger's rows, whence they come, what was answered."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audiovisual.kernel.files import StoredFile
from audiovisual.kernel.model import Base, Versioned, known_states, utcnow
from workflows.review import CHANGE

if TYPE_CHECKING:
    from .opinions import OpinionRow
    from .rounds import Round


class Change(Versioned, Base):
    """A settled row: what the letter asks of the house, and what became of it (整改台账)."""

    __tablename__ = "change"
    machine: ClassVar = CHANGE

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("review_round.id", ondelete="CASCADE"), index=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    ordinal: Mapped[int]
    state: Mapped[str] = mapped_column(default="drafted")
    episode: Mapped[int | None]
    frame_in: Mapped[int | None]
    frame_out: Mapped[int | None]
    problem: Mapped[str]
    basis: Mapped[str] = mapped_column(default="")
    demand: Mapped[str]
    demand_text: Mapped[str] = mapped_column(default="")
    severity: Mapped[str]

    round: Mapped[Round] = relationship(back_populates="changes")
    sources: Mapped[list[ChangeSource]] = relationship(back_populates="change", cascade="all, delete-orphan")
    answers: Mapped[list[Answer]] = relationship(back_populates="change", order_by="Answer.id")

    __table_args__ = (
        CheckConstraint("severity IN ('must','should')", name="severity"),
        CheckConstraint("demand IN ('cut','alter','subtitle','redub','explain')", name="demand"),
        known_states(CHANGE),
        Index("ix_change_project", "project_id", "state"),
    )


class ChangeSource(Base):
    """Which expert's row a settled row rests on."""

    __tablename__ = "change_source"

    change_id: Mapped[int] = mapped_column(ForeignKey("change.id", ondelete="CASCADE"), primary_key=True)
    row_id: Mapped[int] = mapped_column(ForeignKey("opinion_row.id"), primary_key=True)

    change: Mapped[Change] = relationship(back_populates="sources")
    row: Mapped[OpinionRow] = relationship()


class Answer(Base):
    """What the house answered to a row, with evidence, and the officer's word on it."""

    __tablename__ = "answer"

    id: Mapped[int] = mapped_column(primary_key=True)
    change_id: Mapped[int] = mapped_column(ForeignKey("change.id", ondelete="CASCADE"), index=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    how: Mapped[str]
    text: Mapped[str]
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    new_episode: Mapped[int | None]
    new_frame: Mapped[int | None]
    answered_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    answered_at: Mapped[datetime] = mapped_column(default=utcnow)
    verdict: Mapped[str | None]
    verdict_reason: Mapped[str] = mapped_column(default="")
    verdict_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    verdict_at: Mapped[datetime | None]

    change: Mapped[Change] = relationship(back_populates="answers")
    file: Mapped[StoredFile | None] = relationship()

    __table_args__ = (
        CheckConstraint("how IN ('done','done_differently','explained')", name="how"),
        CheckConstraint("verdict IS NULL OR verdict IN ('closed','reopened')", name="verdict"),
        CheckConstraint("(verdict IS NULL) = (verdict_at IS NULL)", name="verdict_has_day"),
    )
