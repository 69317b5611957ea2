"""The expert's pages: the invitation, the reading room with everything saved as it is typed, the signature."""

from __future__ import annotations

import pytest

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db
from audiovisual.kernel.text import hour
from audiovisual.reviews.models import Assignment, Conflict, DroppedRow, Opinion, OpinionRow, OpinionScore
from audiovisual.reviews.operations import opinions, panels
from tests import factories as make
from tests.asked import statements

SCRIPT = {"X-Requested-With": "fetch", "Accept": "application/json"}


def html(answer):
    return answer.get_data(as_text=True)


@pytest.fixture
def officer(app):
    return make.user("officer", name="沈经办")


@pytest.fixture
def seat(officer):
    """A seat whose expert has accepted, on a cut of ten seconds at 25 frames beginning at one hour."""
    round_, _ = make.reading(officer)
    with unit_of_work():
        part = round_.cut.parts[0]
        part.frames, part.start_frame, part.plays = 250, 90000, True
    return round_.assignments[0]


@pytest.fixture
def row(seat):
    with unit_of_work():
        return opinions.add_row(seat, make.actor_of(seat.expert), problem="甲")


def typed(row, **given):
    """What the form of a row sends."""
    return {
        "version": row.version, "episode": "1", "tc_in": "01:00:01:00", "tc_out": "01:00:02:05", "problem": "近景过长。",
        "dimension": "A.minors", "basis": "令16号第二十五条第六项", "demand": "cut", "demand_text": "删去近景。",
        "severity": "must", **given,
    }  # fmt: skip


def save(browser, row, **given):
    return browser.post(f"/reviews/rows/{row.id}", data=typed(row, **given), headers=SCRIPT)


# ---- the invitation ----


@pytest.fixture
def invited(officer):
    """A seat whose expert has not answered yet."""
    project = make.delivered(officer)
    people = [make.user("expert") for _ in range(3)]
    with unit_of_work():
        round_ = panels.open_(project, make.actor_of(officer))
        round_.seats = 3
        for person in people:
            panels.choose(round_, make.actor_of(officer), person)
        panels.invite(round_, make.actor_of(officer))
    return round_.assignments[0]


def test_the_invitation_says_what_it_is_and_is_accepted_into_the_room(login, invited):
    browser, project = login(invited.expert), invited.round.project
    text = html(browser.get(f"/reviews/tasks/{invited.id}"))
    for part in (
        project.title,
        project.house.name,
        "24 集 × 45 分钟",
        "网络剧",
        "清晨的码头雾气未散",
        "回避（立即生效）",
        "编剧",
        "宋知微",
        "第 1 版：全片一个文件，按申报约 1080 分钟",
        "您与上列主创是近亲属，或有师生、合作、经济往来",
    ):
        assert part in text
    answer = browser.post(f"/reviews/tasks/{invited.id}/steps/take")
    assert (answer.status_code, answer.location) == (303, f"/reviews/tasks/{invited.id}/room")
    assert browser.get(answer.location).status_code == 200 and invited.state == "accepted"


def test_declining_asks_for_a_reason_and_keeps_what_was_typed(login, invited):
    browser, url = login(invited.expert), f"/reviews/tasks/{invited.id}/steps/decline"
    empty = browser.post(url, data={"reason": " "})
    assert empty.status_code == 422 and "“理由”不能空着" in html(empty)
    long = browser.post(url, data={"reason": "忙" * 2001})
    assert long.status_code == 422 and "忙" * 2001 in html(long) and invited.state == "invited"
    assert browser.post(url, data={"reason": "出差"}).status_code == 303
    text = html(browser.get(f"/reviews/tasks/{invited.id}"))
    assert "您已谢绝这次邀请" in text and "清晨的码头雾气未散" not in text
    assert (invited.state, browser.get(f"/reviews/tasks/{invited.id}/room").status_code) == ("declined", 403)


def test_a_recusal_is_kept_as_a_conflict_and_closes_everything(login, seat, row):
    browser = login(seat.expert)
    answer = browser.post(f"/reviews/tasks/{seat.id}/steps/recuse", data={"reason": "与导演是师生"})
    assert answer.status_code == 303 and seat.state == "recused"
    assert db.session.query(Conflict).one().note == "与导演是师生"
    answers = [browser.get(f"/reviews/tasks/{seat.id}/{page}").status_code for page in ("room", "opinion", "sign")]
    assert answers == [403, 403, 403] and save(browser, row).status_code == 403
    assert browser.get(f"/projects/{seat.project_id}").status_code == 404


