"""The page of a cut with its scripts, in Chromium: each timecode shows its frame, ten in a row; and without scripts."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db
from audiovisual.reviews.models import Viewing
from audiovisual.reviews.operations import opinions
from tests import factories as make
from tests.projects.test_filing_browser import address
from tests.reviews.sitting import STARTS, film, filmed, until
from tests.windows import opened
from workflows.timecode import timecode

playwright = pytest.importorskip("playwright.sync_api")
__all__ = ["address", "film", "filmed"]
FRAMES = {1: (37, 5, 188), 2: (12, 150, 61)}
STANDS = "document.getElementById('video')?.readyState > 1 && !document.getElementById('video')?.seeking"


def code(episode: int, frame: int) -> str:
    return timecode(frame, Fraction(25), start=STARTS[episode])


@pytest.fixture
def open_round(filmed: Any) -> Any:
    """The round of that cut, its opinions open: six points in two episodes."""
    seat = filmed
    make.written(seat, "passed")
    expert = make.actor_of(seat.expert)
    with unit_of_work():
        for episode, frames in FRAMES.items():
            for frame in frames:
                opinions.add_row(
                    seat, expert, episode=episode, frame_in=frame, frame_out=frame + 5, problem=f"第 {frame} 帧穿帮。",
                    basis="令16号第二十五条第六项", demand="cut", demand_text="删去。", severity="should",
                )  # fmt: skip
        opinions.sign(seat, expert)  # the only one of the panel: the opinions lie open
    return seat.round


def stands_at(page: Any, episode: int, frame: int) -> None:
    """The player shows that frame of that episode, says its timecode, and the address leads there."""
    until(page, STANDS)
    until(page, f"document.querySelector('[data-now]').textContent === '{code(episode, frame)}'")
    found = page.evaluate(
        "() => [document.querySelector('[data-now]').textContent, document.querySelector('.eps a.on').dataset.episode,"
        " Math.floor(document.getElementById('video').currentTime * 25)]"
    )
    assert found == [code(episode, frame), str(episode), frame]


def test_each_timecode_shows_its_frame_however_one_came_there(
    browser: Any, app: Any, address: str, open_round: Any
) -> None:
    officer, project_id = open_round.project.officer, open_round.project_id
    page = opened(browser, app, address, officer, viewport={"width": 1440, "height": 900})
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"/reviews/{open_round.id}/settle")
    page.get_by_role("link", name=code(1, 188)).first.click()
    page.wait_for_url(f"**/projects/{project_id}/cut?**")
    stands_at(page, 1, 188)
    for episode, frame in [(2, 12), (1, 5), (1, 37), (2, 150), (2, 61), (1, 188), (2, 12), (2, 12), (1, 37), (1, 5)]:
        page.get_by_role("link", name=code(episode, frame)).click()
        stands_at(page, episode, frame)
        assert page.url.endswith(f"episode={episode}&tc={code(episode, frame)}")
    page.keyboard.press("ArrowRight")
    page.keyboard.press(".")
    stands_at(page, 1, 7)
    page.keyboard.press("]")
    stands_at(page, 2, 0)
    assert "tc=" not in page.url
    page.keyboard.press("k")
    until(page, "document.getElementById('video').currentTime > 0.3")
    page.get_by_role("link", name=code(2, 61)).click()
    stands_at(page, 2, 61)
    page.reload()
    stands_at(page, 2, 61)
    page.get_by_role("link", name="第 3 集，没有送审").click()
    page.get_by_text("第 3 集这一版没有送审。").wait_for()
    assert page.locator("video").count() == 0
    page.get_by_role("link", name=code(1, 37)).click()
    stands_at(page, 1, 37)
    page.go_back()
    page.get_by_text("第 3 集这一版没有送审。").wait_for()
    assert errors == []
    db.session.rollback()
    assert db.session.query(Viewing).filter_by(user_id=officer.id).count() == 2
    page.context.close()


def test_without_scripts_the_page_opens_at_the_frame(browser: Any, app: Any, address: str, open_round: Any) -> None:
    page = opened(browser, app, address, open_round.project.officer, java_script_enabled=False)
    page.goto(f"/projects/{open_round.project_id}/cut?episode=2&tc={code(2, 150)}")
    until(page, STANDS)
    assert page.evaluate("Math.floor(document.getElementById('video').currentTime * 25)") == 150
    assert page.locator("video").get_attribute("controls") == ""
    page.get_by_role("link", name=code(1, 37)).click()
    until(page, STANDS)
    assert page.evaluate("Math.floor(document.getElementById('video').currentTime * 25)") == 37
    page.context.close()
