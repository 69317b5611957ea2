"""A form sent once more: the same person, the same address, the same content, a moment after it was taken.

A double click, “back” and a press, two windows: the second one asks for what already stands. It is no error: the person
is told when it was done and led where the first press led. What differs from the first is refused as any other form; so
is what was undone since, by whomever, and what the person may not do any more: there a refusal says why.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta
from os import SEEK_END
from urllib.parse import urlsplit

from flask import Response, current_app, flash, redirect, request
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.datastructures import FileStorage

from workflows import actions

from . import drafts, ended
from .audit import AuditRow, first_of_this_transaction
from .events import Event
from .model import Base, db, utcnow
from .plain import wants_json
from .text import moment

LASTS = timedelta(hours=12)
"""So long after the first press the second is told that it was done."""
APART = drafts.MARKS | {"version", "base", "held", "seen"}
"""Fields that differ from one opening of the page to the next, whatever is asked for."""
LONGEST = 2000
"""Characters of an address that is remembered."""
BEGINS = 1 << 20
"""So many bytes of a file are looked at."""
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
    """The first row the form laid down in the audit chain, where it did something that is audited."""


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
    files = [(name, _print_of(file)) for name, file in request.files.items(multi=True) if file.filename]
    held = repr(("taken_form", current_user.id, _address(), request.query_string, pairs, files)).encode()
    return hmac.new(str(current_app.config["SECRET_KEY"]).encode(), held, "sha256").hexdigest()


def _print_of(file: FileStorage) -> str:
    """Name, size and beginning of a file: another one of the same name is another form."""
    at = file.stream.tell()
    size = file.stream.seek(0, SEEK_END)
    file.stream.seek(0)
    begins = hashlib.sha256(file.stream.read(BEGINS)).hexdigest()
    file.stream.seek(at)
    return f"{file.filename} {size} {begins}"


def _is_page_of_a_person() -> bool:
    return bool(current_user.is_authenticated) and not wants_json() and request.blueprint != "drafts"


def remember(answer: Response) -> None:
    """The form was taken and leads on: remembered in the same transaction."""
    if request.method != "POST" or answer.status_code != 303 or not _is_page_of_a_person():
        return
    content = _content()
    if content is None or len(answer.location or "") > LONGEST:
        return
    values = {
        "content": content, "at": utcnow(), "led_to": answer.location, "audit_seq": first_of_this_transaction(),
    }  # fmt: skip
    db.session.merge(TakenForm(user_id=current_user.id, action=_address(), **values))


def answered(answer: Response) -> Response:
    """Instead of a refusal of what the same person did before: where that led, with one sentence; else the answer itself."""
    if request.method != "POST" or answer.status_code not in REFUSED or not _is_page_of_a_person():
        return answer
    before = _before()
    if before is None or before.content != _content() or not _may_still():
        return answer
    return _led_on(before) if _stands(before, answer.status_code) else answer


def _may_still() -> bool:
    """Whether the person has a role today that does such a thing."""
    action = getattr(current_app.view_functions.get(request.endpoint or ""), "action", "signed_in")
    return action in ("public", "signed_in") or actions.may(current_user.actor(), action) is None


def _stands(before: TakenForm, status: int) -> bool:
    """Whether what the first press did is still there, as far as the audit chain tells.

    A step stands as long as what took it has not come to where it can be taken again; anything else as long as nothing was
    done to what it touched. Of a form that left no trace nothing is known: only a page without a version says it was done.
    """
    if before.audit_seq is None:
        return "version" not in request.form
    of_the_press = (AuditRow.seq >= before.audit_seq, AuditRow.at <= before.at, AuditRow.actor_id == before.user_id)
    done = db.session.execute(
        select(AuditRow.seq, AuditRow.subject_type, AuditRow.subject_id).where(*of_the_press)
    ).all()
    if not done:
        return False
    last = max(row.seq for row in done)
    touched = {(row.subject_type, row.subject_id) for row in done}
    return not any(_done_since(*each, last) for each in touched) or (
        status == 409 and "version" not in request.form and _is_past(before.audit_seq, last)
    )


def _done_since(subject_type: str, subject_id: int | None, last: int) -> bool:
    """Whether anything was done to the row after that."""
    same = (AuditRow.subject_type == subject_type, AuditRow.subject_id == subject_id)
    return db.session.scalar(select(AuditRow.seq).where(*same, AuditRow.seq > last).limit(1)) is not None


def _is_past(first: int, last: int) -> bool:
    """Whether the press took a step, and none of what it moved has stood again since where it was taken from."""
    moved = select(Event).where(Event.audit_seq.between(first, last), Event.target.is_not(None))
    steps = [each for each in db.session.scalars(moved) if each.source != each.target]
    again = (
        select(Event.id)
        .where(Event.subject_type == step.subject_type, Event.subject_id == step.subject_id)
        .where(Event.audit_seq > last, Event.target == step.source)
        for step in steps
    )
    return bool(steps) and all(db.session.scalar(each.limit(1)) is None for each in again)


def opened_again() -> Response | None:
    """For the page of a step that its subject has behind it: where the person's own press led; None where they did not take it."""
    before = _before() if request.method == "GET" and _is_page_of_a_person() else None
    if before is None or urlsplit(before.led_to).path == _address() or not _stands(before, 409):
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
    ended.remember_mark(303)  # the same was taken: what this window's computer keeps of it can go too
    return redirect(led_to, 303)  # type: ignore[return-value]


__all__ = ["TakenForm", "answered", "opened_again", "remember"]