def test_the_list_holds_only_the_experts_own_tasks(login, seat, invited):
    text = html(login(seat.expert).get("/reviews/tasks"))
    assert seat.round.project.title in text and invited.round.project.title not in text


def test_a_seat_not_yet_invited_is_unknown_to_its_expert(login, officer):
    project, person = make.delivered(officer), make.user("expert")
    with unit_of_work():
        round_ = panels.open_(project, make.actor_of(officer))
        proposed = panels.choose(round_, make.actor_of(officer), person)
    browser = login(person)
    assert browser.get(f"/reviews/tasks/{proposed.id}").status_code == 404
    assert project.title not in html(browser.get("/reviews/tasks"))


# ---- rows ----


def test_a_row_is_saved_as_it_is_typed(login, seat, row):
    answer = save(login(seat.expert), row)
    assert answer.status_code == 200 and answer.json["version"] == 2 and answer.json["lacks"] == []
    db.session.expire_all()
    assert (row.episode, row.frame_in, row.frame_out, row.problem, row.demand, row.version) == (
        1,
        25,
        55,
        "近景过长。",
        "cut",
        2,
    )
    assert row.clause.citation == row.basis == "令16号第二十五条第六项"


def test_a_basis_that_is_no_clause_stays_text(login, seat, row):
    browser = login(seat.expert)
    save(browser, row)
    db.session.expire_all()
    save(browser, row, basis="公序良俗")
    db.session.expire_all()
    assert (row.basis, row.clause_id) == ("公序良俗", None)


WRONG = [
    ({"tc_in": "01:00:10:00", "tc_out": ""}, "tc_in", "时间码超出片长：片长 00:00:10:00，最后一帧是 01:00:09:24。"),
    ({"tc_in": "00:59:59:24"}, "tc_in", "时间码早于片头（01:00:00:00）。"),
    ({"tc_out": "01:00:00:24"}, "tc_out", "出点早于入点。"),
    ({"tc_in": "01:00:01:25"}, "tc_in", "每秒 25 帧，帧号最大 24。"),
    ({"tc_in": "第一秒"}, "tc_in", "时间码请写成 时:分:秒 或 时:分:秒:帧，如 00:12:05:10。"),
    ({"tc_in": "", "tc_out": "01:00:02:05"}, "tc_in", "请先写入点。"),
    ({"episode": "25"}, "episode", "没有第 25 集，这部片共 24 集。"),
    ({"episode": "0"}, "episode", "没有第 0 集，这部片共 24 集。"),
    ({"episode": "-1"}, "episode", "请填集数，如 3。"),
    ({"episode": "9223372036854775808"}, "episode", "请填集数，如 3。"),
    ({"episode": "2"}, "episode", "这一版样片里没有第 2 集的文件，写不了时间码。"),
    ({"episode": ""}, "episode", "请先写第几集，再写时间码。"),
    ({"problem": "长" * 2001}, "problem", "最多 2000 字，现在 2001 字。"),
    ({"basis": "长" * 201}, "basis", "最多 200 字，现在 201 字。"),
    ({"demand": "burn"}, "demand", "没有这个选项，请重新选择。"),
    ({"dimension": "Z"}, "dimension", "没有这个选项，请重新选择。"),
    ({"severity": "maybe"}, "severity", "请选“必改”或“建议”。"),
]


def one_episode(seat):
    """The cut has a file of the first episode only."""
    with unit_of_work():
        seat.round.cut.parts[0].episode = 1


@pytest.mark.parametrize(("given", "field", "sentence"), WRONG)
def test_what_is_wrong_is_told_by_field_and_the_rest_is_saved(login, seat, row, given, field, sentence):
    one_episode(seat)
    answer = save(login(seat.expert), row, **{"demand_text": "新的要求", **given})
    assert (answer.status_code, answer.json["errors"]) == (422, {field: sentence})
    db.session.expire_all()
    assert (row.demand_text, row.version, answer.json["version"]) == ("新的要求", 2, 2)
    if field in ("tc_in", "tc_out", "episode"):
        assert (row.episode, row.frame_in, row.frame_out) == (None, None, None)


