"""Log-in attempts, counted in the database before the password is looked at.

Counting first means that a hundred attempts at once get no more guesses than one after the other. The count is
committed on its own: a refused request is rolled back, and a count that rolled back would never lock anything.

Three counts hold a stranger: of the name, of the address, of everybody together (`workflows.limits`); a good try is taken
from the last two again. A browser the person logged in with before passes all three and has a count of its own: nobody is
locked out by others. Names nobody has are counted like those of people, so that a lock tells nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from flask import current_app
from sqlalchemy import select, update

from audiovisual.kernel import audit, keys, security
from audiovisual.kernel.database import operation, unit_of_work
from audiovisual.kernel.model import db, utcnow
from workflows.access import Actor
from workflows.errors import Sentence, say
from workflows.limits import Limit, Tries, one_more
from workflows.typed import code

from .. import browsers, codes, links, mail, passwords, sessions
from ..counts import MINUTE, Held, Place, at_hour, forget, one_less_at, one_more_at, visitor, waits
from ..models import RecoveryCode, User
from ..queries.directory import still_here

log = structlog.get_logger()
EVERYBODY: Place = ("all", "")


@dataclass(frozen=True)
class Candidate:
    """Who tries to log in, and what they must show. `counted` is what a good try is taken from again."""

    id: int
    password_hash: str | None
    second_step: bool
    last_try: bool
    counted: tuple[Place, ...] = ()
    browser_id: int | None = None


def login_name(typed: str) -> str:
    """A log-in name as it is compared and stored: half-width, small letters, no blanks around."""
    return code(typed).casefold()


def check_password(login: str, password: str) -> Candidate | Held | None:
    """Whoever has that log-in name and password. None alike for an unknown name, a wrong password and someone who left,
    after about the same time; `Held` where no password is looked at, for a name of anybody or nobody alike."""
    name = login_name(login)
    candidate = _admitted(name)
    if isinstance(candidate, Held):
        security.refused("limit", f"log-in {candidate.scope} {security.print_of(name)}")
        return candidate
    if passwords.matches(candidate.password_hash if candidate else None, password):
        if candidate is not None and candidate.second_step:
            with unit_of_work():
                _was_good(candidate)
        return candidate
    if candidate is not None and candidate.last_try:
        with unit_of_work():
            _tell_locked(candidate.id)
    security.refused("login", f"password {security.print_of(name)}", candidate.id if candidate else None)
    return None


def password_refusal(user_id: int, password: str) -> Sentence | None:
    """Why this is not taken as the password of someone logged in, or None. Wrong ones are counted apart from strangers':
    a stolen session guesses too, and a stranger cannot keep anybody from confirming."""
    with unit_of_work():
        place = ("confirm", str(user_id))
        held = one_more_at(_limits(place))
        kept = db.session.scalar(select(User.password_hash).where(User.id == user_id, still_here()))
    if held is not None:
        security.refused("limit", "confirm")
        return say("密码连错太多次，请在 %(at)s 以后再试。", at=at_hour(held.until))
    if not passwords.matches(kept, password):
        security.refused("login", "confirm")
        return say("现在的密码不对。")
    with unit_of_work():
        forget(place)
    return None


def still_waiting(user_id: int, fingerprint: str) -> bool:
    """Whether the second step of a log-in may still be taken: the password has not changed since."""
    kept = db.session.scalar(select(User.password_hash).where(User.id == user_id, still_here()))
    return kept is not None and links.fingerprint(kept) == fingerprint


def check_second_step(user_id: int, code: str) -> bool | Held:
    """Whether the code is a fresh one-time password or an unused recovery code of the person; it is used up by this."""
    place = ("code", str(user_id))
    with unit_of_work() as session:
        held = one_more_at(_limits(place))
        if held is None:
            user = session.scalars(select(User).where(User.id == user_id, still_here())).first()
            fresh = user is not None and (_use_one_time_password(user, code) or _use_recovery_code(user, code))
            if fresh:
                forget(place)
    if held is not None:
        security.refused("limit", "second-step", user_id)
        return held
    if not fresh:
        security.refused("login", "second-step", user_id)
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


def _limit_of(scope: str) -> Limit:
    """How often something of that scope may be tried in vain."""
    config = current_app.config
    longest = timedelta(minutes=config["LOCK_MINUTES"])
    if scope == "address":
        return Limit(config["ADDRESS_TRIES"], timedelta(seconds=10), min(5 * MINUTE, longest), timedelta(seconds=3))
    if scope == "all":
        return Limit(config["ALL_TRIES"], timedelta(seconds=5), MINUTE, MINUTE / config["ALL_TRIES"])
    if scope == "code":  # who gets as far as that has the password
        return Limit(config["LOCK_AFTER"], longest, longest, timedelta(hours=1))
    return Limit(config["LOCK_AFTER"], min(MINUTE, longest), longest, timedelta(hours=1))


def _limits(*places: Place) -> dict[Place, Limit]:
    return {place: _limit_of(place[0]) for place in places}


def _admitted(name: str) -> Candidate | Held | None:
    """One attempt more for that name; the person of that name, None where nobody has it, `Held` where one has to wait."""
    with unit_of_work() as session:
        user = session.execute(_WHO.where(User.login == name, still_here()).with_for_update()).first()
        known = browsers.known_to(user.id if user else None)
        if user is not None and known is not None and one_more_at(_limits(("browser", str(known)))) is None:
            return _candidate(user, last_try=False, counted=(("browser", str(known)),), known=known)
        places: tuple[Place, ...] = (("address", visitor()), EVERYBODY)
        if user is None:
            places = (("name", security.print_of(name)), *places)
        elif held := waits("name", _limit_of("name"), _tries_of(user)):
            return held
        if held := one_more_at(_limits(*places)):
            return held
        if user is None:
            return None
        tries = one_more(_limit_of("name"), _tries_of(user), utcnow())
        _set(user.id, tries)
        last = tries.count == _limit_of("name").free
        return _candidate(user, last_try=last, counted=places)


def _candidate(user: Any, last_try: bool, counted: tuple[Place, ...], known: int | None = None) -> Candidate:
    return Candidate(user.id, user.password_hash, user.totp_confirmed_at is not None, last_try, counted, known)


def _tries_of(user: Any) -> Tries:
    return Tries(user.failed_count, user.failed_at, user.locked_until)


def _was_good(candidate: Candidate) -> None:
    """The password was right: the tries of the name are forgotten, those of address and everybody are one less."""
    if candidate.browser_id is None:
        _set(candidate.id, Tries())
    for place in candidate.counted:
        if place[0] == "browser":
            forget(place)
    one_less_at(_limits(*(place for place in candidate.counted if place[0] != "browser")))


def _tell_locked(user_id: int) -> None:
    user = db.session.get_one(User, user_id)
    audit.record("user.locked", user, Actor(user.id, user.name))
    if user.email:
        mail.send("locked", user.email, user.locale, reader=user.id, name=user.name)


def _set(user_id: int, tries: Tries) -> None:
    """Without the version: an attempt must not make a form stale that someone has open on this person."""
    values = {"failed_count": tries.count, "failed_at": tries.at, "locked_until": tries.until}
    db.session.execute(
        update(User).where(User.id == user_id).values(**values), execution_options={"synchronize_session": False}
    )


@operation
def log_in(user_id: int, candidate: Candidate | None = None) -> sessions.SessionUser:
    """Everything was shown: forget the failed attempts and begin a session for this browser."""
    if candidate is not None:
        _was_good(candidate)
    person = sessions.enter(user_id)
    audit.record("user.logged_in", db.session.get(User, user_id), person.actor())
    return person


_WHO = select(User.id, User.password_hash, User.totp_confirmed_at, User.failed_count, User.failed_at, User.locked_until)
