"""Choosing, moving out, inviting, releasing, asking again: ten times in one sitting, in Chromium, in the full run."""

from __future__ import annotations

import os
import re
from typing import Any

import pytest

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.events import Event
from audiovisual.kernel.model import db
from audiovisual.reviews.models import Assignment, Opinion
from audiovisual.reviews.operations import opinions, panels
from tests import factories as make
from tests.projects.test_filing_browser import address, opened

playwright = pytest.importorskip("playwright.sync_api")
__all__ = ["address"]
TIMES = 10 if os.environ.get("SEEDBANK_FULL") else 3


def seats(round_: Any) -> dict[str, str]:
    """Who stands how on the panel, from the database."""
    db.session.rollback()  # what the server wrote meanwhile is seen by a new transaction
    return {seat.expert.name: seat.state for seat in round_.assignments}


def button(page: Any, name: str, person: str) -> Any:
    """A button in the row of a person."""
    return page.locator(".seats li").filter(has_text=person).get_by_role("button", name=re.compile(f"^{name}"))


def press(page: Any, name: str, person: str, by_key: bool) -> None:
    """Press it with the mouse, or walk to it and press Enter; the page comes anew."""
    with page.expect_navigation():
        if by_key:
            button(page, name, person).first.focus()
            page.keyboard.press("Enter")
        else:
            button(page, name, person).first.click()


@pytest.mark.slow
def test_a_panel_is_put_together_taken_apart_and_asked_again(browser: Any, app: Any, address: str) -> None:
    officer, names = make.user("officer"), ("郑一鸣", "郑二和", "郑三省")
    people = [make.user("expert", name=name) for name in names]
    project = make.delivered(officer)
    with unit_of_work():
        round_ = panels.open_(project, make.actor_of(officer))
        round_.seats = 2
    page, second = (opened(browser, app, address, officer) for _ in range(2))
    panel = f"{address}/reviews/{round_.id}/panel"
    page.goto(panel)

    for turn in range(TIMES):  # onto the list and off it again, by mouse and by key
        press(page, "选入", "郑一鸣", by_key=turn % 2 == 1)
        assert seats(round_) == {"郑一鸣": "proposed"}
        page.keyboard.press("Escape")
        page.reload()
        press(page, "移出", "郑一鸣", by_key=turn % 2 == 0)
        assert seats(round_) == {"郑一鸣": "removed"}
        page.go_back()
    assert db.session.query(Assignment).count() == 1

    page.goto(panel)  # Enter in the search box looks for somebody, and chooses nobody
    page.get_by_label("姓名、单位、职称").fill("郑二")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator("input[name=expert]").count() == 1 and seats(round_) == {"郑一鸣": "removed"}
    press(page, "选入", "郑二和", by_key=True)
    assert page.url.endswith("q=%E9%83%91%E4%BA%8C") and seats(round_) == {"郑一鸣": "removed", "郑二和": "proposed"}

    page.goto(panel)  # a second window, left open meanwhile, does nothing twice
    second.goto(panel)
    press(page, "选入", "郑一鸣", by_key=False)
    press(second, "选入", "郑一鸣", by_key=False)
    assert "已经办过了，这次没有重复办。" in second.locator("main").inner_text()
    second.goto(panel)
    press(page, "移出", "郑一鸣", by_key=False)
    press(second, "移出", "郑一鸣", by_key=False)
    assert "郑一鸣已经不在专家组里。" in second.locator("main").inner_text()
    press(page, "选为组长", "郑一鸣", by_key=True)
    press(page, "选入", "郑三省", by_key=False)
    press(page, "移出", "郑三省", by_key=False)
    with page.expect_navigation():
        page.get_by_role("button", name="向 2 人发出邀请").click()
    assert seats(round_) == {"郑一鸣": "invited", "郑二和": "invited", "郑三省": "removed"}
    assert [seat.expert.name for seat in round_.assignments if seat.is_lead] == ["郑一鸣"]

    first = round_.assignments[0]
    with unit_of_work():
        opinions.take(first, make.actor_of(people[0]))
        opinions.add_row(first, make.actor_of(people[0]), problem="片头字幕过小。", severity="should")
    for turn in range(TIMES):  # released by mistake and asked again: the opinion is the same
        page.goto(f"{address}/reviews/{round_.id}")
        row = page.locator(".seats li").filter(has_text="郑一鸣")
        row.locator("summary").click()
        row.locator("textarea").fill("误操作")
        page.keyboard.press("Escape")
        with page.expect_navigation():
            row.locator(".confirm-b button").click()
        assert seats(round_)["郑一鸣"] == "released"
        page.goto(panel)
        press(page, "发出邀请", "郑一鸣", by_key=turn % 2 == 0)
        assert seats(round_)["郑一鸣"] == "invited"
        windows = [opened(browser, app, address, people[0]) for _ in range(1 if turn else 2)]
        for window in windows:
            window.goto(f"{address}/reviews/tasks/{first.id}")
        for window in windows:  # accepted in two windows
            with window.expect_navigation():
                window.get_by_role("button", name="没有利益冲突，接受").click()
            window.get_by_role("heading", name=re.compile("^审看")).wait_for()
            assert window.locator("[data-row]").count() == 1
        for window in windows:
            window.context.close()
        assert seats(round_)["郑一鸣"] == "accepted"
    assert (db.session.query(Opinion).count(), db.session.query(Assignment).count()) == (1, 3)
    told = db.session.query(Event.trigger).filter_by(subject_type="assignment", subject_id=first.id).order_by(Event.id)
    once = ["remove"] + ["choose_again", "remove"] * TIMES
    assert [row.trigger for row in told] == [
        *once, "choose_again", "send", "take", *["release", "choose_again", "send", "take"] * TIMES
    ]  # fmt: skip
    page.context.close()
    second.context.close()


def test_what_ends_a_title_stays_where_it_stands_when_it_opens(browser: Any, app: Any, address: str) -> None:
    by = make.producer()
    project = make.project("screened", by=by)
    page = opened(browser, app, address, by)
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"{address}/projects/{project.id}")
        ends = page.locator(".acts.ends summary")
        places = [ends.nth(n).bounding_box() for n in range(ends.count())]
        assert [ends.nth(n).inner_text() for n in range(ends.count())] == ["撤回", "重新备案"]
        for n in (0, 1, 0, 1):
            ends.nth(n).click()
            assert [ends.nth(n).bounding_box() for n in range(ends.count())] == places
            told = page.locator(".acts.ends .confirm[open] .confirm-b > p").inner_text()
            assert told.startswith(
                ("撤回后这部片办结，编号不再使用，不能恢复。", "重新备案后这部片办结，编号不再使用")[n]
            )
    page.context.close()
