"""Conflicts of interest: what experts write of themselves against everybody who has an interest in a title."""

from __future__ import annotations

from datetime import timedelta

import pytest

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.events import Event
from audiovisual.kernel.model import db, today
from audiovisual.people.models import RoleGrant
from audiovisual.projects.models import Tie
from audiovisual.reviews.conflicts import standings
from audiovisual.reviews.models import Assignment, Conflict
from audiovisual.reviews.operations import panels
from tests import factories as make

HOUSE = "南京三江影视文化有限公司"
CREW = [
    {"role": "writer", "name": "宋知微、柳一川"}, {"role": "director", "name": "张伟"},
    {"role": "producer", "name": "林知夏"}, {"role": "lead_actor", "name": "阿依古丽·买买提"},
]  # fmt: skip

BARRED = [
    ("institution", "南京三江影视文化有限公司"),
    ("institution", "南京三江影视文化有限责任公司艺术总监"),
    ("institution", "退休，现为南京三江影视文化公司顾问"),
    ("institution", "荔枝网"),
    ("past_employers", ["2021—2023年 南京三江影视文化有限公司 制片主任"]),
    ("past_employers", ["南京三江影视文化有限公司，制片"]),
    ("past_employers", ["省话剧团、南京三江影视文化有限公司"]),
    ("past_employers", ["省话剧团 南京三江影视文化有限公司"]),
    ("past_employers", ["南京三江影视文化（有限公司）"]),
    ("past_employers", ["南京三江影视文化股份有限公司"]),
    ("past_employers", ["南京　三江影视文化"]),
    ("past_employers", ["南京三江影視文化有限公司"]),
    ("past_employers", ["南京映画传播有限公司 编剧"]),
    ("past_employers", ["南京映画（2019年前）"]),
    ("past_employers", ["三江影业"]),
    ("past_employers", ["苏州橹声影业有限公司，2020年"]),
    ("past_employers", ["上海听潮文化传播有限公司"]),
    ("past_employers", ["听潮文化 (上海) 有限公司"]),
    ("relatives", ["妻 王芳，南京三江影视文化有限公司编剧"]),
    ("relatives", ["儿子在苏州橹声影业工作"]),
    ("relatives", ["女儿：荔枝网 运营"]),
    ("relatives", ["腾讯视频"]),
    ("relatives", ["哥哥张伟"]),
    ("relatives", ["張偉（堂弟）"]),
    ("relatives", ["柳一川"]),
    ("relatives", ["表姐：林知夏，制片人"]),
    ("relatives", ["阿依古丽买买提"]),
    ("relatives", ["林知夏（妻子）"]),  # whom the filing names as the house's contact
]
ASKED = [
    ("institution", "南京三江影视文化学院"),
    ("past_employers", ["三江影视文化"]),
    ("past_employers", ["苏州三江影业有限公司"]),
    ("past_employers", ["腾讯视频 特约编审"]),
    ("institution", "深圳市腾讯计算机系统有限公司"),
    ("relatives", ["父亲张伟民"]),
    ("relatives", ["林知夏薇"]),
    ("biography", "退休前在南京三江影视文化有限公司做过艺术总监。"),
]
CLEAR = [
    ("institution", "江苏省社会科学院"),
    ("institution", "南京三江学院"),
    ("past_employers", ["南京影视集团有限公司"]),
    ("past_employers", ["苏州三江影视文化有限公司"]),
    ("relatives", ["妻 王芳，小学教师"]),
    ("biography", "写过四部话剧，导过两部电影。"),
]


@pytest.fixture
def title(app):
    """A title of a house with a former name, a co-producer by name and one by its code, two platforms, a crew."""
    with_history = make.house(
        name=HOUSE, short_name="三江影业", former_names="南京映画传播有限公司；南京映画（2015—2018）"
    )
    partner = make.house(name="上海听潮文化传播有限公司", former_names="听潮文化（上海）有限公司")
    partners = [{"name": "苏州橹声影业有限公司", "uscc": ""}, {"name": "听潮", "uscc": partner.uscc}]
    officer = make.user("officer")
    return make.delivered(
        officer, make.producer(with_history), credits=CREW, co_producers=partners, platforms="荔枝网、腾讯视频"
    )


def standing_with(title, field, value):
    """How an expert stands to the title with this in the profile."""
    person = make.user("expert", name="郑可请")
    with unit_of_work():
        setattr(person.expert, field, value)
    return standings([person.id], title)[person.id]


