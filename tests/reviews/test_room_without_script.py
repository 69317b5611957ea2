"""The reading room in a browser without script: one form holds it whole, and every button saves all that was typed."""

from __future__ import annotations

from typing import Any

import pytest

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db
from audiovisual.reviews import together
from audiovisual.reviews.models import DroppedRow, Opinion, OpinionRow
from audiovisual.reviews.operations import opinions
from tests import factories as make
from tests.projects.test_filing_browser import address
from tests.windows import opened

__all__ = ["address"]


@pytest.fixture
def seat(app):
    """A seat whose expert has accepted, on a cut of ten seconds at 25 frames beginning at one hour."""
    round_, _ = make.reading(make.user("officer", name="沈经办"))
    with unit_of_work():
        part = round_.cut.parts[0]
        part.frames, part.start_frame, part.plays = 250, 90000, True
    return round_.assignments[0]


@pytest.fixture
def rows(seat):
    """Two rows of the opinion."""
    with unit_of_work():
        return [opinions.add_row(seat, make.actor_of(seat.expert), problem=text) for text in ("甲", "乙")]


def of_row(row, **given):
    """What the form sends of a row nobody touched, but for what is given."""
    fields = {
        "version": row.version, "base": together.base_of(together.of_row(row)), "episode": row.episode or "",
        "tc_in": "", "tc_out": "", "problem": row.problem, "dimension": "", "basis": row.basis,
        "demand_text": row.demand_text, "severity": row.severity, **given,
    }  # fmt: skip
    return {f"{name}-r{row.id}": str(value) for name, value in fields.items()}


def of_line(key, **given):
    """What the form sends of a line of the score sheet nobody had filled in, but for what is given."""
    base = together.base_of(together.of_score(None))
    return {
        f"{name}-{key}": value
        for name, value in {"version": "0", "base": base, "score": "", "reason": "", **given}.items()
    }


def of_comment(seat, **given):
    """The same of the conclusion and the overall comment."""
    base = together.base_of(together.of_overall(seat.opinion))
    fields = {"version": str(seat.opinion.version), "base": base, "comment": seat.opinion.comment, **given}
    return {f"{name}-overall": value for name, value in fields.items()}


def said(seat):
    """What the opinion says now: its rows, the scores given, its conclusion and comment."""
    db.session.rollback()  # a browser writes beside this session
    opinion = db.session.query(Opinion).filter_by(assignment_id=seat.id).one()
    scores = {score.dimension: (score.score, score.reason) for score in opinion.scores}
    return [row.problem for row in opinion.rows], scores, (opinion.conclusion, opinion.comment)


def test_any_button_saves_every_row_the_scores_and_the_comment(login, seat, rows):
    browser, (first, second) = login(seat.expert), rows
    sent = {
        **of_row(first, problem="甲改过"), **of_row(second, problem="乙也改过", episode="1", tc_in="01:00:01:00"),
        **of_line("B", score="77", reason="立意好"), **of_line("A.minors", score="0", reason="有吸烟镜头"),
        **of_comment(seat, comment="可播。", conclusion="passed"),
    }  # fmt: skip
    answer = browser.post(f"/reviews/tasks/{seat.id}/all", data={**sent, "then": f"row:{first.id}"})
    room = f"/reviews/tasks/{seat.id}/room"
    assert (answer.status_code, answer.location) == (303, f"{room}?row={first.id}#row-{first.id}")
    wanted = (
        ["甲改过", "乙也改过"],
        {"B": (77, "立意好"), "A.minors": (0, "有吸烟镜头")},
        ("passed", "可播。"),
    )
    assert said(seat) == wanted
    assert (second.episode, second.frame_in) == (1, 25)
    again = browser.post(f"/reviews/tasks/{seat.id}/all", data={**sent, "then": "scores"})
    assert again.location == f"{room}#scores" and said(seat) == wanted, "the same once more changes nothing"


