"""What others learn when somebody leaves or loses a role: who stood in, heads and officers, and every page with the name."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from audiovisual.desk.counts import counts
from audiovisual.kernel import outbox
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db, today
from audiovisual.kernel.outbox import OutboxRow
from audiovisual.kernel.text import told
from audiovisual.people import mail
from audiovisual.people.models import Message
from audiovisual.people.operations import accounts, delegations, houses, roles
from audiovisual.projects.models import ChangeRequest
from tests import factories as make
from tests.turns import actor_today

WAYS = {
    "left": lambda user, admin: accounts.mark_left(user, admin),
    "role lost": lambda user, admin: roles.revoke(user, "officer", admin),
}


def mails(template: str) -> list[dict[str, Any]]:
    """What waits to be sent by that template."""
    rows = db.session.scalars(select(OutboxRow).where(OutboxRow.kind == "mail"))
    return [row.payload for row in rows if row.payload["template"] == template]


def lines(user_id: int) -> list[str]:
    """The messages of a person, as they read."""
    found = db.session.scalars(select(Message).where(Message.user_id == user_id).order_by(Message.id))
    return [told(message.subject, message.params) for message in found]


@pytest.mark.parametrize("way", WAYS)
def test_heads_and_officers_are_told_that_titles_lie_with_nobody(app, way):
    admin, head, other = make.user("admin"), make.user("head"), make.user("officer")
    gone = make.user("officer", name="韩露秋")
    for _n in range(2):
        make.project("accepted", officer=gone)
    with unit_of_work():
        WAYS[way](gone, make.actor_of(admin))
    head, other, gone = head.id, other.id, gone.id
    outbox.work_off(but=["mail"])
    assert lines(head) == ["请看由谁接办：韩露秋经办的 2 部无人经办"]
    assert lines(other)[-1:] == ["请接办：韩露秋经办的 2 部无人经办"]
    assert lines(gone) == []


def test_whom_everything_was_handed_to_leaves_nothing_to_be_told(app):
    admin, head, heir, gone = make.user("admin"), make.user("head"), make.user("officer"), make.user("officer")
    make.project("accepted", officer=gone)
    with unit_of_work():
        accounts.mark_left(gone, make.actor_of(admin), {"titles": heir})
    head = head.id
    outbox.work_off(but=["mail"])
    assert lines(head) == []


@pytest.mark.parametrize("way", WAYS)
def test_the_deputy_is_told_when_the_absent_officer_goes(app, way):
    admin, absent = make.user("admin"), make.user("officer")
    deputy = make.user("officer", email="deputy@example.test")
    with unit_of_work():
        delegations.delegate(make.actor_of(absent), deputy.id, "officer", today(), today() + timedelta(days=5), "出差")
    with unit_of_work():
        WAYS[way](absent, make.actor_of(admin))
    assert [each["to"] for each in mails("delegation_over")] == ["deputy@example.test"]


def test_the_absent_person_is_told_when_the_deputy_goes(app):
    admin, absent, deputy = make.user("admin"), make.user("officer", email="absent@example.test"), make.user("officer")
    with unit_of_work():
        delegations.delegate(make.actor_of(absent), deputy.id, "officer", today(), today() + timedelta(days=5), "出差")
    with unit_of_work():
        accounts.mark_left(deputy, make.actor_of(admin))
    assert [each["to"] for each in mails("delegation_alone")] == ["absent@example.test"]
    assert all(mail.still_wanted(each) for each in mails("delegation_alone"))


def test_who_lost_the_role_is_not_asked_to_find_another_deputy_for_it(app):
    admin, deputy = make.user("admin"), make.user("officer")
    absent = make.user("officer", "head", email="absent@example.test")
    with unit_of_work():
        delegations.delegate(make.actor_of(absent), deputy.id, "officer", today(), today() + timedelta(days=5), "出差")
    with unit_of_work():
        roles.revoke(absent, "officer", make.actor_of(admin))
    assert [mail.still_wanted(each) for each in mails("delegation_alone")] == [False]


@pytest.mark.parametrize("state", ["received", "accepted", "proposed", "scheduled", "in_production"])
def test_the_page_says_that_nobody_handles_a_title_and_who_did(app, login, state):
    admin, gone, head = make.user("admin"), make.user("officer", name="韩露秋"), make.user("head")
    row = make.project(state, officer=gone)
    with unit_of_work():
        accounts.mark_left(gone, make.actor_of(admin))
    page = login(head).get(f"/projects/{row.id}").text
    assert "无人经办" in page and "原经办韩露秋已不在岗" in page
    assert "经办：韩露秋" not in page


def test_what_is_nobodys_is_late_in_the_bureau_and_not_with_an_officer(app):
    officer, gone, admin = make.user("officer"), make.user("officer"), make.user("admin")
    own, left, pool = (make.project("accepted", officer=officer), make.project("accepted", officer=gone),
                       make.project("submitted"))  # fmt: skip
    with unit_of_work():
        accounts.mark_left(gone, make.actor_of(admin))
        for row in (own, left, pool):
            row.due_on, row.paused_since = today() - timedelta(days=1), None
    with app.test_request_context():
        found = counts(actor_today(officer))
    assert (found.late, found.bureau_late) == (1, 3)


def test_the_list_of_what_was_done_holds_what_was_done_to_houses(app, login):
    officer, head = make.user("officer"), make.user("head")
    house = make.house(state="applied")
    with unit_of_work():
        houses.step(house, "admit", make.actor_of(officer), None)
    with unit_of_work():
        houses.step(house, "bar", make.actor_of(head), "许可证过期。")
    name = house.name
    for person, did in ((officer, "同意了入驻"), (head, "停用了机构")):
        page = login(person).get("/desk/done").text
        assert name in page and did in page


def test_the_house_asked_to_take_over_reads_whom_to_call(app, login):
    giving, taking = make.house(), make.house()
    producer, taker = make.producer(giving), make.producer(taking)
    row = make.project("scheduled", by=producer)
    with unit_of_work() as session:
        row.contact_name, row.contact_phone = "宋知微", "0514-87654321"
        asked = ChangeRequest(
            project_id=row.id, kind="house", state="offered", before=giving.name, after=taking.name, reason="重组",
            house_after_id=taking.id, asked_by_id=producer.id,
        )  # fmt: skip
        session.add(asked)
    page = login(taker).get(f"/projects/takeovers/{asked.id}").text
    assert "宋知微 0514-87654321" in page


def test_the_record_of_an_account_names_roles_and_values(app, login):
    admin, person = make.user("admin", name="管理员甲"), make.user("officer", phone="025-1")
    with unit_of_work():
        roles.grant(person, "head", make.actor_of(admin))
        roles.revoke(person, "officer", make.actor_of(admin))
        accounts.edit_details(make.actor_of(person), person.version, phone="025-2")
    page = re.sub(r"\s+", " ", login(admin).get(f"/people/{person.id}").text)
    assert "授予岗位：处长" in page and "撤销岗位：经办" in page
    assert "修改个人资料：电话 025-1 → 025-2" in page
    assert page.count("（管理员甲 办理）") == 2
