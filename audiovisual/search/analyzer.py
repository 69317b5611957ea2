"""How text becomes tokens: the one analyzer that both engines and the query language share.

Folding is that of `workflows.folding`, character by character: NFKC, lower case, traditional → simplified, marks that nobody
sees are nothing; and the year brackets of numbers 〔2026〕 (2026) [2026] are made one.

A text is then a row of runs: CJK runs and words (Latin, digits). Two runs are *joined* when nothing stands between
them (第3集) and apart otherwise. `plain` writes that row down; "found" means exactly: the needle's plain form is a part
of the text's plain form. `tokens` says the same as a sequence for an index (bigrams of CJK runs, whole words), so
that "the needle's tokens follow each other in the text's tokens" is the same statement; a property test holds them
together. A run's first and last characters are tokens of their own only where a joined word touches them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from workflows.folding import FOLDING, SIMPLE

VERSION = "2"
"""Raised with every change of what the tokens are; an index built by another version must be rebuilt."""

CJK = "\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003fffd"
_RUN = re.compile(rf"([{CJK}]+)|([^\W_{CJK}]+)")
_YEAR = re.compile(r"[〔(\[【](\d{4})[〕)\]】]")
_JOINTS = "〔〕"
BREAK = "¶"
"""Stands where two tokens would look adjacent though their runs are apart."""


class Run(NamedTuple):
    """One run of a text: its characters, whether it is a word, whether it is joined to the run before."""

    text: str
    word: bool
    joined: bool


_OTHERS: dict[str, str] = {}
for _traditional, _simple in SIMPLE.items():
    _OTHERS[_simple] = _OTHERS.get(_simple, "") + _traditional


def other_forms(text: str) -> str:
    """The characters that fold to one of this folded text: 后 has 後; a letter or digit its full-width form."""
    wide = (chr(ord(case) + 0xFEE0) for one in text if one.isascii() and one.isalnum() for case in one + one.upper())
    return "".join(dict.fromkeys([*(_OTHERS.get(one, "") for one in text), *wide]))


def fold(text: str) -> str:
    """The text as it is compared. Usually as long as the text; `offsets` knows when it is not."""
    folded = text.translate(FOLDING)
    return _YEAR.sub(r"〔\1〕", folded) if "20" in folded or "19" in folded else folded


def offsets(text: str) -> list[int] | None:
    """For each folded character the place it came from; None when folding keeps every place."""
    widths = [len(FOLDING[ord(character)]) for character in text]
    if all(width == 1 for width in widths):
        return None
    return [place for place, width in enumerate(widths) for _ in range(width)]


def runs(text: str) -> list[Run]:
    """The text, folded, as its runs."""
    folded, end = fold(text), 0
    found: list[Run] = []
    for match in _RUN.finditer(folded):
        word = match.lastindex == 2
        touches = bool(found) and (word or found[-1].word) and not folded[end : match.start()].strip(_JOINTS)
        found.append(Run(match.group(), word, touches))
        end = match.end()
    return found


def plain(row: list[Run]) -> str:
    """The runs as one string: words in <…>, a blank between a CJK run and what it is not joined to."""
    pieces: list[str] = []
    before: Run | None = None
    for run in row:
        if before is not None and not run.joined and not (run.word and before.word):
            pieces.append(" ")
        pieces.append(f"<{run.text}>" if run.word else run.text)
        before = run
    return "".join(pieces)


def tokens(row: list[Run]) -> list[str]:
    """The runs as index tokens, in order."""
    found: list[str] = []
    last = len(row) - 1
    before: Run | None = None
    for place, run in enumerate(row):
        if run.word:
            found.append(run.text)
        else:
            follows = place < last and row[place + 1].joined
            if before is not None and not run.joined and before.text[-1] == run.text[0]:
                found.append(BREAK)
            found.extend(_of_cjk(run.text, run.joined, follows))
        before = run
    return found


def _of_cjk(text: str, led: bool, followed: bool) -> Iterator[str]:
    """Bigrams of one CJK run, with its edge characters where a word is joined to them."""
    if led:
        yield f"‹{text[0]}"
    if len(text) > 1:
        yield from map(str.__add__, text, text[1:])
    elif not led and not followed:
        yield BREAK
    if followed:
        yield f"{text[-1]}›"


def characters(row: list[Run]) -> set[str]:
    """The single CJK characters of a short text (a title, a name), so that one character can be searched there."""
    return {character for run in row if not run.word for character in run.text}


def key(text: str) -> str:
    """What makes two titles the same: their plain form."""
    return plain(runs(text))


def without_noughts(row: list[Run]) -> list[Run]:
    """The runs of a number with its leading noughts dropped: 〔2026〕0001 is asked for as 〔2026〕1."""
    return [run._replace(text=run.text.lstrip("0") or "0") if run.text.isdigit() else run for run in row]


def number_key(text: str) -> str:
    """What makes two numbers the same: 苏网种〔2026〕0001号, (2026) or [2026], leading noughts and 第…号 left aside."""
    pieces = (re.sub("[第号]", "", run.text) for run in without_noughts(runs(text)))
    return "<>".join(piece for piece in pieces if piece)
