"""What belongs to a filing and its intake: people, companies, papers, completion, co-review, screening."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audiovisual.kernel import sensitive
from audiovisual.kernel.files import StoredFile
from audiovisual.kernel.model import Base, known_states, utcnow
from audiovisual.kernel.sensitive import RECORD
from audiovisual.people.models import User
from workflows.records import CO_REVIEW

if TYPE_CHECKING:
    from .title import Project


class Tie(Base):
    """A person's tie to one title: an expert who may read it, or a member of staff recused from it."""

    __tablename__ = "project_tie"

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    project: Mapped[Project] = relationship(back_populates="ties")
    user: Mapped[User] = relationship()

    __table_args__ = (
        CheckConstraint("kind IN ('reader','recused')", name="kind"),
        Index("ix_project_tie_user", "user_id", "kind", "project_id"),
    )


class Credit(Base):
    """A person of the crew with his role (编剧, 导演, 制片人, 主演, …)."""

    __tablename__ = "credit"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    ordinal: Mapped[int]
    role: Mapped[str]
    name: Mapped[str]
    note: Mapped[str] = mapped_column(default="")

    project: Mapped[Project] = relationship(back_populates="credits")


class CoProducer(Base):
    """A co-producing company (联合制作机构)."""

    __tablename__ = "co_producer"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    ordinal: Mapped[int]
    name: Mapped[str]
    uscc: Mapped[str] = mapped_column(default="")

    project: Mapped[Project] = relationship(back_populates="co_producers")


class FormerTitle(Base):
    """A title the project bore before (曾用名)."""

    __tablename__ = "former_title"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    title: Mapped[str]
    title_key: Mapped[str] = mapped_column(index=True)
    until: Mapped[datetime] = mapped_column(default=utcnow)

    project: Mapped[Project] = relationship(back_populates="former_titles")


class Attachment(Base):
    """A file of the filing, by kind of material. Replacing keeps the old one with `removed_at`."""

    __tablename__ = "attachment"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    name: Mapped[str]
    added_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    added_at: Mapped[datetime] = mapped_column(default=utcnow)
    removed_at: Mapped[datetime | None]

    project: Mapped[Project] = relationship(back_populates="attachments")
    file: Mapped[StoredFile] = relationship(lazy="joined", innerjoin=True)


class Completion(Base):
    """A completion notice (补正通知): asked once, with exact items; the clock stands still until it is answered.

    `corrections` are the fields as the house corrected them so far; they become the filing when it is handed back.
    """

    __tablename__ = "completion"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    asked_at: Mapped[datetime] = mapped_column(default=utcnow)
    due_on: Mapped[date]
    completed_at: Mapped[datetime | None]
    corrections: Mapped[dict[str, Any] | None]

    project: Mapped[Project] = relationship(back_populates="completions")
    items: Mapped[list[CompletionItem]] = relationship(
        back_populates="completion", cascade="all, delete-orphan", order_by="CompletionItem.ordinal", lazy="selectin"
    )

    __table_args__ = (
        Index("ux_completion_open", "project_id", unique=True,
              sqlite_where=text("completed_at IS NULL"), postgresql_where=text("completed_at IS NULL")),
    )  # fmt: skip


class CompletionItem(Base):
    """One missing material: which, what is wanted, what the house answered.

    `before` and `after` are what the part it points at said and says, once the filing was handed back.
    """

    __tablename__ = "completion_item"

    id: Mapped[int] = mapped_column(primary_key=True)
    completion_id: Mapped[int] = mapped_column(ForeignKey("completion.id", ondelete="CASCADE"), index=True)
    ordinal: Mapped[int]
    field: Mapped[str] = mapped_column(default="")
    demand: Mapped[str]
    answer: Mapped[str] = mapped_column(default="")
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]

    completion: Mapped[Completion] = relationship(back_populates="items")
    file: Mapped[StoredFile | None] = relationship(lazy="joined")

    @property
    def project_id(self) -> int:
        return self.completion.project_id


class CoReview(Base):
    """Another department's written opinion (协审): asked, answered, attached; blocks screening while open."""

    __tablename__ = "co_review"
    machine: ClassVar = CO_REVIEW

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(default="asked")
    department: Mapped[str]
    question: Mapped[str]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    asked_at: Mapped[datetime] = mapped_column(default=utcnow)
    due_on: Mapped[date]
    verdict: Mapped[str | None]
    opinion: Mapped[str] = mapped_column(default="")
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    answered_on: Mapped[date | None]

    project: Mapped[Project] = relationship(back_populates="co_reviews")
    file: Mapped[StoredFile | None] = relationship()

    __table_args__ = (
        known_states(CO_REVIEW),
        CheckConstraint("state != 'answered' OR (verdict IS NOT NULL AND answered_on IS NOT NULL)", name="answered"),
        CheckConstraint("verdict IS NULL OR verdict IN ('agree','agree_with_changes','disagree')", name="verdict"),
    )


class Screening(Base):
    """The officer's screening of a title by the four intake criteria, and the head's word on it."""

    __tablename__ = "screening"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    officer_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(default=utcnow)
    rule_id: Mapped[int | None] = mapped_column(ForeignKey("dated_rule.id"))
    scores: Mapped[list[Any]]
    total: Mapped[float]
    recommendation: Mapped[str]
    comment: Mapped[str] = mapped_column(default="")
    against: Mapped[str] = mapped_column(default="")
    """Why it recommends against its own figures: below the threshold and yet to be admitted, or the other way about."""
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    decided_at: Mapped[datetime | None]
    decision: Mapped[str | None]
    reason: Mapped[str | None]

    project: Mapped[Project] = relationship()

    __table_args__ = (
        CheckConstraint("recommendation IN ('admit','reject')", name="recommendation"),
        CheckConstraint("(decision IS NULL) = (decided_at IS NULL AND decided_by_id IS NULL)", name="decided"),
    )


sensitive.declare("project_tie", "reason", "回避的理由", "本人、省局人员", RECORD, told=True)
sensitive.declare(
    "completion", "corrections", "补正中改的内容；电话在审计里另存", "本机构、省局人员", RECORD, told=True
)
sensitive.VALUES_OF["completion"] = "project"
sensitive.declare("co_review", "opinion", "有关部门的书面意见", "省局人员", RECORD)
