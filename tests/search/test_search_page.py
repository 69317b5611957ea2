"""The page of results and the commands, on the whole application."""

from __future__ import annotations

import json
import re
from typing import Any

from flask import Flask

from audiovisual.kernel import findable, outbox
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db, happening_at, utcnow
from audiovisual.people.models import User
from audiovisual.projects.operations import filing
from audiovisual.search import keys, rebuild
from tests import factories


def test_a_title_is_found_by_its_house_and_the_bureau_and_by_nobody_else(app: Flask, client: Any, login: Any) -> None:
    producer, officer, stranger = factories.producer(), factories.user("officer"), factories.producer()
    row = factories.project("submitted", by=producer, officer=officer)
    asked = {"q": row.title[:2]}
    for person in (producer, officer):
        page = login(person).get("/search", query_string=asked).get_data(as_text=True)
        assert f'href="/projects/{row.id}"' in page
        assert f"<mark>{row.title[:2]}</mark>" in page
    assert f"/projects/{row.id}" not in login(stranger).get("/search", query_string=asked).get_data(as_text=True)


def test_a_draft_is_found_by_its_house_alone_until_it_is_submitted(app: Flask, client: Any, login: Any) -> None:
    producer, officer = factories.producer(), factories.user("officer")
    row = factories.draft(by=producer)
    asked = {"q": row.title}
    assert f"/projects/{row.id}" in login(producer).get("/search", query_string=asked).get_data(as_text=True)
    assert f"/projects/{row.id}" not in login(officer).get("/search", query_string=asked).get_data(as_text=True)


def test_what_is_typed_into_a_draft_is_found_once_the_worker_came_by(app: Flask, client: Any, login: Any) -> None:
    producer, officer = factories.producer(), factories.user("officer")
    row = factories.draft(by=producer)
    for place in ("一", "二"):
        with unit_of_work():
            crew = [{"role": "director", "name": f"贺兰舟{place}", "note": ""}]
            text = f"渔火映着旧灯塔{place}。"
            filing.save(row, factories.actor_of(producer), row.version, synopsis=text, credits=crew)
    asked, where, people = {"q": "旧灯塔二 贺兰舟二"}, f"/projects/{row.id}", (producer.id, officer.id)
    assert where not in login(producer).get("/search", query_string=asked).get_data(as_text=True)
    assert findable.waiting("project") == {row.id}
    assert list(rebuild.check()) == []  # what waits is no difference
    assert outbox.work_off() == 0
    with happening_at(utcnow() + findable.AWHILE):
        assert outbox.work_off() == 1
    producer, officer = (db.session.get(User, number) for number in people)
    assert where in login(producer).get("/search", query_string=asked).get_data(as_text=True)
    assert where not in login(officer).get("/search", query_string=asked).get_data(as_text=True)
    assert list(rebuild.check()) == []


def test_nothing_asked_nothing_found_and_an_unknown_key_are_answered_with_advice(app: Flask, login: Any) -> None:
    page = login(factories.user("officer"))
    assert "怎样找得更准" in page.get("/search").get_data(as_text=True)
    assert "没有找到您能看的内容" in page.get("/search?q=绝无此词").get_data(as_text=True)
    assert "没有“状太”这个条件" in page.get("/search?q=状太:入库").get_data(as_text=True)
    assert "没有这个值" in page.get("/search?q=状态:上天").get_data(as_text=True)
    for odd in (
        "/search?q=%00%ff&page=x",
        "/search?q=a&page=99999999999999999999",
        "/search?q=a&kind=<b>",
        "/search?q=" + "山" * 3000,
    ):
        assert page.get(odd).status_code == 200


def test_the_help_names_keys_as_they_are_typed_in_either_language(app: Flask, login: Any) -> None:
    shown = {}
    for locale in ("zh", "en"):
        page = login(factories.user("officer", locale=locale)).get("/search").get_data(as_text=True)
        shown[locale] = re.findall("<code>([^<]+):…</code>", page)
    assert [keys.find(name, True) for name in shown["en"]] == [keys.find(name, True) for name in shown["zh"]]
    assert (shown["zh"], all(name.isascii() for name in shown["en"])) == (list(keys.KEYS), True)


def test_a_house_cannot_ask_by_the_bureaus_inner_states(app: Flask, login: Any) -> None:
    producer = factories.producer()
    row = factories.project("submitted", by=producer)
    found = login(producer).get("/search?q=状态:待收件").get_data(as_text=True)
    assert f"/projects/{row.id}" not in found and "没有这个值" in found
    assert f"/projects/{row.id}" in login(producer).get("/search?q=状态:已提交").get_data(as_text=True)


def test_the_commands_rebuild_check_and_query(app: Flask) -> None:
    producer = factories.producer()
    row = factories.project("submitted", by=producer)
    title, url, login = row.title, f"/projects/{row.id}", producer.login
    runner = app.test_cli_runner()
    assert list(rebuild.check()) == []
    assert runner.invoke(args=["search", "rebuild"]).exit_code == 0
    assert runner.invoke(args=["search", "check"]).exit_code == 0
    answer = runner.invoke(args=["search", "query", title, "--as", login, "--json"])
    assert json.loads(answer.output)["hits"][0]["url"] == url
    assert runner.invoke(args=["search", "query", "水乡", "--as", "nobody"]).exit_code == 1
