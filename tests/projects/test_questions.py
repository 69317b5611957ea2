"""What a house asks is the officer's task until answered or marked as done; the answer goes where the question came from."""

from __future__ import annotations

import re

import pytest

from audiovisual.desk.counts import counts
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db
from audiovisual.kernel.outbox import work_off
from audiovisual.people.models import Message, User
from audiovisual.people.queries.inbox import headline
from audiovisual.projects.models import Project, Question
from audiovisual.projects.operations import office
from tests import factories as make


@pytest.fixture
def asked(app):
    """A title with a question of its house: ids of the title and of the people by their part."""
    house, officer, other = make.producer(), make.user("officer"), make.user("officer")
    row = make.project("accepted", by=house, officer=officer)
    with unit_of_work():
        office.remark(row, make.actor_of(house), "协审要多久？\n另：授权书原件寄到哪里？")
    return {"title": row.id, "house": house.id, "officer": officer.id, "other": other.id}


def who(asked, part: str) -> User:
    db.session.expire_all()
    return db.session.get(User, asked[part])


def waiting(asked, part: str) -> int:
    return counts(make.actor_of(who(asked, part))).waiting["questions"]


def questions() -> list[Question]:
    db.session.expire_all()
    return db.session.query(Question).order_by(Question.id).all()


def test_a_question_is_a_task_with_who_asked_when_and_what_until_it_is_answered(asked, login):
    assert [waiting(asked, part) for part in ("officer", "other")] == [1, 0]
    page = login(who(asked, "officer")).get("/").text
    assert "协审要多久？ 另：授权书原件寄到哪里？" in page and who(asked, "house").name in page
    at = f"/projects/{asked['title']}/remarks/new"
    assert f'href="{at}"' in page
    form = login(who(asked, "officer")).get(at).text
    assert "协审要多久？" in form and "也会看到，并收到消息。不勾选：只有省局能看到。" in form
    assert re.search(r'<input[^>]*name="public"[^>]*checked|checked[^>]*name="public"', form), (
        "the house reads the answer"
    )
    upto = re.search(r'name="upto"[^>]*value="(\d+)"', form)[1]
    sent = login(who(asked, "officer")).post(at, data={"text": "十个工作日。", "public": "y", "upto": upto})
    assert sent.status_code == 303
    assert [(each.answered, each.settled_by_id) for each in questions()] == [(True, asked["officer"])]
    assert waiting(asked, "officer") == 0
    assert "答复：十个工作日。" in login(who(asked, "house")).get(f"/projects/{asked['title']}/timeline").text
    work_off()
    read = db.session.query(Message).filter_by(user_id=asked["house"]).order_by(Message.id.desc()).first()
    with db.session.no_autoflush:
        assert headline(read).startswith("省局答复了提问：《") and read.body == "十个工作日。"


def test_what_only_the_bureau_reads_answers_nothing_and_a_later_question_stays_open(asked, login):
    at = f"/projects/{asked['title']}/remarks/new"
    officer = login(who(asked, "officer"))
    assert officer.post(at, data={"text": "内部：先问协审处。"}).status_code == 303
    first = questions()[0].id
    with unit_of_work():
        office.remark(db.session.get(Project, asked["title"]), make.actor_of(who(asked, "house")), "还有一个问题。")
    assert (
        login(who(asked, "officer")).post(at, data={"text": "十天。", "public": "y", "upto": first}).status_code == 303
    )
    assert [each.settled_at is None for each in questions()] == [False, True]
    assert waiting(asked, "officer") == 1


def test_what_needs_no_answer_is_marked_once(asked, login):
    at = f"/projects/{asked['title']}/questions/{questions()[0].id}/done"
    assert login(who(asked, "house")).post(at).status_code == 403
    assert login(who(asked, "other")).post(at).status_code == 403
    for page in ("/", f"/projects/{asked['title']}"):
        told = login(who(asked, "officer")).get(page).text
        assert f'action="{at}"' in told and "制作机构会收到消息，知道省局看过了。不能恢复。" in told, page
    assert login(who(asked, "officer")).post(at).status_code == 303
    assert login(who(asked, "officer")).post(at).status_code == 303, "told as done"
    assert [(each.answered, waiting(asked, "officer")) for each in questions()] == [(False, 0)]


def test_a_question_nobody_is_in_charge_of_lies_with_all_officers(asked, login):
    row = make.project("submitted", by=who(asked, "house"))
    with unit_of_work():
        office.remark(row, make.actor_of(who(asked, "house")), "什么时候能收件？")
    assert [waiting(asked, part) for part in ("officer", "other")] == [2, 1]
    login(make.user("admin")).post(f"/people/{asked['officer']}/acts/left")
    assert waiting(asked, "other") == 2
    page = login(who(asked, "house")).get(f"/projects/{row.id}/remarks/new").text
    assert "省局会看到，经办会收到一项待办；答复后您会收到消息。" in page and 'name="public"' not in page


def test_a_page_that_showed_no_question_answers_none_and_only_who_may_settle_them_answers(app, login):
    house, officer, sealer = make.producer(), make.user("officer"), make.user("sealer")
    row = make.project("accepted", by=house, officer=officer)
    at = f"/projects/{row.id}/remarks/new"
    upto = re.search(r'name="upto"[^>]*value="(\d+)"', login(officer).get(at).text)[1]
    with unit_of_work():
        office.remark(db.session.merge(row), make.actor_of(db.session.merge(house)), "协审要多久？")
    for person, read in ((officer, upto), (sealer, str(questions()[-1].id))):
        client = login(db.session.merge(person))
        assert client.post(at, data={"text": "请看附件。", "public": "y", "upto": read}).status_code == 303
    assert [each.settled_at for each in questions()] == [None]
