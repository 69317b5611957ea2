"""The ledger through the pages: the house answers and hands back, the officer verifies, the title passes."""

from __future__ import annotations

import io
from datetime import timedelta

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.events import Event
from audiovisual.kernel.model import db, today
from audiovisual.kernel.samplecut import make_sample_cut
from audiovisual.projects.models import Project
from audiovisual.reviews.models import Answer, Change, Round
from audiovisual.reviews.operations import changes as acts
from audiovisual.reviews.operations import cuts
from tests import factories as make
from tests.asked import statements

from .stages import again

PDF = b"%PDF-1.4\n%test\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def at(project: Project, path: str = "") -> str:
    return f"/projects/{project.id}/changes{path}"


def given(**more):
    return {"how": "done", "text": "已删去点烟近景。", "evidence": (io.BytesIO(PDF), "对照.pdf"), **more}


def answered(round_: Round, people) -> Change:
    """The round's one row, answered."""
    change = round_.changes[0]
    with unit_of_work():
        acts.answer(
            change, make.actor_of(people["producer"]), "done", "已删去。", file_id=make.stored(people["producer"]).id
        )
    return change


def handed_back(round_: Round, people) -> Change:
    change = answered(round_, people)
    with unit_of_work():
        cuts.resubmit(round_.project, make.actor_of(people["producer"]))
    return change


def test_the_house_reads_the_rows_and_never_the_experts(app, login):
    round_, people = make.served()
    project = round_.project
    client = login(people["producer"])
    client.get(at(project))
    with statements() as told:
        page = client.get(at(project)).text
    assert "未成年人独自吸烟" in page and "00:00:10:00–00:00:20:00" in page and "答复这一条" in page
    assert f"{round_.answer_by.year}年{round_.answer_by.month}月{round_.answer_by.day}日" in page
    for person in [seat.expert.name for seat in round_.assignments] + [
        people[role].name for role in ("officer", "head", "leader")
    ]:
        assert f">{person}<" not in page and f" {person}<" not in page
    assert "整体扎实" not in page and "/reviews/" not in page
    assert len(told) <= 12, "\n".join(told)


def test_an_answer_half_written_stands_in_its_form_again(app, login):
    round_, people = make.served()
    client, change = login(people["producer"]), round_.changes[0]
    answer = client.post(f"/drafts?form={at(round_.project)}/{change.id}/answer", data={"text": "答复写到一半"})
    assert answer.status_code == 303
    assert "答复写到一半</textarea>" in client.get(at(round_.project)).text


def test_an_answer_is_given_with_a_file_or_a_place(app, login):
    round_, people = make.served()
    project, change = round_.project, round_.changes[0]
    client, url = login(people["producer"]), at(round_.project, f"/{change.id}/answer")
    for wrong, sentence in (
        ({"how": ""}, "请选择答复方式"), ({"text": ""}, "请写明怎样改的"), ({"evidence": ""}, "请附证据"),
        ({"evidence": "", "new_place": "00:00:01:00"}, ""), ({"evidence": "", "new_episode": "1", "new_place": "1分"}, "时:分:秒:帧"),
        ({"new_episode": "1"}, "请写第 1 集的时码"), ({"how": "explained", "evidence": "", "new_episode": "1"}, "请写第 1 集的时码"),
        ({"evidence": "", "new_episode": "99", "new_place": "00:00:01:00"}, "没有第 99 集"), ({"text": "长" * 3001}, "最多 3000 字"),
        ({"evidence": (io.BytesIO(b"MZ\x90\x00" * 9), "病毒.exe")}, ""),
    ):  # fmt: skip
        page = client.post(url, data=given(**wrong), content_type="multipart/form-data")
        if page.status_code == 303:
            raise AssertionError(wrong)
        assert page.status_code == 422 and sentence in page.text, wrong
    assert db.session.scalar(db.select(Answer)) is None
    assert client.post(url, data=given(), content_type="multipart/form-data").status_code == 303
    place = given(evidence="", how="done_differently", new_episode="1", new_place="00:00:12:10")
    assert client.post(url, data=place, content_type="multipart/form-data").status_code == 303
    first, second = db.session.scalars(db.select(Answer).order_by(Answer.id))
    assert (first.file.name, second.new_frame, again(change).state, again(project).changes_unanswered) == (
        "对照.pdf",
        310,
        "answered",
        0,
    )
    page = client.get(at(project)).text
    assert "00:00:12:10" in page and "对照.pdf" in page
    assert client.get(at(project, f"/answers/{first.id}/file")).data == PDF


