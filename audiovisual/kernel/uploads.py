"""Files on their way in: resumable uploads in pieces, and `take_upload`, which makes either kind a stored file.

An upload is a row and a growing file `incoming/<token>`. A piece counts once its bytes are synced and the row says so;
both happen under a lock on the file, and the row is committed before the lock is given back: a second connection (the
first one hung, the browser came back) can never cut off or overwrite what was acknowledged. The database's write lock
is not held while bytes travel, are hashed or are looked at.
"""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from io import FileIO
from itertools import chain
from pathlib import Path
from typing import Any

from flask import current_app, request
from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship
from werkzeug.datastructures import FileStorage

from workflows.access import Actor
from workflows.errors import N_, RuleBroken, Sentence, Unknown, WrongState, broken_in, say

from . import files, filetypes, growing, outbox, room, scanning
from .bodies import Incoming, full_disk_told
from .database import operation, unit_of_work
from .filenames import clean_name
from .files import StoredFile
from .model import Base, db, utcnow

PIECE = 4 * 1024 * 1024
LASTS = timedelta(days=7)
OPEN_AT_ONCE = 50


class Upload(Base):
    """A file a person is sending. `received` bytes are safe; finished, it has a stored file; taken, it was attached.

    `place` names the form and field it is for ("cut:12"), so that the form lists it when it is opened again; with name
    and size `modified` (the file's own time, in milliseconds) tells whether a file chosen again is the same.
    """

    __tablename__ = "upload"

    token: Mapped[str] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(index=True)
    name: Mapped[str]
    size: Mapped[int] = mapped_column(files.BYTES)
    received: Mapped[int] = mapped_column(files.BYTES, default=0)
    state: Mapped[str] = mapped_column(default="open")
    place: Mapped[str] = mapped_column(default="")
    modified: Mapped[int | None] = mapped_column(BigInteger)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    expires_at: Mapped[datetime]

    file: Mapped[StoredFile | None] = relationship()

    __table_args__ = (
        CheckConstraint("state IN ('open', 'finished', 'taken')", name="state"),
        CheckConstraint("(state = 'open') = (file_id IS NULL)", name="file_when_finished"),
        CheckConstraint("size > 0 AND received BETWEEN 0 AND size", name="received"),
        Index("ix_upload_file", "file_id"),
    )

    @property
    def path(self) -> Path:
        """Where its bytes grow."""
        return files.incoming() / self.token

    @property
    def offset(self) -> int:
        """How many bytes are safe: what the row says, less if the growing file was lost (a restored backup)."""
        if self.state != "open":
            return self.size
        return min(self.received, self.path.stat().st_size if self.path.exists() else 0)


class Misplaced(WrongState):
    """A piece that does not begin where the last one ended; `offset` is where it should."""

    def __init__(self, offset: int) -> None:
        super().__init__(say("上传接不上，请从已收到的位置继续。"))
        self.offset = offset


class TooLarge(RuleBroken):
    """More bytes than a file may have, or than were announced."""

    status = 413


@operation
def begin(
    name: str, size: int, actor: Actor, purpose: str | None = None, *, place: str = "", modified: int | None = None
) -> Upload:
    """Announce a file. Refuses an empty or too large one, an extension no place takes, and when the disk is short."""
    name = clean_name(name)
    if size <= 0:
        raise RuleBroken(say("“%(name)s”是空文件，请检查后重新选择。", name=name), "size")
    if size > (most := most_of(purpose)):
        raise TooLarge(filetypes.too_big(name, most), "size")
    filetypes.require_name(name, purpose, "name")
    room.reserve(size)
    room.require_quota(actor, size)
    mine = select(func.count()).select_from(Upload).where(Upload.owner_id == actor.id, Upload.state == "open")
    if (db.session.scalar(mine) or 0) >= OPEN_AT_ONCE:
        raise RuleBroken(say("您没传完的文件已有 %(n)s 个，请先到原来的页面传完或去掉一些。", n=OPEN_AT_ONCE))
    upload = Upload(
        token=secrets.token_urlsafe(24), owner_id=actor.id, name=name, size=size, received=0, state="open",
        place=place, modified=modified, expires_at=utcnow() + LASTS,
    )  # fmt: skip
    db.session.add(upload)
    outbox.enqueue("clean_upload", due_at=upload.expires_at, token=upload.token)
    return upload


