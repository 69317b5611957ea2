"""How long each step may take: statutory, promised and internal length, in working or calendar days.

A step: `label`, `unit` (working, calendar), `statutory`, `promised`, `internal` (None where there is no such line),
`pauses` (what stops the clock: completion 补正, co_review 协审, national_review 总局复审, rectification 修改),
`expert_time` (counted, or deducted: then waiting for experts stops the clock too), `roll_over` (a last day on a holiday
moves to the next working day), `urgent` (the shorter promised and internal lengths of the green channel).
The start day is never counted. Lengths from the Shanghai guide (2026-08) serve as defaults for Jiangsu.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from ..errors import N_
from .row import Row, succession

GUIDE = "网络剧片备案、内容审查办事指南（上海，2026年8月）"
OWN = "种子库内部要求"
ORDER_16_ARTICLE_20 = "总局令第16号第20条"
ORDER_63_ARTICLE_25 = "总局令第63号第25条"
WAITS = ["completion", "co_review", "national_review"]
WORKING, CALENDAR = "working", "calendar"


def _step(
    label: str, unit: str, statutory: int | None, promised: int | None, internal: int | None, source: str,
    urgent: tuple[int | None, int | None], **more: Any,
) -> dict[str, Any]:  # fmt: skip
    return {
        "label": label, "unit": unit, "statutory": statutory, "promised": promised, "internal": internal,
        "source": source, "urgent": {"promised": urgent[0], "internal": urgent[1]},
        "pauses": WAITS, "expert_time": "counted", "roll_over": False, **more,
    }  # fmt: skip


FILING = {
    "acceptance": _step(N_("受理"), WORKING, 5, 5, 3, GUIDE, (2, 1), pauses=["completion"]),
    "first_review": _step(N_("规划备案初审"), WORKING, 20, 20, 15, GUIDE, (10, 7)),
    "first_review_examination": _step(N_("初审：审查"), WORKING, 10, 10, 7, GUIDE, (5, 3)),
    "first_review_decision": _step(N_("初审：决定"), WORKING, 10, 10, 7, GUIDE, (5, 3)),
    "screening": _step(N_("入库评估"), WORKING, None, None, 10, OWN, (None, 5)),
    "scheduling": _step(N_("列入计划"), WORKING, None, None, 5, OWN, (None, 2)),
    "delivery": _step(N_("送达"), WORKING, 10, 10, 5, GUIDE, (3, 1), pauses=[]),
}
CUT = {
    "cut_acceptance": _step(N_("完成片受理"), WORKING, 5, 5, 3, GUIDE, (2, 1), pauses=["completion"]),
    "cut_review": _step(
        N_("完成片审查"), CALENDAR, 50, 30, 25, GUIDE, (20, 15), pauses=[*WAITS, "rectification"],
        expert_time="deducted",
    ),
    "cut_examination": _step(N_("完成片：审查"), WORKING, None, 20, 15, GUIDE, (10, 7), expert_time="deducted"),
    "cut_decision": _step(N_("完成片：决定"), WORKING, None, 10, 7, GUIDE, (5, 3)),
    "leader_review": _step(N_("分管局领导复核"), WORKING, None, 5, 3, GUIDE, (2, 1), pauses=[]),
    "expert_opinion": _step(N_("专家审看"), CALENDAR, None, None, 10, OWN, (None, 5), pauses=[]),
    "co_review": _step(N_("协审"), WORKING, None, None, 15, OWN, (None, 7), pauses=[]),
    "rectification": _step(N_("修改"), CALENDAR, None, None, 30, OWN, (None, 15), pauses=[]),
    "completion": _step(N_("补正"), WORKING, None, None, 10, OWN, (None, 5), pauses=[]),
    "progress_report": _step(N_("进度报告"), CALENDAR, None, None, 90, OWN, (None, 30), pauses=[], roll_over=True),
}  # fmt: skip
APPEAL = {
    "appeal": _step(N_("申请复审"), CALENDAR, 60, 60, 60, ORDER_63_ARTICLE_25, (60, 60), pauses=[]),
    "appeal_decision": _step(N_("复审决定"), CALENDAR, 50, 50, 50, ORDER_63_ARTICLE_25, (50, 50), pauses=[]),
}
MICRO_ONE = {
    "micro_one_review": _step(
        N_("一类微短剧审核"), CALENDAR, 20, 20, 15, ORDER_16_ARTICLE_20, (12, 10), pauses=[*WAITS, "rectification"],
    ),
    "micro_one_expert": _step(N_("一类微短剧专家评审"), CALENDAR, 10, 10, 8, ORDER_16_ARTICLE_20, (6, 5), pauses=[]),
}  # fmt: skip

INFERRED = [
    "江苏承诺时限未找到，按上海办事指南取默认值",
    "内部时限、绿色通道时限：种子库自定",
    "暂停事由、扣除专家评审时间：行政许可法第45条口径，未核实",
    "节假日顺延规则未核实，默认不顺延",
]
DAYS_OF_ORDER_16 = "16 号令第20条写作“日”，按自然日从严计算，是否按工作日计未核实"

ROWS = succession((
    Row("clocks", date(2016, 12, 1), GUIDE, {
        "steps": {**FILING, **CUT, **APPEAL}, "licence_warning_days": 60, "filing_valid_years": 2, "amber_percent": 30,
        "unverified": INFERRED,
    }, verified=False),
    Row("clocks", date(2026, 9, 1), f"{ORDER_16_ARTICLE_20}；{GUIDE}", {
        "steps": {**FILING, **CUT, **MICRO_ONE, **APPEAL}, "licence_warning_days": 60, "filing_valid_years": 2,
        "amber_percent": 30, "unverified": [*INFERRED, DAYS_OF_ORDER_16],
    }, verified=False),
))  # fmt: skip
