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
from workflows.clock import Calendar, working_days_between
from workflows.duties import Duty, as_told
from workflows.engine import Choice
from workflows.errors import N_
from workflows.project import PROJECT
from workflows.ruleset.clocks import GUIDE

from . import clocks, due, labels
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


def stations(project: Project, release: Any = None) -> list[dict[str, Any]]:
    """The six stations with their days, for the macro `steps`. `release`: the last node of the plan, where there is one."""
    now = station_of(project)
    lines: list[list[str]] = [
        _lines((N_("%(day)s 提交"), project.submitted_at), (N_("%(day)s 受理"), project.accepted_at)),
        _lines((N_("%(day)s 入库"), project.screened_at)),
        _lines((N_("%(day)s 排定"), project.scheduled_at)),
        _lines((N_("%(day)s 开机"), project.started_on)),
        _lines((N_("%(day)s 送审"), project.delivered_at), (N_("%(day)s 通过"), project.reviewed_at)),
        _lines((N_("%(day)s 首播"), project.aired_on)) or _lines(_ahead(project, release)),
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


def _ahead(project: Project, release: Any) -> tuple[str, date | None]:
    """When a title is to be aired: as forecast, as planned, as filed; of one that has ended nothing is expected."""
    if project.state in ENDED:
        return "", None
    if release is None:
        return N_("拟 %(day)s"), project.release_on
    return (
        (N_("预计 %(day)s"), release.forecast_on) if release.forecast_on else (N_("计划 %(day)s"), release.planned_on)
    )


def _lines(*pairs: tuple[str, Any]) -> list[str]:
    return [_(text, day=short_day(stamp)) for text, stamp in pairs if stamp]


def clock_name(row: Clock, label: str, plan_filing: str | None) -> str:
    """What the running clock is called. The first review is one of a planning filing only where the class requires it."""
    plain = row.step == "first_review" and plan_filing != "required"
    return _("初审") if plain else _(label)


def clock_view(
    row: Clock, rule: DatedRule, staff: bool, calendar: Calendar, plan_filing: str | None = "required"
) -> dict[str, Any]:  # fmt: skip
    """The running clock for the page: its lines (the internal one for staff), pauses in words, for staff its basis.

    `plan_filing`: whether the class of the title asks for a planning filing (required, optional, none).
    """
    clock, day = clocks.computed(row, rule.value, calendar), today()
    shown = [line for line in reversed(clock.lines) if staff or line.line != "internal"]
    percent = clocks.percent_of(rule.value)
    return {
        "name": clock_name(row, clock.rule.label, plan_filing), "unit": _(labels.UNITS[clock.rule.unit]),
        "lines": [_track(clock, line, rules.left_of(clock, line.line, day, calendar, percent), calendar) for line in shown],
        "pauses": [
            _("%(why)s %(start)s 至 %(end)s", why=_(labels.PAUSES.get(p.reason, p.reason)), start=short_day(p.start),
              end=short_day(p.end) if p.end else _("今"))
            for p in clocks.pauses_of(row, clock.rule)
        ],
        "basis": basis(clock.rule.source) if staff else "", "in_force": rule.valid_from,
        "leading": rules.leading(clock), "provisional": clock.provisional, "urgent": row.urgent,
    }  # fmt: skip


def _track(clock: rules.Clock, line: rules.Deadline, left: rules.Left | None, calendar: Calendar) -> dict[str, Any]:
    """One line as the macro `clock_tracks` draws it; bar, figure and day say the same."""
    used = rules.used_days(clock, today(), calendar) if left is None else line.days - left.days
    return {
        "label": _(labels.LINES[line.line]) + " " + _(labels.LENGTHS[clock.rule.unit], n=line.days), "limit": line.days,
        "used": max(used, 0), "until": line.due, "light": due.SHAPE[left.colour] if left else "",
        "words": translated(left.text) if left else _("时钟暂停"),
    }  # fmt: skip


def basis(source: str) -> str:
    """On what a limit rests, for the bureau: where the province has set none, whose is used meanwhile."""
    if source == GUIDE:
        return _("本省未定，暂按上海《网络剧片备案、内容审查办事指南》（2026年8月）")
    return _(source)


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


def in_charge(project: Project, officer: str | None, attended: bool, holder: str) -> str:
    """Who handles the title in the bureau, where the line of whose hands it is in does not say so; that nobody does, and
    who did before. `officer`: the name of the one it was given to."""
    if project.state in (*ENDED, "draft", "submitted"):
        return _("经办：%(name)s", name=officer) if officer and officer != holder else ""
    if attended:
        return _("经办：%(name)s", name=officer) if officer != holder else ""
    if holder == _(labels.UNATTENDED):
        return ""
    return _("无人经办，原经办%(name)s已不在岗", name=officer) if officer else _(labels.UNATTENDED)


def todo(project: Project, duty: Duty | None, choices: list[Choice], who: str, actor: Actor) -> str:
    """One sentence: what the reader has to do, else whom the title waits for."""
    if duty is None:
        return _(ENDED[project.state])
    if duty.act == "co_review.answer":
        return _awaited(project, actor)
    if is_own(project, duty, choices, actor):
        return translated(duty.text)
    if not reads_inside(project, actor) and duty.role != "producer":
        return translated(as_told(duty, project.state, inside=False))
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
