"""Every page in a real browser at 1440 and 390 px: axe-core finds nothing, nothing scrolls sideways, targets are large.

The normal run opens every fifth page, as its main role and at one of the widths by turns, and of a page that shows a title
in its states one; SEEDBANK_FULL=1 opens every page as everybody who may, at both. What two people are shown alike, letter for
letter, is looked at once; the frame around it once for each of them.
"""

from __future__ import annotations

import hashlib
import os
import re
import threading
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from werkzeug.serving import make_server

from .matrix import LINES

FULL = bool(os.environ.get("SEEDBANK_FULL"))
WIDTHS = (1440, 390)
CHROMIUM = os.environ.get("SEEDBANK_CHROMIUM", "/usr/bin/chromium")
SMALL_TARGETS = """() => {
  const shown = e => { const s = getComputedStyle(e); return s.visibility !== 'hidden' && s.display !== 'none' && e.getClientRects().length }
  const targets = [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')]
    .filter(shown).filter(e => !e.closest('.visually-hidden, .skip'))
    .map(e => ({e, r: (e.closest('label') || (e.labels && [...e.labels].find(l => l.contains(e))) || e).getBoundingClientRect()}))
    .filter(({r}) => r.width > 1 && r.height > 1)
  const near = (x, y, r) => Math.hypot(Math.max(r.left - x, 0, x - r.right), Math.max(r.top - y, 0, y - r.bottom)) < 12
  return targets.filter(({e, r}) => (r.width < 24 || r.height < 24) && !(e.tagName === 'A' && getComputedStyle(e).display === 'inline' && e.closest('p, li, dd, td')))
    .filter(({e, r}) => { const x = (r.left + r.right) / 2, y = (r.top + r.bottom) / 2
      return targets.some(o => o.e !== e && !o.e.contains(e) && !e.contains(o.e) && near(x, y, o.r)) })
    .map(({e, r}) => [e.outerHTML.slice(0, 90), r.width, r.height]) }"""
"""Targets under 24 px whose circle of 24 px meets another target (WCAG 2.5.8 with its exceptions: spacing, inline)."""
BARE_PLACEHOLDERS = """() => [...document.querySelectorAll('input[placeholder], textarea[placeholder]')]
  .filter(e => !(e.labels && [...e.labels].some(l => l.textContent.trim())) && !e.getAttribute('aria-label') && !e.getAttribute('aria-labelledby'))
  .map(e => e.outerHTML.slice(0, 90))"""


@pytest.fixture(scope="module")
def address(stage) -> Iterator[str]:
    """The bank, served on a free port of this machine."""
    server = make_server("127.0.0.1", 0, stage.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    stage.restore()


def _cookie(stage, role: str) -> str:
    serializer = stage.app.session_interface.get_signing_serializer(stage.app)
    return serializer.dumps({"_user_id": stage.bank.tokens[role], "_fresh": True})


def _asked() -> dict[str, list[str]]:
    """Paths by role."""
    found: dict[str, list[str]] = {}
    lines = [line for line in LINES if line.method == "GET" and line.opens]
    kinds = {re.sub(r"{\w+}", "", line.path): line for line in reversed(lines)}
    for line in lines if FULL else list(kinds.values())[::5]:
        for role in line.opens if FULL else line.opens[:1]:
            found.setdefault(role, []).append(line.path)
    return found


@pytest.fixture(scope="module")
def first(tmp_path_factory) -> Callable[[str], bool]:
    """Whether a page's main part, with all that follows it, is seen for the first time in this run, by whichever process."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "looked-at"
    folder.mkdir(exist_ok=True)

    def ask(text: str) -> bool:
        main = re.sub(r'name="csrf_token" value="[^"]*"|nonce="[^"]*"', "", text.partition("<main")[2])
        try:
            (folder / hashlib.sha256(main.encode()).hexdigest()).touch(exist_ok=False)
        except FileExistsError:
            return False
        return True

    return ask


@pytest.mark.parametrize("role", sorted(_asked()))
def test_no_page_breaks_a_rule_of_access(stage, address, browser, first, role):
    context = browser.new_context()
    if role != "visitor":
        context.add_cookies([{"name": "seedbank", "value": _cookie(stage, role), "url": address}])
    page, found = context.new_page(), []
    for number, path in enumerate(_asked()[role]):
        head = stage.client(role).get(stage.path(path))
        if head.mimetype != "text/html" or head.status_code != 200 or not (first(head.text) or number == 0):
            continue
        page.set_viewport_size({"width": WIDTHS[0], "height": 900})
        page.goto(address + stage.path(path), wait_until="load")
        for width in WIDTHS if FULL else WIDTHS[number % 2 :][:1]:
            page.set_viewport_size({"width": width, "height": 900})
            found += [f"{path}（{role}，{width} px）：{breach}" for breach in _breaches(page, width)]
    context.close()
    assert not found, "\n".join(found)


def _breaches(page: Page, width: int) -> Iterator[str]:
    for violation in Axe().run(page).response["violations"]:
        yield f"{violation['id']}: {violation['help']}: {violation['nodes'][0]['html'][:140]}"
    wide = page.evaluate("document.scrollingElement.scrollWidth")
    if wide > width:
        yield f"页面宽 {wide} px，要横向滚动"
    for html, w, h in page.evaluate(SMALL_TARGETS):
        yield f"点按目标太小（{w:.0f}×{h:.0f}）：{html}"
    for html in page.evaluate(BARE_PLACEHOLDERS):
        yield f"占位文字不能代替标签：{html}"
