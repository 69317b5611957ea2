"""The list of what a person did (已办) holds their acts on accounts and delegations, and nobody else's."""

from __future__ import annotations

import re
from datetime import timedelta

from audiovisual.desk.counts import counts
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db, today
from audiovisual.kernel.text import month_day
from audiovisual.people.models import AdminProposal
from audiovisual.people.operations import accounts, administrators, delegations, invitations, roles
from audiovisual.people.operations.particulars import keep
from tests import factories as make


def done(client) -> list[tuple[str, str]]:
    """Each row of the list, the last first: whom it was about, and what was done."""
    page = client.get("/desk/done").text
    cells = re.findall(r'data-label="(?:片名、机构或人员|办了什么)">(.*?)</td>', page, re.S)
    plain = [" ".join(re.sub(r"<[^>]+>", "", cell).split()) for cell in cells]
    return list(zip(plain[::2], plain[1::2], strict=True))


def test_an_administrator_finds_what_they_did_to_accounts(app, login):
    admin, second, person = make.user("admin"), make.user("admin"), make.user("officer")
    by = make.actor_of(admin)
    acts = (
        lambda: invitations.invite(by, "new@example.test", "钱新来", ["officer", "head"]),
        lambda: roles.grant(person, "head", by),
        lambda: roles.revoke(person, "head", by),
        lambda: roles.grant(person, "admin", by),
        lambda: administrators.decline(db.session.query(AdminProposal).one(), by),
        lambda: accounts.demand_new_password(person, by),
        lambda: accounts.mark_left(person, by),
        lambda: accounts.bring_back(person, by),
        lambda: keep({"contact_phone": "025-12345678"}, by),
    )
    for act in acts:
        with unit_of_work():
            act()
    with unit_of_work():
        invitations.revoke(db.session.query(invitations.Invitation).one(), by)
    name = person.name
    told = [
        ("钱新来", "撤回了邀请，岗位：经办、处长"),
        ("系统设置", "改了系统设置"),
        (name, "恢复了账号"),
        (name, "停用了账号"),
        (name, "要求下次登录时换密码"),
        (name, "收回了任系统管理员的提议"),
        (name, "提议任系统管理员"),
        (name, "撤销了岗位：处长"),
        (name, "授予了岗位：处长"),
        ("钱新来", "发出邀请，岗位：经办、处长"),
    ]
    client = login(admin)
    assert done(client) == told
    assert counts(by).done == len(told)
    assert f'<a href="/people/{person.id}">{name}</a>' in client.get("/desk/done").text
    assert done(login(second)) == []


def test_a_delegation_is_found_by_whoever_gave_and_whoever_ended_it(app, login):
    head, deputy, admin = make.user("head"), make.user("head"), make.user("admin")
    until = today() + timedelta(days=5)
    for who in (head, deputy, admin):
        with unit_of_work():
            given = delegations.delegate(make.actor_of(head), deputy.id, "head", today(), until, "出差。")
        with unit_of_work():
            delegations.revoke(given, make.actor_of(who))
    gave = (deputy.name, f"委托代理处长：{month_day(today())}至{month_day(until)}")
    assert done(login(head)) == [gave, gave, (deputy.name, "撤回了处长的代理"), gave]
    assert done(login(deputy)) == [(head.name, "不再代理处长")]
    assert done(login(admin)) == [(head.name, f"结束了处长的代理（代理人{deputy.name}）")]
