"""A review done again and again in one sitting, in Chromium: rounds settled, decided and answered, ten in the full run
(SEEDBANK_FULL=1), three in the everyday one; and as many answers of a house. In between Escape, Enter, a look elsewhere and
back, a reload, a second window. What stands in the database afterwards is compared with what was done.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from audiovisual.documents.models import Document
from audiovisual.documents.operations import seal
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db, today
from audiovisual.kernel.outbox import work_off
from audiovisual.people.models import User
from audiovisual.reviews.models import Answer, Change, LeftOut, Round
from audiovisual.reviews.operations import cuts, opinions, panels, settling
from tests import factories as make
from tests.projects.test_filing_browser import address
from tests.windows import PATIENCE, at_rest, opened

from .stages import gathered

playwright = pytest.importorskip("playwright.sync_api")
__all__ = ["address"]

TIMES = 10 if os.environ.get("SEEDBANK_FULL") else 3
WHY = "与第一条说的是同一处。"


def window(browser: Any, app: Any, address: str, person: Any) -> Any:
    """A page of this person; what asks before leaving is answered with yes."""
    page = opened(browser, app, address, person)
    page.set_default_timeout(PATIENCE)
    page.on("dialog", lambda dialog: dialog.accept())
    return page


def fresh(model: type[Any], id_: int) -> Any:
    """A row as it stands in the database now."""
    db.session.rollback()
    db.session.expire_all()
    return db.session.get(model, id_)


# ---- what happens between two acts ----


def escape(page: Any) -> None:
    page.keyboard.press("Escape")


def back_and_forth(page: Any) -> None:
    at = page.url
    page.goto("/")
    page.go_back()
    page.wait_for_url(at)


def reload(page: Any) -> None:
    page.reload()


BETWEEN: tuple[Callable[[Any], None], ...] = (escape, back_and_forth, reload)


def disturbed(page: Any, n: int) -> None:
    """Something that is no act, another one each time."""
    BETWEEN[n % len(BETWEEN)](page)


# ---- one review after the other ----


def signed_round(project_id: int, officer: int, n: int) -> int:
    """The round that is open, read by one expert who signs three points; gives the round's id."""
    db.session.rollback()
    round_ = db.session.scalars(
        db.select(Round).where(Round.project_id == project_id).order_by(Round.id.desc()).limit(1)
    ).one()
    me, expert = make.actor_of(db.session.get(User, officer)), make.user("expert")
    with unit_of_work():
        round_.seats = 1
        panels.choose(round_, me, expert)
        panels.invite(round_, me)
        seat = round_.assignments[0]
        opinions.take(seat, make.actor_of(expert))
    make.written(seat, "passed")
    points = (
        ("点烟近景过长。", 250, "cut"),
        ("天台点烟同样要处理。", 1700, "alter"),
        ("片尾没列场地单位。", 2400, "explain"),
    )
    with unit_of_work():
        for words, frame, demand in points:
            opinions.add_row(
                seat, make.actor_of(expert), episode=1, frame_in=frame, problem=f"第{n}轮：{words}",
                basis=f"令16号第二十五条第{n}项", demand=demand, demand_text=f"改{words}", severity="must",
            )  # fmt: skip
        opinions.save_opinion(seat, make.actor_of(expert), None, "re_review", "改后再看。")
    with unit_of_work():
        opinions.sign(seat, make.actor_of(expert))
    return int(round_.id)


