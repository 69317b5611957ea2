"""How written things are compared everywhere: full and half width, capital and small, traditional and simplified are one, and marks
that nobody sees are nothing.

Folding goes character by character, so that a place in the folded text is a place in the text as written.
"""

from __future__ import annotations

import re
import unicodedata
from importlib.resources import files

UNSEEN = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
"""Marks that nobody sees (soft hyphens, blanks without width, writing direction): folded away, so that they part no word."""
_UNSEEN = re.compile(f"[{UNSEEN}]")


class Folding(dict[int, str]):
    """Character → folded form, for `str.translate`; worked out at first sight and then remembered."""

    def __missing__(self, code: int) -> str:
        folded = "" if _UNSEEN.match(chr(code)) else unicodedata.normalize("NFKC", chr(code)).lower()
        self[code] = "".join(SIMPLE.get(character, character) for character in folded)
        return self[code]


def _simplified() -> dict[str, str]:
    """Traditional → simplified, character by character (OpenCC's table, its first choice)."""
    table = files("opencc") / "dictionary" / "TSCharacters.txt"
    rows = (line.split() for line in table.read_text("utf-8").splitlines())
    return {row[0]: row[1] for row in rows if len(row) > 1 and len(row[1]) == 1 and row[0] != row[1]}


SIMPLE = _simplified()
FOLDING = Folding()
