"""By when a title is due is said the same on its page, in the bank, on the desk, in mails and in letters, to the bureau and
to its house."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import update

from audiovisual.desk import queries
from audiovisual.desk.rows import row_of, standing_of
from audiovisual.documents.letter import LetterContent
from audiovisual.documents.models import Document
from audiovisual.documents.operations import seal
from audiovisual.kernel import outbox
from audiovisual.kernel.calendar import working_calendar
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db, today
from audiovisual.kernel.outbox import OutboxRow
from audiovisual.kernel.text import day as written
from audiovisual.kernel.text import short_day
from audiovisual.people import mail
from audiovisual.people.models import User
from audiovisual.projects import clocks
from audiovisual.projects.models import Clock, Project
from audiovisual.projects.operations import filing, intake, records
from audiovisual.reviews.models import Round
from audiovisual.reviews.operations import changes, panels
from tests import factories as make
from workflows.clock import add_working_days, working_days_between
from workflows.duties import next_duty


def bare(html: str) -> str:
    """What is read of a piece of a page, in one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


def on_its_page(client: Any, id_: int) -> str:
    """What the title's page says beside its light."""
    clock = client.get(f"/projects/{id_}").text.split('<section class="clock">')[1].split("</section>")[0]
    return bare(re.search(r'<p class="b">(.*?)</p>|<p>现在没有时限在走。</p>', clock, re.S)[1] or "没有期限")


def in_the_bank(client: Any, number: str) -> str:
    """What the row of the bank says."""
    page = client.get("/projects", query_string={"q": number}).text
    return bare(re.search(r'<td class="w-l"[^>]*>(.*?)</td>', page, re.S)[1])


def said_everywhere(login: Callable[[User], Any], app: Any, row: Project, person: User) -> set[str]:
    """What page, bank and desk say to this person, each shortened to the words beside the light: one, where all agree."""
    actor, id_, number = make.actor_of(person), row.id, row.number
    client = login(person)
    words = {in_the_bank(client, number).replace("—", "")}
    with app.test_request_context():
        lists = [found for which in ("todo", "doing") for found in queries.work_list(actor, which) if found.id == id_]
        rows = [row_of(found, actor, working_calendar()).due for found in lists]
    words |= {due.words for due in rows}
    said = on_its_page(client, id_) if words != {""} else ""
    return {word for word in words if not said.startswith(word)} or words


def begun(row: Project, days_ago: int, pauses: list[tuple[str, int, int | None]] = ()) -> None:
    """Let the running clock have begun so many days ago, with pauses from and to so many days ago."""
    day = lambda ago: (today() - timedelta(days=ago)).isoformat()  # noqa: E731
    stops = [{"reason": why, "start": day(a), "end": None if b is None else day(b)} for why, a, b in pauses]
    with unit_of_work():
        db.session.execute(
            update(Clock).where(Clock.project_id == row.id, Clock.stopped_on.is_(None))
            .values(started_on=date.fromisoformat(day(days_ago)), pauses=stops)
        )  # fmt: skip
        db.session.expire_all()
        clocks.refresh(row)


@pytest.mark.parametrize(
    ("state", "days_ago", "pauses"),
    [
        ("received", 2, []),
        ("accepted", 1, []),
        ("accepted", 29, []),
        ("accepted", 60, []),
        ("accepted", 60, [("completion", 20, 6)]),
        ("accepted", 60, [("co_review", 20, None)]),
        ("in_production", 0, []),
    ],
)
def test_every_page_says_the_same(app, login, state, days_ago, pauses):
    owner, officer = make.producer(), make.user("officer")
    row = make.project(state, by=owner, officer=officer)
    begun(row, days_ago, pauses)
    for person in (officer, owner):
        words = said_everywhere(login, app, db.session.merge(row), db.session.merge(person))
        assert len(words) == 1 and words != {""}


def test_days_the_clock_stood_still_after_the_last_day_are_counted_nowhere(app, login):
    """Twenty working days from sixty days ago; the house had two weeks for its completion when the clock was over."""
    officer = make.user("officer")
    row = make.project("accepted", officer=officer)
    begun(row, 60, [("completion", 20, 6)])
    calendar = working_calendar()
    due = add_working_days(today() - timedelta(days=60), 20, calendar)
    stood = working_days_between(today() - timedelta(days=20), today() - timedelta(days=6), calendar)
    over = working_days_between(due, today(), calendar) - stood
    client = login(officer)
    page = client.get(f"/projects/{row.id}").text.split('<section class="clock">')[1].split("</section>")[0]
    light, _internal, promised, statutory = re.findall(r"超 (\d+) 个工作日", page)
    assert {light, promised, statutory} == {str(over)}, "beside the light, and on the bars"
    assert f"超 {over} 个工作日" in client.get("/").text


