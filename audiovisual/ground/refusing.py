"""What the server refuses before the application is asked, such as an address too long to be read: told on a plain page.

Gunicorn's own answer is a bare page in English. `Worker` writes ours instead (`kernel.plain`), in both languages.
"""

from __future__ import annotations

import contextlib
import socket
from typing import Any

from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine, ParseException
from gunicorn.workers.gthread import ThreadWorker

from audiovisual.kernel.plain import plain
from audiovisual.kernel.web import secure

TOLD: tuple[tuple[type[Exception], int, str, str, str], ...] = (
    (
        LimitRequestLine, 414, "URI Too Long",
        "网址太长，没有办成。查找的词太多的，请返回删短些再查。",
        "The address is too long to be read. If you searched for something, go back and search for fewer words.",
    ),
    (
        LimitRequestHeaders, 431, "Request Header Fields Too Large",
        "浏览器发来的信息太多，没有办成。请清除本网站的 Cookie，再打开一次。",
        "Your browser sent more than can be read. Clear the cookies of this site and open it again.",
    ),
    (
        ParseException, 400, "Bad Request",
        "浏览器发来的请求看不懂，没有办成。请返回再试一次。",
        "The request could not be read, and nothing was done. Go back and try again.",
    ),
)  # fmt: skip
"""Of each kind of refusal its status and what is said; the first that fits counts."""
REST = 1 << 20
"""Bytes of a refused request that are read off, so that the answer arrives before the connection ends."""


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn tells no types
    """Gunicorn's threads, with our words for what it cannot read."""

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        """Answer a request that could not be read; whatever else went wrong is gunicorn's to tell."""
        told = next((each for each in TOLD if isinstance(exc, each[0])), None)
        if told is None:
            super().handle_error(req, client, addr, exc)
            return
        _kind, status, reason, chinese, english = told
        self.log.warning("refused a request of %s: %s", (addr or ("?",))[0], exc)
        with contextlib.suppress(OSError):
            client.settimeout(2)
            client.sendall(answer(self.wsgi, status, reason, chinese, english))
            _hear_out(client)


def answer(app: Any, status: int, reason: str, chinese: str, english: str) -> bytes:
    """The plain page as it goes over the line."""
    with app.test_request_context():
        response = secure(app.make_response(plain(status, chinese, english)))
        response.headers["Connection"] = "close"
        head = "".join(f"{name}: {value}\r\n" for name, value in response.headers)
        return f"HTTP/1.1 {status} {reason}\r\n{head}\r\n".encode("latin-1") + response.get_data()


def _hear_out(client: Any) -> None:
    """Read what is still on its way: a connection that ends before has its answer thrown away."""
    client.shutdown(socket.SHUT_WR)
    left = REST
    while left > 0 and (piece := client.recv(65536)):
        left -= len(piece)