def test_everything_wrong_with_an_answer_is_told_at_once(app, login):
    round_, people = make.served()
    client, url = login(people["producer"]), at(round_.project, f"/{round_.changes[0].id}/answer")
    wrong = given(how="", text="", evidence="", new_episode="99", new_place="ab:cd")
    page = client.post(url, data=wrong, content_type="multipart/form-data").text
    for name, sentence in (
        ("how", "请选择答复方式"), ("text", "请写明怎样改的"), ("new_episode", "没有第 99 集"), ("new_place", "时:分:秒:帧"),
    ):  # fmt: skip
        assert sentence in page.partition(f'id="{name}-error"')[2].partition("</p>")[0], name
    bare = client.post(url, data=given(text="", evidence=""), content_type="multipart/form-data").text
    assert "请写明怎样改的" in bare and "请附证据" in bare


def test_an_unanswered_must_row_keeps_the_title(app, login):
    round_, people = make.served()
    client, project = login(people["producer"]), round_.project
    page = client.post(at(project, "/resubmit"), data={"note": ""})
    assert page.status_code == 422 and "没有答复" in page.text
    answered(round_, people)
    assert client.post(at(project, "/resubmit"), data={"note": "都改了"}).status_code == 303
    assert again(project).state == "in_review"
    assert client.post(at(project, "/resubmit")).status_code == 409


def test_a_re_review_is_handed_back_with_a_new_cut_only(app, login):
    round_, people = make.served("re_review")
    answered(round_, people)
    client, project = login(people["producer"]), round_.project
    page = client.post(at(project, "/resubmit"), data={"note": ""})
    assert page.status_code == 422 and "请上传改好的样片" in page.text
    cut = {"cut": (io.BytesIO(b"\x00\x00\x00\x18ftypmp42" + b"0" * 64), "改好的样片.mp4")}
    assert client.post(at(project, "/resubmit"), data=cut, content_type="multipart/form-data").status_code == 303
    page = login(people["officer"]).get(at(project)).text
    assert "开下一轮审核" in page and "确认办结通过" not in page


def test_the_officer_verifies_and_passes(app, login):
    round_, people = make.served()
    change, project = handed_back(round_, people), round_.project
    client = login(people["officer"])
    client.get(at(project))
    with statements() as told:
        page = client.get(at(project)).text
    assert "条“必改”没有核验" in page and len(told) <= 12, "\n".join(told)
    refused = client.post(at(project, "/pass"))
    assert refused.status_code == 422 and "条“必改”没有核验" in refused.text
    answer = change.answers[-1]
    assert client.post(at(project, f"/{change.id}/close"), data={"answer": answer.id + 1}).status_code == 409
    assert client.post(at(project, f"/{change.id}/close"), data={"answer": answer.id}).status_code == 303
    assert (again(change).state, again(answer).verdict) == ("closed", "closed")
    assert client.post(at(project, "/pass")).status_code == 303
    assert (again(project).state, again(round_).state) == ("reviewed", "closed")
    assert "核验通过" in login(people["producer"]).get(at(project)).text


def test_after_each_verdict_the_officer_reads_how_many_answers_still_wait(app, login):
    round_, people = make.served()
    change, project = handed_back(round_, people), round_.project
    with unit_of_work():
        other = Change(
            round_id=round_.id, project_id=project.id, ordinal=9, state="answered", severity="should", problem="字幕过小。",
            basis="", demand="explain", demand_text="",
        )  # fmt: skip
        db.session.add(other)
    verdict = {"answer": change.answers[-1].id}
    done = login(people["officer"]).post(at(project, f"/{change.id}/close"), data=verdict, follow_redirects=True)
    assert "核验通过。还有 1 条待核验。" in done.text


def test_all_answers_seen_are_closed_at_once(app, login):
    round_, people = make.served()
    change, project = handed_back(round_, people), round_.project
    client = login(people["officer"])
    assert "下面 1 条记为已核验" in client.get(at(project)).text
    assert client.post(at(project, "/close-all"), data={"answers": ["x", "99999"]}).status_code == 422
    assert client.post(at(project, "/close-all"), data={"answers": [change.answers[-1].id]}).status_code == 303
    assert again(change).state == "closed"


