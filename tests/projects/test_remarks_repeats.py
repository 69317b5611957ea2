"""Questions and answers one after the other in one sitting, in Chromium: ten, in the full run (SEEDBANK_FULL=1),
with something in between each time. Each is said once, each answer settles its own question, the house
reads it, and nothing of the last one stands in the next form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import cycle, islice
from typing import Any

import pytest

from audiovisual.kernel.events import Event
from audiovisual.kernel.model import db
from audiovisual.projects.models import Question
from tests import factories as make
from tests.windows import opened, served

pytest.importorskip("playwright.sync_api")
TIMES = 10


def enter(page: Any, at: str) -> None:
    """Enter begins a line, and sends nothing."""
    before = page.url
    page.locator("#text").press("Enter")
    page.locator("#text").press_sequentially("第二行")
    assert page.url == before and "\n第二行" in page.input_value("#text")


def escape(page: Any, at: str) -> None:
    page.locator("#text").press("Escape")


def reload(page: Any, at: str) -> None:
    page.reload()


def back(page: Any, at: str) -> None:
    """To the title and back by the browser's own buttons."""
    page.goto(at.removesuffix("/remarks/new"))
    page.go_back()
    page.locator("#text").wait_for()


def second_window(page: Any, at: str) -> None:
    """The same form stands open in another window, and is closed again."""
    other = page.context.new_page()
    other.goto(at)
    other.locator("#text").wait_for()
    other.close()


BETWEEN: tuple[Callable[[Any, str], None], ...] = (enter, reload, second_window, escape, back)


@pytest.fixture
def address(app: Any) -> Iterator[str]:
    """The application served on a free port."""
    with served(app) as at:
        yield at


def say(page: Any, at: str, words: str, between: Callable[[Any, str], None], button: str) -> str:
    """Write words into the form that is opened anew, with something in between, and send them; gives what was sent."""
    page.goto(at)
    assert page.input_value("#text") == "", "nothing of the last one stands in the next form"
    between(page, at)
    page.fill("#text", words)
    sent = str(page.input_value("#text"))
    page.get_by_role("button", name=button, exact=True).click()
    page.wait_for_url("**/timeline")
    return sent


@pytest.mark.slow
def test_every_question_is_answered_once_however_often_and_whatever_is_pressed(
    app: Any, browser: Any, address: str
) -> None:
    house, officer = make.producer(), make.user("officer")
    title = make.project("accepted", by=house, officer=officer).id
    at = f"{address}/projects/{title}/remarks/new"
    asking, answering = (opened(browser, app, address, person) for person in (house, officer))
    for n, between in enumerate(islice(cycle(BETWEEN), TIMES), 1):
        say(asking, at, f"第 {n} 问：授权书原件寄到哪里？", between, "留言")
        answering.goto(f"{address}/")
        assert answering.get_by_text(f"第 {n} 问").first.is_visible(), "it lies on the officer's desk"
        answering.goto(at)
        assert answering.get_by_label("制作机构也能看到").is_checked(), "an answer goes where the question came from"
        say(answering, at, f"第 {n} 答：寄到承办处室。", between, "答复")
        db.session.rollback()
        asked = db.session.query(Question).order_by(Question.id).all()
        assert [(each.answered, each.settled_at is None) for each in asked] == [(True, False)] * n
        said = db.session.query(Event).filter_by(trigger="remark").order_by(Event.id).all()
        assert [bool(each.public_text) for each in said] == [True] * 2 * n
        asking.goto(f"{address}/projects/{title}/timeline")
        assert asking.get_by_text(f"答复：第 {n} 答：寄到承办处室。").is_visible()
    answering.goto(f"{address}/")
    assert answering.get_by_text("制作机构的提问").count() == 0
    for page in (asking, answering):
        page.context.close()
