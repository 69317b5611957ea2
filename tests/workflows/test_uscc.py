"""Unified social credit codes and licence numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.uscc import CHARACTERS, CITIES, check_character, licence_refusal, normalised, normalised_licence, refusal

PUBLISHED = ["91110000600037341L", "91350100M000100Y43"]
"""Codes printed in public registers and manuals."""


@pytest.mark.parametrize("code", PUBLISHED)
def test_published_codes_pass(code):
    assert check_character(code[:17]) == code[17]
    assert refusal(code) is None


@pytest.mark.parametrize(
    "typed",
    [
        "91110000600037341l",
        " 911100 0060 0037341L ",
        "９１１１００００６０００３７３４１Ｌ",
        "91110000-60003734-1L",
        "统一社会信用代码：91110000600037341l",
    ],
)
def test_a_code_may_be_typed_small_wide_or_with_gaps(typed):
    assert normalised(typed) == "91110000600037341L"
    assert refusal(typed) is None


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "请填写统一社会信用代码。"),
        ("9111000060003734", "统一社会信用代码应为 18 位，现在是 16 位。"),
        ("9111000060003734OI", "统一社会信用代码只用数字和大写字母（不含 I、O、S、V、Z），请核对：IO"),
        ("911100A0600037341L", "统一社会信用代码第 3 至 8 位是行政区划码，应为数字。"),
        ("91110000600037341M", "统一社会信用代码校验不通过，请对照营业执照逐位核对。"),
        ("91110000600037341\x00", "统一社会信用代码只用数字和大写字母（不含 I、O、S、V、Z），请核对：\x00"),
    ],
)
def test_each_fault_has_its_own_sentence(typed, sentence):
    assert refusal(typed) == sentence


@given(st.text(CHARACTERS, min_size=9, max_size=9), st.integers(0, 16), st.sampled_from(CHARACTERS))
def test_one_wrong_character_is_always_found(tail, place, other):
    first = "91320100" + tail
    good = first + check_character(first)
    wrong = good[:place] + other + good[place + 1 :]
    assert refusal(good) is None
    assert (refusal(wrong) is None) == (wrong == good)


@given(st.text())
def test_any_text_gets_an_answer(text):
    assert refusal(text) is None or refusal(text).endswith(("。", "：")) or "请核对" in refusal(text)


@pytest.mark.parametrize("first", ["", "123", "I" * 17, "91110000600037341L"])
def test_check_character_refuses_what_is_no_seventeen(first):
    with pytest.raises(ValueError):
        check_character(first)


@pytest.mark.parametrize("number", ["（苏）字第00001号", "(苏)字第12345号", " （苏） 字第 00001 号"])
def test_licence_numbers_of_jiangsu_pass(number):
    assert licence_refusal(number) is None
    assert normalised_licence(number).startswith("（苏）字第")


@pytest.mark.parametrize("number", ["（沪）字第00001号", "（苏）字第001号", "苏字第00001号", "（苏）字第0000１２号"])
def test_other_licence_numbers_are_told_the_form(number):
    assert licence_refusal(number) == "许可证号写法如“（苏）字第00001号”，“第”“号”之间是 5 位数字。"


def test_an_empty_licence_number_is_asked_for():
    assert licence_refusal("  ") == "请填写广播电视节目制作经营许可证号。"


def test_jiangsu_has_thirteen_cities():
    assert len(CITIES) == len(set(CITIES.values())) == 13
