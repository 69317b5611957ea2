"""Keys of titles: how two spellings of one name are recognised as the same."""

from __future__ import annotations

import re
import unicodedata

_NOISE = re.compile(r"[\W_]+", re.UNICODE)


def title_key(title: str) -> str:
    """The letters and digits of a title, NFKC and lower case: 《梧桐·深处》 and 梧桐深处 give the same key."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", title or "")).lower()


def likeness(one: str, other: str) -> float:
    """How alike two title keys are, 0 to 1: shared pairs of neighbouring characters (Dice), or one inside the other."""
    if one == other:
        return 1.0
    if min(len(one), len(other)) >= 3 and (one in other or other in one):
        return 0.9
    pairs, others = _pairs(one), _pairs(other)
    if not pairs or not others:
        return 0.0
    return 2 * len(pairs & others) / (len(pairs) + len(others))


def _pairs(key: str) -> set[str]:
    return {key[i : i + 2] for i in range(len(key) - 1)}
