"""Who a house says it is: its social credit code (GB 32100-2015), its licence number, its city in Jiangsu."""

from __future__ import annotations

import re

from . import typed
from .errors import N_, Sentence, say

CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""GB 32100-2015 4.2: no I, O, S, V, Z. A character's value is its place in this row."""
LENGTH = 18

CITIES: dict[str, str] = {
    "nanjing": N_("南京市"),
    "wuxi": N_("无锡市"),
    "xuzhou": N_("徐州市"),
    "changzhou": N_("常州市"),
    "suzhou": N_("苏州市"),
    "nantong": N_("南通市"),
    "lianyungang": N_("连云港市"),
    "huaian": N_("淮安市"),
    "yancheng": N_("盐城市"),
    "yangzhou": N_("扬州市"),
    "zhenjiang": N_("镇江市"),
    "taizhou": N_("泰州市"),
    "suqian": N_("宿迁市"),
}
"""The thirteen, in the order of their division codes (GB/T 2260, 320100 to 321300)."""


def city_key(name: str) -> str:
    """The key of one of the thirteen cities by its Chinese name, with or without 市; what is none of them as it came."""
    return next((key for key, label in CITIES.items() if label.removesuffix("市") == name.removesuffix("市")), name)


def city_of(code: str) -> str | None:
    """The city in Jiangsu whose office gave a code out (GB 32100-2015 4.2: places 3 to 8 are its division code), by its
    key; None for the office of the province, and for another province."""
    division = code[2:8]
    number = int(division[2:4]) if division.startswith("32") and division[2:4].isdigit() else 0
    return [*CITIES][number - 1] if 1 <= number <= len(CITIES) else None


def of_the_province(code: str) -> bool:
    """Whether the office of Jiangsu itself gave the code out."""
    return code[2:6] == "3200"


_LICENCE = re.compile(r"（苏）字第[0-9]{5}号")


def normalised(code: str) -> str:
    """The code as it is compared and stored: half-width capitals without blanks or hyphens, or the word before it."""
    return re.sub(r"[\s-]", "", typed.half_width(code).rpartition(":")[2]).upper()


_PIECE = re.compile(r"[0-9A-Za-z０-９Ａ-Ｚａ-ｚ]+")
_IN_GROUPS = re.compile(rf"{_PIECE.pattern}(?:[\s\u2010-\u2015－-]+{_PIECE.pattern})+")


def joined(text: str) -> str:
    """The text with each code that is written in groups, parted by blanks or hyphens, made one: 9132 0100-MA1X… ."""
    return _IN_GROUPS.sub(lambda found: _with_codes(found[0]), text)


def _with_codes(text: str) -> str:
    """Groups of letters and digits, the first of them that together are a code made one."""
    pieces = list(_PIECE.finditer(text))
    for first, begin in enumerate(pieces):
        whole = ""
        for end in pieces[first:]:
            whole += normalised(end[0])
            if len(whole) == LENGTH and end is not begin and refusal(whole) is None:
                return text[: begin.start()] + whole + _with_codes(text[end.end() :])
            if len(whole) >= LENGTH:
                break
    return text


def check_character(first17: str) -> str:
    """The eighteenth character for the first seventeen (GB 32100-2015 4.3: weights 3^i mod 31).

    Refuses (ValueError) anything that is not seventeen characters of the standard's set.
    """
    if len(first17) != LENGTH - 1:
        raise ValueError("seventeen characters are needed")
    total = sum(CHARACTERS.index(character) * pow(3, place, 31) for place, character in enumerate(first17))
    return CHARACTERS[-total % 31]


def refusal(code: str) -> Sentence | None:
    """Why this cannot be a unified social credit code, in one sentence, or None when it can."""
    code = normalised(code)
    if not code:
        return say("请填写统一社会信用代码。")
    if len(code) != LENGTH:
        return say("统一社会信用代码应为 18 位，现在是 %(n)s 位。", n=len(code))
    strangers = "".join(sorted({character for character in code if character not in CHARACTERS}))
    if strangers:
        return say(
            "统一社会信用代码只用数字和大写字母（不含 I、O、S、V、Z），请核对：%(characters)s", characters=strangers
        )
    if not code[2:8].isdigit():
        return say("统一社会信用代码第 3 至 8 位是行政区划码，应为数字。")
    if code[-1] != check_character(code[:-1]):
        return say("统一社会信用代码校验不通过，请对照营业执照逐位核对。")
    return None


def normalised_licence(number: str) -> str:
    """The licence number as it is stored: full-width brackets, no blanks."""
    plain = typed.code(number).replace(" ", "")
    return plain.replace("(", "（").replace(")", "）")


def licence_refusal(number: str) -> Sentence | None:
    """Why this is no number of a 广播电视节目制作经营许可证 of Jiangsu ((苏)字第00001号), or None."""
    if not number.strip():
        return say("请填写广播电视节目制作经营许可证号。")
    if _LICENCE.fullmatch(normalised_licence(number)) is None:
        return say("许可证号写法如“（苏）字第00001号”，“第”“号”之间是 5 位数字。")
    return None
