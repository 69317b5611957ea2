"""Whom the program believes what it says of a visitor, and what it answers the front before a large body is read."""

from __future__ import annotations

from typing import Any

import pytest
from flask import g

from audiovisual import config
from audiovisual.kernel import room, uploads
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.front import FROM_FRONT, Front
from tests import factories as make
from tests.attacks.live import cookie_for
from tests.conftest import make_app

PROXY = "10.0.0.5"


def reached(headers: dict[str, str], peer: str = PROXY, **environ: Any) -> dict[str, Any]:
    """What the application finds in its environment."""
    found: dict[str, Any] = {}
    front = Front(lambda environ, start: found.update(environ), [PROXY, "::1"])
    names = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    front(
        {"REMOTE_ADDR": peer, "wsgi.url_scheme": "http", "HTTP_HOST": "inside", "PATH_INFO": "/x", **environ, **names},
        None,
    )
    return found


TOLD = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "bank.example"}


@pytest.mark.parametrize("peer", [PROXY, f"::ffff:{PROXY}", "::1", "0:0:0:0:0:0:0:1"])
def test_the_front_is_believed(peer: str) -> None:
    found = reached(TOLD, peer)
    assert (found["REMOTE_ADDR"], found["wsgi.url_scheme"], found["HTTP_HOST"]) == (
        "203.0.113.9",
        "https",
        "bank.example",
    )
    assert found[FROM_FRONT] is True


@pytest.mark.parametrize("peer", ["10.0.0.6", "127.0.0.1", "", "unix:", "203.0.113.9"])
def test_nobody_else_is(peer: str) -> None:
    found = reached(TOLD, peer, **{"wsgi.url_scheme": "https"})  # as a server had it that believed the header
    assert (found["REMOTE_ADDR"], found["wsgi.url_scheme"], found["HTTP_HOST"]) == (peer, "http", "inside")
    assert not [name for name in found if name.startswith("HTTP_X_") or name == FROM_FRONT]


def test_of_several_hops_the_front_saw_the_last() -> None:
    found = reached({name: f"forged, {value}" for name, value in TOLD.items()})
    assert (found["REMOTE_ADDR"], found["wsgi.url_scheme"], found["HTTP_HOST"]) == (
        "203.0.113.9",
        "https",
        "bank.example",
    )


@pytest.mark.parametrize(
    ("header", "value"),
    [("X-Forwarded-For", "unknown"), ("X-Forwarded-For", ""), ("X-Forwarded-Proto", "ftp"), ("X-Forwarded-Host", "a b"),
     ("X-Forwarded-Port", "1"), ("X-Forwarded-Prefix", "/evil"), ("Forwarded", "for=203.0.113.9"), ("X-Real-IP", "203.0.113.9")],
)  # fmt: skip
def test_what_is_nothing_changes_nothing(header: str, value: str) -> None:
    found = reached({header: value})
    kept = (found["REMOTE_ADDR"], found["wsgi.url_scheme"], found["HTTP_HOST"], found["PATH_INFO"])
    assert kept == (PROXY, "http", "inside", "/x")
    assert [name for name in found if name.startswith(("HTTP_X_", "HTTP_F"))] == []


@pytest.mark.parametrize("peer", [PROXY, "10.0.0.6"])
def test_the_program_stands_at_the_root_whatever_is_said(peer: str) -> None:
    found = reached({"Script-Name": "/evil", "X-Script-Name": "/evil"}, peer, SCRIPT_NAME="/evil")
    assert (found["SCRIPT_NAME"], found["PATH_INFO"], "HTTP_SCRIPT_NAME" in found) == ("", "/evil/x", False)


