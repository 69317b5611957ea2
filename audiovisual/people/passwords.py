"""Passwords: argon2 hashes, and which passwords are refused. Hashing is slow on purpose: never under the write lock."""

from __future__ import annotations

import functools
import itertools

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app

from workflows.errors import Sentence, say

from .common_passwords import COMMON

LEAST = 10
MOST = 128
DIFFERENT = say("两次输入的密码不一样，请再输一次。")
THE_SAME = say("新密码和现在的一样，请换一个。")
_FIRM = PasswordHasher()
_QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def _hasher() -> PasswordHasher:
    return _QUICK if current_app.testing else _FIRM


@functools.cache
def _nobodys(hasher: PasswordHasher) -> str:
    return hasher.hash("nobody has this password")


def hashed(password: str) -> str:
    """The argon2id hash to keep."""
    return _hasher().hash(password)


def matches(kept: str | None, password: str) -> bool:
    """Whether the password belongs to the kept hash; takes as long when there is no hash to compare with."""
    hasher = _hasher()
    try:
        return hasher.verify(kept or _nobodys(hasher), password) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def refusal(password: str, *personal: str) -> Sentence | None:
    """Why this password cannot be used, or None. `personal` are words it must not be made of: login, name, house."""
    if len(password) < LEAST:
        return say("密码至少 %(n)s 个字符，现在是 %(count)s 个。", n=LEAST, count=len(password))
    if len(password) > MOST:
        return say("密码最多 %(n)s 个字符。", n=MOST)
    plain = password.casefold()
    if plain in COMMON or len(set(plain)) < 4 or _runs(plain):
        return say("这个密码太常见，别人一猜就中，请换一个。")
    for word in personal:
        if len(word) >= 3 and word.casefold() in plain and len(plain) - len(word) < 6:
            return say("密码不能由用户名或姓名加几个字符组成。")
    return None


def _runs(plain: str) -> bool:
    """Whether all characters follow one another upwards or downwards, as in 23456789012."""
    steps = {(ord(b) - ord(a)) % 10 if (a + b).isdigit() else ord(b) - ord(a) for a, b in itertools.pairwise(plain)}
    return steps in ({1}, {9}, {-1})
