"""Stored files on their way out: ranges, entity tags, safe names and types (RFC 9110 §14, RFC 6266).

`send` asks nobody's rights: the feature did, before it called. Bytes are read in small pieces, so that a film of two
gigabytes costs no memory; a video shown in the page is answered four megabytes at a time, so that no thread is held
for the length of a film.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import structlog
from flask import Response, request
from werkzeug.exceptions import InternalServerError, NotFound

from . import scanning
from .files import StoredFile, digest

SMALL = 20_000_000
"""Files up to that many bytes are hashed before they are served; larger ones by the daily verification alone."""
MOST = 4 * 1024 * 1024
PIECE = 256 * 1024
BEYOND = (-1, -1)
SHOWN = ("application/pdf", "image/jpeg", "image/png")
CLOSED = "default-src 'none'; object-src 'none'; base-uri 'none'; frame-ancestors 'self'; sandbox"
"""Policy of what is served: were it a page after all, it could do nothing. A PDF reader needs a little more."""
READER = "default-src 'none'; object-src 'self'; base-uri 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"


log = structlog.get_logger()


class Damaged(InternalServerError):
    """The bytes on the disk are not those that were kept: nothing is served in their place."""


def send(stored: StoredFile, *, inline: bool = False, name: str | None = None) -> Response:
    """The answer that carries a stored file, to GET or HEAD, whole or the one range asked for.

    `inline` shows PDF, images and video in the page; everything else is offered for saving, under `name` if given.
    An unchanged file is 304, a range beyond the end 416; several ranges at once are answered with the whole. Refuses a
    file with a virus, and one the scanner has yet to look at.
    """
    scanning.require_fit(stored)
    _as_kept(stored)
    inline = inline and (stored.media_type in SHOWN or _is_video(stored))
    etag = f'"{stored.sha256}"'
    if _unchanged(etag):
        return _with_headers(Response(status=304), stored, inline, name)
    span = _asked_for(stored.size, etag)
    if span == BEYOND:
        answer = Response(status=416, headers={"Content-Range": f"bytes */{stored.size}"})
        return _with_headers(answer, stored, inline, name)
    first, last = span or (0, stored.size - 1)
    if span and inline and _is_video(stored):
        last = min(last, first + MOST - 1)
    answer = Response(_pieces(stored.path, first, last), direct_passthrough=True)
    if span:
        answer.status_code = 206
        answer.headers["Content-Range"] = f"bytes {first}-{last}/{stored.size}"
    answer.headers["Content-Length"] = str(last - first + 1)
    return _with_headers(answer, stored, inline, name)


_whole: dict[str, tuple[int, int, int]] = {}
"""Small files whose bytes were hashed since they last changed on the disk, by hash: size, moment, number on the disk."""


def _as_kept(stored: StoredFile) -> None:
    """Refuse a file that is not what was kept: gone, of another size, or (small ones) with other bytes."""
    try:
        told = stored.path.stat()
    except FileNotFoundError:
        raise NotFound() from None
    print_ = (told.st_size, told.st_mtime_ns, told.st_ino)
    if _whole.get(stored.sha256) == print_:
        return
    if told.st_size == stored.size and stored.size <= SMALL:
        with stored.open() as file:
            good = digest(file) == stored.sha256
        if good:
            if len(_whole) > 10_000:
                _whole.clear()
            _whole[stored.sha256] = print_
            return
    elif told.st_size == stored.size:
        return
    log.error("file_damaged", file=stored.id, sha256=stored.sha256, size=told.st_size, kept=stored.size)
    raise Damaged()


def disposition(kind: str, name: str) -> str:
    """Content-Disposition with the name in full and in ASCII for old readers."""
    plain = name.encode("ascii", "replace").decode().translate({ord(c): "_" for c in '"\\?%;'})
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _with_headers(answer: Response, stored: StoredFile, inline: bool, name: str | None) -> Response:
    headers = answer.headers
    headers["ETag"] = f'"{stored.sha256}"'
    headers["Accept-Ranges"] = "bytes"
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Content-Security-Policy"] = READER if stored.media_type == "application/pdf" else CLOSED
    if answer.status_code in (200, 206):
        headers["Content-Type"] = stored.media_type
        headers["Content-Disposition"] = disposition("inline" if inline else "attachment", name or stored.name)
    return answer


def _is_video(stored: StoredFile) -> bool:
    return stored.media_type.startswith("video/")


def _unchanged(etag: str) -> bool:
    known = request.if_none_match
    return bool(known) and known.contains_weak(etag.strip('"'))


def _asked_for(size: int, etag: str) -> tuple[int, int] | None:
    """First and last byte asked for; None for the whole, BEYOND for what the file does not have."""
    asked = request.headers.get("Range")
    if not asked or request.method not in ("GET", "HEAD") or request.headers.get("If-Range", etag) != etag:
        return None
    ranges = request.range
    if ranges is None or ranges.units != "bytes" or len(ranges.ranges) != 1:
        return None
    begin, end = ranges.ranges[0]
    first = max(0, size + begin) if begin < 0 else begin  # "the last 500" of a file of 300 are all 300
    last = min(size if end is None else end, size) - 1
    return (first, last) if first <= last else BEYOND


def _pieces(path: Path, first: int, last: int) -> Iterator[bytes]:
    left = last - first + 1
    with path.open("rb") as file:
        file.seek(first)
        while left > 0 and (piece := file.read(min(PIECE, left))):
            left -= len(piece)
            yield piece
    if left > 0:  # fewer bytes than were promised: the connection ends here, or the next answer would fill the gap
        raise EOFError(f"{path.name} ended {left} bytes early")
