"""Measures of GB/T 9704-2012 that depend on the text, and what a line may not tear apart."""

from __future__ import annotations

import math
import re
import unicodedata
from functools import cache

from markupsafe import Markup, escape

PITCH = (225 / 25.4 * 72 - 16) / 21
"""From one line to the next, in pt: 22 lines of size 3 (16 pt) fill the type area of 225 mm."""
CELL = 156 / 25.4 * 72 / 28
"""Width of one of 28 cells on a line, in pt."""
MARK_INK = 0.93
"""Height of the mark's characters as drawn, as a part of their size (小标宋)."""
MARK_RISE = 0.12
"""From the top of their em box to the top of the characters as drawn, likewise."""
TITLE_CELLS = 20
"""Characters of size 2 (22 pt) on a line of 156 mm."""

_UNITS = "分钟|小时|工作日|日历日|个月|万元|亿元|千字|万字|[年月日时分秒集条个部元字号项款章节页版轮次人天岁米帧期季卷件份倍处％%‰]"
_ORDINAL = r"第[\d一二三四五六七八九十百零〇两]{1,6}[年月日集条个部号项款章节页版轮次季期稿]?"
_NUMBER = r"苏[\u4e00-\u9fff]{1,5}(?=〔)|〔\d{4}〕(?:\d{1,6}号?)?"
"""A number of ours: the office's word, and the year with its serial. Between the two a line may end: as one piece they are
so long that the line before would stand half empty or spread letter by letter. A narrow column keeps only the year whole."""
_WHOLE = (
    r"\d{1,2}:\d{2}:\d{2}(?:[:;.]\d{2,3})?[—－-]?",  # a timecode, with the dash to its end
    r"〔\d{4}〕",
    r"\d{1,2}月\d{1,2}日",
    _ORDINAL,  # between 第二十五条 and 第六项 a line may end
    r"\d{3,4}-\d{7,8}",
    rf"\d{{1,12}}(?:[.,]\d{{1,6}})*(?:{_UNITS})?",
)
_PIECE = Markup('<span class="%s">%s</span>')


def clean(text: str) -> str:
    """NFC, without what is not visible on paper: control and direction characters. Line ends stay."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    return "".join(char for char in text if char == "\n" or unicodedata.category(char) not in ("Cc", "Cf", "Cs"))


def paragraphs(text: str) -> list[str]:
    """The text's lines as paragraphs, empty ones dropped."""
    return [line.strip() for line in clean(text).split("\n") if line.strip()]


def prose(text: str, title_length: int = 6, word_length: int = 28, number: str = _NUMBER) -> Markup:
    """Text as markup in which timecodes, numbers with their units and short 《titles》 do not break across lines.

    Latin words longer than `word_length` may break anywhere, or they would run off the paper. Everything
    stands in one `run`, which cannot disturb the pitch of the lines; a line end becomes a <br>.
    """
    long_word = rf"(?P<long>[!-~À-ʯ]{{{word_length},}})"
    pattern = "|".join((long_word, number, *_WHOLE, rf"《[^《》\n]{{1,{title_length}}}》"))
    pieces, position = [], 0
    text = clean(text)
    for match in re.finditer(pattern, text):
        pieces += [escape(text[position : match.start()]), _PIECE % (match.lastgroup or "whole", match[0])]
        position = match.end()
    inner = Markup("").join([*pieces, escape(text[position:])])
    return _PIECE % ("run", inner.replace("\n", Markup("<br>")))


def cell(text: str) -> Markup:
    """`prose` for the narrow columns of a table."""
    return prose(text, title_length=4, word_length=12, number=r"〔\d{4}〕")


def sentence(text: str) -> str:
    """Text on one line that ends with a mark."""
    text = "".join(paragraphs(text))
    return text if text.endswith(tuple("。！？；…”")) else f"{text}。"


def width(text: str) -> float:
    """Width in cells: a Han character one, a digit or Latin letter half."""
    return sum(1.0 if unicodedata.east_asian_width(char) in "WF" or char in "“”—…·" else 0.5 for char in text)


def title_lines(pieces: list[str], cells: int = TITLE_CELLS) -> list[str]:
    """Lay the pieces of a title on lines as few and even as they can be (7.3.1: 词意完整，长短适宜).

    Lines end between pieces; only a piece wider than a line (a very long name of a film) is broken inside, never within
    a Latin word, before a closing or after an opening mark.
    """
    parts = [(part, index == 0) for piece in pieces for index, part in enumerate(_breakable(piece, cells))]

    @cache
    def best(start: int) -> tuple[float, tuple[str, ...]]:
        if start == len(parts):
            return 0.0, ()
        choices = []
        for end in range(start + 1, len(parts) + 1):
            line = "".join(part for part, _ in parts[start:end])
            over = width(line) - cells
            if over > 0 and end > start + 1:
                break
            cost, rest = best(end)
            torn = 0 if parts[start][1] else 15
            choices.append((cost + 10 + torn + over * over / cells + max(over, 0) * 100, (line, *rest)))
        return min(choices)

    return list(best(0)[1])


def _breakable(piece: str, cells: int) -> list[str]:
    """The piece itself when it fits on a line, else the smallest parts it may be broken into."""
    if width(piece) <= cells:
        return [piece]
    return re.findall(r"[《（“‘]*(?:[A-Za-z0-9'’.-]+|.)[》）”’：，。、！？；·…—\s]*", piece)


def mark_size(issuer: str) -> float:
    """Size in pt of the red mark: as large as fits the first two lines' height and 166 mm of width."""
    return min(53.0, 166 / 25.4 * 72 / max(width(issuer), 1))


def signature_edges(signer: str, day: str, sealed: bool) -> tuple[float, float]:
    """How far the left ends of signature and date stand from the right edge of the type area, in cells.

    Sealed (7.3.5.1): the date keeps four cells free on its right, the signature stands centred over it. Unsealed
    (7.3.5.2): the signature keeps two cells free, the date starts two cells further right than it; a date longer than
    the signature keeps two cells free instead, and the signature moves left with it.
    """
    long, short = width(signer), width(day)
    if sealed:
        date_right = max(4.0, (long - short) / 2)
        return date_right + (short + long) / 2, date_right + short
    if short > long:
        return short + 4, short + 2
    return long + 2, long


def copies_height(copies: tuple[str, ...]) -> float:
    """Room in pt that 抄送 (size 4, continued lines three characters in) takes at the foot of the last page."""
    length = width("，".join(copies)) + 1
    return PITCH * max(1, math.ceil(length / 25.5)) if copies else 0.0
