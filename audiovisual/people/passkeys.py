"""Passkeys (WebAuthn): what a browser is asked, and whether its answer is right.

A passkey is bound to the name of the site: an address in numbers has none, and browsers offer nothing there. The device
asks its owner for a finger, a face or a number each time, so a passkey alone stands for password and second step.

What was asked waits in the visitor's signed cookie for some minutes; several windows may ask at once.
"""

from __future__ import annotations

import base64
import ipaddress
import json
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import webauthn
from flask import current_app
from flask import session as cookie
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, exceptions, parse_client_data_json
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from audiovisual.kernel.model import utcnow

SECONDS = 300
AT_ONCE = 5
"""Windows of one browser that may ask at the same time."""
WRONG = (exceptions.WebAuthnException, ValueError, KeyError, TypeError)


@dataclass(frozen=True)
class Made:
    """A new passkey as its browser told of it."""

    credential: str
    public_key: str
    uses: int


def site() -> str | None:
    """The name passkeys are bound to; None where the public address is in numbers or not protected: no browser offers any."""
    told = urlsplit(str(current_app.config["PUBLIC_URL"]))
    name = told.hostname or ""
    if _is_in_numbers(name):
        return None
    return name if told.scheme == "https" or name == "localhost" else None


def _is_in_numbers(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def asked_to_make(user: Any, bureau: str, known: Iterable[str]) -> str:
    """What the browser is asked for a new passkey of that person, as JSON; `known` are those they have already."""
    options = webauthn.generate_registration_options(
        rp_id=site() or "",
        rp_name=bureau,
        user_id=str(user.id).encode(),
        user_name=user.login,
        user_display_name=user.name,
        challenge=_new_challenge("make"),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(each)) for each in known],
    )
    return webauthn.options_to_json(options)


def asked_to_show() -> str:
    """What the browser is asked for a log-in by a passkey it has, as JSON."""
    options = webauthn.generate_authentication_options(
        rp_id=site() or "",
        challenge=_new_challenge("show"),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return webauthn.options_to_json(options)


def made(answer: str) -> Made | None:
    """The new passkey in a browser's answer; None where it does not answer what was asked here some minutes ago."""
    told = _verified(answer, "make", webauthn.verify_registration_response)
    if told is None:
        return None
    public = base64.b64encode(told.credential_public_key).decode()
    return Made(bytes_to_base64url(told.credential_id), public, told.sign_count)


def credential_of(answer: str) -> str | None:
    """Which passkey a browser shows; None where the answer cannot be read."""
    try:
        return bytes_to_base64url(webauthn.helpers.parse_authentication_credential_json(answer).raw_id)
    except WRONG:
        return None


def shown(answer: str, public_key: str, uses: int) -> int | None:
    """How often the passkey was used now, as its device counts; None where the answer is wrong, old, or a copy's."""
    key = base64.b64decode(public_key)
    told = _verified(
        answer,
        "show",
        webauthn.verify_authentication_response,
        credential_public_key=key,
        credential_current_sign_count=uses,
    )
    return None if told is None else told.new_sign_count


def _verified(answer: str, what: str, verify: Callable[..., Any], **known: Any) -> Any:
    """What the library reads in a browser's answer; None where it is wrong or was not asked here."""
    try:
        challenge = _challenge_of(answer, what)
        if challenge is None:
            return None
        return verify(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site() or "",
            expected_origin=_origin(),
            require_user_verification=True,
            **known,
        )
    except WRONG:
        return None


def _origin() -> str:
    told = urlsplit(str(current_app.config["PUBLIC_URL"]))
    return f"{told.scheme}://{told.netloc}"


def _new_challenge(what: str) -> bytes:
    challenge = secrets.token_bytes(32)
    waiting = _waiting()[-(AT_ONCE - 1) :]
    cookie["passkeys"] = [*waiting, [what, bytes_to_base64url(challenge), int(utcnow().timestamp())]]
    return challenge


def _challenge_of(answer: str, what: str) -> bytes | None:
    """The challenge an answer names, if it was asked here for that some minutes ago; it is good for one answer."""
    told = base64url_to_bytes(json.loads(answer)["response"]["clientDataJSON"])
    named = bytes_to_base64url(parse_client_data_json(told).challenge)
    waiting = _waiting()
    if [what, named] not in [each[:2] for each in waiting]:
        return None
    cookie["passkeys"] = [each for each in waiting if each[1] != named]
    return base64url_to_bytes(named)


def _waiting() -> list[list[Any]]:
    """What this browser was asked in the last minutes: for what, the challenge, when."""
    now = utcnow().timestamp()
    return [each for each in cookie.get("passkeys") or () if now - each[2] <= SECONDS]
