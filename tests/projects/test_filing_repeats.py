"""A filing saved again and again in one sitting, in Chromium: ten savings, in the full run (SEEDBANK_FULL=1),
with something in between each time. After every saving the database says what the page says, and nothing
that was written is ever missing.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle, islice
from typing import Any

import pytest

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db
from audiovisual.people.passwords import hashed
from audiovisual.projects.models import Project
from tests import factories as make
from tests.windows import PATIENCE

from .test_autosave_browser import LINE, PASSWORD, end_sessions, log_in
from .test_filing_browser import address, opened  # noqa: F401

pytest.importorskip("playwright.sync_api")
TIMES = 10
FIELDS = ("#synopsis", "#platforms", "#shooting_place", "#theme_statement")


def said(page: Any) -> dict[str, str]:
    return {field: page.input_value(field) for field in FIELDS}


def kept(draft: Project) -> dict[str, str]:
    db.session.rollback()
    return {field: getattr(draft, field[1:]) for field in FIELDS}


def saved(page: Any, draft: Project) -> None:
    """Wait until the page says it is saved; then the database says the same."""
    page.locator(LINE).get_by_text("已保存").wait_for()
    page.wait_for_function("() => !document.querySelector('form[data-unsaved]')")
    assert kept(draft) == said(page)


# ---- what happens between two savings ----


def escape(page: Any, draft: Project, by: Any) -> None:
    page.keyboard.press("Escape")


def enter(page: Any, draft: Project, by: Any) -> None:
    """Enter in a line saves, and leads nowhere else."""
    page.locator("#platforms").press("Enter")
    page.locator(".flashes, [role=status]").get_by_text("已保存").first.wait_for()
    assert page.url.partition("#")[0].endswith(f"/projects/{draft.id}/edit")


def back_and_forth(page: Any, draft: Project, by: Any) -> None:
    where = page.url.partition("#")[0]
    page.goto(where.replace("/edit", ""))
    page.go_back()
    page.locator("#synopsis").wait_for()


def reload(page: Any, draft: Project, by: Any) -> None:
    page.reload()


def second_window(page: Any, draft: Project, by: Any) -> None:
    """Another window writes another field, which this one then shows."""
    other = page.context.new_page()
    other.goto(page.url)
    place = f"南京第 {draft.version} 处"
    other.fill("#shooting_place", place)
    saved(other, draft)
    other.close()
    page.fill("#contact_name", f"顾清让{draft.version}")
    page.wait_for_function("(place) => document.querySelector('#shooting_place').value === place", arg=place)


def lost_line(page: Any, draft: Project, by: Any) -> None:
    """The line is gone while something is written, and comes back."""
    page.context.set_offline(True)
    page.fill("#theme_statement", page.input_value("#theme_statement") + "断网时写的。")
    page.locator(LINE).get_by_text("连不上服务器，文字已留在本机").wait_for()
    page.context.set_offline(False)


def ended(page: Any, draft: Project, by: Any) -> None:
    """The log-in ends while something is written; the link on the page leads through it and back."""
    end_sessions()
    page.fill("#theme_statement", page.input_value("#theme_statement") + "过期时写的。")
    page.get_by_role("link", name="点这里重新登录").click()
    log_in(page, by)
    page.get_by_text("没来得及保存的文字已取回。").wait_for()


def ended_and_sent(page: Any, draft: Project, by: Any) -> None:
    """The log-in ends, and the button is pressed all the same."""
    end_sessions()
    page.fill("#theme_statement", page.input_value("#theme_statement") + "按得晚了。")
    page.locator(".footbar").get_by_role("button", name="保存草稿").click()
    log_in(page, by)
    page.get_by_text("上次写到一半的内容").wait_for()
    for _ in range(100):  # what came back filled in is saved as soon as the script is there
        if kept(draft)["#theme_statement"].endswith("按得晚了。"):
            return
        page.wait_for_timeout(100)
    raise AssertionError("没有存上：按得晚了。")


def refreshed_before_it_was_saved(page: Any, draft: Project, by: Any) -> None:
    """A refresh comes before the saving: what was written is offered and taken back."""
    page.route("**/draft", lambda route: route.abort())
    page.fill("#theme_statement", page.input_value("#theme_statement") + "刷新前写的。")
    page.locator(LINE).get_by_text("连不上服务器").wait_for()
    page.reload()
    page.unroute("**/draft")
    page.locator("[data-autosave-restore]").click()


def another_log_in(page: Any, draft: Project, by: Any) -> None:
    """The log-in ends and begins anew in another window, while this one stays open."""
    end_sessions()
    other = page.context.new_page()
    other.goto(page.url)
    log_in(other, by)
    other.locator("#synopsis").wait_for()
    other.close()


BETWEEN: tuple[Callable[[Any, Project, Any], None], ...] = (
    ended, second_window, refreshed_before_it_was_saved, lost_line, escape, ended_and_sent, enter, back_and_forth,
    another_log_in, reload,
)  # fmt: skip


@pytest.mark.slow
def test_a_filing_is_saved_again_and_again_whatever_happens_in_between(
    browser: Any, app: Any, address: str  # noqa: F811
) -> None:  # fmt: skip
    by = make.producer()
    with unit_of_work():
        by.password_hash = hashed(PASSWORD)
    draft = make.draft(by, title="春水码头", synopsis="", theme_statement="", platforms="", shooting_place="")
    page = opened(browser, app, address, by)
    page.set_default_timeout(PATIENCE)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"{address}/projects/{draft.id}/edit")
    written, wrong = "", []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    for turn, happens in enumerate(islice(cycle(BETWEEN), TIMES), 1):
        written += f"第 {turn} 段。"
        page.fill("#synopsis", written)
        page.fill("#platforms", f"平台{turn}")
        saved(page, draft)
        before = kept(draft)
        happens(page, draft, by)
        saved(page, draft)
        after = kept(draft)
        assert (after["#synopsis"], after["#platforms"]) == (written, f"平台{turn}"), happens.__name__
        assert after["#theme_statement"].startswith(before["#theme_statement"]), happens.__name__
    expected = {
        ended: "过期时写的。", refreshed_before_it_was_saved: "刷新前写的。", lost_line: "断网时写的。", ended_and_sent: "按得晚了。",
    }  # fmt: skip
    happened = list(islice(cycle(BETWEEN), TIMES))
    assert kept(draft)["#theme_statement"] == "".join(expected.get(each, "") for each in happened)
    assert page.evaluate("() => Object.keys(localStorage).filter((key) => key.startsWith('seedbank:'))") == []
    assert wrong == []
    page.context.close()
