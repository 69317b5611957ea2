"""Backup and restore of database and files, while the system runs.

The database is copied first (SQLite's own online backup, or pg_dump), the files after it: a file is on the disk before
the row that names it is committed, so a copy never names a file it does not hold. A manifest keeps every hash.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from flask import current_app
from sqlalchemy import make_url, select

from .kernel import audit
from .kernel.audit import AuditRow
from .kernel.commands import SET_UP, Command
from .kernel.files import StoredFile, key_of, root
from .kernel.model import db

MANIFEST, SQLITE, POSTGRES = "manifest.json", "database.sqlite3", "database.dump"


class BackupError(click.ClickException):
    """What stands in the way, in one sentence."""


def backup(folder: Path) -> dict[str, Any]:
    """Write a backup into a new folder and give its manifest. Refuses a folder that holds anything; failing, leaves nothing."""
    if folder.exists() and any(folder.iterdir()):
        raise BackupError(f"{folder} 里已经有东西，请换一个空目录。")
    try:
        return _written(folder)
    except BaseException:
        shutil.rmtree(folder / "files", ignore_errors=True)
        for part in (SQLITE, POSTGRES, MANIFEST):  # half a backup must not be taken for one
            (folder / part).unlink(missing_ok=True)
        raise


def _written(folder: Path) -> dict[str, Any]:
    (folder / "files").mkdir(parents=True, exist_ok=True)
    database = _dump(folder)
    files = {sha256: _copy(root() / key_of(sha256), folder / "files" / sha256) for sha256 in _wanted(folder, database)}
    manifest = {
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"), "database": database.name,
        "database_sha256": _digest(database), "files": files,
    }  # fmt: skip
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True), "utf-8")
    return manifest


def _dump(folder: Path) -> Path:
    url = make_url(current_app.config["SQLALCHEMY_DATABASE_URI"])
    if url.get_backend_name() == "sqlite":
        if not Path(str(url.database)).exists():
            raise BackupError(SET_UP)
        target = folder / SQLITE
        with sqlite3.connect(f"file:{url.database}?mode=ro", uri=True) as source, sqlite3.connect(target) as copy:
            source.backup(copy)  # in one go, beside the writers: in steps it begins anew after each of their writes
            copy.execute("PRAGMA journal_mode=DELETE")
        return target
    target = folder / POSTGRES
    _postgres("pg_dump", "--format=custom", f"--file={target}", _plain(url), url=url)
    return target


def _wanted(folder: Path, database: Path) -> list[str]:
    """Hashes of the files the copied database names (for PostgreSQL: the running one, which can only name more)."""
    if database.suffix == ".sqlite3":
        with sqlite3.connect(database) as copy:
            return sorted({row[0] for row in copy.execute("SELECT sha256 FROM stored_file")})
    return sorted(set(db.session.scalars(select(StoredFile.sha256))))


def _copy(source: Path, target: Path) -> int:
    shutil.copyfile(source, target)
    if _digest(target) != target.name:
        raise BackupError(f"文件 {target.name} 的内容与记录不符，备份没有完成。")
    return target.stat().st_size


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _plain(url: Any) -> str:
    """The address without its password: every account of the machine sees what a program was called with."""
    return str(url._replace(drivername="postgresql", password=None).render_as_string())


def _postgres(*command: str, url: Any) -> None:
    """Run a program of PostgreSQL's client; the password goes by its environment, which only our own account may see."""
    environment = os.environ | ({"PGPASSWORD": str(url.password)} if url.password else {})
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    except FileNotFoundError:
        raise BackupError(f"没有找到 {command[0]}，请安装 PostgreSQL 客户端。") from None
    except subprocess.CalledProcessError as error:
        raise BackupError(error.stderr.strip().splitlines()[-1] if error.stderr else "PostgreSQL 命令失败。") from None


def check(folder: Path) -> dict[str, Any]:
    """The manifest of a backup whose every part was compared with its hash; refuses a damaged one, naming the part."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        database, kept, files = (manifest[key] for key in ("database", "database_sha256", "files"))
    except (OSError, ValueError, LookupError, TypeError):
        raise BackupError(f"{folder} 不是完整的备份：没有清单，或清单不对。") from None
    if not (folder / database).is_file() or _digest(folder / database) != kept:
        raise BackupError("备份里的数据库与清单不符。")
    for sha256 in files:
        path = folder / "files" / sha256
        if not path.exists() or _digest(path) != sha256:
            raise BackupError(f"备份里的文件 {sha256} 缺失或损坏。")
    return manifest


def restore(folder: Path, force: bool = False) -> dict[str, Any]:
    """Put a checked backup in place of database and files. Refuses a bank in use unless forced."""
    manifest = check(folder)
    if not force and _in_use():
        raise BackupError("这里已经有数据。确认要用备份覆盖，请加 --force。")
    for sha256 in manifest["files"]:
        _place(folder / "files" / sha256, root() / key_of(sha256))
    db.session.remove()
    db.engine.dispose()
    _load(folder / manifest["database"])
    db.engine.dispose()
    verdict = audit.verify(db.session())
    if verdict.broken_at is not None:
        raise BackupError(f"恢复后的审计链在第 {verdict.broken_at} 行不符。")
    return {**manifest, "audit_rows": verdict.rows}


def _in_use() -> bool:
    try:
        return db.session.execute(select(AuditRow.seq).limit(1)).first() is not None
    except Exception:
        return False
    finally:
        db.session.rollback()


def _place(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    shutil.copyfile(source, part)
    with part.open("rb") as file:
        os.fsync(file.fileno())
    os.replace(part, target)


def _load(database: Path) -> None:
    url = make_url(current_app.config["SQLALCHEMY_DATABASE_URI"])
    if url.get_backend_name() != "sqlite":
        _postgres("pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction",
                  f"--dbname={_plain(url)}", str(database), url=url)  # fmt: skip
        return
    with sqlite3.connect(database) as source, sqlite3.connect(str(url.database)) as target:
        source.backup(target)
        target.execute("PRAGMA journal_mode=WAL")


@click.command("backup", cls=Command, help="把数据库和文件备份到一个空目录，不用停机。")
@click.argument("folder", metavar="目录", type=click.Path(file_okay=False, path_type=Path))
def backup_command(folder: Path) -> None:
    """Back up database and files into an empty folder, while the system runs."""
    manifest = backup(folder)
    click.echo(f"备份完成：{folder}，文件 {len(manifest['files'])} 个。")


@click.command("restore", cls=Command, help="用备份恢复数据库和文件，先逐件核对；请先停下服务。")
@click.argument("folder", metavar="目录", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="覆盖已有数据。")
def restore_command(folder: Path, force: bool) -> None:
    """Restore a backup: every part is compared with its hash first. Stop the server before."""
    manifest = restore(folder, force)
    click.echo(f"恢复完成：文件 {len(manifest['files'])} 个，审计 {manifest['audit_rows']} 行相符。")
