"""Tables of a project (项目) and of everything recorded along its life."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audiovisual.kernel.files import StoredFile
from audiovisual.kernel.model import Base, Versioned, utcnow
from audiovisual.people.models import House, User
from workflows.classification import LICENCES
from workflows.errors import N_
from workflows.project import PROJECT
from workflows.records import CHANGE_REQUEST, CO_REVIEW

TYPES = ("web_series", "web_film", "micro_drama", "animation", "documentary")
FILTERED = (
    "state", "type", "class_code", "house_id", "officer_id", "theme_era", "theme_topic", "urgent", "key_year", "due_on",
)  # fmt: skip
"""What the bank's list can be narrowed by; every index it is sorted by carries these columns."""
IN_HAND = ("holder_role", "due_on", "urgent", "paused_since")
"""What work lists are chosen and sorted by."""


class Project(Versioned, Base):
    """A title of the bank, from draft to airing. Money is whole yuan, lengths are minutes.

    `holder_…` says in whose hands it is, `due_on` by when (the promised line of the running clock): both are kept by
    the listener of every change of state, so that lists need no sums.
    """

    __tablename__ = "project"
    machine: ClassVar = PROJECT

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str | None] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(default="draft")
    resume_state: Mapped[str | None]
    house_id: Mapped[int] = mapped_column(ForeignKey("house.id"))
    created_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(default=utcnow, onupdate=utcnow)
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    predecessor_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"))

    # who holds it and by when
    holder_role: Mapped[str | None]
    holder_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    held_since: Mapped[datetime | None]
    due_on: Mapped[date | None]
    paused_since: Mapped[date | None]
    urgent: Mapped[bool] = mapped_column(default=False)
    key_year: Mapped[int | None]

    # class, with the rule it rests on
    class_code: Mapped[str | None]
    class_rule_id: Mapped[int | None] = mapped_column(ForeignKey("dated_rule.id"))
    class_detail: Mapped[dict[str, Any] | None]
    class_decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    class_reason: Mapped[str | None]

    # when it reached each station
    submitted_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    screened_at: Mapped[datetime | None]
    scheduled_at: Mapped[datetime | None]
    started_on: Mapped[date | None]
    delivered_at: Mapped[datetime | None]
    reviewed_at: Mapped[datetime | None]
    aired_on: Mapped[date | None]

    # the filing
    title: Mapped[str] = mapped_column(default="")
    title_key: Mapped[str] = mapped_column(default="")
    type: Mapped[str | None]
    form: Mapped[str] = mapped_column(default="live")
    theme_era: Mapped[str | None]
    theme_topic: Mapped[str | None]
    episodes: Mapped[int | None]
    minutes_per_episode: Mapped[int | None]
    investment_yuan: Mapped[int | None] = mapped_column(BigInteger)
    cast_pay_yuan: Mapped[int | None] = mapped_column(BigInteger)
    lead_pay_yuan: Mapped[int | None] = mapped_column(BigInteger)
    source_kind: Mapped[str | None]
    source_work: Mapped[str] = mapped_column(default="")
    rights_note: Mapped[str] = mapped_column(default="")
    platforms: Mapped[str] = mapped_column(default="")
    shooting_place: Mapped[str] = mapped_column(default="")
    shooting_start: Mapped[date | None]
    shooting_end: Mapped[date | None]
    release_on: Mapped[date | None]
    special_subjects: Mapped[list[str] | None]
    submitted_elsewhere: Mapped[bool | None]
    elsewhere_detail: Mapped[str] = mapped_column(default="")
    ai_use: Mapped[str | None]
    ai_note: Mapped[str] = mapped_column(default="")
    promoted: Mapped[bool] = mapped_column(default=False)
    front_page: Mapped[bool] = mapped_column(default=False)
    member_first: Mapped[bool] = mapped_column(default=False)
    voluntary_major: Mapped[bool] = mapped_column(default=False)
    interactive: Mapped[bool] = mapped_column(default=False)
    major_subject: Mapped[bool] = mapped_column(default=False)
    foreign_staff: Mapped[bool] = mapped_column(default=False)
    first_created: Mapped[bool] = mapped_column(default=False)
    first_created_evidence: Mapped[str] = mapped_column(default="")
    first_reviewed: Mapped[bool] = mapped_column(default=False)
    first_reviewed_evidence: Mapped[str] = mapped_column(default="")
    first_released: Mapped[bool] = mapped_column(default=False)
    first_released_evidence: Mapped[str] = mapped_column(default="")
    contact_name: Mapped[str] = mapped_column(default="")
    contact_phone: Mapped[str] = mapped_column(default="")
    pledged: Mapped[bool] = mapped_column(default=False)
    synopsis: Mapped[str] = mapped_column(default="", deferred=True, deferred_group="texts")
    theme_statement: Mapped[str] = mapped_column(default="", deferred=True, deferred_group="texts")

    # what the review says of it, kept by `reviews` (a round decides, a letter is served, rows are answered)
    outcome: Mapped[str | None]
    letter_served: Mapped[bool] = mapped_column(default=False)
    changes_total: Mapped[int] = mapped_column(default=0)
    changes_unanswered: Mapped[int] = mapped_column(default=0)
    changes_open: Mapped[int] = mapped_column(default=0)

    house: Mapped[House] = relationship(lazy="joined", innerjoin=True)
    officer: Mapped[User | None] = relationship(foreign_keys=[officer_id])
    holder: Mapped[User | None] = relationship(foreign_keys=[holder_id])
    credits: Mapped[list[Credit]] = relationship(
        back_populates="project", cascade="all, delete-orphan", order_by="Credit.ordinal"
    )
    co_producers: Mapped[list[CoProducer]] = relationship(
        back_populates="project", cascade="all, delete-orphan", order_by="CoProducer.ordinal"
    )
    former_titles: Mapped[list[FormerTitle]] = relationship(back_populates="project", order_by="FormerTitle.id.desc()")
    attachments: Mapped[list[Attachment]] = relationship(back_populates="project", order_by="Attachment.id")
    completions: Mapped[list[Completion]] = relationship(back_populates="project", order_by="Completion.id.desc()")
    co_reviews: Mapped[list[CoReview]] = relationship(back_populates="project", order_by="CoReview.id")
    milestones: Mapped[list[Milestone]] = relationship(back_populates="project", order_by="Milestone.ordinal")
    permits: Mapped[list[Permit]] = relationship(back_populates="project", order_by="Permit.issued_on")
    ties: Mapped[list[Tie]] = relationship(back_populates="project", cascade="all, delete-orphan")
    predecessor: Mapped[Project | None] = relationship(remote_side=[id], foreign_keys=[predecessor_id])

    __table_args__ = (
        CheckConstraint("state IN (%s)" % ",".join(f"'{s.code}'" for s in PROJECT.states), name="state"),
        CheckConstraint("state IN ('draft','discarded') OR (number IS NOT NULL AND submitted_at IS NOT NULL)",
                        name="submitted_has_number"),
        CheckConstraint("(state IN ('suspended','dormant')) = (resume_state IS NOT NULL)", name="set_aside_can_resume"),
        CheckConstraint("state != 'aired' OR aired_on IS NOT NULL", name="aired_has_day"),
        CheckConstraint("state != 'reviewed' OR (outcome IN ('passed','pass_after_changes') AND letter_served"
                        " AND changes_open = 0)", name="reviewed_is_settled"),
        CheckConstraint("investment_yuan IS NULL OR investment_yuan >= 0", name="investment"),
        # by what lists filter: few rows are found here and sorted
        Index("ix_project_state", "state", "type", "house_id", "updated_at"),
        Index("ix_project_type_state", "type", "state", "class_code", "updated_at", "house_id"),
        Index("ix_project_house", "house_id", "state", "updated_at", *IN_HAND),
        Index("ix_project_holder", "holder_id", "due_on"),
        Index("ix_project_holder_role", "holder_role", "holder_id", "state", "due_on", "urgent", "paused_since"),
        Index("ix_project_officer", "officer_id", "state", "type", "class_code", "house_id", "holder_role", "holder_id",
              "due_on", "urgent", "paused_since"),
        Index("ix_project_class", "class_code", "state", "type", "house_id"),
        Index("ix_project_theme", "theme_era", "theme_topic", "state", "type", "house_id"),
        Index("ix_project_title_key", "title_key"),
        Index("ix_project_urgent", "urgent", "due_on", sqlite_where=text("urgent"), postgresql_where=text("urgent")),
        Index("ix_project_key_year", "key_year", "state"),
        Index("ix_project_state_due", "state", "due_on"),
        # by what lists sort: walked until the page is full, without a look at the wide rows
        Index("ix_project_by_updated", "updated_at", "id", *FILTERED),
        Index("ix_project_by_due", text("urgent DESC"), text("coalesce(due_on, '9999-12-31')"), "id", *FILTERED),
        Index("ix_project_by_submitted", "submitted_at", "id", *FILTERED),
        Index("ix_project_by_investment", "investment_yuan", "id", *FILTERED),
        Index("ix_project_by_title", "title_key", "id", *FILTERED),
    )  # fmt: skip

    @property
    def reader_ids(self) -> frozenset[int]:
        """Experts who may read this title."""
        return frozenset(tie.user_id for tie in self.ties if tie.kind == "reader")

    @property
    def recused_ids(self) -> frozenset[int]:
        """Staff who recused themselves (回避) from this title."""
        return frozenset(tie.user_id for tie in self.ties if tie.kind == "recused")

    @property
    def completion(self) -> Completion | None:
        """The completion notice that is open now."""
        return next((notice for notice in self.completions if notice.completed_at is None), None)

    @property
    def unanswered_items(self) -> int:
        """Items of the open completion notice without an answer."""
        notice = self.completion
        return sum(1 for item in notice.items if not item.answered_at) if notice else 0

    @property
    def co_reviews_awaited(self) -> list[str]:
        """Departments asked that have not answered."""
        return [review.department for review in self.co_reviews if review.state == "asked"]

    @property
    def co_reviews_lacking(self) -> list[str]:
        """Departments the class asks for that nobody has asked yet, unless the house filed their opinion itself."""
        wanted = (self.class_detail or {}).get("co_review", [])
        asked = {review.department for review in self.co_reviews if review.state != "cancelled"}
        return [department for department in wanted if department not in asked]

    @property
    def permit_lacking(self) -> str | None:
        """What must be recorded before airing: the Chinese name of the licence this class needs, or None."""
        wanted = (self.class_detail or {}).get("licence")
        if wanted in (None, "none"):
            return None
        kind = "release_filing" if wanted == "filing_numbers" else wanted
        return None if any(permit.kind == kind for permit in self.permits) else PERMITS[kind]


