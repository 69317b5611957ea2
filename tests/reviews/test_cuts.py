"""Delivering the cut and watching it: files told apart by their names, facts read by the worker, ranges, who may watch."""

from __future__ import annotations

import io

import pytest

from audiovisual.kernel.audit import AuditRow
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.files import keep_bytes
from audiovisual.kernel.model import db
from audiovisual.kernel.outbox import work_off
from audiovisual.kernel.samplecut import make_sample_cut
from audiovisual.kernel.text import pack
from audiovisual.people.models import User
from audiovisual.projects.models import Project
from audiovisual.reviews.cut_files import by_episode, episode_in
from audiovisual.reviews.models import Cut, CutPart, Viewing
from audiovisual.reviews.operations import changes, cuts, opinions, panels
from tests import factories as make
from workflows.cuts import Partial
from workflows.errors import RuleBroken, say


def html(answer):
    return answer.get_data(as_text=True)


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """A real cut of one second, 25 frames."""
    path = tmp_path_factory.mktemp("cut") / "cut.mp4"
    make_sample_cut(path, seconds=1, start=25 * 3600)
    return path.read_bytes()


@pytest.fixture
def producer(app):
    return make.producer()


@pytest.mark.parametrize(
    ("name", "episode"),
    [
        ("第3集.mp4", 3), ("第 03 集 终混.mov", 3), ("春水码头EP12_v2.mp4", 12), ("e07.mp4", 7), ("03.mp4", 3), ("第０３集.mp4", 3),
        ("春水码头.mp4", None), ("第1集第2集.mp4", None), ("2026-11-22.mp4", None), ("", None),
    ],
)  # fmt: skip
def test_the_episode_is_read_from_the_name(name, episode):
    assert episode_in(name) == episode


class Named:
    def __init__(self, name):
        self.name = name


def test_one_file_is_the_whole_unless_it_names_an_episode():
    whole, third = Named("春水码头.mp4"), Named("第3集.mp4")
    assert by_episode([whole], 24) == {0: whole}
    assert by_episode([third], 24) == {3: third}
    assert by_episode([third], 1) == {0: third}


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        ([], "请上传送审样片"),
        (["第1集.mp4", "终混.mp4"], "看不出是第几集"),
        (["第1集.mp4", "第25集.mp4"], "这部片共 24 集"),
        (["第1集.mp4", "EP01.mp4"], "第 1 集有两个文件"),
    ],
)
def test_files_that_do_not_fit_the_title_are_refused(names, sentence):
    with pytest.raises(RuleBroken, match=sentence) as refusal:
        by_episode([Named(name) for name in names], 24)
    assert refusal.value.field == "cut"


def test_the_house_delivers_and_the_worker_reads_the_file(login, producer, sample):
    project = make.project("in_production", by=producer, episodes=2)
    browser = login(producer)
    assert "送审样片" in html(browser.get(f"/projects/{project.id}/cut/new"))
    files = [(io.BytesIO(sample), "第1集.mp4"), (io.BytesIO(sample), "第2集.mp4")]
    answer = browser.post(
        f"/projects/{project.id}/cut/new", data={"cut": files, "note": "第一版"}, content_type="multipart/form-data"
    )
    assert (answer.status_code, answer.location) == (303, f"/projects/{project.id}")
    project_id = project.id
    work_off()
    parts = db.session.query(CutPart).order_by(CutPart.episode).all()
    assert [(p.episode, p.frames, p.rate_num, p.rate_den, p.start_frame, p.plays) for p in parts] == [
        (1, 25, 25, 1, 90000, True), (2, 25, 25, 1, 90000, True),
    ]  # fmt: skip
    assert db.session.query(Cut).one().note == "第一版"
    assert db.session.get(Project, project_id).state == "in_review"


def test_what_is_wrong_stands_beside_the_upload_and_the_note_stays(login, producer, sample):
    project = make.project("in_production", by=producer)
    browser, url = login(producer), f"/projects/{project.id}/cut/new"
    nothing = browser.post(url, data={"note": "写好的说明"})
    assert nothing.status_code == 422 and "请上传送审样片。" in html(nothing) and "写好的说明" in html(nothing)
    text = browser.post(url, data={"cut": (io.BytesIO(b"%PDF-1.4\n"), "第1集.mp4")}, content_type="multipart/form-data")
    assert text.status_code == 422 and db.session.query(Cut).count() == 0
    beyond = browser.post(url, data={"cut": [(io.BytesIO(sample), "第1集.mp4"), (io.BytesIO(sample), "第99集.mp4")]},
                          content_type="multipart/form-data")  # fmt: skip
    assert beyond.status_code == 422 and "这部片共 24 集" in html(beyond)


SAID = "其余各集 12 月 20 日前送。"


