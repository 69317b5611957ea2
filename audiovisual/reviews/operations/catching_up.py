"""Rows of letters that an earlier version left open and the migration to this one ended: each gets the fact that says so.

States are proven from facts (`proof`); a migration changes rows and writes none, because facts belong to the audit chain.
"""

from __future__ import annotations

from sqlalchemy import and_, func, or_, select

from audiovisual.kernel.database import operation
from audiovisual.kernel.events import Event, note
from audiovisual.kernel.model import db
from audiovisual.projects.models import Project
from workflows.access import SYSTEM
from workflows.records import ENDED
from workflows.review import CHANGE

from ..models import Change, Round
from ..unsettled import PENDING

LED_THERE = {
    step.target: step for step in (CHANGE.step("drafted", "tell"), CHANGE.step("open", "lapse")) if step is not None
}
"""The step that leads there, by the state."""


@operation
def tell_ended_rows() -> int:
    """Write the facts that lack; gives how many. Run again it does nothing."""
    last = select(func.max(Event.id)).where(Event.subject_type == Change.__tablename__, Event.target.is_not(None))
    unasked = and_(Change.state == "noted", or_(Round.answer_by.is_(None), Change.severity == "should"))
    over = and_(Change.state == "lapsed", Project.state.in_((*sorted(ENDED), "reviewed")))
    asked = (
        select(Change, Event.target)
        .join(Event, and_(Event.subject_type == Change.__tablename__, Event.subject_id == Change.id))
        .join(Round, Round.id == Change.round_id)
        .join(Project, Project.id == Change.project_id)
        .where(Event.id.in_(last.group_by(Event.subject_id)), Event.target.in_(PENDING), or_(unasked, over))
        .order_by(Change.id)
    )
    rows = db.session.execute(asked).all()
    for change, before in rows:
        step = LED_THERE[change.state]
        note(change, step.trigger, SYSTEM, step.done, role="", source=before, target=change.state)
    return len(rows)
