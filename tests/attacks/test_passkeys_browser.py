"""Passkeys in Chromium with its virtual authenticator: added, used to log in, given up, and what does not lead in."""

from __future__ import annotations

import json
from typing import Any

import pytest

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db
from audiovisual.people.models import User
from audiovisual.people.operations import accounts
from tests import factories as make
from tests.windows import logged_in, served

pytest.importorskip("playwright.sync_api")
ADDED = "通行密钥已添加，下次登录可以不用密码。"
REFUSED = "这个通行密钥不能登录：已经停用，或等得太久。请再试一次，或用密码登录。"


@pytest.fixture
def site(app: Any) -> Any:
    """The application under a name browsers take passkeys for."""
    with served(app) as address:
        named = address.replace("127.0.0.1", "localhost")
        app.config["PUBLIC_URL"] = named
        yield named


def device(context: Any, **told: Any) -> tuple[Any, Any, str]:
    """A page of that context with an authenticator: the page, its protocol, the authenticator's id."""
    page = context.new_page()
    protocol = context.new_cdp_session(page)
    protocol.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True, **told,
    }  # fmt: skip
    made = protocol.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return page, protocol, made["authenticatorId"]


def owner(browser: Any, app: Any, site: str) -> tuple[Any, Any, Any, str]:
    """A person logged in on a device of their own: the person, its page, protocol, authenticator."""
    user = make.user("officer")
    context = browser.new_context(locale="zh-CN", base_url=site)
    logged_in(context, app, site, user)
    return (user, *device(context))


def add(page: Any, name: str = "办公室电脑") -> None:
    page.goto("/account/passkeys/new")
    page.get_by_label("名称").fill(name)
    page.get_by_role("button", name="添加").click()


def log_out(page: Any) -> None:
    page.context.clear_cookies()


def log_in(page: Any) -> None:
    page.goto("/login")
    page.get_by_role("link", name="用通行密钥登录").click()
    page.locator("button:focus", has_text="选通行密钥").wait_for()
    page.keyboard.press("Enter")


def kept(user: Any) -> list[tuple[str, bool]]:
    """The person's passkeys: name, whether it was ever used."""
    db.session.rollback()
    return [(each.name, each.used_at is not None) for each in db.session.get_one(User, user.id).passkeys]


@pytest.mark.slow
def test_a_passkey_is_added_leads_in_again_and_again_and_is_given_up(browser, app, site):
    user, page, _protocol, _device = owner(browser, app, site)
    add(page)
    page.get_by_text(ADDED).wait_for()
    assert kept(user) == [("办公室电脑", False)]
    add(page, "再一次")  # the device has one already
    page.get_by_text("这台设备已经有这个账号的通行密钥，不用再添。").wait_for()
    for _ in range(3):
        log_out(page)
        log_in(page)
        page.wait_for_url(f"{site}/")
    assert kept(user) == [("办公室电脑", True)]
    page.goto("/account")
    page.locator("#passkeys").get_by_role("button", name="停用").click()
    page.get_by_text("这个通行密钥已停用，用它不能再登录。").wait_for()
    log_out(page)
    log_in(page)
    page.get_by_text(REFUSED).wait_for()
    assert kept(user) == []


@pytest.mark.slow
def test_who_left_is_not_let_in_by_a_passkey(browser, app, site):
    user, page, _protocol, _device = owner(browser, app, site)
    add(page)
    page.get_by_text(ADDED).wait_for()
    with unit_of_work():
        accounts.mark_left(db.session.get_one(User, user.id), make.actor_of(make.user("admin")))
    log_out(page)
    log_in(page)
    page.get_by_text(REFUSED).wait_for()


@pytest.mark.slow
def test_two_windows_may_ask_at_once_and_an_answer_is_good_once(browser, app, site):
    _user, page, _protocol, _device = owner(browser, app, site)
    add(page)
    page.get_by_text(ADDED).wait_for()
    log_out(page)
    page.goto("/login/passkey")
    other = page.context.new_page()
    other.goto("/login/passkey")  # asked anew, in the same browser
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or "") if request.method == "POST" else None)
    page.get_by_role("button", name="选通行密钥").click()
    page.wait_for_url(f"{site}/")
    thief = browser.new_context(base_url=site)
    answer = thief.request.post(
        "/login/passkey", headers={"Content-Type": "application/x-www-form-urlencoded"}, data=sent[0]
    )
    assert answer.status == 422


@pytest.mark.slow
def test_a_device_that_cannot_tell_its_owner_makes_none(browser, app, site):
    user = make.user("officer")
    context = browser.new_context(locale="zh-CN", base_url=site)
    logged_in(context, app, site, user)
    page, _protocol, _device = device(context, hasUserVerification=False, isUserVerified=False)
    add(page)
    page.get_by_text("没有办成：取消了，或等得太久。可以再试一次。").wait_for()
    assert kept(user) == []


@pytest.mark.slow
def test_an_answer_of_another_site_or_made_up_is_refused(app, site, browser):
    _user, page, _protocol, _device = owner(browser, app, site)
    add(page)
    page.get_by_text(ADDED).wait_for()
    app.config["PUBLIC_URL"] = "https://bank.example"
    log_out(page)
    page.goto("/login/passkey")
    said = page.evaluate(
        """async () => {
            const asked = JSON.parse(document.querySelector("form[data-passkey]").dataset.asked);
            asked.rpId = "localhost";
            const options = PublicKeyCredential.parseRequestOptionsFromJSON(asked);
            return JSON.stringify(await navigator.credentials.get({ publicKey: options }));
        }"""
    )
    for answer in (said, said.replace('"type"', '"kind"'), "{}", "nonsense", json.dumps({"id": "x", "rawId": "x"})):
        assert page.request.post("/login/passkey", form={"answer": answer}).status == 422


def test_an_address_in_numbers_says_that_no_browser_takes_passkeys(client, app):
    assert client.get("/login/passkey").status_code == 404
    assert "浏览器只在有名字的网址上用通行密钥" in client.get("/login/passkey").text
    assert "通行密钥" not in client.get("/login").text
