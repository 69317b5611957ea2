"""Words whose form is no more, in Chromium: the page says so, and shows them to be copied."""

from __future__ import annotations

from typing import Any

import pytest

from audiovisual.kernel.database import unit_of_work
from audiovisual.projects.operations import completion, filing
from tests import factories as make
from tests.projects.test_completion import asked
from tests.projects.test_filing_browser import address, opened  # noqa: F401

pytest.importorskip("playwright.sync_api")
WORDS = "这几句还没有存上。"


def test_words_of_a_completion_handed_in_elsewhere_are_there_to_be_copied(
    browser: Any, app: Any, address: str  # noqa: F811
) -> None:  # fmt: skip
    by, officer = make.producer(), make.user("officer")
    title, notice = asked(by, officer, "")
    page = opened(browser, app, address, by)
    page.goto(f"{address}/projects/{title.id}/completion")
    with unit_of_work():
        filing.answer_item(notice.items[0], make.actor_of(by), "另一个窗口写的。", None)
        completion.complete(title, make.actor_of(by))
    page.locator("textarea").first.fill(WORDS)
    page.locator("[data-autosave-status]", has_text="没有存上").wait_for()
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"{address}/projects/{title.id}/completion")  # leads to the title now
    box = page.locator("[data-leftover]")
    assert "这台电脑上留着" in box.inner_text() and WORDS in box.locator("textarea").input_value()
    box.locator("button").click()
    assert not box.is_visible()
    page.reload()
    assert not page.locator("[data-leftover]").is_visible()
    page.context.close()
