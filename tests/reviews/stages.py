"""Stages of a review for the tests of its pages: gathered, proposed, agreed."""

from __future__ import annotations

from typing import Any

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db
from audiovisual.people.models import User
from audiovisual.reviews.operations import opinions, settling
from audiovisual.reviews.queries import opinions_of
from tests import factories as make
from tests.scenes import scene


@scene
def gathered(**given: Any) -> tuple[Any, dict[str, Any]]:
    """A round whose three experts signed one row each; gives it, and its people (experts as a list)."""
    people: dict[str, Any] = {role: make.user(role) for role in ("officer", "head", "leader", "sealer")}
    people["producer"] = make.producer()
    round_, people["experts"] = make.reading(people["officer"], people["producer"], **given)
    for assignment in list(round_.assignments):
        make.written(assignment)
        with unit_of_work():
            opinions.sign(assignment, make.actor_of(assignment.expert))
    return round_, people


POINTS = (
    (
        {"episode": 1, "frame_in": 250, "frame_out": 500, "problem": "未成年人独自吸烟，近景过长。", "basis": "令16号第二十五条第六项",
         "demand": "cut", "demand_text": "删去点烟近景。", "severity": "must"},
        {"episode": 1, "frame_in": 1000, "frame_out": None, "problem": "字幕写错县名。", "basis": "国家通用语言文字法",
         "demand": "subtitle", "demand_text": "改正县名。", "severity": "should"},
    ),
    (
        {"episode": 1, "frame_in": 300, "frame_out": 480, "problem": "少年点烟镜头有示范之嫌。", "basis": "未成年人节目管理规定第九条",
         "demand": "alter", "demand_text": "改用远景。", "severity": "must"},
        {"episode": 1, "frame_in": 1700, "frame_out": 1800, "problem": "天台吸烟一场同样要处理。", "basis": "令16号第二十五条第九项",
         "demand": "cut", "demand_text": "整场删去。", "severity": "must"},
        {"episode": None, "frame_in": None, "frame_out": None, "problem": "片尾没有列场地单位。", "basis": "",
         "demand": "explain", "demand_text": "", "severity": "should"},
    ),
    (
        {"episode": 1, "frame_in": 1005, "frame_out": 1100, "problem": "县名用了旧称。", "basis": "国家通用语言文字法",
         "demand": "subtitle", "demand_text": "改用今名。", "severity": "must", "dimension": "A.minors"},
    ),
)  # fmt: skip
"""What three experts find, each differently; the third also finds the bottom line failed."""
FAILED = "少年吸烟有特写，违反令16号第二十五条第六项。"


@scene
def differing(**given: Any) -> tuple[Any, dict[str, Any]]:
    """A round whose experts signed points that differ (`POINTS`); the third judged the bottom line failed: 未成年人."""
    people: dict[str, Any] = {role: make.user(role) for role in ("officer", "head", "leader", "sealer")}
    people["producer"] = make.producer()
    round_, people["experts"] = make.reading(people["officer"], people["producer"], **given)
    for assignment, points in zip(list(round_.assignments), POINTS, strict=True):
        me = make.actor_of(assignment.expert)
        make.written(assignment, "passed")
        with unit_of_work():
            for point in points:
                opinions.add_row(assignment, me, **point)
            opinions.save_opinion(assignment, me, None, "pass_after_changes", "改后可播。")
            if points is POINTS[2]:
                opinions.save_score(assignment, me, "A.minors", 0, FAILED)
                opinions.save_opinion(assignment, me, None, "re_review", "底线有问题。")
        with unit_of_work():
            opinions.sign(assignment, me)
    return round_, people


def points_of(round_: Any) -> list[Any]:
    """The points that the round's experts signed, by expert and number."""
    return [row for seat in round_.assignments if seat.state == "signed" for row in seat.opinion.rows]


@scene
def proposed(outcome: str = "pass_after_changes", **given: Any) -> tuple[Any, dict[str, Any]]:
    """The same, its rows merged and the outcome laid before the head."""
    round_, people = gathered(**given)
    officer = make.actor_of(people["officer"])
    with unit_of_work():
        settling.adopt(round_, officer, [row for opinion in opinions_of(round_) for row in opinion.rows])
        settling.propose(round_, officer, outcome, "主题积极，制作精良。", "违反规定。" if outcome == "refused" else "")
    return round_, people


@scene
def agreed(**given: Any) -> tuple[Any, dict[str, Any]]:
    """The same, agreed by the head."""
    round_, people = proposed(**given)
    with unit_of_work():
        settling.agree(round_, make.actor_of(people["head"]))
    return round_, people


def again(row: Any) -> Any:
    """The row read anew after a request."""
    db.session.rollback()
    db.session.expire_all()
    return db.session.get(type(row), row.id)


def fresh(user: User) -> User:
    """The person read anew, for a session that was left."""
    return db.session.merge(user)
