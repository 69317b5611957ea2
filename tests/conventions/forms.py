"""The forms of the pages, as a browser without script reads them: where they lead, and what their fields hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

from .bank import ROLES
from .matrix import LINES, Line
from .stage import Stage


@dataclass
class Input:
    """One control."""

    name: str
    kind: str
    value: str = ""
    options: list[str] = field(default_factory=list)
    required: bool = False


@dataclass
class Form:
    """One form that posts, with the role that met it and the page it stood on."""

    action: str
    role: str
    page: str
    inputs: list[Input] = field(default_factory=list)
    keeps: bool = False
    """Whether it saves itself while it is written."""
    plain: bool = False
    """Whether it is there only where there is no script."""
    gate: bool = False
    """Whether its page is one a person passes on the way in, where leaving asks no question."""

    def filling(self) -> dict[str, str]:
        """What a browser would send if nothing were touched."""
        return {
            i.name: i.value for i in self.inputs if i.name and i.kind not in ("file", "checkbox", "radio", "submit")
        }

    @property
    def typed(self) -> list[Input]:
        """The controls a person types into or picks from."""
        return [i for i in self.inputs if i.name and i.kind not in ("file", "hidden", "submit", "button", "image")]


class _Reader(HTMLParser):
    def __init__(self, role: str, page: str) -> None:
        super().__init__()
        self.role, self.page = role, page
        self.forms: list[Form] = []
        self.by_id: dict[str, Form] = {}
        self.open: Form | None = None
        self.control: Input | None = None
        self.models = 0
        self.scriptless = 0
        self.gate = False

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        attrs = {key: value or "" for key, value in pairs}
        if tag == "template":  # what a script makes forms of is none yet
            self.models += 1
        elif self.models:
            return
        elif tag == "noscript":
            self.scriptless += 1
        elif tag == "body":
            self.gate = "p-gate" in attrs.get("class", "").split()
        elif tag == "form":
            if attrs.get("method", "").lower() == "post":
                action = urlsplit(attrs.get("action") or self.page).path
                self.open = Form(
                    action,
                    self.role,
                    self.page,
                    keeps="data-autosave" in attrs,
                    plain=bool(self.scriptless),
                    gate=self.gate,
                )
                self.forms.append(self.open)
                self.by_id[attrs.get("id", "")] = self.open
            else:
                self.open = None
        elif tag in ("input", "textarea", "select", "button"):
            self._control(tag, attrs)
        elif tag == "option" and self.control is not None:
            self.control.options.append(attrs.get("value", ""))
            if "selected" in attrs:
                self.control.value = attrs.get("value", "")

    def _control(self, tag: str, attrs: dict[str, str]) -> None:
        form = self.by_id.get(attrs["form"]) if "form" in attrs else self.open
        kind = attrs.get("type", "submit" if tag == "button" else tag)
        self.control = Input(attrs.get("name", ""), kind, attrs.get("value", ""), required="required" in attrs)
        if form is not None and "disabled" not in attrs:
            form.inputs.append(self.control)

    def handle_data(self, data: str) -> None:
        if self.control is not None and self.control.kind == "textarea":
            self.control.value += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "template":
            self.models -= 1
        if tag == "noscript":
            self.scriptless -= 1
        if tag == "form":
            self.open = None
        if tag in ("textarea", "select"):
            self.control = None


def forms_in(text: str, role: str, page: str) -> list[Form]:
    """The posting forms of one page."""
    reader = _Reader(role, page)
    reader.feed(text)
    return reader.forms


def every_form(stage: Stage, lines: Sequence[Line] = LINES) -> list[Form]:
    """One form for each route and set of fields, met by the first role that reaches the page it stands on, among the pages
    of these lines.
    """
    found: dict[tuple[str, frozenset[str]], Form] = {}
    adapter = stage.app.url_map.bind("127.0.0.1")
    for line in lines:
        if line.method != "GET" or not line.opens:
            continue
        for role in line.opens:
            response = stage.client(role).get(stage.path(line.path))
            if response.mimetype != "text/html" or response.status_code != 200:
                continue
            for form in forms_in(response.get_data(as_text=True), role, stage.path(line.path)):
                rule, _ = adapter.match(form.action, "POST", return_rule=True)
                found.setdefault((rule.rule, frozenset(i.name for i in form.inputs)), form)
    return list(found.values())


__all__ = ["ROLES", "Form", "Input", "every_form", "forms_in"]
