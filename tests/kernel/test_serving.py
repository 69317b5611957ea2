"""Files on their way out: ranges byte by byte, entity tags, names, and what is shown or only saved."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from audiovisual.kernel import files, serving
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.files import StoredFile

from .stage import ALICE, staged

FILM = os.urandom(9 * 1024 * 1024 + 321)
SMALL = b"%PDF-1.7 " + os.urandom(991)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Flask]:
    with staged(tmp_path) as app:
        yield app


@pytest.fixture
def http(stage: Flask) -> FlaskClient:
    return stage.test_client()


@pytest.fixture
def film(stage: Flask) -> StoredFile:
    with unit_of_work():
        return files.keep_bytes(FILM, "逆光 第1集.mp4", "video/mp4", 7)


@pytest.fixture
def paper(stage: Flask) -> StoredFile:
    with unit_of_work():
        return files.keep_bytes(SMALL, "承诺书.pdf", "application/pdf", 7)


def get(http: FlaskClient, stored: StoredFile, query: str = "", method: str = "GET", **headers: str) -> Any:
    asked = {**ALICE, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return http.open(f"/file/{stored.id}?{query}", method=method, headers=asked)


def test_the_whole_file_is_the_same_bytes(http: FlaskClient, film: StoredFile) -> None:
    answer = get(http, film)
    assert (answer.status_code, answer.data) == (200, FILM)
    assert answer.headers["Content-Length"] == str(len(FILM))
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["ETag"] == f'"{film.sha256}"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Type"] == "video/mp4"


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-0", 0, 0), ("bytes=0-99", 0, 99), ("bytes=500-", 500, 999), ("bytes=-1", 999, 999), ("bytes=-300", 700, 999),
     ("bytes=990-5000", 990, 999), ("bytes=999-999", 999, 999), ("bytes=-5000", 0, 999)],
)  # fmt: skip
def test_a_range_is_exactly_its_bytes(http: FlaskClient, paper: StoredFile, asked: str, first: int, last: int) -> None:
    answer = get(http, paper, Range=asked)
    assert (answer.status_code, answer.data) == (206, SMALL[first : last + 1])
    assert answer.headers["Content-Range"] == f"bytes {first}-{last}/1000"
    assert answer.headers["Content-Length"] == str(last - first + 1)


@pytest.mark.parametrize("asked", ["bytes=1000-", "bytes=1000-2000", "bytes=5000-6000"])
def test_a_range_beyond_the_end_is_416(http: FlaskClient, paper: StoredFile, asked: str) -> None:
    answer = get(http, paper, Range=asked)
    assert (answer.status_code, answer.data, answer.headers["Content-Range"]) == (416, b"", "bytes */1000")


@pytest.mark.parametrize(
    "asked", ["bytes=0-1,5-6", "bytes=5-2", "bytes=a-b", "lines=0-5", "bytes", "bytes=", "x" * 5000]
)
def test_what_is_no_single_range_gets_the_whole(http: FlaskClient, paper: StoredFile, asked: str) -> None:
    answer = get(http, paper, Range=asked)
    assert (answer.status_code, answer.data) == (200, SMALL)


def test_a_film_in_the_page_comes_four_megabytes_at_a_time(http: FlaskClient, film: StoredFile) -> None:
    seen, pieces = b"", 0
    while len(seen) < len(FILM):
        answer = get(http, film, "inline", Range=f"bytes={len(seen)}-")
        assert answer.status_code == 206
        assert len(answer.data) <= serving.MOST
        assert answer.headers["Content-Range"] == f"bytes {len(seen)}-{len(seen) + len(answer.data) - 1}/{len(FILM)}"
        seen, pieces = seen + answer.data, pieces + 1
    assert (seen, pieces) == (FILM, 3)


def test_a_download_is_resumed_to_its_end(http: FlaskClient, film: StoredFile) -> None:
    answer = get(http, film, Range="bytes=1000-")
    assert (answer.status_code, answer.data) == (206, FILM[1000:])


def test_if_range_gives_the_part_only_of_the_same_file(http: FlaskClient, paper: StoredFile) -> None:
    same = get(http, paper, Range="bytes=0-9", If_Range=f'"{paper.sha256}"')
    assert (same.status_code, same.data) == (206, SMALL[:10])
    for other in ('"other"', f'W/"{paper.sha256}"', "Sun, 22 Nov 2026 08:00:00 GMT"):
        assert get(http, paper, Range="bytes=0-9", If_Range=other).data == SMALL


def test_an_unchanged_file_is_not_sent_again(http: FlaskClient, paper: StoredFile) -> None:
    answer = get(http, paper, If_None_Match=f'"{paper.sha256}"')
    assert (answer.status_code, answer.data) == (304, b"")
    assert get(http, paper, If_None_Match='"other"').data == SMALL


def test_head_tells_the_same_without_bytes(http: FlaskClient, paper: StoredFile) -> None:
    whole, part = get(http, paper, method="HEAD"), get(http, paper, method="HEAD", Range="bytes=0-9")
    assert (whole.status_code, whole.data, whole.headers["Content-Length"]) == (200, b"", "1000")
    assert (part.status_code, part.data, part.headers["Content-Range"]) == (206, b"", "bytes 0-9/1000")


@pytest.mark.parametrize(
    ("media_type", "shown"),
    [("application/pdf", True), ("image/png", True), ("image/jpeg", True), ("video/mp4", True), ("video/webm", True),
     ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", False), ("text/html", False),
     ("image/svg+xml", False), ("application/mxf", False)],
)  # fmt: skip
def test_only_harmless_types_are_shown_in_the_page(http: FlaskClient, media_type: str, shown: bool) -> None:
    with unit_of_work():
        stored = files.keep_bytes(b"content", "x", media_type, 7)
    asked = get(http, stored, "inline").headers
    assert asked["Content-Disposition"].split(";")[0] == ("inline" if shown else "attachment")
    assert asked["Content-Type"] == media_type
    assert "default-src 'none'" in asked["Content-Security-Policy"]
    assert ("sandbox" in asked["Content-Security-Policy"]) == (media_type != "application/pdf")
    assert "base-uri 'none'" in asked["Content-Security-Policy"]
    assert get(http, stored).headers["Content-Disposition"].split(";")[0] == "attachment"


def test_a_chinese_name_arrives_whole(http: FlaskClient, film: StoredFile) -> None:
    given = get(http, film).headers["Content-Disposition"]
    assert given.startswith("attachment; filename=\"?? ?1?.mp4\"; filename*=UTF-8''".replace("?", "_"))
    assert unquote(given.split("''")[1]) == "逆光 第1集.mp4"
    other = get(http, film, "name=审核意见〔2026〕1号.pdf").headers["Content-Disposition"]
    assert unquote(other.split("''")[1]) == "审核意见〔2026〕1号.pdf"


def test_a_nasty_name_breaks_no_header() -> None:
    for name in ('a"; filename=evil.exe', "a\\b.pdf", "100%.pdf", "a;b.pdf"):
        given = serving.disposition("attachment", name)
        assert given.count('"') == 2
        assert unquote(given.split("''")[1]) == name


def test_lost_bytes_are_not_found(http: FlaskClient, paper: StoredFile) -> None:
    paper.path.unlink()
    assert get(http, paper).status_code == 404


def test_reading_takes_little_memory(stage: Flask, film: StoredFile) -> None:
    with stage.test_request_context(f"/file/{film.id}"):
        answer = serving.send(film)
        assert max(len(piece) for piece in answer.response) == serving.PIECE


def test_bytes_that_changed_on_the_disk_are_not_served_under_the_old_hash(http: FlaskClient, paper: StoredFile) -> None:
    """One bit is enough, also after the file was served; whole again, it is served again."""
    assert get(http, paper).data == SMALL
    paper.path.write_bytes(SMALL[:-1] + bytes([SMALL[-1] ^ 1]))
    for method, asked in (("GET", {}), ("HEAD", {}), ("GET", {"Range": "bytes=0-9"})):
        answer = get(http, paper, method=method, **asked)
        assert (answer.status_code, SMALL[:9] in answer.data) == (500, False)
    paper.path.write_bytes(SMALL)
    assert get(http, paper).data == SMALL


def test_a_film_cut_short_on_the_disk_is_refused_before_its_first_byte(http: FlaskClient, film: StoredFile) -> None:
    os.truncate(film.path, 5_000_000)
    answer = get(http, film)
    assert (answer.status_code, answer.headers.get("Content-Length") != str(len(FILM))) == (500, True)


def test_a_file_cut_short_while_it_is_served_ends_the_connection(http: FlaskClient, film: StoredFile) -> None:
    """Too few bytes under a promised length would have the next answer taken for the rest."""
    pieces = serving._pieces(film.path, 0, len(FILM) - 1)
    next(pieces)
    os.truncate(film.path, 1_000_000)
    with pytest.raises(EOFError):
        b"".join(pieces)
