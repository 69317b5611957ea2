"""Dated rules (policy rules) as rows: thresholds, clocks, forms, patterns, each valid from–to with its source."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, Index, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from .model import Base, db, today


class DatedRule(Base):
    """One version of one rule. `verified` is False where the source is second-hand or the figure a suggestion."""

    __tablename__ = "dated_rule"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    source: Mapped[str]
    verified: Mapped[bool] = mapped_column(default=True)
    value: Mapped[dict[str, Any]]

    __table_args__ = (
        Index("ux_dated_rule", "kind", "valid_from", unique=True),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="in_order"),
    )


def rule_on(kind: str, day: date | None = None) -> DatedRule:
    """The rule of that kind in force on a day (default today). A day without a rule raises LookupError."""
    return rules_on(kind, day=day)[kind]


def rules_on(*kinds: str, day: date | None = None) -> dict[str, DatedRule]:
    """Rules of several kinds in force on a day, by kind, in one statement."""
    day = day or today()
    asked = (
        select(DatedRule)
        .where(DatedRule.kind.in_(kinds), DatedRule.valid_from <= day)
        .where(or_(DatedRule.valid_to.is_(None), DatedRule.valid_to >= day))
        .order_by(DatedRule.valid_from)
    )
    found = {rule.kind: rule for rule in db.session.scalars(asked)}  # the later one stands
    if lacking := set(kinds) - set(found):
        raise LookupError(f"no rule {', '.join(sorted(lacking))} on {day}")
    return found