def test_everything_wrong_with_a_place_is_told_at_once(login, seat, row):
    answer = save(login(seat.expert), row, episode="99", tc_in="第一秒", tc_out="01:00:99:00")
    assert answer.json["errors"] == {
        "episode": "没有第 99 集，这部片共 24 集。",
        "tc_in": "时间码请写成 时:分:秒 或 时:分:秒:帧，如 00:12:05:10。",
        "tc_out": "时间码的时最大 23，分、秒最大 59。",
    }


@pytest.mark.parametrize(("given", "field", "sentence"), WRONG)
def test_without_script_the_sentence_stands_beside_the_field_and_the_text_stays(
    login, seat, row, given, field, sentence
):
    one_episode(seat)
    answer = login(seat.expert).post(f"/reviews/rows/{row.id}", data=typed(row, **given))
    text = html(answer)
    assert answer.status_code == 422 and sentence in text
    kept = next(iter(given.values()))
    assert kept in text or field in ("demand", "dimension", "severity", "episode")


def test_bytes_that_are_no_text_do_no_harm(login, seat, row):
    browser = login(seat.expert)
    answer = save(browser, row, problem="吸\0烟\ud800近景".encode("utf-8", "surrogatepass"), tc_in="\0", tc_out="\x1b")
    assert answer.status_code == 422 and set(answer.json["errors"]) == {"tc_in", "tc_out"}
    db.session.expire_all()
    assert "\0" not in row.problem and row.problem.startswith("吸烟")
    huge = browser.post(f"/reviews/rows/{row.id}", data=typed(row, problem="长" * 10_000_000), headers=SCRIPT)
    assert huge.status_code == 413
    assert save(browser, row, version="x").status_code == 409


def test_without_script_a_save_button_does_it(login, seat, row):
    browser = login(seat.expert)
    answer = browser.post(f"/reviews/rows/{row.id}", data=typed(row))
    assert (answer.status_code, answer.location) == (303, f"/reviews/tasks/{seat.id}/room?row={row.id}#row-{row.id}")
    text = html(browser.get(answer.location))
    assert "01:00:01:00" in text and "近景过长。" in text and "<noscript>" in text


def test_a_row_is_added_where_the_player_stands(login, seat):
    browser = login(seat.expert)
    added = browser.post(
        f"/reviews/tasks/{seat.id}/rows", data={"episode": "1", "tc_in": "01:00:03:00"}, headers=SCRIPT
    )
    row = db.session.query(OpinionRow).one()
    assert (row.episode, row.frame_in, row.frame_out) == (1, 75, None)
    assert (added.json["id"], added.json["version"]) == (row.id, 1)
    assert browser.post(f"/reviews/tasks/{seat.id}/rows", data={"episode": "1"}).status_code == 303
    assert db.session.query(OpinionRow).count() == 2


def test_a_row_sent_twice_over_a_bad_line_is_one_row(login, seat):
    browser, where = login(seat.expert), f"/reviews/tasks/{seat.id}/rows"
    given = [
        browser.post(where, data={"episode": "1", "tc_in": place, "mark": mark}, headers=SCRIPT).json["id"]
        for place, mark in (("01:00:03:00", "a"), ("01:00:03:00", "a"), ("01:00:03:00", "b"), ("01:00:04:00", ""))
    ]
    assert given[0] == given[1] and len(set(given)) == 3
    assert [row.frame_in for row in seat.opinion.rows] == [75, 75, 100]


def kept_of(row):
    """All that a row says."""
    return {name: getattr(row, name) for name in (*opinions.ROW_FIELDS, "ordinal")}


