"""What a filing lacks: each field by itself, papers by class, warnings."""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.classification import Filing, classify
from workflows.errors import Sentence
from workflows.filing import (
    ATTACHMENTS,
    SECTION_OF,
    SECTIONS,
    FilingView,
    Lack,
    cautions,
    cost_warnings,
    length_of_text,
    missing,
    papers_needed,
)
from workflows.ruleset import ROWS, rule_on

TODAY = date(2026, 11, 22)
RULE = rule_on(ROWS, "filing", TODAY).value
COST = rule_on(ROWS, "cost", TODAY).value


@dataclass(frozen=True)
class Written:
    """A complete filing of a micro-drama; tests take single answers out of it."""

    title: str = "运河渡口"
    type: str = "micro_drama"
    form: str | None = "live"
    theme_era: str | None = "当代"
    theme_topic: str | None = "都市"
    episodes: int | None = 24
    minutes_per_episode: Any = 12
    investment_yuan: int | None = 1_800_000
    credits: Any = (("writer", "沈知秋"), ("director", "周野"), ("producer", "许岚"), ("lead_actor", "顾青"))
    co_producers: Any = ()
    source_kind: str | None = "original"
    source_work: str | None = ""
    rights_note: str | None = ""
    synopsis: str | None = "渡" * 1500
    theme_statement: str | None = "义" * 300
    platforms: Any = ("荔枝网",)
    shooting_place: str | None = "扬州"
    shooting_start: date | None = date(2026, 12, 1)
    shooting_end: date | None = date(2027, 1, 20)
    release_on: date | None = date(2027, 5, 1)
    special_subjects: Any = frozenset()
    submitted_elsewhere: bool | None = False
    elsewhere_detail: str | None = ""
    ai_use: str | None = "none"
    ai_note: str | None = ""
    first_created: bool = False
    first_created_evidence: str | None = ""
    first_reviewed: bool = False
    first_reviewed_evidence: str | None = ""
    first_released: bool = False
    first_released_evidence: str | None = ""
    promoted: bool = False
    front_page: bool = False
    member_first: bool = False
    voluntary_major: bool = False
    interactive: bool = False
    major_subject: bool = False
    foreign_staff: bool = False
    foreign_co_production: bool = False
    contact_name: str | None = "许岚"
    contact_phone: str | None = "025-83300000"
    attachments: Any = field(default_factory=lambda: frozenset({"plan_form", "pledge", "cost_plan"}))
    house_licence_number: str | None = "（苏）字第00321号"
    house_licence_expires_on: date | None = date(2028, 3, 31)


COMPLETE = Written()


def judged(view):
    filing = Filing(**{name: getattr(view, name) for name in Filing.__dataclass_fields__})
    return classify(filing, TODAY, rule_on(ROWS, "classification", TODAY))


def lacks(view):
    return missing(view, TODAY, classification=judged(view))


def changed(**answers):
    return lacks(replace(COMPLETE, **answers))


def test_a_complete_filing_lacks_nothing():
    assert lacks(COMPLETE) == []


