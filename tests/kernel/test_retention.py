"""What has had its term is deleted by the worker, piece by piece; what has none stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from audiovisual import worker
from audiovisual.kernel import audit, drafts, pressed, retention, uploads
from audiovisual.kernel.audit import AuditRow
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.drafts import FormDraft
from audiovisual.kernel.events import Event
from audiovisual.kernel.model import db, utcnow
from audiovisual.kernel.outbox import OutboxRow, work_off
from audiovisual.kernel.pressed import TakenForm
from audiovisual.kernel.sensitive import TERMS
from audiovisual.kernel.uploads import Upload
from audiovisual.kernel.withheld import WithheldValue
from audiovisual.people import browsers
from audiovisual.people.models import Expert, Invitation, LoginSession, Message, User
from audiovisual.proof import proven
from tests import factories as make

ONE_DAY = timedelta(days=1)


def test_each_term_has_its_function_and_each_function_its_term(app):
    assert retention.SWEEPS.keys() == TERMS.keys()


def test_the_terms_of_forms_and_uploads_are_those_they_are_refused_by():
    days = {code: timedelta(days=TERMS[code].days) for code in ("form_drafts", "uploads", "taken_forms", "browsers")}
    assert (days["form_drafts"], days["uploads"]) == (drafts.LASTS, uploads.LASTS)
    assert days["taken_forms"] >= pressed.LASTS
    assert days["browsers"] == browsers.LASTS


def _old_things() -> User:
    """One thing of each term, and somebody who left; gives who left."""
    gone = make.user("expert", phone="13900000001", left_on=utcnow().date())
    stays = make.user("admin")
    with unit_of_work() as session:
        old = utcnow()
        session.add_all([
            LoginSession(token_hash="a" * 64, user_id=gone.id, ended_at=old, address="10.0.0.1"),
            LoginSession(token_hash="b" * 64, user_id=stays.id),
            OutboxRow(kind="event", payload={}, done_at=old), OutboxRow(kind="event", payload={}, failed_at=old),
            OutboxRow(kind="mail", payload={"to": "x@example.test"}, done_at=old),
            Message(user_id=stays.id, subject="看过", body="", read_at=old), Message(user_id=stays.id, subject="没看", body=""),
            FormDraft(user_id=stays.id, action="/a", fields=[["text", "字"]]),
            TakenForm(user_id=stays.id, action="/a", content="c", led_to="/"),
            Upload(token="t" * 32, owner_id=stays.id, name="片.mp4", size=5, expires_at=old),
            Invitation(token_hash="d" * 64, email="i@example.test", name="某", roles=["officer"], invited_by_id=stays.id, expires_at=old),
        ])  # fmt: skip
        expert = session.get_one(Expert, gone.id)
        expert.relatives, expert.past_employers = ["某某影视"], ["某某传媒"]
        session.flush()
        audit.record("user.edited", gone, make.actor_of(gone), before={"phone": "13900000002"})
    return gone


HELD = (LoginSession, OutboxRow, Message, FormDraft, TakenForm, Upload, Invitation)


def _counted() -> dict[str, int]:
    return {model.__tablename__: db.session.scalar(select(func.count()).select_from(model)) for model in HELD}


def _values_left() -> int:
    return db.session.scalar(select(func.count()).where(WithheldValue.value.is_not(None)))


@pytest.fixture
def one_at_a_time(monkeypatch):
    monkeypatch.setattr(retention, "PIECE", 1)


def test_all_that_is_due_goes_in_pieces_and_the_record_stays(app, one_at_a_time):
    make.project("received")
    work_off()
    gone = _old_things().id
    record = [db.session.scalar(select(func.count()).select_from(model)) for model in (Event, AuditRow)]
    assert _values_left() == 1
    last = max(term.days for term in TERMS.values())
    with time_machine.travel(utcnow() + timedelta(days=last) + ONE_DAY, tick=False):
        with unit_of_work():
            retention.begin()
        work_off()
        left = _counted()
        assert {name: count for name, count in left.items() if count} == {
            "login_session": 1,  # the newest, whose number is not given again
            "outbox_row": left["outbox_row"],
        }
        kinds = set(db.session.scalars(select(OutboxRow.kind)))
        assert kinds == {"retention", "find"}  # of today: the pieces, and the profile indexed anew
    user = db.session.get_one(User, gone)
    assert (user.phone, user.email, user.expert.relatives, user.expert.past_employers) == ("", "", [], [])
    assert _values_left() == 0
    now = [db.session.scalar(select(func.count()).select_from(model)) for model in (Event, AuditRow)]
    assert (now[0], now[1] - record[1]) == (record[0], 2)  # the person's particulars and the values, each told by a row
    assert [line for part in ("chain", "withheld") for piece in proven(part) for line in piece] == []


def test_what_is_not_due_stays(app):
    _old_things()
    before = _counted() | {"upload": 0, "outbox_row": 0}
    with unit_of_work():
        retention.begin()
    work_off()
    assert _counted() | {"upload": 0, "outbox_row": 0} == before
    assert _values_left() == 1


def test_the_worker_begins_it_daily(app):
    worker.daily()
    assert db.session.scalar(select(func.count()).where(OutboxRow.kind == "retention")) == 1
