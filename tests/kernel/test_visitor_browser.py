"""What a visitor types into a form is there after a refusal, a new loading, the way back and another language."""

from __future__ import annotations

from typing import Any

import pytest

from tests.people.conftest import registration
from tests.projects.test_filing_browser import address
from tests.windows import at_rest

pytest.importorskip("playwright.sync_api")
__all__ = ["address"]

TYPED = {
    "name": "南通市海门晴耕雨读影视文化有限公司", "uscc": "91320684MA1ABCDE1", "city": "nantong", "address": "通州路 12 号",
    "contact_name": "顾晓岚", "login": "guxiaolan",
}  # fmt: skip
SECRET = "晴耕雨读九月初七 rain"


def test_registration_refused_reloaded_left_and_come_back_to_shows_what_was_typed(
    browser: Any, app: Any, address: str
) -> None:
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    with app.app_context():
        register = registration()

    def shows() -> dict[str, str]:
        return {name: page.locator(f"#{name}").input_value() for name in TYPED}

    page.goto(f"{address}{register}")
    for name, text in TYPED.items():
        control = page.locator(f"#{name}")
        control.select_option(text) if name == "city" else control.fill(text)
    page.locator("#password").fill(SECRET)
    page.reload()
    assert shows() == TYPED, "loaded anew before it was sent"
    page.keyboard.press("Escape")
    page.get_by_role("button", name="提交申请").click()
    page.get_by_text("处要改").first.wait_for()
    assert shows() == TYPED
    page.reload()
    assert shows() == TYPED, "loaded anew after it was refused"
    assert page.locator("#password").input_value() == ""
    page.get_by_role("link", name="已有账号，去登录").click()
    page.wait_for_url("**/login")
    page.go_back()
    at_rest(page)
    assert shows() == TYPED
    page.locator("#address").fill("通州路 14 号")
    page.get_by_role("button", name="English").click()
    page.wait_for_function("document.documentElement.lang === 'en'")
    at_rest(page)
    assert page.locator("#address").input_value() == "通州路 14 号"
    assert SECRET not in str(page.evaluate("[JSON.stringify(sessionStorage), JSON.stringify(localStorage)]"))
    assert "顾晓岚" not in str(page.evaluate("JSON.stringify(localStorage)"))
    other = browser.new_context(locale="zh-CN").new_page()
    other.goto(f"{address}{register}")
    assert other.locator("#name").input_value() == ""
    other.context.close()
    context.close()
