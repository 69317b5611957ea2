"""Log-in attempts, counted in the database before the password is looked at.

Counting first means that a hundred attempts at once get no more guesses than one after the other. The count is
committed on its own: a refused request is rolled back, and a count that rolled back would never lock anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from flask import current_app
from sqlalchemy import ColumnElement, select, update

from audiovisual.kernel import audit, keys
from audiovisual.kernel.database import operation, unit_of_work
from audiovisual.kernel.model import db, utcnow
from workflows.access import Actor
from workflows.typed import code

from .. import codes, links, mail, passwords, sessions
from ..models import RecoveryCode, User
from ..queries.directory import still_here

log = structlog.get_logger()


@dataclass(frozen=True)
class Candidate:
    """Who tries to log in, and what he must show."""

    id: int
    password_hash: str | None
    second_step: bool
    last_try: bool


def login_name(typed: str) -> str:
    """A log-in name as it is compared and stored: half-width, small letters, no blanks around."""
    return code(typed).casefold()


def check_password(login: str, password: str) -> Candidate | None:
    """Whoever has that log-in name and password. None alike for an unknown name, a wrong password, a locked account
    and someone who left, after about the same time."""
    candidate = _count(User.login == login_name(login))
    return candidate if _matches(candidate, password) else None


def confirm_password(user_id: int, password: str) -> bool:
    """Whether it is the person's password; wrong ones count towards the lock, for a stolen session guesses too."""
    candidate = _count(User.id == user_id)
    if not _matches(candidate, password):
        return False
    with unit_of_work():
        _forgive(user_id)
    return True


def _matches(candidate: Candidate | None, password: str) -> bool:
    """Compare outside any transaction; the last wrong try before the lock is told to the person."""
    if passwords.matches(candidate.password_hash if candidate else None, password):
        return True
    if candidate is not None and candidate.last_try:
        with unit_of_work():
            _tell_locked(candidate.id)
    return False


def still_waiting(user_id: int, fingerprint: str) -> bool:
    """Whether the second step of a log-in may still be taken: the password has not changed since."""
    kept = db.session.scalar(select(User.password_hash).where(User.id == user_id, still_here()))
    return kept is not None and links.fingerprint(kept) == fingerprint


def check_second_step(user_id: int, code: str) -> bool:
    """Whether the code is a fresh one-time password or an unused recovery code of the person; it is used up by this."""
    candidate = _count(User.id == user_id)
    if candidate is None:
        return False
    with unit_of_work() as session:
        user = session.get_one(User, user_id)
        fresh = _use_one_time_password(user, code) or _use_recovery_code(user, code)
        if not fresh and candidate.last_try:
            _tell_locked(user_id)
    return fresh


def _use_one_time_password(user: User, code: str) -> bool:
    secret = _secret_of(user)
    if user.totp_confirmed_at is None or secret is None:
        return False
    step = codes.matching_step(secret, code, user.totp_last_step)
    if step is not None:
        user.totp_last_step = step
    return step is not None


def _secret_of(user: User) -> str | None:
    """The authenticator's secret; None where it cannot be read, which the log tells: recovery codes go on working."""
    try:
        return user.totp_secret
    except (keys.Missing, ValueError) as reason:
        log.error("second_step", user=user.id, unreadable=str(reason))
        return None


def _use_recovery_code(user: User, code: str) -> bool:
    row = db.session.scalars(
        select(RecoveryCode).where(
            RecoveryCode.user_id == user.id, RecoveryCode.used_at.is_(None),
            RecoveryCode.code_hash == codes.recovery_hash(code),
        )
    ).first()  # fmt: skip
    if row is None:
        return False
    row.used_at = utcnow()
    audit.record("user.recovery_code_used", user, Actor(user.id, user.name))
    return True


def _count(condition: ColumnElement[bool]) -> Candidate | None:
    """One attempt more for that person; None when there is no such person, he left, or his account is locked."""
    with unit_of_work() as session:
        user = session.scalars(select(User).where(condition, still_here()).with_for_update()).first()
        now = utcnow()
        if user is None or (user.locked_until is not None and user.locked_until > now):
            return None
        lapsed = user.locked_until is not None
        count = 1 if lapsed else user.failed_count + 1
        locked = now + timedelta(minutes=current_app.config["LOCK_MINUTES"]) if count >= _limit() else None
        _set(user.id, count, locked)
        return Candidate(user.id, user.password_hash, user.totp_confirmed_at is not None, locked is not None)


def _limit() -> int:
    return int(current_app.config["LOCK_AFTER"])


def _tell_locked(user_id: int) -> None:
    user = db.session.get_one(User, user_id)
    audit.record("user.locked", user, Actor(user.id, user.name))
    if user.email:
        minutes = current_app.config["LOCK_MINUTES"]
        mail.send("locked", user.email, user.locale, reader=user.id, name=user.name, minutes=minutes)


def _set(user_id: int, count: int, locked_until: datetime | None) -> None:
    """Without the version: an attempt must not make a form stale that someone has open on this person."""
    db.session.execute(
        update(User).where(User.id == user_id).values(failed_count=count, locked_until=locked_until),
        execution_options={"synchronize_session": False},
    )


def _forgive(user_id: int) -> None:
    _set(user_id, 0, None)


@operation
def log_in(user_id: int) -> sessions.SessionUser:
    """Everything was shown: forget the failed attempts and begin a session for this browser."""
    _forgive(user_id)
    person = sessions.enter(user_id)
    audit.record("user.logged_in", db.session.get(User, user_id), person.actor())
    return person
