"""How far a filing has come: what is lacking and where, how much of each section is done, what the rules make of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _

from audiovisual.kernel.model import today
from audiovisual.kernel.rules import DatedRule, rules_on
from audiovisual.kernel.text import translated
from workflows.classification import Classification, classify
from workflows.errors import N_, Sentence
from workflows.filing import (
    CREW_OF,
    SECTIONS,
    FilingView,
    Lack,
    cautions,
    cost_warnings,
    papers_needed,
)

from .classes import filing_of
from .models import Project
from .operations import filing

PLANS = {
    "required": N_("拍摄前要规划备案"), "optional": N_("拍摄前可以自愿规划备案"), "none": N_("这一类不要求规划备案，省局照常初审"),
}  # fmt: skip
SHOWN_AT_ONCE = 6
"""So many lacks stand at the head of the page by themselves; more are listed when somebody asks."""
_ALWAYS = {
    "basics": "title type episodes minutes_per_episode platforms contact_name contact_phone house_licence_number",
    "subject": "theme_era special_subjects",
    "content": "source_kind synopsis theme_statement ai_use",
    "cost": "investment_yuan shooting_place shooting_start shooting_end release_on",
    "pledge": "submitted_elsewhere pledged",
}
PLACES = {"theme_era": "theme", "theme_topic": "theme", "major_subject": "theme"}
"""Fields that are answered by a control of another name."""


@dataclass(frozen=True)
class Part:
    """A section of the page: done of so many things that must be there."""

    key: str
    label: str
    done: int
    of: int

    @property
    def full(self) -> bool:
        """Whether nothing is lacking."""
        return self.done == self.of


@dataclass(frozen=True)
class Progress:
    """What stands beside the filing: the parts, the lacks with their places, the class and what it asks for."""

    parts: list[Part]
    lacks: list[tuple[str, Sentence]]
    found: Classification | None
    papers: list[str]
    warnings: list[Sentence]
    cautions: list[Sentence]
    terms: dict[str, int]

    @property
    def done(self) -> int:
        """Things that are there."""
        return sum(part.done for part in self.parts)

    @property
    def of(self) -> int:
        """Things that must be there."""
        return sum(part.of for part in self.parts)

    @property
    def percent(self) -> int:
        """How much of it is done."""
        return 100 * self.done // self.of


def progress_of(project: Project) -> Progress:
    """Everything the page says about a draft, from three rules and one reading of the row."""
    rules = rules_on("classification", "filing", "cost", "clocks")
    found = classify(filing_of(project), today(), rules["classification"]) if project.type else None
    rule = rules["filing"].value
    view = filing.view_of(project)
    lacks = filing.lacks(project, found, rule)
    papers = list(dict.fromkeys(papers_needed(view, found, rule)))
    return Progress(
        parts=_parts(view, lacks, papers), lacks=[(place(lack, project), lack.sentence) for lack in lacks], found=found,
        papers=papers, warnings=_cost(project, rules["cost"]), cautions=[c.sentence for c in cautions(view, today())],
        terms=terms_of(rules["clocks"]),
    )  # fmt: skip


def place(lack: Lack, project: Project) -> str:
    """Where a lack is mended: the id of its control, or the page of the house."""
    if lack.field.startswith("house_"):
        return url_for("people.edit_house", house_id=project.house_id) + "#main"
    if lack.field == "attachments":
        return f"paper_{lack.item}"
    return PLACES.get(lack.field, lack.field)


def _parts(view: FilingView, lacks: list[Lack], papers: list[str]) -> list[Part]:
    asked = _asked(view, papers)
    found = []
    for key, label in SECTIONS.items():
        lacking = {(PLACES.get(lack.field, lack.field), lack.item) for lack in lacks if lack.section == key}
        of = len({(PLACES.get(field, field), item) for field, item in asked[key]} | lacking)
        found.append(Part(key, label, of - len(lacking), of))
    return found


def _asked(view: FilingView, papers: list[str]) -> Mapping[str, set[tuple[str, str]]]:
    """What this filing must answer, section by section, given what it has answered so far."""
    asked = {key: {(field, "") for field in _ALWAYS.get(key, "").split()} for key in SECTIONS}
    asked["basics"] |= {("form", "")} if view.type == "micro_drama" else set()
    if view.source_kind not in (None, "", "original"):
        asked["content"] |= {("source_work", ""), ("rights_note", "")}
    if view.ai_use not in (None, "", "none"):
        asked["content"].add(("ai_note", ""))
    groups = [
        group
        for group in CREW_OF.get(view.type, CREW_OF["web_series"])
        if group != ("lead_actor",) or view.form != "ai"
    ]
    asked["crew"] = {("credits", group[0]) for group in groups}
    asked["attachments"] = {("attachments", kind) for kind in papers}
    if view.submitted_elsewhere:
        asked["pledge"].add(("elsewhere_detail", ""))
    firsts = ("first_created", "first_reviewed", "first_released")
    asked["pledge"] |= {(f"{first}_evidence", "") for first in firsts if getattr(view, first)}
    return asked


def _cost(project: Project, rule: DatedRule) -> list[Sentence]:
    """Where pay and length pass the limits that only warn; silent while the figures are not all there."""
    if not project.investment_yuan:
        return []
    return cost_warnings(
        rule.value, total_cost=project.investment_yuan, cast_pay=project.cast_pay_yuan or 0,
        leads_pay=project.lead_pay_yuan or 0, episodes=project.episodes,
    )  # fmt: skip


def terms_of(rule: DatedRule) -> dict[str, int]:
    """How many working days the bureau promises for acceptance and for both halves of the first review, by a rule."""
    steps = rule.value["steps"]
    names = {"acceptance": "acceptance", "examination": "first_review_examination", "decision": "first_review_decision"}
    return {name: steps[step]["promised"] for name, step in names.items()}


def consequences(found: Classification) -> list[str]:
    """What the class asks of the house, in short lines."""
    lines = []
    if found.plan_filing in PLANS:
        lines.append(_(PLANS[found.plan_filing]))
    if found.licence and found.licence != "none":
        lines.append(_("播出前要取得：%(licence)s", licence=_(found.licence_name)))
    for each in found.co_reviews:
        department = translated(each.department)
        lines.append(
            _("涉及特殊题材，须有%(department)s书面意见", department=department) if each.required
            else _("省局可能征求%(department)s意见", department=department)
        )  # fmt: skip
    return list(dict.fromkeys(lines))
