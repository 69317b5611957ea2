"""What is said about a title agrees with what is done with it: clock and class, figures and recommendation, days, platforms."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db, today, utcnow
from audiovisual.kernel.rules import rule_on
from audiovisual.people.operations import houses
from audiovisual.projects.models import Airing, Screening
from audiovisual.projects.operations import filing, intake, production, records
from audiovisual.projects.queries import twins
from tests import factories as make
from workflows.errors import RuleBroken
from workflows.order import Course, airing_refusal, permit_out_of_order

MICRO = {"type": "micro_drama", "minutes_per_episode": 3, "special_subjects": []}


@pytest.mark.parametrize(
    ("money", "said", "head"),
    [(4_000_000, "拍摄前要规划备案", "规划备案初审"), (2_000_000, "拍摄前可以自愿规划备案", "初审"),
     (300_000, "这一类不要求规划备案，省局照常初审", "初审")],
)  # fmt: skip
def test_the_clock_is_called_what_the_class_asks_for(app, login, money, said, head):
    officer, by = make.user("officer"), make.producer()
    draft = make.draft(by, **MICRO, investment_yuan=money)
    assert said in login(by).get(f"/projects/{draft.id}/submit").text
    row = make.project("accepted", officer=officer, **MICRO, investment_yuan=money)
    page = login(officer).get(f"/projects/{row.id}").text
    assert f"{head}（工作日）" in page and ("规划备案初审" in page) == (head == "规划备案初审")


def test_a_draft_filed_anew_is_not_warned_of_its_own_predecessor(app, login):
    by, officer = make.producer(), make.user("officer")
    row = make.project("in_production", by=by, officer=officer, title="长河落日")
    with unit_of_work():
        fresh = filing.refile(row, make.actor_of(by), "主线改了。")
    assert twins.alike(fresh.title, make.actor_of(by), fresh).known == []
    assert "请核对是不是重复申报" not in login(by).get(f"/projects/{fresh.id}/edit").text
    other = make.draft(by, title="长河落日")
    assert [twin.id for twin in twins.alike(fresh.title, make.actor_of(officer), other).known] == [row.id]


def scored(score: int, recommendation: str, **more):
    form = {"recommendation": recommendation, "comment": "综合看。", **more}
    for each in make.scores():
        form |= {f"score_{each['code']}": str(score), f"reason_{each['code']}": "材料齐全。"}
    return form


def test_a_recommendation_against_the_figures_is_explained_and_the_head_reads_it_first(app, login):
    officer, head = make.user("officer"), make.user("head")
    row = make.project("accepted", officer=officer)
    for score, word, said in (
        (47, "admit", "加权 47.0 分，不到 60 分，却建议入库，请写明为什么。"),
        (60, "reject", "加权 60.0 分，已到 60 分，却建议不予入库，请写明为什么。"),
    ):
        refused = login(officer).post(f"/projects/{row.id}/propose", data=scored(score, word))
        assert refused.status_code == 422 and said in refused.text and 'id="against-error"' in refused.text
    sent = login(officer).post(f"/projects/{row.id}/propose", data=scored(47, "admit", against="题材稀缺，可扶持。"))
    assert sent.status_code == 303
    page = login(head).get(f"/projects/{row.id}/screening").text
    first = page.index("加权 47.0 分，不到 60 分，却建议入库")
    assert first < page.index("题材稀缺，可扶持。") < page.index('name="decision"')


def test_what_the_figures_bear_out_keeps_no_reason(app):
    officer = make.user("officer")
    row = make.project("accepted", officer=officer)
    with unit_of_work():
        intake.propose(row, make.actor_of(officer), make.scores(), "admit", "好。", "用不着的话。")
    assert db.session.query(Screening).one().against == ""


def passed(officer, **given):
    row = make.project("in_production", officer=officer, **given)
    with unit_of_work():
        row.state, row.outcome, row.letter_served, row.reviewed_at = "reviewed", "passed", True, utcnow()
        records.record_permit(row, make.actor_of(officer), "series_licence", "苏2026001", today())
    return row


def test_an_airing_on_a_platform_nobody_filed_says_so_and_asks_why(app, login):
    officer = make.user("officer")
    row = passed(officer, platforms="荔枝网、爱奇艺")
    form = {"platform": "优酷视频", "aired_on": today().isoformat(), "licence_number": "苏2026001", "evidence": "截图"}
    refused = login(officer).post(f"/projects/{row.id}/airing/new", data=form)
    assert refused.status_code == 422 and 'id="elsewhere-error"' in refused.text
    assert "申报的拟播出平台是荔枝网、爱奇艺，没有“优酷视频”；确实在这里首播的，请写明原因。" in refused.text
    sent = login(officer).post(f"/projects/{row.id}/airing/new", data={**form, "elsewhere": "爱奇艺撤档。"})
    assert sent.status_code == 303
    assert "不在拟播出平台首播：爱奇艺撤档。" in login(officer).get(f"/projects/{row.id}/records").text


@pytest.mark.parametrize("platform", ["荔枝网", "爱奇艺（iQIYI）", "ａｉ荔枝", "腾讯"])
def test_a_platform_is_known_in_full_and_in_short(app, platform):
    row = make.project("submitted", platforms="荔枝网、爱奇艺 ai荔枝 腾讯视频")
    assert production.planned_on(row, platform)


def test_an_airing_as_filed_keeps_no_reason(app):
    officer = make.user("officer")
    row = passed(officer)
    with unit_of_work():
        production.air(row, make.actor_of(officer), platform="荔枝网", aired_on=today(), licence_number="苏2026001",
                       evidence="截图", elsewhere="用不着的话。")  # fmt: skip
    assert db.session.query(Airing).one().elsewhere == ""


DAY = today()
BEFORE, AFTER = DAY - timedelta(days=1), DAY + timedelta(days=1)


@pytest.mark.parametrize(
    ("kind", "course", "odd"),
    [
        ("planning_filing", Course(submitted_on=AFTER), "发出日期早于这部片的申报（%(day)s）"),
        ("series_licence", Course(submitted_on=AFTER), "发出日期早于这部片的申报（%(day)s）"),
        (
            "planning_filing",
            Course(started_on=BEFORE, planning_required=True),
            "规划备案号的发出日期晚于开机（%(day)s）",
        ),
        ("planning_filing", Course(started_on=BEFORE), None),
        ("planning_filing", Course(reviewed_on=AFTER), None),
        ("micro_licence", Course(reviewed_on=AFTER), "发出日期早于审核通过（%(day)s）"),
        ("micro_licence", Course(aired_on=BEFORE), "发出日期晚于首播（%(day)s）"),
        ("micro_licence", Course(DAY, DAY, DAY, DAY), None),
    ],
)
def test_each_pair_of_days_of_a_permit(kind, course, odd):
    found = permit_out_of_order(kind, DAY, course)
    assert (found.template if found else None) == odd


@pytest.mark.parametrize(
    ("course", "odd"),
    [
        (Course(started_on=AFTER), "播出日期早于开机（%(day)s），请核对。"),
        (Course(reviewed_on=AFTER), "播出日期早于审核通过（%(day)s），请核对。"),
        (Course(DAY, DAY, DAY), None),
    ],
)
def test_each_pair_of_days_of_an_airing(course, odd):
    found = airing_refusal(DAY, course)
    assert (found.template if found else None) == odd


def test_a_permit_from_before_the_filing_is_taken_with_a_remark(app, login):
    officer = make.user("officer")
    row = make.project("accepted", officer=officer)
    form = {"kind": "planning_filing", "number": "32012600", "issued_on": (today() - timedelta(days=3)).isoformat()}
    refused = login(officer).post(f"/projects/{row.id}/permits/new", data=form)
    assert refused.status_code == 422 and 'id="issued_on-error"' in refused.text
    assert "确实如此的，请在备注里写明原因。" in refused.text
    with pytest.raises(RuleBroken), unit_of_work():
        records.record_permit(row, make.actor_of(officer), "planning_filing", "32012600", today() - timedelta(days=3))
    sent = login(officer).post(f"/projects/{row.id}/permits/new", data={**form, "note": "迁移前已取得。"})
    assert sent.status_code == 303


# --- what hints and help promise


def test_what_is_promised_after_the_submission_is_what_the_rule_promises(app, login):
    by = make.producer()
    draft = make.draft(by)
    with unit_of_work():
        rule = rule_on("clocks")
        steps = rule.value["steps"]
        rule.value = {**rule.value, "steps": {**steps, "acceptance": {**steps["acceptance"], "promised": 4}}}
    client = login(by)
    assert "4 个工作日内" in client.get(f"/projects/{draft.id}/edit").text
    assert "4 个工作日内" in client.get(f"/projects/{draft.id}/submit").text
    told = client.post(f"/projects/{draft.id}/submit", follow_redirects=True).text
    assert "省局会在 4 个工作日内受理" in told


@pytest.mark.parametrize(("state", "offered"), [("accepted", False), ("in_production", True)])
def test_filing_anew_is_named_where_it_is_offered(app, login, state, offered):
    by = make.producer()
    row = make.project(state, by=by)
    client = login(by)
    assert ("办“重新备案”" in client.get(f"/projects/{row.id}/changes/new").text) == offered
    assert (f"/projects/{row.id}/steps/refile" in client.get(f"/projects/{row.id}").text) == offered
    assert ("入库之前请撤回，改好后重新申报" in client.get(f"/projects/{row.id}/changes/new").text) != offered


def test_a_house_that_is_barred_reads_what_it_may_still_do(app, login):
    by, head = make.producer(), make.user("head")
    row = make.project("scheduled", by=by)
    with unit_of_work():
        houses.step(by.house, "bar", make.actor_of(head), "核查。")
    client = login(by)
    assert "不能提交新的申报，也不能接手别家的片；在办的片照常办理" in client.get(f"/houses/{by.house_id}").text
    assert client.post(f"/projects/{row.id}/start", data={"started_on": today().isoformat()}).status_code == 303


GUARDED = re.compile("选填|要填|要交|不用交|有就勾")
"""What a label says of a field that not every filing fills in."""


def labels(page: str) -> dict[str, str]:
    """The label of each control of the filing, and the legend of each group, by id."""
    found = dict(re.findall(r'<label for="([\w-]+)">(.*?)</label>', page, re.DOTALL))
    found |= dict(re.findall(r'<fieldset[^>]*id="([\w-]+)"[^>]*>\s*<legend[^>]*>(.*?)</legend>', page, re.DOTALL))
    return {id_: label for id_, label in found.items() if "<input" not in label}


def test_of_a_filing_that_saves_itself_what_is_not_marked_is_asked_for_in_the_end(app, login):
    """The page says: what is marked may stay empty, everything else is filled in before it is submitted."""
    by = make.producer()
    client = login(by)
    where = client.post("/projects/new", data={"title": "空草稿", "type": "web_series"}).headers["Location"]
    page = client.get(where + "?check=1").text
    asked = set(re.findall(r'href="#([\w-]+)"', page.split('id="lacking"')[1].split("</section>")[0]))
    told, filled = labels(page), {"title", "type", "form", "contact_name", "contact_phone"}
    assert [id_ for id_ in asked if GUARDED.search(told.get(id_, ""))] == []
    assert [id_ for id_, label in told.items() if not GUARDED.search(label) and id_ not in asked | filled] == []
    assert len(told) > 30
