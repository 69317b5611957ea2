"""What a cut is: length, rate, start timecode, picture, and whether browsers play it as it stands."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from workflows.errors import RuleBroken, say
from workflows.timecode import parse_timecode

from . import filetypes

PLAYED = {
    "mp4": ({"h264", "av1", "vp9"}, {"aac", "mp3", "opus", "flac"}),
    "mov": ({"h264"}, {"aac", "mp3"}),
    "webm": ({"vp8", "vp9", "av1"}, {"opus", "vorbis"}),
}
EIGHT_BIT = ("yuv420p", "yuvj420p")


@dataclass(frozen=True)
class Probe:
    """A cut's facts. `start_frame` is the frame its start timecode names; `varies` means no constant rate."""

    duration_frames: int
    rate: Fraction
    start_frame: int
    drop: bool
    width: int
    height: int
    codec: str
    audio_codec: str | None
    varies: bool
    browser_plays: bool

    @property
    def seconds(self) -> float:
        """The cut's length."""
        return float(self.duration_frames / self.rate)


def probe(path: Path, field: str | None = None) -> Probe:
    """Look into the file at `path`. Refuses what holds no readable picture."""
    try:
        with av.open(str(path)) as container:
            if not container.streams.video:
                raise RuleBroken(say("这个文件里没有画面，请检查后重新上传。"), field)
            return _facts(container, container.streams.video[0])
    except (av.FFmpegError, ValueError, ZeroDivisionError) as error:
        raise RuleBroken(say("这个视频打不开，可能已损坏或没有传完整，请重新导出后上传。"), field) from error


def _facts(container: InputContainer, stream: VideoStream) -> Probe:
    rate = Fraction(stream.average_rate or stream.guessed_rate or 0)
    if rate <= 0:
        raise ValueError("no rate")
    frames = stream.frames or _frames_by_time(container, stream, rate)
    if frames <= 0:
        raise ValueError("no length")
    start, drop = _start(container, stream, rate)
    audio = container.streams.audio[0].codec_context.name if container.streams.audio else None
    varies = _varies(stream, rate)
    return Probe(
        duration_frames=frames, rate=rate, start_frame=start, drop=drop, width=stream.codec_context.width,
        height=stream.codec_context.height, codec=stream.codec_context.name, audio_codec=audio, varies=varies,
        browser_plays=not varies and _is_played(filetypes.code_of(Path(container.name)), stream, audio),
    )  # fmt: skip


def _frames_by_time(container: InputContainer, stream: VideoStream, rate: Fraction) -> int:
    if stream.duration is not None and stream.time_base is not None:
        return round(stream.duration * stream.time_base * rate)
    return round(Fraction(container.duration or 0, av.time_base) * rate)


def _varies(stream: VideoStream, rate: Fraction) -> bool:
    """Files that keep their time in whole milliseconds (MKV, WebM) give a constant rate a little inexactly."""
    steady = Fraction(stream.base_rate or rate)
    return abs(steady - rate) > rate / 200


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


def _is_played(kind: str | None, stream: VideoStream, audio: str | None) -> bool:
    pictures, sounds = PLAYED.get(kind or "", (set(), set()))
    pixels = stream.codec_context.pix_fmt in EIGHT_BIT
    return stream.codec_context.name in pictures and pixels and (audio is None or audio in sounds)
