"""The six steps of a title's page: an English word stays on one line on a tablet."""

from __future__ import annotations

from pathlib import Path

from audiovisual.ground.catalogues import read
from workflows.project import STATIONS

CSS = Path(__file__).parents[2] / "static" / "css"
DAY = '<span class="when"><span>expected 1 Dec 2026</span></span>'
ITEM = f'<li class="now"><span class="dot"></span><b>{{label}}</b>{DAY}</li>'
BROKEN = r"""() => [...document.querySelectorAll(".steps b, .steps .when span")].flatMap((one) =>
  [...one.firstChild.data.matchAll(/\w+/g)].filter((word) => {
    const range = document.createRange();
    range.setStart(one.firstChild, word.index);
    range.setEnd(one.firstChild, word.index + word[0].length);
    return new Set([...range.getClientRects()].map((line) => Math.round(line.top))).size > 1;
  }).map((word) => word[0]))"""
WIDTHS = (520, 560, 620, 780)
WIDER = '() => { const steps = document.querySelector(".steps"); return steps.scrollWidth - steps.clientWidth; }'


def test_english_steps_are_not_broken_inside_a_word_on_a_tablet(browser):
    english = {message.id: message.string for message in read() if message.id in STATIONS}
    items = "".join(ITEM.format(label=english[label]) for label in STATIONS)
    sheets = "".join((CSS / f"{name}.css").read_text() for name in ("tokens", "parts", "title"))
    page = browser.new_page(viewport={"width": 820, "height": 400})
    page.set_content(f'<html lang="en"><style>{sheets}</style><main><ol class="steps">{items}</ol></main></html>')
    found = {}
    for width in WIDTHS:
        page.locator("main").evaluate(f"(main) => {{ main.style.width = '{width}px'; }}")
        found[width] = page.evaluate(BROKEN), page.evaluate(WIDER)
    page.close()
    assert found == dict.fromkeys(WIDTHS, ([], 0))
