"""Signed values that carry their moment: cookies, tokens of forms, links in mails.

A clock that is set back a little makes values signed a moment before lie in the future. That is no forgery, and nobody
is logged out by it: up to `LEEWAY` seconds a value may be younger than now.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import SignatureExpired, TimestampSigner, URLSafeTimedSerializer

LEEWAY = 300


def hashed(token: str) -> str:
    """How a random token is kept: whoever reads the database cannot log in with it."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


class Signer(TimestampSigner):
    """A signer that forgives a clock set back."""

    default_digest_method = staticmethod(hashlib.sha256)

    def unsign(self, value: str | bytes, max_age: int | None = None, return_timestamp: bool = False) -> Any:
        """The value, with its moment where that is asked for. Refuses what is older than `max_age` seconds, or younger
        than now by more than the leeway."""
        plain, moment = super().unsign(value, return_timestamp=True)
        age = (datetime.now(UTC) - moment).total_seconds()
        if max_age is not None and not -LEEWAY <= age <= max_age:
            raise SignatureExpired(f"signed {age:.0f} seconds ago", payload=plain, date_signed=moment)
        return (plain, moment) if return_timestamp else plain


class Serializer(URLSafeTimedSerializer):
    """Plain values, signed with their moment."""

    default_signer = Signer


class Sessions(SecureCookieSessionInterface):
    """Flask's cookie sessions, signed so."""

    digest_method = staticmethod(hashlib.sha256)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """As the library makes it, with our signer."""
        serializer = super().get_signing_serializer(app)
        if serializer is not None:
            serializer.signer = Signer
        return serializer
