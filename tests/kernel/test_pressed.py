"""What is remembered of a form that was taken, and when a second press is told that it was done: of what stands, not of
what was undone, not to who may not any more, not of another file."""

from __future__ import annotations

import hashlib
import io
import re
from typing import Any

from flask.testing import FlaskClient

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db, today
from audiovisual.kernel.pressed import TakenForm
from audiovisual.people.models import User
from audiovisual.people.operations import roles
from audiovisual.projects.operations import filing, intake, office, records
from audiovisual.reviews.operations import panels
from tests import factories as make

DONE = "已经办过了"


def told(client: FlaskClient, url: str, **data: Any) -> tuple[int, bool]:
    """What the person reads on sending the form: the status, and whether it says that it was done."""
    answer = client.post(url, data=data)
    page = client.get(answer.location) if answer.status_code == 303 else answer
    return answer.status_code, DONE in page.text


def test_a_step_that_was_undone_is_refused_for_what_hinders_it_now(app: Any, login: Any) -> None:
    officer, house = make.user("officer"), make.producer()
    project = make.project("accepted", by=house, officer=officer)
    client, suspend = login(officer), f"/projects/{project.id}/steps/suspend"
    assert told(client, suspend, reason="待查。") == (303, False)
    assert told(client, suspend, reason="待查。") == (303, True)
    with unit_of_work():
        office.resume(project, make.actor_of(officer))
    with unit_of_work():
        filing.withdraw(project, make.actor_of(house), "投资方退出。")
    assert told(client, suspend, reason="待查。") == (409, False)


def test_a_second_window_forgets_its_copy_of_what_the_first_one_sent(app: Any, login: Any) -> None:
    officer = make.user("officer")
    project = make.project("accepted", officer=officer)
    client, suspend = login(officer), f"/projects/{project.id}/steps/suspend"
    marks = []
    for window in ("first", "second"):
        answer = client.post(suspend, data={"reason": "待查。", "taken": window})
        marks += re.findall(r'data-taken="(\w+)"', client.get(answer.location).text)
    assert marks == ["first", "second"]
    refused = client.post(suspend, data={"reason": "另有原因。", "taken": "third"})
    assert (refused.status_code, "data-taken" in client.get("/").text) == (409, False)


def test_a_step_that_others_followed_is_told_as_done(app: Any, login: Any) -> None:
    officer = make.user("officer")
    project = make.project("submitted")
    client, receive = login(officer), f"/projects/{project.id}/steps/receive"
    assert told(client, receive) == (303, False)
    with unit_of_work():
        intake.accept(project, make.actor_of(officer))
    assert told(client, receive) == (303, True)


def test_who_lost_the_role_reads_that_it_is_lost(app: Any, login: Any) -> None:
    officer, admin, expert = make.user("officer", "sealer"), make.user("admin"), make.user("expert")
    project = make.delivered(officer)
    with unit_of_work():
        round_ = panels.open_(project, make.actor_of(officer))
    client, panel = login(officer), f"/reviews/{round_.id}/panel"
    assert told(client, panel, expert=expert.id) == (303, False)
    assert told(client, panel, expert=expert.id) == (303, True)
    with unit_of_work() as session:
        roles.revoke(session.get(User, officer.id), "officer", make.actor_of(admin))
    assert told(client, panel, expert=expert.id) == (403, False)


def test_another_file_of_the_same_name_is_read_by_itself(app: Any, login: Any) -> None:
    officer = make.user("officer")
    project = make.project("accepted", officer=officer)
    client, permits = login(officer), f"/projects/{project.id}/permits/new"
    form = {"kind": "planning_filing", "number": "3201260018000417", "issued_on": today().isoformat(), "note": ""}
    sent = lambda content: told(client, permits, **form, file=(io.BytesIO(content), "备案证.pdf"))  # noqa: E731
    assert sent(b"%PDF-1.4\n%one\n") == (303, False)
    assert sent(b"no paper at all") == (422, False)


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
