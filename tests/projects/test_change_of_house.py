"""A title goes to another house (变更制作机构), and to another officer when it is scheduled."""

import pytest
from sqlalchemy import select

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.events import Event
from audiovisual.kernel.model import db
from audiovisual.kernel.outbox import work_off
from audiovisual.people.models import House, Message, User
from audiovisual.projects.models import Project
from audiovisual.projects.operations import office, production, records
from tests import factories
from tests.factories import actor_of
from workflows.errors import RuleBroken


def asked(by: User, officer: User, taking: House):
    """A request to give a running title to another house."""
    project = factories.project("screened", by=by, officer=officer)
    with unit_of_work():
        return records.ask_change(project, actor_of(by), "house", taking.name, "股东调整，由新公司继续摄制。", taking)


def test_both_houses_are_told_and_the_title_is_the_new_ones(app, login):
    officer, by, after = factories.user("officer"), factories.producer(), factories.producer()
    request = asked(by, officer, db.session.get(House, after.house_id))
    with unit_of_work():
        records.decide_change(request, actor_of(officer), True)
    number, ids = request.project_id, (by.id, after.id)
    work_off()
    by, after = (db.session.get(User, id_) for id_ in ids)
    assert db.session.get(Project, number).house_id == after.house_id
    mine = select(Message.user_id, Message.url).where(Message.subject == "省局同意变更")
    told = {row.user_id: row.url for row in db.session.execute(mine)}
    assert told == {by.id: "/projects", after.id: f"/projects/{number}"}
    assert login(after).get(f"/projects/{number}").status_code == 200
    assert login(by).get(f"/projects/{number}").status_code == 404
    assert login(by).get("/projects").status_code == 200


def test_a_house_that_was_barred_meanwhile_takes_nothing_over(app):
    officer, by, after = factories.user("officer"), factories.producer(), factories.house()
    request = asked(by, officer, after)
    with unit_of_work():
        db.session.get(House, after.id).state = "applied"
    with pytest.raises(RuleBroken, match="已入驻"), unit_of_work():
        records.decide_change(request, actor_of(officer), True)
    db.session.expire_all()
    assert (request.state, request.project.house_id) == ("asked", by.house_id)


def test_scheduling_hands_the_title_to_the_officer_named_and_says_so(app):
    officer, next_, recused = (factories.user("officer") for _ in range(3))
    project = factories.project("screened", officer=officer)
    with unit_of_work():
        office.recuse(project, actor_of(recused), "与主创是亲属")
    with pytest.raises(RuleBroken, match="回避"), unit_of_work():
        production.schedule(project, actor_of(officer), factories.plan(), recused.id)
    db.session.expire_all()
    assert project.state == "screened"
    with unit_of_work():
        production.schedule(project, actor_of(officer), factories.plan(), next_.id)
    assert (project.state, project.officer_id) == ("scheduled", next_.id)
    told = select(Event.trigger).where(Event.project_id == project.id).order_by(Event.id.desc()).limit(2)
    assert db.session.scalars(told).all() == ["hand_over", "schedule"]
