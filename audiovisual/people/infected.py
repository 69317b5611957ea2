"""Who hears of a virus: whoever sent the file, and the administrators."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from audiovisual.kernel import outbox
from audiovisual.kernel.files import StoredFile
from audiovisual.kernel.model import db
from workflows.errors import N_

from .mail import send
from .models import Message, User
from .queries.presence import here, in_office

OWN = N_("您上传的“%(file)s”里查出病毒 %(signature)s，不算数，请换一份干净的。")
OTHERS = N_("%(who)s上传的“%(file)s”里查出病毒 %(signature)s，谁也打不开。")


@outbox.handles("infected")
def tell(payload: dict[str, Any]) -> None:
    """A message and a mail to each, once for each person who sent these bytes."""
    kept = select(StoredFile).where(StoredFile.sha256 == payload["sha256"]).order_by(StoredFile.id)
    for sender_id, name in {each.uploaded_by_id: each.name for each in db.session.scalars(kept)}.items():
        sender = db.session.get(User, sender_id)
        told = (User.id == sender_id) | User.id.in_(in_office("admin"))
        for reader in db.session.scalars(select(User).where(told, here()).order_by(User.id)):
            _write(reader, sender, name, payload["signature"])


def _write(reader: User, sender: User | None, name: str, signature: str) -> None:
    own = sender is not None and reader.id == sender.id
    params: dict[str, Any] = {"file": name, "signature": signature, "who": sender.name if sender is not None else "—"}
    db.session.add(Message(user_id=reader.id, subject=OWN if own else OTHERS, body="", params=params))
    if reader.email:
        send("infected", reader.email, reader.locale, reader=reader.id, name=reader.name, own=own, **params)