@pytest.mark.parametrize("headers", [SCRIPT, {}], ids=["with script", "without"])
def test_a_row_taken_out_is_put_back_where_it_stood_with_all_it_said(login, seat, headers):
    browser, me = login(seat.expert), make.actor_of(seat.expert)
    with unit_of_work():
        first, second, third = [opinions.add_row(seat, me, problem=said) for said in "甲乙丙"]
    save(browser, second)
    db.session.expire_all()
    before = kept_of(second)
    gone = browser.post(
        f"/reviews/rows/{second.id}/drop", data=typed(second, problem="近景过长，还没有保存。"), headers=headers
    )
    assert gone.status_code == (200 if headers else 303)
    db.session.expire_all()
    dropped = db.session.query(DroppedRow).one()
    assert [row.problem for row in seat.opinion.rows] == ["甲", "丙"]
    page = html(browser.get(f"/reviews/tasks/{seat.id}/room"))
    assert "已删去：" in page and "近景过长，还没有保存。" in page
    back = browser.post(f"/reviews/dropped/{dropped.id}/restore", headers=headers)
    assert back.status_code == (200 if headers else 303)
    db.session.expire_all()
    assert [row.problem for row in seat.opinion.rows] == ["甲", "近景过长，还没有保存。", "丙"]
    assert kept_of(seat.opinion.rows[1]) == before | {"problem": "近景过长，还没有保存。"}
    if headers:
        assert back.json["before"] == third.id and f'id="row-{seat.opinion.rows[1].id}"' in back.json["html"]
    again = browser.post(f"/reviews/dropped/{dropped.id}/restore", headers=headers)
    assert again.status_code == (404 if headers else 303) and first.problem == "甲"
    db.session.expire_all()
    assert len(seat.opinion.rows) == 3


def test_a_new_row_comes_after_one_that_was_taken_out(login, seat):
    me = make.actor_of(seat.expert)
    with unit_of_work():
        opinions.add_row(seat, me, problem="甲")
        dropped = opinions.drop_row(opinions.add_row(seat, me, problem="乙"), me)
        opinions.add_row(seat, me, problem="丙")
        opinions.restore_row(dropped, me)
    assert [row.problem for row in seat.opinion.rows] == ["甲", "乙", "丙"]


def test_a_row_changed_elsewhere_is_not_taken_out_unseen(login, seat, row):
    browser, old = login(seat.expert), typed(row)
    save(browser, row)
    assert browser.post(f"/reviews/rows/{row.id}/drop", data=old, headers=SCRIPT).status_code == 409
    assert db.session.query(OpinionRow).count() == 1


def test_saving_a_row_takes_few_statements(login, seat, row):
    browser = login(seat.expert)
    save(browser, row)
    db.session.expire_all()
    values = typed(row)
    with statements() as told:
        assert browser.post(f"/reviews/rows/{row.id}", data=values, headers=SCRIPT).status_code == 200
    assert len(told) == 3, told  # who asks, the row with all that decides, the write


# ---- lost races ----


def test_a_lost_race_shows_both_texts_and_overwrites_nothing(login, seat, row):
    browser, stale = login(seat.expert), typed(row, problem="这台写的")
    assert save(browser, row, problem="那台写的").status_code == 200
    script = browser.post(f"/reviews/rows/{row.id}", data=stale, headers=SCRIPT)
    db.session.expire_all()
    said = f"这份内容在另一个窗口 {hour(row.updated_at)} 存过（您本人）"
    assert (script.status_code, script.json) == (409, {"url": f"/reviews/rows/{row.id}/both", "said": said})
    page = browser.post(script.json["url"], data=stale)
    plain = browser.post(f"/reviews/rows/{row.id}", data=stale)
    for answer in (page, plain):
        assert answer.status_code == 409 and "这台写的" in html(answer) and "那台写的" in html(answer)
    moved = browser.post(script.json["url"], data={**stale, "episode": 1, "tc_in": "01:00:01:10"})
    frame = f"/projects/{seat.round.project_id}/cut?version=1&amp;episode=1&amp;tc=01:00:01:10"
    assert f'href="{frame}" target="_blank"' in html(moved)  # what was typed is looked up before one chooses
    db.session.expire_all()
    assert row.problem == "那台写的"
    assert browser.post(f"/reviews/rows/{row.id}", data={**stale, "version": row.version}).status_code == 303
    db.session.expire_all()
    assert row.problem == "这台写的"


