"""The life of a title through the operations, from draft to production, with its numbers, clocks and traces."""

from __future__ import annotations

import pytest

from audiovisual.kernel import audit
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.events import Event
from audiovisual.kernel.model import db
from audiovisual.kernel.outbox import OutboxRow
from audiovisual.projects.clocks import running
from audiovisual.projects.operations import filing, intake
from tests import factories as make
from workflows.errors import NotAllowed, RuleBroken, Unknown, WrongState


def test_a_complete_draft_is_submitted_and_gets_a_number_a_class_and_a_clock(app):
    project = make.project("submitted")
    assert (project.state, project.number, project.class_code) == ("submitted", "苏网种〔2026〕0001", "one")
    assert running(project).step == "acceptance"
    assert project.due_on is not None and project.holder_role == "officer"


def test_a_title_goes_all_the_way_into_production(app):
    project = make.project("in_production")
    assert project.state == "in_production" and project.holder_role == "producer"
    triggers = [e.trigger for e in db.session.query(Event).order_by(Event.id)]
    assert triggers == ["submit", "receive", "accept", "propose", "screen", "schedule", "start_production"]
    assert audit.verify(db.session()).broken_at is None
    assert db.session.query(OutboxRow).filter_by(kind="event").count() == 7


def test_an_incomplete_draft_is_refused_with_its_first_lack(app):
    by = make.producer()
    project = make.draft(by, synopsis="太短")
    with pytest.raises(RuleBroken) as refusal, unit_of_work():
        filing.submit(project, make.actor_of(by))
    assert refusal.value.field == "synopsis"
    assert project.number is None


def test_another_house_does_not_even_learn_that_the_title_exists(app):
    project, stranger = make.project("submitted"), make.producer()
    with pytest.raises(Unknown), unit_of_work():
        filing.withdraw(project, make.actor_of(stranger), "与我无关")


def test_the_head_who_proposed_as_officer_cannot_decide(app):
    both = make.user("officer", "head")
    project = make.project("proposed", officer=both)
    with pytest.raises(NotAllowed), unit_of_work():
        intake.screen(project, make.actor_of(both))


def test_a_second_receipt_meets_the_state_the_first_left(app):
    project = make.project("received")
    with pytest.raises(WrongState), unit_of_work():
        intake.receive(project, make.actor_of(make.user("officer")))


def test_completion_stops_the_clock_and_leaves_the_rest_alone(app):
    by, officer = make.producer(), make.user("officer")
    project = make.project("received", by=by, officer=officer)
    due = project.due_on
    with unit_of_work():
        notice = intake.ask_completion(project, make.actor_of(officer), [{"field": "synopsis", "demand": "请补结局。"}])
    assert project.state == "completing" and project.due_on is None and project.paused_since is not None
    with pytest.raises(RuleBroken), unit_of_work():
        filing.complete(project, make.actor_of(by))
    with unit_of_work():
        filing.answer_item(notice.items[0], make.actor_of(by), "已补写结局。", None)
        filing.complete(project, make.actor_of(by))
    assert project.state == "received" and project.due_on == due
