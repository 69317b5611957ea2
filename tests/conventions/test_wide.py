"""No page is wider than the window, whatever is open and however long the words: from a small phone to a desk.

Every fold is opened at once, names and titles are as long as the rules let them be, and forms come back refused. The normal
run looks at some pages at three widths, in one language or the other, SEEDBANK_FULL=1 at all of them at seven in both.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator
from functools import partial

import pytest
from playwright.sync_api import Page, Route
from werkzeug.serving import make_server

from audiovisual.kernel.model import db

from .forms import every_form
from .matrix import LINES
from .stage import Stage

FULL = bool(os.environ.get("SEEDBANK_FULL"))
WIDTHS = (320, 390, 768, 1024, 1200, 1280, 1440) if FULL else (320, 768, 1200)
LONG = (
    "UPDATE project SET title = substr(title || '{wide}', 1, 60)",
    "UPDATE house SET name = substr(name || '{wide}', 1, 60), short_name = substr(short_name || '{wide}', 1, 20)",
    "UPDATE \"user\" SET name = substr(name || '{wide}', 1, 40)",
    "UPDATE project SET investment_yuan = 9999999999 WHERE investment_yuan IS NOT NULL",
)
"""Names without a place to break, of the widest letter, and a sum of ten digits."""
OPENED = (
    "() => document.querySelectorAll('details').forEach((one) => { one.removeAttribute('name'); one.open = true; })"
)
WIDER = r"""() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width + 1) return "";
  const moves = (one) => getComputedStyle(one).overflowX !== "visible";
  for (const one of document.body.querySelectorAll("*")) {
    if (one.getBoundingClientRect().right <= width + 1 || !one.getClientRects().length) continue;
    let above = one.parentElement;
    while (above !== document.body && !moves(above)) above = above.parentElement;
    if (above === document.body) return `${one.tagName.toLowerCase()}.${one.className} ${one.textContent.trim().replace(/\s+/g, " ").slice(0, 40)}`;
  }
  return "page";
}"""
"""What stands out of the window, where nothing around it scrolls by itself."""


@pytest.fixture(scope="module")
def address(stage: Stage) -> Iterator[str]:
    """The bank with long names, served on a free port of this machine."""
    with stage.app.app_context(), db.engine.begin() as connection:
        for statement in LONG:
            connection.execute(db.text(statement.format(wide="W" * 60)))
    server = make_server("127.0.0.1", 0, stage.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    stage.restore()


def _logged_in(stage: Stage, browser, address: str, role: str) -> Page:
    """A page of somebody's browser."""
    context = browser.new_context()
    if role != "visitor":
        serializer = stage.app.session_interface.get_signing_serializer(stage.app)
        value = serializer.dumps({"_user_id": stage.bank.tokens[role], "_fresh": True})
        context.add_cookies([{"name": "seedbank", "value": value, "url": address}])
    return context.new_page()


def _too_wide(page: Page) -> Iterator[str]:
    page.evaluate(OPENED)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if found := page.evaluate(WIDER):
            yield f"{width} px：{found}"


def _pages(language: str) -> dict[str, list[str]]:
    """Paths by the person who opens them, one page of each kind; in the normal run other ones in each language."""
    kinds = {re.sub(r"{\w+}", "", line.path): line for line in reversed(LINES) if line.method == "GET" and line.opens}
    found: dict[str, list[str]] = {}
    for line in list(kinds.values()) if FULL else list(kinds.values())[7 * (language == "en") :: 14]:
        found.setdefault(line.opens[0], []).append(line.path)
    return found


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_page_is_wider_than_the_window_with_everything_open(stage, address, browser, language):
    with stage.app.app_context(), db.engine.begin() as connection:
        connection.execute(db.text('UPDATE "user" SET locale = :language'), {"language": language})
    found, looked_at = [], 0
    for role, paths in _pages(language).items():
        page = _logged_in(stage, browser, address, role)
        for path in paths:
            head = stage.client(role).get(stage.path(path))
            if head.mimetype != "text/html" or head.status_code != 200:
                continue
            page.goto(address + stage.path(path), wait_until="load")
            found += [f"{path}（{role}）{each}" for each in _too_wide(page)]
            looked_at += 1
        page.context.close()
    assert not found, "\n".join(found)
    assert looked_at > 5


