"""Classes of titles: one written case per line of the table, across every day on which the rules changed."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.classification import ONE, Decided, Filing, classify, settle, wan
from workflows.errors import RuleBroken, Sentence
from workflows.ruleset import ROWS, NoRuleInForce, rule_on
from workflows.ruleset.vocabulary import SPECIAL_SUBJECTS, TYPES

WAN = 10_000
DAYS = [row.valid_from for row in ROWS if row.kind == "classification"]


def judged(filing, day):
    return classify(filing, day, rule_on(ROWS, "classification", day))


def case(day, type, wan, expected, *flags, form=None, special=(), minutes=None):
    """One line: day, type, investment in 万元 (or None), class expected ("?" undecided), flags that are set."""
    filing = Filing(
        type, None if wan is None else round(wan * WAN), form=form, minutes_per_episode=minutes,
        special_subjects=None if special is None else frozenset(special), **dict.fromkeys(flags, True),
    )  # fmt: skip
    subjects = ["unanswered"] if special is None else special
    label = " ".join(str(part) for part in (day, type, wan, form or "", *subjects, *flags, expected))
    return pytest.param(filing, date.fromisoformat(day), expected, id=label)


CASES = [
    # 2016-12 登记: an amount must be exceeded, only four triggers, animation and micro-drama without an amount
    case("2016-12-01", "web_series", 500, "three"),
    case("2016-12-01", "web_series", 500.0001, "one"),
    case("2016-12-01", "web_film", 100, "three"),
    case("2018-05-01", "web_film", 101, "one"),
    case("2018-05-01", "web_series", 20, "one", "promoted"),
    case("2018-05-01", "web_series", 20, "one", "front_page"),
    case("2018-05-01", "web_series", 20, "one", "member_first"),
    case("2018-05-01", "web_series", 20, "three", "voluntary_major"),
    case("2019-02-14", "animation", 900, "?"),
    case("2019-02-14", "micro_drama", 900, "?"),
    # 2019-02-15 system upgrade: reaching the amount is enough
    case("2019-02-14", "web_series", 500, "three"),
    case("2019-02-15", "web_series", 500, "one"),
    case("2019-02-15", "web_series", 499.9999, "three"),
    case("2019-02-15", "animation", 500, "one"),
    case("2019-02-15", "web_film", 100, "one"),
    case("2019-02-15", "web_film", 99.9999, "three"),
    case("2019-02-15", "micro_drama", 1, "one", "promoted"),
    case("2022-05-31", "web_film", 30, "three", special=["religion"]),
    # 2022-06-01 128号: five triggers, special subjects need an opinion, but whether they lift the class is not written
    case("2022-05-31", "web_film", 30, "three", "voluntary_major"),
    case("2022-06-01", "web_film", 30, "one", "voluntary_major"),
    case("2022-06-01", "web_film", 30, "?", special=["religion"]),
    case("2022-06-01", "web_film", 100, "one", special=["religion"]),
    case("2022-06-01", "web_series", 499.9999, "three"),
    # 2022-12 345号 speaks of guidance, not of layers: the classes stay as 128号 has them
    case("2022-11-30", "web_series", 500, "one"),
    case("2022-12-01", "web_series", 500, "one"),
    case("2022-12-01", "web_series", 499.9999, "three"),
    case("2022-11-30", "micro_drama", 150, "?"),
    case("2022-12-01", "micro_drama", 150, "?"),
    case("2022-12-31", "micro_drama", 1, "one", "promoted"),
    case("2024-05-31", "micro_drama", 150, "?"),
    # 2024-06-01 35号: micro-dramas in three layers
    case("2024-06-01", "micro_drama", 100, "one"),
    case("2024-06-01", "micro_drama", 99.9999, "two"),
    case("2024-06-01", "micro_drama", 30, "two"),
    case("2024-06-01", "micro_drama", 29.9999, "three"),
    case("2024-06-01", "micro_drama", 5, "one", special=["police"]),
    case("2024-06-01", "micro_drama", 5, "one", "promoted"),
    case("2024-06-01", "micro_drama", 5, "one", "front_page"),
    case("2024-06-01", "micro_drama", 5, "one", "voluntary_major"),
    case("2024-06-01", "micro_drama", 5, "?", "member_first"),
    # 2025-01-20 令797号 abolishes permits of producers, not classes of titles
    case("2025-01-19", "micro_drama", 99.9999, "two"),
    case("2025-01-20", "micro_drama", 99.9999, "two"),
    case("2025-01-20", "micro_drama", 100, "one"),
    case("2025-01-20", "web_series", 500, "one"),
    case("2025-12-31", "micro_drama", 100, "one", form="ai"),
    # 2026-01-01: 300 and 100, live and AI alike
    case("2026-01-01", "micro_drama", 100, "two"),
    case("2026-01-01", "micro_drama", 299.9999, "two"),
    case("2026-01-01", "micro_drama", 300, "one"),
    case("2026-01-01", "micro_drama", 99.9999, "three"),
    case("2026-01-01", "micro_drama", 1, "one", special=["military"]),
    # 2026-03-01 the measures for minors judge contents, not money
    case("2026-02-28", "micro_drama", 299.9999, "two"),
    case("2026-03-01", "micro_drama", 299.9999, "two"),
    case("2026-03-01", "micro_drama", 300, "one"),
    case("2026-03-01", "micro_drama", 99.9999, "three", form="ai"),
    case("2026-06-30", "micro_drama", 80, "three", form="ai"),
    # 2026-07-01: AI has steps of its own
    case("2026-07-01", "micro_drama", 80, "one", form="ai"),
    case("2026-07-01", "micro_drama", 79.9999, "two", form="ai"),
    case("2026-07-01", "micro_drama", 30, "two", form="ai"),
    case("2026-07-01", "micro_drama", 29.9999, "three", form="ai"),
    case("2026-07-01", "micro_drama", 80, "three", form="live"),
    case("2026-07-01", "micro_drama", 100, "two", form="live"),
    case("2026-07-01", "micro_drama", 300, "one"),
    case("2026-07-01", "micro_drama", 29, "three"),
    case("2026-07-01", "micro_drama", 50, "?"),
    case("2026-07-01", "micro_drama", 150, "?"),
    # 2026-08-18: the same steps under their new names; interactive ones by form
    case("2026-08-17", "micro_drama", 300, "one", form="live"),
    case("2026-08-18", "micro_drama", 300, "one", form="live"),
    case("2026-08-18", "micro_drama", 299.9999, "two", form="live"),
    case("2026-08-18", "micro_drama", 99.9999, "three", "interactive", form="live"),
    case("2026-08-18", "micro_drama", 99.9999, "one", "interactive", form="ai"),
    case("2026-08-31", "micro_drama", 10, "three", form="live", minutes=25),
    # 2026-09-01 令16号
    case("2026-09-01", "micro_drama", 10, "?", form="live", minutes=20),
    case("2026-09-01", "micro_drama", 10, "three", form="live", minutes=19),
    case("2026-09-01", "micro_drama", 300, "one", form="live"),
    case("2026-09-01", "micro_drama", 100, "two", form="live"),
    case("2026-09-01", "micro_drama", 30, "two", form="ai"),
    case("2026-09-01", "micro_drama", 1, "one", "voluntary_major", form="ai"),
    case("2026-09-01", "micro_drama", 1, "one", "front_page", form="live"),
    # 2026-09-04 “凡播必审” binds platforms; the classes of 令16号 stay
    case("2026-09-03", "micro_drama", 299.9999, "two", form="live"),
    case("2026-09-04", "micro_drama", 299.9999, "two", form="live"),
    case("2026-09-04", "micro_drama", 300, "one", form="live"),
    case("2026-09-04", "micro_drama", 29.9999, "three", form="ai"),
    case("2026-09-04", "micro_drama", 1, "one", form="live", special=["police"]),
    case("2026-11-22", "micro_drama", 0, "three", form="live"),
    case("2026-11-22", "micro_drama", None, "?", form="live"),
    case("2026-11-22", "micro_drama", None, "one", form="live", special=["united_front"]),
    case("2026-11-22", "micro_drama", 10, "?", form="live", special=None),
    case("2026-11-22", "micro_drama", 500, "one", form="live", special=None),
    case("2026-11-22", "micro_drama", 500, "?", "major_subject", form="live"),
    case("2026-11-22", "micro_drama", 500, "?", "foreign_co_production", form="live"),
    # the other types keep to 128号
    case("2026-11-22", "web_series", 500, "one"),
    case("2026-11-22", "web_series", 499.9999, "three"),
    case("2026-11-22", "animation", 500, "one"),
    case("2026-11-22", "animation", 499, "three"),
    case("2026-11-22", "web_film", 100, "one"),
    case("2026-11-22", "web_film", 99, "?", special=["judiciary"]),
    case("2026-11-22", "web_film", 99, "one", "member_first"),
    case("2026-11-22", "web_series", 2**70 // WAN, "one"),
    case("2026-11-22", "documentary", 2000, "none", special=["military"]),
    case("2017-01-01", "documentary", 2000, "none", "promoted"),
]


@pytest.mark.parametrize(("filing", "day", "expected"), CASES)
def test_a_title_is_of_the_class_the_rule_of_its_day_gives(filing, day, expected):
    found = judged(filing, day)
    assert (found.class_code or "?") == expected
    assert bool(found.undecided) == (expected == "?")
    assert found.reasons or found.undecided


@pytest.mark.parametrize("day", ["2010-06-30", "2010-07-01", "2016-11-30"])
@pytest.mark.parametrize("type", TYPES)
def test_before_the_register_of_2016_no_rule_gives_a_class(day, type):
    """令63号 of 2010-07-01 says what may not be shown; classes begin with the register of 2016-12."""
    with pytest.raises(NoRuleInForce):
        judged(Filing(type, 900 * WAN, "live", promoted=True), date.fromisoformat(day))


@pytest.mark.parametrize("subject", SPECIAL_SUBJECTS)
def test_each_of_the_nine_special_subjects_alone_makes_a_cheap_micro_drama_class_one(subject):
    found = judged(Filing("micro_drama", 1, "live", special_subjects=frozenset({subject})), date(2026, 11, 22))
    assert found.class_code == ONE
    assert found.reasons == (f"涉及特殊题材：{SPECIAL_SUBJECTS[subject]}（总局令第16号第13、14条）",)
    assert [(each.subject, each.required) for each in found.co_reviews] == [(subject, False)]


@pytest.mark.parametrize(
    ("day", "type", "wan", "label", "licence", "plan_filing"),
    [
        ("2018-01-01", "web_series", 600, "重点网络影视剧", "重点网络原创节目登记", "required"),
        ("2020-01-01", "web_series", 600, "重点网络影视剧", "规划备案号和上线备案号", "required"),
        ("2023-01-01", "web_series", 600, "重点网络影视剧", "网络剧片发行许可证", "required"),
        ("2026-11-22", "web_film", 50, "非重点", "不需许可", "none"),
        ("2025-01-01", "micro_drama", 100, "重点微短剧", "网络剧片发行许可证", "required"),
        ("2025-01-01", "micro_drama", 30, "普通微短剧", "省局登记备案号", "required"),
        ("2025-01-01", "micro_drama", 1, "其他微短剧", "平台登记备案号", "none"),
        ("2026-08-31", "micro_drama", 300, "一类", "网络剧片发行许可证", "required"),
        ("2026-09-01", "micro_drama", 300, "一类", "微短剧发行许可证", "required"),
        ("2026-09-01", "micro_drama", 100, "二类", "批准文件", "optional"),
        ("2026-09-01", "micro_drama", 1, "三类", "播出单位节目编号", "none"),
        ("2026-09-01", "documentary", 1, "不分类", "不需许可", "none"),
    ],
)
def test_the_class_says_what_permits_the_title_and_whether_a_plan_is_filed(day, type, wan, label, licence, plan_filing):
    found = judged(Filing(type, wan * WAN, "live"), date.fromisoformat(day))
    assert (found.label, found.licence_name, found.plan_filing) == (label, licence, plan_filing)


def test_the_reason_names_the_amount_the_limit_and_the_source():
    found = judged(Filing("micro_drama", 2_999_999, "live"), date(2026, 9, 1))
    assert found.reasons == (
        "真人投资额 299.9999 万元，达到 100 万元（微短剧分类标准衔接说明，2026年8月18日报道）",
    )  # fmt: skip
    below = judged(Filing("web_series", 4_000_000), date(2026, 9, 1))
    assert below.reasons == ("投资额 400 万元，不足 500 万元（广电办发〔2022〕128号）",)
    strict = judged(Filing("web_film", 1_000_000), date(2017, 1, 1))
    assert strict.reasons == ("投资额 100 万元，没有超过 100 万元（重点网络原创节目登记，2016年12月）",)


def test_every_trigger_that_lifts_is_named():
    filing = Filing("web_series", 1, promoted=True, front_page=True, member_first=True, voluntary_major=True)
    assert judged(filing, date(2026, 11, 22)).reasons == (
        "平台招商主推（广电办发〔2022〕128号）",
        "在首页首屏或专题专区推荐（广电办发〔2022〕128号）",
        "会员优先或付费观看（广电办发〔2022〕128号）",
        "自愿按重点（一类）申报（广电办发〔2022〕128号）",
    )


@pytest.mark.parametrize(
    ("day", "required"), [("2022-05-31", None), ("2022-06-01", True), ("2026-09-01", True)]
)  # fmt: skip
def test_web_series_on_special_subjects_need_written_opinions_since_128(day, required):
    filing = Filing("web_series", 600 * WAN, special_subjects=frozenset({"police", "military"}))
    found = judged(filing, date.fromisoformat(day)).co_reviews
    expected = [] if required is None else [("省军区政治工作局", True), ("省公安厅", True)]
    assert [(each.department, each.required) for each in found] == expected


@pytest.mark.parametrize(
    ("filing", "day", "warning"),
    [
        (Filing("web_series", 1, voluntary_major=True), "2018-01-01", "当时的规则没有自愿升档。"),
        (Filing("micro_drama", 1, interactive=True), "2026-08-17", "当时的规则没有单列互动微短剧，按一般微短剧认定。"),
        (Filing("web_series", 1, minutes_per_episode=15), "2026-11-22", "单集不足 20 分钟，请核对是否应按微短剧申报。"),
        (Filing("web_series", 1, foreign_staff=True), "2026-11-22", "有境外人员参与制作，送审时须附批准文件。"),
        (
            Filing("micro_drama", 1, "ai", special_subjects=frozenset({"ethnic"})),
            "2026-11-22",
            "特殊题材确有必要时征求有关部门意见，由经办决定是否送协审（总局令第16号第14条）。",
        ),
    ],
)
def test_warnings_tell_what_the_class_does_not(filing, day, warning):
    assert judged(filing, date.fromisoformat(day)).warnings == (warning,)


def test_a_title_keeps_the_rule_it_was_judged_under():
    filing, day = Filing("micro_drama", 100 * WAN, "live"), date(2025, 12, 31)
    kept = rule_on(ROWS, "classification", day)
    assert classify(filing, day, kept).class_code == "one"
    assert judged(filing, date(2026, 1, 1)).class_code == "two"
    with pytest.raises(ValueError):
        classify(filing, date(2026, 1, 1), kept)


def test_an_unknown_special_subject_is_a_mistake_of_the_program():
    with pytest.raises(ValueError):
        judged(Filing("micro_drama", 1, special_subjects=frozenset({"weather"})), date(2026, 1, 1))


def test_an_unknown_type_is_left_to_the_officer():
    assert judged(Filing("web_variety", 1), date(2026, 1, 1)).undecided == ("规则没有写到这一类型，由经办认定。",)


def decision(code="one", reason="按立项文件"):
    return Decided(code, reason, "王处", date(2026, 11, 22))


def test_an_officer_settles_what_the_rules_leave_open():
    day = date(2026, 11, 22)
    rule = rule_on(ROWS, "classification", day)
    found = classify(Filing("micro_drama", 1, "live", major_subject=True), day, rule)
    settled = settle(found, decision(), rule)
    assert (settled.class_code, settled.licence_name, settled.decided) == ("one", "微短剧发行许可证", decision())
    assert settled.undecided == found.undecided
    assert settle(settled, decision("two"), rule).class_code == "two"


@pytest.mark.parametrize(
    ("filing", "decided", "sentence"),
    [
        (Filing("micro_drama", 1, "live"), decision(), "规则已经得出分类，不需另行认定。"),
        (Filing("micro_drama", None), decision(reason=" "), "请写明认定理由。"),
        (Filing("web_series", None), decision("two"), "这一类型没有所选的分类。"),
    ],
)
def test_settling_is_refused_with_a_sentence(filing, decided, sentence):
    day = date(2026, 11, 22)
    rule = rule_on(ROWS, "classification", day)
    with pytest.raises(RuleBroken, match=sentence):
        settle(classify(filing, day, rule), decided, rule)


filings = st.builds(
    Filing,
    type=st.sampled_from(list(TYPES)),
    investment_yuan=st.none() | st.integers(0, 2**63),
    form=st.sampled_from([None, "live", "ai"]),
    minutes_per_episode=st.none() | st.integers(1, 120),
    special_subjects=st.none() | st.frozensets(st.sampled_from(list(SPECIAL_SUBJECTS))),
    **{name: st.booleans() for name in (
        "promoted", "front_page", "member_first", "voluntary_major", "interactive", "major_subject",
        "foreign_co_production", "foreign_staff",
    )},
)  # fmt: skip


@given(filings, st.sampled_from(DAYS))
def test_every_filing_gets_a_class_with_reasons_or_an_open_question(filing, day):
    found = judged(filing, day)
    assert (found.class_code is None) == bool(found.undecided)
    assert found.class_code is None or (found.reasons and found.label and found.licence_name)
    spoken = (*found.reasons, *found.undecided, *found.warnings)
    assert all(isinstance(sentence, Sentence) and "%(" not in sentence for sentence in spoken)


@given(filings, st.sampled_from(DAYS), st.integers(1, 10**9))
def test_more_money_never_lowers_the_class(filing, day, more):
    order = {"one": 1, "two": 2, "three": 3, "none": 4}
    richer = replace(filing, investment_yuan=(filing.investment_yuan or 0) + more)
    before, after = judged(replace(filing, investment_yuan=filing.investment_yuan or 0), day), judged(richer, day)
    if before.class_code and after.class_code:
        assert order[after.class_code] <= order[before.class_code]


def test_there_is_a_case_on_every_day_the_rules_changed():
    told = {param.values[1] for param in CASES}
    unchanged = {
        date(2022, 12, 1),
        date(2025, 1, 20),
        date(2026, 3, 1),
        date(2026, 9, 4),
    }  # 345号, 令797号, minors, 凡播必审
    assert {*DAYS, *unchanged} <= told
    assert len(CASES) >= 90


@pytest.mark.parametrize(
    ("yuan", "written"), [(0, "0"), (1, "0.0001"), (3_000_000, "300"), (2_999_999, "299.9999")]
)  # fmt: skip
def test_yuan_are_written_as_wan_exactly(yuan, written):
    assert wan(yuan) == written
