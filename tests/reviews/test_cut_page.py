"""The page of a cut: who opens it, which versions and episodes it has, which points it shows to whom, where it opens."""

from __future__ import annotations

import re

import pytest

from audiovisual.kernel.audit import AuditRow
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db
from audiovisual.projects.operations import office
from audiovisual.reviews.models import CutPart, OpinionReading, Viewing
from audiovisual.reviews.operations import changes, cuts, opinions
from tests import factories as make

from .stages import gathered, proposed


def page(answer) -> str:
    return answer.get_data(as_text=True)


def shown(answer) -> list[str]:
    """What the points say, in the order of the page."""
    return re.findall(r'<p class="pre">(.*?)</p>', page(answer), re.S)


def groups(answer) -> list[str]:
    return re.findall(r'points-of" open>\s*<summary>\s*<h2>(.*?)</h2>', page(answer))


@pytest.fixture
def under_review(app):
    """A round that is read: its people, its title."""
    officer, producer = make.user("officer"), make.producer()
    round_, experts = make.reading(officer, producer)
    make.written(round_.assignments[0])
    return round_, {"officer": officer, "producer": producer, "experts": experts}


def at(project_id: int, **asked: object) -> str:
    return f"/projects/{project_id}/cut?" + "&".join(f"{key}={value}" for key, value in asked.items())


def test_the_house_and_the_bureau_see_the_cut_while_nothing_of_the_opinions_shows(login, under_review):
    round_, people = under_review
    secret = "未成年人独自吸烟，近景过长。"
    for person in (people["officer"], people["producer"], *(make.user(role) for role in ("head", "leader", "sealer"))):
        answer = login(person).get(at(round_.project_id))
        assert answer.status_code == 200
        assert f'src="/reviews/cuts/parts/{round_.cut.parts[0].id}/stream"' in page(answer)
        assert (groups(answer), secret in page(answer)) == ([], False)
    assert "专家意见还没有公开" in page(login(people["officer"]).get(at(round_.project_id)))


def test_an_expert_sees_their_own_points_and_never_a_colleagues(login, under_review):
    round_, people = under_review
    writer, colleague, _ = people["experts"]
    assert groups(login(writer).get(at(round_.project_id))) == ["第 1 轮 · 我的意见"]
    assert groups(login(colleague).get(at(round_.project_id))) == []
    assert login(make.user("expert")).get(at(round_.project_id)).status_code == 404
    assert db.session.query(OpinionReading).count() == 0


def test_who_recused_themselves_and_strangers_see_no_cut(login, under_review):
    round_, people = under_review
    recused = make.user("officer")
    with unit_of_work():
        office.recuse(round_.project, make.actor_of(recused), "与导演相熟")
    with unit_of_work():
        opinions.recuse(round_.assignments[1], make.actor_of(people["experts"][1]), "与导演相熟")
    answers = {
        "recused officer": (recused, 403), "recused expert": (people["experts"][1], 404),
        "other house": (make.producer(), 404), "admin": (make.user("admin"), 403),
    }  # fmt: skip
    assert {who: login(person).get(at(round_.project_id)).status_code for who, (person, _) in answers.items()} == {
        who: status for who, (_, status) in answers.items()
    }


def test_open_opinions_are_read_at_their_frames_and_the_reading_is_noted(login, app):
    round_, people = gathered()
    leader = people["leader"]
    answer = login(leader).get(at(round_.project_id))
    assert groups(answer) == ["第 1 轮 · 专家意见"]
    assert len(shown(answer)) == 3
    assert page(answer).count('data-seconds="10.02"') == 3
    assert db.session.query(OpinionReading).filter_by(user_id=leader.id).count() == 1
    assert db.session.query(AuditRow).filter_by(action="opinion.view").count() == 1


def test_what_is_being_settled_is_the_officers_in_charge_until_it_is_proposed(login, app):
    round_, people = proposed()
    assert groups(login(people["head"]).get(at(round_.project_id))) == ["第 1 轮 · 修改意见", "第 1 轮 · 专家意见"]
    with unit_of_work():
        round_.state = "frozen"
    assert groups(login(people["officer"]).get(at(round_.project_id))) == ["第 1 轮 · 修改意见", "第 1 轮 · 专家意见"]
    assert groups(login(people["head"]).get(at(round_.project_id))) == ["第 1 轮 · 专家意见"]
    assert groups(login(people["producer"]).get(at(round_.project_id))) == []


def test_the_house_reads_the_letters_points_and_no_experts(login, app):
    round_, people = make.served()
    answer = login(people["producer"]).get(at(round_.project_id))
    assert groups(answer) == ["第 1 轮 · 修改意见"]
    names = [seat.expert.name for seat in round_.assignments]
    assert not [name for name in names if f">{name}<" in page(answer)]
    assert "/reviews/" not in page(answer).replace("/reviews/cuts/parts/", "")
    assert db.session.query(OpinionReading).count() == 0


