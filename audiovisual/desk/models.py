"""Tables of the desk: the year's key titles with how they were chosen and are served, and the green channel's requests."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audiovisual.kernel.files import StoredFile
from audiovisual.kernel.model import NEVER_AGAIN, Base, Versioned, db, known_states, utcnow
from audiovisual.people.models import User
from audiovisual.projects.models import Project
from workflows.records import KEY_PROPOSAL, STEWARDSHIP, URGENT_REQUEST


class KeyProject(Versioned, Base):
    """One of the year's key titles (年度重点项目): a numbered slot of a year, with its reason and its steward (管家).

    Proposed by one person (`chosen_by`), decided by a leader; `steward` is who has accepted to serve it, if anybody.
    """

    __tablename__ = "key_project"

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int]
    slot: Mapped[int]
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), unique=True)
    reason: Mapped[str]
    steward_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    chosen_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    chosen_at: Mapped[datetime] = mapped_column(default=utcnow)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    decided_at: Mapped[datetime | None]

    project: Mapped[Project] = relationship()
    steward: Mapped[User | None] = relationship(foreign_keys=[steward_id])
    chosen_by: Mapped[User] = relationship(foreign_keys=[chosen_by_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])

    __table_args__ = (UniqueConstraint("year", "slot"), CheckConstraint("slot >= 1", name="slot"), NEVER_AGAIN)


class KeyProposal(Versioned, Base):
    """That a title be listed among a year's key titles, or be taken off the list: proposed by the division, decided by
    a leader. Of a listing `steward` is who is to be asked to serve it."""

    __tablename__ = "key_proposal"
    machine: ClassVar = KEY_PROPOSAL

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(default="asked")
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    year: Mapped[int]
    slot: Mapped[int]
    reason: Mapped[str]
    steward_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    proposed_for_id: Mapped[int | None]
    proposed_at: Mapped[datetime] = mapped_column(default=utcnow)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    decided_for_id: Mapped[int | None]
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str | None]

    project: Mapped[Project] = relationship()
    steward: Mapped[User | None] = relationship(foreign_keys=[steward_id])
    proposed_by: Mapped[User] = relationship(foreign_keys=[proposed_by_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])

    @property
    def seat_taken(self) -> bool:
        """Whether the seat was given to another title meanwhile."""
        given = select(KeyProject.id).where(KeyProject.year == self.year, KeyProject.slot == self.slot)
        return db.session.scalar(given.where(KeyProject.project_id != self.project_id)) is not None

    __table_args__ = (
        known_states(KEY_PROPOSAL),
        CheckConstraint("kind IN ('list','drop')", name="kind"),
        CheckConstraint("(state = 'asked') = (decided_at IS NULL)", name="decided"),
        CheckConstraint("state NOT IN ('approved','refused') OR (decided_by_id IS NOT NULL"
                        " AND decided_by_id != proposed_by_id)", name="two_hands"),
        Index("ux_key_proposal_open", "project_id", unique=True,
              sqlite_where=text("state = 'asked'"), postgresql_where=text("state = 'asked'")),
        Index("ix_key_proposal_year", "year", "state"),
    )  # fmt: skip


class Stewardship(Base):
    """That a person was named to serve a key title (管家), and what they answered. The one who accepted serves it."""

    __tablename__ = "stewardship"
    machine: ClassVar = STEWARDSHIP

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    year: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    state: Mapped[str] = mapped_column(default="named")
    named_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    named_for_id: Mapped[int | None]
    named_at: Mapped[datetime] = mapped_column(default=utcnow)
    answered_at: Mapped[datetime | None]
    reason: Mapped[str | None]

    project: Mapped[Project] = relationship()
    person: Mapped[User] = relationship(foreign_keys=[person_id])
    named_by: Mapped[User] = relationship(foreign_keys=[named_by_id])

    __table_args__ = (
        known_states(STEWARDSHIP),
        CheckConstraint("state NOT IN ('accepted','declined') OR answered_at IS NOT NULL", name="answered"),
        Index("ix_stewardship_person", "person_id", "state"),
        Index("ux_stewardship_named", "project_id", unique=True,
              sqlite_where=text("state = 'named'"), postgresql_where=text("state = 'named'")),
        Index("ux_stewardship_accepted", "project_id", unique=True,
              sqlite_where=text("state = 'accepted'"), postgresql_where=text("state = 'accepted'")),
    )  # fmt: skip


class UrgentRequest(Base):
    """A request for the green channel (绿色通道), decided by a bureau leader."""

    __tablename__ = "urgent_request"
    machine: ClassVar = URGENT_REQUEST

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(default="asked")
    reason: Mapped[str]
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    asked_at: Mapped[datetime] = mapped_column(default=utcnow)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str | None]

    project: Mapped[Project] = relationship()
    file: Mapped[StoredFile | None] = relationship()
    asked_by: Mapped[User] = relationship(foreign_keys=[asked_by_id])

    __table_args__ = (
        known_states(URGENT_REQUEST),
        CheckConstraint("(state = 'asked') = (decided_at IS NULL)", name="decided"),
        Index("ux_urgent_request_open", "project_id", unique=True,
              sqlite_where=text("state IN ('asked','approved')"), postgresql_where=text("state IN ('asked','approved')")),
    )  # fmt: skip
