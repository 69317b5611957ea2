"""An answer that asks nothing of the database, in both languages: for when it cannot answer, or must not be asked."""

from __future__ import annotations

import ipaddress
from functools import lru_cache

from flask import Flask, current_app, request
from flask.typing import ResponseReturnValue

TOLD_BY_PROXIES = frozenset({
    "HTTP_FORWARDED", "HTTP_VIA", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PROTO", "HTTP_X_REAL_IP",
})  # fmt: skip
"""Headers that proxies add, as WSGI names them."""


def wants_json() -> bool:
    """Whether the answer is read by a script of ours."""
    return request.is_json or request.headers.get("X-Requested-With") == "fetch"


def plain(status: int, chinese: str, english: str) -> ResponseReturnValue:
    """A page without a name, a menu or a language of one's own; JSON when a script asked."""
    if wants_json():
        return {"error": chinese, "english": english}, status
    template = current_app.jinja_env.get_template("plain.html")  # render_template would ask the database
    return template.render(code=status, chinese=chinese, english=english), status


def only_here(app: Flask) -> None:
    """In demo mode, whose passwords everybody knows, answer nobody but this machine, whatever server was started.

    What counts is the socket's other end; a proxy on this machine is known by what proxies add. One that adds nothing
    and hides it cannot be told from a browser here.
    """
    if app.config["DEMO"]:
        app.before_request(_refuse_strangers)


def _refuse_strangers() -> ResponseReturnValue | None:
    if request.endpoint in ("static", "bootstrap.static"):  # the look of the refusal
        return None
    if _loopback(request.remote_addr) and TOLD_BY_PROXIES.isdisjoint(request.environ):
        return None
    return plain(
        403,
        "这是演示，密码人人知道，只能在运行它的那台电脑上打开。正式使用请去掉 SEEDBANK_DEMO 和 instance/config.py 里的 DEMO。",
        "This is a demonstration with known passwords; it opens only on the computer it runs on. "
        "For real use remove SEEDBANK_DEMO, and DEMO in instance/config.py.",
    )


@lru_cache(maxsize=1000)
def _loopback(address: str | None) -> bool:
    try:
        end = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:  # a socket without addresses: somebody stands before it
        return False
    return (getattr(end, "ipv4_mapped", None) or end).is_loopback
