"""FFmpeg's look into one film, in a process of its own: a hostile file ends that process and nothing else.

    python -I lookin.py <demuxer> <seconds>     the film on standard input, what it is as JSON on standard output

Run by its path and by itself: of ours it imports nothing, it is handed no path, no setting and no secret. Before a byte of
the film is read it gives up memory and time beyond its limits, writing more than a page, and opening anything at all:
neither files nor connections, whatever the film names. FFmpeg reads the film as what it was taken for, never as a
playlist. Exit 3: it cannot be read; 4: FFmpeg is not there.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from contextlib import suppress
from fractions import Fraction
from itertools import pairwise
from typing import Any

MEMORY = 1_500_000_000
ANSWER = 64 * 1024
PARTS = ("subtitles.stream", "subtitles.codeccontext", "subtitles.subtitle")
"""What PyAV loads only when it meets such a stream, and then could not open any more."""
UNREADABLE, NO_FFMPEG = 3, 4


def main(demuxer: str, seconds: int) -> int:
    """Look at standard input; gives the exit code."""
    try:
        import av

        for part in PARTS:
            importlib.import_module(f"av.{part}")
    except ImportError:
        return NO_FFMPEG
    if demuxer == "none":  # asked only whether FFmpeg is there
        return 0
    film = os.fdopen(0, "rb", buffering=0)
    _give_up(seconds)
    try:
        with av.open(film, format=demuxer, buffer_size=1 << 20, options={"protocol_whitelist": "none"}) as container:
            found = _facts(av, container)
    except (av.FFmpegError, ValueError, MemoryError, OSError):
        return UNREADABLE
    sys.stdout.write(json.dumps(found))
    sys.stdout.flush()
    return 0


def _give_up(seconds: int) -> None:
    """What is not needed from here on, where the system knows limits."""
    try:
        import resource
    except ImportError:
        return
    limits = (
        (resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_FSIZE, ANSWER),
        (resource.RLIMIT_CORE, 0), (resource.RLIMIT_NOFILE, 0),
    )  # fmt: skip
    for limit, most in limits:
        hard = resource.getrlimit(limit)[1]
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with suppress(ValueError, OSError):  # a system that does not know this limit
            resource.setrlimit(limit, (least, least))


def _facts(av: Any, container: Any) -> dict[str, Any]:
    """What is said of the film: whether it has a picture, its rates, its length, its codings, its start timecode."""
    if not container.streams.video:
        return {"picture": False}
    stream = container.streams.video[0]
    picture = stream.codec_context  # None: FFmpeg knows no such coding
    sound = container.streams.audio[0].codec_context if container.streams.audio else None
    average = Fraction(stream.average_rate or stream.guessed_rate or 0)
    steady = Fraction(stream.base_rate or average)
    return {
        "picture": True, "average": str(average), "base": str(stream.base_rate or 0),
        "guessed": str(stream.guessed_rate or 0), "frames": stream.frames, "seconds": str(_length(av, container, stream)),
        "timecode": _timecode(container, stream),
        "width": picture.width if picture else 0, "height": picture.height if picture else 0,
        "codec": picture.name if picture else None, "pixels": picture.pix_fmt if picture else None,
        "audio": None if not container.streams.audio else sound.name if sound else "",
        "varies": average > 0 and abs(steady - average) > average / 200 and not _even(container, stream),
    }  # fmt: skip


def _length(av: Any, container: Any, stream: Any) -> Fraction:
    if stream.duration is not None and stream.time_base is not None:
        return Fraction(stream.duration * stream.time_base)
    return Fraction(container.duration or 0, av.time_base)


def _timecode(container: Any, stream: Any) -> str | None:
    """The start timecode, wherever the file keeps it."""
    places = [stream.metadata, container.metadata, *(other.metadata for other in container.streams)]
    return next((place["timecode"][:40] for place in places if "timecode" in place), None)


def _even(container: Any, stream: Any) -> bool:
    """Whether each frame follows the one before after the same time, give or take a tenth."""
    times = sorted(packet.pts for packet in container.demux(stream) if packet.pts is not None)
    steps = sorted(later - time for time, later in pairwise(times))
    if not steps:
        return True
    usual = steps[len(steps) // 2]
    leeway = max(1.5, usual / 10)
    return usual - steps[0] <= leeway and steps[-1] - usual <= leeway


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
