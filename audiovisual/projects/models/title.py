"""The title itself (项目): what was filed, where it stands, in whose hands, by when."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, bindparam, text
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship, validates
from sqlalchemy.orm.attributes import instance_state

from audiovisual.kernel import sensitive
from audiovisual.kernel.model import Base, Versioned, known_states, today, utcnow
from audiovisual.kernel.sensitive import RECORD
from audiovisual.people.models import House, User
from audiovisual.people.queries.presence import PERSON, holds, in_office
from workflows.classification import LICENCES
from workflows.errors import N_
from workflows.naming import departments_lacking
from workflows.project import PROJECT

if TYPE_CHECKING:
    from .filing import (
        Attachment,
        Completion,
        CoProducer,
        CoReview,
        Credit,
        FormerTitle,
        Tie,
    )
    from .records import Milestone, Permit

TYPES = ("web_series", "web_film", "micro_drama", "animation", "documentary")
FILTERED = (
    "state", "type", "class_code", "house_id", "officer_id", "theme_era", "theme_topic", "urgent", "key_year", "due_on",
)  # fmt: skip
"""What the bank's list can be narrowed by; every index it is sorted by carries these columns."""
IN_HAND = ("holder_role", "due_on", "urgent", "paused_since")
"""What work lists are chosen and sorted by."""


class Project(Versioned, Base):
    """A title of the bank, from draft to airing. Money is whole yuan, lengths are minutes.

    `holder_…` says in whose hands it is, `due_on` by when (the promised line of the running clock; none while it stands
    still), with its unit (working, calendar), the day from which little is left, and the days it stood still after its
    last day; `house_due_on` by when the house hands back what it was asked for. All are kept by the listener of every
    change of state, so that lists need no sums (`projects.due`).
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
    proposed_for_id: Mapped[int | None]
    saved_by_id: Mapped[int | None]
    predecessor_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"))

    # who holds it and by when
    holder_role: Mapped[str | None]
    holder_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    held_since: Mapped[datetime | None]
    due_on: Mapped[date | None]
    due_unit: Mapped[str | None]
    amber_on: Mapped[date | None]
    stood_days: Mapped[int] = mapped_column(default=0)
    house_due_on: Mapped[date | None]
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
    foreign_co_production: Mapped[bool] = mapped_column(default=False)
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
    suggestions_unanswered: Mapped[int] = mapped_column(default=0)
    suggestions_open: Mapped[int] = mapped_column(default=0)

    house: Mapped[House] = relationship(lazy="joined", innerjoin=True)
    attending_id: ClassVar[Any]
    """The officer in charge, where they are here and still an officer today."""
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
        known_states(PROJECT),
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
        Index("ix_project_state_due", "state", "due_on", "type", "class_code", "house_id", "officer_id"),
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

    @validates("officer_id")
    def _named(self, key: str, officer_id: int | None) -> int | None:
        self.__dict__.pop("attending_id", None)  # was asked of the officer before
        return officer_id

    @property
    def unattended(self) -> bool:
        """Whether nobody is in charge (无人经办): no officer was named, or the one who was has left or lost the role."""
        if self.officer_id is None:
            return True
        if "officer_id" in instance_state(self).committed_state:  # set, and not in the table yet
            return not holds(self.officer_id, "officer")
        return self.attending_id is None

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
        """Departments the class asks for that nobody has asked yet: the bureau asks each, whatever paper the house filed."""
        wanted = (self.class_detail or {}).get("co_review", [])
        asked = [review.department for review in self.co_reviews if review.state != "cancelled"]
        return departments_lacking(wanted, asked)

    @property
    def permit_kind(self) -> str | None:
        """The kind of number or licence this class needs before airing; None where it needs none."""
        return permit_kind((self.class_detail or {}).get("licence"))

    def permits_valid(self, day: date) -> list[Permit]:
        """Recorded numbers and licences of the kind this class needs that had not lapsed on a day."""
        return [
            permit for permit in self.permits
            if permit.kind == self.permit_kind and (permit.valid_until is None or day <= permit.valid_until)
        ]  # fmt: skip

    @property
    def permit_lacking(self) -> str | None:
        """What must be recorded before airing: the Chinese name of the licence this class needs, or None."""
        kind = self.permit_kind
        return None if kind is None or self.permits_valid(today()) else PERMITS[kind]


def permit_kind(licence: str | None) -> str | None:
    """The kind of number or licence to be recorded for what a class needs (`Classification.licence`)."""
    if licence in (None, "none"):
        return None
    return "release_filing" if licence == "filing_numbers" else licence


PERMITS = {
    "planning_filing": N_("规划备案号"),
    "release_filing": N_("上线备案号"),
    **{code: name for code, name in LICENCES.items() if code not in ("none", "filing_numbers")},
}
"""Kinds of filing numbers and licences; the class of a title names the one it needs before airing."""

_PRESENT = in_office("officer", day=bindparam("day", callable_=today, type_=Date))
Project.attending_id = column_property(
    _PRESENT.where(PERSON.c.id == Project.officer_id).correlate(Project.__table__).scalar_subquery(), deferred=True
)


SEEN_BY = "看得到这部片的人：本机构、省局人员、请来审看的专家"
sensitive.declare("project", "contact_name contact_phone", "办这部片的联系人、电话", SEEN_BY, RECORD, apart=True)
sensitive.declare("project", "cast_pay_yuan lead_pay_yuan", "片酬", SEEN_BY, RECORD)
