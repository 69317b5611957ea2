"""Backups that are not what was once made: each is refused with its own sentence, and the good bank is unharmed."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from audiovisual import restoring
from audiovisual.backup import MANIFEST, POSTGRES, SQLITE, BackupError, backup, backup_and_keep, digest, signed
from audiovisual.kernel import keys
from audiovisual.kernel.audit import AuditRow
from audiovisual.kernel.database import engine_options, unit_of_work
from audiovisual.kernel.model import db
from audiovisual.restoring import drill, restore
from tests import factories as make
from tests.conftest import POSTGRES as ON_POSTGRES

from .test_backup import everything

sqlite = pytest.mark.skipif(ON_POSTGRES, reason="writes into SQLite's file")


def manifest_of(folder: Path) -> dict[str, Any]:
    return json.loads((folder / MANIFEST).read_text())


def sign_anew(folder: Path, **changes: Any) -> None:
    """As somebody who has the key would: the manifest fits the parts again."""
    manifest = {**manifest_of(folder), **changes}
    database = folder / (SQLITE if (folder / SQLITE).exists() else POSTGRES)
    manifest |= {"database_sha256": digest(database)}
    manifest.pop("signature", None)
    (folder / MANIFEST).write_text(json.dumps(signed(manifest)))


def in_database(folder: Path, statement: str) -> None:
    """A statement in the copied database, which the manifest then fits."""
    with closing(sqlite3.connect(folder / SQLITE, isolation_level=None)) as copy:
        copy.execute(statement)
    sign_anew(folder)


def without_manifest(folder: Path) -> None:
    (folder / MANIFEST).unlink()


def manifest_changed(folder: Path) -> None:
    told = manifest_of(folder) | {"made_at": "2030-01-01T00:00:00+00:00"}
    (folder / MANIFEST).write_text(json.dumps(told))


def signature_taken_off(folder: Path) -> None:
    told = manifest_of(folder)
    del told["signature"]
    (folder / MANIFEST).write_text(json.dumps(told))


def signed_by_a_stranger(folder: Path) -> None:
    told = manifest_of(folder)
    del told["signature"]
    stranger = keys.Key("0123abcd", b"s" * 32)
    (folder / MANIFEST).write_text(json.dumps({**told, "signature": stranger.sign(json.dumps(told, sort_keys=True))}))


def database_elsewhere(folder: Path) -> None:
    sign_anew(folder, database="../../etc/passwd")


def file_elsewhere(folder: Path) -> None:
    sign_anew(folder, files={"../../../outside": 1})


def database_changed(folder: Path) -> None:
    database = next(path for path in folder.iterdir() if path.name.startswith("database"))
    content = bytearray(database.read_bytes())
    content[-1] ^= 1
    database.write_bytes(content)


def database_damaged(folder: Path) -> None:
    """Pages overwritten before anybody hashed them."""
    database = next(path for path in folder.iterdir() if path.name.startswith("database"))
    size = database.stat().st_size
    with database.open("r+b") as file:
        file.seek(size // 3)
        file.write(b"\xff" * (size // 3))
    sign_anew(folder)


def file_missing(folder: Path) -> None:
    next((folder / "files").iterdir()).unlink()


def file_changed(folder: Path) -> None:
    victim = next((folder / "files").iterdir())
    victim.write_bytes(victim.read_bytes()[:-1] + b"x")


def file_too_many(folder: Path) -> None:
    (folder / "files" / "hello").write_text("x")


def link_for_a_file(folder: Path) -> None:
    victim = next((folder / "files").iterdir())
    shutil.move(victim, folder.parent / "moved")
    victim.symlink_to(folder.parent / "moved")


def log_beside_the_database(folder: Path) -> None:
    """What SQLite would replay: the database's hash is right, and what is opened is another."""
    (folder / f"{SQLITE}-wal").write_bytes(b"x" * 100)


def file_the_manifest_leaves_out(folder: Path) -> None:
    files = manifest_of(folder)["files"]
    gone = sorted(files)[0]
    (folder / "files" / gone).unlink()
    sign_anew(folder, files={sha: size for sha, size in files.items() if sha != gone})


def chain_forged(folder: Path) -> None:
    in_database(folder, "UPDATE audit_row SET actor_id = actor_id + 1 WHERE seq = 2")


def chain_cut_off(folder: Path) -> None:
    in_database(folder, "DELETE FROM audit_row WHERE seq = (SELECT max(seq) FROM audit_row)")


