"""A stolen session is not the account: what matters asks for the password again, and a new address is confirmed from there."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from audiovisual.documents.models import Document
from audiovisual.kernel import drafts
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db, utcnow
from audiovisual.kernel.outbox import OutboxRow
from audiovisual.kernel.pressed import TakenForm
from audiovisual.people import links, passwords, sessions
from audiovisual.people.models import LoginSession, User
from tests import factories as make
from tests.conftest import make_app

PASSWORD = "tong-guo-hao-he-2026"


def person(*roles: str, **given: Any) -> User:
    """Somebody with a password of their own."""
    return make.user(*roles, password_hash=passwords.hashed(PASSWORD), **given)


def left_open(user: User, minutes: int = 11) -> None:
    """Their sessions, in which the password was given some minutes ago."""
    with unit_of_work():
        for row in db.session.scalars(db.select(LoginSession).where(LoginSession.user_id == user.id)):
            row.confirmed_at = utcnow() - timedelta(minutes=minutes)


def fresh(user_id: int) -> User:
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(User, user_id)


def mails() -> list[tuple[str, str]]:
    """To whom mails went, and their texts."""
    rows = db.session.scalars(db.select(OutboxRow).where(OutboxRow.kind == "mail").order_by(OutboxRow.id))
    return [(row.payload["template"], row.payload["to"]) for row in rows]


def test_an_admin_s_session_left_open_gives_no_role(app: Any, login: Any) -> None:
    admin, other = person("admin"), make.user("officer")
    client = login(admin)
    left_open(admin)
    path = f"/people/{other.id}"
    asked = client.post(path, data={"role": "head"})
    assert asked.status_code == 303 and asked.location.startswith("/account/confirm?next=")
    assert fresh(other.id).roles == {"officer"}
    wrong = client.post(asked.location, data={"current": "falsch"})
    assert wrong.status_code == 422 and "密码不对" in wrong.text
    assert client.post(asked.location, data={"current": PASSWORD}).status_code == 303
    client.post(path, data={"role": "head"})
    assert fresh(other.id).roles == {"officer", "head"}


def test_giving_the_password_again_makes_copies_of_the_cookie_worthless(app: Any, login: Any) -> None:
    """The person goes on, in the same session; who copied the cookie before does not."""
    user = person("officer")
    client, thief = login(user), app.test_client()
    name = app.config["SESSION_COOKIE_NAME"]
    thief.set_cookie(name, client.get_cookie(name).value)
    assert thief.get("/account").status_code == 200
    assert client.post("/account/confirm", data={"current": PASSWORD}).status_code == 303
    assert (client.get("/account").status_code, thief.get("/account").status_code) == (200, 303)
    assert len(db.session.scalars(db.select(LoginSession).where(LoginSession.user_id == user.id)).all()) == 1


NOT_DONE = "密码对了。刚才那一步还没有办，请再按一次。"


def test_after_the_password_it_is_said_that_the_step_is_still_to_be_done(app: Any, login: Any) -> None:
    """A button alone leaves nothing typed on the page to see that it was not done by."""
    admin, other = person("admin"), make.user("officer")
    client = login(admin)
    left_open(admin)
    page = f"/people/{other.id}"
    asked = client.post(f"{page}/acts/new-password", headers={"Referer": f"http://localhost{page}"})
    assert "输完回到原来那一页，再按一次。" in (told := client.get(asked.location).text) and "填的都留着" not in told
    back = client.post(asked.location, data={"current": PASSWORD})
    assert back.location == page
    assert NOT_DONE in client.get(page).text
    assert fresh(other.id).must_change_password is False
    assert NOT_DONE not in client.post(f"{page}/acts/new-password", follow_redirects=True).text
    assert fresh(other.id).must_change_password is True


def test_a_page_that_was_only_opened_says_no_such_thing(app: Any, login: Any) -> None:
    client = login(person("admin"))
    answer = client.post("/account/confirm?next=/people", data={"current": PASSWORD}, follow_redirects=True)
    assert answer.status_code == 200 and NOT_DONE not in answer.text


@pytest.mark.parametrize("path", [
    "/people/{other}/acts/left", "/people/{other}/acts/new-password", "/people/{other}/roles/officer/revoke",
    "/people/{other}/sessions/end-others", "/account/second-step/begin", "/account/sessions/end-others",
    "/account/sessions/1/end", "/account/data", "/people/{other}/data",
])  # fmt: skip
def test_what_touches_accounts_asks_for_the_password(app: Any, login: Any, path: str) -> None:
    admin, other = person("admin"), make.user("officer")
    make.user("admin")
    client = login(admin)
    left_open(admin)
    answer = client.post(path.format(other=other.id))
    assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/account/confirm")
    now = fresh(other.id)
    assert (now.left_on, now.must_change_password, now.roles) == (None, False, {"officer"})


def test_what_was_typed_is_there_after_the_password_and_nothing_was_taken(
    app: Any, login: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also of somebody who has other drafts, whose forms that are taken put their drafts away."""
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    user = person("officer", email="old@example.test")
    with unit_of_work():
        drafts.keep(user.id, "/somewhere/else", [("reason", "写到一半")])
    client = login(user)
    left_open(user)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/account").text)[1]
    form = {"name": user.name, "email": "new@example.test", "phone": "", "position": "", "version": user.version}
    asked = client.post("/account", data=form | {"csrf_token": token})
    assert asked.location.startswith("/account/confirm")
    assert 'value="new@example.test"' in client.get("/account").text
    assert db.session.scalars(db.select(TakenForm)).all() == []


