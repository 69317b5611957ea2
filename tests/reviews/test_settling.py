"""Consolidation through the pages: rows merged, reworded, ordered; the outcome proposed."""

from __future__ import annotations

import re
from typing import Any

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db, today
from audiovisual.reviews.models import Change, OpinionRow, Round
from audiovisual.reviews.operations import settling
from tests import factories as make
from tests.asked import statements

from .stages import again, gathered, proposed

ROW = {"severity": "must", "episode": "1", "tc_in": "00:00:02:00", "tc_out": "00:00:03:00", "problem": "片头许可证号漏了一位。",
       "basis": "令16号第二十七条", "demand": "subtitle", "demand_text": "改正许可证号。"}  # fmt: skip


def at(round_: Round, path: str = "") -> str:
    return f"/reviews/{round_.id}/settle{path}"


def rows_of(round_: Round) -> list[int]:
    return list(db.session.scalars(db.select(OpinionRow.id).order_by(OpinionRow.id)))


def test_the_officer_sees_both_sides_in_few_statements(app, login):
    round_, people = gathered()
    client = login(people["officer"])
    client.get(at(round_))
    with statements() as told:
        page = client.get(at(round_)).text
    assert "还有 3 条没有处理" in page and people["experts"][0].name in page and "00:00:10:00" in page
    assert len(told) <= 14, "\n".join(told)


def test_ticked_rows_become_one_that_names_its_sources(app, login):
    round_, people = gathered()
    client, ids = login(people["officer"]), rows_of(round_)
    answer = client.post(at(round_, "/adopt"), data={"rows": ids[:2], "way": "merge"})
    change = db.session.scalars(db.select(Change)).one()
    assert (answer.status_code, sorted(source.row_id for source in change.sources)) == (303, ids[:2])
    page = client.get(at(round_)).text
    assert "采用 2 条，还有 1 条没有处理" in page and "已入第 1 条" in page


def test_a_draft_of_a_row_taken_apart_in_another_window_is_not_said_to_be_kept(app, login):
    round_, people = gathered()
    client, ids = login(people["officer"]), rows_of(round_)
    client.post(at(round_, "/adopt"), data={"rows": ids[:2], "way": "merge"})
    change = db.session.scalars(db.select(Change)).one()
    where, script = f"/drafts?form={at(round_, f'/rows/{change.id}')}", {"X-Requested-With": "fetch"}
    assert client.post(where, data={"problem": "写到一半。"}, headers=script).status_code == 200
    client.post(at(round_, f"/rows/{change.id}/split"), data={"version": change.version})
    late = client.post(where, data={"problem": "写到一半，接着写。"}, headers=script)
    assert (late.status_code, late.json["lost"]) == (409, True) and "在另一个窗口里拆开或去掉了" in late.json["said"]
    page = client.get(at(round_)).text
    assert "存的草稿，要用的请复制" in page and "写到一半。</textarea>" in page, "what was kept before is shown"
    kept = page.split('action="/drafts/')[1].split("/")[0]
    assert client.post(f"/drafts/{kept}/discard", data={"next": at(round_)}).location == at(round_)
    assert "写到一半。" not in client.get(at(round_)).text


def test_what_is_left_is_adopted_row_by_row(app, login):
    round_, people = gathered()
    client, ids = login(people["officer"]), rows_of(round_)
    client.post(at(round_, "/adopt"), data={"rows": ids[:1], "way": "each"})
    client.post(at(round_, "/adopt"), data={"rows": ids[:1], "left": ids[1:], "way": "rest"})
    assert [len(change.sources) for change in db.session.scalars(db.select(Change))] == [1, 1, 1]


def test_ticking_nothing_of_this_round_is_refused(app, login):
    round_, people = gathered()
    gathered()
    client = login(people["officer"])
    for rows in ([], ["99999"], ["x"], ["9" * 40], rows_of(round_)[3:]):
        page = client.post(at(round_, "/adopt"), data={"rows": rows, "way": "merge"})
        assert page.status_code == 422 and "请选择本轮专家的意见条目" in page.text
    assert db.session.scalar(db.select(Change)) is None


def test_a_row_of_the_bureaus_own_keeps_its_place(app, login):
    round_, people = gathered()
    client = login(people["officer"])
    assert "row-new" in client.get(at(round_, "?row=new")).text
    assert client.post(at(round_, "/rows"), data=ROW).status_code == 303
    change = db.session.scalars(db.select(Change)).one()
    assert (change.frame_in, change.frame_out, change.demand, change.sources) == (50, 75, "subtitle", [])


