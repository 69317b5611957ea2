"""Stand-ins during leave: who may hold whose role, when, and how the rules see him."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from audiovisual.kernel.model import db, today, utcnow
from audiovisual.kernel.outbox import OutboxRow
from audiovisual.kernel.text import day, moment
from audiovisual.people import sessions
from audiovisual.people.models import Delegation
from tests import factories


def delegate(client, deputy, role="head", start=0, end=5):
    days = [(today() + timedelta(days=n)).isoformat() for n in (start, end)]
    form = {"role": role, "deputy_id": deputy.id, "starts_on": days[0], "ends_on": days[1], "reason": "年休假"}
    return client.post("/delegations", data=form)


def actor_in(client):
    """The person as the rules see him, read afresh from the cookie."""
    with client.session_transaction() as cookie:
        return sessions.load(cookie["_user_id"]).actor()


def test_the_deputy_acts_in_the_role_for_both(person, enter):
    head, officer = person("head"), person("officer")
    deputy = enter(officer)
    assert actor_in(deputy).roles == {"officer"}
    assert delegate(enter(head), officer).status_code == 303
    actor = actor_in(deputy)
    assert actor.roles == {"officer", "head"}
    assert dict(actor.on_behalf) == {"head": head.id}
    assert actor.acts_for("head") == {officer.id, head.id}
    assert actor.acts_for("officer") == {officer.id}
    assert f"您正代 {head.name} 办理“处长”" in deputy.get("/account").text


def test_it_begins_and_ends_by_itself(person, enter):
    head, officer = person("head"), person("officer")
    delegate(enter(head), officer, start=1, end=2)
    for days, roles in ((0, {"officer"}), (1, {"officer", "head"}), (2, {"officer", "head"}), (3, {"officer"})):
        with time_machine.travel(utcnow() + timedelta(days=days), tick=False):
            assert actor_in(enter(officer)).roles == roles


def test_either_ends_it_at_once_and_others_do_not(person, enter):
    head, officer, other = person("head"), person("officer"), person("officer")
    deputy = enter(officer)
    delegate(enter(head), officer)
    number = db.session.scalar(select(Delegation.id))
    assert enter(other).post(f"/delegations/{number}/revoke").status_code == 403
    assert deputy.post(f"/delegations/{number}/revoke").status_code == 303
    assert actor_in(deputy).roles == {"officer"}
    assert deputy.post(f"/delegations/{number}/revoke").status_code == 303, "told as done"
    late = enter(head).post(f"/delegations/{number}/revoke")
    at = moment(db.session.scalar(select(Delegation.revoked_at)))
    assert (late.status_code, f"代理在 {at} 已经撤回，岗位已回到委托人。" in late.text) == (409, True)


def test_one_that_ran_out_is_not_withdrawn(person, enter):
    head, officer = person("head"), person("officer")
    delegate(enter(head), officer)
    last = day(today() + timedelta(days=5))
    with time_machine.travel(utcnow() + timedelta(days=6), tick=False):
        late = enter(head).post(f"/delegations/{db.session.scalar(select(Delegation.id))}/revoke")
    assert (late.status_code, f"代理到 {last} 已经期满，自动收回，不用撤回。" in late.text) == (409, True)


def test_it_falls_when_the_absent_loses_the_role_or_leaves(person, enter):
    admin, officer = enter(person("admin")), person("officer")
    deputy = enter(officer)
    for act in ("roles/head/revoke", "acts/left"):
        head = person("head")
        delegate(enter(head), officer)
        assert "head" in actor_in(deputy).roles
        admin.post(f"/people/{head.id}/{act}")
        assert "head" not in actor_in(deputy).roles


def test_a_held_role_is_not_handed_on(person, enter):
    head, officer, third = person("head"), person("officer"), person("officer")
    delegate(enter(head), officer)
    assert delegate(enter(officer), third, role="head").status_code == 422


@pytest.mark.parametrize(("start", "end", "field"), [(-1, 3, "starts_on"), (3, 2, "ends_on"), (0, 400, "ends_on")])
def test_days_out_of_order_are_refused(person, enter, start, end, field):
    answer = delegate(enter(person("head")), person("officer"), start=start, end=end)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text


def test_one_role_has_one_deputy_at_a_time_and_a_deputy_one_absent(person, enter):
    one, other = person("head"), person("head")
    first, second = person("officer"), person("officer")
    client = enter(one)
    assert delegate(client, first).status_code == 303
    assert delegate(client, second, start=5, end=9).status_code == 422
    assert delegate(client, second, start=6, end=9).status_code == 303
    assert delegate(enter(other), first, start=3, end=4).status_code == 422


def test_someone_away_is_no_deputy(person, enter):
    head, away, third = person("head"), person("officer"), person("officer")
    delegate(enter(away), third, role="officer")
    answer = delegate(enter(head), away)
    assert answer.status_code == 422
    assert "不在岗" in answer.text


def test_only_the_bureau_stands_in(person, enter):
    head = enter(person("head"))
    for outsider in (person("expert"), person("admin"), person("producer", house=factories.house())):
        assert delegate(head, outsider).status_code == 422
    assert enter(person("expert")).get("/delegations").status_code == 403


def test_two_roles_held_for_two_people_are_kept_apart(person, enter):
    head, sealer, officer = person("head"), person("sealer"), person("officer")
    delegate(enter(head), officer)
    delegate(enter(sealer), officer, role="sealer")
    assert dict(actor_in(enter(officer)).on_behalf) == {"head": head.id, "sealer": sealer.id}


def test_a_deputy_is_told_when_the_delegation_is_taken_back(person, enter):
    absent, deputy = person("head"), person("officer")
    client = enter(absent)
    delegate(client, deputy)
    number = db.session.query(Delegation.id).scalar()
    assert client.post(f"/delegations/{number}/revoke").status_code == 303
    kinds = [
        row.payload["template"] for row in db.session.query(OutboxRow).filter_by(kind="mail").order_by(OutboxRow.id)
    ]
    assert kinds == ["delegation", "delegation_over"]
