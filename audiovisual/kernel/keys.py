"""The bank's keys, in a folder of their own outside the database: sessions, audit chain, manifests of backups, encryption.

Each kind is one file, one key a line with its number, the newest first. New things are signed and encrypted with the
newest; the older stay, so that what they signed can still be verified and what they encrypted can be read.

Who may read the database alone can neither read what is sealed here nor write rows that verify.
"""

from __future__ import annotations

import base64
import contextlib
import hmac
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app

from . import modes

KINDS = {"sessions": "登录", "chain": "审计链", "manifests": "备份清单", "encryption": "加密"}
"""Every kind, and how it is called in a sentence."""
NONCE = 12
"""Bytes of chance before each sealed text."""
LINE = re.compile(r"([0-9a-f]{8}) ([0-9a-f]{64})")
_read: dict[Path, tuple[tuple[int, int], tuple[Key, ...]]] = {}


class Missing(LookupError):
    """A key that something was signed or encrypted with is not in the folder."""

    def __init__(self, kind: str, number: str) -> None:
        self.kind, self.number = kind, number
        super().__init__(f"{KINDS[kind]}密钥 {number}")


@dataclass(frozen=True)
class Key:
    """One key: its number, which may be seen, and the secret itself."""

    number: str
    secret: bytes

    def sign(self, text: str) -> str:
        """The key's number and an HMAC-SHA256 of the text."""
        return f"{self.number}:{hmac.digest(self.secret, text.encode(), 'sha256').hex()}"


def folder() -> Path:
    """The folder of the running application's keys."""
    return folder_of(current_app.config, Path(current_app.instance_path))


def folder_of(settings: dict[str, object], instance: Path) -> Path:
    """The folder that the setting KEYS names, else one in the instance."""
    return Path(str(settings.get("KEYS") or instance / "keys"))


def keys(kind: str, place: Path | None = None) -> tuple[Key, ...]:
    """All keys of a kind, the newest first; a first one is made where there is none."""
    file = (place or folder()) / kind
    try:
        told = file.stat()
    except FileNotFoundError:
        if file in _read:  # it was there when this process began: what was lost is not made up silently
            return _read[file][1]
        make(kind, file.parent)
        told = file.stat()
    stamp = (told.st_mtime_ns, told.st_ino)
    if file not in _read or _read[file][0] != stamp:
        _read[file] = stamp, _parsed(file)
    return _read[file][1]


def newest(kind: str) -> Key:
    """The key that new things are signed or encrypted with."""
    return keys(kind)[0]


def key(kind: str, number: str) -> Key:
    """The key with that number. Raises `Missing`."""
    for one in keys(kind):
        if one.number == number:
            return one
    raise Missing(kind, number)


def holds(kind: str, signed: str, text: str) -> bool:
    """Whether this is what `Key.sign` gave for the text. Raises `Missing` where its key is not here."""
    number, _colon, _rest = signed.partition(":")
    return hmac.compare_digest(key(kind, number).sign(text).encode(), signed.encode("utf-8", "replace"))


def is_number(text: str) -> bool:
    """Whether it looks like a key's number; anything else is no sign of a lost key."""
    return re.fullmatch(r"[0-9a-f]{8}", text) is not None


def make(kind: str, place: Path) -> None:
    """A first key of a kind; where another process was quicker, its key stays."""
    modes.make_private(place)
    fresh = place / f".{kind}.{os.getpid()}.{secrets.token_hex(4)}"
    modes.write_private(fresh, _line(_new()))
    try:
        with contextlib.suppress(FileExistsError):
            os.link(fresh, place / kind)
    except OSError:  # a disk without hard links
        if not (place / kind).exists():
            os.replace(fresh, place / kind)
    finally:
        fresh.unlink(missing_ok=True)


def make_all(place: Path) -> list[str]:
    """Make the kinds that are missing; gives them."""
    made = [kind for kind in KINDS if not (place / kind).exists()]
    for kind in made:
        make(kind, place)
    return made


