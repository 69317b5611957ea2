"""The class of a title (一/二/三类) by the rule in force, kept with the title."""

from __future__ import annotations

from datetime import date
from typing import Any

from audiovisual.kernel.model import db, shanghai, today
from audiovisual.kernel.rules import DatedRule, rule_on
from audiovisual.kernel.text import pack
from workflows.classification import Classification, Filing, classify

from .models import Project


def class_of(project: Project, day: date | None = None) -> Classification:
    """What the rules say of the filing as it stands, on a day (default: today)."""
    day = day or today()
    return classify(filing_of(project), day, rule_on("classification", day))


def judged_by(project: Project) -> tuple[date, DatedRule]:
    """The bureau's day a title is judged by (its submission in Shanghai), and the rule that was kept with it."""
    day = shanghai(project.submitted_at).date() if project.submitted_at else today()
    kept = db.session.get(DatedRule, project.class_rule_id) if project.class_rule_id else None
    return day, kept or rule_on("classification", day)


def filing_of(project: Project) -> Filing:
    """What the class depends on, from the row."""
    subjects = None if project.special_subjects is None else frozenset(project.special_subjects)
    return Filing(
        type=project.type or "", investment_yuan=project.investment_yuan, form=project.form,
        minutes_per_episode=project.minutes_per_episode, special_subjects=subjects, promoted=project.promoted,
        front_page=project.front_page, member_first=project.member_first, voluntary_major=project.voluntary_major,
        interactive=project.interactive, major_subject=project.major_subject, foreign_staff=project.foreign_staff,
        foreign_co_production=project.foreign_co_production,
    )  # fmt: skip


def keep_class(project: Project, day: date | None = None) -> Classification:
    """Judge the title by today's rule and keep the answer, its reasons and the rule with it."""
    day = day or today()
    rule = rule_on("classification", day)
    found = classify(filing_of(project), day, rule)
    project.class_code, project.class_rule_id = found.class_code, rule.id
    project.class_detail = as_detail(found)
    return found


def as_detail(found: Classification) -> dict[str, Any]:
    """The answer as plain JSON, as it is kept."""
    return {
        "label": found.label, "licence": found.licence, "plan_filing": found.plan_filing, "source": found.source,
        "valid_from": found.valid_from.isoformat(), "period": found.period,
        "co_review": [c.department for c in found.co_reviews if c.required],
        "may_ask": [c.department for c in found.co_reviews if not c.required],
        "reasons": [pack(s) for s in found.reasons], "undecided": [pack(s) for s in found.undecided],
        "warnings": [pack(s) for s in found.warnings],
    }  # fmt: skip
