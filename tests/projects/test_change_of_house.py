"""A title goes to another house (变更制作机构), and to another officer when it is scheduled."""

import pytest
from sqlalchemy import select

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.events import Event
from audiovisual.kernel.model import db
from audiovisual.kernel.outbox import OutboxRow, work_off
from audiovisual.kernel.text import told
from audiovisual.people.models import House, Message, User
from audiovisual.projects.models import ChangeRequest, Project
from audiovisual.projects.operations import filing, office, production, records
from tests import factories
from tests.factories import actor_of
from workflows.errors import RuleBroken

REASON = "股东调整，由新公司继续摄制。"


def offered(by: User, officer: User, taking: House, **given):
    """A request to give a running title to another house, which has not answered."""
    project = factories.project("screened", by=by, officer=officer, **given)
    with unit_of_work():
        return records.ask_change(project, actor_of(by), "house", taking.name, REASON, taking)


def asked(by: User, officer: User, after: User):
    """The same, consented to by the house that is to take the title over."""
    request = offered(by, officer, after.house)
    with unit_of_work():
        records.answer_take_over(request, actor_of(after), True)
    return request


def messages(user_id: int) -> list[tuple[str, str, str]]:
    """Subject, reason and address of what a person was told, in order."""
    rows = db.session.scalars(select(Message).where(Message.user_id == user_id).order_by(Message.id))
    return [(told(row.subject, row.params), row.body, row.url) for row in rows]


def test_the_house_is_asked_by_message_and_mail_and_learns_no_more_than_it_must(app, login):
    officer, by, after = factories.user("officer"), factories.producer(), factories.producer()
    with unit_of_work():
        after.email = "zhang@example.test"
    request = offered(by, officer, after.house, synopsis="".join(factories.SENTENCES) * 18)
    page, title, number, id_ = f"/projects/takeovers/{request.id}", request.project.title, request.project_id, after.id
    work_off()
    after = db.session.get(User, id_)
    assert messages(id_) == [(f"请答复是否接手：《{title}》", "", page)]
    mails = db.session.scalars(select(OutboxRow.payload).where(OutboxRow.kind == "mail")).all()
    assert [mail["values"]["url"][-len(page) :] for mail in mails if mail["to"] == "zhang@example.test"] == [page]
    client = login(after)
    desk = client.get("/").text
    assert title in desk and f'href="{page}">去答复' in desk and REASON not in desk
    text = client.get(page).text
    assert title in text and "申请把这部片转给贵机构" in text and "确认同意接手" in text
    assert REASON not in text and factories.SENTENCES[0] not in text
    for path in ("", "/materials", "/records", "/timeline"):
        assert client.get(f"/projects/{number}{path}").status_code == 404
    assert title not in client.get("/projects").text
    assert login(factories.producer()).get(page).status_code == 404


def test_the_officer_waits_for_the_other_house_and_reads_so(app, login):
    officer, by, after = factories.user("officer"), factories.producer(), factories.producer()
    request = offered(by, officer, after.house)
    base, page, client = f"/projects/{request.project_id}", f"/projects/takeovers/{request.id}", login(officer)
    text = client.get(f"{base}/records").text
    assert "等接手机构答复" in text and "接手机构同意后才能批准" in text and f"{request.id}/approve" not in text
    refused = client.post(f"{base}/changes/{request.id}/approve")
    assert refused.status_code == 409 and "等接手机构答复" in refused.text
    taking = login(after)
    assert taking.post(f"{page}/consent").status_code == 303
    assert "去答复" not in taking.get("/").text
    assert "等省局审批" in taking.get(page).text and "确认同意接手" not in taking.get(page).text
    assert taking.post(f"{page}/consent").status_code == 409
    assert taking.get(base).status_code == 404
    client = login(officer)
    assert "同意接手" in client.get(f"{base}/timeline").text
    assert f"{request.id}/approve" in client.get(f"{base}/records").text
    assert client.post(f"{base}/changes/{request.id}/approve").status_code == 303
    assert login(after).get(base).status_code == 200


