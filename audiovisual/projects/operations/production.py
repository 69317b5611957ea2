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
from audiovisual.kernel.text import day as written_day
from audiovisual.kernel.text import moment, month
from audiovisual.people.models import User
from audiovisual.people.versions import as_read
from workflows import beside
from workflows.access import Actor
from workflows.engine import check
from workflows.errors import N_, AlreadyDone, RuleBroken, obey, say
from workflows.naming import names_within, platform_in, spellings
from workflows.order import airing_refusal

from .. import clocks
from ..models import Airing, Milestone, Progress, Project
from .office import give
from .records import course_of

NODES: dict[str, str] = {
    "script_lock": N_("剧本定稿"),
    "shooting_start": N_("开机"),
    "shooting_end": N_("杀青"),
    "cut_delivery": N_("送审"),
    "release": N_("上线"),
}


NO_DAYS: Mapping[str, date] = MappingProxyType({})


def ordered(days: dict[str, date], reached: Mapping[str, date] = NO_DAYS) -> dict[str, date]:
    """The days of all five nodes in order; refuses each missing one and each before its forerunner, naming its field."""
    obey(broken_by_days(days, reached))
    return {kind: days[kind] for kind in NODES}


def broken_by_days(days: Mapping[str, date | None], reached: Mapping[str, date] = NO_DAYS) -> Iterator[RuleBroken]:
    """Each node without a day, and each before its forerunner. `reached`: the days of those that came about; what follows
    is compared with them, not with what was planned, and they themselves with nothing any more."""
    before: tuple[str, date] | None = None
    for kind, label in NODES.items():
        planned = days.get(kind)
        if planned is None:
            yield RuleBroken(say("请填“%(node)s”的日期。", node=say(label)), kind)
            continue
        if before and planned < before[1] and kind not in reached:
            yield RuleBroken(
                say("“%(node)s”不能早于“%(before)s”。", node=say(label), before=say(NODES[before[0]])), kind
            )
        before = kind, reached.get(kind, planned)


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
    obey(broken_by_plan(project, days, reason))
    plan, before = ordered(days, days_reached(project)), {m.kind: m.planned_on for m in project.milestones}
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


def days_reached(project: Project) -> dict[str, date]:
    """The actual days of the nodes that came about."""
    return {node.kind: node.actual_on for node in project.milestones if node.actual_on is not None}


def broken_by_plan(project: Project, days: Mapping[str, date | None], reason: str | None) -> Iterator[RuleBroken]:
    """Each rule that a plan to be moved breaks."""
    yield from broken_by_days(days, days_reached(project))
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
    reach(project, "shooting_start", started_on, actor)


def reach(project: Project, kind: str, day: date, actor: Actor | None = None) -> None:
    """Note the day a node was reached, and who gave it; an earlier note stays."""
    milestone = db.session.scalars(
        select(Milestone).where(Milestone.project_id == project.id, Milestone.kind == kind)
    ).first()
    if milestone is not None and milestone.actual_on is None:
        milestone.actual_on, milestone.actual_by_id = day, actor.id if actor else None


def broken_by_report(
    project: Project, period: str | None, *, spent_yuan: int | None = None, cast_pay_yuan: int | None = None,
    episodes_done: int | None = None, reached: Mapping[str, date] = NO_DAYS, forecast: Mapping[str, date] = NO_DAYS,
) -> Iterator[RuleBroken]:  # fmt: skip
    """Each rule that a report breaks: its month, figures that contradict each other or the title, the days of nodes."""
    if period:
        yield from _broken_by_month(project, period)
    yield from broken_by_figures(project, spent_yuan, cast_pay_yuan, episodes_done)
    yield from _broken_by_nodes(project, reached, forecast)
    yield from broken_by_forecast(forecast)


def broken_by_figures(
    project: Project, spent: int | None, cast_pay: int | None, episodes: int | None
) -> Iterator[RuleBroken]:  # fmt: skip
    """Each rule that the figures of a report break."""
    if spent is not None and cast_pay is not None and cast_pay > spent:
        yield RuleBroken(say("演员片酬不能多于累计支出。"), "cast_pay_yuan")
    if episodes is not None and project.episodes is not None and episodes > project.episodes:
        yield RuleBroken(say("这部片共 %(n)s 集。", n=project.episodes), "episodes_done")


