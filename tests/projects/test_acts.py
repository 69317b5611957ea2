"""Every act of the officer's side through the client: who may, who may not, twice, at once."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO

import pytest

from audiovisual.desk import operations as desk
from audiovisual.kernel import audit
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.events import Event
from audiovisual.kernel.model import db, today
from audiovisual.projects.models import (
    Airing,
    ChangeRequest,
    CoReview,
    FormerTitle,
    Permit,
    Progress,
    Question,
    Screening,
)
from audiovisual.projects.operations import filing, office, production, records
from tests import factories as make


@pytest.fixture
def people(app):
    """The house's producer, the officer in charge, another officer, a head, another house's producer."""
    return {
        "house": make.producer(), "officer": make.user("officer"), "other": make.user("officer"), "head": make.user("head"),
        "stranger": make.producer(), "expert": make.user("expert"),
    }  # fmt: skip


def brought_to(state, people, **given):
    return make.project(state, by=people["house"], officer=people["officer"], head=people["head"], **given)


def day(days):
    return (today() + timedelta(days=days)).isoformat()


def plan():
    """A plan from the day of the test on: midnight may lie between loading this file and running it."""
    return {
        "script_lock": day(1), "shooting_start": day(30), "shooting_end": day(60), "cut_delivery": day(90),
        "release": day(120),
    }  # fmt: skip


def started():
    return {"started_on": day(0)}


SCORES = {f"score_{c}": "80" for c in ("strength", "maturity", "feasibility", "market")} | {
    f"reason_{c}": "材料齐全。" for c in ("strength", "maturity", "feasibility", "market")
}  # fmt: skip

ACTS = {
    # trigger: (state before, address, form, who may, state after)
    "receive": ("submitted", "steps/receive", {}, "officer", "received"),
    "accept": ("received", "steps/accept", {}, "officer", "accepted"),
    "ask_completion": ("received", "ask-completion", {"items-0-field": "synopsis", "items-0-demand": "请补结局。"}, "officer", "completing"),
    "decline": ("received", "steps/decline", {"reason": "不属于受理范围。"}, "officer", "rejected"),
    "propose": ("accepted", "propose", {**SCORES, "recommendation": "admit", "comment": "建议入库。"}, "officer", "proposed"),
    "screen": ("proposed", "screening", {"decision": "screen", "reason": ""}, "head", "screened"),
    "send_back": ("proposed", "steps/send_back", {"reason": "理由太空。"}, "head", "accepted"),
    "reject": ("proposed", "screening", {"decision": "reject", "reason": "题材重复。"}, "head", "rejected"),
    "schedule": ("screened", "schedule", plan, "officer", "scheduled"),
    "start_production": ("scheduled", "start", started, "officer", "in_production"),
    "suspend": ("in_production", "steps/suspend", {"reason": "资金来源待查。"}, "officer", "suspended"),
    "rest": ("in_production", "steps/rest", {"reason": "一年没有进展。"}, "officer", "dormant"),
    "withdraw": ("received", "steps/withdraw", {"reason": "合作方退出。"}, "house", "withdrawn"),
}  # fmt: skip


@pytest.mark.parametrize("trigger", ACTS)
def test_an_act_passes_once_for_whom_it_belongs_to(people, login, trigger):
    before, path, form, who, after = ACTS[trigger]
    form = form() if callable(form) else form
    project = brought_to(before, people)
    address = f"/projects/{project.id}/{path}"
    for person, allowed in (("stranger", (404, 403)), ("expert", (403, 404))):
        assert login(people[person]).post(address, data=form).status_code in allowed
    if who == "officer" and trigger != "receive":
        assert login(people["other"]).post(address, data=form).status_code == 403
    if trigger != "start_production":  # the house may take that step itself
        wrong = "officer" if who != "officer" else "house"
        assert login(people[wrong]).post(address, data=form).status_code == 403
    answer = login(people[who]).post(address, data=form)
    assert answer.status_code == 303, answer_text(answer)
    db.session.refresh(project)
    assert project.state == after
    facts = db.session.query(Event).count()
    client = login(people[who])
    again = client.post(address, data=form)
    assert again.status_code == 303, "the second of a double submit acts no more, and is no error"
    assert "已经办" in client.get(again.location, follow_redirects=True).text
    db.session.refresh(project)
    assert (project.state, db.session.query(Event).count()) == (after, facts)
    assert audit.verify(db.session()).broken_at is None


def test_nobody_recused_acts(people, login):
    project = brought_to("accepted", people)
    assert (
        login(people["officer"]).post(f"/projects/{project.id}/recusal", data={"reason": "亲属任职。"}).status_code
        == 303
    )
    client = login(people["officer"])
    for path in ("propose", "co-reviews/new", "permits/new", "hand-over"):
        assert client.get(f"/projects/{project.id}/{path}").status_code == 403, path
    assert client.post(f"/projects/{project.id}/recusal", data={"reason": "再来一次。"}).status_code == 409
    assert client.get(f"/projects/{project.id}").status_code == 200
    db.session.refresh(project)
    assert project.officer_id is None


def test_two_officers_receive_at_once_and_one_wins(people, login):
    project = brought_to("submitted", people)
    address = f"/projects/{project.id}/steps/receive"
    assert login(people["officer"]).post(address).status_code == 303
    late = login(people["other"]).post(address)
    assert late.status_code == 409 and "待受理" in late.text
    db.session.refresh(project)
    assert project.officer_id == people["officer"].id


def test_a_step_without_its_reason_asks_for_it_beside_the_field(people, login):
    project = brought_to("received", people)
    answer = login(people["officer"]).post(f"/projects/{project.id}/steps/decline", data={"reason": "  "})
    assert answer.status_code == 422 and "请写明理由" in answer.text
    db.session.refresh(project)
    assert project.state == "received"


def test_suspending_and_resuming_leads_back(people, login):
    project = brought_to("accepted", people)
    client = login(people["officer"])
    client.post(f"/projects/{project.id}/steps/suspend", data={"reason": "待查。"})
    assert client.post(f"/projects/{project.id}/steps/resume").status_code == 303
    db.session.refresh(project)
    assert project.state == "accepted"
    assert client.post(f"/projects/{project.id}/steps/resume").status_code == 303
    assert client.get(f"/projects/{project.id}/steps/resume", follow_redirects=True).text.count("已经办过了") == 2
    assert login(people["head"]).post(f"/projects/{project.id}/steps/resume").status_code in (403, 409)


def test_refiling_leads_to_the_new_draft(people, login):
    project = brought_to("in_production", people)
    answer = login(people["house"]).post(f"/projects/{project.id}/steps/refile", data={"reason": "主线改了。"})
    fresh = int(re.search(r"/projects/(\d+)", answer.location).group(1))
    assert answer.status_code == 303 and fresh != project.id
    assert login(people["house"]).get(f"/projects/{fresh}").status_code in (200, 303)


def test_unknown_steps_and_titles_are_404(people, login):
    client = login(people["officer"])
    project = brought_to("received", people)
    for path in (
        f"{project.id}/steps/nothing",
        "999999",
        f"{2**40}",
        f"{project.id}/co-reviews/77/answer",
        f"{2**70}/plan",
    ):
        assert client.get(f"/projects/{path}").status_code == 404, path


def test_co_review_is_asked_answered_with_a_file_and_taken_back(people, login):
    project = brought_to("accepted", people)
    client, base = login(people["officer"]), f"/projects/{project.id}"
    asked = client.post(f"{base}/co-reviews/new", data={"department": "省公安厅", "question": "请审看第 3 集。"})
    assert asked.status_code == 303
    review = db.session.query(CoReview).one()
    refused = client.post(f"{base}/co-reviews/{review.id}/answer", data={"verdict": "agree", "answered_on": day(0)})
    assert refused.status_code == 422 and "书面意见" in refused.text
    form = {
        "verdict": "agree_with_changes",
        "answered_on": day(0),
        "opinion": "",
        "file": (BytesIO(b"%PDF-1.4\n%x\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"), "复函.pdf"),
    }
    answered = client.post(f"{base}/co-reviews/{review.id}/answer", data=form, content_type="multipart/form-data")
    assert answered.status_code == 303, answer_text(answered)
    db.session.refresh(review)
    assert review.state == "answered" and review.file_id is not None
    assert client.get(f"{base}/co-reviews/{review.id}/file").status_code == 200
    assert login(people["house"]).get(f"{base}/co-reviews/{review.id}/file").status_code == 404
    assert "省公安厅" not in login(people["house"]).get(f"{base}/records").text
    client = login(people["officer"])
    client.post(f"{base}/co-reviews/new", data={"department": "省司法厅", "question": "请审看。"})
    second = db.session.query(CoReview).filter_by(state="asked").one()
    assert client.post(f"{base}/co-reviews/{second.id}/cancel", data={"reason": "不再涉及。"}).status_code == 303
    again = client.post(f"{base}/co-reviews/{second.id}/cancel", data={"reason": "不再涉及。"}, follow_redirects=True)
    assert again.status_code == 200 and "已经办好了，这次没有重复办" in again.text


def answer_text(answer):
    return re.sub(r"<[^>]+>|\s+", " ", answer.get_data(as_text=True))[-800:]


def test_the_class_is_decided_where_the_rules_leave_it_open(people, login):
    project = brought_to("received", people, major_subject=True, theme_era="重大", theme_topic="重大革命")
    client = login(people["officer"])
    assert project.class_code is None
    short = client.post(f"/projects/{project.id}/class", data={"class_code": "one", "reason": ""})
    assert short.status_code == 422
    done = client.post(f"/projects/{project.id}/class", data={"class_code": "one", "reason": "按立项文件。"})
    assert done.status_code == 303
    db.session.refresh(project)
    assert project.class_code == "one" and project.class_reason == "按立项文件。"


def test_production_is_planned_reported_and_shown_where_it_drifts(people, login):
    project = brought_to("in_production", people)
    officer, base = login(people["officer"]), f"/projects/{project.id}"
    moved = officer.post(f"{base}/plan", data={**plan(), "reason": "场地推迟。"})
    assert moved.status_code == 303
    wrong = officer.post(f"{base}/plan", data={**plan(), "shooting_end": day(-1), "reason": "写错。"})
    assert wrong.status_code == 422 and "不能早于" in wrong.text and day(-1) in wrong.text
    assert officer.get(f"{base}/progress/new").status_code == 403
    house = login(people["house"])
    form = {"period": today().isoformat()[:7], "percent": "40", "text": "拍完主场景。", "spent_yuan": "900", "cast_pay_yuan": "700",
            "episodes_done": "3", "forecast_release": day(200)}  # fmt: skip
    assert house.post(f"{base}/progress/new", data=form).status_code == 303
    twice = house.post(f"{base}/progress/new", data=form)
    assert twice.status_code == 303 and db.session.query(Progress).count() == 1
    page = login(people["officer"]).get(f"{base}/records").text
    assert "演员总片酬超过制作总成本的百分之 40" in page and "比进度多 35 个百分点" in page


@pytest.mark.parametrize(("wrong", "sentence"), [
    ({"cast_pay_yuan": "901"}, "演员片酬不能多于累计支出。"),
    ({"episodes_done": "25"}, "这部片共 24 集。"),
    ({"forecast_release": day(-1)}, "的预计日期不能早于今天。"),
    ({"forecast_shooting_end": day(50), "forecast_release": day(40)}, "不能早于"),
])  # fmt: skip
def test_figures_that_cannot_be_are_refused_beside_their_field(people, login, wrong, sentence):
    project = brought_to("in_production", people, episodes=24)
    form = {"period": f"{today():%Y-%m}", "percent": "40", "text": "拍完主场景。", "spent_yuan": "900", **wrong}
    answer = login(people["house"]).post(f"/projects/{project.id}/progress/new", data=form)
    assert answer.status_code == 422 and sentence in answer.text and "拍完主场景。" in answer.text
    assert db.session.query(Progress).count() == 0


def test_an_older_month_leaves_the_newer_forecasts(people):
    project, house = brought_to("in_production", people), make.actor_of(people["house"])
    now = today().replace(day=15)
    before = now - timedelta(days=31)
    with unit_of_work():
        project.scheduled_at = project.scheduled_at - timedelta(days=90)
        production.report(
            project, house, f"{now:%Y-%m}", "按计划。", 60, forecast={"release": today() + timedelta(days=200)}
        )
    with unit_of_work():
        production.report(
            project, house, f"{before:%Y-%m}", "补报。", 40, forecast={"release": today() + timedelta(days=90)}
        )
    release = next(m for m in project.milestones if m.kind == "release")
    assert release.forecast_on == today() + timedelta(days=200)


def test_shooting_does_not_begin_before_the_filing_was_accepted(people, login):
    project = brought_to("scheduled", people)
    early = login(people["house"]).post(f"/projects/{project.id}/start", data={"started_on": "2001-01-01"})
    assert early.status_code == 422 and "开机日期不能早于受理那天。" in early.text


def test_a_change_is_taken_back_and_asked_anew(people, login):
    project = brought_to("in_production", people)
    house, base = login(people["house"]), f"/projects/{project.id}"
    asked = {"kind": "title", "after": "春水新码头", "reason": "与已播节目重名。"}
    assert house.post(f"{base}/changes/new", data=asked).status_code == 303
    first = db.session.query(ChangeRequest).one().id
    again = house.post(f"{base}/changes/new", data={**asked, "reason": "写错了片名。"})
    assert again.status_code == 422 and "写错了片名。" in again.text and "要改请先撤回原来的申请" in again.text
    assert "没有办成" in again.text
    form = house.get(f"{base}/changes/new").text
    assert "片名的变更在审批中" in form and 'value="title"' not in form
    assert login(people["officer"]).post(f"{base}/changes/{first}/withdraw").status_code == 403
    house = login(people["house"])
    assert house.post(f"{base}/changes/{first}/withdraw", data={"reason": "写错了。"}).status_code == 303
    again = house.post(f"{base}/changes/{first}/withdraw", follow_redirects=True)
    assert again.status_code == 200 and "已经办好了，这次没有重复办" in again.text
    assert house.post(f"{base}/changes/new", data=asked).status_code == 303


@pytest.mark.parametrize(
    ("kind", "typed", "becomes"),
    [("title", "《春水新码头》", "春水新码头"), ("episodes", "３6 集", "36"), ("episodes", "36集", "36")],
)
def test_a_change_is_read_as_the_filing_reads_the_same(people, login, kind, typed, becomes):
    project = brought_to("in_production", people)
    asked = {"kind": kind, "after": typed, "reason": "与已播节目重名。"}
    assert login(people["house"]).post(f"/projects/{project.id}/changes/new", data=asked).status_code == 303
    assert db.session.query(ChangeRequest).one().after == becomes


def test_what_was_asked_for_a_title_ends_with_it(people, login):
    project, house = brought_to("accepted", people), make.actor_of(people["house"])
    with unit_of_work():
        records.ask_change(project, house, "title", "春水新码头", "重名。")
        urgent = desk.ask_urgent(project, house, "赶国庆档。")
        filing.withdraw(project, house, "投资方撤资。")
    change = db.session.query(ChangeRequest).one()
    assert (change.state, urgent.state) == ("ended", "ended")
    officer = login(people["officer"])
    assert "同意变更" not in officer.get(f"/projects/{project.id}/records").text
    assert officer.get(f"/projects/{project.id}/changes/{change.id}/approve").status_code == 409
    assert "还没有办结" not in officer.get(f"/projects/{project.id}").text
    leader = login(make.user("leader"))
    assert leader.post(f"/urgent/{urgent.id}/approve").status_code == 409
    assert "赶国庆档。" not in leader.get("/").text


def test_a_permit_is_recorded_once_and_warned_of(people, login):
    project = brought_to("accepted", people)
    client, base = login(people["officer"]), f"/projects/{project.id}"
    form = {"kind": "planning_filing", "number": "3201260018000417", "issued_on": day(-700), "valid_until": "",
            "note": "迁移前取得。"}  # fmt: skip
    assert client.post(f"{base}/permits/new", data=form).status_code == 303
    twice = client.post(f"{base}/permits/new", data=form)
    assert twice.status_code == 303
    assert db.session.query(Permit).one().valid_until is not None
    assert "还有" in client.get(f"{base}/records").text


def test_a_change_of_title_is_asked_granted_and_remembered(people, login):
    project = brought_to("screened", people)
    house, base = login(people["house"]), f"/projects/{project.id}"
    was = project.title
    assert (
        house.post(f"{base}/changes/new", data={"kind": "title", "after": "长夜行船", "reason": "重名。"}).status_code
        == 303
    )
    twice = house.post(f"{base}/changes/new", data={"kind": "title", "after": "再改一次", "reason": "重名。"})
    assert twice.status_code == 422 and "要改请先撤回原来的申请" in twice.text
    bad = house.post(f"{base}/changes/new", data={"kind": "house", "after": "没有的公司", "reason": "转让。"})
    assert bad.status_code == 422 and "没有的公司" in bad.text
    request = db.session.query(ChangeRequest).one()
    assert house.post(f"{base}/changes/{request.id}/approve").status_code == 403
    officer = login(people["officer"])
    assert "变更申请还没有办结" in officer.get(base).text
    assert officer.post(f"{base}/changes/{request.id}/refuse", data={"reason": ""}).status_code == 422
    assert officer.post(f"{base}/changes/{request.id}/approve").status_code == 303
    again = officer.post(f"{base}/changes/{request.id}/approve", follow_redirects=True)
    assert again.status_code == 200 and "已经办好了，这次没有重复办" in again.text
    assert officer.post(f"{base}/changes/{request.id}/refuse", data={"reason": "晚了。"}).status_code == 409
    db.session.refresh(project)
    assert project.title == "长夜行船" and db.session.query(FormerTitle).one().title == was


def test_a_title_changes_house_and_leaves_the_first_ones_sight(people, login):
    project = brought_to("screened", people)
    to = people["stranger"].house
    login(people["house"]).post(
        f"/projects/{project.id}/changes/new", data={"kind": "house", "after": to.uscc, "reason": "转让。"}
    )
    request = db.session.query(ChangeRequest).one()
    approve = f"/projects/{project.id}/changes/{request.id}/approve"
    assert login(people["officer"]).post(approve).status_code == 409
    assert login(people["stranger"]).post(f"/projects/takeovers/{request.id}/consent").status_code == 303
    assert login(people["officer"]).post(approve).status_code == 303
    assert login(people["house"]).get(f"/projects/{project.id}").status_code == 404
    assert login(people["stranger"]).get(f"/projects/{project.id}").status_code == 200


def test_handing_over_one_title_and_a_desk(people, login):
    project, second = brought_to("accepted", people), brought_to("screened", people)
    officer, other = people["officer"], people["other"]
    client = login(officer)
    assert (
        client.post(f"/projects/{project.id}/hand-over", data={"officer": "x", "reason": "休假。"}).status_code == 422
    )
    assert (
        client.post(f"/projects/{project.id}/hand-over", data={"officer": other.id, "reason": "休假。"}).status_code
        == 303
    )
    again = client.post(f"/projects/{project.id}/hand-over", data={"officer": other.id, "reason": "休假。"})
    assert again.status_code == 303
    differs = client.post(f"/projects/{project.id}/hand-over", data={"officer": other.id, "reason": "学习。"})
    assert differs.status_code == 403 and "学习。" in differs.text
    db.session.refresh(project)
    assert (project.officer_id, project.holder_id) == (other.id, other.id)
    head = login(people["head"])
    assert (
        head.post("/projects/hand-over", data={"old": officer.id, "officer": other.id, "reason": "调岗。"}).status_code
        == 303
    )
    db.session.refresh(second)
    assert second.officer_id == other.id
    assert login(other).post(
        "/projects/hand-over", data={"old": officer.id, "officer": other.id, "reason": "拿来。"}
    ).status_code in (403, 422)


def test_a_desk_handed_over_names_the_titles_that_stayed_and_why(people, login):
    rows = {name: brought_to("screened", people, title=name) for name in ("春水", "秋江", "冬雪")}
    officer, other, head = people["officer"], people["other"], people["head"]
    for person, name in ((other, "秋江"), (head, "冬雪")):
        with unit_of_work():
            office.recuse(rows[name], make.actor_of(person), "与主创是亲属。")
    form = {"old": officer.id, "officer": other.id, "reason": "调岗。"}
    answer = login(head).post("/projects/hand-over", data=form, follow_redirects=True).text
    assert "移交了 1 部" in answer and "还有 2 部没有移交" in answer
    for words in (
        "《秋江》",
        f"{other.name}已回避这部片。",
        "《冬雪》",
        "您已回避这部片，请由另一位处长移交。",
    ):
        assert words in answer, words
    assert "《春水》" not in answer
    for row in rows.values():
        db.session.refresh(row)
    assert [row.officer_id == other.id for row in rows.values()] == [True, False, False]
    mine = login(officer).post("/projects/hand-over", data={**form, "officer": other.id}, follow_redirects=True).text
    assert "移交了 1 部" in mine and "《秋江》" in mine and "《冬雪》" not in mine


def test_remarks_go_where_they_were_meant(people, login):
    project = brought_to("accepted", people)
    base = f"/projects/{project.id}"
    client = login(people["officer"])
    assert client.post(f"{base}/remarks/new", data={"text": "内部：先看第三稿。"}).status_code == 303
    assert client.post(f"{base}/remarks/new", data={"text": "请准备第三稿。", "public": "y"}).status_code == 303
    seen = login(people["house"]).get(f"{base}/timeline").text
    assert "请准备第三稿" in seen and "先看第三稿" not in seen
    assert login(people["house"]).post(f"{base}/remarks/new", data={"text": "好的，周五交。"}).status_code == 303


def test_airing_needs_licence_day_and_evidence(people, login):
    project = brought_to("in_production", people)
    kind = project.class_detail["licence"]
    with unit_of_work():
        project.state, project.outcome, project.letter_served = "reviewed", "passed", True
    client, base = login(people["officer"]), f"/projects/{project.id}"
    form = {
        "platform": "荔枝网",
        "aired_on": day(0),
        "licence_number": "（苏）网剧审字（2026）第001号",
        "url": "https://example.test/1",
    }
    assert client.get(f"{base}/airing/new").status_code == 422
    with unit_of_work():
        records.record_permit(project, make.actor_of(people["officer"]), kind, form["licence_number"], today())
    for wrong in ({"aired_on": day(3)}, {"url": ""}, {"url": "javascript:alert(1)"}, {"platform": ""}):
        answer = client.post(f"{base}/airing/new", data={**form, **wrong})
        assert answer.status_code == 422, wrong
        assert "javascript:alert" not in re.sub(r'value="[^"]*"', "", answer.text)
    assert client.post(f"{base}/airing/new", data=form).status_code == 303
    again = client.post(f"{base}/airing/new", data=form, follow_redirects=True)
    assert again.status_code == 200 and "已经办过了，这次没有重复办" in again.text
    other = client.post(f"{base}/airing/new", data={**form, "platform": "别的平台"})
    assert other.status_code == 409
    db.session.refresh(project)
    assert project.state == "aired" and db.session.query(Airing).count() == 1
    assert "https://example.test/1" in client.get(f"{base}/records").text


def test_the_head_reads_the_scores_and_a_proposer_cannot_decide(people, login):
    both = make.user("officer", "head")
    project = make.project("proposed", by=people["house"], officer=both, head=people["head"])
    assert login(both).get(f"/projects/{project.id}/screening").status_code == 403
    page = login(people["head"]).get(f"/projects/{project.id}/screening")
    assert page.status_code == 200 and "材料齐全，条件具备" in page.text
    answer = login(people["head"]).post(
        f"/projects/{project.id}/screening", data={"decision": "send_back", "reason": ""}
    )
    assert answer.status_code == 422 and "请写明理由" in answer.text
    assert db.session.query(Screening).one().decision is None


def test_a_remark_sent_twice_at_once_is_one_remark(app):
    officer = make.user("officer")
    row = make.project("received", officer=officer)
    for words in ("请补授权书。", "请补授权书。", "请补承诺书。"):
        with unit_of_work():
            office.remark(row, make.actor_of(officer), words)
    said = db.session.scalars(db.select(Event).where(Event.trigger == "remark").order_by(Event.id))
    assert [event.data["text"] for event in said] == ["请补授权书。", "请补承诺书。"]


def test_the_same_words_answer_the_next_question_too_and_are_asked_again_once_answered(app):
    officer, house_ = make.user("officer"), make.producer()
    row = make.project("received", by=house_, officer=officer)
    said = ((house_, "收到了吗？"), (house_, "收到了吗？"), (officer, "收到。"), (officer, "收到。"),
            (house_, "收到了吗？"), (officer, "收到。"))  # fmt: skip
    for person, words in said:
        with unit_of_work():
            office.remark(row, make.actor_of(person), words, public=True)
    asked = db.session.scalars(db.select(Question).order_by(Question.id)).all()
    assert [(question.text, question.answered) for question in asked] == [("收到了吗？", True), ("收到了吗？", True)]
    remarks = db.session.scalars(db.select(Event).where(Event.trigger == "remark").order_by(Event.id))
    assert [event.data["text"] for event in remarks] == ["收到了吗？", "收到。"] * 2
