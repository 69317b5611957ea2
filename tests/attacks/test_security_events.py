"""What happens to the bank's safety is noted, written as lines for a collector, shown to administrators, and told them."""

from __future__ import annotations

import csv
import io
import json
import stat
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from audiovisual.kernel import security, stream
from audiovisual.kernel.model import db, utcnow
from audiovisual.kernel.security import SecurityEvent
from audiovisual.people import alarms
from tests.asked import statements
from tests.people.conftest import PASSWORD, browser, enter, person, post_box

__all__ = ["browser", "enter", "person", "post_box"]
WRONG = "wrong-wrong-wrong"


def events(kind=None):
    """(kind, verdict, who, first word of the object) of what was noted, the oldest first."""
    db.session.rollback()
    rows = db.session.scalars(select(SecurityEvent).order_by(SecurityEvent.id))
    return [
        (row.kind, row.verdict, row.user_id, row.object.split()[0]) for row in rows if kind is None or row.kind == kind
    ]


def lines():
    """What a collector reads."""
    stream.write_out()
    return [json.loads(line) for line in stream.file().read_text(encoding="utf-8").splitlines()]


def attempt(client, login, password=WRONG, address="192.0.2.7"):
    return client.post(
        "/login", data={"login": login, "password": password}, environ_overrides={"REMOTE_ADDR": address}
    )


def test_log_ins_good_and_refused(person, browser, app):
    app.config["LOCK_AFTER"] = 2
    user = person("officer")
    attempt(browser(), user.login)
    attempt(browser(), user.login, PASSWORD)
    attempt(browser(), "nobody")
    assert events() == [
        ("login", "refused", user.id, "password"), ("login", "good", user.id, "user.logged_in"),
        ("login", "refused", None, "password"),
    ]  # fmt: skip
    attempt(browser(), user.login)
    attempt(browser(), user.login)
    attempt(browser(), user.login)
    assert events("limit") == [("limit", "refused", user.id, "user.locked"), ("limit", "refused", None, "log-in")]


def test_refusals_roles_and_credentials(person, enter, browser):
    admin, user = person("admin"), person("officer")
    boss, client = enter(admin), enter(user)
    assert client.get("/people").status_code == 403
    assert boss.post(f"/people/{user.id}", data={"role": "sealer"}).status_code == 303
    new = "quiet-harbour-58-stone"
    assert (
        client.post("/account/password", data={"current": PASSWORD, "password": new, "again": new}).status_code == 303
    )
    assert browser().get("/password/reset/no-such-token").status_code == 404
    assert [one for one in events() if one[0] != "login"] == [
        ("forbidden", "refused", user.id, "GET"), ("role", "good", admin.id, "user.role_granted"),
        ("credential", "good", user.id, "user.password_changed"), ("token", "refused", None, "reset"),
    ]  # fmt: skip


def test_a_form_without_its_token_is_noted(person, enter, app):
    app.config["WTF_CSRF_ENABLED"] = True
    client = app.test_client()
    assert client.post("/login", data={"login": "somebody", "password": WRONG}).status_code == 400
    assert events() == [("token", "refused", None, "POST")]


def test_a_refused_page_costs_one_statement_more_and_an_ordinary_one_none(person, enter):
    client = enter(person("officer"))
    with statements() as asked:
        client.get("/account")
    assert not [statement for statement in asked if "security_event" in statement]
    with statements() as asked:
        client.get("/people")
    assert len([statement for statement in asked if "security_event" in statement]) == 1


def test_lines_for_a_collector_hold_no_secret_and_are_ours_alone(person, enter, browser):
    user = person("officer")
    client = enter(user)
    attempt(browser(), "my-password-typed-as-a-name")
    client.get("/people")
    browser().get("/join/secret-token-of-a-mail")
    told = lines()
    assert [(one["kind"], one["verdict"], one["user"]) for one in told] == [
        ("login", "good", user.id), ("login", "refused", None), ("forbidden", "refused", user.id),
        ("token", "refused", None),
    ]  # fmt: skip
    assert set(told[0]) == {"id", "time", "kind", "verdict", "user", "address", "session", "object"}
    assert told[1]["address"] == "192.0.2.7"
    assert told[2]["object"] == "GET /people"
    assert told[0]["session"] == told[2]["session"] and len(told[0]["session"]) == 16
    text = stream.file().read_text(encoding="utf-8")
    for secret in (PASSWORD, WRONG, "my-password-typed-as-a-name", "secret-token-of-a-mail"):
        assert secret not in text
    assert client.get_cookie("seedbank").value not in text
    assert stat.S_IMODE(stream.file().stat().st_mode) == 0o600
    assert stat.S_IMODE(stream.file().parent.stat().st_mode) == 0o700


