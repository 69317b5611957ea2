"""For whom a page was drawn: the token in its forms says so, signed, for as long as the page is open.

A log-in may end while a form is being filled in, and another may begin in another window. The token tells whose words
a form brings that can no longer be taken, so that they are kept for that person and shown to nobody else.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from flask import current_app, g
from flask import session as cookie
from flask_login import current_user
from flask_wtf import csrf
from flask_wtf.csrf import generate_csrf
from itsdangerous import BadData

from .signing import Serializer

csrf.URLSafeTimedSerializer = Serializer  # Flask-WTF has no setting for how its tokens are signed
OLDEST = timedelta(days=14)
"""A page that stood open longer than that is nobody's."""


def secret_for(user_id: int) -> str:
    """What the cookie holds from a log-in on, and every form of that log-in repeats: whose it is, and a secret."""
    return f"{user_id}.{secrets.token_hex(20)}"


def csrf_token() -> str:
    """The token of a form, signed once for a page; a person's token names the person."""
    values = g._get_current_object()  # type: ignore[attr-defined]
    if "csrf_token" in values:
        return values.csrf_token  # type: ignore[no-any-return]
    person = current_user._get_current_object()
    if person.is_authenticated and not str(cookie.get("csrf_token", "")).startswith(f"{person.id}."):
        cookie["csrf_token"] = secret_for(person.id)
    return generate_csrf()  # type: ignore[no-any-return]


def _said(token: str | None) -> str | None:
    """What a token says, when it is signed by us and not too old."""
    signer = Serializer(current_app.secret_key or "", salt="wtf-csrf-token")  # as Flask-WTF has it
    try:
        return str(signer.loads(token or "", max_age=int(OLDEST.total_seconds())))
    except BadData:
        return None


def signed(token: str | None) -> bool:
    """Whether a token is one of ours, whoever it was made for."""
    return _said(token) is not None


def drawn_for(token: str | None) -> int | None:
    """The person a form was drawn for, by the token it brought; None for a visitor's, a foreign or a very old one."""
    person, _dot, secret = (_said(token) or "").partition(".")
    return int(person) if secret and person.isascii() and person.isdigit() else None
