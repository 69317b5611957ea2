"""Tables of the desk: the year's key titles and the green channel's requests."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audiovisual.kernel.files import StoredFile
from audiovisual.kernel.model import Base, Versioned, known_states, utcnow
from audiovisual.people.models import User
from audiovisual.projects.models import Project
from workflows.records import URGENT_REQUEST


class KeyProject(Versioned, Base):
    """One of the year's key titles (年度重点项目): a numbered slot of a year, with its reason and its steward (管家)."""

    __tablename__ = "key_project"

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int]
    slot: Mapped[int]
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), unique=True)
    reason: Mapped[str]
    steward_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    chosen_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    chosen_at: Mapped[datetime] = mapped_column(default=utcnow)

    project: Mapped[Project] = relationship()
    steward: Mapped[User] = relationship(foreign_keys=[steward_id])

    __table_args__ = (UniqueConstraint("year", "slot"), CheckConstraint("slot >= 1", name="slot"))


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
