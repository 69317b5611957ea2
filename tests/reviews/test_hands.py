"""In whose hands a round is: who may take its next step, what becomes of it with its title, who holds the title."""

from __future__ import annotations

import pytest

from audiovisual.documents.models import Document
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.lifecycle import apply
from audiovisual.kernel.model import db
from audiovisual.people.models import User
from audiovisual.projects.operations import intake, office
from audiovisual.reviews.operations import panels, settling
from tests import factories as make
from tests.attacks.agreement import disagreements
from tests.reviews.stages import agreed, gathered, proposed
from workflows.access import SYSTEM, Actor
from workflows.errors import NotAllowed


def deputy_of(absent: User, role: str, deputy: User | None = None) -> Actor:
    """Somebody who stands in for that person in that role, and holds the role only so."""
    person = deputy or make.user("officer" if role != "officer" else "sealer")
    return Actor(
        person.id, person.name, person.roles | {role}, None, {role: absent.id}, frozenset({role}) - person.roles
    )


def composing():
    """A round without experts yet, and its house."""
    people = {"officer": make.user("officer"), "producer": make.producer()}
    project = make.delivered(people["officer"], people["producer"])
    with unit_of_work():
        return panels.open_(project, make.actor_of(people["officer"])), people


@pytest.mark.parametrize(
    ("stage", "left"),
    [(composing, "cancelled"), (gathered, "cancelled"), (proposed, "cancelled"), (agreed, "cancelled"),
     (make.decided, "cancelled"), (make.served, "closed")],
)  # fmt: skip
def test_a_title_withdrawn_leaves_no_round_open(app, stage, left):
    round_, people = stage()
    with unit_of_work():
        apply(round_.project, "withdraw", make.actor_of(people["producer"]), "剧组解散")
    assert round_.state == left
    assert disagreements() == []


def test_a_letter_still_to_be_sealed_goes_with_its_round(app):
    round_, people = make.decided()
    with unit_of_work():
        apply(round_.project, "withdraw", make.actor_of(people["producer"]), "剧组解散")
    assert db.session.query(Document).filter_by(round_id=round_.id).one().state == "withdrawn"


@pytest.mark.parametrize(
    ("stage", "role"), [(gathered, "officer"), (proposed, "head"), (agreed, "leader"), (make.decided, "sealer")]
)
def test_a_resumed_title_is_in_the_hands_its_round_left_it_in(app, stage, role):
    round_, people = stage()
    officer = make.actor_of(people["officer"])
    with unit_of_work():
        apply(round_.project, "suspend", make.actor_of(people["head"]), "等有关部门意见")
        apply(round_.project, "resume", make.actor_of(people["head"]), "意见已到")
    assert round_.project.holder_role == role
    assert round_.project.holder_id == (officer.id if role == "officer" else None)


def test_a_head_whose_deputy_agreed_does_not_decide(app):
    round_, _people = proposed()
    both = make.user("head", "leader")
    with unit_of_work():
        settling.agree(round_, deputy_of(both, "head"))
    with pytest.raises(NotAllowed), unit_of_work():
        settling.decide(round_, make.actor_of(both))


def test_a_leader_in_whose_name_was_decided_does_not_seal(app):
    from audiovisual.documents.operations import seal

    round_, _people = agreed()
    both = make.user("leader", "sealer")
    with unit_of_work():
        settling.decide(round_, deputy_of(both, "leader"))
    document = db.session.query(Document).filter_by(round_id=round_.id).one()
    with pytest.raises(NotAllowed), unit_of_work():
        seal(document, make.actor_of(both))


def test_an_officer_whose_deputy_proposed_a_title_does_not_screen_it(app):
    both = make.user("officer", "head")
    project = make.project("accepted", officer=both)
    with unit_of_work():
        intake.propose(project, deputy_of(both, "officer"), make.scores(), "admit", "建议入库。")
    with pytest.raises(NotAllowed), unit_of_work():
        intake.screen(project, make.actor_of(both))


def test_who_agreed_does_not_send_back_what_he_agreed_but_the_leader_does(app):
    round_, people = agreed()
    with pytest.raises(NotAllowed), unit_of_work():
        settling.send_back(round_, make.actor_of(people["head"]), "再想想")
    with unit_of_work():
        settling.send_back(round_, make.actor_of(people["leader"]), "第三条请写明集数")
    assert round_.state == "frozen"


def test_nobody_acts_in_the_name_of_a_head_who_recused_himself(app):
    project, head = make.project("proposed"), make.user("head")
    with unit_of_work():
        office.recuse(project, make.actor_of(head), "与主创是亲属")
    with pytest.raises(NotAllowed) as refused, unit_of_work():
        intake.screen(project, deputy_of(head, "head"))
    assert str(refused.value.sentence) == "您代理的同事已回避这部片，不能代为办理。"
    with unit_of_work():  # a head in his own right is free to, whomever he stands in for besides
        intake.screen(project, deputy_of(head, "head", make.user("head")))
    assert project.state == "screened"


def test_a_round_is_ended_by_the_program_alone(app):
    round_, people = proposed()
    with pytest.raises(NotAllowed), unit_of_work():
        apply(round_, "end", make.actor_of(people["officer"]), "不办了")
    with unit_of_work():
        apply(round_, "end", SYSTEM, "项目已撤回")
    assert round_.state == "cancelled"
