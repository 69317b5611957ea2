"""The fields of a filing as the rules read them, where they stand on its page, and how long a text is."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from .errors import N_, Sentence


class FilingView(Protocol):
    """The fields of a filing as the checks read them. None is "not answered"; money is yuan, lengths are minutes."""

    title: str
    type: str
    form: str | None
    theme_era: str | None
    theme_topic: str | None
    episodes: int | None
    minutes_per_episode: int | float | Decimal | None
    investment_yuan: int | None
    credits: Sequence[tuple[str, str]]
    co_producers: Sequence[str]
    source_kind: str | None
    source_work: str | None
    rights_note: str | None
    synopsis: str | None
    theme_statement: str | None
    platforms: Sequence[str]
    shooting_place: str | None
    shooting_start: date | None
    shooting_end: date | None
    release_on: date | None
    special_subjects: frozenset[str] | None
    submitted_elsewhere: bool | None
    elsewhere_detail: str | None
    ai_use: str | None
    ai_note: str | None
    first_created: bool
    first_created_evidence: str | None
    first_reviewed: bool
    first_reviewed_evidence: str | None
    first_released: bool
    first_released_evidence: str | None
    promoted: bool
    front_page: bool
    member_first: bool
    voluntary_major: bool
    interactive: bool
    major_subject: bool
    foreign_staff: bool
    foreign_co_production: bool
    contact_name: str | None
    contact_phone: str | None
    attachments: Collection[str]
    house_licence_number: str | None
    house_licence_expires_on: date | None


SECTIONS: dict[str, str] = {
    "basics": N_("基本信息"),
    "subject": N_("题材"),
    "content": N_("内容"),
    "crew": N_("主创"),
    "cost": N_("投资与计划"),
    "attachments": N_("附件"),
    "pledge": N_("承诺"),
}
_FIELDS_OF = {
    "basics": "title type form episodes minutes_per_episode platforms contact_name contact_phone"
    " house_licence_number house_licence_expires_on interactive",
    "subject": "theme_era theme_topic special_subjects major_subject",
    "content": "source_kind source_work rights_note synopsis theme_statement ai_use ai_note",
    "crew": "credits co_producers foreign_staff foreign_co_production",
    "cost": "investment_yuan shooting_place shooting_start shooting_end release_on promoted front_page member_first"
    " voluntary_major",
    "attachments": "attachments",
    "pledge": "submitted_elsewhere elsewhere_detail first_created first_created_evidence first_reviewed"
    " first_reviewed_evidence first_released first_released_evidence",
}
SECTION_OF: dict[str, str] = {field: section for section, fields in _FIELDS_OF.items() for field in fields.split()}
"""The section of the filing page on which a field stands."""


@dataclass(frozen=True)
class Lack:
    """Something to mend: the field, its section, the sentence; `item` names the role or paper within the field."""

    field: str
    section: str
    sentence: Sentence
    item: str = ""


# what a word processor counts: each East Asian character and mark by itself, every other run between blanks as a word
_EAST = (
    r"\u2e80-\u2fff\u3001-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff01-\uffee\U00020000-\U0003ffff"
    r"\u2014\u2018\u2019\u201c\u201d\u2026\u00b7"
)
_COUNTED = re.compile(rf"[{_EAST}]|[^\s{_EAST}]+")
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufeff]")


def length_of_text(text: str | None) -> int:
    """字数 as word processors count it: a Chinese character or mark is one, so is a run of letters or digits."""
    return len(_COUNTED.findall(_INVISIBLE.sub("", text or "")))
