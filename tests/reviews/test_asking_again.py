"""Nothing about a panel is final by one press but recusal: moved out, released, declined experts are asked again."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from audiovisual.kernel.calendar import working_calendar
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.events import Event
from audiovisual.kernel.model import db, today
from audiovisual.people.models import Message
from audiovisual.projects.models import Tie
from audiovisual.reviews.models import Assignment, Opinion, OpinionRow, Round
from audiovisual.reviews.operations import opinions, panels
from tests import factories as make
from workflows.clock import step_rule
from workflows.review import reading_due
from workflows.ruleset.clocks import ROWS


@pytest.fixture
def officer(app):
    return make.user("officer", name="沈经办")


@pytest.fixture
def composing(officer):
    """A round for three without experts yet."""
    project = make.delivered(officer)
    with unit_of_work():
        round_ = panels.open_(project, make.actor_of(officer))
        round_.seats = 3
    return round_


def seat_of(round_, person):
    db.session.expire_all()
    return db.session.query(Assignment).filter_by(round_id=round_.id, expert_id=person.id).one()


def acts_on(seat):
    """What the timeline keeps of a seat, in order."""
    found = db.session.query(Event.trigger).filter_by(subject_type="assignment", subject_id=seat.id)
    return [row.trigger for row in found.order_by(Event.id)]


def test_who_was_moved_out_before_any_invitation_is_back_among_those_to_choose_and_hears_nothing(
    login, officer, composing
):
    person = make.user("expert", name="郑可请")
    browser, panel = login(officer), f"/reviews/{composing.id}/panel"
    for _ in range(3):
        assert browser.post(panel, data={"expert": person.id}).location == panel
        seat = seat_of(composing, person)
        moved = browser.post(f"/reviews/{composing.id}/seats/{seat.id}/release?from=panel")
        assert (moved.status_code, moved.location) == (303, panel)
        assert "郑可请已移出专家组，需要时可以再选入。" in browser.get(panel).text
        page = browser.get(panel).text
        chosen, free = page.split("可以请的")
        assert "郑可请" not in chosen and "郑可请" in free.split("应当回避的")[0] and "已移出" not in free
        assert seat_of(composing, person).state == "removed"
    assert acts_on(seat) == ["remove", "choose_again", "remove", "choose_again", "remove"]
    assert login(person).get(f"/reviews/tasks/{seat.id}").status_code == 404
    assert db.session.query(Tie).filter_by(user_id=person.id).count() == 0
    assert db.session.query(Message).filter_by(user_id=person.id).count() == 0


@pytest.mark.parametrize("way", ["released", "declined"])
def test_who_was_released_or_declined_is_asked_again_and_finds_what_they_wrote(login, officer, way):
    round_, people = make.reading(officer)
    person, browser = people[0], login(officer)
    seat = seat_of(round_, person)
    with unit_of_work():
        opinions.add_row(seat, make.actor_of(person), problem="片头字幕过小。", severity="should")
        seat.is_lead = True
        if way == "declined":
            seat.state = "invited"
    if way == "released":
        browser.post(f"/reviews/{round_.id}/seats/{seat.id}/release", data={"reason": "误操作"})
    else:
        login(person).post(f"/reviews/tasks/{seat.id}/steps/decline", data={"reason": "出差"})
    gone = seat_of(round_, person)
    assert (gone.state, gone.is_lead, db.session.query(Tie).filter_by(user_id=person.id).count()) == (way, False, 0)
    browser = login(officer)
    page = browser.get(f"/reviews/{round_.id}/panel").text
    label = {"released": "已解除：误操作", "declined": "已谢绝：出差"}[way]
    assert label in page.split("可以请的")[1]
    assert browser.post(f"/reviews/{round_.id}/panel", data={"expert": person.id}).status_code == 303
    again = seat_of(round_, person)
    assert (again.id, again.state, again.reason, again.answered_at) == (seat.id, "invited", None, None)
    assert again.due_on > today()
    taken = login(person).post(f"/reviews/tasks/{seat.id}/steps/take")
    assert taken.location == f"/reviews/tasks/{seat.id}/room"
    assert "片头字幕过小。" in login(person).get(taken.location).text
    assert (
        db.session.query(Opinion).filter_by(assignment_id=seat.id).count(),
        db.session.query(OpinionRow).count(),
    ) == (1, 1)
    assert acts_on(seat)[-4:] == [{"released": "release", "declined": "decline"}[way], "choose_again", "send", "take"]


def test_who_recused_is_not_asked_again(login, officer):
    round_, people = make.reading(officer)
    seat = seat_of(round_, people[0])
    steps = f"/reviews/tasks/{seat.id}/steps"
    told = login(people[0]).post(f"{steps}/recuse", data={"reason": "与导演是师生"}, follow_redirects=True)
    assert f"回避已生效，不会再请您看《{round_.project.title}》。" in told.text
    browser = login(officer)
    refused = browser.post(f"/reviews/{round_.id}/panel", data={"expert": people[0].id})
    assert refused.status_code == 422 and "应回避：登记过利益冲突：与导演是师生" in refused.text
    assert seat_of(round_, people[0]).state == "recused"


STEP = step_rule(ROWS[-1].value, "expert_opinion")


def test_the_day_counts_from_the_invitation_and_never_lies_before_it(app):
    calendar, monday, counted = working_calendar(), date(2026, 11, 30), date(2026, 12, 10)
    due = lambda chosen=None, late=False: reading_due(STEP, monday, calendar, chosen, late)  # noqa: E731
    assert due() == counted
    assert due(date(2026, 12, 2)) == date(2026, 12, 2)
    assert due(date(2026, 11, 28)) == counted
    assert due(monday) == monday
    assert due(date(2026, 12, 2), late=True) == counted
    assert due(date(2027, 1, 29), late=True) == date(2027, 1, 29)


def test_a_replacement_has_their_own_day_and_the_round_waits_for_it(login, officer):
    start = datetime(2026, 11, 16, 2, tzinfo=UTC)
    with time_machine.travel(start, tick=False):
        round_, people = make.reading(officer)
        first = {seat.due_on for seat in round_.assignments}
    assert first == {round_.due_on} and round_.due_on > date(2026, 11, 16)
    spare = make.user("expert", name="郑接替")
    with time_machine.travel(start + timedelta(days=40), tick=False):
        browser = login(officer)
        seat = seat_of(round_, people[0])
        browser.post(f"/reviews/{round_.id}/seats/{seat.id}/release", data={"reason": "病假"})
        assert browser.post(f"/reviews/{round_.id}/panel", data={"expert": spare.id}).status_code == 303
        new = seat_of(round_, spare)
        due = date(2027, 1, 5)  # ten days from 26 December
        assert (new.due_on, db.session.get(Round, round_.id).due_on) == (due, due)
        assert {seat_of(round_, person).due_on for person in people[1:]} == first
        shown = "2027年1月5日"
        round_page = browser.get(f"/reviews/{round_.id}").text
        page = login(spare).get(f"/reviews/tasks/{new.id}").text
        assert f"请您在{shown}前看完样片" in page and "已超期" not in page
        assert round_page.count("已超期") == 2 and f"{shown}前交意见" in round_page


def test_a_day_that_was_chosen_stands_unless_it_passed_before_the_invitations_went_out(login, officer):
    chosen = today() + timedelta(days=3)
    found = []
    for later in (0, 5):
        project = make.delivered(officer)
        with unit_of_work():
            round_ = panels.open_(project, make.actor_of(officer), due_on=chosen)
            round_.seats = 1
            panels.choose(round_, make.actor_of(officer), make.user("expert"))
        with time_machine.travel(datetime.now(UTC) + timedelta(days=later), tick=False), unit_of_work():
            panels.invite(round_, make.actor_of(officer))
        found.append((round_.due_on == chosen, round_.due_on > chosen, round_.assignments[0].due_on == round_.due_on))
    assert found == [(True, False, True), (False, True, True)]


def test_pressed_twice_or_in_two_windows_it_is_done_once(login, officer, composing):
    person = make.user("expert")
    browser, panel = login(officer), f"/reviews/{composing.id}/panel"
    browser.post(panel, data={"expert": person.id})
    again = browser.post(panel, data={"expert": person.id}, follow_redirects=True)
    assert again.status_code == 200 and "已经办过了，这次没有重复办。" in again.text
    seat = seat_of(composing, person)
    release = f"/reviews/{composing.id}/seats/{seat.id}/release?from=panel"
    assert [browser.post(release).location for _ in range(2)] == [panel, panel]
    assert acts_on(seat) == ["remove"]
    with unit_of_work():
        panels.choose(composing, make.actor_of(officer), person)
        composing.seats = 1
        panels.invite(composing, make.actor_of(officer))
    expert, task = login(person), f"/reviews/tasks/{seat.id}"
    answers = [expert.post(f"{task}/steps/take") for _ in range(2)]
    assert [(a.status_code, a.location) for a in answers] == [(303, f"{task}/room")] * 2
    assert db.session.query(Opinion).count() == 1
    declining = expert.post(f"{task}/steps/decline", data={"reason": "没空"})
    assert declining.status_code == 409 and seat_of(composing, person).state == "accepted"


def test_twenty_decline_one_after_the_other_and_the_panel_is_filled_in_the_end(login, officer):
    round_, people = make.reading(officer)
    browser = login(officer)
    for number in range(20):
        person = make.user("expert", name=f"郑{number}")
        if number == 0:
            browser.post(f"/reviews/{round_.id}/seats/{seat_of(round_, people[0]).id}/release")
        assert browser.post(f"/reviews/{round_.id}/panel", data={"expert": person.id}).status_code == 303
        seat = seat_of(round_, person)
        with unit_of_work():
            opinions.decline(seat, make.actor_of(person), "时间不合适")
    page = browser.get(f"/reviews/{round_.id}").text
    assert page.count("已谢绝") == 20 and "2 人，要 3 人" in page
    assert browser.post(f"/reviews/{round_.id}/panel", data={"expert": people[0].id}).status_code == 303
    db.session.expire_all()
    assert (round_.seats_filled, round_.project.holder_role) == (3, "expert")


def test_three_hundred_experts_are_searched_and_paged(login, officer, composing):
    for number in range(120):
        make.user("expert", name=f"郑{number:03}")
    with unit_of_work():
        kin = make.user("expert", name="何回避")
        kin.expert.institution = composing.project.house.name
    browser, panel = login(officer), f"/reviews/{composing.id}/panel"
    first = browser.get(panel).text
    assert first.count('name="expert"') == 50 and "第 1–50，共 120 位" in first
    last = browser.get(f"{panel}?page=3").text
    assert last.count('name="expert"') == 20 and "郑119" in last
    found = browser.get(f"{panel}?q=郑１19 社会科学院").text
    assert found.count('name="expert"') == 1 and "郑119" in found and "何回避" not in found
    assert "没有这样的专家。" in browser.get(f"{panel}?q=没有").text
    assert browser.get(f"{panel}?speciality=音乐版权").text.count('name="expert"') == 0
    with unit_of_work():
        only_films = make.user("expert", name="郑看片")
        only_films.expert.types, only_films.expert.specialities = ["web_film"], ["市场"]
    narrowed = browser.get(f"{panel}?speciality=市场").text
    assert narrowed.count('name="expert"') == 1 and "可审看的类型里没有勾选网络剧" in narrowed
    chosen = db.session.query(Assignment).count
    person = make.user("expert", name="郑末位")
    posted = browser.post(f"{panel}?q=末位&page=1", data={"expert": person.id})
    assert posted.location == f"{panel}?page=1&q=%E6%9C%AB%E4%BD%8D" and chosen() == 1
