"""Names: of people, and titles of works that are unique in the bank they are made for."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import Any

from . import read


@cache
def _names() -> dict[str, list[str]]:
    return read("sentences/names.json")


@cache
def _fragments() -> dict[str, Any]:
    return read("sentences/titles.json")


def person_name(rng: Random) -> str:
    """A surname and a given name; nobody's in particular."""
    names = _names()
    return rng.choice(names["surname"]) + rng.choice(names["given"])


def person_names(rng: Random, count: int) -> list[str]:
    """So many different names, or as many as there are."""
    names = _names()
    every = [surname + given for surname in names["surname"] for given in names["given"]]
    return rng.sample(every, min(count, len(every)))


def people(rng: Random, count: int) -> list[str]:
    """So many people of one story: no surname and no given name twice, so that readers tell them apart."""
    names = _names()
    pairs = zip(rng.sample(names["surname"], count), rng.sample(names["given"], count), strict=True)
    return [surname + given for surname, given in pairs]


def _patterns(type_: str | None, era: str | None) -> list[str]:
    patterns = _fragments()["patterns"]
    kind = {"古代": "ancient", "近代": "past", "现代": "past"}.get(era or "") or type_
    return patterns.get(kind or "any") or patterns["any"]


def _title(rng: Random, pattern: str) -> str:
    fragments = _fragments()
    return pattern.format(
        **{kind: rng.choice(words) for kind, words in fragments.items() if "{" + kind + "}" in pattern}
    )


def compose_title(rng: Random, used: set[str], type: str | None = None, era: str | None = None) -> str:
    """A title that is not in `used`, and is added to it. Good for several hundred thousand titles."""
    patterns, wide = _patterns(type, era), _fragments()["patterns"]["wide"]
    for attempt in range(200):
        title = _title(rng, rng.choice(patterns if attempt < 4 else wide))
        if attempt > 60:
            title += f"：{_title(rng, '{time}{nature}')}"
        if title not in used:
            used.add(title)
            return title
    raise RuntimeError("The title fragments are used up: add some to sentences/titles.json.")
