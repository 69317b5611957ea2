"""What was recorded wrongly is put right until the title is aired: numbers and licences, actual days, the contact.

What stood before is kept in the timeline; the other side is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, select

from audiovisual.kernel.database import operation
from audiovisual.kernel.events import Event, note
from audiovisual.kernel.model import constant, db, shanghai, today
from audiovisual.kernel.withheld import Apart
from audiovisual.people.versions import as_read
from workflows import beside
from workflows.access import Actor
from workflows.errors import N_, RuleBroken, WrongState, broken_in, obey, say

from .. import clocks
from ..models import GIVEN_NODES, PERMITS, Milestone, Permit, Progress, Project
from .production import NODES, broken_by_figures, plan_version
from .records import PermitData, broken_by_permit, complete_permit

SIDES = {"producer": ("officer",), "officer": ("house",)}
"""Who is told of a correction, by the side that made it."""


@operation
def correct_permit(permit: Permit, actor: Actor, given: PermitData, reason: str, seen: int | None = None) -> None:
    """Put a recorded number right, with the reason: the number it had is in the timeline, and free again.

    `seen`: the version of the row that was read.
    """
    project = permit.project
    beside.need(beside.correct_permit(project, actor))
    if not reason.strip():
        raise RuleBroken(say("请写明更正理由。"), "reason")
    given = complete_permit(given)
    obey(broken_by_permit(project, given.kind, given.number, given.issued_on, given.valid_until, given.note, permit.id))
    now, was = given.fields(), {name: getattr(permit, name) for name in given.fields()}
    if given.file_id is None:
        now["file_id"] = was["file_id"]  # no new scan: the old one stays
    if now == was:
        if seen is not None and seen != permit.version:
            return  # pressed twice
        raise RuleBroken(say("内容都没有变，没有要更正的。"), "reason")
    as_read(permit.version, seen, project, "project.correct_permit", "project.record_permit")
    for name, value in now.items():
        setattr(permit, name, value)
    if now["valid_until"] != was["valid_until"]:
        permit.warned_at = None  # the new day is warned of anew
    db.session.flush()
    db.session.expire(project, ["permits"])
    clocks.pass_on(project)
    said = N_("更正%(kind)s：%(before)s → %(after)s")
    before, after = _written(was), _written(now)
    if all(was[name] == now[name] for name in ("kind", "issued_on", "valid_until")):
        before, after = was["number"], now["number"]
    note(project, "correct_permit", actor, said, public_text=said, reason=reason, tells=("house",),
         kind=PERMITS[now["kind"]], number=now["number"], before=before, after=after,
         was={name: str(value or "") for name, value in was.items()})  # fmt: skip


def _written(row: dict[str, Any]) -> str:
    """A permit in one line: number and days."""
    days = f"{row['issued_on']}" + (f"—{row['valid_until']}" if row["valid_until"] else "")
    return f"{row['number']}（{days}）"


@operation
def remove_permit(permit: Permit, actor: Actor, reason: str) -> None:
    """Take back what was recorded for the wrong title, with the reason; the number is free again."""
    project = permit.project
    beside.need(beside.correct_permit(project, actor))
    if not reason.strip():
        raise RuleBroken(say("请写明撤销理由。"), "reason")
    kind, number = permit.kind, permit.number
    db.session.delete(permit)
    db.session.flush()
    db.session.expire(project, ["permits"])
    clocks.pass_on(project)
    note(project, "remove_permit", actor, N_("撤销了%(kind)s的登记：%(number)s"),
         public_text=N_("省局撤销%(kind)s的登记：%(number)s"), reason=reason, tells=("house",),
         kind=PERMITS[kind], number=number)  # fmt: skip


def days_given(project: Project, actor: Actor) -> list[Milestone]:
    """The nodes whose actual day this person's side gave: what it may correct."""
    side = "producer" in actor.roles and actor.organisation_id == project.house_id
    reached = (node for node in project.milestones if node.actual_on is not None and node.kind in GIVEN_NODES)
    return [node for node in reached if node.actual_by is None or (node.actual_by.house_id is not None) == side]


