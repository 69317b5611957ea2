"""What stands unverified when the next round is opened is said, stays on its officer's list, and is dealt with before anything
is proposed; opinions opened while a signature is missing say whose, and why.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from audiovisual.documents.models import Document
from audiovisual.documents.operations import seal
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.events import Event
from audiovisual.kernel.model import db
from audiovisual.kernel.outbox import work_off
from audiovisual.people.models import User
from audiovisual.reviews.models import Answer, Change, Round
from audiovisual.reviews.operations import carrying, changes, cuts, opinions, panels, settling
from audiovisual.reviews.unsettled import unsettled
from tests import factories as make
from tests.asked import statements
from workflows.errors import RuleBroken, WrongState

from .stages import again, gathered, points_of


def next_round() -> tuple[Round, dict[str, Any]]:
    """A second round whose opinions are open; nobody verified what the house answered to the first."""
    first, people = make.served("re_review")
    house, officer = make.actor_of(people["producer"]), make.actor_of(people["officer"])
    change = first.changes[0]
    with unit_of_work():
        changes.answer(change, house, "done", "已整场重拍。", new_episode=1, new_frame=75)
        cuts.resubmit(first.project, house, {0: make.stored(people["producer"], b"new cut")})
    with unit_of_work():
        round_ = panels.open_(first.project, officer)
        round_.seats = 1
        expert = make.user("expert")
        panels.choose(round_, officer, expert)
        panels.invite(round_, officer)
        opinions.take(round_.assignments[0], make.actor_of(expert))
    make.written(round_.assignments[0])
    with unit_of_work():
        opinions.sign(round_.assignments[0], make.actor_of(expert))
        settling.adopt(round_, officer, points_of(round_))
    return round_, people


def first_of(round_: Round) -> Change:
    return db.session.scalars(db.select(Change).where(Change.round_id != round_.id)).one()


def test_opening_says_what_is_unverified_and_it_stays_on_the_officers_list(app: Any, login: Any) -> None:
    first, people = make.served("re_review")
    change, client = first.changes[0], login(people["officer"])
    with unit_of_work():
        changes.answer(change, make.actor_of(people["producer"]), "explained", "已整场重拍。")
        cuts.resubmit(
            first.project, make.actor_of(people["producer"]), {0: make.stored(people["producer"], b"new cut")}
        )
    url = f"/projects/{first.project_id}/rounds"
    page = client.get(url).text
    assert "前几轮没有核验的 1 条" in page and change.problem in page and "留在您的待办里" in page
    assert "前几轮待核验" not in client.get("/").text  # the title itself waits for its officer now
    assert client.post(url, data={}).status_code == 303
    desk = client.get("/").text
    assert "前几轮待核验" in desk and "核验前几轮的 1 条答复" in desk
    answer = again(change).answers[-1].id
    ledger = f"/projects/{first.project_id}/changes"
    assert client.post(f"{ledger}/{change.id}/close", data={"answer": answer}).status_code == 303
    assert (again(change).state, "前几轮待核验" in client.get("/").text) == ("closed", False)


def test_earlier_points_have_the_numbers_of_their_letter_and_cost_no_statement_each(app: Any, login: Any) -> None:
    round_, people = next_round()
    client, must, url = login(people["officer"]), first_of(round_), f"/reviews/{round_.id}/settle"
    given = {"round_id": must.round_id, "project_id": must.project_id, "demand": "alter", "state": "answered"}

    def add(ordinals: range) -> None:
        with unit_of_work() as session:
            for ordinal in ordinals:
                row = Change(ordinal=ordinal, severity="should", problem="片尾字幕过快。", **given)
                session.add(row)
                session.flush()
                session.add(
                    Answer(
                        change_id=row.id, project_id=row.project_id, how="explained", text="说明在下面。",
                        answered_by_id=people["producer"].id,
                    )
                )  # fmt: skip

    def asked() -> tuple[int, list[str]]:
        with statements() as told:
            page = client.get(url).text
        return len(told), re.findall(r'point-no">(\d+)<', page.split('id="earlier"')[1].split("</section>")[0])

    add(range(-1, 0))
    client.get(url)
    few, numbers = asked()
    assert numbers == ["2", "1"]  # the suggestion stands first on the list, and after what must change in its letter
    add(range(-9, -1))
    many, numbers = asked()
    assert many <= few and numbers == [*map(str, range(2, 11)), "1"]


def test_nothing_is_proposed_while_an_earlier_point_is_unverified(app: Any, login: Any) -> None:
    round_, people = next_round()
    client, sent = login(people["officer"]), {"outcome": "pass_after_changes", "summary": "改得好。"}
    page = client.post(f"/reviews/{round_.id}/propose", data=sent)
    assert page.status_code == 422 and "前几轮还有 1 条没有核验" in page.text
    assert f'/reviews/{round_.id}/settle#earlier"' in page.text
    assert "机构答复：已整场重拍。" in client.get(f"/reviews/{round_.id}/settle").text
    earlier = first_of(round_)
    with unit_of_work():
        changes.close(earlier, make.actor_of(people["officer"]))
    assert client.post(f"/reviews/{round_.id}/propose", data=sent).status_code == 303


def test_a_point_not_put_right_stands_again_in_the_next_round_and_ends_in_its_own(app: Any, login: Any) -> None:
    round_, people = next_round()
    earlier, client = first_of(round_), login(people["officer"])
    url = f"/reviews/{round_.id}/settle/earlier/{earlier.id}"
    assert [client.post(url).status_code for _ in range(2)] == [303, 303]
    carried = db.session.scalars(db.select(Change).where(Change.carried_from_id == earlier.id)).one()
    assert (carried.problem, carried.severity, carried.frame_in, carried.frame_out) == (
        earlier.problem,
        "must",
        75,
        None,
    )
    assert unsettled(again(round_)).earlier_pending == 0
    assert "第 1 轮没有核验的一条" in client.get(f"/reviews/{round_.id}/settle").text
    client.post(f"/reviews/{round_.id}/settle/rows/{carried.id}/drop", data={"version": carried.version})
    assert unsettled(again(round_)).earlier_pending == 1  # taken out, it waits again
    client.post(url)
    with unit_of_work():
        settling.propose(again(round_), make.actor_of(people["officer"]), "pass_after_changes", "改得好。")
        settling.agree(round_, make.actor_of(people["head"]))
        settling.decide(round_, make.actor_of(people["leader"]))
    with unit_of_work():
        changes.publish(round_, make.actor_of(people["sealer"]))
    project = again(round_).project
    assert (again(earlier).state, project.changes_total, project.changes_open) == ("carried", 2, 2)


def test_what_is_verified_is_not_carried(app: Any) -> None:
    round_, people = next_round()
    officer, earlier = make.actor_of(people["officer"]), first_of(round_)
    with unit_of_work():
        changes.close(earlier, officer)
    with pytest.raises(WrongState, match="已经核验"), unit_of_work():
        carrying.carry(round_, officer, earlier)


def test_a_title_that_ends_leaves_no_row_waiting(app: Any) -> None:
    from audiovisual.projects.operations import filing

    first, people = make.served()
    with unit_of_work():
        filing.withdraw(first.project, make.actor_of(people["producer"]), "不再拍摄。")
    project = again(first).project
    assert ([change.state for change in again(first).changes], project.changes_open) == (["lapsed"], 0)


def test_a_letter_that_asks_nothing_leaves_nothing_to_answer(app: Any, login: Any) -> None:
    round_, people = make.served("refused")
    assert [change.state for change in round_.changes] == ["noted"]
    page = login(people["producer"]).get(f"/projects/{round_.project_id}/changes").text
    assert "不用答复" in page and "待答复" not in page


def test_a_suggestion_is_answered_and_verified_as_the_letter_says(app: Any, login: Any) -> None:
    from audiovisual.documents.operations import seal
    from audiovisual.kernel.outbox import work_off

    from .stages import gathered

    round_, people = gathered()
    officer = make.actor_of(people["officer"])
    with unit_of_work():
        settling.adopt(round_, officer, points_of(round_))
        settling.add(round_, officer, problem="片尾可补列场地单位。", demand="alter", severity="should", episode=None)
        settling.propose(round_, officer, "pass_after_changes", "整体扎实。")
        settling.agree(round_, make.actor_of(people["head"]))
        settling.decide(round_, make.actor_of(people["leader"]))
    from audiovisual.documents.models import Document

    letter = db.session.scalars(db.select(Document)).one()
    assert "建议意见请研究采纳，并说明采纳情况" in str(content_text(letter))
    with unit_of_work():
        seal(letter, make.actor_of(people["sealer"]))
    round_id, ids = round_.id, {role: people[role].id for role in ("producer", "officer")}
    work_off()
    round_ = db.session.get(Round, round_id)
    people = {role: db.session.get(make.User, id_) for role, id_ in ids.items()}
    house, project = make.actor_of(people["producer"]), round_.project
    must, should = sorted(round_.changes, key=lambda change: change.severity)
    assert (project.changes_unanswered, project.suggestions_unanswered) == (1, 1)
    with unit_of_work():
        changes.answer(must, house, "done", "已删去。", file_id=make.stored(people["producer"]).id)
    page = login(people["producer"]).post(f"/projects/{project.id}/changes/resubmit", data={})
    assert page.status_code == 422 and "还有 1 条“建议”没有答复" in page.text
    with unit_of_work():
        changes.answer(should, house, "done", "已补列。")  # a suggestion asks for no evidence
        cuts.resubmit(project, house)
        changes.close(must, make.actor_of(people["officer"]))
    with pytest.raises(RuleBroken, match="还有 1 条“建议”没有核验"), unit_of_work():
        changes.pass_title(project, make.actor_of(people["officer"]))
    assert project.holder_role == "officer"
    with unit_of_work():
        changes.close(should, make.actor_of(people["officer"]))
        changes.pass_title(project, make.actor_of(people["officer"]))
    assert again(project).state == "reviewed"


def content_text(letter: Any) -> str:
    """All the letter's body says."""
    from audiovisual.documents.letter import LetterContent

    return "".join(text for part in LetterContent.from_data(letter.content).sections() for text in part.texts)


