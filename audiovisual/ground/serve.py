"""Serve the seed bank: what `startup` does, then server and worker.

    python -m audiovisual.ground.serve              `make run`: gunicorn, two threaded workers
    python -m audiovisual.ground.serve --prepare    configuration and database only
    python -m audiovisual.ground.serve --web        the web server alone, on a prepared bank: for systemd
    python wsgi.py                                  waitress, wherever there is no make (Windows)

Without --web, beside the server runs one worker process (`flask work`): it is started again when it dies and ends with the server.
Under `make run` both are copies of this process, which has the application loaded already: they start at once and share
its memory. Exactly one line with the address is printed, once /healthz answers.
"""

import gc
import signal
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from flask import Flask

from audiovisual import config
from audiovisual.ground import processes
from audiovisual.ground.ownership import own
from audiovisual.ground.startup import address, bring_up, configured, netloc, reachable

BIGGEST_BODY = 3 << 30  # bytes; an attachment of 2 GB and the form around it
START_PATIENCE = 60  # seconds


class Worker:
    """The worker process, started again when it dies: at once the first time, then at growing intervals."""

    def __init__(self, start: Callable[[], processes.Child]) -> None:
        self.start, self.pause = start, 1.0
        self._start()

    def _start(self) -> None:
        self.started = time.monotonic()
        self.process = self.start()

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
    bring_up(app)
    gc.freeze()  # the copies leave alone what is loaded, so that it stays shared
    server = processes.Fork(lambda: _gunicorn(app, host, port))
    worker = Worker(lambda: processes.Fork(lambda: _work(app)))
    asked_to_end = _on_signal()
    try:
        if _answers(host, port, server, asked_to_end):
            print(f"种子库已启动：http://{netloc(host, port)}/", flush=True)
        while server.poll() is None and not asked_to_end.wait(0.5):
            worker.tend()
    finally:
        processes.stop(server)
        processes.stop(worker.process)
    return 0 if asked_to_end.is_set() else server.wait()


def web_alone() -> None:
    """The web server, of a bank that `--prepare` brought up; its worker is a service of its own."""
    app = configured()
    host, port = address(app)
    own(Path(app.instance_path))
    _gunicorn(app, host, port)


def plainly() -> None:
    """`python wsgi.py`: the same with waitress, in this one process and a worker beside it."""
    import waitress

    app = configured()
    host, port = address(app)
    bring_up(app)
    server = waitress.create_server(
        app, host=host, port=port, threads=16, max_request_body_size=BIGGEST_BODY, clear_untrusted_proxy_headers=False
    )  # whose headers are believed, the application knows (kernel/front.py)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    work = [sys.executable, "-m", "flask", "--app", "wsgi", "work"]
    worker = Worker(lambda: processes.start(work, cwd=config.ROOT))
    threading.Thread(target=worker.tend_forever, daemon=True).start()
    print(f"种子库已启动：http://{netloc(host, port)}/", flush=True)
    try:
        server.run()
    finally:
        processes.stop(worker.process)


def _gunicorn(app: Flask, host: str, port: int) -> None:
    from gunicorn.app.base import BaseApplication

    settings = {
        "bind": netloc(host, port), "workers": app.config["WEB_WORKERS"], "threads": app.config["WEB_THREADS"],
        "worker_class": "audiovisual.ground.refusing.Worker", "timeout": 120, "graceful_timeout": 20, "loglevel": "warning",
        "control_socket_disable": True,
        "limit_request_line": 8190,  # a long search in Chinese is nine bytes a character
        "forwarded_allow_ips": "", "forwarder_headers": "",  # whose are believed, the application knows (kernel/front.py)
    }  # fmt: skip

    class Server(BaseApplication):
        def load_config(self) -> None:
            for name, value in settings.items():
                self.cfg.set(name, value)

        def load(self) -> Flask:
            return app

    Server().run()


def _work(app: Flask) -> None:
    from audiovisual.cli import work

    with app.app_context():
        work.callback(once=False)


def _on_signal() -> threading.Event:
    event = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, lambda *_: event.set())
    return event


def _answers(host: str, port: int, server: processes.Child, asked_to_end: threading.Event) -> bool:
    """Wait until /healthz answers. False when the server ended or we were asked to end before."""
    url = f"http://{netloc(reachable(host), port)}/healthz"
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


if __name__ == "__main__":
    try:
        if sys.argv[1:] == ["--prepare"]:
            bring_up(configured(), demo_bank=False)
        elif sys.argv[1:] == ["--web"]:
            web_alone()
        else:
            sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
