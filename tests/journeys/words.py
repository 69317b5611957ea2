"""What a page says in a person's language: journeys are written in Chinese and read their English in the catalogue."""

from __future__ import annotations

import re
from functools import cache

from audiovisual.ground.catalogues import read
from audiovisual.kernel.languages import numbered

PLACE = re.compile(r"%\((\w+)\)[sd]")


@cache
def _texts() -> dict[str, str]:
    return {str(_one(message.id)): _one(message.string) for message in read() if message.id}


def _one(text: object) -> str:
    return str(text[0]) if isinstance(text, tuple | list) else str(text)


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """Texts with places, as patterns that find what fills them; the longest first."""
    with_places = sorted((text for text in _texts() if PLACE.search(text)), key=len, reverse=True)
    return [(re.compile(_pattern(text)), _texts()[text]) for text in with_places]


def _pattern(text: str) -> str:
    seen: set[str] = set()
    parts = []
    for number, part in enumerate(PLACE.split(text)):
        if number % 2 == 0:
            parts.append(re.escape(part.replace("%%", "%")))
        else:
            parts.append(f"(?P={part})" if part in seen else f"(?P<{part}>.+)")
            seen.add(part)
    return "".join(parts)


def in_english(text: str) -> str:
    """The English of a text of the product, its places filled; a person's own words stay as they are."""
    if text in _texts():
        return _texts()[text].replace("%%", "%")
    for pattern, english in _patterns():
        if found := pattern.fullmatch(text):
            values = {name: in_english(value) for name, value in found.groupdict().items()}
            return numbered(english, values) % values
    return text
