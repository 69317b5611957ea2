"""One-time passwords (TOTP, RFC 6238) and the recovery codes for whoever lost his telephone."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

import pyotp
import segno

from audiovisual.kernel.model import utcnow
from workflows import typed

STEP = 30
CODES = 10
LONG = 24
"""Characters of a recovery code, of five random bits each."""


def new_secret() -> str:
    """A secret for an authenticator, 160 bits."""
    return pyotp.random_base32()


def matching_step(secret: str, code: str, last_step: int | None) -> int | None:
    """The time step the code belongs to, one step of drift allowed; None for a wrong or an already used code."""
    code = re.sub(r"[ -]", "", typed.code(code))
    now = int(utcnow().timestamp()) // STEP
    generator = pyotp.TOTP(secret, interval=STEP)
    for step in (now, now - 1, now + 1):
        if hmac.compare_digest(generator.at(step * STEP).encode(), code.encode("utf-8", "replace")):
            return step if last_step is None or step > last_step else None
    return None


def picture(secret: str, login: str, issuer: str) -> str:
    """The secret as a QR code an authenticator reads: an SVG as data address, for an <img>."""
    address = pyotp.TOTP(secret, interval=STEP).provisioning_uri(name=login, issuer_name=issuer)
    return segno.make(address, micro=False).svg_data_uri(scale=4, border=3, dark="#1d2129", light="#fff")


def in_groups(secret: str) -> str:
    """The secret in groups of four, to be typed."""
    return " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))


def new_recovery_codes() -> list[str]:
    """Ten codes of 120 random bits, written in groups of four: abcd-efgh-ijkl-mnop-qrst-uvwx.

    Of less than 112 bits a plain hash would not be enough to keep them.
    """
    alphabet = "abcdefghijklmnopqrstuvwxyz234567"
    plain = ("".join(secrets.choice(alphabet) for _ in range(LONG)) for _ in range(CODES))
    return ["-".join(code[i : i + 4] for i in range(0, LONG, 4)) for code in plain]


def recovery_hash(code: str) -> str:
    """How a recovery code is kept; blanks, hyphens and capitals do not matter."""
    return hashlib.sha256(re.sub(r"[ -]", "", typed.code(code)).lower().encode("utf-8", "replace")).hexdigest()
