"""Restore: everything is copied aside and verified there before the bank is touched, and the bank before is kept.

What is verified is what is put in place: the copies, never the backup's own files again. The last step is the renaming
of one file (SQLite) or one transaction (PostgreSQL).
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import URL, create_engine, make_url, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from workflows.access import SYSTEM

from . import keyring
from .backup import MANIFEST, POSTGRES, SQLITE, BackupError, digest, plain_address, plain_text, postgres
from .ground import ownership
from .kernel import audit, heads, keys, modes
from .kernel.audit import AuditRow
from .kernel.commands import Command
from .kernel.database import PROGRAM, unit_of_work
from .kernel.files import PIECE, key_of, root
from .kernel.model import db
from .soundness import read_only, unsound_chain, unsound_sqlite

SHA256 = re.compile(r"[0-9a-f]{64}")
SCHEMA = "DO $$ DECLARE t text; BEGIN FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP EXECUTE format('DROP TABLE IF EXISTS public.%I CASCADE', t); END LOOP; END $$"  # fmt: skip
"""A newer bank has tables that an older one does not know, and that must not stay."""


def read_manifest(folder: Path, unsigned: bool = False) -> dict[str, Any]:
    """The manifest of a backup, its signature verified and every name in it one that a backup can have."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        parts = [manifest[name] for name in ("made_at", "database", "database_sha256", "files")]
    except (OSError, ValueError, LookupError, TypeError):
        raise BackupError(f"{folder} 不是完整的备份：没有清单，或清单不对。") from None
    _verify_signature(manifest, unsigned)
    _made_at, database, sha256, files = parts
    if database not in (SQLITE, POSTGRES) or not SHA256.fullmatch(str(sha256)) or not isinstance(files, dict):
        raise BackupError("清单里有不该有的名字，这不是种子库写的备份。")
    if not all(SHA256.fullmatch(name) and type(size) is int for name, size in files.items()):
        raise BackupError("清单里有不该有的名字，这不是种子库写的备份。")
    return manifest


def _verify_signature(manifest: dict[str, Any], unsigned: bool) -> None:
    signature = manifest.get("signature")
    if signature is None and unsigned:
        return
    if signature is None:
        raise BackupError("清单没有签名，无法确认没有被改过。旧版本的备份没有签名；确认可信的，请加 --unsigned。")
    try:
        good = keys.holds("manifests", str(signature), plain_text(manifest))
    except keys.Missing as missing:
        raise BackupError(
            f"清单是用密钥 {missing.number} 签的，密钥目录里没有。请先放回密钥：keys restore 目录。"
        ) from None
    if not good:
        raise BackupError("清单的签名不对：清单被改过。")


def _only_what_it_names(folder: Path, manifest: dict[str, Any]) -> None:
    """Refuse a backup with anything beside what its manifest names: SQLite would read a -wal file along."""
    for path in (folder, *folder.rglob("*")):
        if path.is_symlink():
            raise BackupError(f"备份里的 {path.name} 是指向别处的链接。")
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    named = {MANIFEST, manifest["database"], *(f"files{os.sep}{sha256}" for sha256 in manifest["files"])}
    if more := sorted(there - named):
        raise BackupError(f"备份里多出 {more[0]}，清单里没有。")


@contextmanager
def examined(folder: Path, unsigned: bool = False) -> Iterator[tuple[dict[str, Any], Path]]:
    """A backup copied aside and found whole: its manifest and the folder of the copies. Gone afterwards."""
    manifest = read_manifest(folder, unsigned)
    _only_what_it_names(folder, manifest)
    if (manifest["database"] == SQLITE) != _is_sqlite():
        raise BackupError("备份与现在的数据库不是同一种（SQLite、PostgreSQL），请核对 DATABASE_URL。")
    scratch = Path(current_app.instance_path) / f"restoring-{secrets.token_hex(4)}"
    for left in scratch.parent.glob("restoring-*"):  # by a restore that was killed
        shutil.rmtree(left, ignore_errors=True)
    try:
        _set_aside(folder, scratch, manifest)
        with _opened(scratch / manifest["database"]) as session:
            _refuse_unsound(session, manifest)
        yield manifest, scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _set_aside(folder: Path, scratch: Path, manifest: dict[str, Any]) -> None:
    """Copy the database, and the files the bank does not hold already, each verified in its copy."""
    modes.make_private(scratch)
    modes.make_private(scratch / "files")
    needed = sum(manifest["files"].values())
    if needed > shutil.disk_usage(scratch).free:
        raise BackupError(f"磁盘放不下：恢复要 {needed // 2**20} MB。")
    if _copied(folder / manifest["database"], scratch / manifest["database"]) != manifest["database_sha256"]:
        raise BackupError("备份里的数据库与清单不符。")
    for sha256, size in manifest["files"].items():
        copy = scratch / "files" / sha256
        if _copied(folder / "files" / sha256, copy) != sha256 or copy.stat().st_size != size:
            raise BackupError(f"备份里的文件 {sha256} 缺失或损坏。")
        present = root() / key_of(sha256)
        if present.exists() and present.stat().st_size == size and digest(present) == sha256:
            copy.unlink()


