"""Log-in sessions: the cookie holds a random token, a row holds its hash, and a row ended is a cookie dead.

Who asks is read in one statement per request: the session, the person, his roles, the roles he holds for someone on
leave, his unread messages, the forms he began, and where the audit chain ends: as long as that stays, nothing was done
by anybody.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from flask import current_app, request
from flask import session as cookie
from flask_login import UserMixin, current_user, login_user, logout_user
from sqlalchemy import Row, and_, bindparam, func, or_, select, update
from sqlalchemy.exc import OperationalError

from audiovisual.extensions import login_manager
from audiovisual.kernel import audit
from audiovisual.kernel.database import aside, operation
from audiovisual.kernel.drafts import FormDraft
from audiovisual.kernel.drawn import secret_for
from audiovisual.kernel.model import db, today, utcnow
from audiovisual.kernel.signing import hashed
from workflows.access import Actor

from . import browsers
from .models import Delegation, House, LoginSession, Message, RoleGrant, User
from .queries.directory import MOST_UNREAD

LANGUAGES = {"zh": "zh", "zh_CN": "zh", "zh-CN": "zh", "en": "en"}
"""What a form or a link may ask for, and how it is kept."""
CHOSEN = "chosen_locale"
"""Under which the cookie remembers that a visitor chose the language before logging in."""
login_manager.session_protection = None  # the row behind the cookie is the protection


@dataclass(frozen=True)
class StandIn:
    """A role held for someone on leave: which, for whom, until when."""

    role: str
    absent_id: int
    absent_name: str
    ends_on: date


@dataclass
class SessionUser(UserMixin):
    """The person who asks, as `current_user` gives him. `roles` are his own, without those held for others."""

    id: int
    token: str
    session_id: int
    login: str
    name: str
    locale: str
    must_change_password: bool
    second_step: bool
    confirmed_at: datetime | None
    house_id: int | None
    house_state: str | None
    roles: frozenset[str]
    standing_in: tuple[StandIn, ...]
    unread: int
    drafts: int
    trace_end: int | None

    def get_id(self) -> str:
        """What the cookie holds: the token, never the person's number."""
        return self.token

    def actor(self) -> Actor:
        """The person as the rules see him: own roles and those held for others on leave today."""
        on_behalf = {held.role: held.absent_id for held in self.standing_in}
        return Actor(
            self.id, self.name, self.roles.union(on_behalf), self.house_id, MappingProxyType(on_behalf),
            frozenset(on_behalf) - self.roles,
        )  # fmt: skip


def _statement() -> Any:
    s, u, h, g = LoginSession.__table__, User.__table__, House.__table__, RoleGrant.__table__
    d, absent, own = Delegation.__table__, User.__table__.alias("absent"), RoleGrant.__table__.alias("absent_role")
    m, f = Message.__table__, FormDraft.__table__
    unread = select(m.c.id).where(m.c.user_id == u.c.id, m.c.read_at.is_(None)).limit(MOST_UNREAD).correlate(u)
    day = bindparam("today")
    # a delegation counts only while the absent person still works here and still has the role
    standing_in = d.join(
        absent, and_(absent.c.id == d.c.absent_id, or_(absent.c.left_on.is_(None), absent.c.left_on > day))
    )
    standing_in = standing_in.join(own, and_(own.c.user_id == d.c.absent_id, own.c.role == d.c.role))
    in_force = and_(d.c.deputy_id == u.c.id, d.c.revoked_at.is_(None), d.c.starts_on <= day, d.c.ends_on >= day)
    tables = s.join(u, u.c.id == s.c.user_id).outerjoin(h, h.c.id == u.c.house_id)
    tables = tables.outerjoin(g, g.c.user_id == u.c.id).outerjoin(standing_in, in_force)
    columns = (
        s.c.id.label("session_id"), s.c.seen_at, s.c.confirmed_at, u.c.id, u.c.login, u.c.name, u.c.locale, u.c.must_change_password,
        u.c.totp_confirmed_at.is_not(None).label("second_step"),
        u.c.house_id, h.c.state.label("house_state"), g.c.role.label("own_role"), d.c.role.label("held_role"),
        d.c.absent_id, absent.c.name.label("absent_name"), d.c.ends_on,
        select(func.count()).select_from(unread.subquery()).scalar_subquery().label("unread"),
        select(func.count()).where(f.c.user_id == u.c.id).correlate(u).scalar_subquery().label("drafts"),
        audit.END.scalar_subquery().label("trace_end"),
    )  # fmt: skip
    return select(*columns).select_from(tables).where(
        s.c.token_hash == bindparam("token"), s.c.ended_at.is_(None),
        s.c.created_at > bindparam("oldest"), s.c.seen_at > bindparam("quiet"),
        or_(u.c.left_on.is_(None), u.c.left_on > day),
    )  # fmt: skip


_LOAD = _statement()


def load(token: str) -> SessionUser | None:
    """The person behind a token, or None: unknown, ended, idle too long, too old, or he has left."""
    now = utcnow()
    oldest = now - timedelta(hours=current_app.config["SESSION_HOURS"])
    quiet = now - timedelta(minutes=current_app.config["IDLE_MINUTES"])
    values = {"token": hashed(token), "oldest": oldest, "quiet": quiet, "today": today()}
    rows = db.session.connection().execute(_LOAD, values).all()
    if not rows:
        return None
    _touch(rows[0].session_id, rows[0].seen_at, now)
    return _person(rows, token)