def points_into_the_void(folder: Path) -> None:
    in_database(folder, "UPDATE attachment SET file_id = 99999 WHERE id = (SELECT min(id) FROM attachment)")


def kept_elsewhere(folder: Path) -> None:
    in_database(
        folder, "UPDATE stored_file SET key = '../../../etc/passwd' WHERE id = (SELECT min(id) FROM stored_file)"
    )


def of_a_later_version(folder: Path) -> None:
    in_database(folder, "UPDATE alembic_version SET version_num = '9999'")


TAMPERED: dict[Callable[[Path], None], str] = {
    without_manifest: "不是完整的备份：没有清单",
    manifest_changed: "清单的签名不对：清单被改过",
    signature_taken_off: "清单没有签名",
    signed_by_a_stranger: "清单是用密钥 0123abcd 签的，密钥目录里没有",
    database_elsewhere: "清单里有不该有的名字",
    file_elsewhere: "清单里有不该有的名字",
    database_changed: "备份里的数据库与清单不符",
    database_damaged: "备份不能用：数据库已损坏",
    file_missing: "备份里的文件 .* 缺失或损坏",
    file_changed: "备份里的文件 .* 缺失或损坏",
    file_too_many: "备份里多出 files/hello，清单里没有",
    link_for_a_file: "是指向别处的链接",
    log_beside_the_database: "备份里多出 database.sqlite3-wal，清单里没有",
    file_the_manifest_leaves_out: "备份里缺文件",
}
IN_SQLITE: dict[Callable[[Path], None], str] = {
    chain_forged: "备份不能用：审计链第 2 行不符（内容被改过）",
    chain_cut_off: "备份不能用：审计链第 .* 行不符（缺这一行）",
    points_into_the_void: "备份不能用：数据库里 attachment 表第 .* 行指向不存在的 stored_file",
    kept_elsewhere: "备份里有文件记在别处",
    of_a_later_version: "备份是版本 9999 的，这一版程序不认识",
}


@pytest.fixture
def copy(app, tmp_path):
    """A backup of a bank with a title and its files; the bank has gone on since."""
    make.project("submitted")
    backup(tmp_path / "copy")
    make.project("submitted")
    return tmp_path / "copy"


def held(instance: Path) -> dict[str, str]:
    """Every file of the bank below its folder of files, by hash."""
    return {str(path): digest(path) for path in (instance / "files").rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "tamper", [*TAMPERED, *(pytest.param(one, marks=sqlite) for one in IN_SQLITE)], ids=lambda one: one.__name__
)
def test_a_tampered_backup_is_refused_and_the_good_bank_is_unharmed(copy, instance, tamper):
    tamper(copy)
    before, files = everything(), held(instance)
    for attempt in (lambda: restore(copy, force=True), lambda: drill(copy)):
        with pytest.raises(BackupError, match=(TAMPERED | IN_SQLITE)[tamper]):
            attempt()
        assert (everything(), held(instance)) == (before, files)
    assert [path.name for path in instance.iterdir() if path.name.startswith(("restoring", "before"))] == []
    with unit_of_work():  # and it still works
        make.user("officer")


def test_a_drill_says_that_a_good_backup_can_be_restored_and_touches_nothing(app, copy, instance):
    before = everything()
    told = app.test_cli_runner().invoke(args=["restore", str(copy), "--drill"])
    assert (told.exit_code, "演练通过" in told.output) == (0, True), told.output
    assert everything() == before
    assert not list(instance.glob("restoring-*"))


def test_what_was_there_before_is_kept_and_can_be_put_back(app, copy, instance, tmp_path):
    now = everything()
    kept = restore(copy, force=True)["kept"]
    assert len(everything()["project"]) == len(now["project"]) - 1
    if not ON_POSTGRES:
        db.session.remove()
        db.engine.dispose()
        shutil.copyfile(kept / "seedbank.sqlite3", instance / "seedbank.sqlite3")
        assert everything() == now
    else:
        assert (kept / POSTGRES).stat().st_size > 0


def test_a_restore_is_told_in_the_chain(app, copy):
    done = app.test_cli_runner().invoke(args=["restore", str(copy), "--force"])
    assert done.exit_code == 0, done.output
    last = db.session.scalars(db.select(AuditRow).order_by(AuditRow.seq.desc())).first()
    assert (last.action, json.loads(last.data)) == ("bank.restore", {"made_at": manifest_of(copy)["made_at"]})


