"""Rules of the bank itself: the year's ten, the four criteria of admission, and the cost limits that only warn."""

from __future__ import annotations

from datetime import date

from ..errors import N_
from .row import Row

ACTION_PLAN = "江苏省网络视听行动计划（2024—2025年）"

KEY_TITLES = {"per_year": 10, "unverified": ["计划期 2025 年止，此后按每年十部沿用"]}

INTAKE = {
    "scale": [0, 100],
    "criteria": [
        {"code": "strength", "label": N_("制作机构实力"), "weight": 25},
        {"code": "maturity", "label": N_("项目成熟度"), "weight": 25},
        {"code": "feasibility", "label": N_("可行性"), "weight": 25},
        {"code": "market", "label": N_("市场预期"), "weight": 25},
    ],
    "admit_from": 60,
    "unverified": ["四项取自行动计划，权重和入库线为种子库自定"],
}

COST = {
    "cast_percent_of_cost": 40,
    "leads_percent_of_cast": 70,
    "episodes_at_most": 40,
    "unverified": ["片酬 40%、主要演员 70%、集数 40 集：原文未核实，只提示不阻止"],
}

ROWS = (
    Row("key_titles", date(2024, 1, 1), ACTION_PLAN, KEY_TITLES),
    Row("intake", date(2024, 1, 1), ACTION_PLAN, INTAKE, verified=False),
    Row("cost", date(2020, 2, 1), "广电发〔2020〕10号", COST, verified=False),
)
