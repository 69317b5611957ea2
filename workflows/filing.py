"""What a filing still lacks before it can be submitted, field by field, and what it should be warned of.

Norms: 备案表字段 and 重点网络原创节目登记（2016年12月）: 内容简介 ≥ 1500 字, 思想内涵 ≥ 300 字; 令16号第21条 (禁止转移送审),
第34条 (AI); the lengths and papers stand in `ruleset.filing`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from .classification import Classification
from .errors import Sentence, say
from .filing_checks import CHECKS, CREW_OF, Said, blank, crew, size, title
from .filing_view import SECTION_OF, SECTIONS, FilingView, Lack, length_of_text
from .ruleset import ROWS, rule_on
from .ruleset.filing import ATTACHMENTS

__all__ = [
    "ATTACHMENTS",
    "CREW_OF",
    "SECTIONS",
    "SECTION_OF",
    "FilingView",
    "Lack",
    "broken_by",
    "cautions",
    "cost_warnings",
    "length_of_text",
    "missing",
    "papers_needed",
]


def missing(
    view: FilingView,
    today: date,
    *,
    classification: Classification | None = None,
    rule: Mapping[str, Any] | None = None,
) -> list[Lack]:
    """Everything that keeps the filing from being submitted, in the order of the page; empty when it is complete.

    `classification` decides which papers its class needs; `rule` is the value of the `filing` rule in force (by default
    the one this package holds for `today`).
    """
    value = rule if rule is not None else rule_on(ROWS, "filing", today).value
    said = [_lack(*pair) for check in CHECKS for pair in check(view, value, today)]
    said += [Lack("credits", "crew", sentence, role) for role, sentence in crew(view)]
    said += [
        Lack("attachments", "attachments", sentence, kind) for kind, sentence in _papers(view, classification, value)
    ]
    order = list(SECTIONS)
    return sorted(said, key=lambda lack: order.index(lack.section))


def _lack(field: str, sentence: Sentence) -> Lack:
    return Lack(field, SECTION_OF[field], sentence)


def broken_by(view: FilingView, field: str, today: date, rule: Mapping[str, Any]) -> Sentence | None:
    """What a title or a number of episodes changed later breaks of the filing's rules, or None."""
    found = [*title(view, rule, today), *size(view, rule, today)]
    return next((sentence for name, sentence in found if name == field), None)


def papers_needed(view: FilingView, classification: Classification | None, rule: Mapping[str, Any]) -> list[str]:
    """The kinds of paper this filing must carry: those of every filing, of its class, and of what it answered."""
    by_class = rule["attachments"]
    needed = [*by_class["every"]]
    if classification is not None and classification.class_code is not None:
        needed += by_class[classification.class_code]
    if classification is not None and any(each.required for each in classification.co_reviews):
        needed.append("special_opinion")
    if not blank(view.source_kind) and view.source_kind != "original":
        needed.append("rights_proof")
    if view.foreign_staff:
        needed.append("foreign_staff_approval")
    if view.foreign_co_production:
        needed.append("co_production_approval")
    if view.major_subject:
        needed.append("major_approval")
    return needed


def _papers(
    view: FilingView, classification: Classification | None, rule: Mapping[str, Any]
) -> Iterator[tuple[str, Sentence]]:
    for kind in papers_needed(view, classification, rule):
        if kind not in view.attachments:
            yield kind, say("请上传%(paper)s。", paper=say(ATTACHMENTS[kind]))


def cautions(view: FilingView, today: date, *, licence_warning_days: int = 60) -> list[Lack]:
    """What does not keep a filing from being submitted but should be known before: to the house and to the officer."""
    return [_lack(*pair) for pair in _cautions(view, today, licence_warning_days)]


def _cautions(view: FilingView, today: date, licence_warning_days: int) -> Iterator[Said]:
    expires = view.house_licence_expires_on
    if expires is not None and today <= expires <= today + timedelta(days=licence_warning_days):
        yield "house_licence_expires_on", say("制作经营许可证还有 %(n)s 天到期，请及时换证。", n=(expires - today).days)
    if view.submitted_elsewhere:
        yield "submitted_elsewhere", say("曾在外省送审未取得许可或不予许可的，不得转移送审（令16号第21条）。")
    if view.first_created and view.source_kind not in (None, "", "original"):
        yield "first_created", say("“江苏首创”一般指原创作品，改编作品请在“首创的说明或证据”里说明。")
    if view.ai_use in ("partly", "fully"):
        yield "ai_use", say("AI 生成内容须在每集明显位置加提示标识（令16号第34条）。")


def cost_warnings(
    rule: Mapping[str, Any], *, total_cost: int, cast_pay: int, leads_pay: int = 0, episodes: int | None = None
) -> list[Sentence]:
    """Where pay or length pass the limits of the `cost` rule; they warn and never block. Money in yuan."""
    return list(_cost_warnings(rule, total_cost, cast_pay, leads_pay, episodes))


def _cost_warnings(
    rule: Mapping[str, Any], total_cost: int, cast_pay: int, leads_pay: int, episodes: int | None
) -> Iterator[Sentence]:
    of_cost, of_cast = rule["cast_percent_of_cost"], rule["leads_percent_of_cast"]
    if cast_pay * 100 > total_cost * of_cost:
        yield say("演员总片酬超过制作总成本的百分之 %(n)s，请核对。", n=of_cost)
    if leads_pay * 100 > cast_pay * of_cast:
        yield say("主要演员片酬超过总片酬的百分之 %(n)s，请核对。", n=of_cast)
    if episodes is not None and episodes > rule["episodes_at_most"]:
        yield say("集数超过 %(n)s 集，请核对。", n=rule["episodes_at_most"])
