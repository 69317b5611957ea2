"""A title that is suspended: the days others were given stand still with it, and its experts are told.

And a title that goes back to its house: it has its days from that moment, and is asked once.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from sqlalchemy import select

from audiovisual.kernel import outbox
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db, today
from audiovisual.people.models import Message, User
from audiovisual.projects.models import Project
from audiovisual.projects.operations import office
from audiovisual.reviews.operations import changes, cuts
from audiovisual.reviews.operations.settling import answer_due
from tests import factories as make


def suspended_for(project: Project, officer: User, days: int, begun_in: int = 0) -> None:
    """Suspend the title in so many days from now, and take it up again so many days later; the days pass with it."""
    start = datetime.now(UTC) + timedelta(days=begun_in)
    with time_machine.travel(start, tick=False), unit_of_work():
        office.suspend(project, make.actor_of(officer), "等制作机构补交授权。")
    with time_machine.travel(start + timedelta(days=days), tick=False), unit_of_work():
        office.resume(project, make.actor_of(officer))


def told(app: Any, person: User) -> list[str]:
    """The lines of a person's messages, the newest first, after the worker has run."""
    person_id = person.id
    with app.app_context():
        outbox.work_off()
    db.session.rollback()  # what the worker wrote is seen from here on
    messages = select(Message).where(Message.user_id == person_id).order_by(Message.id.desc())
    return [message.subject % (message.params or {}) for message in db.session.scalars(messages)]


def test_the_days_of_house_and_experts_move_by_the_days_of_a_suspension(app: Any) -> None:
    officer = make.user("officer")
    round_, _experts = make.reading(officer)
    before = round_.due_on, [seat.due_on for seat in round_.assignments]
    suspended_for(round_.project, officer, 9)
    later = timedelta(days=9)
    assert (round_.due_on, [seat.due_on for seat in round_.assignments]) == (
        before[0] + later,
        [due + later for due in before[1]],
    )
    letter, people = make.served()
    promised = letter.answer_by
    suspended_for(letter.project, people["officer"], 9)
    assert (letter.answer_by, letter.project.house_due_on) == (promised + later, promised + later)


def test_what_was_late_before_a_suspension_stays_late(app: Any) -> None:
    letter, people = make.served()
    promised = letter.answer_by
    suspended_for(letter.project, people["officer"], 9, begun_in=(promised - today()).days + 2)
    assert letter.answer_by == promised


def test_experts_are_told_that_a_title_is_set_aside_and_taken_up_again(app: Any, login: Any) -> None:
    officer = make.user("officer")
    round_, experts = make.reading(officer)
    seat = next(seat for seat in round_.assignments if seat.expert_id == experts[0].id)
    title, path = round_.project.title, f"/reviews/tasks/{seat.id}"
    with unit_of_work():
        office.suspend(round_.project, make.actor_of(officer), "等制作机构补交授权。")
    assert told(app, experts[0])[0] == f"暂时不用看：《{title}》暂停办理"
    page = login(experts[0]).get(path).text
    assert "这部片暂停办理，现在不能写意见。" in page
    assert "前签名提交" not in page
    with unit_of_work():
        office.resume(round_.project, make.actor_of(officer))
    assert told(app, experts[0])[0] == f"请于 {seat.due_on.isoformat()}前交意见：《{title}》恢复办理"
    newest = db.session.scalars(
        select(Message).where(Message.user_id == experts[0].id).order_by(Message.id.desc())
    ).first()
    assert (newest.url, newest.body) == (path, "")


def test_the_page_says_since_when_a_title_is_suspended(app: Any, login: Any) -> None:
    letter, people = make.served()
    project = letter.project
    with time_machine.travel(datetime.now(UTC) + timedelta(days=3), tick=False):
        with unit_of_work():
            office.suspend(project, make.actor_of(people["officer"]), "等制作机构补交授权。")
        assert project.paused_since == today()


def test_a_title_sent_back_has_its_days_from_then_and_its_house_is_told_once(app: Any) -> None:
    letter, people = make.served()
    officer, producer = make.actor_of(people["officer"]), make.actor_of(people["producer"])
    with unit_of_work():
        for change in letter.changes:
            changes.answer(change, producer, "explained", "已逐条说明，详见附件。")
    with unit_of_work():
        cuts.resubmit(letter.project, producer)
    late = datetime.now(UTC) + timedelta(days=(letter.answer_by - today()).days + 8)
    with time_machine.travel(late, tick=False):
        first = letter.changes[0]
        told(app, people["producer"])
        with unit_of_work():
            changes.reopen(first, officer, "说明不够。")
        asked = len(told(app, people["producer"]))
        with unit_of_work():
            changes.close(first, officer)
            changes.reopen(first, officer, "还是不够。")
            changes.ask_again(letter.project, officer, "请补充说明。")
        assert letter.project.house_due_on == answer_due()
        assert len(told(app, people["producer"])) == asked + 1
