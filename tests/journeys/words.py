"""What a page says in a person's language: journeys are written in Chinese and read their English in the catalogue."""

from __future__ import annotations

import re
from functools import cache

from audiovisual.ground.catalogues import read
from audiovisual.kernel.languages import numbered
from workflows.ruleset.classification import BRIDGE_2026, ORDER_16

HAN = re.compile(r"[\u3400-\u9fff〇]+")
OWN_NAMES = {
    "中文", "江苏省广播电视局", "苏网种", "苏广电网审", "号", "关于微短剧", "审核意见的函", BRIDGE_2026, ORDER_16,
}  # fmt: skip
"""What stands in Chinese in every language: the name of the other language, the bureau's own, numbers, titles of letters,
sources of law."""
PLACE = re.compile(r"%\((\w+)\)[sd]")


@cache
def _texts() -> dict[str, str]:
    return {str(_one(message.id)): _one(message.string) for message in read() if message.id}


def _one(text: object) -> str:
    return str(text[0]) if isinstance(text, tuple | list) else str(text)


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """Texts with places, as patterns that find what fills them; the longest first."""
    telling = (text for text in _texts() if PLACE.search(text) and len("".join(HAN.findall(PLACE.sub("", text)))) > 1)
    with_places = sorted(telling, key=len, reverse=True)  # two signs at least: fewer only join other people's words
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
    head, space, rest = text.partition(" ")
    return f"{_texts()[head]} {rest}" if space and head in _texts() else text


def english_of(fragment: str) -> re.Pattern[str]:
    """What an English page shows for a piece of a text of the product: the text itself, the whole of which it is a piece,
    or what comes before the first place of one, followed by what fills it."""
    if (whole := in_english(fragment)) != fragment:
        return re.compile(re.escape(whole))
    for text, english in sorted(_texts().items(), key=lambda pair: len(pair[0])):
        if len(fragment) > 3 and fragment in text:
            return re.compile(".+".join(re.escape(part) for part in PLACE.split(english)[::2]))
        (head, *places), (english_head, *english_places) = PLACE.split(text), PLACE.split(english)
        if len(head) > 2 and fragment.startswith(head) and places and places[0] == (english_places or [""])[0]:
            return re.compile(re.escape(english_head + in_english(fragment.removeprefix(head))))
    return re.compile(re.escape(fragment))


def foreign(page: str, typed: set[str]) -> list[str]:
    """The Chinese words of an English page that are the product's own: in no text that somebody typed."""
    theirs = "\n".join(typed | OWN_NAMES)
    return sorted({word for word in HAN.findall(page) if word not in theirs})
