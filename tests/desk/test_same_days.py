"""By when a title is due is said the same on its page, in the bank and on the desk, to the bureau and to its house."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from audiovisual.desk import queries
from audiovisual.desk.rows import row_of, standing_of
from audiovisual.kernel.calendar import working_calendar
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db, today
from audiovisual.people.models import User
from audiovisual.projects import clocks
from audiovisual.projects.models import Clock, Project
from audiovisual.projects.operations import filing, intake, records
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