WRONG = (
    ({"problem": ""}, "不能空着"), ({"problem": "长" * 2001}, "最多 2000 字"), ({"episode": "99"}, "没有第 99 集"),
    ({"episode": "一"}, "请填整数"), ({"tc_out": "00:00:01:00"}, "出点早于入点"), ({"tc_in": "00:00:02:25"}, "帧号最大 24"),
    ({"tc_in": ""}, "请先写入点"), ({"demand": ""}, "不能空着"), ({"demand": "burn"}, ""), ({"severity": "maybe"}, ""),
    ({"episode": str(2**63)}, "请填整数"), ({"problem": "\x00"}, "不能空着"),
)  # fmt: skip


def test_wrong_wording_is_refused_beside_its_field(app, login):
    round_, people = gathered()
    client = login(people["officer"])
    for wrong, sentence in WRONG:
        page = client.post(at(round_, "/rows"), data={**ROW, **wrong})
        assert page.status_code == 422 and sentence in page.text and "改正许可证号。" in page.text, wrong
    assert db.session.scalar(db.select(Change)) is None


def test_a_lost_race_shows_both_wordings(app, login):
    round_, people = gathered()
    client = login(people["officer"])
    client.post(at(round_, "/rows"), data=ROW)
    change = db.session.scalars(db.select(Change)).one()
    seen = change.version
    with unit_of_work():
        settling.edit(change, make.actor_of(people["officer"]), None, problem="同事写的。")
    page = client.post(at(round_, f"/rows/{change.id}"), data={**ROW, "problem": "我写的。", "version": seen})
    assert page.status_code == 409 and "同事写的。" in page.text and "我写的。" in page.text
    change = again(change)
    assert change.problem == "同事写的。"
    saved = client.post(
        at(round_, f"/rows/{change.id}"), data={**ROW, "problem": "我写的。", "version": change.version}
    )
    assert (saved.status_code, again(change).problem) == (303, "我写的。")


def test_rows_are_ordered_by_hand_and_by_place(app, login):
    round_, people = gathered()
    client = login(people["officer"])
    for problem, tc in (("乙", "00:00:09:00"), ("甲", "00:00:01:00"), ("丙", "")):
        client.post(at(round_, "/rows"), data={**ROW, "problem": problem, "tc_in": tc, "tc_out": ""})

    def order() -> str:
        return "".join(db.session.scalars(db.select(Change.problem).order_by(Change.ordinal)))

    first = db.session.scalars(db.select(Change).order_by(Change.ordinal)).first()
    client.post(at(round_, f"/rows/{first.id}/down"))
    assert order() == "甲乙丙"
    told = [client.post(at(round_, f"/rows/{first.id}/down"), follow_redirects=True).text for _ in range(2)]
    assert order() == "甲丙乙"
    assert ["已经是“必改”的最后一条" in page for page in told] == [False, True]
    assert "已按集数和时码排好" in client.post(at(round_, "/sort"), follow_redirects=True).text
    assert order() == "丙甲乙"


def test_what_was_meant_for_a_row_that_is_gone_is_not_done_to_the_next(app, login):
    """Words begun for a row that was taken out are not filled into the row that comes after it, and a window that still
    shows the one does not take out the other."""
    round_, people = gathered()
    client, first, second = login(people["officer"]), *rows_of(round_)[:2]

    def adopted(point: int) -> Change:
        client.post(at(round_, "/adopt"), data={"rows": [point], "way": "each"})
        return db.session.scalars(db.select(Change).order_by(Change.id.desc())).first()

    gone = adopted(first).id
    begun = {**ROW, "problem": "写给第一条的话。", "version": "1"}
    client.post(f"/drafts?form={at(round_, f'/rows/{gone}')}", data=begun)
    client.post(at(round_, f"/rows/{gone}/drop"), data={"version": "1"})
    after = adopted(second).id
    form = client.get(at(round_) + f"?row={after}").text.split(f'id="row-{after}"')[1].split("</form>")[0]
    assert "写给第一条的话。" not in form
    client.post(at(round_, f"/rows/{gone}/drop"), data={"version": "1"})
    assert db.session.scalars(db.select(Change.id)).all() == [after]


def test_a_dropped_row_leaves_the_experts_own(app, login):
    round_, people = gathered()
    client = login(people["officer"])
    client.post(at(round_, "/adopt"), data={"rows": rows_of(round_), "way": "merge"})
    change = db.session.scalars(db.select(Change)).one()
    assert client.post(at(round_, f"/rows/{change.id}/drop")).status_code == 303
    assert (db.session.scalar(db.select(Change)), len(rows_of(round_))) == (None, 3)


def test_only_the_officer_in_charge_settles(app, login):
    round_, people = gathered()
    for person, status in (
        (make.user("officer"), 403), (people["head"], 403), (people["leader"], 403), (people["producer"], 403),
        (people["experts"][0], 403), (make.user("admin"), 403),
    ):  # fmt: skip
        client = login(person)
        assert client.get(at(round_)).status_code == status
        assert client.post(at(round_, "/adopt"), data={"way": "merge"}).status_code == status
        assert client.get(f"/reviews/{round_.id}/propose").status_code == status


