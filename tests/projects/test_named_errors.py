"""Where a page has several boxes of one name, what is wrong says which is meant, beside the box and at the top."""

from __future__ import annotations

from typing import Any

from audiovisual.kernel.rules import rule_on
from tests import factories as make


def test_the_reasons_of_four_criteria_are_told_apart(app: Any, login: Any) -> None:
    officer = make.user("officer")
    project = make.project("accepted", officer=officer)
    sent = {"score_strength": "80", "reason_strength": "长" * 1001, "recommendation": "admit", "comment": "好"}
    page = login(officer).post(f"/projects/{project.id}/propose", data=sent)
    criteria = {row["code"]: row["label"] for row in rule_on("intake").value["criteria"]}
    assert page.status_code == 422 and "“理由”不能空着" not in page.text
    for code, label in criteria.items():
        top = page.text.partition(f'<a href="#reason_{code}">')[2].partition("</a>")[0]
        beside = page.text.partition(f'id="reason_{code}-error"')[2].partition("</p>")[0]
        if code == "strength":
            assert top.startswith(f"“{label}”的理由：最多 1000 字") and "最多 1000 字" in beside
        else:
            assert top == f"“{label}”的理由不能空着。" and top in beside


def test_a_row_of_a_list_is_named_by_its_number(app: Any, login: Any) -> None:
    officer = make.user("officer")
    project = make.project("received", officer=officer)
    sent = {"items-0-demand": "请补承诺书。", "items-1-field": "synopsis", "items-2-demand": "长" * 501}
    page = login(officer).post(f"/projects/{project.id}/ask-completion", data=sent)
    assert page.status_code == 422
    assert '<a href="#items-2-demand">第 3 行 · 要补什么：最多 500 字' in page.text
