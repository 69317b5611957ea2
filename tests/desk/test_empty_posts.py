"""A post that nobody holds is the administrator's task, until somebody holds it."""

from __future__ import annotations

import re

from audiovisual.desk.counts import counts
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db
from audiovisual.people.models import RoleGrant, User
from audiovisual.people.operations import accounts, roles
from tests import factories as make
from tests.reviews.stages import proposed


def told(page: str) -> list[tuple[str, str]]:
    """The empty posts of the desk, each with what is said of it."""
    box = re.search(r'<section class="box" aria-label="空缺的岗位">.*?</section>', page, re.S)
    rows = re.findall(r'<td class="col-n">(.*?)</td>\s*<td class="col-d">(.*?)<small>', box[0], re.S) if box else []
    return [(name.strip(), words.strip()) for name, words in rows]


STOPS = "没有人任这个岗位，片到了这一步会停住"


def test_an_empty_post_is_a_task_of_the_administrator(app, login):
    admin = make.user("admin")
    page = login(admin).get("/").text
    assert [name for name, _words in told(page)] == ["经办", "处长", "分管局领导", "用印"]
    assert counts(make.actor_of(admin)).all_todo == 4, "and counted in the menu"
    _round, people = proposed()
    for role in ("leader", "sealer"):
        make.user(role)
    assert told(login(db.session.merge(admin)).get("/").text) == []
    holders = db.select(RoleGrant.user_id, RoleGrant.role).where(RoleGrant.role.in_(("head", "sealer")))
    with unit_of_work():
        for user_id, role in db.session.execute(holders).all():
            user = db.session.get(User, user_id)
            if role == "head":
                accounts.mark_left(user, make.actor_of(admin))
            else:
                roles.revoke(user, role, make.actor_of(admin))
    page = login(db.session.merge(admin)).get("/").text
    assert told(page) == [("处长", "没有人任这个岗位，有 1 部片在等"), ("用印", STOPS)]
    assert told(login(db.session.merge(people["officer"])).get("/").text) == [], "of nobody else"
    for role in ("head", "sealer"):
        with unit_of_work():
            roles.grant(make.user("officer"), role, make.actor_of(admin))
    assert told(login(db.session.merge(admin)).get("/").text) == []
