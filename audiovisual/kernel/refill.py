"""A page with the drafts of its reader filled into its forms: text in, text out, whatever view drew the page.

Only fields people type into or choose from are filled, and the `version` and `base` the draft was written from: where
the row has changed since, handing the form in shows both texts instead of writing over the newer one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from html import escape, unescape
from html.parser import HTMLParser
from urllib.parse import urlsplit

from .drafts import FILE, NOT_TYPED, PICKED, FormDraft

UNTOUCHED = frozenset({"hidden", "file", "submit", "button", "image", "reset", "password"})
_OF_A_ROW = re.compile(r".+-\d+-")
READ_FROM = ("version", "base")
"""Hidden fields that say what the draft was written from."""


@dataclass
class Filled:
    """One form that was filled: its draft, whether the row has changed since, texts that found no field, files to be chosen
    again. `past`: begun for an earlier occurrence of the act; the form is left empty, all texts stand beside it."""

    draft: FormDraft
    changed_since: bool = False
    left_over: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    past: bool = False


@dataclass
class _Form:
    """A form of the page while it is read."""

    start: int
    after: int
    id: str
    filled: Filled
    values: dict[str, list[str]]
    known: set[str] = field(default_factory=set)
    edits: list[tuple[int, int, str]] = field(default_factory=list)
    differs: bool = False

    def next(self, name: str) -> str | None:
        """The next of the values typed under that name; None when there is none."""
        self.known.add(name)
        left = self.values.get(name)
        return left.pop(0) if left else None


def fill(
    page: str, path: str, drafts: list[FormDraft], note: Callable[[Filled, int], str], past: Collection[str] = ()
) -> str:  # fmt: skip
    """The page at `path` with each draft in the form that leads to its action, and before each such form what `note` says
    of it and its number. `past`: the actions whose drafts fill no field."""
    wanted = {draft.action: draft for draft in drafts}
    reader = _Reader(page, path, wanted, past)
    reader.feed(page)
    reader.close()
    edits: list[tuple[int, int, str]] = []
    for number, form in enumerate(reader.filled(), 1):
        edits += [*dict.fromkeys(form.edits), (form.start, form.start, note(form.filled, number))]
        if form.filled.draft.id is not None:
            held = f'<input type="hidden" name="held" value="{form.filled.draft.id}">'
            edits.append((form.after, form.after, held))
    return _edited(page, edits)


def _edited(page: str, edits: list[tuple[int, int, str]]) -> str:
    """The text with pieces replaced, given as (from, to, by)."""
    parts, at = [], 0
    for start, end, text in sorted(edits, key=lambda edit: edit[:2]):
        parts += [page[at:start], text]
        at = end
    return "".join([*parts, page[at:]])


class _Reader(HTMLParser):
    """Reads a page once and notes what must be replaced where."""

    def __init__(self, page: str, path: str, wanted: dict[str, FormDraft], past: Collection[str]) -> None:
        super().__init__(convert_charrefs=False)
        self.page, self.path, self.wanted, self.past = page, path, wanted, past
        self.lines = [0]
        for line in page.split("\n"):
            self.lines.append(self.lines[-1] + len(line) + 1)
        self.begun: list[_Form] = []
        self.form: _Form | None = None  # the one around what is read
        self.at: _Form | None = None  # the one a control belongs to
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
        elif tag == "option" and self.select is not None:
            self._mark("selected", attributes, attributes.get("value", "") in self.select)
        elif tag in ("input", "textarea", "select") and self._belongs(attributes):
            self._control(tag, attributes)

    def _belongs(self, attributes: dict[str, str]) -> bool:
        """Turn to the form a control belongs to: the one around it, or the one it names. False for a form not to be filled."""
        if "form" in attributes:
            self.at = next((form for form in self.begun if form.id == attributes["form"]), None)
        else:
            self.at = self.form
        return self.at is not None and "disabled" not in attributes

    def _control(self, tag: str, attributes: dict[str, str]) -> None:
        assert self.at is not None
        if tag == "input":
            self._input(attributes)
        elif tag == "textarea":
            self.text = self.here + len(self.get_starttag_text() or ""), self.at.next(attributes.get("name", ""))
        else:
            self._select(attributes)

    def handle_endtag(self, tag: str) -> None:
        if tag == "details" and self.folds:
            self.folds.pop()
        elif tag == "textarea" and self.text is not None:
            start, value = self.text
            if value is not None:
                self._put(start, self.here, "\n" + escape(value, quote=False), same=self._text(start) == _lines(value))
            self.text = None
        elif tag == "select":
            self.select = None
        elif tag == "form":
            self.form = None

    def _begin(self, attributes: dict[str, str]) -> None:
        action = urlsplit(attributes.get("action", "")).path or self.path
        draft = self.wanted.get(action) if attributes.get("method", "").lower() == "post" else None
        if draft is None:
            return
        values: dict[str, list[str]] = {}
        past = draft.action in self.past
        for name, value in () if past else draft.fields:
            values.setdefault(name, []).append(value)
        start, after = self.here, self.here + len(self.get_starttag_text() or "")
        self.form = _Form(start, after, attributes.get("id", ""), Filled(draft, past=past), values)
        self.begun.append(self.form)
        self.form.edits.append((start + len("<form"), start + len("<form"), f' data-refilled="{draft.revision}"'))
        self.form.edits += [(at, at, " open") for at, opened in self.folds if not opened]

    def _text(self, start: int) -> str:
        """What a text area says that begins there and ends here; a browser leaves out the first line break."""
        return _lines(unescape(self.page[start : self.here])).removeprefix("\n")

    def _put(self, start: int, end: int, text: str, same: bool = False) -> None:
        """Replace a piece of the form being read; `same` where it says the same after."""
        assert self.at is not None
        self.at.edits.append((start, end, text))
        self.at.differs = self.at.differs or not same

    def filled(self) -> list[_Form]:
        """The forms that say something else now. Of several with one address, the draft is of the first it changes."""
        found: dict[str, _Form] = {}
        for form in self.begun:
            if form.filled.past:
                form.filled.left_over = form.filled.draft.words
                continue
            form.filled.left_over = [
                value.strip()
                for name, values in form.values.items()
                if name not in form.known | NOT_TYPED | {FILE}
                for value in values
                if _was_written(name, value.strip())
            ]
            form.filled.files = form.values.get(FILE, [])
        for form in sorted(self.begun, key=lambda form: not form.differs):
            if form.differs or form.filled.left_over or form.filled.files:
                found.setdefault(form.filled.draft.action, form)
        return list(found.values())

    def _input(self, attributes: dict[str, str]) -> None:
        form, kind, name = self.at, attributes.get("type", "text").lower(), attributes.get("name", "")
        assert form is not None
        if kind == "file":  # what was sent of it the page lists by itself
            form.known.update((name, f"{name}_id", f"{name}_failed"))
        elif "data-upload-kept" in attributes or (kind in ("checkbox", "radio") and form.filled.past):
            form.known.add(name)
        elif kind in ("checkbox", "radio"):
            form.known.add(name)
            if name in PICKED:
                return
            chosen = form.values.get(name)
            if chosen is not None or kind == "checkbox":
                self._mark("checked", attributes, attributes.get("value", "on") in (chosen or ()))
        elif name.partition("-")[0] in READ_FROM:
            typed = form.next(name)
            if typed is not None and typed != attributes.get("value", ""):
                form.filled.changed_since = True
                self._set("value", typed, same=True)
        elif kind in UNTOUCHED:
            form.known.add(name)
        elif (typed := form.next(name)) is not None:
            self._set("value", typed, same=typed == attributes.get("value", ""))

    def _select(self, attributes: dict[str, str]) -> None:
        assert self.at is not None
        name = attributes.get("name", "")
        self.at.known.add(name)
        self.select = None
        if values := self.at.values.get(name):
            self.select = list(values) if "multiple" in attributes else [values.pop(0)]

    def _mark(self, name: str, attributes: dict[str, str], on: bool) -> None:
        """Set or take away an attribute that stands alone: checked, selected."""
        if on and name not in attributes:
            at = self.here + len((self.get_starttag_text() or "").split(None, 1)[0].rstrip(">/"))
            self._put(at, at, f" {name}", same=name == "selected" and not attributes.get("value"))
        elif not on and name in attributes:
            self._without(name, same=False)

    def _set(self, name: str, value: str, same: bool) -> None:
        """Give the tag being read another value."""
        self._without(name, same=True)
        at = self.here + len("<input")
        self._put(at, at, f' {name}="{escape(value)}"', same)

    def _without(self, name: str, same: bool) -> None:
        """Take an attribute out of the tag being read."""
        at, end = _attribute(self.get_starttag_text() or "", name)
        if end:
            self._put(self.here + at, self.here + end, "", same)


def _was_written(name: str, value: str) -> bool:
    """Whether somebody wrote it: a cell of a row, or words; not the code of a button or of a file."""
    return bool(value) and (_OF_A_ROW.match(name) is not None or not value.isascii() or " " in value)


def _lines(text: str) -> str:
    """A text with the line breaks a browser sends and the bank keeps made one kind."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


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
