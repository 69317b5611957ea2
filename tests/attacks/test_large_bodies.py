"""What a body may cost before the right to send it is asked: declared or in chunks, of strangers and of people with a role."""

from __future__ import annotations

import itertools
import re
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from audiovisual.kernel import files

MIB = 1 << 20
URLENCODED = "application/x-www-form-urlencoded"
BOUNDARY = "----------------of-a-test"


class Body:
    """So many bytes after a beginning, made as they are read; notes how much lay in a folder meanwhile."""

    def __init__(self, size: int, head: bytes = b"reason=", watched: Path | None = None) -> None:
        self.left, self.head, self.watched = size, head, watched
        self.came = self.lay = 0

    def read(self, size: int = -1) -> bytes:
        """The next bytes, 64 KiB at most."""
        if self.head:
            piece, self.head = self.head, b""
        else:
            piece = b"x" * min(self.left, 64 * 1024 if size < 0 else size)
            self.left -= len(piece)
        self.came += len(piece)
        if self.watched is not None and self.came // MIB > self.lay // MIB:
            self.lay = max(self.lay, sum(file.stat().st_size for file in self.watched.iterdir()))
        return piece

    def readinto(self, into: Any) -> int:
        """The same into a buffer."""
        piece = self.read(len(into))
        into[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        """Nothing to close."""


def sent(client: Any, path: str, body: Body, content_type: str, *, declared: bool) -> int:
    """The status of a POST: with its length declared, or in chunks as a server hands them on."""
    length = {"CONTENT_LENGTH": str(len(body.head) + body.left)} if declared else {"HTTP_TRANSFER_ENCODING": "chunked"}
    told = {"wsgi.input": body, "wsgi.input_terminated": True, "CONTENT_TYPE": content_type, **length}
    return int(client.post(path, environ_overrides=told).status_code)


def large_routes(stage: Any) -> list[str]:
    """An address of every route that takes files by a form."""
    views = stage.app.view_functions
    rules = (rule for rule in stage.app.url_map.iter_rules() if "POST" in (rule.methods or ()))
    return [re.sub("<[^>]*>", "1", rule.rule) for rule in rules if hasattr(views[rule.endpoint], "most_bytes")]


@pytest.mark.parametrize("declared", [True, False], ids=["declared", "in chunks"])
def test_a_form_without_files_is_counted_as_it_comes(stage: Any, declared: bool) -> None:
    """Whatever the route and the person: refused, and never more in memory than a form may have."""
    paths = [*large_routes(stage), "/login", "/account", "/search"]
    found, most = {}, stage.app.config["FORM_BYTES"]
    for path, role in itertools.product(paths, ("visitor", "house", "stranger", "leader")):
        body = Body(20 * MIB)
        tracemalloc.start()
        status = sent(stage.client(role), path, body, URLENCODED, declared=declared)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        if status < 400 or peak > 3 * most:
            found[path, role] = status, peak
    assert found == {}


# ---- files: role and token before the first byte lies on the disk ----


def form_with(size: int, watched: Path, *, token: str = "") -> Body:
    """A form with one file of so many bytes; its token stands before it."""
    said = "".join(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n' for _ in token[:1]
    )
    file = 'name="file"; filename="a.pdf"\r\nContent-Type: application/pdf'
    head = f"{said}--{BOUNDARY}\r\nContent-Disposition: form-data; {file}\r\n\r\n%PDF-1.7\n"
    return Body(size, head.encode(), watched)


def incoming_of(app: Any) -> Path:
    """Where files of forms grow while they come in."""
    with app.app_context():
        return files.incoming()


def token_of(client: Any) -> str:
    """The token of the person's forms, as a page of theirs has it."""
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/account").text)[1]  # type: ignore[index]


@pytest.mark.parametrize("declared", [True, False], ids=["declared", "in chunks"])
def test_a_file_of_somebody_without_the_right_never_lies_on_the_disk(
    restored: Any, monkeypatch: pytest.MonkeyPatch, declared: bool
) -> None:
    stage, watched = restored, incoming_of(restored.app)
    monkeypatch.setitem(stage.app.config, "WTF_CSRF_ENABLED", True)
    path, lay = stage.path("/projects/{draft}/edit"), {}
    for role, token in (("visitor", ""), ("leader", "own"), ("house", ""), ("house", "forged"), ("house", "own")):
        client = stage.client(role)
        own = token_of(client) if role != "visitor" else ""
        body = form_with(10 * MIB, watched, token=own if token == "own" else token)
        sent(client, path, body, f"multipart/form-data; boundary={BOUNDARY}", declared=declared)
        lay[role, token] = body.lay > MIB
    assert lay == {
        ("visitor", ""): False, ("leader", "own"): False, ("house", ""): False, ("house", "forged"): False,
        ("house", "own"): True,
    }  # fmt: skip
