"""Reading what experts wrote leaves a trace: once per person, round and session, wherever the text was shown."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from audiovisual.kernel.audit import AuditRow
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db
from audiovisual.reviews.models import OpinionReading
from tests import factories as make

from .stages import gathered, proposed


def readings() -> list[tuple[int, int]]:
    """Who read which round, as noted; the audit chain tells the same."""
    db.session.rollback()
    noted = [(row.user_id, row.round_id) for row in db.session.query(OpinionReading).order_by(OpinionReading.id)]
    rows = db.session.query(AuditRow).filter_by(action="opinion.view").order_by(AuditRow.seq)
    assert [(row.actor_id, row.subject_id) for row in rows] == noted
    return noted


@pytest.mark.parametrize("path", ["", "/settle", "/propose"])
def test_each_page_that_shows_opinions_notes_its_reader_once_per_session(login, path):
    round_, people = gathered()
    officer = people["officer"].id, round_.id
    browser = login(people["officer"])
    for _ in range(2):
        assert browser.get(f"/reviews/{officer[1]}{path}").status_code == 200
    assert readings() == [officer]
    assert browser.get(f"/reviews/{officer[1]}").status_code == 200
    assert readings() == [officer]


def test_whoever_decides_is_noted_too_and_each_log_in_anew(login):
    round_, people = proposed()
    head, leader, number = people["head"].id, people["leader"].id, round_.id
    for role in ("head", "leader", "head"):
        assert login(people[role]).get(f"/reviews/{number}/decide").status_code == 200
        people = {name: db.session.merge(people[name]) for name in ("head", "leader")}
    assert readings() == [(head, number), (leader, number), (head, number)]


def test_hidden_opinions_and_ones_own_leave_no_trace(login):
    officer = make.user("officer")
    round_, experts = make.reading(officer)
    make.written(round_.assignments[0])
    seat = round_.assignments[0].id
    assert login(officer).get(f"/reviews/{round_.id}").status_code == 200
    assert login(experts[0]).get(f"/reviews/tasks/{seat}/room").status_code == 200
    assert readings() == []


def test_a_hit_shows_the_words_of_an_opinion_and_is_noted(login):
    round_, people = gathered()
    comment, number = round_.assignments[0].opinion.comment, round_.id
    officer, expert = people["officer"].id, db.session.merge(people["experts"][0])
    found = login(people["officer"]).get("/search", query_string={"q": comment[:4]})
    assert f"/reviews/{number}#opinion-" in found.text
    assert readings() == [(officer, number)]
    assert login(expert).get("/search", query_string={"q": comment[:4]}).status_code == 200
    assert readings() == [(officer, number)], "an expert finds his own words, which is no reading"


def test_the_trace_names_the_round_and_its_title(login):
    round_, people = gathered()
    project = round_.project_id
    login(people["officer"]).get(f"/reviews/{round_.id}")
    row = db.session.query(AuditRow).filter_by(action="opinion.view").one()
    assert (row.subject_type, row.project_id, row.data) == ("review_round", project, '{"round": 1}')


@contextmanager
def _when_asked(times: int) -> Iterator[threading.Event]:
    """An event that is set once the table of readings was asked so often what it knows."""
    asked, enough = [], threading.Event()

    def _listen(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement.startswith("SELECT") and "opinion_reading" in statement:
            asked.append(statement)
            if len(asked) >= times:
                enough.set()

    event.listen(db.engine, "before_cursor_execute", _listen)
    yield enough
    event.remove(db.engine, "before_cursor_execute", _listen)


def test_two_windows_of_one_session_opened_at_the_same_moment_are_one_reading(login, app):
    round_, people = gathered()
    officer, path = people["officer"].id, f"/reviews/{round_.id}"
    with login(people["officer"]).session_transaction() as cookie:
        worn = dict(cookie)
    statuses = []

    def window() -> None:
        client = FlaskClient(app, app.response_class)  # not the linting one, which belongs to the test's own thread
        with client.session_transaction() as cookie:
            cookie.update(worn)
        statuses.append(client.get(path).status_code)

    db.session.rollback()
    windows = [threading.Thread(target=window) for _ in range(2)]
    with _when_asked(2) as both:
        with unit_of_work():  # whoever writes now waits: both windows find nothing noted before either can note it
            for thread in windows:
                thread.start()
            assert both.wait(20)
        for thread in windows:
            thread.join(20)
    assert statuses == [200, 200]
    assert readings() == [(officer, round_.id)]
