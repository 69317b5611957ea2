"""What stands around the program on a machine of its own: nginx before it, systemd beneath it, both from the settings.

    python -m audiovisual.ground.front FOLDER --certificate FILE --key FILE

fills in the templates beside this file and writes them to FOLDER: `nginx.conf` with what it includes, the front's own
pages (`told/`), and the units (`units/`). It changes nothing elsewhere; the README says where each belongs.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy import make_url

from audiovisual import config
from audiovisual.ground.startup import netloc, reachable
from audiovisual.kernel.bodies import most_of_view
from audiovisual.kernel.plain import plain
from audiovisual.kernel.uploads import PIECE
from audiovisual.kernel.web import HEADERS, HSTS

from .said import SAID

HERE = Path(__file__).resolve().parent
WITH_FILES = (
    "reviews.stream",
    "documents.file",
    "documents.proposal",
    "projects.file",
    "reviews.answer_file",
    "desk.urgent_file",
)
"""Routes that answer with a stored file."""

PASSED_ON = (400, 401, 404, 405, 411, 413, 502, 503, 504)
"""Answers to its question that the front repeats to the visitor; of others it says 403."""


@dataclass(frozen=True)
class Place:
    """Where things are on the machine, as far as the settings do not say. The defaults are Debian's."""

    folder: Path
    """What is written, and stays there: nginx reads it."""
    certificate: Path
    key: Path
    user: str = "www-data"
    pid: str = "/run/nginx.pid"
    logs: str = "/var/log/nginx"
    temporary: str = "/var/lib/nginx"
    types: str = "/etc/nginx/mime.types"
    listen: str = ""
    """The one address and port to listen at; by default the public port of every address."""
    plain_port: int = 80
    """Where http: is sent on to https:; 0 for nowhere."""
    processes: str = "auto"
    account: str = "seedbank"
    """The account the program runs under."""
    settings: str = "/etc/seedbank/seedbank.env"
    backups: str = "/var/backups/seedbank"


def write(app: Flask, place: Place) -> list[Path]:
    """Fill in every template and write it; gives the files. Refuses a bank that does not know of its front."""
    require_front(app)
    with app.app_context():
        values = values_of(app, place)
    files = {name: filled(name, values) for name in ("nginx.conf", "forwarded.conf", "errors.conf")}
    told = HEADERS | {"Strict-Transport-Security": HSTS}
    files["safe.conf"] = "".join(f'add_header {name} "{value}" always;\n' for name, value in told.items())
    files |= {f"units/{file.name}": filled(f"units/{file.name}", values) for file in sorted(HERE.glob("units/*"))}
    files |= pages(app)
    for name, text in files.items():
        target = place.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.parent.chmod(0o755)  # nginx is another account, and what it reads here is no secret
        target.write_text(text, encoding="utf-8")
        target.chmod(0o644)
    return [place.folder / name for name in files]


def require_front(app: Flask) -> None:
    """Refuse settings with which nothing would pass the front."""
    if not config.front_of(app.config):
        raise config.Misconfigured(
            "请先设置 SEEDBANK_FRONT，写上反向代理的地址；就在本机的写 SEEDBANK_FRONT=127.0.0.1。"
        )
    if not app.config["PUBLIC_URL"].startswith("https:"):
        raise config.Misconfigured(f"SEEDBANK_PUBLIC_URL 应以 https:// 开头，现在是“{app.config['PUBLIC_URL']}”。")


def filled(name: str, values: dict[str, Any]) -> str:
    """A template of ours with its values. One that is missing, or left over, is a bug and loud."""
    text = (HERE / name).read_text(encoding="utf-8")
    return re.sub(r"\{\{([A-Z_]+)\}\}", lambda found: str(values[found[1]]), text)


