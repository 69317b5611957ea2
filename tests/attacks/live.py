"""A server and a worker of our own on a bank of our own: real processes, real connections, and the right to kill them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SECRET = "a key of the test, longer than thirty-two characters"


@dataclass
class Answer:
    """Status, where it leads, body."""

    status: int
    location: str
    body: bytes


class _Still(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> None:
        return None


_OPEN = urllib.request.build_opener(_Still())


@dataclass
class Live:
    """The running pair. `cookies` opens a session for each person."""

    instance: Path
    port: int
    server: subprocess.Popen
    worker: subprocess.Popen
    environment: dict[str, str]
    patience: int = 30

    def ask(self, cookie: str, method: str, path: str, body: bytes | dict | None = None, **headers: str) -> Answer:
        """One request; an error of the connection is raised as OSError, and then nothing was acknowledged."""
        if isinstance(body, dict):
            body = urllib.parse.urlencode(body).encode()
            headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
        names = {key.replace("_", "-"): value for key, value in headers.items()} | {"Cookie": f"seedbank={cookie}"}
        asked = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data=body, method=method, headers=names)
        try:
            with _OPEN.open(asked, timeout=self.patience) as response:
                return Answer(response.status, response.headers.get("Location", ""), response.read())
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.headers.get("Location", ""), error.read())

    def web_workers(self) -> list[int]:
        """Process ids of the web workers this server started."""
        found: list[int] = []
        for task in Path(f"/proc/{self.server.pid}/task").glob("*/children"):
            found += [int(pid) for pid in task.read_text().split()]
        return found

    def kill_web_worker(self, choose: Any) -> bool:
        """kill -9 one of them; whether one was there to be killed and is dead now."""
        pids = [pid for pid in self.web_workers() if _alive(pid)]
        if not pids:
            return False
        os.kill(victim := choose(pids), signal.SIGKILL)
        return _dead(lambda: not _alive(victim))

    def kill_worker(self) -> bool:
        """kill -9 the outbox worker, and start another; whether it was killed by this, and not dead before."""
        self.worker.kill()
        killed = self.worker.wait() == -signal.SIGKILL
        self.worker = start_worker(self.environment)
        return killed


def _alive(pid: int) -> bool:
    """Whether that process runs: one that waits to be buried (Z) does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def _dead(gone: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10
    while not gone() and time.monotonic() < deadline:
        time.sleep(0.01)
    return gone()


def start_worker(environment: dict[str, str]) -> subprocess.Popen:
    """`flask work` as a process."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "work"]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def free_port() -> int:
    """A port nobody holds."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serving(instance: Path, url: str = "", limit: str = "") -> Iterator[Live]:
    """Server (two web workers of eight threads) and outbox worker on the bank in `instance`; ended afterwards.

    `limit` is a shell command run before the server in its own process, such as `ulimit -f 4096`.
    """
    (instance / "config.py").write_text("WTF_CSRF_ENABLED = False\n")  # clients here are no browsers
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("SEEDBANK", "DATABASE"))}
    environment |= {"SEEDBANK_INSTANCE": str(instance), "SECRET_KEY": SECRET, "PYTHONPATH": str(ROOT),
                    "SEEDBANK_KEYS": os.environ["SEEDBANK_KEYS"]}  # fmt: skip
    environment |= {"DATABASE_URL": url} if url else {}
    port = free_port()
    gunicorn = [sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads",
                "8", "--worker-class", "audiovisual.ground.refusing.Worker", "--preload", "--log-level", "error", "--no-control-socket"]  # fmt: skip
    command = ["sh", "-c", f'{limit}; exec "$@"', "sh", *gunicorn] if limit else gunicorn
    with (instance / "server.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    worker = start_worker(environment)
    live = Live(instance, port, server, worker, environment)
    try:
        _wait(live)
        yield live
    finally:
        for process in (server, live.worker):
            process.terminate()
        for process in (server, live.worker):
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(live: Live) -> None:
    deadline = time.monotonic() + 90
    while True:
        try:
            live.ask("", "GET", "/healthz")
            return
        except OSError:
            if live.server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((live.instance / "server.log").read_text()[-3000:]) from None
            time.sleep(0.2)


def cookie_for(app: Any, user_id: int) -> str:
    """A session row for that person, and the cookie that names it."""
    import uuid

    from audiovisual.kernel.database import unit_of_work
    from audiovisual.people.models import LoginSession
    from audiovisual.people.sessions import hashed

    token = uuid.uuid4().hex
    with unit_of_work() as session:
        session.add(LoginSession(token_hash=hashed(token), user_id=user_id))
    return app.session_interface.get_signing_serializer(app).dumps({"_user_id": token, "_fresh": True})
