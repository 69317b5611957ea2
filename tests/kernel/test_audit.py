"""The audit chain from the command line: whole, a row changed, a row taken out, the end cut off."""

import os
import shutil

import pytest
from sqlalchemy import event, insert, select, text
from sqlalchemy.exc import DBAPIError

from audiovisual.kernel import audit, keys
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db
from tests import factories
from tests.conftest import POSTGRES
from workflows.access import SYSTEM


def verified(app) -> tuple[int, str]:
    """Exit code and words of `flask audit verify`."""
    done = app.test_cli_runner().invoke(args=["audit", "verify"])
    return done.exit_code, done.output


def by_hand(session, statement, **values):
    """A statement as somebody with all rights to the database writes it."""
    if POSTGRES:
        session.execute(text("SET LOCAL seedbank.rewrites_audit = 'yes'"))
    session.execute(text(statement), values)


def test_a_whole_chain_is_said_to_hold(app):
    factories.project("received")
    code, words = verified(app)
    assert code == 0
    assert "全部相符" in words


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("UPDATE audit_row SET actor_id = actor_id + 1 WHERE seq = 3", "第 3 行不符（内容被改过），之前 2 行相符"),
        ("UPDATE audit_row SET data = '{}' WHERE seq = 2", "第 2 行不符（内容被改过），之前 1 行相符"),
        ("DELETE FROM audit_row WHERE seq = 3", "第 3 行不符（缺这一行），之前 2 行相符"),
    ],
)
def test_the_first_broken_row_is_named(app, broken, said):
    factories.project("received")
    with unit_of_work() as session:
        by_hand(session, broken)
    code, words = verified(app)
    assert code == 1
    assert said in words


def test_an_end_cut_off_is_missed_because_the_timeline_names_it(app):
    factories.project("received")
    last = db.session.scalar(text("SELECT max(seq) FROM audit_row"))
    with unit_of_work() as session:
        by_hand(session, "DELETE FROM audit_row WHERE seq = :last", last=last)
    code, words = verified(app)
    assert code == 1
    assert f"第 {last} 行不符（缺这一行）" in words


def test_an_end_cut_off_that_no_timeline_names_is_missed_all_the_same(app):
    title = factories.project("received")
    with unit_of_work():
        last = audit.record("title.looked_at", title, SYSTEM)
    with unit_of_work() as session:
        by_hand(session, "DELETE FROM audit_row WHERE seq = :last", last=last)
    assert verified(app) == (1, f"第 {last} 行不符（缺这一行），之前 {last - 1} 行相符。\n")


def test_a_chain_emptied_with_its_timeline_is_missed(app):
    factories.project("submitted")
    with unit_of_work() as session:
        for table in ("outbox_row", "event", "audit_row"):
            by_hand(session, f"DELETE FROM {table}")
    assert verified(app) == (1, "第 1 行不符（缺这一行），之前 0 行相符。\n")


def test_a_row_laid_on_by_hand_is_named(app):
    factories.project("submitted")
    last = db.session.scalar(text("SELECT max(seq) FROM audit_row"))
    with unit_of_work() as session:
        row = dict(
            session.execute(select(audit.AuditRow.__table__).order_by(text("seq DESC")).limit(1)).mappings().one()
        )
        forged = {**row, "seq": last + 1, "previous": row["hash"]}
        session.execute(insert(audit.AuditRow), [{**forged, "hash": audit.digest(forged, row["hash"])}])
    assert verified(app) == (1, f"第 {last + 1} 行不符（内容被改过），之前 {last} 行相符。\n")


def rechained(session, first, hashed):
    """All rows from `first` on, chained anew by somebody who knows how, with hashes of `hashed(row, previous)`."""
    rows = session.execute(select(audit.AuditRow.__table__).order_by(text("seq"))).mappings().all()
    previous = rows[first - 2]["hash"] if first > 1 else audit.GENESIS
    for row in rows[first - 1 :]:
        new = hashed(row, previous)
        by_hand(
            session, "UPDATE audit_row SET previous = :p, hash = :h WHERE seq = :s", p=previous, h=new, s=row["seq"]
        )
        previous = new
    session.execute(text("UPDATE audit_end SET hash = :h"), {"h": previous})


def test_a_chain_made_anew_without_the_key_is_found_out_wherever_it_begins(app):
    """Who has the database and not the key can neither chain rows anew nor call the chain unkeyed."""
    factories.project("received")
    with unit_of_work() as session:
        by_hand(session, "UPDATE audit_row SET data = '{}' WHERE seq = 2")
        rechained(session, 2, audit.plain_digest)
    assert verified(app) == (1, "第 2 行不符（内容被改过），之前 1 行相符。\n")
    with unit_of_work() as session:
        rechained(session, 1, audit.plain_digest)
        session.execute(text("UPDATE audit_end SET keyed_from = seq + 1"))
    last = db.session.scalar(text("SELECT max(seq) FROM audit_row"))
    assert verified(app) == (1, f"第 {last} 行不符（内容被改过），之前 {last - 1} 行相符。\n")


def test_an_older_key_still_verifies_and_a_lost_one_is_named(app, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "KEYS", str(tmp_path / "keys"))
    shutil.copytree(os.environ["SEEDBANK_KEYS"], tmp_path / "keys")
    factories.project("received")
    before = keys.newest("chain").number
    run = app.test_cli_runner().invoke
    assert run(args=["keys", "rotate", "chain"]).exit_code == 0
    factories.project("received")
    assert keys.newest("chain").number != before
    assert verified(app)[0] == 0
    keys.rotate("chain", tmp_path / "keys", keep=False)
    told = run(args=["keys", "list"])
    assert (told.exit_code, f"审计链密钥 {before}" in told.stderr) == (1, True)
    assert verified(app) == (1, f"第 1 行不符（缺审计链密钥 {before}），之前 0 行相符。\n")


@pytest.mark.skipif(not POSTGRES, reason="rights are PostgreSQL's")
@pytest.mark.parametrize(
    "statement", ["UPDATE audit_row SET data = '{}'", "DELETE FROM audit_row", "TRUNCATE audit_row"]
)
def test_postgresql_refuses_to_change_rows_of_the_chain(app, statement):
    factories.project("submitted")
    with pytest.raises(DBAPIError, match="never changed or deleted"), unit_of_work() as session:
        session.execute(text(statement))


@pytest.mark.skipif(POSTGRES, reason="PostgreSQL keeps only what fits the column")
@pytest.mark.parametrize(
    "broken", ["at = 'gestern'", "at = ''", "at = 7", "at = x'00'", "data = x'00ff'", "data = CAST(x'ff' AS TEXT)"]
)
def test_a_row_that_cannot_be_read_is_named_as_broken(app, broken):
    factories.project("received")
    with unit_of_work() as session:
        session.execute(text(f"UPDATE audit_row SET {broken} WHERE seq = 3"))
    assert verified(app) == (1, "第 3 行不符（内容被改过），之前 2 行相符。\n")


def test_an_act_costs_the_chain_three_statements(app):
    title, told = factories.project("submitted"), []
    event.listen(db.engine, "before_cursor_execute", lambda c, cursor, statement, *more: told.append(statement))
    with unit_of_work():
        told.clear()
        audit.record("title.looked_at", title, SYSTEM)
        asked = [statement.split()[0] for statement in told if "audit" in statement]
    assert asked == ["SELECT", "INSERT", "UPDATE"]
