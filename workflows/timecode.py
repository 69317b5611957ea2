"""Timecodes (HH:MM:SS:FF) and frames. A frame is a whole number counted from the first frame of the file, 0 upwards.

Non-drop unless the file says drop: at 30000/1001 a non-drop code counts 30 frames to its second and runs late against
the clock; a drop code leaves out the numbers 0 and 1 at each minute but the tenth (SMPTE ST 12-1).
"""

from __future__ import annotations

import re
from fractions import Fraction

from . import typed
from .errors import RuleBroken, Sentence, say

_FORM = re.compile(r"(\d{1,2}):(\d{1,2}):(\d{1,2})(?:[:;](\d{1,3}))?")
_SHORT = re.compile(r"(\d{1,3}):(\d{1,2})")
_DIGITS = re.compile(r"(\d\d)(\d\d)(\d\d)(\d\d)?")
_COLONS = str.maketrans(dict.fromkeys("∶︰﹕꞉", ":"))
"""Signs that look like a colon and that input methods put for one."""
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
    """The frame a typed timecode names, 0 being the file's first: 00:03:10:05; without its frames (00:03:10, 3:10) the
    first of that second. Full width, and bare digits (00031005, 000310), are read too. `room_timecode.js` reads the same.

    Refuses (naming `field`) another form, a minute or second above 59, a frame the second does not have, a place before
    the start or beyond `length` frames.
    """
    nominal = max(1, round(rate))
    hours, minutes, seconds, part = _parts(text, field)
    if minutes > 59 or seconds > 59 or hours > 23:
        raise RuleBroken(say("时间码的时最大 23，分、秒最大 59。"), field)
    if part is None:  # the first number that this second has
        part = nominal // 15 if drop and seconds == 0 and minutes % 10 else 0
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
        last, all_ = timecode(length - 1, rate, start=start, drop=drop), timecode(length, rate, drop=drop)
        raise RuleBroken(say("时间码超出片长：片长 %(length)s，最后一帧是 %(last)s。", length=all_, last=last), field)
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


def _parts(text: str, field: str | None) -> tuple[int, int, int, int | None]:
    """Hours, minutes, seconds and, where they were typed, frames."""
    plain = typed.code(text).replace(" ", "").translate(_COLONS)
    if plain.isascii():
        if short := _SHORT.fullmatch(plain):
            return int(short[1]) // 60, int(short[1]) % 60, int(short[2]), None
        if found := _FORM.fullmatch(plain) or _DIGITS.fullmatch(plain):
            return int(found[1]), int(found[2]), int(found[3]), int(found[4]) if found[4] else None
    raise RuleBroken(say("时间码请写成 时:分:秒 或 时:分:秒:帧，如 00:12:05:10。"), field)


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
