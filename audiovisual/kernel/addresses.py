"""Addresses: every `<int:…>` of a route is an id that fits the database, and a page leads back only to this site."""

from __future__ import annotations

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