def test_every_tie_bars_every_likeness_is_asked_about_and_nothing_else_is_said(title):
    expected = [("bars", 1, 0, *one) for one in BARRED] + [("asks", 0, 1, *one) for one in ASKED]
    expected += [("nothing", 0, 0, *one) for one in CLEAR]
    wrong = []
    for kind, bars, asks, field, value in expected:
        found = standing_with(title, field, value)
        if (min(len(found.bars), 1), min(len(found.asks), 1) if not bars else 0) != (bars, asks):
            wrong.append((kind, field, value, found))
    assert wrong == []
    assert len(expected) >= 40


def test_a_namesake_of_the_crew_is_asked_about_and_may_be_chosen(title, login):
    namesake = make.user("expert", name="张伟")
    officer = login(title.officer)
    with unit_of_work():
        round_ = panels.open_(title, make.actor_of(title.officer))
    page = officer.get(f"/reviews/{round_.id}/panel").text
    assert "请核实：与主创同名：张伟" in page.split("应当回避的")[0]
    assert officer.post(f"/reviews/{round_.id}/panel", data={"expert": namesake.id}).status_code == 303
    assert db.session.query(Assignment.state).scalar() == "proposed"
    kept = db.session.query(Event.reason).filter_by(trigger="choose").scalar()
    assert kept == "请核实：与主创同名：张伟"


def test_declared_conflicts_count_in_their_window_and_words_about_another_title_are_asked_about(title):
    other = make.delivered(make.user("officer"))
    cases = [
        ({"company": "南京三江影视文化公司"}, (1, 0)),
        ({"company": HOUSE, "valid_to": today() - timedelta(days=1)}, (0, 0)),
        ({"company": HOUSE, "valid_from": today() + timedelta(days=1)}, (0, 0)),
        ({"project_id": title.id, "note": "参与过策划"}, (1, 0)),
        ({"project_id": other.id, "note": "导演张伟是我的学生"}, (0, 1)),
        ({"project_id": other.id, "note": "在那家公司任职"}, (0, 0)),
    ]
    found = []
    for fields, _ in cases:
        person = make.user("expert")
        with unit_of_work() as session:
            session.add(Conflict(expert_id=person.id, kind="declared", declared_by_id=person.id, **fields))
        standing = standings([person.id], title)[person.id]
        found.append((len(standing.bars), len(standing.asks)))
    assert found == [expected for _, expected in cases]


def test_who_handles_the_title_or_recused_themselves_does_not_judge_it_and_other_posts_are_asked_about(title):
    both, head = make.user("officer", "expert"), make.user("head", "expert")
    with unit_of_work() as session:
        session.add(Tie(project_id=title.id, user_id=both.id, kind="recused", reason="亲属"))
        session.add(RoleGrant(user_id=title.officer_id, role="expert"))
        session.add(type(both.expert)(user_id=title.officer_id, title="研究员", institution="省局"))
    db.session.expire_all()
    found = standings([both.id, title.officer_id, head.id], title)
    assert found[both.id].bars == ("已回避这部片",)
    assert found[title.officer_id].bars == ("是这部片的经办",)
    assert (found[head.id].bars, found[head.id].asks) == ((), ("兼任处长，不能再审签这部片",))


def test_who_left_or_lost_the_role_is_not_invited(title, login):
    people = [make.user("expert", name=name) for name in ("郑一", "郑二", "郑三")]
    actor, officer = make.actor_of(title.officer), login(title.officer)
    with unit_of_work():
        round_ = panels.open_(title, actor)
        round_.seats = 3
        for person in people:
            panels.choose(round_, actor, person)
    with unit_of_work() as session:
        people[0].left_on = today()
        session.delete(next(grant for grant in people[1].grants))
    db.session.expire_all()
    page = officer.get(f"/reviews/{round_.id}/panel").text
    assert "郑一不能审看：已离职。请先移出。" in page
    assert "不能审看：</" not in page and page.count("不能审看：不在专家库里") == 1
    assert officer.post(f"/reviews/{round_.id}/steps/invite").status_code == 422
    for person, why in zip(people[:2], ("已离职", "不在专家库里"), strict=True):
        seat = next(seat for seat in round_.assignments if seat.expert_id == person.id)
        officer.post(f"/reviews/{round_.id}/seats/{seat.id}/release")
        refused = officer.post(f"/reviews/{round_.id}/panel", data={"expert": person.id})
        assert refused.status_code == 422 and why in refused.text
    db.session.expire_all()
    assert [seat.state for seat in round_.active] == ["proposed"]
