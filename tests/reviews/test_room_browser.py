"""The reading room on a phone, in Chromium."""

from __future__ import annotations

from typing import Any

import pytest

from tests import factories as make
from tests.projects.test_filing_browser import address, opened

playwright = pytest.importorskip("playwright.sync_api")
__all__ = ["address"]


def test_a_press_that_ends_the_typing_meets_what_was_pressed(browser: Any, app: Any, address: str) -> None:
    """The player comes back to the top when no field is written in; it must not do so under the finger."""
    round_, [expert, *_others] = make.reading(make.user("officer"), make.producer())
    seat = next(seat.id for seat in round_.assignments if seat.expert_id == expert.id)
    page = opened(browser, app, address, expert)
    page.set_viewport_size({"width": 390, "height": 900})
    page.goto(f"{address}/reviews/tasks/{seat}/room")
    page.locator("[data-add-row] button").click()
    page.locator("[data-row]").last.get_by_label("改到怎样").fill("删去点烟近景。")
    link = page.get_by_role("link", name="评分", exact=True)
    link.scroll_into_view_if_needed()
    box = link.bounding_box()
    page.mouse.wheel(0, box["y"] - 100)
    page.wait_for_timeout(300)
    link.click()
    page.locator("#scores").wait_for()
    page.context.close()
