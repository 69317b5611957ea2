"""A small cut of our own making: hills beyond a lake at evening, drifting by, with the timecode burnt in.

Drawn row by row as bytes and encoded as H.264 in MP4 with its index in front, so that every browser plays it. Nothing
but the encoder is needed, and the same arguments give the same picture.
"""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path

import av

from workflows.timecode import timecode

WIDTH, HEIGHT = 640, 360
PERIOD = 1280
SHORE = 220
TOP = 300
SCALE = 4
DARK, LIGHT, GREY = bytes([24]), bytes([228]), bytes([128])
Colour = tuple[int, int, int]
"""Luma and two colour differences, as the encoder wants them."""
LOW_SKY, HIGH_SKY, SUN = (206, 104, 152), (112, 140, 122), (228, 96, 150)
MIST, FAR, NEAR = (176, 116, 136), (104, 134, 122), (58, 130, 122)
DIGITS = {
    "0": "01110 10001 10011 10101 11001 10001 01110", "1": "00100 01100 00100 00100 00100 00100 01110",
    "2": "01110 10001 00001 00110 01000 10000 11111", "3": "01110 10001 00001 00110 00001 10001 01110",
    "4": "00010 00110 01010 10010 11111 00010 00010", "5": "11111 10000 11110 00001 00001 10001 01110",
    "6": "00110 01000 10000 11110 10001 10001 01110", "7": "11111 00001 00010 00100 01000 01000 01000",
    "8": "01110 10001 10001 01110 10001 10001 01110", "9": "01110 10001 10001 01111 00001 00010 01100",
    ":": "00000 00100 00100 00000 00100 00100 00000", ";": "00000 00100 00100 00000 00100 00100 01000",
    " ": "00000 00000 00000 00000 00000 00000 00000",
}  # fmt: skip
Scene = list[list[bytes]]
"""For luma and the two colour differences the rows of a picture PERIOD wide, long enough to be cut at any place."""


def make_sample_cut(
    path: Path, seconds: float = 8, rate: Fraction = Fraction(25), start: int = 0, numbered: bool = False
) -> None:  # fmt: skip
    """Write the cut to `path`. `start` is the frame its timecode begins with; `numbered` burns in the frame's number too."""
    scene = _scene()
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("libx264", rate=rate, options={"crf": "25", "preset": "veryfast", "bf": "0"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.codec_context.gop_size = max(1, round(rate))
        if start:
            stream.metadata["timecode"] = timecode(0, rate, start=start)
        for number in range(round(seconds * rate)):
            text = timecode(number, rate, start=start) + (f" {number:06d}" if numbered else "")
            frame = _frame(scene, number, text)
            frame.pts, frame.time_base = number, 1 / rate
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _frame(scene: Scene, number: int, text: str) -> av.VideoFrame:
    frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
    band = _band(text)
    for index, plane in enumerate(frame.planes):
        half = 1 if index else 0
        rows = [_cut(row, y << half, number, half) for y, row in enumerate(scene[index])]
        left = (WIDTH - len(band[0])) // 2 >> half
        for y in range(TOP >> half, TOP + len(band) >> half):
            inside = GREY * (len(band[0]) >> 1) if half else band[y - TOP]
            rows[y] = rows[y][:left] + inside + rows[y][left + len(inside) :]
        plane.update(b"".join(rows))
    return frame


def _cut(row: bytes, y: int, number: int, half: int) -> bytes:
    """The part of a row in sight: it drifts by, and on the water it sways."""
    sway = round(4 * math.sin(y * 0.45 + number * 0.12) * (y - SHORE) / (HEIGHT - SHORE)) if y > SHORE else 0
    left = (2 * number + 2 * sway) % PERIOD >> half
    return row[left : left + (WIDTH >> half)]


def _band(text: str) -> list[bytes]:
    """The burnt-in line as rows of luma: light digits on a dark ground."""
    margin = [DARK * ((len(text) * 6 + 3) * SCALE)] * 6
    lines = []
    for line in range(7):
        bits = "00" + "0".join(DIGITS[c].split()[line] for c in text) + "00"
        lines += [b"".join((LIGHT if bit == "1" else DARK) * SCALE for bit in bits)] * SCALE
    return margin + lines + margin


def _scene() -> Scene:
    far, near = _ridge(((90, 2, 0.4), (26, 5, 1.9), (9, 11, 0.0))), _ridge(((46, 3, 2.6), (16, 7, 0.3), (5, 19, 1.0)))
    return [[_row(far, near, y, plane) for y in range(0, HEIGHT, 2 if plane else 1)] for plane in range(3)]


def _ridge(waves: tuple[tuple[int, int, float], ...]) -> list[int]:
    """Heights of a chain of hills above the shore, joining without a seam after PERIOD columns."""
    turn = 2 * math.pi / PERIOD
    return [
        max(4, int(sum(h * (0.55 + 0.45 * math.sin(n * turn * x + at)) for h, n, at in waves))) for x in range(PERIOD)
    ]


def _row(far: list[int], near: list[int], y: int, plane: int) -> bytes:
    height = abs(SHORE - y)
    dim = 0.82 if y > SHORE else 1.0
    sky = _mixed(LOW_SKY, HIGH_SKY, min(1.0, height / SHORE))
    hill = _mixed(MIST, FAR, min(1.0, height / 90))
    shades = [
        NEAR if height < near[x] else hill if height < far[x] else SUN if _in_sun(x, height) else sky
        for x in range(0, PERIOD, 2 if plane else 1)
    ]
    row = bytes(int(shade[0] * dim) if plane == 0 else int(shade[plane]) for shade in shades)
    return row + row[: (WIDTH >> 1) if plane else WIDTH]


def _in_sun(x: int, height: int) -> bool:
    return (x - 420) ** 2 + (height - 150) ** 2 < 26**2


def _mixed(low: Colour, high: Colour, share: float) -> Colour:
    return tuple(round(a + (b - a) * share) for a, b in zip(low, high, strict=True))  # type: ignore[return-value]
