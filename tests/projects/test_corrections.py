"""What was recorded wrongly is put right until airing; what stood before stays in the timeline; pressed twice is once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from audiovisual.kernel import withheld
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.events import Event
from audiovisual.kernel.model import db, today, utcnow
from audiovisual.kernel.text import month as month_name
from audiovisual.projects.models import Milestone, Permit, Progress, Project
from audiovisual.projects.operations import production, records
from tests import factories as make

NUMBER, OTHER = "（苏）网剧审字（2026）第001号", "（苏）网剧审字（2026）第002号"


def day(n: int) -> str:
    return (today() + timedelta(days=n)).isoformat()


def shot(**given: Any) -> tuple[Project, Any, Any]:
    """A title in production, with its house's producer and its officer."""
    by, officer = make.producer(), make.user("officer")
    return make.project("in_production", by=by, officer=officer, **given), by, officer


def month(**given: str) -> dict[str, str]:
    """A month's report as its form sends it."""
    return {"period": f"{today():%Y-%m}", "percent": "40", "text": "拍完主场景。", **given}


def facts(id_: int, trigger: str) -> list[Event]:
    return list(db.session.scalars(db.select(Event).where(Event.project_id == id_, Event.trigger == trigger)))


def test_a_wrong_permit_number_is_corrected_with_a_reason_and_is_free_again(app, login):
    project, _, officer = shot()
    client, base, other = login(officer), f"/projects/{project.id}", make.project("accepted", officer=officer)
    form = {"kind": "series_licence", "number": NUMBER, "issued_on": day(0)}
    assert "登记错了，播出之前可以更正" in client.get(f"{base}/permits/new").text
    assert client.post(f"{base}/permits/new", data=form).status_code == 303
    id_ = db.session.query(Permit).one().id
    assert f"/permits/{id_}/correct" in client.get(f"{base}/records").text
    right = {**form, "number": OTHER, "version": "1"}
    bare = client.post(f"{base}/permits/{id_}/correct", data=right)
    assert bare.status_code == 422 and OTHER in bare.text
    assert client.post(f"{base}/permits/{id_}/correct", data={**right, "reason": "看错一位。"}).status_code == 303
    assert client.post(f"{base}/permits/{id_}/correct", data={**right, "reason": "看错一位。"}).status_code == 303
    stale = client.post(f"{base}/permits/{id_}/correct", data={**right, "number": NUMBER, "reason": "改回。"})
    assert stale.status_code == 409
    assert db.session.query(Permit).one().number == OTHER
    [fact] = facts(project.id, "correct_permit")
    assert (fact.data["before"], fact.data["after"], fact.reason) == (NUMBER, OTHER, "看错一位。")
    timeline = client.get(f"{base}/timeline").text
    assert NUMBER in timeline and OTHER in timeline
    assert client.post(f"/projects/{other.id}/permits/new", data=form).status_code == 303
    taken = client.post(f"/projects/{other.id}/permits/new", data={**form, "number": OTHER})
    assert taken.status_code == 422 and f"是《{project.title}》的" in taken.text


def test_a_permit_of_the_wrong_title_is_taken_back(app, login):
    project, by, officer = shot()
    client, base = login(officer), f"/projects/{project.id}"
    client.post(f"{base}/permits/new", data={"kind": "series_licence", "number": NUMBER, "issued_on": day(0)})
    id_ = db.session.query(Permit).one().id
    assert client.post(f"{base}/permits/{id_}/remove").status_code == 422
    assert client.post(f"{base}/permits/{id_}/remove", data={"reason": "是别的片的。"}).status_code == 303
    assert db.session.query(Permit).count() == 0
    assert NUMBER in login(by).get(f"{base}/timeline").text


def test_an_aired_title_keeps_its_permits(app, login):
    project, _, officer = shot()
    with unit_of_work():
        permit = records.record_permit(project, make.actor_of(officer), "series_licence", NUMBER, today())
        project.state = "aired"
        project.aired_on = today()
    client = login(officer)
    for word in ("correct", "remove"):
        assert client.get(f"/projects/{project.id}/permits/{permit.id}/{word}").status_code == 409
    assert f"/permits/{permit.id}/correct" not in client.get(f"/projects/{project.id}/records").text


