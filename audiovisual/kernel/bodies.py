"""What a request may bring: small forms everywhere, large bodies only where a route says so, files straight to disk.

A file of a form is written into the instance folder as it arrives, hashed on the way and put to disk when it is whole,
so that the operation that keeps it holds the write lock only for a link and a row.
"""

from __future__ import annotations

import errno
import hashlib
import io
import re
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from os import fsync
from typing import IO, Any, TypeVar

import flask
from flask import current_app
from flask_login import current_user
from flask_wtf.csrf import validate_csrf
from werkzeug.exceptions import RequestEntityTooLarge, Unauthorized
from werkzeug.formparser import FormDataParser
from werkzeug.utils import cached_property
from wtforms import ValidationError

from workflows import actions
from workflows.access import Actor
from workflows.errors import RuleBroken, say

from . import files, filetypes, room
from .filenames import clean_name
from .filetypes import FileType
from .room import DiskFull

V = TypeVar("V", bound=Callable[..., Any])
UNREAD = 64 * 2**20
"""Of a body refused before its end, so many bytes are read and thrown away; more is cut off."""
PATIENCE = 10.0
"""Seconds that may take; so long, too, a sender who falls silent is waited for."""
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def full_disk_told() -> Iterator[None]:
    """Turn the system's "no space" into a refusal people are told; every other error passes."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise DiskFull() from error
        raise


def finish(environ: dict[str, Any]) -> None:
    """Read what is left of a body. A browser still sending when the connection closes shows its own error, no page.

    Only where the server ends the stream with the body (gunicorn, waitress): elsewhere reading on would wait for ever.
    """
    if not environ.get("wsgi.input_terminated"):
        return
    line = environ.get("gunicorn.socket")
    before = line.gettimeout() if line is not None else None
    if line is not None:
        line.settimeout(PATIENCE)
    try:
        _throw_away(environ["wsgi.input"])
    except OSError:  # silent or gone: the answer is sent all the same
        pass
    finally:
        if line is not None:
            line.settimeout(before)


def _throw_away(stream: Any) -> None:
    left, until = UNREAD, time.monotonic() + PATIENCE
    while left > 0 and time.monotonic() < until:
        piece = stream.read(min(left, 16_384))
        if not piece:
            return
        left -= len(piece)


def accepts_large(most: int | str) -> Callable[[V], V]:
    """Let a route's body be `most` bytes (or the setting of that name) beside its ordinary fields.

    Only for people who are signed in: nobody else may fill the disk.
    """

    def declare(view: V) -> V:
        view.most_bytes = most  # type: ignore[attr-defined]
        return view

    return declare


_RUN = re.compile(rb"(?:%[0-9A-Fa-f]{2})+")


def unquoted(part: bytes) -> str:
    """A percent-encoded name or value as text. Runs of bytes are decoded at once: Chinese text is nothing but runs."""
    if b"%" in part:
        part = _RUN.sub(lambda run: bytes.fromhex(run[0].replace(b"%", b"").decode()), part)
    return part.decode("utf-8", "werkzeug.url_quote")


class FormParser(FormDataParser):
    """Reads forms that autosave sends some ten times faster than the library does.

    Bytes are counted as they come, whatever was declared: a form sent in chunks declares nothing.
    """

    asked: Request
    """The request the form came with."""

    def _parse_urlencoded(self, stream: Any, mimetype: str, content_length: int | None, options: dict[str, str]) -> Any:
        most = self.max_form_memory_size or UNREAD
        if (content_length or 0) > most:
            raise RequestEntityTooLarge()
        whole = counted(stream, most)
        pairs = (piece.partition(b"=") for piece in whole.replace(b"+", b" ").split(b"&") if piece)
        return stream, self.cls([(unquoted(name), unquoted(value)) for name, _, value in pairs]), self.cls()

    def _parse_multipart(self, stream: Any, mimetype: str, content_length: int | None, options: dict[str, str]) -> Any:
        head = bytearray()
        while len(head) < HEAD and not _TOKEN.search(head) and (piece := stream.read(HEAD - len(head))):
            head += piece  # a line gives a little at a time
        token = _TOKEN.search(head)
        self.asked.token_brought = token[1].decode("ascii") if token else None
        whole: Any = _Whole(bytes(head), stream)
        _, form, found = super()._parse_multipart(whole, mimetype, content_length, options)
        return stream, form, found


HEAD = 16 * 1024
"""Bytes in which a form with files must bring its token: our forms begin with it."""
_TOKEN = re.compile(rb'name="csrf_token"\r\n(?:[^\r\n]+\r\n)*\r\n([\w.-]+)\r\n', re.ASCII)


class _Whole(io.RawIOBase):
    """A stream whose beginning was read already."""

    def __init__(self, head: bytes, rest: Any) -> None:
        self.head, self.rest = head, rest

    def read(self, size: int = -1) -> bytes:
        """The next bytes, at most `size`."""
        if not self.head:
            return self.rest.read(size)  # type: ignore[no-any-return]
        piece = self.head if size < 0 else self.head[:size]
        self.head = self.head[len(piece) :]
        return piece


def counted(stream: Any, most: int) -> bytes:
    """All of a stream; refuses (413) at the first byte beyond `most`, and keeps no more than that."""
    pieces, left = [], most
    while piece := stream.read(min(left + 1, 64 * 1024)):
        left -= len(piece)
        if left < 0:
            raise RequestEntityTooLarge()
        pieces.append(piece)
    return b"".join(pieces)


def most_of_view(view: Any) -> int | None:
    """The most a body may be on a route that takes files, with the fields beside them; None on every other route."""
    most = getattr(view, "most_bytes", None)
    if most is None:
        return None
    return int(current_app.config[most] if isinstance(most, str) else most) + int(current_app.config["FORM_BYTES"])


def refusal_of(view: Any) -> Exception | None:
    """Why the person asking may not send to a route at all; None where they may."""
    if not current_user.is_authenticated:
        return Unauthorized()
    return barred(current_user.actor(), getattr(view, "action", "signed_in"))


def barred(actor: Actor, action: str) -> Exception | None:
    """Why the person may not do an action at all; None where they may, or everybody may."""
    return None if action in ("public", "signed_in") else actions.may(actor, action)


class Request(flask.Request):
    """Body limits by route; files of forms stream to the instance folder, of those who may send them there."""

    form_data_parser_class = FormParser
    token_brought: str | None = None
    """The token at the head of a form with files."""

    @property
    def max_content_length(self) -> int | None:
        """The most this request may bring. Of somebody without the right to a large route the words are read and the
        files are not kept.
        """
        most = most_of_view(self._view)
        if most is None:
            return super().max_content_length
        if (refusal := refusal_of(self._view)) is None:
            return most
        if (self.content_length or 0) > UNREAD:
            raise refusal
        return UNREAD

    @max_content_length.setter
    def max_content_length(self, value: int | None) -> None:
        self._max_content_length = value

    @property
    def _view(self) -> Any:
        return current_app.view_functions.get(self.endpoint or "")

    @cached_property
    def _keeps_files(self) -> bool:
        """Whether files of this form are kept: role and token are asked before the first byte reaches the disk."""
        return refusal_of(self._view) is None and self._is_from_our_page()

    def _is_from_our_page(self) -> bool:
        if not current_app.config["WTF_CSRF_ENABLED"]:
            return True
        token = self.token_brought or self.headers.get("X-CSRFToken")
        try:
            validate_csrf(token)
        except ValidationError:
            return False
        return True

    def _load_form_data(self) -> None:
        try:
            super()._load_form_data()
        except RequestEntityTooLarge:  # read no further by whoever tells of it
            self.form = self.values = self.parameter_storage_class()  # type: ignore[assignment]
            self.files = self.parameter_storage_class()  # type: ignore[assignment]
            raise

    def close(self) -> None:
        """At the end of the request no file of its form stays on the disk, however far it came."""
        super().close()
        for begun in self._begun:
            begun.close()

    @cached_property
    def _begun(self) -> list[IO[bytes]]:
        """The files of this form whose first byte has arrived."""
        return []

    def make_form_data_parser(self) -> FormDataParser:
        """The parser, which tells this request what it meets."""
        parser = super().make_form_data_parser()
        parser.asked = self  # type: ignore[attr-defined]
        return parser

    def _get_file_stream(
        self, total_content_length: int | None, content_type: str | None, filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:  # fmt: skip
        if self._keeps_files and not self._begun:
            room.reserve(self.content_length or 0)
        begun: IO[bytes] = Incoming(filename) if self._keeps_files else Nowhere()
        self._begun.append(begun)
        return begun


class Nowhere(io.BytesIO):
    """Where files go that nobody may send: their bytes are counted and thrown away."""

    def __init__(self) -> None:
        super().__init__()
        self.left = UNREAD

    def write(self, data: Any) -> int:
        """Take the bytes and keep none; more than is thrown away for anybody is refused."""
        self.left -= len(data)
        if self.left < 0:
            raise RequestEntityTooLarge()
        return len(data)


AHEAD = 4 * 2**20
"""Bytes for which a file on its way in asks for room at a time."""


class Incoming(io.BufferedRandom):
    """A file on its way in. It disappears when closed, unless it was kept (a link of its own by then)."""

    kind: FileType | None = None
    """Its type by content, known once it is whole; None with the `refusal` that says why."""

    def __init__(self, name: str | None) -> None:
        self.name_given = clean_name(name)
        self.path = files.incoming() / f"whole-{secrets.token_hex(16)}"
        self.refusal: str = say("请选择要上传的文件。")
        self._sha = hashlib.sha256()
        self._settled = False
        self.size = self._asked = 0
        super().__init__(io.FileIO(self.path, "x+"))

    @property
    def sha256(self) -> str:
        """The hash of all that was written."""
        return self._sha.hexdigest()

    def write(self, data: Any) -> int:
        """Append, counting and hashing. Room is asked for again as the file grows: others write to the same disk."""
        with self._let_go_when_full():
            if self.size >= self._asked:
                room.require_room(AHEAD)
                self._asked = self.size + AHEAD
            count = super().write(data)
        self._sha.update(data)
        self.size += len(data)
        return count

    def settle(self) -> None:
        """Put everything to disk and look at it; done once, when the parser rewinds after the last byte."""
        if self._settled:
            return
        self._settled = True
        with self._let_go_when_full():
            self.flush()
            fsync(self.fileno())
        try:
            self.kind = filetypes.inspect(self.path, self.name_given)
        except RuleBroken as error:
            self.refusal = error.sentence

    @contextmanager
    def _let_go_when_full(self) -> Iterator[None]:
        try:
            with full_disk_told():
                yield
        except DiskFull:
            self.raw.close()  # what is buffered has no room either
            self.close()
            raise

    def seek(self, offset: int, whence: int = 0) -> int:
        """Rewind for reading."""
        self.settle()
        return super().seek(offset, whence)

    def close(self) -> None:
        """Close and remove the incoming name."""
        try:
            super().close()
        finally:
            self.path.unlink(missing_ok=True)