@pytest.mark.parametrize(
    ("answers", "expected", "sentence"),
    [
        ({"title": "  "}, "title", "请填写片名。"),
        ({"title": "《运河渡口》"}, "title", "片名不加书名号，请删去“《》”。"),
        ({"title": "长" * 61}, "title", "片名最多 60 个字。"),
        ({"form": None}, "form", "请选择主创形式：真人或 AI 生成。"),
        ({"episodes": None}, "episodes", "请填写集数，1 到 500 集。"),
        ({"episodes": 0}, "episodes", "请填写集数，1 到 500 集。"),
        ({"episodes": 2**63}, "episodes", "请填写集数，1 到 500 集。"),
        ({"minutes_per_episode": 0}, "minutes_per_episode", "请填写单集时长，不超过 300 分钟。"),
        ({"type": "web_film", "minutes_per_episode": 90}, "episodes", "网络电影的集数填 1；分集的请按网络剧申报。"),
        ({"theme_era": None}, "theme_era", "请选择题材年代。"),
        ({"theme_topic": "宫廷"}, "theme_topic", "请选择“当代”之下的题材。"),
        (
            {"special_subjects": None},
            "special_subjects",
            "请逐项回答是否涉及九类特殊题材；都不涉及也要勾选“均不涉及”。",
        ),
        ({"source_kind": None}, "source_kind", "请选择故事来源：原创或改编。"),
        ({"synopsis": "渡" * 1499}, "synopsis", "内容概要还差 1 字（至少 1500 字）。"),
        ({"synopsis": None}, "synopsis", "内容概要还差 1500 字（至少 1500 字）。"),
        ({"theme_statement": "义" * 290}, "theme_statement", "思想内涵还差 10 字（至少 300 字）。"),
        ({"ai_use": None}, "ai_use", "请回答是否使用 AI 生成内容。"),
        ({"ai_use": "partly"}, "ai_note", "请写明哪些部分由 AI 生成、用什么工具、怎样标识。"),
        ({"form": "ai"}, "ai_use", "主创形式是 AI 生成，这里却答未使用，请核对。"),
        ({"investment_yuan": None}, "investment_yuan", "请填写投资额（万元）。"),
        ({"investment_yuan": -1}, "investment_yuan", "请填写投资额（万元）。"),
        ({"investment_yuan": 2**63}, "investment_yuan", "投资额过大，请核对单位是不是万元。"),
        ({"platforms": [" "]}, "platforms", "请填写拟播出平台，至少一家。"),
        ({"shooting_place": ""}, "shooting_place", "请填写拍摄（制作）地。"),
        ({"shooting_start": None}, "shooting_start", "请填写开机（开始制作）日期。"),
        ({"shooting_end": None}, "shooting_end", "请填写杀青（制作完成）日期。"),
        ({"release_on": None}, "release_on", "请填写拟播出日期。"),
        ({"release_on": date(9999, 1, 1)}, "release_on", "年份应在 2021 到 2031 之间，请核对。"),
        ({"shooting_start": date(1, 1, 1)}, "shooting_start", "年份应在 2021 到 2031 之间，请核对。"),
        ({"shooting_end": date(2026, 11, 30)}, "shooting_end", "杀青日期早于开机日期，请核对。"),
        ({"release_on": date(2027, 1, 19)}, "release_on", "拟播出日期早于杀青日期，请核对。"),
        ({"submitted_elsewhere": None}, "submitted_elsewhere", "请回答是否曾在其他省（区、市）送审。"),
        ({"submitted_elsewhere": True}, "elsewhere_detail", "请写明曾在哪个省、何时送审、结果如何。"),
        ({"first_created": True}, "first_created_evidence", "申报“江苏首创”请附说明或证据。"),
        ({"first_reviewed": True}, "first_reviewed_evidence", "申报“江苏初审”请附说明或证据。"),
        ({"first_released": True}, "first_released_evidence", "申报“江苏首发”请附说明或证据。"),
        ({"contact_name": ""}, "contact_name", "请填写联系人。"),
        ({"contact_phone": "问前台"}, "contact_phone", "请填写联系电话，手机号或带区号的座机号。"),
        ({"house_licence_number": ""}, "house_licence_number", "机构资料里没有制作经营许可证号，请先到机构页补填。"),
        (
            {"house_licence_expires_on": date(2026, 11, 21)},
            "house_licence_expires_on",
            "制作经营许可证已过有效期，请先到机构页更新。",
        ),
        (
            {"house_licence_expires_on": None},
            "house_licence_expires_on",
            "机构资料里没有许可证有效期，请先到机构页补填。",
        ),
    ],
)
def test_each_missing_answer_is_named_at_its_field(answers, expected, sentence):
    assert changed(**answers) == [Lack(expected, SECTION_OF[expected], sentence)]


def test_a_type_nobody_knows_is_asked_for():
    view = replace(COMPLETE, type="")
    assert missing(view, TODAY) == [Lack("type", "basics", "请选择类型。")]


def test_a_strange_special_subject_is_refused():
    view = replace(COMPLETE, special_subjects=frozenset({"weather"}))
    assert missing(view, TODAY) == [Lack("special_subjects", "subject", "特殊题材只有九类，请重新选择。")]


def test_an_adaptation_names_its_work_its_rights_and_brings_the_contract():
    assert [(lack.field, lack.item) for lack in changed(source_kind="adapted")] == [
        ("source_work", ""), ("rights_note", ""), ("attachments", "rights_proof"),
    ]  # fmt: skip


def test_a_major_subject_and_its_era_belong_together():
    assert [lack.field for lack in changed(theme_era="重大", theme_topic="重大革命")] == ["major_subject"]
    assert [(lack.field, lack.item) for lack in changed(major_subject=True)] == [
        ("major_subject", ""),
        ("attachments", "major_approval"),
    ]


@pytest.mark.parametrize(
    ("type", "form", "roles"),
    [
        ("web_series", None, ["writer", "director", "producer", "lead_actor"]),
        ("micro_drama", "ai", ["writer", "director", "producer"]),
        ("animation", None, ["writer", "director", "producer"]),
        ("documentary", None, ["writer", "director", "producer"]),
    ],
)
def test_the_crew_a_type_must_name_is_asked_for_role_by_role(type, form, roles):
    view = replace(
        COMPLETE, type=type, form=form, ai_use="fully" if form else "none", ai_note="全片", credits=[("writer", " ")]
    )
    found = [lack for lack in lacks(view) if lack.field == "credits"]
    assert [lack.item for lack in found] == roles
    assert found[0] == Lack("credits", "crew", "请填写编剧。", "writer")


def test_an_animation_may_name_an_animation_director_instead():
    credits = [("writer", "沈知秋"), ("animation_director", "周野"), ("producer", "许岚")]
    assert changed(type="animation", form=None, credits=credits) == []