def rotate(kind: str, place: Path, *, keep: bool = True) -> Key:
    """Put a new key before the others; `keep` the older ones, for what they signed or encrypted."""
    new = _new()
    older = keys(kind, place) if keep else ()
    fresh = place / f".{kind}.{os.getpid()}"
    modes.write_private(fresh, "".join(map(_line, (new, *older))))
    os.replace(fresh, place / kind)
    modes.sync(place)
    _read.pop(place / kind, None)
    return new


def write_all(kind: str, place: Path, all_: tuple[Key, ...]) -> None:
    """Put keys in place of those that are there."""
    modes.make_private(place)
    fresh = place / f".{kind}.{os.getpid()}"
    modes.write_private(fresh, "".join(map(_line, all_)))
    os.replace(fresh, place / kind)
    _read.pop(place / kind, None)


def seal(text: str, purpose: str) -> str:
    """Encrypt a short text for the database (AES-256-GCM); who has not the key can neither read nor change it."""
    one, nonce = newest("encryption"), secrets.token_bytes(NONCE)
    body = AESGCM(_subkey(one, f"seal {purpose}")).encrypt(nonce, text.encode(), purpose.encode())
    return f"2.{one.number}.{base64.urlsafe_b64encode(nonce + body).decode()}"


def unseal(sealed: str, purpose: str) -> str:
    """The text again. Raises `Missing` without its key, ValueError where anything was changed."""
    form, number, told = sealed.split(".")
    one, raw = key("encryption", number), base64.urlsafe_b64decode(told)
    if form == "1":
        return _unsealed_before(one, raw, purpose)
    try:
        plain = AESGCM(_subkey(one, f"seal {purpose}")).decrypt(raw[:NONCE], raw[NONCE:], purpose.encode())
    except InvalidTag:
        raise ValueError("a sealed text was changed") from None
    return plain.decode()


def is_sealed(text: str) -> bool:
    """Whether `seal` wrote it."""
    return re.match(r"[12]\.[0-9a-f]{8}\.", text) is not None


def sealed_with(text: str) -> str:
    """The number of the key a sealed text needs."""
    return text.split(".")[1]


def _new() -> Key:
    return Key(secrets.token_hex(4), secrets.token_bytes(32))


def _line(one: Key) -> str:
    return f"{one.number} {one.secret.hex()}\n"


def _parsed(file: Path) -> tuple[Key, ...]:
    found = [LINE.fullmatch(line) for line in file.read_text("ascii", "replace").splitlines()]
    if not found or None in found:
        raise ValueError(f"{file} 不是密钥文件，或已损坏。请用保管的密钥恢复：flask --app wsgi keys restore 目录")
    return tuple(Key(line[1], bytes.fromhex(line[2])) for line in found if line)


def parsed(file: Path) -> tuple[Key, ...]:
    """The keys in a file, wherever it lies; ValueError where it is none."""
    return _parsed(file)


def _subkey(one: Key, use: str) -> bytes:
    return hmac.digest(one.secret, use.encode(), "sha256")


def _unsealed_before(one: Key, raw: bytes, purpose: str) -> str:
    """A text sealed by the first version: mixed with HMAC-SHA256 over nonce and counter, then signed.

    Banks and backups may hold such texts until their encryption key is rotated.
    """
    nonce, body, tag = raw[:16], raw[16:-32], raw[-32:]
    signed = hmac.digest(_subkey(one, f"authenticate {purpose}"), nonce + body, "sha256")
    if not hmac.compare_digest(tag, signed):
        raise ValueError("a sealed text was changed")
    secret = _subkey(one, f"encrypt {purpose}")
    blocks = range((len(body) + 31) // 32)
    stream = b"".join(hmac.digest(secret, nonce + number.to_bytes(8, "big"), "sha256") for number in blocks)
    return bytes(a ^ b for a, b in zip(body, stream, strict=False)).decode()
