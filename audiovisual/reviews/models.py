"""Tables of the review: cuts, rounds, panels, opinions with their rows, the changes a house answers, the clauses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audiovisual.kernel.files import StoredFile
from audiovisual.kernel.model import Base, Versioned, utcnow
from audiovisual.people.models import User
from audiovisual.projects.models import Project
from workflows.review import ASSIGNMENT, CHANGE, OUTCOMES, ROUND


class Cut(Base):
    """A version of the cut (样片) as delivered, with one file or one file per episode."""

    __tablename__ = "cut"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    ordinal: Mapped[int]
    episodes: Mapped[int]
    note: Mapped[str] = mapped_column(default="")
    delivered_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    delivered_at: Mapped[datetime] = mapped_column(default=utcnow)

    project: Mapped[Project] = relationship()
    parts: Mapped[list[CutPart]] = relationship(back_populates="cut", order_by="CutPart.episode")

    __table_args__ = (UniqueConstraint("project_id", "ordinal"),)

    def part_of(self, episode: int | None) -> CutPart | None:
        """The file that holds an episode: its own, else the one of the whole."""
        own = next((part for part in self.parts if part.episode == episode), None)
        return own or next((part for part in self.parts if part.episode == 0), None)


class CutPart(Base):
    """A file of a cut: episode (0: the whole title), length in frames at a rate num/den, start timecode as a frame.

    What the file says of itself is read by the worker; until then `frames` is None and the rate is 25.
    """

    __tablename__ = "cut_part"

    id: Mapped[int] = mapped_column(primary_key=True)
    cut_id: Mapped[int] = mapped_column(ForeignKey("cut.id", ondelete="CASCADE"))
    episode: Mapped[int]
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    frames: Mapped[int | None] = mapped_column(BigInteger)
    rate_num: Mapped[int] = mapped_column(default=25)
    rate_den: Mapped[int] = mapped_column(default=1)
    start_frame: Mapped[int] = mapped_column(default=0)
    drop: Mapped[bool] = mapped_column(default=False)
    plays: Mapped[bool | None]
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)

    cut: Mapped[Cut] = relationship(back_populates="parts")
    file: Mapped[StoredFile] = relationship(lazy="joined", innerjoin=True)

    __table_args__ = (
        UniqueConstraint("cut_id", "episode"),
        CheckConstraint("rate_num > 0 AND rate_den > 0", name="rate"),
    )

    @property
    def rate(self) -> Fraction:
        """Frames a second."""
        return Fraction(self.rate_num, self.rate_den)


class Round(Versioned, Base):
    """One review round (审核轮次) on one version of the cut. The form is kept as it stood."""

    __tablename__ = "review_round"
    machine: ClassVar = ROUND

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    ordinal: Mapped[int]
    kind: Mapped[str] = mapped_column(default="finished_cut")
    state: Mapped[str] = mapped_column(default="composing", index=True)
    cut_id: Mapped[int] = mapped_column(ForeignKey("cut.id"))
    form: Mapped[dict[str, Any]]
    form_rule_id: Mapped[int | None] = mapped_column(ForeignKey("dated_rule.id"))
    seats: Mapped[int] = mapped_column(default=3)
    due_on: Mapped[date | None]
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    opened_at: Mapped[datetime] = mapped_column(default=utcnow)
    frozen_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    grounds: Mapped[str] = mapped_column(default="")
    summary: Mapped[str] = mapped_column(default="")
    answer_by: Mapped[date | None]
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    proposed_at: Mapped[datetime | None]
    agreed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    agreed_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    decided_at: Mapped[datetime | None]
    issued_at: Mapped[datetime | None]

    project: Mapped[Project] = relationship()
    cut: Mapped[Cut] = relationship()
    assignments: Mapped[list[Assignment]] = relationship(back_populates="round", order_by="Assignment.id")
    changes: Mapped[list[Change]] = relationship(back_populates="round", order_by="Change.ordinal")

    __table_args__ = (
        UniqueConstraint("project_id", "ordinal"),
        CheckConstraint("state IN (%s)" % ",".join(f"'{s.code}'" for s in ROUND.states), name="state"),
        CheckConstraint("outcome IS NULL OR outcome IN (%s)" % ",".join(f"'{o}'" for o in OUTCOMES), name="outcome"),
        CheckConstraint("state NOT IN ('decided','issued','closed') OR (outcome IS NOT NULL AND proposed_by_id IS NOT NULL"
                        " AND agreed_by_id IS NOT NULL AND decided_by_id IS NOT NULL AND decided_at IS NOT NULL)",
                        name="decided_has_chain"),
        CheckConstraint("proposed_by_id IS NULL OR agreed_by_id IS NULL OR proposed_by_id != agreed_by_id", name="two_hands"),
        CheckConstraint("agreed_by_id IS NULL OR decided_by_id IS NULL OR agreed_by_id != decided_by_id", name="two_hands_again"),
        Index("ux_round_open", "project_id", unique=True,
              sqlite_where=text("state NOT IN ('closed','cancelled')"),
              postgresql_where=text("state NOT IN ('closed','cancelled')")),
    )  # fmt: skip

    @property
    def active(self) -> list[Assignment]:
        """Assignments that fill a seat."""
        return [a for a in self.assignments if a.state in ("proposed", "invited", "accepted", "signed")]

    @property
    def seats_filled(self) -> int:
        return len(self.active)

    @property
    def signed(self) -> int:
        return sum(1 for a in self.assignments if a.state == "signed")

    @property
    def unsigned(self) -> int:
        return sum(1 for a in self.active if a.state != "signed")

    @property
    def expert_ids(self) -> frozenset[int]:
        return frozenset(a.expert_id for a in self.active if a.state != "proposed")

    @property
    def must_rows(self) -> int:
        return sum(1 for change in self.changes if change.severity == "must")


class Assignment(Base):
    """One expert's seat in a round."""

    __tablename__ = "assignment"
    machine: ClassVar = ASSIGNMENT

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("review_round.id", ondelete="CASCADE"))
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    expert_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    is_lead: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(default="proposed")
    invited_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    signed_at: Mapped[datetime | None]

    @property
    def lacks(self) -> Sequence[str]:
        """What keeps the opinion from being signed, in sentences (`reviews.completeness`)."""
        from .completeness import lacks_of

        return lacks_of(self)

    round: Mapped[Round] = relationship(back_populates="assignments")
    expert: Mapped[User] = relationship()
    opinion: Mapped[Opinion | None] = relationship(back_populates="assignment", uselist=False)

    __table_args__ = (
        UniqueConstraint("round_id", "expert_id"),
        CheckConstraint("(state = 'signed') = (signed_at IS NOT NULL)", name="signed"),
        Index("ix_assignment_expert", "expert_id", "state"),
    )


