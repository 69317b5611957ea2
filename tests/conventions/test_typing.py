"""Fields people type into: nothing is cut off unsaid, no handler reads what an input method has not made yet."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HEARS = re.compile(r"""addEventListener\(\s*["'](input|keydown|keyup|keypress)["']""")
ASKS = re.compile(r"isComposing|composing\(|meant\(|heard\)")

FREE = {"confirm.js", "keys.js", "session.js", "room_unsent.js"}
"""Where half a word tells as much as a whole one (a page was touched, somebody is at it), what asks for the others, and
what keeps only what `typing.js: said` gives."""


def test_no_field_cuts_off_what_is_pasted(stage):
    """A `maxlength` drops the end of a text without a word. Say the limit with `AtMost`, or `data-most` by hand."""
    templates = sorted((ROOT / "templates").rglob("*.html"))
    found = [str(path.relative_to(ROOT)) for path in templates if "maxlength" in path.read_text()]
    for path in ("/projects/{draft}/edit", "/houses/register/{registration}", "/account", "/experts/profile"):
        page = stage.client("panel" if "experts" in path else "house").get(stage.path(path)).get_data(as_text=True)
        if "maxlength" in page:
            found.append(path)
    assert not found, f"这些地方还有 maxlength：{found}"


def test_every_handler_of_keys_and_input_asks_whether_an_input_method_composes():
    """Letters of a composition are nobody's text. Use `typing.js: onTyped`, or ask `event.isComposing`."""
    found = []
    for path in sorted((ROOT / "static" / "js").glob("*.js")):
        if path.name in FREE:
            continue
        for handler in HEARS.finditer(source := path.read_text()):
            if not ASKS.search(source[handler.start() : handler.start() + 300]):
                found.append(f"{path.name}:{source[: handler.start()].count(chr(10)) + 1}")
    assert not found, f"这些处理没有问是不是正在用输入法：{found}"


def test_a_search_too_long_to_be_asked_says_what_was_looked_for(stage):
    for role, path in (
        ("officer", "/projects"),
        ("officer", "/reviews/clauses"),
        ("officer", "/houses"),
        ("admin", "/people"),
    ):
        page = stage.client(role).get(f"{path}?q={'长' * 150}").get_data(as_text=True)
        assert "查找的词最多 100 字，只按前 100 字查了。" in page, path
        assert "最多 100 字" not in stage.client(role).get(path).get_data(as_text=True)
