"""Points merged and worded one pair after the other in one sitting of one round, in Chromium: ten pairs, in the full run
(SEEDBANK_FULL=1). Every merged row has the words, places and bases of both its points until its
common text is written, keeps that text, and touches no other.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db
from audiovisual.reviews.models import Change
from audiovisual.reviews.operations import opinions
from tests import factories as make
from tests.between import TIMES, turns
from tests.projects.test_filing_browser import address
from tests.windows import PATIENCE, opened

playwright = pytest.importorskip("playwright.sync_api")
__all__ = ["address"]


def signed() -> tuple[Any, Any]:
    """A round whose one expert signed two points for each turn; gives it and its officer."""
    officer = make.user("officer")
    round_, [expert] = make.reading(officer, experts=1)
    seat, me = round_.assignments[0], make.actor_of(expert)
    make.written(seat, "passed")
    with unit_of_work():
        for n in range(1, TIMES + 1):
            for half in (1, 2):
                opinions.add_row(
                    seat, me, episode=1, frame_in=1000 * n + half, problem=f"第{n}对之{half}。", basis=f"依据{n}之{half}",
                    demand="cut", demand_text=f"改{n}之{half}。", severity="must",
                )  # fmt: skip
        opinions.save_opinion(seat, me, None, "pass_after_changes", "改后可播。")
        opinions.sign(seat, me)
    return round_, officer


def pick(page: Any, n: int) -> None:
    """Tick both points of a pair."""
    for half in (1, 2):
        page.locator(".pick", has_text=f"第{n}对之{half}。").locator("input[type=checkbox]").check()


def rows(round_id: int) -> list[tuple[str, str, int, int, bool]]:
    """Of each settled row: its words, bases, how many sources and places, whether its text is still to be written."""
    db.session.rollback()
    db.session.expire_all()
    found = db.session.scalars(db.select(Change).where(Change.round_id == round_id).order_by(Change.id))
    return [(row.problem, row.basis, len(row.sources), len(row.places), row.to_word) for row in found]


@pytest.mark.slow
def test_pair_after_pair_is_merged_and_worded(browser: Any, app: Any, address: str) -> None:
    round_, officer = signed()
    page, beside = (opened(browser, app, address, officer) for _ in range(2))
    for one in (page, beside):
        one.set_default_timeout(PATIENCE)
        one.on("dialog", lambda dialog: dialog.accept())
    worded: list[tuple[str, str, int, int, bool]] = []
    for n, happens in turns():
        page.goto(f"/reviews/{round_.id}/settle")
        happens(page)
        beside.goto(f"/reviews/{round_.id}/settle")
        assert page.locator(".pick input:checked").count() == 0, "nothing of the last pair is ticked"
        pick(page, n)
        page.get_by_role("button", name="所选并成一条").dblclick()
        form = page.locator(".point.open form")
        form.get_by_label("问题", exact=True).wait_for()
        [merged] = rows(round_.id)[n - 1 :]
        assert all(f"第{n}对之{half}。" in merged[0] and f"依据{n}之{half}" in merged[1] for half in (1, 2))
        assert merged[2:] == (2, 2, True)
        pick(beside, n)  # the window that stood open merges the same once more
        beside.get_by_role("button", name="所选并成一条").click()
        beside.wait_for_load_state()
        assert rows(round_.id) == [*worded, merged]
        form.get_by_label("问题", exact=True).fill(f"第{n}对的共同文字。")
        form.locator("[data-autosave-status]").get_by_text("草稿已保存").wait_for()
        happens(page)
        form = page.locator(".point.open form")
        assert form.get_by_label("问题", exact=True).input_value() == f"第{n}对的共同文字。"
        page.get_by_role("button", name="共同文字写好了").click()
        page.wait_for_url(re.compile(r"/settle(#row-\d+)?$"))
        worded.append((f"第{n}对的共同文字。", merged[1], 2, 2, False))
        assert rows(round_.id) == worded
    page.get_by_text("全部处理完了").wait_for()
    for one in (page, beside):
        one.context.close()