def test_scores_and_the_overall_comment_lose_races_too(login, seat):
    browser = login(seat.expert)
    first = {"score": "80", "reason": "甲", "version": "0"}
    url = f"/reviews/tasks/{seat.id}/scores/B"
    assert browser.post(url, data=first, headers=SCRIPT).json["version"] == 1
    assert browser.post(url, data={**first, "reason": "乙"}, headers=SCRIPT).json["url"] == url + "/both"
    assert "甲" in html(browser.post(url + "/both", data={**first, "reason": "乙"}))
    whole = {"conclusion": "passed", "comment": "甲", "version": "1"}
    url = f"/reviews/tasks/{seat.id}/overall"
    assert browser.post(url, data=whole, headers=SCRIPT).json["version"] == 2
    assert browser.post(url, data={**whole, "comment": "乙"}, headers=SCRIPT).json["url"] == url + "/both"
    assert "修改后通过" not in html(browser.post(url + "/both", data={**whole, "comment": "乙"}))
    assert db.session.query(Opinion).filter_by(assignment_id=seat.id).one().comment == "甲"


def base_in(page: str, marker: str) -> str:
    """What a window reads in the form that follows the marker."""
    return page.split(marker)[1].split('name="base" value="')[1].split('"')[0]


def test_what_two_windows_of_an_expert_changed_in_different_fields_is_put_together(login, seat, row):
    browser, room = login(seat.expert), f"/reviews/tasks/{seat.id}/room"
    save(browser, row)
    db.session.expire_all()
    read = {"base": base_in(html(browser.get(room)), f'action="/reviews/rows/{row.id}"')}
    first, second = typed(row, **read), typed(row, **read)
    assert (
        browser.post(f"/reviews/rows/{row.id}", data={**first, "problem": "甲窗口写的。"}, headers=SCRIPT).status_code
        == 200
    )
    told = browser.post(
        f"/reviews/rows/{row.id}", data={**second, "tc_in": "01:00:01:10", "demand": "alter"}, headers=SCRIPT
    )
    assert told.status_code == 200 and told.json["theirs"]["problem"]["values"] == ["甲窗口写的。"]
    db.session.expire_all()
    assert (row.problem, row.frame_in, row.frame_out, row.demand) == ("甲窗口写的。", 35, 55, "alter")
    both = browser.post(f"/reviews/rows/{row.id}", data={**second, "problem": "乙窗口写的。", "severity": "should"})
    page = html(both)
    assert (
        both.status_code == 409 and page.count("<fieldset") == 1 and "甲窗口写的。" in page and "乙窗口写的。" in page
    )
    assert "存过（您本人）" in page


def test_a_score_and_the_comment_of_two_windows_are_put_together(login, seat):
    browser, task = login(seat.expert), f"/reviews/tasks/{seat.id}"
    page = html(browser.get(f"{task}/room"))
    score = {"version": "0", "base": base_in(page, f'action="{task}/scores/B"'), "score": "", "reason": ""}
    assert browser.post(f"{task}/scores/B", data=score | {"score": "80"}, headers=SCRIPT).status_code == 200
    told = browser.post(f"{task}/scores/B", data=score | {"reason": "扎实。"}, headers=SCRIPT)
    assert told.json["theirs"]["score"]["values"] == ["80"]
    overall = {"version": "1", "base": base_in(page, f'action="{task}/overall"'), "comment": ""}
    browser.post(f"{task}/overall", data=overall | {"conclusion": "passed"}, headers=SCRIPT)
    told = browser.post(f"{task}/overall", data=overall | {"comment": "可播。"}, headers=SCRIPT)
    assert told.json["theirs"]["conclusion"]["values"] == ["passed"]
    db.session.expire_all()
    given = next(score for score in seat.opinion.scores if score.dimension == "B")
    assert (given.score, given.reason) == (80, "扎实。")
    assert (seat.opinion.conclusion, seat.opinion.comment) == ("passed", "可播。")


# ---- scores and the overall comment ----


@pytest.mark.parametrize(
    ("key", "score", "status"),
    [("B", "0", 200), ("B", "100", 200), ("B", "", 200), ("B", "101", 422), ("B", "-1", 422), ("B", "八十", 422),
     ("A.minors", "1", 200), ("A.minors", "2", 422), ("A", "1", 404), ("Z", "1", 404)],
)  # fmt: skip
def test_scores_within_their_scale(login, seat, key, score, status):
    answer = login(seat.expert).post(
        f"/reviews/tasks/{seat.id}/scores/{key}",
        data={"score": score, "reason": "理由", "version": "0"},
        headers=SCRIPT,
    )
    assert answer.status_code == status
    saved = db.session.query(OpinionScore).all()
    assert [s.reason for s in saved] == ([] if status == 404 else ["理由"])
    assert all(s.score == (int(score) if status == 200 and score else None) for s in saved)


