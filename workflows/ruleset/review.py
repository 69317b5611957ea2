"""The reading form of experts (审看意见表): a bottom line that must hold and four dimensions with scores."""

from __future__ import annotations

from datetime import date
from typing import Any

from ..errors import N_
from .row import Row


def _items(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"code": code, "label": label} for code, label in pairs]


FORM: dict[str, Any] = {
    "scale": [0, 100],
    "dimensions": [
        {"code": "A", "label": N_("底线合规"), "kind": "checks", "weight": 0, "items": _items(
            ("politics", N_("政治导向")), ("unity", N_("国家安全与统一、民族、宗教")), ("history", N_("历史与英烈")),
            ("uniforms", N_("公检法司军形象")), ("case_detail", N_("涉案细节与侦查手段")),
            ("violence", N_("暴力血腥、色情低俗")), ("superstition", N_("迷信")), ("minors", N_("未成年人")),
            ("vices", N_("吸烟饮酒毒赌")), ("rights", N_("侵权、隐私")), ("co_review", N_("特殊题材协审是否齐")),
        )},
        {"code": "B", "label": N_("价值与社会效益"), "kind": "score", "weight": 30, "items": _items(
            ("theme", N_("主题立意")), ("values", N_("价值取向")), ("benefit", N_("社会效益")),
            ("jiangsu", N_("江苏元素")),
        )},
        {"code": "C", "label": N_("艺术"), "kind": "score", "weight": 30, "items": _items(
            ("story", N_("故事结构")), ("characters", N_("人物")), ("dialogue", N_("台词")), ("rhythm", N_("节奏")),
            ("innovation", N_("创新")),
        )},
        {"code": "D", "label": N_("制作"), "kind": "score", "weight": 20, "items": _items(
            ("picture", N_("画面")), ("sound", N_("声音")), ("design", N_("服化道")),
            ("continuity", N_("AI 痕迹、连戏")),
        )},
        {"code": "E", "label": N_("规范"), "kind": "score", "weight": 20, "items": _items(
            ("title", N_("片名")), ("credits", N_("片头片尾字幕")), ("language", N_("语言文字")),
            ("insignia", N_("专用标识")), ("advertising", N_("广告植入")), ("ai_label", N_("AI 标识")),
        )},
    ],
    "conclusions": [
        {"code": "passed", "label": N_("通过"), "outcome": "permitted"},
        {"code": "pass_after_changes", "label": N_("修改后通过"), "outcome": "changes"},
        {"code": "re_review", "label": N_("修改后重审"), "outcome": "changes"},
        {"code": "refused", "label": N_("不予通过"), "outcome": "refused"},
    ],
    "bottom_line_blocks": ["passed", "pass_after_changes"],
    "demands": _items(
        ("cut", N_("删减")), ("alter", N_("修改")), ("subtitle", N_("加字幕")), ("redub", N_("重配")),
        ("explain", N_("说明")),
    ),
    "severities": _items(("must", N_("必改")), ("should", N_("建议"))),
    "panel": {"default": 3, "one": 5, "major_subject": 5},
    "unverified": ["版式按查到的标准和惯例合成", "权重、专家人数为建议值，法规没有规定"],
}  # fmt: skip

ROWS = (
    Row("review_form", date(2016, 12, 1), "总局令第63号第17、18条；《网络视听节目内容审核通则》", FORM, verified=False),
)
