"""A file is announced for a record, by somebody who may hand it in there now; nobody else's bytes come in."""

from __future__ import annotations

from typing import Any

import pytest

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db
from audiovisual.kernel.uploads import Upload
from audiovisual.projects.operations import filing, intake, records
from tests import factories as make

OWN = {
    "paper": "house", "completion": "house", "permit": "officer", "co_review": "officer", "cut": "house",
    "urgent": "house officer head other", "evidence": "house", "next cut": "house",
}  # fmt: skip
"""By place, who of the people around a title may send a file there while the title waits for it."""
BEFORE = {"paper": "draft", "completion": "received", "co_review": "received", "cut": "in_production"}
"""By place, the state a title has before; accepted at others."""


def waiting(place: str) -> tuple[dict[str, Any], Any, str]:
    """The people around a title that waits for a file of that kind, the title, and its place."""
    if place in ("evidence", "next cut"):
        round_, at = make.served()
        row, project = round_.changes[0], round_.project
        told = f"evidence:{row.id}:0" if place == "evidence" else f"cut:{project.id}:{round_.cut_id}"
        return others(at["producer"], at["officer"], at["head"]), project, told
    by, officer, head = make.producer(), make.user("officer"), make.user("head")
    state = BEFORE.get(place, "accepted")
    project, me = make.project(state, by=by, officer=officer, head=head), make.actor_of(officer)
    told = f"{place}:{project.id}"
    if place == "paper":
        told += ":pledge"
    elif place == "completion":
        with unit_of_work():
            told = f"completion:{intake.ask_completion(project, me, [{'demand': '补盖章页。'}]).items[0].id}"
    elif place == "co_review":
        with unit_of_work():
            told = f"co_review:{records.ask_co_review(project, me, '省公安厅', '请审看。').id}"
    return others(by, officer, head), project, told


def others(house: Any, officer: Any, head: Any) -> dict[str, Any]:
    """The house, the officer in charge and a head, with another house and others of the bureau and of the experts."""
    return {
        "house": house, "officer": officer, "head": head, "stranger": make.producer(), "other": make.user("officer"),
        "expert": make.user("expert"), "leader": make.user("leader"), "admin": make.user("admin"), "sealer": make.user("sealer"),
    }  # fmt: skip


def announced(client: Any, place: str) -> int:
    """The status of an announcement for that place."""
    name = "第01集.mp4" if place.startswith("cut") else "材料.pdf"
    answer = client.post("/files/uploads", json={"name": name, "size": 9, "place": place})
    return int(answer.status_code)


@pytest.mark.parametrize("place", OWN)
@pytest.mark.usefixtures("app")
def test_only_who_may_hand_in_a_file_sends_one(place: str, login: Any) -> None:
    people, _, told = waiting(place)
    taken = {role for role, person in people.items() if announced(login(person), told) == 201}
    assert taken == set(OWN[place].split())
    assert db.session.query(Upload).count() == len(taken)


@pytest.mark.usefixtures("app")
def test_a_title_that_goes_on_takes_no_more_papers(login: Any) -> None:
    people, draft, told = waiting("paper")
    client = login(people["house"])
    assert announced(client, told) == 201
    with unit_of_work():
        filing.submit(draft, make.actor_of(people["house"]))
    assert announced(client, told) == 409
    assert announced(client, f"paper:{draft.id}:nonsense") == 404
    assert announced(client, "paper:999999:pledge") == 404
    assert announced(client, f"cut:{draft.id}") == 409
    assert announced(client, f"airing:{draft.id}") == 409