def test_the_overall_comment_is_saved_and_too_long_a_text_is_told(login, seat):
    browser, url = login(seat.expert), f"/reviews/tasks/{seat.id}/overall"
    long = browser.post(url, data={"comment": "长" * 5001, "conclusion": "passed", "version": "1"})
    assert long.status_code == 422 and "最多 5000 字" in html(long) and "长" * 5001 in html(long)
    assert seat.opinion.conclusion == "passed"


# ---- the signature ----


def test_what_is_lacking_is_linked_to_where_it_is_mended(login, seat, row):
    text = html(login(seat.expert).get(f"/reviews/tasks/{seat.id}/sign"))
    room = f"/reviews/tasks/{seat.id}/room"
    for link in (
        f'{room}#score-A-politics"',
        f'{room}#score-B"',
        f'{room}?row={row.id}#row-{row.id}"',
        f'{room}#conclusion"',
    ):
        assert link in text
    assert "还不能签名" in text and "第 1 条：没有选处理要求、没有写第几集、没有时码、没有依据。" in text
    assert 'btn-lg">签名提交' not in text


@pytest.mark.parametrize(
    ("reason", "about", "lacking"),
    [
        ("未成年人吸烟的近景过长。", "", True), ("违反令16号第二十五条第六项。", "", False),
        ("见意见条目。", "A.minors", False), ("见意见条目。", "A.vices", True),
    ],
    ids=["no clause", "in the reason", "in a row", "in a row about something else"],
)  # fmt: skip
def test_a_failed_check_of_the_bottom_line_names_a_clause(login, seat, reason, about, lacking):
    """domain 2.1: 底线合规一票否决，须引条款."""
    make.written(seat, "re_review")
    me = make.actor_of(seat.expert)
    with unit_of_work():
        opinions.save_score(seat, me, "A.minors", 0, reason)
        opinions.save_row(seat.opinion.rows[0], me, seat.opinion.rows[0].version, dimension=about or None)
    page = html(login(seat.expert).get(f"/reviews/tasks/{seat.id}/sign"))
    assert ("“底线合规”判为不合格的，要引条款" in page) is lacking
    assert ('btn-lg">签名提交' in page) is not lacking


def test_a_complete_opinion_is_signed_once_and_is_read_only_after(login, seat):
    make.written(seat)
    browser = login(seat.expert)
    page = html(browser.get(f"/reviews/tasks/{seat.id}/sign"))
    seen = page.split('name="seen" value="')[1].split('"')[0]
    answer = browser.post(f"/reviews/tasks/{seat.id}/sign", data={"seen": seen})
    assert (answer.status_code, answer.location) == (303, f"/reviews/tasks/{seat.id}/opinion")
    assert (seat.state, seat.opinion.signed_hash) == ("signed", seen)
    assert browser.get(f"/reviews/tasks/{seat.id}/room").location.endswith("/opinion")
    assert "整体扎实，改后可播。" in html(browser.get(f"/reviews/tasks/{seat.id}/opinion"))
    row = seat.opinion.rows[0]
    acts = [
        save(browser, row), browser.post(f"/reviews/rows/{row.id}/drop", data={"version": row.version}),
        browser.post(f"/reviews/tasks/{seat.id}/rows"), browser.post(f"/reviews/tasks/{seat.id}/overall", data={"version": "1"}),
        browser.post(f"/reviews/tasks/{seat.id}/scores/B", data={"score": "1", "version": "1"}),
        browser.post(f"/reviews/tasks/{seat.id}/sign", data={"seen": seen}),
        browser.post(f"/reviews/tasks/{seat.id}/steps/recuse", data={"reason": "x"}),
    ]  # fmt: skip
    assert {answer.status_code for answer in acts} <= {409, 303}
    assert [answer.status_code for answer in acts].count(303) == 1, "the signature is told as done"