@operation
def correct_days(
    project: Project, actor: Actor, days: dict[str, date], reason: str, seen: int | None = None
) -> None:  # fmt: skip
    """Put actual days right, by the side that gave them, with the reason; the old day stays in the timeline.

    `seen`: the version of the plan (`plan_version`) that was read.
    """
    beside.need(beside.correct_days(project, actor))
    nodes = {node.kind: node for node in days_given(project, actor)}
    if not nodes:
        raise WrongState(say("还没有贵方登记过的实际日期，没有要更正的。"))
    if not reason.strip():
        raise RuleBroken(say("请写明更正理由。"), "reason")
    moved = {kind: day for kind, day in days.items() if kind in nodes and day != nodes[kind].actual_on}
    if not moved:
        if seen is not None and seen != plan_version(project):
            return  # pressed twice
        raise RuleBroken(say("日期都没有变，没有要更正的。"), "reason")
    as_read(plan_version(project), seen, project, "project.correct_day", "project.change_plan", "project.schedule")
    _possible(project, moved)
    side = "producer" if "producer" in actor.roles else "officer"
    for kind, day in moved.items():
        before = nodes[kind].actual_on
        nodes[kind].actual_on, nodes[kind].actual_by_id = day, actor.id
        if kind == "shooting_start":
            project.started_on = day
        db.session.flush()
        said = N_("更正%(label)s的实际日期：%(was_on)s → %(is_on)s")
        note(project, "correct_day", actor, said, public_text=said, reason=reason, tells=SIDES[side],
             label=NODES[kind], was_on=before.isoformat() if before else "", is_on=day.isoformat())  # fmt: skip


def broken_by_corrected_days(
    project: Project, actor: Actor, days: Mapping[str, date | None]
) -> tuple[RuleBroken, ...]:  # fmt: skip
    """What stands against actual days put right; None where one could not be read."""
    nodes = {node.kind: node.actual_on for node in days_given(project, actor)}
    moved = {kind: day for kind, day in days.items() if day is not None and kind in nodes and day != nodes[kind]}
    return broken_in(lambda: _possible(project, moved))


def _possible(project: Project, moved: dict[str, date]) -> None:
    """Refuse days that have not come, a start before the filing was accepted, an end before its start."""
    for kind, day in moved.items():
        if day > today():
            raise RuleBroken(say("“%(node)s”的实际日期不能晚于今天。", node=say(NODES[kind])), kind)
    actual = {node.kind: node.actual_on for node in project.milestones} | moved
    begun, ended = actual.get("shooting_start"), actual.get("shooting_end")
    if (
        project.accepted_at is not None
        and "shooting_start" in moved
        and moved["shooting_start"] < shanghai(project.accepted_at).date()
    ):
        raise RuleBroken(say("开机日期不能早于受理那天。"), "shooting_start")
    if begun and ended and ended < begun:
        at = "shooting_end" if "shooting_end" in moved else "shooting_start"
        raise RuleBroken(say("“%(node)s”不能早于“%(before)s”。", node=say("杀青"), before=say("开机")), at)


@operation
def correct_report(
    report: Progress, actor: Actor, said: dict[str, Any], reason: str, seen: int | None = None
) -> None:  # fmt: skip
    """Put a month's report right, with the reason; what it said is kept with the fact.

    `said`: the words and figures by the names of their columns. `seen`: the version of the report that was read.
    """
    project = report.project
    beside.need(beside.report(project, actor))
    if not reason.strip():
        raise RuleBroken(say("请写明更正理由。"), "reason")
    was = {name: getattr(report, name) for name in said}
    if said == was:
        if seen is not None and seen != report.version:
            return  # pressed twice
        raise RuleBroken(say("内容都没有变，没有要更正的。"), "reason")
    as_read(report.version, seen, project, "project.correct_report", "project.report")
    obey(broken_by_figures(project, said["spent_yuan"], said["cast_pay_yuan"], said["episodes_done"]))
    for name, value in said.items():
        setattr(report, name, value)
    told = N_("更正了%(period)s进度：%(before)s%% → %(after)s%%")
    note(project, "correct_report", actor, told, public_text=told, reason=reason, tells=("officer",),
         period=report.period, before=was["percent"], after=said["percent"], percent=said["percent"], was=was)  # fmt: skip


@operation
def change_contact(project: Project, actor: Actor, name: str, phone: str, seen: int | None = None) -> None:
    """Name another person to be called about a title; who was before stays in the timeline.

    `seen`: the version of the contact (`contact_version`) that was read.
    """
    beside.need(beside.change_contact(project, actor))
    was, now = (project.contact_name, project.contact_phone), (name, phone)
    if now == was:
        if seen is not None and seen != contact_version(project):
            return  # pressed twice
        raise RuleBroken(say("联系人和电话都没有变，没有要改的。"), "contact_name")
    as_read(contact_version(project), seen, project, "project.change_contact")
    project.contact_name, project.contact_phone = now
    said = N_("把联系人由%(before)s改为%(after)s")
    note(project, "change_contact", actor, said, public_text=said, tells=("officer",),
         before=_apart(was) or "—", after=_apart(now))  # fmt: skip


def _apart(contact: tuple[str | None, str | None]) -> Apart | None:
    """A contact as the timeline tells it; the audit chain holds a print of it alone."""
    told = " ".join(filter(None, contact))
    return Apart(told, "project.contact_phone") if told else None


def contact_version(project: Project) -> int:
    """The version of a title's contact: the latest fact that changed it, 0 where none did."""
    changed = (Event.project_id == project.id, Event.trigger.in_(constant("change_contact", "approve")))
    return db.session.scalar(select(func.max(Event.id)).where(*changed)) or 0
