"""Houses: registering, being admitted or refused, keeping particulars, people who come and go."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from audiovisual.kernel.audit import AuditRow, verify
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.events import Event
from audiovisual.kernel.model import db, today, utcnow
from audiovisual.people.models import House, User
from tests import factories

from .conftest import PASSWORD, registration


def filled(**given):
    """A complete registration."""
    return {
        "name": "苏州平江灯影文化传播有限公司", "short_name": "平江灯影", "uscc": factories.uscc(777),
        "licence_number": "(苏)字第00777号", "licence_expires_on": (today() + timedelta(days=300)).isoformat(),
        "city": "suzhou", "address": "苏州市姑苏区", "contact_name": "陆晚舟", "contact_phone": "0512-67001234",
        "contact_email": "lu@pingjiang.example", "login": "luwanzhou", "password": PASSWORD, "again": PASSWORD, **given,
    }  # fmt: skip


def registered():
    return db.session.scalars(select(House)).one()


def test_a_house_registers_itself_and_is_logged_in_at_once(browser):
    client = browser()
    answer = client.post(registration(), data=filled())
    assert answer.status_code == 303, answer.text
    house = registered()
    assert answer.location == f"/houses/{house.id}"
    assert (house.state, house.licence_number) == ("applied", "（苏）字第00777号")
    assert "入驻审核中" in client.get(answer.location).text
    user = db.session.scalars(select(User)).one()
    assert (user.login, user.roles, user.house_id) == ("luwanzhou", {"producer"}, house.id)


def test_officers_are_told_who_applies(browser, person, enter, post_box):
    officer = person("officer")
    browser().post(registration(), data=filled())
    [message] = post_box()
    named = message["Subject"]
    assert message["To"] == officer.email
    assert re.fullmatch(rf"请于 (\d{{4}} 年 )?\d+ 月 \d+ 日前审核入驻：{registered().name}", named)
    assert named in enter(officer).get("/inbox").text


GOOD = factories.uscc(777)


@pytest.mark.parametrize(
    ("field", "typed", "word"),
    [
        ("uscc", "", "不能空着"),
        ("uscc", GOOD[:-1], "应为 18 位"),
        ("uscc", GOOD[:-1] + ("A" if GOOD[-1] != "A" else "B"), "校验不通过"),
        ("uscc", GOOD[:5] + "O" + GOOD[6:], "不含 I、O、S、V、Z"),
        ("uscc", GOOD[0:2] + "A" + GOOD[3:], "行政区划码"),
        ("licence_number", "苏字1号", "许可证号写法"),
        ("licence_expires_on", "2020-01-01", "已经过期"),
        ("licence_expires_on", "0000-00-00", "请填日期"),
        ("city", "shanghai", ""),
        ("contact_phone", "call me", "电话只写"),
        ("login", "陆 晚舟", "用户名用"),
        ("login", "lu", "用户名用"),
        ("password", "1234567890", "太常见"),
        ("password", "luwanzhou123", "用户名或姓名"),
        ("again", "something-else-9", "不一样"),
        ("name", "长" * 81, "最多 80 字"),
    ],
)
def test_a_wrong_field_is_told_beside_it_and_what_was_typed_is_kept(browser, field, typed, word):
    answer = browser().post(registration(), data=filled(**{field: typed}))
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert word in answer.text
    assert "平江灯影" in answer.text
    assert PASSWORD not in answer.text
    assert db.session.scalar(select(func.count()).select_from(House)) == 0


def test_a_licence_that_ran_out_is_said_with_the_other_faults(browser):
    answer = browser().post(registration(), data=filled(licence_expires_on="2020-01-01", contact_phone="call me"))
    assert answer.status_code == 422
    assert "许可证已经过期，请先办理延续。" in answer.text and 'id="contact_phone-error"' in answer.text


@pytest.mark.parametrize("field", ["uscc", "name"])
def test_a_code_or_a_name_is_registered_once(browser, field):
    browser().post(registration(), data=filled())
    other = {"name": "苏州另一家有限公司", "uscc": factories.uscc(778), "login": "another"}
    answer = browser().post(registration(), data=filled(**{**other, field: filled()[field]}))
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert "已经登记过" in answer.text


@pytest.mark.parametrize(
    "typed", ["苏州平江灯影文化传播 有限公司", "蘇州平江燈影文化傳播有限公司", "苏州平江灯影(文化传播)有限公司"]
)
def test_a_name_written_otherwise_is_the_same_name(browser, typed):
    browser().post(registration(), data=filled())
    other = {"uscc": factories.uscc(778), "licence_number": "（苏）字第00778号", "login": "another"}
    answer = browser().post(registration(), data=filled(**other, name=typed))
    assert answer.status_code == 422 and 'id="name-error"' in answer.text


def test_a_house_says_what_it_was_called_before_and_changes_it_later(browser):
    client = browser()
    client.post(registration(), data=filled(former_names="苏州平江映画有限公司、平江映画"))
    house = registered()
    assert "苏州平江映画有限公司、平江映画" in client.get(f"/houses/{house.id}").text
    form = {**filled(former_names="苏州平江映画有限公司"), "version": house.version}
    assert client.post(f"/houses/{house.id}/edit", data=form).status_code == 303
    db.session.expire_all()
    assert registered().former_names == "苏州平江映画有限公司"


def test_a_house_whose_licence_ran_out_keeps_the_rest_fresh(browser):
    client = browser()
    client.post(registration(), data=filled())
    with unit_of_work():
        house = registered()
        house.state, house.decided_at, house.licence_expires_on = "admitted", utcnow(), today() - timedelta(days=3)
    ran_out = registered().licence_expires_on
    form = filled(licence_expires_on=ran_out.isoformat(), contact_phone="0512-67005678", version=registered().version)
    assert client.post(f"/houses/{registered().id}/edit", data=form).status_code == 303
    db.session.expire_all()
    assert (registered().contact_phone, registered().licence_expires_on) == ("0512-67005678", ran_out)
    for day in (ran_out - timedelta(days=1), today() - timedelta(days=1)):  # another day that is past is no renewal
        form |= {"licence_expires_on": day.isoformat(), "version": registered().version}
        answer = client.post(f"/houses/{registered().id}/edit", data=form)
        assert answer.status_code == 422 and "许可证已经过期，请先办理延续。" in answer.text


def test_a_login_that_is_taken_leaves_no_house_behind(browser, person):
    person("officer", login="luwanzhou")
    assert browser().post(registration(), data=filled()).status_code == 422
    assert db.session.scalar(select(func.count()).select_from(House)) == 0


def test_codes_are_read_as_people_type_them(browser):
    typed = " ".join((GOOD[:6].lower(), GOOD[6:12], GOOD[12:]))
    browser().post(registration(), data=filled(uscc=typed, licence_number="（苏）字第00777号"))
    assert registered().uscc == GOOD


def test_an_officer_refuses_with_a_reason_the_house_mends_and_is_admitted(browser, person, enter):
    producer = browser()
    producer.post(registration(), data=filled())
    house_id = registered().id
    officer = enter(person("officer"))
    steps = f"/houses/{house_id}/steps/"
    assert officer.post(steps + "refuse").status_code == 422
    assert officer.post(steps + "refuse", data={"reason": "许可证照片与编号不符。"}).status_code == 303
    page = producer.get(f"/houses/{house_id}").text
    assert page.count("许可证照片与编号不符。") == 2
    assert ">：许可证" not in page  # who wrote it is not told to the house
    version = db.session.scalar(select(House.version))
    mended = {**filled(licence_number="（苏）字第00778号"), "version": version}
    assert producer.post(f"/houses/{house_id}/edit", data=mended).status_code == 303
    assert producer.post(steps + "apply_again").status_code == 303
    assert officer.post(steps + "admit").status_code == 303
    db.session.expire_all()
    house = registered()
    assert (house.state, house.refusal, house.licence_number) == ("admitted", None, "（苏）字第00778号")
    assert house.decided_by_id is not None
    triggers = db.session.scalars(select(Event.trigger).order_by(Event.id)).all()
    assert triggers == ["registered", "refuse", "apply_again", "admit"]
    assert verify(db.session()).broken_at is None


def test_two_officers_at_once_the_second_reads_why_not(person, enter):
    house = factories.house(state="applied", decided_at=None)
    first, second = enter(person("officer")), enter(person("officer"))
    assert first.post(f"/houses/{house.id}/steps/admit").status_code == 303
    assert second.post(f"/houses/{house.id}/steps/refuse", data={"reason": "材料不全。"}).status_code == 409


@pytest.mark.parametrize(
    ("roles", "trigger", "status"),
    [
        (("officer",), "admit", 303), (("head",), "admit", 403), (("leader",), "admit", 403), (("expert",), "admit", 403),
        (("admin",), "admit", 403), (("producer",), "admit", 404), (("officer",), "bar", 403), (("officer",), "nonsense", 404),
    ],
)  # fmt: skip
def test_who_may_decide_on_an_applicant(person, enter, roles, trigger, status):
    house = factories.house(state="applied", decided_at=None)
    client = enter(person(*roles, house=factories.house() if "producer" in roles else None))
    assert client.post(f"/houses/{house.id}/steps/{trigger}").status_code == status


def test_a_head_bars_and_restores_a_house(person, enter):
    house = factories.house()
    head = enter(person("head"))
    head.post(f"/houses/{house.id}/steps/bar", data={"reason": "许可证被吊销。"})
    db.session.expire_all()
    assert db.session.get(House, house.id).state == "barred"
    head.post(f"/houses/{house.id}/steps/restore")
    db.session.expire_all()
    assert db.session.get(House, house.id).state == "admitted"


def test_a_house_does_not_learn_of_another(person, enter):
    own, other = factories.house(), factories.house(name="南京别人家文化有限公司")
    client = enter(person("producer", house=own))
    assert client.get(f"/houses/{own.id}").status_code == 200
    there, nowhere = client.get(f"/houses/{other.id}"), client.get("/houses/999999")
    assert (there.status_code, nowhere.status_code) == (404, 404)
    sentence = [answer.text.split("<h1")[1].split("</p>")[0] for answer in (there, nowhere)]
    assert sentence[0] == sentence[1]
    assert client.get("/houses").status_code == 403


def test_name_and_code_stay_as_they_were_admitted(person, enter):
    house = factories.house(city="nanjing")
    client = enter(person("producer", house=house))
    form = {**filled(uscc=house.uscc), "version": house.version}
    answer = client.post(f"/houses/{house.id}/edit", data=form)
    assert answer.status_code == 422
    assert 'id="name-error"' in answer.text


def test_a_lost_race_shows_both_texts_and_overwrites_nothing(person, enter):
    house = factories.house(city="nanjing")
    one, other = (enter(person("producer", house=house)) for _ in range(2))
    form = filled(name=house.name, uscc=house.uscc, version=house.version)
    assert one.post(f"/houses/{house.id}/edit", data={**form, "contact_name": "先到的人"}).status_code == 303
    late = other.post(f"/houses/{house.id}/edit", data={**form, "contact_name": "后到的人"})
    assert late.status_code == 409
    assert "先到的人" in late.text
    assert "后到的人" in late.text
    db.session.expire_all()
    assert db.session.get(House, house.id).contact_name == "先到的人"


def test_a_leaver_is_out_at_once_and_his_traces_stay(person, enter):
    house = factories.house()
    stays, goes = person("producer", house=house), person("producer", house=house)
    leaving = enter(goes)
    assert enter(stays).post(f"/houses/{house.id}/people/{goes.id}/left").status_code == 303
    assert leaving.get("/account").location.startswith("/login")
    db.session.expire_all()
    assert db.session.get(User, goes.id).left_on == today()
    actions = db.session.scalars(select(AuditRow.action).where(AuditRow.actor_id == goes.id)).all()
    assert actions == ["user.logged_in"]


def test_nobody_dismisses_himself_or_people_of_another_house(person, enter):
    house, other = factories.house(), factories.house()
    me, stranger = person("producer", house=house), person("producer", house=other)
    client = enter(me)
    assert client.post(f"/houses/{house.id}/people/{me.id}/left").status_code == 403
    assert client.post(f"/houses/{house.id}/people/{stranger.id}/left").status_code == 404
    assert client.post(f"/houses/{other.id}/people/{stranger.id}/left").status_code == 404


def test_the_list_puts_applicants_first_and_finds_by_words(person, enter):
    factories.house(name="阿甲影视有限公司")
    waiting = factories.house(name="诸暨路影视有限公司", state="applied", decided_at=None)
    client = enter(person("officer"))
    text = client.get("/houses").text
    assert text.index(waiting.name) < text.index("阿甲影视有限公司")
    found = client.get(f"/houses?q={waiting.uscc[:12].lower()}+诸暨").text
    assert waiting.name in found
    assert "阿甲影视有限公司" not in found
    assert "没有这样的机构" in client.get("/houses?q=%25").text


def test_a_barred_house_keeps_reading_but_changes_nothing(person, enter):
    house = factories.house(city="nanjing")
    client = enter(person("producer", house=house))
    with unit_of_work():
        db.session.get(House, house.id).state = "barred"
    assert client.get(f"/houses/{house.id}").status_code == 200
    form = filled(name=house.name, uscc=house.uscc, version=db.session.scalar(select(House.version)))
    assert client.post(f"/houses/{house.id}/edit", data=form).status_code == 403
    invitation = {"name": "新同事", "email": "new@example.test", "roles": "producer"}
    assert client.post("/invitations/new", data=invitation).status_code == 403


def test_a_fault_that_names_its_field_is_not_headed_by_it_again(browser):
    listed = browser().post(registration(), data=filled(uscc="", contact_phone="call me")).text
    assert '<a href="#uscc">“统一社会信用代码”不能空着。</a>' in listed
    assert '<a href="#contact_phone">联系电话：' in listed


def test_a_house_that_was_refused_holds_neither_name_nor_code_and_applies_again_once_they_are_free(
    browser, person, enter
):
    impostor, officer = browser(), enter(person("officer"))
    impostor.post(registration(), data=filled(login="impostor"))
    refused = registered().id
    assert browser().post(registration(), data=filled()).status_code == 422
    officer.post(f"/houses/{refused}/steps/refuse", data={"reason": "冒用他人名义。"})
    assert browser().post(registration(), data=filled()).status_code == 303
    rightful = db.session.scalars(select(House).where(House.id != refused)).one()
    assert (rightful.name, rightful.uscc) == (filled()["name"], GOOD)
    assert (
        "名称" in officer.get(f"/houses/{rightful.id}").text
        and "冒用他人名义。" in officer.get(f"/houses/{rightful.id}").text
    )
    again = impostor.post(f"/houses/{refused}/steps/apply_again")
    assert again.status_code == 422 and "已经登记过" in again.text
    edited = impostor.post(
        f"/houses/{refused}/edit", data={**filled(), "version": db.session.get(House, refused).version}
    )
    assert edited.status_code == 422, "nor by an edit"


def test_two_houses_do_not_register_one_licence_unless_the_first_was_refused(browser):
    first = factories.house(licence_number="（苏）字第00777号", state="applied", decided_at=None)
    answer = browser().post(registration(), data=filled())
    assert answer.status_code == 422
    assert 'id="licence_number-error"' in answer.text and "这个许可证号已有单位登记，请核对。" in answer.text
    with unit_of_work():
        first.state, first.decided_at, first.refusal = "refused", utcnow(), "许可证是别家的。"
    assert browser().post(registration(), data=filled()).status_code == 303


def test_a_house_whose_contact_left_is_asked_to_name_another(app, login):
    house = factories.house(contact_name="封海澜")
    gone, stays = (
        factories.user("producer", house=house, name="封海澜"),
        factories.user("producer", house=house, name="任可意"),
    )
    client, told = login(stays), "联系人封海澜已经离职"
    assert told not in client.get(f"/houses/{house.id}").text
    assert client.post(f"/houses/{house.id}/people/{gone.id}/left").status_code == 303
    assert told in client.get(f"/houses/{house.id}").text
    assert told not in login(factories.user("officer")).get(f"/houses/{house.id}").text
    with unit_of_work():
        house.contact_name = "任可意"
    assert told not in login(stays).get(f"/houses/{house.id}").text
