"""The bureau's desk in one sitting, in Chromium: receipts, screenings and permits one after the other, ten in the full run
(SEEDBANK_FULL=1), of receipts three in the everyday one, by key and by mouse, with something in between each time. The desk counts one
less each time, nothing is done twice, and each house gets one mail of each.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest

from audiovisual.documents.models import Document
from audiovisual.documents.operations import seal
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.events import Event
from audiovisual.kernel.model import db
from audiovisual.kernel.outbox import OutboxRow, work_off
from audiovisual.people.models import User
from audiovisual.projects.models import Permit, Project, Screening
from audiovisual.projects.operations import production
from audiovisual.reviews.models import Round
from audiovisual.reviews.operations import changes, opinions, settling
from tests import factories as make
from tests.between import TIMES, turns
from tests.windows import PATIENCE, opened

from .test_filing_browser import address  # noqa: F401

pytest.importorskip("playwright.sync_api")


def window(browser: Any, app: Any, address: str, person: User) -> Any:  # noqa: F811
    """A page of this person; what asks before leaving is answered with yes."""
    page = opened(browser, app, address, person)
    page.set_default_timeout(PATIENCE)
    page.on("dialog", lambda dialog: dialog.accept())
    return page


def counted(page: Any) -> tuple[int, int, int]:
    """What the desk counts: to do, under way, done; the list has as many rows as it counts."""
    page.goto("/")
    rows = page.locator(".work tbody .col-n").count()
    to_do, doing, done = (int(number) for number in page.locator(".figs a b").all_inner_texts()[:3])
    assert rows == to_do
    return to_do, doing, done


def walk_to(page: Any, project: int, key: str = "j") -> None:
    """Down (j) or up (k) the list to the title, and in with Enter."""
    href = f"/projects/{project}"
    for _ in range(3 * TIMES):
        page.keyboard.press(key)
        if page.evaluate("document.activeElement.getAttribute('href')") == href:
            page.keyboard.press("Enter")
            page.wait_for_url(f"**{href}")
            return
    raise AssertionError(f"{key} does not lead to {href}")


def go_in(page: Any, project: int, n: int) -> None:
    """From the desk to the title: down by key, by mouse, up by key."""
    page.goto("/")
    if n % 3 == 2:
        page.locator(".work tr", has=page.locator(f"a[href='/projects/{project}']")).locator(".col-a .btn").click()
        page.locator("h1").wait_for()
    else:
        walk_to(page, project, "j" if n % 3 else "k")


def press(page: Any, name: str, n: int) -> None:
    """The button with this name: by mouse, twice in haste, by a key that is held."""
    button = page.locator("main").get_by_role("button", name=name, exact=True)
    with page.expect_navigation():
        if n % 3 == 1:
            button.click()
        elif n % 3 == 2:
            button.dblclick()
        else:
            button.focus()
            for _ in range(6):
                page.keyboard.down("Enter")
            page.keyboard.up("Enter")
    page.wait_for_load_state()


def stands(project: int) -> Project:
    """The title as it is in the database now."""
    db.session.rollback()
    db.session.expire_all()
    return db.session.get(Project, project)


def noted(trigger: str) -> dict[int, int]:
    """How often this was done, by title."""
    db.session.rollback()
    return dict(Counter(db.session.scalars(db.select(Event.project_id).where(Event.trigger == trigger))))


def mails(about: str) -> dict[str, int]:
    """How many mails about this each house has got."""
    work_off()
    rows = db.session.scalars(db.select(OutboxRow.payload).where(OutboxRow.kind == "mail")).all()
    told = [row["to"] for row in rows if about in str(row["values"]["text"])]
    return dict(Counter(told))


def producer_with_mail(n: int) -> User:
    """The only person of a house."""
    return make.user("producer", house=make.house(), email=f"producer{n}@example.test")


def each_house_once() -> dict[str, int]:
    return {f"producer{n}@example.test": 1 for n in range(1, TIMES + 1)}


def test_what_came_in_is_received_one_after_the_other(browser: Any, app: Any, address: str) -> None:  # noqa: F811
    officer, colleague = make.user("officer"), make.user("officer")
    titles = [make.project("submitted", by=producer_with_mail(n), officer=officer).id for n in range(1, TIMES + 1)]
    page, beside, other = (window(browser, app, address, person) for person in (officer, officer, colleague))
    for n, happens in turns():
        project = titles[n - 1]
        assert counted(page) == (TIMES, 0, n - 1)  # what is received stays with who received it: theirs to accept
        assert counted(other) == (TIMES - n + 1, 0, 0)
        beside.goto(f"/projects/{project}")
        other.goto(f"/projects/{project}")
        go_in(page, project, n)
        happens(page)
        if n % 3 == 2:  # the line is gone at the moment of pressing, and nothing was done
            page.context.set_offline(True)
            page.locator("main").get_by_role("button", name="收件", exact=True).click()
            page.wait_for_timeout(300)
            page.context.set_offline(False)
            page.goto(f"/projects/{project}")
            assert stands(project).state == "submitted"
        press(page, "收件", n)
        page.locator("main").get_by_role("button", name="受理", exact=True).wait_for()
        told = {beside: "已经办过了，这次没有重复办。", other: "现在是“待受理”，不能办理“收件”。"}
        for late, words in told.items():  # a window that stood open does it no second time, and says why
            press(late, "收件", 1)
            assert words in late.locator("main").inner_text()
            assert stands(project).officer_id == officer.id
        page.go_back()
        page.wait_for_load_state()
        page.goto(f"/projects/{project}")
        assert page.locator("main").get_by_role("button", name="收件", exact=True).count() == 0
    assert counted(page) == (TIMES, 0, TIMES)
    assert counted(other) == (0, 0, 0)
    assert noted("receive") == dict.fromkeys(titles, 1)
    assert mails("省局已收件") == each_house_once()
    for one in (page, beside, other):
        one.context.close()


# ---- screenings ----

CRITERIA = ("strength", "maturity", "feasibility", "market")


def screens(page: Any, project: int, n: int, happens: Any, again: bool = False) -> None:
    """The officer writes half, something happens, what was written is there; then the rest, and before the head."""
    go_in(page, project, n)
    page.get_by_role("link", name="呈报初审意见", exact=True).click()
    page.wait_for_url("**/propose")
    boxes = [f"#{part}_{code}" for code in CRITERIA for part in ("score", "reason")]
    if not again:
        assert {page.input_value(box) for box in (*boxes, "#comment")} == {""}, "nothing of the last one stands here"
    page.fill("#reason_strength", words := f"第 {n} 部：剧本已定稿。{'改过。' * again}")
    page.locator("#score_strength").fill(str(60 + n))
    page.locator("[data-autosave-status]").get_by_text("草稿已保存").wait_for()
    happens(page)
    assert (page.input_value("#reason_strength"), page.input_value("#score_strength")) == (words, str(60 + n))
    if not again:  # Enter in a score: told what is missing, and nothing is lost
        page.locator("#score_strength").press("Enter")
        page.locator("main .errs").first.wait_for()
        assert (page.input_value("#reason_strength"), page.input_value("#score_strength")) == (words, str(60 + n))
    assert stands(project).state == "accepted"
    for code in CRITERIA[1:]:
        page.fill(f"#score_{code}", "80")
        page.fill(f"#reason_{code}", f"第 {n} 部：{code} 条件具备。")
    page.get_by_label("建议入库", exact=True).check()
    page.fill("#comment", f"第 {n} 部，建议入库。")
    press(page, "呈报处长", n)
    page.wait_for_url(f"**/projects/{project}")


def screened(page: Any, project: int, n: int, word: str, reason: str) -> None:
    """The head reads it and decides; the button pressed with nothing chosen is told so first."""
    go_in(page, project, n)
    page.get_by_role("link", name="同意入库", exact=True).click()
    page.get_by_text(f"第 {n} 部：剧本已定稿。").first.wait_for()
    press(page, "审定", 1)
    page.locator("main .errs").first.wait_for()
    page.get_by_label(word, exact=True).check()
    page.get_by_label("意见").fill(reason)
    press(page, "审定", n)
    page.wait_for_url(f"**/projects/{project}")


@pytest.mark.slow
def test_title_after_title_is_screened_and_one_in_three_comes_back(browser: Any, app: Any, address: str) -> None:  # noqa: F811
    officer, head = make.user("officer"), make.user("head")
    titles = [
        make.project("accepted", by=producer_with_mail(n), officer=officer, head=head).id for n in range(1, TIMES + 1)
    ]
    page, chief = (window(browser, app, address, person) for person in (officer, head))
    returned = []
    for n, happens in turns():
        project = titles[n - 1]
        assert (counted(page)[0], counted(chief)[0]) == (TIMES - n + 1, 0)
        screens(page, project, n, happens)
        assert (counted(page)[0], counted(chief)[0]) == (TIMES - n, 1)
        if n % 3 == 2:
            screened(chief, project, n, "退回再审", "账目请再核一遍。")
            returned.append(project)
            assert (counted(page)[0], counted(chief)[0]) == (TIMES - n + 1, 0)
            screens(page, project, n, happens, again=True)
        screened(chief, project, n, "同意入库", f"第 {n} 部，同意。")
        assert stands(project).state == "screened"
        assert counted(page)[0] == TIMES - n + 1, "what is admitted waits for its officer's schedule"
        with unit_of_work():
            production.schedule(stands(project), make.actor_of(db.session.get(User, officer.id)), make.plan())
    assert (counted(page)[0], counted(chief)[0]) == (0, 0)
    assert noted("propose") == {project: 1 + (project in returned) for project in titles}
    assert noted("screen") == dict.fromkeys(titles, 1)
    rows = db.session.scalars(db.select(Screening).order_by(Screening.id)).all()
    first = {row.project_id: (row.scores[0]["score"], row.comment) for row in rows}
    assert first == {project: (60 + n, f"第 {n} 部，建议入库。") for n, project in enumerate(titles, 1)}
    assert mails("已入种子库") == each_house_once()
    for one in (page, chief):
        one.context.close()


# ---- permits ----


def passed(officer: User, by: User, chain: dict[str, User]) -> int:
    """A title that passed, whose number is not recorded yet."""
    round_, _experts = make.reading(officer, by, experts=1)
    [seat] = round_.assignments
    make.written(seat, "passed")
    with unit_of_work():
        opinions.sign(seat, make.actor_of(seat.expert))
        settling.propose(round_, make.actor_of(officer), "passed", "主题积极，制作精良。")
        settling.agree(round_, make.actor_of(chain["head"]))
        settling.decide(round_, make.actor_of(chain["leader"]))
    with unit_of_work():
        seal(db.session.query(Document).filter_by(round_id=round_.id).one(), make.actor_of(chain["sealer"]))
    round_id, me = round_.id, officer.id
    work_off()
    project = db.session.get(Round, round_id).project
    if project.state != "reviewed":
        with unit_of_work():
            changes.pass_title(project, make.actor_of(db.session.get(User, me)))
    return int(project.id)


@pytest.mark.slow
def test_number_after_number_is_recorded(browser: Any, app: Any, address: str) -> None:  # noqa: F811
    officer, chain = make.user("officer"), {role: make.user(role) for role in ("head", "leader", "sealer")}
    ids = [person.id for person in (officer, *chain.values())]
    titles = []
    for n in range(1, TIMES + 1):
        people = [db.session.get(User, id_) for id_ in ids]
        titles.append(passed(people[0], producer_with_mail(n), dict(zip(chain, people[1:], strict=True))))
    officer = db.session.get(User, ids[0])
    page, beside = (window(browser, app, address, officer) for _ in range(2))
    for n, happens in turns():
        project, number = titles[n - 1], f"（苏）网剧审字（2026）第{n:03d}号"
        assert counted(page)[0] == TIMES - n + 1
        go_in(page, project, n)
        page.get_by_role("link", name="登记证号", exact=True).first.click()
        page.wait_for_url("**/permits/new")
        beside.goto(page.url)
        assert page.input_value("#number") == ""
        page.fill("#note", f"第 {n} 件")
        page.locator("[data-autosave-status]").get_by_text("草稿已保存").wait_for()
        happens(page)
        if n > 1:  # the number of the one before, out of habit: refused, and what was typed stays
            page.fill("#number", f"（苏）网剧审字（2026）第{n - 1:03d}号")
            press(page, "登记", n)
            page.get_by_text("这个编号已经登记过，是《").first.wait_for()
        assert page.input_value("#note") == f"第 {n} 件"
        page.fill("#number", number)
        press(page, "登记", n)
        page.wait_for_url(f"**/projects/{project}")
        beside.fill("#number", number)  # the window that stood open, with the same number
        press(beside, "登记", 1)
        beside.get_by_text(re.compile("已经登记(过|好了)")).first.wait_for()
        assert stands(project).holder_role == "producer"
    assert counted(page)[0] == 0
    kept = db.session.execute(db.select(Permit.project_id, Permit.number).order_by(Permit.id)).all()
    assert [tuple(row) for row in kept] == [
        (project, f"（苏）网剧审字（2026）第{n:03d}号") for n, project in enumerate(titles, 1)
    ]
    assert mails("省局登记了") == each_house_once()
    for one in (page, beside):
        one.context.close()
