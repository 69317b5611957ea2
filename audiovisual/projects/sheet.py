"""A title's filing as pairs of label and value: the line of facts, the points of the overview, all materials."""

from __future__ import annotations

from typing import Any

from audiovisual.kernel.languages import gettext as _
from audiovisual.kernel.rules import rule_on
from audiovisual.kernel.text import amount, column_amount, day, listed, translated, unpack
from workflows.classification import LICENCES
from workflows.errors import Sentence
from workflows.filing import cost_warnings
from workflows.ruleset.vocabulary import CREDIT_ROLES, PROMOTIONS
from workflows.uscc import CITIES

from . import labels
from .models import Credit, Progress, Project

Pairs = list[tuple[str, Any]]


def facts(project: Project) -> list[str]:
    """The line under the name: type and class, length, theme, house, money."""
    kind = _(labels.TYPES[project.type]) if project.type in labels.TYPES else ""
    class_name = labels.class_name(project.class_code, project.type)
    found = [" · ".join(part for part in (kind, class_name) if part), length(project)]
    found += [labels.theme_name(project.theme_era, project.theme_topic), project.house.name]
    if project.investment_yuan is not None:
        found.append(_("投资 %(amount)s", amount=amount(project.investment_yuan)))
    return [fact for fact in found if fact]


def length(project: Project) -> str:
    """24 集 × 15 分钟."""
    if not project.episodes or not project.minutes_per_episode:
        return ""
    if project.type == "web_film":
        return _("%(n)s 分钟", n=project.minutes_per_episode)
    return _("%(episodes)s 集 × %(minutes)s 分钟", episodes=project.episodes, minutes=project.minutes_per_episode)


def points(project: Project, permits: list[Any]) -> Pairs:
    """What an officer looks for first."""
    detail = project.class_detail or {}
    numbers = {permit.kind: permit.number for permit in permits}
    return [
        (_("题材"), labels.theme_name(project.theme_era, project.theme_topic)), (_("故事来源"), _source(project)),
        (_("集数时长"), length(project)), (_("拟播出平台"), project.platforms),
        (_("投资"), _wan(project.investment_yuan)), (_("演员片酬"), _pay(project)),
        (_("制作许可证"), _("%(number)s，至 %(day)s", number=project.house.licence_number,
                        day=day(project.house.licence_expires_on))),
        (_("规划备案号"), numbers.get("planning_filing")), (_("分类依据"), class_reason(project)),
        (_("特殊题材"), special(project)), (_("他省送审"), _yes(project.submitted_elsewhere)),
        (_("需要的许可"), _licence(detail)), (_("城市"), _(CITIES.get(project.house.city, project.house.city))),
        (_("AI 使用"), _(labels.AI_USES[project.ai_use]) if project.ai_use in labels.AI_USES else None),
    ]  # fmt: skip


def _licence(detail: dict[str, Any]) -> str:
    wanted = LICENCES.get(detail.get("licence") or "")
    return _(wanted) if wanted else ""


def _source(project: Project) -> str:
    if project.source_kind not in labels.SOURCE_KINDS:
        return ""
    words = _(labels.SOURCE_KINDS[project.source_kind])
    return f"{words}（{project.source_work}）" if project.source_work else words


def _wan(yuan: int | None) -> str:
    return amount(yuan)


def _pay(project: Project) -> str:
    if not project.cast_pay_yuan or not project.investment_yuan:
        return _wan(project.cast_pay_yuan)
    share = round(100 * project.cast_pay_yuan / project.investment_yuan, 1)
    return _("%(amount)s，占投资 %(share)s%%", amount=amount(project.cast_pay_yuan), share=share)


def _yes(value: bool | None) -> str:
    return "" if value is None else _("是") if value else _("否")


def special(project: Project) -> str:
    """The special subjects touched, or that there are none."""
    if project.special_subjects is None:
        return ""
    touched = [_(labels.SPECIAL_SUBJECTS[code]) for code in project.special_subjects if code in labels.SPECIAL_SUBJECTS]
    return listed(touched) or _("未涉及九类")


def class_reason(project: Project) -> str:
    """Why it is of its class, with the rule's source."""
    detail = project.class_detail or {}
    if project.class_reason:
        return project.class_reason
    return " ".join(translated(unpack(reason)) for reason in detail.get("reasons", []))


def open_questions(project: Project) -> str:
    """What the rules leave to the officer, while nobody has decided."""
    if project.class_code is not None:
        return ""
    return " ".join(translated(unpack(sentence)) for sentence in (project.class_detail or {}).get("undecided", []))


