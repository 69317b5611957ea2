"""A window that stands open on a settled row says at once when a colleague has taken the row apart, merged or dropped it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db
from audiovisual.reviews.models import Change, Round
from audiovisual.reviews.operations import settling
from audiovisual.reviews.queries import opinions_of
from tests import factories as make
from tests.projects.test_filing_browser import address, opened
from tests.reviews.stages import gathered

pytest.importorskip("playwright.sync_api")
__all__ = ["address"]

WORDS = "近景过长，请压到三秒以内，并换成中景。"
SAID = "这一条已经在别处拆开、并入别的条目或去掉了，不能再存；写的还在这一页上，要用的请复制。"
BACK = "window.dispatchEvent(new Event('focus'))"


def merged_row(round_: Round, officer: Any) -> Change:
    """One row made of the first two points the experts wrote."""
    with unit_of_work():
        return settling.adopt(round_, make.actor_of(officer), points_of(round_)[:2])


def points_of(round_: Round) -> list[Any]:
    return [row for opinion in opinions_of(round_) for row in opinion.rows]


def merge(change: Change, actor: Any) -> None:
    """Put the row together with all other points."""
    settling.adopt(change.round, actor, points_of(change.round))


@pytest.mark.parametrize(
    ("take_away", "typed"),
    [(settling.split, WORDS), (merge, WORDS), (settling.drop, "")],
    ids=["split", "merged", "dropped"],
)
def test_it_is_said_when_the_window_is_looked_at_again_and_nothing_typed_is_lost(
    browser: Any, app: Any, address: str, take_away: Callable[..., Any], typed: str
) -> None:
    round_, people = gathered()
    row = merged_row(round_, people["officer"])
    page = opened(browser, app, address, people["officer"])
    page.goto(f"{address}/reviews/{round_.id}/settle?row={row.id}")
    text, line = page.locator("textarea[name=problem]"), page.locator("form[data-stands] [data-autosave-status]")
    before = text.input_value()
    page.evaluate(BACK)
    page.wait_for_load_state("networkidle")
    assert SAID not in line.inner_text(), "while it stands nothing is said"
    if typed:
        text.fill(typed)
        line.filter(has_text="草稿已保存").wait_for()
    with unit_of_work():
        take_away(db.session.get(Change, row.id), make.actor_of(people["officer"]))
    page.evaluate(BACK)
    line.filter(has_text=SAID).wait_for()
    assert text.input_value() == (typed or before)
    page.on("dialog", lambda dialog: dialog.accept())
    if typed:
        page.goto(f"{address}/reviews/{round_.id}/settle")
        kept = page.locator("textarea[readonly]").evaluate_all("all => all.map((it) => it.value)")
        assert any(WORDS in words for words in kept), "what was typed is there to be copied"
    page.context.close()


def test_a_window_nobody_works_in_asks_nothing(browser: Any, app: Any, address: str) -> None:
    """Else it would keep its log-in alive."""
    round_, people = gathered()
    row = merged_row(round_, people["officer"])
    page = opened(browser, app, address, people["officer"])
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/drafts/stands" in request.url else None)
    page.clock.install()
    page.goto(f"{address}/reviews/{round_.id}/settle?row={row.id}")
    page.keyboard.press("Shift")
    page.clock.run_for(21_000)
    page.wait_for_load_state("networkidle")
    once = len(asked)
    page.clock.run_for(600_000)
    page.wait_for_load_state("networkidle")
    assert (once <= 2, len(asked) - once) == (True, 0)
    page.context.close()
