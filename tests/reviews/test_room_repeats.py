"""The reading room, done again and again in one sitting, in Chromium: ten marks and ten answers in the full run
(SEEDBANK_FULL=1), three in the everyday one. Between two of them something happens: Escape, Enter, a look elsewhere and
back, a reload, a second window, a lost line, a key held too long.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from audiovisual.kernel.model import db
from audiovisual.reviews.models import OpinionRow, OpinionScore
from tests.projects.test_filing_browser import address
from tests.reviews.sitting import READY, SENT, Sitting, code, film, filmed, until

playwright = pytest.importorskip("playwright.sync_api")
__all__ = ["address", "film", "filmed"]

TIMES = 10 if os.environ.get("SEEDBANK_FULL") else 3
TYPED = "jkl m {n}：烟雾近景过长"
"""Words that begin with keys of the player."""


# ---- ways to make a mark ----


def by_key(at: Sitting) -> None:
    at.keys("m")


def by_mouse(at: Sitting) -> None:
    at.page.locator("[data-key=m]").click()


def by_touch(at: Sitting) -> None:
    at.page.locator("[data-add-row] button").tap()


def by_touch_under_the_film(at: Sitting) -> None:
    at.page.locator("[data-key=m]").tap()


def by_enter_on_the_button(at: Sitting) -> None:
    at.page.locator("[data-add-row] button").focus()
    at.keys("Enter")


def by_key_while_writing(at: Sitting) -> None:
    at.page.locator("[data-row] summary").last.click()
    at.page.locator("[data-row] [name=problem]").last.focus()
    at.keys("Alt+ArrowRight", "Alt+ArrowRight")
    at.stood = at.now
    at.keys("Alt+m")


def by_a_key_held_down(at: Sitting) -> None:
    for _ in range(8):
        at.page.keyboard.down("m")
    at.page.keyboard.up("m")


# ---- where the player goes before ----


def onward(at: Sitting) -> None:
    at.keys("l", ".", ".")


def back(at: Sitting) -> None:
    at.keys("j", "ArrowLeft")


def along_the_track(at: Sitting) -> None:
    at.page.locator("[data-track]").click(position={"x": 120, "y": 10})


def to_the_next_episode(at: Sitting) -> None:
    at.keys("]", "l", "l", ".")


def to_the_first_episode(at: Sitting) -> None:
    at.page.locator(".eps a").first.click()
    at.ready()
    at.keys("l", "l", "l")


def after_looking_at_an_old_row(at: Sitting) -> None:
    row = at.page.locator("[data-row]").first
    if row.locator("details").evaluate("details => details.open"):
        row.locator("summary").click()  # only a row that opens leads to its frame
    row.locator("summary").click()
    at.keys("p")
    at.page.wait_for_timeout(200)
    at.keys("k", "l", ".")


def while_it_plays(at: Sitting) -> None:
    at.keys("k")
    at.page.wait_for_timeout(300)


def after_points_were_set_and_cleared(at: Sitting) -> None:
    at.keys("i", "l", "o", "Escape", "l")


# ---- what happens between two ----


def nothing(at: Sitting) -> None:
    at.keys("Escape")


def enter_in_a_line(at: Sitting) -> None:
    at.page.locator("[data-row] [name=basis]").last.fill("令16号第二十五条第六项")
    at.keys("Enter")
    at.page.locator("[data-row] [name=demand_text]").last.fill("删去近景")
    at.keys("Enter", "Enter", "Escape")


def elsewhere_and_back(at: Sitting) -> None:
    at.saved()
    at.page.get_by_role("link", name="概要与回避").click()
    at.page.get_by_text("内容概要").first.wait_for()
    at.page.go_back()
    at.ready()


def reload(at: Sitting) -> None:
    at.saved()
    at.page.reload()
    at.ready()


def a_second_window(at: Sitting) -> None:
    """The same expert, the same room: a mark there is one more, and none of this one."""
    other = at.page.context.new_page()
    other.goto(at.room)
    until(other, READY)
    other.keyboard.press("m")
    other.keyboard.type("另一个窗口")
    until(other, SENT)
    other.close()
    at.saved()
    at.marks.append((1, code(0, 1), "另一个窗口"))
    at.page.reload()
    at.ready()


def the_line_is_lost_and_comes_back(at: Sitting) -> None:
    at.page.context.set_offline(False)
    at.saved()


STEPS: list[tuple[Callable[[Sitting], None], Callable[[Sitting], None], Callable[[Sitting], None]]] = [
    (onward, by_key, enter_in_a_line),
    (after_looking_at_an_old_row, by_mouse, a_second_window),
    (to_the_next_episode, by_touch, the_line_is_lost_and_comes_back),
    (back, by_key_while_writing, reload),
    (while_it_plays, by_key, nothing),
    (to_the_first_episode, by_enter_on_the_button, elsewhere_and_back),
    (after_points_were_set_and_cleared, by_a_key_held_down, nothing),
    (along_the_track, by_touch_under_the_film, the_line_is_lost_and_comes_back),
    (while_it_plays, by_mouse, a_second_window),
    (onward, by_key, enter_in_a_line),
]
"""Where the player goes, how it is marked, and what happens before the next."""


def test_one_mark_after_another_each_at_the_frame_where_the_player_stood(app, browser, address, filmed):
    at = Sitting(app, browser, address, filmed)
    for n, (go, mark, then) in enumerate(STEPS[:TIMES], 1):
        at.keys("Escape")
        go(at)
        if then is the_line_is_lost_and_comes_back:
            at.page.context.set_offline(True)
        stood, at.stood = at.now, None
        mark(at)
        at.page.keyboard.type(words := TYPED.format(n=n))
        stood = at.now if go is while_it_plays else at.stood or stood
        found, number = at.last(), len(at.marks) + 1
        assert found == {
            "episode": stood[0], "place": stood[1], "end": "", "said": words, "open": [number], "focus": True, "standing": True,
        }, f"第 {n} 次：{mark.__name__}"  # fmt: skip
        assert at.now == stood
        at.marks.append((*stood, words))
        then(at)
    at.saved()
    assert at.kept() == at.marks
    at.close()


# ---- ten answers on the score sheet ----


def score_reload(at: Sitting) -> None:
    at.saved()
    at.page.reload()


def score_elsewhere_and_back(at: Sitting) -> None:
    at.saved()
    at.page.get_by_role("link", name="概要与回避").click()
    at.page.get_by_text("内容概要").first.wait_for()
    at.page.go_back()


def score_second_window(at: Sitting) -> None:
    """Another line is answered in another window; this one's answers stand."""
    other = at.page.context.new_page()
    other.goto(f"{at.room}#overall")
    other.get_by_role("textbox", name="总评").fill("另一个窗口写的总评")
    until(other, SENT)
    other.close()


