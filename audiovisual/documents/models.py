"""Tables of official documents: number, content as it stood, file, and where it is in its making."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audiovisual.kernel import sensitive
from audiovisual.kernel.files import StoredFile
from audiovisual.kernel.model import Base, Versioned, known_states, utcnow
from audiovisual.kernel.sensitive import RECORD
from audiovisual.projects.models import Project
from audiovisual.reviews.models import Round
from workflows.records import DOCUMENT


class Document(Versioned, Base):
    """An official document. `content` is what stands on the paper; the number is taken at issue and never again."""

    __tablename__ = "document"
    machine: ClassVar = DOCUMENT

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(default="review_letter")
    state: Mapped[str] = mapped_column(default="drafted")
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), index=True)
    round_id: Mapped[int | None] = mapped_column(ForeignKey("review_round.id", ondelete="CASCADE"), index=True)
    title: Mapped[str]
    content: Mapped[dict[str, Any]]
    series: Mapped[str | None]
    year: Mapped[int | None]
    ordinal: Mapped[int | None]
    number: Mapped[str | None] = mapped_column(unique=True)
    dated: Mapped[date | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    decided_for_id: Mapped[int | None]
    drafted_at: Mapped[datetime] = mapped_column(default=utcnow)
    preview_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    sealed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    sealed_at: Mapped[datetime | None]
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    served_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    failure: Mapped[str | None]

    project: Mapped[Project] = relationship()
    round: Mapped[Round | None] = relationship()
    file: Mapped[StoredFile | None] = relationship(foreign_keys=[file_id])
    preview: Mapped[StoredFile | None] = relationship(foreign_keys=[preview_id])

    __table_args__ = (
        UniqueConstraint("series", "year", "ordinal"),
        known_states(DOCUMENT),
        CheckConstraint("state IN ('drafted','withdrawn') OR (number IS NOT NULL AND dated IS NOT NULL"
                        " AND sealed_by_id IS NOT NULL)", name="sealed_has_number"),
        CheckConstraint("state NOT IN ('served','superseded') OR (file_id IS NOT NULL AND served_at IS NOT NULL)",
                        name="served_has_file"),
        CheckConstraint("sealed_by_id IS NULL OR decided_by_id IS NULL OR sealed_by_id != decided_by_id", name="two_hands"),
        Index("ix_document_state", "state", "drafted_at"),
    )  # fmt: skip


class LetterPreview(Base):
    """The letter as it would read if the leader agreed: made by the worker when an outcome is proposed, and anew each day
    that it waits.

    `mark` is the moment it was asked for; what was made for an earlier one is not kept.
    """

    __tablename__ = "letter_preview"

    round_id: Mapped[int] = mapped_column(ForeignKey("review_round.id", ondelete="CASCADE"), primary_key=True)
    mark: Mapped[datetime]
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    failure: Mapped[str | None]

    round: Mapped[Round] = relationship()
    file: Mapped[StoredFile | None] = relationship()


sensitive.declare("document", "content", "公文的正文；送达前是没有公布的意见", "省局人员；送达后本机构", RECORD)
