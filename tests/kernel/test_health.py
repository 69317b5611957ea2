"""/readyz names what is missing, each part by itself."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from audiovisual.backup import LAST, backup
from audiovisual.kernel import health
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db

UNSCANNED = {"scanner": "没有设置查毒程序（SEEDBANK_SCANNER）：上传的文件都未查毒。"}


@pytest.fixture
def ready(app, client):
    """The answer of /readyz, of a bank whose worker lives."""
    health.beat()
    return lambda: client.get("/readyz")


def test_all_is_well(ready):
    parts = {"database", "worker", "clock", "migrations", "index", "fonts"}
    never = {"backup": "no backup was ever made", **UNSCANNED}
    assert ready().json == {"status": "ok", "notes": never} | dict.fromkeys(parts, "ok")


def test_a_backup_that_is_too_old_is_told_and_stops_nobody(app, ready, instance, tmp_path):
    backup(tmp_path / "copy")
    assert ready().json["notes"] == UNSCANNED
    old = (datetime.now(UTC) - timedelta(hours=30)).isoformat(timespec="seconds")
    (instance / LAST).write_text(json.dumps({"made_at": old, "folder": "x"}))
    answer = ready()
    assert (answer.status_code, answer.json["notes"]) == (200, {"backup": "the newest is 30 hours old", **UNSCANNED})
    app.config["BACKUP_HOURS"] = 48
    assert ready().json["notes"] == UNSCANNED


def test_an_upgrade_that_was_forgotten_is_named(ready):
    with unit_of_work() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    answer = ready()
    assert (answer.status_code, answer.json["status"]) == (503, "unavailable")
    assert answer.json["migrations"] == "run: python -m audiovisual.ground.serve --prepare"
    assert answer.json["database"] == "ok"


def test_a_silent_worker_is_named(ready):
    with unit_of_work() as session:
        session.get(health.Pulse, "worker").at -= 2 * health.SILENCE
    assert ready().json["worker"] == "the worker is silent"
    db.session.rollback()