@pytest.mark.parametrize(
    ("asked", "opens"),
    [
        ({}, ""), ({"tc": "00:00:10:00"}, "#t=10.0200"), ({"episode": 1, "tc": "00:00:10:00"}, "#t=10.0200"),
        ({"version": 1, "episode": 1, "tc": "00:00:00:00"}, "#t=0.0200"), ({"tc": "００：００：１０：００"}, "#t=10.0200"),
    ],
)  # fmt: skip
def test_the_player_opens_at_the_frame_the_address_names(login, under_review, asked, opens):
    round_, people = under_review
    found = re.search(r'<video[^>]*src="([^"]*)"', page(login(people["officer"]).get(at(round_.project_id, **asked))))
    assert found.group(1) == f"/reviews/cuts/parts/{round_.cut.parts[0].id}/stream{opens}"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"episode": 25}, "没有第 25 集，这部片共 24 集。"),
        ({"version": 9}, "没有第 9 版样片，下面是最新的一版。"),
        ({"tc": "00:99:00:00"}, "时间码的时最大 23，分、秒最大 59。"),
        ({"tc": "00:00:00:25"}, "每秒 25 帧，帧号最大 24。"),
        ({"tc": "片头"}, "时间码请写成 时:分:秒 或 时:分:秒:帧，如 00:12:05:10。"),
        ({"episode": "甲", "tc": "%00"}, "时间码请写成"),
    ],
)
def test_an_address_that_leads_nowhere_says_so_and_the_player_opens(login, under_review, asked, said):
    round_, people = under_review
    answer = login(people["officer"]).get(at(round_.project_id, **asked))
    assert answer.status_code == 200 and said in page(answer) and "<video" in page(answer)


def test_an_episode_that_was_not_handed_in_plays_no_other(login, under_review):
    round_, people = under_review
    with unit_of_work() as session:
        part = session.get(CutPart, round_.cut.parts[0].id)
        part.episode = 2
    officer = login(people["officer"])
    first = page(officer.get(at(round_.project_id)))
    assert "<video" in first and 'data-episode="2"' in first
    missing = page(officer.get(at(round_.project_id, episode=1, tc="00:00:10:00")))
    assert "第 1 集这一版没有送审。" in missing and "<video" not in missing
    assert missing.count('没有送审"') == 23 and 'aria-label="第 1 集，没有送审"' in missing


def test_versions_stand_beside_each_other_and_a_missing_episode_leads_to_the_one_that_has_it(login, app):
    round_, people = make.served("re_review")
    producer, officer = make.actor_of(people["producer"]), people["officer"]
    with unit_of_work():
        for change in round_.changes:
            changes.answer(change, producer, "done", "删去了近景。", new_episode=1, new_frame=250)
    file = make.stored(people["producer"], b"\x00\x00\x00\x18ftypmp42" + b"1" * 64, "第1集.mp4")
    with unit_of_work():
        cuts.resubmit(round_.project, producer, {0: file}, "按意见改过")
    answer = login(officer).get(at(round_.project_id))
    assert "第 2 版" in page(answer) and "按意见改过" in page(answer)
    assert groups(answer) == ["第 1 轮的意见，机构改在这些地方"]
    assert shown(answer)[-1:] == ["删去了近景。"]
    old = login(officer).get(at(round_.project_id, version=1))
    assert groups(old) == ["第 1 轮 · 修改意见", "第 1 轮 · 专家意见"]
    ledger = page(login(officer).get(f"/projects/{round_.project_id}/changes"))
    assert f'href="/projects/{round_.project_id}/cut?version=2&amp;episode=1&amp;tc=00:00:10:00"' in ledger
    house = page(login(people["producer"]).get(f"/projects/{round_.project_id}/changes"))
    assert "cut?version=2&amp;episode=1&amp;tc=" in house
    with unit_of_work() as session:
        session.query(CutPart).filter(CutPart.cut_id != round_.cut_id).one().episode = 2
    lost = page(login(officer).get(at(round_.project_id, version=2, episode=1)))
    assert f'href="/projects/{round_.project_id}/cut?version=1&amp;episode=1"' in lost


def test_every_printed_timecode_leads_to_its_frame(login, app):
    round_, people = make.served()
    officer, project_id = login(people["officer"]), round_.project_id
    there = f'<a class="tcode" href="/projects/{project_id}/cut?version=1&amp;episode=1&amp;tc=00:00:10:00">'
    document = re.search(r"/documents/\d+", page(officer.get("/documents"))).group(0)
    counts = {
        f"/reviews/{round_.id}": 3, f"/reviews/{round_.id}/decide": 4, f"/projects/{project_id}/changes": 1, document: 1,
    }  # fmt: skip
    assert {path: page(officer.get(path)).count(there) for path in counts} == counts
    assert page(login(people["producer"]).get(document)).count(there) == 1
    seat = round_.assignments[0]
    assert page(login(seat.expert).get(f"/reviews/tasks/{seat.id}/opinion")).count(there) == 1
    assert page(login(seat.expert).get(at(project_id, version=1))).count('data-seconds="10.02"') == 2


def test_the_settling_page_leads_to_its_frames(login, app):
    round_, people = gathered()
    there = f'href="/projects/{round_.project_id}/cut?version=1&amp;episode=1&amp;tc=00:00:10:00"'
    assert page(login(people["officer"]).get(f"/reviews/{round_.id}/settle")).count(there) == 3


def test_a_title_without_a_cut_says_so(login, app):
    officer = make.user("officer")
    project = make.project("in_production", officer=officer)
    answer = login(officer).get(at(project.id))
    assert answer.status_code == 200 and "还没有送审样片。" in page(answer)


def test_opening_the_page_is_no_viewing_until_the_film_is_asked_for(login, under_review):
    round_, people = under_review
    browser = login(people["officer"])
    browser.get(at(round_.project_id))
    assert db.session.query(Viewing).count() == 0
    for _ in range(2):
        browser.get(f"/reviews/cuts/parts/{round_.cut.parts[0].id}/stream", headers={"Range": "bytes=0-9"})
    assert [viewing.user_id for viewing in db.session.query(Viewing)] == [people["officer"].id]
