"""Every page × everybody who may open it: the lint of `tests.lint`, in both languages; no Chinese in English pages.

The normal run opens each page as its main reader, SEEDBANK_FULL=1 as everybody.
"""

from __future__ import annotations

import os
import re
from html.parser import HTMLParser

import pytest

from audiovisual.kernel.model import db
from tests.lint import breaches

from .matrix import LINES

FULL = bool(os.environ.get("SEEDBANK_FULL"))
CJK = re.compile(r"[\u3400-\u9fff]+")
OWN = ("中文", "简体中文", "标题", "名称", "人名", "姓名", "请领取通知", "请到窗口领取")
"""Words that stay Chinese on an English page: the switch to Chinese, other names of search's keys, the test's own message."""
NORM = re.compile("(号|通则|细则)第.*")
"""A place in a norm, as it is cited: 令16号第二十五条第一项."""


def _pages(stage, everybody: bool = True):
    for line in LINES:
        if line.method == "GET":
            for role in line.opens if everybody else line.opens[:1]:
                yield role, stage.path(line.path)


def _html(stage, role: str, path: str, locale: str = "zh") -> str | None:
    client = stage.client(role)
    with client.session_transaction() as cookie:
        cookie["locale"] = locale  # what a visitor chose; who is logged in has his own
    response = client.get(path)
    if response.mimetype != "text/html" or response.status_code >= 400 or 300 <= response.status_code < 400:
        return None
    return response.get_data(as_text=True)


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_every_page_passes_the_lint(stage, locale):
    found = []
    if locale == "en":
        _everybody_reads_english(stage)
    for role, path in _pages(stage, FULL):
        text = _html(stage, role, path, locale)
        found += [f"{path}（{role}）：{breach}" for breach in (breaches(text) if text else ())]
    stage.restore()
    assert not found, "\n".join(found)


def _everybody_reads_english(stage) -> None:
    with stage.app.app_context(), db.engine.begin() as connection:
        connection.execute(db.text("UPDATE \"user\" SET locale = 'en'"))


class _Words(HTMLParser):
    """What a reader of the page sees or hears."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.silent = 0
        self.feed(text)

    def handle_starttag(self, tag, pairs):
        self.silent += tag in ("script", "style")
        self.words += [value for key, value in pairs if key in ("aria-label", "placeholder", "title", "alt") and value]

    def handle_endtag(self, tag):
        self.silent -= tag in ("script", "style")

    def handle_data(self, data):
        if not self.silent:
            self.words.append(data)


def _people_wrote(stage) -> str:
    """All text people gave, and the norms; what the program says of itself is left out."""
    from audiovisual.kernel.model import Base

    left_out = {
        ("event", "text"), ("event", "public_text"), ("message", "subject"), ("message", "body"), ("search_document", "state"),
    }  # fmt: skip
    with stage.app.app_context(), db.engine.connect() as connection:
        told = []
        for table in Base.metadata.sorted_tables:
            columns = [c for c in table.columns if (table.name, c.name) not in left_out]
            for row in connection.execute(db.select(*columns)):
                told += [str(value) for value in row if isinstance(value, str | list | dict)]
    return "\n".join(told)


@pytest.mark.slow
def test_no_chinese_of_ours_is_left_on_english_pages(stage):
    """Runs of Chinese that nobody typed into the bank are words of the program that were not translated."""
    given, found = _people_wrote(stage), {}
    _everybody_reads_english(stage)
    for role, path in _pages(stage):
        text = _html(stage, role, path, "en")
        for words in _Words(text).words if text else ():
            for run in CJK.findall(words):
                if run not in given and run not in OWN and not NORM.search(run):
                    found.setdefault(run, f"{path}（{role}）")
    stage.restore()
    assert not found, "没有译成英文：\n" + "\n".join(f"{run}：{where}" for run, where in found.items())
