"""`make upgrade` on a bank with data: it arrives at this version, or the data of before stand again and the step is named."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from flask_migrate import downgrade
from sqlalchemy import text

from audiovisual.ground import upgrade
from audiovisual.kernel.model import db
from audiovisual.kernel.outbox import work_off
from audiovisual.readiness import _newest
from audiovisual.reviews.operations.catching_up import tell_ended_rows
from tests import factories as make

OLDER = "0029"


@pytest.fixture
def older(app) -> Path:
    """A bank of an earlier version with a title that was filed; the folder of its instance."""
    make.project("submitted")
    work_off()
    db.session.remove()
    db.engine.dispose()
    downgrade(revision=OLDER)
    db.engine.dispose()
    return Path(app.instance_path)


def told() -> tuple[str, list[tuple]]:
    """The version, and the titles as they stand."""
    version = db.session.scalar(text("SELECT version_num FROM alembic_version"))
    titles = [tuple(row) for row in db.session.execute(text("SELECT id, title, state FROM project ORDER BY id"))]
    db.session.remove()
    db.engine.dispose()
    return version, titles


def by_hand(statement: str) -> None:
    """A statement as somebody with the database's password writes it."""
    with db.engine.begin() as connection:
        connection.execute(text(statement))
    db.engine.dispose()


def test_a_bank_of_an_earlier_version_arrives_at_this_one_with_its_data(app, older, capsys):
    _version, titles = told()
    kept = upgrade.run(app)
    assert told() == (_newest(app.root_path), titles)
    assert (kept / "manifest.json").exists()
    assert capsys.readouterr().out.splitlines()[:4] == ["备份……", "核对备份……", "升级数据库……", "核对升级后的数据……"]
    again = upgrade.run(app)  # the tenth time is like the first
    assert again != kept and told() == (_newest(app.root_path), titles)


def test_rows_that_a_migration_ends_are_told_so_that_the_bank_is_proven_and_can_be_upgraded(app):
    """Letters that asked nothing left rows open until version 0017, which ends them: their facts said “open” for ever."""
    round_, _people = make.served()
    change = round_.changes[0].id
    db.session.remove()
    db.engine.dispose()
    downgrade(revision="0016")
    by_hand("UPDATE review_round SET answer_by = NULL")
    upgrade.run(app)
    states = text("SELECT state, (SELECT target FROM event WHERE subject_type = 'change' AND subject_id = change.id"
                  " AND target IS NOT NULL ORDER BY id DESC LIMIT 1) FROM change WHERE id = :id")  # fmt: skip
    assert tuple(db.session.execute(states, {"id": change}).one()) == ("noted", "noted")
    assert tell_ended_rows() == 0  # once is enough


def test_a_migration_that_fails_leaves_the_data_of_before(app, older):
    before = told()
    by_hand("CREATE TABLE admin_proposal (id integer)")  # what a step makes is there already
    with pytest.raises(
        upgrade.Failed, match=r"升级数据库没有成功：.* 数据已恢复到升级之前；请换回原来版本的程序再启动"
    ):
        upgrade.run(app)
    assert told() == before


def test_data_that_do_not_hold_after_the_step_are_put_back(app, older):
    by_hand("UPDATE event SET actor_id = actor_id + 1 WHERE id = (SELECT max(id) FROM event)")
    before = told()
    with pytest.raises(upgrade.Failed, match=r"核对升级后的数据没有成功：经过 .* 与审计链第 .* 行不符。 数据已恢复"):
        upgrade.run(app)
    assert told() == before


def test_a_bank_that_is_broken_before_is_not_touched(app, older):
    by_hand("UPDATE audit_row SET actor_id = actor_id + 1 WHERE seq = 2")
    before = told()
    with pytest.raises(upgrade.Failed, match="备份没有成功：审计链第 2 行不符（内容被改过），备份没有完成。"):
        upgrade.run(app)
    assert told() == before and not list(older.glob("before-restore-*"))


@pytest.mark.skipif(os.name != "posix", reason="flock is POSIX")
def test_nothing_is_upgraded_while_a_server_runs(app, older):
    holder = subprocess.Popen(
        ["flock", str(older / "server.lock"), "sh", "-c", "echo ready; sleep 60"],
        stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        assert holder.stdout.readline() == "ready\n"
        with pytest.raises(upgrade.Failed, match="服务还在运行"):
            upgrade.run(app)
    finally:
        os.killpg(holder.pid, 9)
        holder.wait()
