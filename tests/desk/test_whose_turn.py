"""Whose turn a title is: in every state and for every kind of title one party is named, and that party can do the act.

The act that comes next is asked of the very check that stands behind its button; the title lies on the work list of
that party and of nobody else; and the list and the title's page say the same words.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import current_app
from sqlalchemy import inspect

from audiovisual.desk import queries
from audiovisual.desk.counts import counts
from audiovisual.desk.rows import row_of
from audiovisual.documents.models import Document
from audiovisual.kernel.calendar import working_calendar
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db, today
from audiovisual.people.models import User
from audiovisual.projects import clocks
from audiovisual.projects.models import PERMITS, Permit, Project
from audiovisual.projects.operations import filing, intake, office, production, records
from audiovisual.projects.reminders import take_back_lapsed
from audiovisual.reviews.models import Round
from audiovisual.reviews.operations import changes, cuts, opinions, panels, settling
from audiovisual.reviews.queries import open_round, opinions_of
from tests import factories as make
from tests.reviews.stages import agreed, gathered, proposed
from tests.scenes import scene
from workflows import beside
from workflows.access import Actor
from workflows.duties import next_duty
from workflows.engine import check
from workflows.project import PROJECT
from workflows.review import ROUND

SMALL = {"cast_pay_yuan": 100_000, "lead_pay_yuan": 50_000}
MICRO = {"type": "micro_drama", "episodes": 30, "minutes_per_episode": 2}
KINDS: dict[str, tuple[dict[str, Any], str | None]] = {
    "网络剧，重点": ({}, "series_licence"),
    "网络剧，非重点": ({"investment_yuan": 2_000_000, **SMALL}, None),
    "网络电影，重点": ({"type": "web_film", "episodes": 1, "minutes_per_episode": 95}, "series_licence"),
    "网络纪录片": ({"type": "documentary"}, None),
    "微短剧，一类": ({**MICRO, "investment_yuan": 6_000_000}, "micro_licence"),
    "微短剧，二类": ({**MICRO, "investment_yuan": 2_000_000, **SMALL}, "approval"),
    "微短剧，三类": ({**MICRO, "investment_yuan": 500_000, **SMALL}, "programme_number"),
}
"""Kinds of title, with the licence each needs before it is aired; None where it needs none."""


People = dict[str, Any]
ROLES = ("officer", "head", "leader", "sealer")


@scene
def filed(state: str, **given: Any) -> tuple[Project, People]:
    """A title before its review, and the people around it."""
    people: People = {role: make.user(role) for role in ROLES}
    people["producer"] = make.producer()
    hands = {"by": people["producer"], "officer": people["officer"], "head": people["head"]}
    return make.project(state, **hands, **given), people


@scene
def delivered() -> tuple[Project, People]:
    """A title whose cut was handed in; no round is open."""
    people: People = {role: make.user(role) for role in ROLES}
    people["producer"] = make.producer()
    return make.delivered(people["officer"], people["producer"]), people


@scene
def composing() -> tuple[Project, People]:
    """A round of one seat, without experts yet."""
    row, people = delivered()
    with unit_of_work():
        panels.open_(row, make.actor_of(people["officer"])).seats = 1
    return row, people


@scene
def reading() -> tuple[Project, People]:
    """An expert was asked to read."""
    row, people = composing()
    people["expert"] = make.user("expert")
    with unit_of_work():
        panels.choose(open_round(row.id), make.actor_of(people["officer"]), people["expert"])
        panels.invite(open_round(row.id), make.actor_of(people["officer"]))
    return row, people


def of_round(made: tuple[Round, People]) -> tuple[Project, People]:
    """The title of a round; its people as roles, a panel by its first expert."""
    round_, people = made
    experts = people.pop("experts", None)
    return round_.project, people | ({"expert": experts[0]} if experts else {})


def asked(made: tuple[Project, People]) -> tuple[Project, People]:
    """The same while another department is asked."""
    row, people = made
    with unit_of_work():
        records.ask_co_review(row, make.actor_of(people["officer"]), "省公安厅", "请协审侦查情节。")
    return row, people


def aside(made: tuple[Project, People], act: Callable[..., None]) -> tuple[Project, People]:
    """The same, suspended or at rest."""
    row, people = made
    with unit_of_work():
        act(row, make.actor_of(people["officer"]), "等有关部门意见。")
    return row, people


def drafted(house: Any = None) -> tuple[Project, People]:
    producer = make.producer(house)
    return make.draft(producer), {"producer": producer, "officer": make.user("officer")}


def not_admitted() -> tuple[Project, People]:
    row, people = drafted(make.house(state="applied", decided_at=None))
    return row, {"producer": people["producer"]}  # officers find the house itself on their desks


def completing() -> tuple[Project, People]:
    row, people = filed("received")
    with unit_of_work():
        demands = [{"field": "synopsis", "demand": "补写结局。"}]
        intake.ask_completion(row, make.actor_of(people["officer"]), demands)
    return row, people


def declined() -> tuple[Project, People]:
    row, people = reading()
    with unit_of_work():
        opinions.decline(open_round(row.id).assignments[0], make.actor_of(people["expert"]), "外出。")
    return row, people


def signed_while_one_declined() -> tuple[Project, People]:
    """One more was asked than there are seats; the other signed, and then that one declined."""
    row, people = reading()
    other, expert = make.user("expert"), make.actor_of(people["expert"])
    round_ = open_round(row.id)
    with unit_of_work():
        extra = panels.choose(round_, make.actor_of(people["officer"]), other)
        opinions.take(round_.assignments[0], expert)
    make.written(round_.assignments[0])
    with unit_of_work():
        opinions.sign(round_.assignments[0], expert)
        opinions.decline(extra, make.actor_of(other), "外出。")
    return row, people


@scene
def handed_back(outcome: str = "pass_after_changes") -> tuple[Project, People]:
    """The house answered every change."""
    row, people = of_round(make.served(outcome))
    producer = make.actor_of(people["producer"])
    cut = make.stored(people["producer"], b"\x00\x00\x00\x18ftypmp42" + b"1" * 64, "第1集.mp4")
    with unit_of_work():
        for change in open_round(row.id).changes:
            changes.answer(change, producer, "explained", "情节必要，已补字幕说明。")
        cuts.resubmit(row, producer, {0: cut} if outcome == "re_review" else None)
    return row, people


def verified() -> tuple[Project, People]:
    row, people = handed_back()
    with unit_of_work():
        for change in open_round(row.id).changes:
            changes.close(change, make.actor_of(people["officer"]))
    return row, people


STANDINGS: dict[str, tuple[Callable[[], tuple[Project, People]], str, str]] = {
    "draft": (drafted, "producer", "project.submit"),
    "draft：机构还没有入驻": (not_admitted, "producer", "project.edit"),
    "submitted": (lambda: filed("submitted"), "officer", "project.receive"),
    "received": (lambda: filed("received"), "officer", "project.accept"),
    "completing": (completing, "producer", "project.answer_completion"),
    "accepted": (lambda: filed("accepted"), "officer", "project.propose"),
    "accepted：类别未定": (
        lambda: filed("accepted", **MICRO, investment_yuan=2_000_000, member_first=True, **SMALL),
        "officer", "project.decide_class",
    ),
    "accepted：要征求意见": (
        lambda: filed("accepted", special_subjects=["police"]), "officer", "project.ask_co_review",
    ),
    "accepted：等部门答复": (lambda: asked(filed("accepted")), "officer", "co_review.answer"),
    "proposed": (lambda: filed("proposed"), "head", "project.screen"),
    "screened": (lambda: filed("screened"), "officer", "project.schedule"),
    "scheduled": (lambda: filed("scheduled"), "producer", "project.start_production"),
    "in_production": (lambda: filed("in_production"), "producer", "project.deliver"),
    "in_review": (delivered, "officer", "review.open"),
    "round composing": (composing, "officer", "review.compose"),
    "round reading": (reading, "expert", "assignment.sign"),
    "round reading：等部门答复": (lambda: asked(reading()), "expert", "assignment.sign"),
    "round reading：有人谢绝": (declined, "officer", "review.compose"),
    "round reading：都已签名": (signed_while_one_declined, "officer", "round.freeze"),
    "round frozen": (lambda: of_round(gathered()), "officer", "review.settle"),
    "round frozen：等部门答复": (lambda: asked(of_round(gathered())), "officer", "co_review.answer"),
    "round proposed": (lambda: of_round(proposed()), "head", "round.agree"),
    "round proposed：等部门答复": (lambda: asked(of_round(proposed())), "officer", "co_review.answer"),
    "round agreed": (lambda: of_round(agreed()), "leader", "round.decide"),
    "round agreed：等部门答复": (lambda: asked(of_round(agreed())), "officer", "co_review.answer"),
    "round decided": (lambda: of_round(make.decided()), "sealer", "document.seal"),
    "round decided：等部门答复": (lambda: asked(of_round(make.decided())), "officer", "co_review.answer"),
    "rectifying": (lambda: of_round(make.served()), "producer", "change.answer"),
    "round issued：待核验": (handed_back, "officer", "change.close"),
    "round issued：核验完": (verified, "officer", "project.pass_title"),
    "round issued：核验完，等部门答复": (lambda: asked(verified()), "officer", "co_review.answer"),
    "round issued：要重审": (lambda: handed_back("re_review"), "officer", "review.open"),
    "round issued：直接通过": (lambda: of_round(make.served("passed")), "officer", "project.pass_title"),
    "suspended": (lambda: aside(filed("in_production"), office.suspend), "officer", "project.resume"),
    "suspended：专家在审看": (lambda: aside(reading(), office.suspend), "officer", "project.resume"),
    "suspended：函待用印": (lambda: aside(of_round(make.decided()), office.suspend), "officer", "project.resume"),
    "dormant": (lambda: aside(filed("scheduled"), office.rest), "officer", "project.revive"),
}  # fmt: skip
"""Where a title or its round may stand, whose turn it is there, and the act that comes next."""


def stands_against(act: str, row: Project, actor: Actor) -> Any:
    """What stands against the act, by the check its own page and operation ask; None when it would pass."""
    machine, _, trigger = act.partition(".")
    round_ = open_round(row.id)
    if act == "project.edit":
        return filing.save(row, actor, row.version, title="改一个字") and None
    if act == "project.answer_completion":
        return filing.answer_item(row.completion.items[0], actor, "已补写。", None) and None
    if act == "review.open":
        return panels.open_(row, actor) and None
    if act == "review.compose":
        return panels.choose(round_, actor, make.user("expert")) and None
    if act == "review.settle":
        return settling.adopt(round_, actor, [row for each in opinions_of(round_) for row in each.rows]) and None
    if act == "assignment.sign":
        seat = next(seat for seat in round_.assignments if seat.expert_id == actor.id)
        return check(seat.machine, seat, "take", actor)
    if machine == "project" and not any(step.trigger == trigger for step in PROJECT.steps):
        return getattr(beside, trigger)(row, actor)
    subjects = {"project": lambda: row, "round": lambda: round_, "change": lambda: round_.changes[0],
                "document": lambda: db.session.query(Document).filter_by(project_id=row.id).one(),
                "co_review": lambda: next(each for each in row.co_reviews if each.state == "asked")}  # fmt: skip
    subject = subjects[machine]()
    return check(subject.machine, subject, trigger, actor)


def on_lists(people: People) -> set[str]:
    """The parties that find something to do on their desks."""
    return {role for role, person in people.items() if counts(make.actor_of(person)).all_todo}


def words_on_list(row: Project, person: User) -> list[str]:
    """What the work list says is to be done with the title."""
    actor = make.actor_of(person)
    with current_app.test_request_context():
        found = [each for each in queries.work_list(actor, "todo") if each.id == row.id]
        return [row_of(each, actor, working_calendar()).todo for each in found]


def again(people: People) -> People:
    """The people read anew, after a page or the worker left the session."""
    return {role: db.session.get_one(User, identity(person)[0]) for role, person in people.items()}


def identity(row: Any) -> tuple[int, ...]:
    return inspect(row).identity


@pytest.mark.parametrize("name", STANDINGS)
def test_whoever_s_turn_it_is_can_do_the_act_and_finds_it_on_their_desk_alone(app, login, name):
    maker, role, act = STANDINGS[name]
    row, people = maker()
    row, people = db.session.get_one(Project, identity(row)[0]), again(people)
    duty = next_duty(clocks.standing_of(row))
    assert (duty.role, duty.act, row.holder_role) == (role, act, role)
    assert on_lists(people) == {role}
    if role != "expert":
        assert words_on_list(row, people[role]) == [duty.text]
        assert f'<p class="todo">{duty.text}' in login(people[role]).get(f"/projects/{identity(row)[0]}").text
    row, people = db.session.get_one(Project, identity(row)[0]), again(people)
    with unit_of_work():
        assert stands_against(act, row, make.actor_of(people[role])) is None


def test_every_state_of_a_title_and_of_a_round_is_looked_at(app):
    """A state added to the tables is added above; a passed title has a test of its own, for it differs by the kind of title."""
    named = {state.code for state in PROJECT.states if not state.final}
    named |= {f"round {state.code}" for state in ROUND.states if not state.final}
    assert named == {name.split("：")[0] for name in STANDINGS} | {"reviewed"}


@scene
def passed(**given: Any) -> tuple[Project, People]:
    """A title that has passed its review."""
    row, people = of_round(make.served("passed", **given))
    with unit_of_work():
        changes.pass_title(row, make.actor_of(people["officer"]))
    return row, people


EVERYDAY = ("网络剧，重点", "网络纪录片", "微短剧，三类")


@pytest.mark.parametrize(
    "kind", [kind if kind in EVERYDAY else pytest.param(kind, marks=pytest.mark.slow) for kind in KINDS]
)
def test_a_passed_title_waits_for_its_number_and_then_for_its_house(app, login, kind):
    given, licence = KINDS[kind]
    row, people = passed(**given)
    id_ = row.id
    assert row.permit_kind == licence
    if licence is not None:
        said = f"登记{PERMITS[licence]}，制作机构凭它播出"
        assert (row.holder_role, row.holder_id, on_lists(people)) == ("officer", people["officer"].id, {"officer"})
        assert words_on_list(row, people["officer"]) == [said]
        page = login(people["officer"]).get(f"/projects/{id_}").text
        assert f'href="/projects/{id_}/permits/new">登记证号</a>' in page and said in page
        row, people = db.session.get_one(Project, id_), again(people)
        with unit_of_work():
            records.record_permit(row, make.actor_of(people["officer"]), licence, "苏2026001", today())
    assert (row.holder_role, on_lists(people)) == ("producer", {"producer"})
    assert words_on_list(row, people["producer"]) == ["首播后登记播出"]
    with unit_of_work():
        production.air(
            row, make.actor_of(people["producer"]), platform="荔枝网", aired_on=today(),
            licence_number="苏2026001" if licence else "", evidence="首播页面截图存档。",
        )  # fmt: skip
    assert (row.state, row.holder_role, on_lists(people)) == ("aired", None, set())


def test_a_number_that_lapses_before_the_airing_brings_the_title_back_to_its_officer(app):
    row, people = passed()
    with unit_of_work():
        records.record_permit(
            row, make.actor_of(people["officer"]), "series_licence", "苏2026001", today() - timedelta(days=9),
            today() + timedelta(days=1), "补录。",
        )  # fmt: skip
    with unit_of_work():
        assert take_back_lapsed() == 0
        db.session.query(Permit).one().valid_until = today() - timedelta(days=1)
    with unit_of_work():
        assert take_back_lapsed() == 1
    assert (row.holder_role, on_lists(people)) == ("officer", {"officer"})


def test_an_expert_finds_no_task_of_a_title_set_aside(app):
    row, people = aside(reading(), office.suspend)
    expert = make.actor_of(people["expert"])
    assert counts(expert).waiting["tasks"] == 0
    with unit_of_work():
        office.resume(row, make.actor_of(people["officer"]))
    assert counts(expert).waiting["tasks"] == 1


def test_who_decided_does_not_find_the_sealing_on_their_own_desk(app):
    round_, people = agreed()
    both = make.user("leader", "sealer")
    with unit_of_work():
        settling.decide(round_, make.actor_of(both))
    assert on_lists({"both": both, "sealer": people["sealer"]}) == {"sealer"}