def test_a_script_name_in_the_environment_is_forgotten(instance: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    monkeypatch.setenv("SCRIPT_NAME", "/evil")
    make_app(instance)
    assert "SCRIPT_NAME" not in os.environ


# ---- settings ----


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.7"])
def test_a_host_others_reach_needs_the_address_of_its_front(instance: Any, host: str) -> None:
    with pytest.raises(config.Misconfigured) as refused:
        make_app(instance, HOST=host)
    assert str(refused.value) == (
        f"HOST 现在是 {host}，别的机器也连得到，前面必须有反向代理：请把它的地址写进 SEEDBANK_FRONT，例如 "
        "SEEDBANK_FRONT=127.0.0.1；或把 HOST 改为 127.0.0.1。"
    )
    with pytest.raises(config.Misconfigured, match="SEEDBANK_FRONT"):
        make_app(instance, HOST=host, PROXIES=1)
    assert make_app(instance, HOST=host, FRONT=PROXY)


def test_an_old_setting_that_counts_proxies_means_one_on_this_machine(instance: Any) -> None:
    assert config.front_of(make_app(instance, PROXIES=2).config) == ["127.0.0.1", "::1"]
    assert config.front_of(make_app(instance, PROXIES=2, FRONT=PROXY).config) == [PROXY]
    assert config.front_of(make_app(instance).config) == []


def test_a_public_address_with_https_means_cookies_for_encrypted_lines(instance: Any) -> None:
    secure = make_app(instance, PUBLIC_URL="https://bank.example").config
    assert (secure["HTTPS"], secure["SESSION_COOKIE_SECURE"]) == (True, True)
    plain = make_app(instance, PUBLIC_URL="http://127.0.0.1:8000").config
    assert (plain["HTTPS"], plain["SESSION_COOKIE_SECURE"]) == (False, False)


# ---- may a body come ----


@pytest.fixture
def asks(app: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`asks(who, method, path, length, token)` gives the answer the front gets."""
    monkeypatch.setattr(app.wsgi_app, "addresses", frozenset({PROXY}))

    def ask(who: Any, method: str, path: str, length: int | str = "", *, token: str = "", peer: str = PROXY) -> int:
        client = app.test_client()
        for name in ("_login_user", "actor"):
            g.pop(name, None)  # the test's own context outlives its requests
        if who is not None:
            client.set_cookie(app.config["SESSION_COOKIE_NAME"], cookie_for(app, who.id), domain="localhost")
        original = {
            "X-Original-Method": method,
            "X-Original-URI": path,
            "X-Original-Length": str(length),
            "X-CSRFToken": token,
        }
        return int(client.get("/front/may-send", headers=original, environ_base={"REMOTE_ADDR": peer}).status_code)

    return ask


def test_whether_a_form_with_files_may_come(app: Any, asks: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    house, officer = make.producer(), make.user("officer")
    edit = f"/projects/{make.draft(house).id}/edit"
    assert asks(house, "POST", edit, 5_000_000) == 204
    assert asks(house, "POST", f"{edit}?a=b", 5_000_000) == 204
    assert asks(None, "POST", edit, 5_000_000) == 401
    assert asks(officer, "POST", edit, 5_000_000) == 403
    assert asks(house, "POST", edit) == 413, "a form says how long it is"
    assert asks(house, "POST", edit, app.config["UPLOAD_BYTES"] + app.config["FORM_BYTES"] + 1) == 413
    assert asks(house, "POST", "/projects/new", 5_000_000) == 413
    assert asks(house, "PUT", edit, 5_000_000) == 405
    assert [asks(house, "POST", path, 5_000_000) for path in ("/nowhere", "//evil.example/x", "", "http://[")] == [
        404
    ] * 4
    assert asks(house, "POST", edit, 5_000_000, peer="10.0.0.6") == 404
    monkeypatch.setitem(app.config, "HOUSE_BYTES", 4_000_000)
    assert asks(house, "POST", edit, 5_000_000) == 413
    monkeypatch.setattr(room, "RESERVE", 10**15)
    assert asks(house, "POST", edit, 5_000_000) == 507


def test_whether_a_piece_may_come(app: Any, asks: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    house, other = make.producer(), make.producer()
    with unit_of_work():
        upload = uploads.begin("样片.pdf", 9_000_000, make.actor_of(house))
    piece = f"/files/uploads/{upload.token}"
    assert asks(house, "PATCH", piece, 4_000_000) == asks(house, "PATCH", piece) == 204
    assert asks(other, "PATCH", piece, 4_000_000) == 404
    assert asks(None, "PATCH", piece, 4_000_000) == 401
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    assert asks(house, "PATCH", piece, 4_000_000, token="forged") == 403
