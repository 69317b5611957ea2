"""The desk of each role: what waits, by when, and the page on which it is done."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from audiovisual.desk import keys, operations, queries
from audiovisual.desk.counts import counts
from audiovisual.desk.rows import grouped
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db, today
from audiovisual.kernel.text import short_day
from audiovisual.projects import clocks
from audiovisual.projects.models import Completion, Project
from audiovisual.projects.operations import intake, office, records
from audiovisual.reviews.operations import changes, cuts
from tests import factories as make
from tests.asked import statements
from tests.reviews.stages import agreed, proposed
from workflows.access import Actor


def doors(page: str) -> list[str]:
    """Where the buttons of a work list lead."""
    return re.findall(r'class="btn btn-sm btn-line" href="([^"]+)"', page)


def test_head_and_leader_go_from_the_desk_straight_to_what_they_sign(app, login):
    laid, signed = proposed(), agreed()
    for (round_, people), role in ((laid, "head"), (signed, "leader")):
        assert doors(login(people[role]).get("/").text) == [f"/reviews/{round_.id}/decide"]


def test_a_house_is_led_to_its_drafts_completions_and_changes(app, login):
    letter, _people = make.served()
    owner = make.producer()
    waiting = make.draft(owner)
    asked = make.project("received", by=owner, officer=make.user("officer"))
    officer = db.session.get(type(owner), asked.officer_id)
    with unit_of_work():
        intake.ask_completion(asked, make.actor_of(officer), [{"field": "synopsis", "demand": "补写结局。"}])
    assert set(doors(login(owner).get("/").text)) == {
        f"/projects/{waiting.id}/edit",
        f"/projects/{asked.id}/completion",
    }
    answering = db.session.get(Project, letter.project_id)
    theirs = db.session.scalars(db.select(type(owner)).where(type(owner).house_id == answering.house_id)).first()
    assert doors(login(theirs).get("/").text) == [f"/projects/{answering.id}/changes"]


def test_a_house_reads_by_when_it_has_to_complete_while_the_bureau_reads_that_its_clock_stands(app, login):
    owner, officer = make.producer(), make.user("officer")
    row = make.project("received", by=owner, officer=officer)
    with unit_of_work():
        intake.ask_completion(row, make.actor_of(officer), [{"field": "synopsis", "demand": "补写结局。"}])
    due = db.session.scalars(db.select(Completion.due_on)).one()
    theirs = login(owner).get("/").text
    assert f"到 {short_day(due)}" in theirs and "等制作机构" not in theirs
    bureau = login(officer).get("/desk/doing").text
    assert "等制作机构补正" in bureau and f"{short_day(due)} 前交回（还有 {(due - today()).days} 天）" in bureau


def test_what_a_house_has_not_completed_in_time_is_late_for_it_and_for_nobody_else(app, login):
    owner, officer = make.producer(), make.user("officer")
    row = make.project("received", by=owner, officer=officer)
    with unit_of_work():
        intake.ask_completion(row, make.actor_of(officer), [{"field": "synopsis", "demand": "补写结局。"}])
    with unit_of_work():
        db.session.scalars(db.select(Completion)).one().due_on = today() - timedelta(days=3)
        clocks.refresh(row)
    seen = {who: counts(make.actor_of(who)).late for who in (owner, officer)}
    assert seen == {owner: 1, officer: 0}
    assert "已超期 1" in login(owner).get("/desk/late").text


def test_a_list_is_sorted_by_urgency_and_day_and_goes_on_page_by_page(app):
    officer, leader = make.user("officer"), make.user("leader")
    rows = [make.project("received", officer=officer) for _ in range(4)]
    with unit_of_work():
        for place, row in enumerate(rows):
            row.due_on = today() + timedelta(days=9 - place)
        rows[1].due_on = None
    with unit_of_work():
        request = operations.ask_urgent(rows[0], make.actor_of(officer), "国庆献礼，须在九月底前办结。")
        operations.decide_urgent(request, make.actor_of(leader), True)
        rows[0].due_on = today() + timedelta(days=30)
    actor = make.actor_of(officer)
    wanted = [rows[0].id, rows[3].id, rows[2].id, rows[1].id]
    with app.test_request_context():
        assert [found.id for found in queries.work_list(actor, "todo")] == wanted
        pages = [[found.id for found in queries.work_list(actor, "todo", page, per=3)] for page in (1, 2, 3)]
        assert pages == [wanted[:3], wanted[3:], []]
        groups = grouped(queries.work_list(actor, "todo", per=1), queries.group_sizes(actor, "todo"), actor)
        assert [(group.label, len(group.rows), group.size) for group in groups] == [("加急", 1, 1)]


def test_a_house_reads_what_happened_to_its_titles_last_and_nothing_of_others(app):
    owner, officer = make.producer(), make.user("officer")
    own, other = make.project("received", by=owner, officer=officer), make.project("received", officer=officer)
    with unit_of_work():
        office.remark(own, make.actor_of(officer), "请补一份授权书的扫描件。", True)
        office.remark(other, make.actor_of(officer), "材料已齐。", True)
    told = queries.recent(make.actor_of(owner))
    assert {fact.project_id for fact in told} == {own.id}
    assert [fact.at for fact in told] == sorted((fact.at for fact in told), reverse=True)


def test_an_officer_finds_the_houses_that_wait_to_be_admitted(app, login):
    officer, head = make.user("officer"), make.user("head")
    waiting = make.house(state="applied", decided_at=None, name="扬州晚渡影视有限公司")
    assert (counts(make.actor_of(officer)).all_todo, counts(make.actor_of(head)).all_todo) == (1, 0)
    page = login(officer).get("/").text
    assert "扬州晚渡影视有限公司" in page and doors(page) == [f"/houses/{waiting.id}"]
    assert "扬州晚渡影视有限公司" not in login(head).get("/").text


def test_ten_key_titles_and_as_many_requests_cost_no_more_statements_than_one(app, login):
    head, leader = make.user("head"), make.user("leader")
    for slot in range(1, 5):
        row = make.project("screened", head=head)
        steward = make.user("officer")
        with unit_of_work():
            proposal = keys.propose_key(row, make.actor_of(head), today().year, slot, "题材有辨识度。", steward)
            keys.decide(proposal, make.actor_of(leader), True)
        with unit_of_work():
            operations.ask_urgent(row, make.actor_of(head), "国庆献礼，须在九月底前办结。")
    client = login(leader)
    for path in ("/key-projects", "/urgent", "/"):
        client.get(path)
        with statements() as told:
            assert client.get(path).status_code == 200
        assert len(told) <= 12, (path, told)


def test_whoever_asked_for_the_green_channel_already_is_told_before_writing(app, login):
    owner = make.producer()
    row = make.project("submitted", by=owner)
    client, at = login(owner), f"/projects/{row.id}/urgent"
    assert client.get(at).status_code == 200
    assert client.post(at, data={"reason": "献礼片，须在九月底前办结。"}).status_code == 303
    again = client.get(at)
    assert again.status_code == 303 and again.location.endswith("/withdraw")
    waiting = client.get(again.location)
    assert "加急申请等局领导审批：献礼片，须在九月底前办结。" in waiting.text
    double = client.post(at, data={"reason": "再申请一次。"})
    assert double.status_code == 409 and "已经申请过加急，或已在绿色通道。" in double.text
    assert client.post(again.location, data={"reason": ""}).status_code == 303
    assert client.post(again.location, data={"reason": ""}).status_code == 303, "told as done"
    assert client.get(at).status_code == 200, "taken back, it may be asked for anew"


def test_a_request_goes_out_with_its_evidence_or_not_at_all(app, login):
    owner = make.producer()
    row = make.project("submitted", by=owner)
    client, at = login(owner), f"/projects/{row.id}/urgent"
    lost = client.post(at, data={"reason": "献礼片，须在九月底前办结。", "evidence_failed": "批示.pdf"})
    assert lost.status_code == 422
    assert "“批示.pdf”没有传完，没有附上。" in lost.text and "献礼片，须在九月底前办结。" in lost.text
    assert operations.open_request(row.id) is None
    assert client.post(at, data={"reason": "献礼片，须在九月底前办结。"}).status_code == 303


def test_the_head_of_the_desk_counts_what_is_done(app, login):
    officer, other = make.user("officer"), make.user("officer")
    make.project("accepted", officer=officer)
    assert [counts(make.actor_of(who)).done for who in (officer, other)] == [2, 0]
    page = login(officer).get("/").text
    assert '<a href="/desk/done"><b>2</b><span>已办</span>' in page
    assert login(officer).get("/desk/done").text.count('data-label="办了什么"') == 2


def duty(page: str) -> str:
    """What the first row of a work list asks for."""
    return re.search(r'<td class="col-d">([^<]*)<', page)[1]


def test_while_a_department_is_asked_the_officer_waits_and_is_led_to_record_its_answer(app, login):
    officer, head, owner = make.user("officer"), make.user("head"), make.producer()
    row = make.project("accepted", by=owner, officer=officer)
    assert duty(login(officer).get("/").text) == "按四项标准初审，呈报处长"
    with unit_of_work():
        asked = records.ask_co_review(row, make.actor_of(officer), "省公安厅", "请协审侦查情节。")
    assert duty(login(officer).get("/").text) == "等省公安厅答复，收到后登记"
    title = login(officer).get(f"/projects/{row.id}").text
    assert "等省公安厅答复，收到后登记。" in title and f'/projects/{row.id}/co-reviews/{asked.id}/answer"' in title
    seen = login(head).get(f"/projects/{row.id}").text
    assert "等省公安厅答复协审。" in seen and f"/co-reviews/{asked.id}/answer" not in seen
    outside = login(owner).get(f"/projects/{row.id}").text
    assert "等有关部门出具协审意见。" in outside and "省公安厅" not in outside


def test_when_the_house_handed_back_the_officer_verifies_row_by_row_and_then_passes(app, login):
    letter, people = make.served()
    title, owner, officer = letter.project, make.actor_of(people["producer"]), make.actor_of(people["officer"])
    asked = [change for change in letter.changes if change.state == "open"]
    with unit_of_work():
        for change in asked:
            changes.answer(change, owner, "explained", "情节必要，已补字幕说明。")
        cuts.resubmit(title, owner)
    client, at = login(people["officer"]), f"/projects/{title.id}"
    page = client.get("/").text
    assert (duty(page), doors(page)) == ("逐条核验整改", [f"{at}/changes"])
    shown = client.get(at).text
    assert '<p class="todo">逐条核验整改</p>' in shown and "去审核" not in shown
    with unit_of_work():
        for change in letter.changes:
            changes.close(change, officer)
    page = client.get("/").text
    assert (duty(page), doors(page)) == ("整改都已核验，办结通过", [f"{at}/changes"])
    assert '<p class="todo">整改都已核验，办结通过</p>' in client.get(at).text


def test_who_agreed_as_head_does_not_find_the_signing_on_his_desk_as_the_leaders_stand_in(app):
    round_, people = agreed()
    own, other = (
        Actor(person.id, person.name, frozenset({"head", "leader"}), None, {"leader": people["leader"].id}, frozenset({"leader"}))
        for person in (people["head"], make.user("head"))
    )  # fmt: skip
    lists = [[[row.id for row in queries.work_list(who, which)] for which in ("todo", "doing")] for who in (own, other)]
    assert lists == [[[], [round_.project_id]], [[round_.project_id], []]]
    assert [(counts(who).todo, counts(who).doing) for who in (own, other)] == [(0, 1), (1, 0)]


def test_a_letter_to_be_sealed_counts_once(app):
    _round, people = make.decided()
    assert counts(make.actor_of(people["sealer"])).all_todo == 1


def test_a_house_that_waits_for_its_admission_reads_so(app, login):
    waiting = make.producer(make.house(state="applied", decided_at=None))
    assert "入驻申请正在审核" in login(waiting).get("/").text
    refused = make.producer(make.house(state="refused", refusal="许可证已过期。"))
    page = login(refused).get("/").text
    assert "没有通过：许可证已过期。" in page and f'href="/houses/{refused.house_id}"' in page
    assert "准入" not in login(make.producer()).get("/").text


@pytest.mark.parametrize(
    ("role", "sentence", "way"),
    [
        ("producer", "还没有申报过。先起个片名", "/projects/new"),
        ("officer", "轮到您的就列在这里", "/help"),
    ],
)
def test_who_has_done_nothing_yet_is_told_where_to_begin(login, role, sentence, way):
    page = login(make.producer() if role == "producer" else make.user(role)).get("/").text
    main = page.partition('<main class="main"')[2]
    assert sentence in main and f'href="{way}"' in main.partition(sentence)[2]
