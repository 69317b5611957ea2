"""A refused form is its writer's draft: whoever leaves the page, goes back or loads it anew finds what was typed last."""

from __future__ import annotations

from typing import Any

import pytest

from audiovisual.kernel import drafts
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.drafts import MOST, FormDraft
from audiovisual.kernel.model import db
from tests import factories as make
from workflows.errors import RuleBroken


def test_what_was_typed_last_is_filled_in_after_a_refused_hand_in_without_script(app: Any, login: Any) -> None:
    officer = make.user("officer")
    client, where = login(officer), f"/projects/{make.project('accepted', officer=officer).id}/propose"
    client.post(f"/drafts?form={where}", data={"comment": "先写的。"})
    refused = client.post(where, data={"comment": "交的时候写的。"})
    assert refused.status_code == 422 and "交的时候写的。" in refused.text
    page = client.get(where).text
    assert "交的时候写的。" in page and "先写的。" not in page and "上次写到一半的内容" in page


def test_a_draft_too_many_is_refused_with_a_sentence_and_the_older_ones_stay(app: Any, login: Any) -> None:
    officer = make.user("officer")
    with unit_of_work():
        for number in range(MOST):
            drafts.keep(officer.id, f"/a/{number}", [("text", "甲")])
    with unit_of_work():
        drafts.keep(officer.id, "/a/0", [("text", "乙")])  # one that is there goes on being kept
    with pytest.raises(RuleBroken, match="已经存了 200 份，这一份存不下"), unit_of_work():
        drafts.keep(officer.id, "/b", [("text", "丙")])
    where = f"/projects/{make.project('accepted', officer=officer).id}/propose"
    asked = {"Accept": "application/json", "X-Requested-With": "fetch"}
    answer = login(officer).post(f"/drafts?form={where}", data={"comment": "丁"}, headers=asked)
    assert answer.status_code == 422 and "已经存了 200 份，这一份存不下" in answer.json["error"]
    with unit_of_work():
        drafts.keep(officer.id, "/b", [("text", "丙")], in_any_case=True)  # promised when the log-in had ended
    assert db.session.query(FormDraft).count() == MOST + 1
