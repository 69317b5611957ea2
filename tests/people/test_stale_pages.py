"""Visitors' forms from a page that stood open too long: filled in again, ready to be sent, without passwords."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest

from tests import factories as make
from tests.kernel.test_drafts import TEXT, token_of

from .conftest import PASSWORD, link_in, registration

TOLD = "这一页打开得太久，刚才没有提交。填的都在下面，请核对后再按一次。"
SECRETS = {"password": PASSWORD, "again": PASSWORD}
FORMS = {
    "/houses/register": {"contact_email": "zhou@changge.example"},
    "/houses/register/": {"name": "江苏长歌影视有限公司", "contact_name": "周 <晓>", "login": "changge"},
    "/login": {"login": "zhou", "next": "/inbox"},
    "/password/forgotten": {"typed": "zhou@example.cn"},
    "/join/": {"name": "钱学文", "phone": "138 0000 0000", "login": "qianxuewen"},
}


@pytest.fixture
def joining(person: Any, enter: Any, post_box: Any) -> str:
    """The address an invited expert opens."""
    typed = {"name": "沈素文", "email": "shen@example.test", "roles": ["expert"]}
    enter(person("officer")).post("/invitations/new", data=typed)
    return link_in(post_box()[0], "/join/").partition("?")[0]


@pytest.mark.parametrize("form", FORMS)
def test_what_a_visitor_typed_stands_in_the_form_again(
    app: Any, client: Any, monkeypatch: Any, joining: str, form: str
) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    where, typed = {"/join/": joining, "/houses/register/": registration()}.get(form, form), FORMS[form]
    sent = (
        typed
        | ({} if form in ("/password/forgotten", "/houses/register") else SECRETS)
        | {"csrf_token": token_of(client.get(where).text)}
    )
    client.delete_cookie("seedbank")  # the browser was closed meanwhile, or another window logged in and out
    referrer = {"Referer": f"http://localhost{where}"}
    answer = client.post(where, data=sent, headers=referrer)
    shown = unescape(answer.text)
    assert (answer.status_code, TOLD in shown, "密码请再输一次。" in shown) == (400, True, "password" in sent)
    assert PASSWORD not in shown and [value for value in typed.values() if value not in shown] == []
    again = client.post(where, data=sent | {"csrf_token": token_of(answer.text)}, headers=referrer)
    assert TOLD not in again.text


def test_an_invitation_that_ended_meanwhile_gives_the_words_to_copy(app: Any, client: Any, monkeypatch: Any) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    token = token_of(client.get("/login").text)
    client.delete_cookie("seedbank")
    sent = {"csrf_token": token, "name": "钱学文"}
    answer = client.post("/join/ended", data=sent, headers={"Referer": "http://localhost/join/ended"})
    assert answer.status_code == 400 and "钱学文</textarea>" in answer.text


def test_who_logged_in_in_another_window_is_told_so(app: Any, client: Any, login: Any, monkeypatch: Any) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    producer, answers = make.producer(), {}
    register = registration()
    for where, typed in ((register, FORMS["/houses/register/"]), ("/login", FORMS["/login"])):
        client.delete_cookie("seedbank")
        sent = typed | SECRETS | {"csrf_token": token_of(client.get(where).text)}
        answers[where] = login(producer).post(where, data=sent, headers={"Referer": f"http://localhost{where}"})
    told = f"现在已用{producer.name}的账号登录，这张表没有提交"
    page = unescape(answers[register].text)
    assert answers[register].status_code == 409 and told in page
    assert "江苏长歌影视有限公司" in page and "周 <晓>" in page and PASSWORD not in page
    assert "登录已过期" not in page and "去登录" not in page
    assert answers["/login"].status_code == 303 and told in client.get("/").text


def test_an_act_is_never_done_by_showing_its_form_again(
    app: Any, client: Any, person: Any, enter: Any, monkeypatch: Any
) -> None:
    project = make.project("submitted")
    browser = enter(person("officer"))
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    token = token_of(client.get("/login").text)
    sent = {"csrf_token": token, "reason": TEXT, "text": TEXT}
    for where in (f"/projects/{project.id}/take", f"/projects/{project.id}/remarks/new"):
        answer = browser.post(where, data=sent, headers={"Referer": f"http://localhost/projects/{project.id}"})
        assert answer.status_code == 409 and "第二段" in answer.text
    assert project.state == "submitted"
