"""Codes and labels that the rules, the filing and the pages share."""

from __future__ import annotations

from ..errors import N_

TYPES: dict[str, str] = {
    "web_series": N_("网络剧"),
    "web_film": N_("网络电影"),
    "micro_drama": N_("微短剧"),
    "animation": N_("网络动画片"),
    "documentary": N_("网络纪录片"),
}

FORMS: dict[str, str] = {"live": N_("真人"), "ai": N_("AI 生成")}
"""主创形式: thresholds of micro-dramas differ by it since 2026-07-01."""

SPECIAL_SUBJECTS: dict[str, str] = {
    "politics": N_("政治"),
    "military": N_("军事"),
    "diplomacy": N_("外交"),
    "state_security": N_("国家安全"),
    "united_front": N_("统战"),
    "ethnic": N_("民族"),
    "religion": N_("宗教"),
    "judiciary": N_("司法"),
    "police": N_("公安"),
}
"""特殊题材九类."""

ERAS: dict[str, str] = {
    "当代": N_("当代"),
    "现代": N_("现代"),
    "近代": N_("近代"),
    "古代": N_("古代"),
    "重大": N_("重大"),
}

THEMES: dict[str, tuple[str, ...]] = {
    "当代": (N_("军旅"), N_("都市"), N_("农村"), N_("青少"), N_("涉案"), N_("科幻"), N_("其它")),
    "现代": ("军旅", "都市", "农村", N_("传记"), "其它"),
    "近代": ("都市", N_("革命"), N_("传奇"), "传记", "其它"),
    "古代": ("传奇", "传记", N_("宫廷"), N_("武打"), N_("神话"), "其它"),
    "重大": (N_("重大革命"), N_("重大历史")),
}
"""题材代码: era × topic, gathered from the publicity notices 2009–2021; 重大 is approved separately (另行立项)."""

MAJOR_ERA = "重大"

CREDIT_ROLES: dict[str, str] = {
    "writer": N_("编剧"),
    "director": N_("导演"),
    "producer": N_("制片人"),
    "lead_actor": N_("主演"),
    "supporting_actor": N_("其他演员"),
    "cinematographer": N_("摄影"),
    "composer": N_("作曲"),
    "animation_director": N_("动画导演"),
    "voice_actor": N_("配音"),
    "narrator": N_("解说"),
    "scientific_adviser": N_("科学顾问"),
    "editor": N_("剪辑"),
}

SOURCE_KINDS: dict[str, str] = {"original": N_("原创"), "adapted": N_("改编")}
AI_USES: dict[str, str] = {"none": N_("未使用"), "partly": N_("部分使用"), "fully": N_("全部生成")}

PROMOTIONS: dict[str, str] = {
    "promoted": N_("平台招商主推"),
    "front_page": N_("首页首屏或专题专区推荐"),
    "member_first": N_("会员优先或付费"),
    "voluntary_major": N_("自愿按重点（一类）申报"),
}
"""Flags of a filing that may lift its class, whatever it costs."""


def theme_exists(era: str, topic: str) -> bool:
    """Whether that topic stands under that era in the table of themes."""
    return topic in THEMES.get(era, ())