def test_ten_points_unverified_when_the_next_round_opens_all_come_to_an_end(app: Any, login: Any) -> None:
    first, people = gathered()
    house, officer = make.actor_of(people["producer"]), make.actor_of(people["officer"])
    with unit_of_work():
        settling.adopt(first, officer, points_of(first))
        for n in range(2, 11):
            settling.add(
                first, officer, episode=1, frame_in=25 * n, problem=f"第{n}处。", demand="cut", severity="must"
            )
        settling.propose(first, officer, "re_review", "改后再看。")
        settling.agree(first, make.actor_of(people["head"]))
        settling.decide(first, make.actor_of(people["leader"]))
    with unit_of_work():
        seal(db.session.query(Document).one(), make.actor_of(people["sealer"]))
    first_id, ids = first.id, {role: people[role].id for role in ("officer", "head", "leader", "sealer", "producer")}
    work_off()  # the worker leaves the session, so everything is read anew
    first, people = db.session.get(Round, first_id), {role: db.session.get(User, id_) for role, id_ in ids.items()}
    with unit_of_work():
        for change in list(first.changes):
            changes.answer(change, house, "done", "已改。", new_episode=1, new_frame=75)
        cuts.resubmit(first.project, house, {0: make.stored(people["producer"], b"new cut")})
        round_ = panels.open_(first.project, officer)
        round_.seats = 1
        expert = make.user("expert")
        panels.choose(round_, officer, expert)
        panels.invite(round_, officer)
        opinions.take(round_.assignments[0], make.actor_of(expert))
    make.written(round_.assignments[0], "passed")
    with unit_of_work():
        opinions.sign(round_.assignments[0], make.actor_of(expert))
    client, earlier = login(people["officer"]), [change.id for change in first.changes]
    sent = {"outcome": "pass_after_changes", "summary": "改得好。"}
    for done, id_ in enumerate(earlier):
        assert f"核验前几轮的 {10 - done} 条答复" in client.get("/").text
        assert client.post(f"/reviews/{round_.id}/propose", data=sent).status_code == 422
        if done % 2:
            assert client.post(f"/reviews/{round_.id}/settle/earlier/{id_}").status_code == 303
        else:
            with unit_of_work():
                changes.close(db.session.get(Change, id_), officer)
    assert "前几轮待核验" not in client.get("/").text
    assert client.post(f"/reviews/{round_.id}/propose", data=sent).status_code == 303
    with unit_of_work():
        settling.agree(again(round_), make.actor_of(people["head"]))
        settling.decide(round_, make.actor_of(people["leader"]))
    with unit_of_work():
        changes.publish(again(round_), make.actor_of(people["sealer"]))
    states = [again(db.session.get(Change, id_)).state for id_ in earlier]
    assert states == ["closed", "carried"] * 5
    assert [row.state for row in again(round_).changes] == ["open"] * 5


