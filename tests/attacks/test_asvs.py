"""The table of ASVS 5.0.0 beside this file: complete, counted, and every proof it names is there.

Also what the table says of the whole program and no other test shows.
"""

from __future__ import annotations

import ast
import re
from base64 import urlsafe_b64decode
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import structlog
from flask import Flask

from audiovisual.config import ROOT
from audiovisual.ground import front
from audiovisual.kernel import web
from audiovisual.people import links, passwords
from tests import factories as make

TABLE = Path(__file__).with_name("asvs.md")
LEVELS = """
V1 22 1111122223 112222222223 222 123           V2 122 112 12223 23
V3 3 113 12223 11222233 11122333 3 22333        V4 12233 23333 22 1222
V5 2 112333 113 222                             V6 122 111111112222 11223333 112233 22222333 2223 33 2222
V7 222 1111 22 11222 223 22                     V8 1233 1123 133 23
V9 111 1222                                     V10 22 223 22223 1111122222233333 22222 22 222
V11 2233 22233 11233 1222 23 23 33              V12 12233 11 22223
V13 2333 222223 2233 1222233                    V14 22 12223333 122
V15 12233 12233 1222222 3333                    V16 2 22222 2222 222 2223
V17 23 22223333 22
"""
"""The levels of all requirements of 5.0.0, a digit each: chapter, then one word for each of its sections."""
VERDICTS = ("符合", "不符合", "不适用")
ROW = re.compile(r"\| V(\d+\.\d+\.\d+) \| ([^|]+) \| ([12]) \| ([^|]+) \| ([^|]+) \|")
PLACE = re.compile(
    r"`((?:tests|audiovisual|workflows|templates|static)/[^`]*?|README\.md|Makefile|requirements\.lock)(?:(::|: )([^`]*))?`"
)


def required() -> Iterator[tuple[str, str]]:
    """Number and level of each requirement of the levels 1 and 2."""
    for chapter in re.split(r"\s+(?=V)", LEVELS.strip()):
        name, *sections = chapter.removeprefix("V").split()
        for section, levels in enumerate(sections, 1):
            for number, level in enumerate(levels, 1):
                if level != "3":
                    yield f"{name}.{section}.{number}", level


@cache
def rows() -> list[tuple[str, ...]]:
    """Number, clause, level, verdict and proof of each row."""
    return [found.groups() for line in TABLE.read_text("utf-8").splitlines() if (found := ROW.fullmatch(line))]


def test_every_requirement_of_the_first_two_levels_stands_once_in_the_table() -> None:
    assert Counter(level for _, level in required()) == {"1": 70, "2": 183}
    assert [(number, level) for number, _, level, _, _ in rows()] == list(required())


def test_every_row_has_a_verdict_and_says_why() -> None:
    assert {verdict for _, _, _, verdict, _ in rows()} <= set(VERDICTS)
    assert [number for number, _, _, verdict, why in rows() if verdict == "符合" and not PLACE.search(why)] == []
    assert [number for number, clause, _, _, why in rows() if len(clause) < 4 or len(why) < 4] == []


def test_the_totals_at_the_head_are_those_of_the_table() -> None:
    counted = Counter((level, verdict) for _, _, level, verdict, _ in rows())
    lines = ["| 级 | 符合 | 不符合 | 不适用 | 合计 |", "|---|---|---|---|---|"]
    for level in "12":
        numbers = [counted[level, verdict] for verdict in VERDICTS]
        lines.append(f"| {level} | {' | '.join(map(str, numbers))} | {sum(numbers)} |")
    numbers = [counted["1", verdict] + counted["2", verdict] for verdict in VERDICTS]
    lines.append(f"| 合计 | {' | '.join(map(str, numbers))} | {sum(numbers)} |")
    head = TABLE.read_text("utf-8").partition("\n## ")[0]
    assert "\n".join(lines) in head, "\n".join(lines)


def test_every_proof_that_is_named_is_there() -> None:
    """A test by its function, a place in the code by a word of it, a section of the table by its heading."""
    missing = []
    for file, kind, name in PLACE.findall(TABLE.read_text("utf-8")):
        path = ROOT / file
        wanted = {"::": f"def {name}(", ": ": f"\n## {name}\n" if path == TABLE else name}.get(kind, "")
        if not path.is_file() or wanted not in text_of(path):
            missing.append(f"{file}{kind}{name}")
    assert missing == []


