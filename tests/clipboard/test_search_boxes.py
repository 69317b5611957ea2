"""What is pasted into the search box of a list: every clip is answered, and finds what it means."""

from __future__ import annotations

from itertools import chain

import pytest

from audiovisual.kernel import sought
from audiovisual.kernel.database import unit_of_work
from tests import factories as make

from . import corpus

LISTS = ("/projects", "/houses", "/experts", "/people", "/reviews/clauses", "/reviews", "/search")
CLIPS = (
    corpus.PROSE, corpus.LINES, corpus.TELEPHONES, corpus.ADDRESSES, corpus.CODES, corpus.PAPERS, corpus.WHOLE, corpus.WAN,
    corpus.DAYS,
)  # fmt: skip
NAMES = (
    "q",
    "page",
    "state",
    "city",
    "role",
    "kind",
    "sort",
    "house",
    "officer",
    "era",
    "topic",
    "due",
    "speciality",
    "row",
)


def full(text: str) -> str:
    """The text in full width, as an input method writes it."""
    return "".join(chr(ord(sign) + 0xFEE0) if 33 <= ord(sign) <= 126 else sign for sign in text)


def test_whatever_is_pasted_into_boxes_and_addresses_of_lists_is_answered(app, login):
    clients = [login(make.user("officer")), login(make.user("admin"))]
    wrong = []
    for path in LISTS:
        for clip in chain.from_iterable(CLIPS):
            for client in clients:
                answer = client.get(path, query_string=dict.fromkeys(NAMES, clip.raw))
                if answer.status_code not in (200, 303, 403, 404):
                    wrong.append((path, clip.program, answer.status_code))
    assert wrong == []


@pytest.mark.parametrize(
    "pasted",
    [
        "{}", "“{}”", "《{}》", "{}，", "\u200b{}\ufeff", "\u3000{}\u3000\r\n", "单位名称：{}。", "\u202a{}\u202c",
    ],
)  # fmt: skip
def test_a_house_is_found_by_its_name_and_code_however_they_were_copied(app, login, pasted):
    house = make.house(name="苏州梧桐里（集团）影视有限公司", short_name="梧桐里", licence_number="（苏）字第00761号")
    client = login(make.user("officer"))
    asked = [house.name, "梧桐里(集团)", house.uscc, full(house.uscc), house.uscc.lower(), "(苏)字第00761号"]
    missed = [
        text for text in asked
        if f'/houses/{house.id}"' not in client.get("/houses", query_string={"q": pasted.format(text)}).text
    ]  # fmt: skip
    assert missed == []


def test_a_member_is_found_by_a_telephone_and_an_address_however_they_were_copied(app, login):
    person = make.user("officer", name="欧阳清")
    with unit_of_work():
        person.phone, person.email = "139 5173 0462", "ouyang@example.com"
    client = login(make.user("admin"))
    asked = [
        "13951730462", "139-5173-0462", "\u202d139\u00a05173\u00a00462\u202c", "１３９５１７３０４６２", "电话：13951730462。", "欧阳清，",
        "ｏｕｙａｎｇ＠ｅｘａｍｐｌｅ．ｃｏｍ", "邮箱：OUYANG@example.com；",
    ]  # fmt: skip
    missed = [
        text for text in asked if f"/people/{person.id}" not in client.get("/people", query_string={"q": text}).text
    ]
    assert missed == []


@pytest.mark.parametrize(
    ("pasted", "meant"),
    [
        ("编号：苏网种〔2026〕0013。", "苏网种〔2026〕0013"),
        ("苏网种 〔 2026 〕 0013", "苏网种〔2026〕0013"),
        ("《寒江渡》、《秋水》", "寒江渡》、《秋水"),
        ("，。", ""),
        ("3.5 万", "3.5 万"),
    ],
)
def test_what_is_meant_by_the_words_of_a_box(pasted, meant):
    assert sought.meant(pasted) == meant


def test_a_project_is_found_by_a_number_with_its_word_and_blanks(app, login):
    project = make.delivered(make.user("officer"))
    client, number = login(project.officer), project.number
    asked = [number, f"编号：{number}。", number.replace("〔", " 〔 "), full(number), f"《{project.title}》"]
    missed = [
        text
        for text in asked
        if f"/projects/{project.id}" not in client.get("/projects", query_string={"q": text}).text
    ]
    assert missed == []
