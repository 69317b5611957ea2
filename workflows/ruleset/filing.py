"""What a filing must hold: lengths of its texts, papers by class."""

from __future__ import annotations

from datetime import date

from ..errors import N_
from .row import Row

ATTACHMENTS: dict[str, str] = {
    "plan_form": N_("盖章的规划备案信息表"),
    "pledge": N_("规划备案承诺书"),
    "cost_plan": N_("成本配置比例报告"),
    "special_opinion": N_("特殊题材主管部门书面意见"),
    "rights_proof": N_("改编授权书"),
    "foreign_staff_approval": N_("境外人员参与制作批准文件"),
    "co_production_approval": N_("与境外合拍的批准文件"),
    "major_approval": N_("重大革命和历史题材立项文件"),
    "other": N_("其他材料"),
}

FILING = {
    "title_at_most": 60,
    "synopsis_at_least": 1500,
    "theme_at_least": 300,
    "episodes_at_most": 500,
    "minutes_at_most": 300,
    "investment_at_most": 10_000_000_000,
    "years_back": 5,
    "years_ahead": 5,
    "attachments": {
        "every": ["plan_form", "pledge"],
        "one": ["cost_plan"],
        "two": ["cost_plan"],
        "three": ["cost_plan"],
        "none": [],
    },
    "unverified": ["各类申报材料：由办事指南和 35 号文补报清单合成，江苏细则未找到"],
}

ROWS = (
    Row(
        "filing",
        date(2016, 12, 1),
        "重点网络原创节目登记（2016年12月）；广电办发〔2024〕35号；办事指南",
        FILING,
        verified=False,
    ),
)
