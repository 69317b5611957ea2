"""A small application for the kernel's file handling: its routes, two that stand for a feature, people by header."""

from __future__ import annotations

import io
import os
import secrets
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from flask import Flask, g, request
from flask_babel import Babel
from flask_login import LoginManager, UserMixin
from flask_wtf.csrf import CSRFProtect, generate_csrf

from audiovisual.kernel import database, file_views, serving, upload_places, uploads, web
from audiovisual.kernel.bodies import accepts_large
from audiovisual.kernel.files import Scan, StoredFile
from audiovisual.kernel.model import Base, db
from audiovisual.kernel.outbox import OutboxRow
from tests import postgres
from workflows.access import Actor
from workflows.errors import Unknown

PDF = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\ntrailer << >>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(40)
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
TABLES = [model.__table__ for model in (Scan, StoredFile, uploads.Upload, OutboxRow)]
ALICE, BOB = {"X-Person": "7", "X-Requested-With": "fetch"}, {"X-Person": "8", "X-Requested-With": "fetch"}


class Person(UserMixin):
    """Who asks, named by the header."""

    def __init__(self, number: str) -> None:
        self.id = number

    def actor(self) -> Actor:
        return Actor(int(self.id), f"某人{self.id}", frozenset({"producer"}))


@upload_places.takes("stage", r"(\d{1,9})(?::([a-z]+))?", "signed_in")
@upload_places.takes("answer", r"(\d{1,9}):(\d{1,9})", "signed_in")
def _anybody(*ids: int | str) -> None:
    """Two forms that take files of whoever is here, but for record 404, which nobody knows of."""
    if ids[0] == 404:
        raise Unknown()


@contextmanager
def staged(instance: Path) -> Iterator[Flask]:
    """The application with its context open, on a database of its own (see `tests.conftest` for PostgreSQL)."""
    with ExitStack() as stack:
        url = ""
        if os.environ.get("SEEDBANK_TEST_DATABASE") == "postgres":
            server_url = stack.enter_context(postgres.server())
            url = stack.enter_context(postgres.database(server_url, f"stage_{secrets.token_hex(6)}"))
        app = make_stage(instance, url)
        stack.enter_context(app.app_context())
        Base.metadata.create_all(db.engine, tables=TABLES)
        yield app
        db.session.remove()
        db.engine.dispose()


def make_stage(instance: Path, url: str = "") -> Flask:
    """The application on an instance folder and a database."""
    app = web.SeedBank("audiovisual", instance_path=str(instance))
    url = url or f"sqlite:///{instance / 'stage.sqlite3'}"
    app.config.update(
        TESTING=True, WTF_CSRF_ENABLED=False, SECRET_KEY="t" * 40, SQLALCHEMY_DATABASE_URI=url, FORM_BYTES=2_000_000, PERSON_BYTES=1 << 50, HTTPS=False,
        SQLALCHEMY_ENGINE_OPTIONS=database.engine_options(url), MAX_CONTENT_LENGTH=2_000_000,
        MAX_FORM_MEMORY_SIZE=2_000_000, UPLOAD_BYTES=2 * 1024**3,
    )  # fmt: skip
    db.init_app(app)
    Babel(app, default_locale="zh")
    manager = LoginManager(app)
    manager.request_loader(lambda asked: Person(asked.headers["X-Person"]) if "X-Person" in asked.headers else None)
    CSRFProtect(app)
    web.install(app)
    app.before_request(_forget_the_last_one)
    app.register_blueprint(file_views.bp)
    app.add_url_rule("/attach", view_func=attach, methods=["POST"])
    app.add_url_rule("/mark", view_func=mark)
    app.add_url_rule("/note", view_func=note, methods=["POST"])
    app.add_url_rule("/file/<int:number>", view_func=show)
    with app.app_context():
        database.listen(db.engine)
    return app


def _forget_the_last_one() -> None:
    """The test's open context outlives a request; who asked does not."""
    g.pop("_login_user", None)
    g.pop("actor", None)


@accepts_large("UPLOAD_BYTES")
@web.requires("signed_in")
def attach() -> dict:
    """What a feature's view does with a file of its form."""
    stored = uploads.take_upload(uploads.given(), web.current_actor(), request.form.get("allowed", "document"))
    if "fail" in request.form:
        raise RuntimeError("the operation fails after the file was taken")
    return {"id": stored.id, "name": stored.name, "sha256": stored.sha256, "media_type": stored.media_type}


@web.requires("signed_in")
def note() -> dict:
    """An ordinary form."""
    return {"length": len(request.form.get("text", ""))}


@web.requires("public")
def mark() -> str:
    """The mark a form carries against forgery."""
    return generate_csrf()


@web.requires("signed_in")
def show(number: int) -> object:
    """A feature that asked its own rules already."""
    stored = db.session.get(StoredFile, number)
    return serving.send(stored, inline="inline" in request.args, name=request.args.get("name"))


def office(main: str = WORD, **parts: bytes) -> bytes:
    """An Office file with these parts beside its content types ("__" stands for "/")."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", f'<Types><Override ContentType="{main}"/></Types>')
        archive.writestr("word/document.xml", "<w:document/>")
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return made.getvalue()


def tree(app: Flask) -> list[str]:
    """Every file below the store, by name."""
    folder = Path(app.instance_path) / "files"
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
