"""Acts in somebody's stead: for whom they count, what the timeline says, who is told."""

from datetime import timedelta

from sqlalchemy import select

from audiovisual.desk.keys import propose_key
from audiovisual.desk.notices import tell
from audiovisual.kernel.audit import AuditRow
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.events import Event
from audiovisual.kernel.model import db, today
from audiovisual.people.models import Delegation, Message, User
from audiovisual.people.operations.delegations import delegate
from audiovisual.projects.models import Project
from audiovisual.projects.operations import intake, office, records
from tests import factories
from workflows.access import Actor


def stand_in(absent: User, deputy: User, role: str) -> Actor:
    """Let `deputy` hold that role for a week; gives him as the rules see him."""
    with unit_of_work():
        delegate(factories.actor_of(absent), deputy.id, role, today(), today() + timedelta(days=7), "年休假")
    own = deputy.roles
    return Actor(deputy.id, deputy.name, own | {role}, None, {role: absent.id}, frozenset({role}) - own)


def newest(project: Project) -> Event:
    """The last fact of a title."""
    return db.session.scalars(select(Event).where(Event.project_id == project.id).order_by(Event.id.desc())).first()


def test_an_act_on_the_absent_officers_desk_counts_for_him_and_on_ones_own_for_oneself(app, login):
    absent, deputy = factories.user("officer"), factories.user("officer")
    his, own = factories.project("received", officer=absent), factories.project("received", officer=deputy)
    actor = stand_in(absent, deputy, "officer")
    for project in (his, own):
        with unit_of_work():
            intake.accept(project, actor)
    assert newest(his).on_behalf_of_id == absent.id
    assert newest(own).on_behalf_of_id is None
    audited = db.session.scalars(select(AuditRow.on_behalf_of_id).where(AuditRow.seq == newest(his).audit_seq)).one()
    assert audited == absent.id
    told = f"{deputy.name}代{absent.name} 受理"
    reader = login(factories.user("head"))
    assert told in reader.get(f"/projects/{his.id}/timeline").text
    assert told not in reader.get(f"/projects/{own.id}/timeline").text


def test_facts_without_a_change_of_state_say_so_too_but_a_recusal_is_ones_own(app):
    absent, deputy = factories.user("officer"), factories.user("officer")
    project = factories.project("received", officer=absent)
    actor = stand_in(absent, deputy, "officer")
    with unit_of_work():
        records.ask_co_review(project, actor, "省民宗委", "请协审宗教场所情节。")
    assert newest(project).on_behalf_of_id == absent.id
    with unit_of_work():
        office.hand_over(project, actor, factories.user("officer"), "休假期间移交")
    assert newest(project).on_behalf_of_id == absent.id
    with unit_of_work():
        office.recuse(project, actor, "与主创是亲属")
    assert newest(project).on_behalf_of_id is None


def test_a_title_received_in_an_officers_own_right_stays_with_him(app):
    absent, deputy, head = factories.user("officer"), factories.user("officer"), factories.user("head")
    first, second = factories.project("submitted"), factories.project("submitted")
    with unit_of_work():
        intake.receive(first, stand_in(absent, deputy, "officer"))
    assert first.officer_id == deputy.id
    other = factories.user("officer")
    with unit_of_work():
        intake.receive(second, stand_in(other, head, "officer"))
    assert (second.officer_id, newest(second).on_behalf_of_id) == (other.id, other.id)


def test_who_stands_in_is_told_as_the_absent_is_and_the_recused_are_not(app):
    absent, deputy = factories.user("head"), factories.user("head")
    recused = factories.user("head")
    project = factories.project("accepted")
    with unit_of_work():
        office.recuse(project, factories.actor_of(recused), "与主创是亲属")
    stand_in(absent, deputy, "head")
    plain = factories.user("officer")
    with unit_of_work() as session:
        session.add(
            Delegation(
                absent_id=absent.id, deputy_id=plain.id, role="head", starts_on=today(), ends_on=today(), reason=""
            )
        )
    event = newest(project)
    with unit_of_work():
        tell({"event": event.id, "tells": ["heads"]})
    told = set(db.session.scalars(select(Message.user_id).where(Message.event_id == event.id)))
    assert {absent.id, deputy.id, plain.id} <= told
    assert recused.id not in told


def test_a_house_reads_neither_an_inner_reason_nor_an_inner_wording(app):
    project = factories.project("received")
    with unit_of_work():
        office.remark(project, factories.actor_of(factories.user("head")), "内部提示：再核一遍投资。")
    event = newest(project)
    with unit_of_work():
        tell({"event": event.id, "tells": ["house"]})
    assert db.session.scalars(select(Message).where(Message.event_id == event.id)).all() == []


def test_a_house_sees_no_officers_name_on_its_desk(app, login):
    officer = factories.user("officer", name="欧阳经办")
    by = factories.producer()
    factories.project("accepted", by=by, officer=officer)
    page = login(by).get("/").text
    assert "省局已受理" in page
    assert "欧阳经办" not in page


def test_what_a_head_does_in_his_own_right_is_his_own_though_he_stands_in_for_the_leader(app):
    leader, head = factories.user("leader"), factories.user("head")
    project = factories.project("screened", officer=factories.user("officer"))
    actor = stand_in(leader, head, "leader")
    with unit_of_work():
        proposal = propose_key(project, actor, today().year, 1, "题材有辨识度。", factories.user("officer"))
    assert (newest(project).trigger, newest(project).on_behalf_of_id) == ("propose", None)
    assert (proposal.proposed_by_id, proposal.proposed_for_id) == (head.id, None)
