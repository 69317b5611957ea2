"""A filing while it is written, in Chromium: what is saved when, what this computer keeps, who gets it back."""

from __future__ import annotations

from typing import Any

import pytest

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db
from audiovisual.people.passwords import hashed
from audiovisual.projects.models import Project
from tests import factories as make

from .test_filing_browser import address, opened  # noqa: F401

pytest.importorskip("playwright.sync_api")
PASSWORD = "Chunshui-matou-2026"
LINE = "[data-autosave-status]"


@pytest.fixture
def by(app: Any) -> Any:
    person = make.producer()
    with unit_of_work():
        person.password_hash = hashed(PASSWORD)
    return person


@pytest.fixture
def draft(by: Any) -> Project:
    return make.draft(by, title="春水码头", synopsis="原来的概要。")


@pytest.fixture
def page(browser: Any, app: Any, address: str, by: Any, draft: Project) -> Any:  # noqa: F811
    """The filing's page, open in the browser of who writes it."""
    page = opened(browser, app, address, by)
    page.goto(f"{address}/projects/{draft.id}/edit")
    yield page
    page.context.close()


def kept(draft: Project, *names: str) -> Any:
    db.session.rollback()
    found = tuple(getattr(draft, name) for name in names)
    return found if len(found) > 1 else found[0]


def end_sessions() -> None:
    with unit_of_work() as session:
        session.execute(db.text("UPDATE login_session SET ended_at = created_at"))


def log_in(page: Any, person: Any) -> None:
    page.get_by_label("用户名").fill(person.login)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()


def saved(page: Any) -> None:
    page.locator(LINE).get_by_text("已保存").wait_for()


def copies(page: Any) -> list[str]:
    """What this computer keeps of synopses."""
    return page.evaluate(  # type: ignore[no-any-return]
        "() => Object.keys(localStorage).filter((key) => key.startsWith('seedbank:')).map((key) =>"
        " Object.fromEntries(JSON.parse(localStorage.getItem(key)).fields).synopsis).sort()"
    )


def test_after_the_log_in_ended_writing_goes_on_being_kept_and_comes_back_with_the_next(
    page: Any, by: Any, draft: Project
) -> None:
    end_sessions()
    page.fill("#synopsis", "第一句。")
    page.locator(LINE).get_by_text("登录已过期，点这里重新登录，写的不会丢").wait_for()
    page.fill("#synopsis", "第一句。第二句。")
    page.fill("#platforms", "优酷")
    assert copies(page) == ["第一句。第二句。"]
    page.get_by_role("link", name="点这里重新登录").click()
    log_in(page, by)
    page.get_by_text("没来得及保存的文字已取回。").wait_for()
    saved(page)
    assert kept(draft, "synopsis", "platforms") == ("第一句。第二句。", "优酷")
    page.reload()
    assert page.input_value("#synopsis") == "第一句。第二句。" and copies(page) == []
    assert page.locator("[data-autosave-offer]").is_hidden()


def test_a_button_pressed_after_the_log_in_ended_loses_nothing(page: Any, by: Any, draft: Project) -> None:
    page.fill("#synopsis", "第一句。")
    end_sessions()
    page.locator(".footbar").get_by_role("button", name="保存草稿").click()
    page.get_by_text("登录已过期。写的已经留好").wait_for()
    with page.expect_response("**/draft"):  # the script hands it in by itself
        log_in(page, by)
        page.get_by_text("上次写到一半的内容").wait_for()
        assert page.input_value("#synopsis") == "第一句。"
    assert kept(draft, "synopsis") == "第一句。"
    page.reload()
    assert page.locator("[data-refilled-note], [data-autosave-offer]:visible").count() == 0
    assert copies(page) == []


def test_a_log_in_in_another_window_lets_this_one_go_on(page: Any, by: Any, draft: Project, address: str) -> None:  # noqa: F811
    end_sessions()
    page.fill("#synopsis", "第一句。")
    page.locator(LINE).get_by_text("登录已过期").wait_for()
    other = page.context.new_page()
    other.goto(f"{address}/login")
    log_in(other, by)
    saved(page)
    assert kept(draft, "synopsis") == "第一句。"


