"""Registration begins with the address: the form stands behind a link that is mailed there, so often a day and no more."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db, utcnow
from audiovisual.kernel.outbox import OutboxRow
from audiovisual.people.models import House, User
from audiovisual.people.operations import houses
from tests import factories

from .conftest import ADDRESS, link_in, registration
from .test_houses import filled


def ask(client: Any, email: str = ADDRESS) -> Any:
    return client.post("/houses/register", data={"contact_email": email})


def mails() -> int:
    return db.session.scalar(select(func.count()).select_from(OutboxRow).where(OutboxRow.kind == "mail")) or 0


def test_the_form_stands_behind_a_link_that_is_mailed_to_the_address(browser: Any, post_box: Any) -> None:
    client = browser()
    asked = ask(client, "  LU@pingjiang.example ")
    assert (asked.status_code, asked.location) == (303, "/houses/register")
    assert "链接已发往 LU@pingjiang.example，一天内有效。" in client.get("/houses/register").text
    [message] = post_box()
    assert (message["To"], message["Subject"]) == ("LU@pingjiang.example", "种子库入驻申请表的链接")
    other = browser()
    page = other.get(link_in(message, "/houses/register/"))
    assert page.status_code == 200 and '<p class="mb-0">LU@pingjiang.example</p>' in page.text
    assert db.session.scalar(select(func.count()).select_from(House)) == 0, "nothing is kept before"


def test_whatever_address_is_sent_the_confirmed_one_is_kept(browser: Any) -> None:
    answer = browser().post(registration(), data=filled(contact_email="somebody@else.example"))
    assert answer.status_code == 303
    house, user = db.session.scalars(select(House)).one(), db.session.scalars(select(User)).one()
    assert (house.contact_email, user.email) == (ADDRESS, ADDRESS)


@pytest.mark.parametrize("token", ["none", "x" * 300, ""])
def test_a_link_of_nobody_opens_nothing(browser: Any, token: str) -> None:
    answer = browser().get(f"/houses/register/{token or 'a.b.c'}")
    assert answer.status_code == 404 and "链接已失效" in answer.text


def test_a_link_is_good_for_a_day(browser: Any) -> None:
    where = registration()
    with time_machine.travel(utcnow() + timedelta(hours=23, minutes=59), tick=False):
        assert browser().get(where).status_code == 200
    with time_machine.travel(utcnow() + timedelta(hours=24, minutes=1), tick=False):
        assert browser().get(where).status_code == 404
        assert browser().post(where, data=filled()).status_code == 404


def test_a_mail_in_english_opens_the_form_in_english(browser: Any, post_box: Any) -> None:
    client = browser()
    client.post("/language", data={"language": "en"})
    ask(client)
    [message] = post_box()
    assert message["Subject"] == "Link to the seed bank’s application form"
    link = link_in(message, "/houses/register/")
    opened = browser().get(link, follow_redirects=True)
    assert opened.status_code == 200 and 'lang="en"' in opened.text


def test_one_address_gets_three_links_a_day_and_one_visitor_sends_twenty(browser: Any) -> None:
    client = browser()
    assert [ask(client).status_code for _n in range(4)] == [303, 303, 303, 422]
    told = ask(client)
    assert "今天做得太多了，请在" in told.text and 'id="contact_email-error"' in told.text
    assert mails() == 3
    statuses = [ask(client, f"a{n}@example.test").status_code for n in range(30)]
    assert (statuses.count(303), mails()) == (17, 20)
    with time_machine.travel(utcnow() + timedelta(hours=25), tick=False):
        assert ask(client).status_code == 303, "the next day goes on"


def test_spelling_the_address_otherwise_gains_nothing(browser: Any) -> None:
    client = browser()
    for spelled in ("lu@pingjiang.example", "LU@pingjiang.example", " lu@PINGJIANG.example"):
        assert ask(client, spelled).status_code == 303
    assert ask(client, "Lu@Pingjiang.Example").status_code == 422


def test_the_demonstration_without_a_mail_server_leads_to_the_form_itself(
    app: Any, browser: Any, monkeypatch: Any
) -> None:
    monkeypatch.setitem(app.config, "DEMO", True)
    monkeypatch.setitem(app.config, "MAIL_SERVER", "")
    answer = ask(browser())
    assert answer.status_code == 303 and answer.location.startswith("/houses/register/")


def test_one_address_registers_three_houses_a_day(browser: Any) -> None:
    statuses = []
    for n in range(4):
        one = {"name": f"苏州平江灯影{n}厂", "uscc": factories.uscc(700 + n), "login": f"luwanzhou{n}"}
        given = filled(**one, licence_number=f"（苏）字第0070{n}号")
        statuses.append(browser().post(registration(), data=given).status_code)
    assert (statuses, db.session.scalar(select(func.count()).select_from(House))) == ([303, 303, 303, 422], 3)


def test_a_bank_of_many_houses_is_loaded_though_visitors_may_not_register_so_many(app: Any) -> None:
    known = House.__table__.columns
    for n in range(25):
        given = {key: value for key, value in filled(uscc=factories.uscc(100 + n)).items() if key in known}
        given |= {"name": f"第{n}家影视有限公司", "licence_number": f"（苏）字第{n:05}号"}
        given["licence_expires_on"] = date.fromisoformat(given["licence_expires_on"])
        with unit_of_work():
            houses.register(houses.Particulars(**given), f"house{n}", "x")
    assert db.session.scalar(select(func.count()).select_from(House)) == 25
