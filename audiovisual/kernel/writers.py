"""How long a request waits for the write lock, and how many of a process do at once.

Requests that write wait for one another for milliseconds. When the lock is held from outside (a backup by other means, a
console left open), each waits some seconds, and never so many that none of the process's threads is left for reading.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from flask import current_app, has_request_context

LONGEST = 5.0
"""Seconds a request waits for the write lock."""
SHORT = 1.0
"""Seconds for those that come when half the threads wait already; once one of these waited so long, none is let in."""
OUTSIDE = 30.0
"""Seconds a command or the worker waits: nobody waits for them."""

_WAITING: dict[int, float] = {}
_LOCK = threading.Lock()


class TooManyWait(Exception):
    """The write lock has not been had for a while, and as many requests wait for it as may."""


@contextmanager
def waiting() -> Iterator[float]:
    """While the caller waits for the write lock; gives the seconds it may. Raises `TooManyWait` when it may not."""
    if not has_request_context():
        yield OUTSIDE
        return
    me, now = threading.get_ident(), time.monotonic()
    with _LOCK:
        crowded = len(_WAITING) >= current_app.config.get("WEB_THREADS", 8) // 2
        if crowded and any(now - since > SHORT for since in _WAITING.values()):
            raise TooManyWait("too many wait for the write lock")
        _WAITING[me] = now
    try:
        yield SHORT if crowded else LONGEST
    finally:
        with _LOCK:
            del _WAITING[me]
