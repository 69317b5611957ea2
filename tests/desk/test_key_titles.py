"""The year's key titles: one proposes, another decides, a third serves; each step lies on one party's desk."""

from __future__ import annotations

import re

import pytest

from audiovisual.desk import keys
from audiovisual.desk.counts import counts
from audiovisual.desk.key_queries import key_of, taken_slots
from audiovisual.desk.models import KeyProject, KeyProposal, Stewardship
from audiovisual.kernel import outbox
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db, today
from audiovisual.people.models import Message, User
from audiovisual.projects.models import Project
from audiovisual.projects.operations import filing, office
from tests import factories as make
from workflows.access import Actor
from workflows.errors import NotAllowed, RuleBroken, WrongState

WHY = "题材有辨识度，团队稳定。"


def people() -> dict[str, User]:
    """An officer, two heads, a leader, a colleague who may serve; and the title's house."""
    made = {role: make.user(role) for role in ("officer", "head", "leader", "sealer")}
    return made | {"head2": make.user("head"), "steward": make.user("officer"), "producer": make.producer()}


def proposed(of: dict[str, User], by: str = "officer", slot: int = 1) -> KeyProposal:
    row = make.project("screened", by=of["producer"], officer=make.user("officer"), head=make.user("head"))
    with unit_of_work():
        return keys.propose_key(row, make.actor_of(of[by]), today().year, slot, WHY, of["steward"])


def listed(of: dict[str, User], slot: int = 1, accepted: bool = True) -> KeyProject:
    """A key title of the year, served where its steward has accepted."""
    proposal = proposed(of, slot=slot)
    with unit_of_work():
        keys.decide(proposal, make.actor_of(of["leader"]), True)
        if accepted:
            keys.answer_steward(keys.open_stewardships(proposal.project_id)[0], make.actor_of(of["steward"]), True)
    return key_of(proposal.project_id)


def waiting(of: dict[str, User]) -> dict[str, list[str]]:
    """Who finds which of the sections of key titles on their desk."""
    sections = ("proposals", "named", "stewards")
    found = {
        who: [each for each in sections if counts(make.actor_of(person)).waiting[each]] for who, person in of.items()
    }
    return {who: each for who, each in found.items() if each}


def test_each_step_lies_on_one_party_s_desk_until_it_is_taken(app):
    of = people()
    proposal = proposed(of)
    desks = [waiting(of)]
    with unit_of_work():
        keys.decide(proposal, make.actor_of(of["leader"]), True)
    desks.append(waiting(of))
    with unit_of_work():
        named = db.session.query(Stewardship).one()
        keys.answer_steward(named, make.actor_of(of["steward"]), False, "手上已有三部。")
    desks.append(waiting(of))
    other = make.user("officer")
    with unit_of_work():
        keys.name_steward(key_of(proposal.project_id), make.actor_of(of["head"]), other)
    desks.append(waiting(of | {"other": other}))
    with unit_of_work():
        keys.answer_steward(keys.open_stewardships(proposal.project_id)[0], make.actor_of(other), True)
    desks.append(waiting(of | {"other": other}))
    with unit_of_work():
        dropping = keys.propose_drop(key_of(proposal.project_id), make.actor_of(of["head"]), "主演变更，停机。")
    desks.append(waiting(of))
    with unit_of_work():
        keys.decide(dropping, make.actor_of(of["leader"]), True)
    desks.append(waiting(of | {"other": other}))
    assert desks == [
        {"leader": ["proposals"]},
        {"steward": ["named"]},
        {"head": ["stewards"], "head2": ["stewards"]},
        {"other": ["named"]},
        {},
        {"leader": ["proposals"]},
        {},
    ]
    assert db.session.query(KeyProject).count() == 0 and db.session.get(Project, proposal.project_id).key_year is None
    assert [each.state for each in db.session.query(Stewardship).order_by(Stewardship.id)] == ["declined", "ended"]


@pytest.mark.parametrize("through", ["themselves", "a deputy"])
def test_nobody_decides_what_they_proposed(app, through):
    of = people()
    both = make.user("head", "leader")
    by: Actor = make.actor_of(both)
    if through == "a deputy":
        deputy = of["sealer"]
        by = Actor(deputy.id, deputy.name, deputy.roles | {"head"}, None, {"head": both.id}, frozenset({"head"}))
    row = make.project("screened", officer=make.user("officer"), head=make.user("head"))
    with unit_of_work():
        proposal = keys.propose_key(row, by, today().year, 1, WHY, of["steward"])
    with pytest.raises(NotAllowed, match="前一步是您办的"), unit_of_work():
        keys.decide(proposal, make.actor_of(both), True)
    with pytest.raises(NotAllowed), unit_of_work():
        keys.decide(proposal, make.actor_of(of["officer"]), True)
    assert not waiting({"both": both}) or through == "a deputy"