def score_line_comes_back(at: Sitting) -> None:
    at.page.context.set_offline(False)
    at.saved()


BETWEEN: list[Callable[[Sitting], None]] = [
    lambda at: at.keys("Enter", "Enter"), score_second_window, score_line_comes_back, score_reload,
    lambda at: at.keys("Escape"), score_elsewhere_and_back, score_line_comes_back, lambda at: at.keys("Enter"),
    score_second_window, score_reload,
]  # fmt: skip


def test_one_answer_after_another_on_the_score_sheet_none_is_dropped(app, browser, address, filmed):
    at, answers = Sitting(app, browser, address, filmed), {}
    at.enter("#scores")
    lines = [form.get_attribute("id") for form in at.page.locator(".score").all()]
    lines.sort(key=lambda line: line.count("-"))  # those with a number first: Enter is pressed in them
    for n, (line, then) in enumerate(zip(lines, BETWEEN[:TIMES], strict=False), 1):
        if then is score_line_comes_back:
            at.page.context.set_offline(True)
        form, words = at.page.locator(f"#{line}"), f"第{n}项的理由，mjk"
        number = form.locator("input.inp-n")
        if number.count():
            number.click()
            at.page.keyboard.type(str(70 + n))
            at.keys("Enter")
            assert form.locator("[name=reason]").evaluate("field => field === document.activeElement")
        else:
            form.get_by_text("合格", exact=True).click()
            at.keys("Enter")
            form.locator("[name=reason]").click()
        at.page.keyboard.type(words)
        answers[line] = (70 + n if number.count() else 1, words)
        then(at)
        assert at.page.url == f"{at.room}#scores"
    at.saved()
    db.session.rollback()
    kept = {
        f"score-{row.dimension.replace('.', '-')}": (row.score, row.reason.rstrip())
        for row in db.session.query(OpinionScore)
    }
    assert kept == answers
    assert db.session.query(OpinionRow).count() == 0
    at.close()