class Opinion(Versioned, Base):
    """One expert's opinion: scores with reasons, rows, a conclusion. Signing freezes it and keeps its hash."""

    __tablename__ = "opinion"

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id", ondelete="CASCADE"), unique=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    conclusion: Mapped[str | None]
    comment: Mapped[str] = mapped_column(default="")
    updated_at: Mapped[datetime] = mapped_column(default=utcnow, onupdate=utcnow)
    signed_hash: Mapped[str | None]

    assignment: Mapped[Assignment] = relationship(back_populates="opinion")
    rows: Mapped[list[OpinionRow]] = relationship(
        back_populates="opinion", cascade="all, delete-orphan", order_by="OpinionRow.ordinal, OpinionRow.id"
    )
    scores: Mapped[list[OpinionScore]] = relationship(back_populates="opinion", cascade="all, delete-orphan")

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

    opinion: Mapped[Opinion] = relationship(back_populates="rows")
    clause: Mapped[Clause | None] = relationship()

    __table_args__ = (
        CheckConstraint("severity IN ('must','should')", name="severity"),
        CheckConstraint("demand IS NULL OR demand IN ('cut','alter','subtitle','redub','explain')", name="demand"),
        CheckConstraint("frame_out IS NULL OR frame_in IS NULL OR frame_out >= frame_in", name="in_before_out"),
    )


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
        CheckConstraint("state IN ('drafted','open','answered','closed')", name="state"),
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


class Conflict(Base):
    """A conflict of interest (利益冲突) between an expert and a title or a company, in a window of time."""

    __tablename__ = "conflict"

    id: Mapped[int] = mapped_column(primary_key=True)
    expert_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    company: Mapped[str] = mapped_column(default="")
    kind: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    declared_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    declared_at: Mapped[datetime] = mapped_column(default=utcnow)


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


class Viewing(Base):
    """That a person opened sensitive material in a session: one row per person, file and session."""

    __tablename__ = "viewing"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    session_id: Mapped[int]
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(default=utcnow)

    __table_args__ = (UniqueConstraint("user_id", "file_id", "session_id"),)
