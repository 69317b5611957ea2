"""What every page must hold, checked on each page a test opens; a breach says how to mend it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from flask import g
from flask.testing import FlaskClient


class Page(HTMLParser):
    """The few facts of a page the lint needs."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.headings: list[str] = []
        self.title = ""
        self.labels: set[str] = set()
        self.fields: list[tuple[str, dict[str, str]]] = []
        self.faults: list[str] = []
        self.open: list[str] = []
        self._label_depth = 0
        self.feed(text)

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        attrs = {key: value or "" for key, value in pairs}
        self._note(tag, attrs)
        if tag == "label":
            self._label_depth += 1
            self.labels.add(attrs.get("for", ""))
        if tag in ("h1", "title"):
            self.open.append(tag)
            if tag == "h1":
                self.headings.append("")
        hidden = attrs.get("type") in ("hidden", "submit", "button")
        if tag in ("input", "select", "textarea") and not hidden:
            self.fields.append((tag, {**attrs, "in_label": str(bool(self._label_depth))}))

    def _note(self, tag: str, attrs: dict[str, str]) -> None:
        if "id" in attrs:
            self.ids.append(attrs["id"])
        if "style" in attrs or any(key.startswith("on") for key in attrs):
            self.faults.append(f"<{tag}> 有行内样式或脚本，移到 static/ 里。")
        if tag == "script" and "src" not in attrs and attrs.get("type") != "application/json":
            self.faults.append("页面里有行内脚本，移到 static/js/。")
        if tag == "style":
            self.faults.append("页面里有 <style>，移到 static/css/。")
        if tag == "img" and "alt" not in attrs:
            self.faults.append("<img> 没有 alt。")

    def handle_endtag(self, tag: str) -> None:
        if tag == "label":
            self._label_depth -= 1
        if self.open and self.open[-1] == tag:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "title":
            self.title += data
        elif self.open:
            self.headings[-1] += data


def breaches(text: str) -> list[str]:
    """Every breach of a page at once, each with its mending."""
    page = Page(text)
    found = list(page.faults)
    if len(page.headings) != 1:
        found.append(f"页面要有一个 h1，现在 {len(page.headings)} 个。")
    elif not _plain(page.title).removeprefix("有错误：").removeprefix("Error:").startswith(_plain(page.headings[0])):
        found.append(f"<title>“{page.title.strip()}”应以 h1“{page.headings[0].strip()}”开头。")
    twice = {name for name in page.ids if page.ids.count(name) > 1}
    if twice:
        found.append(f"id 重复：{sorted(twice)}")
    for tag, attrs in page.fields:
        named = attrs.get("id") in page.labels or attrs["in_label"] == "True"
        if not named and not attrs.get("aria-label") and not attrs.get("aria-labelledby"):
            found.append(f"<{tag} name={attrs.get('name')}> 没有标签，加 <label for> 或 aria-label。")
    if re.search(r"Undefined|&lt;built-in|object at 0x|lazy_gettext", text):
        found.append("页面里露出了程序的内部值。")
    return found


def unsaid(text: str) -> list[str]:
    """What a refused page lacks: the summary at its head, with links to what is to be mended, and the word in its title."""
    page, found = Page(text), []
    if not page.title.strip().startswith(("有错误：", "Error: ")):
        found.append("退回的页面标题要以“有错误：”开头。")
    summary = re.search(r'<section class="errs" role="alert"[^>]*data-problems.*?</section>', text, re.DOTALL)
    if summary is None:
        return [*found, "退回的页面顶上没有“有 n 处要改”，用 problems(form)、errors(f) 或 note_problem。"]
    if "<li>" not in summary[0]:
        found.append("“有 n 处要改”下面一条也没有。")
    aims = re.findall(r'href="#([^"]+)"', summary[0])
    found += [f"“有 n 处要改”指向 #{aim}，页面上没有。" for aim in aims if aim not in page.ids]
    above = text[: summary.start()]
    if "<form" in above.partition("<main")[2]:
        found.append("“有 n 处要改”要在页面最前面。")
    for sentence in re.findall(r'<p class="err" id="([^"]+)-error"(?![^>]*hidden)', text):
        if not {sentence, f"{sentence}-error"} & set(aims):
            found.append(f"#{sentence} 旁边写了错，顶上没有提到。")
    return found


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", text)


class RefusalClient(FlaskClient):
    """A test client that looks at each refused page it is given."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        response = super().open(*args, **kwargs)
        if response.mimetype == "text/html" and response.status_code == 422:
            found = unsaid(response.get_data(as_text=True))
            assert not found, f"{response.request.path}:\n" + "\n".join(found)
        return response


class LintingClient(FlaskClient):
    """A test client that lints each HTML page it is given."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        for name in list(g):  # the test's own context stays open, what a request remembered must not
            g.pop(name)
        response = super().open(*args, **kwargs)
        if response.mimetype == "text/html" and response.status_code not in (301, 302, 303, 308) and response.data:
            text = response.get_data(as_text=True)
            found = breaches(text) + (unsaid(text) if response.status_code == 422 else [])
            assert not found, f"{response.request.path}:\n" + "\n".join(found)
        return response
