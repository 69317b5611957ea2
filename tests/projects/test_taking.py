"""A title whose officer is gone lies with all officers as 无人经办, until one press takes it on."""

from __future__ import annotations

import pytest

from audiovisual.desk.counts import counts
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db
from audiovisual.kernel.outbox import work_off
from audiovisual.people.models import Message, User
from audiovisual.people.operations import accounts, roles
from audiovisual.projects.models import Project
from audiovisual.projects.operations import office
from tests import factories as make
from tests import turns


class People(dict[str, int]):
    """People by their part, read anew each time: requests in between end the session."""

    def __getitem__(self, part: str) -> User:
        db.session.expire_all()
        return db.session.get(User, super().__getitem__(part))


@pytest.fixture
def people(app):
    """The officer in charge, two more, a head, the administrator, a producer of a house of its own."""
    parts = {"officer": "officer", "other": "officer", "third": "officer", "head": "head", "admin": "admin"}
    made = {part: make.user(role).id for part, role in parts.items()}
    return People(made | {"producer": make.producer().id})


def stands(id_: int) -> Project:
    """The title, read anew."""
    db.session.expire_all()
    return db.session.get(Project, id_)


def test_a_title_nobody_is_in_charge_of_is_taken_by_the_first_who_presses(people, login):
    id_ = make.project("accepted", officer=people["officer"], head=people["head"]).id
    login(people["admin"]).post(f"/people/{people['officer'].id}/acts/left")
    page = login(people["other"]).get("/").text
    assert "无人经办" in page and f'action="/projects/{id_}/take"' in page
    title = login(people["other"]).get(f"/projects/{id_}").text
    assert "无人经办" in title and f"原经办{people['officer'].name}已不在岗" in title
    assert login(people["other"]).post(f"/projects/{id_}/take").status_code == 303
    late = login(people["third"]).post(f"/projects/{id_}/take")
    assert late.status_code == 403 and "由别的同事经办" in late.text
    assert (stands(id_).officer_id, stands(id_).holder_id) == (people["other"].id, people["other"].id)
    assert turns.breaches(stands(id_)) == []
    assert "无人经办" not in login(people["third"]).get("/").text


def test_who_loses_the_role_and_gets_it_back_finds_the_desk_as_it_was(people, app):
    row = make.project("accepted", officer=people["officer"], head=people["head"])
    admin, officer = make.actor_of(people["admin"]), people["officer"]
    with unit_of_work():
        roles.revoke(officer, "officer", admin)
    assert {id_ for who in ("other", "third") for id_ in turns.listed(make.actor_of(people[who]))} == {row.id}
    with unit_of_work():
        roles.grant(officer, "officer", admin)
    assert turns.listed(make.actor_of(people["officer"])) == {row.id}
    assert turns.listed(make.actor_of(people["other"])) == set()


def test_the_page_says_what_an_officer_holds_and_to_whom_it_may_go(people, login):
    rows = [make.project("accepted", officer=people["officer"], head=people["head"]) for _ in range(3)]
    ids = [row.id for row in rows]
    with unit_of_work():
        office.recuse(rows[2], make.actor_of(people["other"]), "与主创是亲属")
    client, at = login(people["admin"]), f"/people/{people['officer'].id}"
    page = client.get(at).text
    assert page.count(f"{people['officer'].name}经办的项目还有 3 部没有办结。 交给") == 2, (
        "with the role and with the account"
    )
    assert (
        page.count(f'<option value="{people["other"].id}">') == 2
        and f'<option value="{people["officer"].id}"' not in page
    )
    for wrong in ("999999", str(people["head"].id), "abc"):
        answer = client.post(f"{at}/acts/left", data={"heir_titles": wrong})
        assert answer.status_code == 422 and people["officer"].is_here
    wrong = {"heir_titles": str(people["head"].id), "heir_key_titles": "999999"}
    for act in ("acts/left", "roles/officer/revoke"):  # all that is wrong is told at once
        told = client.post(f"{at}/{act}", data=wrong)
        assert f"{people['head'].name}现在不能接手，请另选一位。" in told.text
        assert told.status_code == 422 and "0 部重点项目的管家。请选择在岗的同事接手。" in told.text
    left = client.post(f"{at}/acts/left", data={"heir_titles": str(people["other"].id)}, follow_redirects=True)
    assert "有 1 部因回避不能移交给所选的同事" in left.text
    assert [stands(id_).officer_id for id_ in ids] == [people["other"].id] * 2 + [people["officer"].id]
    assert turns.listed(make.actor_of(people["third"])) == {ids[2]}


def test_the_last_of_a_post_is_named_before_the_post_stands_empty(people, login):
    make.project("proposed", officer=people["officer"], head=people["head"])
    page = login(people["admin"]).get(f"/people/{people['head'].id}").text
    assert f"除{people['head'].name}外没有人任处长，有 1 部项目等处长办理。" in page
    make.user("head")
    assert "没有人任处长" not in login(people["admin"]).get(f"/people/{people['head'].id}").text


def test_an_expert_who_goes_frees_the_seat_and_the_officer_is_told(app):
    officer = make.user("officer")
    round_, experts = make.reading(officer)
    with unit_of_work():
        accounts.mark_left(experts[0], make.actor_of(make.user("admin")))
    project = db.session.get(Project, round_.project_id)
    assert (project.holder_role, project.holder_id) == ("officer", officer.id)
    assert turns.breaches(project) == []
    name, officer_id = experts[0].name, officer.id
    work_off()
    told = {message.params.get("name") for message in db.session.query(Message).filter_by(user_id=officer_id)}
    assert name in told


def test_a_house_with_nobody_left_is_the_officers_to_call(people, login):
    by = people["producer"]
    id_ = make.project("scheduled", by=by, officer=people["officer"], head=people["head"]).id
    assert turns.listed(make.actor_of(people["officer"])) == set()
    page = login(people["admin"]).get(f"/people/{people['producer'].id}").text
    assert f"{people['producer'].name}是这个机构最后一位在册人员，还有 1 部项目没有办结。" in page
    with unit_of_work():
        accounts.mark_left(people["producer"], make.actor_of(people["admin"]))
    assert turns.listed(make.actor_of(people["officer"])) == {id_}
    assert turns.breaches(stands(id_)) == []
    page = login(people["officer"]).get("/").text
    assert "制作机构没有在册人员，请与机构联系" in page and f'href="/projects/{id_}"' in page
    assert "制作机构没有在册人员" in login(people["officer"]).get(f"/projects/{id_}").text
    assert counts(make.actor_of(people["other"])).todo == 0
