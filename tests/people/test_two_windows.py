"""Two windows of one form that edits a row: what only one changed stands; what both changed is shown, with who saved it."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from audiovisual.kernel import audit
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db
from audiovisual.people.models import Expert, House, User
from audiovisual.people.operations import accounts
from audiovisual.people.queries.particulars import stored
from audiovisual.people.queries.saved import saved_last
from tests import factories as make


def read(client: Any, path: str) -> dict[str, Any]:
    """What a window sends back of a page opened now."""
    page = client.get(path).text
    form = next(part for part in page.split("<form")[1:] if 'name="base"' in part).partition("</form>")[0]
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, kind = re.search(r' name="([^"]+)"', tag), re.search(r' type="([^"]+)"', tag)
        value = re.search(r' value="([^"]*)"', tag)
        if (
            name is None
            or name[1] == "csrf_token"
            or (kind and kind[1] in ("checkbox", "radio") and "checked" not in tag)
        ):
            continue
        text = unescape(value[1]) if value else ""
        found.setdefault(name[1], []).append(text)
    for name, text in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\r?\n?(.*?)</textarea>', form, re.DOTALL):
        found.setdefault(name, []).append(unescape(text))
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option[^>]*selected[^>]*value="([^"]*)"|<option value="([^"]*)"[^>]*selected', options)
        found.setdefault(name, []).append((chosen[1] or chosen[2] or "") if chosen else "")
    return found


def test_the_other_windows_telephone_stays_in_the_settings(app: Any, login: Any) -> None:
    client = login(make.user("admin"))
    first, second = read(client, "/settings"), read(client, "/settings")
    assert client.post("/settings", data=first | {"contact_phone": "025-83331234"}).status_code == 303
    assert client.post("/settings", data=second | {"address": "南京市北京西路"}).status_code == 303
    values, _version = stored()
    assert (values["contact_phone"], values["address"]) == ("025-83331234", "南京市北京西路")
    answer = client.post("/settings", data=second | {"contact_phone": "025-66669999"})
    page = answer.text
    assert answer.status_code == 409 and "存过（您本人），有几处和您写的不一样" in page
    assert "025-83331234" in page and 'value="025-66669999"' in page and 'value="南京市北京西路"' in page
    again = second | {"contact_phone": "025-66669999", "version": re.findall(r'name="version" value="(\d+)"', page)[0]}
    again["base"] = re.findall(r'name="base" value="([^"]+)"', page)[0]
    again["address"] = "南京市北京西路"
    assert client.post("/settings", data=again).status_code == 303
    assert stored()[0]["contact_phone"] == "025-66669999"


def test_settings_sent_without_a_version_change_nothing(app: Any, login: Any) -> None:
    client = login(make.user("admin"))
    form = read(client, "/settings")
    del form["version"], form["base"]
    assert client.post("/settings", data=form | {"contact_phone": "025-83331234"}).status_code == 409
    assert stored()[0]["contact_phone"] == ""


@pytest.fixture
def producer(app: Any) -> User:
    return make.producer()


@pytest.fixture
def expert(app: Any) -> User:
    return make.user("expert")


CASES = {
    "a house": ("producer", lambda user: f"/houses/{user.house_id}/edit", "contact_name", "address"),
    "an account": ("producer", lambda user: "/account", "position", "phone"),
    "an expert": ("expert", lambda user: "/experts/me", "institution", "biography"),
}
VALUES = {
    "contact_name": "顾清让", "address": "南京市", "position": "制片人", "phone": "025-83390000",
    "institution": "南京大学", "biography": "研究纪录片。",
}  # fmt: skip


def _find(kind: Any, user: User) -> Any:
    return (
        db.session.get(kind, user.house_id if kind is House else user.id)
        if kind is not House or user.house_id
        else None
    )


def value(user: User, name: str) -> Any:
    db.session.expire_all()
    for kind in (Expert, House, User):
        row = _find(kind, user)
        if row is not None and hasattr(row, name):
            return getattr(row, name)
    raise AttributeError(name)


@pytest.mark.parametrize("case", CASES)
def test_two_windows_on_a_row_of_people(login: Any, request: Any, case: str) -> None:
    who, path_of, one, other = CASES[case]
    user = request.getfixturevalue(who)
    client, path = login(user), path_of(user)
    first, second = read(client, path), read(client, path)
    assert client.post(path, data=first | {one: VALUES[one]}).status_code == 303
    assert client.post(path, data=second | {other: VALUES[other]}).status_code == 303
    assert (value(user, one), value(user, other)) == (VALUES[one], VALUES[other])
    answer = client.post(path, data=second | {one: "另一个窗口"})
    assert answer.status_code == 409 and "存过（您本人）" in answer.text and VALUES[one] in answer.text
    assert value(user, one) == VALUES[one]


def test_a_colleague_is_named(login: Any, producer: User) -> None:
    path = f"/houses/{producer.house_id}/edit"
    mine = read(login(producer), path)
    colleague = make.user("producer", house=producer.house, name="林知夏")
    theirs = read(login(colleague), path)
    login(colleague).post(path, data=theirs | {"contact_name": "宋知微"})
    answer = login(producer).post(path, data=mine | {"contact_name": "顾清让"})
    assert answer.status_code == 409 and re.search(r"林知夏 \d\d:\d\d 在别处存过这份内容", answer.text)


def test_the_day_an_expert_is_trained_until_is_not_written_over_unread(login: Any, expert: User) -> None:
    officer = login(make.user("officer"))
    path = f"/experts/{expert.id}"
    first, second = read(officer, path), read(officer, path)
    assert officer.post(path, data=first | {"training_until": "2030-01-01"}).status_code == 303
    assert officer.post(path, data=second | {"training_until": "2031-01-01"}).status_code == 409
    assert str(value(expert, "training_until")) == "2030-01-01"
    with unit_of_work():
        db.session.get(Expert, expert.id).biography = "改了别处。"
    other = login(make.user("officer"))
    third = read(other, path)
    assert other.post(path, data=third | {"training_until": "2031-01-01"}).status_code == 303


def test_who_saved_last_is_who_changed_it_and_not_who_came_in_since(app: Any) -> None:
    person, admin = make.user("officer"), make.user("admin")
    with unit_of_work():
        accounts.edit_details(make.actor_of(person), person.version, position="科员")
    with unit_of_work():
        audit.record("user.unlocked", person, make.actor_of(admin))
        audit.record("user.logged_in", person, make.actor_of(person))
    saved = saved_last(person)
    assert saved is not None and saved[0] == person.id
    with unit_of_work():
        audit.record("user.edited", person, make.actor_of(admin), before={})
        audit.record("user.logged_in", person, make.actor_of(person))
    assert saved_last(person)[:2] == (admin.id, admin.name)
