"""What an engine is handed for one finding."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from .. import analyzer
from ..analyzer import BREAK, Run
from ..tree import NAMES, NUMBER, TITLE

FIELD_MARKS = {NUMBER: "№", TITLE: "ᵗ", NAMES: "ⁿ"}
"""Put before a token to say which short text it stands in. Folding turns all three into other characters, so nothing a
person types becomes such a token."""


Bind = Callable[[Any], str]
"""Takes a value and returns the placeholder that stands for it in a statement."""


class Source(NamedTuple):
    """Pieces of a statement: tables joined to search_document, a condition or nothing, by what the newest come first."""

    tables: str
    where: str
    order: str


class Entry(NamedTuple):
    """A finding's id and its texts, and the marks of its kind and audience."""

    id: int
    number: str
    title: str
    names: str
    text: str
    marks: list[str]

    def stream(self) -> list[str]:
        """All its tokens in order: marks, the short texts by field, then everything as it is read."""
        found, bare = [*self.marks, BREAK], []
        for field, row in self.short():
            tokens, mark = analyzer.tokens(row), FIELD_MARKS[field]
            found += [mark + token for token in tokens] + [mark + one for one in sorted(analyzer.characters(row))]
            found.append(BREAK)
            bare += [*tokens, BREAK]
        as_written = analyzer.tokens(analyzer.runs(self.number))
        return [*found, *bare, *as_written, BREAK, *analyzer.tokens(analyzer.runs(self.text))]

    def plain(self) -> str:
        """The plain forms of all its texts, one per line, in which a phrase is checked."""
        short = [analyzer.plain(row) for _, row in self.short()]
        return "\n".join([*short, analyzer.key(self.number), analyzer.key(self.text)])

    def short(self) -> list[tuple[str, list[Run]]]:
        """The short texts with their runs; the number without leading noughts."""
        number = analyzer.without_noughts(analyzer.runs(self.number))
        return [(NUMBER, number), (TITLE, analyzer.runs(self.title)), (NAMES, analyzer.runs(self.names))]