def _reported(project: Project, period: str) -> Progress | None:
    wanted = select(Progress).where(Progress.project_id == project.id, Progress.period == period)
    return db.session.scalars(wanted).first()


def _broken_by_month(project: Project, period: str) -> Iterator[RuleBroken]:
    before = _reported(project, period)
    if before is not None:
        at = moment(before.reported_at)
        sentence = say("%(period)s的进度已经报过（%(at)s）；写错的，请在“记录”里更正。", period=month(period), at=at)
        yield RuleBroken(sentence, "period")
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


def later_reported(project: Project, period: str) -> bool:
    """Whether a later month was reported before: its forecasts are the newer ones."""
    later = select(Progress.id).where(Progress.project_id == project.id, Progress.period > period)
    return db.session.scalar(later.limit(1)) is not None


def _pressed_twice(project: Project, period: str, said: dict[str, Any]) -> None:
    """Where the very same was reported for that month, the button was pressed twice."""
    before = _reported(project, period)
    if before is not None and {name: getattr(before, name) for name in said} == said:
        at = moment(before.reported_at)
        raise AlreadyDone(say("%(period)s的进度在 %(at)s 已经报好了，这次没有重复报。", period=month(period), at=at))


def _broken_by_nodes(
    project: Project, reached: Mapping[str, date], forecast: Mapping[str, date]
) -> Iterator[RuleBroken]:  # fmt: skip
    """Each day that cannot be, and each that the plan would not keep: of a node that was reached before."""
    known = {node.kind: node.actual_on for node in project.milestones if node.actual_on is not None}
    for kind, on in reached.items():
        if on > today():
            yield RuleBroken(say("“%(node)s”的实际日期不能晚于今天。", node=say(NODES[kind])), f"reached_{kind}")
        elif kind in known and known[kind] != on:
            sentence = say("“%(node)s”的实际日期登记的是 %(day)s；要改，请办“更正实际日期”。",
                           node=say(NODES[kind]), day=written_day(known[kind]))  # fmt: skip
            yield RuleBroken(sentence, f"reached_{kind}")
    ended, begun = (reached.get(kind) or known.get(kind) for kind in ("shooting_end", "shooting_start"))
    if reached and ended and begun and ended < begun:
        at = "reached_shooting_end" if "shooting_end" in reached else "reached_shooting_start"
        yield RuleBroken(say("“%(node)s”不能早于“%(before)s”。", node=say("杀青"), before=say("开机")), at)
    for kind in forecast:
        if kind in known or kind in reached:
            yield RuleBroken(say("“%(node)s”已经到了，不用填预计日期。", node=say(NODES[kind])), f"forecast_{kind}")


@operation
def report(
    project: Project, actor: Actor, period: str, text: str, percent: int, *, spent_yuan: int | None = None,
    cast_pay_yuan: int | None = None, episodes_done: int | None = None, problems: str = "",
    reached: Mapping[str, date] = NO_DAYS, forecast: Mapping[str, date] = NO_DAYS,
) -> Progress:  # fmt: skip
    """A house's progress report for a month (2026-11), once per month; days reached and forecasts go to the plan.

    A day that could not be kept as it was given is refused. Pressed twice it is one report (`AlreadyDone`).
    """
    beside.need(beside.report(project, actor))
    said = {
        "text": text, "percent": percent, "spent_yuan": spent_yuan, "cast_pay_yuan": cast_pay_yuan,
        "episodes_done": episodes_done, "problems": problems,
    }  # fmt: skip
    _pressed_twice(project, period, said)
    figures = {"spent_yuan": spent_yuan, "cast_pay_yuan": cast_pay_yuan, "episodes_done": episodes_done}
    obey(broken_by_report(project, period, reached=reached, forecast=forecast, **figures))
    progress = Progress(project_id=project.id, period=period, reported_by_id=actor.id, **said)
    db.session.add(progress)
    for kind, day in reached.items():
        reach(project, kind, day, actor)
    for milestone in project.milestones:
        if milestone.kind in forecast and not later_reported(project, period):
            milestone.forecast_on = forecast[milestone.kind]
    note(project, "report", actor, N_("报了 %(period)s 进度：%(percent)s%%"), public_text=N_("报了 %(period)s 进度：%(percent)s%%"),
         tells=("officer",), period=period, percent=percent)  # fmt: skip
    return progress


