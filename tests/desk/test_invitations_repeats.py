"""People invited one after the other in one sitting, in Chromium: ten, in the full run (SEEDBANK_FULL=1).
Each gets one mail, however often the button is pressed; one in three is withdrawn and invited again.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from audiovisual.kernel.model import db
from audiovisual.kernel.outbox import OutboxRow, work_off
from audiovisual.people.models import Invitation
from tests import factories as make
from tests.between import TIMES, turns
from tests.projects.test_filing_browser import address
from tests.windows import PATIENCE, opened

playwright = pytest.importorskip("playwright.sync_api")
__all__ = ["address"]


def invite(page: Any, n: int, happens: Any = None) -> None:
    """Open the form, which is empty, write into it, and send it with the button pressed twice in haste."""
    page.goto("/invitations/new")
    assert (page.input_value("#name"), page.input_value("#email")) == ("", "")
    if happens:
        happens(page)
    page.fill("#name", f"沈素{n}")
    page.fill("#email", "not an address")
    page.locator("#email").press("Enter")
    page.locator("main .errs").first.wait_for()
    assert page.input_value("#name") == f"沈素{n}"
    page.fill("#email", f"shen{n}@example.test")
    page.get_by_label("专家", exact=True).check()
    page.locator("main").get_by_role("button", name="发出邀请").dblclick()
    page.get_by_text(f"邀请已发往 shen{n}@example.test").wait_for()


@pytest.mark.slow
def test_one_after_the_other_is_invited_once(browser: Any, app: Any, address: str) -> None:
    officer = make.user("officer")
    page, beside = (opened(browser, app, address, officer) for _ in range(2))
    for one in (page, beside):
        one.set_default_timeout(PATIENCE)
        one.on("dialog", lambda dialog: dialog.accept())
    for n, happens in turns():
        invite(page, n, happens)
        assert page.locator("tbody tr").count() == n
        beside.goto("/invitations/new")  # a second window invites the same person
        beside.fill("#name", "沈素文")
        beside.fill("#email", f"shen{n}@example.test")
        beside.get_by_label("专家", exact=True).check()
        beside.locator("main").get_by_role("button", name="发出邀请").click()
        beside.locator("main .errs").first.wait_for()
        beside.wait_for_load_state()
        beside.reload()  # what was refused is kept for its writer, until they give it up
        beside.get_by_role("button", name="不要了，恢复成现在保存的").click()
        beside.locator("[data-refilled-note]").wait_for(state="detached")
        if n % 3 == 0:
            row = page.locator("tbody tr").filter(has_text=f"shen{n}@example.test")
            row.locator("summary").click()
            row.get_by_role("button", name="确认撤回").dblclick()
            page.get_by_text("的邀请已撤回，链接不能再用。").wait_for()
            invite(page, n)
    db.session.rollback()
    work_off()
    sent = db.session.scalars(db.select(OutboxRow.payload).where(OutboxRow.kind == "mail")).all()
    assert Counter(row["to"] for row in sent) == {
        f"shen{n}@example.test": 1 + (n % 3 == 0) for n in range(1, TIMES + 1)
    }  # fmt: skip
    open_ = db.session.query(Invitation).filter_by(revoked_at=None).all()
    assert sorted(row.email for row in open_) == sorted(f"shen{n}@example.test" for n in range(1, TIMES + 1))
    for one in (page, beside):
        one.context.close()
