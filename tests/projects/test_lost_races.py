"""Two people open the same page; the second to send it learns what the first wrote, and overwrites nothing."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from audiovisual.kernel import text
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.events import Event
from audiovisual.kernel.model import db, today
from audiovisual.projects.models import Project
from audiovisual.projects.operations import intake, office, production
from tests import factories as make


def seen(page: str) -> str:
    """The version a page carries in its form."""
    return re.search(r'name="version" value="(\d+)"', page).group(1)


def stands(project: Project) -> Project:
    db.session.expire_all()
    return db.session.get(Project, project.id)


@pytest.fixture
def officer(app):
    return make.user("officer")


def test_a_title_is_handed_over_by_the_first_head_alone(login, officer):
    first, second = make.user("officer", name="顾长风"), make.user("officer", name="陆远舟")
    title = make.project("accepted", officer=officer)
    client, at = login(make.user("head")), f"/projects/{title.id}/hand-over"
    version = seen(client.get(at).text)
    with unit_of_work():
        office.hand_over(title, make.actor_of(make.user("head")), first, "休假。")
    sent = {"officer": second.id, "reason": "出差在外。", "version": version}
    late = client.post(at, data=sent)
    assert late.status_code == 409
    assert "顾长风" in late.text and "出差在外。" in late.text and "在别处存过这份内容" in late.text
    assert stands(title).officer_id == first.id
    assert client.post(at, data={**sent, "version": seen(late.text)}).status_code == 303
    assert stands(title).officer_id == second.id


def test_a_plan_is_moved_by_the_first_alone(login, officer):
    title = make.project("scheduled", officer=officer)
    client, at = login(officer), f"/projects/{title.id}/plan"
    version, days = seen(client.get(at).text), make.plan()
    moved = make.plan(today() + timedelta(days=10))
    with unit_of_work():
        production.change_plan(title, make.actor_of(officer), moved, "剧本晚交。")
    sent = {kind: (day + timedelta(days=20)).isoformat() for kind, day in days.items()}
    late = client.post(at, data={**sent, "reason": "演员档期。", "version": version})
    assert late.status_code == 409 and "演员档期。" in late.text and sent["release"] in late.text
    assert text.day(moved["script_lock"]) in late.text
    assert {m.kind: m.planned_on for m in stands(title).milestones} == moved
    assert client.post(at, data={**sent, "reason": "演员档期。", "version": seen(late.text)}).status_code == 303


def test_a_plan_nobody_moved_is_no_change(login, officer):
    title, client = make.project("scheduled", officer=officer), login(officer)
    at = f"/projects/{title.id}/plan"
    days = {m.kind: m.planned_on.isoformat() for m in stands(title).milestones}
    answer = client.post(at, data={**days, "reason": "写了理由。", "version": seen(client.get(at).text)})
    assert answer.status_code == 422 and "日期都没有变" in answer.text and "写了理由。" in answer.text


def test_a_class_is_decided_by_the_first_alone(login, officer):
    title = make.project("accepted", officer=officer, type="micro_drama", episodes=40, minutes_per_episode=25)
    client, at = login(officer), f"/projects/{title.id}/class"
    version = seen(client.get(at).text)
    with unit_of_work():
        intake.decide_class(title, make.actor_of(officer), "two", "立项文件写明。")
    late = client.post(at, data={"class_code": "one", "reason": "题材重大。", "version": version})
    assert late.status_code == 409 and "立项文件写明。" in late.text and "题材重大。" in late.text
    assert (stands(title).class_code, stands(title).class_reason) == ("two", "立项文件写明。")


@pytest.mark.parametrize("nonsense", ["x", "", "9" * 30, "-1", "1.5"])
def test_a_version_that_is_no_number_is_old(login, officer, nonsense):
    title, other = make.project("accepted", officer=officer), make.user("officer")
    answer = login(officer).post(
        f"/projects/{title.id}/hand-over", data={"officer": other.id, "reason": "休假。", "version": nonsense}
    )
    assert answer.status_code == 409 and stands(title).officer_id == officer.id


def test_a_button_pressed_twice_is_no_race(login, officer):
    title, client = make.project("scheduled", officer=officer), login(officer)
    moved = {kind: day.isoformat() for kind, day in make.plan(today() + timedelta(days=10)).items()}
    sent = {**moved, "reason": "剧本晚交。", "version": seen(client.get(f"/projects/{title.id}/plan").text)}
    assert [client.post(f"/projects/{title.id}/plan", data=sent).status_code for _ in range(2)] == [303, 303]
    told = db.select(db.func.count()).select_from(Event).where(Event.trigger == "change_plan")
    assert db.session.scalar(told) == 1
