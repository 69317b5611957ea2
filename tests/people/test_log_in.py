"""In and out: what ends a session, what locks an account, what is never told."""

import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import event, func, select

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db, utcnow
from audiovisual.people.models import LoginSession, User
from audiovisual.people.operations import accounts
from tests.conftest import make_app
from tests.factories import actor_of

from .conftest import PASSWORD


def at_home(client):
    """Whether the account page opens."""
    return client.get("/account").status_code == 200


def copied(client, browser):
    """Another browser with the same cookie."""
    thief = browser()
    thief.set_cookie("seedbank", client.get_cookie("seedbank").value)
    return thief


def try_password(client, login, password):
    return client.post("/login", data={"login": login, "password": password})


def test_name_and_password_let_one_in_and_logging_out_ends_it(person, enter):
    client = enter(person("officer"))
    assert at_home(client)
    assert client.post("/logout").status_code == 303
    assert not at_home(client)


def test_a_copied_cookie_dies_at_log_out(person, enter, browser):
    client = enter(person("officer"))
    thief = copied(client, browser)
    assert at_home(thief)
    client.post("/logout")
    assert not at_home(thief)


def test_a_cookie_from_before_is_worth_nothing_after_log_in(person, enter, browser):
    user = person("officer")
    client = browser()
    client.get("/login")
    planted = client.get_cookie("seedbank")
    try_password(client, user.login, PASSWORD)
    assert planted is None or planted.value != client.get_cookie("seedbank").value


def test_changing_the_password_ends_every_other_session(person, enter, browser):
    user = person("officer")
    here, there = enter(user), enter(user)
    thief = copied(there, browser)
    new = "quiet-harbour-58-stone"
    answer = here.post("/account/password", data={"current": PASSWORD, "password": new, "again": new})
    assert answer.status_code == 303
    assert at_home(here)
    assert not at_home(there)
    assert not at_home(thief)
    assert try_password(there, user.login, PASSWORD).status_code == 422
    assert try_password(there, user.login, new).status_code == 303


def test_ending_the_others_leaves_this_one(person, enter):
    user = person("officer")
    here, there = enter(user), enter(user)
    here.post("/account/sessions/end-others")
    assert at_home(here)
    assert not at_home(there)


def test_six_wrong_passwords_lock_and_the_right_one_does_not_help(person, browser, app):
    user = person("officer")
    client = browser()
    for _ in range(app.config["LOCK_AFTER"]):
        assert try_password(client, user.login, "wrong-wrong-wrong").status_code == 422
    assert try_password(client, user.login, PASSWORD).status_code == 422


def test_the_lock_survives_a_restart_and_opens_by_itself(person, browser, app, instance):
    user = person("officer")
    client = browser()
    for _ in range(app.config["LOCK_AFTER"]):
        try_password(client, user.login, "wrong-wrong-wrong")
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    restarted = make_app(instance, url)
    assert restarted.test_client().post("/login", data={"login": user.login, "password": PASSWORD}).status_code == 422
    with time_machine.travel(utcnow() + timedelta(minutes=app.config["LOCK_MINUTES"], seconds=1), tick=False):
        assert try_password(client, user.login, PASSWORD).status_code == 303


def test_the_one_who_was_locked_out_is_told_by_mail(person, browser, app, post_box):
    user = person("officer")
    for _ in range(app.config["LOCK_AFTER"]):
        try_password(browser(), user.login, "wrong-wrong-wrong")
    assert [(message["To"], message["Subject"]) for message in post_box()] == [(user.email, "种子库账号已暂时锁住")]


def test_the_right_password_forgets_the_wrong_ones(person, browser, app):
    user = person("officer")
    for _ in range(3):
        for _ in range(app.config["LOCK_AFTER"] - 1):
            try_password(browser(), user.login, "wrong-wrong-wrong")
        assert try_password(browser(), user.login, PASSWORD).status_code == 303


def test_unknown_name_wrong_password_and_leaver_read_the_same(person, browser):
    user, gone = person("officer"), person("officer")
    with unit_of_work():
        db.session.get(User, gone.id).left_on = utcnow().date()
    pages = [
        re.sub(r'"csrf_token" value="[^"]*"', "", try_password(browser(), login, password).text).replace(login, "…")
        for login, password in (("nobody", PASSWORD), (user.login, "wrong-wrong-wrong"), (gone.login, PASSWORD))
    ]
    assert pages[0] == pages[1] == pages[2]


def test_a_password_typed_wrongly_is_not_shown_again_but_the_name_is(person, browser):
    text = try_password(browser(), "zhou-qi", "wrong-but-mine-77").text
    assert "zhou-qi" in text
    assert "wrong-but-mine-77" not in text


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "/\t/evil.example", "javascript:alert(1)", "evil"],
)
def test_log_in_never_leads_elsewhere(person, browser, target):
    user = person("officer")
    answer = browser().post("/login", data={"login": user.login, "password": PASSWORD, "next": target})
    assert answer.location == "/"


def test_log_in_leads_back_to_the_page_that_asked(person, browser):
    user = person("officer")
    client = browser()
    assert client.get("/houses?state=applied").location == "/login?next=/houses?state%3Dapplied"
    answer = client.post("/login", data={"login": user.login, "password": PASSWORD, "next": "/houses?state=applied"})
    assert answer.location == "/houses?state=applied"


