"""A form sent once more: the same person, the same address, the same content, a moment after it was taken.

A double click, “back” and a press, two windows: the second one asks for what already stands. It is no error: the person
is told when it was done and led where the first press led. What differs from the first is refused as any other form.
"""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from flask import Response, current_app, flash, redirect, request
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from . import drafts
from .audit import AuditEnd, AuditRow
from .database import operation
from .model import Base, db, utcnow
from .plain import wants_json
from .text import moment

LASTS = timedelta(hours=12)
"""So long after the first press the second is told that it was done."""
APART = drafts.MARKS | {"version", "base", "held", "seen"}
"""Fields that differ from one opening of the page to the next, whatever is asked for."""
LONGEST = 2000
"""Characters of an address that is remembered."""
REFUSED = (403, 404, 409, 422)


class TakenForm(Base):
    """The last form a person sent to an address that was taken: a print of what it held, when, and where it led."""

    __tablename__ = "taken_form"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    action: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=utcnow, index=True)
    led_to: Mapped[str]
    audit_seq: Mapped[int | None]
    """The last row of the audit chain then: what the form did, where it did something that is audited."""


def _address() -> str:
    """Where the request leads, as a form names it."""
    return request.script_root + request.path


def _content() -> str | None:
    """A print of what the form holds, or None where it holds a password or a code: those are not kept in any shape.

    It is made with the key of the application, the person and the address: many forms hold so little (a tick, a score, a
    telephone number) that whoever got hold of the table could find a plain hash again by trying what may have been typed.
    """
    if drafts.SECRET & set(request.form) - drafts.MARKS:
        return None
    pairs = [(name, value) for name, value in request.form.items(multi=True) if name not in APART]
    files = [(name, file.filename or "") for name, file in request.files.items(multi=True) if file.filename]
    held = repr(("taken_form", current_user.id, _address(), pairs, files)).encode()
    return hmac.new(str(current_app.config["SECRET_KEY"]).encode(), held, "sha256").hexdigest()


def _is_page_of_a_person() -> bool:
    return bool(current_user.is_authenticated) and not wants_json() and request.blueprint != "drafts"


def remember(answer: Response) -> None:
    """The form was taken and leads on: remembered in the same transaction."""
    if request.method != "POST" or answer.status_code != 303 or not _is_page_of_a_person():
        return
    content = _content()
    if content is None or len(answer.location or "") > LONGEST:
        return
    seq = db.session.scalar(select(AuditEnd.seq))
    values = {"content": content, "at": utcnow(), "led_to": answer.location, "audit_seq": seq}
    db.session.merge(TakenForm(user_id=current_user.id, action=_address(), **values))


def answered(answer: Response) -> Response:
    """Instead of a refusal of what the same person did before: where that led, with one sentence; else the answer itself."""
    if request.method != "POST" or answer.status_code not in REFUSED or not _is_page_of_a_person():
        return answer
    before = _before()
    if before is None or before.content != _content():
        return answer
    done = _done_by(before)
    if answer.status_code == 409 and "version" in request.form and (done is None or _is_past(done)):
        return answer
    if answer.status_code == 422 and done is not None and _is_past(done):  # sent back, for one: it is asked for anew
        return answer
    return _led_on(before)


def _done_by(before: TakenForm) -> AuditRow | None:
    """What the first press did, where it did something that is audited."""
    done = db.session.get(AuditRow, before.audit_seq)
    return done if done is not None and done.actor_id == before.user_id else None


def _is_past(done: AuditRow) -> bool:
    """Whether something was done since to the row that the first press changed, by whomever and in whatever words."""
    same = (AuditRow.subject_type == done.subject_type, AuditRow.subject_id == done.subject_id)
    return db.session.scalar(select(AuditRow.seq).where(*same, AuditRow.seq > done.seq).limit(1)) is not None


def opened_again() -> Response | None:
    """For the page of a step that its subject has behind it: where the person's own press led; None where they did not take it."""
    before = _before() if request.method == "GET" and _is_page_of_a_person() else None
    if before is None or urlsplit(before.led_to).path == _address():
        return None
    return _led_on(before)


def _before() -> TakenForm | None:
    """What the person sent here last and was taken, if that was not long ago."""
    db.session.rollback()
    before = db.session.get(TakenForm, (current_user.id, _address()))
    return before if before is not None and before.at >= utcnow() - LASTS else None


def _led_on(before: TakenForm) -> Response:
    """To where the first press led, saying when it was done."""
    at, led_to = before.at, before.led_to
    db.session.rollback()
    flash(_("这一步您在 %(at)s 已经办过了，这次没有重复办。", at=moment(at)), "info")
    return redirect(led_to, 303)  # type: ignore[return-value]


@operation
def sweep() -> None:
    """Forget what nobody is told any more."""
    db.session.execute(delete(TakenForm).where(TakenForm.at < utcnow() - LASTS))


__all__ = ["TakenForm", "answered", "opened_again", "remember", "sweep"]
