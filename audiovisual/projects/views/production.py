"""Acts from schedule to airing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audiovisual.kernel import uploads
from audiovisual.kernel.facts import Fact, in_order
from audiovisual.kernel.forms import settled
from audiovisual.kernel.model import db, today
from audiovisual.kernel.text import day, short_day
from audiovisual.kernel.upload_places import takes
from audiovisual.kernel.web import current_actor, requires
from audiovisual.people.models import User
from audiovisual.people.views.frame import raced
from workflows import beside
from workflows.engine import check
from workflows.errors import N_, RuleBroken, WrongState, broken_in, say

from ..acted import acted
from ..deciding import facts_of
from ..forms.production import AiringForm, ChangePlanForm, ReportForm, ScheduleForm, StartForm, months_of
from ..models import Project
from ..operations import corrections, office, production
from ..plan import late_by
from ..queries import records
from . import bp
from .reach import attached, brought, form_page, known, pressed_twice, refusal_of, to_title


@bp.route("/<int:project_id>/schedule", methods=["GET", "POST"])
@requires("project.schedule")
def schedule(project_id: int) -> ResponseReturnValue:
    """Set the days of the five nodes and the officer in charge."""
    project, actor = known(project_id), current_actor()
    refusal_of(project, "schedule", actor)
    filed = {
        "shooting_start": project.shooting_start,
        "shooting_end": project.shooting_end,
        "release": project.release_on,
    }
    form = ScheduleForm(data={**filed, "officer": project.officer_id})
    form.officer.choices = records.officers()
    if settled(
        form,
        lambda: production.schedule(project, actor, form.days(), form.officer.data),
        lambda: _broken_by_schedule(project, form),
    ):
        acted(_("已排期，等制作机构开机后登记。"), project, "project.schedule")
        return to_title(project)
    return form_page("projects/schedule.html", project, form, facts=facts_of(project, actor))


def _broken_by_schedule(project: Project, form: ScheduleForm) -> Iterator[RuleBroken]:
    yield from production.broken_by_days(form.days())
    if form.officer.data not in (None, project.officer_id):
        yield from broken_in(lambda: office.fit_to_take(project, db.session.get(User, form.officer.data)))


@bp.route("/<int:project_id>/plan", methods=["GET", "POST"])
@requires("project.plan")
def change_plan(project_id: int) -> ResponseReturnValue:
    """Move planned days, with the reason."""
    project, actor = known(project_id), current_actor()
    beside.need(beside.change_plan(project, actor))
    form = ChangePlanForm(data={m.kind: m.planned_on for m in project.milestones})
    done, lost = raced(
        form,
        lambda: production.change_plan(project, actor, form.days(), form.reason.data, form.version.data),
        rules=lambda: production.broken_by_plan(project, form.days(), form.reason.data),
    )
    if done:
        flash(_("计划已调整，原计划留在时间线里。"), "success")
        return to_title(project)
    now = [(_(production.NODES[m.kind]), day(m.planned_on)) for m in project.milestones] if lost else None
    return form_page(
        "projects/schedule.html", project, form, version=production.plan_version(project), now=now,
        facts=in_order([*facts_of(project, actor), *_of_nodes(project)]),
    )  # fmt: skip


def _of_nodes(project: Project) -> Iterator[Fact]:
    """Of each node of the plan that came about, when; of each that is past its day, by how much."""
    for node in project.milestones:
        name = say(production.NODES[node.kind])
        if node.actual_on is not None:
            yield Fact("plain", say("%(node)s：实际 %(day)s", node=name, day=short_day(node.actual_on)))
        elif late := late_by(node, project.delivered_at is not None):
            told = N_("%(node)s（计划 %(day)s，已过 %(n)s 天）")
            yield Fact("warn", say(told, node=name, day=short_day(node.planned_on), n=late))


@bp.route("/<int:project_id>/start", methods=["GET", "POST"])
@requires("project.start_production")
def start(project_id: int) -> ResponseReturnValue:
    """Record the day shooting began."""
    project, actor = known(project_id), current_actor()
    pressed_twice(project, "start_production", actor)
    refusal_of(project, "start_production", actor)
    form = StartForm(data={"started_on": today()})
    if settled(form, lambda: production.start(project, actor, form.started_on.data)):
        acted(_("已登记开机，请按月报进度，完成后送审。"), project, "project.start_production")
        return to_title(project)
    return form_page("projects/start.html", project, form)


@bp.route("/<int:project_id>/progress/new", methods=["GET", "POST"])
@requires("project.report_progress")
def report(project_id: int) -> ResponseReturnValue:
    """A house's report for a month, planned against actual."""
    project, actor = known(project_id), current_actor()
    beside.need(beside.report(project, actor))
    form = ReportForm()
    reported = {row.period for row in records.progress(project)}
    months, free = months_of(project.scheduled_at, reported)
    if not free and not form.is_submitted():
        raise WrongState(say("近几个月的进度都已经报过，下个月再报；写错的请在“记录”里更正。"))
    form.period.choices = months if form.is_submitted() else free
    if settled(form, lambda: _report(project, form), lambda: _broken_by_report(project, form)):
        acted(_("进度已报，省局看得到。"), project, "project.deliver")
        if form.dated("forecast") and production.later_reported(project, form.period.data):
            flash(_("之后的月份已经报过，预计日期以那次报的为准，这次填的没有改计划。"), "warning")
        return to_title(project)
    nodes = {node.kind: node for node in known(project_id).milestones}
    return form_page(
        "projects/report.html", project, form, nodes=nodes, labels=production.NODES,
        reported=[name for period, name in reversed(months) if period in reported],
        may_correct=bool(corrections.days_given(project, actor)),
    )  # fmt: skip


