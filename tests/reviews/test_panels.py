"""The officer's pages: rounds, candidates, seats, invitations, gathering."""

from __future__ import annotations

import pytest

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db
from audiovisual.projects.operations import records
from audiovisual.reviews.models import Assignment, Round
from audiovisual.reviews.operations import opinions, panels
from tests import factories as make


def html(answer):
    return answer.get_data(as_text=True)


@pytest.fixture
def officer(app):
    return make.user("officer", name="沈经办")


@pytest.fixture
def composing(officer):
    """A round without experts yet."""
    project = make.delivered(officer)
    with unit_of_work():
        round_ = panels.open_(project, make.actor_of(officer))
        round_.seats = 3
    return round_


def test_the_officer_opens_a_round_and_goes_on_to_the_panel(login, officer):
    project = make.delivered(officer)
    browser = login(officer)
    page = browser.get(f"/projects/{project.id}/rounds")
    assert "开审，去选专家" in html(page)
    answer = browser.post(f"/projects/{project.id}/rounds", data={"due_on": ""})
    round_ = db.session.query(Round).one()
    assert (answer.status_code, answer.location) == (303, f"/reviews/{round_.id}/panel")
    assert round_.due_on is None  # it is counted from the day the invitations go out


def test_a_day_that_has_passed_is_refused_beside_the_field(login, officer):
    project = make.delivered(officer)
    answer = login(officer).post(f"/projects/{project.id}/rounds", data={"due_on": "2020-01-01"})
    assert answer.status_code == 422 and "期限已经过去" in html(answer) and "2020-01-01" in html(answer)
    assert db.session.query(Round).count() == 0


def test_a_second_round_is_refused_while_one_is_open(login, officer, composing):
    browser = login(officer)
    assert "开审，去选专家" not in html(browser.get(f"/projects/{composing.project_id}/rounds"))
    assert browser.post(f"/projects/{composing.project_id}/rounds", data={}).status_code == 409


def test_candidates_show_speciality_and_load_and_the_excluded_say_why(login, officer, composing):
    make.user("expert", name="郑可请")
    kin = make.user("expert", name="何回避")
    with unit_of_work():
        kin.expert.institution = composing.project.house.name
    text = html(login(officer).get(f"/reviews/{composing.id}/panel"))
    free, excluded = text.split("应当回避的")
    assert "郑可请" in free and "艺术" in free and "在审 0 部" in free
    assert "何回避" in excluded and "现在就职于" in excluded and "何回避" not in free


def test_an_excluded_expert_is_refused_with_the_reason_even_by_a_hand_made_request(login, officer, composing):
    kin = make.user("expert", name="何回避")
    with unit_of_work():
        kin.expert.relatives = ["贺兰舟"]
    answer = login(officer).post(f"/reviews/{composing.id}/panel", data={"expert": kin.id})
    assert answer.status_code == 422 and "何回避应回避：亲属贺兰舟在主创名单里" in html(answer)


def test_nonsense_for_an_expert_is_unknown(login, officer, composing):
    browser = login(officer)
    nobody = browser.post(f"/reviews/{composing.id}/panel", data={"expert": ""})
    assert nobody.status_code == 422 and "请先选一位专家。" in nobody.text
    for value in ("x", "99999999", "-1", "9" * 30, "１"):
        assert browser.post(f"/reviews/{composing.id}/panel", data={"expert": value}).status_code == 404


def test_the_panel_is_chosen_led_and_invited(login, officer, composing):
    people = [make.user("expert") for _ in range(3)]
    browser = login(officer)
    text = html(browser.get(f"/reviews/{composing.id}"))
    assert "专家组要 3 人，现在 0 人" in text
    for person in people:
        assert browser.post(f"/reviews/{composing.id}/panel", data={"expert": person.id}).status_code == 303
    seats = db.session.query(Assignment).order_by(Assignment.id).all()
    browser.post(f"/reviews/{composing.id}/seats/{seats[2].id}/lead")
    assert browser.post(f"/reviews/{composing.id}/steps/invite").status_code == 303
    db.session.expire_all()
    assert [(s.state, s.is_lead) for s in seats] == [("invited", False), ("invited", False), ("invited", True)]
    assert composing.state == "reading"


