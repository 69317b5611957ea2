"""A filing handed in too early, again and again in one sitting, in Chromium: ten refusals, in the full run
(SEEDBANK_FULL=1). Each says at the head of the page what is missing, its first line leads into the field, and what
is mended is never asked again; at last it goes in, once.
"""

from __future__ import annotations

from typing import Any

import pytest

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.events import Event
from audiovisual.kernel.model import db, today
from audiovisual.kernel.outbox import OutboxRow, work_off
from audiovisual.projects.models import Project
from tests import factories as make
from tests.between import TIMES, turns
from tests.windows import PATIENCE, opened

from .test_filing_browser import address  # noqa: F401

pytest.importorskip("playwright.sync_api")
MENDED: dict[str, str] = {
    "platforms": "荔枝网", "synopsis": "清晨的码头雾气未散，沈小满沿着湿滑的石阶往下走。" * 70, "contact_name": "林知夏",
    "theme_statement": "她要在天亮之前把父亲留下的账本交到老周手里。" * 20, "shooting_place": "南京",
    "contact_phone": "025-83000000", "release_on": "2027-09-01", "shooting_end": "2027-05-01", "episodes": "24",
    "minutes_per_episode": "45",
}  # fmt: skip
"""What is missing at first, and what is written there."""
NUMBERS_AND_DAYS = ("release_on", "shooting_end", "episodes", "minutes_per_episode")


def lacking(page: Any) -> list[str]:
    """The fields the head of the page names as missing; it has the focus and is in view."""
    page.locator("section[data-errors]").wait_for()
    page.wait_for_function("() => document.activeElement?.matches('[data-errors]')")
    assert page.locator("#lacking").evaluate("head => head.getBoundingClientRect().top < innerHeight")
    return [link.get_attribute("href").lstrip("#") for link in page.locator("section[data-errors] a").all()]


def mend(page: Any, field: str) -> None:
    """Follow the first line of the summary into its field, and write there."""
    page.locator("section[data-errors] a").first.click()
    page.wait_for_function("(id) => document.activeElement.id === id", arg=field)
    page.fill(f"#{field}", MENDED[field])


@pytest.mark.slow
def test_a_filing_handed_in_too_early_is_refused_until_all_is_there(browser: Any, app: Any, address: str) -> None:  # noqa: F811
    make.user("officer", email="officer@example.test")
    by = make.producer()
    names = list(MENDED)[:TIMES]
    draft = make.draft(by, title="春水码头").id
    with unit_of_work():
        for name in names:
            setattr(db.session.get(Project, draft), name, None if name in NUMBERS_AND_DAYS else "")
    page = opened(browser, app, address, by)
    page.set_default_timeout(PATIENCE)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"/projects/{draft}/edit")
    left = None
    for n, happens in turns():
        page.locator(".footbar").get_by_role("button", name="提交", exact=True).click()
        page.wait_for_url("**check=1**")
        found = lacking(page)
        assert len(found) == TIMES - n + 1, found
        assert left is None or found == left[1:]
        left = found
        mend(page, found[0])
        page.locator("[data-autosave-status]").get_by_text("已保存").wait_for()
        happens(page)
        assert page.input_value(f"#{found[0]}") == MENDED[found[0]]
        assert stands(draft).state == "draft"
    beside = page.context.new_page()
    page.locator(".footbar").get_by_role("button", name="提交", exact=True).click()
    page.get_by_role("heading", name="确认提交《春水码头》").wait_for()
    beside.goto(page.url)
    page.get_by_role("button", name="承诺属实，提交").dblclick()
    page.get_by_text("提交成功，编号 苏网种〔").wait_for()
    beside.get_by_role("button", name="承诺属实，提交").click()
    beside.get_by_text("已经提交过了，编号 苏网种〔").wait_for()
    page.go_back()
    page.goto(f"/projects/{draft}/edit")
    page.get_by_text("这部片已经提交，不能再改").wait_for()
    assert stands(draft).number == f"苏网种〔{today().year}〕0001"
    assert db.session.query(Event).filter_by(trigger="submit").count() == 1
    work_off()
    told = db.session.scalars(db.select(OutboxRow.payload).where(OutboxRow.kind == "mail")).all()
    assert [row["to"] for row in told if row["to"] == "officer@example.test"] == ["officer@example.test"]
    page.context.close()


def stands(project: int) -> Project:
    """The title as it is in the database now."""
    db.session.rollback()
    db.session.expire_all()
    return db.session.get(Project, project)
