"""Whether the process lives (/healthz) and whether it can work (/readyz), for supervisors and load balancers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy import select, text
from sqlalchemy.orm import Mapped, mapped_column

from .audit import AuditRow
from .database import unit_of_work
from .model import Base, db, utcnow
from .web import requires

bp = Blueprint("health", __name__)
CHECKS: dict[str, Callable[[], str]] = {}
NOTES: dict[str, Callable[[], str]] = {}
"""What is told and yet stops nobody: a bank without a fresh backup goes on working."""
SILENCE = timedelta(seconds=60)
ASTRAY = timedelta(minutes=5)
"""What a clock may go back when it is set."""


class Pulse(Base):
    """When the worker last drew breath."""

    __tablename__ = "pulse"

    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


def beat(name: str = "worker") -> None:
    """Note that the worker lives; called by its loop every few seconds."""
    with unit_of_work() as session:
        session.merge(Pulse(name=name, at=utcnow()))


def check(name: str) -> Callable[[Callable[[], str]], Callable[[], str]]:
    """Register a readiness check: a function that gives "" when all is well, else what is missing."""

    def register(function: Callable[[], str]) -> Callable[[], str]:
        CHECKS[name] = function
        return function

    return register


def note(name: str) -> Callable[[Callable[[], str]], Callable[[], str]]:
    """Register something to be told beside the checks, while the service stays ready: "" when there is nothing to tell."""

    def register(function: Callable[[], str]) -> Callable[[], str]:
        NOTES[name] = function
        return function

    return register


@check("database")
def _database() -> str:
    db.session.execute(text("SELECT 1 FROM audit_row LIMIT 1"))
    return _file_gone()


def _file_gone() -> str:
    """SQLite goes on in a file that was moved away or removed: what is written there nobody finds again."""
    url = db.engine.url
    if url.get_backend_name() != "sqlite" or not url.database or Path(url.database).exists():
        return ""
    return f"{Path(url.database).name} is gone"


@check("worker")
def _worker() -> str:
    pulse = db.session.get(Pulse, "worker")
    if pulse is None:
        return "the worker has not started"
    return "" if utcnow() - pulse.at < SILENCE else "the worker is silent"


@check("clock")
def _clock() -> str:
    return "the clock is behind the last record" if clock_is_behind() else ""


def clock_is_behind() -> bool:
    """Whether the machine's clock shows a time before what was last done: numbers and days given now would be wrong."""
    last = db.session.scalar(select(AuditRow.at).order_by(AuditRow.seq.desc()).limit(1))
    return last is not None and last - datetime.now(UTC) > ASTRAY


@bp.get("/healthz")
@requires("public")
def healthz() -> ResponseReturnValue:
    """The process answers."""
    return {"status": "ok"}


@bp.get("/readyz")
@requires("public")
def readyz() -> ResponseReturnValue:
    """Every part the product needs, each by name; 503 when one is missing. Notes tell what will need care."""
    parts = {name: _asked(function) or "ok" for name, function in CHECKS.items()}
    notes = {name: told for name, function in NOTES.items() if (told := _asked(function))}
    ready = all(state == "ok" for state in parts.values())
    answer = {"status": "ok" if ready else "unavailable", **parts, **({"notes": notes} if notes else {})}
    return answer, 200 if ready else 503


def _asked(function: Callable[[], str]) -> str:
    try:
        return function()
    except Exception as error:  # whatever it is, that part is not ready
        db.session.rollback()
        return type(error).__name__
