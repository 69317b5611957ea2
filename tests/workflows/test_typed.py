"""What is typed and pasted is read as what is meant, and refused in words of ours."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.clipboard import corpus
from workflows import typed

READERS: dict[str, tuple[Callable[[str], str], tuple[corpus.Clip, ...]]] = {
    "prose": (typed.prose, corpus.PROSE), "one_line": (typed.one_line, corpus.LINES), "code": (typed.code, corpus.CODES),
    "number_of_paper": (typed.number_of_paper, corpus.PAPERS), "telephone": (typed.telephone, corpus.TELEPHONES),
    "address": (typed.address, corpus.ADDRESSES),
}  # fmt: skip


@pytest.mark.parametrize(
    ("read", "clip"), [(read, clip) for read, clips in READERS.values() for clip in clips], ids=lambda x: getattr(x, "program", "")
)  # fmt: skip
def test_what_a_program_puts_on_the_clipboard_is_read_as_what_is_meant(read, clip):
    assert read(clip.raw) == (clip.meant or "")


def read_or_refused(read: Callable[[str], Any], raw: str) -> Any:
    try:
        return read(raw)
    except typed.NotRead as refusal:
        return str(refusal.sentence)


@pytest.mark.parametrize(
    ("read", "clips", "value", "sentence"),
    [
        (typed.whole, corpus.WHOLE, int, "请填整数，如 24。"),
        (typed.yuan, corpus.WAN, int, "请填金额（万元），如 463.5，最多四位小数。"),
        (typed.day, corpus.DAYS, date.fromisoformat, "请填日期，如 2026-11-22。"),
    ],
)
def test_a_value_is_read_as_meant_or_refused_in_one_sentence(read, clips, value, sentence):
    told = {clip.program: read_or_refused(read, clip.raw) for clip in clips}
    assert told == {clip.program: sentence if clip.meant is None else value(clip.meant) for clip in clips}


@pytest.mark.parametrize(
    ("raw", "units", "meant"),
    [
        ("24集", ("集",), 24),
        ("２４ 集", ("集",), 24),
        ("５０％", ("%",), 50),
        ("45分钟", ("分钟", "分"), 45),
        ("1,000集", ("集",), 1000),
    ],
)
def test_a_number_may_bear_the_unit_of_its_field(raw, units, meant):
    assert typed.whole(raw, units) == meant


@pytest.mark.parametrize(("raw", "units"), [("24部", ("集",)), ("24集", ()), ("集", ("集",)), ("十集", ("集",))])
def test_another_unit_or_no_number_is_refused(raw, units):
    with pytest.raises(typed.NotRead):
        typed.whole(raw, units)


def test_nothing_is_no_value():
    assert [read(blank) for read in (typed.whole, typed.yuan, typed.day) for blank in ("", " ", "\u200b\u3000")] == [
        None
    ] * 9


def test_money_is_exact_to_the_yuan():
    assert typed.yuan("0.07") == 700  # a float makes 700.0000000000001 of it
    assert typed.yuan("999999.9999") == 9_999_999_999
    assert typed.yuan("-0.5") == -5000  # read, so that the limits can be told


@pytest.mark.parametrize(
    "number", ["025-83331234", "025-83331234转801", "+86 (25) 8333-1234", "12345", "83331234 ext. 12"]
)
def test_telephone_numbers_of_every_kind_are_taken(number):
    assert typed.telephone_refusal(number) is None


@pytest.mark.parametrize("number", ["", "1234", "电话", "025-83331234、83331235", "1" * 21, "13951730462x"])
def test_what_is_no_telephone_number_is_refused(number):
    assert typed.telephone_refusal(number) is not None


@pytest.mark.parametrize(
    ("text", "meant"),
    [("https：／／a.example/Ａ", "https://a.example/Ａ"), ("http://b.example\u200b", "http://b.example")],
)
def test_only_the_beginning_of_a_web_address_is_made_narrow(text, meant):
    assert typed.web_address(text) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("《修船人家》", "修船人家"),
        (" 《 修船人家 》\u200b", "修船人家"),
        ("修船人家", "修船人家"),
        ("《甲》与《乙》", "《甲》与《乙》"),
        ("《》", ""),
    ],
)
def test_the_marks_around_a_title_are_not_its_name(text, meant):
    assert typed.title(text) == meant


@given(st.text())
def test_cleaning_what_is_clean_changes_nothing(text):
    for read in (typed.prose, typed.one_line, typed.code, typed.number_of_paper, typed.half_width, typed.title):
        assert read(read(text)) == read(text)


@given(st.text(alphabet="甲乙\r\n\v\f\x85\u2028\u2029"))
def test_lines_never_fuse(text):
    assert [line for line in typed.prose(text).split("\n") if line] == text.split()
