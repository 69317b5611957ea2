"""Where the audit chain ended, day by day, in a file outside the database: a bank put back to an earlier day shows there.

One line a day: moment, number, hash. A restore, or a step back to an older version, begins the list anew.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from flask import current_app

FILE, ANEW = "chain-heads.txt", "anew"


def file() -> Path:
    """The list of this instance."""
    return Path(current_app.instance_path) / FILE


def append(seq: int, last: str) -> None:
    """Note where the chain ends now, unless that was the last that was noted."""
    if kept_lines()[-1:] != [(seq, last)]:
        _write(f"{seq} {last}")


def begin_anew() -> None:
    """What was noted so far is no more expected: the bank was restored, or its rows were hashed anew."""
    if file().exists():
        _write(ANEW)


def kept_lines() -> list[tuple[int, str]]:
    """What was noted since the list last began: number and hash."""
    found: list[tuple[int, str]] = []
    try:
        lines = file().read_text("utf-8").splitlines()
    except FileNotFoundError:
        return found
    for line in lines:
        parts = line.split(" ")
        if parts[-1] == ANEW:
            found = []
        elif len(parts) == 3 and parts[1].isdigit():
            found.append((int(parts[1]), parts[2]))
    return found


def _write(told: str) -> None:
    handle = os.open(file(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "a", encoding="utf-8") as out:
        out.write(f"{datetime.now(UTC).isoformat(timespec='seconds')} {told}\n")
        out.flush()
        os.fsync(out.fileno())
