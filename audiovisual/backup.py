"""Backup of database and files, while the system runs, with a signed manifest of every hash.

The database is copied first (SQLite's own online backup, or pg_dump), the files after it: a file is on the disk before
the row that names it is committed, so a copy never names a file it does not hold. A damaged bank is not backed up: that
would take the place of a good copy.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from flask import current_app
from sqlalchemy import make_url, select, text

from .kernel import audit, keys, modes
from .kernel.commands import SET_UP, Command
from .kernel.files import StoredFile, key_of, root
from .kernel.model import db
from .soundness import unsound_chain, unsound_sqlite

MANIFEST, SQLITE, POSTGRES = "manifest.json", "database.sqlite3", "database.dump"
LAST = "last-backup.json"
"""In the instance: when the newest backup was made, and where."""
NAME = re.compile(r"seedbank-\d{8}-\d{6}")


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
    modes.make_private(folder)
    modes.make_private(folder / "files")
    database = _dump(folder)
    _refuse_unsound(database)
    files = {sha256: _copy(root() / key_of(sha256), folder / "files" / sha256) for sha256 in _wanted(database)}
    manifest = {
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"), "database": database.name, "version": _version(),
        "database_sha256": digest(database), "files": files,
    }  # fmt: skip
    modes.write_private(folder / MANIFEST, json.dumps(signed(manifest), indent=1, sort_keys=True))
    for place in (folder / "files", folder):
        modes.sync(place)
    told = {"made_at": manifest["made_at"], "folder": str(folder.resolve())}
    modes.write_private(Path(current_app.instance_path) / LAST, json.dumps(told, ensure_ascii=False))
    return manifest


def signed(manifest: dict[str, Any]) -> dict[str, Any]:
    """The manifest with its signature by the newest key for manifests."""
    return {**manifest, "signature": keys.newest("manifests").sign(plain_text(manifest))}


def plain_text(manifest: dict[str, Any]) -> str:
    """A manifest without its signature, in the one form that is signed."""
    return json.dumps({k: v for k, v in manifest.items() if k != "signature"}, sort_keys=True, ensure_ascii=False)


def _version() -> str:
    return str(db.session.scalar(text("SELECT version_num FROM alembic_version")))


def _dump(folder: Path) -> Path:
    url = make_url(current_app.config["SQLALCHEMY_DATABASE_URI"])
    if url.get_backend_name() == "sqlite":
        if not Path(str(url.database)).exists():
            raise BackupError(SET_UP)
        return _copy_of_sqlite(Path(str(url.database)), folder / SQLITE)
    target = folder / POSTGRES
    postgres("pg_dump", "--format=custom", f"--file={target}", plain_address(url), url=url)
    return target


def _copy_of_sqlite(database: Path, target: Path) -> Path:
    address = f"{database.absolute().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(address, uri=True)) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)  # in one go, beside the writers: in steps it begins anew after each of their writes
            copy.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError as error:
        raise BackupError(f"数据库已损坏（{error}），备份没有完成。") from None
    return target


def _refuse_unsound(database: Path) -> None:
    """Refuse to go on with a damaged database. SQLite's copy is asked, PostgreSQL itself."""
    if database.suffix == ".sqlite3" and (told := unsound_sqlite(database)):
        raise BackupError(f"{told}，备份没有完成。")
    if database.suffix != ".sqlite3" and (told := unsound_chain(audit.verify(db.session()))):
        raise BackupError(f"{told}，备份没有完成。")


def _wanted(database: Path) -> list[str]:
    """Hashes of the files the copied database names (for PostgreSQL: the running one, which can only name more)."""
    if database.suffix == ".sqlite3":
        with closing(sqlite3.connect(database)) as copy:
            return sorted({row[0] for row in copy.execute("SELECT sha256 FROM stored_file")})
    return sorted(set(db.session.scalars(select(StoredFile.sha256))))


def _copy(source: Path, target: Path) -> int:
    try:
        shutil.copyfile(source, target)
    except FileNotFoundError:
        raise BackupError(f"文件 {target.name} 不见了，备份没有完成。") from None
    if digest(target) != target.name:
        raise BackupError(f"文件 {target.name} 的内容与记录不符，备份没有完成。")
    return target.stat().st_size


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def plain_address(url: Any) -> str:
    """The address without its password: every account of the machine sees what a program was called with."""
    return str(url._replace(drivername="postgresql", password=None).render_as_string())


def postgres(*command: str, url: Any) -> None:
    """Run a program of PostgreSQL's client; the password goes by its environment, which only our own account may see."""
    environment = os.environ | ({"PGPASSWORD": str(url.password)} if url.password else {})
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    except FileNotFoundError:
        raise BackupError(f"没有找到 {command[0]}，请安装 PostgreSQL 客户端。") from None
    except subprocess.CalledProcessError as error:
        raise BackupError(error.stderr.strip().splitlines()[-1] if error.stderr else "PostgreSQL 命令失败。") from None


def backup_and_keep(folder: Path, count: int) -> Path:
    """A backup in a new folder of its own below `folder`; of those made so, the `count` newest stay."""
    place = folder / f"seedbank-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    backup(place)
    made = sorted(path for path in folder.iterdir() if NAME.fullmatch(path.name) and path.is_dir())
    for old in made[:-count]:
        shutil.rmtree(old)
    return place


def hours_since() -> float | None:
    """Hours since the newest backup; None where none was made."""
    try:
        told = json.loads((Path(current_app.instance_path) / LAST).read_text("utf-8"))
        return (datetime.now(UTC) - datetime.fromisoformat(told["made_at"])).total_seconds() / 3600
    except (OSError, ValueError, LookupError, TypeError):
        return None


@click.command("backup", cls=Command, help="把数据库和文件备份到一个空目录，不用停机；加 --keep 供定时任务用。")
@click.argument("folder", metavar="目录", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--keep", type=click.IntRange(1, 10_000), metavar="份数", help="在目录下另建一个目录存放，只留最新的几份。"
)
def backup_command(folder: Path, keep: int | None) -> None:
    """Back up database and files into an empty folder, while the system runs; `--keep` for timers."""
    if keep:
        folder = backup_and_keep(folder, keep)
    manifest = json.loads((folder / MANIFEST).read_text("utf-8")) if keep else backup(folder)
    click.echo(f"备份完成：{folder}，文件 {len(manifest['files'])} 个。密钥不在其中，请另用 keys backup 保管。")
