"""Passwords that guessers try first are refused, however they are varied; those of people who take care are not."""

from __future__ import annotations

import itertools

import pytest

from audiovisual.ground import passwords as made
from audiovisual.people import passwords
from audiovisual.people.common_passwords import common, is_common
from audiovisual.people.queries.own_words import own_words
from tests.people.conftest import PASSWORD, browser, enter, person

__all__ = ["browser", "enter", "person"]


def test_the_list_is_large_and_is_the_one_the_rule_makes():
    assert len(common()) >= 10_000
    assert sorted(common()) == made.entries()
    assert made.FILE.stat().st_size < 300_000


VARIED = {
    "as it is": "zhangzhiqiang", "capitals": "PassWordPassWord", "full width": "ｐａｓｓｗｏｒｄ１２３",
    "a year": "guangdian2026", "figures": "nanjing123456", "marks": "password!!!", "figures and marks": "Jiangsu@2026!",
    "before": "2026nanjing", "letters as figures": "P@$$w0rd2026", "dots": "pass.word.2026", "dashes": "wang-wei-1988",
    "a birthday": "ZhangWei19830517", "keys": "1qaz2wsx3edc", "keys back": "poiuytrewq", "twice": "woainiwoaini",
    "a mobile number": "13912345678", "a day": "19830517!!", "two words": "passwordspring",
}  # fmt: skip


@pytest.mark.parametrize("variation", VARIED)
def test_a_common_password_is_refused_however_it_is_varied(app, variation):
    assert "太常见" in str(passwords.refusal(VARIED[variation], "qiaomin", "乔敏"))


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        "quiet-harbour-58-stone",
        "梧桐树下第三盏路灯亮着",
        "9f!aQ2_zzR",
        "correct horse battery",
        "wei3-hu2-lantern-41",
    ],
)
def test_passwords_with_some_thought_pass(app, password):
    assert passwords.refusal(password, "qiaomin", "乔敏", own=own_words()) is None


OWN = (
    "种子库种子库2026",
    "seedbank-2026",
    "江苏省广播电视局2026",
    "JiangSuShengGuangBoDianShiJu",
    "jssgbdsj2026",
    "江海影视传媒2026",
)


@pytest.mark.parametrize("password", OWN)
def test_our_own_names_are_refused_in_characters_in_pinyin_and_by_first_letters(app, password):
    assert passwords.refusal(password, own=(*own_words(), "江海影视传媒")) is not None


def test_a_person_s_name_in_pinyin_is_refused(app):
    assert "用户名或姓名" in str(passwords.refusal("QiaoMinMin2026", "lin", "乔敏敏"))


def test_every_form_that_takes_a_new_password_asks_the_list_and_our_names(person, enter):
    client = enter(person("officer"))
    for new in ("guangdian2026!", "seedbank-2026"):
        answer = client.post("/account/password", data={"current": PASSWORD, "password": new, "again": new})
        assert answer.status_code == 422, new


def test_looking_it_up_is_quick():
    """A thousand passwords as people type them, within a second."""
    for words in itertools.islice(itertools.product(made.WORDS, made.GIVEN), 1000):
        is_common("-".join(words) + "-17")
