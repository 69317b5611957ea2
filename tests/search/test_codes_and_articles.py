"""A credit code in groups, and the number of an article in either writing, find what is written the other way."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from audiovisual.kernel.sought import meant
from audiovisual.reviews.queries import clauses
from audiovisual.search.queries import search
from tests import factories as make

from .conftest import OFFICER, OTHER, Paper

CODE = make.uscc(7)
GROUPS = (
    f"{CODE[:8]} {CODE[8:17]} {CODE[17:]}",
    f"{CODE[:2]}-{CODE[2:8]}-{CODE[8:]}",
    f"{CODE[:4]} {CODE[4:8]} {CODE[8:12]} {CODE[12:16]} {CODE[16:]}".lower(),
    f"统一社会信用代码：{CODE[:8]}－{CODE[8:]}",
)


def ids(words: str, actor=OFFICER) -> list[int]:
    return [hit.id for hit in search(words, actor).hits]


@pytest.mark.parametrize("typed", GROUPS)
def test_a_code_typed_in_groups_is_found_by_whoever_may_find_it(bank: Session, typed: str) -> None:
    bank.add_all(
        [
            Paper(id=1, number=CODE, title="苏州平江影视有限公司", audience="staff"),
            Paper(id=2, number=make.uscc(8), title="无锡惠山影视有限公司", audience="staff"),
        ]
    )
    bank.commit()
    words = typed.removeprefix("统一社会信用代码：")
    assert ids(words) == [1]
    assert ids(f"{words} 平江") == [1] and ids(f"{words} 惠山") == []
    assert ids(words, OTHER) == [], "who may not find it does not find it by its groups either"


@pytest.mark.parametrize("typed", GROUPS)
def test_lists_read_a_code_in_groups_as_one_word(typed: str) -> None:
    assert meant(typed).upper() == CODE


def test_what_is_no_code_stays_as_it_was_typed() -> None:
    wrong = CODE[:17] + ("0" if CODE[17] != "0" else "1")
    for typed in (f"{wrong[:8]} {wrong[8:]}", "2026-11-22 2026-12-01", "025-83000000 12345678", "EP01 EP02"):
        assert meant(typed) == typed


@pytest.mark.parametrize(
    "typed", ["第二十五条", "第25条", "25条", "二十五条", "第 25 条", "令16号第25条", "片尾 OR 第25条"]
)
def test_an_article_is_found_in_either_writing(bank: Session, typed: str) -> None:
    bank.add_all(
        [
            Paper(id=1, title="意见一", text="见令16号第二十五条第六项。"),
            Paper(id=2, title="意见二", text="见令16号第25条第6项。"),
            Paper(id=3, title="意见三", text="见令16号第十五条；第125条；共5条。"),
        ]
    )
    bank.commit()
    assert sorted(ids(typed)) == [1, 2]


def test_an_article_that_is_not_wanted_is_left_out_in_either_writing(bank: Session) -> None:
    bank.add_all([Paper(id=1, title="意见一", text="第二十五条"), Paper(id=2, title="意见二", text="第二十六条")])
    bank.commit()
    assert ids("意见 -第25条") == [2]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("第25条", 11),
        ("第二十五条", 11),
        ("25条", 11),
        ("第 25 条第1项", 1),
        ("第二十八条", 1),
        ("28条", 1),
        ("五条", 23),
        ("第5条", 11),
    ],
)
def test_the_library_of_clauses_finds_an_article_in_either_writing(app, typed: str, found: int) -> None:
    assert len(clauses(meant(typed))) == found
