"""Passwords of people: changed by themselves, set anew through a mailed link, or asked for by the admin.

Hashing happens before an operation begins: each function that sets a password takes its finished hash.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import func, or_, select

from audiovisual.kernel import audit, outbox
from audiovisual.kernel.database import operation
from audiovisual.kernel.model import db, utcnow
from workflows.access import Actor
from workflows.errors import RuleBroken, say

from .. import browsers, daily, links, mail, sessions
from ..models import User
from ..queries.directory import still_here
from .attempts import login_name

ASKED_AT_MOST = 3
ASKED_WITHIN = timedelta(minutes=15)


@operation
def change_password(actor: Actor, password_hash: str, keep_session: int) -> None:
    """Set one's own new password; every other session of the person ends."""
    user = db.session.get_one(User, actor.id)
    _set(user, password_hash)
    sessions.end_sessions(user.id, keep=keep_session)
    audit.record("user.password_changed", user, actor)


def _set(user: User, password_hash: str) -> None:
    user.password_hash = password_hash
    user.must_change_password = False
    user.password_changed_at = utcnow()
    user.failed_count, user.failed_at, user.locked_until = 0, None, None


@operation
def ask_for_reset(typed: str) -> None:
    """Queue the search for whoever typed his log-in name or address. It takes as long whether or not he exists."""
    daily.take("reset", field="typed")
    outbox.enqueue("password_reset", typed=typed[:200])


@outbox.handles("password_reset")
def _mail_reset(payload: dict[str, Any]) -> None:
    """Mail a link to everyone still here with that name or address, three times in a quarter of an hour at most."""
    typed = login_name(payload["typed"])
    if not typed:
        return
    condition = or_(User.login == typed, func.lower(User.email) == typed)
    for user in db.session.scalars(select(User).where(condition, still_here(), User.email != "").order_by(User.id)):
        if _sent_enough(user.id) or not daily.takes_mail("reset", user.email):
            continue
        mail.send(
            "reset", user.email, user.locale, reader=user.id, again={"user": user.id}, name=user.name, login=user.login,
            **_fresh_link({"user": user.id}),
        )  # fmt: skip


@mail.renews("reset")
def _fresh_link(again: dict[str, Any]) -> dict[str, Any]:
    """The link of a mail, made when it goes out: its hour begins then, not while the mail waits."""
    user = db.session.get_one(User, again["user"])
    return {"address": links.public("people.reset", token=links.reset_token(user.id, user.password_hash))}


def _sent_enough(user_id: int) -> bool:
    """Whether the person was sent as many as they get in that time, however their name or address was spelled. Counted is
    what was sent, not what was asked: who asks on and on does not keep the next mail from the person for ever."""
    recent = select(outbox.OutboxRow.payload).where(
        outbox.OutboxRow.kind == "mail", outbox.OutboxRow.created_at > utcnow() - ASKED_WITHIN
    )
    sent = [payload for payload in db.session.scalars(recent) if payload.get("template") == "reset"]
    return sum((payload.get("again") or {}).get("user") == user_id for payload in sent) >= ASKED_AT_MOST


def owner_of_reset(token: str) -> User | None:
    """Whose link this is, while it is good: ours, an hour old at most, the password still the one it was made for."""
    user_id = links.reset_user_id(token)
    user = db.session.scalars(select(User).where(User.id == user_id, still_here())).first() if user_id else None
    return user if user is not None and links.still_good(token, user.id, user.password_hash) else None


@operation
def reset_password(token: str, password_hash: str) -> None:
    """Set the password by a mailed link. The link dies by it, all sessions end, a lock is lifted, and the browser that
    opened it is known: whoever attacks the name meanwhile does not keep its owner out.

    Refuses a link that was used, is too old, or is not ours.
    """
    user = owner_of_reset(token)
    if user is None:
        raise RuleBroken(say("这个链接已用过或已过期，请重新申请。"))
    _set(user, password_hash)
    sessions.end_sessions(user.id)
    browsers.remember(user.id)
    audit.record("user.password_reset", user, Actor(user.id, user.name))
