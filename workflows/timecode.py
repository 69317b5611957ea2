"""Timecodes (HH:MM:SS:FF) and frames. A frame is a whole number counted from the first frame of the file, 0 upwards.

Non-drop unless the file says drop: at 30000/1001 a non-drop code counts 30 frames to its second and runs late against
the clock; a drop code leaves out the numbers 0 and 1 at each minute but the tenth (SMPTE ST 12-1).
"""

from __future__ import annotations

import re
from fractions import Fraction

from . import typed
from .errors import RuleBroken, Sentence, say

_FORM = re.compile(r"(\d{1,2}):(\d{1,2}):(\d{1,2})[:;](\d{1,3})")
DAY = 24 * 3600


def timecode(frame: int, rate: Fraction, *, start: int = 0, drop: bool = False) -> str:
    """The timecode of a frame: `timecode(30, Fraction(25))` is "00:00:01:05". Runs over at 24 hours."""
    nominal, number = max(1, round(rate)), frame + start
    if drop:
        number = _with_dropped(number, nominal)
    seconds, part = divmod(number, nominal)
    seconds %= DAY
    code = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{code}{';' if drop else ':'}{part:02d}"


def parse_timecode(
    text: str, rate: Fraction, *, start: int = 0, drop: bool = False, length: int | None = None, field: str | None = None
) -> int:  # fmt: skip
    """The frame a typed timecode names, 0 being the file's first. Full-width signs and eight bare digits are read too.

    Refuses (naming `field`) another form, a minute or second above 59, a frame the second does not have, a place before
    the start or beyond `length` frames.
    """
    nominal = max(1, round(rate))
    hours, minutes, seconds, part = _parts(text, field)
    if minutes > 59 or seconds > 59 or hours > 23:
        raise RuleBroken(say("时间码的时最大 23，分、秒最大 59。"), field)
    if part >= nominal:
        raise RuleBroken(say("每秒 %(rate)s 帧，帧号最大 %(most)s。", rate=nominal, most=nominal - 1), field)
    number = (hours * 3600 + minutes * 60 + seconds) * nominal + part
    if drop:
        number = _without_dropped(number, nominal, field)
    frame = number - start
    if frame < 0:
        first = timecode(0, rate, start=start, drop=drop)
        raise RuleBroken(say("时间码早于片头（%(first)s）。", first=first), field)
    if length is not None and frame >= length:
        last = timecode(length - 1, rate, start=start, drop=drop)
        raise RuleBroken(say("时间码超出片长，最后一帧是 %(last)s。", last=last), field)
    return frame


def parse_span(
    first: str, last: str, rate: Fraction, *, start: int = 0, drop: bool = False, length: int | None = None,
    fields: tuple[str, str] = ("tc_in", "tc_out"),
) -> tuple[int, int | None]:  # fmt: skip
    """In and out as frames; an empty out is None. Refuses an out before its in, beside the out field."""
    wrong: dict[str, Sentence] = {}
    begin, end = read_span(first, last, rate, wrong, start=start, drop=drop, length=length, fields=fields)
    for field, sentence in wrong.items():
        raise RuleBroken(sentence, field)
    assert begin is not None
    return begin, end


def read_span(
    first: str, last: str, rate: Fraction, wrong: dict[str, Sentence], *, start: int = 0, drop: bool = False,
    length: int | None = None, fields: tuple[str, str] = ("tc_in", "tc_out"),
) -> tuple[int | None, int | None]:  # fmt: skip
    """The same, with everything that is wrong put into `wrong` by field, so that both can be mended at once."""
    frames: list[int | None] = [None, None]
    for at, text in enumerate((first, last)):
        try:
            if text.strip() or at == 0:
                frames[at] = parse_timecode(text, rate, start=start, drop=drop, length=length, field=fields[at])
        except RuleBroken as refusal:
            wrong[fields[at]] = refusal.sentence  # type: ignore[assignment]
    begin, end = frames
    if begin is not None and end is not None and end < begin:
        wrong[fields[1]] = say("出点早于入点。")
    return begin, end


def seconds_of(frame: int, rate: Fraction) -> float:
    """Where a player finds the frame: the middle of its time, so that rounding never shows its neighbour."""
    return float((Fraction(frame) + Fraction(1, 2)) / rate)


def _parts(text: str, field: str | None) -> tuple[int, int, int, int]:
    plain = typed.code(text).replace(" ", "")
    if re.fullmatch(r"[0-9]{8}", plain):
        plain = ":".join(plain[at : at + 2] for at in (0, 2, 4, 6))
    found = _FORM.fullmatch(plain) if plain.isascii() else None
    if found is None:
        raise RuleBroken(say("时间码请写成 时:分:秒:帧，如 00:12:05:10。"), field)
    hours, minutes, seconds, part = (int(group) for group in found.groups())
    return hours, minutes, seconds, part


def _with_dropped(frame: int, nominal: int) -> int:
    left_out = nominal // 15
    ten_minutes = nominal * 600 - 9 * left_out
    tens, rest = divmod(frame, ten_minutes)
    minutes = max(0, (rest - left_out) // (nominal * 60 - left_out))
    return frame + tens * 9 * left_out + minutes * left_out


def _without_dropped(number: int, nominal: int, field: str | None) -> int:
    left_out = nominal // 15
    minutes = number // (nominal * 60)
    if minutes % 10 and number % (nominal * 60) < left_out:
        raise RuleBroken(say("这个时间码在丢帧计数里不存在。"), field)
    return number - left_out * (minutes - minutes // 10)
