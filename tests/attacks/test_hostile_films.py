"""Films made to harm whoever looks into them: the look is a process of its own, and a sentence is all that comes of it."""

from __future__ import annotations

import random
import socket
import struct
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from audiovisual.kernel import media, outbox
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.filetypes import inspect
from audiovisual.kernel.model import db
from audiovisual.reviews.models import CutPart
from audiovisual.reviews.operations import cuts
from tests import factories as make
from tests.kernel.test_media import made
from workflows.errors import RuleBroken


class Listening:
    """A port of this machine, and whether anybody came."""

    def __init__(self) -> None:
        self.server = socket.create_server(("127.0.0.1", 0))
        self.server.settimeout(0.2)
        self.url = f"http://127.0.0.1:{self.server.getsockname()[1]}/a.ts"

    @property
    def visited(self) -> bool:
        """Whether a connection waits."""
        try:
            self.server.accept()[0].close()
        except TimeoutError:
            return False
        return True


@pytest.fixture
def elsewhere() -> Iterator[Listening]:
    listening = Listening()
    yield listening
    listening.server.close()


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("film") / "film.mp4", frames=60, audio="aac")


def refused(path: Path) -> object:
    """What is said of a film that is refused."""
    with pytest.raises(RuleBroken) as told:
        media.probe(path, "cut")
    assert told.value.field == "cut"
    return told.value.sentence


PLAYLISTS = {
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{url}\n#EXT-X-ENDLIST\n",
    "concat": "ffconcat version 1.0\nfile '{url}'\n",
    "dash": '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period><AdaptationSet><Representation><BaseURL>{url}</BaseURL>'
    "</Representation></AdaptationSet></Period></MPD>",
    "sdp": "v=0\nc=IN IP4 127.0.0.1\nm=video 9 RTP/AVP 96\n",
}


@pytest.mark.parametrize("demuxer", sorted(PLAYLISTS))
@pytest.mark.parametrize("goal", ["http", "file:///etc/passwd"])
def test_a_playlist_under_the_name_of_a_film_is_refused_and_nobody_is_visited(
    tmp_path: Path, elsewhere: Listening, demuxer: str, goal: str
) -> None:
    path = tmp_path / "第1集.mp4"
    path.write_text(PLAYLISTS[demuxer].format(url=elsewhere.url if goal == "http" else goal))
    with pytest.raises(RuleBroken):
        inspect(path, path.name)
    assert refused(path) == media.UNREADABLE
    for taken_for in ("mov", demuxer):  # and were it read as what it is, nothing could be opened
        with pytest.raises(RuleBroken):
            media._looked(path, taken_for, "cut", 60)
    assert not elsewhere.visited


@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.99])
def test_a_film_cut_off_anywhere_is_read_or_refused(tmp_path: Path, film: Path, share: float) -> None:
    path, whole = tmp_path / "第1集.mp4", film.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    assert outcome(path) in ("read", "refused")


@pytest.mark.parametrize("seed", range(6))
def test_a_film_with_random_bytes_is_read_or_refused(tmp_path: Path, film: Path, seed: int) -> None:
    chance, content = random.Random(seed), bytearray(film.read_bytes())
    for _ in range(80):
        content[chance.randrange(8, len(content))] = chance.randrange(256)
    path = tmp_path / "第1集.mp4"
    path.write_bytes(content)
    assert outcome(path) in ("read", "refused")


def outcome(path: Path) -> str:
    try:
        media.probe(path)
    except RuleBroken:
        return "refused"
    return "read"


def box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + name + content


def test_a_film_that_bursts_to_gigabytes_is_refused(tmp_path: Path) -> None:
    """A head of QuickTime packed with zlib, which says that it is 3.9 GB long."""
    packed = struct.pack(">I", 3_900_000_000) + zlib.compress(bytes(100_000_000))
    head = box(b"moov", box(b"cmov", box(b"dcom", b"zlib") + box(b"cmvd", packed)))
    path = tmp_path / "第1集.mov"
    path.write_bytes(box(b"ftyp", b"qt  \x00\x00\x00\x00qt  ") + head + box(b"mdat", bytes(64)))
    assert refused(path) in (media.UNREADABLE, media.DEADLY)


def test_a_look_that_does_not_end_is_ended(film: Path) -> None:
    before = time.monotonic()
    with pytest.raises(RuleBroken) as told:
        media.probe(film, "cut", seconds=0.01)
    assert told.value.sentence == media.ENDLESS
    assert time.monotonic() - before < 5


def test_a_death_of_the_process_is_told_of_the_cut_and_holds_nothing_up(
    app: Any, tmp_path: Path, film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead = tmp_path / "dead.py"
    dead.write_text("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n")
    monkeypatch.setattr(media.lookin, "__file__", str(dead))
    part = delivered(film)
    outbox.work_off()
    assert db.session.get(CutPart, part).trouble == media.DEADLY


def test_where_ffmpeg_is_missing_cuts_wait_and_readyz_says_so(
    app: Any, client: Any, tmp_path: Path, film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "_there", (0.0, ""))
    assert "films" not in client.get("/readyz").json["notes"]
    real, gone = media.lookin.__file__, tmp_path / "gone.py"
    gone.write_text(f"import sys\nsys.exit({media.lookin.NO_FFMPEG})\n")
    monkeypatch.setattr(media.lookin, "__file__", str(gone))
    monkeypatch.setattr(media, "_there", (0.0, ""))
    part = delivered(film)
    outbox.work_off()
    assert db.session.get(CutPart, part).plays is None
    said = "FFmpeg (PyAV) is missing: cuts are not looked into"
    assert client.get("/readyz").json["notes"]["films"] == said
    row = db.session.scalars(select(outbox.OutboxRow).where(outbox.OutboxRow.kind == "probe_cut")).one()
    assert (row.attempts, row.failed_at) == (1, None)
    monkeypatch.setattr(media.lookin, "__file__", real)
    with unit_of_work():
        outbox.retry_soon(db.session.get(outbox.OutboxRow, row.id))
    outbox.work_off()
    assert db.session.get(CutPart, part).frames == 60


def delivered(film: Path) -> int:
    """A cut of that film; gives the id of its part."""
    from audiovisual.kernel.files import keep_path

    by = make.producer()
    project = make.project("in_production", by=by, episodes=1)
    with unit_of_work():
        stored = keep_path(film, "第1集.mp4", "video/mp4", by.id)
        return cuts.deliver(project, make.actor_of(by), {0: stored}).parts[0].id
