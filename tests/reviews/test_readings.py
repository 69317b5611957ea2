"""Reading what experts wrote leaves a trace: once per person, round and session, wherever the text was shown."""

from __future__ import annotations

import pytest

from audiovisual.kernel.audit import AuditRow
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