def handed_in(browser, project_id, sample, episodes, **more):
    files = [(io.BytesIO(sample), f"第{n}集.mp4") for n in episodes]
    url = f"/projects/{project_id}/cut/new"
    return browser.post(url, data={"cut": files, **more}, content_type="multipart/form-data")


def test_missing_episodes_are_named_and_go_to_review_only_with_a_statement(login, producer, sample):
    project = make.project("in_production", by=producer, episodes=8)
    id_, browser = project.id, login(producer)
    refused = handed_in(browser, id_, sample, (1, 2, 5), note="第一版")
    assert refused.status_code == 422 and db.session.query(Cut).count() == 0
    text = html(refused)
    said = "这部片共 8 集，还缺第 3—4、6—8 集。请补传；确实先送这些，请勾选下面一项，写明其余各集怎样安排。"
    assert text.count(said) == 2  # at the top of the form and beside the files
    assert 'name="lacks" value="3—4、6—8">' in text and "第一版" in text
    mute = handed_in(browser, id_, sample, (1, 2, 5), lacks="3—4、6—8")
    assert mute.status_code == 422 and "请写明缺的各集怎样安排。" in html(mute) and " checked" in html(mute)
    other = handed_in(browser, id_, sample, (1, 2), lacks="3—4、6—8", partial_note=SAID)
    assert other.status_code == 422 and 'value="3—8">' in html(other) and SAID in html(other)
    taken = handed_in(browser, id_, sample, (1, 2, 5), lacks="3—4、6—8", partial_note=SAID)
    assert taken.status_code == 303
    cut = db.session.query(Cut).one()
    assert (cut.lacking, cut.partial_note) == ((3, 4, 6, 7, 8), SAID)


def test_a_statement_nobody_needs_is_not_kept(login, producer, sample):
    project = make.project("in_production", by=producer, episodes=2)
    assert handed_in(login(producer), project.id, sample, (1, 2), lacks="2", partial_note=SAID).status_code == 303
    assert (db.session.query(Cut).one().lacking, db.session.query(Cut).one().partial_note) == ((), "")


def test_what_is_missing_is_told_to_who_opens_a_round_to_experts_and_to_who_decides(login, producer, sample):
    officer, expert = make.user("officer"), make.user("expert")
    project = make.project("in_production", by=producer, officer=officer, episodes=8)
    parts = {n: make.stored(producer, sample, f"第{n}集.mp4") for n in (1, 2)}
    with unit_of_work():
        cuts.deliver(project, make.actor_of(producer), parts, "", Partial("3—8", SAID))
    told = "这一版共 8 集，缺第 3—8 集。"
    page = html(login(officer).get(f"/projects/{project.id}/rounds"))
    assert told in page and f"机构说明：{SAID}" in page
    with unit_of_work():
        round_ = panels.open_(project, make.actor_of(officer))
        round_.seats = 1
        panels.choose(round_, make.actor_of(officer), expert)
        panels.invite(round_, make.actor_of(officer))
    seat = round_.assignments[0]
    for path in (f"/reviews/{round_.id}", f"/projects/{project.id}/cut"):
        assert told in html(login(officer).get(path)) and SAID in html(login(officer).get(path))
    invitation = html(login(expert).get(f"/reviews/tasks/{seat.id}"))
    assert told in invitation and SAID in invitation and "第 1—2 集，共 2 集" in invitation
    with unit_of_work():
        opinions.take(seat, make.actor_of(expert))
    room = html(login(expert).get(f"/reviews/tasks/{seat.id}/room?episode=5"))
    assert "缺第 3—8 集。" in room and SAID in room and "第 5 集这一版没有送审，现在放的是第 1 集。" in room


def test_a_cut_that_comes_back_from_rectification_accounts_for_its_episodes_too(login, app, sample):
    round_, people = make.served("re_review", episodes=8)
    producer, url = people["producer"], f"/projects/{round_.project_id}/changes/resubmit"
    with unit_of_work():
        for change in round_.changes:
            changes.answer(change, make.actor_of(producer), "explained", "已说明。")
    browser = login(producer)

    def hand_back(**more):
        files = [(io.BytesIO(sample), f"第{n}集.mp4") for n in (1, 2)]
        return browser.post(url, data={"cut": files, **more}, content_type="multipart/form-data")

    refused = hand_back()
    assert refused.status_code == 422 and "还缺第 3—8 集。" in html(refused) and 'value="3—8">' in html(refused)
    assert hand_back(lacks="3—8", partial_note="其余各集没有改动，沿用第 1 版。").status_code == 303
    assert db.session.query(Cut).filter_by(ordinal=2).one().partial_note == "其余各集没有改动，沿用第 1 版。"