def test_a_house_reads_its_own_day_and_the_bureau_that_it_waits_for_it(app, login):
    owner, officer = make.producer(), make.user("officer")
    row = make.project("received", by=owner, officer=officer)
    with unit_of_work():
        intake.ask_completion(row, make.actor_of(officer), [{"field": "synopsis", "demand": "补写结局。"}])
    left = (row.house_due_on - today()).days
    assert said_everywhere(login, app, row, owner) == {f"还有 {left} 天"}
    row, officer = db.session.merge(row), db.session.merge(officer)
    assert said_everywhere(login, app, row, officer) == {"等制作机构补正"}
    assert f"前交回（还有 {left} 天）" in login(db.session.merge(officer)).get(f"/projects/{row.id}").text


def test_where_the_province_has_set_no_limit_the_bureau_reads_whose_is_used_and_the_house_does_not(app, login):
    owner, officer = make.producer(), make.user("officer")
    row = make.project("accepted", by=owner, officer=officer)
    ours, theirs = (login(person).get(f"/projects/{row.id}").text for person in (officer, owner))
    assert "依据：本省未定，暂按上海《网络剧片备案、内容审查办事指南》（2026年8月）" in ours
    assert "依据：" not in theirs and "可配置" not in ours + theirs


def test_a_title_that_has_ended_expects_no_airing(app, login):
    owner, officer = make.producer(), make.user("officer")
    row = make.project("accepted", by=owner, officer=officer)
    client = login(officer)
    assert "<li" in (line := stations(client.get(f"/projects/{row.id}").text)) and "拟 " in line
    with unit_of_work():
        filing.withdraw(row, make.actor_of(owner), "投资方撤资。")
    assert not re.search("拟 |预计|计划 ", stations(client.get(f"/projects/{row.id}").text))


def stations(page: str) -> str:
    """The line of six stations."""
    return page.split('class="steps')[1].split("</ol>")[0]


def test_what_rests_on_holidays_announced_since_is_reckoned_anew_once(app):
    row = make.project("accepted")
    with unit_of_work():
        clock = clocks.running(row)
        clock.provisional, row.amber_on = True, None
    with unit_of_work():
        assert clocks.recompute() == 1
    assert row.amber_on is not None and clocks.running(row).provisional is False
    with unit_of_work():
        assert clocks.recompute() == 0


def test_a_title_due_by_its_plan_gets_the_day_from_which_little_is_left(app):
    row = make.project("scheduled")
    with unit_of_work():
        row.amber_on = None  # as an upgrade leaves it
    with unit_of_work():
        assert clocks.recompute() == 1
    assert row.amber_on == row.due_on - timedelta(days=clocks.SOON)
    with unit_of_work():
        assert clocks.recompute() == 0


def test_list_and_page_know_a_department_by_each_of_its_names(app):
    officer = make.user("officer")
    row, actor = make.project("accepted", officer=officer), make.actor_of(officer)
    with unit_of_work():
        row.class_detail = {**(row.class_detail or {}), "co_review": ["省公安厅"]}
    with unit_of_work():
        review = records.ask_co_review(row, actor, "江苏省公安厅", "请协审侦查情节。")
    with unit_of_work():
        records.answer_co_review(review, actor, "agree", "同意。", today(), None)
    [found] = queries.work_list(actor, "todo")
    assert next_duty(standing_of(found)) == next_duty(clocks.standing_of(db.session.get(Project, row.id)))


def test_a_department_asked_stops_the_clock_and_says_since_when(app, login):
    officer = make.user("officer")
    row = make.project("accepted", officer=officer)
    with unit_of_work():
        records.ask_co_review(row, make.actor_of(officer), "省公安厅", "请协审侦查情节。")
    assert said_everywhere(login, app, row, officer) == {"等有关部门协审"}


def days_in(text: str) -> set[tuple[int, int]]:
    """Month and day of every day a text names, but for the day a letter or a fact is of."""
    told = re.sub(r"[〔（(]\d{4}[〕）)]", "", text)
    return {(int(month), int(day)) for month, day in re.findall(r"(\d{1,2}) ?月 ?(\d{1,2}) ?日", told)} | {
        (int(month), int(day)) for month, day in re.findall(r"\d{4}-(\d{2})-(\d{2})", told)
    }


def mailed(person: User, told: str) -> tuple[str, str]:
    """Subject and body of the one mail whose subject holds these words."""
    rows = db.session.scalars(db.select(OutboxRow).where(OutboxRow.kind == "mail").order_by(OutboxRow.id))
    composed = [mail.compose(row.payload) for row in rows if row.payload["to"] == person.email]
    found = [each for each in composed if told in each["Subject"]]
    assert len(found) == 1, [each["Subject"] for each in composed]
    return found[0]["Subject"], found[0].get_content()


