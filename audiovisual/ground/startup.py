"""What comes before serving: a configuration, a free port, a database of today, on the very first start a bank to look at.

Each refusal ends the program with one sentence, before anything is made that it would leave half done.
"""

import errno
import os
import shutil
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import make_url, select
from sqlalchemy.exc import OperationalError

from audiovisual import config, create_app, keyring
from audiovisual.ground import processes
from audiovisual.ground.ownership import own
from audiovisual.kernel import keys, modes
from audiovisual.kernel.audit import AuditRow
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db
from audiovisual.reviews.operations.catching_up import tell_ended_rows
from audiovisual.seed import seed_reference_data

OF_REAL_USE = (
    "DEMO",
    "SECRET_KEY",
    "SQLALCHEMY_DATABASE_URI",
    "PUBLIC_URL",
    "HTTPS",
    "FRONT",
    "PROXIES",
    "MAIL_SERVER",
)
"""Settings that nobody makes who only tries it out."""
DEMO_CONFIG = """\
# Written by the first start, because nothing was configured: a demonstration for this machine alone.
# For real use remove DEMO; the README lists every setting.
DEMO = True
"""


def configured() -> Flask:
    """The application. Ends the program with a sentence when a setting is refused."""
    demonstration = _for_a_fresh_checkout()
    try:
        app = create_app(demonstration)
    except config.Misconfigured as refusal:
        sys.exit(str(refusal))
    if demonstration:
        _keep()
    return app


def address(app: Flask) -> tuple[str, int]:
    """HOST and PORT. Ends the program with a sentence when the host is not this machine or the port is taken."""
    host, port = app.config["HOST"], app.config["PORT"]
    try:
        _try_to_bind(host, port)
    except OSError as reason:
        sys.exit(_why_not_there(host, port, reason))
    if app.config["PUBLIC_URL"] == _default("PUBLIC_URL"):
        os.environ["SEEDBANK_PUBLIC_URL"] = app.config["PUBLIC_URL"] = f"http://{netloc(reachable(host), port)}"
    return host, port


def bring_up(app: Flask, demo_bank: bool = True) -> None:
    """The database at the newest migration, with the rules and days this version knows, in an instance that is ours.

    On the very first start of a demonstration, with its bank. Leaves no connection open behind it.
    """
    own(Path(app.instance_path))
    _keep_private(app)
    unfinished = Path(app.instance_path) / "demo-unfinished"
    if unfinished.exists():
        _start_over(app, unfinished)
    with app.app_context():
        _reach_the_database()
        _has_its_keys()
        upgrade()
        with unit_of_work():
            seed_reference_data()
            tell_ended_rows()
        new = db.session.scalar(select(AuditRow.seq).limit(1)) is None
        db.session.remove()
        db.engine.dispose()
    for sentence in config.warnings(app.config):
        print(f"注意：{sentence}", file=sys.stderr, flush=True)
    if demo_bank and new and app.config["DEMO"]:
        print("第一次启动：正在装入演示数据，约需一分钟……", flush=True)
        unfinished.touch()
        _apart(lambda: _load_demo(app))
        unfinished.unlink()


def reachable(host: str) -> str:
    """Where this machine itself finds a server: one that listens everywhere has no address of its own."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)


def netloc(host: str, port: int) -> str:
    """Host and port as they stand in a URL."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _keep_private(app: Flask) -> None:
    """What others on this machine could read is closed to them, and that is said."""
    if mended := modes.mend(Path(app.instance_path)):
        print(
            f"{app.instance_path} 里有 {mended} 项别的账号也能读，已改为只有本账号能读。", file=sys.stderr, flush=True
        )


def _has_its_keys() -> None:
    """Ends the program with a sentence when a key is gone that the bank needs; a new bank's are made."""
    if lost := keyring.missing():
        sys.exit(keyring.lost_sentence(lost))
    keys.make_all(keys.folder())


def _reach_the_database() -> None:
    """Ends the program with a sentence when nobody answers at DATABASE_URL; what fails later is a bug and stays loud."""
    try:
        db.engine.connect().close()
    except OperationalError as error:
        reason = str(error.orig).strip().splitlines()[0]
        sys.exit(f"连不上数据库，请检查 DATABASE_URL 和数据库服务：{reason}")


def _start_over(app: Flask, unfinished: Path) -> None:
    """The demonstration was cut off while it was loaded: nobody has used it yet, so it is made anew."""
    url = make_url(app.config["SQLALCHEMY_DATABASE_URI"])
    if url.get_backend_name() != "sqlite" or not url.database:
        sys.exit(f"上次装入演示数据时中断了，数据不完整。请清空数据库，删去 {unfinished}，再启动。")
    print("上次装入演示数据时中断了，现在重新装入。", flush=True)
    for suffix in ("", "-wal", "-shm"):
        Path(url.database + suffix).unlink(missing_ok=True)
    shutil.rmtree(Path(app.instance_path) / "files", ignore_errors=True)
    unfinished.unlink()


def _load_demo(app: Flask) -> None:
    from audiovisual.demo.build import build_demo

    with app.app_context():
        build_demo()


def _apart(function: Callable[[], None]) -> None:
    """Run it in a process of its own where there is fork: its memory goes with it, and Ctrl-C ends it."""
    if os.name != "posix":
        return function()
    child = processes.Fork(function)
    try:
        if child.wait():
            sys.exit(1)
    finally:
        processes.stop(child, patience=2)


def _for_a_fresh_checkout() -> dict[str, Any] | None:
    """Nothing of real use configured means somebody is trying it out: a demonstration."""
    variables = [setting.variable for setting in config.SETTINGS if setting.key in OF_REAL_USE]
    if _config_file().exists() or any(variable in os.environ for variable in variables):
        return None
    return {"DEMO": True}


def _keep() -> None:
    """Written only once it was accepted: a refused start must not turn the next one into a demonstration."""
    _config_file().touch(mode=0o600)
    _config_file().write_text(DEMO_CONFIG, encoding="utf-8")


def _config_file() -> Path:
    return Path(os.environ.get("SEEDBANK_INSTANCE") or config.ROOT / "instance") / "config.py"


def _default(key: str) -> object:
    return next(setting.default for setting in config.SETTINGS if setting.key == key)


def _why_not_there(host: str, port: int, reason: OSError) -> str:
    if isinstance(reason, socket.gaierror) or reason.errno == errno.EADDRNOTAVAIL:
        return config.not_here(host)
    told = {errno.EADDRINUSE: "端口已被占用", errno.EACCES: "没有权限"}.get(reason.errno or 0, reason.strerror)
    return f"不能在 {host} 的 {port} 端口上启动（{told}）。可换一个端口，例如：make run PORT={port % 65535 + 1}"


def _try_to_bind(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        if os.name == "posix":  # as the server does: a port just left is free; on Windows it would share a taken one
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
