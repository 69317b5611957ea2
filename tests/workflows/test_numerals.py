"""The number of an article is the same number in Chinese and in digits."""

from __future__ import annotations

import pytest

from workflows.numerals import chinese, closed, value, writings


def test_every_number_is_read_as_it_is_written():
    assert [value(chinese(number)) for number in range(1000)] == list(range(1000))


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (0, "零"),
        (7, "七"),
        (10, "十"),
        (25, "二十五"),
        (100, "一百"),
        (102, "一百零二"),
        (110, "一百一十"),
        (999, "九百九十九"),
    ],
)
def test_numbers_are_written_as_norms_write_them(number, written):
    assert chinese(number) == written


@pytest.mark.parametrize(
    ("typed", "also"),
    [
        ("第25条", ["第二十五条"]),
        ("第２５条", ["第二十五条"]),
        ("第二十五条", ["第25条"]),
        ("25条", ["第二十五条"]),
        ("二十五条", ["第25条"]),
        ("第二五条", ["第25条"]),
        ("令16号第25条", ["令16号第二十五条"]),
        ("第二十五条第7项", ["第二十五条第七项", "第25条第7项"]),
        ("第3集", []),
        ("十里长街", []),
    ],
)
def test_an_article_is_looked_for_in_the_other_writings_too(typed, also):
    assert writings(typed) == (typed, *also)


def test_blanks_inside_the_number_of_an_article_are_nothing():
    assert closed("令16号 第 25 条 未成年人") == "令16号 第25条 未成年人"
    assert closed("5 条意见") == "5 条意见"
