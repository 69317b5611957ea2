"""`make upgrade`: backup, verify, migrate, check; then the server may start. What fails leaves the data as they were.

    python -m audiovisual.ground.upgrade

The server must have been stopped. The backup stays in the instance as `before-upgrade-…`; a failed step is named, and the
data of the version before are put back, for the program of the version before.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade as migrate
from sqlalchemy import inspect, text

from audiovisual import keyring, proof
from audiovisual.backup import BackupError, backup
from audiovisual.ground import ownership
from audiovisual.ground.startup import configured
from audiovisual.kernel import keys
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.health import CHECKS
from audiovisual.kernel.model import db
from audiovisual.restoring import drill, restore
from audiovisual.reviews.operations.catching_up import tell_ended_rows
from audiovisual.search import rebuild
from audiovisual.seed import seed_reference_data

LATER = ("worker",)
"""What is not ready before the server runs."""


class Failed(Exception):
    """A step that did not succeed, in one sentence."""


def run(app: Flask) -> Path | None:
    """Bring the bank to this version; gives the folder of the backup made before (None: there was no bank yet).

    Raises `Failed` with the data of before in place.
    """
    instance = Path(app.instance_path)
    try:
        with app.app_context(), ownership.held(instance):
            return _upgraded(instance)
    except ownership.Taken as taken:
        raise Failed(f"服务还在运行（进程 {taken}），请先停下它再升级。") from None


def _upgraded(instance: Path) -> Path | None:
    if not inspect(db.engine).has_table("alembic_version"):
        _let_go()
        _migrate()
        return None
    if lost := keyring.missing():
        raise Failed(keyring.lost_sentence(lost))
    kept = instance / f"before-upgrade-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}"
    _step("备份", lambda: backup(kept))
    _step("核对备份", lambda: drill(kept))
    try:
        _step("升级数据库", _migrate)
        _step("核对升级后的数据", _check)
    except Failed as failed:
        _let_go()
        restore(kept, force=True)
        raise Failed(f"{failed} 数据已恢复到升级之前；请换回原来版本的程序再启动，备份在 {kept}。") from None
    return kept


def _step(name: str, function: Callable[[], object]) -> None:
    """One step, told before it begins; whatever stops it is `Failed` with its name."""
    print(f"{name}……", flush=True)
    try:
        function()
    except Failed:
        raise
    except BackupError as error:
        raise Failed(f"{name}没有成功：{error.message}") from None
    except Exception as error:
        reason = str(getattr(error, "orig", error)).strip().partition("\n")[0]
        raise Failed(f"{name}没有成功：{reason or type(error).__name__}。") from error
    finally:
        db.session.remove()


def _let_go() -> None:
    db.session.remove()
    db.engine.dispose()


def _migrate() -> None:
    keys.make_all(keys.folder())
    _let_go()
    migrate()
    with unit_of_work():
        seed_reference_data()
        tell_ended_rows()
    db.session.remove()


def _check() -> None:
    """All that was signed and logged holds, every part of /readyz is well; the index is made anew where it differs."""
    if any(next(iter(rebuild.check_rows(source)), None) for source in proof.SOURCES.values()):
        rebuild.rebuild()
    found = [told for part in proof.PARTS for piece in proof.proven(part) for told in piece]
    if found:
        raise Failed(f"核对升级后的数据没有成功：{found[0]}{f'，另有 {len(found) - 1} 处' if found[1:] else ''}。")
    for name, check in CHECKS.items():
        if name not in LATER and (lacking := check()):
            raise Failed(f"核对升级后的数据没有成功：{name} {lacking}。")


def main() -> int:
    """The command. Exit code 1 where a step failed."""
    app = configured()
    try:
        kept = run(app)
    except Failed as failed:
        print(failed, file=sys.stderr)
        return 1
    with app.app_context():
        version = db.session.scalar(text("SELECT version_num FROM alembic_version"))
        _let_go()
    print(f"升级完成：数据库是版本 {version}。{f'升级之前的备份在 {kept}。' if kept else ''}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
