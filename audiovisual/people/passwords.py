"""Passwords: argon2 hashes, and which passwords are refused. Hashing is slow on purpose: never under the write lock."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app

from workflows.errors import Sentence, say

from .common_passwords import folded, is_common

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


def refusal(password: str, *personal: str, own: Iterable[str] = ()) -> Sentence | None:
    """Why this password cannot be used, or None. `personal` are words it must not be made of: log-in name, name; `own` are
    those of the bank, the bureau and the person's house."""
    if len(password) < LEAST:
        return say("密码至少 %(n)s 个字符，现在是 %(count)s 个。", n=LEAST, count=len(password))
    if len(password) > MOST:
        return say("密码最多 %(n)s 个字符。", n=MOST)
    if _made_of(password, personal):
        return say("密码不能由用户名或姓名加几个字符组成。")
    if _made_of(password, own):
        return say("密码不能由本系统或单位的名字加几个字符组成。")
    plain = folded(password)
    if is_common(password) or len(set(plain)) < 4 or _runs(plain):
        return say("这个密码太常见，别人一猜就中，请换一个。")
    return None


def _made_of(password: str, words: Iterable[str]) -> bool:
    """Whether it is one of the words, in characters or pinyin, with few others around; dots and dashes do not count."""
    plain = _close(password)
    return any(
        len(word) >= 3 and word in plain and len(plain.replace(word, "")) < 6
        for given in words for word in {_close(spelled) for spelled in (given, *_in_pinyin(given))}
    )  # fmt: skip


def _close(words: str) -> str:
    return "".join(character for character in folded(words) if character.isalnum())


def _in_pinyin(words: str) -> tuple[str, ...]:
    """Chinese words as they are typed, whole and by their first letters."""
    if words.isascii():
        return ()
    from pypinyin import Style, lazy_pinyin  # its tables take a while to load

    return "".join(lazy_pinyin(words)), "".join(lazy_pinyin(words, style=Style.FIRST_LETTER))


def _runs(plain: str) -> bool:
    """Whether all characters follow one another upwards or downwards, as in 23456789012."""
    steps = {(ord(b) - ord(a)) % 10 if (a + b).isdigit() else ord(b) - ord(a) for a, b in itertools.pairwise(plain)}
    return steps in ({1}, {9}, {-1})
