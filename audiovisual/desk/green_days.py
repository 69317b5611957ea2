"""What the green channel (绿色通道) does to days: said before it is granted.

The limit of the running step is counted anew from where its clock began; days that somebody was given already stay.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, select

from audiovisual.kernel.model import db
from audiovisual.kernel.text import month_day
from audiovisual.projects import clocks
from audiovisual.projects.models import Project
from audiovisual.reviews.models import Assignment
from workflows import clock as rules
from workflows.errors import Sentence, say

from .telling import reading_of


def days_if_urgent(project: Project) -> list[Sentence]:
    """What the leader reads before the green channel is granted: how the day of the running step moves, and which days
    stay because somebody was given them already."""
    return [*_moved(project), *_kept(project)]


def _moved(project: Project) -> Iterator[Sentence]:
    """From which day to which the limit of the running step moves."""
    clock = clocks.running(project)
    if clock is None or project.due_on is None or project.urgent:
        return
    soon = clocks.computed_as(clock, urgent=True)
    line = rules.leading(soon)
    if line is not None and (day := getattr(soon, line).due) is not None and day != project.due_on:
        yield say(
            "批准后，这一步由 %(was_on)s到期改为 %(is_on)s", was_on=month_day(project.due_on), is_on=month_day(day)
        )


def _kept(project: Project) -> Iterator[Sentence]:
    """The days that the house, experts and departments were given, which stay."""
    if project.house_due_on is not None:
        yield say("不变：制作机构 %(day)s前交回", day=month_day(project.house_due_on))
    seats = select(Assignment.due_on, func.count()).join(Assignment.round).where(*reading_of(project.id))
    for day, n in db.session.execute(seats.group_by(Assignment.due_on).order_by(Assignment.due_on)):
        if day is not None:
            yield say("不变：%(n)s 位专家 %(day)s前交意见", n=n, day=month_day(day))
    for review in project.co_reviews:
        if review.state == "asked" and review.due_on is not None:
            yield say("不变：%(who)s %(day)s前答复协审", who=review.department, day=month_day(review.due_on))
