"""A post office of our own: it speaks just enough SMTP (RFC 5321) for a mail to be handed over, and keeps what came."""

from __future__ import annotations

import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast


@dataclass
class Letter:
    """One mail as it came over the wire: the envelope and what was in it."""

    sender: str = ""
    to: list[str] = field(default_factory=list)
    raw: bytes = b""

    @property
    def message(self) -> EmailMessage:
        """Headers and text."""
        return cast(EmailMessage, message_from_bytes(self.raw, policy=policy.default))


class _Counter(socketserver.StreamRequestHandler):
    """Answers one client. `refusing` addresses get a 550."""

    def handle(self) -> None:
        office: Any = self.server
        letter = Letter()
        self._say("220 post office")
        while line := self.rfile.readline():
            word = line.decode().strip()
            match word.split(" ")[0].upper():
                case "EHLO" | "HELO":
                    self._say("250-post office", *(["250-STARTTLS"] if office.certificate else []), "250 SMTPUTF8")
                case "STARTTLS":
                    self._say("220 go on")
                    if not self._behind_tls(office.certificate):
                        return
                case "MAIL":
                    letter = Letter(sender=_address(word))
                    self._say("250 ok")
                case "RCPT" if _address(word) in office.refusing:
                    self._say("550 no such box")
                case "RCPT":
                    letter.to.append(_address(word))
                    self._say("250 ok")
                case "DATA":
                    self._say("354 go on")
                    letter.raw = self._text()
                    office.letters.append(letter)
                    self._say("250 kept")
                case "QUIT":
                    self._say("221 bye")
                    return
                case _:
                    self._say("250 ok")

    def _behind_tls(self, certificate: tuple[str, str]) -> bool:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        try:
            self.request = self.connection = context.wrap_socket(self.request, server_side=True)
        except (ssl.SSLError, ConnectionError):  # the client does not trust it
            return False
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", buffering=0)
        return True

    def _say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())

    def _text(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line[1:] if line.startswith(b"..") else line)
        return b"".join(lines)


def _address(word: str) -> str:
    return word.partition("<")[2].partition(">")[0]


class PostOffice(socketserver.ThreadingTCPServer):
    """The office: its port, the letters that came, and whom it refuses."""

    daemon_threads, allow_reuse_address = True, True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Counter)
        self.letters: list[Letter] = []
        self.refusing: set[str] = set()
        self.certificate: tuple[str, str] | None = None
        """Files of a certificate and its key: then STARTTLS is offered."""

    @property
    def port(self) -> int:
        """Where it is open."""
        return self.server_address[1]


@contextmanager
def post_office() -> Iterator[PostOffice]:
    """Open on a free port of this machine."""
    with PostOffice() as office:
        thread = threading.Thread(target=office.serve_forever, daemon=True)
        thread.start()
        yield office
        office.shutdown()
        thread.join()