def test_a_row_sent_back_goes_to_the_house_with_its_reason(app, login):
    round_, people = make.served()
    change, project = handed_back(round_, people), round_.project
    client = login(people["officer"])
    assert client.post(at(project, "/again"), data={"reason": "x"}).status_code == 422
    blank = client.post(at(project, f"/{change.id}/reopen"), data={"reason": ""})
    assert blank.status_code == 422 and "请写明理由" in blank.text
    client.post(at(project, f"/{change.id}/reopen"), data={"reason": "近景还在。", "answer": change.answers[-1].id})
    assert (again(change).state, again(project).changes_open) == ("open", 1)
    assert client.post(at(project, "/again"), data={"reason": "请再改。"}).status_code == 303
    house = login(people["producer"])
    page = house.get(at(project)).text
    assert again(project).state == "rectifying" and "近景还在。" in page and "答复这一条" in page
    kept = house.post(at(project, f"/{change.id}/answer"), data={"how": "done", "text": "又改了。"})
    assert (
        kept.status_code == 422 and "请附证据" in kept.text
    )  # the file of the answer that did not do is not counted again


def test_more_time_is_given_with_a_reason_the_house_reads(app, login):
    round_, people = make.served()
    project, url = round_.project, at(round_.project, "/extend")
    client, later = login(people["officer"]), round_.answer_by + timedelta(days=10)
    assert "延长" in client.get(url).text
    for wrong in ({"answer_by": round_.answer_by.isoformat(), "reason": "雨季"}, {"answer_by": later.isoformat(), "reason": ""},
                  {"answer_by": "0000-01-01", "reason": "雨季"}, {"answer_by": today().isoformat(), "reason": "雨季"}):  # fmt: skip
        assert client.post(url, data=wrong).status_code == 422, wrong
    assert client.post(url, data={"answer_by": later.isoformat(), "reason": "补拍遇上雨季。"}).status_code == 303
    assert again(round_).answer_by == later
    event = db.session.scalars(db.select(Event).where(Event.trigger == "extend")).one()
    assert (event.reason, event.data["until"]) == ("补拍遇上雨季。", later.isoformat())
    house = login(people["producer"])
    assert "补拍遇上雨季。" in house.get(f"/projects/{project.id}/timeline").text
    assert house.get(url).status_code == 403


def test_rows_do_not_flood_the_timeline(app, login):
    round_, people = make.served()
    page = login(people["officer"]).get(f"/projects/{round_.project_id}/timeline").text
    assert "发出修改意见，时钟暂停" in page and page.count("发出修改意见") == 1


def test_who_may_read_and_who_may_act(app, login):
    round_, people = make.served()
    change, project = handed_back(round_, people), round_.project
    expert, colleague = round_.assignments[0].expert, make.user("officer")
    acts_ = (f"/{change.id}/close", f"/{change.id}/reopen", "/close-all", "/again", "/pass")
    for person, status in (
        (make.producer(), 404), (make.user("expert"), 404), (make.user("admin"), 403), (expert, 200), (people["head"], 200),
        (people["producer"], 200), (colleague, 200),
    ):  # fmt: skip
        client = login(person)
        page = client.get(at(project))
        assert page.status_code == status, person.roles
        assert "确认办结通过" not in page.text and "确认退回" not in page.text
        for path in acts_:
            assert client.post(
                at(project, path), data={"reason": "x", "answers": [change.answers[-1].id]}
            ).status_code in (403, 404), path
    assert again(change).state == "answered"
    for person in (make.producer(), people["officer"], expert):
        assert login(person).post(
            at(project, f"/{change.id}/answer"), data={"how": "explained", "text": "x"}
        ).status_code in (403, 404)


def test_an_expert_reads_evidence_of_his_rounds_only(app, login):
    round_, people = make.served()
    change = handed_back(round_, people)
    url = at(round_.project, f"/answers/{change.answers[-1].id}/file")
    assert login(round_.assignments[0].expert).get(url).status_code == 200
    assert login(make.user("expert")).get(url).status_code == 404
    assert login(make.producer()).get(url).status_code == 404


def test_before_the_letter_the_house_sees_no_row(app, login):
    round_, people = make.decided()
    page = login(people["producer"]).get(at(round_.project))
    assert page.status_code == 200 and "未成年人" not in page.text
    assert login(round_.assignments[0].expert).get(at(round_.project)).status_code == 404


def test_a_title_without_changes_is_passed_from_its_empty_ledger(app, login):
    round_, people = make.served("passed")
    client, project = login(people["officer"]), round_.project
    page = client.get(at(project)).text
    assert "这一轮没有修改意见" in page and "确认办结通过" in page
    assert client.get(f"/projects/{project.id}").text.count(at(project)) >= 1
    assert client.post(at(project, "/pass")).status_code == 303
    assert (again(project).state, client.post(at(project, "/pass")).status_code) == ("reviewed", 303), "told as done"


