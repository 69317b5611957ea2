"""What the calendar does by itself: permits about to lapse are told of once, titles whose permit lapsed go back."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import aliased

from audiovisual.kernel.database import operation
from audiovisual.kernel.events import note
from audiovisual.kernel.model import db, today, utcnow
from audiovisual.kernel.rules import rule_on
from workflows.access import SYSTEM
from workflows.errors import N_

from . import clocks
from .models import PERMITS, Permit, Project

OVER = ("draft", "discarded", "aired", "rejected", "withdrawn", "refiled")
"""Titles that need their permits no more."""


def _replaces() -> tuple[ColumnElement[bool], ...]:
    """The conditions on a later permit of the same kind that a permit's lapsing does not matter beside it."""
    later = aliased(Permit)
    return later.project_id == Permit.project_id, later.kind == Permit.kind, later.valid_until > Permit.valid_until


@operation
def warn_lapsing() -> int:
    """Tell officer and house of each permit that lapses within the days of the rule; gives how many were told.

    Run once a day, in the caller's unit of work; running it again tells nobody twice.
    """
    days = rule_on("clocks").value["licence_warning_days"]
    asked = (
        select(Permit, Project)
        .join(Project, Project.id == Permit.project_id)
        .where(Permit.valid_until <= today() + timedelta(days=days), Permit.warned_at.is_(None))
        .where(Project.state.not_in(OVER), ~exists().where(*_replaces()))
        .order_by(Permit.valid_until, Permit.id)
    )
    rows = db.session.execute(asked).all()
    for permit, project in rows:
        permit.warned_at = utcnow()
        left = (permit.valid_until - today()).days
        text = N_("%(kind)s %(number)s 还有 %(days)s 天到期") if left >= 0 else N_("%(kind)s %(number)s 已经到期")
        note(project, "permit_lapsing", SYSTEM, text, public_text=text, tells=("house", "officer"),
             kind=PERMITS[permit.kind], number=permit.number, days=left)  # fmt: skip
    return len(rows)


@operation
def take_back_lapsed() -> int:
    """Put passed titles whose permit lapsed back into the officer's hands: without a valid number none may be aired.

    Run once a day; gives how many went back.
    """
    lapsed = exists().where(Permit.project_id == Project.id, Permit.valid_until < today())
    held = Project.state == "reviewed", Project.holder_role == "producer"
    went_back = 0
    for project in db.session.scalars(select(Project).where(*held, lapsed).order_by(Project.id)).all():
        clocks.pass_on(project)
        went_back += project.holder_role != "producer"
    return went_back
