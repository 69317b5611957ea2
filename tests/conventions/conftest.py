"""The stage of the convention tests: the bank of `bank.build`, made once for all processes of a run.

`SEEDBANK_TEST_BANK=/some/folder` keeps the bank there for the next run too: for whoever writes such tests.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, make_url

from audiovisual.kernel.model import db
from tests import scenes
from tests.conftest import POSTGRES, make_app
from tests.postgres import copied

from .bank import Bank, build
from .stage import Stage


@pytest.fixture(scope="session")
def stage(template: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The filled bank with a client for each role. Whatever a test changes it puts back by `stage.restore()`."""
    folder: Path = tmp_path_factory.mktemp("conventions")
    source = _source(template, tmp_path_factory.getbasetemp())
    shutil.copytree(source, folder, dirs_exist_ok=True)
    filled = (folder / "database").read_text() if POSTGRES else ""
    url = copied(template[0], _name(), filled) if POSTGRES else ""
    app = make_app(folder, url, CONFIRM_MINUTES=24 * 60)  # a slow run asks for no password in between
    made = Stage(app, Bank(**json.loads((folder / "bank.json").read_text())), folder, url, filled)
    with made.app.app_context():
        if not POSTGRES:
            event.listen(db.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    made.keep()
    yield made
    made.close()


def _source(template: Any, base: Path) -> Path:
    """The folder of the filled bank; the first process that asks makes it, the others wait."""
    above = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    kept = None if POSTGRES else os.environ.get("SEEDBANK_TEST_BANK")
    cluster = f"-{make_url(template[0]).port}" if POSTGRES else ""
    folder = Path(kept or above / f"filled-bank{cluster}")
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "bank.json").exists():
            _write(template, folder)
    return folder


def _write(template: Any, folder: Path) -> None:
    url = ""
    if POSTGRES:
        server, empty = template
        url = copied(server, _name(), empty)
        (folder / "database").write_text(str(make_url(url).database))
    else:
        shutil.copyfile(template, folder / "seedbank.sqlite3")
    with make_app(folder, url).app_context():
        if not POSTGRES:
            event.listen(db.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
        scenes.NOW.begin(folder, None)
        bank = build()
        scenes.NOW.end()
        db.session.remove()
        if not POSTGRES:
            with db.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()
    (folder / "bank.json").write_text(json.dumps(asdict(bank)))


def _name() -> str:
    return f"conventions_{uuid.uuid4().hex[:8]}"


@pytest.fixture
def restored(stage: Stage) -> Iterator[Stage]:
    """The stage, put back as it was when the test is over."""
    yield stage
    stage.restore()
