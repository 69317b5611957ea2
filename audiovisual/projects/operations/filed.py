"""What a filing holds: its fields as they are written and read, and what it still lacks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from audiovisual.kernel import scanning
from audiovisual.kernel.model import today
from audiovisual.kernel.rules import rule_on
from workflows.classification import Classification
from workflows.errors import say
from workflows.filing import FilingView, Lack, missing

from ..classes import class_of
from ..models import CoProducer, Credit, Project
from ..titles import title_key

FIELDS = (
    "title", "type", "form", "theme_era", "theme_topic", "episodes", "minutes_per_episode", "investment_yuan",
    "cast_pay_yuan", "lead_pay_yuan", "source_kind", "source_work", "rights_note", "platforms", "shooting_place",
    "shooting_start", "shooting_end", "release_on", "special_subjects", "submitted_elsewhere", "elsewhere_detail",
    "ai_use", "ai_note", "promoted", "front_page", "member_first", "voluntary_major", "interactive", "major_subject",
    "foreign_staff", "foreign_co_production", "first_created", "first_created_evidence", "first_reviewed", "first_reviewed_evidence",
    "first_released", "first_released_evidence", "contact_name", "contact_phone", "pledged", "synopsis",
    "theme_statement",
)  # fmt: skip
"""What a house fills in; everything else of a project is set by its course."""
SEVERAL = frozenset({"special_opinion", "other"})
"""Materials of which there may be several."""


def all_kept(project: Project) -> dict[str, Any]:
    """Every field as it is kept."""
    return {name: kept(project, name) for name in (*FIELDS, "credits", "co_producers")}


def kept(project: Project, name: str) -> Any:
    """A field as it is kept, in the shape a form gives it."""
    if name == "credits":
        return [{"role": c.role, "name": c.name, "note": c.note} for c in project.credits]
    if name == "co_producers":
        return [{"name": c.name, "uscc": c.uscc} for c in project.co_producers]
    return getattr(project, name)


def fill(project: Project, fields: dict[str, Any]) -> None:
    """Write fields into a filing, rows of people and companies too."""
    for name in FIELDS:
        if name in fields:
            setattr(project, name, fields[name])
    if "title" in fields:
        project.title_key = title_key(project.title)
    if "credits" in fields:
        _lay(project.credits, Credit, fields["credits"], ("role", "name", "note"))
    if "co_producers" in fields:
        _lay(project.co_producers, CoProducer, fields["co_producers"], ("name", "uscc"))


def _lay(rows: list[Any], kind: type[Any], given: list[dict[str, str]], names: tuple[str, ...]) -> None:
    """Make the rows what was typed. Those that stand are written over: one changed name is one statement."""
    for ordinal, typed in enumerate(given):
        if ordinal == len(rows):
            rows.append(kind())
        for name, value in {"ordinal": ordinal, **{name: typed.get(name, "") for name in names}}.items():
            setattr(rows[ordinal], name, value)
    del rows[len(given) :]


def lacks(project: Project, found: Classification | None = None, rule: Mapping[str, Any] | None = None) -> list[Lack]:
    """What the filing still lacks before it can be submitted, in the form's order; what is known already is handed in."""
    found = found or (class_of(project) if project.type else None)
    spoilt = {paper.kind for paper in project.attachments if paper.removed_at is None and paper.file.infected}
    said = missing(view_of(project), today(), classification=found, rule=rule or rule_on("filing").value)
    wanting = [lack for lack in said if lack.field != "attachments" or lack.item not in spoilt]
    wanting += _infected(project)
    if not project.pledged:
        wanting.append(Lack("pledged", "pledge", say("请勾选承诺。")))
    return wanting


def _infected(project: Project) -> list[Lack]:
    """The papers with a virus, each by its name: they count as not there, and are not handed in."""
    return [
        Lack("attachments", "attachments", scanning.infected_said(paper.name, paper.file.scan.signature), paper.kind)
        for paper in project.attachments
        if paper.removed_at is None and paper.file.scan is not None and paper.file.infected
    ]


def view_of(project: Project) -> FilingView:
    """The filing as the pure checks read it."""
    return SimpleNamespace(
        **{name: getattr(project, name) for name in FIELDS if name not in ("platforms", "special_subjects")},
        platforms=[name for name in re.split(r"[、，,;；\s]+", project.platforms or "") if name],
        special_subjects=None if project.special_subjects is None else frozenset(project.special_subjects),
        credits=[(c.role, c.name) for c in project.credits],
        co_producers=[c.name for c in project.co_producers],
        attachments=frozenset(
            paper.kind for paper in project.attachments if paper.removed_at is None and not paper.file.infected
        ),
        house_licence_number=project.house.licence_number,
        house_licence_expires_on=project.house.licence_expires_on,
    )  # type: ignore[return-value]