def refused_without_a_point(seat):
    """不予通过, no point, the bottom line met, 85 everywhere."""
    me = make.actor_of(seat.expert)
    make.written(seat, "passed")
    with unit_of_work():
        for key in opinions.dimensions_of(seat.round):
            opinions.save_score(seat, me, key, 1 if "." in key else 85, "扎实。")
        opinions.save_opinion(seat, me, None, "refused", "不宜播出。")


def test_parts_that_speak_against_each_other_are_said_and_explained_before_the_signature(login, seat, officer):
    refused_without_a_point(seat)
    browser, where = login(seat.expert), f"/reviews/tasks/{seat.id}/sign"
    page = html(browser.get(where))
    said = [
        "结论是“不予通过”，但没有一条“必改”，底线合规也没有不合格项。", "结论是“不予通过”，但各项评分都在 80 分以上。",
    ]  # fmt: skip
    assert all(sentence in page for sentence in said)
    seen = opinions.fingerprint(seat)
    silent = browser.post(where, data={"seen": seen, "explanation": "  "})
    assert silent.status_code == 422 and "请写一句说明" in html(silent) and seat.state == "accepted"
    long = browser.post(where, data={"seen": seen, "explanation": "因" * 1001})
    assert long.status_code == 422 and "因" * 1001 in html(long) and seat.state == "accepted"
    assert browser.post(where, data={"seen": seen, "explanation": "立意与政策相悖，改不了。"}).status_code == 303
    db.session.expire_all()
    assert (seat.state, seat.opinion.explanation) == ("signed", "立意与政策相悖，改不了。")
    assert seat.opinion.signed_hash == opinions.fingerprint(seat) != seen
    for other in seat.round.assignments[1:]:
        make.written(other)
        with unit_of_work():
            opinions.sign(other, make.actor_of(other.expert))
    staff, number = login(officer), seat.round_id
    for path in ("", "/settle", "/propose"):
        page = html(staff.get(f"/reviews/{number}{path}"))
        assert "立意与政策相悖，改不了。" in page and all(sentence in page for sentence in said), path


def test_an_opinion_of_one_piece_is_asked_no_word_and_keeps_none(login, seat):
    make.written(seat)
    browser, where = login(seat.expert), f"/reviews/tasks/{seat.id}/sign"
    assert "这几处对不上" not in html(browser.get(where))
    browser.post(where, data={"seen": opinions.fingerprint(seat), "explanation": "无的放矢"})
    db.session.expire_all()
    assert (seat.state, seat.opinion.explanation) == ("signed", "")


def test_rows_taken_out_are_forgotten_with_the_signature(login, seat):
    make.written(seat)
    me = make.actor_of(seat.expert)
    with unit_of_work():
        dropped = opinions.drop_row(opinions.add_row(seat, me, problem="想错了"), me)
    with unit_of_work():
        opinions.sign(seat, me)
    assert db.session.query(DroppedRow).count() == 0
    assert login(seat.expert).post(f"/reviews/dropped/{dropped.id}/restore").status_code == 404


def test_a_text_changed_on_another_device_is_not_signed_unseen(login, seat):
    make.written(seat)
    answer = login(seat.expert).post(f"/reviews/tasks/{seat.id}/sign", data={"seen": "an older text"})
    assert answer.status_code == 422 and "意见在您核对之后又改过" in html(answer) and seat.state == "accepted"


def test_nothing_is_written_after_a_freeze(login, seat, row, officer):
    with unit_of_work():
        seat.round.state = "frozen"
    assert save(login(seat.expert), row).status_code == 409


# ---- whose it is, and who sees what ----