@pytest.mark.parametrize("then", ["add", "drop", "restore", "look", "sign", "task", "episode"])
def test_what_a_button_does_beside_saving_loses_no_other_rows_words(login, seat, rows, then):
    browser, (first, second), me = login(seat.expert), rows, make.actor_of(seat.expert)
    with unit_of_work():
        gone = opinions.drop_row(opinions.add_row(seat, me, problem="丙"), me)
    which = {"add": second.id, "drop": second.id, "restore": gone.id, "episode": 1}.get(then, "")
    sent = {**of_row(first, problem="甲写到一半"), **of_row(second, problem="乙写到一半", episode="1")}
    answer = browser.post(f"/reviews/tasks/{seat.id}/all", data={**sent, "then": f"{then}:{which}"})
    texts, task = said(seat)[0], f"/reviews/tasks/{seat.id}"
    last = seat.opinion.rows[-1]
    assert {
        "add": (["甲写到一半", "乙写到一半", ""], f"{task}/room?row={last.id}#row-{last.id}"),
        "drop": (["甲写到一半"], f"{task}/room#rows"),
        "restore": (["甲写到一半", "乙写到一半", "丙"], f"{task}/room?row={last.id}#row-{last.id}"),
        "look": (["甲写到一半", "乙写到一半"], f"{task}/opinion"),
        "sign": (["甲写到一半", "乙写到一半"], f"{task}/sign"),
        "task": (["甲写到一半", "乙写到一半"], task),
        "episode": (["甲写到一半", "乙写到一半"], f"{task}/room?episode=1"),
    }[then] == (texts, answer.location)
    if then == "drop":
        assert [row.content["problem"] for row in db.session.query(DroppedRow).order_by(DroppedRow.id)] == [
            "丙",
            "乙写到一半",
        ]
    if then == "add":
        assert last.episode == 1


def test_what_is_wrong_stays_as_typed_beside_its_sentence_and_the_rest_is_saved(login, seat, rows):
    browser, (first, second) = login(seat.expert), rows
    sent = {
        **of_row(first, tc_in="1:2", problem="写到一半"), **of_row(second, problem="乙改过"),
        **of_line("B", score="八十", reason="写得不对的一项"), **of_comment(seat, comment="长" * 5001),
    }  # fmt: skip
    answer = browser.post(f"/reviews/tasks/{seat.id}/all", data={**sent, "then": f"add:{first.id}"})
    page = answer.text
    assert answer.status_code == 422 and said(seat)[:2] == (["写到一半", "乙改过"], {"B": (None, "写得不对的一项")})
    assert 'value="1:2"' in page and 'value="八十"' in page and "长" * 5001 in page
    assert "有 3 处要改" in page and "请填 0 到 100 的整数。" in page and "最多 5000 字" in page


def test_what_two_windows_changed_is_put_together_and_asked_where_both_changed_it(login, seat, rows):
    browser, (first, second), me = login(seat.expert), rows, make.actor_of(seat.expert)
    old = {**of_row(first), **of_row(second), **of_line("B"), **of_line("C"), **of_comment(seat)}
    with unit_of_work():
        opinions.save_row(first, me, None, problem="别处写的甲", demand_text="别处写的要求")
        opinions.save_row(second, me, None, problem="别处写的乙")
        opinions.save_score(seat, me, "B", 78, "别处写的理由")
    here = {
        f"problem-r{first.id}": "这里写的甲",
        f"demand_text-r{second.id}": "这里写的要求",
        "reason-C": "这里写的理由",
    }
    answer = browser.post(f"/reviews/tasks/{seat.id}/all", data={**old, **here})
    assert answer.status_code == 422 and "这一处在别处存成了：别处写的甲。再存一次，就用您写的。" in answer.text
    assert said(seat)[0] == ["别处写的甲", "别处写的乙"] and "有 1 处要改" in answer.text
    assert (first.demand_text, second.demand_text) == ("别处写的要求", "这里写的要求")
    assert said(seat)[1] == {"B": (78, "别处写的理由"), "C": (None, "这里写的理由")}
    again = {**of_row(first, problem="这里写的甲"), **of_row(second)}
    assert browser.post(f"/reviews/tasks/{seat.id}/all", data=again).status_code == 303
    assert said(seat)[0] == ["这里写的甲", "别处写的乙"] and first.demand_text == "别处写的要求"