def announced() -> int:
    """Bytes that were announced and are yet to come, of everybody: their room is given away already."""
    open_ = select(func.sum(Upload.size - Upload.received)).where(Upload.state == "open", Upload.expires_at > utcnow())
    return int(db.session.scalar(open_) or 0)


room.set_given_away(announced)


def most_of(purpose: str | None) -> int:
    """How many bytes a file may have at a place, under the bank's own limit; a purpose nobody knows is any."""
    return filetypes.most_of(
        purpose if purpose in filetypes.PURPOSES else "evidence", current_app.config["UPLOAD_BYTES"]
    )


def of(token: str, actor: Actor) -> Upload:
    """The upload if it is the actor's own, else the refusal that tells nothing."""
    upload = db.session.get(Upload, token)
    if upload is None or upload.owner_id != actor.id:
        raise Unknown()
    return upload


def receive(token: str, actor: Actor, offset: int, piece: bytes | bytearray) -> int:
    """Append a piece at `offset` and give the new offset: bytes and row are on the disk when this returns.

    Refuses a wrong offset (`Misplaced`), bytes beyond the announced size, a finished upload; a full disk takes the
    piece back and keeps the earlier ones.
    """
    if (upload := of(token, actor)).state != "open":
        raise Misplaced(upload.offset)
    with _alone(upload) as file:
        upload = of(token, actor)
        if upload.state != "open" or offset != upload.offset:
            raise Misplaced(upload.offset)
        if offset + len(piece) > upload.size:
            raise TooLarge(say("收到的内容比申报的大，请重新选择文件。"))
        room.require_room(len(piece))
        growing.append(file, offset, piece)
        with unit_of_work():
            upload.received = offset + len(piece)
            upload.expires_at = utcnow() + LASTS
        return offset + len(piece)


def finish(token: str, actor: Actor) -> Upload:
    """Hash, look at and keep a complete upload; asked again, gives the same answer.

    Refuses an incomplete one (`Misplaced`); one whose content is not acceptable is refused and thrown away.
    """
    upload = of(token, actor)
    if upload.state != "open":
        return upload
    with _alone(upload) as file:
        upload = of(token, actor)
        if upload.state != "open":
            return upload
        if upload.offset != upload.size:
            raise Misplaced(upload.offset)
        path, name, size = upload.path, upload.name, upload.size
        file.seek(0)
        sha256 = files.digest(file)
        try:
            scanning.refuse_known(sha256, name)
            kind = filetypes.inspect(path, name)
        except RuleBroken:
            with unit_of_work():
                discard(upload)
            raise
        with unit_of_work(), full_disk_told():
            upload.file = scanning.expected(files.keep(path, sha256, size, name, kind.media_type, actor.id))
            upload.state, upload.expires_at = "finished", utcnow() + LASTS
    path.unlink(missing_ok=True)
    return upload


@operation
def discard(upload: Upload) -> None:
    """Forget an upload with its bytes; one that was attached only loses its token."""
    stored, state, path = upload.file, upload.state, upload.path
    db.session.delete(upload)
    db.session.flush()
    if state == "finished" and stored is not None:
        files.forget(stored)
    path.unlink(missing_ok=True)


@operation
def take_upload(
    given: FileStorage | str | None, actor: Actor, allowed: str = "document", field: str = "file"
) -> StoredFile:
    """The stored file for what a form brought: a whole file, or the token of the actor's own finished upload.

    `allowed` is a purpose of `filetypes.PURPOSES`. Refuses beside `field`: nothing chosen, another's or an unknown
    token, an unfinished one, one already taken (a double submit), a type or size the place does not take.
    """
    if isinstance(given, str) and given:
        return _take_token(given, actor, allowed, field)
    if isinstance(given, FileStorage) and given.filename:
        return _take_whole(given, actor, allowed, field)
    raise RuleBroken(say("请选择要上传的文件。"), field)


