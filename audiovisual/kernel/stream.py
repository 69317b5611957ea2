"""The security events as lines of JSON, in `instance/security/events.jsonl`: one object a line, each with its `id`.

Written by the worker alone, some seconds after the event. After a crash a line may stand twice, with the same `id`. A file
of `ROTATED_AT` bytes is put aside as `events.1.jsonl`, the one before it as `events.2.jsonl`, and so on.
"""

from __future__ import annotations

import json
import os
from datetime import UTC
from pathlib import Path

from flask import current_app
from sqlalchemy import select, update

from . import modes
from .database import unit_of_work
from .model import db
from .security import SecurityEvent

AT_ONCE = 500
ROTATED_AT = 10_000_000
OLDER = 10
"""Files put aside that are kept."""


def file() -> Path:
    """Where the lines are written."""
    return Path(current_app.instance_path) / "security" / "events.jsonl"


def write_out() -> int:
    """Write the lines of the events that have none yet; gives how many. Nothing waiting costs one statement."""
    waiting = ~SecurityEvent.written_out
    found = db.session.scalar(select(SecurityEvent.id).where(waiting).limit(1))
    db.session.rollback()
    if found is None:
        return 0
    written = 0
    while count := _some():
        written += count
    return written


def _some() -> int:
    """The next events, under the write lock: of two workers one writes at a time."""
    with unit_of_work() as session:
        waiting = select(SecurityEvent).where(~SecurityEvent.written_out)
        rows = session.scalars(waiting.order_by(SecurityEvent.id).limit(AT_ONCE)).all()
        if rows:
            _append("".join(line(row) + "\n" for row in rows))
            session.execute(
                update(SecurityEvent).where(SecurityEvent.id.in_([row.id for row in rows])).values(written_out=True),
                execution_options={"synchronize_session": False},
            )
    return len(rows)


def line(row: SecurityEvent) -> str:
    """One event as its line."""
    told = {
        "id": row.id, "time": row.at.astimezone(UTC).isoformat(timespec="milliseconds"), "kind": row.kind,
        "verdict": row.verdict, "user": row.user_id, "address": row.address, "session": row.session,
        "object": row.object,
    }  # fmt: skip
    return json.dumps(told, ensure_ascii=False)


def _append(text: str) -> None:
    path = file()
    modes.make_private(path.parent)
    if path.exists() and path.stat().st_size + len(text) > ROTATED_AT:
        _put_aside(path)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, modes.FILE)
    with os.fdopen(handle, "a", encoding="utf-8") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())


def _put_aside(path: Path) -> None:
    for number in range(OLDER - 1, 0, -1):
        older = path.with_name(f"events.{number}.jsonl")
        if older.exists():
            older.replace(path.with_name(f"events.{number + 1}.jsonl"))
    path.replace(path.with_name("events.1.jsonl"))
