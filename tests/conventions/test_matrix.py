"""Who reaches what: every route × role against the table in `matrix.py`, which is written by hand."""

from __future__ import annotations

import pytest

from .bank import BESIDE, ROLES
from .matrix import LINES, SELDOM, beside
from .walk import answer

HOW = "在 tests/conventions/matrix.py 里加一行：方法、路径（{…} 是 bank.py 里的名字），再按列写出每个角色的结果。"


def _routes(app) -> set[tuple[str, str]]:
    return {
        (method, rule.rule) for rule in app.url_map.iter_rules() for method in rule.methods - {"HEAD", "OPTIONS"}
        if not rule.endpoint.endswith("static")
    }  # fmt: skip


def _matched(stage, method: str, path: str) -> tuple[str, str]:
    rule, _ = stage.app.url_map.bind("127.0.0.1").match(stage.path(path).split("?")[0], method, return_rule=True)
    return method, rule.rule


def test_every_route_stands_in_the_matrix(stage):
    written = {_matched(stage, line.method, line.path) for line in LINES}
    missing = sorted(_routes(stage.app) - written)
    assert not missing, f"这些路由不在权限表里。{HOW}\n" + "\n".join(f"{m:6} {rule}" for m, rule in missing)


def test_the_matrix_names_each_line_once():
    lines = [(line.method, line.path) for line in LINES]
    assert len(lines) == len(set(lines))


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_every_route_answers_every_role_as_the_matrix_says(stage, method):
    breaches = []
    for line in LINES:
        if (line.method == "GET") != (method == "GET"):
            continue
        for role, expected in zip(ROLES, line.expected, strict=True):
            got = answer(stage, role, line.method, line.path)
            if got != expected:
                breaches.append(f"{line.method:6} {line.path:56} {role:9} 应为 {expected}，实为 {got}")
    assert not breaches, "与权限表不符：\n" + "\n".join(breaches)


@pytest.mark.parametrize("person", BESIDE)
def test_who_stands_beside_the_columns_reaches_what_the_matrix_says(stage, person):
    breaches = []
    for line in LINES:
        expected = beside(line, person)
        if (got := answer(stage, person, line.method, line.path)) != expected:
            breaches.append(f"{line.method:6} {line.path:56} {person:9} 应为 {expected}，实为 {got}")
    assert not breaches, "与权限表不符：\n" + "\n".join(breaches)


@pytest.mark.parametrize("path", SELDOM)
def test_what_does_not_exist_looks_like_what_one_may_not_know(stage, path):
    """A stranger's 404 is the same page, byte for byte, as that of a number nobody has."""
    known, unknown = SELDOM[path]
    client = stage.client("stranger")
    first, second = client.get(stage.path(path.format(known))), client.get(path.format(unknown))
    assert (first.status_code, second.status_code) == (404, 404)
    assert _without_path(first.data, stage.path(path.format(known))) == _without_path(second.data, path.format(unknown))


def _without_path(data: bytes, path: str) -> bytes:
    import re

    text = data.replace(path.encode(), b"")
    return re.sub(rb'name="csrf_token"[^>]*>', b"", text)
