"""What the bank knows of a title stands on every page on which somebody decides about it, the bad first; houses read none."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from audiovisual.desk import operations as desk
from audiovisual.documents.models import Document
from audiovisual.documents.operations import seal
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db, today
from audiovisual.kernel.outbox import work_off
from audiovisual.kernel.text import translated
from audiovisual.people.models import User
from audiovisual.projects.deciding import Fact, facts_of
from audiovisual.projects.models import Project
from audiovisual.projects.operations import intake, office, records
from audiovisual.reviews.models import Round
from audiovisual.reviews.operations import bottom_line, left_out, settling
from tests import factories as make
from tests.reviews.stages import agreed, differing, points_of, proposed
from tests.reviews.test_changes_page import handed_back

AGAINST = "情节歪曲司法程序，不宜播出。"


def objected(project: Project, officer: User, verdict: str = "disagree", words: str = AGAINST) -> None:
    """Another department was asked and answered."""
    me = make.actor_of(officer)
    with unit_of_work():
        asked = records.ask_co_review(project, me, "省司法厅", "请看庭审情节。")
        records.answer_co_review(asked, me, verdict, words, today())


def told(app: Any, project: Project, reader: User) -> list[Fact]:
    """What the reader is told of the title."""
    with app.test_request_context():
        return facts_of(project, make.actor_of(reader))


def sealed(letter: int, sealer: User) -> None:
    """The letter numbered, made and served; the worker leaves the session."""
    with unit_of_work():
        seal(db.session.get(Document, letter), make.actor_of(db.session.merge(sealer)))
    work_off()


def accepted(by: User) -> Project:
    """A title in its screening, with one co-review against it."""
    project = make.project("accepted", officer=by)
    objected(project, by)
    return project


SAID = "省司法厅协审：不同意"


def test_the_head_reads_at_the_screening_that_a_department_does_not_agree(app: Any, login: Any) -> None:
    officer, head = make.user("officer"), make.user("head")
    project = accepted(officer)
    url = f"/projects/{project.id}/propose"
    assert SAID in login(officer).get(url).text
    with unit_of_work():
        intake.propose(project, make.actor_of(officer), make.scores(), "admit", "建议入库。")
    page = login(head).get(f"/projects/{project.id}/screening").text
    assert SAID in page and AGAINST in page and page.index(SAID) < page.index("初审意见")


@pytest.mark.parametrize(("stage", "who"), [(proposed, "head"), (agreed, "leader")])
def test_whoever_signs_a_round_reads_it_first(app: Any, login: Any, stage: Any, who: str) -> None:
    round_, people = stage()
    objected(round_.project, people["officer"])
    page = login(people[who]).get(f"/reviews/{round_.id}/decide").text
    assert SAID in page and AGAINST in page and page.index(SAID) < page.index('id="verdict"')


def test_the_sealer_reads_it_before_the_letter_is_numbered_and_the_house_never(app: Any, login: Any) -> None:
    round_, people = make.decided()
    objected(round_.project, people["officer"])
    letter = db.session.scalars(db.select(Document.id)).one()
    assert SAID in login(people["sealer"]).get(f"/documents/{letter}").text
    project_id = round_.project_id
    sealed(letter, people["sealer"])
    house = login(db.session.merge(people["producer"]))
    for url in (f"/documents/{letter}", f"/projects/{project_id}/changes", f"/projects/{project_id}"):
        page = house.get(url)
        assert page.status_code == 200 and "省司法厅" not in page.text and "办之前要知道的" not in page.text


def test_it_stands_where_a_filing_is_accepted_or_declined_for_who_may(app: Any, login: Any) -> None:
    officer, other, house = make.user("officer"), make.user("officer"), make.producer()
    project = make.project("received", by=house, officer=officer)
    with unit_of_work():
        project.house.licence_expires_on = today() - timedelta(days=3)
    title = f"/projects/{project.id}"
    read = [' id="facts"' in login(person).get(title).text for person in (officer, other, house)]
    assert read == [True, False, False]
    assert "制作经营许可证已于" in login(officer).get(title).text


def test_whoever_decides_a_change_reads_what_is_changed_and_why(app: Any, login: Any) -> None:
    officer, house = make.user("officer"), make.producer()
    project = make.project("scheduled", by=house, officer=officer)
    with unit_of_work():
        asked = records.ask_change(project, make.actor_of(house), "episodes", "20", "删并两条支线。")
    for word in ("approve", "refuse"):
        page = login(officer).get(f"/projects/{project.id}/changes/{asked.id}/{word}").text
        assert "集数：24 → 20" in page and "删并两条支线。" in page
    assert "删并两条支线。" in login(house).get(f"/projects/{project.id}/changes/{asked.id}/withdraw").text


def test_it_stands_first_where_a_title_is_scheduled_and_its_plan_moved(app: Any, login: Any) -> None:
    officer, producer = make.user("officer"), make.producer()
    project = make.project("accepted", by=producer, officer=officer)
    objected(project, officer)
    people = tuple(map(make.actor_of, (producer, officer, make.user("head"))))
    for step in ("proposed", "screened"):
        with unit_of_work():
            make._step(project, step, *people)
    with unit_of_work():
        office.remark(project, make.actor_of(producer), "能晚一个月开机吗？")
        records.ask_change(project, make.actor_of(producer), "episodes", "20", "删并两集。")
    client = login(officer)
    page = client.get(f"/projects/{project.id}/schedule").text
    for known in (SAID, "集数变更还没有办结", "机构的提问还有 1 条没有答复"):
        assert known in page and page.index(known) < page.index('name="shooting_start"'), known
    with unit_of_work():
        make._step(project, "scheduled", *people)
    assert SAID in client.get(f"/projects/{project.id}/plan").text


def test_it_stands_where_changes_permits_more_time_and_key_projects_are_decided(app: Any, login: Any) -> None:
    officer, producer = make.user("officer"), make.producer()
    project = make.project("accepted", by=producer, officer=officer)
    objected(project, officer)
    for step in ("proposed", "screened", "scheduled", "in_production"):
        with unit_of_work():
            make._step(project, step, *map(make.actor_of, (producer, officer, make.user("head"))))
    with unit_of_work():
        change = records.ask_change(project, make.actor_of(producer), "title", "新片名", "原名已被占用。")
    client = login(officer)
    for path in (f"changes/{change.id}/approve", f"changes/{change.id}/refuse", "permits/new", "key", "steps/suspend"):
        page = client.get(f"/projects/{project.id}/{path}")
        assert page.status_code == 200 and SAID in page.text, path


def test_it_stands_where_the_answers_day_is_put_off_and_where_a_title_passes(app: Any, login: Any) -> None:
    round_, people = make.decided()
    objected(round_.project, people["officer"])
    round_id = round_.id
    sealed(db.session.scalars(db.select(Document.id)).one(), people["sealer"])
    round_ = db.session.get(Round, round_id)
    people = {role: db.session.merge(person) for role, person in people.items()}
    client, base = login(people["officer"]), f"/projects/{round_.project_id}/changes"
    assert SAID in client.get(f"{base}/extend").text
    change = handed_back(round_, people)
    client.post(f"{base}/{change.id}/close", data={"answer": change.answers[-1].id})
    page = client.get(base).text
    assert "确认办结通过" in page and SAID in page


def test_the_leader_reads_it_beside_a_request_for_the_green_channel(app: Any, login: Any) -> None:
    officer, leader = make.user("officer"), make.user("leader")
    project = accepted(officer)
    for reason in ("赶档期。", "仍赶档期。"):
        with unit_of_work():
            request_ = desk.ask_urgent(project, make.actor_of(officer), reason, None)
        if reason == "赶档期。":
            with unit_of_work():
                desk.decide_urgent(request_, make.actor_of(leader), False, "理由不足。")
    with unit_of_work():
        project.due_on = today() - timedelta(days=7)
    page = login(leader).get("/urgent").text
    beside = page.partition("仍赶档期。")[2]
    assert SAID in beside and "这一步已超 5 个工作日" in beside and "没有批准 1 次" in beside and "理由不足。" in beside


def test_all_that_is_known_comes_in_the_order_of_its_weight(app: Any) -> None:
    officer = make.user("officer")
    project = make.project("accepted", officer=officer, submitted_elsewhere=True, elsewhere_detail="曾送外省，未许可。")
    objected(project, officer, "agree_with_changes", "删去庭审一段。")
    objected(project, officer)
    with unit_of_work():
        project.house.licence_expires_on = today() - timedelta(days=1)
        project.class_code, project.class_reason = "two", "按立项文件认定。"
    found = told(app, project, officer)
    assert [(fact.tone, str(fact.text), fact.quote) for fact in found] == [
        ("bad", SAID, AGAINST),
        ("bad", f"制作经营许可证已于 {project.house.licence_expires_on.isoformat()} 到期", ""),
        ("warn", "省司法厅协审：修改后同意", "删去庭审一段。"),
        ("warn", "曾在外省送审", "曾送外省，未许可。"),
        ("plain", "类别是人工认定的", "按立项文件认定。"),
    ]


def test_what_a_review_found_is_told_without_names_where_its_opinions_are_not_shown(app: Any, login: Any) -> None:
    round_, people = differing()
    me = make.actor_of(people["officer"])
    with unit_of_work():
        settling.adopt(round_, me, points_of(round_)[1:2])
        settling.edit(round_.changes[0], me, None, severity="must")
        settling.adopt(round_, me, points_of(round_)[5:])
        settling.edit(round_.changes[1], me, None, severity="should")
        left_out.leave_out(round_, me, [points_of(round_)[n] for n in (0, 2, 3, 4)], "说的是同一处。")
        bottom_line.answer(round_, me, "A.minors", False, "只有远景。")
        settling.propose(round_, me, "pass_after_changes", "整体扎实。")
        settling.agree(round_, make.actor_of(people["head"]))
        settling.decide(round_, make.actor_of(people["leader"]))
    said = [(fact.tone, str(fact.text)) for fact in told(app, round_.project, people["sealer"])]
    assert said == [
        ("bad", "底线不合格：未成年人（1 位专家）——认定不成立"),
        ("bad", "不采用专家意见 4 条，其中必改 3 条"),
        ("bad", "1 位专家比结论更严"),
        ("warn", "专家提为必改、整理成建议的有 1 条"),
    ]
    letter = db.session.scalars(db.select(Document.id)).one()
    page = login(people["sealer"]).get(f"/documents/{letter}").text
    assert all(text in page for _, text in said)
    assert not any(expert.name in page for expert in people["experts"])


def test_a_title_refused_before_under_the_same_name_is_told(app: Any) -> None:
    officer, producer = make.user("officer"), make.producer()
    first = make.project("received", by=producer, officer=officer, title="春江夜航")
    with unit_of_work():
        intake.decline(first, make.actor_of(officer), "材料不实。")
    again = make.project("accepted", by=producer, officer=officer, title="春江夜航")
    bad = [str(fact.text) for fact in told(app, again, officer) if fact.tone == "bad"]
    assert bad == [f"同名项目 {first.number} 没有通过（{producer.house.name}）"]


def test_who_recused_themselves_reads_none_of_it(app: Any) -> None:
    officer, other = make.user("officer"), make.user("head")
    project = accepted(officer)
    with unit_of_work():
        office.recuse(project, make.actor_of(other), "亲属任职。")
    assert told(app, project, other) == []
    assert f"已回避：{other.name}" in [str(fact.text) for fact in told(app, project, officer)]


def test_what_waits_what_lapsed_and_who_bears_the_name_is_told_with_its_number(app: Any, login: Any) -> None:
    officer, producer = make.user("officer"), make.producer()
    lost = make.project("received", by=producer, officer=officer, title="旧梦")
    named = make.project("accepted", officer=officer, title="春江夜航")
    project = make.project("accepted", by=producer, officer=officer, title="春江夜航")
    me, house = make.actor_of(officer), make.actor_of(producer)
    with unit_of_work():
        intake.decline(lost, me, "材料不实。")
        records.record_permit(
            project,
            me,
            "planning_filing",
            "32012600",
            today() - timedelta(days=9),
            today() - timedelta(days=1),
            "补录。",
        )
        records.ask_change(project, house, "episodes", "30", "加长。")
        office.remark(project, house, "几时初审？")
    found = told(app, project, officer)
    assert [(fact.tone, str(fact.text)) for fact in found] == [
        ("bad", f"规划备案号已于 {(today() - timedelta(days=1)).isoformat()} 到期"),
        ("warn", f"集数变更还没有办结：{project.episodes} → 30"),
        ("warn", "机构的提问还有 1 条没有答复"),
        ("warn", f"库里另有同名项目 1 部：{named.number}（{named.house.name}）"),
        ("plain", "这家机构以前有 1 部没有通过"),
    ]
    client = login(officer)
    for path in ("propose", "co-reviews/new", "class", "permits/new"):
        page = client.get(f"/projects/{project.id}/{path}").text
        box = page.split('id="facts"')[1].split("</section>")[0]
        assert "5 项" in box and [translated(fact.text) in box for fact in found] == [True] * 5, path


def test_whoever_grants_a_change_of_house_reads_what_stands_against_the_one_that_takes_over(
    app: Any, login: Any
) -> None:
    officer, producer, taker = make.user("officer"), make.producer(), make.producer()
    lost = make.project("received", by=taker, officer=officer)
    project = make.project("accepted", by=producer, officer=officer)
    with unit_of_work():
        intake.decline(lost, make.actor_of(officer), "材料不实。")
        asked = records.ask_change(
            project, make.actor_of(producer), "house", taker.house.name, "转让。", house_after=taker.house
        )
        records.answer_take_over(asked, make.actor_of(taker), True)
        taker.house.licence_expires_on = today() - timedelta(days=2)
    page = login(officer).get(f"/projects/{project.id}/changes/{asked.id}/approve").text
    box = page.split('id="facts"')[1].split("</section>")[0]
    assert "接手机构的制作经营许可证已于" in box and "接手机构以前有 1 部没有通过" in box and "2 项" in box
    assert page.index('id="facts"') < page.index('name="reason"')


def test_whoever_moves_a_plan_reads_what_came_about_and_is_held_to_that(app, login):
    officer = make.user("officer")
    project = make.project("in_production", officer=officer)
    client, path, now = login(officer), f"/projects/{project.id}/plan", today()
    with unit_of_work():
        project.milestones[0].planned_on = now - timedelta(days=11)
    days = {"script_lock": -11, "shooting_start": 30, "shooting_end": 20, "cut_delivery": 40, "release": 90}
    moved = {kind: (now + timedelta(days=n)).isoformat() for kind, n in days.items()}
    page = client.get(path).text
    assert "已过 11 天" in page
    assert f"开机：实际 {now:%m-%d}" in page
    early = moved | {"shooting_end": (now - timedelta(days=1)).isoformat()}
    refused = client.post(path, data={**early, "reason": "转场提前。"})
    assert (refused.status_code, "“杀青”不能早于“开机”。" in refused.text) == (422, True)
    assert client.post(path, data={**moved, "reason": "转场提前。"}).status_code == 303
    db.session.rollback()
    assert {node.kind: node.planned_on.isoformat() for node in project.milestones} == moved