def _report(project: Any, form: ReportForm) -> None:
    production.report(
        project, current_actor(), form.period.data, **form.said(), reached=form.dated("reached"),
        forecast=form.dated("forecast"),
    )  # fmt: skip


def _broken_by_report(project: Any, form: ReportForm) -> Iterator[RuleBroken]:
    return production.broken_by_report(project, form.period.data, **_figures(form))


def _figures(form: ReportForm) -> dict[str, Any]:
    """The figures and days of a report; what was left empty or could not be read is not among them, or None."""
    figures = {name: form[name].data for name in ("spent_yuan", "cast_pay_yuan", "episodes_done")}
    return {**figures, "reached": form.dated("reached"), "forecast": form.dated("forecast")}


@takes("airing", r"(\d{1,9})", "project.air")
def _proof_of_airing(project_id: int) -> None:
    """What shows that a title was aired."""
    project = known(project_id)
    beside.need(check(project.machine, project, "air", current_actor()))


@bp.route("/<int:project_id>/airing/new", methods=["GET", "POST"])
@requires("project.air")
def air(project_id: int) -> ResponseReturnValue:
    """Record the first airing with its evidence."""
    project, actor = known(project_id), current_actor()
    refusal_of(project, "air", actor)
    numbers = [permit.number for permit in project.permits_valid(today())]
    form = AiringForm(data={"licence_number": numbers[-1] if numbers else "", "aired_on": today()})
    if settled(form, lambda: _air(project, form), lambda: _broken_by_airing(project, form)):
        acted(_("已登记播出，这部片办结了。"), project, "project.air")
        return to_title(project)
    return form_page("projects/airing.html", project, form, facts=facts_of(project, actor))


def _air(project: Any, form: AiringForm) -> None:
    actor = current_actor()
    production.air(
        project, actor, platform=form.platform.data, aired_on=form.aired_on.data, url=form.url.data or "",
        licence_number=form.licence_number.data or "", evidence=form.evidence.data or "", file_id=attached(form, actor),
        elsewhere=form.elsewhere.data or "",
    )  # fmt: skip


def _broken_by_airing(project: Any, form: AiringForm) -> Iterator[RuleBroken]:
    yield from production.broken_by_airing(
        project,
        form.aired_on.data,
        form.licence_number.data or "",
        form.url.data or "",
        form.evidence.data or "",
        brought(),
        None if form.platform.errors else form.platform.data,
        form.elsewhere.data or "",
    )
    yield from uploads.broken("file", current_actor())
