"""Numbers of articles (第二十五条, 第25条) in either writing, so that what is looked for in one is found in the other."""

from __future__ import annotations

import re

DIGITS = "零一二三四五六七八九"
_READ = {character: value for value, character in enumerate(DIGITS)} | {"〇": 0, "○": 0, "两": 2}
_UNITS = {"十": 10, "百": 100}
_CHINESE = "".join((*_READ, *_UNITS))
_ARTICLE = re.compile(rf"第?(?:(?P<arabic>[0-9０-９]{{1,3}})|(?P<chinese>[{_CHINESE}]{{1,5}}))(?=[条條款项項章节節])")
_PARTED = re.compile(rf"(第)[ \u3000]*([0-9０-９{_CHINESE}]{{1,5}})[ \u3000]*([条條款项項章节節])")


def chinese(number: int) -> str:
    """A number from 0 to 999 in Chinese: 25 is 二十五, 102 一百零二."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    if not hundreds:
        head = "" if not tens else "十" if tens == 1 else f"{DIGITS[tens]}十"
        return head + (DIGITS[ones] if ones or not tens else "")
    middle = f"{DIGITS[tens]}十" if tens else "零" if ones else ""
    return f"{DIGITS[hundreds]}百{middle}{DIGITS[ones] if ones else ''}"


def value(written: str) -> int:
    """The number a Chinese numeral of that kind writes; digit by digit (二五) where it names no tens."""
    if not set(written) & set(_UNITS):
        return int("".join(str(_READ[character]) for character in written))
    total, digit = 0, 0
    for character in written:
        if character in _UNITS:
            total += (digit or 1) * _UNITS[character]
            digit = 0
        else:
            digit = _READ[character]
    return total + digit


def closed(text: str) -> str:
    """The text without the blanks inside the number of an article: 第 25 条 is 第25条."""
    return _PARTED.sub(r"\1\2\3", text)


def writings(text: str) -> tuple[str, ...]:
    """The text as it is written, and where it names articles with their numbers in Chinese and in digits.

    A number without 第 gets it in the other writings, so that 5条 is not found in 第二十五条.
    """
    forms = (text, _ARTICLE.sub(_in_chinese, text), _ARTICLE.sub(_in_digits, text))
    return tuple(dict.fromkeys(forms))


def _in_chinese(found: re.Match[str]) -> str:
    return f"第{chinese(int(found['arabic']))}" if found["arabic"] else found[0]


def _in_digits(found: re.Match[str]) -> str:
    return f"第{value(found['chinese'])}" if found["chinese"] else found[0]