def test_an_idle_session_ends(person, enter, app):
    client = enter(person("officer"))
    with time_machine.travel(utcnow() + timedelta(minutes=app.config["IDLE_MINUTES"], seconds=1), tick=False):
        assert not at_home(client)
        assert "登录已过期" in client.get("/account", follow_redirects=True).text


def test_what_was_typed_when_the_session_had_ended_can_be_copied_where_nobody_knows_whose_it_is(
    person, enter, browser, app
):
    client, reason = enter(person("officer")), "外出培训：六月 <二十> 日起。"
    typed = {"role": "officer", "reason": reason, "password": "secret-and-quite-long", "csrf_token": "x" * 40}
    with time_machine.travel(utcnow() + timedelta(minutes=app.config["IDLE_MINUTES"], seconds=1), tick=False):
        answer = client.post("/delegations", data=typed, headers={"Referer": "http://localhost/delegations"})
    assert answer.status_code == 401
    assert "外出培训：六月 &lt;二十&gt; 日起。</textarea>" in answer.text
    assert 'href="/login?next=/delegations"' in answer.text
    assert "secret-and-quite-long" not in answer.text
    assert answer.text.count("<textarea") == 1
    assert browser().post("/delegations", data=typed).status_code == 303  # a visitor is sent to log in, as ever


def test_a_used_session_lives_on_but_not_for_ever(person, enter, app):
    client = enter(person("officer"))
    start = utcnow()
    step = app.config["IDLE_MINUTES"] // 2
    for minutes in range(step, app.config["SESSION_HOURS"] * 60, step):
        with time_machine.travel(start + timedelta(minutes=minutes), tick=False):
            assert at_home(client)
    with time_machine.travel(start + timedelta(hours=app.config["SESSION_HOURS"], seconds=1), tick=False):
        assert not at_home(client)


def test_reading_pages_notes_the_session_at_most_every_few_minutes(person, enter):
    client = enter(person("officer"))
    seen = select(func.max(LoginSession.seen_at))
    before = db.session.scalar(seen)
    at_home(client)
    assert db.session.scalar(seen) == before
    with time_machine.travel(utcnow() + timedelta(minutes=5), tick=False):
        at_home(client)
        db.session.rollback()
        assert db.session.scalar(seen) > before


def test_whoever_left_is_out_at_once(person, enter):
    admin, user = person("admin"), person("officer")
    client = enter(user)
    answer = enter(admin).post(f"/people/{user.id}/acts/left")
    assert answer.status_code == 303
    assert not at_home(client)


def test_a_demanded_new_password_comes_before_anything_else(person, enter):
    user = person("officer")
    client = enter(user)
    with unit_of_work():
        accounts.demand_new_password(db.session.get(User, user.id), actor_of(user))
    assert client.get("/inbox").location == "/account/password"
    new = "quiet-harbour-58-stone"
    client.post("/account/password", data={"current": PASSWORD, "password": new, "again": new})
    assert client.get("/inbox").status_code == 200


def test_the_session_is_read_in_one_statement(person, enter, app):
    client = enter(person("officer", "sealer"))

    statements = []
    event.listen(db.engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
    client.get("/account/password")
    assert sum("login_session" in statement for statement in statements) == 1


@pytest.mark.parametrize(("language", "word"), [("en", "Log in"), ("zh_CN", "登录")])
def test_the_language_stays_with_the_person(person, enter, browser, language, word):
    user = person("officer")
    enter(user).post("/language", data={"language": language, "next": "/account"})
    db.session.expire_all()
    assert db.session.get(User, user.id).locale == language[:2]
    client = enter(user)
    shown = f'<html lang="{"en" if language == "en" else "zh-CN"}">'
    assert shown in client.get("/account").text
    client.post("/logout")
    assert shown in client.get("/login").text


def test_a_visitor_chooses_a_language_for_his_browser(browser):
    client = browser()
    answer = client.post("/language", data={"language": "en", "next": "//evil.example"})
    assert answer.location == "/"
    assert '<html lang="en">' in client.get("/login").text


def test_the_language_chosen_before_the_log_in_is_the_persons_from_then_on(person, browser):
    user, other = person("officer"), person("officer")
    client = browser()
    client.post("/language", data={"language": "en", "next": "/login"})
    assert client.post("/login", data={"login": user.login, "password": PASSWORD}).status_code == 303
    assert '<html lang="en">' in client.get("/").text
    db.session.expire_all()
    assert db.session.get(User, user.id).locale == "en", "mails speak it too"
    client.post("/logout")
    client.post("/login", data={"login": other.login, "password": PASSWORD})
    assert '<html lang="zh-CN">' in client.get("/").text, "the next person on this browser chose nothing"
    db.session.expire_all()
    assert db.session.get(User, other.id).locale == "zh"
    client.post("/logout")
    client.post("/language", data={"language": "zh_CN", "next": "/login"})
    client.post("/login", data={"login": user.login, "password": PASSWORD})
    assert '<html lang="zh-CN">' in client.get("/").text


def test_demo_accounts_are_shown_in_demo_mode_only(app, browser):
    from audiovisual.people.operations import particulars

    with unit_of_work():
        particulars.keep_demo_accounts(
            [{"login": "qiaomin", "name": "乔敏", "role_label": "经办", "password": "demo-password-1"}]
        )
    assert "demo-password-1" not in browser().get("/login").text
    app.config["DEMO"] = True
    assert "demo-password-1" in browser().get("/login").text
