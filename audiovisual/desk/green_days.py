"""What the green channel (绿色通道) does to days: said before it is granted.

The limit of the running step is counted anew from where its clock began; days that somebody was given already stay.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from sqlalchemy import func, select

from audiovisual.kernel.model import db
from audiovisual.kernel.text import month_day
from audiovisual.projects import clocks
from audiovisual.projects.models import Project
from audiovisual.reviews.models import Assignment
from workflows import clock as rules
from workflows.errors import Sentence, say

from .telling import reading_of


def days_if_urgent(projects: Sequence[Project]) -> dict[int, list[Sentence]]:
    """By title what the leader reads before the green channel is granted: how the day of the running step moves, and
    which days stay because somebody was given them already. A list of many asks once for all of them."""
    ids = [project.id for project in projects]
    clocks_, seats = clocks.running_of(ids), _seats(ids)
    _held = clocks.rules_kept(clocks_.values())
    return {
        project.id: [*_moved(project, clocks_.get(project.id)), *_kept(project, seats.get(project.id, []))]
        for project in projects
    }


def _moved(project: Project, clock: clocks.Clock | None) -> Iterator[Sentence]:
    """From which day to which the limit of the running step moves."""
    if clock is None or project.due_on is None or project.urgent:
        return
    soon = clocks.computed_as(clock, urgent=True)
    line = rules.leading(soon)
    if line is not None and (day := getattr(soon, line).due) is not None and day != project.due_on:
        yield say(
            "批准后，这一步由 %(was_on)s到期改为 %(is_on)s", was_on=month_day(project.due_on), is_on=month_day(day)
        )


def _seats(project_ids: Sequence[int]) -> dict[int, list[tuple[date, int]]]:
    """By title the days that experts were given who read now, and how many have that day."""
    found: dict[int, list[tuple[date, int]]] = {}
    columns = Assignment.project_id, Assignment.due_on, func.count()
    seats = select(*columns).join(Assignment.round).where(*reading_of(*project_ids), Assignment.due_on.is_not(None))
    grouped = seats.group_by(Assignment.project_id, Assignment.due_on).order_by(Assignment.due_on)
    for project_id, day, n in db.session.execute(grouped) if project_ids else ():
        found.setdefault(project_id, []).append((day, n))
    return found


def _kept(project: Project, seats: Sequence[tuple[date, int]]) -> Iterator[Sentence]:
    """The days that the house, experts and departments were given, which stay."""
    if project.house_due_on is not None:
        yield say("不变：制作机构 %(day)s前交回", day=month_day(project.house_due_on))
    for day, n in seats:
        yield say("不变：%(n)s 位专家 %(day)s前交意见", n=n, day=month_day(day))
    for review in project.co_reviews:
        if review.state == "asked" and review.due_on is not None:
            yield say("不变：%(who)s %(day)s前答复协审", who=review.department, day=month_day(review.due_on))
