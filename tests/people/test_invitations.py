"""Invitations: who may invite whom, one link for one account."""

import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db, today, utcnow
from audiovisual.kernel.outbox import OutboxRow
from audiovisual.kernel.text import day, moment
from audiovisual.people import mail
from audiovisual.people.models import Expert, Invitation, RoleGrant, User
from tests import factories

from .conftest import PASSWORD, link_in


def invite(client, *roles, email="shen@example.test", name="沈素文"):
    return client.post("/invitations/new", data={"name": name, "email": email, "roles": list(roles)})


def accept(browser, link, login="shensuwen", **given):
    return browser().post(
        link, data={"login": login, "name": "沈素文", "password": PASSWORD, "again": PASSWORD, **given}
    )


def test_an_invited_expert_makes_his_account_once(person, enter, browser, post_box):
    assert invite(enter(person("officer")), "expert").status_code == 303
    [message] = post_box()
    assert (message["To"], message["Subject"]) == ("shen@example.test", "邀请您使用网络视听项目种子库")
    link = link_in(message, "/join/")
    assert "沈素文" in browser().get(link).text
    wrong = accept(browser, link, login="x", name="", again="y").text
    ids = ("name", "login", "again")
    assert sorted(ids, key=lambda field: wrong.index(f'href="#{field}"')) == list(ids)
    assert accept(browser, link).location == "/experts/me"
    user = db.session.scalars(select(User).where(User.login == "shensuwen")).one()
    assert (user.name, user.email, user.roles, user.house_id) == ("沈素文", "shen@example.test", {"expert"}, None)
    assert db.session.get(Expert, user.id) is not None
    assert accept(browser, link, login="second").status_code == 404
    assert browser().get(link).status_code == 404


def test_a_mail_carries_the_moment_it_was_sent(person, enter, post_box):
    invite(enter(person("officer")), "expert")
    [message] = post_box()
    assert abs(message["Date"].datetime - utcnow()) < timedelta(minutes=1)


def test_a_colleague_joins_the_inviters_house(person, enter, browser, post_box):
    house = factories.house()
    invite(enter(person("producer", house=house)), "producer")
    [message] = post_box()
    assert house.name in message.get_content()
    accept(browser, link_in(message, "/join/"))
    user = db.session.scalars(select(User).where(User.login == "shensuwen")).one()
    assert (user.roles, user.house_id) == ({"producer"}, house.id)


@pytest.mark.parametrize(
    ("inviter", "roles", "status"),
    [
        ("admin", ("officer", "sealer"), 303), ("admin", ("admin",), 422), ("admin", ("expert",), 303),
        ("officer", ("expert",), 303), ("head", ("expert",), 303), ("producer", ("producer",), 303),
        ("officer", ("officer",), 422), ("head", ("leader",), 422), ("producer", ("expert",), 422),
        ("producer", ("admin",), 422), ("admin", ("producer",), 422), ("officer", (), 422), ("leader", ("expert",), 403),
        ("sealer", ("expert",), 403), ("expert", ("expert",), 403),
    ],
)  # fmt: skip
def test_who_invites_whom(person, enter, inviter, roles, status):
    client = enter(person(inviter, house=factories.house() if inviter == "producer" else None))
    assert invite(client, *roles).status_code == status
    assert (db.session.scalar(select(Invitation.id)) is not None) == (status == 303)


def test_an_invitation_runs_out_after_a_week(person, enter, browser, post_box):
    invite(enter(person("officer")), "expert")
    link = link_in(post_box()[0], "/join/")
    with time_machine.travel(utcnow() + timedelta(days=7, seconds=1), tick=False):
        assert browser().get(link).status_code == 404


def test_a_revoked_invitation_is_worthless(person, enter, browser, post_box):
    client = enter(person("officer"))
    invite(client, "expert")
    link = link_in(post_box()[0], "/join/")
    number = db.session.scalar(select(Invitation.id))
    assert client.post(f"/invitations/{number}/revoke").status_code == 303
    assert accept(browser, link).status_code == 404
    assert client.post(f"/invitations/{number}/revoke").status_code == 303, "told as done"


