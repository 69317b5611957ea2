"""Backup and restore: what comes back is what was there, rows and files, and a damaged copy is refused."""

from __future__ import annotations

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import select, update

from audiovisual.backup import BackupError, backup
from audiovisual.kernel import audit
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.files import StoredFile
from audiovisual.kernel.model import Base, db
from audiovisual.projects.models import Project
from audiovisual.restoring import restore
from tests import factories as make


def everything() -> dict[str, list[tuple]]:
    """Every row of every table of ours, in a fixed order."""
    found = {}
    for name, table in sorted(Base.metadata.tables.items()):
        rows = [tuple(map(str, row)) for row in db.session.execute(select(table))]
        found[name] = sorted(rows)
    db.session.rollback()
    return found


def test_a_backup_restored_gives_the_same_rows_and_the_same_bytes(app, tmp_path):
    by = make.producer()
    project = make.project("submitted", by=by)
    before = everything()
    content = {f.sha256: f.open().read() for f in db.session.scalars(select(StoredFile))}
    db.session.rollback()
    backup(tmp_path / "copy")
    with unit_of_work():
        project.title = "改过的片名"
    for stored in db.session.scalars(select(StoredFile)):
        stored.path.unlink(missing_ok=True)
    db.session.rollback()
    restore(tmp_path / "copy", force=True)
    assert everything() == before
    assert {f.sha256: f.open().read() for f in db.session.scalars(select(StoredFile))} == content


def test_a_bank_in_use_is_not_overwritten_without_a_word(app, tmp_path):
    make.project("submitted")
    backup(tmp_path / "copy")
    with pytest.raises(BackupError, match="--force"):
        restore(tmp_path / "copy")


def test_a_damaged_backup_is_refused_and_nothing_changes(app, tmp_path):
    make.project("submitted")
    backup(tmp_path / "copy")
    victim = next((tmp_path / "copy" / "files").iterdir())
    victim.write_bytes(b"x")
    before = everything()
    with pytest.raises(BackupError, match="损坏"):
        restore(tmp_path / "copy", force=True)
    assert everything() == before


def test_a_backup_from_before_the_chains_end_was_kept_is_restored_and_upgraded(app, tmp_path):
    make.project("submitted")
    with (
        unit_of_work() as session
    ):  # later columns: who saved last, and from when little is left, which the worker fills in
        session.execute(update(Project).values(saved_by_id=None, amber_on=None))
    before = everything()
    db.session.remove()
    db.engine.dispose()
    downgrade(revision="0008-1")
    backup(tmp_path / "old")
    db.session.remove()  # whoever reads keeps the tables from being changed
    upgrade()
    assert restore(tmp_path / "old", force=True)["audit_rows"] == len(before["audit_row"])
    db.session.remove()
    db.engine.dispose()
    upgrade()
    assert _but_hashes(everything()) == _but_hashes(before)
    assert audit.verify(db.session()).broken_at is None


def _but_hashes(rows: dict[str, list[tuple]]) -> dict[str, list[tuple]]:
    """The older version's hashes have no key, and it knew of no scanner: everything but that and where the chain ends."""
    return {**rows, "audit_row": [row[:-2] for row in rows["audit_row"]], "audit_end": [], "scan": []}


def test_a_backup_that_fails_leaves_nothing_behind(app, tmp_path):
    """Half of one could be taken for a whole one, and its folder could not be used again."""
    make.project("submitted")
    victim = db.session.scalars(select(StoredFile)).first()
    db.session.rollback()
    kept = victim.path.read_bytes()
    victim.path.unlink()
    with pytest.raises(BackupError, match="不见了，备份没有完成"):
        backup(tmp_path / "copy")
    assert list((tmp_path / "copy").iterdir()) == []
    victim.path.write_bytes(kept)
    assert backup(tmp_path / "copy")["files"]
