"""The bank as a list: filters, sorts, pages, who sees what, what it costs."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import today
from audiovisual.projects.queries import bank
from tests import factories as make
from tests.projects.test_title_page import MOST, statements


def titles(page):
    """The titles a list shows, in order."""
    return re.findall(r'class="name" href="/projects/\d+">《([^》]*)》', page.text)


@pytest.fixture
def shelf(app):
    """Six titles of two houses: name → project."""
    officer = make.user("officer", name="周敏")
    south, north = make.producer(make.house(city="nanjing")), make.producer(make.house(city="xuzhou"))
    found = {
        "春水": make.project("submitted", by=south, title="春水", investment_yuan=9_000_000),
        "秋水": make.project("accepted", by=south, title="秋水", officer=officer, investment_yuan=30_000_000),
        "寒山": make.project("screened", by=north, title="寒山", officer=officer, investment_yuan=5_000_000),
        "远火": make.project("in_production", by=north, title="远火", type="micro_drama", minutes_per_episode=12),
    }  # fmt: skip
    with unit_of_work():
        found["寒山"].urgent, found["寒山"].key_year = True, today().year
        found["秋水"].due_on = today() - timedelta(days=2)
    return {"officer": officer, "south": south, "north": north, **found}


ALL = {"春水", "秋水", "寒山", "远火"}
FILTERS = {
    "": ALL, "station=1": {"春水"}, "station=2": {"秋水", "寒山"}, "station=1&station=4": {"春水", "远火"},
    "state=accepted": {"秋水"}, "type=micro_drama": {"远火"}, "city=xuzhou": {"寒山", "远火"},
    "era=当代&topic=都市": ALL, "era=古代": set(), "urgent=1": {"寒山"}, "due=over": {"秋水"},
    "q=春水": {"春水"}, "q=没有这个": set(), "officer=me&state=screened": {"寒山"},
    "state=wrong&type=nothing&page=-3&per=7&sort=;--": ALL, "officer=99999999999999999999&house=abc&key_year=²": ALL,
    "q=%00": ALL, "q=%ED%A0%80": set(), "page=999999999&per=100": ALL,
}  # fmt: skip


def test_filters_find_what_they_name_and_pass_over_nonsense(shelf, login):
    client = login(shelf["officer"])
    found = {query: set(titles(client.get(f"/projects?{query}"))) for query in FILTERS}
    assert found == FILTERS


def test_sorts(shelf, login):
    client = login(shelf["officer"])
    assert titles(client.get("/projects?sort=-investment"))[:2] == ["秋水", "远火"]
    assert titles(client.get("/projects?sort=investment"))[0] == "寒山"
    assert titles(client.get("/projects?sort=due"))[:2] == ["寒山", "秋水"], "urgent first, then by due day"
    for sort in bank.SORTS:
        assert len(titles(client.get(f"/projects?sort={sort}"))) == 4


def test_the_key_year_is_a_filter(shelf, login):
    assert titles(login(shelf["officer"]).get(f"/projects?key_year={today().year}")) == ["寒山"]


def test_a_facet_more_keeps_words_order_size_and_what_no_facet_offers(shelf, login):
    house = shelf["south"].house_id
    page = (
        login(shelf["officer"])
        .get(f"/projects?q=水&per=30&sort=title&house={house}&state=accepted&station=2&page=1")
        .text
    )
    form = re.search(r'<form class="facets".*?</form>', page, re.S)[0]
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="(.*?)">', form)
    assert sorted(hidden) == [
        ("house", str(house)),
        ("per", "30"),
        ("q", "水"),
        ("sort", "title"),
        ("state", "accepted"),
    ]


def test_a_house_sees_its_own_with_drafts_an_expert_nothing_yet(shelf, login):
    draft = make.draft(shelf["south"], title="草色")
    assert set(titles(login(shelf["south"]).get("/projects"))) == {"春水", "秋水", draft.title}
    assert titles(login(make.user("expert")).get("/projects")) == []
    assert "草色" not in login(shelf["officer"]).get("/projects?state=draft").text


def test_empty_lists_say_what_to_do(app, login):
    assert "库里还没有您能看的片" in login(make.user("officer")).get("/projects").text
    assert "没有符合条件的片" in login(make.user("officer")).get("/projects?urgent=1").text


def test_pages_and_the_cap(shelf, login, monkeypatch):
    monkeypatch.setattr(bank, "CAP", 3)
    page = login(shelf["officer"]).get("/projects")
    assert "多于 3 部" in page.text and len(titles(page)) == 4
    monkeypatch.setattr(bank, "SIZES", (2, 50))
    client = login(shelf["officer"])
    first, second = titles(client.get("/projects?per=2")), titles(client.get("/projects?per=2&page=2"))
    assert len(first) == 2 and len(second) == 2 and not set(first) & set(second)


def test_dense_and_narrow_ways_give_the_same(shelf, login, monkeypatch):
    client = login(shelf["officer"])
    asked = ("station=2&sort=due", "type=micro_drama", "city=xuzhou&sort=title", "officer=me", "era=当代", "class=one")
    narrow = [titles(client.get(f"/projects?{query}")) for query in asked]
    monkeypatch.setattr(bank, "CAP", 0.5)
    dense = [titles(client.get(f"/projects?{query}&per=50")) for query in asked]
    assert narrow == dense


def test_a_list_asks_the_same_few_statements_whatever_its_length(shelf, login):
    few = statements(login(shelf["officer"]), "/projects?sort=due&city=nanjing")[1]
    for _ in range(3):
        make.project("submitted", by=shelf["south"])
    many = statements(login(shelf["officer"]), "/projects?sort=due&city=nanjing")[1]
    assert len(few) == len(many) <= MOST
