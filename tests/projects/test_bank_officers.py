"""Whose titles can be picked out in the bank: officers of today, and marked as gone those whose titles are still there."""

from __future__ import annotations

import re
from datetime import timedelta

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db, today
from audiovisual.people.models import RoleGrant, User
from tests import factories as make


def offered(page: str) -> list[str]:
    """The names in the choice of officers."""
    box = page.split('name="officer"')[1].split("</select>")[0]
    return [name.strip() for name in re.findall(r"<option[^>]*>([^<]+)", box)][1:]


def test_who_left_is_marked_and_offered_only_with_titles(app, login):
    here, gone, moved, idle = (make.user("officer", name=name) for name in ("安在", "柏离", "陈调", "丁闲"))
    for officer in (here, gone, moved):
        make.project("accepted", officer=officer)
    with unit_of_work() as session:
        for person in (gone, idle):
            session.get(User, person.id).left_on = today() - timedelta(days=1)
        session.execute(db.delete(RoleGrant).where(RoleGrant.user_id == moved.id))
    client = login(make.user("head"))
    assert offered(client.get("/projects").text) == ["安在", "柏离（已离岗）", "陈调（已离岗）"]
    page = client.get("/projects", query_string={"officer": gone.id}).text
    assert "经办：柏离（已离岗）" in page and "项目 1 部" in page
