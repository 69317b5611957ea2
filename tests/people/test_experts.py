"""Experts: their own profile, the office's list; and the inbox."""

import re

import pytest
from sqlalchemy import select

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db
from audiovisual.people import queries
from audiovisual.people.models import Expert, Message

PROFILE = {
    "title": "一级编剧", "institution": "省戏剧创作室", "city": "南京", "specialities": ["艺术", "未成年人"],
    "types": ["web_series"], "themes": ["当代"], "past_employers": "南京三江影视有限公司\n\n 苏州平江影视有限公司 \n南京三江影视有限公司",
    "relatives": "", "biography": "写过四部话剧。", "max_load": "4",
}  # fmt: skip


def profile_of(user):
    db.session.expire_all()
    return db.session.get(Expert, user.id)


def test_an_expert_keeps_his_own_profile(person, enter):
    user = person("expert")
    client = enter(user)
    assert client.post("/experts/me", data={**PROFILE, "version": profile_of(user).version}).status_code == 303
    expert = profile_of(user)
    assert (expert.title, expert.specialities, expert.max_load) == ("一级编剧", ["艺术", "未成年人"], 4)
    assert expert.past_employers == ["南京三江影视有限公司", "苏州平江影视有限公司"]
    assert "写过四部话剧。" in client.get("/experts/me").text


@pytest.mark.parametrize(
    ("field", "typed"),
    [("title", ""), ("specialities", []), ("specialities", ["飞行"]), ("max_load", "0"), ("max_load", "9" * 30),
     ("max_load", "几部"), ("biography", "长" * 2001), ("types", ["../../etc"])],
)  # fmt: skip
def test_a_wrong_profile_is_refused_beside_the_field(person, enter, field, typed):
    user = person("expert")
    answer = enter(user).post("/experts/me", data={**PROFILE, "version": 1, field: typed})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert "省戏剧创作室" in answer.text
    assert profile_of(user).title == "研究员"


def test_a_profile_changed_elsewhere_is_shown_and_not_overwritten(person, enter):
    user = person("expert")
    client, version = enter(user), profile_of(user).version
    client.post("/experts/me", data={**PROFILE, "version": version})
    answer = client.post("/experts/me", data={**PROFILE, "title": "二级编剧", "version": version})
    assert answer.status_code == 409
    assert "一级编剧" in answer.text
    assert "二级编剧" in answer.text
    assert profile_of(user).title == "一级编剧"


def test_the_office_finds_experts_and_notes_their_training(person, enter):
    user, other = person("expert", name="庄怀民"), person("expert", name="项兰芝")
    with unit_of_work():
        db.session.get(Expert, other.id).specialities = ["未成年人"]
    officer = enter(person("officer"))
    text = officer.get("/experts?speciality=未成年人").text
    assert "项兰芝" in text
    assert "庄怀民" not in text
    assert officer.post(f"/experts/{user.id}", data={"training_until": "2027-03-01"}).status_code == 303
    assert profile_of(user).training_until.isoformat() == "2027-03-01"
    assert officer.post(f"/experts/{user.id}", data={"training_until": "0000-13-99"}).status_code == 422


def test_leaders_read_but_do_not_note_and_houses_read_nothing(person, enter):
    from tests import factories

    user = person("expert")
    leader = enter(person("leader"))
    assert leader.get(f"/experts/{user.id}").status_code == 200
    leader.post(f"/experts/{user.id}", data={"training_until": "2027-03-01"})
    assert profile_of(user).training_until is None
    producer = enter(person("producer", house=factories.house()))
    assert producer.get(f"/experts/{user.id}").status_code == 403
    assert enter(user).get(f"/experts/{user.id}").status_code == 403


def written(user, count=1, **given):
    """Messages in someone's inbox."""
    rows = [
        Message(
            user_id=user.id,
            subject="收到第 %(n)s 次",
            body="",
            params={"n": n, "title": "乔公食堂"},
            url="/account",
            **given,
        )
        for n in range(count)
    ]
    with unit_of_work() as session:
        session.add_all(rows)
    return rows


def test_opening_a_message_reads_it_and_leads_where_it_is_about(person, enter):
    user = person("officer")
    [message] = written(user)
    client = enter(user)
    text = client.get("/inbox").text
    assert "《乔公食堂》收到第 0 次" in text
    answer = client.get(f"/inbox/{message.id}")
    assert (answer.status_code, answer.location) == (303, "/account")
    assert queries.unread_count(user.id) == 0
    assert "没有未读消息" in client.get("/inbox?only=unread").text


def test_everything_is_read_at_once(person, enter):
    user, other = person("officer"), person("officer")
    written(user, 3)
    written(other, 2)
    client = enter(user)
    client.post("/inbox/read-all")
    assert (queries.unread_count(user.id), queries.unread_count(other.id)) == (0, 2)


def test_what_arrived_since_the_page_was_opened_stays_unread(person, enter):
    user = person("officer")
    written(user, 2)
    client = enter(user)
    upto = re.search(r'name="upto" value="(\d+)"', client.get("/inbox").text)[1]
    written(user, 1)
    client.post("/inbox/read-all", data={"upto": upto})
    assert queries.unread_count(user.id) == 1


def test_nobody_opens_anothers_message(person, enter):
    [message] = written(person("officer"))
    assert enter(person("officer")).get(f"/inbox/{message.id}").status_code == 404
    assert db.session.scalar(select(Message.read_at)) is None


def test_a_message_never_leads_out_of_the_house(person, enter):
    user = person("officer")
    [message] = written(user)
    with unit_of_work():
        db.session.get(Message, message.id).url = "https://evil.example/"
    assert enter(user).get(f"/inbox/{message.id}").location == "/inbox"


def test_the_count_stops_at_a_hundred_and_pages_at_fifty(person, enter):
    user = person("officer")
    written(user, 120)
    assert queries.unread_count(user.id) == 100
    client = enter(user)
    assert client.get("/inbox").text.count('class="mail"') == 50
    assert client.get("/inbox?page=3").text.count('class="mail"') == 20
    assert client.get("/inbox?page=99999999999999999999").status_code == 200
