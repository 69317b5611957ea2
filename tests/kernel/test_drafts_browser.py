"""Long forms in Chromium: what was begun is there again, in the window and for the person who began it."""

from __future__ import annotations

from typing import Any

import pytest

from audiovisual.kernel.drafts import FormDraft
from audiovisual.kernel.model import db
from audiovisual.projects.models import Project
from tests import factories as make
from tests.projects.test_filing_browser import address, opened  # noqa: F401

pytest.importorskip("playwright.sync_api")
SAVED = "草稿已保存"


@pytest.fixture
def officer(app: Any) -> Any:
    return make.user("officer")


@pytest.fixture
def project(officer: Any) -> Project:
    return make.project("accepted", officer=officer)


@pytest.fixture
def page(browser: Any, app: Any, address: str, officer: Any, project: Project) -> Any:  # noqa: F811
    """The screening form of a title, open in the browser of its officer."""
    page = opened(browser, app, address, officer)
    page.goto(f"{address}/projects/{project.id}/propose")
    yield page
    page.context.close()


def saved(page: Any) -> None:
    page.locator("[data-autosave-status]").get_by_text(SAVED).wait_for()


def begun() -> dict[str, str]:
    """What is kept of the one form somebody began."""
    db.session.rollback()
    rows = db.session.query(FormDraft).all()
    return dict(map(tuple, rows[0].fields)) if rows else {}


def fill_in(page: Any) -> None:
    for code in ("strength", "maturity", "feasibility", "market"):
        page.fill(f"#score_{code}", "80")
        page.fill(f"#reason_{code}", f"{code}：材料齐全。\n条件具备。")
    page.locator("[name=recommendation]").first.check()
    page.fill("#comment", "建议入库。")


def test_the_nine_boxes_of_a_screening_are_there_again_until_they_are_handed_in(page: Any, project: Project) -> None:
    fill_in(page)
    saved(page)
    where = page.url
    page.goto(where.replace("/propose", ""))
    page.goto(where)
    page.get_by_text("上次写到一半的内容").wait_for()
    assert page.input_value("#reason_market") == "market：材料齐全。\n条件具备。"
    assert page.locator("[name=recommendation]").first.is_checked()
    page.fill("#comment", "建议入库，请处长审定。")
    saved(page)
    assert begun()["comment"] == "建议入库，请处长审定。"
    page.reload()
    assert page.input_value("#comment") == "建议入库，请处长审定。"
    page.get_by_role("button", name="呈报处长").click()
    page.wait_for_url(f"**/projects/{project.id}")
    assert begun() == {}
    db.session.expire_all()
    assert project.state == "proposed" and "建议入库，请处长审定。" in page.content()
    assert page.evaluate("() => Object.keys(localStorage).filter((key) => key.includes('/drafts')).length") == 0


def test_what_was_begun_is_given_up_by_a_button_or_by_emptying_it_again(page: Any) -> None:
    page.fill("#comment", "写错了。")
    saved(page)
    page.reload()
    page.get_by_role("button", name="不要了，恢复成现在保存的").click()
    page.wait_for_function("() => document.querySelector('#comment').value === ''")
    assert begun() == {} and page.locator("[data-refilled-note]").count() == 0
    page.fill("#comment", "又写错了。")
    saved(page)
    page.fill("#comment", "")
    with page.expect_response("**/drafts?*"):
        page.locator("#reason_market").focus()
    assert begun() == {}


def test_two_windows_put_together_what_each_wrote_and_ask_about_the_same_field(page: Any) -> None:
    other = page.context.new_page()
    other.goto(page.url)
    page.fill("#reason_market", "甲窗口写的。")
    saved(page)
    other.fill("#reason_strength", "乙窗口写的。")
    saved(other)
    assert other.input_value("#reason_market") == "甲窗口写的。"
    assert (begun()["reason_market"], begun()["reason_strength"]) == ("甲窗口写的。", "乙窗口写的。")
    page.fill("#reason_strength", "甲窗口也写。")
    page.locator("[data-autosave-status]").get_by_text("存过（您本人）").wait_for()
    assert begun()["reason_strength"] == "乙窗口写的。"
    page.get_by_role("button", name="用那边的").click()
    saved(page)
    assert page.input_value("#reason_strength") == "乙窗口写的。"
    other.fill("#reason_strength", "乙窗口再写。")
    saved(other)
    page.fill("#reason_strength", "甲窗口再写。")
    page.get_by_role("button", name="用这里的").click()
    saved(page)
    assert begun()["reason_strength"] == "甲窗口再写。"