def values_of(app: Flask, place: Place) -> dict[str, Any]:
    """What stands in double braces."""
    site = urlsplit(app.config["PUBLIC_URL"])
    with_files = [
        name for name in app.view_functions if name != "files.receive" and most_of_view(app.view_functions[name])
    ]
    largest = max(most_of_view(app.view_functions[name]) or 0 for name in with_files)
    return {
        "FOLDER": place.folder, "USER": place.user, "PID": place.pid, "LOGS": place.logs, "TEMPORARY": place.temporary,
        "TYPES": place.types, "PROCESSES": place.processes, "CERTIFICATE": place.certificate, "KEY": place.key,
        "NAME": site.hostname, "HOST": site.netloc, "PUBLIC_URL": f"https://{site.netloc}",
        "LISTEN": _listen(place, site.port), "LISTEN_FIRST": _listen(place, site.port, " default_server backlog=4096"),
        "PLAIN_SERVER": _plain_server(place, site.netloc),
        "UPSTREAM": netloc(reachable(app.config["HOST"]), app.config["PORT"]),
        "STATIC": app.static_folder, "BOOTSTRAP": app.blueprints["bootstrap"].static_folder,
        "FORM_BYTES": app.config["FORM_BYTES"], "FILE_FORM_BYTES": largest, "PIECE_BYTES": PIECE,
        "FORMS": pattern(app, with_files),
        "PIECES": pattern(app, ["files.receive"]), "FILES": pattern(app, WITH_FILES), "REFUSED": _refusals(),
        "ROOT": config.ROOT, "ACCOUNT": place.account, "SETTINGS": place.settings, "INSTANCE": app.instance_path,
        "ADDRESSES": _addresses(app), "BACKUPS": place.backups,
    }  # fmt: skip


def pattern(app: Flask, endpoints: Iterable[str]) -> str:
    """The addresses of these routes as one regular expression."""
    rules = {rule.rule for rule in app.url_map.iter_rules() if rule.endpoint in set(endpoints)}
    return f"^(?:{'|'.join(sorted(_expression(rule) for rule in rules))})$"


def _expression(rule: str) -> str:
    """One route: a number where it has one, a choice where it has a choice, else anything but a slash."""
    chosen = re.sub(r"<any\(([^)]*)\):\w+>", lambda found: f"(?:{_choice(found[1])})", rule)
    return re.sub(r"<\w+>", "[^/]+", re.sub(r"<int:\w+>", "[0-9]+", chosen))


def _choice(words: str) -> str:
    return "|".join(word.strip(" '") for word in words.split(","))


def _refusals() -> str:
    lines = [f"if ($refused = {status}) {{\n                return {status};\n            }}" for status in PASSED_ON]
    lines.append("if ($refused = 204) {\n                return 507;\n            }")
    return "\n            ".join([*lines, "if ($refused = 507) {\n                return 507;\n            }"])


def _listen(place: Place, port: int | None, more: str = "") -> str:
    where = [place.listen] if place.listen else [str(port or 443), f"[::]:{port or 443}"]
    return "\n        ".join(f"listen {each} ssl http2{more};" for each in where)


def _plain_server(place: Place, host: str) -> str:
    """A server that sends whoever opens a page by http: on to https:. Whatever brings something is refused: it would
    travel unencrypted, and nobody would notice."""
    if not place.plain_port:
        return ""
    listen = f"listen {place.plain_port};\n        listen [::]:{place.plain_port};"
    refused = "if ($request_method !~ ^(?:GET|HEAD)$) {\n            return 403;\n        }"
    return f"server {{\n        {listen}\n        {refused}\n        return 301 https://{host}$request_uri;\n    }}"


def _addresses(app: Flask) -> str:
    """Whom the web service may talk to: this machine and the front. A database elsewhere is anybody."""
    if (url := make_url(app.config["SQLALCHEMY_DATABASE_URI"])).host not in (None, "", *config.LOOPBACK):
        return f"# IPAddressDeny= is left out: the database is at {url.host}"
    allowed = " ".join(each for each in config.front_of(app.config) if not ipaddress.ip_address(each).is_loopback)
    return f"IPAddressDeny=any\nIPAddressAllow=localhost {allowed}".rstrip()


def pages(app: Flask) -> dict[str, str]:
    """The front's own answers: for each status a page, and the same as JSON for scripts."""
    found = {}
    for status, (chinese, english) in SAID.items():
        with app.test_request_context(base_url=app.config["PUBLIC_URL"]):
            found[f"told/{status}.html"] = app.make_response(plain(status, chinese, english)).get_data(as_text=True)
        found[f"told/{status}.json"] = json.dumps({"error": chinese, "english": english}, ensure_ascii=False)
    return found
