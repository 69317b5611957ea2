"""What the bank knows stands where somebody decides or waits: lengths, given days, the node of the plan, nodes missed."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from audiovisual.desk import operations as green
from audiovisual.desk import queries
from audiovisual.desk.counts import counts
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db, today
from audiovisual.kernel.text import short_day
from audiovisual.projects import clocks
from audiovisual.projects.models import Milestone
from audiovisual.projects.operations import office, production
from audiovisual.reviews.operations import settling
from audiovisual.reviews.queries import opinions_of
from tests import factories as make
from tests.reviews.stages import gathered

LONG = "集数超过 40 集，请核对。"


def flat(page: str) -> str:
    """The words of a page on one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))


def test_whoever_decides_reads_that_there_are_too_many_episodes(app, login):
    round_, people = gathered()
    with unit_of_work():
        round_.project.episodes, round_.project.investment_yuan = 48, None
    with unit_of_work():
        rows = [row for opinion in opinions_of(round_) for row in opinion.rows]
        settling.adopt(round_, make.actor_of(people["officer"]), rows)
    assert LONG in login(people["officer"]).get(f"/reviews/{round_.id}/propose").text, "before it is proposed"
    with unit_of_work():
        settling.propose(round_, make.actor_of(people["officer"]), "pass_after_changes", "整体扎实。")
    assert LONG in login(people["head"]).get(f"/reviews/{round_.id}/decide").text
    with unit_of_work():
        settling.agree(round_, make.actor_of(people["head"]))
    assert LONG in login(people["leader"]).get(f"/reviews/{round_.id}/decide").text


def test_before_the_green_channel_is_granted_it_is_said_which_days_move_and_which_stay(app, login):
    officer, leader = make.user("officer"), make.user("leader")
    round_, _experts = make.reading(officer)
    project = round_.project
    with unit_of_work():
        green.ask_urgent(project, make.actor_of(officer), "省里要求 12 月上线。")
    with unit_of_work():
        clock = clocks.running(project)
        was = project.due_on
        expert_day = today() + timedelta(days=6)
        for seat in round_.assignments:
            seat.due_on = expert_day
    aside = make.user("leader")
    with unit_of_work():
        office.recuse(project, make.actor_of(aside), "与出品人是亲属。")
    seen = flat(login(aside).get("/urgent").text)
    assert project.title in seen and "位专家" not in seen, "who recused themselves reads nothing of the panel"
    page = flat(login(leader).get("/urgent").text)
    soon = clocks.computed_as(clock, urgent=True).promised
    assert clock.step and soon is not None and soon.due != was
    assert f"批准后，这一步由 {was.month} 月 {was.day} 日到期改为 {soon.due.month} 月 {soon.due.day} 日" in page
    assert f"位专家 {expert_day.month} 月 {expert_day.day} 日前交意见" in page
    with unit_of_work():
        request = green.open_request(project.id)
        green.decide_urgent(request, make.actor_of(leader), True)
    assert project.due_on == soon.due
    assert {seat.due_on for seat in round_.assignments} == {expert_day}, "a day that was given stays"


def test_a_page_names_the_node_it_is_due_by_and_those_that_were_missed(app, login):
    officer, house = make.user("officer"), make.producer()
    project = make.project("in_production", by=house, officer=officer)
    with unit_of_work() as session:
        script = session.scalars(
            select(Milestone).where(Milestone.project_id == project.id, Milestone.kind == "script_lock")
        ).one()
        script.planned_on, script.actual_on = today() - timedelta(days=4), None
    page = flat(login(officer).get(f"/projects/{project.id}").text)
    assert "计划节点：剧本定稿 超 4 天" in page, "the first node that was missed is what it is late by"
    late = f"过了计划日期还没有登记：剧本定稿（计划 {short_day(script.planned_on)}，已过 4 天）"
    assert late in page
    assert re.search(r"剧本定稿.{0,40}—\s*已过 4 天", page), "and in the plan itself"
    assert db.session.get(Milestone, script.id).actual_on is None
    found = [flat(login(person).get(at).text) for person, at in ((officer, "/desk/doing"), (house, "/"))]
    assert ["剧本定稿已过 4 天" in page for page in found] == [True, True], "and wherever a list names the title"


def test_a_title_that_missed_a_node_is_late_everywhere_until_the_node_is_reached(app, login):
    """Counted, listed, filtered and named by one reckoning: the next node of its state is still to come."""
    officer, house = make.user("officer"), make.producer()
    project = make.project("in_production", by=house, officer=officer)
    end = next(node for node in project.milestones if node.kind == "shooting_end")

    def told() -> dict[str, Any]:
        """What the officer and the house are told, each as a number of titles or whether the page names it."""
        people = {"officer": officer, "house": house}
        found: dict[str, Any] = {who: counts(make.actor_of(person)).late for who, person in people.items()}
        found["bureau"] = counts(make.actor_of(officer)).bureau_late
        client = login(officer)
        rows = queries.work_list(make.actor_of(officer), "late")
        found["list"] = [row.id for row in rows] == [project.id]
        found["filter"] = project.title in client.get("/projects?due=over").text
        found["head"] = "计划节点：杀青 超 3 天" in flat(client.get(f"/projects/{project.id}").text)
        return found

    nothing = {"officer": 0, "house": 0, "bureau": 0, "list": False, "filter": False, "head": False}
    with unit_of_work():
        for node in project.milestones:
            node.planned_on = today() + timedelta(days=10 + node.ordinal)
    assert told() == nothing
    with unit_of_work():
        end.planned_on = today() - timedelta(days=3)
    assert told() == {"officer": 1, "house": 1, "bureau": 1, "list": True, "filter": True, "head": True}
    with unit_of_work():
        month = f"{today():%Y-%m}"
        production.report(project, make.actor_of(house), month, "已经杀青。", 60, reached={"shooting_end": today()})
    assert told() == nothing


def test_once_the_cut_was_handed_in_no_day_of_the_shooting_is_missed_any_more(app, login):
    officer, house = make.user("officer"), make.producer()
    project = make.delivered(officer, house)
    with unit_of_work() as session:
        for node in session.scalars(select(Milestone).where(Milestone.project_id == project.id)):
            node.planned_on, node.actual_on = today() - timedelta(days=4), None
    for person, at in ((officer, "/"), (house, "/desk/doing")):
        client = login(person)
        page, row = flat(client.get(f"/projects/{project.id}").text), flat(client.get(at).text)
        assert "过了计划日期还没有登记：上线（" in page and page.count("已过 4 天") == 2
        assert "上线已过 4 天" in row and row.count("已过 4 天") == 1
