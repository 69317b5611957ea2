"""Completion (补正): the very field or paper the notice names is open, and handed back it becomes the filing."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pytest

from audiovisual.kernel import outbox
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.events import Event
from audiovisual.kernel.model import db
from audiovisual.kernel.text import moment
from audiovisual.people.models import Message, User
from audiovisual.projects.models import Attachment, Completion, Project
from audiovisual.projects.operations import completion, filing, intake
from tests import factories as make
from workflows.completion import FIELDS, PARTS, columns_of, opened
from workflows.errors import NotAllowed, RuleBroken, WrongState

LONG = "她在江边的工作室里写下第一行。" * 120


@pytest.fixture
def by(app: Any) -> User:
    return make.producer()


@pytest.fixture
def officer(app: Any) -> User:
    return make.user("officer")


def asked(by: User, officer: User, *fields: str, **given: Any) -> tuple[Project, Completion]:
    """A title whose house is asked to complete these parts ("" for words alone)."""
    project = make.project("received", by=by, officer=officer, **given)
    items = [{"field": name, "demand": f"请补正{FIELDS.get(name, '说明')}。"} for name in fields]
    with unit_of_work():
        notice = intake.ask_completion(project, make.actor_of(officer), items)
    return project, notice


def page_of(client: Any, project: Project) -> dict[str, str]:
    """The hidden fields a window got with the page."""
    text = client.get(f"/projects/{project.id}/completion").text
    return {name: re.search(rf'name="{name}" value="([^"]*)"', text)[1] for name in ("version", "base")}


def send(client: Any, project: Project, do: str = "save", **form: Any) -> Any:
    window = form.pop("window", None) or page_of(client, project)
    return client.post(
        f"/projects/{project.id}/completion", data={**window, "do": do, **form}, content_type="multipart/form-data"
    )


def pdf(name: str) -> tuple[BytesIO, str]:
    return BytesIO(b"%PDF-1.4 " + name.encode()), name


def test_the_field_named_is_open_with_what_was_filed_beside_it(login, by, officer):
    project, notice = asked(by, officer, "synopsis", "investment_yuan", "paper_pledge", "")
    text = login(by).get(f"/projects/{project.id}/completion").text
    assert 'name="synopsis"' in text and 'name="investment_yuan"' in text
    assert f'name="file-{notice.items[2].id}"' in text and "报上来的" in text
    assert 'name="title"' not in text and 'name="episodes"' not in text


def test_handed_back_the_record_changes_and_old_and_new_stay(login, by, officer):
    project, notice = asked(by, officer, "synopsis", "episodes")
    before = project.synopsis, project.episodes
    assert send(login(by), project, synopsis=LONG, episodes="２６").status_code == 303
    db.session.expire_all()
    assert (project.synopsis, project.episodes) == before  # a draft lies with the notice
    assert send(login(by), project, "complete", synopsis=LONG, episodes="26").location == f"/projects/{project.id}"
    db.session.expire_all()
    assert (project.state, project.synopsis, project.episodes) == ("received", LONG, 26)
    assert [(item.before, item.after) for item in notice.items] == [
        ({"synopsis": before[0]}, {"synopsis": LONG}), ({"episodes": before[1]}, {"episodes": 26}),
    ]  # fmt: skip
    told = [event.data for event in db.session.query(Event).filter_by(trigger="corrected").order_by(Event.id)]
    assert told[1] == {"label": "集数", "before": str(before[1]), "after": "26"}
    assert "补正了集数：" in login(by).get(f"/projects/{project.id}/timeline").text


def test_the_officer_sees_old_beside_new(login, by, officer):
    project, _notice = asked(by, officer, "platforms", "cast_pay_yuan")
    old = project.platforms
    send(login(by), project, "complete", platforms="优酷、芒果TV", cast_pay_yuan="90", lead_pay_yuan="30")
    for address in (f"/projects/{project.id}", f"/projects/{project.id}/materials"):
        text = login(db.session.get(User, officer.id)).get(address).text
        assert old in text and "优酷、芒果TV" in text and "补正后" in text
    assert "90 万元" in text


def test_a_paper_gets_a_new_version_and_the_old_one_stays(login, by, officer):
    project, notice = asked(by, officer, "paper_pledge")
    old = next(each for each in project.attachments if each.kind == "pledge" and each.removed_at is None)
    item, numbers = notice.items[0], (old.id, project.id)
    assert send(login(by), project, **{f"file-{item.id}": pdf("承诺书第二版.pdf")}).status_code == 303
    db.session.expire_all()
    assert [each.id for each in project.attachments if each.kind == "pledge" and each.removed_at is None] == [old.id]
    send(login(by), project, "complete")
    db.session.expire_all()
    papers = db.session.query(Attachment).filter_by(project_id=numbers[1], kind="pledge").order_by(Attachment.id).all()
    assert [(each.name, each.removed_at is None) for each in papers[-2:]] == [
        (old.name, False),
        ("承诺书第二版.pdf", True),
    ]
    assert item.after == {"papers": [{"id": papers[-1].id, "name": "承诺书第二版.pdf"}]}
    where = f"/projects/{numbers[1]}/papers/{numbers[0]}/file"
    people = officer.id, by.id
    assert login(db.session.get(User, people[0])).get(where).status_code == 200
    assert login(db.session.get(User, people[1])).get(where).status_code == 200
    assert "以前的版本" in login(db.session.get(User, people[0])).get(f"/projects/{numbers[1]}/materials").text
    assert login(make.producer()).get(where).status_code == 404


def test_only_what_was_asked_for_can_be_changed(login, by, officer):
    project, notice = asked(by, officer, "synopsis")
    title = project.title
    assert send(login(by), project, synopsis=LONG, title="另一个名字", episodes="99").status_code == 303
    db.session.expire_all()
    assert notice.corrections == {"synopsis": LONG}
    with pytest.raises(NotAllowed), unit_of_work():
        completion.correct(notice, make.actor_of(by), {"title": "另一个名字"})
    send(login(by), project, "complete")
    db.session.expire_all()
    assert project.title == title


def test_another_house_and_a_title_that_is_not_completing_are_refused(by, officer):
    project, notice = asked(by, officer, "synopsis")
    with pytest.raises(NotAllowed), unit_of_work():
        completion.correct(notice, make.actor_of(make.producer()), {"synopsis": LONG})
    with unit_of_work():
        completion.correct(notice, make.actor_of(by), {"synopsis": LONG})
        filing.complete(project, make.actor_of(by))
    with pytest.raises(WrongState), unit_of_work():
        completion.correct(notice, make.actor_of(by), {"synopsis": LONG})


def test_what_the_rules_refuse_is_said_beside_its_field_together_with_what_is_unanswered(login, by, officer):
    project, notice = asked(by, officer, "synopsis", "shooting_start", "")
    answer = send(
        login(by), project, "complete", synopsis="太短。", shooting_place="苏州", shooting_start="2027-05-01",
        shooting_end="2027-04-01",
    )  # fmt: skip
    assert answer.status_code == 422
    assert "内容概要还差" in answer.text and "杀青日期早于开机日期" in answer.text and "这一项还没有补正" in answer.text
    assert 'href="#synopsis"' in answer.text and 'href="#shooting_end"' in answer.text
    db.session.expire_all()
    assert project.state == "completing" and notice.corrections["synopsis"] == "太短。"
    with pytest.raises(RuleBroken), unit_of_work():
        filing.complete(project, make.actor_of(by))


def test_what_cannot_be_read_what_is_refused_and_what_is_open_are_told_at_once(login, by, officer):
    project, _notice = asked(by, officer, "synopsis", "investment_yuan", "platforms")
    answer = send(login(by), project, "complete", synopsis="太短。", investment_yuan="1e3", platforms=project.platforms)
    assert answer.status_code == 422 and "有 3 处要改" in answer.text
    for place in ("synopsis", "investment_yuan", f"answer-{project.completion.items[2].id}"):
        assert f'href="#{place}"' in answer.text


def test_what_cannot_be_read_stays_as_typed_and_the_rest_is_kept(login, by, officer):
    project, notice = asked(by, officer, "investment_yuan", "platforms")
    answer = send(login(by), project, investment_yuan="1e3", platforms="优酷")
    assert answer.status_code == 422 and 'value="1e3"' in answer.text and "请填金额（万元）" in answer.text
    db.session.expire_all()
    assert notice.corrections == {"platforms": "优酷"}


def test_a_field_that_need_not_change_is_answered_in_words(login, by, officer):
    project, notice = asked(by, officer, "platforms")
    words = f"answer-{notice.items[0].id}"
    assert send(login(by), project, "complete").status_code == 422
    assert send(login(by), project, "complete", **{words: "平台没有变，核对过。"}).status_code == 303
    db.session.expire_all()
    assert (project.state, notice.items[0].after) == ("received", None)
    assert "没有改" in login(db.session.get(User, officer.id)).get(f"/projects/{project.id}/materials").text


def test_put_back_as_it_was_a_field_is_unanswered_again(login, by, officer):
    project, notice = asked(by, officer, "platforms")
    old = project.platforms
    send(login(by), project, platforms="优酷")
    db.session.expire_all()
    assert notice.items[0].answered_at is not None
    send(login(by), project, platforms=old)
    db.session.expire_all()
    assert notice.items[0].answered_at is None


def test_the_class_is_judged_again_and_the_officer_is_told(login, by, officer):
    project, notice = asked(
        by, officer, "investment_yuan", type="micro_drama", form="live", minutes_per_episode=15, investment_yuan=800_000
    )
    before = project.class_code
    with unit_of_work():
        completion.correct(notice, make.actor_of(by), {"investment_yuan": 9_000_000})
        filing.complete(project, make.actor_of(by))
    assert before != project.class_code == "one"
    event = db.session.query(Event).filter_by(trigger="class_changed").one()
    assert event.data["label"] == project.class_detail["label"]
    number, reader = event.id, officer.id
    outbox.work_off()
    assert [told.user_id for told in db.session.query(Message).filter_by(event_id=number)] == [reader]


def test_the_house_is_told_beforehand_what_the_corrections_mean(login, by, officer):
    project, _notice = asked(
        by, officer, "investment_yuan", type="micro_drama", form="live", minutes_per_episode=15, investment_yuan=800_000
    )
    send(login(by), project, investment_yuan="900")
    text = login(by).get(f"/projects/{project.id}/completion").text
    assert "按改后的内容，类别会变为" in text


def test_a_new_title_keeps_the_old_one_findable(login, by, officer):
    project, _notice = asked(by, officer, "title")
    old = project.title
    send(login(by), project, "complete", title="江上数峰青")
    db.session.expire_all()
    assert (project.title, [former.title for former in project.former_titles]) == ("江上数峰青", [old])


def test_people_and_companies_are_corrected_row_by_row(login, by, officer):
    project, _notice = asked(by, officer, "credits")
    form = {}
    for n, (role, name) in enumerate(
        [("writer", "林间月"), ("director", "陆沉舟"), ("producer", "周渡"), ("lead_actor", "沈青梧")]
    ):
        form |= {f"credits-{n}-role": role, f"credits-{n}-name": name, f"credits-{n}-note": ""}
    send(login(by), project, "complete", **form)
    db.session.expire_all()
    assert [credit.name for credit in project.credits] == ["林间月", "陆沉舟", "周渡", "沈青梧"]


def test_two_windows_that_correct_different_fields_lose_nothing(login, by, officer):
    project, notice = asked(by, officer, "platforms", "shooting_start")
    client = login(by)
    first, second = page_of(client, project), page_of(client, project)
    plan = {"shooting_place": project.shooting_place, "shooting_start": "2027-03-01", "shooting_end": "2027-06-01"}
    untouched = {"platforms": project.platforms}
    assert send(client, project, window=first, platforms="优酷").status_code == 303
    assert send(client, project, window=second, **untouched, **plan).status_code == 303
    db.session.expire_all()
    assert notice.corrections["platforms"] == "优酷" and notice.corrections["shooting_start"] == "2027-03-01"


def test_two_windows_that_correct_one_field_see_both(login, by, officer):
    project, notice = asked(by, officer, "platforms")
    client = login(by)
    first, second = page_of(client, project), page_of(client, project)
    send(client, project, window=first, platforms="优酷")
    answer = send(client, project, window=second, platforms="芒果TV")
    assert (
        answer.status_code == 409
        and "您本人" in answer.text
        and "优酷" in answer.text
        and 'value="芒果TV"' in answer.text
    )
    db.session.expire_all()
    assert notice.corrections == {"platforms": "优酷"}
    again = {name: re.search(rf'name="{name}" value="([^"]*)"', answer.text)[1] for name in ("version", "base")}
    assert send(client, project, window=again, platforms="芒果TV").status_code == 303
    db.session.expire_all()
    assert notice.corrections == {"platforms": "芒果TV"}


def test_two_items_of_one_field_are_corrected_once(login, by, officer):
    project, notice = asked(by, officer, "platforms", "platforms")
    text = login(by).get(f"/projects/{project.id}/completion").text
    assert text.count('name="platforms"') == 1 and "和第 1 项是同一处" in text
    assert send(login(by), project, "complete", platforms="优酷").status_code == 303
    assert [item.answered_at is not None for item in notice.items] == [True, True]


@pytest.mark.parametrize("field", FIELDS)
def test_every_part_a_notice_can_name_opens_on_the_page(login, by, officer, field):
    project, _notice = asked(by, officer, field)
    text = login(by).get(f"/projects/{project.id}/completion").text
    names = {"theme_era": "theme", "theme_topic": "theme", "major_subject": "theme"}
    assert "Unbound" not in text
    for column in columns_of(field):
        assert re.search(rf'name="{names.get(column, column)}["-]', text), column


def test_every_field_a_house_fills_in_can_be_asked_for():
    left_out = {"pledged"}  # given anew with every filing, never corrected
    assert opened(PARTS) == set(filing.FIELDS) - left_out | {"credits", "co_producers"}


def test_a_colleague_who_comes_after_it_was_handed_back_reads_so_and_keeps_their_words(login, by, officer):
    project, notice = asked(by, officer, "")
    box, client = f"answer-{notice.items[0].id}", login(by)
    window = page_of(client, project)
    assert send(client, project, "complete", **{box: "已补盖骑缝章。"}).status_code == 303
    colleague = login(make.user("producer", house=by.house))
    late = {**window, box: "同事写在后面的话。"}
    page = send(colleague, project, "complete", window=window, **{box: late[box]})
    told = f"补正已在 {moment(notice.completed_at)} 交回，不能再改；要补充的，请给省局留言。"
    assert page.status_code == 409 and told in page.text and f"{late[box]}</textarea>" in page.text
    assert "还要用的请复制留存" in page.text and "返回后可以接着改" not in page.text
    said = colleague.post(f"/projects/{project.id}/completion/draft", data=late, headers={"X-Requested-With": "fetch"})
    assert (said.status_code, said.json["error"]) == (409, told)
