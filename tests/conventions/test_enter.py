"""What Enter does: in a field of one line it presses the first button of the form, whatever that button does.

So every form on every page is read as a browser reads it, with script and without (where what stands in <noscript>
counts): Enter never destroys, and where there are several buttons it presses the one that only saves.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest

from .matrix import LINES

FULL = bool(os.environ.get("SEEDBANK_FULL"))
ONE_LINE = (
    "text",
    "search",
    "url",
    "tel",
    "email",
    "password",
    "date",
    "month",
    "week",
    "time",
    "datetime-local",
    "number",
)
HARMLESS = re.compile(r"^(保存|存|查|检索|筛选|按选)")
"""Words of a button that keeps or finds, and does no more."""
DESTROYS = re.compile(r"删|去掉|移出|移除|撤|作废|不予|不同意|退回|解除|调出|清空|谢绝|停用|重新备案")


@dataclass
class Button:
    """A button that sends its form."""

    text: str
    elsewhere: bool
    """Whether it sends the form to another address than the form's own."""


@dataclass
class Form:
    """A form with the buttons that send it, in the order of the page."""

    action: str
    fields: list[str] = field(default_factory=list)
    """Names of the fields of one line: those in which Enter is pressed."""
    choices: bool = False
    """Whether it holds boxes or radio buttons: without script Enter sends the form from there too."""
    buttons: list[Button] = field(default_factory=list)

    def fault(self) -> str | None:
        """What is wrong with Enter in this form, and how to mend it."""
        if not self.fields and not (self.choices and self.buttons):
            return None
        if not self.buttons:
            return "没有提交按钮：回车会原样提交并重开页面。加一个保存按钮"
        first = self.buttons[0]
        if DESTROYS.search(first.text):
            return f"回车按下的是“{first.text}”。把保存放在前面（macros/forms.html: enter_saves）"
        if not self.fields:
            return None
        if len(self.buttons) > 1 and not HARMLESS.match(first.text):
            return f"有几个按钮，回车按下的是“{first.text}”。把保存放在前面（macros/forms.html: enter_saves）"
        if first.elsewhere and not HARMLESS.match(first.text):
            return f"回车按下的“{first.text}”另有去处（formaction）。把保存放在前面"
        return None


class Reader(HTMLParser):
    """The forms of a page. With `script` what stands in <noscript> is not there."""

    def __init__(self, text: str, script: bool) -> None:
        super().__init__()
        self.script, self.silent = script, 0
        self.forms: list[Form] = []
        self.by_id: dict[str, Form] = {}
        self.open: Form | None = None
        self.button: Button | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        attrs = {key: value or "" for key, value in pairs}
        self.silent += tag == "noscript" and self.script
        if self.silent:
            return
        if tag == "form":
            self.open = Form(attrs.get("action", ""))
            self.forms.append(self.open)
            self.by_id[attrs.get("id", "")] = self.open
        form = self.by_id.get(attrs["form"]) if "form" in attrs else self.open
        if form is not None and tag in ("input", "button"):
            self._control(form, attrs.get("type", "submit" if tag == "button" else "text"), attrs)

    def _control(self, form: Form, kind: str, attrs: dict[str, str]) -> None:
        if kind in ("submit", "image"):
            self.button = Button(attrs.get("value", "") if "type" in attrs else "", "formaction" in attrs)
            form.buttons.append(self.button)
        elif kind in ONE_LINE:
            form.fields.append(attrs.get("name", ""))
        elif kind in ("radio", "checkbox"):
            form.choices = True

    def handle_data(self, data: str) -> None:
        if self.button is not None:
            self.button.text += data.strip()

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag == "noscript" and self.script
        if tag == "form":
            self.open = None
        if tag == "button":
            self.button = None


def forms_in(text: str, script: bool = True) -> list[Form]:
    """The forms of a page, as a browser with script or without has them."""
    return Reader(text, script).forms


@pytest.mark.parametrize(
    ("page", "fault"),
    [
        ("<form><input name=q><button>检索</button></form>", False),
        ("<form><textarea name=a></textarea><button>撤回</button></form>", False),
        (
            "<form><input name=a><noscript><button>保存</button></noscript><button formaction=/drop>删去</button></form>",
            True,
        ),
        ("<form><input name=score></form>", True),
        ("<form><input name=a><button name=remove value=1>去掉</button><button>保存</button></form>", True),
        (
            "<form><input type=date name=a><button>呈处长审签</button><button formaction=/draft>存草稿</button></form>",
            True,
        ),
        ("<form id=f><input name=a></form><button form=f>保存</button><button form=f>提交</button>", False),
        ("<form><input name=a><button type=button>删去</button><button>提交</button></form>", False),
    ],
)
def test_the_walk_knows_a_dangerous_enter(page, fault):
    assert [bool(form.fault()) for form in forms_in(page)] == [fault]


def test_enter_never_destroys_and_saves_where_there_is_a_choice(stage):
    found = {}
    for line in LINES:
        if line.method != "GET":
            continue
        for role in line.opens if FULL else line.opens[:1]:
            answer = stage.client(role).get(stage.path(line.path))
            if answer.mimetype != "text/html" or answer.status_code != 200:
                continue
            for script in (True, False):
                for form in forms_in(answer.get_data(as_text=True), script):
                    if fault := form.fault():
                        how = "" if script else "（没有脚本时）"
                        found.setdefault((form.action, fault), f"{line.path}（{role}）{how}{form.action}：{fault}")
    assert not found, "\n".join(found.values())
