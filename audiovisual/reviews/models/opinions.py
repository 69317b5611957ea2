"""What an expert writes: opinion, scores, rows; and the clauses he rests on."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audiovisual.kernel import sensitive
from audiovisual.kernel.model import NEVER_AGAIN, Base, Versioned, utcnow
from audiovisual.kernel.sensitive import RECORD
from workflows.review import OUTCOMES

if TYPE_CHECKING:
    from .changes import LeftOut
    from .rounds import Assignment


class Opinion(Versioned, Base):
    """One expert's opinion: scores with reasons, rows, a conclusion. Signing freezes it and keeps its hash."""

    __tablename__ = "opinion"

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id", ondelete="CASCADE"), unique=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    conclusion: Mapped[str | None]
    comment: Mapped[str] = mapped_column(default="")
    explanation: Mapped[str] = mapped_column(default="")
    """What the expert said, at signing, to parts of the opinion that speak against each other."""
    updated_at: Mapped[datetime] = mapped_column(default=utcnow, onupdate=utcnow)
    signed_hash: Mapped[str | None]

    assignment: Mapped[Assignment] = relationship(back_populates="opinion")
    rows: Mapped[list[OpinionRow]] = relationship(
        back_populates="opinion", cascade="all, delete-orphan", order_by="OpinionRow.ordinal, OpinionRow.id"
    )
    scores: Mapped[list[OpinionScore]] = relationship(back_populates="opinion", cascade="all, delete-orphan")
    dropped: Mapped[list[DroppedRow]] = relationship(
        back_populates="opinion", cascade="all, delete-orphan", order_by="DroppedRow.id"
    )

    __table_args__ = (
        CheckConstraint("conclusion IS NULL OR conclusion IN (%s)" % ",".join(f"'{o}'" for o in OUTCOMES), name="conclusion"),
    )  # fmt: skip


class OpinionScore(Versioned, Base):
    """A dimension's score (0–100, or 0/1 for a bottom-line check) with its reason."""

    __tablename__ = "opinion_score"

    id: Mapped[int] = mapped_column(primary_key=True)
    opinion_id: Mapped[int] = mapped_column(ForeignKey("opinion.id", ondelete="CASCADE"))
    dimension: Mapped[str]
    score: Mapped[int | None]
    reason: Mapped[str] = mapped_column(default="")

    opinion: Mapped[Opinion] = relationship(back_populates="scores")

    __table_args__ = (
        UniqueConstraint("opinion_id", "dimension"),
        CheckConstraint("score IS NULL OR score BETWEEN 0 AND 100", name="score"),
    )


class OpinionRow(Versioned, Base):
    """One point of an opinion: episode, from–to frame, what is wrong, on what basis, what is demanded, must or should."""

    __tablename__ = "opinion_row"

    id: Mapped[int] = mapped_column(primary_key=True)
    opinion_id: Mapped[int] = mapped_column(ForeignKey("opinion.id", ondelete="CASCADE"), index=True)
    ordinal: Mapped[int]
    episode: Mapped[int | None]
    frame_in: Mapped[int | None]
    frame_out: Mapped[int | None]
    problem: Mapped[str] = mapped_column(default="")
    dimension: Mapped[str | None]
    clause_id: Mapped[int | None] = mapped_column(ForeignKey("clause.id"))
    basis: Mapped[str] = mapped_column(default="")
    demand: Mapped[str | None]
    demand_text: Mapped[str] = mapped_column(default="")
    severity: Mapped[str] = mapped_column(default="must")
    updated_at: Mapped[datetime] = mapped_column(default=utcnow, onupdate=utcnow)
    mark: Mapped[str | None]
    """The name its browser gave it when it was made: sent once more over a bad line, it makes no second row."""

    opinion: Mapped[Opinion] = relationship(back_populates="rows")
    clause: Mapped[Clause | None] = relationship()
    left_out: Mapped[LeftOut | None] = relationship(viewonly=True)

    __table_args__ = (
        CheckConstraint("severity IN ('must','should')", name="severity"),
        CheckConstraint("demand IS NULL OR demand IN ('cut','alter','subtitle','redub','explain')", name="demand"),
        CheckConstraint("frame_out IS NULL OR frame_in IS NULL OR frame_out >= frame_in", name="in_before_out"),
        Index("ix_opinion_row_mark", "opinion_id", "mark", unique=True),
        NEVER_AGAIN,
    )


class DroppedRow(Base):
    """A row its expert took out: its fields as they stood, to be put back until the opinion is signed."""

    __tablename__ = "dropped_row"

    id: Mapped[int] = mapped_column(primary_key=True)
    opinion_id: Mapped[int] = mapped_column(ForeignKey("opinion.id", ondelete="CASCADE"), index=True)
    ordinal: Mapped[int]
    content: Mapped[dict[str, Any]]
    dropped_at: Mapped[datetime] = mapped_column(default=utcnow)

    opinion: Mapped[Opinion] = relationship(back_populates="dropped")

    __table_args__ = (NEVER_AGAIN,)


class Norm(Base):
    """A norm (规范性文件) of the clause library."""

    __tablename__ = "norm"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    document_number: Mapped[str] = mapped_column(default="")
    issuer: Mapped[str] = mapped_column(default="")
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    rank: Mapped[int] = mapped_column(default=0)

    clauses: Mapped[list[Clause]] = relationship(back_populates="norm", order_by="Clause.ordinal")


class Clause(Base):
    """A clause of a norm. Where only its heading is known, only the heading stands here: no text is invented."""

    __tablename__ = "clause"

    id: Mapped[int] = mapped_column(primary_key=True)
    norm_id: Mapped[int] = mapped_column(ForeignKey("norm.id", ondelete="CASCADE"), index=True)
    ordinal: Mapped[int]
    reference: Mapped[str]
    heading: Mapped[str]
    keywords: Mapped[str] = mapped_column(default="")
    types: Mapped[list[str]] = mapped_column(default=list)

    norm: Mapped[Norm] = relationship(back_populates="clauses", lazy="joined", innerjoin=True)

    @property
    def citation(self) -> str:
        """How the clause is cited: 令16号第二十五条第六项; a law that is its own name: 广告法."""
        return f"{self.norm.code}{self.reference}" if self.norm.issuer else self.reference

    __table_args__ = (UniqueConstraint("norm_id", "reference"),)


EXPERTS_WORDS = "写的专家；签齐后省局人员，机构看不到原文"
sensitive.declare("opinion", "conclusion comment explanation", "专家的结论和意见", EXPERTS_WORDS, RECORD, apart=True)
sensitive.declare("opinion_score", "reason", "专家打分的理由", EXPERTS_WORDS, RECORD, apart=True)
sensitive.declare("opinion_row", "problem basis demand_text", "专家的意见条目", EXPERTS_WORDS, RECORD, apart=True)
sensitive.declare("dropped_row", "content", "专家删去、还可以放回的条目", "写的专家", "签名为止")