def test_a_permit_registered_twice_is_told_as_done_with_the_time(app, login):
    project, _, officer = shot()
    client, base = login(officer), f"/projects/{project.id}"
    form = {"kind": "series_licence", "number": NUMBER, "issued_on": day(0)}
    assert client.post(f"{base}/permits/new", data=form).status_code == 303
    again = client.post(f"{base}/permits/new", data=form, follow_redirects=True)
    assert again.status_code == 200 and "已经登记好了，这次没有重复登记" in again.text
    assert db.session.query(Permit).count() == len(facts(project.id, "record_permit")) == 1
    differs = client.post(f"{base}/permits/new", data={**form, "note": "补录。"})
    assert differs.status_code == 422 and "补录。" in differs.text and "请在那部片的“记录”里更正" in differs.text


def test_a_month_reported_twice_is_told_as_done_with_the_time(app, login):
    project, by, _ = shot()
    client, base = login(by), f"/projects/{project.id}"
    assert client.post(f"{base}/progress/new", data=month()).status_code == 303
    again = client.post(f"{base}/progress/new", data=month(), follow_redirects=True)
    assert again.status_code == 200 and "已经报好了，这次没有重复报" in again.text
    assert len(facts(project.id, "report")) == 1
    differs = client.post(f"{base}/progress/new", data=month(percent="50"))
    assert differs.status_code == 422 and "已经报过" in differs.text and 'value="50"' in differs.text


def test_a_report_is_corrected_and_what_it_said_is_kept(app, login):
    project, by, officer = shot()
    client, base = login(by), f"/projects/{project.id}"
    client.post(f"{base}/progress/new", data=month(spent_yuan="90"))
    id_ = db.session.query(Progress).one().id
    path = f"{base}/progress/{id_}/correct"
    assert path in client.get(f"{base}/records").text and "拍完主场景。" in client.get(path).text
    sent = {"percent": "45", "text": "拍完主场景。", "spent_yuan": "90", "version": "1", "reason": "多算一场。"}
    assert client.post(path, data=sent).status_code == 303
    assert client.post(path, data=sent).status_code == 303
    assert db.session.query(Progress).one().percent == 45
    [fact] = facts(project.id, "correct_report")
    assert (fact.data["was"]["percent"], fact.data["was"]["spent_yuan"]) == (40, 900_000)
    none_left = client.get(f"{base}/progress/new")
    assert none_left.status_code == 409 and "近几个月的进度都已经报过" in none_left.text
    assert login(officer).get(path).status_code == 403


def test_what_is_reported_is_told_and_offered_no_more(app, login):
    project, by, _ = shot()
    client, base = login(by), f"/projects/{project.id}"
    with unit_of_work():
        project.scheduled_at = utcnow() - timedelta(days=today().day)
    offered = f'href="{base}/progress/new"'
    assert offered in client.get(base).text and "已经报过" not in client.get(f"{base}/progress/new").text
    last = f"{today().replace(day=1) - timedelta(days=1):%Y-%m}"
    client.post(f"{base}/progress/new", data=month(period=last))
    page = client.get(f"{base}/progress/new").text
    assert f"已经报过：{month_name(last)}" in page and f'<option value="{last}"' not in page
    client.post(f"{base}/progress/new", data=month())
    assert db.session.query(Progress).count() == 2 and offered not in client.get(base).text


def test_a_reached_node_is_shown_and_a_different_day_is_never_dropped(app, login):
    project, by, _ = shot()
    client, base = login(by), f"/projects/{project.id}"
    page = client.get(f"{base}/progress/new").text
    assert "已经登记的实际日期：" in page and 'name="reached_shooting_start"' not in page
    sent = month(reached_shooting_start=day(-3), reached_script_lock=day(-5))
    refused = client.post(f"{base}/progress/new", data=sent)
    assert refused.status_code == 422 and "的实际日期登记的是" in refused.text
    assert day(-3) in refused.text and day(-5) in refused.text and db.session.query(Progress).count() == 0
    reached = client.post(f"{base}/progress/new", data=month(forecast_shooting_end=day(9), reached_shooting_end=day(0)))
    assert reached.status_code == 422 and "已经到了，不用填预计日期" in reached.text
    same = client.post(f"{base}/progress/new", data=month(reached_shooting_start=day(0)))
    assert same.status_code == 303


