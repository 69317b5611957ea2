"""One thing to know before something is decided, as every page that decides shows it (`macros/deciding.html`)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from workflows.errors import Sentence

TONES = ("bad", "warn", "plain")
"""How a fact speaks: against, with care, for information; shown in this order."""


@dataclass(frozen=True)
class Fact:
    """One thing to know: what, whose words say it, and the page on which it stands in full."""

    tone: str
    text: Sentence
    quote: str = ""
    url: str = ""


def in_order(found: Iterable[Fact]) -> list[Fact]:
    """The bad first, else as they were told."""
    return sorted(found, key=lambda fact: TONES.index(fact.tone))
