"""Key titles and the green channel: what is told to whom, and what is refused beside its field."""

from __future__ import annotations

import pytest

from audiovisual.desk import keys, operations, views
from audiovisual.desk.counts import counts
from audiovisual.desk.key_queries import key_of
from audiovisual.desk.models import KeyProject, UrgentRequest
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db, today
from audiovisual.people.models import User
from audiovisual.projects.operations import office
from tests import factories as make

WHY = "国庆献礼，须在九月底前办结。"


def chosen(slot: int = 1) -> KeyProject:
    """A key title of the year: proposed by a head, agreed by a leader, its steward asked."""
    row, steward = make.project("screened", head=make.user("head")), make.user("officer")
    with unit_of_work():
        proposal = keys.propose_key(
            row, make.actor_of(make.user("head")), today().year, slot, "题材有辨识度。", steward
        )
        keys.decide(proposal, make.actor_of(make.user("leader")), True)
    return key_of(row.id)


def hurried() -> UrgentRequest:
    owner = make.producer()
    row = make.project("submitted", by=owner)
    with unit_of_work():
        return operations.ask_urgent(row, make.actor_of(owner), WHY)


def test_a_house_reads_that_a_slot_of_another_house_is_taken_but_not_by_whom(login):
    key = chosen(slot=3)
    page = login(make.producer()).get("/key-projects").text
    assert f"已定 1 部，共 {keys.slots_of(today().year)} 席" in page
    assert page.count("空席") == keys.slots_of(today().year) - 1
    assert key.project.title not in page and key.reason not in page


def test_a_leader_is_not_counted_what_he_may_not_decide(login):
    leader, first, second = make.user("leader"), hurried(), hurried()
    seen = [counts(make.actor_of(leader)).waiting["requests"]]
    with unit_of_work():
        office.recuse(first.project, make.actor_of(leader), "与出品人是亲属。")
    seen.append(counts(make.actor_of(leader)).waiting["requests"])
    house = db.session.scalars(db.select(type(leader)).where(type(leader).house_id == second.project.house_id)).one()
    with unit_of_work():
        make.apply(second.project, "withdraw", make.actor_of(house), "不再拍摄。")
    seen.append(counts(make.actor_of(leader)).waiting["requests"])
    assert seen == [2, 1, 0]
    page = login(leader).get("/").text
    assert first.project.title not in page and "加急待审批" not in page


def test_the_desk_leads_to_the_request_itself_on_whichever_page_it_stands(login, monkeypatch):
    monkeypatch.setattr(views, "REQUESTS_PER_PAGE", 2)
    asked, leader = [hurried() for _ in range(3)], make.user("leader")
    last = asked[-1]
    client = login(leader)
    at, house, person = f"/urgent?request={last.id}#request-{last.id}", last.project.house.label, last.asked_by.name
    desk, page = client.get("/").text, client.get(at).text
    assert f'href="{at}"' in desk
    assert all(house in each and person in each for each in (desk, page)), "who asked, and of which house"
    assert f'<tr id="request-{last.id}">' in page and f'<tr id="request-{asked[0].id}">' not in page
    assert client.get("/urgent?request=9999").status_code == client.get("/urgent?request=x").status_code == 200


def test_the_green_channel_is_not_offered_while_it_is_asked_for(login):
    request = hurried()
    owner = db.session.get(type(make.user("leader")), request.asked_by_id)
    client, at = login(owner), f"/projects/{request.project_id}"
    assert f'href="{at}/urgent"' not in client.get(at).text
    with unit_of_work():
        operations.decide_urgent(request, make.actor_of(make.user("leader")), False, "理由不足。")
    assert f'href="{at}/urgent"' in client.get(at).text


@pytest.mark.parametrize(("trigger", "said"), [("refuse", "请写明理由。"), ("revoke", "请写明理由。")])
def test_a_decision_without_its_reason_comes_back_with_the_form_open(login, trigger, said):
    leader, request = make.user("leader"), hurried()
    if trigger == "revoke":
        with unit_of_work():
            operations.decide_urgent(request, make.actor_of(leader), True)
    answer = login(leader).post(f"/urgent/{request.id}/{trigger}", data={"reason": " "})
    assert answer.status_code == 422
    assert f"<span>{said}</span>" in answer.text and '<details class="confirm" name="confirm" open>' in answer.text


def test_a_reason_that_is_too_long_is_kept(login):
    request, typed = hurried(), "理由写得很长。" * 400
    answer = login(make.user("leader")).post(f"/urgent/{request.id}/refuse", data={"reason": typed})
    assert answer.status_code == 422
    assert typed in answer.text and "最多 2000 字，现在 2800 字。" in answer.text


def test_a_key_title_is_not_dropped_without_a_reason(login):
    key, head = chosen(), make.user("head")
    answer = login(head).post(f"/key-projects/{key.id}/drop", data={"reason": ""})
    assert answer.status_code == 422 and "<span>请写明调出理由。</span>" in answer.text
    assert login(head).post(f"/key-projects/{key.id}/drop", data={"reason": "已停拍。"}).status_code == 303


def test_a_steward_who_is_none_is_refused_beside_the_field(login):
    key, head = chosen(), make.user("head")
    for nonsense in ("", "x", "9" * 30, str(make.user("leader").id)):
        answer = login(head).post(f"/key-projects/{key.id}/steward", data={"steward": nonsense})
        assert answer.status_code == 422 and 'id="steward-error"' in answer.text
    other = make.user("officer")
    assert login(head).post(f"/key-projects/{key.id}/steward", data={"steward": str(other.id)}).status_code == 303
    assert [each.person_id for each in keys.open_stewardships(key.project_id)] == [other.id]


def test_a_steward_is_asked_by_the_first_alone(login):
    key, head = chosen(), make.user("head")
    first, second, client = make.user("officer", name="顾长风"), make.user("officer", name="陆远舟"), login(head)
    read = keys.last_naming(key)
    with unit_of_work():
        keys.name_steward(key, make.actor_of(make.user("head")), first)
    sent = {"steward": str(second.id), "version": str(read)}
    late = client.post(f"/key-projects/{key.id}/steward", data=sent)
    assert late.status_code == 409 and "在别处存过这份内容" in late.text and "请顾长风担任，等本人答复" in late.text
    now = keys.last_naming(key)
    assert now > read and f'name="version" value="{now}"' in late.text
    assert client.post(f"/key-projects/{key.id}/steward", data={**sent, "version": now}).status_code == 303
    assert [each.person_id for each in keys.open_stewardships(key.project_id)] == [second.id]


def test_a_title_page_says_that_a_request_is_pending_and_leads_to_it(login):
    request = hurried()
    project, asked_by = request.project_id, db.session.get(User, request.asked_by_id)
    page = login(make.user("officer")).get(f"/projects/{project}").text
    assert '<a href="/urgent">加急申请待批</a>' in page and "申请加急</a>" not in page
    house = login(asked_by).get(f"/projects/{project}").text
    assert f'<a href="/projects/{project}/timeline">加急申请待批</a>' in house