def settles(page: Any, beside: Any, round_id: int, n: int) -> None:
    """Two points merged and worded, the third left out in another window, the stale window's button pressed; proposed."""
    url = f"/reviews/{round_id}/settle"
    page.goto(url)
    beside.goto(url)
    if n > 1:  # what was left of the round before stands again in this one
        page.get_by_role("button", name="没改好，并入本轮").click()
        page.get_by_text("已并入本轮").wait_for()
    at_rest(page)
    for place in (0, 1):
        page.locator(".pick input[type=checkbox]").nth(place).check()
    disturbed_form(page, n)
    page.get_by_role("button", name="所选并成一条").click()
    page.get_by_text("请写共同文字").first.wait_for()
    at_rest(page)
    form = page.locator(".point.open form")
    form.get_by_label("问题", exact=True).fill(f"第{n}轮：两处点烟。")
    form.get_by_label(re.compile("^依据")).press("Enter")  # keeps it, and does not call it written
    page.get_by_text("待写共同文字", exact=True).wait_for()
    assert [(row.to_word, row.problem) for row in merged_of(round_id)] == [(True, f"第{n}轮：两处点烟。")]
    page.get_by_role("link", name="写共同文字").click()
    page.locator(".point.open form").wait_for()
    at_rest(page)
    page.locator(".point.open form").get_by_label("处理要求").select_option(label="修改")
    page.get_by_role("button", name="共同文字写好了").click()
    page.get_by_role("link", name="写共同文字").wait_for(state="detached")
    disturbed(page, n)
    third = beside.locator(".pick", has_text="片尾没列场地单位")
    third.locator("input[type=checkbox]").check()
    beside.locator("summary", has_text="所选不采用").click()
    beside.get_by_label("不采用的理由").fill(WHY)
    beside.get_by_role("button", name="确认不采用所选").click()
    beside.get_by_text("不采用的理由：").wait_for()
    page.get_by_role("button", name=re.compile("采用余下 1 条")).click()  # this window does not know of it yet
    page.get_by_text("全部处理完了").wait_for()
    page.get_by_role("link", name="拟定结论").click()
    page.get_by_label(re.compile("修改后重审")).check()
    page.get_by_label(re.compile("^总体意见")).fill(f"第{n}轮：改后再看。")
    page.get_by_label(re.compile("^答复期限")).fill((today() + timedelta(days=20)).isoformat())
    page.get_by_label(re.compile("^答复期限")).press("Enter")  # keeps the draft
    page.get_by_text("草稿已保存").wait_for()
    assert fresh(Round, round_id).state == "frozen"
    page.get_by_role("button", name="呈处长审签").click()
    page.wait_for_url(re.compile("/decide$"))


def disturbed_form(page: Any, n: int) -> None:
    """Escape while boxes are ticked: they stay ticked."""
    escape(page)
    assert page.locator(".pick input:checked").count() == 2, n


def merged_of(round_id: int) -> list[Change]:
    db.session.rollback()
    db.session.expire_all()
    rows = db.session.scalars(db.select(Change).where(Change.round_id == round_id).order_by(Change.ordinal)).all()
    return [row for row in rows if len(row.sources) > 1]


def decides(page: Any, round_id: int, button: str, n: int) -> None:
    """Head or leader reads what was left out, first, and signs."""
    page.goto(f"/reviews/{round_id}/decide")
    disturbed(page, n)
    page.locator("#facts").get_by_text("不采用专家意见 1 条，其中必改 1 条").wait_for()
    page.locator("#left-out").get_by_text(WHY).wait_for()
    page.get_by_role("button", name=button, exact=True).click()
    page.get_by_role("button", name=button, exact=True).wait_for(state="detached")


def served(round_id: int, sealer: int) -> None:
    """The letter gets its number and goes out."""
    db.session.rollback()
    letter = db.session.scalars(db.select(Document).where(Document.round_id == round_id)).one()
    with unit_of_work():
        seal(letter, make.actor_of(db.session.get(User, sealer)))
    work_off()


def answers(page: Any, project_id: int, n: int) -> None:
    """The house answers each row that is open, with a place in the new cut."""
    page.goto(f"/projects/{project_id}/changes")
    while page.locator("form.answer-form").count():
        form = page.locator("form.answer-form")
        at_rest(page)
        form.get_by_label("已按意见改").check()
        form.get_by_label("答复", exact=True).fill(f"第{n}轮已改。")
        form.get_by_label("新样片第几集").fill("1")
        form.get_by_label("新样片时码").fill("00:00:01:00")
        row = form.locator("xpath=..").get_attribute("id")
        form.get_by_role("button", name="答复这一条").click()
        page.locator(f"#{row} .answer.house").wait_for()


