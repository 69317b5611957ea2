"""The dated rules themselves: they follow each other, are plain data, and say how sure we are."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from workflows.ruleset import KINDS, ROWS, NoRuleInForce, faults, rule_on
from workflows.ruleset.numbers import number
from workflows.ruleset.vocabulary import ERAS, SPECIAL_SUBJECTS, THEMES, TYPES, theme_exists

TODAY = date(2026, 11, 22)


def test_the_rules_of_every_kind_follow_each_other_without_holes_or_overlaps():
    assert faults(ROWS) == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_rule_in_force_today(kind):
    row = rule_on(ROWS, kind, TODAY)
    assert row.kind == kind
    assert row.valid_to is None


def test_values_survive_being_stored_as_json():
    assert [json.loads(json.dumps(row.value)) for row in ROWS] == [row.value for row in ROWS]


def test_what_was_not_verified_is_named():
    assert [row.source for row in ROWS if not row.verified and not row.value.get("unverified")] == []


def test_the_first_and_the_last_day_of_a_rule_belong_to_it():
    first, second, *_ = (row for row in ROWS if row.kind == "classification")
    assert rule_on(ROWS, "classification", first.valid_to) is first
    assert rule_on(ROWS, "classification", first.valid_to + timedelta(1)) is second


@pytest.mark.parametrize(("kind", "day"), [("classification", date(2016, 11, 30)), ("weather", TODAY)])
def test_a_day_or_kind_without_a_rule_is_refused(kind, day):
    with pytest.raises(NoRuleInForce):
        rule_on(ROWS, kind, day)


def test_faults_of_a_table_of_rules_are_named():
    first, second, *_ = (row for row in ROWS if row.kind == "classification")
    overlap, hole = replace(first, valid_to=None), replace(first, valid_to=first.valid_to - timedelta(1))
    assert faults([overlap, second]) == ["classification：2019-02-15 起的规则与前一条重叠，请先填写前一条的失效日。"]
    assert faults([hole, second]) == ["classification：2019-02-15 之前有空档，没有规则可用。"]
    assert faults([replace(first, valid_to=date(2016, 1, 1))]) == [
        "classification：2016-12-01 起的规则在生效前就失效了。"
    ]


def test_every_period_names_every_type_and_every_department():
    for row in ROWS:
        if row.kind == "classification":
            assert row.value["types"].keys() == TYPES.keys()
            assert row.value["departments"].keys() == SPECIAL_SUBJECTS.keys()


def test_ten_key_titles_a_year():
    assert rule_on(ROWS, "key_titles", TODAY).value["per_year"] == 10


@pytest.mark.parametrize(("kind", "parts"), [("intake", "criteria"), ("review_form", "dimensions")])
def test_weights_add_up_to_a_hundred(kind, parts):
    value = rule_on(ROWS, kind, TODAY).value
    assert sum(part["weight"] for part in value[parts]) == 100


def test_themes_stand_under_their_eras():
    assert THEMES.keys() == ERAS.keys()
    assert (theme_exists("古代", "宫廷"), theme_exists("当代", "宫廷"), theme_exists("", "")) == (True, False, False)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("苏网种〔{year}〕{n:4}", "苏网种〔2026〕0001"),
        ("苏广电网〔{year}〕{n}号", "苏广电网〔2026〕1号"),
        ("（苏）网剧审字（{year}）第{n:3}号", "（苏）网剧审字（2026）第001号"),
    ],
)
def test_numbers_are_made_from_their_pattern(pattern, expected):
    assert number(pattern, 2026, 1) == expected


def test_a_number_may_outgrow_its_places():
    assert number("第{n:3}号", 2026, 1000) == "第1000号"


@pytest.mark.parametrize("pattern", ["", "苏网种〔{year}〕", "{n.__class__}", "{n}{other}", "{n:4", "{n:444}"])
def test_patterns_without_a_number_or_with_strange_places_are_refused(pattern):
    with pytest.raises(ValueError):
        number(pattern, 2026, 1)
