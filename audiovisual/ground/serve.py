"""Serve the seed bank: bring the database up to date, load the first demonstration bank, run server and worker.

    python -m audiovisual.ground.serve              `make run`: gunicorn, two threaded workers
    python -m audiovisual.ground.serve --prepare    configuration and database only
    python wsgi.py                                  waitress, wherever there is no make (Windows)

HOST and PORT are settings like any other. Beside the server runs one worker process (`flask work`): it is started again
when it dies and ends with the server. Exactly one line with the address is printed, once /healthz answers.
"""

import os
import secrets
import signal
import socket
import sys
import threading
import time
import urllib.request
from pathlib import Path
from subprocess import Popen

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select

from audiovisual import config, create_app
from audiovisual.ground import processes

WORK = [sys.executable, "-m", "flask", "--app", "wsgi", "work"]
GUNICORN = [sys.executable, "-m", "gunicorn", "wsgi:app", "--worker-class=gthread", "--no-control-socket",
            "--timeout=120", "--graceful-timeout=20", "--log-level=warning"]  # fmt: skip
BIGGEST_BODY = 3 << 30  # bytes; an attachment of 2 GB and the form around it
START_PATIENCE = 60  # seconds
DEMO_CONFIG = """\
# Written by the first start, because nothing was configured: a demonstration for this machine alone.
# For real use remove DEMO and keep the key secret; the README lists every setting.
DEMO = True
SECRET_KEY = "{key}"
"""


def configured() -> Flask:
    """The application. Ends the program with a sentence when a setting is refused."""
    _configure_a_fresh_checkout()
    try:
        return create_app()
    except config.Misconfigured as refusal:
        sys.exit(str(refusal))


def prepare(app: Flask, demo_bank: bool = True) -> None:
    """Bring the database to the newest migration, with the rules and days this version knows; on the very first start of a demonstration, load its bank."""
    from audiovisual.kernel.database import unit_of_work
    from audiovisual.seed import seed_reference_data

    with app.app_context():
        upgrade()
        with unit_of_work():
            seed_reference_data()
    if demo_bank and app.config["DEMO"] and _nothing_ever_happened(app):
        from audiovisual.demo.build import build_demo

        print("第一次启动：正在装入演示数据，约需一分钟……", flush=True)
        with app.app_context():
            build_demo()


def address(app: Flask) -> tuple[str, int]:
    """HOST and PORT. Ends the program with a sentence when the port is none or is taken."""
    host, port = app.config["HOST"], app.config["PORT"]
    if not 0 < port < 65536:
        sys.exit(f"PORT 应在 1 到 65535 之间，现在是 {port}。")
    try:
        _try_to_bind(host, port)
    except OSError as reason:
        sys.exit(
            f"不能在 {host} 的 {port} 端口上启动（{reason.strerror}）。可换一个端口，例如：make run PORT={port + 1}"
        )
    if app.config["PUBLIC_URL"] == _default("PUBLIC_URL"):
        os.environ["SEEDBANK_PUBLIC_URL"] = app.config["PUBLIC_URL"] = f"http://{_netloc(host, port)}"
    return host, port


class Worker:
    """The worker process, started again when it dies: at once the first time, then at growing intervals."""

    def __init__(self) -> None:
        self.pause = 1.0
        self._start()

    def _start(self) -> None:
        self.started = time.monotonic()
        self.process = processes.start(WORK, cwd=config.ROOT)

    def tend(self) -> None:
        """Start the process again if it has died; call often."""
        if self.process.poll() is None:
            return
        lived = time.monotonic() - self.started
        self.pause = 1.0 if lived > 60 else self.pause
        if lived > self.pause:
            self.pause = min(self.pause * 2, 30)
            self._start()

    def tend_forever(self) -> None:
        while True:
            time.sleep(1)
            self.tend()


def main() -> int:
    """`make run`. Returns the server's exit code; 0 after Ctrl-C or a polite end."""
    app = configured()
    host, port = address(app)
    prepare(app)
    size = [f"--workers={app.config['WEB_WORKERS']}", f"--threads={app.config['WEB_THREADS']}"]
    server = processes.start([*GUNICORN, *size, f"--bind={_netloc(host, port)}"], cwd=config.ROOT)
    worker = Worker()
    asked_to_end = _on_signal()
    try:
        if _answers(host, port, server, asked_to_end):
            print(f"种子库已启动：http://{_netloc(host, port)}/", flush=True)
        while server.poll() is None and not asked_to_end.wait(0.5):
            worker.tend()
    finally:
        processes.stop(server)
        processes.stop(worker.process)
    return 0 if asked_to_end.is_set() else server.returncode


def plainly() -> None:
    """`python wsgi.py`: the same with waitress, in this one process and a worker beside it."""
    import waitress

    app = configured()
    host, port = address(app)
    prepare(app)
    server = waitress.create_server(app, host=host, port=port, threads=16, max_request_body_size=BIGGEST_BODY)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    worker = Worker()
    threading.Thread(target=worker.tend_forever, daemon=True).start()
    print(f"种子库已启动：http://{_netloc(host, port)}/", flush=True)
    try:
        server.run()
    finally:
        processes.stop(worker.process)


def _configure_a_fresh_checkout() -> None:
    """Nothing configured at all means somebody is trying it out: a demonstration, with a key of its own that stays."""
    file = Path(os.environ.get("SEEDBANK_INSTANCE") or config.ROOT / "instance") / "config.py"
    if file.exists() or "SECRET_KEY" in os.environ or "SEEDBANK_DEMO" in os.environ:
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_text(DEMO_CONFIG.format(key=secrets.token_hex(32)), encoding="utf-8")


def _nothing_ever_happened(app: Flask) -> bool:
    from audiovisual.kernel.audit import AuditRow
    from audiovisual.kernel.model import db

    with app.app_context():
        return db.session.scalar(select(AuditRow.seq).limit(1)) is None


def _default(key: str) -> object:
    return next(setting.default for setting in config.SETTINGS if setting.key == key)


def _on_signal() -> threading.Event:
    event = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, lambda *_: event.set())
    return event


def _answers(host: str, port: int, server: Popen, asked_to_end: threading.Event) -> bool:
    """Wait until /healthz answers. False when the server ended or we were asked to end before."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    url = f"http://{_netloc(reachable, port)}/healthz"
    deadline = time.monotonic() + START_PATIENCE
    while server.poll() is None and not asked_to_end.wait(0.1):
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=5):
                return True
        except OSError:
            if time.monotonic() > deadline:
                print(f"{START_PATIENCE} 秒内没有应答：{url}", file=sys.stderr, flush=True)
                return False
    return False


def _try_to_bind(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        if os.name == "posix":  # as the server does: a port just left is free; on Windows it would share a taken one
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))


def _netloc(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


if __name__ == "__main__":
    try:
        if sys.argv[1:] == ["--prepare"]:
            prepare(configured(), demo_bank=False)
        else:
            sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