def test_a_place_in_the_new_cut_is_evidence_only_with_a_cut_that_holds_it(app, login, tmp_path):
    make_sample_cut(tmp_path / "cut.mp4", seconds=1, start=0)
    film = (tmp_path / "cut.mp4").read_bytes()
    round_, people = make.served()
    project, client = round_.project, login(people["producer"])
    row, back = at(project, f"/{round_.changes[0].id}/answer"), at(project, "/resubmit")

    def answer(place):
        words = given(evidence="", new_episode="1", new_place=place)
        assert client.post(row, data=words, content_type="multipart/form-data").status_code == 303

    def hand_back():
        cut = {"cut": (io.BytesIO(film), "改好的样片.mp4")}
        return client.post(back, data=cut, content_type="multipart/form-data")

    answer("00:59:00:00")
    page = client.post(back, data={"note": ""})
    assert page.status_code == 422 and "请上传改好的样片" in page.text
    page = hand_back()
    assert page.status_code == 422 and "超出新样片第 1 集的片长" in page.text
    assert again(project).state == "rectifying"
    answer("00:00:00:10")
    assert hand_back().status_code == 303
    assert again(project).state == "in_review"


def test_a_row_sent_back_may_point_into_the_cut_that_came_after_the_letter(app, login):
    round_, people = make.served()
    house, officer, project = make.actor_of(people["producer"]), make.actor_of(people["officer"]), round_.project
    change = answered(round_, people)
    with unit_of_work():
        cuts.resubmit(project, house, {0: make.stored(people["producer"], b"new cut")})
    with unit_of_work():
        acts.reopen(change, officer, "字幕仍有错字。")
        acts.ask_again(project, officer, "还有一处。")
    with unit_of_work():
        acts.answer(change, house, "done", "字幕已改。", new_episode=1, new_frame=10)
        cuts.resubmit(project, house)
    assert again(project).state == "in_review"


def test_an_answer_another_window_gave_is_not_replaced_unread(app, login):
    round_, people = make.served()
    change, client = round_.changes[0], login(people["producer"])
    where = at(round_.project, f"/{change.id}/answer")
    assert 'name="version" type="hidden" value="0"' in client.get(at(round_.project)).text
    assert client.post(where, data=given(version="0", text="甲窗口答的。")).status_code == 303
    late = client.post(where, data=given(version="0", text="乙窗口答的。"))
    assert (
        late.status_code == 409
        and "答复过（您本人），写的是：甲窗口答的。" in late.text
        and "乙窗口答的。" in late.text
    )
    assert [answer.text for answer in db.session.query(Answer)] == ["甲窗口答的。"]
    newest = db.session.query(Answer).one().id
    assert f'value="{newest}"' in late.text
    assert client.post(where, data=given(version=str(newest), text="乙窗口答的。")).status_code == 303


def test_a_term_is_extended_from_the_day_the_page_showed(app, login):
    round_, people = make.served()
    client, where = login(people["officer"]), at(round_.project, "/extend")
    version, due = str(round_.version), round_.answer_by
    form = {"version": version, "reason": "补拍需要时间。"}
    assert client.post(where, data=form | {"answer_by": str(due + timedelta(days=20))}).status_code == 303
    late = client.post(where, data=form | {"answer_by": str(due + timedelta(days=30))})
    assert late.status_code == 409 and "补拍需要时间。" in late.text
    assert again(round_).answer_by == due + timedelta(days=20)


def test_a_file_that_did_not_arrive_or_one_too_many_is_said_beside_the_evidence_with_what_was_typed(app, login):
    round_, people = make.served()
    change, client = round_.changes[0], login(people["producer"])
    where = at(round_.project, f"/{change.id}/answer")
    for brought, said in (
        ({"evidence_failed": "新版.mp4"}, "“新版.mp4”没有传完，没有附上"),
        ({"evidence_id": ["a", "b"]}, "这里只附一个文件"),
    ):
        for how in ("done", "explained", ""):
            answer = client.post(where, data={"version": "0", "how": how, "text": "已删去近景。", **brought})
            beside = answer.text.split('id="evidence-error"')[1].split("</p>")[0]
            assert (answer.status_code, said in beside, "已删去近景。</textarea>" in answer.text) == (
                422,
                True,
                True,
            ), how
    assert again(change).answers == []