def test_a_letter_is_not_sealed_from_a_session_left_open(app: Any, login: Any) -> None:
    _, people = make.decided()
    with unit_of_work():
        people["sealer"].password_hash = passwords.hashed(PASSWORD)
    document_id = db.session.scalars(db.select(Document.id)).one()
    client = login(people["sealer"])
    left_open(people["sealer"])
    asked = client.post(f"/documents/{document_id}/seal")
    db.session.rollback()
    assert asked.location.startswith("/account/confirm")
    assert db.session.get_one(Document, document_id).state == "drafted"
    client.post(asked.location, data={"current": PASSWORD})
    assert client.post(f"/documents/{document_id}/seal").status_code == 303
    db.session.rollback()
    assert db.session.get_one(Document, document_id).state == "issuing"


def test_number_patterns_ask_and_the_bureau_s_telephone_does_not(app: Any, login: Any) -> None:
    admin = person("admin")
    client = login(admin)
    left_open(admin)
    page = client.get("/settings").text
    fields = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', page))
    fields |= {name: value for value, name in re.findall(r'<input[^>]*value="([^"]*)"[^>]*name="([^"]+)"', page)}
    pattern = next(name for name in fields if name.startswith("pattern_"))
    telephone = client.post("/settings", data=fields | {"contact_phone": "025-83391234"})
    assert telephone.location == "/settings"
    version = re.search(r'name="version"[^>]*value="(\d+)"', client.get("/settings").text)
    changed = fields | {pattern: fields[pattern] + "甲", "contact_phone": "025-83391234"}
    answer = client.post("/settings", data=changed | ({"version": version[1]} if version else {}))
    assert answer.location.startswith("/account/confirm")


def test_a_new_address_holds_once_it_was_confirmed_and_the_old_one_is_told(app: Any, login: Any) -> None:
    user = person("officer", email="old@example.test")
    client = login(user)
    form = {"name": user.name, "email": "new@example.test", "phone": "", "position": "", "version": user.version}
    left_open(user)
    assert client.post("/account", data=form).location.startswith("/account/confirm")
    assert fresh(user.id).new_email == ""
    left_open(user, minutes=1)
    assert "确认信已发到 new@example.test" in client.post("/account", data=form, follow_redirects=True).text
    now = fresh(user.id)
    assert (now.email, now.new_email) == ("old@example.test", "new@example.test")
    assert mails() == [("address_new", "new@example.test"), ("address_asked", "old@example.test")]
    token = links.address_token(user.id, "new@example.test")
    assert client.get(f"/account/address/{token}").status_code == 200
    assert fresh(user.id).email == "old@example.test"  # opened by a program that looks into mails
    assert client.post(f"/account/address/{token}").status_code == 303
    now = fresh(user.id)
    assert (now.email, now.new_email) == ("new@example.test", "")
    assert mails()[2:] == [("address_changed", "old@example.test")]
    assert client.get(f"/account/address/{token}").status_code == 404