def test_nobody_names_themselves_nor_the_one_they_stand_in_for(app):
    of = people()
    row = make.project("screened", officer=make.user("officer"), head=make.user("head"))
    officer = make.actor_of(of["officer"])
    standing_in = Actor(officer.id, officer.name, officer.roles, None, {"officer": of["steward"].id})
    for actor, steward in ((officer, of["officer"]), (standing_in, of["steward"])):
        with pytest.raises(RuleBroken, match="管家要由别人提名"), unit_of_work():
            keys.propose_key(row, actor, today().year, 1, WHY, steward)
    key = listed(of, slot=2)
    with pytest.raises(RuleBroken, match="管家要由别人提名"), unit_of_work():
        keys.name_steward(key, make.actor_of(of["head"]), of["head"])


def test_a_steward_answers_for_themselves_and_serves_from_then_on(app):
    of = people()
    key = listed(of, accepted=False)
    named = keys.open_stewardships(key.project_id)[0]
    with pytest.raises(NotAllowed, match="由被提名的人自己答复"), unit_of_work():
        keys.answer_steward(named, make.actor_of(of["head"]), True)
    assert key.steward_id is None
    with unit_of_work():
        keys.answer_steward(named, make.actor_of(of["steward"]), True)
    second = make.user("head")
    with unit_of_work():
        keys.name_steward(key, make.actor_of(of["head"]), second)
    assert key.steward_id == of["steward"].id, "whoever serves goes on until the next has accepted"
    with unit_of_work():
        keys.answer_steward(keys.open_stewardships(key.project_id)[-1], make.actor_of(second), True)
    assert (key.steward_id, [each.person_id for each in keys.open_stewardships(key.project_id)]) == (
        second.id,
        [second.id],
    )


def test_a_key_title_whose_steward_has_left_lies_with_the_heads(app):
    of = people()
    listed(of)
    with unit_of_work():
        of["steward"].left_on = today()
    assert waiting({who: person for who, person in of.items() if who != "steward"}) == {
        "head": ["stewards"], "head2": ["stewards"],
    }  # fmt: skip


def test_a_key_title_whose_steward_left_before_answering_lies_with_the_heads(app):
    of = people()
    listed(of, accepted=False)
    with unit_of_work():
        of["steward"].left_on = today()
    assert waiting({who: person for who, person in of.items() if who != "steward"}) == {
        "head": ["stewards"], "head2": ["stewards"],
    }  # fmt: skip


def test_a_title_is_proposed_once_and_a_seat_given_once(app):
    of = people()
    first, second = proposed(of), proposed(of)
    with pytest.raises(WrongState, match="这部片已经提过名"), unit_of_work():
        keys.propose_key(first.project, make.actor_of(of["head"]), today().year, 2, WHY, of["steward"])
    leader = make.actor_of(of["leader"])
    with unit_of_work():
        keys.decide(first, leader, True)
    with pytest.raises(RuleBroken, match="第 1 位已经有项目"), unit_of_work():
        keys.decide(second, leader, True)
    with unit_of_work():
        keys.decide(second, leader, False, "席位已满。")
    with pytest.raises(WrongState), unit_of_work():
        keys.decide(second, leader, True)


def test_who_nominates_and_who_decides_reads_what_else_waits_for_the_seat(app, login):
    of = people()
    first, alone = proposed(of), "还有 1 个提名等局领导决定，一个席位只能定一个："
    third = make.project("screened", by=of["producer"], officer=make.user("officer"), head=make.user("head"))
    page = login(of["officer"]).get(f"/projects/{third.id}/key").text
    assert alone in page and first.project.title in page
    assert re.search(r'name="slot"[^>]*value="2"', page), "the first seat nobody is nominated for is offered"
    leader = login(of["leader"])
    assert alone not in leader.get(f"/key-proposals/{first.id}").text
    second = proposed(of)
    page = leader.get(f"/key-proposals/{first.id}").text
    assert alone in page and second.project.title in page


def test_a_title_that_fails_takes_its_proposal_along(app):
    of = people()
    proposal = proposed(of)
    with unit_of_work():
        filing.withdraw(proposal.project, make.actor_of(of["producer"]), "投资方撤资。")
    assert (proposal.state, waiting(of)) == ("ended", {})


def test_a_leader_who_recused_themselves_neither_finds_nor_decides_it(app, login):
    of = people()
    proposal = proposed(of)
    with unit_of_work():
        office.recuse(proposal.project, make.actor_of(of["leader"]), "与出品人是亲属。")
    assert waiting(of) == {}
    client = login(of["leader"])
    assert client.get(f"/key-proposals/{proposal.id}").status_code == 404
    assert client.post(f"/key-proposals/{proposal.id}/approve").status_code == 404


def test_the_leader_reads_the_facts_and_agrees_on_the_page(app, login):
    of = people()
    proposal = proposed(of)
    outbox.work_off()
    proposal = db.session.get(KeyProposal, 1)
    told = db.session.scalars(db.select(Message.url).where(Message.user_id == 3)).all()
    assert told == [f"/key-proposals/{proposal.id}"]
    client = login(db.session.get(User, 3))
    desk = client.get("/").text
    assert f'href="/key-proposals/{proposal.id}">去决定' in desk
    page = client.get(f"/key-proposals/{proposal.id}").text
    for words in (WHY, "提名，", f"拟请{proposal.steward.name}担任管家", "已入库", "还没有定下的项目"):
        assert words in page
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    assert client.post(f"/key-proposals/{proposal.id}/refuse", data={"version": version}).status_code == 422
    done = client.post(f"/key-proposals/{proposal.id}/approve", data={"version": version})
    assert done.status_code == 303 and "已同意，机构和处里会收到通知。" in client.get(done.location).text
    again = client.post(f"/key-proposals/{proposal.id}/approve", data={"version": version})
    assert "已经办过了，这次没有重复办。" in client.get(again.location).text
    assert db.session.query(KeyProject).one().decided_by_id == 3