def given(name: str = "file") -> FileStorage | str | None:
    """What the form at hand brought under a name: a whole file, which was chosen last, else the token of an upload."""
    require_arrived(name)
    whole = next((file for file in request.files.getlist(name) if file.filename), None)
    tokens = [token for token in request.form.getlist(f"{name}_id") if token]
    if whole is None and len(tokens) > 1:
        raise RuleBroken(say("这里只附一个文件，请把多余的去掉。"), name)
    return whole or next(iter(tokens), None)


def require_arrived(name: str) -> None:
    """Refuse beside the field when a file chosen there failed to arrive: the form does not go out without it in silence."""
    for sentence in not_arrived(name):
        raise RuleBroken(sentence, name)


def not_arrived(name: str) -> list[Sentence]:
    """Of each file that was chosen under a name and is not here whole, that it is not."""
    lost = request.form.getlist(f"{name}_failed")
    told = N_("“%(name)s”没有传完，没有附上。请接着传完；不要它就去掉，再按一次。")
    return [say(told, name=clean_name(one)) for one in lost]


def given_all(name: str = "file") -> list[FileStorage | str]:
    """All that the form brought under a name, tokens first."""
    tokens: list[FileStorage | str] = [token for token in request.form.getlist(f"{name}_id") if token]
    return tokens + [file for file in request.files.getlist(name) if file.filename]


@dataclass(frozen=True)
class Named:
    """A file a form brought, by the name it came with."""

    name: str


def names_of(name: str, actor: Actor) -> list[Named]:
    """The names of all the files a form brought under a name, while nothing is kept."""
    tokens = [brought for brought in given_all(name) if isinstance(brought, str)]
    own = (Upload.owner_id == actor.id, Upload.token.in_(tokens))
    uploaded = db.session.scalars(select(Upload.name).where(*own)) if tokens else ()
    whole = (file.filename for file in request.files.getlist(name))
    return [Named(each) for each in (*uploaded, *whole) if each]


def waiting(actor: Actor) -> dict[str, list[Upload]]:
    """The actor's own uploads that no form has taken, by place and name: whole ones, and those that came part
    of the way."""
    own = (Upload.owner_id == actor.id, Upload.state != "taken", Upload.place != "")
    found: dict[str, list[Upload]] = {}
    rows = db.session.scalars(select(Upload).where(*own).order_by(Upload.created_at, Upload.token))
    for upload in sorted(rows, key=lambda upload: _natural(upload.name)):
        found.setdefault(upload.place, []).append(upload)
    return found


def waiting_at(found: dict[str, list[Upload]], place: str) -> list[Upload]:
    """Of `waiting`, what its form lists. A place that is counted (evidence:7:2, of the second answer) lists what came part
    of the way to an earlier one as well, so that it can be removed."""
    stem, _, count = place.rpartition(":")
    earlier: list[Upload] = []
    if ":" in stem and count.isdecimal():
        before = ((other.rpartition(":"), uploads) for other, uploads in found.items())
        for (other, _, number), uploads in before:
            if other == stem and number.isdecimal() and int(number) < int(count):
                earlier += [upload for upload in uploads if upload.state == "open"]
    return [*found.get(place, []), *earlier]


