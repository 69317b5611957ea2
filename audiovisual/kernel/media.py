"""What a cut is: length, rate, start timecode, picture, and whether browsers play it as it stands.

FFmpeg looks in a process of its own with limits (`lookin`): what it cannot bear ends there, and is told in a sentence.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from workflows.errors import RuleBroken, Sentence, say
from workflows.timecode import parse_timecode

from . import filetypes, lookin

PLAYED = {
    "mp4": ({"h264", "av1", "vp9"}, {"aac", "mp3", "opus", "flac"}),
    "mov": ({"h264"}, {"aac", "mp3"}),
    "webm": ({"vp8", "vp9", "av1"}, {"opus", "vorbis"}),
}
READ_AS = {"mp4": "mov", "mov": "mov", "mkv": "matroska", "webm": "matroska", "mxf": "mxf"}
"""As what FFmpeg reads each type; it is never left to guess."""
SECONDS = 120
"""How long a look may take: of films of uneven frames every frame's time is read."""
EIGHT_BIT = ("yuv420p", "yuvj420p")
FASTEST = 240
"""Frames a second beyond which a file's own figure is no rate but a clock."""


@dataclass(frozen=True)
class Probe:
    """A cut's facts. `start_frame` is the frame its start timecode names; `varies` means no constant rate.

    `unplayed` is what keeps browsers from playing it, in a sentence; None: they play it.
    """

    duration_frames: int
    rate: Fraction
    start_frame: int
    drop: bool
    width: int
    height: int
    codec: str
    audio_codec: str | None
    varies: bool
    unplayed: Sentence | None

    @property
    def browser_plays(self) -> bool:
        """Whether browsers play it as it stands."""
        return self.unplayed is None

    @property
    def seconds(self) -> float:
        """The cut's length."""
        return float(self.duration_frames / self.rate)


class NoFFmpeg(RuntimeError):
    """FFmpeg is not there, or its process cannot be started: that says nothing about the film."""


def probe(path: Path, field: str | None = None, seconds: float | None = None) -> Probe:
    """Look into the file at `path`, for so long at most. Refuses what holds no readable picture, and says what was not
    found. Raises `NoFFmpeg` when nobody can look."""
    kind = filetypes.code_of(path)
    if kind not in READ_AS:
        raise RuleBroken(UNREADABLE, field)
    told = _looked(path, READ_AS[kind], field, SECONDS if seconds is None else seconds)
    if not told["picture"]:
        raise RuleBroken(say("这个文件里没有画面，请检查后重新上传。"), field)
    return _facts(told, kind, field)


UNREADABLE = say("这个视频打不开：里面的数据读不出来，多半没有导出或复制完整。请重新导出后上传。")
ENDLESS = say("这个视频读了很久也读不完，多半文件有问题。请重新导出后上传。")
DEADLY = say("读这个视频时，读它的程序出错停了，多半文件有问题。请重新导出后上传。")


def _looked(path: Path, demuxer: str, field: str | None, seconds: float) -> dict[str, Any]:
    """What the process says of the file; refuses one that cannot be read, or that the process did not bear."""
    with path.open("rb") as film, tempfile.TemporaryFile() as answer:
        try:
            code = _run(demuxer, seconds, film, answer)
        except subprocess.TimeoutExpired:
            raise RuleBroken(ENDLESS, field) from None
        answer.seek(0)
        said = answer.read(lookin.ANSWER)
    if code == lookin.UNREADABLE:
        raise RuleBroken(UNREADABLE, field)
    if code == lookin.NO_FFMPEG:
        raise NoFFmpeg("PyAV is not installed")
    try:
        if code == 0:
            return dict(json.loads(said))
    except ValueError:
        pass
    raise RuleBroken(DEADLY, field)


def _run(demuxer: str, seconds: float, film: Any, answer: Any) -> int:
    """Run the process to its end, or end it after so many seconds; gives its exit code."""
    command = [sys.executable, "-I", lookin.__file__, demuxer, str(max(1, round(seconds)))]
    environment = {name: os.environ[name] for name in ("SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ}
    try:
        done = subprocess.run(
            command, stdin=film, stdout=answer, stderr=subprocess.DEVNULL, env=environment, timeout=seconds, check=False
        )
    except OSError as error:
        raise NoFFmpeg(str(error)) from error
    return done.returncode


_there: tuple[float, str] = (0.0, "")


def lack() -> str:
    """For /readyz: what keeps films from being read, or ""; asked until all is well, and once a minute at most."""
    global _there
    if _there[0] == 0.0 or (_there[1] and time.monotonic() - _there[0] > 60):
        _there = time.monotonic(), _lack()
    return _there[1]


def _lack() -> str:
    try:
        code = _run("none", 20, subprocess.DEVNULL, subprocess.DEVNULL)
    except (NoFFmpeg, subprocess.TimeoutExpired) as error:
        return f"FFmpeg cannot be started: {error}"
    return "" if code == 0 else "FFmpeg (PyAV) is missing: cuts are not looked into"


def _facts(told: dict[str, Any], kind: str, field: str | None) -> Probe:
    average = Fraction(told["average"])
    if average <= 0:
        raise RuleBroken(say("这个视频没有写明每秒多少帧，时码对不上。请重新导出后上传。"), field)
    varies = bool(told["varies"])
    rate = _told_rate(told, average) if varies else average
    frames = (0 if varies else told["frames"]) or round(Fraction(told["seconds"]) * rate)
    if frames <= 0:
        raise RuleBroken(say("这个视频没有写明片长，多半没有录完或没有复制完整。请重新导出后上传。"), field)
    start, drop = _start(told["timecode"], rate)
    return Probe(
        duration_frames=frames, rate=rate, start_frame=start, drop=drop, width=told["width"], height=told["height"],
        codec=told["codec"] or "", audio_codec=told["audio"], varies=varies, unplayed=_unplayed(kind, told),
    )  # fmt: skip


def _told_rate(told: dict[str, Any], average: Fraction) -> Fraction:
    """The rate a file of uneven frames is counted by: the one it was made for, so that a second is a second."""
    made_for = Fraction(told["guessed"]) or Fraction(told["base"]) or average
    return made_for if 0 < made_for <= FASTEST else average


def _start(text: str | None, rate: Fraction) -> tuple[int, bool]:
    """The start timecode; 0 when it has none or an impossible one."""
    if text is None:
        return 0, False
    drop = ";" in text
    try:
        return parse_timecode(text, rate, drop=drop), drop
    except RuleBroken:
        return 0, False


def _unplayed(kind: str, told: dict[str, Any]) -> Sentence | None:
    """The first thing found that browsers do not play: the wrapping, the picture's coding, its pixels, the sound's coding."""
    if kind not in PLAYED:
        return say("浏览器放不了 %(kind)s 文件。", kind=kind.upper())
    pictures, sounds = PLAYED[kind]
    if told["codec"] is None:
        return say("画面的编码认不出，浏览器放不了。")
    if told["codec"] not in pictures:
        return say("画面是 %(codec)s 编码，浏览器放不了。", codec=told["codec"])
    if told["pixels"] not in EIGHT_BIT:
        return say("画面的像素格式是 %(pixels)s，浏览器只放 8 位 4:2:0。", pixels=told["pixels"] or "?")
    if told["audio"] is not None and told["audio"] not in sounds:
        return say("声音是 %(codec)s 编码，浏览器放不了。", codec=told["audio"] or "?")
    return None
