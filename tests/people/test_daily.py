"""What costs others something is done so often a day and no more: by one person, one house, towards one address."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from audiovisual.kernel.model import db, utcnow
from audiovisual.kernel.outbox import OutboxRow, work_off
from audiovisual.kernel.security import SecurityEvent
from audiovisual.people import daily
from audiovisual.people.daily import Share
from tests import factories as make

TOO_MUCH = "今天做得太多了，请在"


def invited(client: Any, n: int) -> int:
    form = {"name": "新同事", "email": f"new{n}@example.test", "roles": "producer"}
    return client.post("/invitations/new", data=form).status_code


def test_all_people_of_a_house_together_invite_twenty_a_day(enter: Any, person: Any) -> None:
    house = make.house()
    one, two = (enter(person("producer", house=house)) for _n in range(2))
    statuses = [invited(one if n % 2 else two, n) for n in range(22)]
    assert statuses == [303] * 20 + [422] * 2
    other = enter(person("producer", house=make.house()))
    assert invited(other, 50) == 303, "another house has its own share"
    with time_machine.travel(utcnow() + timedelta(hours=25), tick=False):
        again = enter(person("producer", house=house))
        assert invited(again, 60) == 303


def test_who_meets_the_limit_is_noted(app: Any, enter: Any, person: Any, monkeypatch: Any) -> None:
    monkeypatch.setitem(daily.SHARES, "invitation", Share(house=1))
    client = enter(person("producer", house=make.house()))
    assert [invited(client, n) for n in range(2)] == [303, 422]
    db.session.rollback()
    noted = db.session.query(SecurityEvent).filter_by(kind="limit", verdict="refused").all()
    assert [event.object for event in noted] == ["day invitation"]


@pytest.mark.parametrize(
    ("act", "path", "form", "done"),
    [
        ("draft", "/projects/new", {"type": "web_series"}, 303),
        ("question", "/projects/{project}/remarks/new", {}, 303),
        ("address", "/account", {"name": "林知夏", "phone": "", "position": ""}, 303),
    ],
)
def test_beyond_the_share_it_is_refused_beside_the_field_and_what_was_typed_is_kept(
    enter: Any, person: Any, monkeypatch: Any, act: str, path: str, form: dict[str, str], done: int
) -> None:
    monkeypatch.setitem(daily.SHARES, act, Share(person=2, house=2))
    user = person("producer", house=make.house(), name="林知夏")
    client = enter(user)
    where = path.format(project=make.project("accepted", by=user).id)
    field = {"draft": "title", "question": "text", "address": "email"}[act]

    def sent(n: int) -> Any:
        db.session.rollback()
        db.session.expire_all()
        value = f"a{n}@example.test" if act == "address" else f"渡口第{n}稿"
        return client.post(
            where, data={**form, field: value, "version": db.session.get_one(type(user), user.id).version}
        )

    assert [sent(n).status_code for n in range(2)] == [done] * 2
    refused = sent(7)
    assert refused.status_code == 422 and TOO_MUCH in refused.text and f'id="{field}-error"' in refused.text
    assert ("a7@example.test" if act == "address" else "渡口第7稿") in refused.text
    with time_machine.travel(utcnow() + timedelta(hours=13), tick=False):
        later = client if act != "address" else enter(user)
        client = later if act == "address" else enter(user)
        assert sent(8).status_code == done, "half a day later one more goes"


def test_a_name_gets_six_mails_for_a_new_password_a_day(browser: Any, person: Any) -> None:
    user = person("officer", email="shen@example.test")
    client, begins, login = browser(), utcnow(), user.login
    for n in range(12):
        with time_machine.travel(begins + timedelta(minutes=20 * n), tick=False):
            assert client.post("/password/forgotten", data={"typed": login}).status_code == 303
            db.session.rollback()
            work_off(but=("mail",))
    sent = [row.payload["template"] for row in db.session.query(OutboxRow).filter_by(kind="mail")]
    assert sent.count("reset") == 6


def test_a_refused_form_takes_nothing_of_the_share(enter: Any, person: Any, monkeypatch: Any) -> None:
    monkeypatch.setitem(daily.SHARES, "invitation", Share(house=1))
    client = enter(person("producer", house=make.house()))
    wrong = client.post("/invitations/new", data={"name": "", "email": "a@example.test", "roles": "producer"})
    assert (wrong.status_code, invited(client, 1)) == (422, 303)