@cache
def text_of(path: Path) -> str:
    """A file, read once."""
    return path.read_text("utf-8")


# ---- what the table says of the whole program ----


def trees() -> Iterator[tuple[str, ast.Module]]:
    """The code that serves."""
    for folder in ("audiovisual", "workflows"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            yield str(file.relative_to(ROOT)), ast.parse(text_of(file))


def test_no_code_is_made_of_text() -> None:
    """Nothing is evaluated, and no object is made of bytes that came from somewhere."""
    found = []
    for file, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("eval", "exec"):
                found.append(f"{file}:{node.lineno}")
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = {alias.name for alias in node.names} | {getattr(node, "module", None)}
                found += [f"{file}:{name}" for name in names & {"pickle", "marshal", "shelve", "yaml", "xml", "lxml"}]
    assert found == []


def test_no_answer_is_for_other_sites(client: Any) -> None:
    answers = [
        client.open(path, method=method, headers={"Origin": "https://evil.example"})
        for path in ("/login", "/session", "/healthz", "/static/css/tokens.css")
        for method in ("GET", "OPTIONS")
    ]
    assert [name for answer in answers for name, _value in answer.headers if name.lower().startswith("access-")] == []
    assert "Access-Control" not in text_of(front.HERE / "nginx.conf")


def test_every_text_says_how_it_is_written(client: Any) -> None:
    for path in ("/login", "/none", "/static/css/tokens.css", "/static/js/kept.js"):
        assert client.get(path).headers["Content-Type"].endswith("; charset=utf-8"), path
    assert client.get("/session").headers["Content-Type"] == "application/json"


def test_no_route_answers_trace(client: Any) -> None:
    """Of ours; nginx answers it with 405 by itself."""
    for path in ("/", "/login", "/healthz", "/static/css/tokens.css"):
        assert client.open(path, method="TRACE").status_code == 405, path


def test_the_front_lists_no_folder() -> None:
    assert "autoindex" not in text_of(front.HERE / "nginx.conf")


def test_a_link_is_good_for_its_own_purpose_alone(app: Flask) -> None:
    """A link that confirms an address sets no password, and the other way round."""
    user = make.user("officer", password_hash=passwords.hashed("tong-guo-hao-he-2026"))
    reset, address = links.reset_token(user.id, user.password_hash), links.address_token(user.id, "a@example.test")
    assert (links.reset_user_id(reset), links.address_of(address)) == (user.id, (user.id, "a@example.test"))
    assert (links.reset_user_id(address), links.address_of(reset)) == (None, None)


def test_cookies_tokens_and_links_are_signed_with_sha256(app: Flask, client: Any, login: Any) -> None:
    """The signature is the last part, 32 bytes long."""
    cookie = login(make.user("officer")).get_cookie(app.config["SESSION_COOKIE_NAME"])
    token = client.get("/session").json["token"]
    signed = {
        "cookie": cookie.value,
        "form": token,
        "link": links.reset_token(1, "x"),
        "address": links.address_token(1, "x"),
    }
    parts = {what: text.rpartition(".")[2] for what, text in signed.items()}
    assert {
        what: len(urlsafe_b64decode(part + "=" * (-len(part) % 4))) for what, part in parts.items()
    } == dict.fromkeys(signed, 32)


def test_no_line_of_the_log_can_be_made_up(capsys: pytest.CaptureFixture[str]) -> None:
    """What somebody sends may hold the end of a line; the line of the log goes on."""
    log = structlog.wrap_logger(structlog.PrintLogger(), processors=structlog.get_config()["processors"])
    log.warning("unhandled", path="/x\n2026-11-30T20:00:00Z [info] bank.restore", mark="a\r\nb\u2028c")
    said = capsys.readouterr().out
    assert len(said.splitlines()) == 1 and "bank.restore" in said


@pytest.mark.parametrize("headers", [{}, {"X-Requested-With": "fetch"}])
def test_a_fault_of_ours_is_told_by_a_code_alone(app: Flask, headers: dict[str, str]) -> None:
    with app.test_request_context("/projects", headers=headers):
        answer = app.make_response(web.broken(RuntimeError("SELECT password_hash FROM user")))
    assert answer.status_code == 500
    text = answer.get_data(as_text=True)
    assert "password_hash" not in text and "Traceback" not in text and "RuntimeError" not in text
