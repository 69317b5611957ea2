"""What the index keeps besides the engine's own table: one narrow row per finding, and its text in passages."""

from __future__ import annotations

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, Text, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column

from ..kernel.model import Base

PASSAGE = 2000
"""Characters of a passage: a long text is kept in pieces, so that a snippet reads one piece and not a whole script."""

Sorted = String().with_variant(String(collation="C"), "postgresql")
"""Text in code-point order on both engines; SQLite compares so by itself."""


class SearchDocument(Base):
    """One finding. A changed text becomes a new row with a higher id, so the newest stand last and ids never return.

    The five audience columns say who may see it; `visibility.visible_condition` is the only reader of them.
    """

    __tablename__ = "search_document"
    __table_args__ = (
        UniqueConstraint("kind", "ref_id"),
        Index("ix_search_document_title_key", "title_key"),
        Index("ix_search_document_number_key", "number_key"),
        # all that counting reads, a tenth as wide as the rows
        Index(
            "ix_search_document_audience",
            "id",
            "kind",
            "staff",
            "everyone",
            "experts",
            "house_id",
            "owner_id",
            "project_id",
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    ref_id: Mapped[int] = mapped_column(Integer)
    project_id: Mapped[int | None] = mapped_column(Integer, index=True)
    number: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    names: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    url: Mapped[str] = mapped_column(Text)
    number_key: Mapped[str] = mapped_column(Sorted)
    title_key: Mapped[str] = mapped_column(Sorted)
    staff: Mapped[bool] = mapped_column(Boolean)
    everyone: Mapped[bool] = mapped_column(Boolean)
    experts: Mapped[bool] = mapped_column(Boolean)
    house_id: Mapped[int | None] = mapped_column(Integer, index=True)
    owner_id: Mapped[int | None] = mapped_column(Integer)
    digest: Mapped[str] = mapped_column(String(32))


class SearchPassage(Base):
    """A piece of a finding's text, as written."""

    __tablename__ = "search_passage"

    document_id: Mapped[int] = mapped_column(
        ForeignKey(SearchDocument.id, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    ordinal: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    text: Mapped[str] = mapped_column(Text)


def _create(target: object, connection: object, **options: object) -> None:
    from .engines import create_index

    create_index(connection)  # type: ignore[arg-type]


def _drop(target: object, connection: object, **options: object) -> None:
    from .engines import drop_index

    drop_index(connection)  # type: ignore[arg-type]


event.listen(SearchPassage.__table__, "after_create", _create)
event.listen(SearchPassage.__table__, "before_drop", _drop)