def test_rounds_are_settled_decided_and_answered_one_after_the_other(browser: Any, app: Any, address: str) -> None:
    people = {role: make.user(role) for role in ("officer", "head", "leader", "sealer")} | {"house": make.producer()}
    project_id = make.delivered(people["officer"], people["house"]).id
    ids = {role: person.id for role, person in people.items()}
    pages = {role: window(browser, app, address, person) for role, person in people.items() if role != "sealer"}
    beside, rounds = window(browser, app, address, db.session.get(User, ids["officer"])), []
    for n in range(1, TIMES + 1):
        officer = pages["officer"]
        officer.goto(f"/projects/{project_id}/rounds")
        if n > 1:
            officer.get_by_text("前几轮没有核验的 2 条" if n > 2 else "前几轮没有核验的 1 条").wait_for()
            first = f"/projects/{project_id}/changes"
            officer.goto(first)
            while n > 2 and officer.get_by_role("button", name="核验通过", exact=True).count() > 1:
                officer.get_by_role("button", name="核验通过", exact=True).last.click()
                officer.get_by_text("核验通过。").first.wait_for()
            officer.goto(f"/projects/{project_id}/rounds")
        officer.get_by_role("button", name="开审，去选专家").click()
        officer.wait_for_url(re.compile("/panel$"))
        round_id = signed_round(project_id, ids["officer"], n)
        rounds.append(round_id)
        settles(officer, beside, round_id, n)
        decides(pages["head"], round_id, "同意，呈局领导", n)
        decides(pages["leader"], round_id, "签批", n)
        served(round_id, ids["sealer"])
        answers(pages["house"], project_id, n)
        project = fresh(Round, round_id).project
        house = db.session.get(User, ids["house"])
        with unit_of_work():
            cuts.resubmit(project, make.actor_of(house), {0: make.stored(house, b"cut %d" % n)})
    for page in (*pages.values(), beside):
        page.context.close()
    _all_of_it_is_there(project_id, rounds)


def _all_of_it_is_there(project_id: int, rounds: list[int]) -> None:
    """Of each round: one merged row with both points, the third point left out with its reason, what was carried."""
    for n, round_id in enumerate(rounds, 1):
        round_ = fresh(Round, round_id)
        assert (round_.ordinal, round_.outcome, round_.state) == (n, "re_review", "issued" if n == TIMES else "closed")
        rows = sorted(round_.changes, key=lambda row: row.ordinal)
        own = [(row.problem, len(row.sources), len(row.places), row.to_word, row.demand) for row in rows if row.sources]
        assert own == [(f"第{n}轮：两处点烟。", 2, 2, False, "alter")]
        assert [row.carried_from_id is not None for row in rows if not row.sources] == [True] * (n > 1)
        reasons = db.session.scalars(db.select(LeftOut.reason).where(LeftOut.round_id == round_id)).all()
        assert reasons == [WHY]
    states = db.session.scalars(
        db.select(Change.state).where(Change.project_id == project_id).order_by(Change.id)
    ).all()
    assert states.count("carried") == TIMES - 1
    assert states.count("answered") == (2 if TIMES > 1 else 1) and "open" not in states


# ---- one answer after the other ----


def letter_with(rows: int) -> tuple[Any, dict[str, Any]]:
    """A served letter with so many must-rows and one suggestion; its round and people, read anew."""
    round_, people = gathered()
    officer = make.actor_of(people["officer"])
    with unit_of_work():
        settling.adopt(round_, officer, [row for seat in round_.assignments for row in seat.opinion.rows])
        for n in range(2, rows + 1):
            settling.add(
                round_, officer, episode=1, frame_in=25 * n, problem=f"第{n}处。", demand="cut", severity="must"
            )
        settling.add(round_, officer, problem="片尾可补列单位。", demand="alter", severity="should")
        settling.propose(round_, officer, "pass_after_changes", "整体扎实。")
        settling.agree(round_, make.actor_of(people["head"]))
        settling.decide(round_, make.actor_of(people["leader"]))
    round_id, house, sealer = round_.id, people["producer"].id, people["sealer"].id
    served(round_id, sealer)
    return db.session.get(Round, round_id), {"house": db.session.get(User, house)}


