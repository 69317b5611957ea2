"""Text shown to people: translation of the rules' sentences, and filters for days, money, moments."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from flask import Flask

from workflows import timecode as timecodes
from workflows.errors import Sentence
from workflows.filing_view import length_of_text

from . import withheld
from .languages import filled, gettext, language
from .model import shanghai, today


def translated(text: Any) -> str:
    """A rule's sentence or a table's label in the reader's language."""
    if isinstance(text, Sentence):
        params = {key: _day_said(value) if key == "day" else _filling(value) for key, value in text.params.items()}
        return gettext(text.template, **params | _amounts(text.template, params))
    return gettext(str(text)) if text else ""


ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
"""A day as the rules write it into a sentence."""


def _day_said(value: Any) -> Any:
    """A day of a sentence in the reader's language; a day told otherwise stays as it is."""
    return day(date.fromisoformat(value)) if isinstance(value, str) and ISO.fullmatch(value) else _filling(value)


RUNS = re.compile(r"\d+(—\d+)?(、\d+(—\d+)?)*")
"""Episodes as `workflows.cuts.runs` writes them: 1—3、5."""


def _filling(value: Any) -> Any:
    """What fills a place of a sentence, in the reader's language."""
    if isinstance(value, list | tuple):
        return listed(translated(each) for each in value)
    if isinstance(value, Sentence):
        return translated(value)
    return episodes_said(value) if isinstance(value, str) else value


def episodes_said(runs: str) -> str:
    """Episodes in a row as the reader's language writes them: 1—3、5, or 1–3, 5. Other texts stay as they are."""
    return runs.replace("、", ", ").replace("—", "–") if is_english() and RUNS.fullmatch(runs) else runs


COUNTED_IN_WAN = re.compile(r"%\((\w+)\)s 万元")
"""A place of a Chinese sentence that holds an amount of money in 万元."""


def _amounts(template: str, params: dict[str, Any]) -> dict[str, str]:
    """The amounts of a sentence as English counts them: 930 before 万元 is CNY 9.3 million."""
    if "万元" not in template or not is_english():
        return {}
    return {name: amount(yuan_of(str(params[name]))) for name in COUNTED_IN_WAN.findall(template) if name in params}


def yuan_of(wan: str) -> int:
    """Whole yuan of an amount of ours written in 万元, such as 1,469.5."""
    return int(Decimal(wan.replace(",", "")) * 10_000)


def listed(words: Iterable[Any]) -> str:
    """Words in a row, parted as the reader's language does it: 、 or a comma."""
    return gettext("、").join(map(str, words))


LABELS = ("kind", "label", "department")
"""Values of a fact that are labels of ours, translated with it; all others are people's own words."""
MONTH = "period"
"""The value of a fact that is a month, kept as 2026-11."""
DAYS = ("by", "until", "was_on", "is_on", "aired_on")
"""Values of a fact that are days, kept as 2026-12-30."""
LINE = 100
"""Characters of people's own words in a line that is to say what happened at a glance."""


def told(template: str, data: dict[str, Any]) -> str:
    """A fact's template in the reader's language, its places filled from what was kept with it."""
    text = gettext(template) if template else ""
    if "%(" not in text:
        return text
    return filled(text, {key: _shown(key, value) for key, value in withheld.put_in(data).items()})


def _shown(key: str, value: Any) -> Any:
    """A value of a fact as its reader's language says it."""
    if key in LABELS and value:
        return listed(map(gettext, value)) if isinstance(value, list) else gettext(value)
    if key == MONTH and value:
        return month(value)
    return month_day(date.fromisoformat(value)) if key in DAYS and value else value