@operation
def air(
    project: Project, actor: Actor, *, platform: str, aired_on: date, licence_number: str, url: str = "",
    evidence: str = "", file_id: int | None = None, elsewhere: str = "",
) -> Airing:  # fmt: skip
    """Record the first airing: platform, day, licence number, evidence (a link, words or a file).

    `elsewhere`: why it is a platform the filing does not name; kept only where it is one.
    """
    refusal = check(project.machine, project, "air", actor)
    if refusal is not None:
        raise refusal
    obey(broken_by_airing(project, aired_on, licence_number, url, evidence, file_id, platform, elsewhere))
    given: dict[str, Any] = {"platform": platform, "aired_on": aired_on.isoformat(), "licence_number": licence_number}
    apply(project, "air", actor, airing=given, kept=given, stamps={"aired_on": aired_on})
    reach(project, "release", aired_on)
    airing = Airing(
        project_id=project.id, platform=platform, aired_on=aired_on, licence_number=licence_number, url=url,
        evidence=evidence, file_id=file_id, recorded_by_id=actor.id,
        elsewhere="" if planned_on(project, platform) else elsewhere.strip(),
    )  # fmt: skip
    db.session.add(airing)
    db.session.flush()
    audit.record("project.airing", airing, actor, **given)
    return airing


def broken_by_airing(
    project: Project, aired_on: date | None, licence_number: str, url: str, evidence: str, file: Any,
    platform: str | None = None, elsewhere: str = "",
) -> Iterator[RuleBroken]:  # fmt: skip
    """Each rule that an airing to be recorded breaks. `file`: the file of the evidence, or whether there is one.

    A platform the filing does not name is taken with a reason (`elsewhere`).
    """
    if platform and not elsewhere.strip() and not planned_on(project, platform):
        sentence = say("申报的拟播出平台是%(names)s，没有“%(platform)s”；确实在这里首播的，请写明原因。",
                       names=project.platforms, platform=platform)  # fmt: skip
        yield RuleBroken(sentence, "elsewhere")
    if aired_on is not None and aired_on > today():
        yield RuleBroken(say("播出日期不能晚于今天。"), "aired_on")
    elif aired_on is not None and (odd := airing_refusal(aired_on, course_of(project))) is not None:
        yield RuleBroken(odd, "aired_on")
    if not (url.strip() or evidence.strip() or file):
        yield RuleBroken(say("请留下播出证据：链接、说明或截图。"), "evidence")
    yield from _broken_by_licence(project, licence_number, aired_on)


def planned_on(project: Project, platform: str) -> bool:
    """Whether the filing names this platform (拟播出平台), in full or in short."""
    names = names_within(project.platforms)
    return not names or any(platform_in(platform, name) or platform_in(name, platform) for name in names)


def _broken_by_licence(project: Project, number: str, aired_on: date | None) -> Iterator[RuleBroken]:
    """The number shown on air is a recorded one, issued by the day of airing and not lapsed then (令16号17条)."""
    if project.permit_kind is None:
        return
    recorded = project.permits if aired_on is None else project.permits_valid(aired_on)
    permit = next((each for each in recorded if each.number in spellings(number)), None)
    if not number.strip():
        yield RuleBroken(say("请填写许可证（备案）号。"), "licence_number")
    elif permit is None:
        yield RuleBroken(say("这个证号没有登记，或播出当天已过有效期，请核对。"), "licence_number")
    elif aired_on is not None and aired_on < permit.issued_on:
        yield RuleBroken(say("播出日期早于证件发出日期，请核对。"), "aired_on")
