"""What people type and paste, read as what they mean.

A clipboard brings more than is seen: the soft line breaks of a word processor, the marks of writing direction a
contact card puts around a telephone number, no-break blanks of a page of the web, the soft hyphens and radicals of a
PDF file, the full-width digits of an input method. They are taken out here and nowhere else:

    prose                 a text of several lines; every kind of line break becomes one, what nobody sees goes
    one_line              a name, a title, a search: the same, on one line
    code                  a code, a number of a paper, a log-in name: the same, in half width
    telephone, address, web_address    the same of these, without what programs put around them
    whole, yuan, day      the value; None for nothing. Refuse (NotRead) in one sentence what is none
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal

from .errors import Sentence, say

_BREAK = re.compile(r"\r\n|[\r\v\f\x0e\x85\u2028\u2029]")
_HYPHEN = "\x1e"
"""What Word puts for a hyphen at which no line may break."""
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffc\ufffe\uffff]")
"""Control signs, half surrogates, and what stands where a picture was."""
_HIDDEN = re.compile(r"[\u00ad\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]")
"""Soft hyphens, blanks without width, turns of the writing direction."""
_MARK = re.compile(r"[\u061c\u180e\u200c-\u200f\u2061-\u2065\u206a-\u206f\ufff9-\ufffb\U000e0001\U000e0020-\U000e007f]")
"""Marks that join letters or give their direction: part of the writing in some scripts, nothing on a single line."""
_LOOKALIKE = re.compile(r"[\u2e80-\u2fdf\ufb00-\ufb06]")
"""Radicals and ligatures: the pictures of characters that PDF files hold in place of the characters."""
_HALF: dict[int, int] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_DASHES: dict[int, int | str] = dict.fromkeys(map(ord, "‐‑‒–—―−﹘﹣－"), "-")
_PAPER: dict[int, int | str] = {
    **{code: half for code, half in _HALF.items() if chr(half).isalnum() or chr(half) in "#+./@_"}, **_DASHES,
}  # fmt: skip
_CODE: dict[int, int | str] = {**_HALF, **_DASHES}


class NotRead(ValueError):
    """What was typed is none of what is asked for; `sentence` says how it is written."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def prose(text: str) -> str:
    """A text of several lines, its lines parted by line feeds alone, in Unicode's composed form, no blanks around it."""
    if not text.isprintable():
        text = _CONTROL.sub("", _BREAK.sub("\n", text).replace(_HYPHEN, "-"))
        text = _HIDDEN.sub("", text)
    if _LOOKALIKE.search(text):
        text = _LOOKALIKE.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    return unicodedata.normalize("NFC", text).strip()


def one_line(text: str) -> str:
    """A single line: line breaks and blanks of every kind are one blank each."""
    return " ".join(_MARK.sub("", prose(text)).split())


def half_width(text: str) -> str:
    """The text in half width with plain hyphens, without marks that nobody sees; whatever else it holds stays."""
    return _MARK.sub("", _HIDDEN.sub("", text)).translate(_CODE)


def code(text: str) -> str:
    """A single line in half width, with plain hyphens."""
    return half_width(one_line(text))


def number_of_paper(text: str) -> str:
    """The number of a permit or document: letters and digits in half width, its brackets as Chinese numbers have them."""
    return one_line(text).translate(_PAPER)


_TELEPHONE = re.compile(r"\+?\(?[0-9][0-9 ()-]*[0-9]( ?(转?分机|转|ext\.?|x|#|,):? ?[0-9]{1,6})?", re.IGNORECASE)
_CALLED = re.compile(r"^(联系)?(tel|phone|电话|手机|座机|e-?mail|邮箱|mailto)号?码? ?: ?", re.IGNORECASE)
"""What a page or a card writes before a number or an address."""
_STOP = " .,;:。，；、"
"""What ends the sentence a number or an address was copied out of."""


def telephone(text: str) -> str:
    """A telephone number as it is stored: half width, without the word before it and the stop after it."""
    return _CALLED.sub("", code(text)).rstrip(_STOP)


