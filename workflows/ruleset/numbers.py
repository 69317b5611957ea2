"""Patterns of numbers. Places: {year}, {n} plain, {n:3} filled with zeros to three digits.

Official letters don't fill (GB/T 9704-2012 7.2.5: 序号不编虚位); records of the bank do.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from .row import Row

_PLACE = re.compile(r"\{(year|n)(?::(\d{1,2}))?\}")

NUMBERS: dict[str, Any] = {
    "project": "苏网种〔{year}〕{n:4}",
    "letter": "苏广电网〔{year}〕{n}号",
    "filing_number_length": 16,
    "filing_number_checked": False,
    "unverified": [
        "网络处代字“网”",
        "规划备案号、上线备案号：16 位，构成未找到；打开 filing_number_checked 才核对长度",
    ],
}

ROWS = (Row("numbers", date(2016, 12, 1), "广电办发〔2024〕35号；GB/T 9704—2012", NUMBERS, verified=False),)


def number(pattern: str, year: int, n: int) -> str:
    """The number a pattern gives for a year and a running number: 苏网种〔{year}〕{n:4} → 苏网种〔2026〕0001.

    Refuses (ValueError) a pattern without {n}, or with a brace that is no known place.
    """
    made = _PLACE.sub(lambda place: f"{year if place[1] == 'year' else n:0{int(place[2] or 0)}d}", pattern)
    if "{" in made or "}" in made or not re.search(r"\{n(:\d{1,2})?\}", pattern):
        raise ValueError(f"not a number pattern: {pattern}")
    return made