def test_a_decliner_is_replaced(login, officer):
    round_, _ = make.reading(officer)
    first = round_.assignments[0]
    browser = login(officer)
    browser.post(f"/reviews/{round_.id}/seats/{first.id}/release", data={"reason": "病假"})
    spare = make.user("expert")
    assert browser.post(f"/reviews/{round_.id}/panel", data={"expert": spare.id}).status_code == 303
    db.session.expire_all()
    assert first.state == "released"
    assert [a.state for a in round_.assignments if a.expert_id == spare.id] == ["invited"]


def test_gathering_early_asks_for_a_reason_beside_the_field(login, officer):
    round_, _ = make.reading(officer)
    seat = round_.assignments[0]
    make.written(seat)
    with unit_of_work():
        opinions.sign(seat, make.actor_of(seat.expert))
    browser = login(officer)
    answer = browser.post(f"/reviews/{round_.id}/steps/freeze", data={"reason": "  "})
    assert answer.status_code == 422 and "现在公开意见请写明理由。" in html(answer)
    assert browser.post(f"/reviews/{round_.id}/steps/freeze", data={"reason": "期限已到"}).status_code == 303
    db.session.expire_all()
    assert round_.state == "frozen" and sorted(a.state for a in round_.assignments) == [
        "released",
        "released",
        "signed",
    ]


def test_gathering_waits_for_a_first_signature(login, officer):
    round_, _ = make.reading(officer)
    browser = login(officer)
    assert "还没有专家签名，不能公开意见" in html(browser.get(f"/reviews/{round_.id}"))
    assert browser.post(f"/reviews/{round_.id}/steps/freeze", data={"reason": "急"}).status_code == 422
    assert round_.state == "reading"


def test_a_round_is_cancelled_with_a_reason(login, officer, composing):
    browser = login(officer)
    assert browser.post(f"/reviews/{composing.id}/steps/cancel", data={"reason": ""}).status_code == 422
    assert browser.post(f"/reviews/{composing.id}/steps/cancel", data={"reason": "样片有误"}).status_code == 303
    db.session.expire_all()
    assert composing.state == "cancelled"


def test_opinions_lie_side_by_side_by_episode_once_gathered(login, officer):
    round_, people = make.reading(officer)
    for seat in list(round_.assignments):
        make.written(seat)
        with unit_of_work():
            opinions.sign(seat, make.actor_of(seat.expert))
    text = html(login(officer).get(f"/reviews/{round_.id}"))
    assert text.count("未成年人独自吸烟，近景过长。") == 3 and "第 1 集" in text and "00:00:10:00—00:00:20:00" in text
    assert all(person.name in text for person in people)


ROUND_PAGES = ("/reviews/{id}", "/reviews/{id}/panel", "/projects/{project}/rounds", "/reviews")


@pytest.mark.parametrize(
    ("role", "answers"),
    [
        ("officer", (200, 200, 200, 200)),
        ("head", (200, 403, 200, 200)),
        ("leader", (200, 403, 200, 200)),
        ("sealer", (200, 403, 200, 200)),
        ("expert", (404, 403, 404, 303)),
        ("producer", (403, 403, 403, 403)),
        ("admin", (403, 403, 403, 403)),
    ],
)
def test_who_opens_the_pages_of_a_round(login, composing, role, answers):
    person = make.producer() if role == "producer" else make.user(role)
    browser = login(person)
    paths = [path.format(id=composing.id, project=composing.project_id) for path in ROUND_PAGES]
    assert tuple(browser.get(path).status_code for path in paths) == answers


