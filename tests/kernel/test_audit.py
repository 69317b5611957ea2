"""The audit chain from the command line: whole, a row changed, a row taken out, the end cut off."""

import pytest
from sqlalchemy import text

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db
from tests import factories


def verified(app) -> tuple[int, str]:
    """Exit code and words of `flask audit verify`."""
    done = app.test_cli_runner().invoke(args=["audit", "verify"])
    return done.exit_code, done.output


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
        session.execute(text(broken))
    code, words = verified(app)
    assert code == 1
    assert said in words


def test_an_end_cut_off_is_missed_because_the_timeline_names_it(app):
    factories.project("received")
    last = db.session.scalar(text("SELECT max(seq) FROM audit_row"))
    with unit_of_work() as session:
        session.execute(text("DELETE FROM audit_row WHERE seq = :last"), {"last": last})
    code, words = verified(app)
    assert code == 1
    assert f"第 {last} 行不符（缺这一行）" in words
