"""An administrator's role needs two people; with one left, whoever has the server gives it, and everybody is told."""

from __future__ import annotations

from typing import Any

import pytest

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db, today
from audiovisual.kernel.outbox import OutboxRow
from audiovisual.kernel.text import moment
from audiovisual.people.models import AdminProposal, User
from tests import factories as make


def roles_of(user: User) -> set[str]:
    db.session.rollback()
    db.session.expire_all()
    return set(db.session.get_one(User, user.id).roles)


def told() -> set[tuple[str, str]]:
    """Which mails went to whom."""
    rows = db.session.scalars(db.select(OutboxRow).where(OutboxRow.kind == "mail"))
    return {(row.payload["template"], row.payload["to"]) for row in rows}


@pytest.fixture
def people(app: Any) -> dict[str, User]:
    return {
        "one": make.user("admin", email="one@example.test"), "two": make.user("admin", email="two@example.test"),
        "new": make.user("officer", email="new@example.test"),
    }  # fmt: skip


def proposed(client: Any, user: User) -> Any:
    return client.post(f"/people/{user.id}", data={"role": "admin"}, follow_redirects=True).text


def decided(client: Any, user: User, decision: str = "give") -> int:
    return int(client.post(f"/people/{user.id}/administrator/{decision}").status_code)


def refused(client: Any, user: User, decision: str = "give") -> str:
    """The page of somebody who comes too late."""
    answer = client.post(f"/people/{user.id}/administrator/{decision}")
    assert answer.status_code == 409
    return str(answer.text)


def test_one_proposes_and_another_gives(people: dict[str, User], login: Any) -> None:
    assert "已提议，等另一位系统管理员确认。" in proposed(login(people["one"]), people["new"])
    assert roles_of(people["new"]) == {"officer"}
    assert told() == {("admin_proposed", "one@example.test"), ("admin_proposed", "two@example.test")}
    assert decided(login(people["one"]), people["new"]) == 403
    client = login(people["two"])
    assert "任系统管理员，等另一位系统管理员确认" in client.get("/people").text
    assert "确认授予" in client.get(f"/people/{people['new'].id}").text
    assert decided(client, people["new"]) == 303
    assert roles_of(people["new"]) == {"officer", "admin"}
    assert {("admin_given", f"{who}@example.test") for who in ("one", "two", "new")} <= told()
    assert decided(client, people["new"]) == 303  # pressed twice: told that it was done


def test_it_is_declined_or_taken_back(people: dict[str, User], login: Any) -> None:
    for who in ("two", "one"):
        proposed(login(people["one"]), people["new"])
        assert decided(login(people[who]), people["new"], "decline") == 303
        assert roles_of(people["new"]) == {"officer"}
    assert "已提议" in proposed(login(people["one"]), people["new"])


def test_a_proposal_is_void_when_its_proposer_may_not_propose_any_more(people: dict[str, User], login: Any) -> None:
    proposed(login(people["one"]), people["new"])
    with unit_of_work():
        db.session.get_one(User, people["one"].id).left_on = today()
    assert "提议人不再是系统管理员，或者对方的账号已停用，这项提议作废" in refused(login(people["two"]), people["new"])
    assert roles_of(people["new"]) == {"officer"}
    assert db.session.scalars(db.select(AdminProposal.given)).all() == [False]


@pytest.mark.parametrize(("decision", "by", "sentence"), [
    ("give", "two", "已经确认授予，这项提议已办结。"),
    ("decline", "two", "没有同意这项提议，没有授予。"),
    ("decline", "one", "收回了这项提议，没有授予。"),
])  # fmt: skip
def test_the_slower_of_two_is_told_who_was_faster_and_when(
    people: dict[str, User], login: Any, decision: str, by: str, sentence: str
) -> None:
    proposed(login(people["one"]), people["new"])
    assert decided(login(people[by]), people["new"], decision) == 303
    told = refused(login(people["two" if by == "one" else "one"]), people["new"], "decline")
    at = moment(db.session.scalars(db.select(AdminProposal.ended_at)).one())
    assert f"{people[by].name}在 {at} {sentence}" in told


def test_of_whom_nobody_proposed_nothing_is_known(people: dict[str, User], login: Any) -> None:
    assert decided(login(people["one"]), people["new"]) == 404


def test_a_second_proposal_waits_for_the_first(people: dict[str, User], login: Any) -> None:
    proposed(login(people["one"]), people["new"])
    assert "已经有人提议" in login(people["two"]).post(f"/people/{people['new'].id}", data={"role": "admin"}).text


def test_with_one_administrator_left_it_is_the_console(app: Any, login: Any) -> None:
    last, new = make.user("admin", email="last@example.test"), make.user("officer", login="newone", email="")
    assert "请在服务器上运行 flask --app wsgi grant-admin" in proposed(login(last), new)
    result = app.test_cli_runner().invoke(args=["grant-admin", "newone"])
    assert (result.exit_code, "已授予" in result.output) == (0, True)
    assert roles_of(new) == {"officer", "admin"}
    assert ("admin_given", "last@example.test") in told()
    again = app.test_cli_runner().invoke(args=["grant-admin", "newone"])
    assert (again.exit_code, "已经有这个岗位" in again.output) == (1, True)
    assert app.test_cli_runner().invoke(args=["grant-admin", "nobody"]).exit_code == 1


def test_an_administrator_who_left_comes_back_without_the_role(people: dict[str, User], login: Any) -> None:
    with unit_of_work():
        db.session.get_one(User, people["two"].id).left_on = today()
    client = login(people["one"])
    page = client.post(f"/people/{people['two'].id}/acts/back", follow_redirects=True).text
    assert "账号已恢复。" in page and "系统管理员的岗位要重新提议，由另一位管理员确认。" in page
    assert roles_of(people["two"]) == set()
    assert "系统管理员的岗位" not in client.post(f"/people/{people['new'].id}/acts/unlock", follow_redirects=True).text


def test_nobody_is_invited_to_be_an_administrator(people: dict[str, User], login: Any) -> None:
    form = {"email": "x@example.test", "name": "新人", "roles": ["admin"]}
    assert login(people["one"]).post("/invitations/new", data=form).status_code == 422


def test_a_house_invites_once_it_is_admitted(app: Any, login: Any) -> None:
    waiting = make.user("producer", house=make.house(state="applied", decided_at=None))
    form = {"email": "x@example.test", "name": "同事", "roles": ["producer"]}
    assert login(waiting).post("/invitations/new", data=form).status_code == 403
    assert login(make.producer()).post("/invitations/new", data=form).status_code == 303
