"""Sentences with places in braces and choices in brackets, e.g. `{A}[不|没有]说话。`, drawn so that none repeats in a text."""

from __future__ import annotations

import itertools
import re
from functools import cache
from random import Random
from typing import Any

from . import read

_CHOICE = re.compile(r"\[([^\]]*\|[^\]]*)\]")
_DIGITS = "〇一二三四五六七八九"


def numeral(number: int) -> str:
    """3 → 三, 24 → 二十四; for 1 to 99."""
    tens, ones = divmod(number, 10)
    return (_DIGITS[tens] if tens > 1 else "") + ("十" if tens else "") + (_DIGITS[ones] if ones else "")


def variants(template: str) -> tuple[str, ...]:
    """Every wording of a template, its choices spelt out; places stay."""
    parts = _CHOICE.split(template)
    choices = [part.split("|") if place % 2 else [part] for place, part in enumerate(parts)]
    return tuple("".join(words) for words in itertools.product(*choices))


@cache
def bank(name: str) -> dict[str, list[tuple[str, ...]]]:
    """The sentences of one file by slot, each as its wordings."""
    return {slot: [variants(each) for each in templates] for slot, templates in read(f"sentences/{name}.json").items()}


@cache
def lexicon() -> dict[str, list[str]]:
    """Words of Jiangsu life by kind."""
    return read("sentences/lexicon.json")


NUMBERS = [numeral(number) for number in (*range(3, 13), *range(3, 10), 15, 16, 18, 20, 21, 24, 27, 30, 36)]
"""Small ones come oftener, as in life."""
FEW = [numeral(number) for number in range(3, 10)]
CHILD, GROWN, OLD = ([numeral(age) for age in range(*span)] for span in ((7, 13), (24, 46), (55, 79)))


class Values(dict[str, str]):
    """What stands in the places of one text: fixed words, and pools that give another word each time."""

    def __init__(self, rng: Random, fixed: dict[str, str], pools: dict[str, list[str]]) -> None:
        super().__init__(fixed)
        self.pools = {"n": NUMBERS, "few": FEW, "age": CHILD, "adult": GROWN, "old": OLD, **pools}
        self.random = rng.random

    def __missing__(self, place: str) -> str:
        pool = self.pools[place]
        return pool[int(self.random() * len(pool))]


def spoken(rng: Random, wordings: tuple[str, ...], values: Values) -> str:
    """One sentence: one of its wordings with the places filled."""
    return wordings[int(rng.random() * len(wordings))].format_map(values)


def draw(rng: Random, deck: list[Any]) -> Any:
    """Take one at random out of the deck; several times cheaper than shuffling a deck of which half is used."""
    place = int(rng.random() * len(deck))
    deck[place], deck[-1] = deck[-1], deck[place]
    return deck.pop()


@cache
def _fixed(wordings: tuple[str, ...]) -> tuple[int, int, bool]:
    """How much of a sentence before its first name, and after its last one, is the same in every text; any name in it?"""
    pieces = re.split(r"\{[A-F]\}", max(wordings, key=len))
    lengths = [len(re.sub(r"\{\w+\}", "三四个", piece)) for piece in pieces]
    return lengths[0], lengths[-1], len(pieces) > 1


LONGEST = 37
"""Two works never have more in common than so many characters in a row (the bank's own likeness test counts from 40)."""


def follow(rng: Random, deck: list[Any], tail: int) -> tuple[tuple[str, ...], int]:
    """Draw a sentence that may follow `tail` nameless characters; with it, how many such characters it ends on."""
    for _ in range(12):
        wordings = draw(rng, deck)
        head, end, named = _fixed(wordings)
        if tail + head <= LONGEST or not deck:
            break
        deck.insert(0, wordings)
    else:
        wordings = deck.pop(min(range(len(deck)), key=lambda place: _fixed(deck[place])[0]))
        head, end, named = _fixed(wordings)
    return wordings, end if named else tail + head


@cache
def anonymous(name: str, slot: str) -> list[tuple[str, ...]]:
    """The sentences of a slot that name nobody and nothing of a story, so that they fit any."""
    return [wordings for wordings in bank(name)[slot] if not STORY.search(wordings[0])]


STORY = re.compile(r"\{[A-Fpckty]\}")
"""A place that one story fixes."""


def one(rng: Random, name: str, slot: str, values: Values) -> str:
    """One sentence of a slot; where the values belong to no story, one that names nobody."""
    deck = bank(name)[slot] if "A" in values else anonymous(name, slot)
    return spoken(rng, deck[int(rng.random() * len(deck))], values)


def phrase(rng: Random, template: str, values: Values | dict[str, Any]) -> str:
    """One wording of a single template, filled."""
    return rng.choice(variants(template)).format_map(values)