def test_before_the_opinions_are_open_nothing_is_settled(app, login):
    officer = make.user("officer")
    round_, _ = make.reading(officer)
    assert login(officer).get(at(round_)).status_code == 409


def test_a_proposal_is_kept_while_it_is_written(app, login):
    round_, people = gathered()
    client, url = login(people["officer"]), f"/reviews/{round_.id}/propose"
    before = round_.version
    sent = {"version": before, "outcome": "passed", "summary": "写到一半", "answer_by": ""}
    headers = {"X-Requested-With": "fetch"}
    kept = client.post(url + "/draft", data=sent, headers=headers)
    assert (kept.status_code, kept.json["version"]) == (200, before + 1)
    assert "写到一半" in client.get(url).text
    assert client.post(url + "/draft", data=sent, headers=headers).status_code == 409
    wrong = client.post(
        url + "/draft", data={**sent, "version": kept.json["version"], "answer_by": "明天"}, headers=headers
    )
    assert wrong.status_code == 422 and "answer_by" in wrong.json["errors"]
    assert again(round_).summary == "写到一半"


UNFOUNDED = (
    ({"outcome": "", "summary": "好"}, "请选择审核结论"), ({"outcome": "passed", "summary": ""}, "不能空着"),
    ({"outcome": "re_review", "summary": "好"}, "没有一条“必改”"), ({"outcome": "refused", "summary": "好"}, "书面说明理由"),
    ({"outcome": "other", "summary": "好"}, ""),
)  # fmt: skip


def test_an_unfounded_outcome_is_refused_beside_its_field(app, login):
    round_, people = gathered()
    client = login(people["officer"])
    for sent, sentence in UNFOUNDED:
        page = client.post(f"/reviews/{round_.id}/propose", data=sent)
        assert page.status_code == 422 and sentence in page.text, sent
    assert again(round_).state == "frozen"


def test_the_day_to_answer_lies_ahead(app, login):
    round_, people = gathered()
    client = login(people["officer"])
    client.post(at(round_, "/rows"), data=ROW)
    sent = {"outcome": "pass_after_changes", "summary": "好", "answer_by": today().isoformat()}
    page = client.post(f"/reviews/{round_.id}/propose", data=sent)
    assert page.status_code == 422 and "答复期限要晚于今天" in page.text


def test_a_character_no_letter_can_print_is_named_beside_its_field(app, login):
    round_, people = gathered()
    client = login(people["officer"])
    client.post(at(round_, "/adopt"), data={"rows": rows_of(round_), "way": "merge"})
    sent = {"outcome": "pass_after_changes", "summary": "画面里有\U00012345。"}
    page = client.post(f"/reviews/{round_.id}/propose", data=sent)
    assert page.status_code == 422 and "U+12345" in page.text and 'id="summary-error"' in page.text
    with unit_of_work():
        settling.add(
            again(round_), make.actor_of(people["officer"]), problem="\U00012345出现", demand="cut", severity="should"
        )
    page = client.post(f"/reviews/{round_.id}/propose", data={**sent, "summary": "好"})
    assert page.status_code == 422 and "U+12345" in page.text and again(round_).state == "frozen"


def test_a_proposal_goes_to_the_head_and_comes_back_with_its_reason(app, login):
    round_, people = gathered()
    client = login(people["officer"])
    client.post(at(round_, "/adopt"), data={"rows": rows_of(round_), "way": "merge"})
    sent = {"outcome": "pass_after_changes", "summary": "整体扎实。"}
    assert client.post(f"/reviews/{round_.id}/propose", data=sent).status_code == 303
    round_ = again(round_)
    assert (round_.state, round_.outcome, round_.project.holder_role) == ("proposed", "pass_after_changes", "head")
    assert client.get(at(round_)).status_code == 303
    with unit_of_work():
        settling.send_back(round_, make.actor_of(people["head"]), "第一条依据写错了。")
    assert "第一条依据写错了。" in client.get(f"/reviews/{round_.id}/propose").text


def test_a_proposed_round_is_not_settled_any_more(app, login):
    round_, people = proposed()
    assert login(people["officer"]).post(at(round_, "/rows"), data=ROW).status_code == 409


def base_in(page: str, marker: str) -> str:
    """What a window reads in the form after the marker."""
    return page.split(marker, 1)[1].split('name="base" value="')[1].split('"')[0]