def _person(rows: Sequence[Row[Any]], token: str) -> SessionUser:
    row = rows[0]
    held = {r.held_role: StandIn(r.held_role, r.absent_id, r.absent_name, r.ends_on) for r in rows if r.held_role}
    return SessionUser(
        id=row.id, token=token, session_id=row.session_id, login=row.login, name=row.name, locale=row.locale,
        must_change_password=row.must_change_password, second_step=bool(row.second_step), confirmed_at=row.confirmed_at, house_id=row.house_id, house_state=row.house_state,
        roles=frozenset(r.own_role for r in rows if r.own_role), standing_in=tuple(held.values()), unread=row.unread,
        drafts=row.drafts, trace_end=row.trace_end,
    )  # fmt: skip


def _touch(session_id: int, seen_at: datetime, now: datetime) -> None:
    """Note that the session lives, every few minutes at most, in a write of its own that waits for nobody."""
    rest = min(timedelta(minutes=3), timedelta(minutes=current_app.config["IDLE_MINUTES"]) / 10)
    if now - seen_at < rest or db.session().info.get("writing"):
        return
    try:
        aside(update(LoginSession).where(LoginSession.id == session_id).values(seen_at=now), seconds=0.2)
    except OperationalError:
        return  # the database was busy: the next page notes it


@login_manager.user_loader
def _load_from_cookie(token: str) -> SessionUser | None:
    return load(token)


@operation
def open_session(user_id: int) -> str:
    """Begin a session for this browser and give its token; `enter` puts it into the cookie."""
    token = secrets.token_urlsafe(32)
    db.session.add(
        LoginSession(
            token_hash=hashed(token), user_id=user_id, address=request.remote_addr or "",
            agent=(request.user_agent.string or "")[:300], browser_id=browsers.remember(user_id),
        )
    )  # fmt: skip
    db.session.flush()
    return token


def choose_language(locale: str) -> None:
    """Keep the language a visitor chooses with this browser, and that it was chosen: at log-in it becomes the person's."""
    cookie["locale"] = cookie[CHOSEN] = locale


def _speak(user_id: int, locale: str) -> None:
    """Without the version: a language makes no form stale that someone has open on this person."""
    spoken = update(User).where(User.id == user_id).values(locale=locale)
    db.session.execute(spoken, execution_options={"synchronize_session": False})


@operation
def _end_the_one_before() -> None:
    """Whoever logs in here ends the session this browser had: nobody keeps a copy of it alive."""
    before = str(cookie.get("_user_id", ""))
    ended = LoginSession.token_hash == hashed(before), LoginSession.ended_at.is_(None)
    db.session.execute(update(LoginSession).where(*ended).values(ended_at=utcnow()))


def enter(user_id: int) -> SessionUser:
    """Log this browser in. What the cookie held before is thrown away, so that no planted cookie survives.

    A language chosen on the way in is kept with the person; the one the last person left behind in the browser is not.
    """
    _end_the_one_before()
    token = open_session(user_id)
    locale, chosen = cookie.get("locale"), cookie.get(CHOSEN)
    cookie.clear()
    if locale:
        cookie["locale"] = locale
    if chosen:
        _speak(user_id, chosen)
    cookie["csrf_token"] = secret_for(user_id)
    person = load(token)
    if person is None:
        raise LookupError(f"user {user_id} may not log in")
    login_user(person)
    return person


@operation
def leave() -> None:
    """Log this browser out: the row ends, and with it every copy of the cookie."""
    session_id, locale = current_user.session_id, current_user.locale
    db.session.execute(
        update(LoginSession)
        .where(LoginSession.id == session_id, LoginSession.ended_at.is_(None))
        .values(ended_at=utcnow())
    )
    logout_user()
    cookie.clear()
    cookie["locale"] = locale  # the page that follows still speaks his language


@operation
def confirm(session_id: int) -> None:
    """The person behind a session gave their password: it goes on under a new token, and copies of its cookie are dead."""
    token = secrets.token_urlsafe(32)
    values = {"confirmed_at": utcnow(), "token_hash": hashed(token)}
    db.session.execute(update(LoginSession).where(LoginSession.id == session_id).values(**values))
    cookie["_user_id"] = token  # where flask-login looks for it


@operation
def end_session(user_id: int, session_id: int) -> bool:
    """End one session of a person, and forget the browser it is in; gives whether it was theirs and open."""
    theirs = LoginSession.id == session_id, LoginSession.user_id == user_id, LoginSession.ended_at.is_(None)
    ended = update(LoginSession).where(*theirs).values(ended_at=utcnow()).returning(LoginSession.browser_id)
    row = db.session.execute(ended).first()
    if row is not None and row.browser_id is not None:
        browsers.forget_one(row.browser_id)
    return row is not None


@operation
def end_sessions(user_id: int, keep: int | None = None) -> int:
    """End every session of a person and forget their browsers, but the session with the id `keep` and its browser; gives
    how many were ended."""
    condition = [LoginSession.user_id == user_id, LoginSession.ended_at.is_(None)]
    stays = None
    if keep is not None:
        condition.append(LoginSession.id != keep)
        stays = db.session.scalar(select(LoginSession.browser_id).where(LoginSession.id == keep))
    browsers.forget_all(user_id, but=stays)
    return db.session.execute(update(LoginSession).where(*condition).values(ended_at=utcnow())).rowcount  # type: ignore[attr-defined]


__all__ = ["SessionUser", "StandIn", "hashed", "load"]