# --- opinions opened while a signature is missing


def test_a_panel_with_an_empty_seat_is_not_settled_in_one_press(app: Any, login: Any) -> None:
    officer, head = make.user("officer"), make.user("head")
    round_, experts = make.reading(officer)
    for seat in list(round_.assignments)[:2]:
        make.written(seat)
        with unit_of_work():
            opinions.sign(seat, make.actor_of(seat.expert))
    with unit_of_work():
        opinions.recuse(round_.assignments[2], make.actor_of(experts[2]), "临时有事，且与出品方有来往。")
    client, url = login(officer), f"/reviews/{round_.id}"
    page = client.get(url).text
    assert "还缺 1 人签名：" in page and f"{experts[2].name}（已回避）" in page
    refused = client.post(f"{url}/steps/freeze", data={"reason": ""})
    assert refused.status_code == 422 and f"还缺 1 人签名：{experts[2].name}（已回避）。" in refused.text
    assert again(round_).state == "reading"
    assert client.post(f"{url}/steps/freeze", data={"reason": "档期将至，两位意见一致。"}).status_code == 303
    event = db.session.scalars(db.select(Event).where(Event.trigger == "freeze")).one()
    assert event.data["missing"] == {"n": 1, "who": [[experts[2].name, "recused"]]}
    with unit_of_work():
        settling.adopt(again(round_), make.actor_of(officer), points_of(round_))
        settling.propose(round_, make.actor_of(officer), "pass_after_changes", "整体扎实。")
    page = login(head).get(f"{url}/decide").text
    assert f"公开意见时缺 1 人签名：{experts[2].name}（已回避）" in page and "档期将至，两位意见一致。" in page


