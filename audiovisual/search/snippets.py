"""The place of a hit in the text as written, marked; everything else escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from markupsafe import Markup, escape

from workflows.folding import UNSEEN

from .analyzer import Run, fold, offsets, other_forms
from .tree import Leaf

WIDTH = 110
"""Characters of a snippet."""
BEFORE = 24
"""Of them, at most so many before the first hit."""
_WORD = "[0-9A-Za-z]"
"""What may not touch a marked word. The full range of letters would have to be compiled for each word of a query."""
_JOINT = r"[〔〕(\[【（［)\]】）］]?"


class Marker:
    """Marks the needles of one query in texts. A needle found in the text as written needs no folding."""

    def __init__(self, leaves: Iterable[Leaf]) -> None:
        leaves = list(leaves)
        patterns = sorted({_pattern(leaf) for leaf in leaves}, key=len, reverse=True)
        odd = other_forms("".join(run.text for leaf in leaves for run in leaf.row))
        self.odd = re.compile(f"[{odd}{UNSEEN}]") if odd else None
        self.patterns = [re.compile(pattern, re.IGNORECASE) for pattern in patterns]
        self.any = re.compile("|".join(patterns), re.IGNORECASE) if patterns else None

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Places of all needles in a text as written."""
        if self.any is None or not text:
            return []
        found = [match.span() for match in self.any.finditer(text)]
        return found or self._folded(text)

    def _folded(self, text: str) -> list[tuple[int, int]]:
        """The same through folding: traditional characters, full width."""
        if self.any is None or self.odd is None or not self.odd.search(text):
            return []
        folded = fold(text)
        found = [match.span() for match in self.any.finditer(folded)]
        origin = offsets(text) if found else None
        if origin is None:
            return found
        return [(origin[start], origin[end - 1] + 1) for start, end in found]

    def mark(self, text: str, start: int = 0, end: int | None = None) -> Markup:
        """A text, or a part of it, escaped, its needles in <mark>."""
        text = text[start:end]
        pieces, place = [], 0
        for first, last in self.spans(text):
            pieces += [escape(text[place:first]), "<mark>", escape(text[first:last]), "</mark>"]
            place = last
        return Markup("".join([*pieces, escape(text[place:])])) if pieces else escape(text)

    def snippet(self, passages: Sequence[str]) -> Markup:
        """The first place in the passages where the longest needle stands, else any, else the beginning."""
        for pattern in self.patterns:
            for text in passages:
                if found := pattern.search(text):
                    return self._around(text, found.start())
        for text in passages:
            if spans := self._folded(text):
                return self._around(text, spans[0][0])
        return self._around(passages[0], 0) if passages else Markup("")

    def _around(self, text: str, place: int) -> Markup:
        start = max(0, place - BEFORE)
        if start:  # begin with a sentence where one begins near
            start = max(start, max(text.rfind(mark, start, place) for mark in "\n。！？；，") + 1)
        end = min(len(text), start + WIDTH)
        marked = self.mark(text, start, end)
        return Markup(f"{'…' if start else ''}{marked}{'…' if end < len(text) else ''}")


def _pattern(leaf: Leaf) -> str:
    """A regular expression for a needle in a text as written or folded."""
    pieces = [_run(run, leaf.prefix and run is leaf.row[-1]) for run in leaf.row]
    joints = [_joint(before, run) for before, run in pairwise(leaf.row)]
    return "".join(piece + joint for piece, joint in zip(pieces, [*joints, ""], strict=True))


def _run(run: Run, open_end: bool) -> str:
    if not run.word:
        return re.escape(run.text)
    noughts = "0*" if run.text.isdigit() else ""
    return rf"(?<!{_WORD}){noughts}{re.escape(run.text)}" + ("" if open_end else rf"(?!{_WORD})")


def _joint(before: Run, run: Run) -> str:
    return r"[\W_]*" if before.word and run.word else _JOINT
