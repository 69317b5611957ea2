"""A refused form is its writer's draft: whoever leaves the page, goes back or loads it anew finds what was typed last."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from audiovisual.kernel import drafts
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.drafts import MOST, FormDraft
from audiovisual.kernel.lifecycle import apply
from audiovisual.kernel.model import db, happening_at, utcnow
from audiovisual.projects.models import Project
from audiovisual.projects.operations import intake
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


def begun_words(client: Any, where: str) -> tuple[str, str]:
    """What stands in the field of the reason, and in the note of what was written before for copying."""
    page = client.get(where).text
    field = re.search(r'<textarea[^>]*name="reason"[^>]*>\n?(.*?)</textarea>', page, re.S)
    note = re.search(r'aria-label="上一轮写的内容">\n?(.*?)</textarea>', page, re.S)
    return field[1].strip() if field else "", note[1].strip() if note else ""


def test_words_of_an_earlier_occurrence_of_a_step_do_not_fill_the_next(app: Any, login: Any) -> None:
    """A reason begun for one suspension is not the reason of the next; it is there to be copied, by its name."""
    officer, now = make.user("officer"), utcnow()
    project = make.project("accepted", officer=officer)
    where, me = f"/projects/{project.id}/steps/suspend", make.actor_of(officer)
    client, typed = login(officer), {"reason": "第一次写的理由，等主管部门的函。"}
    assert client.post(f"/drafts?form={where}", data=typed).status_code == 303
    assert begun_words(client, where) == (typed["reason"], ""), "while the title stands still it goes on"
    for minutes, trigger, reason in ((1, "suspend", "另写的理由。"), (2, "resume", None)):
        with happening_at(now + timedelta(minutes=minutes)), unit_of_work():
            apply(db.session.get(Project, project.id), trigger, me, reason)
    assert begun_words(client, where) == ("", typed["reason"])
    assert "上一轮写的（" in client.get(where).text
    again = {"reason": "第二次写的理由。"}
    with happening_at(now + timedelta(minutes=3)):
        client.post(f"/drafts?form={where}", data=again)
    assert begun_words(client, where) == (again["reason"], "")


def test_words_of_a_form_that_is_no_step_stay_while_the_title_goes_on(app: Any, login: Any) -> None:
    officer, now = make.user("officer"), utcnow()
    project = make.project("received", officer=officer)
    where = f"/projects/{project.id}/remarks/new"
    client = login(officer)
    client.post(f"/drafts?form={where}", data={"text": "请补一份授权书的扫描件。"})
    with happening_at(now + timedelta(minutes=1)), unit_of_work():
        intake.accept(db.session.get(Project, project.id), make.actor_of(officer))
    page = client.get(where).text
    assert "上次写到一半的内容" in page and "上一轮写的" not in page
