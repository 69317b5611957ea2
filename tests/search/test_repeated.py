"""What a finding repeats of another row follows it: names of houses and people, titles, and whose a project is."""

from __future__ import annotations

from typing import Any

import pytest

from audiovisual.documents.models import Document
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db
from audiovisual.kernel.outbox import work_off
from audiovisual.people.models import House, User
from audiovisual.projects.models import Project
from audiovisual.search import rebuild
from audiovisual.search.queries import search
from tests import factories as make


@pytest.fixture
def served(app: Any) -> dict[str, Any]:
    """A served letter of a round with signed opinions; the people by their part."""
    round_, people = make.served()
    ids = {"project": round_.project_id, "expert": round_.assignments[0].expert_id}
    ids |= {part: person.id for part, person in people.items()}
    work_off()
    return ids


def hits(text: str, user_id: int) -> set[str]:
    """The kinds of what a person finds."""
    return {hit.kind for hit in search(text, make.actor_of(db.session.get(User, user_id))).hits}


def changed(model: type, id_: int, **values: Any) -> None:
    """A row with other values, and all that follows from it."""
    with unit_of_work():
        row = db.session.get(model, id_)
        for name, value in values.items():
            setattr(row, name, value)
    work_off()
    db.session.rollback()


def test_a_house_that_is_renamed_is_found_by_its_new_name_with_all_its_projects(served: dict[str, Any]) -> None:
    house = db.session.get(Project, served["project"]).house
    id_, old = house.id, house.name
    assert "project" in hits(old, served["officer"])
    changed(House, id_, name="南通濠河影业有限公司", short_name="濠河影业")
    assert {"project", "house"} <= hits("南通濠河影业有限公司", served["officer"])
    assert {"project", "house"} <= hits("濠河影业", served["officer"])
    assert hits(old, served["officer"]) & {"project", "house"} == set()
    assert list(rebuild.check()) == []


def test_an_opinion_is_found_by_the_title_and_the_expert_as_they_are_called_now(served: dict[str, Any]) -> None:
    changed(Project, served["project"], title="濠河边的灯")
    changed(User, served["expert"], name="郁青萍")
    assert {"project", "opinion"} <= hits("濠河边的灯", served["officer"])
    assert "opinion" in hits("郁青萍", served["officer"])
    assert list(rebuild.check()) == []


def test_a_letter_goes_with_the_project_to_its_new_house_at_once(served: dict[str, Any]) -> None:
    other, number = make.producer(), db.session.scalars(db.select(Document.number)).one()
    other_id, house_id = other.id, other.house_id
    assert "document" in hits(number, served["producer"])
    with unit_of_work():
        db.session.get(Project, served["project"]).house_id = house_id
    assert ("document" in hits(number, served["producer"]), "document" in hits(number, other_id)) == (False, True)
    work_off()
    assert list(rebuild.check()) == []
