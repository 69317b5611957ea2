"""What a house has to change: the ledger's rows, whence they come, what was answered; and what an expert signed that was
not taken up, with its reason.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audiovisual.kernel import sensitive
from audiovisual.kernel.files import StoredFile
from audiovisual.kernel.model import NEVER_AGAIN, Base, Versioned, known_states, utcnow
from audiovisual.kernel.sensitive import RECORD
from workflows.review import CHANGE

if TYPE_CHECKING:
    from .opinions import OpinionRow
    from .rounds import Round


class Change(Versioned, Base):
    """A settled row: what the letter asks of the house, and what became of it (整改台账).

    `to_word`: it was merged from points that say different things, and nobody has written their common text yet.
    `carried_from`: the row of an earlier round that this one takes the place of, because it was not put right there.
    """

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
    to_word: Mapped[bool] = mapped_column(default=False)
    carried_from_id: Mapped[int | None] = mapped_column(ForeignKey("change.id"), index=True)

    round: Mapped[Round] = relationship(back_populates="changes")
    sources: Mapped[list[ChangeSource]] = relationship(back_populates="change", cascade="all, delete-orphan")
    more: Mapped[list[ChangePlace]] = relationship(cascade="all, delete-orphan", order_by="ChangePlace.id")
    answers: Mapped[list[Answer]] = relationship(back_populates="change", order_by="Answer.id")
    carried_from: Mapped[Change | None] = relationship(remote_side="Change.id")

    @property
    def places(self) -> list[Change | ChangePlace]:
        """Every place it is about: its own, then the further ones; each has `episode`, `frame_in`, `frame_out`."""
        return [self, *self.more]

    __table_args__ = (
        CheckConstraint("severity IN ('must','should')", name="severity"),
        CheckConstraint("demand IN ('cut','alter','subtitle','redub','explain')", name="demand"),
        CheckConstraint("state = 'drafted' OR NOT to_word", name="worded_before_it_goes_out"),
        known_states(CHANGE),
        Index("ix_change_project", "project_id", "state"),
        NEVER_AGAIN,
    )


class ChangeSource(Base):
    """Which expert's row a settled row rests on."""

    __tablename__ = "change_source"

    change_id: Mapped[int] = mapped_column(ForeignKey("change.id", ondelete="CASCADE"), primary_key=True)
    row_id: Mapped[int] = mapped_column(ForeignKey("opinion_row.id"), primary_key=True)

    change: Mapped[Change] = relationship(back_populates="sources")
    row: Mapped[OpinionRow] = relationship()


class ChangePlace(Base):
    """A further place of a settled row: a point that stands in several places has them all."""

    __tablename__ = "change_place"

    id: Mapped[int] = mapped_column(primary_key=True)
    change_id: Mapped[int] = mapped_column(ForeignKey("change.id", ondelete="CASCADE"), index=True)
    episode: Mapped[int | None]
    frame_in: Mapped[int | None]
    frame_out: Mapped[int | None]

    __table_args__ = (
        CheckConstraint("frame_out IS NULL OR frame_in IS NULL OR frame_out >= frame_in", name="in_before_out"),
    )


class LeftOut(Base):
    """An expert's point that is not taken up (不采用), with the reason and who gave it.

    Rounds proposed before a reason was asked hold neither: nothing is invented for them.
    """

    __tablename__ = "left_out"

    row_id: Mapped[int] = mapped_column(ForeignKey("opinion_row.id", ondelete="CASCADE"), primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("review_round.id", ondelete="CASCADE"), index=True)
    reason: Mapped[str] = mapped_column(default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime | None]

    row: Mapped[OpinionRow] = relationship()

    __table_args__ = (CheckConstraint("(by_id IS NULL) = (trim(reason) = '')", name="with_its_reason"),)


class BottomLineAnswer(Versioned, Base):
    """What the bureau says to a check of the bottom line (底线合规) that experts found failed: it stands, or it does not.

    One answer a round and check, however many experts found it failed.
    """

    __tablename__ = "bottom_line_answer"

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("review_round.id", ondelete="CASCADE"))
    key: Mapped[str]
    stands: Mapped[bool]
    text: Mapped[str]
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(default=utcnow)

    __table_args__ = (
        UniqueConstraint("round_id", "key"),
        CheckConstraint("trim(text) <> ''", name="in_words"),
    )


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


sensitive.declare(
    "change", "problem basis demand_text", "省局整理的意见条目", "省局人员；发函后本机构", RECORD, apart=True
)
sensitive.declare("answer", "text", "机构的整改说明", "本机构、省局人员、下一轮的专家", RECORD)