def test_a_file_that_cannot_be_read_says_so_on_the_round(login, app):
    officer = make.user("officer")
    project = make.delivered(officer)
    with unit_of_work():
        round_id = panels.open_(project, make.actor_of(officer)).id
    officer_id = officer.id
    work_off()
    part = db.session.query(CutPart).one()
    assert (part.plays, part.frames) == (False, None)
    page = html(login(db.session.get(User, officer_id)).get(f"/reviews/{round_id}"))
    assert "“春水码头.mp4”：这个视频打不开：里面的数据读不出来，多半没有导出或复制完整。" in page


def test_what_a_file_needs_is_said_as_it_was_found():
    assert CutPart(detail={"codec": "h264"}, plays=True).trouble is None
    assert CutPart(detail={}, plays=None).trouble is None
    wrapped = {"unplayed": pack(say("浏览器放不了 %(kind)s 文件。", kind="MXF"))}
    assert CutPart(detail=wrapped, plays=False).trouble == (
        "浏览器放不了 MXF 文件。请制作机构导出成 H.264（8 位 4:2:0）画面、AAC 声音的 MP4。"
    )
    uneven = CutPart(detail={"varies": True}, plays=True, rate_num=30000, rate_den=1001)
    assert uneven.trouble == "这个文件的帧率不恒定，能放；时码按每秒 29.97 帧折算，和剪辑软件里的可能差几帧。"


def test_only_its_own_house_delivers_and_only_from_production(login, producer):
    project = make.project("in_production", by=producer)
    url = f"/projects/{project.id}/cut/new"
    assert [login(person).get(url).status_code for person in (make.producer(), make.user("officer"), make.user("expert"))] == [
        404, 403, 403,
    ]  # fmt: skip
    early = make.project("scheduled", by=producer)
    assert login(producer).get(f"/projects/{early.id}/cut/new").status_code == 409


@pytest.fixture
def watched(producer, sample):
    """A reading round on a real cut: round, officer, experts, part."""
    officer = make.user("officer")
    round_, experts = make.reading(officer, producer)
    with unit_of_work():
        round_.cut.parts[0].file = keep_bytes(sample, "第1集.mp4", "video/mp4", producer.id)
    return round_, officer, experts, round_.cut.parts[0]


def test_the_cut_is_answered_in_ranges(login, watched, sample):
    _, _, experts, part = watched
    browser, url = login(experts[0]), f"/reviews/cuts/parts/{part.id}/stream"
    whole = browser.get(url)
    assert (whole.status_code, whole.mimetype, whole.data == sample) == (200, "video/mp4", True)
    assert whole.headers["Content-Disposition"].startswith("inline")
    piece = browser.get(url, headers={"Range": "bytes=100-199"})
    assert (piece.status_code, piece.data) == (206, sample[100:200])
    assert browser.get(url, headers={"Range": f"bytes={len(sample)}-"}).status_code == 416


def test_watching_is_noted_once_per_person_file_and_session(login, watched):
    _, _, experts, part = watched
    url = f"/reviews/cuts/parts/{part.id}/stream"
    for person in (experts[0], experts[0], experts[1]):  # each log-in is a session of its own
        browser = login(person)
        for first in (0, 100, 200):
            browser.get(url, headers={"Range": f"bytes={first}-{first + 99}"})
    seen = db.session.query(Viewing).all()
    assert sorted(v.user_id for v in seen) == sorted([experts[0].id, experts[0].id, experts[1].id])
    assert db.session.query(AuditRow).filter_by(action="cut.view").count() == 3


def test_who_may_watch(login, watched, producer):
    round_, officer, experts, part = watched
    url = f"/reviews/cuts/parts/{part.id}/stream"
    with unit_of_work():
        panels.release(round_.assignments[1], make.actor_of(officer))
    with unit_of_work():
        opinions.recuse(round_.assignments[2], make.actor_of(experts[2]), "与导演相熟")
    spare = make.user("expert")
    with unit_of_work():
        panels.choose(round_, make.actor_of(officer), spare)
    answers = {
        "own house": (producer, 200), "officer": (officer, 200), "leader": (make.user("leader"), 200),
        "expert": (experts[0], 200), "released": (experts[1], 404), "recused": (experts[2], 404),
        "invited only": (spare, 404), "other expert": (make.user("expert"), 404), "other house": (make.producer(), 404),
        "admin": (make.user("admin"), 403),
    }  # fmt: skip
    assert {who: login(person).get(url).status_code for who, (person, _) in answers.items()} == {
        who: status for who, (_, status) in answers.items()
    }


def test_a_visitor_is_sent_to_log_in(client, watched):
    answer = client.get(f"/reviews/cuts/parts/{watched[3].id}/stream")
    assert answer.status_code == 303 and "/login" in answer.location
