"""The virus scanner, spoken to as clamd is: a connection, the bytes in pieces, one line that says what was found.

`SEEDBANK_SCANNER` names where it listens. Nothing of ours reaches it but the bytes, and nothing of it reaches us but that
line, of which little is believed: it is short, and it says OK, FOUND or ERROR.
"""

from __future__ import annotations

import re
import select
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from .model import utcnow

ASKED, SENT, ANSWERED = 3.0, 60.0, 300.0
"""Seconds for a short question, for a piece on its way, and for the answer once all was sent."""
PIECE = 128 * 1024
LONGEST = 4096
"""Bytes of an answer at most."""


class Silent(OSError):
    """The scanner is not there, does not answer, or says nothing that can be understood."""


@dataclass(frozen=True)
class Engine:
    """What the scanner says of itself; `signatures_at` is None where it names no day of its signatures."""

    name: str
    signatures_at: datetime | None

    @property
    def age(self) -> timedelta | None:
        """How old its signatures are."""
        return None if self.signatures_at is None else utcnow() - self.signatures_at


@dataclass(frozen=True)
class Found:
    """What was found in the bytes: clean, infected (and by which signature), or too_large to be looked at."""

    verdict: str
    signature: str = ""


def engine(place: str) -> Engine:
    """Ask the scanner at that place who it is. Raises `Silent`."""
    with _line(place, ASKED) as line:
        line.sendall(b"zVERSION\0")
        told = _answer(line, ASKED)
    if not told:
        raise Silent("no answer")
    name, _, day = told.split("/", 2) if told.count("/") >= 2 else (told, "", "")
    return Engine(name[:100], _moment(day))


def scan(place: str, path: Path) -> Found:
    """Have the file at `path` looked at by the scanner at `place`. Raises `Silent`."""
    with _line(place, SENT) as line:
        with suppress(BrokenPipeError, ConnectionResetError), path.open("rb") as file:  # it may have answered before
            _stream(line, file)
        told = _answer(line, ANSWERED)
    if told.endswith(" FOUND"):
        return Found("infected", told.removeprefix("stream: ").removesuffix(" FOUND").strip()[:200])
    if told.endswith(": OK"):
        return Found("clean")
    if "size limit exceeded" in told:
        return Found("too_large")
    raise Silent(told[:200] or "no answer")


def _stream(line: socket.socket, file: object) -> None:
    """Send all of the file, unless the scanner speaks before the end: then it wants no more."""
    line.sendall(b"zINSTREAM\0")
    while piece := file.read(PIECE):  # type: ignore[attr-defined]
        if select.select([line], [], [], 0)[0]:
            return
        line.sendall(struct.pack("!I", len(piece)) + piece)
    line.sendall(struct.pack("!I", 0))


def _line(place: str, seconds: float) -> socket.socket:
    """A connection to the scanner."""
    try:
        if place.startswith("unix:"):
            line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            line.settimeout(seconds)
            line.connect(place.removeprefix("unix:"))
            return line
        host, _, port = place.rpartition(":")
        return socket.create_connection((host.strip("[]"), int(port)), seconds)
    except OSError as error:
        raise Silent(error.strerror or type(error).__name__) from None


def _answer(line: socket.socket, seconds: float) -> str:
    """One line, to its NUL or to the end of the connection; "" when none came."""
    line.settimeout(seconds)
    told = b""
    with suppress(ConnectionResetError):
        while b"\0" not in told and len(told) < LONGEST and (more := line.recv(LONGEST)):
            told += more
    return re.sub(r"[^\x20-\x7e]", " ", told.partition(b"\0")[0].decode("ascii", "replace")).strip()


def _moment(day: str) -> datetime | None:
    """The day of the signatures as clamd writes it: Sun Nov 29 08:26:50 2026."""
    try:
        return datetime.strptime(" ".join(day.split()), "%a %b %d %H:%M:%S %Y").replace(tzinfo=UTC)
    except ValueError:
        return None
