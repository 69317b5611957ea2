"""What a cut is: length, rate, start timecode, picture, and whether browsers play it as it stands."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from workflows.errors import RuleBroken, Sentence, say
from workflows.timecode import parse_timecode

from . import filetypes

PLAYED = {
    "mp4": ({"h264", "av1", "vp9"}, {"aac", "mp3", "opus", "flac"}),
    "mov": ({"h264"}, {"aac", "mp3"}),
    "webm": ({"vp8", "vp9", "av1"}, {"opus", "vorbis"}),
}
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


def probe(path: Path, field: str | None = None) -> Probe:
    """Look into the file at `path`. Refuses what holds no readable picture, and says what was not found."""
    try:
        with av.open(str(path)) as container:
            if not container.streams.video:
                raise RuleBroken(say("这个文件里没有画面，请检查后重新上传。"), field)
            return _facts(container, container.streams.video[0], field)
    except (av.FFmpegError, ValueError) as error:
        raise RuleBroken(
            say("这个视频打不开：里面的数据读不出来，多半没有导出或复制完整。请重新导出后上传。"), field
        ) from error


def _facts(container: InputContainer, stream: VideoStream, field: str | None) -> Probe:
    average = Fraction(stream.average_rate or stream.guessed_rate or 0)
    if average <= 0:
        raise RuleBroken(say("这个视频没有写明每秒多少帧，时码对不上。请重新导出后上传。"), field)
    varies = _varies(container, stream, average)
    rate = _told_rate(stream, average) if varies else average
    frames = (0 if varies else stream.frames) or _frames_by_time(container, stream, rate)
    if frames <= 0:
        raise RuleBroken(say("这个视频没有写明片长，多半没有录完或没有复制完整。请重新导出后上传。"), field)
    start, drop = _start(container, stream, rate)
    audio = container.streams.audio[0].codec_context if container.streams.audio else None
    sound = None if not container.streams.audio else audio.name if audio else ""
    picture = stream.codec_context  # None: FFmpeg knows no such coding
    return Probe(
        duration_frames=frames, rate=rate, start_frame=start, drop=drop, width=picture.width if picture else 0,
        height=picture.height if picture else 0, codec=picture.name if picture else "", audio_codec=sound, varies=varies,
        unplayed=_unplayed(filetypes.code_of(Path(container.name)), stream, sound),
    )  # fmt: skip


def _frames_by_time(container: InputContainer, stream: VideoStream, rate: Fraction) -> int:
    if stream.duration is not None and stream.time_base is not None:
        return round(stream.duration * stream.time_base * rate)
    return round(Fraction(container.duration or 0, av.time_base) * rate)


def _varies(container: InputContainer, stream: VideoStream, average: Fraction) -> bool:
    """Whether frames come unevenly. Where the file's two figures agree they do not; else the times themselves say so.

    Files that keep their time in whole milliseconds (MKV, WebM) give a constant rate a little inexactly, and
    interlaced ones count their fields.
    """
    steady = Fraction(stream.base_rate or average)
    return abs(steady - average) > average / 200 and not _even(container, stream)


def _even(container: InputContainer, stream: VideoStream) -> bool:
    """Whether each frame follows the one before after the same time, give or take a tenth."""
    times = sorted(packet.pts for packet in container.demux(stream) if packet.pts is not None)
    steps = sorted(later - time for time, later in pairwise(times))
    if not steps:
        return True
    usual = steps[len(steps) // 2]
    leeway = max(1.5, usual / 10)
    return usual - steps[0] <= leeway and steps[-1] - usual <= leeway


def _told_rate(stream: VideoStream, average: Fraction) -> Fraction:
    """The rate a file of uneven frames is counted by: the one it was made for, so that a second is a second."""
    made_for = Fraction(stream.guessed_rate or stream.base_rate or average)
    return made_for if 0 < made_for <= FASTEST else average


def _start(container: InputContainer, stream: VideoStream, rate: Fraction) -> tuple[int, bool]:
    """The start timecode, wherever the file keeps it; 0 when it has none or an impossible one."""
    places = [stream.metadata, container.metadata, *(other.metadata for other in container.streams)]
    text = next((place["timecode"] for place in places if "timecode" in place), None)
    if text is None:
        return 0, False
    drop = ";" in text
    try:
        return parse_timecode(text, rate, drop=drop), drop
    except RuleBroken:
        return 0, False


def _unplayed(kind: str | None, stream: VideoStream, sound: str | None) -> Sentence | None:
    """The first thing found that browsers do not play: the wrapping, the picture's coding, its pixels, the sound's coding."""
    picture = stream.codec_context
    if kind not in PLAYED:
        return say("浏览器放不了 %(kind)s 文件。", kind=(kind or "").upper())
    pictures, sounds = PLAYED[kind]
    if picture is None:
        return say("画面的编码认不出，浏览器放不了。")
    if picture.name not in pictures:
        return say("画面是 %(codec)s 编码，浏览器放不了。", codec=picture.name)
    if picture.pix_fmt not in EIGHT_BIT:
        return say("画面的像素格式是 %(pixels)s，浏览器只放 8 位 4:2:0。", pixels=picture.pix_fmt or "?")
    if sound is not None and sound not in sounds:
        return say("声音是 %(codec)s 编码，浏览器放不了。", codec=sound or "?")
    return None
