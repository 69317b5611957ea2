"""What a cut is, read from files made here; and the sample cut shows the frame it says."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import pytest

from audiovisual.kernel import filetypes, media
from audiovisual.kernel.samplecut import DARK, DIGITS, SCALE, TOP, WIDTH, make_sample_cut
from workflows.errors import RuleBroken
from workflows.timecode import timecode

NTSC = Fraction(30000, 1001)


def made(path: Path, codec: str = "libx264", rate: Fraction = Fraction(25), pixels: str = "yuv420p", frames: int = 10,
         times: list[int] | None = None, start: str = "", audio: str = "") -> Path:  # fmt: skip
    """A small grey film."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate)
        stream.width, stream.height, stream.pix_fmt = 64, 48, pixels
        if start:
            stream.metadata["timecode"] = start
        sound = container.add_stream(audio, rate=48000, layout="mono") if audio else None
        for number in range(frames):
            frame = av.VideoFrame(64, 48, pixels)
            for plane in frame.planes:
                plane.update(bytes([16 + number]) * plane.buffer_size)
            frame.pts, frame.time_base = times[number] if times else number, 1 / rate
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if sound is not None:
            quiet = av.AudioFrame(format="fltp", layout="mono", samples=1024)
            quiet.planes[0].update(bytes(quiet.planes[0].buffer_size))
            quiet.sample_rate, quiet.pts = 48000, 0
            container.mux(sound.encode(quiet))
            container.mux(sound.encode(None))
    return path


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sample") / "sample.mp4"
    make_sample_cut(path, seconds=4)
    return path


def test_the_sample_cut_plays_in_browsers_and_starts_at_once(sample: Path) -> None:
    found = media.probe(sample)
    assert (found.duration_frames, found.rate, found.start_frame) == (100, 25, 0)
    assert (found.width, found.height, found.codec, found.audio_codec) == (640, 360, "h264", None)
    assert (found.browser_plays, found.varies, found.drop, found.seconds) == (True, False, False, 4.0)
    assert filetypes.inspect(sample, "样片.mp4").code == "mp4"
    content = sample.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")
    assert len(content) < 500_000


def test_each_frame_of_the_sample_cut_shows_its_own_timecode(sample: Path) -> None:
    with av.open(str(sample)) as container:
        shown = [read_digits(frame, 11) for frame in container.decode(video=0)]
    assert shown == [timecode(number, Fraction(25)) for number in range(100)]


def test_other_rates_and_starts_are_burnt_in_and_read_back(tmp_path: Path) -> None:
    start = 10 * 3600 * 30
    make_sample_cut(tmp_path / "ntsc.mp4", seconds=2, rate=NTSC, start=start, numbered=True)
    found = media.probe(tmp_path / "ntsc.mp4")
    assert (found.duration_frames, found.rate, found.start_frame, found.drop) == (60, NTSC, start, False)
    with av.open(str(tmp_path / "ntsc.mp4")) as container:
        shown = [read_digits(frame, 18) for frame in container.decode(video=0)]
    assert shown == [f"{timecode(n, NTSC, start=start)} {n:06d}" for n in range(60)]
    assert shown[31] == "10:00:01:01 000031"


def read_digits(frame: av.VideoFrame, count: int) -> str:
    """Read the burnt-in line off the picture: at each place the sign whose dots fit best."""
    plane, left = frame.planes[0], (WIDTH - (count * 6 + 3) * SCALE) // 2 + 2 * SCALE
    luma, width = bytes(plane), plane.line_size
    text = ""
    for place in range(count):
        dots = [
            luma[(TOP + 6 + line * SCALE + 2) * width + left + (place * 6 + column) * SCALE + 2] > 126
            for line in range(7) for column in range(5)
        ]  # fmt: skip
        text += min(
            DIGITS, key=lambda c: sum(d != (b == "1") for d, b in zip(dots, DIGITS[c].replace(" ", ""), strict=True))
        )
    assert luma[(TOP + 2) * width + left] < DARK[0] + 40
    return text


