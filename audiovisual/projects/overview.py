"""A title's page as plain values: stations, holder, clock lines, what to do next. Nothing is read here."""

from __future__ import annotations

from datetime import date
from typing import Any

from audiovisual.kernel.languages import gettext as _
from audiovisual.kernel.model import shanghai, today
from audiovisual.kernel.rules import DatedRule
from audiovisual.kernel.text import listed, short_day, translated
from workflows import clock as rules
from workflows.access import Actor, is_in_charge, not_recused, reads_inside
from workflows.clock import Calendar, used_days, working_days_between
from workflows.duties import Duty
from workflows.engine import Choice
from workflows.errors import N_
from workflows.project import PROJECT

from . import clocks, labels
from .models import Clock, Project

ENDED = {
    "aired": N_("已播出，全部办结。"), "rejected": N_("没有通过，已办结。"), "withdrawn": N_("制作机构已撤回。"),
    "refiled": N_("故事有重大变更，已重新备案。"), "discarded": N_("草稿已删除。"),
}  # fmt: skip


def station_of(project: Project) -> int:
    """Where on the line of six a title stands; set aside: where it stood; ended: as far as it came."""
    state = project.resume_state or project.state
    station = PROJECT.state(state).station
    if station:
        return station
    passed = (project.submitted_at, project.accepted_at, project.scheduled_at, project.started_on, project.delivered_at)
    return max((n for n, stamp in enumerate(passed, 1) if stamp), default=1)


def stations(project: Project, planned_release: date | None = None) -> list[dict[str, Any]]:
    """The six stations with their days, for the macro `steps`."""
    now = station_of(project)
    lines: list[list[str]] = [
        _lines((N_("%(day)s 提交"), project.submitted_at), (N_("%(day)s 受理"), project.accepted_at)),
        _lines((N_("%(day)s 入库"), project.screened_at)),
        _lines((N_("%(day)s 排定"), project.scheduled_at)),
        _lines((N_("%(day)s 开机"), project.started_on)),
        _lines((N_("%(day)s 送审"), project.delivered_at), (N_("%(day)s 通过"), project.reviewed_at)),
        _lines((N_("%(day)s 首播"), project.aired_on))
        or _lines((N_("预计 %(day)s"), planned_release or project.release_on)),
    ]
    ended = project.state == "aired"
    return [
        {
            "label": _(label),
            "when": "done" if n < now or ended else "now" if n == now else "ahead",
            "lines": lines[n - 1],
        }
        for n, label in enumerate(labels.STATIONS, 1)
    ]


def _lines(*pairs: tuple[str, Any]) -> list[str]:
    return [_(text, day=short_day(stamp)) for text, stamp in pairs if stamp]


def days_left(due: date | None, calendar: Calendar) -> int | None:
    """Working days from today to a day; negative when it is over, None without a day."""
    if due is None:
        return None
    left = working_days_between(today(), due, calendar)
    return left if due >= today() else min(left, -1)


def pause_words(state: str, since: date | None, calendar: Calendar) -> str | None:
    """补正中 3 日, in place of a light, while the clock stands still."""
    if since is None:
        return None
    days = working_days_between(since, today(), calendar)
    if days <= 0:
        return _(labels.PAUSED.get(state, N_("暂停")))
    return _("%(why)s %(n)s 日", why=_(labels.PAUSED.get(state, N_("暂停"))), n=days)


def clock_view(row: Clock, rule: DatedRule, staff: bool, calendar: Calendar) -> dict[str, Any]:
    """The running clock for the page: its lines (the internal one for staff), pauses in words, the rule by name."""
    clock = clocks.computed(row, rule.value, calendar)
    used = used_days(clock, today(), calendar)
    shown = [line for line in reversed(clock.lines) if staff or line.line != "internal"]
    unit = _(labels.UNITS[clock.rule.unit])
    paused = sum(working_days_between(p.start, p.end or today(), calendar) for p in clock.pauses)
    return {
        "name": _(clock.rule.label), "unit": unit, "calendar": clock.rule.unit == "calendar", "used": used, "paused_days": paused,
        "lines": [
            {"label": _(labels.LINES[line.line]) + " " + _("%(n)s 日", n=line.days), "limit": line.days, "used": used,
             "left": line.days - used, "until": line.due}
            for line in shown
        ],
        "pauses": [
            _("%(why)s %(start)s 至 %(end)s", why=_(labels.PAUSES.get(p.reason, p.reason)), start=short_day(p.start),
              end=short_day(p.end) if p.end else _("今"))
            for p in clock.pauses
        ],
        "amber": _is_amber(clock, rule, calendar), "standing": clock.paused_since, "rule": clock.rule.source, "in_force": rule.valid_from,
        "provisional": clock.provisional, "urgent": row.urgent,
    }  # fmt: skip


