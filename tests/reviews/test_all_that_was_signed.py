"""Nothing an expert signed disappears: each point is taken up, merged with all its words and places, or left out with a
reason; each failed bottom line is answered; and whoever decides reads what was left out first.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from audiovisual.documents.content import content_of, item_of
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db
from audiovisual.reviews import gathered
from audiovisual.reviews.models import BottomLineAnswer, Change, LeftOut, Round
from audiovisual.reviews.operations import bottom_line, left_out, opinions, settling
from audiovisual.reviews.operations.merging import words_of_point
from audiovisual.reviews.unsettled import unsettled
from tests import factories as make
from tests.conventions.forms import forms_in
from workflows.errors import RuleBroken, WorkflowError

from .stages import FAILED, again, differing, points_of

WHY = "与第 1 条说的是同一处。"
FULL = bool(os.environ.get("SEEDBANK_FULL"))


def at(round_: Round, path: str = "") -> str:
    return f"/reviews/{round_.id}/settle{path}"


# --- whatever is done, in whatever order


class Undone(Exception):
    """Ends an example; the bank is as it was before."""


def pick(numbers: list[int], among: list[Any]) -> list[Any]:
    """Some of these, without repeats, in their order."""
    return [among[n] for n in sorted({number % len(among) for number in numbers})] if among else []


def rows_of(round_: Round) -> list[Change]:
    return sorted(round_.changes, key=lambda change: change.ordinal)


def free_of(round_: Round) -> list[Any]:
    """Points that stand in no settled row."""
    taken = {source.row_id for change in round_.changes for source in change.sources}
    return [point for point in points_of(round_) if point.id not in taken]


ACTS: dict[str, Callable[[Round, Any, list[int]], Any]] = {
    "merge": lambda r, me, n: settling.adopt(r, me, pick(n, points_of(r))),
    "each": lambda r, me, n: settling.adopt_each(r, me, pick(n, points_of(r))),
    "leave": lambda r, me, n: left_out.leave_out(r, me, pick(n, free_of(r)), WHY),
    "leave any": lambda r, me, n: left_out.leave_out(r, me, pick(n, points_of(r)), WHY),
    "back": lambda r, me, n: left_out.put_back(r, me, pick(n, points_of(r))),
    "drop": lambda r, me, n: [settling.drop(change, me) for change in pick(n[:1], rows_of(r))],
    "split": lambda r, me, n: [settling.split(change, me) for change in pick(n[:1], rows_of(r))],
    "word": lambda r, me, n: [settling.edit(c, me, None, problem="共同文字。") for c in pick(n[:1], rows_of(r))],
    "keep": lambda r, me, n: [settling.edit(c, me, None, worded=False) for c in pick(n[:1], rows_of(r))],
    "own": lambda r, me, n: settling.add(r, me, problem=f"省局第{n[0]}条。", demand="alter", severity="must"),
    "up": lambda r, me, n: [settling.move(change, me, True) for change in pick(n[:1], rows_of(r))],
    "sort": lambda r, me, n: settling.sort(r, me),
}
OFTEN = ("merge", "leave", "leave", "drop", "split", "each")
"""What brings points from one place to another is done more often."""
STEP = st.tuples(st.sampled_from(sorted(ACTS) + list(OFTEN)), st.lists(st.integers(0, 11), min_size=1, max_size=4))


def accounted(round_: Round) -> None:
    """Every signed point stands in exactly one place, and a row nobody has worded holds all that its sources say."""
    points = points_of(round_)
    taken = [source.row_id for change in round_.changes for source in change.sources]
    out = list(db.session.scalars(db.select(LeftOut.row_id).where(LeftOut.round_id == round_.id)))
    assert len(taken) == len(set(taken)) and not set(taken) & set(out)
    assert unsettled(round_).points_open == len(points) - len(taken) - len(out)
    for change in round_.changes:
        words = [words_of_point(source.row) for source in change.sources]
        if len({each.said for each in words}) > 1 and change.problem != "共同文字。":
            assert change.to_word
        places = {(place.episode, place.frame_in, place.frame_out) for place in change.places}
        for each in words:
            assert set(each.places) <= places
            if change.to_word and "共同文字。" not in change.problem:
                assert each.problem in change.problem and each.basis in change.basis
                assert each.demand_text in change.demand_text
                assert change.severity == "must" or each.severity == "should"
    assert [change.ordinal for change in rows_of(round_)] == sorted({change.ordinal for change in round_.changes})


@settings(
    max_examples=200 if FULL else 30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(STEP, min_size=4, max_size=20))
def test_after_any_acts_every_signed_point_is_accounted_for(app, bench, steps) -> None:
    round_id, officer_id = bench
    with suppress(Undone), unit_of_work():
        round_, me = db.session.get(Round, round_id), make.actor_of(db.session.get(make.User, officer_id))
        for name, numbers in steps:
            with suppress(WorkflowError):
                ACTS[name](round_, me, numbers)
            db.session.flush()
            accounted(round_)
        _proposed_only_when_all_is_settled(round_, me)
        raise Undone


def _proposed_only_when_all_is_settled(round_: Round, me: Any) -> None:
    """It is refused as long as anything is open; then the letter names every place of every point that was taken up."""
    open_ = any(vars(unsettled(round_)).values())
    must = any(change.severity == "must" for change in round_.changes)
    try:
        with db.session.begin_nested():
            settling.propose(round_, me, "re_review", "整体扎实。")
    except RuleBroken:
        assert open_ or not must
        return
    assert must and not open_
    rows = gathered.in_letter_order(rows_of(round_))
    printed = [(item.problem, len(item.places)) for item in content_of(round_).items]
    assert printed == [(change.problem, len(change.places)) for change in rows]


@pytest.fixture
def bench(app: Any) -> tuple[int, int]:
    """The round of `differing` and its officer, by id: every example begins with them."""
    round_, people = differing()
    return round_.id, people["officer"].id


# --- points merged


def merged(round_: Round, me: Any, *which: int) -> Change:
    points = points_of(round_)
    with unit_of_work():
        return settling.adopt(round_, me, [points[n] for n in which])


def test_a_merged_row_holds_the_words_places_and_bases_of_all(app) -> None:
    round_, people = differing()
    change = merged(round_, make.actor_of(people["officer"]), 0, 2, 3)
    assert change.problem == "未成年人独自吸烟，近景过长。\n少年点烟镜头有示范之嫌。\n天台吸烟一场同样要处理。"
    assert change.basis == "令16号第二十五条第六项；未成年人节目管理规定第九条；令16号第二十五条第九项"
    assert change.demand_text == "删减：删去点烟近景。\n修改：改用远景。\n删减：整场删去。"
    assert [(p.episode, p.frame_in, p.frame_out) for p in change.places] == [
        (1, 250, 500),
        (1, 300, 480),
        (1, 1700, 1800),
    ]
    assert (change.to_word, change.severity, change.demand) == (True, "must", "cut")


def test_a_merged_row_waits_for_its_common_text(app, login) -> None:
    round_, people = differing()
    me, client = make.actor_of(people["officer"]), login(people["officer"])
    with unit_of_work():
        left_out.leave_out(round_, me, [points_of(round_)[n] for n in (1, 4, 5)], WHY)
        bottom_line.answer(round_, me, "A.minors", True, "已列为必改第 1 条。")
    change = merged(round_, me, 0, 2, 3)
    sent = {"outcome": "re_review", "summary": "整体扎实。"}
    page = client.post(f"/reviews/{round_.id}/propose", data=sent)
    assert page.status_code == 422 and "有 1 条是并成的，还没有写共同文字" in page.text
    form = client.get(at(round_, f"?row={change.id}")).text
    assert "共同文字写好了" in form and "各条的处理要求不同" in form and "天台吸烟一场同样要处理。" in form
    words = {
        "version": change.version, "severity": "must", "episode": "1", "tc_in": "00:00:10:00", "tc_out": "00:00:20:00",
        "also-0-episode": "1", "also-0-tc_in": "00:01:08:00", "also-0-tc_out": "00:01:12:00",
        "problem": "少年吸烟两场，有示范之嫌。", "basis": "令16号第二十五条第六项", "demand": "", "demand_text": "两场都改用远景。",
    }  # fmt: skip
    kept = client.post(at(round_, f"/rows/{change.id}"), data={**words, "way": "keep"})
    assert (kept.status_code, again(change).to_word, again(change).problem) == (303, True, "少年吸烟两场，有示范之嫌。")
    words["version"] = again(change).version
    bare = client.post(at(round_, f"/rows/{change.id}"), data={**words, "way": "word"})
    assert bare.status_code == 422 and "“处理要求”不能空着" in bare.text
    assert (
        client.post(at(round_, f"/rows/{change.id}"), data={**words, "way": "word", "demand": "alter"}).status_code
        == 303
    )
    change = again(change)
    assert (change.to_word, change.demand) == (False, "alter")
    assert [(p.frame_in, p.frame_out) for p in change.places] == [(250, 500), (1700, 1800)]
    assert client.post(f"/reviews/{round_.id}/propose", data=sent).status_code == 303


def test_points_that_say_the_same_need_no_common_text(app) -> None:
    from .stages import gathered as alike

    round_, people = alike()
    change = merged(round_, make.actor_of(people["officer"]), 0, 1, 2)
    assert (change.to_word, change.problem, len(change.sources)) == (False, "未成年人独自吸烟，近景过长。", 3)


def test_merging_a_reworded_row_keeps_its_wording_and_takes_its_place(app) -> None:
    round_, people = differing()
    me, points = make.actor_of(people["officer"]), points_of(round_)
    with unit_of_work():
        first, other = settling.adopt(round_, me, [points[0]]), settling.adopt(round_, me, [points[1]])
        settling.edit(first, me, None, problem="少年吸烟。")
        both = settling.adopt(round_, me, [points[0], points[2]])
    assert both.problem == "少年吸烟。\n少年点烟镜头有示范之嫌。"
    assert [change.id for change in rows_of(again(round_))] == [both.id, other.id]


def test_merging_twice_is_merging_once_and_part_of_a_merged_row_is_not_taken(app) -> None:
    round_, people = differing()
    me = make.actor_of(people["officer"])
    first, second = merged(round_, me, 0, 2), merged(round_, me, 2, 0)
    assert first.id == second.id
    with pytest.raises(RuleBroken, match="先把那一条拆开"), unit_of_work():
        settling.adopt(round_, me, [points_of(round_)[n] for n in (0, 1)])


def test_a_merged_row_is_taken_apart_again(app, login) -> None:
    round_, people = differing()
    me, client = make.actor_of(people["officer"]), login(people["officer"])
    change = merged(round_, me, 0, 2)
    late = client.post(at(round_, f"/rows/{change.id}/split"), data={"version": change.version + 1})
    assert late.status_code == 409
    assert client.post(at(round_, f"/rows/{change.id}/split"), data={"version": change.version}).status_code == 303
    rows = rows_of(again(round_))
    assert [(row.problem, row.demand_text, row.frame_in, row.to_word) for row in rows] == [
        ("未成年人独自吸烟，近景过长。", "删去点烟近景。", 250, False), ("少年点烟镜头有示范之嫌。", "改用远景。", 300, False),
    ]  # fmt: skip
    single = client.post(at(round_, f"/rows/{rows[0].id}/split"), data={"version": rows[0].version})
    assert single.status_code == 422 and "不是并成的" in single.text


def test_adopting_all_says_how_many_were_there_already(app, login) -> None:
    round_, people = differing()
    client, ids = login(people["officer"]), [row.id for row in points_of(round_)]
    client.post(at(round_, "/adopt"), data={"rows": ids[:2], "way": "each"})
    page = client.post(at(round_, "/adopt"), data={"left": ids, "way": "rest"}, follow_redirects=True).text
    assert "采用了 4 条；另有 2 条已经采用过，没有重复。" in page
    assert "专家意见 6 条：采用 6 条，全部处理完了。" in page
    assert [len(change.sources) for change in again(round_).changes] == [1] * 6


def test_every_place_of_a_merged_row_stands_in_the_letter_and_in_the_ledger(app) -> None:
    round_, people = differing()
    change = merged(round_, make.actor_of(people["officer"]), 0, 3, 4)
    item = item_of(again(change), round_)
    assert item.places == [
        ("第1集", "00:00:10:00", "00:00:20:00"), ("第1集", "00:01:08:00", "00:01:12:00"), ("全片", "", ""),
    ]  # fmt: skip
    assert item.place == "第1集00:00:10:00—00:00:20:00、第1集00:01:08:00—00:01:12:00、全片"
    places = gathered.places_of(change, round_.cut)
    assert [place.code for place in places] == ["00:00:10:00–00:00:20:00", "00:01:08:00–00:01:12:00", ""]


def test_a_row_without_its_common_text_never_goes_out(app) -> None:
    round_, people = differing()
    change = merged(round_, make.actor_of(people["officer"]), 0, 2)
    with pytest.raises(IntegrityError), unit_of_work():
        db.session.execute(db.update(Change).where(Change.id == change.id).values(state="open"))


# --- points left out, bottom lines answered


def test_a_point_is_left_out_with_a_reason_and_what_was_ticked_stays(app, login) -> None:
    round_, people = differing()
    client, ids = login(people["officer"]), [row.id for row in points_of(round_)]
    for wrong, sentence in (("", "“不采用的理由”不能空着"), ("长" * 2001, "最多 2000 字")):
        page = client.post(at(round_, "/adopt"), data={"rows": ids[:2], "way": "leave", "reason": wrong})
        assert page.status_code == 422 and sentence in page.text and page.text.count(" checked") == 2
        assert 'id="leave-reason-error"' in page.text and wrong in page.text
    bare = client.post(at(round_, "/adopt"), data={"rows": [], "way": "leave", "reason": WHY})
    assert bare.status_code == 422 and "请选择本轮专家的意见条目" in bare.text and WHY in bare.text
    client.post(at(round_, "/adopt"), data={"rows": ids[:2], "way": "leave", "reason": WHY})
    page = client.get(at(round_)).text
    assert "不采用 2 条，还有 4 条没有处理" in page and WHY in page
    client.post(at(round_, "/adopt"), data={"rows": ids[:1], "way": "back"})
    client.post(at(round_, "/adopt"), data={"rows": ids[1:2], "way": "each"})
    assert db.session.scalars(db.select(LeftOut)).all() == [] and unsettled(again(round_)).points_open == 5


def test_an_adopted_point_is_not_left_out_as_well(app, login) -> None:
    round_, people = differing()
    client, ids = login(people["officer"]), [row.id for row in points_of(round_)]
    client.post(at(round_, "/adopt"), data={"rows": ids[:1], "way": "each"})
    page = client.post(at(round_, "/adopt"), data={"rows": ids[:2], "way": "leave", "reason": WHY})
    assert page.status_code == 422 and "已经采用的" in page.text and WHY in page.text


def test_a_colleagues_reason_is_not_replaced_without_a_word(app, login) -> None:
    round_, people = differing()
    ids = [row.id for row in points_of(round_)]
    login(people["officer"]).post(at(round_, "/adopt"), data={"rows": ids[:1], "way": "leave", "reason": WHY})
    other = make.user("officer", name="温静")
    with unit_of_work() as session:
        session.get(Round, round_.id).project.officer_id = other.id
    client = login(other)
    page = client.post(at(round_, "/adopt"), data={"rows": ids[:2], "way": "leave", "reason": "另有理由。"})
    assert page.status_code == 422 and f"已经写了不采用的理由的：{WHY}" in page.text and "另有理由。" in page.text
    assert [left.reason for left in db.session.scalars(db.select(LeftOut))] == [WHY]
    client.post(at(round_, "/adopt"), data={"rows": ids[:1], "way": "back"})
    client.post(at(round_, "/adopt"), data={"rows": ids[:1], "way": "leave", "reason": "另有理由。"})
    assert [left.reason for left in db.session.scalars(db.select(LeftOut))] == ["另有理由。"]


def test_nothing_is_proposed_while_a_point_or_a_bottom_line_waits(app, login) -> None:
    round_, people = differing()
    client, url = login(people["officer"]), f"/reviews/{round_.id}/propose"
    sent = {"outcome": "re_review", "summary": "整体扎实。"}
    client.post(at(round_, "/rows"), data={"severity": "must", "problem": "片头漏了证号。", "demand": "subtitle"})
    page = client.post(url, data=sent).text
    assert "还有 6 条专家意见没有处理" in page and "有 1 项底线不合格" in page and f'{at(round_)}#bottom-lines"' in page
    client.post(
        at(round_, "/adopt"), data={"rows": [r.id for r in points_of(again(round_))], "way": "leave", "reason": WHY}
    )
    refused = client.post(url, data=sent)
    assert refused.status_code == 422 and "有 1 项底线不合格，还没有写处理意见" in refused.text
    line = at(round_, "/bottom-lines/A.minors")
    for wrong, sentence in (
        ({}, "“未成年人”的认定不能空着"),
        ({"A-minors-stands": "yes"}, "“未成年人”的处理意见不能空着"),
    ):
        bad = client.post(line, data={"A-minors-version": 0, **wrong})
        assert bad.status_code == 422 and sentence in bad.text
    given_ = {"A-minors-version": 0, "A-minors-stands": "yes", "A-minors-text": "已列为必改第 1 条。"}
    assert client.post(line, data=given_).status_code == 303
    lost = client.post(line, data={**given_, "A-minors-text": "另一种写法。"})
    assert lost.status_code == 409 and "已列为必改第 1 条。" in lost.text and "另一种写法。" in lost.text
    assert client.post(at(round_, "/bottom-lines/A.vices"), data=given_).status_code == 404
    mild = client.post(url, data={**sent, "outcome": "pass_after_changes"})
    assert mild.status_code == 422 and "认定底线不合格的，结论只能是" in mild.text
    assert client.post(url, data=sent).status_code == 303
    assert db.session.scalars(db.select(BottomLineAnswer.stands)).all() == [True]


def test_the_decider_reads_what_was_left_out_and_the_bottom_line_first(app, login) -> None:
    round_, people = differing()
    me = make.actor_of(people["officer"])
    with unit_of_work():
        settling.adopt(round_, me, points_of(round_)[:1])
        left_out.leave_out(round_, me, points_of(round_)[1:], WHY)
        bottom_line.answer(round_, me, "A.minors", False, "只有远景，不构成示范。")
        settling.propose(round_, me, "pass_after_changes", "整体扎实。")
    for person in ("head", "leader"):
        page = login(people[person]).get(f"/reviews/{round_.id}/decide").text
        told = [
            "底线不合格：未成年人（1 位专家）——认定不成立", "不采用专家意见 5 条，其中必改 3 条", "1 位专家比拟定结论更严",
            FAILED, "经办认定：不成立", "只有远景，不构成示范。", "不采用的专家意见", "天台吸烟一场同样要处理。", WHY, 'id="verdict"',
        ]  # fmt: skip
        places = [page.find(words) for words in told]
        assert -1 not in places and places[-1] == max(places), list(zip(told, places, strict=True))


def test_a_row_merged_from_sixty_places_is_opened_kept_at_any_length_and_worded_with_all_of_them(app, login) -> None:
    people = {"officer": make.user("officer")}
    round_, _experts = make.reading(people["officer"])
    seat = round_.assignments[0]
    make.written(seat)
    with unit_of_work():
        for n in range(60):
            opinions.add_row(
                seat, make.actor_of(seat.expert), episode=1 + n % 24, frame_in=100 + 25 * n, frame_out=None,
                problem=f"第{n}处字幕有错字。" + "字" * 60, basis="令16号第二十五条第六项", demand="alter", demand_text="改正",
                severity="must",
            )  # fmt: skip
    for each in round_.assignments:
        if each is not seat:
            make.written(each)
        with unit_of_work():
            opinions.sign(each, make.actor_of(each.expert))
    client = login(people["officer"])
    ids = [row.id for row in points_of(round_) if row.problem.startswith("第")]
    assert client.post(at(round_, "/adopt"), data={"way": "merge", "rows": ids}).status_code == 303
    change = db.session.scalars(db.select(Change).where(Change.to_word)).one()
    form = client.get(at(round_, f"?row={change.id}"))
    drawn = next(each for each in forms_in(form.text, "", "") if each.action == at(round_, f"/rows/{change.id}"))
    sent = drawn.filling() | {"severity": "must"}
    assert (form.status_code, sum(name.endswith("-tc_in") for name in sent)) == (200, 60)
    assert len(sent["problem"]) > 2000
    sent["problem"] += "还要再想。"
    assert client.post(at(round_, f"/rows/{change.id}"), data={**sent, "way": "keep"}).status_code == 303
    change = again(change)
    assert (change.to_word, change.problem.endswith("还要再想。"), len(change.places)) == (True, True, 60)
    sent["version"] = str(change.version)
    long = client.post(at(round_, f"/rows/{change.id}"), data={**sent, "way": "word"})
    assert long.status_code == 422 and "最多 2000 字，现在" in long.text and again(change).to_word
    sent["problem"] = "片中字幕多处错字。"
    assert client.post(at(round_, f"/rows/{change.id}"), data={**sent, "way": "word"}).status_code == 303
    assert (again(change).to_word, len(again(change).places)) == (False, 60)
    with unit_of_work():
        for part in again(change).round.cut.parts:
            part.frames = 50  # places that stand beyond the file are no reason to refuse the words
    sent |= {"version": str(again(change).version), "problem": "片中字幕错字较多。"}
    assert client.post(at(round_, f"/rows/{change.id}"), data={**sent, "way": "word"}).status_code == 303
    sent |= {"version": str(again(change).version), "tc_in": "00:10:00:00"}
    beyond = client.post(at(round_, f"/rows/{change.id}"), data={**sent, "way": "word"})
    assert beyond.status_code == 422 and "时间码超出片长" in beyond.text