def test_words_for_a_row_taken_out_elsewhere_become_a_row_and_a_row_nobody_touched_does_not_come_back(
    login, seat, rows
):
    browser, (first, second), me = login(seat.expert), rows, make.actor_of(seat.expert)
    old = {**of_row(first, problem="甲又写了一句"), **of_row(second)}
    with unit_of_work():
        for row in rows:
            opinions.drop_row(row, me)
    answer = browser.post(f"/reviews/tasks/{seat.id}/all", data=old)
    assert answer.status_code == 303 and said(seat)[0] == ["甲又写了一句"]
    assert "有一条在别处删去了" in browser.get(answer.location).text


def test_a_second_press_of_taking_out_brings_nothing_back(login, seat, rows):
    browser, (first, second) = login(seat.expert), rows
    sent = {**of_row(first), **of_row(second, problem="乙写到一半"), "then": f"drop:{second.id}"}
    for _ in range(2):
        assert browser.post(f"/reviews/tasks/{seat.id}/all", data=sent).status_code == 303
    assert said(seat)[0] == ["甲"] and db.session.query(DroppedRow).count() == 1


def test_rows_scores_and_comment_are_written_in_one_sitting_without_script(
    browser: Any, app: Any, address: str, seat, rows
) -> None:
    page = opened(browser, app, address, seat.expert, java_script_enabled=False)
    page.goto(f"{address}/reviews/tasks/{seat.id}/room")
    one, two = rows

    def row(which: OpinionRow) -> Any:
        """The row, unfolded."""
        article = page.locator(f"#row-{which.id}")
        if not article.locator("details").evaluate("it => it.open"):
            article.locator("summary").click()
        return article

    row(one).get_by_role("textbox", name="问题").fill("甲：近景过长。")
    row(two).get_by_role("textbox", name="问题").fill("乙：配乐太响。")
    page.get_by_role("textbox", name="价值与社会效益：理由").fill("立意好。")
    page.get_by_role("textbox", name="总评").fill("可以播出。")
    row(two).get_by_role("button", name="保存 第 2 条").click()
    page.get_by_text("已保存。").wait_for()
    row(one).get_by_role("textbox", name="改到怎样").fill("删去近景。")
    row(two).get_by_role("textbox", name="改到怎样").fill("降低配乐。")
    page.keyboard.press("Enter")
    page.get_by_text("已保存。").wait_for()
    row(one).get_by_role("textbox", name="问题").fill("甲：近景过长，超过五秒。")
    row(two).get_by_role("button", name="保存，再记一条").click()
    page.wait_for_url("**row=*")
    page.reload()
    assert said(seat)[0] == ["甲：近景过长，超过五秒。", "乙：配乐太响。", ""]
    assert [row.demand_text for row in seat.opinion.rows] == ["删去近景。", "降低配乐。", ""]
    assert said(seat)[1:] == ({"B": (None, "立意好。")}, (None, "可以播出。"))
    row(one).get_by_role("textbox", name="问题").fill("甲：换一集也不丢。")
    page.get_by_role("button", name="保存，看第 1 集").click()
    page.wait_for_url("**/room?episode=1")
    assert said(seat)[0] == ["甲：换一集也不丢。", "乙：配乐太响。", ""]
    assert page.locator(".room a:visible").evaluate_all("all => all.map((it) => it.getAttribute('href'))") == [
        "#rows", "#scores", "#overall",
    ], "no link in the room leads away from what was typed"  # fmt: skip
    row(one).get_by_role("textbox", name="问题").fill("甲：定稿。")
    row(seat.opinion.rows[2]).get_by_role("button", name="删去").click()
    page.get_by_text("已删去这一条").wait_for()
    row(two).get_by_role("textbox", name="问题").fill("乙：定稿。")
    page.locator(".gone summary").click()
    page.get_by_role("button", name="放回").click()
    page.get_by_text("已放回。").wait_for()
    page.get_by_role("textbox", name="总评").fill("定稿。")
    page.get_by_role("button", name="保存，去签名").click()
    page.wait_for_url("**/sign")
    assert said(seat)[0] == ["甲：定稿。", "乙：定稿。", ""] and said(seat)[2] == (None, "定稿。")
    page.context.close()
