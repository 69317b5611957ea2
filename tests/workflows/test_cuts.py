"""Which episodes a cut lacks, and what has to be said of it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.access import Actor
from workflows.cuts import episodes_accounted_for, missing, runs

HOUSE = Actor(1, "林知夏", frozenset({"producer"}), 7)


@pytest.mark.parametrize(
    ("parts", "episodes", "lacking"),
    [
        ((), 2, (1, 2)), ((0,), 24, ()), ((1, 2), 2, ()), ((1, 2, 5), 8, (3, 4, 6, 7, 8)), ((1,), 1, ()), ((24,), 24, tuple(range(1, 24))),
    ],
)  # fmt: skip
def test_episodes_without_a_file_are_missing(parts: tuple[int, ...], episodes: int, lacking: tuple[int, ...]) -> None:
    assert missing(parts, episodes) == lacking


@pytest.mark.parametrize(
    ("episodes", "text"),
    [((), ""), ((3,), "3"), ((3, 4), "3—4"), ((1, 3, 4, 5, 9), "1、3—5、9"), (range(1, 25), "1—24")],
)
def test_what_follows_each_other_is_one_piece(episodes: Any, text: str) -> None:
    assert runs(tuple(episodes)) == text


@given(st.sets(st.integers(1, 40)))
def test_what_is_there_and_what_is_missing_are_all(parts: set[int]) -> None:
    assert sorted(parts | set(missing(parts, 40))) == list(range(1, 41))


def asked(parts: Any, **data: Any) -> Any:
    said = {"cut": dict.fromkeys(parts or (), "file"), "asking": False, **data}
    found = episodes_accounted_for(SimpleNamespace(episodes=8), HOUSE, said)
    return found[0] if isinstance(found, tuple) else found


def test_missing_episodes_need_a_statement_about_just_these() -> None:
    note = {"partial_note": "其余各集 12 月 20 日前送。"}
    assert asked(range(1, 9)) is None
    assert asked((0,)) is None
    assert asked(None) is None
    assert asked((1, 2), asking=True) is None
    assert asked((1, 2)) == "lacks"
    assert asked((1, 2), **note) == "lacks"
    assert asked((1, 2), lacks="4—8", **note) == "lacks"
    assert asked((1, 2), lacks="3—8") == "partial_note"
    assert asked((1, 2), lacks="3—8", partial_note=" \n") == "partial_note"
    assert asked((1, 2), lacks="3—8", **note) is None


def test_the_sentence_names_the_episodes() -> None:
    _field, sentence = episodes_accounted_for(  # type: ignore[misc]
        SimpleNamespace(episodes=24), HOUSE, {"cut": {1: "a", 2: "b"}, "asking": False}
    )
    assert sentence.startswith("这部片共 24 集，还缺第 3—24 集。")
