"""Stored files: content-addressed bytes under `<instance>/files/ab/cd/<sha256>`, and a row for each time they were given.

Bytes are on the disk (file and directory synced) before the row that names them is committed. Equal bytes are kept once.
Knowing an id gives nobody the bytes: a feature asks its own rules first, then calls `serving.send`.

A transaction that placed bytes and was rolled back leaves them without a row; a marker beside the incoming files tells
of them, and the next writer clears them away. That happens under the write lock, so it never meets a file being kept.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, BinaryIO

from flask import current_app
from sqlalchemy import CheckConstraint, Index, delete, event, func, select, text
from sqlalchemy.orm import Mapped, Session, foreign, mapped_column, relationship

from . import modes
from .database import operation
from .model import Base, db, utcnow

LOCK = 7_216_002
PIECE = 1024 * 1024


class Scan(Base):
    """What the virus scanner said of uploaded bytes, whoever gave them and how often. What the program made has no row.

    `signatures_at` is the day of the signatures it knew, where it names one; `proven`: they were fresh enough to count.
    """

    __tablename__ = "scan"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    verdict: Mapped[str] = mapped_column(default="waiting")
    signature: Mapped[str] = mapped_column(default="")
    asked_at: Mapped[datetime] = mapped_column(default=utcnow)
    scanned_at: Mapped[datetime | None]
    engine: Mapped[str] = mapped_column(default="")
    signatures_at: Mapped[datetime | None]
    proven: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        CheckConstraint("verdict IN ('unscanned', 'waiting', 'clean', 'infected', 'too_large')", name="verdict"),
        CheckConstraint("(verdict IN ('unscanned', 'waiting')) = (scanned_at IS NULL)", name="scanned"),
        Index("ix_scan_verdict", "verdict"),
    )


class StoredFile(Base):
    """A file as somebody gave it: his name for it, its type by content, and the bytes it stands for."""

    __tablename__ = "stored_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str]
    size: Mapped[int]
    name: Mapped[str]
    media_type: Mapped[str]
    key: Mapped[str]
    uploaded_by_id: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    __table_args__ = (
        Index("ix_stored_file_sha256", "sha256"),
        CheckConstraint("length(sha256) = 64", name="sha256"),
        CheckConstraint("size > 0", name="size"),
    )

    scan: Mapped[Scan | None] = relationship(
        Scan, primaryjoin=lambda: foreign(StoredFile.sha256) == Scan.sha256, viewonly=True, lazy="joined"
    )

    @property
    def infected(self) -> bool:
        """Whether a virus was found in the bytes: the file counts as not there."""
        return self.scan is not None and self.scan.verdict == "infected"

    @property
    def path(self) -> Path:
        """Where the bytes lie."""
        return root() / self.key

    def open(self) -> BinaryIO:
        """The bytes, for reading. The caller has asked who may read them."""
        return self.path.open("rb")


def root() -> Path:
    """The folder of stored files."""
    return Path(current_app.instance_path) / "files"


def incoming() -> Path:
    """The folder of files on their way in; on the same disk as the stored ones, so that keeping one is a link."""
    folder = root() / "incoming"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def key_of(sha256: str) -> str:
    """Where bytes with that hash lie, below `root()`."""
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def digest(file: Any) -> str:
    """SHA-256 of the rest of an open file, read in pieces of 1 MB."""
    sha = hashlib.sha256()
    while piece := file.read(PIECE):
        sha.update(piece)
    return sha.hexdigest()


@operation
def keep(path: Path, sha256: str, size: int, name: str, media_type: str, uploaded_by_id: int) -> StoredFile:
    """Keep the finished, synced file at `path`, whose hash and size are known, and give its row.

    `path` itself stays: its owner removes it after the commit, so that a rollback loses nothing.
    """
    clear_leftovers()
    _place(path, sha256, size)
    stored = StoredFile(
        sha256=sha256, size=size, name=name, media_type=media_type, key=key_of(sha256), uploaded_by_id=uploaded_by_id
    )
    db.session.add(stored)
    db.session.flush()
    return stored


@operation
def keep_bytes(content: bytes, name: str, media_type: str, uploaded_by_id: int) -> StoredFile:
    """Keep what the program itself made (a letter, a table). Empty content is a mistake and is refused loudly."""
    if not content:
        raise ValueError("an empty file is not kept")
    with NamedTemporaryFile(dir=incoming(), prefix="made-") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
        sha256 = hashlib.sha256(content).hexdigest()
        return keep(Path(file.name), sha256, len(content), name, media_type, uploaded_by_id)


def keep_path(path: Path, name: str, media_type: str, uploaded_by_id: int) -> StoredFile:
    """Keep a copy of a file on this machine. Copying and hashing happen before the write lock is taken."""
    with NamedTemporaryFile(dir=incoming(), prefix="made-") as file:
        with path.open("rb") as source:
            shutil.copyfileobj(source, file, PIECE)
        file.flush()
        os.fsync(file.fileno())
        file.seek(0)
        return keep(Path(file.name), digest(file), path.stat().st_size, name, media_type, uploaded_by_id)


@operation
def forget(stored: StoredFile) -> None:
    """Delete a row nothing refers to, and its bytes when no other row has them."""
    sha256 = stored.sha256
    db.session.delete(stored)
    db.session.flush()
    _lock_store()
    if not _has_row(sha256):
        (root() / key_of(sha256)).unlink(missing_ok=True)
        # bytes with a virus are known when they come again
        db.session.execute(delete(Scan).where(Scan.sha256 == sha256, Scan.verdict != "infected"))


def clear_leftovers() -> None:
    """Remove bytes whose transaction was rolled back. Runs under the write lock, when no other is under way."""
    _lock_store()
    mine = db.session.info.get("placed", ())
    for marker in incoming().glob("placed-*"):
        sha256 = marker.name.removeprefix("placed-")
        if sha256 in mine:
            continue
        if not _has_row(sha256):
            (root() / key_of(sha256)).unlink(missing_ok=True)
        marker.unlink(missing_ok=True)


def _place(path: Path, sha256: str, size: int) -> None:
    target = root() / key_of(sha256)
    if target.exists() and target.stat().st_size == size:
        return
    marker = incoming() / f"placed-{sha256}"
    marker.touch()
    modes.sync(incoming())
    db.session.info.setdefault("placed", set()).add(sha256)
    target.parent.mkdir(parents=True, exist_ok=True)
    with _beside(target) as fresh:
        _link(path, fresh)
        os.replace(fresh, target)
    for folder in (target.parent, target.parent.parent, root()):
        modes.sync(folder)


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    fresh = target.with_name(f"{target.name}.{os.getpid()}.new")
    fresh.unlink(missing_ok=True)
    try:
        yield fresh
    finally:
        fresh.unlink(missing_ok=True)


def _link(path: Path, target: Path) -> None:
    try:
        os.link(path, target)
    except OSError:  # a disk without hard links
        with path.open("rb") as source, target.open("xb") as copy:
            shutil.copyfileobj(source, copy, PIECE)
            copy.flush()
            os.fsync(copy.fileno())


def _lock_store() -> None:
    session = db.session()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})


def _has_row(sha256: str) -> bool:
    count = select(func.count()).select_from(StoredFile).where(StoredFile.sha256 == sha256)
    return bool(db.session.scalar(count))


@event.listens_for(Session, "after_commit")
def _committed(session: Session) -> None:
    for sha256 in session.info.pop("placed", ()):
        (incoming() / f"placed-{sha256}").unlink(missing_ok=True)


@event.listens_for(Session, "after_rollback")
def _rolled_back(session: Session) -> None:
    session.info.pop("placed", None)
