"""Browsers a person has logged in with: what strangers bring about with wrong passwords does not keep them out.

A signed cookie, apart from the session's and good for half a year, holds for each person who logged in here a random token;
its row is ended with the session, by its owner, and by whatever ends all sessions.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from flask import Response, after_this_request, current_app, has_request_context, request
from itsdangerous import BadSignature
from sqlalchemy import select, update

from audiovisual.kernel import audit
from audiovisual.kernel.database import operation
from audiovisual.kernel.model import db, utcnow
from audiovisual.kernel.signing import Serializer, hashed
from workflows.access import Actor

from .models import KnownBrowser, User

LASTS = timedelta(days=180)
MOST = 8
"""People one browser knows; the one who logged in longest ago is forgotten first."""


def cookie_name() -> str:
    """What the cookie is called: over https no other site of the name can set it."""
    return "__Host-seedbank-known" if current_app.config["HTTPS"] else "seedbank-known"


def _signer() -> Serializer:
    return Serializer(current_app.config["SECRET_KEY"], salt="people.browsers")


def tokens() -> list[str]:
    """The tokens this browser brings; none where the cookie is not ours or too old."""
    if not has_request_context():
        return []
    try:
        brought = _signer().loads(request.cookies.get(cookie_name(), ""), max_age=int(LASTS.total_seconds()))
    except (BadSignature, ValueError, TypeError):
        return []
    return [token for token in brought if isinstance(token, str)][:MOST] if isinstance(brought, list) else []


def known_to(user_id: int | None) -> int | None:
    """The id of the row by which this browser is known to the person, or None."""
    hashes = [hashed(token) for token in tokens()]
    if not hashes:
        return None
    theirs = KnownBrowser.token_hash.in_(hashes), KnownBrowser.user_id == user_id, KnownBrowser.ended_at.is_(None)
    return db.session.scalar(select(KnownBrowser.id).where(*theirs, KnownBrowser.seen_at > utcnow() - LASTS).limit(1))


@operation
def remember(user_id: int) -> int:
    """This browser is known to the person from now on; gives the row's id. What it knew of them before is replaced."""
    brought = tokens()
    before = known_to(user_id)
    token = secrets.token_urlsafe(24)
    if before is not None:
        row = db.session.get_one(KnownBrowser, before)
        brought = [old for old in brought if hashed(old) != row.token_hash]
        row.token_hash, row.seen_at = hashed(token), utcnow()
    else:
        row = KnownBrowser(user_id=user_id, token_hash=hashed(token))
        db.session.add(row)
    row.address, row.agent = request.remote_addr or "", (request.user_agent.string or "")[:300]
    db.session.flush()
    _give([token, *brought][:MOST])
    return row.id


def _give(kept: list[str]) -> None:
    @after_this_request
    def put(answer: Response) -> Response:
        answer.set_cookie(
            cookie_name(), _signer().dumps(kept), max_age=int(LASTS.total_seconds()), httponly=True, samesite="Lax",
            secure=current_app.config["HTTPS"], path="/",
        )  # fmt: skip
        return answer


@operation
def forget(user: User, browser_id: int, actor: Actor) -> bool:
    """One browser is unknown again; gives whether it was known to that person."""
    theirs = KnownBrowser.id == browser_id, KnownBrowser.user_id == user.id, KnownBrowser.ended_at.is_(None)
    done = bool(db.session.execute(update(KnownBrowser).where(*theirs).values(ended_at=utcnow())).rowcount)  # type: ignore[attr-defined]
    if done:
        audit.record("user.browser_forgotten", user, actor)
    return done


@operation
def forget_one(browser_id: int) -> None:
    """This browser is unknown again, by whatever ended its session."""
    db.session.execute(update(KnownBrowser).where(KnownBrowser.id == browser_id).values(ended_at=utcnow()))


@operation
def forget_all(user_id: int, but: int | None = None) -> None:
    """No browser is known to the person any more, but the one with the id `but`."""
    theirs = [KnownBrowser.user_id == user_id, KnownBrowser.ended_at.is_(None)]
    if but is not None:
        theirs.append(KnownBrowser.id != but)
    db.session.execute(update(KnownBrowser).where(*theirs).values(ended_at=utcnow()))
