"""What the bank holds on a person, as a file: all of their own, nothing of others, each time a row of the chain."""

from __future__ import annotations

import json
from typing import Any

from audiovisual.kernel import drafts
from audiovisual.kernel.audit import AuditRow
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db
from audiovisual.people.models import User
from audiovisual.reviews.models import Assignment
from tests import factories as make

PARTS = {
    "account", "roles", "expert_profile", "log_ins", "browsers", "security_events", "passkeys", "invitations", "stand_ins", "messages", "account_records",
    "audited_acts", "acts", "form_drafts", "files", "uploads", "recusals", "reviews", "conflicts", "viewings",
}  # fmt: skip
PRIVATE = {"messages", "acts", "form_drafts", "recusals", "reviews", "conflicts", "viewings"}
BESIDE = {"about", "made_at", "not_here"}


def exports() -> list[tuple[int, int, Any]]:
    """By whom, of whom, by what writing data was exported."""
    rows = db.session.scalars(db.select(AuditRow).where(AuditRow.action == "user.data_exported").order_by(AuditRow.seq))
    return [(row.actor_id, row.subject_id, json.loads(row.data).get("writing")) for row in rows]


def test_an_expert_is_given_what_they_wrote_and_nothing_of_the_others_on_the_panel(app, login):
    round_, _people = make.decided()
    seats = list(db.session.scalars(db.select(Assignment).where(Assignment.round_id == round_.id)))
    mine, other = seats[0], seats[1]
    for seat in (mine, other):
        with unit_of_work() as session:
            seat.opinion.comment = f"MK{seat.expert_id}COMMENT"
            session.get_one(User, seat.expert_id).phone = f"139{seat.expert_id:08d}"
    with unit_of_work():
        drafts.keep(mine.expert_id, "/a", [("text", "没写完的话"), ("password", "geheim")])
    own, others = (
        (seat.expert.login, seat.expert.phone, seat.opinion.comment, seat.opinion.rows[0].problem)
        for seat in (mine, other)
    )
    id_, distinct = mine.expert_id, set(others) - set(own)
    answer = login(mine.expert).post("/account/data")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert answer.headers["Cache-Control"] == "no-store"
    found = json.loads(answer.text)
    assert found.keys() == PARTS | BESIDE
    assert [said for said in (*own, "没写完的话") if said not in answer.text] == []
    assert [said for said in (*distinct, "geheim") if said in answer.text] == []
    assert exports() == [(id_, id_, None)]


def test_of_a_seat_nobody_was_invited_to_the_file_says_nothing(app, login):
    officer = make.user("officer")
    _title, experts = make.reading(officer)
    with unit_of_work() as session:
        seat = session.scalars(db.select(Assignment).where(Assignment.expert_id == experts[0].id)).one()
        seat.state, seat.invited_at, seat.due_on, seat.answered_at = Assignment.machine.initial, None, None, None
    found = json.loads(login(experts[0]).post("/account/data").text)
    assert (found["reviews"]["rows"], found["recusals"]["rows"]) == ([], [])


def test_an_administrator_exports_for_who_asked_in_writing_without_what_only_they_may_read(app, login):
    admin, asker = make.user("admin"), make.user("officer", phone="13912345678")
    with unit_of_work():
        drafts.keep(asker.id, "/a", [("text", "没写完的话")])
    client, path = login(admin), f"/people/{asker.id}/data"
    assert client.get(path).status_code == 200
    refused = client.post(path, data={"writing": ""})
    assert (refused.status_code, exports()) == (422, [])
    answer = client.post(path, data={"writing": "2026年11月22日来函"})
    found = json.loads(answer.text)
    assert (answer.status_code, found.keys()) == (200, PARTS - PRIVATE | BESIDE)
    assert "13912345678" in answer.text and "没写完的话" not in answer.text
    assert "没有交的表单" in found["not_here"]
    assert exports() == [(admin.id, asker.id, "2026年11月22日来函")]
    assert client.get(f"/people/{admin.id}/data").status_code == 403


def test_the_page_of_the_account_and_of_a_person_lead_there(app, login):
    admin, other = make.user("admin"), make.user("officer")
    client = login(admin)
    assert 'action="/account/data"' in client.get("/account").text
    assert f'href="/people/{other.id}/data"' in client.get(f"/people/{other.id}").text
    assert "/data" not in client.get(f"/people/{admin.id}").text.partition("<main")[2]
