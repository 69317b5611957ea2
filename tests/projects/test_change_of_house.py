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


def told_to_do(address: str) -> tuple[str, str]:
    """What the last mail to that address says has to be done: the line's own words, and what the title waits for."""
    rows = db.session.scalars(select(OutboxRow.payload).where(OutboxRow.kind == "mail").order_by(OutboxRow.id.desc()))
    values = next(row["values"] for row in rows if row["to"] == address)
    return values["todo"], values["now"]


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
    again = taking.post(f"{page}/consent", follow_redirects=True)
    assert again.status_code == 200 and "已经办好了，这次没有重复办" in again.text
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
    assert messages(after_id)[-1] == (f"省局不同意变更：《{title}》不转给贵机构", "", f"/projects/takeovers/{id_}")


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
    with unit_of_work():
        by.email, after.email = "from@example.test", "to@example.test"
    request = asked(by, officer, after)
    with unit_of_work():
        records.decide_change(request, actor_of(officer), True)
    number, ids = request.project_id, (by.id, after.id)
    work_off()
    by, after = (db.session.get(User, id_) for id_ in ids)
    assert db.session.get(Project, number).house_id == after.house_id
    title = db.session.get(Project, number).title
    assert messages(by.id)[-1] == (f"省局同意变更制作机构：《{title}》已转由{after.house.name}办理", "", "/projects")
    assert messages(after.id)[-1] == (f"省局同意变更：《{title}》由贵机构接手", "", f"/projects/{number}")
    assert told_to_do("to@example.test") == (
        "从现在起由贵机构办理；请先核对联系人和电话。",
        "现在轮到省局办理，等通知。",
    )
    assert told_to_do("from@example.test")[0].startswith("这部片今后由接手的机构办理")
    assert login(after).get(f"/projects/{number}").status_code == 200
    assert login(by).get(f"/projects/{number}").status_code == 404
    assert login(by).get("/projects").status_code == 200


def test_the_new_house_is_called_by_its_own_contact(app):
    officer, by = factories.user("officer"), factories.producer()
    after = factories.producer(factories.house(contact_name="方敏之", contact_phone="0512-66668888"))
    with unit_of_work():
        officer.email = "officer@example.test"
    request = asked(by, officer, after)
    with unit_of_work():
        records.decide_change(request, actor_of(officer), True)
    project = request.project
    assert (project.contact_name, project.contact_phone) == ("方敏之", "0512-66668888")
    with unit_of_work():
        office.remark(project, actor_of(after), "请问何时排期？")
    work_off()
    mails = db.session.scalars(select(OutboxRow.payload).where(OutboxRow.kind == "mail"))
    called = [row["values"]["call"] for row in mails if row["to"] == "officer@example.test"]
    assert called[-1].endswith("方敏之 0512-66668888")


@pytest.mark.parametrize(
    ("kind", "after", "asked_line", "granted"),
    [
        (
            "title",
            "长夜行船",
            "请审批片名变更：《春水》改为《长夜行船》（",
            "省局同意片名变更：《春水》改为《长夜行船》",
        ),
        ("episodes", "30", "请审批集数变更：《春水》24 集改为 30 集（", "省局同意集数变更：《春水》24 集改为 30 集"),
    ],
)
def test_a_change_is_told_with_what_it_was_and_what_it_becomes(app, kind, after, asked_line, granted):
    officer, by = factories.user("officer"), factories.producer()
    with unit_of_work():
        by.email = "by@example.test"
    project = factories.project("in_production", by=by, officer=officer, title="春水")
    with unit_of_work():
        records.ask_change(project, actor_of(by), kind, after, REASON)
    deciding, house_id = actor_of(officer), by.id
    work_off()
    assert messages(deciding.id)[-1][0].startswith(asked_line)
    with unit_of_work():
        records.decide_change(db.session.query(ChangeRequest).one(), deciding, True)
    work_off()
    assert messages(house_id)[-1][0] == granted
    assert told_to_do("by@example.test") == ("", "按月报进度，完成后送审")
    event = db.session.scalars(select(Event).where(Event.trigger == "approve")).one()
    assert event.public_text == "省局同意变更：%(before)s → %(after)s"


@pytest.mark.parametrize(
    ("state", "waits", "dated"),
    [
        ("screened", "现在轮到省局办理，等通知。", False),
        ("scheduled", "开机后登记开机日期", True),
        ("in_production", "按月报进度，完成后送审", True),
    ],
)
def test_a_title_taken_up_again_says_what_it_waits_for_and_by_when(app, state, waits, dated):
    officer, by = factories.user("officer"), factories.producer()
    with unit_of_work():
        by.email = "by@example.test"
    project = factories.project(state, by=by, officer=officer)
    id_, title, reader, acting = project.id, project.title, by.id, actor_of(officer)
    for aside, again, line in (
        (office.suspend, office.resume, "省局恢复办理："),
        (office.rest, office.revive, "恢复为在库项目："),
    ):
        with unit_of_work():
            aside(db.session.get(Project, id_), acting, "等补充材料。")
        with unit_of_work():
            again(db.session.get(Project, id_), acting)
        work_off()
        subject = messages(reader)[-1][0]
        assert subject.startswith(line + f"《{title}》") and subject.endswith("到期") == dated
        assert told_to_do("by@example.test") == ("", waits)


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
