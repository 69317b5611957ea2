"""From schedule to airing: planned days, start, milestones, progress reports, the record of airing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from sqlalchemy import select

from audiovisual.kernel import audit
from audiovisual.kernel.database import operation
from audiovisual.kernel.events import note
from audiovisual.kernel.lifecycle import apply
from audiovisual.kernel.model import db, shanghai, today
from audiovisual.people.models import User
from audiovisual.people.versions import as_read
from workflows import beside
from workflows.access import Actor
from workflows.engine import check
from workflows.errors import N_, RuleBroken, obey, say
from workflows.naming import spellings

from .. import clocks
from ..models import Airing, Milestone, Progress, Project
from .office import give

NODES: dict[str, str] = {
    "script_lock": N_("剧本定稿"),
    "shooting_start": N_("开机"),
    "shooting_end": N_("杀青"),
    "cut_delivery": N_("送审"),
    "release": N_("上线"),
}


NO_DAYS: Mapping[str, date] = MappingProxyType({})


def ordered(days: dict[str, date]) -> dict[str, date]:
    """The days of all five nodes in order; refuses each missing one and each before its forerunner, naming its field."""
    obey(broken_by_days(days))
    return {kind: days[kind] for kind in NODES}


def broken_by_days(days: Mapping[str, date | None]) -> Iterator[RuleBroken]:
    """Each node without a day, and each before its forerunner."""
    before: tuple[str, date] | None = None
    for kind, label in NODES.items():
        planned = days.get(kind)
        if planned is None:
            yield RuleBroken(say("请填“%(node)s”的日期。", node=say(label)), kind)
            continue
        if before and planned < before[1]:
            yield RuleBroken(
                say("“%(node)s”不能早于“%(before)s”。", node=say(label), before=say(NODES[before[0]])), kind
            )
        before = kind, planned


@operation
def schedule(project: Project, actor: Actor, days: dict[str, date], officer_id: int | None = None) -> None:
    """Set the planned days and, where named, the officer in charge from here on."""
    plan = ordered(days)
    refusal = check(project.machine, project, "schedule", actor, {"milestones": plan})
    if refusal is not None:
        raise refusal
    for ordinal, (kind, day) in enumerate(plan.items()):
        db.session.add(Milestone(project_id=project.id, ordinal=ordinal, kind=kind, planned_on=day))
    db.session.flush()
    apply(project, "schedule", actor, milestones=plan, kept={"plan": {k: d.isoformat() for k, d in plan.items()}})
    if officer_id is not None and officer_id != project.officer_id:
        give(project, actor, db.session.get_one(User, officer_id), None)


@operation
def change_plan(project: Project, actor: Actor, days: dict[str, date], reason: str, seen: int | None = None) -> None:
    """Move planned days after scheduling, with a reason; what was planned before stays in the trace.

    `seen`: the version of the plan (`plan_version`) that was read.
    """
    beside.need(beside.change_plan(project, actor))
    obey(broken_by_plan(days, reason))
    plan, before = ordered(days), {m.kind: m.planned_on for m in project.milestones}
    if plan == before:
        if seen is not None and seen != plan_version(project):
            return  # pressed twice
        raise RuleBroken(say("日期都没有变，没有要调整的。"), "reason")
    as_read(plan_version(project), seen, project, "project.change_plan", "project.schedule")
    for milestone in project.milestones:
        milestone.planned_on = plan[milestone.kind]
    db.session.flush()
    clocks.refresh(project)
    moved = {k: [before[k].isoformat(), d.isoformat()] for k, d in plan.items() if before.get(k) != d}
    note(project, "change_plan", actor, N_("调整了计划"), public_text=N_("省局调整了计划"), reason=reason,
         tells=("house",), moved=moved)  # fmt: skip


def broken_by_plan(days: Mapping[str, date | None], reason: str | None) -> Iterator[RuleBroken]:
    """Each rule that a plan to be moved breaks."""
    yield from broken_by_days(days)
    if not (reason or "").strip():
        yield RuleBroken(say("请写明调整计划的理由。"), "reason")


def plan_version(project: Project) -> int:
    """The version of a plan: each change of one of its nodes raises it."""
    return sum(milestone.version for milestone in project.milestones)


@operation
def start(project: Project, actor: Actor, started_on: date) -> None:
    """Record that shooting has begun. Refuses a day in the future."""
    if started_on > today():
        raise RuleBroken(say("开机日期不能晚于今天。"), "started_on")
    if project.accepted_at is not None and started_on < shanghai(project.accepted_at).date():
        raise RuleBroken(say("开机日期不能早于受理那天。"), "started_on")
    kept = {"started_on": started_on.isoformat()}
    apply(project, "start_production", actor, kept=kept, stamps={"started_on": started_on})
    reach(project, "shooting_start", started_on)


def reach(project: Project, kind: str, day: date) -> None:
    """Note the day a node was reached; an earlier note stays."""
    milestone = db.session.scalars(
        select(Milestone).where(Milestone.project_id == project.id, Milestone.kind == kind)
    ).first()
    if milestone is not None and milestone.actual_on is None:
        milestone.actual_on = day


def broken_by_report(
    project: Project, period: str | None, *, spent_yuan: int | None = None, cast_pay_yuan: int | None = None,
    episodes_done: int | None = None, reached: Mapping[str, date] = NO_DAYS, forecast: Mapping[str, date] = NO_DAYS,
) -> Iterator[RuleBroken]:  # fmt: skip
    """Each rule that a report breaks: its month, figures that contradict each other or the title, the days of nodes."""
    if period:
        yield from _broken_by_month(project, period)
    if spent_yuan is not None and cast_pay_yuan is not None and cast_pay_yuan > spent_yuan:
        yield RuleBroken(say("演员片酬不能多于累计支出。"), "cast_pay_yuan")
    if episodes_done is not None and project.episodes is not None and episodes_done > project.episodes:
        yield RuleBroken(say("这部片共 %(n)s 集。", n=project.episodes), "episodes_done")
    for kind, day in reached.items():
        if day > today():
            yield RuleBroken(say("“%(node)s”的实际日期不能晚于今天。", node=say(NODES[kind])), f"reached_{kind}")
    yield from broken_by_forecast(forecast)


def _broken_by_month(project: Project, period: str) -> Iterator[RuleBroken]:
    if db.session.scalar(select(Progress.id).where(Progress.project_id == project.id, Progress.period == period)):
        yield RuleBroken(say("%(period)s 的进度已经报过。", period=period), "period")
    if project.scheduled_at is not None and period < f"{shanghai(project.scheduled_at):%Y-%m}":
        yield RuleBroken(say("排期之前的月份不用报。"), "period")
    if period > f"{today():%Y-%m}":
        yield RuleBroken(say("还没有到这个月。"), "period")


def broken_by_forecast(forecast: Mapping[str, date]) -> Iterator[RuleBroken]:
    """Each forecast that has passed, and each before its forerunner."""
    before: str | None = None
    for kind in (kind for kind in NODES if kind in forecast):
        if forecast[kind] < today():
            yield RuleBroken(say("“%(node)s”的预计日期不能早于今天。", node=say(NODES[kind])), f"forecast_{kind}")
        elif before is not None and forecast[kind] < forecast[before]:
            yield RuleBroken(say("“%(node)s”不能早于“%(before)s”。", node=say(NODES[kind]), before=say(NODES[before])),
                             f"forecast_{kind}")  # fmt: skip
        before = kind


def _later_reported(project: Project, period: str) -> bool:
    """Whether a later month was reported before: its forecasts are the newer ones."""
    later = select(Progress.id).where(Progress.project_id == project.id, Progress.period > period)
    return db.session.scalar(later.limit(1)) is not None


@operation
def report(
    project: Project, actor: Actor, period: str, text: str, percent: int, *, spent_yuan: int | None = None,
    cast_pay_yuan: int | None = None, episodes_done: int | None = None, problems: str = "",
    reached: Mapping[str, date] = NO_DAYS, forecast: Mapping[str, date] = NO_DAYS,
) -> Progress:  # fmt: skip
    """A house's progress report for a month (2026-11), once per month; days reached and forecasts go to the plan."""
    beside.need(beside.report(project, actor))
    figures = {"spent_yuan": spent_yuan, "cast_pay_yuan": cast_pay_yuan, "episodes_done": episodes_done}
    obey(broken_by_report(project, period, reached=reached, forecast=forecast, **figures))
    progress = Progress(
        project_id=project.id, period=period, text=text, percent=percent, problems=problems, reported_by_id=actor.id,
        **figures,
    )  # fmt: skip
    db.session.add(progress)
    for kind, day in reached.items():
        reach(project, kind, day)
    for milestone in project.milestones:
        if milestone.kind in forecast and not _later_reported(project, period):
            milestone.forecast_on = forecast[milestone.kind]
    note(project, "report", actor, N_("报了 %(period)s 进度：%(percent)s%%"), public_text=N_("报了 %(period)s 进度：%(percent)s%%"),
         tells=("officer",), period=period, percent=percent)  # fmt: skip
    return progress


