"""Whoever admits a house reads first what the bank knows of it; the house itself reads none of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db, today
from audiovisual.people.admission import known_of
from audiovisual.people.models import House
from audiovisual.people.operations import houses
from tests import factories as make
from workflows.access import Actor
from workflows.uscc import check_character

TOLD = "办之前要知道的"


def applicant(**given: Any) -> House:
    """A house that applies, of a name and with a telephone no other house has."""
    fields = {"name": "苏州寒山影视有限公司", "short_name": "寒山", "contact_phone": "0512-6666", "state": "applied"}
    return make.house(**{**fields, "decided_at": None, **given})


def told(app: Any, house: House) -> list[tuple[str, str, str]]:
    """Tone, sentence and quoted words of each fact."""
    with app.test_request_context():
        return [(fact.tone, str(fact.text), fact.quote) for fact in known_of(house)]


def step(house: House, trigger: str, actor: Actor, reason: str | None = None) -> None:
    with unit_of_work():
        houses.step(house, trigger, actor, reason)


def test_nothing_is_told_of_a_house_nothing_is_known_of(app, login):
    house = applicant()
    assert told(app, house) == []
    assert TOLD not in login(make.user("officer")).get(f"/houses/{house.id}").text


def test_who_was_refused_before_is_told_with_the_last_reason(app, login):
    house, officer = applicant(), make.user("officer")
    producer = make.producer(house)
    for reason in ("许可证照片不清。", "许可证号和名称对不上。"):
        step(house, "refuse", make.actor_of(officer), reason)
        step(house, "apply_again", make.actor_of(producer))
    assert told(app, house) == [("warn", "以前申请过，2 次没有同意", "许可证号和名称对不上。")]
    page = login(officer).get(f"/houses/{house.id}").text
    assert page.index("以前申请过，2 次没有同意") < page.index("单位资料"), "it stands first"
    assert TOLD not in login(producer).get(f"/houses/{house.id}").text
    assert TOLD not in login(make.user("leader")).get(f"/houses/{house.id}").text, "who decides nothing here"
    step(house, "admit", make.actor_of(officer))
    assert TOLD not in login(officer).get(f"/houses/{house.id}").text, "it is decided"


def test_names_and_numbers_of_other_houses_are_compared(app):
    lost = {"state": "refused", "refusal": "冒用名称。"}
    make.house(name="苏州寒山影视股份有限公司", contact_phone="1", licence_number="（苏）字第09999号", **lost)
    make.house(name="无锡惠泉传媒有限公司", former_names="苏州寒山影视有限公司", contact_phone="2")
    make.house(name="南京江左动漫有限公司", contact_phone="3")
    house = applicant(licence_number="（苏）字第09999号")
    assert told(app, house) == [
        ("bad", "许可证号和苏州寒山影视股份有限公司（未通过）的相同", "冒用名称。"),
        ("bad", "名称和苏州寒山影视股份有限公司（未通过）相近", "冒用名称。"),
        ("warn", "和无锡惠泉传媒有限公司（已入驻）用过同一个名称", ""),
    ]


def test_whoever_has_an_account_elsewhere_is_found_by_address_or_telephone(app):
    other = make.house(name="无锡惠泉传媒有限公司", contact_phone="0510-1")
    make.house(name="南京江左动漫有限公司", contact_phone="0512 6666")
    make.user("producer", house=other, name="顾清让", email="Gu@example.test", phone="1")
    make.user("expert", name="李审看", email="li@example.test", phone="139-0000-1111")
    gone = make.user("producer", house=other, name="已离职", email="gone@example.test", phone="")
    with unit_of_work():
        db.session.merge(gone).left_on = today()
    house = applicant(contact_email="gu@example.test")
    make.user("producer", house=house, name="林知夏", email="gone@example.test", phone="13900001111")
    assert told(app, house) == [
        ("warn", "顾清让在无锡惠泉传媒有限公司已有账号，邮箱或电话相同", ""),
        ("warn", "留的邮箱或电话和李审看（专家）的相同", ""),
        ("warn", "联系邮箱或电话和南京江左动漫有限公司的相同", ""),
    ]


def test_of_many_the_first_are_told_and_how_many_more(app):
    for _ in range(7):
        make.house(name=f"无锡寒山影视{make.number()}有限公司", contact_phone="0512 6666")
    facts = [sentence for _tone, sentence, _quote in told(app, applicant())]
    assert len(facts) == 12 and {"名称相近的另有 2 家", "邮箱或电话相同的另有 2 处"} <= set(facts)


def test_a_licence_near_its_end_and_a_code_from_elsewhere_are_told(app):
    first = "91330100000000099"
    soon, over = today() + timedelta(days=20), today() - timedelta(days=2)
    house = applicant(licence_expires_on=soon, uscc=first + check_character(first))
    elsewhere = ("warn", "信用代码的登记地是外省，和所填的设区市不同", "")
    assert told(app, house) == [("warn", f"制作经营许可证 {soon.isoformat()} 到期", ""), elsewhere]
    with unit_of_work():
        house.licence_expires_on, house.city = over, "suzhou"
        house.uscc = make.uscc(77)
    nearer = ("warn", "信用代码的登记地是南京市，和所填的设区市不同", "")
    assert told(app, house) == [("bad", f"制作经营许可证已于 {over.isoformat()} 到期", ""), nearer]
