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
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, Unauthorized
from werkzeug.formparser import FormDataParser

from workflows.errors import RuleBroken, say

from . import files, filetypes
from .filenames import clean_name
from .filetypes import FileType

V = TypeVar("V", bound=Callable[..., Any])
UNREAD = 64 * 2**20
"""Of a body refused before its end, so many bytes are read and thrown away; more is cut off."""
PATIENCE = 10.0
"""Seconds that may take; so long, too, a sender who falls silent is waited for."""
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class DiskFull(HTTPException):
    """No room left: what was acknowledged stays, this piece was not taken."""

    code = 507
    description = "disk full"


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
    """Reads forms that autosave sends some ten times faster than the library does."""

    def _parse_urlencoded(self, stream: Any, mimetype: str, content_length: int | None, options: dict[str, str]) -> Any:
        pairs = (piece.partition(b"=") for piece in stream.read().replace(b"+", b" ").split(b"&") if piece)
        return stream, self.cls([(unquoted(name), unquoted(value)) for name, _, value in pairs]), self.cls()


class Request(flask.Request):
    """Body limits by route; files of forms stream to the instance folder."""

    form_data_parser_class = FormParser

    @property
    def max_content_length(self) -> int | None:
        """The most this request may bring. Of a visitor's large form the words are read and the files are not kept."""
        view = current_app.view_functions.get(self.endpoint or "")
        most = getattr(view, "most_bytes", None)
        if most is None:
            return super().max_content_length
        if not current_user.is_authenticated:
            if self.mimetype not in FORMS or (self.content_length or 0) > UNREAD:
                raise Unauthorized()
            return UNREAD
        return int(current_app.config[most] if isinstance(most, str) else most) + int(current_app.config["FORM_BYTES"])

    @max_content_length.setter
    def max_content_length(self, value: int | None) -> None:
        self._max_content_length = value

    def _load_form_data(self) -> None:
        # werkzeug limits fields of multipart forms only; a form of the other kind is read whole, and counts the same
        most = current_app.config["FORM_BYTES"]
        if self.mimetype == "application/x-www-form-urlencoded" and (self.content_length or 0) > most:
            raise RequestEntityTooLarge()
        super()._load_form_data()

    def _get_file_stream(
        self, total_content_length: int | None, content_type: str | None, filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:  # fmt: skip
        return Incoming(filename) if current_user.is_authenticated else Nowhere()


class Nowhere(io.BytesIO):
    """Where files go that nobody may send: their bytes are counted and thrown away."""

    def write(self, data: Any) -> int:
        """Take the bytes and keep none."""
        return len(data)


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
        self.size = 0
        super().__init__(io.FileIO(self.path, "x+"))

    @property
    def sha256(self) -> str:
        """The hash of all that was written."""
        return self._sha.hexdigest()

    def write(self, data: Any) -> int:
        """Append, counting and hashing."""
        with self._let_go_when_full():
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
