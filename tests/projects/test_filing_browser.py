"""The filing page with its scripts, in Chromium: counters, autosave, two people at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.forms import clean, clean_line
from audiovisual.kernel.model import db
from audiovisual.projects.operations import intake
from tests import factories as make
from tests.windows import opened, served
from workflows.filing import length_of_text

playwright = pytest.importorskip("playwright.sync_api")
STATIC = Path(__file__).parents[2] / "static" / "js"
MIXED = [
    "", "   \n\t", "春水码头", "hello world", "春水 码头 2026 hello，world。", "“引号”——省略……间隔·号", "Ａｂ全角１２３！？",
    "it’s a dog's life", "3.14 and 50%", "e\u0301tude café", "\u200b看\ufeff不\u00ad见", "a\u3000b\u00a0c\u2028d\x85e\x1cf",
    "𠮷野家𪚥", "😀👨‍👩‍👧 emoji", "한국어 テスト ひらがな", "行一\r\n行二\r行三", "\x00a\x07b\x7fc", "〇〔2026〕１号", "🇨🇳中国", "a-b_c/d",
    "清晨的码头雾气未散，沈小满沿着湿滑的石阶往下走。" * 40,
]  # fmt: skip


@pytest.fixture
def address(app: Any) -> Iterator[str]:
    """The application served on a free port."""
    with served(app) as at:
        yield at


def test_the_script_counts_as_the_rules_and_the_limits_count(browser: Any) -> None:
    page = browser.new_page()
    page.goto("about:blank")
    source = (STATIC / "counter.js").read_text()
    counted = page.evaluate(
        "async ([source, texts]) => {"
        " const module = await import('data:text/javascript;charset=utf-8,' + encodeURIComponent(source));"
        " return texts.map((text) => [module.characters(text), module.signs(text), module.signs(text, true)]); }",
        [source, MIXED],
    )
    assert dict(zip(MIXED, counted, strict=True)) == {
        text: [length_of_text(clean(text)), len(clean(text) or ""), len(clean_line(text) or "")] for text in MIXED
    }


def test_writing_saves_itself_and_a_colleagues_text_is_never_written_over(browser: Any, app: Any, address: str) -> None:
    by = make.producer()
    project = make.draft(by, title="春水码头", type="micro_drama", minutes_per_episode=12)
    where = f"{address}/projects/{project.id}/edit"
    mine, theirs = (
        opened(browser, app, address, by),
        opened(browser, app, address, make.user("producer", house=by.house)),
    )
    for page in (mine, theirs):
        page.goto(where)
    theirs.fill("#synopsis", "同事写的概要。")
    theirs.fill("#episodes", "很多")
    theirs.get_by_text("有 1 处写得不对，先留在本机；其余已保存").wait_for()
    theirs.locator("#episodes-error").wait_for()
    assert theirs.locator("#synopsis-count [data-count-words]").inner_text() == "不少于 1,500 字，还差 1,493 字"
    theirs.fill("#episodes", "30")
    theirs.fill("#investment_yuan", "20")
    theirs.get_by_text("三类", exact=True).wait_for()
    mine.fill("#synopsis", "我写的概要。")
    mine.get_by_role("button", name="查看两份文字").click()
    mine.get_by_role("heading", name="两份文字").wait_for()
    for name in {radio.get_attribute("name") for radio in mine.locator("input[type=radio]").all()}:
        mine.check(f"[name={name}][value={'mine' if name == 'pick-synopsis' else 'theirs'}]")
    mine.get_by_role("button", name="按选择保存").click()
    mine.get_by_text("已按您的选择保存").wait_for()
    db.session.expire_all()
    assert (project.synopsis, project.episodes, project.investment_yuan) == ("我写的概要。", 30, 200_000)
    for page in (mine, theirs):
        page.context.close()


def test_what_was_typed_before_the_script_came_is_saved(browser: Any, app: Any, address: str) -> None:
    by = make.producer()
    project, held = make.draft(by), []
    page = opened(browser, app, address, by)
    page.route("**/js/autosave.js*", lambda route: held.append(route))
    page.goto(f"{address}/projects/{project.id}/edit", wait_until="commit")
    page.fill("#platforms", "西瓜视频")
    page.get_by_label("原创", exact=True).check()
    with page.expect_response("**/draft"):
        held[0].continue_()
    db.session.rollback()
    assert (project.platforms, project.source_kind) == ("西瓜视频", "original")
    page.context.close()


def test_a_button_pressed_while_a_saving_is_on_its_way_waits_for_it(browser: Any, app: Any, address: str) -> None:
    by = make.producer()
    project, held = make.draft(by), []
    page = opened(browser, app, address, by)
    page.route("**/draft", lambda route: held.append(route))
    page.goto(f"{address}/projects/{project.id}/edit")
    page.fill("#platforms", "西瓜视频")
    page.get_by_text("正在保存").wait_for()
    page.fill("#platforms", "西瓜视频、优酷")
    page.get_by_role("button", name="保存草稿").last.click()
    held[0].fulfill(response=held[0].fetch())
    page.locator(".flashes, [role=status]").get_by_text("已保存").first.wait_for()
    assert page.get_by_role("heading", name="两份文字").count() == 0
    assert page.input_value("#platforms") == "西瓜视频、优酷"
    db.session.rollback()
    assert project.platforms == "西瓜视频、优酷"
    page.context.close()


def test_an_answers_file_saves_itself_and_is_taken_away_again(browser: Any, app: Any, address: str) -> None:
    by, officer = make.producer(), make.user("officer")
    project = make.project("received", by=by, officer=officer)
    with unit_of_work():
        intake.ask_completion(project, make.actor_of(officer), [{"demand": "补盖章页。"}])
    item = project.completion.items[0]
    page = opened(browser, app, address, by)
    page.goto(f"{address}/projects/{project.id}/completion")
    files = page.locator("input[type=file]")
    files.set_input_files([{"name": "盖章页.exe", "mimeType": "", "buffer": b"MZ"}])
    page.get_by_text("这里只收").wait_for()
    page.get_by_role("button", name="去掉").click()
    files.set_input_files([{"name": "盖章页.pdf", "mimeType": "", "buffer": b"%PDF-1.4"}])
    page.locator(".kept-row").get_by_text("盖章页.pdf").first.wait_for()
    page.get_by_text("已补正 1/1 项").wait_for()
    assert page.locator("[data-upload-list] li").count() == 0
    page.get_by_role("button", name="去掉").click()
    page.get_by_text("已补正 0/1 项").wait_for()
    assert page.locator(".kept-row").count() == 0
    db.session.rollback()
    assert (item.file_id, item.answered_at) == (None, None)
    page.context.close()


def test_a_file_that_a_place_does_not_take_is_told_what_it_takes(browser: Any, app: Any, address: str) -> None:
    by = make.producer()
    page = opened(browser, app, address, by)
    page.goto(f"{address}/projects/{make.draft(by).id}/edit")
    page.set_input_files("#paper_pledge", [{"name": "片花.mp4", "mimeType": "", "buffer": b"0"}])
    page.get_by_text("这里只收 PDF、Word（docx）、Excel（xlsx）、JPG、PNG。").wait_for()
    page.context.close()


def test_what_was_refused_says_so_until_it_is_removed(browser: Any, app: Any, address: str) -> None:
    by = make.producer()
    project = make.draft(by)
    page = opened(browser, app, address, by)
    page.goto(f"{address}/projects/{project.id}/edit")
    page.set_input_files("#paper_pledge", [{"name": "承诺书.pdf", "mimeType": "", "buffer": "不是 PDF".encode()}])
    refused = page.locator("[data-upload-list] li", has_text="“承诺书.pdf”的内容是纯文字")
    refused.wait_for()
    status = page.locator("[data-autosave-status]")
    for text in ("西瓜视频", "西瓜视频、优酷"):
        with page.expect_response("**/draft") as answer:
            page.fill("#platforms", text)
        assert (answer.value.status, answer.value.json()["errors"]) == (
            422, {"paper_pledge": "“承诺书.pdf”没有传完，没有附上。请接着传完；不要它就去掉，再按一次。"},
        )  # fmt: skip
        page.wait_for_timeout(200)
        assert refused.count() == 1 and "已保存" not in status.inner_text().split("，")[0]
    with page.expect_response("**/draft"):
        refused.get_by_role("button", name="去掉").click()
    page.get_by_text(re.compile(r"^已保存 \d\d:\d\d$")).wait_for()
    db.session.rollback()
    assert project.platforms == "西瓜视频、优酷"
    page.context.close()


def test_a_paper_left_behind_is_attached_when_the_page_is_opened_again(browser: Any, app: Any, address: str) -> None:
    """It had gone up, and the page was closed before it was attached."""
    by = make.producer()
    project = make.draft(by)
    before = {paper.id for paper in project.attachments}
    page = opened(browser, app, address, by)
    page.route("**/draft", lambda route: route.abort())
    page.goto(f"{address}/projects/{project.id}/edit")
    page.set_input_files("#paper_other", [{"name": "预算说明.pdf", "mimeType": "", "buffer": b"\n%PDF-1.4"}])
    page.get_by_text("已传完").wait_for()
    page.unroute("**/draft")
    page.goto(f"{address}/projects/{project.id}/edit")
    page.locator(".kept-row").get_by_role("link", name="预算说明.pdf").wait_for()
    assert page.locator("[data-upload-list] li").count() == 0
    db.session.rollback()
    assert [paper.name for paper in project.attachments if paper.id not in before] == ["预算说明.pdf"]
    page.context.close()


def test_a_line_of_the_crew_taken_away_is_put_back_and_a_held_enter_adds_one(browser, app, address):
    by = make.producer()
    project = make.draft(by)
    page = opened(browser, app, address, by)
    page.goto(f"{address}/projects/{project.id}/edit")
    crew = page.locator("[data-rows=credits]")
    names = crew.locator("input[name$='-name']")
    before = [field.input_value() for field in names.all()]
    crew.get_by_role("button", name="去掉这一行").nth(1).click()
    crew.get_by_text("已去掉一行。").wait_for()
    assert [field.input_value() for field in names.all()] == before[:1] + before[2:]
    page.keyboard.press("Enter")  # the focus is on the way back
    assert [field.input_value() for field in names.all()] == before
    assert [field.get_attribute("name") for field in names.all()] == [f"credits-{n}-name" for n in range(len(before))]
    crew.get_by_role("button", name="添加一人").focus()
    for _ in range(6):
        page.keyboard.down("Enter")
    page.keyboard.up("Enter")
    assert (names.count(), page.url) == (len(before) + 1, f"{address}/projects/{project.id}/edit")
    page.context.close()
