"""Values of a filing's fields as a person reads them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _

from audiovisual.kernel.text import amount, day, listed
from workflows.filing import length_of_text
from workflows.ruleset.vocabulary import CREDIT_ROLES

from . import labels

GROUPS = {"theme_era": "theme", "theme_topic": "theme", "major_subject": "theme"}
"""Columns that are one control, and so one choice."""
_NAMES: dict[str, dict[str, str]] = {
    "type": labels.TYPES, "form": labels.FORMS, "source_kind": labels.SOURCE_KINDS, "ai_use": labels.AI_USES,
}  # fmt: skip
SHORT = 40
"""A longer text is told by its length where there is room for one line only."""


def shown(key: str, values: Mapping[str, Any]) -> str:
    """A control's value, from the columns behind it; empty when nothing was answered."""
    if key == "theme":
        return labels.theme_name(values.get("theme_era"), values.get("theme_topic"))
    value = values.get(key)
    if key == "special_subjects":
        return "" if value is None else listed(_(labels.SPECIAL_SUBJECTS[code]) for code in value) or _("均不涉及")
    if key == "credits":
        return "\n".join(f"{_(CREDIT_ROLES.get(row['role'], row['role']))}　{row['name']}" for row in value or [])
    if key == "co_producers":
        return "\n".join(f"{row['name']}　{row['uscc']}".strip() for row in value or [])
    if key in _NAMES:
        return _(_NAMES[key][value]) if value in _NAMES[key] else ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, date):
        return day(value)
    if key.endswith("_yuan"):
        return amount(value)
    return "" if value is None else str(value)


def in_short(key: str, values: Mapping[str, Any]) -> str:
    """The same on one line: a long text is told by its length, nothing by a word."""
    text = shown(key, values)
    if len(text) > SHORT:
        return _("%(n)s 字", n=f"{length_of_text(text):,}")
    return listed(text.split("\n")) or _("空着")


def keys_of(columns: Any) -> list[str]:
    """The controls behind columns, in their order."""
    return list(dict.fromkeys(GROUPS.get(name, name) for name in columns))
