"""The reading room with its scripts, in Chromium: what is typed at once, a slow and a bad line, what was taken out, keys."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db
from audiovisual.people.models import LoginSession
from audiovisual.reviews.models import OpinionRow
from audiovisual.reviews.operations import opinions
from tests import factories as make
from tests.projects.test_filing_browser import address
from tests.reviews.sitting import SENT, Sitting, code, film, filmed, until
from tests.windows import logged_in, opened
from workflows.errors import RuleBroken
from workflows.timecode import parse_timecode

playwright = pytest.importorskip("playwright.sync_api")
__all__ = ["address", "film", "filmed"]


def test_a_press_that_ends_the_typing_meets_what_was_pressed(browser: Any, app: Any, address: str) -> None:
    """The player comes back to the top when no field is written in; it must not do so under the finger."""
    round_, [expert, *_others] = make.reading(make.user("officer"), make.producer())
    seat = next(seat.id for seat in round_.assignments if seat.expert_id == expert.id)
    page = opened(browser, app, address, expert)
    page.set_viewport_size({"width": 390, "height": 900})
    page.goto(f"{address}/reviews/tasks/{seat}/room")
    page.locator("[data-add-row] button").click()
    page.locator("[data-row]").last.get_by_label("改到怎样").fill("删去点烟近景。")
    link = page.get_by_role("link", name="评分", exact=True)
    link.scroll_into_view_if_needed()
    box = link.bounding_box()
    page.mouse.wheel(0, box["y"] - 100)
    page.wait_for_timeout(300)
    link.click()
    page.locator("#scores").wait_for()
    page.context.close()


def test_letters_typed_while_the_line_is_slow_are_written_and_press_no_key(app, browser, address, filmed):
    """Two marks at once, each answered late: both are there at once, and in the order in which they were made."""
    at, held = Sitting(app, browser, address, filmed), []
    at.page.route("**/rows", lambda route: held.append(route))
    at.keys("l", "m")
    at.page.keyboard.type("mmm 甲 jkl")
    at.keys("Escape", "l", "m")
    at.page.keyboard.type("乙 [ ] n")
    assert at.page.locator("[data-row]").count() == 2 and at.now == (1, code(50, 1))
    at.page.wait_for_timeout(200)
    assert len(held) == 1  # the second waits for the first
    held[0].continue_()
    at.page.unroute("**/rows")
    at.saved()
    assert at.kept() == [(1, code(25, 1), "mmm 甲 jkl"), (1, code(50, 1), "乙 [ ] n")]
    at.close()


def test_the_film_goes_where_the_track_is_pressed_right_after_writing(app, browser, address, filmed):
    """The field that is left draws the marks anew during the press. Ten times: write, press the track, mark."""
    at = Sitting(app, browser, address, filmed)
    track, wanted = at.page.locator("[data-track]"), []
    width = track.bounding_box()["width"]
    for part in range(10):
        track.click(position={"x": width * (part + 0.5) / 10, "y": 8})
        at.page.locator("[data-key=m]").first.click()
        at.page.keyboard.type(f"第{part}处")
        wanted.append((1, pytest.approx(200 * (part + 0.5) / 10, abs=2), f"第{part}处"))
    at.saved()
    db.session.rollback()
    rows = db.session.query(OpinionRow).order_by(OpinionRow.ordinal)
    assert [(row.episode, row.frame_in, row.problem) for row in rows] == wanted
    at.close()


def test_a_mark_whose_answer_was_lost_is_made_once(app, browser, address, filmed):
    at, lost = Sitting(app, browser, address, filmed), []

    def lose(route: Any) -> None:
        if lost:
            route.continue_()
        else:
            lost.append(route.fetch().status)
            route.abort()

    at.page.route("**/rows", lose)
    at.keys("l", "m")
    at.page.keyboard.type("答复丢了")
    at.saved()
    assert (lost, at.kept()) == ([200], [(1, code(25, 1), "答复丢了")])
    at.close()


def test_a_mark_made_without_a_line_outlives_the_page(app, browser, address, filmed):
    """The window is closed before the line comes back; opened again it still has the row, and sends it."""
    at = Sitting(app, browser, address, filmed)
    at.page.route("**/rows", lambda route: route.abort())
    at.keys("l", ".", "m")
    at.page.keyboard.type("断线时记的")
    at.page.get_by_text("这一条还没有存到服务器").wait_for()
    assert at.kept() == []
    again = at.page.context.new_page()
    at.page.close(run_before_unload=False)
    again.goto(at.room)
    until(again, SENT + " && document.querySelectorAll('[data-row]').length === 1")
    assert at.kept() == [(1, code(26, 1), "断线时记的")]
    again.reload()
    assert again.locator("[data-row]").count() == 1
    at.close()


def test_a_mark_taken_out_elsewhere_before_its_answer_came_is_not_made_again(app, browser, address, filmed):
    """What this computer still keeps of it waits until the row is put back, and is filled in then."""
    at = Sitting(app, browser, address, filmed)

    def lose(route: Any) -> None:
        route.fetch()
        route.abort()

    at.page.route("**/rows", lose)
    at.keys("l", "m")
    at.page.keyboard.type("只有本机有的字")
    at.page.get_by_text("这一条还没有存到服务器").wait_for()
    again = at.page.context.new_page()
    at.page.close(run_before_unload=False)
    with unit_of_work() as session:
        opinions.drop_row(session.query(OpinionRow).one(), make.actor_of(filmed.expert))
    again.goto(at.room)
    again.wait_for_timeout(500)
    assert again.locator("[data-row]").count() == 0 and at.kept() == []
    again.locator("details.gone summary").click()
    again.get_by_role("button", name="放回").click()
    until(again, "document.querySelectorAll('[data-row]').length === 1")
    until(again, "document.querySelector('[data-autosave-status]').textContent.startsWith('已保存')")
    assert at.kept() == [(1, code(25, 1), "只有本机有的字")]
    at.close()


def test_a_mark_made_after_the_log_in_ended_is_saved_when_one_is_back(app, browser, address, filmed):
    at = Sitting(app, browser, address, filmed)
    with unit_of_work() as session:
        session.query(LoginSession).delete()
    at.keys("l", "m")
    at.page.keyboard.type("登录过期后记的")
    at.page.get_by_role("link", name="点这里重新登录").wait_for()
    assert at.page.locator("[data-autosave-status]").text_content() == "登录已过期，点这里重新登录，写的不会丢"
    at.page.keyboard.type("，接着写")
    logged_in(at.page.context, app, address, filmed.expert)
    at.page.evaluate("window.dispatchEvent(new Event('focus'))")
    at.saved()
    assert at.kept() == [(1, code(25, 1), "登录过期后记的，接着写")]
    at.close()


def test_a_row_taken_out_is_put_back_by_enter(app, browser, address, filmed):
    """The button that takes it out leaves the focus on the one that puts it back; what was not saved yet comes too."""
    at = Sitting(app, browser, address, filmed)
    for words in ("甲", "乙", "丙"):
        at.keys("Escape", "l", "m")
        at.page.keyboard.type(words)
    at.saved()
    at.page.locator("[data-row] summary").nth(1).click()
    at.page.locator("[name=problem]").nth(1).fill("乙，刚改过")
    at.page.locator("[data-take-out]").nth(1).click()
    at.page.get_by_text("已删去：").wait_for()
    assert [row[2] for row in at.kept()] == ["甲", "丙"]
    assert at.page.locator("[data-count-rows]").inner_text() == "2"
    at.keys("Enter")
    until(at.page, "document.querySelectorAll('[data-row]').length === 3")
    assert [row[2] for row in at.kept()] == ["甲", "乙，刚改过", "丙"]
    at.page.locator("[name=problem]").nth(1).fill("乙，又改了")
    at.saved()
    assert [row[2] for row in at.kept()] == ["甲", "乙，又改了", "丙"]
    at.close()


def press(page: Any, key: str, **more: Any) -> None:
    """A key press as an input method or a held key makes it, where the focus is."""
    page.evaluate(
        "([key, more]) => document.activeElement.dispatchEvent("
        "new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }))",
        [key, more],
    )


def test_keys_of_an_input_method_and_repeats_of_a_held_key_are_no_commands(app, browser, address, filmed):
    at = Sitting(app, browser, address, filmed)
    for more in ({"isComposing": True}, {"keyCode": 229}, {"repeat": True}):
        for key in ("m", "n", "/"):
            press(at.page, key, **more)
    assert at.page.locator("[data-row]").count() == 0
    assert at.page.evaluate("document.activeElement === document.body")
    at.keys("m")
    press(at.page, "Escape", isComposing=True)  # takes back the letters of the input method, and leaves no field
    assert at.last()["focus"]
    at.keys("Escape")
    press(at.page, "l")
    press(at.page, "l", repeat=True)  # a held key goes on moving the film
    assert at.now == (1, code(50, 1))
    at.saved()
    at.close()


def test_a_double_click_marks_once(app, browser, address, filmed):
    at = Sitting(app, browser, address, filmed)
    at.page.locator("[data-key=m]").dblclick()
    at.keys("Escape", "l")
    at.page.locator("[data-add-row] button").dblclick()
    at.saved()
    assert at.kept() == [(1, code(0, 1), ""), (1, code(25, 1), "")]
    at.close()


def test_points_that_were_set_are_seen_and_go_into_one_row_only(app, browser, address, filmed):
    at = Sitting(app, browser, address, filmed)
    at.keys("l", "i", "l", "o")
    assert at.page.locator("[data-marked]").inner_text().split() == ["下一条：01:00:01:00—01:00:02:00", "清除"]
    at.keys("m")
    assert (at.last()["place"], at.last()["end"]) == ("01:00:01:00", "01:00:02:00")
    assert at.page.locator("[data-marked]").is_hidden()
    at.keys("Escape", "l", "m")
    assert (at.last()["place"], at.last()["end"]) == ("01:00:03:00", "")
    at.keys("Alt+ArrowRight", "Alt+o", "Escape", ".", "m")  # a point of the row that is written in is none of the next
    assert [at.page.locator("[name=tc_out]").nth(n).input_value() for n in range(3)] == [
        "01:00:02:00",
        "01:00:03:01",
        "",
    ]
    assert at.last()["place"] == "01:00:03:02"
    at.keys("Escape", "i", "]", "m")  # a point of the other episode
    assert (at.last()["episode"], at.last()["place"]) == (2, "00:00:00:00")
    at.saved()
    db.session.rollback()
    assert [(row.episode, row.frame_in, row.frame_out) for row in db.session.query(OpinionRow).order_by(OpinionRow.ordinal)] == [
        (1, 25, 50), (1, 75, 76), (1, 77, None), (2, 0, None),
    ]  # fmt: skip
    at.close()


def test_an_episode_without_a_file_plays_no_other(app, browser, address, filmed):
    with unit_of_work():
        opinions.add_row(
            filmed, make.actor_of(filmed.expert), episode=3, frame_in=100, frame_out=None, problem="没有文件的一集。"
        )
    at = Sitting(app, browser, address, filmed)
    stood = at.now
    at.page.locator("[data-row] summary").click()
    at.page.wait_for_timeout(300)
    assert at.now == stood
    third = at.page.locator("[data-episode='3']")
    assert third.inner_text().strip().startswith("3") and "这一版没有这一集" in third.inner_text()
    third.click()
    at.keys("]", "]", "]")
    assert at.now[0] == 2
    at.close()


def test_the_fields_of_the_room_say_how_much_room_is_left_as_the_server_counts_it(app, browser, address, filmed):
    """A character beyond the first 65,536 (𠮷) is one on both sides; two windows' line breaks and blanks are one."""
    at = Sitting(app, browser, address, filmed)
    at.keys("m")
    row = at.page.locator("[data-row]").last
    row.get_by_label("问题", exact=True).fill("𠮷" * 1900)
    row.get_by_text("最多 2,000 字，还可写 100 字").wait_for()
    row.get_by_label("依据").fill(f"{'𠮷' * 100}　 {'据' * 99}")
    row.get_by_text("最多 200 字，还可写 0 字").wait_for()
    at.saved()
    row.get_by_label("依据").fill("据" * 201)
    row.get_by_text("最多 200 字，超出 1 字").wait_for()
    row.get_by_text("最多 200 字，现在 201 字。").wait_for()
    row.get_by_label("改到怎样").fill("改" * 950)
    row.get_by_text("最多 1,000 字，还可写 50 字").wait_for()
    at.page.get_by_role("link", name="评分", exact=True).click()
    at.page.locator(".score form textarea").first.fill("由" * 2001)
    at.page.get_by_text("最多 2,000 字，超出 1 字").wait_for()
    at.page.get_by_role("link", name="总评", exact=True).click()
    at.page.fill("#comment", "评" * 4999)
    at.page.get_by_text("最多 5,000 字，还可写 1 字").wait_for()
    at.close()