def test_two_windows_on_a_row_and_on_the_proposal_are_put_together(app, login):
    round_, people = gathered()
    client = login(people["officer"])
    client.post(at(round_, "/rows"), data=ROW)
    change = db.session.scalars(db.select(Change)).one()
    row = {
        **ROW,
        "version": change.version,
        "base": base_in(client.get(at(round_, f"?row={change.id}")).text, f'/rows/{change.id}"'),
    }
    assert client.post(at(round_, f"/rows/{change.id}"), data={**row, "problem": "甲窗口写的。"}).status_code == 303
    assert client.post(at(round_, f"/rows/{change.id}"), data={**row, "demand_text": "乙窗口写的。"}).status_code == 303
    change = again(change)
    assert (change.problem, change.demand_text) == ("甲窗口写的。", "乙窗口写的。")
    assert client.post(at(round_, f"/rows/{change.id}"), data={**row, "problem": "丙窗口写的。"}).status_code == 409

    url, script = f"/reviews/{round_.id}/propose", {"X-Requested-With": "fetch"}
    page = client.get(url).text
    read = {"version": again(round_).version, "base": base_in(page, "<h1"), "summary": "", "grounds": ""}
    read["answer_by"] = page.split('name="answer_by"')[1].split('value="')[1].split('"')[0]
    assert client.post(f"{url}/draft", data={**read, "summary": "甲窗口写的。"}, headers=script).status_code == 200
    told = client.post(f"{url}/draft", data={**read, "grounds": "乙窗口写的。"}, headers=script)
    assert told.status_code == 200 and told.json["theirs"]["summary"]["values"] == ["甲窗口写的。"]
    assert (again(round_).summary, again(round_).grounds) == ("甲窗口写的。", "乙窗口写的。")
    assert client.post(f"{url}/draft", data={**read, "summary": "丙窗口写的。"}, headers=script).status_code == 409


def test_an_outcome_is_proposed_as_it_stands_or_not_at_all(app, login):
    round_, people = gathered()
    client, url = login(people["officer"]), f"/reviews/{round_.id}/propose"
    client.post(at(round_, "/adopt"), data={"rows": rows_of(round_), "way": "leave", "reason": "已在拍摄时改过。"})
    seen = round_.version
    with unit_of_work():
        settling.save_outcome(
            round_, make.actor_of(people["officer"]), seen, "refused", "同事写的。", "违反规定。", None
        )
    sent = {"outcome": "passed", "summary": "我写的。", "version": seen}
    late = client.post(url, data=sent)
    assert late.status_code == 409 and "同事写的。" in late.text and "我写的。" in late.text
    round_ = again(round_)
    assert (round_.state, round_.outcome, round_.summary) == ("frozen", "refused", "同事写的。")
    assert f'name="version" type="hidden" value="{round_.version}"' in late.text
    assert client.post(url, data={**sent, "version": round_.version}).status_code == 303
    assert again(round_).outcome == "passed"


def test_a_row_reworded_meanwhile_is_not_dropped(app, login):
    round_, people = gathered()
    client = login(people["officer"])
    client.post(at(round_, "/rows"), data=ROW)
    change = db.session.scalars(db.select(Change)).one()
    seen = change.version
    with unit_of_work():
        settling.edit(change, make.actor_of(people["officer"]), None, problem="同事写的。")
    late = client.post(at(round_, f"/rows/{change.id}/drop"), data={"version": seen})
    assert late.status_code == 409 and "同事写的。" in late.text and "看过现在的文字再去掉" in late.text
    assert (
        client.post(at(round_, f"/rows/{change.id}/drop"), data={"version": again(change).version}).status_code == 303
    )


def test_a_row_of_the_bureaus_own_sent_twice_is_one_row(app, login):
    round_, people = gathered()
    client = login(people["officer"])
    first, again_ = (client.post(at(round_, "/rows"), data=ROW) for _ in range(2))
    assert (first.status_code, again_.status_code, again_.location) == (303, 303, first.location)
    client.post(at(round_, "/rows"), data={**ROW, "tc_out": "00:00:04:00"})
    assert [change.frame_out for change in db.session.scalars(db.select(Change).order_by(Change.id))] == [75, 100]


def test_what_was_ticked_for_an_act_that_was_refused_is_not_ticked_for_the_next(app: Any, login: Any) -> None:
    round_, people = gathered()
    client, ids = login(people["officer"]), rows_of(round_)
    client.post(at(round_, "/adopt"), data={"rows": ids[:1], "way": "each"})
    refused = client.post(at(round_, "/adopt"), data={"rows": ids[:2], "way": "leave", "reason": "说的是同一处。"})
    ticked = re.compile(r'name="rows" value="(\d+)" checked')
    assert (refused.status_code, ticked.findall(refused.text)) == (422, [str(id_) for id_ in ids[:2]])
    later = client.get(at(round_)).text
    assert (ticked.findall(later), "说的是同一处。" in later) == ([], True)