def _is_amber(clock: rules.Clock, rule: DatedRule, calendar: Calendar) -> bool:
    """Whether so little is left of the line a title is due by that its light is amber (domain: at most 30 %)."""
    leading = next((line.line for line in (clock.promised, clock.internal, clock.statutory) if line), None)
    percent = rule.value.get("amber_percent", rules.AMBER_PERCENT)
    shown = rules.light_of(clock, leading, today(), calendar, percent) if leading else None
    return shown is not None and shown.colour == "amber"


def holder(
    project: Project, person: str | None, inside: bool, calendar: Calendar, attended: bool = True
) -> dict[str, Any]:
    """In whose hands: the house by its name; of the bureau, outsiders learn the office but no person.

    `attended`: whether the officer in charge is here; where nobody is, the title lies with nobody (无人经办).
    """
    if project.holder_role is None:
        return {"who": _("已办结"), "post": "", "since": ""}
    since = ""
    if project.held_since:
        day = shanghai(project.held_since).date()
        days = working_days_between(day, today(), calendar)
        since = (
            _("自 %(day)s，已 %(n)s 个工作日", day=short_day(day), n=days)
            if days > 0
            else _("自 %(day)s", day=short_day(day))
        )
    if project.holder_role == "producer":
        return {"who": project.house.label, "post": _("制作机构"), "since": since}
    if not inside:
        return {"who": _("省局"), "post": "", "since": since}
    if project.holder_role == "officer" and project.state != "submitted" and not attended:
        was = _("原经办%(name)s已不在岗", name=project.officer.name) if project.officer else ""
        return {"who": _(labels.UNATTENDED), "post": was, "since": since}
    role = _(labels.HOLDERS[project.holder_role])
    return {"who": person or role, "post": role if person else _("还没有人收件") if project.state == "submitted" else "",
            "since": since}  # fmt: skip


def todo(project: Project, duty: Duty | None, choices: list[Choice], who: str, actor: Actor) -> str:
    """One sentence: what the reader has to do, else whom the title waits for."""
    if duty is None:
        return _(ENDED[project.state])
    if duty.act == "co_review.answer":
        return _awaited(project, actor)
    if is_own(project, duty, choices, actor):
        return translated(duty.text)
    return _("等%(who)s办理：%(what)s", who=who, what=translated(duty.text))


def is_own(project: Project, duty: Duty, choices: list[Choice], actor: Actor) -> bool:
    """Whether it is the reader who is to do what has to be done."""
    if duty.role == "producer":
        return not actor.is_staff
    if duty.role not in actor.roles:
        return False
    if duty.role == "officer":
        return is_in_charge(project, actor) is None
    return not_recused(project, actor) is None and (
        project.state != "proposed" or any(choice.step.primary for choice in choices)
    )


def _awaited(project: Project, actor: Actor) -> str:
    """Nothing is proposed while other departments are asked (协审); a house does not read which they are."""
    if not reads_inside(project, actor):
        return _("等有关部门出具协审意见。")
    who = listed(project.co_reviews_awaited)
    if is_in_charge(project, actor) is None and "officer" in actor.roles:
        return _("等%(who)s答复，收到后登记。", who=who)
    return _("等%(who)s答复协审。", who=who)


def summary(project: Project, state_label: str) -> str:
    """Where it stands, in a sentence for the phone."""
    station = _(labels.STATIONS[station_of(project) - 1])
    return _("第 %(n)s 站 %(station)s：%(state)s", n=station_of(project), station=station, state=state_label)