def test_a_draft_is_nobody_elses(page: Any, browser: Any, app: Any, project: Project, address: str) -> None:  # noqa: F811
    page.fill("#comment", "只有我看得到。")
    saved(page)
    colleague = opened(browser, app, address, make.user("officer"))
    colleague.goto(f"{address}/projects/{project.id}")
    assert "只有我看得到" not in colleague.content()
    colleague.goto(f"{address}/projects/{project.id}/propose")
    assert "只有我看得到" not in colleague.content()
    colleague.context.close()


def test_without_script_a_button_keeps_it(browser: Any, app: Any, officer: Any, project: Project, address: str) -> None:  # noqa: F811
    with_script = opened(browser, app, address, officer)
    cookies = with_script.context.cookies()
    with_script.context.close()
    context = browser.new_context(locale="zh-CN", java_script_enabled=False)
    context.add_cookies(cookies)
    page = context.new_page()
    page.goto(f"{address}/projects/{project.id}/propose")
    page.fill("#comment", "没有脚本也写。")
    page.get_by_role("button", name="存为草稿").click()
    page.get_by_text("草稿已保存").wait_for()
    assert page.input_value("#comment") == "没有脚本也写。"
    context.close()


def test_after_a_refused_hand_in_the_draft_is_what_was_sent_and_nothing_older_comes_back(page: Any) -> None:
    page.fill("#score_strength", "70")
    page.fill("#comment", "先写的。")
    saved(page)
    page.fill("#score_strength", "75")
    page.fill("#comment", "交之前改的。")
    page.press("#score_strength", "Enter")  # sent before the draft was saved again; the rest is missing
    page.locator("[data-errors]").wait_for()
    page.fill("#score_market", "60")
    saved(page)
    assert (page.input_value("#score_strength"), page.input_value("#comment")) == ("75", "交之前改的。")
    assert [begun()[name] for name in ("score_strength", "score_market", "comment")] == ["75", "60", "交之前改的。"]
    page.goto(page.url)
    assert (page.input_value("#score_strength"), page.input_value("#comment")) == ("75", "交之前改的。")


def test_sending_one_form_of_a_page_asks_before_it_drops_what_stands_in_another(
    page: Any,
    project: Project,
    address: str,  # noqa: F811
) -> None:
    asked: list[str] = []

    def stay(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.goto(f"{address}/projects/{project.id}")
    page.on("dialog", stay)
    fold = page.locator("details.confirm").filter(has=page.locator("textarea[name=reason]")).first
    fold.locator("summary").click()
    fold.locator("textarea").fill("写到一半的理由")
    english = page.locator("header form").filter(has_text="English").locator("button")
    for times in (1, 2):  # who stays may press again
        english.click()
        page.wait_for_timeout(700)
        assert (asked, fold.locator("textarea").input_value()) == (["beforeunload"] * times, "写到一半的理由")
    fold.locator("textarea").fill("")
    english.click()
    page.get_by_text("Log out").first.wait_for(state="attached")
    assert len(asked) == 2


def test_a_form_with_nothing_else_to_lose_is_sent_without_a_question(page: Any, project: Project, address: str) -> None:  # noqa: F811
    asked: list[str] = []
    page.goto(f"{address}/projects/{project.id}")
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    fold = page.locator("details.confirm").filter(has=page.locator("textarea[name=reason]")).first
    fold.locator("summary").click()
    fold.locator("textarea").fill("理由写全了")
    with page.expect_navigation():
        fold.locator("button").click()
    assert asked == []
