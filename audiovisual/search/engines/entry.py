"""What an engine is handed for one finding."""

from __future__ import annotations

from typing import NamedTuple

from .. import analyzer
from ..analyzer import BREAK
from ..tree import NAMES, NUMBER, TITLE

FIELD_MARKS = {NUMBER: "№", TITLE: "ᵗ", NAMES: "ⁿ"}
"""Put before a token to say which short text it stands in. Folding turns all three into other characters, so nothing a
person types becomes such a token."""


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
        for field in (NUMBER, TITLE, NAMES):
            row = analyzer.runs(getattr(self, field))
            tokens, mark = analyzer.tokens(row), FIELD_MARKS[field]
            found += [mark + token for token in tokens] + [mark + one for one in sorted(analyzer.characters(row))]
            found.append(BREAK)
            bare += [*tokens, BREAK]
        return found + bare + analyzer.tokens(analyzer.runs(self.text))

    def plain(self) -> str:
        """The plain forms of all its texts, one per line, in which a phrase is checked."""
        return "\n".join(analyzer.key(text) for text in (self.number, self.title, self.names, self.text))
