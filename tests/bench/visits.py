"""What is asked of the bank: five pages and two more without a goal, each by the people who open them, each over many titles, filters and words."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import g, session
from flask_wtf.csrf import generate_csrf
from sqlalchemy import func, select

from audiovisual import create_app
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db
from audiovisual.people.models import LoginSession, User
from audiovisual.people.sessions import hashed
from audiovisual.projects.models import Credit, Project
from audiovisual.reviews.models import Assignment, OpinionRow, Round

from .meter import Server

FORM = {"Content-Type": "application/x-www-form-urlencoded", "X-Requested-With": "fetch"}
LISTS = (
    {"type": ["web_series", "micro_drama"], "station": ["4"], "sort": "-investment"},
    {"city": ["nanjing", "suzhou", "wuxi"], "type": ["web_film"], "sort": "title"},
    {"class": ["two"], "station": ["2", "3"], "sort": "due"},
    {"era": "当代", "topic": "都市", "sort": "-updated"},
    {"station": ["2", "3", "4"], "class": ["two", "three"], "sort": "-submitted", "page": "3"},
    {"due": "over", "station": ["3", "4"], "type": ["animation", "web_series"], "sort": "due"},
)
WORDS = (
    "父亲", "账本", "合同", "孩子", "老地名", "学费", "老屋", "霜降", "二十四年", "来信", "没有人知道", "父亲 账本", "\"一张合同\"", "守塔",
)  # fmt: skip
"""Most fill the first page in the smallest bank already, so that growth is not just more lines to print."""
KEYED = ("状态:已入库 父亲", "类型:网络电影 账本", "城市:苏州 孩子")


class Visit(NamedTuple):
    """A page: its name, its goal as a multiple of the floor, how often it is asked in a round, and how."""

    name: str
    goal: int | None
    times: int
    ask: Callable[[Server, int], Any]


@contextmanager
def visits(instance: Path) -> Iterator[list[Visit]]:
    """The visits of a bank; people are signed in as long as the block lasts."""
    os.environ.update(SEEDBANK_INSTANCE=str(instance), SEEDBANK_DEMO="1")
    app = create_app()
    with app.app_context():
        rng = Random(1)
        officer, producer = _person("qiaomin"), _person("lintianyu")
        row_id, expert = _row()
        signed = {user: _signed_in(app, user) for user in (officer, producer, expert)}
        titles = _titles(rng, officer)
        searches = [f"/search?{urlencode({'q': words})}" for words in (*WORDS, *_names(rng), *_numbers(rng))]
        keyed = [f"/search?{urlencode({'q': words})}" for words in KEYED]
        houses = _titles(rng, producer)
        db.session.remove()
        db.engine.dispose()
        yield [
            Visit("项目页（经办）", 15, 40, _pages([f"/projects/{id_}" for id_ in titles], signed[officer])),
            Visit("项目页（机构）", 15, 40, _pages([f"/projects/{id_}" for id_ in houses], signed[producer])),
            Visit(
                "列表 50 行，筛选排序（经办）",
                25,
                36,
                _pages([f"/projects?{urlencode(asked, doseq=True)}" for asked in LISTS], signed[officer]),
            ),
            Visit("存一条意见（专家）", 9, 60, _saving(row_id, signed[expert], app)),
            Visit("搜索首页（经办）", 20, 40, _pages(searches, signed[officer])),
            Visit("搜索首页（机构）", 20, 40, _pages(searches, signed[producer])),
            Visit("搜索加条件（经办）", None, 36, _pages(keyed, signed[officer])),
            Visit("工作台（经办）", None, 36, _pages(["/"], signed[officer])),
            Visit("工作台（机构）", None, 36, _pages(["/"], signed[producer])),
        ]


def _person(login: str) -> int:
    return db.session.scalars(select(User.id).where(User.login == login)).one()


def _row() -> tuple[int, int]:
    """A row of an opinion that is being written, and its expert."""
    asked = (
        select(OpinionRow.id, Assignment.expert_id).join(Assignment, Assignment.id == OpinionRow.opinion_id)
        .join(Round, Round.id == Assignment.round_id).where(Assignment.state == "accepted", Round.state == "reading")
    )  # fmt: skip
    found = db.session.execute(asked.order_by(OpinionRow.id).limit(1)).one()
    return found[0], found[1]


def _titles(rng: Random, user_id: int) -> list[int]:
    """Forty titles a person may open, spread over the bank; a house's own are what it has."""
    house = db.session.get_one(User, user_id).house_id
    own = Project.house_id == house if house else Project.state != "draft"
    ids = list(db.session.scalars(select(Project.id).where(own, Project.state != "discarded").order_by(Project.id)))
    return rng.sample(ids, min(40, len(ids)))


def _names(rng: Random) -> list[str]:
    last = db.session.scalar(select(func.max(Credit.id))) or 1
    return [db.session.get_one(Credit, rng.randint(1, last)).name for _ in range(4)]


def _numbers(rng: Random) -> list[str]:
    ids = rng.sample(range(1, db.session.scalar(select(func.max(Project.id)))), 12)
    found = list(
        db.session.scalars(select(Project.number).where(Project.id.in_(ids), Project.number.is_not(None)).limit(4))
    )
    return [found[0], *(number.replace("苏网种", "") for number in found[1:])]


def _signed_in(app: Any, user_id: int) -> dict[str, str]:
    """Headers of a signed-in browser: a session row like any other, and the cookie that goes with it."""
    token = secrets.token_urlsafe(32)
    with unit_of_work() as work:
        work.add(LoginSession(token_hash=hashed(token), user_id=user_id))
    with app.test_request_context():
        session.update(_user_id=token, _fresh=True)
        g.pop("csrf_token", None)
        csrf = generate_csrf()
        cookie = app.session_interface.get_signing_serializer(app).dumps(dict(session))
    return {"Cookie": f"{app.config['SESSION_COOKIE_NAME']}={cookie}", "X-CSRFToken": csrf, "Accept-Language": "zh"}


def _pages(paths: list[str], headers: dict[str, str]) -> Callable[[Server, int], Any]:
    def ask(server: Server, number: int) -> Any:
        answer = server.ask(paths[number % len(paths)], headers)
        if answer.status != 200:
            raise RuntimeError(f"{answer.status} for {paths[number % len(paths)]}")
        return answer

    return ask


def _saving(row_id: int, headers: dict[str, str], app: Any) -> Callable[[Server, int], Any]:
    """Each save goes on from the version the last one answered with, as the page's script does."""
    version = [db.session.get_one(OpinionRow, row_id).version]
    fields = {"episode": "1", "tc_in": "00:00:01:05", "tc_out": "00:00:03:00", "dimension": "", "basis": "令16号第二十五条", "demand": "alter",
              "demand_text": "删去点烟近景，配乐换掉。", "severity": "must"}  # fmt: skip

    def ask(server: Server, number: int) -> Any:
        told = {**fields, "problem": f"未成年人独自吸烟，近景过长，第{version[0]}次修改。", "version": str(version[0])}
        answer = server.ask(f"/reviews/rows/{row_id}", {**headers, **FORM}, urlencode(told))
        if answer.status != 200:
            raise RuntimeError(f"{answer.status} for a save: {answer.body[:300]!r}")
        version[0] = json.loads(answer.body)["version"]
        return answer

    return ask
