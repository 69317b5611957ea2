"""`flask verify`: what somebody changes in the database or on the disk by hand is found and named, by command and worker."""

from __future__ import annotations

import json
import re
import shutil
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from audiovisual import proof, worker
from audiovisual.kernel import heads, health
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.files import StoredFile
from audiovisual.kernel.model import db
from audiovisual.kernel.outbox import OutboxRow, work_off
from tests import factories as make
from tests.conftest import POSTGRES


def verified(app) -> tuple[int, list[str]]:
    """Exit code of `flask verify`, and what it found."""
    done = app.test_cli_runner().invoke(args=["verify"])
    db.session.rollback()
    return done.exit_code, [line.strip() for line in done.output.splitlines() if line.startswith("  ")]


def by_hand(statement: str, **values: object) -> None:
    """As somebody with the database's password does."""
    with unit_of_work() as session:
        if POSTGRES:
            session.execute(text("SET LOCAL seedbank.rewrites_audit = 'yes'"))
        session.execute(text(statement), values)


CHANGED = {
    "UPDATE opinion SET comment = comment || '。' WHERE signed_hash IS NOT NULL": "意见 .* 与签名不符（内容被改过）",
    "UPDATE opinion_row SET demand_text = '另一个要求' WHERE id = (SELECT min(id) FROM opinion_row)": "意见 .* 与签名不符（内容被改过）",
    "UPDATE opinion_score SET score = 1 WHERE id = (SELECT max(id) FROM opinion_score WHERE score > 1)": "意见 .* 与签名不符（内容被改过）",
    "UPDATE opinion SET signed_hash = NULL": "意见 .* 与签名不符（没有签名）",
    f"UPDATE opinion SET signed_hash = '{'0' * 64}'": "意见 .* 与签名不符（签名被换过）",
    "UPDATE document SET state = 'issuing'": "document .* 的状态是 issuing，最后的经过却到 served",
    "UPDATE event SET target = 'void' WHERE subject_type = 'document' AND target = 'served'": "经过 .* 与审计链第 .* 行不符",
    "UPDATE event SET actor_id = actor_id + 1 WHERE id = (SELECT max(id) FROM event)": "经过 .* 与审计链第 .* 行不符",
    "UPDATE audit_row SET actor_id = actor_id + 1 WHERE seq = 3": "审计链第 3 行不符（内容被改过）",
    "UPDATE stored_file SET key = 'aa/bb/cc' WHERE id = 1": "文件 1（.*）记在别处",
    "UPDATE search_document SET title = '别的' WHERE id = (SELECT min(id) FROM search_document)": "检索索引：.* differs in title",
}  # fmt: skip


def test_what_was_changed_by_hand_in_a_served_rounds_bank_is_named(app):
    """One bank for all changes: each is made, found, and taken back."""
    make.served()
    work_off()
    assert verified(app) == (0, [])
    missed = []
    for statement, told in CHANGED.items():
        table = statement.split()[1]
        before = [dict(row) for row in db.session.execute(text(f"SELECT * FROM {table}")).mappings()]
        db.session.rollback()
        by_hand(statement)
        code, found = verified(app)
        if code != 1 or not any(re.fullmatch(told, line) for line in found):
            missed.append((statement, code, found))
        key = "seq" if table == "audit_row" else "id"
        columns = re.findall(r"(?:SET|,) (\w+) =", statement)
        for row in before:
            for name in columns:
                by_hand(f"UPDATE {table} SET {name} = :value WHERE {key} = :id", value=row[name], id=row[key])
    assert missed == []
    assert verified(app) == (0, [])


def test_files_that_changed_on_the_disk_are_named(app):
    make.project("submitted")
    work_off()
    stored = db.session.scalars(db.select(StoredFile).order_by(StoredFile.id)).first()
    path, content = stored.path, stored.path.read_bytes()
    for bytes_, told in ((content[:-1] + b"!", "内容与记录不符"), (content[:-1], "大小与记录不符"), (None, "不见了")):
        path.unlink()
        if bytes_ is not None:
            path.write_bytes(bytes_)
        else:
            path.parent.mkdir(exist_ok=True)
        code, found = verified(app)
        assert (
            (code, [line for line in found if line.startswith("文件") and line.endswith(told)]) == (1, found) != (1, [])
        )
        path.write_bytes(content)


@pytest.mark.skipif(POSTGRES, reason="puts SQLite's file back")
def test_a_bank_put_back_to_an_earlier_day_is_found_by_the_heads_outside_it(app, instance):
    """Every row of yesterday's bank verifies; that later ones are gone only the list beside it knows."""
    make.project("submitted")
    db.session.remove()
    db.engine.dispose()
    shutil.copyfile(instance / "seedbank.sqlite3", instance.parent / "yesterday")
    make.project("submitted")
    assert verified(app)[0] == 0
    last, _hash = heads.kept_lines()[-1]
    db.session.remove()
    db.engine.dispose()
    shutil.copyfile(instance.parent / "yesterday", instance / "seedbank.sqlite3")
    assert verified(app) == (1, [f"审计链第 {last} 行与 chain-heads.txt 里记下的不同：数据库被换过或退回过"])
    heads.begin_anew()
    assert verified(app) == (0, [])


def test_the_worker_verifies_daily_in_pieces_tells_the_administrators_and_readyz(app, client, monkeypatch):
    monkeypatch.setattr(proof, "ROWS", 4)
    monkeypatch.setattr(proof, "FILES", 1)
    make.user("admin", email="admin@example.test")
    make.project("submitted")
    worker.daily()
    work_off()
    pieces = [row.payload["part"] for row in db.session.scalars(db.select(OutboxRow).where(OutboxRow.kind == "verify"))]
    assert pieces.count("chain") > 1 and pieces.count("files") > 1 and set(pieces) == set(proof.PARTS)
    mail = db.session.scalars(
        db.select(OutboxRow).where(OutboxRow.kind == "mail").order_by(OutboxRow.id.desc())
    ).first()
    end = db.session.execute(text("SELECT seq, hash FROM audit_end")).one()
    values = mail.payload["values"]
    assert (mail.payload["to"], values["count"], values["seq"], values["hash"]) == ("admin@example.test", 0, *end)
    assert heads.kept_lines()[-1] == tuple(end)
    health.beat()
    assert "proof" not in client.get("/readyz").json.get("notes", {})
    by_hand("UPDATE audit_row SET actor_id = actor_id + 1 WHERE seq = 2")
    with unit_of_work():
        proof.begin()
    work_off()
    assert client.get("/readyz").json["notes"]["proof"] == "1: 审计链第 2 行不符（内容被改过）"
    mail = db.session.scalars(
        db.select(OutboxRow).where(OutboxRow.kind == "mail").order_by(OutboxRow.id.desc())
    ).first()
    assert mail.payload["values"]["found"] == ["审计链第 2 行不符（内容被改过）"]


def test_a_verification_that_is_too_long_ago_is_told(app, instance, client):
    health.beat()
    proof.keep_result([])
    assert "proof" not in client.get("/readyz").json.get("notes", {})
    at = (datetime.now(UTC) - timedelta(days=3)).isoformat(timespec="seconds")
    (instance / proof.RESULT).write_text(json.dumps({"at": at, "count": 0, "found": []}))
    assert client.get("/readyz").json["notes"]["proof"] == f"last verified {at}"
