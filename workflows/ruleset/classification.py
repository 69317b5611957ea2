"""Classes by date: who is 重点 or 一类, by money, by subject, by how it is promoted; and what permits it to be shown.

Each type of a period holds: `amounts` by form (any, live, ai) as steps [class, at least so many yuan] from the highest
down, or None where the rules name no amount; `strict` when an amount must be exceeded, not reached; `triggers` (flag of
the filing → source) that make class one; `doubtful` flags on which the rule is not clear; `special`: one (a special
subject makes class one), ask (the rules leave it open), None (no effect); `opinions`: required, when_needed, None;
`labels`, `licences`, `plan_filing` by class; `minutes_below`, the length an episode must stay under.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from ..errors import N_
from .row import Row, succession

WAN = 10_000
REGISTRATION_2016 = "重点网络原创节目登记（2016年12月）"
UPGRADE_2019 = "《关于网络视听节目信息备案系统升级的通知》（2019年2月15日）"
NOTICE_128 = "广电办发〔2022〕128号"
NOTICE_35 = "广电办发〔2024〕35号"
ADJUSTMENT_2026 = "《关于调整微短剧分类分层标准的通知》（2026年1月1日）"
AI_HINT_2026 = "网络视听司《管理提示（AI微短剧分类分层标准）》（2026年7月1日）"
BRIDGE_2026 = "微短剧分类标准衔接说明（2026年8月18日报道）"
ORDER_16 = "总局令第16号"

DEPARTMENTS = {
    "politics": N_("省委宣传部"),
    "military": N_("省军区政治工作局"),
    "diplomacy": N_("省委外办"),
    "state_security": N_("省国家安全厅"),
    "united_front": N_("省委统战部"),
    "ethnic": N_("省民宗委"),
    "religion": N_("省民宗委"),
    "judiciary": N_("省委政法委"),
    "police": N_("省公安厅"),
}
"""Whom the bureau asks about a special subject: our inference from their duties, the administrator may change it."""

FILING_2016 = ("promoted", "front_page", "member_first")
FILING_128 = (*FILING_2016, "voluntary_major")


def _triggers(flags: tuple[str, ...], source: str) -> dict[str, str]:
    return dict.fromkeys(flags, source)


def _two_classes(major_from_wan: int | None, source: str, licence: str, **more: Any) -> dict[str, Any]:
    """A type that is 重点 or not; `major_from_wan` is None where the rules of the time name no amount."""
    return {
        "source": source,
        "amounts": None if major_from_wan is None else {"any": [["one", major_from_wan * WAN], ["three", 0]]},
        "triggers": _triggers(FILING_2016, source),
        "labels": {"one": N_("重点网络影视剧"), "three": N_("非重点")},
        "licences": {"one": licence, "three": "none"},
        "plan_filing": {"one": "required", "three": "none"},
        **more,
    }


def _under_128(major_from_wan: int | None) -> dict[str, Any]:
    return _two_classes(
        major_from_wan, NOTICE_128, "series_licence",
        triggers=_triggers(FILING_128, NOTICE_128), special="ask", opinions="required", opinions_source=NOTICE_128,
    )  # fmt: skip


def _three_classes(source: str, amounts: dict[str, list[list[Any]]], **more: Any) -> dict[str, Any]:
    return {
        "source": source,
        "amounts": amounts,
        "triggers": _triggers(("promoted", "front_page", "voluntary_major"), NOTICE_35),
        "doubtful": ["member_first"],
        "special": "one",
        "special_source": source,
        "opinions": "required",
        "opinions_source": NOTICE_35,
        "labels": {"one": N_("重点微短剧"), "two": N_("普通微短剧"), "three": N_("其他微短剧")},
        "licences": {"one": "series_licence", "two": "record_number", "three": "platform_record"},
        "plan_filing": {"one": "required", "two": "required", "three": "none"},
        **more,
    }


def _steps(one_wan: int, two_wan: int) -> list[list[Any]]:
    return [["one", one_wan * WAN], ["two", two_wan * WAN], ["three", 0]]


NUMBERED = {"one": N_("一类"), "two": N_("二类"), "three": N_("三类")}
BY_FORM = {"live": _steps(300, 100), "ai": _steps(80, 30)}
LICENCES_16 = {"one": "micro_licence", "two": "approval", "three": "programme_number"}
DOCUMENTARY = {"classed": False, "licence": "none", "source": N_("种子库口径：网络纪录片不设许可环节")}
AMOUNT_CARRIED = "网络剧、网络动画片 500 万元，网络电影 100 万元：2019 年口径，此后是否调整未找到原文"

ON_2022 = {"web_series": _under_128(500), "animation": _under_128(500), "web_film": _under_128(100)}


def _period(period: str, types: dict[str, Any], *unverified: str) -> dict[str, Any]:
    return {
        "period": period,
        "types": {**types, "documentary": DOCUMENTARY},
        "departments": DEPARTMENTS,
        "unverified": [*unverified, "协审部门：按职责推定"],
    }


def _since_2024(period: str, micro_drama: dict[str, Any], *unverified: str) -> dict[str, Any]:
    return _period(period, {**ON_2022, "micro_drama": micro_drama}, AMOUNT_CARRIED, *unverified)


NOT_PUBLISHED = "2026 年 1 月 1 日标准的原文未公开，只见转述"
OLD_TRIGGERS = "招商主推、首页首屏推荐：35 号文口径，16 号令施行后是否沿用未见原文"

ROWS = succession((
    Row("classification", date(2016, 12, 1), REGISTRATION_2016, _period(N_("重点网络原创节目登记"), {
        "web_series": _two_classes(500, REGISTRATION_2016, "registration", strict=True),
        "web_film": _two_classes(100, REGISTRATION_2016, "registration", strict=True),
        "animation": _two_classes(None, REGISTRATION_2016, "registration"),
        "micro_drama": _two_classes(None, REGISTRATION_2016, "registration"),
    }, "2016 年 12 月的具体施行日"), verified=False),
    Row("classification", date(2019, 2, 15), UPGRADE_2019, _period(N_("重点网络影视剧信息备案"), {
        "web_series": _two_classes(500, UPGRADE_2019, "filing_numbers"),
        "animation": _two_classes(500, UPGRADE_2019, "filing_numbers"),
        "web_film": _two_classes(100, UPGRADE_2019, "filing_numbers"),
        "micro_drama": _two_classes(None, UPGRADE_2019, "filing_numbers"),
    })),
    Row("classification", date(2022, 6, 1), NOTICE_128, _period(N_("网络剧片发行许可"), {
        **ON_2022, "micro_drama": _under_128(None),
    }, AMOUNT_CARRIED), verified=False),
    Row("classification", date(2024, 6, 1), NOTICE_35, _since_2024(N_("微短剧分类分层审核"), _three_classes(
        NOTICE_35, {"any": _steps(100, 30)},
    ))),
    Row("classification", date(2026, 1, 1), ADJUSTMENT_2026, _since_2024(N_("微短剧分类分层新标准"), _three_classes(
        ADJUSTMENT_2026, {"any": _steps(300, 100)},
    ), NOT_PUBLISHED), verified=False),
    Row("classification", date(2026, 7, 1), AI_HINT_2026, _since_2024(N_("AI 微短剧另设标准"), _three_classes(
        AI_HINT_2026, BY_FORM,
    ), NOT_PUBLISHED), verified=False),
    Row("classification", date(2026, 8, 18), BRIDGE_2026, _since_2024(N_("分类标准衔接16号令"), _three_classes(
        BRIDGE_2026, BY_FORM, labels=NUMBERED, interactive_by_form=True,
    ), "衔接标准只见报道"), verified=False),
    Row("classification", date(2026, 9, 1), ORDER_16, _since_2024(N_("微短剧发展管理办法"), _three_classes(
        BRIDGE_2026, BY_FORM, labels=NUMBERED, interactive_by_form=True, licences=LICENCES_16,
        special_source=ORDER_16 + "第13、14条", opinions="when_needed", opinions_source=ORDER_16 + "第14条",
        minutes_below=20, minutes_source=ORDER_16 + "第2条",
        plan_filing={"one": "required", "two": "optional", "three": "none"},
        triggers={**_triggers(("promoted", "front_page"), NOTICE_35), "voluntary_major": ORDER_16 + "第50条"},
    ), "16 号令正文没有金额，金额见衔接标准报道", OLD_TRIGGERS), verified=False),
))  # fmt: skip
