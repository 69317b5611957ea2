"""Who works on a row of the outbox, and whether they still do.

A worker's name tells the machine and the process. On its own machine everyone sees at once that a process has ended; of
other machines only that a claim was not renewed.
"""

from __future__ import annotations

import functools
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

LEASE = timedelta(minutes=1)
"""How long a claim holds that nobody renews."""
LONGEST = 15 * 60
"""Seconds after which a claim is renewed no more: whatever takes so long is stuck."""

_HELD: dict[int, float] = {}
_LOCK = threading.Lock()


def name() -> str:
    """This worker: machine, process, and when that process began (numbers of processes are used again)."""
    pid = os.getpid()
    return f"{_machine()} {pid} {_begun(pid)}"


def ended(worker: str | None) -> bool:
    """Whether that worker ran on this machine and is no more. False of other machines: from here nobody can tell."""
    machine, _, process = (worker or "").partition(" ")
    if machine != _machine():
        return False
    pid, _, begun = process.partition(" ")
    return _begun(int(pid)) != begun


@contextmanager
def holding(row: int) -> Iterator[None]:
    """While this worker is at that row, its claim is renewed (`held`)."""
    with _LOCK:
        _HELD[row] = time.monotonic()
    try:
        yield
    finally:
        with _LOCK:
            _HELD.pop(row, None)


def held() -> list[int]:
    """The rows this worker is at, but for those it is stuck with."""
    with _LOCK:
        return [row for row, since in _HELD.items() if time.monotonic() - since < LONGEST]


@functools.cache
def _machine() -> str:
    """The machine's name without blanks; containers of one machine see processes of their own, so that tells them apart."""
    space = ""
    with suppress(OSError):
        space = os.readlink("/proc/self/ns/pid")
    return f"{socket.gethostname()}/{space}".replace(" ", "-")


def _begun(pid: int) -> str:
    """When that process began, as the system counts; "" when there is none."""
    try:
        state, begun = _told(pid)
    except OSError:
        return _lives_elsewhere(pid)
    return "" if state in "ZX" else begun


def _told(pid: int) -> tuple[str, str]:
    """State and begin of a process, after proc(5): what follows its name, which may hold blanks and brackets."""
    told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return told[0], told[19]


def _lives_elsewhere(pid: int) -> str:
    """On systems without /proc: "lives", or "" when nothing of that number does."""
    if Path("/proc/self/stat").exists() or os.name != "posix":
        return ""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return ""
    except PermissionError:
        pass
    return "lives"