def test_a_wish_that_was_taken_back_or_is_a_day_old_changes_nothing(app: Any, login: Any) -> None:
    user = person("officer", email="old@example.test")
    client = login(user)
    with unit_of_work():
        db.session.get_one(User, user.id).new_email = "new@example.test"
    token = links.address_token(user.id, "new@example.test")
    with time_machine.travel(utcnow() + timedelta(hours=25)):
        assert app.test_client().get(f"/account/address/{token}").status_code == 404
    form = {
        "name": user.name,
        "email": "old@example.test",
        "phone": "",
        "position": "",
        "version": fresh(user.id).version,
    }
    client.post("/account", data=form)
    assert fresh(user.id).new_email == ""
    assert client.get(f"/account/address/{token}").status_code == 404


def test_sessions_are_listed_and_ended_by_their_owner_and_by_an_admin(app: Any, login: Any) -> None:
    admin, user = person("admin"), person("officer")
    with unit_of_work() as session:
        for address in ("10.1.1.7", "10.1.1.8"):
            session.add(LoginSession(token_hash=address, user_id=user.id, address=address, agent="Firefox/140 Windows"))
    client = login(user)
    page = client.get("/account").text
    assert "10.1.1.7" in page and "Firefox · Windows" in page
    first, second = db.session.scalars(
        db.select(LoginSession.id).where(LoginSession.address != "").order_by(LoginSession.id)
    )
    assert "那里的登录已退出" in client.post(f"/account/sessions/{first}/end", follow_redirects=True).text
    assert "那里已经退出了" in client.post(f"/account/sessions/{first}/end", follow_redirects=True).text
    client = login(admin)
    assert (
        "10.1.1.8" in client.get(f"/people/{user.id}").text and "10.1.1.7" not in client.get(f"/people/{user.id}").text
    )
    client.post(f"/people/{user.id}/sessions/{second}/end")
    db.session.rollback()
    assert db.session.get_one(LoginSession, second).ended_at is not None
    assert "各处的登录被退出" in client.get(f"/people/{user.id}").text


def test_nobody_ends_a_session_of_somebody_else_as_their_own(app: Any, login: Any) -> None:
    user, other = person("officer"), person("officer")
    login(other)
    theirs = db.session.scalars(db.select(LoginSession.id).where(LoginSession.user_id == other.id)).one()
    client = login(user)
    client.post(f"/account/sessions/{theirs}/end")
    db.session.rollback()
    assert db.session.get_one(LoginSession, theirs).ended_at is None


def test_logging_in_ends_the_session_the_browser_had(app: Any, client: Any) -> None:
    user = person("officer", login="linzhixia")
    for _ in range(2):
        client.post("/login", data={"login": "linzhixia", "password": PASSWORD})
        with client.session_transaction() as cookie:
            token = cookie["_user_id"]
        with client.session_transaction() as cookie:
            cookie["_user_id"] = token
        client.get("/login")  # still logged in: led on
        client.post("/login", data={"login": "linzhixia", "password": PASSWORD})
    db.session.rollback()
    open_ = db.session.scalars(
        db.select(LoginSession).where(LoginSession.user_id == user.id, LoginSession.ended_at.is_(None))
    )
    with client.session_transaction() as cookie:
        assert [row.token_hash for row in open_] == [sessions.hashed(cookie["_user_id"])]


@pytest.mark.parametrize(("seconds", "status"), [(-5, 200), (-120, 200), (-3600, 303)])
def test_a_clock_set_back_a_little_logs_nobody_out(app: Any, login: Any, seconds: int, status: int) -> None:
    client = login(person("officer"))
    assert client.get("/account").status_code == 200
    with time_machine.travel(utcnow() + timedelta(seconds=seconds), tick=False):
        assert client.get("/account").status_code == status


def test_behind_https_the_cookie_is_bound_to_this_very_host(tmp_path: Any) -> None:
    app = make_app(tmp_path, HTTPS=True, PUBLIC_URL="https://bank.example")
    assert (app.config["SESSION_COOKIE_NAME"], app.config["SESSION_COOKIE_SECURE"]) == ("__Host-seedbank", True)
    assert make_app(tmp_path).config["SESSION_COOKIE_NAME"] == "seedbank"
