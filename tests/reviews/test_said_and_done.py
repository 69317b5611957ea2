"""What is known of a round against what may be chosen: outcomes that stand barred, words that name no clause."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest

from audiovisual.kernel.database import unit_of_work
from audiovisual.reviews.completeness import is_vague, row_lacks
from audiovisual.reviews.operations import bottom_line, opinions, settling
from audiovisual.reviews.unsettled import left_and_standing
from tests import factories as make
from workflows.review import barred_outcomes

from .stages import again, differing, points_of


def verdicts(page: str) -> dict[str, tuple[bool, str]]:
    """Each outcome offered: whether it can be chosen, and the line below it."""
    box = page.split('class="verdicts"')[1].split("</fieldset>")[0]
    found = re.findall(r'<input([^>]*value="(\w+)"[^>]*)>.*?<small>(.*?)</small>', box, re.DOTALL)
    return {value: ("disabled" not in control, said) for control, value, said in found}


def test_outcomes_that_points_and_bottom_lines_bar_are_offered_with_the_reason(app, login):
    round_, people = differing()
    client, me = login(people["officer"]), make.actor_of(people["officer"])
    offered = verdicts(client.get(f"/reviews/{round_.id}/propose").text)
    assert {word: free for word, (free, _) in offered.items()} == {
        "passed": False, "pass_after_changes": False, "re_review": False, "refused": True,
    }  # fmt: skip
    assert offered["passed"][1] == "专家判有 1 项底线不合格，不能直接“通过”。"
    assert offered["re_review"][1] == "结论要求修改，但没有一条“必改”。"
    with unit_of_work():
        settling.adopt(round_, me, [points_of(round_)[0]])
        bottom_line.answer(round_, me, "A.minors", True, "成立，整场删去。")
    offered = verdicts(client.get(f"/reviews/{round_.id}/propose").text)
    assert {word: free for word, (free, _) in offered.items()} == {
        "passed": False, "pass_after_changes": False, "re_review": True, "refused": True,
    }  # fmt: skip
    assert offered["pass_after_changes"][1] == "认定底线不合格的，结论只能是“修改后重审”或“不予通过”。"


def test_an_outcome_chosen_before_it_was_barred_stays_to_be_changed(app, login):
    round_, people = differing()
    me = make.actor_of(people["officer"])
    with unit_of_work():
        settling.save_outcome(round_, me, None, "passed", "好。", "", None)
    free, said = verdicts(login(people["officer"]).get(f"/reviews/{round_.id}/propose").text)["passed"]
    assert (free, said) == (True, "专家判有 1 项底线不合格，不能直接“通过”。")
    assert set(barred_outcomes(left_and_standing(again(round_), 0)[1], me)) == {
        "passed",
        "pass_after_changes",
        "re_review",
    }


def vague(words: str) -> bool:
    row = SimpleNamespace(
        problem="近景过长。", demand="cut", severity="must", episode=1, frame_in=1, clause_id=None, basis=words
    )
    assert row_lacks(row) == []  # nobody is kept from signing by it
    return is_vague(row)


@pytest.mark.parametrize("words", ["未成年", "吸烟", "公序良俗", "minor", "方法不当", "办事"])
def test_a_word_clauses_were_looked_for_by_names_no_document(words):
    assert vague(words)


@pytest.mark.parametrize(
    "words", ["令16号第二十五条", "著作权法", "《广告法》第九条", "短视频细则", "未成年人节目管理规定第九条", "第77—80条", "广电办发〔2024〕35号",
              "著作权法、广告法"]
)  # fmt: skip
def test_a_document_or_a_clause_is_a_basis(words):
    assert not vague(words)


def test_a_vague_basis_is_told_before_the_signature_and_hinders_nobody(app, login):
    round_, experts = make.reading(make.user("officer"), experts=1)
    seat, me = round_.assignments[0], make.actor_of(experts[0])
    make.written(seat)
    with unit_of_work():
        opinions.add_row(
            seat, me, episode=1, frame_in=1, problem="近景过长。", basis="未成年", demand="cut", severity="must"
        )
    url, client = f"/reviews/tasks/{seat.id}/sign", login(experts[0])
    page = client.get(url).text
    assert re.search(r"这几条的依据看不出是哪个文件、哪一条：第 \d 条“未成年”。", page)
    seen = re.search(r'name="seen" value="([^"]+)"', page)[1]
    assert client.post(url, data={"seen": seen, "explanation": "就是这个意思。"}).status_code == 303
