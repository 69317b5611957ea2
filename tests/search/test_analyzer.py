"""Tokens and plain forms say the same, for any text."""

from __future__ import annotations

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiovisual.search import analyzer
from audiovisual.search.language import needles

LETTERS = st.text(alphabet="山水人民主a3〔〕，。 -b0𠮷《", max_size=24)


def stands_in(needle: list[str], tokens: list[str]) -> bool:
    return any(tokens[start : start + len(needle)] == needle for start in range(len(tokens) - len(needle) + 1))


@given(LETTERS, LETTERS)
@settings(max_examples=3000 if os.environ.get("SEEDBANK_FULL") else 600, deadline=None)
def test_a_needles_tokens_follow_each_other_exactly_where_its_plain_form_is_a_part(text: str, asked: str) -> None:
    row = analyzer.runs(text)
    tokens, plain = analyzer.tokens(row), analyzer.plain(row)
    for needle in needles(asked):
        if len(needle) == 1 and not needle[0].word and len(needle[0].text) == 1:
            continue
        assert stands_in(analyzer.tokens(list(needle)), tokens) == (analyzer.plain(list(needle)) in plain)


@given(st.text(alphabet="山水人民主國後，。", min_size=2, max_size=30), st.data())
@settings(max_examples=500, deadline=None)
def test_every_two_characters_that_stand_together_are_found(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 2))
    end = data.draw(st.integers(start + 2, len(text)))
    plain = analyzer.key(text)
    assert all(analyzer.plain(list(needle)) in plain for needle in needles(text[start:end]))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("後宮傳奇", "后宫传奇"), ("ＡＢＣ１２", "abc12"), ("苏网种〔2026〕1号", "苏网种(2026)1号"),
        ("苏网种[2026]1号", "苏网种（2026）1号"), ("苏网种【2026】1号", "苏网种〔2026〕1号"), ("臺灣", "台湾"),
    ],
)  # fmt: skip
def test_forms_of_one_text_have_one_key(one: str, other: str) -> None:
    assert analyzer.key(one) == analyzer.key(other)


def test_numbers_are_the_same_with_and_without_noughts_and_brackets() -> None:
    forms = ["苏网种〔2026〕0001", "苏网种(2026)1号", "苏网种2026-1", "苏网种〔2026〕第0001号"]
    assert len({analyzer.number_key(form) for form in forms}) == 1


def test_rare_ideographs_are_letters() -> None:
    assert analyzer.tokens(analyzer.runs("𠮷野𡈼")) == ["𠮷野", "野𡈼"]


def test_folding_keeps_places() -> None:
    text = "㈱後（2026）"
    folded = analyzer.fold(text)
    assert folded == "(株)后〔2026〕"
    assert analyzer.offsets(text) == [0, 0, 0, 1, 2, 3, 4, 5, 6, 7]
    assert analyzer.offsets("後宫（2026）") is None