ON_MORE_LINES = """() => [...document.querySelectorAll(".tel, .people code")]
  .filter((one) => one.getClientRects().length !== 1).map((one) => one.textContent.trim())"""


def test_telephone_numbers_and_log_in_names_stay_on_one_line_on_a_tablet(stage, address, browser):
    page = _logged_in(stage, browser, address, "admin")
    page.set_viewport_size({"width": 820, "height": 900})
    found = {}
    for path in ("/people", "/houses", stage.path("/houses/{house}")):
        page.goto(address + path, wait_until="load")
        assert page.locator(".tel, .people code").count() > 0
        found[path] = page.evaluate(ON_MORE_LINES)
    page.context.close()
    assert found == {path: [] for path in found}


BROKEN_WORDS = r"""() => {
  const words = (one) => one.matches(".btn") ? /[A-Za-z]+|[\u4e00-\u9fff]+/g : /[A-Za-z]+|\d+%/g;
  const broken = new Set();
  for (const one of document.querySelectorAll(".t.cards :is(thead th, .num, .whole, .btn)")) {
    const walk = document.createTreeWalker(one, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      for (const found of walk.currentNode.data.matchAll(words(one))) {
        const range = document.createRange();
        range.setStart(walk.currentNode, found.index);
        range.setEnd(walk.currentNode, found.index + found[0].length);
        if (range.getClientRects().length > 1 && one.offsetWidth > 1) broken.add(found[0]);
      }
    }
  }
  return [...broken];
}"""
"""Words on two lines, in what a list says in words of the product's own: headings, figures, buttons, roles, cities."""


@pytest.mark.parametrize("language", ["zh", "en"])
def test_headings_figures_and_buttons_of_a_list_stay_whole_on_a_tablet(stage, address, browser, language):
    with stage.app.app_context(), db.engine.begin() as connection:
        connection.execute(db.text('UPDATE "user" SET locale = :language'), {"language": language})
    found = {}
    pages = (("admin", "/people"), ("admin", "/houses"), ("house", stage.path("/projects/{in_production}/records")))
    for role, path in pages:
        page = _logged_in(stage, browser, address, role)
        page.set_viewport_size({"width": 820, "height": 900})
        page.goto(address + path, wait_until="load")
        assert page.locator(".t.cards :is(thead th, .num, .whole, .btn)").count() > 5
        found[path] = page.evaluate(BROKEN_WORDS)
        page.context.close()
    assert found == {path: [] for path in found}


@pytest.mark.slow
def test_no_refused_form_is_wider_than_the_window(stage, address, browser):
    found, kinds, refused = [], set(), 0
    pages: dict[str, Page] = {}
    for form in every_form(stage, LINES if FULL else LINES[::4]):
        kind = re.sub(r"\d+", "N", form.action)
        if kind in kinds:
            continue
        kinds.add(kind)
        response = stage.client(form.role).post(form.action, data={each.name: "" for each in form.typed})
        if response.status_code != 422 or response.mimetype != "text/html":
            continue
        refused += 1
        if form.role not in pages:
            pages[form.role] = _logged_in(stage, browser, address, form.role)
        page, text = pages[form.role], response.get_data(as_text=True)
        page.route("**/refused", partial(Route.fulfill, body=text, content_type="text/html; charset=utf-8"))
        page.goto(f"{address}/refused", wait_until="load")
        found += [f"{form.action}（{form.role}）{each}" for each in _too_wide(page)]
        page.unroute("**/refused")
    for page in pages.values():
        page.context.close()
    assert not found, "\n".join(found)
    assert refused > 1