def test_another_persons_log_in_gets_nothing_of_it(page: Any, by: Any, draft: Project, address: str) -> None:  # noqa: F811
    end_sessions()
    page.fill("#synopsis", "第一句。")
    page.locator(LINE).get_by_text("登录已过期").wait_for()
    colleague = make.user("producer", house=by.house, password_hash=hashed(PASSWORD))
    other = page.context.new_page()
    other.goto(f"{address}/login?next=/projects/{draft.id}/edit")
    log_in(other, colleague)
    other.locator("#synopsis").wait_for()
    assert other.input_value("#synopsis") == "原来的概要。" and other.locator("[data-autosave-offer]").is_hidden()
    page.bring_to_front()
    page.locator(LINE).get_by_text("现在登录的是另一个账号").wait_for()
    page.fill("#synopsis", "第一句。第二句。")
    other.locator("form[data-forget] button").evaluate("(button) => button.click()")
    other.get_by_text("已退出登录").wait_for()
    assert copies(page) == ["第一句。第二句。"] and kept(draft, "synopsis") == "原来的概要。"


def test_letters_of_an_input_method_are_no_text(page: Any, draft: Project) -> None:
    field = page.locator("#synopsis")
    field.fill("")
    saved(page)
    keys = page.context.new_cdp_session(page)
    field.focus()
    page.fill("#platforms", "优酷")
    field.focus()
    for text in ("z", "zhe", "zhe'ge", "zhe'ge'jing'tou"):
        keys.send("Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)})
        page.wait_for_timeout(400)
    page.wait_for_timeout(4500)
    assert page.input_value("#synopsis") == "zhe'ge'jing'tou"
    assert kept(draft, "synopsis", "platforms") == ("", "优酷")  # all else is saved meanwhile
    assert "还差 1,500 字" in page.locator("#synopsis-count").inner_text()
    assert "zhe" not in page.evaluate("() => JSON.stringify(localStorage)")
    keys.send("Input.insertText", {"text": "这个镜头"})
    saved(page)
    assert kept(draft, "synopsis") == "这个镜头"
    assert "还差 1,496 字" in page.locator("#synopsis-count").inner_text()


def test_somebody_who_never_rests_is_saved_every_few_seconds(page: Any, draft: Project) -> None:
    page.locator("#synopsis").focus()
    for turn in range(60):
        page.keyboard.type("字")
        page.wait_for_timeout(100)
        if turn > 30 and turn % 5 == 0 and kept(draft, "synopsis") != "原来的概要。":
            break
    assert len(kept(draft, "synopsis")) > 20


def test_the_offer_stays_in_sight_and_the_copy_stays_until_it_is_decided(page: Any, draft: Project) -> None:
    page.route("**/draft", lambda route: route.abort())
    page.fill("#synopsis", "没存上的概要。")
    page.locator(LINE).get_by_text("连不上服务器").wait_for()
    page.locator("#pledge").scroll_into_view_if_needed()
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.mouse.wheel(0, 3000)
    offer = page.locator("[data-autosave-offer]")
    offer.wait_for()
    page.wait_for_timeout(300)
    assert 0 <= offer.bounding_box()["y"] < page.viewport_size["height"] - 40
    page.unroute("**/draft")
    page.fill("#platforms", "优酷")
    page.fill("#synopsis", "重新写的概要。")
    saved(page)
    assert kept(draft, "synopsis") == "重新写的概要。"
    page.reload()
    offer.get_by_role("button", name="取回").click()
    assert page.input_value("#synopsis") == "没存上的概要。" and page.input_value("#platforms") == "优酷"
    offer.get_by_role("button", name="换回取回之前的").click()
    assert page.input_value("#synopsis") == "重新写的概要。"
    saved(page)
    page.reload()
    assert offer.is_hidden()


def test_two_windows_of_one_person_put_their_fields_together(page: Any, draft: Project, address: str) -> None:  # noqa: F811
    other = page.context.new_page()
    other.goto(page.url)
    other.fill("#synopsis", "另一个窗口写的。")
    saved(other)
    page.fill("#platforms", "优酷")
    saved(page)
    page.wait_for_function("() => document.querySelector('#synopsis').value === '另一个窗口写的。'")
    page.fill("#synopsis", "另一个窗口写的。我接着写。")
    saved(page)
    page.wait_for_timeout(100)
    assert kept(draft, "synopsis", "platforms") == ("另一个窗口写的。我接着写。", "优酷")
    other.fill("#synopsis", "另一个窗口又写。")
    other.locator(LINE).get_by_text("这份内容在另一个窗口").wait_for()
    assert "存过（您本人）" in other.locator(LINE).inner_text()


@pytest.mark.slow
def test_what_is_pasted_beyond_the_limit_stays_and_is_counted_as_the_server_counts(page: Any, draft: Project) -> None:
    field = page.locator("#theme_statement")
    pasted = "甲乙\r\n丙𠮷" * 1300
    field.focus()
    page.evaluate(
        "(text) => { const data = new DataTransfer(); data.setData('text/plain', text);"
        " document.execCommand('insertText', false, text); }",
        pasted,
    )
    over = len(page.input_value("#theme_statement").strip()) - 6000
    page.locator("#theme_statement-count [data-count-words]").get_by_text(f"最多 6,000 字，超出 {over:,} 字").wait_for()
    page.locator("#theme_statement-error").wait_for()
    assert page.locator("#theme_statement-error").inner_text() == f"最多 6000 字，现在 {6000 + over} 字。"
    assert len(page.input_value("#theme_statement")) > 6000
    assert page.locator(LINE).inner_text() == "有 1 处写得不对，先留在本机；其余已保存"
    page.fill("#title", "长" * 61)
    page.locator(".count-near.err").get_by_text("最多 60 字，超出 1 字").wait_for()


def test_a_search_too_long_for_an_address_is_said_beside_the_box(page: Any) -> None:
    box = page.locator("header input[type=search]")
    box.fill("长" * 1500)
    box.press("Enter")
    page.locator("header .count-near.err").get_by_text("最多 400 字，超出 1,100 字").wait_for()
    assert page.url.endswith("/edit") and len(box.input_value()) == 1500


def test_a_file_goes_on_once_its_sender_has_logged_in_again(page: Any, by: Any, draft: Project, address: str) -> None:  # noqa: F811
    end_sessions()
    page.set_input_files("#paper_other", [{"name": "补充材料.pdf", "mimeType": "", "buffer": b"%PDF-1.4"}])
    page.get_by_text("登录已过期。在另一个窗口重新登录，就接着传").wait_for()
    other = page.context.new_page()
    other.goto(f"{address}/login")
    log_in(other, by)
    page.locator(".kept-row").get_by_text("补充材料.pdf").first.wait_for()
    db.session.rollback()
    assert [paper.name for paper in draft.attachments if paper.kind == "other"] == ["补充材料.pdf"]


def test_going_back_or_reloading_shows_what_another_window_saved_since(
    page: Any,
    draft: Project,
    address: str,  # noqa: F811
) -> None:
    page.fill("#synopsis", "这个窗口先写的概要。")
    saved(page)
    page.goto(f"{address}/help")
    other = page.context.new_page()
    other.goto(f"{address}/projects/{draft.id}/edit")
    other.fill("#synopsis", "另一个窗口后写的概要。")
    saved(other)
    for way in (page.go_back, page.reload):
        way()
        assert page.input_value("#synopsis") == "另一个窗口后写的概要。"
    page.fill("#platforms", "优酷")
    saved(page)
    assert kept(draft, "synopsis", "platforms") == ("另一个窗口后写的概要。", "优酷")


def test_what_an_ended_log_in_interrupted_comes_back_in_another_window_at_once(
    page: Any,
    by: Any,
    draft: Project,
    address: str,  # noqa: F811
) -> None:
    end_sessions()
    page.fill("#synopsis", "登录过期时写的。")
    page.locator(LINE).get_by_text("登录已过期，点这里重新登录，写的不会丢").wait_for()
    other = page.context.new_page()
    page.close(run_before_unload=False)
    other.goto(f"{address}/login?next=/projects/{draft.id}/edit")
    log_in(other, by)
    other.get_by_text("没来得及保存的文字已取回。").wait_for(timeout=8000)
    saved(other)
    assert kept(draft, "synopsis") == "登录过期时写的。"


def test_a_copy_kept_by_a_clock_that_ran_ahead_is_offered_all_the_same(page: Any, draft: Project, address: str) -> None:  # noqa: F811
    page.add_init_script("{ const now = Date.now; Date.now = () => now() + 864e5; }")
    page.reload()
    page.context.set_offline(True)
    page.fill("#synopsis", "钟快一天时写的。")
    page.locator(LINE).get_by_text("文字已留在本机").wait_for()
    other = page.context.new_page()
    page.close(run_before_unload=False)
    other.context.set_offline(False)
    other.goto(f"{address}/projects/{draft.id}/edit")
    other.get_by_role("button", name="取回").click(timeout=8000)
    saved(other)
    assert kept(draft, "synopsis") == "钟快一天时写的。"


def test_a_log_out_says_first_what_this_computer_keeps_and_would_forget(page: Any, address: str) -> None:  # noqa: F811
    page.fill("#episodes", "二十四集左右")  # no number: it stays here
    page.locator(LINE).get_by_text("先留在本机").wait_for()
    page.goto(f"{address}/help")
    page.locator("details.who summary").click()
    out = page.get_by_role("button", name="退出登录")
    out.click()
    page.get_by_role("alert").get_by_text(
        "这台电脑上还有没存到服务器的文字，退出后就没有了。要退出，请再按一次。"
    ).wait_for()
    out.click()
    page.get_by_text("已退出登录").wait_for()
    assert copies(page) == []
