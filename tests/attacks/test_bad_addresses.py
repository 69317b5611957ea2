"""Every address with numbers no row has and questions no page asks: a page, or a refusal in words, never a crash.

Numbers in paths: 2^63 and five thousand digits, more of them in the full run. Queries: every name a page reads, each with
something nasty; all of it in the full run.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from werkzeug.datastructures import ImmutableMultiDict

from tests.conventions.matrix import LINES

FULL = bool(os.environ.get("SEEDBANK_FULL"))
NUMBERS = ("0", str(2**31), str(2**63), "9" * 5000) if FULL else (str(2**63), "9" * 5000)
NASTY = (
    "9" * 5000, "%00", str(2**63), "-1", "٣", "%ED%A0%80", "%FF%FE", quote('"><script>alert(1)</script>'), quote("(((" * 400),
    quote("NOT " * 300), "1e999", quote("长" * 1500), "0000-00-00", quote("'; DROP TABLE project; --"),
)  # fmt: skip
HEADERS = (
    {"Range": "bytes=" + "9" * 5000 + "-"}, {"Range": "bytes=-0,5-1"}, {"If-None-Match": "\x7f" * 50},
    {"If-Modified-Since": "0000"}, {"Accept-Language": "zz;q=9e999"}, {"Upload-Offset": "9" * 5000}, {"Upload-Offset": "-1"},
)  # fmt: skip


def _told(stage: Any, role: str, method: str, path: str, **more: Any) -> str | None:
    """What is wrong with an answer, or None."""
    try:
        answer = stage.client(role).open(path, method=method, **more)
    except Exception as error:
        return f"{method} {path[:90]}（{role}）：{type(error).__name__}: {str(error)[:100]}"
    if answer.status_code >= 500 and path != "/readyz" and not path.startswith("/readyz?"):
        return f"{method} {path[:90]}（{role}）：{answer.status_code}"
    if answer.mimetype == "text/html" and b"<script>alert" in answer.data:
        return f"{method} {path[:90]}（{role}）：原样输出了 <script>"
    return None


def _numbered() -> Iterator[tuple[str, str, str]]:
    """Every line with a number in its path: role, method, the path with each number in turn replaced."""
    for line in LINES:
        holes = [
            hole
            for hole in re.findall(r"{[^}]+}", line.path)
            if hole not in ("{join}", "{reset}", "{score}", "{upload}")
        ]
        for hole in holes if line.opens else ():
            for number in NUMBERS:
                yield line.opens[0], line.method, line.path.replace(hole, number)


def test_a_number_no_row_has_is_a_page_that_is_not_there(restored):
    found = []
    for role, method, template in _numbered():
        told = _told(
            restored, role, method, restored.path(template), **({"data": {"reason": "x"}} if method == "POST" else {})
        )
        found += [told] if told else []
    assert not found, "\n".join(found)


@pytest.fixture
def read(restored, monkeypatch) -> set[str]:
    """The names of an address that pages looked for, as they look."""
    names: set[str] = set()

    class Noting(ImmutableMultiDict[str, str]):
        def __contains__(self, name: object) -> bool:
            names.add(str(name))
            return super().__contains__(name)

        def __getitem__(self, name: str) -> str:
            names.add(name)
            return super().__getitem__(name)

        def getlist(self, name: str, *more: Any) -> list[Any]:
            names.add(name)
            return super().getlist(name, *more)

    noting = type("NotingRequest", (restored.app.request_class,), {"parameter_storage_class": Noting})
    monkeypatch.setattr(restored.app, "request_class", noting)
    return names


@pytest.mark.slow
@pytest.mark.parametrize("nasty", NASTY, ids=lambda text: text[:12])
def test_no_question_in_an_address_breaks_a_page(restored, read, nasty):
    """A name no page knows, which lists carry along; all it looks for at once; one by one, so that no refusal hides another."""
    found = []
    for line in LINES:
        if line.method != "GET" or not line.opens or "?" in line.path:
            continue
        path, asked, questions = restored.path(line.path), set(), [f"stranger={nasty}"]
        read.clear()
        while questions:
            found += [_told(restored, line.opens[0], "GET", f"{path}?{question}") for question in questions]
            fresh = [f"{name}={nasty}" for name in sorted(read - asked)]
            questions = [*dict.fromkeys(["&".join(fresh), *fresh])] if fresh else []
            asked |= read
    assert not any(found), "\n".join(filter(None, found))


@pytest.mark.parametrize("header", HEADERS, ids=lambda header: next(iter(header)))
def test_no_header_breaks_a_file_or_an_upload(restored, header):
    found = []
    for line in LINES:
        if line.opens and (line.path.endswith(("/file", "/stream")) or line.path.startswith("/files/")):
            told = _told(restored, line.opens[0], line.method, restored.path(line.path), headers=header)
            found += [told] if told else []
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b"{" * 100_000, b'{"size": ' + b"9" * 5000 + b"}", b'{"size": 1e999, "name": "a.mp4"}',
             b'{"name": {"a": 1}, "size": 1}', b"null", b'"x"', b"\xff\xfe"],
    ids=lambda body: body[:12].decode("latin-1"),
)  # fmt: skip
def test_no_json_breaks_an_upload(restored, body):
    found = []
    for line in LINES:
        if line.path.startswith("/files/uploads") and line.method == "POST":
            told = _told(
                restored, line.opens[0], "POST", restored.path(line.path), data=body, content_type="application/json"
            )
            found += [told] if told else []
    assert not found, "\n".join(found)


HOSTS = (
    "a" * 64 + ".example", "x" * 300, "..", "[::1", "例え.テスト", "%00", "a:b:c", "a b", "host:123456", "/etc", "a@b", "",
)  # fmt: skip
"""Names no computer has."""


@pytest.mark.parametrize("host", HOSTS)
def test_a_name_no_computer_has_is_refused_in_plain_words(stage, host):
    client = stage.client("officer")
    for path in ("/", "/projects", "/healthz", "/static/css/tokens.css", "/nowhere"):
        assert client.get(path, headers={"Host": host}).status_code == 400
    assert client.post("/drafts", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8000", "[::1]:8000", "10.1.2.3", "a_b", "xn--fsqu00a.cn", "A.CN."]
)
def test_a_name_a_computer_may_have_is_served(stage, host):
    assert stage.client("visitor").get("/login", headers={"Host": host}).status_code == 200