def _natural(name: str) -> list[tuple[int, str]]:
    """Names in the order people count them: 第2集 before 第10集."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"(\d+)", name)]


def taken(actor: Actor) -> list[str]:
    """Of the tokens the form at hand names, in whichever field, those whose file is attached."""
    tokens = [value for name, value in request.form.items(multi=True) if name.endswith("_id") and value]
    own = (Upload.owner_id == actor.id, Upload.state == "taken", Upload.token.in_(tokens))
    return list(db.session.scalars(select(Upload.token).where(*own))) if tokens else []


def broken(name: str, actor: Actor, allowed: str = "document") -> tuple[RuleBroken, ...]:
    """What stands against the one file a form brought under a name, while nothing is kept: told with all else that is
    wrong with the form."""

    def look() -> None:
        if brought := given(name):
            _look(brought, name, actor, allowed)

    return broken_in(look)


def every_broken(name: str, actor: Actor, allowed: str) -> tuple[RuleBroken, ...]:
    """The same of all the files a form brought under a name, each with what stands against it."""
    lost = tuple(RuleBroken(sentence, name) for sentence in not_arrived(name))
    looks = [broken_in(partial(_look, each, name, actor, allowed)) for each in given_all(name)]
    return (*lost, *chain.from_iterable(looks))


def _look(brought: FileStorage | str, name: str, actor: Actor, allowed: str) -> None:
    """Refuse a file, or the token of one, that cannot be attached."""
    if isinstance(brought, str):
        _sound(db.session.get(Upload, brought), actor, allowed, name)
    elif isinstance(brought.stream, Incoming):
        brought.stream.settle()
        _whole(brought.stream, allowed, name)


def _sound(upload: Upload | None, actor: Actor, allowed: str, field: str) -> tuple[Upload, StoredFile]:
    """The actor's own whole upload, of a type and size its place takes, with its file."""
    if upload is None or upload.owner_id != actor.id:
        raise RuleBroken(say("没有找到这个上传的文件，可能已过期，请重新上传。"), field)
    if upload.file is None:
        raise RuleBroken(say("“%(name)s”还没有传完，请等上传完成。", name=upload.name), field)
    scanning.refuse_infected(upload.file, field)
    filetypes.require(upload.name, upload.file.media_type, upload.file.size, allowed, field)
    return upload, upload.file


def _take_token(token: str, actor: Actor, allowed: str, field: str) -> StoredFile:
    upload, file = _sound(db.session.get(Upload, token, with_for_update=True), actor, allowed, field)
    if upload.state == "taken":
        raise WrongState(say("“%(name)s”已经附上了，请不要重复提交。", name=upload.name), field)
    upload.state = "taken"
    return file


def _take_whole(given_file: FileStorage, actor: Actor, allowed: str, field: str) -> StoredFile:
    if isinstance(given_file.stream, Incoming):
        return _keep_whole(given_file.stream, actor, allowed, field)
    with Incoming(given_file.filename) as file:
        given_file.stream.seek(0)
        shutil.copyfileobj(given_file.stream, file, files.PIECE)
        file.settle()
        return _keep_whole(file, actor, allowed, field)


def _keep_whole(file: Incoming, actor: Actor, allowed: str, field: str) -> StoredFile:
    kind = _whole(file, allowed, field)
    room.require_quota(actor, file.size, field)
    with full_disk_told():
        return scanning.expected(
            files.keep(file.path, file.sha256, file.size, file.name_given, kind.media_type, actor.id)
        )


def _whole(file: Incoming, allowed: str, field: str) -> filetypes.FileType:
    """What a whole file is, of a type and size its place takes."""
    filetypes.require_name(file.name_given, allowed, field)
    if file.kind is None:
        raise RuleBroken(file.refusal, field)
    scanning.refuse_known(file.sha256, file.name_given, field)
    filetypes.require(file.name_given, file.kind.media_type, file.size, allowed, field)
    return file.kind


@contextmanager
def _alone(upload: Upload) -> Iterator[FileIO]:
    path = upload.path
    db.session.rollback()  # waiting holds no transaction, and what is read afterwards is new
    with growing.alone(path) as file:
        yield file


@outbox.handles("clean_upload")
def clean_upload(payload: dict[str, Any]) -> None:
    """When its time is up: an upload nobody attached goes with its bytes; one still growing is asked about later."""
    upload = db.session.get(Upload, payload["token"])
    if upload is not None and upload.expires_at > utcnow():
        outbox.enqueue("clean_upload", due_at=upload.expires_at, token=upload.token)
    elif upload is not None:
        discard(upload)
    _clean_interrupted()


def _clean_interrupted() -> None:
    """Whole files of requests that died with their process, a day later."""
    long_ago = (utcnow() - timedelta(days=1)).timestamp()
    for path in [*files.incoming().glob("whole-*"), *files.incoming().glob("made-*")]:
        if path.stat().st_mtime < long_ago:
            path.unlink(missing_ok=True)
