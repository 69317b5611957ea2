"""Passwords that guessers try first: `common_passwords.txt`, made by `ground.passwords`, and how a password is read there.

People vary a common word in few ways: capitals, full width, a figure for a letter, dots and dashes between, figures and
marks before and behind. All that is taken away before the word is looked for.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

FILE = Path(__file__).parent / "common_passwords.txt"
MOST_AROUND = 10
"""Figures and marks around a word that do not make it a password of its own; with more of them it is left alone."""
_AROUND = "0123456789!?.,;:@#$%^&*()+=~_-/ "
_BETWEEN = re.compile(r"[\s._-]+")
_DATE = re.compile(r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_LETTERS = str.maketrans("@43015$7", "aaeoisst")
_OTHER_LETTERS = str.maketrans("@43015$7", "aaeolsst")


@functools.cache
def common() -> frozenset[str]:
    """The whole list, read once."""
    return frozenset(FILE.read_text(encoding="ascii").split())


def folded(password: str) -> str:
    """Small letters of half width."""
    return unicodedata.normalize("NFKC", password).casefold()


def is_common(password: str) -> bool:
    """Whether a guesser comes to it soon: it is on the list however it is varied, a date, or a mobile number."""
    plain = folded(password)
    return any(form in common() for form in _forms(plain)) or _is_number(plain)


def _forms(plain: str) -> Iterator[str]:
    """The word behind the variation, in each way it may be meant; "" is not on the list."""
    core = plain.strip(_AROUND)
    if len(plain) - len(core) > MOST_AROUND:
        core = plain
    for form in (plain, core):
        close = _BETWEEN.sub("", form)
        yield from (form, close)
        for letters in (_LETTERS, _OTHER_LETTERS):
            yield from (close.translate(letters), close.rstrip(_AROUND).translate(letters))


def _is_number(plain: str) -> bool:
    """A day people were born on, or a telephone, with little around."""
    digits = re.sub(r"\D", "", plain)
    if len(digits) != len(plain.strip("!.?# ")):
        return False
    return len(digits) <= 12 and bool(_MOBILE.search(digits) or _DATE.search(digits))
