"""A list asks as often of the database with three rows more as it did before: nothing is loaded row by row."""

from __future__ import annotations

import pytest

from audiovisual.desk import operations as desk
from audiovisual.kernel import outbox
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db, today
from audiovisual.people.models import Message, User
from audiovisual.people.operations import invitations
from audiovisual.projects.models import Project
from audiovisual.projects.operations import office, records
from audiovisual.reviews.operations import panels
from tests import factories as make

from .test_statements import _asked

LISTS = (
    ("officer", "/"), ("officer", "/desk/doing"), ("officer", "/desk/late"), ("officer", "/desk/done"), ("head", "/"),
    ("house", "/"), ("house", "/projects/drafts"), ("officer", "/projects"), ("officer", "/urgent"), ("officer", "/reviews"),
    ("officer", "/search?q=春水"), ("officer", "/experts"), ("officer", "/houses"), ("admin", "/people"), ("admin", "/invitations"),
    ("house", "/inbox"), ("house", "/documents"), ("officer", "/documents"), ("panel", "/reviews/tasks"), ("officer", "/key-projects"),
    ("officer", "/projects/{in_production}/timeline"), ("house", "/projects/{in_production}/records"),
)  # fmt: skip


@pytest.fixture
def grown(restored):
    """`grown()` adds three of everything a list shows."""

    def grow() -> None:
        with restored.app.app_context():
            _more(restored)
            outbox.work_off()
            db.session.remove()

    return grow


def _more(stage) -> None:
    person = lambda part: db.session.get(User, stage.bank.people[part])  # noqa: E731
    house, officer, head = person("house"), person("officer"), person("head")
    ids = [
        make.project(state, by=house, officer=officer, head=head).id
        for state in ("accepted", "proposed", "screened") * 2
    ]
    for _ in range(3):
        make.draft(house)
        make.house()
        make.user("expert")
        ids.append(make.delivered(officer, house, head=head).id)
        make.decided()
    for _ in range(3):
        _seat(person("officer"), person("house"), person("panel"))
    for n, id_ in enumerate(ids[:6]):
        with unit_of_work() as session:
            title = session.get(Project, id_)
            if title.state != "proposed":
                desk.ask_urgent(title, make.actor_of(person("house")), f"赶档期{n}。")
            session.add(Message(user_id=person("house").id, subject=f"通知{n}", body="请看。", url="/"))
            invitations.invite(make.actor_of(person("admin")), f"new{n}@example.test", "新人", ["expert"])
    with unit_of_work() as session:
        title = session.get(Project, stage.bank.titles["in_production"])
        for n in range(3):
            office.remark(title, make.actor_of(person("officer")), f"又记{n}。")
            records.record_permit(title, make.actor_of(person("officer")), "planning_filing", f"32{n:014d}", today())


def _seat(officer: User, house: User, panel: User) -> None:
    """One more round on which the panel sits."""
    row = make.delivered(officer, house)
    with unit_of_work():
        round_ = panels.open_(row, make.actor_of(officer))
        round_.seats = 1
        panels.choose(round_, make.actor_of(officer), panel)
        panels.invite(round_, make.actor_of(officer))


@pytest.mark.slow
def test_no_list_asks_more_because_it_shows_more(restored, grown):
    clients = {role: restored.client(role) for role, _ in LISTS}
    few = {key: _least(restored, clients[key[0]], restored.path(key[1])) for key in LISTS}
    grown()
    many = {key: _least(restored, clients[key[0]], restored.path(key[1])) for key in LISTS}
    found = [
        "\n    ".join([f"{path}（{role}）：{len(few[role, path])} → {len(many[role, path])}", *many[role, path]])
        for role, path in LISTS
        if len(many[role, path]) > len(few[role, path])
    ]
    assert not found, "行数多了，SQL 也多了：\n" + "\n".join(found)


def _least(stage, client, path: str) -> list[str]:
    assert client.get(path).status_code == 200, path
    return min((_asked(stage, lambda: client.get(path)) for _ in range(2)), key=len)
