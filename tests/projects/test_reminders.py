"""Permits that lapse are told once each; same and near titles are found over the whole bank."""

from __future__ import annotations

from datetime import timedelta

from audiovisual.kernel import findable
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.events import Event
from audiovisual.kernel.model import db, today
from audiovisual.kernel.outbox import OutboxRow
from audiovisual.projects.models import FormerTitle
from audiovisual.projects.operations import records
from audiovisual.projects.queries import twins
from audiovisual.projects.reminders import warn_lapsing
from audiovisual.search.queries import search
from tests import factories as make


def permit(project, officer, number, days):
    """Record a filing number that is valid for so many days from today."""
    with unit_of_work():
        until = today() + timedelta(days=days)
        records.record_permit(project, make.actor_of(officer), "planning_filing", number, today(), until)


def test_a_permit_about_to_lapse_is_told_once(app):
    officer = make.user("officer")
    lapsing, lasting = make.project("accepted", officer=officer), make.project("accepted", officer=officer)
    permit(lapsing, officer, "32012610", 10)
    permit(lasting, officer, "320126400", 400)
    with unit_of_work():
        assert warn_lapsing() == 1
    with unit_of_work():
        assert warn_lapsing() == 0
    told = db.session.query(Event).filter_by(trigger="permit_lapsing").one()
    assert told.data["number"] == "32012610" and told.data["days"] == 10
    assert db.session.query(OutboxRow).filter_by(event_id=told.id).one().payload["tells"] == ["house", "officer"]


def test_a_permit_that_a_later_one_replaces_lapses_without_a_word(app):
    officer = make.user("officer")
    project = make.project("accepted", officer=officer)
    permit(project, officer, "32012610", 10)
    permit(project, officer, "320126400", 400)
    with unit_of_work():
        assert warn_lapsing() == 0


def test_twins_by_title_by_likeness_and_by_former_title(app):
    by = make.producer()
    same = make.project("submitted", by=by, title="梧桐深处")
    near = make.project("submitted", by=by, title="梧桐更深处")
    make.project("submitted", by=by, title="长江渡口")
    renamed = make.project("submitted", by=by, title="稻花香里")
    with unit_of_work() as session:
        session.add(FormerTitle(project_id=renamed.id, title="梧桐·深处", title_key="梧桐深处"))
    make.draft(by, title="梧桐深处")
    found, hidden, *_ = twins.alike("《梧桐深处》", make.actor_of(make.user("officer")))
    assert {twin.id for twin in found} == {same.id, near.id, renamed.id} and not hidden
    assert next(twin for twin in found if twin.id == renamed.id).was == "梧桐·深处"
    own, others, *_ = twins.alike("梧桐深处", make.actor_of(by))
    assert own and not others
    stranger, others, *_ = twins.alike("梧桐深处", make.actor_of(make.producer()))
    assert (stranger, others) == ([], True), "a house learns that a name is taken, never by whom"


def test_a_title_is_found_by_names_numbers_people_and_texts(app):
    officer, by = make.user("officer"), make.producer()
    project = make.project("accepted", by=by, officer=officer, title="春水码头记")
    with unit_of_work():
        records.record_permit(project, make.actor_of(officer), "planning_filing", "3201260018000417", today())
    actor = make.actor_of(officer)
    for words in ("春水码头记", "贺兰舟", project.number, "3201260018000417", "看门人的一盏灯"):
        assert [hit.id for hit in search(words, actor, kind="project").hits] == [project.id], words
    assert search("春水码头记", make.actor_of(make.producer())).hits == []
    reach = findable.reach(make.actor_of(make.user("expert")))
    assert reach.project_ids is not None and not reach.staff
