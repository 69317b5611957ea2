"""What is reviewed and by whom: cuts and their parts, rounds, panels, conflicts of interest, who watched what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audiovisual.kernel import scanning, sensitive
from audiovisual.kernel.files import StoredFile
from audiovisual.kernel.model import Base, Versioned, known_states, utcnow
from audiovisual.kernel.sensitive import RECORD
from audiovisual.kernel.text import unpack
from audiovisual.people.models import User
from audiovisual.projects.models import Project
from workflows.cuts import missing
from workflows.errors import Sentence, say
from workflows.review import ASSIGNMENT, OUT, OUTCOMES, ROUND

if TYPE_CHECKING:
    from ..conflicts import Standing
    from ..unsettled import Unsettled
    from .changes import Change
    from .opinions import Opinion


class Cut(Base):
    """A version of the cut (样片) as delivered, with one file or one file per episode.

    `partial_note`: where episodes are missing, what the house said of them when it handed the cut in.
    """

    __tablename__ = "cut"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    ordinal: Mapped[int]
    episodes: Mapped[int]
    note: Mapped[str] = mapped_column(default="")
    partial_note: Mapped[str] = mapped_column(default="")
    delivered_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    delivered_at: Mapped[datetime] = mapped_column(default=utcnow)

    project: Mapped[Project] = relationship()
    parts: Mapped[list[CutPart]] = relationship(back_populates="cut", order_by="CutPart.episode")

    __table_args__ = (UniqueConstraint("project_id", "ordinal"),)

    @property
    def lacking(self) -> tuple[int, ...]:
        """The episodes it does not hold."""
        return missing((part.episode for part in self.parts), self.episodes)

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

    @property
    def trouble(self) -> Sentence | None:
        """What whoever watches the file has to know: a virus, why it does not play, that its timecodes are reckoned."""
        if (found := scanning.trouble(self.file)) is not None:
            return found
        if "problem" in self.detail:
            return unpack(self.detail["problem"])
        if "unplayed" in self.detail:
            return _unplayed(unpack(self.detail["unplayed"]))
        if self.detail.get("varies"):
            return say(
                "这个文件的帧率不恒定，能放；时码按每秒 %(rate)s 帧折算，和剪辑软件里的可能差几帧。",
                rate=f"{float(self.rate):.5g}",
            )
        return _unplayed(say("这个文件浏览器放不了。")) if self.plays is False else None


def _unplayed(why: Sentence) -> Sentence:
    return say("%(why)s请制作机构导出成 H.264（8 位 4:2:0）画面、AAC 声音的 MP4。", why=why)


class Round(Versioned, Base):
    """One review round (审核轮次) on one version of the cut. The form is kept as it stood."""

    __tablename__ = "review_round"
    machine: ClassVar = ROUND

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    ordinal: Mapped[int]
    kind: Mapped[str] = mapped_column(default="finished_cut")
    state: Mapped[str] = mapped_column(default="composing")
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
    drafted_by_id: Mapped[int | None]
    drafted_at: Mapped[datetime | None]
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    proposed_for_id: Mapped[int | None]
    proposed_at: Mapped[datetime | None]
    agreed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    agreed_for_id: Mapped[int | None]
    agreed_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    decided_for_id: Mapped[int | None]
    decided_at: Mapped[datetime | None]
    issued_at: Mapped[datetime | None]

    project: Mapped[Project] = relationship()
    cut: Mapped[Cut] = relationship()
    assignments: Mapped[list[Assignment]] = relationship(back_populates="round", order_by="Assignment.id")
    changes: Mapped[list[Change]] = relationship(back_populates="round", order_by="Change.ordinal")

    __table_args__ = (
        UniqueConstraint("project_id", "ordinal"),
        # what a work list asks of each title's rounds; by the state alone every list would read all rounds of the bank
        Index("ix_review_round_project", "project_id", "state", "answer_by"),
        known_states(ROUND),
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
    def missing(self) -> int:
        """Signatures that the panel is short of: of those still on it, and of seats that stand empty."""
        return max(self.seats, self.seats_filled) - self.signed

    @property
    def absent(self) -> list[Assignment]:
        """Whose signatures are missing: those who sit and have not signed; while a seat stands empty, those who left."""
        waiting = [a for a in self.active if a.state != "signed"]
        left = [a for a in self.assignments if a.state in OUT and a.invited_at is not None]
        return waiting + (left if self.seats_filled < self.seats else [])

    @property
    def expert_ids(self) -> frozenset[int]:
        return frozenset(a.expert_id for a in self.active if a.state != "proposed")

    @property
    def standings(self) -> dict[int, Standing]:
        """How each expert on the panel stands to the title as it and they are today, by id."""
        from ..conflicts import standings

        return standings([a.expert_id for a in self.active], self.project)

    @property
    def must_rows(self) -> int:
        return sum(1 for change in self.changes if change.severity == "must")

    @property
    def bottom_line_failed(self) -> int:
        """Checks of the bottom line (底线合规) that signed opinions found failed, each once however many experts did."""
        from ..unsettled import failed_checks

        return len(failed_checks(self))

    @property
    def unsettled(self) -> Unsettled:
        """What stands between the round and its proposal, read anew."""
        from ..unsettled import unsettled

        return unsettled(self)

    @property
    def bottom_lines_upheld(self) -> int:
        """Checks of the bottom line that were found failed, and that the bureau found to be so."""
        from ..unsettled import bottom_lines_upheld

        return bottom_lines_upheld(self)


class Assignment(Base):
    """One expert's seat in a round. `due_on` is the last day for the opinion, counted from this expert's invitation."""

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
    due_on: Mapped[date | None]
    reason: Mapped[str | None]
    signed_at: Mapped[datetime | None]

    @property
    def interest(self) -> Sentence | None:
        """What makes the expert partial today, in a sentence; None when nothing is known."""
        from ..conflicts import interest_of

        return interest_of(self.expert_id, self.round.project)

    @property
    def lacks(self) -> Sequence[str]:
        """What keeps the opinion from being signed, in sentences (`reviews.completeness`)."""
        from ..completeness import lacks_of

        return lacks_of(self)

    @property
    def contradictions(self) -> Sequence[Sentence]:
        """Where the parts of the opinion speak against each other, in sentences (`workflows.contradictions`)."""
        from ..completeness import contradictions_of

        return contradictions_of(self)

    round: Mapped[Round] = relationship(back_populates="assignments")
    expert: Mapped[User] = relationship()
    opinion: Mapped[Opinion | None] = relationship(back_populates="assignment", uselist=False)

    __table_args__ = (
        UniqueConstraint("round_id", "expert_id"),
        known_states(ASSIGNMENT),
        CheckConstraint("(state = 'signed') = (signed_at IS NOT NULL)", name="signed"),
        CheckConstraint(
            "state NOT IN ('invited','accepted','signed') OR (invited_at IS NOT NULL AND due_on IS NOT NULL)",
            name="invited_has_day",
        ),
        Index("ix_assignment_expert", "expert_id", "state"),
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


class OpinionReading(Base):
    """That a person read what others wrote in a round: one row per person, round and session."""

    __tablename__ = "opinion_reading"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    round_id: Mapped[int] = mapped_column(ForeignKey("review_round.id", ondelete="CASCADE"))
    session_id: Mapped[int]
    at: Mapped[datetime] = mapped_column(default=utcnow)

    __table_args__ = (UniqueConstraint("user_id", "round_id", "session_id"),)


sensitive.declare(
    "conflict", "company note", "专家的利益冲突：亲属、任职的单位，说明", "本人、省局人员", RECORD, apart=True
)
sensitive.declare("assignment", "reason", "谢绝、回避、解除的理由", "本人、省局人员", RECORD, told=True)