@pytest.mark.parametrize(
    ("answers", "papers"),
    [
        ({}, ["plan_form", "pledge", "cost_plan"]),
        ({"type": "documentary", "form": None}, ["plan_form", "pledge"]),
        ({"investment_yuan": None}, ["plan_form", "pledge"]),
        (
            {
                "type": "web_series",
                "form": None,
                "investment_yuan": 6_000_000,
                "special_subjects": frozenset({"police"}),
            },
            ["plan_form", "pledge", "cost_plan", "special_opinion"],
        ),
        ({"special_subjects": frozenset({"police"})}, ["plan_form", "pledge", "cost_plan"]),
        ({"foreign_staff": True}, ["plan_form", "pledge", "cost_plan", "foreign_staff_approval"]),
        ({"foreign_co_production": True}, ["plan_form", "pledge", "co_production_approval"]),
    ],
)
def test_papers_follow_from_class_and_answers(answers, papers):
    view = replace(COMPLETE, **answers)
    assert papers_needed(view, judged(view), RULE) == papers


def test_each_missing_paper_is_named():
    assert changed(attachments=()) == [
        Lack("attachments", "attachments", "请上传盖章的规划备案信息表。", "plan_form"),
        Lack("attachments", "attachments", "请上传规划备案承诺书。", "pledge"),
        Lack("attachments", "attachments", "请上传成本配置比例报告。", "cost_plan"),
    ]


def test_an_empty_filing_lacks_something_in_every_section_in_the_order_of_the_page():
    nothing = dict.fromkeys(Written.__dataclass_fields__)
    view = Written(**{**nothing, "title": "", "type": "", "credits": [], "platforms": [], "attachments": []})
    found = [lack.section for lack in missing(view, TODAY)]
    assert list(dict.fromkeys(found)) == list(SECTIONS)
    assert all(isinstance(lack.sentence, Sentence) for lack in missing(view, TODAY))


def test_the_rule_of_another_day_may_ask_for_less():
    short = replace(COMPLETE, synopsis="短" * 500)
    assert missing(short, TODAY, rule={**RULE, "synopsis_at_least": 500}) == []


def test_every_field_of_a_filing_stands_in_a_section():
    assert set(FilingView.__annotations__) == set(SECTION_OF) == set(Written.__dataclass_fields__)
    assert set(SECTION_OF.values()) == set(SECTIONS)


def test_every_paper_a_rule_asks_for_has_a_name():
    asked = {kind for kinds in RULE["attachments"].values() for kind in kinds}
    assert asked <= ATTACHMENTS.keys()


@pytest.mark.parametrize(
    ("text", "length"),
    [
        (None, 0),
        (" \n\t　", 0),
        ("运河，渡口。", 6),
        ("“好！”——他说……", 10),
        ("4K 超高清", 4),
        ("a b c", 3),
        ("hello world", 2),
        ("𠮷野", 2),
        ("\u200b\u200b\ufeff", 0),
        ("渡\u200b口", 2),
    ],
)
def test_length_is_counted_as_word_processors_count_it(text, length):
    assert length_of_text(text) == length


@given(st.text(), st.text())
def test_joining_texts_by_a_blank_adds_their_lengths(one, other):
    assert length_of_text(f"{one} {other}") == length_of_text(one) + length_of_text(other)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({}, []),
        (
            {"house_licence_expires_on": date(2026, 12, 22)},
            [("house_licence_expires_on", "制作经营许可证还有 30 天到期，请及时换证。")],
        ),
        (
            {"submitted_elsewhere": True},
            [("submitted_elsewhere", "曾在外省送审未取得许可或不予许可的，不得转移送审（令16号第21条）。")],
        ),
        (
            {"first_created": True, "source_kind": "adapted"},
            [("first_created", "“江苏首创”一般指原创作品，改编作品请在“首创的说明或证据”里说明。")],
        ),
        ({"ai_use": "partly"}, [("ai_use", "AI 生成内容须在每集明显位置加提示标识（令16号第34条）。")]),
    ],
)
def test_cautions_warn_without_holding_the_filing_back(answers, expected):
    assert [(lack.field, lack.sentence) for lack in cautions(replace(COMPLETE, **answers), TODAY)] == expected


@pytest.mark.parametrize(
    ("cast", "leads", "episodes", "warnings"),
    [
        (400, 280, 40, []),
        (401, 280, 40, ["演员总片酬超过制作总成本的百分之 40，请核对。"]),
        (400, 281, 40, ["主要演员片酬超过总片酬的百分之 70，请核对。"]),
        (400, 280, 41, ["集数超过 40 集，请核对。"]),
        (0, 0, None, []),
    ],
)
def test_pay_and_length_beyond_the_limits_are_warned_of(cast, leads, episodes, warnings):
    assert cost_warnings(COST, total_cost=1000, cast_pay=cast, leads_pay=leads, episodes=episodes) == warnings