@sqlite
def test_nothing_is_restored_while_anybody_has_the_bank_open(copy, instance):
    with closing(sqlite3.connect(instance / "seedbank.sqlite3")) as other:
        other.execute("SELECT 1 FROM audit_row").fetchone()
        before = everything()
        with pytest.raises(BackupError, match="还有程序开着数据库"):
            restore(copy, force=True)
        assert everything() == before
    assert restore(copy, force=True)["audit_rows"]


@pytest.mark.skipif(not ON_POSTGRES, reason="asks PostgreSQL who is connected")
def test_nothing_is_restored_while_a_process_of_ours_is_connected(copy, instance):
    other = create_engine(db.engine.url, **engine_options("postgresql"))
    with other.connect() as connection:
        connection.execute(text("SELECT 1"))
        with pytest.raises(BackupError, match="还有程序开着数据库"):
            restore(copy, force=True)
    other.dispose()
    assert restore(copy, force=True)["audit_rows"]


@pytest.mark.skipif(os.name != "posix", reason="flock is POSIX")
def test_nothing_is_restored_while_a_server_owns_the_instance(copy, instance):
    holder = subprocess.Popen(
        ["flock", str(instance / "server.lock"), "sh", "-c", f"echo 4242 > {instance}/server.lock; echo ready; sleep 60"],
        stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        assert holder.stdout.readline() == "ready\n"
        with pytest.raises(BackupError, match="服务还在运行（进程 4242），请先停下它再恢复"):
            restore(copy, force=True)
    finally:
        os.killpg(holder.pid, 9)
        holder.wait()


@sqlite
def test_a_log_left_beside_the_bank_is_not_replayed_into_the_restored_one(copy, instance):
    """The bank before was too damaged to be closed: its -wal goes where it goes."""
    db.session.remove()
    db.engine.dispose()
    (instance / "seedbank.sqlite3").write_bytes(b"no database" * 1000)
    (instance / "seedbank.sqlite3-wal").write_bytes(b"a log" * 1000)
    kept = restore(copy, force=True)["kept"]
    assert (kept / "seedbank.sqlite3-wal").read_bytes() == b"a log" * 1000
    assert drill(copy)["files"] and len(everything()["project"]) == 1


@sqlite
@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE audit_row SET data = '{}' WHERE seq = 2", "审计链第 2 行不符（内容被改过），备份没有完成。"),
        ("UPDATE attachment SET file_id = 99999", "指向不存在的 stored_file，备份没有完成。"),
    ],
)
def test_a_bank_that_is_not_whole_is_not_backed_up(app, instance, tmp_path, statement, told):
    make.project("submitted")
    db.session.remove()
    with closing(sqlite3.connect(instance / "seedbank.sqlite3", isolation_level=None)) as other:
        other.execute(statement)
    with pytest.raises(BackupError, match=told):
        backup(tmp_path / "copy")
    assert list((tmp_path / "copy").iterdir()) == []


@sqlite
def test_a_damaged_page_is_not_backed_up(app, instance, tmp_path):
    make.project("submitted")
    with db.engine.connect() as connection:
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        page, size = connection.execute(text("SELECT rootpage, (SELECT page_size FROM pragma_page_size) FROM sqlite_master WHERE name = 'event'")).one()  # fmt: skip
    db.session.remove()
    db.engine.dispose()
    with (instance / "seedbank.sqlite3").open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)
    done = app.test_cli_runner().invoke(args=["backup", str(tmp_path / "copy")])
    assert (done.exit_code, "完成：" in done.output, "数据库已损坏" in done.output) == (1, False, True), done.output


def test_backups_by_a_timer_keep_the_newest(app, tmp_path, monkeypatch):
    make.project("submitted")
    (tmp_path / "notes").mkdir()
    for number in range(3):
        (tmp_path / f"seedbank-2026010{number}-000000").mkdir()
    newest = backup_and_keep(tmp_path, 2)
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith("seedbank")) == [
        "seedbank-20260102-000000", newest.name,
    ]  # fmt: skip
    assert (tmp_path / "notes").exists() and drill(newest)["files"]


def test_a_disk_too_small_for_the_restore_is_told_before_anything_is_copied(copy, monkeypatch):
    monkeypatch.setattr(restoring.shutil, "disk_usage", lambda place: shutil._ntuple_diskusage(10, 10, 0))
    with pytest.raises(BackupError, match="磁盘放不下"):
        restore(copy, force=True)
