"""Fixtures of the journeys: server, cast, browser; a journey that fails leaves pictures of every open page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from audiovisual.people.passwords import hashed
from tests import factories as make

from .stage import PASSWORD, TYPED, Person, Server

playwright = pytest.importorskip("playwright.sync_api")

HOUSE = "南京春水影视文化有限公司"
NEW_HOUSE = "苏州平江灯影文化传播有限公司"
"""A house that is not there yet: a journey registers it."""
STAFF = {"officer": "乔敏", "head": "严仲良", "leader": "尚德福", "sealer": "鲍秀云"}
EXPERTS = {"zhuang": "庄怀民", "shen": "沈若溪", "ji": "纪明远"}
EXCLUDED = "秦晚秋"
OF_EXPERTS = ("制片主任", "研究员", "江苏省社会科学院")
"""What stands in experts' records (`factories.user`, `_knows_the_house`)."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: Any) -> Any:
    """Let a fixture know whether its test failed."""
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


FAILED = pytest.StashKey[bool]()


@pytest.fixture
def server(app: Any, instance: Path) -> Iterator[Server]:
    """The program on a bank with its people and nothing else."""
    _cast()
    running = Server(instance, app.config["SQLALCHEMY_DATABASE_URI"])
    try:
        running.start()
        yield running
    finally:
        running.stop()


def _cast() -> None:
    """One house with its producer, one person for each desk, four experts: one of them once worked for the house."""
    TYPED.clear()
    TYPED.update((HOUSE, NEW_HOUSE, EXCLUDED, *STAFF.values(), *EXPERTS.values(), *OF_EXPERTS))
    password = hashed(PASSWORD)
    house = make.house(name=HOUSE, short_name="春水影视")
    make.user("producer", house=house, login="producer", name="林知夏", password_hash=password)
    for role, name in STAFF.items():
        make.user(role, login=role, name=name, password_hash=password)
    for login, name in EXPERTS.items():
        make.user("expert", login=login, name=name, password_hash=password)
    _knows_the_house(make.user("expert", login="qin", name=EXCLUDED, password_hash=password))


def _knows_the_house(expert: Any) -> None:
    with make.unit_of_work():
        expert.expert.past_employers = [HOUSE, f"2021—2023年 {NEW_HOUSE} 制片主任"]


@pytest.fixture
def enter(
    browser: Any, server: Server, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[..., Person]]:
    """`enter("officer")`: that person at a browser of their own, logged in, or a visitor before that."""
    people: list[Person] = []

    def come_in(login: str, *, visitor: bool = False, **context: Any) -> Person:
        person = Person(browser, server.address, login, **context)
        people.append(person)
        return person if visitor else person.log_in()

    yield come_in
    for person in people:
        if request.node.stash.get(FAILED, False):
            person.page.screenshot(path=tmp_path / f"{person.login}.png", full_page=True)
        person.context.close()
