"""A backup made while people write: it ends, it is one moment of the bank, and everything acknowledged before is in it."""

from __future__ import annotations

import itertools
import sqlite3
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from audiovisual.backup import backup
from audiovisual.kernel import audit, health, outbox
from audiovisual.kernel.audit import AuditRow
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.events import Event
from audiovisual.kernel.model import db
from audiovisual.people.models import Message, User
from audiovisual.projects.models import Project
from audiovisual.projects.operations import filing, office
from audiovisual.restoring import restore
from tests import factories as make
from tests.conftest import POSTGRES

from .attacks.agreement import disagreements

WRITERS = 3
LARGE = 40_000_000
"""Bytes of a bank that is not copied in one breath."""


@dataclass
class Writer:
    """Somebody who submits his drafts one after the other and remarks on each; `done` is what was acknowledged."""

    app: Any
    stop: threading.Event
    user_id: int
    drafts: list[int]
    done: list[int] = field(default_factory=list)

    def work(self) -> None:
        """Until told to stop."""
        with self.app.app_context():
            for n in range(100_000):
                if self.stop.is_set():
                    break
                actor = make.actor_of(db.session.get(User, self.user_id))
                with unit_of_work():
                    if self.drafts:
                        filing.submit(db.session.get(Project, self.drafts[-1]), actor)
                    else:
                        office.remark(db.session.get(Project, self.done[n % len(self.done)]), actor, f"第{n}条。")
                if self.drafts:
                    self.done.append(self.drafts.pop())
                db.session.remove()
            db.session.remove()


@pytest.fixture
def writers(app):
    """People at work, each with drafts of his own, in threads as the server's."""
    stop, found = threading.Event(), []
    for _ in range(WRITERS):
        by = make.producer()
        found.append(Writer(app, stop, by.id, [make.draft(by).id for _ in range(8)]))
    db.session.remove()
    threads = [threading.Thread(target=writer.work, daemon=True) for writer in found]
    for thread in threads:
        thread.start()
    yield found
    stop.set()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)


def ended(writers: list[Writer]) -> None:
    """Everybody stops writing."""
    writers[0].stop.set()
    time.sleep(0.5)


def counts() -> tuple[int, int]:
    """Events and audit rows."""
    found = tuple(db.session.scalar(select(func.count()).select_from(model)) for model in (Event, AuditRow))
    db.session.rollback()
    return found


def test_a_backup_among_writers_is_one_moment_with_all_that_was_acknowledged_before(app, tmp_path, writers):
    while not all(len(writer.done) >= 2 for writer in writers):
        time.sleep(0.02)
    before, submitted = counts(), [id_ for writer in writers for id_ in list(writer.done)]
    backup(tmp_path / "copy")
    while counts()[0] < before[0] + 20:
        time.sleep(0.02)
    ended(writers)
    after = counts()
    restore(tmp_path / "copy", force=True)
    kept = counts()
    assert before[0] <= kept[0] < after[0] and before[1] <= kept[1] < after[1]
    states = {id_: db.session.get(Project, id_).state for id_ in submitted}
    assert set(states.values()) == {"submitted"}
    db.session.remove()
    outbox.work_off()
    assert audit.verify(db.session()).broken_at is None
    assert disagreements() == []


@pytest.mark.skipif(POSTGRES, reason="pg_dump reads one snapshot")
def test_a_large_bank_is_copied_although_somebody_always_writes(app, instance, tmp_path):
    """A copy that began anew with every write of others would not end before the office closes."""
    reader = make.user("officer")
    health.beat()
    with unit_of_work() as session:
        session.add_all(
            Message(user_id=reader.id, subject="公告", body="长" * (LARGE // 3 // 40), url="/") for _ in range(40)
        )
    writing, stop = threading.Event(), threading.Event()
    busy = threading.Thread(target=_write_always, args=(instance / "seedbank.sqlite3", writing, stop), daemon=True)
    busy.start()
    writing.wait(10)
    copy = threading.Thread(target=_copy, args=(app, tmp_path / "copy"), daemon=True)
    copy.start()
    copy.join(20)
    in_time = not copy.is_alive()
    stop.set()
    busy.join(10)
    copy.join(30)
    assert in_time
    restore(tmp_path / "copy", force=True)
    assert audit.verify(db.session()).broken_at is None


def _write_always(path: Path, writing: threading.Event, stop: threading.Event) -> None:
    with closing(sqlite3.connect(path, isolation_level=None, timeout=30)) as other:
        other.execute("PRAGMA synchronous=OFF")
        for n in itertools.count():  # a row that stays as it is would not be written
            if stop.is_set():
                return
            other.execute("UPDATE pulse SET name = ?", (f"第{n}次",))
            writing.set()


def _copy(app: Any, folder: Path) -> None:
    with app.app_context():
        backup(folder)
        db.session.remove()