def test_another_officer_sees_a_round_but_moves_nothing(login, composing):
    expert = make.user("expert")
    browser = login(make.user("officer"))
    text = html(browser.get(f"/reviews/{composing.id}"))
    assert "取消本轮" not in text
    assert browser.post(f"/reviews/{composing.id}/panel", data={"expert": expert.id}).status_code == 403
    assert browser.post(f"/reviews/{composing.id}/steps/cancel", data={"reason": "x"}).status_code == 403


def test_a_recused_officer_reads_nothing_of_the_review(login, officer, composing):
    from audiovisual.projects.models import Tie

    other = make.user("officer")
    with unit_of_work() as session:
        session.add(Tie(project_id=composing.project_id, user_id=other.id, kind="recused", reason="亲属"))
    db.session.expire_all()
    browser = login(other)
    part = composing.cut.parts[0]
    paths = (f"/reviews/{composing.id}", f"/reviews/{composing.id}/panel", f"/reviews/cuts/parts/{part.id}/stream")
    assert [browser.get(path).status_code for path in paths] == [403, 403, 403]
    assert browser.post(f"/reviews/{composing.id}/steps/invite").status_code == 403


def test_an_expert_of_the_panel_cannot_gather_or_arrange(login, officer):
    round_, people = make.reading(officer)
    browser = login(people[0])
    assert browser.post(f"/reviews/{round_.id}/steps/freeze", data={"reason": "x"}).status_code == 403
    assert browser.post(f"/reviews/{round_.id}/seats/{round_.assignments[1].id}/release").status_code == 403
    assert browser.get(f"/reviews/{round_.id}").location == f"/reviews/tasks/{round_.assignments[0].id}"


def test_a_seat_of_another_round_is_unknown(login, officer, composing):
    round_, _ = make.reading(officer)
    answer = login(officer).post(f"/reviews/{composing.id}/seats/{round_.assignments[0].id}/release")
    assert answer.status_code == 404 and round_.assignments[0].state == "accepted"


def test_the_list_is_filtered_by_state_and_paged(login, officer, composing):
    make.reading(officer, title="归帆渡口")
    browser = login(officer)
    everything, reading = html(browser.get("/reviews")), html(browser.get("/reviews?state=reading"))
    assert "归帆渡口" in everything and composing.project.title in everything
    assert "归帆渡口" in reading and composing.project.title not in reading
    for nonsense in ("?state=x", "?page=0", "?page=-3", "?page=99999999999", "?page=二", "?page=4"):
        assert browser.get("/reviews" + nonsense).status_code == 200


def test_a_seat_given_up_lays_the_title_on_the_officers_desk_until_it_is_filled(app):
    officer, spare = make.user("officer"), make.user("expert")
    round_, _experts = make.reading(officer)
    seat = round_.assignments[0]
    title = round_.project
    assert title.holder_role == "expert"
    with unit_of_work():
        opinions.recuse(seat, make.actor_of(seat.expert), "与导演有亲属关系。")
    assert (title.holder_role, title.holder_id) == ("officer", officer.id)
    with unit_of_work():
        panels.choose(round_, make.actor_of(officer), spare)
    assert (title.holder_role, title.holder_id) == ("expert", None)


def test_nobody_chosen_is_told_beside_the_list(app, login):
    officer = make.user("officer")
    round_, _experts = make.reading(officer)
    page = login(officer).post(f"/reviews/{round_.id}/panel", data={})
    assert page.status_code == 422 and "请先选一位专家。" in page.text and "应当回避的：无" in page.text


