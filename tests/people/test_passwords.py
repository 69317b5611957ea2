"""Passwords: which are refused, how a forgotten one is set anew, the second step."""

from datetime import timedelta

import pyotp
import pytest
import time_machine
from sqlalchemy import select

from audiovisual.kernel.model import db, utcnow
from audiovisual.people import codes, links, passwords
from audiovisual.people.models import RecoveryCode, User

from .conftest import PASSWORD, link_in

NEW = "quiet-harbour-58-stone"


@pytest.mark.parametrize(
    ("password", "word"),
    [
        ("", "至少 10"), ("kurz", "至少 10"), ("九个字符九个字符九", "至少 10"), ("x" * 129, "最多 128"),
        ("1234567890", "太常见"), ("PASSWORD123", "太常见"), ("23456789012", "太常见"), ("abababababab", "太常见"),
        ("zyxwvutsrq", "太常见"), ("qiaomin12345", "用户名或姓名"), ("2026qiaomin", "用户名或姓名"),
    ],
)  # fmt: skip
def test_weak_passwords_are_refused_with_the_reason(app, password, word):
    assert word in passwords.refusal(password, "qiaomin", "乔敏")


@pytest.mark.parametrize("password", [PASSWORD, "梧桐树下第三盏路灯亮着", "qiaomin likes tall lamps", "9f!aQ2_zzR"])
def test_good_passwords_pass(app, password):
    assert passwords.refusal(password, "qiaomin", "乔敏") is None


def test_hashes_are_argon2_and_differ_for_one_password(app):
    one, other = passwords.hashed(PASSWORD), passwords.hashed(PASSWORD)
    assert one.startswith("$argon2id$")
    assert one != other
    assert passwords.matches(one, PASSWORD)
    assert not passwords.matches(one, PASSWORD + " ")
    assert not passwords.matches(None, PASSWORD)


def ask(browser, typed):
    return browser().post("/password/forgotten", data={"typed": typed})


def test_a_reset_link_works_once_and_ends_all_sessions(person, enter, browser, post_box):
    user = person("officer")
    inside = enter(user)
    ask(browser, user.email.upper())
    [message] = post_box()
    link = link_in(message, "/password/reset/")
    assert browser().get(link).status_code == 200
    assert browser().post(link, data={"password": NEW, "again": NEW}).status_code == 303
    assert browser().get(link).status_code == 404
    assert browser().post(link, data={"password": "another-one-77", "again": "another-one-77"}).status_code == 404
    assert inside.get("/account").status_code == 303
    enter(user, NEW)


def test_an_older_link_dies_with_the_password_it_was_made_for(person, browser, post_box, enter):
    user = person("officer")
    ask(browser, user.login)
    ask(browser, user.login)
    first, second = (link_in(message, "/password/reset/") for message in post_box())
    browser().post(second, data={"password": NEW, "again": NEW})
    assert browser().get(first).status_code == 404


def test_a_reset_link_runs_out_after_an_hour(person, browser, app):
    user = person("officer")
    token = links.reset_token(user.id, user.password_hash)
    with time_machine.travel(utcnow() + timedelta(hours=1, seconds=2), tick=False):
        assert browser().get(f"/password/reset/{token}").status_code == 404


@pytest.mark.parametrize("token", ["x", "WzEsIngiXQ.aaaa.bbbb", "%00", "x" * 3000])
def test_a_forged_reset_link_is_no_link(browser, token):
    assert browser().get(f"/password/reset/{token}").status_code == 404


def test_the_answer_does_not_tell_who_exists(person, browser, post_box):
    user = person("officer")
    known, unknown = ask(browser, user.login), ask(browser, "nobody@example.test")
    assert (known.status_code, known.location) == (unknown.status_code, unknown.location) == (303, "/login")
    assert len(post_box()) == 1


def test_nobody_is_flooded_with_reset_mails(person, browser, post_box):
    user = person("officer")
    for _ in range(10):
        ask(browser, user.login)
    assert len(post_box()) <= 3


def test_a_reset_lifts_the_lock(person, browser, app, post_box, enter):
    user = person("officer")
    for _ in range(app.config["LOCK_AFTER"]):
        browser().post("/login", data={"login": user.login, "password": "wrong-wrong-wrong"})
    ask(browser, user.login)
    link = next(link_in(m, "/password/reset/") for m in post_box() if "/password/reset/" in m.get_content())
    browser().post(link, data={"password": NEW, "again": NEW})
    enter(user, NEW)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"current": "wrong-wrong-wrong", "password": NEW, "again": NEW}, "current"),
        ({"current": PASSWORD, "password": NEW, "again": NEW + "x"}, "again"),
        ({"current": PASSWORD, "password": "1234567890", "again": "1234567890"}, "password"),
        ({"current": PASSWORD, "password": PASSWORD, "again": PASSWORD}, "password"),
        ({}, "current"),
    ],
)
def test_a_password_is_not_changed_by_a_wrong_form(person, enter, given, field):
    user = person("officer")
    client = enter(user)
    answer = client.post("/account/password", data=given)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert NEW not in answer.text
    enter(user)