def test_the_other_house_declines_with_a_reason_that_both_sides_read(app, login):
    officer, by, after = factories.user("officer"), factories.producer(), factories.producer()
    request = offered(by, officer, after.house)
    id_, number, page = request.id, request.project_id, f"/projects/takeovers/{request.id}"
    people, title, name = (by.id, officer.id), request.project.title, after.house.name
    taking = login(after)
    bare = taking.post(f"{page}/decline", data={"reason": " "})
    assert bare.status_code == 422 and "请写明理由" in bare.text
    assert taking.post(f"{page}/decline", data={"reason": "档期已满。"}).status_code == 303
    request = db.session.get(ChangeRequest, id_)
    assert (request.state, request.decision_reason) == ("declined", "档期已满。")
    work_off()
    by, officer = (db.session.get(User, person) for person in people)
    for person in (by, officer):
        assert (f"{name}不同意接手：《{title}》", "档期已满。", f"/projects/{number}") in messages(person.id)
        assert "档期已满。" in login(person).get(f"/projects/{number}/records").text
    with unit_of_work():  # nothing is open any more: another house may be asked
        other = factories.house()
        again = records.ask_change(
            db.session.get(Project, number), actor_of(by), "house", other.name, REASON, db.session.get(House, other.id)
        )
    assert again.state == "offered"


def test_an_officer_refuses_without_waiting_and_the_other_house_is_told_no_reason(app):
    officer, by, after = factories.user("officer"), factories.producer(), factories.producer()
    request = offered(by, officer, after.house)
    id_, after_id, title = request.id, after.id, request.project.title
    with unit_of_work():
        records.decide_change(request, actor_of(officer), False, "未结清片酬。")
    work_off()
    assert messages(after_id)[-1] == (f"省局不同意变更：《{title}》", "", f"/projects/takeovers/{id_}")


def test_nobody_takes_over_a_title_that_has_ended(app, login):
    officer, by, after = factories.user("officer"), factories.producer(), factories.producer()
    request = offered(by, officer, after.house)
    page = f"/projects/takeovers/{request.id}"
    with unit_of_work():
        filing.withdraw(request.project, actor_of(by), "投资方撤资。")
    client = login(after)
    assert "已经办结" in client.get(page).text
    assert client.post(f"{page}/consent").status_code == 409


def test_both_houses_are_told_and_the_title_is_the_new_ones(app, login):
    officer, by, after = factories.user("officer"), factories.producer(), factories.producer()
    request = asked(by, officer, after)
    with unit_of_work():
        records.decide_change(request, actor_of(officer), True)
    number, ids = request.project_id, (by.id, after.id)
    work_off()
    by, after = (db.session.get(User, id_) for id_ in ids)
    assert db.session.get(Project, number).house_id == after.house_id
    mine = select(Message.user_id, Message.url).where(Message.subject.startswith("省局同意变更："))
    told = {row.user_id: row.url for row in db.session.execute(mine)}
    assert told == {by.id: "/projects", after.id: f"/projects/{number}"}
    assert login(after).get(f"/projects/{number}").status_code == 200
    assert login(by).get(f"/projects/{number}").status_code == 404
    assert login(by).get("/projects").status_code == 200


def test_a_house_that_was_barred_meanwhile_takes_nothing_over(app):
    officer, by, after = factories.user("officer"), factories.producer(), factories.producer()
    request = asked(by, officer, after)
    with unit_of_work():
        db.session.get(House, after.house_id).state = "applied"
    with pytest.raises(RuleBroken, match="已入驻"), unit_of_work():
        records.decide_change(request, actor_of(officer), True)
    db.session.expire_all()
    assert (request.state, request.project.house_id) == ("asked", by.house_id)


def test_scheduling_hands_the_title_to_the_officer_named_and_says_so(app):
    officer, next_, recused = (factories.user("officer") for _ in range(3))
    project = factories.project("screened", officer=officer)
    with unit_of_work():
        office.recuse(project, actor_of(recused), "与主创是亲属")
    with pytest.raises(RuleBroken, match="回避"), unit_of_work():
        production.schedule(project, actor_of(officer), factories.plan(), recused.id)
    db.session.expire_all()
    assert project.state == "screened"
    with unit_of_work():
        production.schedule(project, actor_of(officer), factories.plan(), next_.id)
    assert (project.state, project.officer_id) == ("scheduled", next_.id)
    told = select(Event.trigger).where(Event.project_id == project.id).order_by(Event.id.desc()).limit(2)
    assert db.session.scalars(told).all() == ["hand_over", "schedule"]