@pytest.mark.parametrize(
    ("name", "codec", "pixels", "audio", "plays"),
    [("a.mp4", "libx264", "yuv420p", "", True), ("a.mp4", "libx264", "yuv420p", "aac", True),
     ("a.webm", "libvpx-vp9", "yuv420p", "", True), ("a.mov", "libx264", "yuv420p", "", True), ("a.mov", "libx264", "yuv420p", "pcm_s16le", False),
     ("a.mkv", "libx264", "yuv420p", "", False), ("a.mp4", "libx264", "yuv422p", "", False),
     ("a.mov", "prores_ks", "yuv422p10le", "", False), ("a.mxf", "mpeg2video", "yuv420p", "", False)],
)  # fmt: skip
def test_what_browsers_play_is_known(
    tmp_path: Path, name: str, codec: str, pixels: str, audio: str, plays: bool
) -> None:
    path = made(tmp_path / name, codec, pixels=pixels, audio=audio)
    found = media.probe(path)
    assert (found.duration_frames, found.rate, found.browser_plays) == (10, 25, plays)
    assert filetypes.inspect(path, name).code == name.split(".")[1]
    nameless = path.rename(tmp_path / "0123456789abcdef")
    assert media.probe(nameless) == found


def test_a_start_timecode_is_read_with_its_kind_of_counting(tmp_path: Path) -> None:
    plain = media.probe(made(tmp_path / "plain.mov", start="01:00:00:00"))
    assert (plain.start_frame, plain.drop) == (90_000, False)
    drop = media.probe(made(tmp_path / "drop.mov", rate=NTSC, start="01:00:00;00"))
    assert (drop.start_frame, drop.drop) == (107_892, True)


def test_a_film_of_uneven_frames_plays_and_is_counted_by_the_rate_it_was_made_for(tmp_path: Path) -> None:
    slower = [n if n < 30 else 30 + (n - 30) * 3 for n in range(60)]
    found = media.probe(made(tmp_path / "uneven.mp4", frames=60, times=slower))
    assert (found.varies, found.browser_plays, found.rate) == (True, True, 25)
    assert found.duration_frames == pytest.approx(slower[-1] + 1, abs=4)


def test_of_a_film_that_does_not_play_the_cause_that_was_found_is_told(tmp_path: Path) -> None:
    def told(name: str, *given: str, **more: str) -> str | None:
        return media.probe(made(tmp_path / name, *given, **more)).unplayed

    assert told("a.mp4") is None
    assert told("a.mkv") == "浏览器放不了 MKV 文件。"
    assert told("a.mov", "prores_ks", pixels="yuv422p10le") == "画面是 prores 编码，浏览器放不了。"
    assert told("b.mp4", pixels="yuv422p") == "画面的像素格式是 yuv422p，浏览器只放 8 位 4:2:0。"
    assert told("c.mov", audio="pcm_s16le") == "声音是 pcm_s16le 编码，浏览器放不了。"
    strange = tmp_path / "strange.mp4"
    strange.write_bytes(made(tmp_path / "plain.mp4").read_bytes().replace(b"avc1", b"zzz9"))
    assert media.probe(strange).unplayed == "画面的编码认不出，浏览器放不了。"


def test_what_holds_no_picture_is_refused_beside_its_field(tmp_path: Path, sample: Path) -> None:
    cut_short = tmp_path / "short.mp4"
    cut_short.write_bytes(sample.read_bytes()[:600])
    text = tmp_path / "text.mp4"
    text.write_bytes("这不是视频".encode() * 100)
    sound = tmp_path / "sound.mp4"
    with av.open(str(sound), "w") as container:
        stream = container.add_stream("aac", rate=48000, layout="mono")
        quiet = av.AudioFrame(format="fltp", layout="mono", samples=1024)
        quiet.planes[0].update(bytes(quiet.planes[0].buffer_size))
        quiet.sample_rate, quiet.pts = 48000, 0
        container.mux(stream.encode(quiet))
        container.mux(stream.encode(None))
    unreadable = "这个视频打不开：里面的数据读不出来，多半没有导出或复制完整。请重新导出后上传。"
    silent = "这个文件里没有画面，请检查后重新上传。"
    for path, sentence in ((cut_short, unreadable), (text, unreadable), (sound, silent)):
        with pytest.raises(RuleBroken) as refused:
            media.probe(path, "cut")
        assert (refused.value.sentence, refused.value.field) == (sentence, "cut")