def test_officer_and_head_propose_on_the_title_s_page_and_no_leader_does(app, login):
    of = people()
    row = make.project("screened", by=of["producer"], officer=of["officer"], head=make.user("head"))
    at = f"/projects/{row.id}/key"
    assert [f'href="{at}">提名重点' in login(of[who]).get(f"/projects/{row.id}").text for who in ("officer", "leader")] == [
        True, False,
    ]  # fmt: skip
    client = login(of["officer"])
    form = client.get(at).text
    assert f">{of['steward'].name}</option>" in form and f">{of['officer'].name}</option>" not in form
    sent = {"year": today().year, "slot": 1, "reason": WHY, "steward": of["officer"].id}
    assert "请从" in client.post(at, data=sent).text or client.post(at, data=sent).status_code == 422
    done = client.post(at, data=sent | {"steward": of["steward"].id})
    assert done.status_code == 303 and "等局领导决定" in client.get(done.location).text
    assert client.get(at).location == done.location, "who comes again is led to what waits"
    assert client.post(f"{done.location}/withdraw").status_code == 303
    assert db.session.query(KeyProposal).one().state == "withdrawn"


def test_the_house_reads_what_was_decided_and_never_what_is_proposed(app, login):
    of = people()
    proposal = proposed(of)
    client = login(of["producer"])
    assert WHY not in client.get("/key-projects").text
    assert client.get(f"/key-proposals/{proposal.id}").status_code == 403
    assert "提名" not in client.get(f"/projects/{proposal.project_id}/timeline").text
    with unit_of_work():
        keys.decide(db.session.get(KeyProposal, proposal.id), make.actor_of(db.session.merge(of["leader"])), True)
    assert f"省局决定列为重点：{today().year} 年" in client.get(f"/projects/{proposal.project_id}/timeline").text


def test_the_house_reads_neither_who_is_in_charge_nor_why_the_title_was_chosen(app, login):
    of = people()
    key = listed(of)
    officer, pages = key.project.officer.name, ("/key-projects", f"/key-projects/{key.id}")
    for who, shown in (("producer", [False] * 4), ("officer", [False, True, True, True])):
        told = [login(of[who]).get(page).text for page in pages]
        assert [word in text for word in (officer, WHY) for text in told] == shown, who
    assert "经办" not in login(of["producer"]).get(pages[1]).text


def test_a_steward_who_recuses_serves_no_more_and_the_heads_name_another(app):
    for accepted in (False, True):
        of = people()
        key = listed(of, slot=2 if accepted else 1, accepted=accepted)
        title = key.project
        with unit_of_work():
            office.recuse(title, make.actor_of(of["steward"]), "与编剧是亲属。")
        assert (keys.open_stewardships(title.id), key_of(title.id).steward_id) == ([], None)
        assert waiting({"steward": of["steward"], "head": of["head"]}) == {"head": ["stewards"]}
        with unit_of_work():
            keys.name_steward(key_of(title.id), make.actor_of(of["head"]), make.user("officer"))


def test_whom_a_leader_would_name_is_asked_again_whether_they_may(app):
    of = people()
    proposal = proposed(of)
    with unit_of_work():
        office.recuse(proposal.project, make.actor_of(of["steward"]), "与编剧是亲属。")
    with unit_of_work():
        keys.decide(proposal, make.actor_of(of["leader"]), True)
    assert keys.open_stewardships(proposal.project_id) == []
    assert waiting({"steward": of["steward"], "head": of["head"]}) == {"head": ["stewards"]}


def test_a_title_that_ends_gives_its_seat_back_and_everybody_concerned_is_told(app):
    of = people()
    key = listed(of, slot=3)
    ids = {role: of[role].id for role in ("head", "leader", "steward")}
    title, year = key.project, key.year
    with unit_of_work():
        filing.withdraw(title, make.actor_of(of["producer"]), "资金没有落实。")
    assert (key_of(title.id), title.key_year, keys.open_stewardships(title.id)) == (None, None, [])
    assert 3 not in taken_slots(year)
    outbox.work_off()
    db.session.rollback()
    asked = db.session.query(Message.subject).order_by(Message.id.desc())
    told = {role: asked.filter(Message.user_id == id_).limit(1).scalar() for role, id_ in ids.items()}
    assert told == {
        "head": "空出 %(year)s 年重点项目第 %(slot)s 位：《%(title)s》已办结",
        "leader": "空出 %(year)s 年重点项目第 %(slot)s 位：《%(title)s》已办结",
        "steward": "不用再任管家：《%(title)s》，%(year)s 年重点项目",
    }
