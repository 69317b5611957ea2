"""The front as it is shipped: Debian's nginx with our very configuration, on ports and in folders of its own."""

from __future__ import annotations

import contextlib
import http.client
import http.server
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from getpass import getuser
from pathlib import Path
from typing import Any

from audiovisual.ground import front
from tests.conftest import make_app

from .live import ROOT, SECRET, free_port

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
HERE = "127.0.0.1"


@dataclass
class Answer:
    """Status, headers, body."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()


@dataclass
class Fronted:
    """A running front. `behind` is the port of what stands behind it."""

    port: int
    behind: int
    folder: Path
    secure: ssl.SSLContext = field(default_factory=ssl._create_unverified_context)

    @property
    def kept_bodies(self) -> Path:
        """Where nginx writes bodies it does not keep in memory."""
        return self.folder / "temporary" / "body"

    def line(self, of: str = HERE, patience: float = 20) -> ssl.SSLSocket:
        """An open connection of a visitor with this address."""
        plain = socket.create_connection((HERE, self.port), timeout=patience, source_address=(of, 0))
        return self.secure.wrap_socket(plain, server_hostname="localhost")

    def ask(self, method: str, path: str, body: Any = None, of: str = HERE, **headers: str) -> Answer:
        """One request; `body` in pieces (an iterator) goes in chunks. What the front refuses early may break the line."""
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        told.setdefault("Host", f"localhost:{self.port}")
        line = http.client.HTTPSConnection(HERE, self.port, timeout=30, source_address=(of, 0), context=self.secure)
        try:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError, ssl.SSLError):
                line.request(method, path, body, told)  # the answer may come before the body was sent
            answer = line.getresponse()
            return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            line.close()


@contextmanager
def nginx(folder: Path, port: int, behind: int, **settings: Any) -> Iterator[Fronted]:
    """The front before what listens at `behind`; needs no right beyond its folder."""
    for name in ("temporary", "logs"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    made = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    files = ["-subj", "/CN=localhost", "-keyout", key, "-out", certificate]
    subprocess.run(["openssl", *made, *files], check=True, capture_output=True)
    address = f"https://localhost:{port}"
    app = make_app(folder, PUBLIC_URL=address, HTTPS=True, FRONT=HERE, HOST=HERE, PORT=behind, **settings)
    place = front.Place(
        folder / "front", certificate, key, user=getuser(), pid=str(folder / "nginx.pid"), logs=str(folder / "logs"),
        temporary=str(folder / "temporary"), listen=f"{HERE}:{port}", plain_port=0, processes="2",
    )  # fmt: skip
    front.write(app, place)
    command = [
        str(NGINX),
        "-c",
        folder / "front" / "nginx.conf",
        "-e",
        folder / "logs" / "start.log",
        "-g",
        "daemon off;",
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(port, process, folder / "logs" / "start.log")
        yield Fronted(port, behind, folder)
    finally:
        process.terminate()
        process.wait(20)


def _wait(port: int, process: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            socket.create_connection((HERE, port), timeout=5).close()
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(log.read_text()[-3000:]) from None
            time.sleep(0.05)


@contextmanager
def bank(folder: Path, instance: Path, **environment: str) -> Iterator[Fronted]:
    """The front before the program itself, as its unit starts it, on the bank in `instance`."""
    port, behind = free_port(), free_port()
    own = {name: value for name, value in os.environ.items() if not name.startswith(("SEEDBANK", "DATABASE", "HOST"))}
    own |= {"SEEDBANK_INSTANCE": str(instance), "SECRET_KEY": SECRET, "PORT": str(behind), "SEEDBANK_FRONT": HERE}
    own |= {"SEEDBANK_PUBLIC_URL": f"https://localhost:{port}", **environment}
    command = [sys.executable, "-m", "audiovisual.ground.serve", "--web"]
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=own, stdout=log, stderr=log)
    try:
        _wait(behind, server, folder / "server.log")
        with nginx(folder, port, behind) as fronted:
            yield fronted
    finally:
        server.terminate()
        server.wait(40)


class _Echo(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        while size and (piece := self.rfile.read(min(size, 65536))):
            size -= len(piece)
        told = json.dumps({"line": self.requestline, "headers": self.headers.items()}).encode()
        self.send_response(204 if self.path == "/front/may-send" else 200)
        self.send_header("Content-Length", str(0 if self.path == "/front/may-send" else len(told)))
        self.end_headers()
        if self.path != "/front/may-send":
            self.wfile.write(told)

    def log_message(self, *args: Any) -> None:
        pass


for method in ("POST", "PATCH", "PUT", "DELETE"):
    setattr(_Echo, f"do_{method}", _Echo.do_GET)


@contextmanager
def echo(folder: Path) -> Iterator[Fronted]:
    """The front before something that repeats what reached it."""
    server = http.server.ThreadingHTTPServer((HERE, 0), _Echo)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        with nginx(folder, free_port(), server.server_address[1]) as fronted:
            yield fronted
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
