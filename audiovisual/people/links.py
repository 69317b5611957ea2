"""Links in mails, and where a log-in may lead: nothing here is stored, everything is signed or checked."""

from __future__ import annotations

import hashlib

from flask import current_app
from itsdangerous import BadSignature

from audiovisual.kernel.addresses import local_path
from audiovisual.kernel.signing import Serializer

RESET_SECONDS = 3600
ADDRESS_SECONDS = 24 * 3600


def public(endpoint: str, **values: object) -> str:
    """The address of a page as a mail needs it, with PUBLIC_URL before it; works outside requests too."""
    return site(current_app.url_map.bind("localhost").build(endpoint, values))


def site(path: str) -> str:
    """A path of this site with PUBLIC_URL before it."""
    return current_app.config["PUBLIC_URL"].rstrip("/") + path


def _signer() -> Serializer:
    return Serializer(current_app.config["SECRET_KEY"], salt="people.reset")


def fingerprint(password_hash: str | None) -> str:
    """A short print of a password's hash: it changes with the password."""
    return hashlib.sha256((password_hash or "").encode()).hexdigest()[:24]


def reset_token(user_id: int, password_hash: str | None) -> str:
    """A token for setting a new password. It is bound to the present hash, so that its use makes it worthless."""
    return _signer().dumps([user_id, fingerprint(password_hash)])


def address_token(user_id: int, email: str) -> str:
    """A token for confirming an address from where it is: it says whose it is to become, and which it is."""
    return Serializer(current_app.config["SECRET_KEY"], salt="people.address").dumps([user_id, email])


def registration_token(email: str) -> str:
    """A token for registering a house from that address, good for a day."""
    return _registrations().dumps(email)


def registering(token: str) -> str | None:
    """The address a house may be registered from; None when the token is none of ours or older than a day."""
    try:
        email = _registrations().loads(token, max_age=ADDRESS_SECONDS)
    except BadSignature:
        return None
    return email if isinstance(email, str) else None


def _registrations() -> Serializer:
    return Serializer(current_app.config["SECRET_KEY"], salt="people.registration")


def address_of(token: str) -> tuple[int, str] | None:
    """Whose address a token confirms, and which; None when it is none of ours or older than a day."""
    signer = Serializer(current_app.config["SECRET_KEY"], salt="people.address")
    try:
        user_id, email = signer.loads(token, max_age=ADDRESS_SECONDS)
    except (BadSignature, ValueError, TypeError):
        return None
    return (user_id, email) if isinstance(user_id, int) and isinstance(email, str) else None


def reset_user_id(token: str) -> int | None:
    """Whose token it is, when it is ours and not older than an hour; `still_good` then compares the hash."""
    try:
        user_id, _fingerprint = _signer().loads(token, max_age=RESET_SECONDS)
    except (BadSignature, ValueError, TypeError):
        return None
    return user_id if isinstance(user_id, int) else None


def still_good(token: str, user_id: int, password_hash: str | None) -> bool:
    """Whether the token was made for the password that still holds."""
    try:
        return _signer().loads(token, max_age=RESET_SECONDS) == [user_id, fingerprint(password_hash)]
    except BadSignature:
        return False


__all__ = [
    "address_of",
    "address_token",
    "fingerprint",
    "local_path",
    "public",
    "registering",
    "registration_token",
    "reset_token",
    "reset_user_id",
    "site",
    "still_good",
]
