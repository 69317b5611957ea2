"""Sensitive values of the audit chain: apart from it, shown while they are there, gone for good, the chain whole."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select, text

from audiovisual.kernel import audit, withheld
from audiovisual.kernel.audit import AuditRow
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.events import Event
from audiovisual.kernel.model import db
from audiovisual.kernel.text import told
from audiovisual.kernel.withheld import WithheldValue
from audiovisual.people.models import User
from audiovisual.people.operations import accounts
from audiovisual.people.queries.members import traces_of
from audiovisual.projects.operations.corrections import change_contact
from audiovisual.proof import proven
from tests import factories as make
from workflows.access import SYSTEM

PHONE = "13912345678"


def found() -> list[str]:
    """What `flask verify` finds of the chain and of the values."""
    return [line for part in ("chain", "withheld") for piece in proven(part) for line in piece]


@pytest.fixture
def changed(app) -> Event:
    """A title whose contact was changed, with the telephone before and after."""
    title = make.project("submitted")
    by = make.actor_of(db.session.get_one(User, title.created_by_id))
    with unit_of_work():
        change_contact(title, by, "王五", PHONE)
    return db.session.scalars(select(Event).where(Event.trigger == "change_contact")).one()


def deleted() -> None:
    with unit_of_work():
        audit.delete_values(list(db.session.scalars(select(WithheldValue.print))), SYSTEM, "test")


def test_row_and_fact_hold_a_print_and_the_timeline_shows_the_value(changed):
    kept = json.loads(db.session.get_one(AuditRow, changed.audit_seq).data)
    assert PHONE not in json.dumps([kept, changed.data])
    assert kept["after"] == changed.data["after"] == {"withheld": kept["after"]["withheld"]}
    assert told(changed.text, changed.data).endswith(f"改为王五 {PHONE}")
    assert found() == []


def test_a_deleted_value_is_gone_said_to_be_and_the_chain_holds(changed):
    before = audit.verify(db.session())
    deleted()
    assert told(changed.text, changed.data) == "把联系人由已删除改为已删除"
    assert audit.verify(db.session()) == audit.Verdict(before.rows + 1)
    assert found() == []
    assert [row for row in db.session.execute(select(WithheldValue.salt, WithheldValue.value)) if any(row)] == []


def test_the_same_value_gives_another_print_each_time():
    assert withheld.printed(PHONE, "user.phone").print != withheld.printed(PHONE, "user.phone").print


CHANGED = {
    "UPDATE withheld_value SET value = '\"1\"'": "被改过",
    "UPDATE withheld_value SET salt = NULL, value = NULL": "被改过",
    "UPDATE withheld_value SET salt = NULL, value = NULL, deleted_seq = 1": "的删除与记录不符",
    "DELETE FROM withheld_value": "不见了",
}


@pytest.mark.parametrize("statement", CHANGED)
def test_what_is_changed_or_deleted_by_hand_is_found(changed, statement):
    with unit_of_work() as session:
        session.execute(text(statement))
    told_of = found()
    assert told_of and all(line.endswith(CHANGED[statement]) for line in told_of)


def test_traces_of_an_account_show_the_values_and_then_that_they_were_deleted(app):
    user = make.user("officer", phone="025-1")
    with unit_of_work():
        accounts.edit_details(make.actor_of(user), user.version, phone=PHONE)
    assert [trace.changes for trace in traces_of(user.id, 1, 20).rows if trace.changes] == [[("电话", "025-1", PHONE)]]
    deleted()
    (changes,) = [trace.changes for trace in traces_of(user.id, 1, 20).rows if trace.changes]
    assert changes == [("电话", "已删除", "已删除")]