def test_an_actual_day_is_corrected_by_the_side_that_gave_it(app, login):
    project, by, officer = shot()
    with unit_of_work():
        project.accepted_at = project.accepted_at - timedelta(days=30)
    client, base = login(by), f"/projects/{project.id}"
    assert f'href="{base}/days">更正实际日期' in client.get(base).text
    version = str(production.plan_version(db.session.get(Project, project.id)))
    early = {"shooting_start": day(-60), "version": version, "reason": "登记晚了。"}
    assert client.post(f"{base}/days", data=early).status_code == 422
    sent = {**early, "shooting_start": day(-3)}
    assert client.post(f"{base}/days", data={**sent, "reason": ""}).status_code == 422
    assert client.post(f"{base}/days", data=sent).status_code == 303
    assert client.post(f"{base}/days", data=sent).status_code == 303
    row = db.session.scalars(
        db.select(Milestone).where(Milestone.project_id == project.id, Milestone.kind == "shooting_start")
    ).one()
    title = db.session.get(Project, project.id)
    assert row.actual_on.isoformat() == title.started_on.isoformat() == day(-3)
    [fact] = facts(project.id, "correct_day")
    assert (fact.data["was_on"], fact.data["is_on"], fact.reason) == (day(0), day(-3), "登记晚了。")
    staff = login(officer)
    assert f'href="{base}/days"' not in staff.get(base).text
    assert staff.get(f"{base}/days").status_code == 409


def test_what_an_officer_recorded_is_the_officers_to_correct(app, login):
    by, officer = make.producer(), make.user("officer")
    project = make.project("scheduled", by=by, officer=officer)
    with unit_of_work():
        production.start(project, make.actor_of(officer), today())
    base = f"/projects/{project.id}"
    assert login(by).get(f"{base}/days").status_code == 409
    assert login(officer).get(f"{base}/days").status_code == 200
    with unit_of_work():
        project.state, project.aired_on = "aired", today()
    assert login(officer).get(f"{base}/days").status_code == 409


def test_a_house_names_another_contact_and_the_timeline_keeps_the_first(app, login):
    project, by, officer = shot()
    client, base = login(by), f"/projects/{project.id}"
    assert f'href="{base}/contact">改联系人' in client.get(base).text
    sent = {"contact_name": "方敏之", "contact_phone": "0512-66668888", "version": "0"}
    for none in ("", "-5", "1e3", "打他手机"):
        answer = client.post(f"{base}/contact", data={**sent, "contact_phone": none})
        assert (answer.status_code, 'id="contact_phone-error"' in answer.text) == (422, True), none
    assert client.post(f"{base}/contact", data=sent).status_code == 303
    assert client.post(f"{base}/contact", data=sent).status_code == 303
    late = client.post(f"{base}/contact", data={**sent, "contact_name": "林知夏"})
    assert late.status_code == 409 and "方敏之" in late.text
    assert "方敏之" in client.get(f"{base}/materials").text
    assert [withheld.put_in(fact.data)["after"] for fact in facts(project.id, "change_contact")] == [
        "方敏之 0512-66668888"
    ]
    assert "林知夏 025-83000000" in client.get(f"{base}/timeline").text
    assert login(officer).get(f"{base}/contact").status_code == 403


def test_a_start_recorded_twice_is_told_as_done_with_the_time(app, login):
    by = make.producer()
    project = make.project("scheduled", by=by)
    client, path = login(by), f"/projects/{project.id}/start"
    assert "登记错了，播出之前可以由登记的一方更正" in client.get(path).text
    assert client.post(path, data={"started_on": day(0)}).status_code == 303
    again = client.post(path, data={"started_on": day(0)}, follow_redirects=True)
    assert again.status_code == 200 and "已经办好了，这次没有重复办" in again.text
    assert client.get(path).status_code == 303 and len(facts(project.id, "start_production")) == 1


@pytest.mark.parametrize("path", ["contact", "days"])
def test_others_correct_nothing(app, login, path):
    project, _, _ = shot()
    assert login(make.producer()).get(f"/projects/{project.id}/{path}").status_code == 404
    assert login(make.user("head")).get(f"/projects/{project.id}/{path}").status_code == 403
