"""Where the second step is demanded: who has none sets it up right after the log-in, and does nothing else before."""

from __future__ import annotations

import re

import pyotp
import pytest
from sqlalchemy import select

from audiovisual.kernel.audit import AuditRow
from audiovisual.kernel.model import db
from tests.people.conftest import PASSWORD, browser, enter, person, post_box

__all__ = ["browser", "enter", "person", "post_box"]
SET_UP = "/account/second-step"


def set_up(client):
    """The whole way; gives the page with the recovery codes."""
    client.post(SET_UP + "/begin")
    page = client.get(SET_UP).text
    secret = re.search(r'class="secret">([^<]+)<', page)[1].replace(" ", "")
    return client.post(SET_UP, data={"code": pyotp.TOTP(secret).now()})


@pytest.mark.parametrize(
    ("setting", "led"),
    [
        ("off", set()),
        ("bureau", {"officer", "head", "leader", "sealer", "admin"}),
        ("bureau+experts", {"officer", "head", "leader", "sealer", "admin", "expert"}),
    ],
)
def test_whom_the_setting_leads_to_set_it_up(app, person, enter, setting, led):
    app.config["SECOND_STEP"] = setting
    found = set()
    for role in ("officer", "head", "leader", "sealer", "admin", "expert", "producer"):
        if enter(person(role)).get("/account").location == SET_UP:
            found.add(role)
    assert found == led


def test_who_has_none_can_do_nothing_else_and_then_goes_on(app, person, enter):
    app.config["SECOND_STEP"] = "bureau"
    client = enter(person("officer"))
    for path in ("/", "/inbox", "/account", "/projects", "/search", SET_UP + "/codes"):
        assert client.get(path).location == SET_UP, path
    assert client.post("/delegations", data={"reason": "外出"}).location == SET_UP
    page = client.get(SET_UP).text
    assert "本单位要求两步验证" in page
    shown = set_up(client)
    assert shown.status_code == 200
    assert "以后再说" not in shown.text
    assert client.get("/inbox").status_code == 200


def test_what_was_being_written_when_it_came_into_force_is_kept(app, person, enter):
    client = enter(person("officer"))
    form = client.get("/delegations").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', form)
    app.config["SECOND_STEP"] = "bureau"
    typed = {"reason": "外出培训：六月二十日起。", "csrf_token": token[1] if token else ""}
    assert (
        client.post("/delegations", data=typed, headers={"Referer": "http://localhost/delegations"}).location == SET_UP
    )
    set_up(client)
    assert "外出培训：六月二十日起。" in client.get("/delegations").text


def test_who_must_have_it_cannot_switch_it_off(app, person, enter):
    app.config["SECOND_STEP"] = "bureau"
    client = enter(person("officer"))
    code = re.search(r"<li><code>([^<]+)<", set_up(client).text)[1]
    assert "关闭两步验证" not in client.get(SET_UP).text
    answer = client.post(SET_UP + "/off", data={"current": PASSWORD, "code": code})
    assert answer.status_code == 422
    assert "本单位要求两步验证" in answer.text


def test_the_console_leads_back_who_lost_telephone_and_codes(app, person, enter, browser, post_box):
    app.config["SECOND_STEP"] = "bureau"
    admin, user = person("admin"), person("officer")
    client = enter(user)
    set_up(client)
    post_box()
    done = app.test_cli_runner().invoke(args=["second-step-off", user.login])
    assert done.exit_code == 0, done.output
    assert "已关闭" in done.output
    assert client.get("/inbox").status_code == 303, "every session ended"
    assert enter(user).get("/inbox").location == SET_UP
    actions = select(AuditRow.action).where(AuditRow.subject_id == user.id, AuditRow.actor_id == 0)
    assert db.session.scalars(actions).all() == ["user.second_step_off"]
    assert sorted(letter["To"] for letter in post_box()) == sorted([admin.email, user.email])
    assert app.test_cli_runner().invoke(args=["second-step-off", "nobody"]).exit_code == 1