def sections(project: Project) -> list[tuple[str, Pairs, list[str]]]:
    """All that was filed but the long texts: heading, pairs, and which of them run over both columns."""
    promoted = [_(label) for code, label in PROMOTIONS.items() if getattr(project, code)]
    wide = [_("主创人员"), _("联合制作机构"), _("改编授权"), _("他省送审情况"), _("AI 说明"), _("证据")]
    return [
        (_("基本情况"), [
            (_("片名"), project.title), (_("曾用名"), listed(former.title for former in project.former_titles)),
            (_("类型"), _(labels.TYPES[project.type]) if project.type in labels.TYPES else ""),
            (_("主创形式"), _(labels.FORMS[project.form]) if project.form in labels.FORMS else ""),
            (_("题材"), labels.theme_name(project.theme_era, project.theme_topic)), (_("集数时长"), length(project)),
            (_("投资"), _wan(project.investment_yuan)), (_("演员总片酬"), _wan(project.cast_pay_yuan)),
            (_("主要演员片酬"), _wan(project.lead_pay_yuan)), (_("拟播出平台"), project.platforms),
            (_("播出方式"), listed(promoted)), (_("互动剧"), _yes(project.interactive)),
        ], wide),
        (_("制作机构与主创"), [
            (_("制作机构"), project.house.name), (_("统一社会信用代码"), project.house.uscc),
            (_("制作许可证"), project.house.licence_number), (_("有效期至"), day(project.house.licence_expires_on)),
            (_("主创人员"), crew(project.credits)),
            (_("联合制作机构"), listed(company.name for company in project.co_producers)),
            (_("联系人"), project.contact_name), (_("联系电话"), project.contact_phone),
        ], wide),
        (_("来源、计划与申明"), [
            (_("故事来源"), _source(project)), (_("改编授权"), project.rights_note),
            (_("拍摄地"), project.shooting_place), (_("拍摄计划"), _span(project)), (_("计划上线"), day(project.release_on)),
            (_("特殊题材"), special(project)), (_("重大题材"), _yes(project.major_subject)),
            (_("境外人员"), _yes(project.foreign_staff)), (_("与境外机构合拍"), _yes(project.foreign_co_production)), (_("曾在他省送审"), _yes(project.submitted_elsewhere)),
            (_("他省送审情况"), project.elsewhere_detail),
            (_("AI 使用"), _(labels.AI_USES[project.ai_use]) if project.ai_use in labels.AI_USES else ""),
            (_("AI 说明"), project.ai_note),
        ], wide),
        (_("江苏三首"), [
            (_("首创"), _claim(project.first_created, project.first_created_evidence)),
            (_("初审"), _claim(project.first_reviewed, project.first_reviewed_evidence)),
            (_("首发"), _claim(project.first_released, project.first_released_evidence)),
        ], [_("首创"), _("初审"), _("首发")]),
    ]  # fmt: skip


def _claim(claimed: bool, evidence: str) -> str:
    return (_("申明") + (f"：{evidence}" if evidence else "")) if claimed else _("未申明")


def _span(project: Project) -> str:
    if not project.shooting_start:
        return ""
    return f"{day(project.shooting_start)} — {day(project.shooting_end)}"


def crew(credits: list[Credit]) -> str:
    """编剧 宋知微、…；导演 …"""
    by_role: dict[str, list[str]] = {}
    for credit in credits:
        by_role.setdefault(credit.role, []).append(credit.name)
    return _("；").join(f"{_(CREDIT_ROLES.get(role, role))} {listed(names)}" for role, names in by_role.items())


def drift(project: Project, reports: list[Progress]) -> tuple[list[dict[str, Any]], list[Sentence]]:
    """Planned against actual by the newest report, and where pay passes what the `cost` rule warns of."""
    latest = reports[0]
    share = latest.percent
    rows = [
        _figure(_("支出（万元）"), project.investment_yuan, latest.spent_yuan, share, column_amount),
        _figure(_("演员片酬（万元）"), project.cast_pay_yuan, latest.cast_pay_yuan, None, column_amount),
        _figure(_("完成集数"), project.episodes, latest.episodes_done, share, str),
    ]
    warnings: list[Sentence] = []
    if project.investment_yuan and latest.cast_pay_yuan:
        warnings = cost_warnings(
            rule_on("cost").value, total_cost=max(project.investment_yuan, latest.spent_yuan or 0),
            cast_pay=latest.cast_pay_yuan, leads_pay=project.lead_pay_yuan or 0, episodes=project.episodes,
        )  # fmt: skip
    return rows, warnings


def _figure(label: str, planned: int | None, actual: int | None, percent: int | None, shown: Any) -> dict[str, Any]:
    """One row of planned against actual; `percent` of the work done says what should have been used by now."""
    words = ""
    if planned and actual is not None:
        part = round(100 * actual / planned)
        words = _("占计划 %(part)s%%", part=part)
        if percent is not None and part - percent > 10:
            words += _("，比进度多 %(n)s 个百分点", n=part - percent)
        elif percent is not None and percent - part > 10:
            words += _("，比进度少 %(n)s 个百分点", n=percent - part)
    return {
        "label": label, "planned": planned, "actual": actual, "planned_text": shown(planned) if planned else "",
        "actual_text": shown(actual) if actual is not None else "", "drift": words,
    }  # fmt: skip
