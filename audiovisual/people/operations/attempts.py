"""Log-in attempts, counted in the database before the password is looked at.

Counting first means that a hundred attempts at once get no more guesses than one after the other. The count is
committed on its own: a refused request is rolled back, and a count that rolled back would never lock anything.

Three counts hold a stranger: of the name, of the address, of everybody together (`workflows.limits`); a good try is taken
from the last two again. A browser the person logged in with before passes all three and has a count of its own: nobody is
locked out by others. Names nobody has are counted like those of people, so that a lock tells nothing.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from flask import current_app, has_request_context, request
from sqlalchemy import ColumnElement, and_, delete, insert, select, tuple_, update

from audiovisual.kernel import audit, keys, security
from audiovisual.kernel.database import operation, unit_of_work
from audiovisual.kernel.model import db, shanghai, utcnow
from workflows.access import Actor
from workflows.errors import Sentence, say
from workflows.limits import Limit, Tries, one_less, one_more, waits_until
from workflows.typed import code

from .. import browsers, codes, links, mail, passwords, sessions
from ..models import AttemptCount, RecoveryCode, User
from ..queries.directory import still_here

log = structlog.get_logger()
MINUTE = timedelta(minutes=1)
Place = tuple[str, str]
"""What is counted: a scope and a key within it."""
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


@dataclass(frozen=True)
class Held:
    """Nobody may try now: until when, and whether for too many wrong tries of this name or from this place."""

    until: datetime
    scope: str


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
        held = _count_one([place])
        kept = db.session.scalar(select(User.password_hash).where(User.id == user_id, still_here()))
    if held is not None:
        security.refused("limit", "confirm")
        return say("密码连错太多次，请在 %(at)s 以后再试。", at=at_hour(held.until))
    if not passwords.matches(kept, password):
        security.refused("login", "confirm")
        return say("现在的密码不对。")
    with unit_of_work():
        _forget(place)
    return None


def at_hour(until: datetime) -> str:
    """A moment soon to come as a clerk reads it: the next whole minute, 14:02."""
    return f"{shanghai(until + MINUTE - timedelta(microseconds=1)):%H:%M}"


def still_waiting(user_id: int, fingerprint: str) -> bool:
    """Whether the second step of a log-in may still be taken: the password has not changed since."""
    kept = db.session.scalar(select(User.password_hash).where(User.id == user_id, still_here()))
    return kept is not None and links.fingerprint(kept) == fingerprint


def check_second_step(user_id: int, code: str) -> bool | Held:
    """Whether the code is a fresh one-time password or an unused recovery code of the person; it is used up by this."""
    place = ("code", str(user_id))
    with unit_of_work() as session:
        held = _count_one([place])
        if held is None:
            user = session.scalars(select(User).where(User.id == user_id, still_here())).first()
            fresh = user is not None and (_use_one_time_password(user, code) or _use_recovery_code(user, code))
            if fresh:
                _forget(place)
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


def visitor() -> str:
    """The address a request comes from; of an IPv6 address its network, for one visitor has all of it."""
    if not has_request_context():
        return ""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return request.remote_addr or ""
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def _admitted(name: str) -> Candidate | Held | None:
    """One attempt more for that name; the person of that name, None where nobody has it, `Held` where one has to wait."""
    with unit_of_work() as session:
        user = session.execute(_WHO.where(User.login == name, still_here()).with_for_update()).first()
        known = browsers.known_to(user.id if user else None)
        if user is not None and known is not None and _count_one([("browser", str(known))]) is None:
            return _candidate(user, last_try=False, counted=(("browser", str(known)),), known=known)
        places: tuple[Place, ...] = (("address", visitor()), EVERYBODY)
        if user is None:
            places = (("name", security.print_of(name)), *places)
        elif held := _waits(("name", ""), _tries_of(user)):
            return held
        if held := _count_one(places):
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


def _waits(place: Place, tries: Tries) -> Held | None:
    until = waits_until(_limit_of(place[0]), tries, utcnow())
    return Held(until, place[0]) if until else None


def _count_one(places: Sequence[Place]) -> Held | None:
    """One try more at each of these, or `Held` with nothing counted where one of them has to wait."""
    kept = _kept(places)
    for place in places:
        if held := _waits(place, kept.get(place, Tries())):
            return held
    now = utcnow()
    for place in places:
        _keep(place, one_more(_limit_of(place[0]), kept.get(place, Tries()), now), new=place not in kept)
    return None


def _kept(places: Sequence[Place]) -> dict[Place, Tries]:
    rows = db.session.execute(
        select(_TABLE).where(tuple_(_TABLE.c.scope, _TABLE.c.key).in_(list(places)))
    )  # fmt: skip
    return {(row["scope"], row["key"]): Tries(row["count"], row["at"], row["until"]) for row in rows.mappings()}


def _keep(place: Place, tries: Tries, new: bool) -> None:
    values = {"count": tries.count, "at": tries.at, "until": tries.until}
    if new:
        db.session.execute(insert(_TABLE).values(scope=place[0], key=place[1], **values))
    else:
        db.session.execute(update(_TABLE).where(_at(place)).values(**values))


def _at(place: Place) -> ColumnElement[bool]:
    return and_(_TABLE.c.scope == place[0], _TABLE.c.key == place[1])


def _forget(place: Place) -> None:
    db.session.execute(delete(_TABLE).where(_at(place)))


def _was_good(candidate: Candidate) -> None:
    """The password was right: the tries of the name are forgotten, those of address and everybody are one less."""
    if candidate.browser_id is None:
        _set(candidate.id, Tries())
    kept = _kept(candidate.counted)
    for place, tries in kept.items():
        if place[0] == "browser":
            _forget(place)
        else:
            _keep(place, one_less(_limit_of(place[0]), tries), new=False)


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


_TABLE = AttemptCount.__table__
_WHO = select(User.id, User.password_hash, User.totp_confirmed_at, User.failed_count, User.failed_at, User.locked_until)