def telephone_refusal(text: str) -> Sentence | None:
    """Why this is no telephone number, or None. Extensions are told by 转, 分机, ext, x, # or a comma."""
    plain = telephone(text)
    if _TELEPHONE.fullmatch(plain) and 5 <= sum(map(str.isdigit, plain)) <= 20:
        return None
    return say("电话只写数字和横线，如 025-83331234 或 13900001234。")


_ADDRESS = re.compile(r"[^@\s<>(),;:\"\\]+@[^@\s<>(),;:\"\\.]+(\.[^@\s<>(),;:\"\\.]+)+")


def address(text: str) -> str:
    """A mail address as it is stored: half width, without the name and the brackets a mail program puts around it, the word
    before it and the stop after it.
    """
    plain = _CALLED.sub("", code(text)).replace("。", ".").rstrip(_STOP)
    within = re.fullmatch(r"[^<>]*<([^<>]*)>", plain)
    return _CALLED.sub("", (within[1] if within else plain).strip())


def address_refusal(text: str) -> Sentence | None:
    """Why this is no mail address, or None."""
    return None if _ADDRESS.fullmatch(address(text)) else say("邮箱写法如 lin@example.com。")


def web_address(text: str) -> str:
    """The address of a page as it is stored: its beginning in half width, as an input method may have left it in full."""
    return re.sub(r"^(https?)[:：][/／]{2}", r"\1://", one_line(text), flags=re.IGNORECASE)


def title(text: str) -> str:
    """The name of a title as it is stored: without the book marks that stand around the whole of it."""
    plain = one_line(text)
    within = re.fullmatch(r"《([^《》]*)》", plain)
    return within[1].strip() if within else plain


_WHOLE = re.compile(r"-?([0-9]{1,18}|[0-9]{1,3}(,[0-9]{3}){1,5})")
_AMOUNT = re.compile(r"(?P<whole>-?([0-9]{1,12}|[0-9]{1,3}(,[0-9]{3}){1,3}))(\.(?P<part>[0-9]*))? ?(万元?)?")
EPISODES, MINUTES, POINTS, PERCENT = ("集",), ("分钟", "分"), ("分",), ("%",)
"""What may be typed after a number, by what it counts."""
_DAY = re.compile(
    r"([0-9]{4}) ?[-/.年] ?([0-9]{1,2}) ?[-/.月] ?([0-9]{1,2}) ?[日号]?"
    r"( ?\(?(周|星期)[一二三四五六日天]\)?)?( 0?0:00(:00)?)?"
)
"""A day, with its weekday, or with the midnight a sheet writes after it."""


def whole(text: str, units: tuple[str, ...] = ()) -> int | None:
    """A whole number: 24, 1,000, １２, and with a unit of its field: 24集, 50%. None for nothing; a minus is read, so that
    the limits can be told.
    """
    plain = code(text)
    unit = next((each for each in units if plain.endswith(each)), "")
    plain = plain.removesuffix(unit).rstrip() or plain
    if plain and _WHOLE.fullmatch(plain) is None:
        raise NotRead(say("请填整数，如 24。"))
    return int(plain.replace(",", "")) if plain else None


def yuan(text: str) -> int | None:
    """Money typed in 万元, in whole yuan: 463.5 → 4635000. None for nothing; at most four decimals that count."""
    plain = code(text).replace("。", ".")
    if not plain:
        return None
    found = _AMOUNT.fullmatch(plain)
    part = (found["part"] or "").rstrip("0") if found else ""
    if found is None or len(part) > 4:
        raise NotRead(say("请填金额（万元），如 463.5，最多四位小数。"))
    return int(Decimal(f"{found['whole'].replace(',', '')}.{part or 0}") * 10_000)


def day(text: str) -> date | None:
    """A day: 2026-11-22, 2026/11/22, 2026.11.22, 2026年11月22日. None for nothing."""
    plain = code(text)
    if not plain:
        return None
    found = _DAY.fullmatch(plain)
    try:
        if found is not None:
            return date(*map(int, found.groups()[:3]))
    except ValueError:  # 30 February
        pass
    raise NotRead(say("请填日期，如 2026-11-22。"))