def test_the_signing_page_shows_what_was_written_a_moment_before(app, browser, address, filmed):
    at = Sitting(app, browser, address, filmed)
    at.page.get_by_role("link", name="总评", exact=True).click()
    at.page.locator("#comment").fill("主题积极，改后可播。")
    at.page.get_by_role("link", name="签名提交").click()
    at.page.wait_for_url("**/sign")
    assert "主题积极，改后可播。" in at.page.locator("main").inner_text()
    at.close()


CODES = (
    "00:00:03:10", "00:00:03", "0:03", "00000310", "000003", "００：００：０３", "0∶03", " 00:00:03 ", "1:75", "00:60:00", "片头", "", "00:00:03:25",
    "00:01:00", "00:01:00:00", "75:30",
)  # fmt: skip


def test_the_script_reads_a_timecode_as_the_server_does_and_shows_its_length(app, browser, address, filmed):
    at = Sitting(app, browser, address, filmed)
    for rate, drop in ((Fraction(25), False), (Fraction(30000, 1001), True)):
        clock = {"rate": float(rate), "nominal": round(rate), "start": 0, "drop": drop, "frames": None}
        read = at.page.evaluate(
            "async ([codes, clock]) => { const { frameAt } = await import('/static/js/room_timecode.js');"
            " return codes.map((code) => frameAt(code, clock)); }",
            [list(CODES), clock],
        )
        assert dict(zip(CODES, read, strict=True)) == {code: frame_or_none(code, rate, drop) for code in CODES}
    at.keys("m")
    row = at.page.locator("[data-row]").last
    row.get_by_label("入点").fill("０１：００：０１")
    row.get_by_label("出点").fill("1:00:02")
    assert row.locator("[data-length]").inner_text() == "1 秒 1 帧"
    at.saved()
    at.close()


def frame_or_none(text: str, rate: Fraction, drop: bool) -> int | None:
    try:
        return parse_timecode(text, rate, drop=drop)
    except RuleBroken:
        return None