@pytest.mark.parametrize("act", ["revoke", "send-again"])
def test_who_comes_after_it_ended_is_told_what_became_of_it_and_when(person, enter, browser, post_box, act):
    client = enter(person("officer"))
    invite(client, "expert")
    invite(client, "expert", email="hong@example.test", name="洪道川")
    taken, withdrawn = db.session.scalars(select(Invitation).order_by(Invitation.id)).all()
    accept(browser, link_in(post_box()[0], "/join/"))
    client.post(f"/invitations/{withdrawn.id}/revoke")
    colleague = enter(person("admin"))
    late = [colleague.post(f"/invitations/{each.id}/{act}") for each in (taken, withdrawn)]
    db.session.rollback()
    db.session.expire_all()
    assert [each.status_code for each in late] == [409, 409]
    assert f"沈素文在 {moment(taken.accepted_at)} 已经接受邀请，账号已建好" in late[0].text
    assert f"发给洪道川的邀请在 {moment(withdrawn.revoked_at)} 已经撤回，链接不能再用" in late[1].text


def test_invitations_of_someone_who_left_are_worthless(person, enter, browser, post_box):
    officer = person("officer")
    invite(enter(officer), "expert")
    link = link_in(post_box()[0], "/join/")
    enter(person("admin")).post(f"/people/{officer.id}/acts/left")
    assert accept(browser, link).status_code == 404


def test_others_do_not_see_or_revoke_an_invitation(person, enter):
    invite(enter(person("officer")), "expert")
    number = db.session.scalar(select(Invitation.id))
    for stranger in (enter(person("head")), enter(person("producer", house=factories.house()))):
        assert stranger.post(f"/invitations/{number}/revoke").status_code == 404
        assert "shen@example.test" not in stranger.get("/invitations").text


def test_whoever_is_here_already_is_not_invited_again(person, enter):
    person("expert", email="shen@example.test")
    answer = invite(enter(person("officer")), "expert", email="Shen@example.test")
    assert answer.status_code == 422
    assert 'id="email-error"' in answer.text


def test_a_house_does_not_learn_who_else_is_here(person, enter):
    person("expert", email="shen@example.test")
    assert invite(enter(person("producer", house=factories.house())), "producer").status_code == 303


def test_a_taken_login_is_told_and_the_link_stays_good(person, enter, browser, post_box):
    person("officer", login="shensuwen")
    invite(enter(person("officer")), "expert")
    link = link_in(post_box()[0], "/join/")
    answer = accept(browser, link)
    assert answer.status_code == 422
    assert 'id="login-error"' in answer.text
    assert accept(browser, link, login="shensuwen2").status_code == 303


def test_the_link_is_kept_as_a_hash(person, enter, post_box):
    invite(enter(person("officer")), "expert")
    token = link_in(post_box()[0], "/join/").rsplit("/", 1)[1]
    assert db.session.scalar(select(Invitation.token_hash)) != token


def test_an_invitation_can_give_several_roles_but_never_a_house_and_the_bureau(app):
    from audiovisual.people.operations import invitations
    from workflows.access import Actor
    from workflows.errors import RuleBroken

    house = factories.house()
    both = Actor(1, "两栖", frozenset({"producer", "admin"}), house.id)
    with pytest.raises(RuleBroken), unit_of_work():
        invitations.invite(both, "x@example.test", "某", ["producer", "officer"])


def test_an_address_is_not_invited_twice_while_its_link_is_good(person, enter):
    officer = person("officer")
    client = enter(officer)
    assert invite(client, "expert").status_code == 303
    again = invite(client, "expert", email="Shen@example.test")
    assert again.status_code == 422
    assert f"{day(today())} 已向这个邮箱发过邀请，还没有接受。要重发，请先撤回那一份。" in again.text
    first = db.session.scalars(select(Invitation)).one()
    assert client.post(f"/invitations/{first.id}/revoke").status_code == 303
    assert invite(client, "expert").status_code == 303


