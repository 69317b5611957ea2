"""A disk that fills up during an upload, a body that is refused: one clear sentence, and what was received before stays.

The server process may write no file beyond a size (RLIMIT_FSIZE): to it, that is a full disk.
"""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import socket
import time
from typing import Any

import pytest

from audiovisual.kernel.model import db
from tests import factories as make
from tests.conftest import POSTGRES, make_app

from .agreement import disagreements
from .live import SECRET, Live, cookie_for, serving

ROOM = 3_000_000
"""How much beyond the database's own size a file may grow, in bytes."""
CONTENT = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\ntrailer << >>\n%%EOF\n" + random.Random(1).randbytes(9_000_000)
PIECE = 1_000_000
JSON = {"Content_Type": "application/json", "X_Requested_With": "fetch"}


def _send(live: Live, cookie: str, token: str, offset: int) -> tuple[int, Any, int]:
    """Send pieces until one is refused or all are there: the last status, its body, the offset."""
    while offset < len(CONTENT):
        piece = CONTENT[offset : offset + PIECE]
        answer = live.ask(cookie, "PATCH", f"/files/uploads/{token}", piece, Upload_Offset=str(offset),
                          Content_Type="application/offset+octet-stream", X_Requested_With="fetch")  # fmt: skip
        if answer.status != 200:
            return answer.status, json.loads(answer.body), offset
        offset = json.loads(answer.body)["offset"]
    return 200, None, offset


def _form(name: str, content: bytes) -> tuple[bytes, str]:
    mark = "mark-of-the-test"
    head = f'--{mark}\r\nContent-Disposition: form-data; name="{name}"; filename="承诺书.pdf"\r\nContent-Type: application/pdf\r\n\r\n'
    return head.encode() + content + f"\r\n--{mark}--\r\n".encode(), f"multipart/form-data; boundary={mark}"


@pytest.mark.skipif(POSTGRES, reason="the limit is set on this process's files")
def test_a_full_disk_is_told_and_loses_nothing(template, tmp_path):
    shutil.copyfile(template, tmp_path / "seedbank.sqlite3")
    app = make_app(tmp_path, SECRET_KEY=SECRET)
    with app.app_context():
        by = make.producer()
        cookie, draft = cookie_for(app, by.id), make.draft(by).id
        db.session.remove()
        db.engine.dispose()
    blocks = ((tmp_path / "seedbank.sqlite3").stat().st_size + ROOM) // 512
    with serving(tmp_path, limit=f"ulimit -f {blocks}") as live:
        begun = live.ask(
            cookie,
            "POST",
            "/files/uploads",
            json.dumps({"name": "样片.pdf", "size": len(CONTENT), "place": f"paper:{draft}:pledge"}).encode(),
            **JSON,
        )
        token = json.loads(begun.body)["id"]
        status, told, kept = _send(live, cookie, token, 0)
        assert (status, "磁盘已满" in told["error"]) == (507, True)
        assert 0 < kept < len(CONTENT)
        body, kind = _form("paper_pledge", CONTENT)
        whole = live.ask(cookie, "POST", f"/projects/{draft}/edit", body, Content_Type=kind)
        assert (whole.status, "磁盘已满" in whole.body.decode()) == (507, True)
        assert json.loads(live.ask(cookie, "GET", f"/files/uploads/{token}").body)["offset"] >= kept
        assert live.ask(cookie, "GET", f"/projects/{draft}/edit").status == 200
    with serving(tmp_path) as live:  # room again: it goes on where it stopped
        offset = json.loads(live.ask(cookie, "GET", f"/files/uploads/{token}").body)["offset"]
        assert offset >= kept
        assert _send(live, cookie, token, offset)[0] == 200
        done = json.loads(live.ask(cookie, "POST", f"/files/uploads/{token}/finish", b"", **JSON).body)
        assert done["sha256"] == hashlib.sha256(CONTENT).hexdigest()
    with app.app_context():
        assert disagreements() == []
        left = [path.name for path in (tmp_path / "files" / "incoming").iterdir() if path.name.startswith("whole-")]
        assert left == []
        db.session.remove()
        db.engine.dispose()


@pytest.mark.skipif(POSTGRES, reason="asks no database of another kind")
@pytest.mark.slow
def test_a_refusal_is_read_by_whoever_was_still_sending(template, tmp_path):
    """Closed upon a body half sent, the connection is reset, and a browser shows its own error instead of the page."""
    shutil.copyfile(template, tmp_path / "seedbank.sqlite3")
    body = b"login=" + b"x" * 30_000_000
    with serving(tmp_path) as live:
        for _ in range(5):
            answer = live.ask("", "POST", "/login", body, Content_Type="application/x-www-form-urlencoded")
            assert (answer.status, "<h1" in answer.body.decode()) == (413, True)


@pytest.mark.skipif(POSTGRES, reason="asks no database of another kind")
@pytest.mark.slow
def test_whoever_falls_silent_while_sending_is_answered_and_holds_no_thread(template, tmp_path):
    """A large body announced, a little of it sent: after ten seconds the refusal comes all the same."""
    shutil.copyfile(template, tmp_path / "seedbank.sqlite3")
    head = b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 30000000\r\n"
    with serving(tmp_path) as live, socket.create_connection(("127.0.0.1", live.port), timeout=40) as line:
        line.sendall(head + b"Content-Type: application/x-www-form-urlencoded\r\n\r\nlogin=x")
        begun = time.monotonic()
        assert line.recv(64).startswith(b"HTTP/1.1 413 ")
        assert time.monotonic() - begun < 30