@operation
def air(
    project: Project, actor: Actor, *, platform: str, aired_on: date, licence_number: str, url: str = "",
    evidence: str = "", file_id: int | None = None,
) -> Airing:  # fmt: skip
    """Record the first airing: platform, day, licence number, evidence (a link, words or a file)."""
    refusal = check(project.machine, project, "air", actor)
    if refusal is not None:
        raise refusal
    obey(broken_by_airing(project, aired_on, licence_number, url, evidence, file_id))
    given: dict[str, Any] = {"platform": platform, "aired_on": aired_on.isoformat(), "licence_number": licence_number}
    apply(project, "air", actor, airing=given, kept=given, stamps={"aired_on": aired_on})
    reach(project, "release", aired_on)
    airing = Airing(
        project_id=project.id, platform=platform, aired_on=aired_on, licence_number=licence_number, url=url,
        evidence=evidence, file_id=file_id, recorded_by_id=actor.id,
    )  # fmt: skip
    db.session.add(airing)
    db.session.flush()
    audit.record("project.airing", airing, actor, **given)
    return airing


def broken_by_airing(
    project: Project, aired_on: date | None, licence_number: str, url: str, evidence: str, file: Any
) -> Iterator[RuleBroken]:  # fmt: skip
    """Each rule that an airing to be recorded breaks. `file`: the file of the evidence, or whether there is one."""
    if aired_on is not None and aired_on > today():
        yield RuleBroken(say("播出日期不能晚于今天。"), "aired_on")
    if not (url.strip() or evidence.strip() or file):
        yield RuleBroken(say("请留下播出证据：链接、说明或截图。"), "evidence")
    yield from _broken_by_licence(project, licence_number, aired_on)


def _broken_by_licence(project: Project, number: str, aired_on: date | None) -> Iterator[RuleBroken]:
    """The number shown on air is a recorded one, issued by the day of airing and not lapsed then (令16号17条)."""
    if project.permit_kind is None:
        return
    recorded = project.permits if aired_on is None else project.permits_valid(aired_on)
    permit = next((each for each in recorded if each.number in spellings(number)), None)
    if permit is None:
        yield RuleBroken(say("这个证号没有登记，或播出当天已过有效期，请核对。"), "licence_number")
    elif aired_on is not None and aired_on < permit.issued_on:
        yield RuleBroken(say("播出日期早于证件发出日期，请核对。"), "aired_on")
