"""What is remembered of a form that was taken, and when a second press is told that it was done."""

from __future__ import annotations

import hashlib
from typing import Any

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db
from audiovisual.kernel.pressed import TakenForm
from audiovisual.projects.operations import intake, records
from tests import factories as make


def scored(**more: str) -> dict[str, str]:
    form = {"recommendation": "admit", "comment": "综合看。", **more}
    for each in make.scores():
        form |= {f"score_{each['code']}": str(each["score"]), f"reason_{each['code']}": "材料齐全。"}
    return form


def test_who_reads_the_table_cannot_try_what_was_typed(app: Any, login: Any) -> None:
    first, second = make.user("admin"), make.user("admin")
    prints = set()
    for person in (first, second):
        assert login(person).post("/language", data={"language": "en"}).status_code == 303
        row = db.session.query(TakenForm).filter_by(user_id=person.id).one()
        plain = [repr([("language", "en")]), repr(("taken_form", person.id, row.action, [("language", "en")], []))]
        assert row.content not in {hashlib.sha256(each.encode()).hexdigest() for each in plain}
        prints.add(row.content)
    assert len(prints) == 2, "the same words of two people are not seen to be the same"


def test_what_was_sent_back_and_is_refused_now_is_not_told_as_done(app: Any, login: Any) -> None:
    officer, head = make.user("officer"), make.user("head")
    row = make.project("accepted", officer=officer)
    where = f"/projects/{row.id}/propose"
    assert login(officer).post(where, data=scored()).status_code == 303
    with unit_of_work():
        intake.send_back(row, make.actor_of(head), "先征求意见。")
        records.ask_co_review(row, make.actor_of(officer), "公安部门", "请审看。")
    again = login(officer).post(where, data=scored())
    assert again.status_code == 422 and "已经办过了" not in again.text
    assert row.state == "accepted"