def test_who_turned_out_partial_is_not_invited(login, officer, composing):
    people = [make.user("expert", name=name) for name in ("郑一", "郑二", "郑三")]
    browser = login(officer)
    for person in people:
        browser.post(f"/reviews/{composing.id}/panel", data={"expert": person.id})
    with unit_of_work():
        people[1].expert.past_employers = [composing.project.house.name]
    why = f"曾任职于{composing.project.house.name}"
    for page in (f"/reviews/{composing.id}", f"/reviews/{composing.id}/panel"):
        assert f"郑二应回避：{why}。请先移出。" in html(browser.get(page)), page
    assert browser.post(f"/reviews/{composing.id}/steps/invite").status_code == 422
    db.session.expire_all()
    assert [seat.state for seat in composing.assignments] == ["proposed", "proposed", "proposed"]
    seat = next(seat for seat in composing.assignments if seat.expert_id == people[1].id)
    browser.post(f"/reviews/{composing.id}/seats/{seat.id}/release")
    browser.post(f"/reviews/{composing.id}/panel", data={"expert": make.user("expert").id})
    assert browser.post(f"/reviews/{composing.id}/steps/invite").status_code == 303


def test_a_house_that_takes_over_shows_who_is_partial_now_and_he_signs_no_more(login, officer):
    taking = make.house()
    round_, (partial, *others) = make.reading(officer)
    for seat in list(round_.assignments):
        make.written(seat)
    with unit_of_work():
        partial.expert.institution = taking.name
    seat = next(seat for seat in round_.assignments if seat.expert_id == partial.id)
    assert "应回避" not in html(login(officer).get(f"/reviews/{round_.id}"))
    with unit_of_work():
        asked = records.ask_change(
            round_.project, make.actor_of(round_.project.house.users[0]), "house", taking.name, "转让。", taking
        )
        records.answer_take_over(asked, make.actor_of(make.producer(taking)), True)
        records.decide_change(asked, make.actor_of(officer), True)
    why = f"现在就职于{taking.name}"
    assert f'<small class="whynot">应回避：{why}</small>' in html(login(officer).get(f"/reviews/{round_.id}"))
    browser, at = login(partial), f"/reviews/tasks/{seat.id}/sign"
    page = html(browser.get(at))
    assert f"您应回避这部片：{why}。" in page and "签名提交</button>" not in page
    refused = browser.post(at, data={"seen": opinions.fingerprint(seat)})
    assert refused.status_code == 422 and f"您应回避这部片：{why}。" in html(refused)
    db.session.expire_all()
    assert seat.state == "accepted"
    mine = next(seat for seat in round_.assignments if seat.expert_id == others[0].id)
    signed = login(others[0]).post(f"/reviews/tasks/{mine.id}/sign", data={"seen": opinions.fingerprint(mine)})
    assert signed.status_code == 303


def test_who_turned_out_partial_cannot_accept_but_may_ask_to_be_recused(login, officer, composing):
    people = [make.user("expert") for _ in range(3)]
    with unit_of_work():
        for person in people:
            panels.choose(composing, make.actor_of(officer), person)
        panels.invite(composing, make.actor_of(officer))
    with unit_of_work():
        people[0].expert.relatives = ["贺兰舟"]
    seat = next(seat for seat in composing.assignments if seat.expert_id == people[0].id)
    browser, at = login(people[0]), f"/reviews/tasks/{seat.id}"
    assert "亲属贺兰舟在主创名单里" in html(browser.get(at)) and "没有利益冲突，接受" not in html(browser.get(at))
    assert browser.post(f"{at}/steps/take").status_code == 422
    assert browser.post(f"{at}/steps/recuse", data={"reason": "亲属参与。"}).status_code == 303
    db.session.expire_all()
    assert seat.state == "recused"


def test_a_panel_has_no_more_than_fifteen_seats(login, officer, composing):
    with unit_of_work():
        for person in [make.user("expert") for _ in range(15)]:
            panels.choose(composing, make.actor_of(officer), person)
    one_more = login(officer).post(f"/reviews/{composing.id}/panel", data={"expert": make.user("expert").id})
    assert one_more.status_code == 422 and "一轮最多请 15 位专家。" in html(one_more)
    db.session.expire_all()
    assert composing.seats_filled == 15