def _copied(source: Path, target: Path) -> str:
    """Copy a file and put it on the disk; gives the SHA-256 of the copy, "" where there is nothing to copy."""
    try:
        with source.open("rb") as given, target.open("xb") as copy:
            shutil.copyfileobj(given, copy, PIECE)
            copy.flush()
            os.fsync(copy.fileno())
    except (FileNotFoundError, IsADirectoryError):
        return ""
    return digest(target)


@contextmanager
def _opened(database: Path) -> Iterator[Session]:
    """A session on the copied database: SQLite's file itself, PostgreSQL's dump in a database of its own."""
    if database.suffix == ".sqlite3":
        if told := unsound_sqlite(database):
            raise BackupError(f"备份不能用：{told}。")
        with read_only(database) as session:
            yield session
        return
    with _scratch_database(database) as url:
        engine = create_engine(url, poolclass=NullPool)
        try:
            with Session(engine) as session:
                if told := unsound_chain(audit.verify(session)):
                    raise BackupError(f"备份不能用：{told}。")
                yield session
        finally:
            engine.dispose()


@contextmanager
def _scratch_database(dump: Path) -> Iterator[URL]:
    """The dump in a database of its own on the same server, dropped afterwards."""
    url, name = _url(), f"seedbank_restoring_{secrets.token_hex(4)}"
    server = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    try:
        with server.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE template0'))
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", error)).strip().splitlines()[0]
        raise BackupError(
            f"核对备份要先恢复到一个临时的数据库，而这个账号不能建库（需要 CREATEDB 权限）：{reason}"
        ) from None
    try:
        try:
            scratch = url.set(database=name)
            postgres("pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", f"--dbname={plain_address(scratch)}", str(dump), url=url)  # fmt: skip
        except BackupError as error:
            raise BackupError(f"备份不能用：数据库已损坏（{error.message}）。") from None
        yield scratch
    finally:
        with server.connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        server.dispose()


def _refuse_unsound(session: Session, manifest: dict[str, Any]) -> None:
    """Refuse a version this program does not know, and rows that name a file the backup lacks or a place elsewhere."""
    version = session.scalar(text("SELECT version_num FROM alembic_version"))
    script = ScriptDirectory(str(Path(current_app.root_path) / "migrations"))
    if version not in {revision.revision for revision in script.walk_revisions()}:
        raise BackupError(f"备份是版本 {version} 的，这一版程序不认识。请用相应版本的程序恢复。")
    for sha256, key, size in session.execute(text("SELECT sha256, key, size FROM stored_file")):
        if key != key_of(sha256):
            raise BackupError(f"备份里有文件记在别处（{key}）。")
        if manifest["files"].get(sha256) != size:
            raise BackupError(f"备份里缺文件 {sha256}，数据库里有它。")


def restore(folder: Path, force: bool = False, unsigned: bool = False) -> dict[str, Any]:
    """Put a backup in place of the bank. Refuses a running server, and a bank in use unless forced.

    Gives the manifest with the number of audit rows and where the bank before is kept.
    """
    instance = Path(current_app.instance_path)
    try:
        with ownership.held(instance):
            if not force and _in_use():
                raise BackupError("这里已经有数据。确认要用备份覆盖，请加 --force。")
            with examined(folder, unsigned) as (manifest, scratch):
                kept = _swap(manifest, scratch, instance)
    except ownership.Taken as taken:
        raise BackupError(f"服务还在运行（进程 {taken}），请先停下它再恢复。") from None
    rows = db.session.scalar(text("SELECT count(*) FROM audit_row"))
    db.session.rollback()
    return {**manifest, "audit_rows": rows, "kept": kept}


def drill(folder: Path, unsigned: bool = False) -> dict[str, Any]:
    """Everything of a restore but its last step: the bank stays as it is."""
    with examined(folder, unsigned) as (manifest, _scratch):
        return manifest


