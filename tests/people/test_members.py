"""The administrator: roles, deactivating, unlocking; what nobody may do to himself; the last one stays."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

import audiovisual
from audiovisual.kernel.audit import AuditRow
from audiovisual.kernel.model import db, today, utcnow
from audiovisual.kernel.text import day
from audiovisual.people.models import User
from tests import factories


def roles_of(user):
    db.session.expire_all()
    return db.session.get(User, user.id).roles


def actions_on(user):
    rows = select(AuditRow.action).where(AuditRow.subject_type == "user", AuditRow.subject_id == user.id)
    return [action for action in db.session.scalars(rows.order_by(AuditRow.seq)) if action != "user.logged_in"]


def test_the_admin_gives_and_takes_roles_and_each_leaves_a_trace(person, enter):
    admin, user = enter(person("admin")), person("officer")
    assert admin.post(f"/people/{user.id}", data={"role": "sealer"}).status_code == 303
    assert roles_of(user) == {"officer", "sealer"}
    assert admin.post(f"/people/{user.id}/roles/officer/revoke").status_code == 303
    assert roles_of(user) == {"sealer"}
    assert actions_on(user) == ["user.role_granted", "user.role_revoked"]


def test_who_comes_second_is_told_how_it_stands_with_the_person(person, enter):
    """Two administrators at the same work: the slower one reads what holds, with the name and the day."""
    user, first, second = person("officer"), enter(person("admin")), enter(person("admin"))
    acts, name = f"/people/{user.id}/acts", user.name
    assert f"{name}现在没有这个岗位，不用撤销。" in second.post(f"/people/{user.id}/roles/head/revoke").text
    assert f"{name}的账号现在没有锁定，不用解锁。" in second.post(f"{acts}/unlock").text
    first.post(f"{acts}/left")
    assert f"{name}的账号在 {day(today())} 已经停用，不用再停用。" in second.post(f"{acts}/left").text
    brought = first.post(f"{acts}/back", follow_redirects=True).text
    assert "账号已恢复。停用时交出去的工作不会自动收回。" in brought
    assert f"{name}的账号现在没有停用，不用恢复。" in second.post(f"{acts}/back").text


def test_a_role_taken_away_is_gone_with_the_next_request(person, enter):
    user = person("officer")
    client = enter(user)
    assert client.get("/houses").status_code == 200
    enter(person("admin")).post(f"/people/{user.id}/roles/officer/revoke")
    assert client.get("/houses").status_code == 403


def test_nobody_changes_his_own_roles(person, enter):
    admin = person("admin")
    person("admin")
    client = enter(admin)
    assert client.post(f"/people/{admin.id}", data={"role": "leader"}).status_code == 403
    assert client.post(f"/people/{admin.id}/roles/admin/revoke").status_code == 403
    assert roles_of(admin) == {"admin"}
    assert "不能改自己的岗位" in client.get(f"/people/{admin.id}").text


def test_the_last_administrator_cannot_be_removed(person, enter, app):
    from audiovisual.kernel.database import unit_of_work
    from audiovisual.people.operations import accounts, roles
    from workflows.access import Actor
    from workflows.errors import RuleBroken

    last = person("admin")
    someone = Actor(9999, "另一位", frozenset({"admin"}))
    for act in (lambda: accounts.mark_left(last, someone), lambda: roles.revoke(last, "admin", someone)):
        with pytest.raises(RuleBroken, match="最后一位"), unit_of_work():
            act()
    gone = person("admin")
    enter(last).post(f"/people/{gone.id}/acts/left")
    with pytest.raises(RuleBroken), unit_of_work():
        roles.revoke(db.session.get(User, last.id), "admin", someone)


def test_people_of_a_house_hold_no_post_of_the_bureau(person, enter):
    user = person("producer", house=factories.house())
    client = enter(person("admin"))
    for role in ("officer", "leader", "admin", "expert"):
        assert client.post(f"/people/{user.id}", data={"role": role}).status_code == 422
    staff = person("officer")
    assert client.post(f"/people/{staff.id}", data={"role": "producer"}).status_code == 422
    assert roles_of(user) == {"producer"}


def test_an_expert_gets_a_profile_with_the_role(person, enter):
    user = person("officer")
    enter(person("admin")).post(f"/people/{user.id}", data={"role": "expert"})
    db.session.expire_all()
    assert db.session.get(User, user.id).expert is not None


def test_deactivating_bringing_back_unlocking_demanding(person, enter):
    admin, user = enter(person("admin")), person("officer", locked_until=utcnow() + timedelta(minutes=9))
    for act, expected in (
        ("left", 303),
        ("left", 303),
        ("back", 303),
        ("back", 303),
        ("unlock", 303),
        ("unlock", 303),
        ("new-password", 303),
    ):
        assert admin.post(f"/people/{user.id}/acts/{act}").status_code == expected
    assert admin.post(f"/people/{user.id}/acts/nonsense").status_code == 404
    assert actions_on(user) == ["user.left", "user.came_back", "user.unlocked", "user.password_demanded"]
    db.session.expire_all()
    assert db.session.get(User, user.id).must_change_password


def test_the_list_finds_by_name_and_role_and_hides_those_who_left(person, enter):
    one, other = person("officer", name="司马文"), person("expert", name="欧阳武")
    admin = enter(person("admin"))
    assert one.name in admin.get("/people?q=司马").text
    assert other.name not in admin.get("/people?role=officer").text
    admin.post(f"/people/{other.id}/acts/left")
    assert other.name not in admin.get("/people").text
    assert other.name in admin.get("/people?left=yes").text


@pytest.mark.parametrize("role", ["officer", "head", "leader", "sealer", "expert", "producer"])
def test_only_the_admin_manages_people(person, enter, role):
    user = person(role, house=factories.house() if role == "producer" else None)
    client = enter(user)
    assert client.get("/people").status_code == 403
    assert client.get(f"/people/{user.id}").status_code == 403
    assert client.post(f"/people/{user.id}", data={"role": "leader"}).status_code == 403
    assert client.get("/settings").status_code == 403


def test_settings_show_at_once_and_number_patterns_hold_from_today(person, enter, app):
    from audiovisual.kernel.rules import rule_on
    from audiovisual.people.queries import settings
    from audiovisual.people.queries.particulars import stored

    client = enter(person("admin"))
    form = {
        "bureau_name": "江苏省广播电视局（试）", "office_name": "网络视听节目管理处", "contact_phone": "025-83331234",
        "pattern_project": "苏种〔{year}〕{n:5}", "pattern_letter": "苏广电网〔{year}〕{n}号",
    }  # fmt: skip
    before = rule_on("numbers").id
    assert client.post("/settings", data={**form, "version": "0"}).status_code == 303
    assert "江苏省广播电视局（试）" in client.get("/account").text
    db.session.expire_all()
    assert (settings()["contact_phone"], settings()["office_name"]) == ("025-83331234", "网络视听节目管理处")
    assert rule_on("numbers").value["project"] == "苏种〔{year}〕{n:5}"
    assert rule_on("numbers").id != before
    form["version"] = str(stored()[1])
    for wrong in ("没有序号", "{n}{x}", "{year}"):
        answer = client.post("/settings", data={**form, "pattern_project": wrong})
        assert (answer.status_code, 'id="pattern_project-error"' in answer.text) == (422, True)
    answer = client.post("/settings", data={**form, "pattern_letter": "苏广电网{n}号"})
    told = "样式里要有 {year}（年份）：序号每年从 1 起，没有年份，明年会和今年重号。"
    assert (answer.status_code, answer.text.count(f"<span>{told}")) == (422, 1)
    answer = client.post("/settings", data={**form, "contact_email": "not an address"})
    assert (answer.status_code, 'id="contact_email-error"' in answer.text) == (422, True)
    for wrong in ("1e3", "025-83331234、处里"):
        answer = client.post("/settings", data={**form, "contact_phone": wrong})
        assert (answer.status_code, 'id="contact_phone-error"' in answer.text) == (422, True), wrong
    several = "025-83331234，025-83335678、83337890转12"
    assert client.post("/settings", data={**form, "contact_phone": several}).status_code == 303


def test_somebody_without_a_role_reads_whom_to_ask(login):
    page = login(factories.user()).get("/")
    assert page.status_code == 403 and "请联系系统管理员授予岗位" in page.text


def test_the_record_of_an_account_tells_each_act_in_words(person, enter):
    from audiovisual.people.queries.members import TRACES

    admin, other = person("admin"), person("admin")
    form = {"bureau_name": "江苏省广播电视局（试）", "office_name": "网络视听节目管理处", "version": "0"}
    patterns = {"pattern_project": "苏种〔{year}〕{n:5}", "pattern_letter": "苏广电网〔{year}〕{n}号"}
    assert enter(admin).post("/settings", data={**form, **patterns}).status_code == 303
    page = enter(other).get(f"/people/{admin.id}").text
    assert ("user.settings_changed" in page, page.count("改了系统设置")) == (False, 2)
    sources = "\n".join(path.read_text("utf-8") for path in Path(audiovisual.__file__).parent.rglob("*.py"))
    whose = r"(?:\w+\.)?(?:user|db\.session\.get_one\(User, actor\.id\))"
    noted = re.findall(rf'\bnote\(\s*{whose},\s*"(\w+)"', sources) + re.findall(
        r'audit\.record\(\s*"user\.(\w+)"', sources
    )
    assert sorted({f"user.{act}" for act in noted} - set(TRACES)) == []


def test_the_security_events_tell_each_act_in_words_other_number_patterns_among_them(person, enter):
    from audiovisual.kernel.security import FROM_AUDIT
    from audiovisual.people.queries.security import TOLD

    client = enter(person("admin"))
    form = {"bureau_name": "江苏省广播电视局", "office_name": "网络视听节目管理处", "version": "0"}
    patterns = {"pattern_project": "苏种〔{year}〕{n:5}", "pattern_letter": "苏广电网〔{year}〕{n}号"}
    assert client.post("/settings", data={**form, **patterns}).status_code == 303
    assert "修改编号样式" in client.get("/security?kind=system").text
    assert sorted(set(FROM_AUDIT) - set(TOLD)) == []
