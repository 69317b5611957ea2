"""A page with the drafts of its reader filled into its forms: text in, text out, whatever view drew the page.

Only fields people type into or choose from are filled, and the `version` and `base` the draft was written from: where
the row has changed since, handing the form in shows both texts instead of writing over the newer one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from urllib.parse import urlsplit

from .drafts import NOT_TYPED, FormDraft

UNTOUCHED = frozenset({"hidden", "file", "submit", "button", "image", "reset", "password"})
READ_FROM = ("version", "base")
"""Hidden fields that say what the draft was written from."""


@dataclass
class Filled:
    """One form that was filled: its draft, whether the row has changed since, and texts that found no field."""

    draft: FormDraft
    changed_since: bool = False
    left_over: list[str] = field(default_factory=list)


@dataclass
class _Form:
    """A form of the page while it is read."""

    start: int
    after: int
    filled: Filled
    values: dict[str, list[str]]
    known: set[str] = field(default_factory=set)

    def next(self, name: str) -> str | None:
        """The next of the values typed under that name; None when there is none."""
        self.known.add(name)
        left = self.values.get(name)
        return left.pop(0) if left else None


def fill(page: str, path: str, drafts: list[FormDraft], note: Callable[[Filled, int], str]) -> str:
    """The page at `path` with each draft in the form that leads to its action, and before each such form what `note` says of it and its number."""
    wanted = {draft.action: draft for draft in drafts}
    reader = _Reader(page, path, wanted)
    reader.feed(page)
    reader.close()
    for number, form in enumerate(reader.done, 1):
        reader.edits.append((form.start, form.start, note(form.filled, number)))
        reader.edits.append(
            (form.after, form.after, f'<input type="hidden" name="held" value="{form.filled.draft.id}">')
        )
    return _edited(page, reader.edits)


def _edited(page: str, edits: list[tuple[int, int, str]]) -> str:
    """The text with pieces replaced, given as (from, to, by)."""
    parts, at = [], 0
    for start, end, text in sorted(edits, key=lambda edit: edit[:2]):
        parts += [page[at:start], text]
        at = end
    return "".join([*parts, page[at:]])


class _Reader(HTMLParser):
    """Reads a page once and notes what must be replaced where."""

    def __init__(self, page: str, path: str, wanted: dict[str, FormDraft]) -> None:
        super().__init__(convert_charrefs=False)
        self.page, self.path, self.wanted = page, path, wanted
        self.lines = [0]
        for line in page.split("\n"):
            self.lines.append(self.lines[-1] + len(line) + 1)
        self.edits: list[tuple[int, int, str]] = []
        self.done: list[_Form] = []
        self.form: _Form | None = None
        self.folds: list[tuple[int, bool]] = []  # details around: where the tag's name ends, whether it is open
        self.select: list[str] | None = None
        self.text: tuple[int, str | None] | None = None

    @property
    def here(self) -> int:
        """Where the tag being read begins."""
        line, column = self.getpos()
        return self.lines[line - 1] + column

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in pairs}
        if tag == "details":
            self.folds.append((self.here + len("<details"), "open" in attributes))
        elif tag == "form":
            self._begin(attributes)
        elif self.form is not None and "disabled" not in attributes:
            if tag == "input":
                self._input(attributes)
            elif tag == "textarea":
                self.text = self.here + len(self.get_starttag_text() or ""), self.form.next(attributes.get("name", ""))
            elif tag == "select":
                self._select(attributes)
            elif tag == "option" and self.select is not None:
                self._mark("selected", attributes, attributes.get("value", "") in self.select)

    def handle_endtag(self, tag: str) -> None:
        if tag == "details" and self.folds:
            self.folds.pop()
        elif tag == "textarea" and self.text is not None:
            start, value = self.text
            if value is not None:
                self.edits.append((start, self.here, "\n" + escape(value, quote=False)))
            self.text = None
        elif tag == "select":
            self.select = None
        elif tag == "form" and self.form is not None:
            self._end(self.form)

    def _begin(self, attributes: dict[str, str]) -> None:
        action = urlsplit(attributes.get("action", "")).path or self.path
        draft = self.wanted.pop(action, None) if attributes.get("method", "").lower() == "post" else None
        if draft is None:
            return
        values: dict[str, list[str]] = {}
        for name, value in draft.fields:
            values.setdefault(name, []).append(value)
        start, after = self.here, self.here + len(self.get_starttag_text() or "")
        self.form = _Form(start, after, Filled(draft), values)
        self.edits.append((start + len("<form"), start + len("<form"), " data-refilled"))
        self.edits += [(at, at, " open") for at, opened in self.folds if not opened]
        self.folds = [(at, True) for at, _opened in self.folds]

    def _end(self, form: _Form) -> None:
        form.filled.left_over = [
            value.strip()
            for name, values in form.values.items()
            if name not in form.known | NOT_TYPED
            for value in values
            if value.strip()
        ]
        self.done.append(form)
        self.form = None

    def _input(self, attributes: dict[str, str]) -> None:
        form, kind, name = self.form, attributes.get("type", "text").lower(), attributes.get("name", "")
        assert form is not None
        if kind == "file":  # what was sent of it the page lists by itself
            form.known.update((name, f"{name}_id", f"{name}_failed"))
        elif "data-upload-kept" in attributes:
            form.known.add(name)
        elif kind in ("checkbox", "radio"):
            form.known.add(name)
            chosen = form.values.get(name)
            if chosen is not None or kind == "checkbox":
                self._mark("checked", attributes, attributes.get("value", "on") in (chosen or ()))
        elif name in READ_FROM:
            typed = form.next(name)
            if typed is not None and typed != attributes.get("value", ""):
                form.filled.changed_since = True
                self._set("value", typed)
        elif kind in UNTOUCHED:
            form.known.add(name)
        elif (typed := form.next(name)) is not None:
            self._set("value", typed)

    def _select(self, attributes: dict[str, str]) -> None:
        assert self.form is not None
        name = attributes.get("name", "")
        self.form.known.add(name)
        self.select = None
        if values := self.form.values.get(name):
            self.select = list(values) if "multiple" in attributes else [values.pop(0)]

    def _mark(self, name: str, attributes: dict[str, str], on: bool) -> None:
        """Set or take away an attribute that stands alone: checked, selected."""
        if on and name not in attributes:
            at = self.here + len((self.get_starttag_text() or "").split(None, 1)[0].rstrip(">/"))
            self.edits.append((at, at, f" {name}"))
        elif not on and name in attributes:
            self._without(name)

    def _set(self, name: str, value: str) -> None:
        """Give the tag being read another value."""
        self._without(name)
        at = self.here + len("<input")
        self.edits.append((at, at, f' {name}="{escape(value)}"'))

    def _without(self, name: str) -> None:
        """Take an attribute out of the tag being read."""
        tag = self.get_starttag_text() or ""
        at, end = _attribute(tag, name)
        if end:
            self.edits.append((self.here + at, self.here + end, ""))


def _attribute(tag: str, name: str) -> tuple[int, int]:
    """From where to where an attribute stands in a tag, the blank before it included; (0, 0) when it does not."""
    at = tag.find(" ")
    while 0 <= at < len(tag):
        begin = at
        while at < len(tag) and tag[at].isspace():
            at += 1
        start = at
        while at < len(tag) and not tag[at].isspace() and tag[at] not in "=>":
            at += 1
        found = tag[start:at].lower()
        if at < len(tag) and tag[at] == "=":
            quote = tag[at + 1 : at + 2]
            at = tag.index(quote, at + 2) + 1 if quote in ('"', "'") else _blank(tag, at)
        if found == name:
            return begin, at
        if not found:
            break
    return 0, 0


def _blank(tag: str, at: int) -> int:
    while at < len(tag) and not tag[at].isspace() and tag[at] != ">":
        at += 1
    return at