def _in_use() -> bool:
    try:
        return db.session.execute(select(AuditRow.seq).limit(1)).first() is not None
    except Exception:
        return False
    finally:
        db.session.rollback()


def _swap(manifest: dict[str, Any], scratch: Path, instance: Path) -> Path:
    """Files first, for more of them harm nobody; then the database. Gives the folder that keeps the one before."""
    db.session.remove()
    db.engine.dispose()
    if _is_sqlite():
        _close_for_others()
    else:
        _refuse_other_connections()
    kept = instance / f"before-restore-{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
    modes.make_private(kept)
    for copy in (scratch / "files").iterdir():
        _place(copy, root() / key_of(copy.name))
    if _is_sqlite():
        _swap_file(scratch / SQLITE, Path(str(_url().database)), kept)
    else:
        _swap_rows(scratch / POSTGRES, kept)
    db.engine.dispose()
    heads.begin_anew()
    return kept


def _place(copy: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    os.replace(copy, target)
    modes.sync(target.parent)


def _close_for_others() -> None:
    """The bank before in one file, nothing of it in a -wal. Refused while any program has it open."""
    database = Path(str(_url().database))
    if not database.exists() or _head(database) != b"SQLite format 3":
        return  # nothing there, or nothing that could be closed
    try:
        with closing(sqlite3.connect(database, timeout=3)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE").fetchone()
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise BackupError("还有程序开着数据库（网页服务、后台处理或命令），请先停下再恢复。") from None
    except sqlite3.DatabaseError:
        pass  # damaged, which may be why it is restored


def _refuse_other_connections() -> None:
    """Refused while another process of ours is connected to the PostgreSQL database, on whichever machine."""
    asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = :name AND pid <> pg_backend_pid()"  # fmt: skip
    engine = create_engine(_url(), poolclass=NullPool)
    with engine.connect() as connection:
        if connection.scalar(text(asked), {"name": PROGRAM}):
            raise BackupError("还有程序开着数据库（网页服务、后台处理或命令），请先停下再恢复。")


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(15)


def _swap_file(new: Path, database: Path, kept: Path) -> None:
    for ending in ("-wal", "-shm"):  # left only where the database was too damaged to be closed
        with suppress(FileNotFoundError):
            os.replace(f"{database}{ending}", kept / f"{database.name}{ending}")
    if database.exists():
        shutil.copyfile(database, kept / database.name)
        modes.sync(kept)
    os.replace(new, database)
    modes.sync(database.parent)
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")


def _swap_rows(dump: Path, kept: Path) -> None:
    url, script = _url(), dump.with_suffix(".sql")
    postgres("pg_dump", "--format=custom", f"--file={kept / POSTGRES}", plain_address(url), url=url)
    postgres(
        "pg_restore", "--clean", "--if-exists", "--no-owner", "--no-privileges", f"--file={script}", str(dump), url=url
    )
    postgres("psql", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", f"--command={SCHEMA}",
             f"--file={script}", plain_address(url), url=url)  # fmt: skip


def _url() -> URL:
    return make_url(current_app.config["SQLALCHEMY_DATABASE_URI"])


def _is_sqlite() -> bool:
    return _url().get_backend_name() == "sqlite"


@click.command("restore", cls=Command, help="用备份恢复数据库和文件：先在别处逐项核对，再换上；请先停下服务。")
@click.argument("folder", metavar="目录", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="覆盖已有数据（原来的另存一份）。")
@click.option("--unsigned", is_flag=True, help="收下没有签名的备份（旧版本的）。")
@click.option("--drill", "only_try", is_flag=True, help="演练：只在别处恢复并核对，不动现有数据，不用停服务。")
def restore_command(folder: Path, force: bool, unsigned: bool, only_try: bool) -> None:
    """Restore a backup: all of it is verified aside first. `--drill` stops there."""
    if only_try:
        manifest = drill(folder, unsigned)
        click.echo(f"演练通过：{manifest['made_at']} 的备份完整，文件 {len(manifest['files'])} 个，可以恢复。")
        return
    done = restore(folder, force, unsigned)
    click.echo(
        f"恢复完成：文件 {len(done['files'])} 个，审计 {done['audit_rows']} 行相符。原来的库另存在 {done['kept']}。"
    )
    if lost := keyring.missing(all_rows=True):
        click.echo(f"注意：{keyring.lost_sentence(lost)}", err=True)
    with (
        suppress(SQLAlchemyError),
        unit_of_work(),
    ):  # a bank of an older version notes it after its upgrade, or not at all
        audit.record("bank.restore", None, SYSTEM, made_at=done["made_at"])
