"""Of one thing that happens a person is told once, however many records it changes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from audiovisual.desk.operations import ask_urgent, withdraw_urgent
from audiovisual.documents.models import Document
from audiovisual.documents.operations import seal
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.events import Event
from audiovisual.kernel.model import db, today
from audiovisual.kernel.outbox import OutboxRow, work_off
from audiovisual.people.models import Message
from audiovisual.people.queries.inbox import headline
from audiovisual.projects.models import Question
from audiovisual.projects.operations import office
from audiovisual.reviews import ledger
from audiovisual.reviews.models import Round
from audiovisual.reviews.operations import changes as acts
from audiovisual.reviews.operations import opinions, panels, settling
from audiovisual.reviews.queries import opinions_of
from tests import factories as make


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        ("pass_after_changes", "demand_changes"),
        ("re_review", "demand_changes"),
        ("refused", "refuse"),
        ("passed", "serve"),
    ],
)
def test_a_letter_is_one_message_and_one_mail(app, outcome, told):
    round_, people = make.served(outcome)
    letter = f"/documents/{db.session.scalars(db.select(Event.subject_id).where(Event.trigger == 'serve')).one()}"
    where = {"demand_changes": f"/projects/{round_.project_id}/changes", "refuse": letter, "serve": letter}[told]
    since = db.select(Event.id).where(Event.trigger.in_(("serve", "demand_changes", "refuse")))
    for part in ("producer", "officer"):
        mine = db.select(Message).where(Message.user_id == people[part].id, Message.event_id.in_(since))
        messages = db.session.scalars(mine).all()
        assert [db.session.get(Event, message.event_id).trigger for message in messages] == [told], part
        mails = [row.payload for row in db.session.scalars(db.select(OutboxRow).where(OutboxRow.kind == "mail"))]
        number = db.session.get(Event, messages[0].event_id).data["number"]
        mine = [each for each in mails if each["to"] == people[part].email and number in str(each["values"]["params"])]
        assert len(mine) == 1, part
        if part == "producer":
            assert messages[0].url == where


def headlines(person_id: int, trigger: str) -> list[str]:
    """What a person was told of each event of a kind, the first one first."""
    asked = db.select(Message).join(Event, Event.id == Message.event_id)
    asked = asked.where(Message.user_id == person_id, Event.trigger == trigger).order_by(Message.id)
    return [headline(message) for message in db.session.scalars(asked)]


def test_a_row_is_named_by_the_number_it_has_in_letter_and_ledger(app):
    people = {role: make.user(role) for role in ("officer", "head", "leader", "sealer")}
    house = make.producer()
    round_, _experts = make.reading(people["officer"], house)
    me, producer = make.actor_of(people["officer"]), make.actor_of(house)
    for seat in list(round_.assignments):
        make.written(seat)
        with unit_of_work():
            opinions.sign(seat, make.actor_of(seat.expert))
    own = {"episode": None, "frame_in": None, "frame_out": None, "basis": "", "demand": "alter", "demand_text": ""}
    with unit_of_work():
        settling.add(round_, me, problem="建议调整片尾。", severity="should", **own)
        settling.adopt(round_, me, [row for opinion in opinions_of(round_) for row in opinion.rows])
        settling.propose(round_, me, "pass_after_changes", "整体扎实。", "")
    with unit_of_work():
        settling.agree(round_, make.actor_of(people["head"]))
    with unit_of_work():
        settling.decide(round_, make.actor_of(people["leader"]))
    with unit_of_work():
        seal(
            db.session.scalars(db.select(Document).where(Document.round_id == round_.id)).one(),
            make.actor_of(people["sealer"]),
        )
    work_off()
    round_ = db.session.get(Round, 1)
    must = next(line for line in ledger.lines_of(round_) if line.change.severity == "must")
    assert (must.number, must.change.ordinal) == (1, 2)
    for change in round_.changes:
        with unit_of_work():
            acts.answer(change, producer, "explained", "说明在下面。")
    with unit_of_work():
        acts.reopen(must.change, me, "还要再改。")
    work_off()
    assert headlines(producer.id, "reopen")[0].endswith("第 1 条")


def test_figures_of_a_signature_are_those_of_its_moment_and_an_empty_seat_counts(app):
    officer = make.user("officer")
    officer_id = officer.id
    round_, _experts = make.reading(officer)
    first, second, gone = round_.assignments
    with unit_of_work():
        panels.release(gone, make.actor_of(officer))
    for seat in (first, second):
        make.written(seat)
        with unit_of_work():
            opinions.sign(seat, make.actor_of(seat.expert))
    work_off()  # only now: both mails are written after both signatures
    assert [line[-6:] for line in headlines(officer_id, "sign")] == ["还差 2 位", "还差 1 位"]


def test_who_loses_a_title_is_told_who_has_it_now(app):
    head, officer, other = make.user("head"), make.user("officer"), make.user("officer", name="顾清让")
    project = make.project("accepted", officer=officer)
    ids = {"officer": officer.id, "other": other.id}
    with unit_of_work():
        office.hand_over(project, make.actor_of(head), other, "调整分工。")
    work_off()
    assert [bool(headlines(ids[who], "hand_over")) for who in ("officer", "other")] == [True, True]
    assert "已移交给顾清让经办" in headlines(ids["officer"], "hand_over")[0]


def test_a_house_is_told_that_its_question_was_marked_as_done(app):
    house, officer = make.producer(), make.user("officer")
    project = make.project("accepted", by=house, officer=officer)
    asking = house.id
    with unit_of_work():
        office.remark(project, make.actor_of(house), "协审要多久？")
    with unit_of_work():
        office.settle_question(db.session.query(Question).one(), make.actor_of(db.session.merge(officer)))
    work_off()
    assert "省局看过了您的提问" in headlines(asking, "settle_question")[0]


def test_an_officer_takes_back_an_urgent_request_asked_by_mistake(app):
    officer = make.user("officer")
    project = make.project("accepted", officer=officer)
    with unit_of_work():
        request = ask_urgent(project, make.actor_of(officer), "误点。", None)
    with unit_of_work():
        withdraw_urgent(request, make.actor_of(officer))
    assert request.state == "withdrawn"


def test_nobody_is_asked_by_a_day_that_has_passed(app):
    officer, other = make.user("officer"), make.user("officer")
    project = make.project("accepted", officer=officer)
    asked = other.id
    with unit_of_work():
        project.due_on = today() - timedelta(days=5)
    with unit_of_work():
        office.hand_over(project, make.actor_of(officer), other, "调整分工。")
    work_off()
    assert "到期" not in headlines(asked, "hand_over")[0]
