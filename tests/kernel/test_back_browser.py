"""After a refused hand-in, in Chromium: “back” and loading anew show the form with what was typed; a folded act and Escape."""

from __future__ import annotations

from typing import Any

import pytest

from tests import factories as make
from tests.projects.test_completion import asked
from tests.projects.test_filing_browser import address, opened  # noqa: F401

pytest.importorskip("playwright.sync_api")
TYPED = "交的时候写的。"


def there_after_leaving(page: Any, field: str, elsewhere: str) -> None:
    """Loading anew, and going on and back again, ask nothing and show what was typed."""
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.reload()
    assert page.input_value(field) == TYPED
    page.goto(elsewhere)
    page.go_back()
    assert page.input_value(field) == TYPED
    assert asked == []


def test_back_and_reload_after_a_refusal_show_what_was_typed(browser: Any, app: Any, address: str) -> None:  # noqa: F811
    officer = make.user("officer")
    title = make.project("accepted", officer=officer)
    page = opened(browser, app, address, officer)
    page.goto(f"{address}/projects/{title.id}/propose")  # saves itself
    page.fill("#comment", TYPED)
    page.press("#score_strength", "Enter")
    page.locator("[data-errors]").wait_for()
    there_after_leaving(page, "#comment", f"{address}/inbox")
    page.goto(f"{address}/projects/{title.id}/hand-over")
    page.fill("[name=reason]", TYPED)  # nobody is chosen
    page.locator("main form > .acts .btn-primary").click()
    page.locator("[data-errors]").wait_for()
    there_after_leaving(page, "[name=reason]", f"{address}/inbox")
    page.context.close()


def test_a_completion_handed_in_too_early_offers_nothing_that_is_saved(browser: Any, app: Any, address: str) -> None:  # noqa: F811
    by, officer = make.producer(), make.user("officer")
    title, _notice = asked(by, officer, "", "")
    page = opened(browser, app, address, by)
    page.goto(f"{address}/projects/{title.id}/completion")
    for _time in range(3):
        page.locator("textarea").first.fill(f"{TYPED}　\n\n")
        page.locator("button[value=complete]").click()
        page.locator("[data-errors]").wait_for()
        page.wait_for_timeout(300)
        assert not page.locator("[data-autosave-offer]").is_visible()
        page.reload()
        page.wait_for_timeout(300)
        assert page.locator("textarea").first.input_value() == TYPED
        assert not page.locator("[data-autosave-offer]").is_visible()
    page.context.close()


def test_escape_folds_an_act_in_which_nothing_was_written(browser: Any, app: Any, address: str) -> None:  # noqa: F811
    officer = make.user("officer")
    title = make.project("received", officer=officer)
    page = opened(browser, app, address, officer)
    page.goto(f"{address}/projects/{title.id}")
    acts = page.locator("details.confirm")
    assert acts.count()
    for number in range(acts.count()):
        act = acts.nth(number)
        act.locator("summary").press("Enter")
        act.locator("textarea").first.focus()
        page.keyboard.press("Escape")
        assert (act.get_attribute("open"), act.locator("summary").evaluate("e => e === document.activeElement")) == (
            None,
            True,
        )
        act.locator("summary").press("Enter")
        act.locator("textarea").first.fill("写了一半")
        page.keyboard.press("Escape")
        assert act.get_attribute("open") is not None and act.locator("textarea").first.input_value() == "写了一半"
    page.context.close()
