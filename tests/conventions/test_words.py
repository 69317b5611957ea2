"""Words that were tried and lost stand nowhere: not in code, templates, rules or scripts, in neither language."""

from __future__ import annotations

import re
from pathlib import Path

from audiovisual.ground.catalogues import read
from audiovisual.people.views import houses
from audiovisual.projects.views import steps
from audiovisual.reviews.views import rounds
from workflows.project import PROJECT
from workflows.records import HOUSE
from workflows.review import ROUND

ROOT = Path(__file__).parents[2]
PLACES = (
    *(ROOT / "audiovisual").rglob("*.py"),
    *(ROOT / "workflows").rglob("*.py"),
    *(ROOT / "templates").rglob("*.*"),
    *(ROOT / "static").rglob("*.js"),
)
EARLIER = ("migrations",)
"""Rooms that speak of what was said before, in order to change it."""
LOST = {
    "已办理[：:]": "say what happened and whose turn it is",
    "可配置|作默认值": "there is no such setting",
    "汇总意见|开始汇总": "公开专家意见，开始整理",
    "暂无时限": "say what is waited for, and until when",
    "编号用印|已用印": "编号（纸质另盖章）",
    "页面可能已过期": "登录已过期，点这里重新登录，写的不会丢",
    "已照改|[“《（、]未改": "已按意见改 / 没有改（写理由）",
    "不办了": "取消",
    "（准入）": "入驻申请没有通过",
    "申请(?:了|过)?回避": "回避（立即生效）",
    "口令": "密码",
}
"""A pattern of the losing words, and what to say in its place."""
LOST_ENGLISH = {
    r"10k yuan": "CNY million",
    r"\b[Rr]egistration of %\(house\)s": "admission",
    r"\bkey titles?\b": "key project",
    r"[，。；：（）、《》]": "English signs",
    r"“[^”]*[\u4e00-\u9fff]": "Chinese words in English text",
}


def test_losing_words_stand_nowhere():
    found = [
        f"{file.relative_to(ROOT)}: {hit[0]} ({better})"
        for file in PLACES
        if not any(room in file.parts for room in EARLIER)
        for pattern, better in LOST.items()
        for hit in re.finditer(pattern, file.read_text("utf-8"))
    ]
    assert not found, "these words lost; say:\n" + "\n".join(found)


def test_english_has_one_word_for_each_thing_and_its_own_signs():
    found = [
        f"{message.id}: {hit[0]} ({better})"
        for message in read()
        if message.id
        for pattern, better in LOST_ENGLISH.items()
        for hit in re.finditer(pattern, str(message.string))
    ]
    assert not found, "\n".join(found)


def test_what_is_said_after_an_act_names_the_act_never_only_its_button():
    """A sentence after a step tells what happened: none is the bare label of its button."""
    assert set(steps.SAID) == {trigger for trigger, way in steps.WAYS.items() if way.do is not None}
    for machine, said in ((PROJECT, steps.SAID), (HOUSE, houses.SAID), (ROUND, rounds.SAID)):
        labels = {step.label for step in machine.steps}
        assert all(len(sentence) > 10 and sentence.rstrip("。") not in labels for sentence in said.values())


def test_no_macro_keeps_the_language_of_whoever_came_first():
    """What stands outside the macros of an imported template is worked out once, and not once per reader."""
    templates = {
        str(file.relative_to(ROOT / "templates")): file.read_text("utf-8") for file in PLACES if file.suffix == ".html"
    }
    imported = {name for text in templates.values() for name in re.findall(r'{% from "([^"]+)" import', text)}
    once = {name: re.sub(r"{%-? *macro .*?endmacro *-?%}", "", templates[name], flags=re.S) for name in imported}
    assert len(imported) > 20
    assert [name for name, text in once.items() if re.search(r"{% set [^%]*\b_\(", text)] == []