def interrupted(page: Any, n: int) -> None:
    """What is typed half, and then not sent: Enter in the timecode sends what is there, which is refused and stays."""
    at_rest(page)
    form = page.locator("form.answer-form")
    form.get_by_label("答复", exact=True).fill("只写了一半")
    form.get_by_label("新样片时码").fill("00:00:01:00")
    form.get_by_label("新样片时码").press("Enter")
    page.locator("main .errs").first.wait_for()
    assert page.locator("form.answer-form").get_by_label("答复", exact=True).input_value() == "只写了一半"
    if n % 3 == 1:
        page.go_back()  # to the page before the refusal
    elif n % 3 == 2:
        page.goto(page.url.partition("/changes")[0] + "/changes")
    else:
        escape(page)


def test_a_house_answers_row_after_row(browser: Any, app: Any, address: str) -> None:
    round_, people = letter_with(TIMES)
    project_id, url = round_.project_id, f"/projects/{round_.project_id}/changes"
    page, beside = (window(browser, app, address, people["house"]) for _ in range(2))
    page.goto(url)
    for n in range(1, TIMES + 1):
        interrupted(page, n)
        at_rest(page)
        form = page.locator("form.answer-form")
        form.get_by_label("已按意见改").check()
        form.get_by_label("答复", exact=True).fill(f"第{n}条已改。")
        form.get_by_label("新样片第几集").fill("1")
        form.get_by_label("新样片时码").fill(f"00:00:{n:02d}:00")
        escape(page)
        form.get_by_role("button", name="答复这一条").click()
        page.get_by_text(re.compile(f"已答复，还有 {TIMES + 1 - n} 条")).wait_for()
    beside.goto(url)  # the second window answers the suggestion; the first one, left open, sends the same once more
    for one in (beside, page):
        form = one.locator("form.answer-form")
        form.get_by_label("没有改（写理由）").check()
        form.get_by_label("答复", exact=True).fill("场地单位不愿署名。")
        form.get_by_role("button", name="答复这一条").click()
        one.get_by_text("全部条目都答完了").wait_for()
    db.session.rollback()
    given = db.session.execute(
        db.select(Change.ordinal, Answer.how, Answer.text, Answer.new_episode, Answer.new_frame)
        .join(Change, Change.id == Answer.change_id).order_by(Answer.id)
    ).all()  # fmt: skip
    assert [tuple(row) for row in given] == [
        *((n, "done", f"第{n}条已改。", 1, 25 * n) for n in range(1, TIMES + 1)),
        (TIMES + 1, "explained", "场地单位不愿署名。", None, None),
    ]
    project = fresh(Round, round_.id).project
    assert (project.changes_unanswered, project.changes_open, project.suggestions_unanswered) == (0, TIMES, 0)
    assert page.get_by_text("改好的样片（选填）").count() == 0 and project_id == project.id
    for one in (page, beside):
        one.context.close()


@pytest.mark.parametrize(("width", "height"), [(390, 844), (844, 390)])
def test_on_a_small_screen_the_acts_leave_room_for_the_points(
    app: Any, browser: Any, address: str, width: int, height: int
) -> None:
    """With the reason for leaving out unfolded too, in the language with the longer words."""
    round_, people = gathered()
    page = opened(browser, app, address, people["officer"], viewport={"width": width, "height": height}, locale="en")
    page.goto(f"{address}/reviews/{round_.id}/settle")
    share = f"document.querySelector('.pickbar').getBoundingClientRect().height / {height}"
    assert page.evaluate(share) < 0.25
    page.click(".pickbar .leave > summary")
    assert page.evaluate(share) <= 0.56
    page.locator(".pickbar button[value=leave]").scroll_into_view_if_needed()
    page.context.close()
