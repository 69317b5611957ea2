"""Processor time of a server's workers, its memory, and the client that asks it one thing after the other."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from audiovisual.ground import processes

from .banks import ROOT, environment
from .server import HEADER

PATIENCE = 60


class Answer(NamedTuple):
    """What came back."""

    status: int
    body: bytes
    statements: int


class Server:
    """A running server with one connection kept alive to it."""

    def __init__(self, process: subprocess.Popen, port: int) -> None:
        self.process, self.port = process, port
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(self, path: str, headers: dict[str, str] | None = None, body: str | None = None) -> Answer:
        """One request; the server may have closed a connection that was quiet too long."""
        for last in (False, True):
            try:
                self.connection.request("POST" if body is not None else "GET", path, body, headers or {})
                response = self.connection.getresponse()
                return Answer(response.status, response.read(), int(response.headers.get(HEADER, 0)))
            except (http.client.RemoteDisconnected, ConnectionError):
                self.connection.close()
                if last:
                    raise
        raise AssertionError

    def workers(self) -> list[int]:
        """The processes that answer."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [int(pid) for pid in children]

    def cpu(self) -> float:
        """Seconds of processor time the workers have had, user and system; the scheduler's own count, finer than ticks."""
        threads = [thread for pid in self.workers() for thread in Path(f"/proc/{pid}/task").iterdir()]
        return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9

    def memory(self) -> float:
        """MB of the workers together; pages they share are counted once (PSS)."""
        rollups = [Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in self.workers()]
        return (
            sum(int(line.split()[1]) for text in rollups for line in text.splitlines() if line.startswith("Pss:"))
            / 1024
        )

    def cost(self, times: int, visit: Callable[[int], None]) -> float:
        """Processor seconds of one visit, over so many."""
        before = self.cpu()
        for number in range(times):
            visit(number)
        return (self.cpu() - before) / times


@contextmanager
def serving(kind: str, instance: Path) -> Iterator[Server]:
    """A server of that kind until the block ends."""
    port = _free_port()
    process = processes.start(
        [sys.executable, "-m", "tests.bench.server", kind, str(port)], cwd=ROOT, env=environment(instance)
    )
    try:
        server = Server(process, port)
        _wait(server, process)
        yield server
    finally:
        processes.stop(process)


def _wait(server: Server, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            server.ask("/healthz")
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
