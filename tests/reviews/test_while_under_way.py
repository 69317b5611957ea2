"""What is not done while something else is under way: a title does not go back to its house in the middle of a later round,
nobody is invited to a title that is suspended; and where a later round was cancelled the house has its day again.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from audiovisual.kernel import scanning
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.files import Scan
from audiovisual.kernel.model import db, today, utcnow
from audiovisual.projects.operations import office
from audiovisual.reviews.models import Assignment, Change, Round
from audiovisual.reviews.operations import changes, cuts, opinions, panels
from audiovisual.reviews.operations.settling import answer_due
from audiovisual.reviews.unsettled import left_and_standing
from tests import factories as make
from workflows.errors import RuleBroken

from .stages import again


def sent_back() -> tuple[Round, dict[str, Any], Change]:
    """A second round with one expert invited, opened although a point of the first was sent back."""
    first, people = make.served("re_review")
    house, officer = make.actor_of(people["producer"]), make.actor_of(people["officer"])
    change = first.changes[0]
    with unit_of_work():
        changes.answer(change, house, "explained", "剧情需要。")
        cuts.resubmit(first.project, house, {0: make.stored(people["producer"], b"new cut")})
        changes.reopen(change, officer, "没有改。")
    with unit_of_work():
        round_ = panels.open_(first.project, officer)
        round_.seats = 1
        panels.choose(round_, officer, make.user("expert"))
        panels.invite(round_, officer)
    return round_, people, change


def test_a_title_does_not_go_back_in_the_middle_of_a_later_round(app: Any, login: Any) -> None:
    round_, people, _change = sent_back()
    client, ledger = login(people["officer"]), f"/projects/{round_.project_id}/changes"
    said = "第 2 轮审核正在办，这部片不能退回制作机构；没有改好的条目，请在整理意见时并入本轮。"
    page = client.get(ledger).text
    assert (said in page, f'action="{ledger}/again"' in page) == (True, False)
    answer = client.post(f"{ledger}/again", data={"reason": "请再改。"})
    assert (answer.status_code, said in answer.text, again(round_).project.state) == (409, True, "in_review")


def test_after_a_later_round_was_cancelled_the_house_has_its_day_and_more_of_it(app: Any, login: Any) -> None:
    round_, people, change = sent_back()
    officer = make.actor_of(people["officer"])
    with unit_of_work():
        change.round.answer_by = today() - timedelta(days=3)  # the letter's day has passed meanwhile
        panels.cancel(round_, officer, "样片放不了。")
    client, ledger = login(people["officer"]), f"/projects/{round_.project_id}/changes"
    assert client.post(f"{ledger}/again", data={"reason": "请换能放的样片。"}).status_code == 303
    title = again(round_).project
    assert (title.state, title.house_due_on) == ("rectifying", answer_due())
    later = answer_due() + timedelta(days=10)
    page = client.get(f"{ledger}/extend")
    sent = {"answer_by": later.isoformat(), "reason": "要重新合成。", "version": str(again(change).round.version)}
    assert (page.status_code, client.post(f"{ledger}/extend", data=sent).status_code) == (200, 303)
    assert again(round_).project.house_due_on == later
    title = again(round_).project
    with unit_of_work():
        office.suspend(title, officer, "有举报。")
    with unit_of_work():
        office.resume(title, officer)
    assert again(round_).project.house_due_on == later  # taken up the same day: no day is added, none is lost


def test_evidence_with_a_virus_is_not_handed_back_after_a_later_round_was_cancelled_either(app: Any) -> None:
    round_, people, change = sent_back()
    house, officer = make.actor_of(people["producer"]), make.actor_of(people["officer"])
    paper = make.stored(people["producer"], b"evidence")
    with unit_of_work() as session:
        panels.cancel(round_, officer, "样片放不了。")
        changes.ask_again(round_.project, officer, "请再改。")
        changes.answer(change, house, "explained", "剧情需要，见附件。", file_id=paper.id)
        session.add(Scan(sha256=paper.sha256, verdict="infected", signature="Eicar", scanned_at=utcnow()))
    db.session.expire_all()
    with pytest.raises(RuleBroken) as refused, unit_of_work():
        cuts.resubmit(again(round_).project, house)
    assert refused.value.sentence == scanning.infected_said(paper.name, "Eicar")


def test_nobody_is_invited_to_a_title_that_is_suspended(app: Any, login: Any) -> None:
    officer = make.user("officer")
    round_, _experts = make.reading(officer)
    expert = make.user("expert")
    with unit_of_work():
        office.suspend(round_.project, make.actor_of(officer), "有举报。")
    client, panel = login(officer), f"/reviews/{round_.id}/panel"
    said = "这部片现在不在审核中，不能发出邀请；回到审核以后再请。"
    page = client.get(panel).text
    assert (said in page, 'name="expert"' in page) == (True, False)
    answer = client.post(panel, data={"expert": expert.id})
    assert (answer.status_code, said in answer.text) == (409, True)
    assert db.session.query(Assignment).filter_by(expert_id=expert.id).count() == 0
    with unit_of_work():
        office.resume(again(round_).project, make.actor_of(officer))
    assert client.post(panel, data={"expert": expert.id}).status_code == 303


def test_a_bottom_line_that_several_found_failed_is_one(app: Any) -> None:
    round_, _experts = make.reading(make.user("officer"))
    for seat in list(round_.assignments):
        make.written(seat)
        with unit_of_work():
            me = make.actor_of(seat.expert)
            opinions.save_score(seat, me, "A.minors", 0, "违反令16号第二十五条第六项。")
            opinions.save_opinion(seat, me, None, "re_review", "底线有问题。")
    for seat in list(round_.assignments):
        with unit_of_work():
            opinions.sign(seat, make.actor_of(seat.expert), explanation="条目里没有写未成年人。")
    left, standing, _more = left_and_standing(again(round_), 0)
    assert (left.bottom_lines_unanswered, standing.bottom_line_failed, again(round_).bottom_line_failed) == (1, 1, 1)


def test_a_suspended_title_is_late_nowhere_and_offers_no_signature(app: Any, login: Any) -> None:
    officer = make.user("officer")
    round_, (expert,) = make.reading(officer, experts=1)
    (seat,) = round_.assignments
    make.written(seat)
    with unit_of_work():
        seat.due_on = round_.due_on = today() - timedelta(days=1)
    desk, own = f"/reviews/{round_.id}", f"/reviews/tasks/{seat.id}"
    client = login(officer)
    assert ["已超期" in client.get(path).text for path in (desk, "/reviews")] == [True, True]
    with unit_of_work():
        office.suspend(round_.project, make.actor_of(officer), "有举报。")
    pages = [client.get(path).text for path in (desk, "/reviews")]
    assert [("已超期" in page, "已暂停办理" in page) for page in pages] == [(False, True), (False, True)]
    reader, said = login(expert), "这部片暂停办理，意见要等恢复以后才能存。"
    room, signing = (reader.get(f"{own}/{page}").text for page in ("room", "sign"))
    assert (said in room, 'class="sub red"' in room) == (True, False)
    assert (said in signing, 'class="btn btn-primary btn-lg"' in signing) == (True, False)
