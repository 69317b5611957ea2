"""Addresses: every `<int:…>` of a route is an id that fits the database, and a page leads back only to this site."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

from werkzeug.routing import IntegerConverter


class Id(IntegerConverter):
    """A whole number below two billion: what is longer names no row, and no route answers to it (404).

    The pattern says so, not `max`: with `max`, a route that takes another method would make it a 405.
    """

    regex = "[0-9]{1,9}|1[0-9]{9}"


def parts_of(address: str | None) -> SplitResult:
    """An address that came from outside in its parts; all of them empty where it is none."""
    try:
        return urlsplit(address or "")
    except ValueError:
        return urlsplit("")


def local_path(target: str | None) -> str | None:
    """The target when it is a path of this site, else None: a log-in never leads elsewhere."""
    if not target or not target.startswith("/") or target[1:2] in ("/", "\\"):
        return None
    if any(ord(c) < 32 or c == "\\" for c in target) or len(target) > 2000:
        return None
    parts = parts_of(target)
    return target if not parts.scheme and not parts.netloc else None


_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?", re.ASCII | re.IGNORECASE)
_HOST = re.compile(r"(?P<name>[^:\[\]]+|\[(?P<six>[0-9a-f:.]{2,45})\])(:[0-9]{1,5})?", re.ASCII | re.IGNORECASE)


def is_host(told: str) -> bool:
    """Whether a Host header names a computer: labels of at most 63 characters, an address, a port behind it."""
    found = _HOST.fullmatch(told)
    if found is None or found["six"] is not None:
        return found is not None
    return _NAME.fullmatch(found["name"]) is not None and _is_readable(found["name"])


def _is_readable(name: str) -> bool:
    """Whether a name with characters in code (xn--…) can be read: the library reads every name it is given."""
    try:
        name.encode("ascii").decode("idna")
    except UnicodeError:
        return False
    return True