@pytest.mark.parametrize(("who", "status"), [("colleague", 404), ("officer", 403), ("producer", 403), ("head", 403)])
def test_only_the_expert_himself_writes(login, seat, row, officer, who, status):
    colleague = seat.round.assignments[1].expert
    person = {"colleague": colleague, "officer": officer, "producer": make.producer(), "head": make.user("head")}[who]
    browser, task = login(person), f"/reviews/tasks/{seat.id}"
    with unit_of_work():
        me = make.actor_of(seat.expert)
        dropped = opinions.drop_row(opinions.add_row(seat, me, problem="乙"), me)
    posts = [
        f"/reviews/dropped/{dropped.id}/restore", f"/reviews/rows/{row.id}", f"/reviews/rows/{row.id}/drop", f"/reviews/rows/{row.id}/both", f"{task}/rows",
        f"{task}/all", f"{task}/scores/B", f"{task}/scores/B/both", f"{task}/overall", f"{task}/overall/both", f"{task}/sign",
        f"{task}/steps/recuse",
    ]  # fmt: skip
    assert {url: browser.post(url, data=typed(row)).status_code for url in posts} == dict.fromkeys(posts, status)
    pages = [f"{task}/room", f"{task}/opinion", f"{task}/sign"]
    assert {url: browser.get(url).status_code for url in pages} == dict.fromkeys(pages, status)
    db.session.expire_all()
    assert row.problem == "甲" and seat.state == "accepted"


def test_an_unopened_opinion_shows_nowhere(login, seat, officer):
    make.written(seat)
    with unit_of_work():
        row = seat.opinion.rows[0]
        opinions.save_row(row, make.actor_of(seat.expert), None, problem="独角鲸暗语")
        opinions.save_opinion(seat, make.actor_of(seat.expert), None, "pass_after_changes", "独角鲸总评")
    with unit_of_work():
        opinions.sign(seat, make.actor_of(seat.expert))
    round_ = seat.round
    readers = [officer, make.user("head"), make.user("leader"), round_.assignments[1].expert, make.producer()]
    pages = (
        f"/reviews/{round_.id}", f"/reviews/{round_.id}/panel", "/reviews", "/reviews/tasks", "/search?q=独角鲸",
        f"/projects/{round_.project_id}", f"/projects/{round_.project_id}/timeline", f"/reviews/tasks/{seat.id}",
    )  # fmt: skip
    for person in readers:
        browser = login(person)
        for page in pages:
            text = html(browser.get(page)).replace("/search?q=独角鲸", "").replace('value="独角鲸"', "")
            assert "独角鲸暗语" not in text and "独角鲸总评" not in text, (person.roles, page)
    assert "独角鲸总评" not in html(login(officer).get(f"/reviews/{round_.id}"))
    assert "1 / 3 人已签名" in html(login(officer).get(f"/reviews/{round_.id}"))


def test_pages_take_a_constant_number_of_statements(login, seat):
    me, counts = make.actor_of(seat.expert), []
    browser = login(seat.expert)
    browser.get(f"/reviews/tasks/{seat.id}/room")  # what is read once and kept is read before counting
    for _ in range(2):
        with unit_of_work():
            for _ in range(10):
                opinions.add_row(seat, me, episode=1, frame_in=5, problem="甲", clause_id=3)
        db.session.expire_all()
        with statements() as told:
            assert browser.get(f"/reviews/tasks/{seat.id}/room").status_code == 200
        counts.append(len(told))
    assert counts[0] == counts[1] <= 20, told


def test_the_clause_library_is_browsed_searched_and_asked(login, seat):
    browser = login(seat.expert)
    everything = html(browser.get("/reviews/clauses"))
    assert "微短剧发展管理办法" in everything and "令63号第五条第十项" in everything
    few = html(browser.get("/reviews/clauses?q=未成年+令16号"))
    assert "令16号第二十五条第六项" in few and "令63号第五条第十项" not in few
    told = browser.get("/reviews/clauses?q=未成年", headers=SCRIPT).json["clauses"]
    assert {"text": "令16号第二十五条第六项", "heading": "危害未成年人身心健康"} in told and len(told) <= 8
    for nonsense in ("%00", "%25", "_", "x" * 5000, "%ED%A0%80"):
        assert browser.get(f"/reviews/clauses?q={nonsense}").status_code == 200
    assert login(make.producer()).get("/reviews/clauses").status_code == 403


def test_ids_beyond_all_numbers_are_unknown(login, seat):
    browser = login(seat.expert)
    for number in ("0", "99999999", str(2**31), str(2**63), "9" * 40):
        assert browser.get(f"/reviews/tasks/{number}").status_code == 404
        assert browser.post(f"/reviews/rows/{number}", data={}, headers=SCRIPT).status_code == 404
        assert browser.get(f"/reviews/cuts/parts/{number}/stream").status_code == 404
    assert db.session.query(Assignment).count() == 3
