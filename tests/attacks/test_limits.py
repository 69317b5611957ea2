"""Strangers who try passwords: what holds them, and that it holds nobody else."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from flask import g
from flask.testing import FlaskClient
from sqlalchemy import func, select

from audiovisual.kernel.model import db, utcnow
from audiovisual.people.models import AttemptCount, KnownBrowser, User
from tests.asked import statements
from tests.people.conftest import PASSWORD, browser, enter, link_in, person, post_box

__all__ = ["browser", "enter", "person", "post_box"]
WRONG = "wrong-wrong-wrong"
BUREAU = ("officer", "officer", "officer", "head", "leader", "sealer", "expert", "officer", "admin")


@pytest.fixture(autouse=True)
def small(app):
    """Small limits, and a clock that stands: however slow the machine, nothing is forgiven meanwhile."""
    app.config.update(LOCK_AFTER=2, ADDRESS_TRIES=5)
    with time_machine.travel(utcnow(), tick=False):
        yield


class Unread(FlaskClient):
    """A browser whose pages nobody looks at."""

    def open(self, *args, **kwargs):
        for name in list(g):  # the test's own context stays open, what a request remembered must not
            g.pop(name)
        return super().open(*args, **kwargs)


@pytest.fixture
def stranger(app):
    """A browser without cookies, of somebody who reads no pages."""
    return Unread(app, app.response_class)


def attempt(client, login, password=WRONG, address="192.0.2.7"):
    return client.post(
        "/login", data={"login": login, "password": password}, environ_overrides={"REMOTE_ADDR": address}
    )


def attack(client, names, times, address="203.0.113.9"):
    """All answers of a stranger who tries each of these names so often, one after the other."""
    return [attempt(client, name, address=address) for _ in range(times) for name in names]


def told(answer):
    """The sentence at the head of the page."""
    return re.sub(r"<[^>]+>", "", answer.text)


def test_all_nine_accounts_are_under_attack_and_everybody_gets_in(person, browser, enter, app, stranger):
    people = [person(role) for role in BUREAU]
    known = {user.login: enter(user) for user in people}
    names = [user.login for user in people]
    app.config["ADDRESS_TRIES"] = 50
    attack(stranger, names, 3)
    for user in people:
        assert attempt(known[user.login], user.login, PASSWORD).status_code == 303, user.login
    unknown = attempt(browser(), names[0], PASSWORD)
    assert unknown.status_code == 422
    seconds = int(unknown.headers["Retry-After"])
    assert 0 < seconds <= 60, "the first wait is a minute"
    with time_machine.travel(utcnow() + timedelta(seconds=seconds), tick=False):
        assert attempt(browser(), names[0], PASSWORD).status_code == 303


def test_a_mailed_link_leads_in_while_the_attack_goes_on(person, browser, app, post_box, stranger):
    user, new, here = person("officer"), "quiet-harbour-58-stone", browser()
    attack(stranger, [user.login], 4)
    here.post("/password/forgotten", data={"typed": user.login})
    link = link_in(next(letter for letter in post_box() if "重设" in letter["Subject"]), "/password/reset/")
    assert here.post(link, data={"password": new, "again": new}).status_code == 303
    attack(stranger, [user.login], 4)
    assert attempt(browser(), user.login, new).status_code == 422
    assert attempt(here, user.login, new).status_code == 303


def test_each_further_wrong_one_waits_longer_up_to_the_longest(person, browser, app, stranger):
    user, waits, now = person("officer"), [], utcnow()
    attack(stranger, [user.login], app.config["LOCK_AFTER"])
    for _ in range(6):
        with time_machine.travel(now, tick=False):
            held = attempt(stranger, user.login)
            waits.append(round(int(held.headers["Retry-After"]) / 60))
            now += timedelta(seconds=int(held.headers["Retry-After"]))
        with time_machine.travel(now, tick=False):
            assert "Retry-After" not in attempt(stranger, user.login).headers
    assert waits == [1, 2, 4, 8, 15, 15]


def test_who_has_to_wait_reads_until_when_and_what_else_leads_in(person, browser, app, stranger):
    user = person("officer")
    answers = [attack(stranger, [name], app.config["LOCK_AFTER"] + 1)[-1] for name in (user.login, "nobody")]
    pages = []
    for answer, name in zip(answers, (user.login, "nobody"), strict=True):
        text = told(answer).replace(name, "…")
        assert re.search(r"这个用户名连错太多次，请在 \d\d:\d\d 以后再试", text)
        assert "忘记密码" in text
        pages.append(re.sub(r"\d\d:\d\d", "", text))
    assert pages[0] == pages[1], "a lock does not tell whether there is such a person"


def test_a_stranger_who_tries_many_names_has_to_wait_and_the_office_goes_on(person, browser, app, stranger):
    user = person("officer")
    answers = attack(stranger, [f"name-{n}" for n in range(app.config["ADDRESS_TRIES"] + 1)], 1)
    assert "从这里输错密码的次数太多" in told(answers[-1])
    assert int(answers[-1].headers["Retry-After"]) <= 10
    assert attempt(browser(), user.login, PASSWORD, address="192.0.2.7").status_code == 303


def test_an_ipv6_network_is_one_visitor(browser, app, stranger):
    for n in range(app.config["ADDRESS_TRIES"]):
        attempt(stranger, f"name-{n}", address=f"2001:db8::{n:x}")
    assert "从这里输错密码的次数太多" in told(attempt(stranger, "another", address="2001:db8::ffff"))
    assert "从这里输错密码的次数太多" not in told(attempt(stranger, "another", address="2001:db8:0:1::1"))


def test_many_addresses_together_have_to_wait_for_seconds_and_known_browsers_do_not(
    person, browser, enter, app, stranger
):
    app.config["ALL_TRIES"] = 20
    user, other = person("officer"), person("officer")
    known = enter(user)
    for n in range(20):
        attempt(stranger, f"name-{n}", address=f"198.51.100.{n}")
    assert int(attempt(browser(), other.login, PASSWORD).headers["Retry-After"]) <= 5
    assert attempt(known, user.login, PASSWORD).status_code == 303


def test_sixty_good_log_ins_of_one_office_pass(person, browser, app):
    user, other = person("officer"), person("officer")
    assert [
        attempt(Unread(app, app.response_class), (user, other)[n % 2].login, PASSWORD).status_code for n in range(60)
    ] == [303] * 60
    assert db.session.scalar(select(func.max(AttemptCount.count))) == 0


def test_a_known_browser_has_a_limit_of_its_own(person, enter, app):
    user = person("officer")
    client = enter(user)
    client.post("/logout")
    attack(client, [user.login], app.config["LOCK_AFTER"])
    attack(client, [user.login], app.config["LOCK_AFTER"])
    assert attempt(client, user.login, PASSWORD).status_code == 422


def test_a_browser_that_was_forgotten_is_a_stranger_s(person, browser, enter, app, stranger):
    user = person("officer")
    lost, here = enter(user), enter(user)
    number = db.session.scalar(select(func.min(KnownBrowser.id)))
    page = here.get("/account").text
    assert f"/account/browsers/{number}/forget" in page
    assert here.post(f"/account/browsers/{number}/forget").status_code == 303
    attack(stranger, [user.login], app.config["LOCK_AFTER"])
    assert attempt(lost, user.login, PASSWORD).status_code == 422
    assert attempt(here, user.login, PASSWORD).status_code == 303


@pytest.mark.parametrize("end", ["/account/sessions/end-others", "/account/sessions/{session}/end"])
def test_ending_a_session_forgets_its_browser(person, browser, enter, app, end, stranger):
    user = person("officer")
    lost, here = enter(user), enter(user)
    here.post(end.format(session=1))
    attack(stranger, [user.login], app.config["LOCK_AFTER"])
    assert attempt(lost, user.login, PASSWORD).status_code == 422
    assert attempt(here, user.login, PASSWORD).status_code == 303


def test_another_person_s_cookie_and_a_forged_one_pass_no_lock(person, browser, enter, app, stranger):
    user, other = person("officer"), person("officer")
    attack(stranger, [user.login], app.config["LOCK_AFTER"])
    assert attempt(enter(other), user.login, PASSWORD).status_code == 422
    forger = browser()
    forger.set_cookie("seedbank-known", "WyJhIl0.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb")
    assert attempt(forger, user.login, PASSWORD).status_code == 422


def test_strangers_do_not_keep_anybody_from_giving_their_password_again(person, browser, enter, app, stranger):
    user = person("officer")
    client = enter(user)
    attack(stranger, [user.login], 4)
    assert client.post("/account/confirm", data={"current": PASSWORD}).status_code == 303
    for _ in range(app.config["LOCK_AFTER"]):
        assert client.post("/account/confirm", data={"current": WRONG}).status_code == 422
    held = client.post("/account/confirm", data={"current": PASSWORD})
    assert re.search(r"密码连错太多次，请在 \d\d:\d\d 以后再试", told(held))


def test_a_clock_set_back_keeps_nobody_out_for_longer_than_the_longest(person, browser, app, stranger):
    user = person("officer")
    with time_machine.travel(utcnow() + timedelta(days=30), tick=False):
        attack(stranger, [user.login], app.config["LOCK_AFTER"])
    held = attempt(browser(), user.login, PASSWORD)
    assert int(held.headers["Retry-After"]) <= app.config["LOCK_MINUTES"] * 60 + 1


def test_what_a_try_costs_in_statements(person, browser, app):
    name = person("officer").login
    app.config["LOCK_AFTER"] = 6
    attempt(browser(), name)
    with statements() as own:
        attempt(browser(), name)
    assert len(own) <= 8, "\n".join(own)
    assert sum("INTO security_event" in statement for statement in own) == 1


def test_an_administrator_lifts_a_lock(person, browser, enter, app, stranger):
    admin, user = enter(person("admin")), person("officer")
    attack(stranger, [user.login], app.config["LOCK_AFTER"])
    db.session.expire_all()
    assert db.session.get(User, user.id).locked_until > utcnow()
    assert admin.post(f"/people/{user.id}/acts/unlock").status_code == 303
    assert attempt(browser(), user.login, PASSWORD).status_code == 303


def test_reset_mails_are_limited_however_the_name_is_spelled(person, browser, post_box):
    user = person("officer")
    for typed in (user.login, user.login.upper(), f" {user.login} ", user.login, user.login.capitalize()):
        browser().post("/password/forgotten", data={"typed": typed})
    wide = "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in user.login)
    browser().post("/password/forgotten", data={"typed": wide})
    browser().post("/password/forgotten", data={"typed": user.email})
    assert len(post_box()) == 3
    with time_machine.travel(utcnow() + timedelta(minutes=16), tick=False):
        browser().post("/password/forgotten", data={"typed": user.login})
        assert len(post_box()) == 1, "whoever asked on and on does not keep the next from its owner"
