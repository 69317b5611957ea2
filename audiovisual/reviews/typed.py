"""What an expert typed into a row, a score or the overall comment, read without form machinery: autosave must be quick.

Each reader gives the values that are right and, by field, the sentence for what is wrong. What is right is saved; what
is wrong stays as typed in front of the expert. A row's place (episode, in, out) is saved as a whole or not at all.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from audiovisual.kernel.forms import clean, clean_line
from workflows import typed
from workflows.errors import Sentence, say
from workflows.review import OUTCOMES
from workflows.timecode import read_span

DEMANDS = ("cut", "alter", "subtitle", "redub", "explain")
SEVERITIES = ("must", "should")
UNITS = {"episode": typed.EPISODES, "score": typed.POINTS}
"""What may be typed after a number."""
LINES = ("basis", "demand_text")
"""Fields of a single line."""
MOST = {"problem": 2000, "basis": 200, "demand_text": 1000, "reason": 2000, "comment": 5000}
Typed = tuple[dict[str, Any], dict[str, Sentence]]


@dataclass(frozen=True)
class Place:
    """Where in the cut a row may point: episodes of the title, and the file at hand (rate None: there is no file)."""

    episodes: int
    rate: Fraction | None = None
    start: int = 0
    drop: bool = False
    length: int | None = None


def text_of(form: Mapping[str, str], name: str) -> str:
    """A text field, cleaned: of several lines, or of one."""
    return (clean_line if name in LINES else clean)(form.get(name)) or ""


def whole_of(form: Mapping[str, str], name: str) -> int | None:
    """A small whole number; None when nothing was typed. Anything else raises ValueError."""
    number = typed.whole(form.get(name, ""), UNITS.get(name, ()))
    if number is not None and not 0 <= number < 10**9:
        raise ValueError(number)
    return number


def read_row(form: Mapping[str, str], place: Place, dimensions: Collection[str]) -> Typed:
    """A row of the opinion. `basis` stays text here: whoever saves it finds the clause it names."""
    values: dict[str, Any] = {}
    errors: dict[str, Sentence] = {}
    for name in ("problem", "basis", "demand_text"):
        _text(form, name, values, errors)
    _one_of(form, "demand", DEMANDS, values, errors)
    _one_of(form, "dimension", dimensions, values, errors)
    severity = form.get("severity", "must")
    if severity in SEVERITIES:
        values["severity"] = severity
    else:
        errors["severity"] = say("请选“必改”或“建议”。")
    values |= _place(form, place, errors)
    return values, errors


def read_score(form: Mapping[str, str], is_check: bool) -> Typed:
    """A dimension's score (0–100; 1 or 0 for a bottom-line check) with its reason."""
    values: dict[str, Any] = {}
    errors: dict[str, Sentence] = {}
    _text(form, "reason", values, errors)
    try:
        score = whole_of(form, "score")
    except ValueError:
        score = -1
    if score is None or 0 <= score <= (1 if is_check else 100):
        values["score"] = score
    else:
        errors["score"] = say("请选“合格”或“不合格”。") if is_check else say("请填 0 到 100 的整数。")
    return values, errors


def read_overall(form: Mapping[str, str]) -> Typed:
    """The conclusion and the overall comment."""
    values: dict[str, Any] = {}
    errors: dict[str, Sentence] = {}
    _text(form, "comment", values, errors)
    _one_of(form, "conclusion", OUTCOMES, values, errors)
    return values, errors


def _text(form: Mapping[str, str], name: str, values: dict[str, Any], errors: dict[str, Sentence]) -> None:
    text = text_of(form, name)
    if len(text) > MOST[name]:
        errors[name] = say("最多 %(most)s 字，现在 %(n)s 字。", most=MOST[name], n=len(text))
    else:
        values[name] = text


def _one_of(
    form: Mapping[str, str], name: str, allowed: Any, values: dict[str, Any], errors: dict[str, Sentence]
) -> None:  # fmt: skip
    chosen = form.get(name) or None
    if chosen is None or chosen in allowed:
        values[name] = chosen
    else:
        errors[name] = say("没有这个选项，请重新选择。")


ANY_RATE = Fraction(1000)
"""Where no file says how many frames a second has, the form of a timecode is all that can be looked at."""


def _place(form: Mapping[str, str], place: Place, errors: dict[str, Sentence]) -> dict[str, Any]:
    """Where the row points. Everything wrong with it is told at once, and then nothing of it is kept."""
    wrong: dict[str, Sentence] = {}
    episode = _episode(form, place, wrong)
    first, last = (form.get(name, "").strip() for name in ("tc_in", "tc_out"))  # `timecode` reads what is meant
    begin, end = _span(first, last, place, wrong) if first or last else (None, None)
    if (first or last) and place.rate is None and "episode" not in wrong:
        wrong["episode"] = (
            say("请先写第几集，再写时间码。") if episode is None
            else say("这一版样片里没有第 %(n)s 集的文件，写不了时间码。", n=episode)
        )  # fmt: skip
    errors |= wrong
    return {} if wrong else {"episode": episode, "frame_in": begin, "frame_out": end}


def _episode(form: Mapping[str, str], place: Place, wrong: dict[str, Sentence]) -> int | None:
    try:
        episode = whole_of(form, "episode")
    except ValueError:
        wrong["episode"] = say("请填集数，如 3。")
        return None
    if episode is not None and not 1 <= episode <= place.episodes:
        wrong["episode"] = say("没有第 %(n)s 集，这部片共 %(all)s 集。", n=episode, all=place.episodes)
    return episode


def _span(first: str, last: str, place: Place, wrong: dict[str, Sentence]) -> tuple[int | None, int | None]:
    known = (
        {"start": place.start, "drop": place.drop, "length": place.length} if place.rate else {}
    )  # fmt: skip
    found = read_span(first, last, place.rate or ANY_RATE, wrong, **known)  # type: ignore[arg-type]
    if not first:
        wrong["tc_in"] = say("请先写入点。")
    return found