def test_each_event_is_written_once_and_full_files_are_put_aside(person, enter, monkeypatch):
    monkeypatch.setattr(stream, "ROTATED_AT", 150)
    enter(person("officer"))
    assert stream.write_out() == 1
    assert stream.write_out() == 0
    enter(person("officer"))
    assert stream.write_out() == 1
    names = sorted(path.name for path in stream.file().parent.iterdir())
    assert names == ["events.1.jsonl", "events.jsonl"]


def test_a_visitor_s_refusals_fill_no_disk(browser, monkeypatch):
    monkeypatch.setattr(security, "MOST", 3)
    for n in range(5):
        browser().get(f"/join/token-{n}")
    assert len(events("token")) == 3
    with time_machine.travel(utcnow() + timedelta(minutes=2), tick=False):
        browser().get("/join/token-9")
    assert len(events("token")) == 4


def test_administrators_read_filter_and_export_them(person, enter, browser):
    admin, user = person("admin"), person("officer", name="=乔敏")
    boss = enter(admin)
    enter(user).get("/people")
    attempt(browser(), user.login, address="203.0.113.9")
    page = boss.get("/security").text
    assert "203.0.113.9" in page
    assert "GET /people" in page
    only = boss.get("/security?kind=forbidden&verdict=refused&q=乔敏").text
    assert "GET /people" in only
    assert "203.0.113.9" not in only
    assert "没有这样的事件" in boss.get("/security?q=no-such-thing").text
    taken = boss.get("/security/export?kind=forbidden")
    assert taken.mimetype == "text/csv"
    rows = list(csv.reader(io.StringIO(taken.get_data(as_text=True).removeprefix("\ufeff"))))
    assert rows[1][3:5] == ["'=乔敏", "GET /people"], "no formula for a spreadsheet"
    assert events("export") == [("export", "good", admin.id, "events")]
    assert enter(person("head")).get("/security").status_code == 403


def test_many_names_from_one_address_alarm_the_administrators_once_an_hour(person, browser, post_box, app):
    admin = person("admin")
    for n in range(alarms.NAMES):
        attempt(browser(), f"name-{n}", address="203.0.113.9")
    assert alarms.ring() == ["spraying"]
    [letter] = post_box()
    assert letter["To"] == admin.email
    assert "203.0.113.9" in letter.get_content()
    assert "/security?kind=login&verdict=refused" in letter.get_content()
    for n in range(alarms.NAMES):
        attempt(browser(), f"other-{n}", address="203.0.113.10")
    assert alarms.ring() == []
    with time_machine.travel(utcnow() + timedelta(hours=1, minutes=1), tick=False):
        assert alarms.ring() == [], "long over"
        for n in range(alarms.NAMES):
            attempt(browser(), f"third-{n}", address="203.0.113.10")
        assert alarms.ring() == ["spraying"]


def test_roles_that_changed_alarm_the_administrators_and_none_is_missed(person, enter, post_box):
    admin, user = person("admin"), person("officer")
    boss = enter(admin)
    boss.post(f"/people/{user.id}", data={"role": "sealer"})
    assert alarms.ring() == ["roles"]
    boss.post(f"/people/{user.id}/roles/sealer/revoke")
    assert alarms.ring() == []
    with time_machine.travel(utcnow() + timedelta(hours=1, minutes=1), tick=False):
        assert alarms.ring() == ["roles"], "what happened meanwhile is told by the next"
        assert [letter["Subject"] for letter in post_box()] == ["种子库：有岗位变动"] * 2


@pytest.mark.parametrize("count", [alarms.REFUSALS - 1, alarms.REFUSALS])
def test_many_refusals_of_one_address_alarm(person, app, post_box, count):
    person("admin")
    with app.test_request_context(environ_overrides={"REMOTE_ADDR": "203.0.113.9"}):
        for _ in range(count):
            security.refused("forbidden", "GET /people")
    assert alarms.ring() == (["refusals"] if count >= alarms.REFUSALS else [])