PERMITS = {
    "planning_filing": N_("规划备案号"),
    "release_filing": N_("上线备案号"),
    **{code: name for code, name in LICENCES.items() if code not in ("none", "filing_numbers")},
}
"""Kinds of filing numbers and licences; the class of a title names the one it needs before airing."""


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
    """A completion notice (补正通知): asked once, with exact items; the clock stands still until it is answered."""

    __tablename__ = "completion"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    asked_at: Mapped[datetime] = mapped_column(default=utcnow)
    due_on: Mapped[date]
    completed_at: Mapped[datetime | None]

    project: Mapped[Project] = relationship(back_populates="completions")
    items: Mapped[list[CompletionItem]] = relationship(
        back_populates="completion", cascade="all, delete-orphan", order_by="CompletionItem.ordinal", lazy="selectin"
    )

    __table_args__ = (
        Index("ux_completion_open", "project_id", unique=True,
              sqlite_where=text("completed_at IS NULL"), postgresql_where=text("completed_at IS NULL")),
    )  # fmt: skip


class CompletionItem(Base):
    """One missing material: which, what is wanted, what the house answered."""

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
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    decided_at: Mapped[datetime | None]
    decision: Mapped[str | None]
    reason: Mapped[str | None]

    project: Mapped[Project] = relationship()

    __table_args__ = (
        CheckConstraint("recommendation IN ('admit','reject')", name="recommendation"),
        CheckConstraint("(decision IS NULL) = (decided_at IS NULL AND decided_by_id IS NULL)", name="decided"),
    )


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

    project: Mapped[Project] = relationship(back_populates="milestones")

    __table_args__ = (UniqueConstraint("project_id", "kind"),)


class Progress(Base):
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


class Permit(Base):
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
        CheckConstraint("kind IN ('title','house','episodes')", name="kind"),
        CheckConstraint("(state IN ('offered','asked')) = (decided_at IS NULL)", name="decided"),
        CheckConstraint("state != 'offered' OR house_after_id IS NOT NULL", name="offered_to_a_house"),
        Index("ux_change_request_open", "project_id", "kind", unique=True,
              sqlite_where=text(OPEN_CHANGE), postgresql_where=text(OPEN_CHANGE)),
        Index("ix_change_request_house_after_id", "house_after_id"),
    )  # fmt: skip


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
              sqlite_where=text("stopped_on IS NULL"), postgresql_where=text("stopped_on IS NULL")),
    )  # fmt: skip


__all__ = [
    "Airing", "Attachment", "ChangeRequest", "Clock", "CoProducer", "CoReview", "Completion", "CompletionItem",
    "Credit", "FormerTitle", "Milestone", "Permit", "Progress", "Project", "Screening", "Tie",
]  # fmt: skip