def told_by_mail(person: User, told: str, due: date) -> None:
    """The mail names that day, in its subject and in its body, and no other."""
    subject, body = mailed(person, told)
    assert days_in(subject) == {(due.month, due.day)}, subject
    assert days_in(body.partition("原话")[0]) == {(due.month, due.day)}, body


def test_mails_to_the_bureau_name_the_day_its_pages_name(app, login):
    owner, officer, head = make.producer(), make.user("officer"), make.user("head")
    row = make.project("submitted", by=owner, officer=officer, head=head)
    steps = (
        ("received", "收件", officer),
        ("accepted", "", officer),
        ("proposed", "审定", head),
        ("screened", "排期", officer),
    )
    for state, told, reader in steps:
        outbox.work_off()
        row, officer, head = (db.session.merge(each) for each in (row, officer, head))
        reader = db.session.merge(reader)
        if told == "收件":
            told_by_mail(reader, told, row.due_on)
            assert short_day(row.due_on) in login(reader).get("/").text
        with unit_of_work():
            make._step(row, state, make.actor_of(db.session.merge(owner)), make.actor_of(officer), make.actor_of(head))
        if told and told != "收件":
            due = row.due_on
            outbox.work_off()
            reader, id_ = db.session.merge(reader), db.session.merge(row).id
            told_by_mail(reader, told, due)
            client = login(reader)
            assert short_day(due) in client.get("/").text and short_day(due) in client.get(f"/projects/{id_}").text


def test_a_completion_is_due_the_same_day_in_mail_page_and_desk(app, login):
    owner, officer = make.producer(), make.user("officer")
    row = make.project("received", by=owner, officer=officer)
    with unit_of_work():
        intake.ask_completion(row, make.actor_of(officer), [{"field": "synopsis", "demand": "补写结局。"}])
    due, id_ = row.house_due_on, row.id
    outbox.work_off()
    owner = db.session.merge(owner)
    told_by_mail(owner, "补正", due)
    client = login(owner)
    for where in ("/", f"/projects/{id_}", "/projects/drafts"):
        assert short_day(due) in client.get(where).text, where
    assert written(due) in client.get(f"/projects/{id_}/completion").text


def test_letter_mail_and_pages_name_one_day_for_the_answers(app, login):
    """Also where head, leader and sealer took their time, and after more was given."""
    round_, people = make.decided()
    with time_machine.travel(datetime.now(UTC) + timedelta(days=11), tick=False):
        with unit_of_work():
            seal(db.session.scalars(db.select(Document)).one(), make.actor_of(people["sealer"]))
        id_, owner_id, officer_id = round_.id, people["producer"].id, people["officer"].id
        outbox.work_off()
        round_, owner = db.session.get(Round, id_), db.session.get(User, owner_id)
        due, project_id = round_.answer_by, round_.project_id
        letter = LetterContent.from_data(db.session.scalars(db.select(Document)).one().content)
        assert (letter.deadline, round_.project.house_due_on) == (due, due)
        told_by_mail(owner, "条必改", due)
        assert days_in(mailed(db.session.get(User, officer_id), "等机构于")[0]) == {(due.month, due.day)}
        assert written(due) in login(owner).get(f"/projects/{project_id}/changes").text
        for where in ("/", f"/projects/{project_id}"):
            assert short_day(due) in login(db.session.get(User, owner_id)).get(where).text, where
        later = due + timedelta(days=20)
        with unit_of_work():
            officer = make.actor_of(db.session.get(User, officer_id))
            changes.extend(db.session.get(Round, id_), officer, later, "补拍遇上雨季。")
        outbox.work_off()
        owner = db.session.get(User, owner_id)
        assert days_in(mailed(owner, "答复期限延到")[0]) == {(later.month, later.day)}
        assert written(later) in login(owner).get(f"/projects/{project_id}/changes").text


def test_an_expert_reads_one_day_in_mail_and_task(app, login):
    officer, expert = make.user("officer"), make.user("expert")
    row = make.delivered(officer)
    with unit_of_work():
        round_ = panels.open_(row, make.actor_of(officer))
        round_.seats = 1
        seat = panels.choose(round_, make.actor_of(officer), expert)
        panels.invite(round_, make.actor_of(officer))
    due, seat_id, round_id = seat.due_on, seat.id, round_.id
    outbox.work_off()
    told_by_mail(db.session.merge(expert), "请您审看", due)
    client = login(db.session.merge(expert))
    assert written(due) in client.get(f"/reviews/tasks/{seat_id}").text and short_day(due) in client.get("/").text
    assert (
        short_day(due) in (page := login(db.session.merge(officer)).get(f"/reviews/{round_id}").text)
        or written(due) in page
    )