def test_a_house_is_not_told_whom_the_bureau_invited(person, enter):
    assert invite(enter(person("officer")), "expert").status_code == 303
    assert invite(enter(person("producer", house=factories.house())), "producer").status_code == 303


def test_one_of_the_roles_must_be_ticked_not_each(person, enter):
    client = enter(person("admin"))
    boxes = re.findall(r'<input[^>]*name="roles"[^>]*>', client.get("/invitations/new").text)
    assert len(boxes) > 3 and [box for box in boxes if "required" in box] == []
    assert "不能空着" in invite(client).text
    wrong = invite(client, "king").text
    assert "没有这个选项，请重新选择。" in wrong and "not a valid choice" not in wrong


def test_who_is_invited_in_english_reads_english_from_the_link_on(person, enter, browser, post_box):
    inviter = enter(person("officer", locale="en"))
    invite(inviter, "expert")
    [message] = post_box()
    assert message["Subject"].isascii()
    client = browser()
    page = client.get(link_in(message, "/join/"), follow_redirects=True)
    assert '<html lang="en">' in page.text
    client.post(
        page.request.path, data={"login": "shensuwen", "name": "沈素文", "password": PASSWORD, "again": PASSWORD}
    )
    db.session.expire_all()
    assert db.session.scalars(select(User).where(User.login == "shensuwen")).one().locale == "en"


def test_a_link_dies_with_the_right_to_give_what_it_promises_and_its_mail_is_not_sent(person, enter, browser, post_box):
    inviter, admin = person("officer"), enter(person("admin"))
    client = enter(inviter)
    invite(client, "expert")
    [message] = post_box()
    link = link_in(message, "/join/")
    assert browser().get(link).status_code == 200
    invite(client, "expert", email="other@example.test")
    assert "链接已打不开" not in admin.get("/invitations").text
    admin.post(f"/people/{inviter.id}/roles/officer/revoke")
    assert browser().get(link).status_code == 404
    assert admin.get("/invitations").text.count("链接已打不开：邀请人现在不能给这个岗位，请撤回重发") == 2
    db.session.rollback()
    waiting = db.session.scalars(
        select(OutboxRow).where(OutboxRow.kind == "mail").order_by(OutboxRow.id.desc())
    ).first()
    assert waiting.payload["to"] == "other@example.test" and not mail.still_wanted(waiting.payload)


def test_where_the_inviter_lost_the_role_a_colleague_invites_anew_and_one_link_is_good(
    person, enter, browser, post_box
):
    inviter, admin, colleague = person("officer"), enter(person("admin")), enter(person("officer"))
    invite(enter(inviter), "expert")
    dead = link_in(post_box()[0], "/join/")
    assert "还没有接受" in invite(colleague, "expert").text
    admin.post(f"/people/{inviter.id}/roles/officer/revoke")
    assert invite(colleague, "expert").status_code == 303
    good = link_in(post_box()[-1], "/join/")
    with unit_of_work() as session:
        session.add(RoleGrant(user_id=inviter.id, role="officer", granted_by_id=inviter.id))
    assert (browser().get(dead).status_code, browser().get(good).status_code) == (404, 200)


@pytest.mark.parametrize("state", ["applied", "barred"])
def test_a_house_that_may_invite_nobody_is_offered_no_form_for_it(app, login, state):
    decided = {"decided_at": None} if state == "applied" else {}
    by = factories.producer(factories.house(state=state, **decided))
    client, told = login(by), {"applied": "单位入驻以后才能邀请同事。", "barred": "单位已停用，不能邀请同事。"}[state]
    pages = [client.get(where).text for where in (f"/houses/{by.house_id}", "/invitations")]
    assert ["/invitations/new" in page for page in pages] == [False, False]
    assert told in pages[1] and (told in pages[0]) == (state == "applied")
    form = client.get("/invitations/new")
    assert form.status_code == 403 and told in form.text and 'name="email"' not in form.text