def test_who_still_reads_is_named_and_a_full_panel_opens_by_itself(app: Any, login: Any) -> None:
    officer = make.user("officer")
    round_, experts = make.reading(officer)
    seats = list(round_.assignments)
    make.written(seats[0])
    with unit_of_work():
        opinions.sign(seats[0], make.actor_of(experts[0]))
    refused = login(officer).post(f"/reviews/{round_.id}/steps/freeze", data={"reason": " "})
    told = "、".join(f"{expert.name}（审看中）" for expert in experts[1:])
    assert refused.status_code == 422 and f"还缺 2 人签名：{told}。" in refused.text
    for seat, expert in zip(seats[1:], experts[1:], strict=True):
        make.written(db.session.merge(seat))
        with unit_of_work():
            opinions.sign(seat, make.actor_of(expert))
    event = db.session.scalars(db.select(Event).where(Event.trigger == "freeze")).one()
    assert (again(round_).state, event.data.get("missing")) == ("frozen", None)


# --- answers pressed twice


def test_an_answer_sent_twice_is_one_answer_and_a_corrected_one_keeps_its_evidence(app: Any, login: Any) -> None:
    round_, people = make.served()
    client, change = login(people["producer"]), round_.changes[0]
    url = f"/projects/{round_.project_id}/changes/{change.id}/answer"
    sent = {"how": "done", "text": "已删去。", "new_episode": "1", "new_place": "00:00:12:10"}
    assert [client.post(url, data=sent).status_code for _ in range(2)] == [303, 303]
    assert [answer.new_frame for answer in db.session.scalars(db.select(Answer))] == [310]
    page = client.get(f"/projects/{round_.project_id}/changes?row={change.id}").text
    assert 'value="00:00:12:10"' in page and "已删去。" in page


def test_whoever_decides_a_second_round_reads_how_the_first_one_ended(app: Any, login: Any) -> None:
    round_, people = next_round()
    with unit_of_work():
        answer = db.session.scalars(db.select(Answer)).one()
        answer.how = "explained"
        changes.close(first_of(round_), make.actor_of(people["officer"]), "", answer.id)
        settling.propose(round_, make.actor_of(people["officer"]), "pass_after_changes", "主题积极。")
    told = "第 1 轮的结论是“修改后重审”：必改 1 条，其中机构说没有改的 1 条；建议 0 条，没有改的 0 条"
    assert told in login(people["officer"]).get(f"/reviews/{round_.id}/decide").text
