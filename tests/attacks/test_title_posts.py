"""Requests made by hand to a title: every POST × every place it can stand × every person, against `posts.TABLE`.

The normal run asks everybody who may ever do the act and one of the others in turn, each act at every third place;
SEEDBANK_FULL=1 asks everybody everywhere.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from audiovisual.kernel.model import today

from .posts import PEOPLE, PLACES, POSTS, Post

FULL = bool(os.environ.get("SEEDBANK_FULL"))
ELSEWHERE = {
    "/changes/close-all", "/changes/<change_id>/answer", "/changes/<change_id>/<verdict>", "/changes/<record_id>/<word>",
    "/changes/<record_id>/withdraw",
    "/permits/<record_id>/correct", "/permits/<record_id>/remove", "/progress/<record_id>/correct",
    "/co-reviews/<record_id>/answer", "/co-reviews/<record_id>/cancel", "/questions/<question_id>/done",
}  # fmt: skip
"""POSTs about a record of the title: test_handmade sends them to records in every state."""


def _filling(stage: Any) -> dict[str, Any]:
    """One body that fills every form rightly."""
    day = lambda n: (today() + timedelta(days=n)).isoformat()  # noqa: E731
    criteria = ("strength", "maturity", "feasibility", "market")
    plan = ("script_lock", "shooting_start", "shooting_end", "cut_delivery", "release")
    return {
        "reason": "手工构造的请求。", "items-0-demand": "请补交授权书。", "class_code": "one", "recommendation": "admit",
        "comment": "建议入库。", "decision": "screen", "officer": str(stage.bank.people["other"]), "started_on": day(0),
        "percent": "30", "text": "本月定稿。", "period": f"{today():%Y-%m}", "platform": "荔枝网", "aired_on": day(0),
        "evidence": "截图", "department": "省文物局", "question": "请就文物保护提出意见。", "kind": "episodes", "after": "30",
        "issued_on": day(-1), "year": str(today().year), "slot": "5", "steward": str(stage.bank.people["head2"]),
        "answer_by": day(60), **{node: day(30 * n + 1) for n, node in enumerate(plan)},
        **{f"score_{code}": "80" for code in criteria}, **{f"reason_{code}": "材料齐全。" for code in criteria},
    }  # fmt: skip


def _own(stage: Any, post: Post, title: int) -> dict[str, Any]:
    """What only one form, or only this title, is sent."""
    if post.path in ("/edit", "/draft"):
        return {"version": stage.value("SELECT version FROM project WHERE id = :id", id=title)}
    if post.path == "/permits/new":
        return {"kind": "planning_filing", "number": f"32{title:014d}", "note": "补录原件上的号。"}
    if post.path == "/airing/new":
        asked = "SELECT number FROM permit WHERE project_id = :id AND kind = 'series_licence'"
        return {"licence_number": stage.value(asked, id=title) or "1号"}
    return {}


def _people(post: Post, n: int) -> Iterator[str]:
    may = [person for person in PEOPLE if post.signs[person] in "o9"]
    others = [person for person in PEOPLE if person not in may]
    yield from PEOPLE if FULL else (*may, others[n % len(others)])


def _places(post: Post) -> list[tuple[int, str]]:
    """With their numbers; in the normal run those that are this act's turn, and the one from which it passes."""
    numbered, turn = list(enumerate(PLACES)), POSTS.index(post) % 3
    passing = next((n for n, place in numbered if place in post.done), None)
    return [(n, place) for n, place in numbered if FULL or n % 3 == turn or n == passing]


def test_every_post_of_a_title_stands_in_the_table(stage):
    known = {_pattern(stage, post.path) for post in POSTS}
    missing = {
        path for rule in stage.app.url_map.iter_rules()
        if "POST" in rule.methods and "project_id" in rule.arguments
        and (path := _bare(rule.rule)) not in known | ELSEWHERE
    }  # fmt: skip
    assert not missing, "tests/attacks/posts.py 里没有：\n" + "\n".join(sorted(missing))


def _pattern(stage: Any, path: str) -> str:
    rule, _ = stage.app.url_map.bind("127.0.0.1").match(f"/projects/1{path}", "POST", return_rule=True)
    return _bare(rule.rule)


def _bare(rule: str) -> str:
    """`/projects/<int:project_id>/steps/<trigger>` as `/steps/<trigger>`."""
    import re

    return re.sub(r"<(?:[^<>]*:)?(\w+)>", r"<\1>", rule).removeprefix("/projects/<project_id>")


@pytest.mark.parametrize("post", POSTS, ids=lambda post: post.path)
def test_a_title_answers_every_post_as_the_table_says(stage, post):
    filling, found = _filling(stage), []
    traces = _traces(stage)
    for n, place in _places(post):
        title = stage.bank.titles[place]
        for person in _people(post, n):
            right, told = post.answers(person, place), f"{post.path}（{person}，{place}）"
            try:
                status = (
                    stage.client(person)
                    .post(f"/projects/{title}{post.path}", data=filling | _own(stage, post, title))
                    .status_code
                )
            except Exception as error:
                found.append(f"{told}：{type(error).__name__}: {str(error)[:150]}")
                stage.restore()
                continue
            if status not in right:
                found.append(f"{told}：应为 {right}，实为 {status}")
            quiet = status >= 400 or place in post.before
            if quiet and _traces(stage) != traces:
                found.append(f"{told}：{status}，却留下了痕迹")
            if status < 400 or _traces(stage) != traces:
                stage.restore()
    assert not found, "\n".join(found)


def _traces(stage: Any) -> tuple[Any, ...]:
    """What any act leaves behind."""
    return tuple(stage.value(f"SELECT count(*) FROM {table}") for table in ("event", "project", "change_request"))