def with_second_step(user, client):
    """Switch the second step on; gives the generator and the recovery codes."""
    client.post("/account/second-step/begin")
    db.session.expire_all()
    generator = pyotp.TOTP(db.session.get(User, user.id).totp_secret)
    page = client.post("/account/second-step", data={"code": generator.at(utcnow())})
    assert page.status_code == 200, page.text
    shown = [part.split("</code>")[0] for part in page.text.split("<li><code>")[1:]]
    assert {len(code.replace("-", "")) for code in shown} == {24}, "five bits each: a plain hash keeps 112 and more"
    assert len(shown) == codes.CODES
    return generator, shown


def test_the_second_step_is_asked_for_and_a_code_is_good_once(person, enter, browser):
    user = person("officer")
    generator, _shown = with_second_step(user, enter(user))
    later = utcnow() + timedelta(minutes=2)
    with time_machine.travel(later, tick=False):
        client, thief = browser(), browser()
        for one in (client, thief):
            answer = one.post("/login", data={"login": user.login, "password": PASSWORD})
            assert answer.location.startswith("/login/second-step")
            assert one.get("/account").status_code == 303
        code = generator.at(later)
        assert client.post("/login/second-step", data={"code": code}).location == "/"
        assert client.get("/account").status_code == 200
        assert thief.post("/login/second-step", data={"code": code}).status_code == 422
        assert thief.get("/account").status_code == 303


def test_a_reset_does_not_take_the_second_step_away(person, enter, browser):
    user = person("officer")
    with_second_step(user, enter(user))
    client, link = browser(), f"/password/reset/{links.reset_token(user.id, user.password_hash)}"
    assert client.post(link, data={"password": NEW, "again": NEW}).location == "/login"
    answer = client.post("/login", data={"login": user.login, "password": NEW})
    assert answer.location.startswith("/login/second-step")
    assert client.get("/account").status_code == 303


def test_the_code_that_switched_it_on_does_not_log_in(person, enter, browser):
    user = person("officer")
    client = enter(user)
    moment = utcnow()
    with time_machine.travel(moment, tick=False):
        generator, _shown = with_second_step(user, client)
        other = browser()
        other.post("/login", data={"login": user.login, "password": PASSWORD})
        assert other.post("/login/second-step", data={"code": generator.at(moment)}).status_code == 422


def test_a_recovery_code_logs_in_once(person, enter, browser):
    user = person("officer")
    _generator, shown = with_second_step(user, enter(user))
    for expected in (303, 422):
        client = browser()
        client.post("/login", data={"login": user.login, "password": PASSWORD})
        assert client.post("/login/second-step", data={"code": shown[0].upper()}).status_code == expected


def test_recovery_codes_are_kept_as_hashes(person, enter):
    user = person("officer")
    _generator, shown = with_second_step(user, enter(user))
    kept = db.session.scalars(select(RecoveryCode.code_hash)).all()
    assert {codes.recovery_hash(code) for code in shown} == set(kept)
    assert not set(shown) & set(kept)


def test_wrong_codes_lock_too(person, enter, browser, app):
    user = person("officer")
    generator, _shown = with_second_step(user, enter(user))
    client = browser()
    client.post("/login", data={"login": user.login, "password": PASSWORD})
    for _ in range(app.config["LOCK_AFTER"]):
        client.post("/login/second-step", data={"code": "000000"})
    later = utcnow() + timedelta(minutes=2)
    with time_machine.travel(later, tick=False):
        assert client.post("/login/second-step", data={"code": generator.at(later)}).status_code == 422


def test_the_second_step_cannot_be_reached_without_the_first(browser):
    assert browser().get("/login/second-step").location == "/login"
    assert browser().post("/login/second-step", data={"code": "123456"}).location == "/login"


@pytest.mark.parametrize("path", ["/account/second-step/off", "/account/second-step/codes", "/account/confirm"])
def test_what_matters_asks_for_the_password_and_the_code_again(person, enter, path):
    user = person("officer")
    client = enter(user)
    _generator, shown = with_second_step(user, client)
    done = 200 if path.endswith("codes") else 303
    for current, code, told in (
        ("wrong-wrong-wrong", shown[0], "密码不对"),
        (PASSWORD, "", "“验证码”不能空着"),
        (PASSWORD, "000000", "验证码不对、已用过或已过期"),
    ):
        answer = client.post(path, data={"current": current, "code": code})
        assert (answer.status_code, told in answer.text) == (422, True), told
    assert client.post(path, data={"current": PASSWORD, "code": shown[0]}).status_code == done
    again = client.post(path, data={"current": PASSWORD, "code": shown[0]})
    assert again.status_code == (409 if path.endswith("off") else 422), "a code is used up"


@pytest.mark.parametrize("path", ["/account/second-step/off", "/account/second-step/codes"])
def test_nobody_is_asked_for_a_password_to_end_what_is_not_on(person, enter, path):
    """Also not who goes back to the page after switching it off, or left it open in another window."""
    client = enter(person("officer"))
    for answer in (client.get(path), client.post(path, data={"current": PASSWORD})):
        assert (answer.status_code, "两步验证没有开启。" in answer.text) == (409, True)
    assert 'name="current"' not in answer.text


def test_an_unconfirmed_secret_asks_for_nothing(person, enter):
    user = person("officer")
    enter(user).post("/account/second-step/begin")
    enter(user)
