"""A bank of findings on either engine: a row anyone may write, registered like a feature's model."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import ForeignKey, Integer, MetaData, Text, create_engine, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, registry

from audiovisual.kernel import database, findable, outbox
from audiovisual.kernel.findable import Finding, Reach
from audiovisual.kernel.model import db
from audiovisual.search import index, models
from tests.postgres import server
from workflows.access import Actor

ours = registry(metadata=MetaData())


@ours.mapped
class Paper:
    """A findable row with its audience; kinds are told apart by `kind` of the finding it builds."""

    __tablename__ = "test_paper"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    project_id: Mapped[int | None] = mapped_column(Integer)
    number: Mapped[str] = mapped_column(Text, default="")
    title: Mapped[str] = mapped_column(Text, default="")
    names: Mapped[str] = mapped_column(Text, default="")
    text: Mapped[str] = mapped_column(Text, default="")
    audience: Mapped[str] = mapped_column(Text, default="project")
    house_id: Mapped[int | None] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(Text, default="")


@ours.mapped
class Seat:
    """An expert's seat on a project."""

    __tablename__ = "test_seat"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    expert_id: Mapped[int] = mapped_column(Integer)
    project_id: Mapped[int] = mapped_column(Integer)
    paper_id: Mapped[int | None] = mapped_column(ForeignKey("test_paper.id"))


def finding(row: Any) -> Finding | None:
    """A paper as a finding; one without a title and text cannot be found."""
    if not row.title and not row.text:
        return None
    return Finding(
        "paper", row.id, row.project_id, row.number, row.title, row.names, row.text, f"/papers/{row.id}", row.audience,
        row.house_id, row.state,
    )  # fmt: skip


def reach(actor: Actor) -> Reach:
    seats = select(Seat.project_id).where(Seat.expert_id == actor.id) if "expert" in actor.roles else None
    return Reach(actor.is_staff, actor.organisation_id if "producer" in actor.roles else None, seats)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str | None]:
    if shutil.which("postgres") is None and not shutil.which("pg_ctl"):
        yield None
        return
    with server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def engine_url(request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[str]:
    """The address of an empty database on this engine."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'bank.sqlite3'}"
        return
    url = request.getfixturevalue("postgres_url")
    if url is None:
        pytest.skip("PostgreSQL is not installed")
    name = f"search_{uuid.uuid4().hex[:12]}"
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    yield url.rsplit("/", 1)[0] + "/" + name
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    admin.dispose()


@pytest.fixture
def bank(engine_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """A session on a bank that holds the index and papers; what is committed can be found."""
    app = Flask("bank")
    app.config["SQLALCHEMY_DATABASE_URI"] = engine_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = database.engine_options(engine_url)
    db.init_app(app)
    monkeypatch.setattr(findable, "SOURCES", {})
    monkeypatch.setattr(findable, "reach", reach)
    monkeypatch.setattr(findable, "_put", index.put)
    monkeypatch.setattr(findable, "_remove", index.remove)
    findable.register("paper", Paper, finding, lambda: select(Paper))
    with app.app_context():
        database.listen(db.engine)
        models.Base.metadata.create_all(
            db.engine,
            tables=[models.SearchDocument.__table__, models.SearchPassage.__table__, outbox.OutboxRow.__table__],
        )
        ours.metadata.create_all(db.engine)
        yield db.session()
        db.session.remove()
        db.engine.dispose()


OFFICER = Actor(1, "经办", frozenset({"officer"}))
PRODUCER = Actor(2, "制片", frozenset({"producer"}), 5)
OTHER = Actor(3, "别家", frozenset({"producer"}), 6)
EXPERT = Actor(4, "专家", frozenset({"expert"}))
