"""What a completion notice (补正通知) can point at, and which fields of a filing its house may then correct.

Only what the notice names is opened: everything else of the filing stays as it was submitted (行政许可法32条).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from .errors import N_
from .ruleset.filing import ATTACHMENTS

PARTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "title": (N_("片名"), ("title",)),
    "type": (N_("类型"), ("type", "form")),
    "theme": (N_("题材"), ("theme_era", "theme_topic", "major_subject")),
    "special_subjects": (N_("特殊题材"), ("special_subjects",)),
    "episodes": (N_("集数"), ("episodes",)),
    "minutes_per_episode": (N_("单集时长"), ("minutes_per_episode",)),
    "platforms": (N_("拟播出平台"), ("platforms",)),
    "interactive": (N_("互动剧"), ("interactive",)),
    "contact_name": (N_("联系人"), ("contact_name", "contact_phone")),
    "source_kind": (N_("故事来源"), ("source_kind", "source_work")),
    "rights_note": (N_("改编授权"), ("rights_note",)),
    "synopsis": (N_("内容概要"), ("synopsis",)),
    "theme_statement": (N_("思想内涵"), ("theme_statement",)),
    "ai_use": (N_("AI 使用"), ("ai_use", "ai_note")),
    "credits": (N_("主创人员"), ("credits",)),
    "co_producers": (N_("联合制作机构"), ("co_producers",)),
    "foreign_staff": (N_("境外人员与合拍"), ("foreign_staff", "foreign_co_production")),
    "investment_yuan": (N_("投资"), ("investment_yuan",)),
    "cast_pay_yuan": (N_("演员总片酬"), ("cast_pay_yuan", "lead_pay_yuan")),
    "shooting_start": (N_("拍摄计划"), ("shooting_place", "shooting_start", "shooting_end")),
    "release_on": (N_("上线计划"), ("release_on",)),
    "promoted": (N_("推广方式"), ("promoted", "front_page", "member_first", "voluntary_major")),
    "submitted_elsewhere": (N_("他省送审"), ("submitted_elsewhere", "elsewhere_detail")),
    "first_created": (
        N_("江苏三首及证据"),
        (
            "first_created", "first_created_evidence", "first_reviewed", "first_reviewed_evidence",
            "first_released", "first_released_evidence",
        ),
    ),
}  # fmt: skip
"""By what an item points at: its name, and the fields that are opened with it."""

PAPER = "paper_"
FIELDS: dict[str, str] = {
    **{part: label for part, (label, _columns) in PARTS.items()},
    **{f"{PAPER}{kind}": label for kind, label in ATTACHMENTS.items()},
}
"""Everything an item can point at, with its name; an item that points at nothing is answered in words or with a file."""

DAYS = ("shooting_start", "shooting_end", "release_on")


def columns_of(field: str) -> tuple[str, ...]:
    """The fields of a filing that an item opens; none for a paper and for an item in words."""
    return PARTS[field][1] if field in PARTS else ()


def paper_of(field: str) -> str | None:
    """The kind of paper an item points at, or None."""
    kind = field.removeprefix(PAPER)
    return kind if field.startswith(PAPER) and kind in ATTACHMENTS else None


def opened(fields: Iterable[str]) -> frozenset[str]:
    """All fields of a filing that a notice opens."""
    return frozenset(column for field in fields for column in columns_of(field))


def pack(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values of fields as plain JSON."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def unpack(values: Mapping[str, Any]) -> dict[str, Any]:
    """What `pack` made, as the fields hold it."""
    return {
        name: date.fromisoformat(value) if name in DAYS and isinstance(value, str) else value
        for name, value in values.items()
    }
