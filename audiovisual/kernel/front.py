"""The front: the proxy between the network and this program. What it says of a visitor is believed, of nobody else.

It stands at the addresses of SEEDBANK_FRONT and tells of exactly one hop: the visitor's address, the scheme and the name
they came by. Whoever else sends such headers is not heard. Where the program is mounted nobody tells: it stands at the
root.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from .addresses import is_host

FROM_FRONT = "seedbank.from_front"
"""In the environment of a request that came from the front."""
SCHEME_HEADERS = frozenset({"HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_PROTOCOL", "HTTP_X_FORWARDED_SSL"})
TOLD = SCHEME_HEADERS | {
    "HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PORT", "HTTP_X_FORWARDED_PREFIX",
    "HTTP_X_FORWARDED_BY", "HTTP_X_FORWARDED_SCHEME", "HTTP_X_FORWARDED_SERVER", "HTTP_X_REAL_IP", "HTTP_X_ORIGINAL_HOST",
    "HTTP_X_SCRIPT_NAME", "HTTP_SCRIPT_NAME",
}  # fmt: skip
"""Headers in which proxies tell of a visitor, as WSGI names them. The application reads none of them itself."""


class Front:
    """WSGI: hands on a request as the front tells it, or as it came where somebody else sent it."""

    def __init__(self, app: Any, addresses: Iterable[str], keeps_headers: bool = False) -> None:
        """`keeps_headers` leaves them for whoever asks whether a proxy stands before the program."""
        self.app, self.addresses, self.keeps_headers = app, frozenset(addresses), keeps_headers
        os.environ.pop("SCRIPT_NAME", None)  # gunicorn would take it for where the program is mounted

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        """Answer the request."""
        if mount := environ.get("SCRIPT_NAME"):
            environ["SCRIPT_NAME"], environ["PATH_INFO"] = "", mount + environ.get("PATH_INFO", "")
        if bare(environ.get("REMOTE_ADDR")) in self.addresses:
            _believe(environ)
        elif not SCHEME_HEADERS.isdisjoint(environ):
            environ["wsgi.url_scheme"] = "http"  # a server may have believed it
        if not self.keeps_headers:
            for name in TOLD.intersection(environ):
                del environ[name]
        return self.app(environ, start_response)


def _believe(environ: dict[str, Any]) -> None:
    """Take the visitor's address, scheme and host from the front; what it says nothing of stays."""
    environ[FROM_FRONT] = True
    address = bare(_last(environ, "HTTP_X_FORWARDED_FOR"))
    if address:
        environ["REMOTE_ADDR"] = address
        environ.pop("REMOTE_PORT", None)
    scheme = _last(environ, "HTTP_X_FORWARDED_PROTO")
    if scheme in ("http", "https"):
        environ["wsgi.url_scheme"] = scheme
    host = _last(environ, "HTTP_X_FORWARDED_HOST")
    if host and is_host(host):
        environ["HTTP_HOST"] = host


def _last(environ: dict[str, Any], name: str) -> str:
    """What the front itself wrote: the last of several."""
    return str(environ.get(name, "")).rpartition(",")[2].strip()


@lru_cache(maxsize=4096)
def bare(address: str | None) -> str:
    """An IP address in one spelling, without zone and IPv4 as IPv4; "" for what is none."""
    try:
        end = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:
        return ""
    return str(getattr(end, "ipv4_mapped", None) or end)
