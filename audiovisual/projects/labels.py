"""What codes are called on pages of the bank: types, stations, holders, pauses, fields, facts of the timeline."""

from __future__ import annotations

from typing import Any

from audiovisual.kernel.events import Event
from audiovisual.kernel.languages import gettext as _
from audiovisual.kernel.text import is_english, told
from workflows.access import SYSTEM
from workflows.completion import FIELDS
from workflows.errors import N_
from workflows.filing import ATTACHMENTS
from workflows.project import PROJECT, STATIONS
from workflows.ruleset.vocabulary import AI_USES, FORMS, SOURCE_KINDS, SPECIAL_SUBJECTS, TYPES

HOLDERS = {
    "producer": N_("制作机构"), "officer": N_("经办"), "head": N_("处长"), "leader": N_("分管局领导"), "sealer": N_("用印"),
    "expert": N_("专家组"),
}  # fmt: skip
UNATTENDED = N_("无人经办")
"""Stands in an officer's place where nobody is in charge: none was named, or who was has left or lost the role."""
CLASSES = {"one": N_("一类"), "two": N_("二类"), "three": N_("三类"), "none": N_("不分类")}
PAUSES = {
    "completion": N_("补正"), "co_review": N_("协审"), "national_review": N_("总局复审"), "rectification": N_("修改"),
    "suspension": N_("省局暂停"), "expert": N_("专家评审"),
}  # fmt: skip
LINES = {"statutory": N_("法定"), "promised": N_("承诺"), "internal": N_("内部")}
UNITS = {"working": N_("工作日"), "calendar": N_("自然日")}
LENGTHS = {"working": N_("%(n)s 个工作日"), "calendar": N_("%(n)s 天")}
VERDICTS = {"agree": N_("同意"), "agree_with_changes": N_("修改后同意"), "disagree": N_("不同意")}
RECOMMENDATIONS = {"admit": N_("建议入库"), "reject": N_("建议不予入库")}
DECISIONS = {"admitted": N_("同意入库"), "rejected": N_("不予入库"), "sent_back": N_("退回再审")}
CHANGES = {"title": N_("片名"), "house": N_("制作机构"), "episodes": N_("集数")}

TOLD_REASONS = frozenset({
    "decline", "reject", "suspend", "rest", "withdraw", "refile", "change_plan", "ask", "refuse", "approve", "ask_again",
    "extend", "reopen", "bar", "ask_completion", "correct_permit", "remove_permit", "correct_day", "correct_report",
})  # fmt: skip
"""Acts whose reason the house reads; the reasons of inner steps stay in the bureau."""

__all__ = [
    "AI_USES", "ATTACHMENTS", "CHANGES", "CLASSES", "DECISIONS", "FIELDS", "FORMS", "HOLDERS", "LENGTHS", "LINES",
    "PAUSES", "RECOMMENDATIONS", "SOURCE_KINDS", "SPECIAL_SUBJECTS", "STATIONS", "TYPES", "UNATTENDED", "UNITS",
    "VERDICTS", "class_name", "doer", "fact", "nobody", "state_name", "theme_name",
]  # fmt: skip


def nobody(row: Any) -> str:
    """What stands in the holder's place where no person is named. `row`: a title, or a row of a list."""
    return UNATTENDED if row.holder_role == "officer" and row.state != "submitted" else HOLDERS[row.holder_role]


def state_name(code: str, staff: bool) -> str:
    """The label of a state for a member of staff, or of a house."""
    return _(PROJECT.state(code).label_for(staff))


def class_name(code: str | None, type_: str | None) -> str:
    """一类 and so on; empty where there is none or it is open."""
    return _(CLASSES[code]) if code in CLASSES and code != "none" else ""


def theme_name(era: str | None, topic: str | None) -> str:
    """当代都市; the topic of 重大 carries its era already."""
    if not era or not topic:
        return ""
    if topic.startswith(era):
        return _(topic)
    return _(era) + (" " if is_english() else "") + _(topic)


def doer(name: str, absent: str | None) -> str:
    """Who acted: the person, and whom he stood in for (代理)."""
    if name == SYSTEM.name:
        return _("系统")
    return _("%(name)s代%(absent)s", name=name, absent=absent) if absent else name


def fact(event: Event | Any, staff: bool) -> str:
    """What happened, as the reader may know it; the public wording never names an officer."""
    return told(event.text if staff else event.public_text, event.data or {})
