"""The stage of every test: a database of its own, copied from one made by the migrations; a client that lints pages.

`SEEDBANK_TEST_DATABASE=postgres` runs the same tests on PostgreSQL.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, event, make_url

from audiovisual import create_app
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import Base, db
from audiovisual.seed import seed_reference_data
from tests import scenes
from tests.postgres import Reset, copied

if "SEEDBANK_TEST_KEYS" not in os.environ:  # one set for all processes of a run: banks are copied from one another
    os.environ["SEEDBANK_TEST_KEYS"] = tempfile.mkdtemp(prefix="seedbank-keys-")
    atexit.register(shutil.rmtree, os.environ["SEEDBANK_TEST_KEYS"], ignore_errors=True)
os.environ["SEEDBANK_KEYS"] = os.environ["SEEDBANK_TEST_KEYS"]
POSTGRES = os.environ.get("SEEDBANK_TEST_DATABASE") == "postgres"


LONGEST = tuple(
    f"tests/{name}.py"
    for name in (
        "journeys/test_from_proposal_to_airing", "attacks/test_kills", "conventions/test_axe", "attacks/test_random_walks",
        "attacks/test_handmade", "attacks/test_title_posts", "conventions/test_matrix",
    )
)  # fmt: skip


ASK_NO_DATABASE = (
    "tests/workflows/", "tests/documents/test_rendering", "tests/conventions/test_axe", "tests/conventions/test_layers",
    "tests/conventions/test_icons", "tests/kernel/test_filetypes", "tests/kernel/test_media", "tests/ground/test_prepare",
)  # fmt: skip
ASK_BOTH = tuple(f"tests/search/test_{name}" for name in ("analyzer", "finding", "fuzz", "secrecy"))
"""Where one run of the suite is enough, on whichever database."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The longest first: at the end of a run no process is left alone with one of them."""
    place = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.nodeid.partition("::")[0], len(place)))
    if POSTGRES:
        left = {item.nodeid for item in items if item.nodeid.startswith((*ASK_NO_DATABASE, *ASK_BOTH))}
        config.hook.pytest_deselected(items=[item for item in items if item.nodeid in left])
        items[:] = [item for item in items if item.nodeid not in left]


def make_app(instance: Path, url: str = "", **more: Any) -> Flask:
    """An application on an instance folder of its own, in test mode."""
    return create_app(
        {
            "TESTING": True, "INSTANCE": str(instance), "SECRET_KEY": "t" * 40, "SQLALCHEMY_DATABASE_URI": url,
            "WTF_CSRF_ENABLED": False, "SERVER_NAME": None, **more,
        }
    )  # fmt: skip


def make_tables() -> None:
    """Build the tables the way a new bank gets them."""
    from flask_migrate import upgrade

    if (Path(__file__).parent.parent / "audiovisual" / "migrations" / "versions").exists():
        upgrade()
    else:
        Base.metadata.create_all(db.engine)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A database with tables and reference data, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("template")
    if not POSTGRES:
        app = make_app(folder)
        _fill(app)
        with create_engine(f"sqlite:///{folder / 'seedbank.sqlite3'}").connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        yield folder / "seedbank.sqlite3"
        return
    from tests.postgres import server

    with server() as url:
        name = f"template_{uuid.uuid4().hex[:8]}"
        _fill(make_app(folder, copied(url, name)))
        yield url, name


def _fill(app: Flask) -> None:
    with app.app_context():
        make_tables()
        with unit_of_work():
            seed_reference_data()
        db.session.remove()
        db.engine.dispose()


_MADE: dict[str, Reset] = {}
"""The one database of this process that its tests share, by the name of its template."""


def _again(server_url: str, source: str) -> str:
    """The address of a database as the template is: cleaned where there is one, for copying one takes a second."""
    made = _MADE.get(source)
    if made is not None and made.clean():
        return made.url
    if made is not None:  # a test left other tables behind
        made.close()
    _MADE[source] = Reset(copied(server_url, source.replace("template", "test"), source))
    return _MADE[source].url


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    """The instance folder of the test's application."""
    folder = tmp_path / "instance"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def shared(template: Any, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """One application for all tests of a process: its pages and statements are compiled once, its bank changes."""
    application = make_app(tmp_path_factory.mktemp("shared"), template[0] if POSTGRES else "")
    # a test's own context outlives its requests, and with it the session that elsewhere ends with each request
    application.teardown_request(lambda error: db.session.rollback())
    with application.app_context():
        engine = db.engine
    if not POSTGRES:  # a test needs no bank that outlives a power cut

        @event.listens_for(engine, "connect")
        def _hurry(connection: Any, record: Any) -> None:
            connection.execute("PRAGMA synchronous=OFF")

    scenes.NOW.watch(engine)

    @event.listens_for(engine, "do_connect")
    def _elsewhere(dialect: Any, record: Any, arguments: list[Any], names: dict[str, Any]) -> None:
        there, wanted = dialect.create_connect_args(engine.url)
        arguments[:] = there
        names.update(wanted)

    return application


@pytest.fixture(scope="session")
def scene_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where scenes are kept."""
    return tmp_path_factory.mktemp("scenes")


@pytest.fixture
def app(
    shared: Flask, template: Any, instance: Path, scene_folder: Path, request: pytest.FixtureRequest
) -> Iterator[Flask]:
    """The application on a fresh database; its context stays open during the test."""
    url = f"sqlite:///{instance / 'seedbank.sqlite3'}"
    if POSTGRES:
        url = _again(*template)
    else:
        shutil.copyfile(template, instance / "seedbank.sqlite3")
    scenes.NOW.begin(instance, None if POSTGRES or "monkeypatch" in request.fixturenames else scene_folder)
    settings, extensions = dict(shared.config), dict(shared.extensions)
    shared.config.update(INSTANCE=str(instance), SQLALCHEMY_DATABASE_URI=url)
    shared.instance_path, shared.test_client_class = str(instance), None
    with shared.app_context():
        db.engine.url = make_url(url)
        if not POSTGRES:  # a late request of the test before may have opened its bank once more
            db.engine.dispose()
        yield shared
        scenes.NOW.end()
        db.session.remove()
        if not POSTGRES:
            db.engine.dispose()
    for present, before in ((shared.config, settings), (shared.extensions, extensions)):
        present.clear()
        present.update(before)


@pytest.fixture
def client(app: Flask) -> Any:
    """A browser without script: every page it gets is linted (see `tests.lint`)."""
    from tests.lint import LintingClient

    app.test_client_class = LintingClient
    return app.test_client()


@pytest.fixture
def login(client: Any) -> Any:
    """`login(user)` gives the client with that person logged in; the session is a row, as in earnest."""
    from audiovisual.people.models import LoginSession
    from audiovisual.people.sessions import hashed

    def enter(user: Any) -> Any:
        token = uuid.uuid4().hex
        with unit_of_work() as session:
            session.add(LoginSession(token_hash=hashed(token), user_id=user.id))
        with client.session_transaction() as cookie:
            cookie.clear()
            cookie["_user_id"], cookie["_fresh"] = token, True
        return client

    return enter


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Debian's Chromium, one for the whole run: Playwright cannot be started twice in a process."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield chromium
        chromium.close()
