"""Who recuses themselves from a title leaves it wholly, and nothing stays with nobody; a house reads no desk of the bureau."""

from __future__ import annotations

import re
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from audiovisual.desk.counts import counts
from audiovisual.desk.queries import CONDITIONS
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.events import Event
from audiovisual.kernel.model import db, today, utcnow
from audiovisual.people.models import User
from audiovisual.people.operations import houses
from audiovisual.projects.models import Project
from audiovisual.projects.operations import office
from tests import factories as make
from tests.reviews.stages import agreed, proposed
from workflows.access import Actor
from workflows.engine import check


def stranded(page: str) -> list[str]:
    """What the administrator's desk says of titles nobody can act on."""
    box = re.search(r'<section class="box" aria-label="没有人能办的片">.*?</section>', page, re.S)
    return re.findall(r'<td class="col-d">(.*?)\s*<small>', box[0], re.S) if box else []


def on_the_list(person: User, which: str) -> list[int]:
    return list(db.session.scalars(db.select(Project.id).where(CONDITIONS[which](make.actor_of(person)))))


def test_a_title_whose_only_leader_recuses_is_a_task_of_the_administrator(app: Any, login: Any) -> None:
    round_, people = agreed()
    leader, admin, project = people["leader"], make.user("admin"), round_.project
    make.user("sealer")
    assert "只有您一位" in login(leader).get(f"/projects/{project.id}/recusal").text
    with unit_of_work():
        office.recuse(project, make.actor_of(leader), "与出品人是亲属。")
    assert stranded(login(admin).get("/").text) == ["在岗的分管局领导都已回避，或前一步是自己办的，没有人能办"]
    assert (on_the_list(leader, "todo"), on_the_list(leader, "doing"), on_the_list(leader, "late")) == ([], [], [])
    another = make.user("leader")
    assert stranded(login(db.session.merge(admin)).get("/").text) == []
    assert on_the_list(another, "todo") == [project.id]


def test_what_the_only_head_proposed_themselves_is_a_task_of_the_administrator(app: Any, login: Any) -> None:
    both, admin, other = make.user("officer", "head"), make.user("admin"), make.user("officer")
    project = make.project("proposed", officer=both, head=both)
    assert stranded(login(admin).get("/").text) == ["在岗的处长都已回避，或前一步是自己办的，没有人能办"]
    assert on_the_list(both, "todo") == []
    with unit_of_work():  # the same where a deputy proposed it in the name of the head
        project.proposed_by_id, project.proposed_for_id = other.id, both.id
    db.session.refresh(project)
    assert (on_the_list(both, "todo"), counts(make.actor_of(both)).todo) == ([], 0)
    another = make.user("head")
    assert stranded(login(db.session.merge(admin)).get("/").text) == []
    assert (on_the_list(another, "todo"), counts(make.actor_of(another)).todo) == ([project.id], 1)


def test_who_stands_in_for_the_proposer_does_not_find_the_next_step_on_their_list(app: Any) -> None:
    head, deputy = make.user("officer", "head"), make.user("officer")
    project = make.project("proposed", officer=head, head=make.user("head"))
    standing_in = Actor(deputy.id, deputy.name, frozenset({"officer", "head"}), None, MappingProxyType({"head": head.id}),
                        frozenset({"head"}))  # fmt: skip
    listed = db.session.scalars(db.select(Project.id).where(CONDITIONS["todo"](standing_in)))
    assert (list(listed), counts(standing_in).todo) == ([], 0)
    assert "前一步是您办的" in str(check(project.machine, project, "screen", standing_in))


def test_heads_are_asked_who_goes_on_only_where_nobody_is_in_charge_any_more(app: Any) -> None:
    round_, people = proposed()
    kept = []
    for person in (make.user("leader"), people["officer"]):
        with unit_of_work():
            office.recuse(round_.project, make.actor_of(person), "与出品人是亲属。")
        kept.append(db.session.query(Event.data).filter_by(trigger="recuse", actor_id=person.id).scalar())
    assert [data.get("in_charge") for data in kept] == [None, True]


def test_a_house_reads_neither_names_nor_inner_steps_on_its_desk(app: Any, login: Any) -> None:
    round_, people = proposed()
    client = login(people["producer"])
    row = re.search(
        r'<td class="col-d">(.*?)<small>.*?data-label="在谁手里">(.*?)<small>', client.get("/desk/doing").text, re.S
    )
    assert [row[1].strip(), row[2].strip()] == ["等省局审核", "省局"]
    page = client.get(f"/projects/{round_.project_id}").text
    assert "等省局审核" in page
    assert people["officer"].name not in page
    assert "审签" not in page


def test_a_title_is_in_the_work_of_those_who_signed_it(app: Any) -> None:
    round_, people = agreed()
    bystander = make.user("head")
    assert on_the_list(people["head"], "doing") == [round_.project_id]
    assert on_the_list(bystander, "doing") == []


def test_a_house_whose_application_was_refused_finds_that_it_is_its_turn(app: Any, login: Any) -> None:
    producer, officer = (
        make.producer(make.house(state="applied", decided_at=None, applied_at=utcnow())),
        make.user("officer"),
    )
    with unit_of_work():
        houses.step(producer.house, "refuse", make.actor_of(officer), "请补交许可证。")
    page = login(producer).get("/").text
    assert "按省局的意见改好资料，重新申请入驻" in page
    assert counts(make.actor_of(db.session.merge(producer))).all_todo == 1


def test_an_opinion_past_its_day_is_late_for_its_expert(app: Any, login: Any) -> None:
    round_, experts = make.reading(make.user("officer"))
    with unit_of_work():
        for seat in round_.assignments:
            seat.due_on = today() - timedelta(days=2)
    expert = db.session.merge(experts[0])
    assert (counts(make.actor_of(expert)).late, counts(make.actor_of(expert)).all_todo) == (1, 1)
    page = login(expert).get("/desk/late").text
    assert round_.project.title in page
    assert "没有超期的项目" not in page
