"""An expert who became partial after signing is told of once, and stands first where the round is decided."""

from __future__ import annotations

from typing import Any

import pytest

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.events import Event
from audiovisual.kernel.model import db
from audiovisual.kernel.outbox import work_off
from audiovisual.people.models import Message, User
from audiovisual.projects.operations import records
from audiovisual.reviews.operations.partial import tell_partial
from tests import factories as make
from tests.reviews.stages import fresh, proposed


@pytest.fixture
def moved(app: Any) -> dict[str, Any]:
    """A round laid before the head whose title then goes to a house at which one of its experts works; ids."""
    round_, people = proposed()
    expert, taking = people["experts"][0], make.producer()
    ids = {"round": round_.id, "head": people["head"].id, "officer": people["officer"].id, "expert": expert.name}
    with unit_of_work():
        db.session.get(User, expert.id).expert.institution = taking.house.name
    house, officer = make.actor_of(people["producer"]), make.actor_of(people["officer"])
    with unit_of_work():
        request = records.ask_change(round_.project, house, "house", taking.house.name, "公司合并。", taking.house)
        records.answer_take_over(request, make.actor_of(taking), True)
    with unit_of_work():
        records.decide_change(request, officer, True)
    work_off()
    db.session.rollback()
    return ids


def facts() -> list[Event]:
    return db.session.query(Event).filter_by(trigger="partial").all()


def test_officer_and_heads_are_told_once_and_the_decider_reads_it_first(moved: dict[str, Any], login: Any) -> None:
    assert [event.data["name"] for event in facts()] == [moved["expert"]]
    with unit_of_work():
        assert tell_partial() == 0
    for person in ("officer", "head"):
        lines = [m.subject for m in db.session.query(Message).filter_by(user_id=moved[person], event_id=facts()[0].id)]
        assert len(lines) == 1
    page = login(fresh(db.session.get(User, moved["head"]))).get(f"/reviews/{moved['round']}/decide").text
    assert f"{moved['expert']}签名以后成了应回避的人：现在就职于" in page
    english = login(fresh(db.session.get(User, moved["head"])))
    english.post("/language", data={"language": "en"})
    assert "would have to recuse" in english.get(f"/reviews/{moved['round']}/decide").text


def test_one_who_changes_their_own_particulars_is_found_the_next_day(app: Any) -> None:
    round_, people = proposed()
    with unit_of_work():
        assert tell_partial() == 0
    with unit_of_work():
        db.session.get(User, people["experts"][1].id).expert.relatives = [f"妻子，{round_.project.house.name}会计"]
    with unit_of_work():
        assert tell_partial() == 1
    assert [event.data["name"] for event in facts()] == [people["experts"][1].name]
