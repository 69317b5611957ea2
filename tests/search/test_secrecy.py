"""What a person may not see appears in no hit, no count, no list, on either engine: held against an obvious reference."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from audiovisual.search import analyzer
from audiovisual.search.language import needles
from audiovisual.search.queries import matching_projects, search
from workflows.access import Actor

from .conftest import Paper, Seat

WORDS = ("水乡", "人家", "灯火", "a1", "2026")
AUDIENCES = (
    "project",
    "house",
    "staff",
    "experts",
    "everyone",
    "owner:7",
    "self:7",
    "owner:8",
    "house self:8",
    "staff house",
)
ROLES = ("producer", "expert", "officer", "head", "admin", "sealer")

texts = st.lists(st.sampled_from((*WORDS, "，", "山")), max_size=5).map("".join)
papers = st.lists(
    st.tuples(st.integers(1, 4), texts, texts, st.sampled_from(AUDIENCES), st.sampled_from((None, 5, 6))), max_size=7
)
seats = st.sets(st.tuples(st.sampled_from((7, 8)), st.integers(1, 4)), max_size=4)
actors = st.builds(
    Actor, st.sampled_from((7, 8, 9)), st.just("某人"), st.frozensets(st.sampled_from(ROLES), max_size=3),
    st.sampled_from((None, 5, 6)),
)  # fmt: skip
queries = st.one_of(
    st.sampled_from(WORDS), st.lists(st.sampled_from(WORDS), min_size=2, max_size=2).map(" ".join),
    st.sampled_from(("-水乡", "水乡 OR 灯火", "NOT a1", "水乡人家", "片名:水乡", "山")),
)  # fmt: skip


def may_see(paper: Paper, actor: Actor, seated: set[tuple[int, int]]) -> bool:
    """The rule, word by word, as `Finding.audience` states it."""
    words = paper.audience.split()
    of_house = (
        "producer" in actor.roles and actor.organisation_id is not None and actor.organisation_id == paper.house_id
    )
    on_panel = "expert" in actor.roles and (actor.id, paper.project_id) in seated
    for word in words:
        if word == "everyone" or word == f"self:{actor.id}" or word == f"owner:{actor.id}":
            return True
        if actor.is_staff and (word in ("project", "staff") or word.startswith("owner:")):
            return True
        if of_house and word in ("project", "house"):
            return True
        if on_panel and word in ("project", "experts"):
            return True
    return False


def answers(paper: Paper, asked: str) -> bool:
    """Whether a paper answers one of the queries above, read from its plain forms."""
    title, everything = analyzer.key(paper.title), f"{analyzer.key(paper.title)}\n{analyzer.key(paper.text)}"
    if " OR " in asked:
        return any(has(everything, word) for word in asked.split(" OR "))
    if asked.startswith(("-", "NOT ")):
        return not has(everything, asked.removeprefix("-").removeprefix("NOT "))
    if asked.startswith("片名:"):
        return has(title, asked.removeprefix("片名:"))
    if asked == "山":
        return asked in title
    return all(has(everything, word) for word in asked.split())


def has(plain: str, word: str) -> bool:
    return all(analyzer.plain(list(needle)) in plain for needle in needles(word))


@pytest.fixture
def empty(bank: Session) -> Any:
    """Empties the bank between examples."""

    def clear() -> None:
        bank.rollback()
        bank.expunge_all()
        for paper in bank.scalars(select(Paper)):
            bank.delete(paper)
        bank.execute(delete(Seat))
        bank.commit()

    return clear


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=papers, seated=seats, actor=actors, asked=queries)
def test_what_is_found_and_counted_is_what_the_visible_set_holds(
    bank: Session, empty: Any, rows: list[Any], seated: set[tuple[int, int]], actor: Actor, asked: str
) -> None:
    empty()
    made = [
        Paper(project_id=project, title=title, text=text, audience=audience, house_id=house)
        for project, title, text, audience, house in rows
        if title or text
    ]
    bank.add_all([*made, *(Seat(expert_id=expert, project_id=project) for expert, project in seated)])
    bank.commit()
    expected = [paper for paper in made if may_see(paper, actor, seated) and answers(paper, asked)]
    results = search(asked, actor)
    assert sorted(hit.id for hit in results.hits) == sorted(paper.id for paper in expected)
    assert (results.total, results.more) == (len(expected), False)
    assert dict(results.kinds) == ({"paper": len(expected)} if expected else {})
    assert search(asked, actor, kind="paper").total == len(expected)
    projects = set(bank.scalars(matching_projects(asked, actor)))
    assert projects == {paper.project_id for paper in expected}
