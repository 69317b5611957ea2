"""Passkeys of a person: added, used, given up; each is told to the person by mail."""

from __future__ import annotations

from sqlalchemy import Select, select

from audiovisual.kernel import audit
from audiovisual.kernel.database import operation
from audiovisual.kernel.model import db, utcnow
from workflows.access import Actor
from workflows.errors import RuleBroken, WrongState, say

from .. import mail, passkeys
from ..models import Passkey, User
from ..queries.directory import still_here

MOST = 20
NOT_TAKEN = say("这次没有添加成功，请再试一次。")


@operation
def add(actor: Actor, name: str, answer: str) -> Passkey:
    """Keep the passkey a browser made. Refused when it does not answer what was asked, is kept already, or is one too many."""
    user = db.session.get_one(User, actor.id)
    made = passkeys.made(answer)
    if made is None:
        raise RuleBroken(NOT_TAKEN)
    if len(user.passkeys) >= MOST:
        raise RuleBroken(say("最多 %(n)s 个通行密钥，请先停用不用的。", n=MOST))
    if db.session.scalar(select(Passkey.id).where(Passkey.credential == made.credential)):
        raise RuleBroken(say("这个通行密钥已经在这里了。"))
    kept = Passkey(user_id=user.id, name=name, credential=made.credential, public_key=made.public_key, uses=made.uses)
    user.passkeys.append(kept)
    db.session.flush()
    audit.record("user.passkey_added", user, actor, passkey=name)
    _tell(user, "passkey_added", name)
    return kept


@operation
def give_up(user: User, passkey_id: int, actor: Actor) -> bool:
    """One passkey leads in no more, by its owner or the administrator; False when it was given up before."""
    kept = next((each for each in user.passkeys if each.id == passkey_id), None)
    if kept is None:
        return False
    user.passkeys.remove(kept)
    audit.record("user.passkey_given_up", user, actor, passkey=kept.name)
    _tell(user, "passkey_given_up", kept.name)
    return True


@operation
def give_up_all(user: User, actor: Actor) -> None:
    """None of a person's passkeys leads in any more: by the administrator, for a device that was lost. Refused without any."""
    if not user.passkeys:
        raise WrongState(say("对方没有通行密钥。"))
    for each in list(user.passkeys):
        give_up(user, each.id, actor)


def owner_of(answer: str) -> User | None:
    """Whose passkey a browser showed just now; None for an unknown one, a wrong answer, and somebody who left.

    Written is only what is right: strangers never take the write lock.
    """
    credential = passkeys.credential_of(answer)
    kept = (
        db.session.scalars(_of_somebody_here().where(Passkey.credential == credential)).first() if credential else None
    )
    uses = passkeys.shown(answer, kept.public_key, kept.uses) if kept is not None else None
    if kept is None or uses is None or not _note_use(kept.id, kept.uses, uses):
        return None
    return db.session.get_one(User, kept.user_id)


@operation
def _note_use(passkey_id: int, before: int, uses: int) -> bool:
    """Note that it was used; False when it was given up or used by another meanwhile."""
    kept = db.session.scalars(_of_somebody_here().where(Passkey.id == passkey_id)).first()
    if kept is None or kept.uses != before:
        return False
    kept.uses, kept.used_at = uses, utcnow()
    return True


def _of_somebody_here() -> Select[Passkey]:
    return select(Passkey).join(User, User.id == Passkey.user_id).where(still_here())


def _tell(user: User, what: str, passkey: str) -> None:
    if user.email:
        mail.send(what, user.email, user.locale, reader=user.id, name=user.name, passkey=passkey)
