"""What a record must hold to count: the day a class is judged by, numbers to air under, changes, notices, ended titles."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.events import Event
from audiovisual.kernel.model import db, happening_at, today
from audiovisual.kernel.rules import rule_on
from audiovisual.projects import classes, clocks
from audiovisual.projects.models import Project
from audiovisual.projects.operations import filing, intake, office, production, records
from tests import factories as make
from workflows.errors import RuleBroken, WrongState

SIX_IN_THE_MORNING = datetime(2026, 8, 31, 22, tzinfo=UTC)
"""2026-09-01 06:00 in Shanghai, the first day of 令16号; in London it is still August."""


def test_a_class_is_judged_by_the_shanghai_day_and_the_rule_kept_with_it(app):
    with happening_at(SIX_IN_THE_MORNING):
        title = make.project(
            "received", officer=(officer := make.user("officer")), type="micro_drama", minutes_per_episode=25
        )
    assert (title.class_code, classes.judged_by(title)[0].isoformat()) == (None, "2026-09-01")
    with unit_of_work():
        intake.decide_class(title, make.actor_of(officer), "two", "按微短剧从严管理。")
    assert title.class_code == "two"


def _reviewed(officer, **given) -> Project:
    title = make.project("in_production", officer=officer, **given)
    with unit_of_work():
        title.state, title.outcome, title.letter_served = "reviewed", "passed", True
    return title


def _air(title, officer, number, day=None):
    with unit_of_work():
        production.air(
            title,
            make.actor_of(officer),
            platform="荔枝网",
            aired_on=day or today(),
            licence_number=number,
            evidence="截图",
        )


def test_a_title_airs_under_a_recorded_number_that_is_valid_and_was_issued_by_then(app):
    officer = make.user("officer")
    me, title = make.actor_of(officer), _reviewed(officer)
    week = timedelta(days=7)
    with unit_of_work():
        records.record_permit(title, me, "series_licence", "旧证", today() - 3 * week, today() - 2 * week, "补录。")
    with pytest.raises(RuleBroken, match="还没有登记网络剧片发行许可证"):
        _air(title, officer, "旧证")
    with unit_of_work():
        records.record_permit(title, me, "series_licence", "新证", today() - week, note_text="补录。")
    for number, day, field in (
        ("乱写", today(), "licence_number"), ("旧证", today(), "licence_number"), ("", today(), "licence_number"),
        ("新证", today() - 2 * week, "aired_on"), ("新证", today() + week, "aired_on"),
    ):  # fmt: skip
        with pytest.raises(RuleBroken) as refusal:
            _air(title, officer, number, day)
        assert refusal.value.field == field, (number, day)
    _air(title, officer, "新证")
    assert title.state == "aired"


def test_a_documentary_has_no_licence_step_and_airs_without_a_number(app):
    officer = make.user("officer")
    title = _reviewed(officer, type="documentary")
    _air(title, officer, "")
    assert title.state == "aired"


def test_a_permit_is_not_issued_tomorrow_nor_lapsed_when_it_begins(app):
    officer = make.user("officer")
    title, me = make.project("accepted", officer=officer), make.actor_of(officer)
    for issued, until, field in ((1, None, "issued_on"), (0, 0, "valid_until"), (0, -1, "valid_until")):
        day = today() + timedelta(days=issued)
        end = None if until is None else today() + timedelta(days=until)
        with pytest.raises(RuleBroken) as refusal, unit_of_work():
            records.record_permit(title, me, "planning_filing", "短", day, end)
        assert refusal.value.field == field


def test_the_length_of_a_filing_number_is_looked_at_only_where_the_rule_says_so(app):
    officer = make.user("officer")
    title, me = make.project("accepted", officer=officer), make.actor_of(officer)
    with unit_of_work():
        records.record_permit(title, me, "planning_filing", "短", today())
    with unit_of_work():
        rule = rule_on("numbers")
        rule.value = {**rule.value, "filing_number_checked": True}
    with pytest.raises(RuleBroken, match="备案号应为 16 位"), unit_of_work():
        records.record_permit(title, me, "planning_filing", "更短", today())
    with unit_of_work():
        records.record_permit(title, me, "planning_filing", "3201260018000417", today())
        records.record_permit(title, me, "series_licence", "短证", today())


def test_a_title_accepted_while_a_department_is_awaited_waits_on(app):
    officer = make.user("officer")
    title, me = make.project("received", officer=officer), make.actor_of(officer)
    with unit_of_work():
        records.ask_co_review(title, me, "省公安厅", "请审涉案情节。")
    with unit_of_work():
        intake.accept(title, me)
    assert clocks.running(title).step == "first_review" and title.paused_since == today()
    with unit_of_work():
        records.answer_co_review(title.co_reviews[0], me, "agree", "同意。", today())
    assert title.paused_since is None


def test_a_clock_is_counted_by_the_rule_kept_with_it(app):
    title = make.project("submitted")
    clock = clocks.running(title)
    before = clocks.computed(clock).promised.due
    with unit_of_work():
        clock.started_on -= timedelta(days=4000)  # a day without any rule: only the kept one can answer
    assert clocks.computed(clock).promised.due < before


@pytest.mark.parametrize(
    ("type_", "kind", "after", "sentence"),
    [
        ("web_series", "title", "长" * 61, "片名最多 60 个字"),
        ("web_series", "episodes", "501", "1 到 500 集"), ("web_series", "episodes", "9" * 5000, "请填整数"),
        ("web_film", "episodes", "2", "网络电影的集数填 1"),
    ],
)  # fmt: skip
def test_a_change_obeys_what_a_filing_must(app, type_, kind, after, sentence):
    by = make.producer()
    title = make.project("accepted", by=by, type=type_, episodes=1 if type_ == "web_film" else 24)
    with pytest.raises(RuleBroken, match=sentence) as refusal, unit_of_work():
        records.ask_change(title, make.actor_of(by), kind, after, "剧情调整。")
    assert refusal.value.field == "after"


def test_a_change_is_measured_again_when_it_is_granted(app):
    by, officer = make.producer(), make.user("officer")
    title = make.project("accepted", by=by, officer=officer)
    with unit_of_work():
        asked = records.ask_change(title, make.actor_of(by), "episodes", "40", "剧情调整。")
    with unit_of_work():
        title.type = "web_film"
    with pytest.raises(RuleBroken, match="网络电影的集数填 1"), unit_of_work():
        records.decide_change(asked, make.actor_of(officer), True)
    db.session.refresh(title)
    assert title.episodes == 24


def test_the_officer_sees_the_namesakes_of_a_changed_title(app, login):
    by, officer = make.producer(), make.user("officer")
    namesake = make.project("accepted", title="运河灯火")
    title = make.project("accepted", by=by, officer=officer)
    with unit_of_work():
        asked = records.ask_change(title, make.actor_of(by), "title", "运河灯火", "原名与剧情不符。")
    page = login(officer).get(f"/projects/{title.id}/changes/{asked.id}/approve")
    assert namesake.number in page.text


def test_an_ended_title_is_neither_handed_over_nor_recused_from_nor_submitted(app, login):
    by, officer, other = make.producer(), make.user("officer"), make.user("officer")
    title = make.project("received", by=by, officer=officer)
    with unit_of_work():
        filing.withdraw(title, make.actor_of(by), "合作方退出。")
    for act in (
        lambda: office.hand_over(title, make.actor_of(officer), other, "休假。"),
        lambda: office.recuse(title, make.actor_of(officer), "亲属任职。"),
    ):
        with pytest.raises(WrongState), unit_of_work():
            act()
    base = f"/projects/{title.id}"
    assert login(officer).post(f"{base}/hand-over", data={"officer": other.id, "reason": "休假。"}).status_code == 409
    assert login(officer).post(f"{base}/recusal", data={"reason": "亲属任职。"}).status_code == 409
    assert login(by).post(f"{base}/submit").status_code == 409


def test_nobody_hands_over_what_nobody_received_nor_remarks_on_a_draft(app, login):
    by, head, officer = make.producer(), make.user("head"), make.user("officer")
    title, draft = make.project("submitted", by=by), make.draft(by)
    form = {"officer": officer.id, "reason": "分工。"}
    assert login(head).post(f"/projects/{title.id}/hand-over", data=form).status_code == 409
    assert login(by).post(f"/projects/{draft.id}/remarks/new", data={"text": "记一笔。"}).status_code == 409


def test_a_second_notice_says_why_the_first_was_incomplete(app, login):
    by, officer = make.producer(), make.user("officer")
    title, me = make.project("received", by=by, officer=officer), make.actor_of(officer)
    with unit_of_work():
        notice = intake.ask_completion(title, me, [{"demand": "补盖章页。"}])
    with unit_of_work():
        filing.answer_item(notice.items[0], make.actor_of(by), "已补。", None)
        filing.complete(title, make.actor_of(by))
    address, items = (
        f"/projects/{title.id}/ask-completion",
        {"items-0-field": "synopsis", "items-0-demand": "请补结局。"},
    )
    again = login(officer).post(address, data=items)
    assert (
        again.status_code == 422 and "再次告知，请写明第一次为什么没有写全" in again.text and "请补结局。" in again.text
    )
    why = "补交的盖章页露出概要缺页。"
    assert login(officer).post(address, data={**items, "reason": why}).status_code == 303
    assert db.session.query(Event).filter_by(trigger="ask_completion", reason=why).count() == 1
    assert why in login(by).get(f"/projects/{title.id}/timeline").text


@pytest.mark.parametrize("state", ["in_review", "suspended"])
def test_a_changed_story_is_filed_anew_from_review_too(app, state):
    by, officer = make.producer(), make.user("officer")
    title = make.delivered(officer, by)
    if state == "suspended":
        with unit_of_work():
            office.suspend(title, make.actor_of(officer), "核实投诉。")
    with unit_of_work():
        fresh = filing.refile(title, make.actor_of(by), "主线改了。")
    assert (title.state, title.holder_role, title.due_on, clocks.running(title)) == ("refiled", None, None, None)
    assert (fresh.state, fresh.predecessor_id) == ("draft", title.id)


def test_a_department_is_asked_once_at_a_time(login):
    officer = make.user("officer")
    title = make.project("received", officer=officer)
    client, at = login(officer), f"/projects/{title.id}/co-reviews/new"
    sent = {"department": "省公安厅", "question": "请审涉案情节。"}
    assert client.post(at, data=sent).status_code == 303
    assert client.post(at, data=sent).status_code == 303, "told as done"
    twice = client.post(at, data={**sent, "question": "再请审一次。"})
    assert twice.status_code == 422 and 'id="department-error"' in twice.text
    assert "已经在征求省公安厅意见，还没有答复。" in twice.text
    assert client.post(at, data={**sent, "department": "省民宗委"}).status_code == 303
    db.session.expire_all()
    with unit_of_work():
        records.answer_co_review(title.co_reviews[0], make.actor_of(officer), "agree", "同意。", today())
    assert client.post(at, data=sent).status_code == 303


@pytest.mark.parametrize("place", ["submitted", "proposed", "screened"])
def test_a_class_is_decided_in_its_place_or_not_asked_for(login, place):
    officer = make.user("officer")
    title = make.project(place, officer=officer)
    with unit_of_work():
        title.officer_id = officer.id
    assert (
        login(officer).post(f"/projects/{title.id}/class", data={"class_code": "九", "reason": ""}).status_code == 409
    )
