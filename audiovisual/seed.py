"""Reference data every bank needs before its first day: dated rules, the calendar, the clause library.

Each part is written only where it is missing, so that running it again changes nothing an administrator mended.
"""

from __future__ import annotations

from sqlalchemy import insert, select

from workflows.ruleset import ROWS

from .kernel.calendar import CalendarDay, seed_days
from .kernel.model import db
from .kernel.rules import DatedRule


def seed_reference_data() -> None:
    """Fill the tables of rules, days and clauses, in the caller's unit of work."""
    _rules()
    _calendar()
    from .reviews.clauses import seed_clauses

    seed_clauses()
    db.session.flush()


def _rules() -> None:
    known = {(kind, day) for kind, day in db.session.execute(select(DatedRule.kind, DatedRule.valid_from))}
    rows = [
        {"kind": r.kind, "valid_from": r.valid_from, "valid_to": r.valid_to, "source": r.source, "verified": r.verified, "value": r.value}
        for r in ROWS if (r.kind, r.valid_from) not in known
    ]  # fmt: skip
    if rows:
        db.session.execute(insert(DatedRule), rows)


def _calendar() -> None:
    known = set(db.session.scalars(select(CalendarDay.day)))
    rows = [row for row in seed_days() if row["day"] not in known]
    if rows:
        db.session.execute(insert(CalendarDay), rows)
