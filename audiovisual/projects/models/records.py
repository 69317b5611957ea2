"""What is recorded on the way: plan, progress, permits, airing, changes asked for, clocks."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy import text as condition
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audiovisual.kernel import sensitive
from audiovisual.kernel.files import StoredFile
from audiovisual.kernel.model import NEVER_AGAIN, Base, Versioned, known_states, utcnow
from audiovisual.kernel.sensitive import RECORD
from audiovisual.people.models import House, User
from workflows.records import CHANGE_REQUEST

from .title import PERMITS

if TYPE_CHECKING:
    from .title import Project


GIVEN_NODES = ("script_lock", "shooting_start", "shooting_end")
"""Nodes whose actual day a person gives; those of delivery and airing follow from the acts themselves."""


class Milestone(Versioned, Base):
    """A node of the production: planned, forecast, actual day (剧本定稿, 开机, 杀青, 送审, 上线)."""

    __tablename__ = "milestone"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    ordinal: Mapped[int]
    kind: Mapped[str]
    planned_on: Mapped[date]
    forecast_on: Mapped[date | None]
    actual_on: Mapped[date | None]
    actual_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    project: Mapped[Project] = relationship(back_populates="milestones")
    actual_by: Mapped[User | None] = relationship()

    __table_args__ = (UniqueConstraint("project_id", "kind"),)


class Progress(Versioned, Base):
    """A house's periodic progress report: what was done, and planned against actual figures."""

    __tablename__ = "progress"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    period: Mapped[str]
    text: Mapped[str]
    percent: Mapped[int]
    spent_yuan: Mapped[int | None] = mapped_column(BigInteger)
    cast_pay_yuan: Mapped[int | None] = mapped_column(BigInteger)
    episodes_done: Mapped[int | None]
    problems: Mapped[str] = mapped_column(default="")
    reported_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    reported_at: Mapped[datetime] = mapped_column(default=utcnow)

    project: Mapped[Project] = relationship()

    __table_args__ = (
        UniqueConstraint("project_id", "period"),
        CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),
    )


class Permit(Versioned, Base):
    """A filing number or licence (备案号, 许可证, 批准文件, 节目编号): a dated record with its validity."""

    __tablename__ = "permit"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    number: Mapped[str]
    issued_on: Mapped[date]
    valid_until: Mapped[date | None]
    note: Mapped[str] = mapped_column(default="")
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=utcnow)
    warned_at: Mapped[datetime | None]

    project: Mapped[Project] = relationship(back_populates="permits")
    file: Mapped[StoredFile | None] = relationship()

    __table_args__ = (
        UniqueConstraint("kind", "number"),
        CheckConstraint("kind IN (%s)" % ",".join(f"'{kind}'" for kind in PERMITS), name="kind"),
        CheckConstraint("valid_until IS NULL OR valid_until >= issued_on", name="in_order"),
        Index("ix_permit_valid", "valid_until"),
        NEVER_AGAIN,
    )


class Airing(Base):
    """Where and when the title went out, under which licence, with what evidence."""

    __tablename__ = "airing"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    platform: Mapped[str]
    aired_on: Mapped[date]
    licence_number: Mapped[str]
    url: Mapped[str] = mapped_column(default="")
    evidence: Mapped[str] = mapped_column(default="")
    elsewhere: Mapped[str] = mapped_column(default="")
    """Why it went out on a platform the filing does not name; empty where it does."""
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=utcnow)

    project: Mapped[Project] = relationship()
    file: Mapped[StoredFile | None] = relationship()


OPEN_CHANGE = "state IN ('offered','asked')"


class ChangeRequest(Base):
    """A change (变更) of title, house or number of episodes, asked by the house and granted by the officer.

    A change of house is offered first to the house that is to take the title over; it reaches the officer once that
    house consented.
    """

    __tablename__ = "change_request"
    machine: ClassVar = CHANGE_REQUEST

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(default="asked")
    kind: Mapped[str]
    before: Mapped[str]
    after: Mapped[str]
    house_after_id: Mapped[int | None] = mapped_column(ForeignKey("house.id"))
    reason: Mapped[str]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    asked_at: Mapped[datetime] = mapped_column(default=utcnow)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str | None]

    project: Mapped[Project] = relationship()
    house_after: Mapped[House | None] = relationship()

    __table_args__ = (
        known_states(CHANGE_REQUEST),
        CheckConstraint("kind IN ('title','house','episodes')", name="kind"),
        CheckConstraint("(state IN ('offered','asked')) = (decided_at IS NULL)", name="decided"),
        CheckConstraint("state != 'offered' OR house_after_id IS NOT NULL", name="offered_to_a_house"),
        Index("ux_change_request_open", "project_id", "kind", unique=True,
              sqlite_where=condition(OPEN_CHANGE), postgresql_where=condition(OPEN_CHANGE)),
        Index("ix_change_request_house_after_id", "house_after_id"),
    )  # fmt: skip


class Question(Base):
    """What a house asked or told the bureau about its title: somebody's task until answered, or marked as done."""

    __tablename__ = "question"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    asked_at: Mapped[datetime] = mapped_column(default=utcnow)
    text: Mapped[str]
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    answered: Mapped[bool] = mapped_column(default=False)

    project: Mapped[Project] = relationship()
    asked_by: Mapped[User] = relationship(foreign_keys=[asked_by_id])

    __table_args__ = (
        CheckConstraint("(settled_at IS NULL) = (settled_by_id IS NULL)", name="settled"),
        CheckConstraint("settled_at IS NOT NULL OR NOT answered", name="answered"),
        Index(
            "ix_question_open",
            "project_id",
            sqlite_where=condition("settled_at IS NULL"),
            postgresql_where=condition("settled_at IS NULL"),
        ),
    )


class Clock(Base):
    """One running or ended clock of a title: three lines (statutory, promised, internal) and its pauses."""

    __tablename__ = "clock"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    step: Mapped[str]
    rule_id: Mapped[int | None] = mapped_column(ForeignKey("dated_rule.id"))
    urgent: Mapped[bool] = mapped_column(default=False)
    unit: Mapped[str]
    started_on: Mapped[date]
    statutory_on: Mapped[date | None]
    promised_on: Mapped[date | None]
    internal_on: Mapped[date | None]
    provisional: Mapped[bool] = mapped_column(default=False)
    pauses: Mapped[list[Any]] = mapped_column(default=list)
    stopped_on: Mapped[date | None]

    project: Mapped[Project] = relationship()

    __table_args__ = (
        Index("ux_clock_running", "project_id", unique=True,
              sqlite_where=condition("stopped_on IS NULL"), postgresql_where=condition("stopped_on IS NULL")),
    )  # fmt: skip


sensitive.declare("progress", "cast_pay_yuan", "已付的片酬", "本机构、省局人员", RECORD, told=True)
