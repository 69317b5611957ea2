"""/readyz when a part is really gone: no fonts in the folders, no index in the database."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from audiovisual import readiness
from audiovisual.documents import fonts
from audiovisual.kernel import health
from audiovisual.kernel.database import unit_of_work
from tests.conftest import POSTGRES


@pytest.fixture
def ready(app, client, monkeypatch):
    """The answer of /readyz, of a bank whose worker lives; fonts are looked for anew, not once a minute."""
    health.beat()
    monkeypatch.setattr(readiness, "KEPT_SECONDS", -1)
    return lambda: client.get("/readyz")


def lacking(answer) -> dict[str, str]:
    """The parts that are not well."""
    return {part: state for part, state in answer.json.items() if part not in ("status", "notes") and state != "ok"}


def test_fonts_that_are_not_there_are_named_file_by_file(app, ready, tmp_path, monkeypatch):
    with monkeypatch.context() as nowhere:
        nowhere.setitem(app.config, "FONTS", str(tmp_path))
        nowhere.setattr(fonts, "SYSTEM_FOLDERS", ())
        answer = ready()
    assert (answer.status_code, answer.json["status"]) == (503, "unavailable")
    assert set(lacking(answer)) == {"fonts"}
    assert "FandolFang-Regular.otf" in answer.json["fonts"].split("、")
    assert ready().status_code == 200


def test_an_index_that_was_lost_is_named(ready):
    assert ready().status_code == 200
    with unit_of_work() as session:
        session.execute(text("ALTER TABLE search_document RENAME TO lost"))
    answer = ready()
    assert (answer.status_code, set(lacking(answer))) == (503, {"index"})


@pytest.mark.skipif(POSTGRES, reason="PostgreSQL keeps its files to itself")
def test_a_database_file_that_was_moved_away_is_named(ready, instance):
    """The open connections still answer, from a file that has no name any more."""
    kept = instance / "seedbank.sqlite3"
    assert ready().status_code == 200
    away = kept.rename(instance / "elsewhere.sqlite3")
    answer = ready()
    away.rename(kept)
    assert (answer.status_code, lacking(answer)) == (503, {"database": "seedbank.sqlite3 is gone"})
    assert ready().status_code == 200
