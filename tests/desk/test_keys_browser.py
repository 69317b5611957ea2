"""Keys on the desk and elsewhere, in Chromium."""

from __future__ import annotations

from typing import Any

import pytest

from audiovisual.kernel.database import unit_of_work
from audiovisual.reviews.operations import settling
from audiovisual.reviews.queries import opinions_of
from tests import factories as make
from tests.projects.test_filing_browser import address, opened
from tests.reviews.stages import gathered

playwright = pytest.importorskip("playwright.sync_api")
__all__ = ["address"]


def here(page: Any) -> str:
    """The address of the link that has the focus; empty where none has."""
    return str(page.evaluate("document.activeElement.getAttribute('href') || ''"))


def test_j_and_k_walk_every_list_of_the_desk_one_after_the_other(browser, app, address):
    """An application of a house stands first; its name is a link like any other."""
    officer = make.user("officer")
    applied = make.house(state="applied", decided_at=None)
    titles = [make.project("received", officer=officer) for _ in range(3)]
    page = opened(browser, app, address, officer)
    page.goto(f"{address}/")
    links = page.locator("[data-walk] > *").evaluate_all(
        "rows => rows.map(row => row.querySelector('a.name') || row.querySelector('a')).filter(Boolean).map(a => a.getAttribute('href'))"
    )
    assert {f"/houses/{applied.id}", *(f"/projects/{title.id}" for title in titles)} <= set(links)
    walked = []
    for _ in links:
        page.keyboard.press("j")
        walked.append(here(page))
    assert walked == links
    page.keyboard.press("j")  # after the last there is none
    assert here(page) == links[-1]
    for link in links[-2::-1]:
        page.keyboard.press("k")
        assert here(page) == link
    page.keyboard.press("/")
    page.keyboard.type("jk")
    assert page.evaluate("document.activeElement.value") == "jk"
    page.context.close()


def test_enter_in_a_line_of_the_proposal_keeps_it_and_lays_nothing_before_the_head(browser, app, address):
    round_, people = gathered()
    officer = make.actor_of(people["officer"])
    with unit_of_work():
        settling.adopt(round_, officer, [opinions_of(round_)[0].rows[0]])
    page = opened(browser, app, address, people["officer"])
    page.goto(f"{address}/reviews/{round_.id}/propose")
    page.get_by_label("修改后通过").first.check()
    page.keyboard.press("Enter")  # on a choice it does nothing
    page.get_by_role("textbox", name="总体意见").fill("主题积极。")
    page.get_by_label("答复期限").first.focus()
    page.keyboard.press("Enter")
    page.get_by_text("草稿已保存。").wait_for()
    with unit_of_work() as session:
        session.refresh(round_)
        assert (round_.state, round_.summary, round_.outcome) == ("frozen", "主题积极。", "pass_after_changes")
    page.context.close()