def one_line(text: str | None, most: int = LINE) -> str:
    """A text put where one line is expected: its line breaks and runs of blanks are one blank each, its end is cut."""
    line = " ".join((text or "").split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def pack(sentence: str) -> Any:
    """A sentence as plain JSON that keeps its template and values, nested sentences included."""
    if not isinstance(sentence, Sentence):
        return sentence
    return {"template": sentence.template, "params": {k: pack(v) for k, v in sentence.params.items()}}


def unpack(value: Any) -> Any:
    """The sentence `pack` kept."""
    if not isinstance(value, dict):
        return value
    return Sentence(value["template"], {key: unpack(item) for key, item in value["params"].items()})


def unpacked(value: Any) -> str:
    """What `pack` kept, in the reader's language."""
    kept = unpack(value)
    return str(_filling(kept))


def is_english() -> bool:
    """Whether the reader chose English."""
    return language() == "en"


MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day(value: date | datetime | None) -> str:
    """2026年11月22日 / 22 Nov 2026."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = shanghai(value).date()
    if is_english():
        return f"{value.day} {MONTHS[value.month - 1]} {value.year}"
    return f"{value.year}年{value.month}月{value.day}日"


def short_day(value: date | datetime | None) -> str:
    """11-22 / 22 Nov, with the year where it is not this year's: 2025-11-22, 22 Nov 2025."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = shanghai(value).date()
    if is_english():
        return month_day(value)
    known = f"{value.month:02}-{value.day:02}"
    return known if value.year == today().year else f"{value.year}-{known}"


def month(period: str) -> str:
    """A month kept as 2026-11: 2026年11月 / Nov 2026."""
    year, number = map(int, period.split("-"))
    return f"{MONTHS[number - 1]} {year}" if is_english() else f"{year}年{number}月"


def month_day(value: date | None) -> str:
    """12 月 30 日 / 30 Dec, with the year where it is not this year's."""
    if value is None:
        return ""
    same = value.year == today().year
    if is_english():
        return f"{value.day} {MONTHS[value.month - 1]}" + ("" if same else f" {value.year}")
    return ("" if same else f"{value.year} 年 ") + f"{value.month} 月 {value.day} 日"


def moment(value: datetime | None) -> str:
    """11-22 14:02 / 22 Nov 14:02 on the bureau's clock."""
    return "" if value is None else f"{short_day(value)} {shanghai(value):%H:%M}"


def hour(value: datetime | None) -> str:
    """14:02 on the bureau's clock."""
    return "" if value is None else f"{shanghai(value):%H:%M}"


def money(yuan: int | None) -> str:
    """Whole yuan as 万元 without the unit: 4635000 → 463.5."""
    if yuan is None:
        return ""
    return f"{yuan / 10000:,.4f}".rstrip("0").rstrip(".")


def amount(yuan: int | None) -> str:
    """An amount with its unit, as the reader counts: 3300000 → 330 万元, CNY 3.3 million."""
    if yuan is None:
        return ""
    if not is_english():
        return f"{money(yuan)} 万元"
    return f"CNY {millions(yuan)} million" if abs(yuan) >= 1_000_000 else f"CNY {yuan:,}"


def millions(yuan: int) -> str:
    """Whole yuan in millions, without the unit and without zeros at the end: 9300000 → 9.3."""
    return f"{yuan / 1_000_000:,.6f}".rstrip("0").rstrip(".")


def column_amount(yuan: int | None) -> str:
    """An amount in a column whose head names the unit: 万元 in Chinese, millions of yuan in English."""
    return "" if yuan is None else millions(yuan) if is_english() else money(yuan)


def size(count: int | None) -> str:
    """Bytes as KB, MB or GB."""
    value = float(count or 0)
    for unit in ("B", "KB", "MB"):
        if value < 1024:
            return f"{value:.0f} {unit}" if unit in ("B", "KB") else f"{value:.1f} {unit}"
        value /= 1024
    return f"{value:.2f} GB"


def timecode(frame: int | None, rate: Fraction, start: int = 0, drop: bool = False) -> str:
    """A frame as 00:12:05:10 at the cut's rate."""
    return "" if frame is None else timecodes.timecode(frame, rate, start=start, drop=drop)


def named(title: str | None) -> str:
    """A title between the marks of the reader's language: 《梧桐深处》, “梧桐深处”."""
    if title and title.startswith("《") and title.endswith("》"):
        title = title[1:-1]  # typed with its marks, in a draft that was not handed in
    return gettext("《%(title)s》", title=title) if title else ""


def paragraphs(text: str | None) -> list[str]:
    """The paragraphs of a text, without the empty ones."""
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def install(app: Flask) -> None:
    """Hand the filters to Jinja."""
    app.jinja_env.filters.update(
        day=day, short_day=short_day, moment=moment, hour=hour, money=money, amount=amount, column_amount=column_amount, size=size, named=named, month=month, episodes_said=episodes_said, timecode=timecode,
        translated=translated, unpacked=unpacked, length_of=length_of_text, paragraphs=paragraphs, listed=listed,
        one_line=one_line, iso_day=lambda kept: day(date.fromisoformat(kept)),
    )  # fmt: skip
    # an error of a form is a sentence, translated now or later; a list's errors are lists and tables of them
    app.jinja_env.tests["sentence"] = lambda error: not isinstance(error, list | tuple | dict)
