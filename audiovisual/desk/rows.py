"""What a row of a work list shows: what to do, where the title stands, how many working days are left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import url_for

from audiovisual.kernel.calendar import working_calendar
from audiovisual.kernel.model import today
from audiovisual.projects import labels, overview, panels
from workflows.access import ROLES, Actor
from workflows.clock import Calendar, working_days_between
from workflows.errors import N_, Sentence, say
from workflows.project import PROJECT
from workflows.ruleset.vocabulary import TYPES

DUTIES: dict[tuple[str, str], str] = {
    ("submitted", "officer"): N_("收件"),
    ("received", "officer"): N_("受理，或一次告知补正"),
    ("completing", "producer"): N_("按通知补正"),
    ("accepted", "officer"): N_("出具初审意见"),
    ("proposed", "head"): N_("审定是否入库"),
    ("screened", "officer"): N_("排期"),
    ("scheduled", "producer"): N_("筹备，登记开机"),
    ("in_production", "producer"): N_("报进度，送审样片"),
    ("in_review", "officer"): N_("组织审核"),
    ("in_review", "expert"): N_("专家审看"),
    ("in_review", "head"): N_("审签处理意见"),
    ("in_review", "leader"): N_("签批结论"),
    ("in_review", "sealer"): N_("审核意见函编号用印"),
    ("rectifying", "producer"): N_("逐条整改并答复"),
    ("reviewed", "producer"): N_("登记播出"),
    ("suspended", "officer"): N_("暂停中，条件具备时恢复"),
    ("dormant", "officer"): N_("休眠中，需要时唤醒"),
    ("draft", "producer"): N_("填完并提交申报"),
}
"""What the holder of a title has to do, by its state and his role."""


@dataclass(frozen=True)
class Row:
    """One line of a work list, ready to be shown."""

    id: int
    title: str
    number: str
    house: str
    type: str
    station: int
    state: str
    todo: Sentence | str
    holder: str
    held_since: Any
    days: int | None
    due: date | None
    paused: bool
    urgent: bool
    key: bool
    url: str
    act_url: str
    unattended: bool = False
    """Nobody is in charge of it, so that whoever reads the row may take it on."""


def row_of(found: Any, actor: Actor, calendar: Calendar) -> Row:
    """A row of `queries.work_list` as it is shown to this person."""
    state, role = PROJECT.state(found.state), found.holder_role or ""
    due, paused = found.due_on, found.paused_since is not None
    if role == "producer" and not actor.is_staff and found.house_due is not None:
        due, paused = found.house_due, False  # the bureau's clock stands still, the house's does not
    days = None if due is None else working_days_between(today(), due, calendar)
    if days == 0 and due < today():
        days = -1  # due on a day off that has passed: late, though no working day has gone by
    if role == "producer":
        holder = found.short_name or found.house_name
    elif role == "officer" and not found.attended:
        holder = labels.nobody(found)
    else:
        holder = found.holder_name or ""
    return Row(
        id=found.id, title=found.title or "", number=found.number or "", house=found.short_name or found.house_name,
        type=TYPES.get(found.type, ""), station=state.station, state=state.label_for(actor.is_staff),
        todo=_duty(found, role), holder=holder or ROLES.get(role, ""), held_since=found.held_since, days=days,
        due=due, paused=paused, urgent=found.urgent, key=found.key_year is not None,
        url=url_for("projects.show", project_id=found.id), act_url=_page_of(found, role),
        unattended=role == "officer" and not found.attended and found.state != "submitted",
    )  # fmt: skip


IN_REVIEW = {"reading": N_("专家组缺人，请补选"), "frozen": N_("汇总意见，拟定结论")}
"""What the officer has to do with a title in review, by how far its round is."""


def _duty(found: Any, role: str) -> Sentence | str:
    """What the holder has to do: by state and role; in review also by how far it is, and while departments are asked."""
    if role == "producer" and found.deserted and found.state != "draft":
        return N_("制作机构没有在册人员，请与机构联系")
    if role == "officer":
        reached = overview.after_letter(found)
        if reached:
            return overview.AFTER_LETTER[reached]
        if found.awaited and (found.state == "accepted" or found.round_state == "frozen"):
            return say("等%(who)s答复，收到后登记", who=found.awaited)
        if found.state == "in_review" and found.round_state in IN_REVIEW:
            return IN_REVIEW[found.round_state]
    return DUTIES.get((found.state, role), "")


STEPS = {"draft": "submit", "completing": "complete", "rectifying": "resubmit"}
"""By state, the step of its house that has a page of its own."""


def _page_of(found: Any, role: str) -> str:
    """The page on which the holder does what he has to do."""
    if role in ("head", "leader") and found.round_id is not None:
        return url_for("reviews.decide", round_id=found.round_id)
    if (found.state, role) == ("in_review", "officer"):
        to_ledger = overview.after_letter(found) in ("verify", "pass", "pass_unchanged")
        return url_for("reviews.changes" if to_ledger else "reviews.of_title", project_id=found.id)
    if role == "producer" and found.state in STEPS and not found.deserted:
        return panels.PAGES[STEPS[found.state]](found)
    return url_for("projects.show", project_id=found.id)


@dataclass(frozen=True)
class Group:
    """Rows under one heading."""

    label: str
    rows: list[Row]
    over: bool = False


def grouped(found: Iterable[Any], actor: Actor) -> list[Group]:
    """Late, today, this week, later, without a day; empty groups are left out."""
    calendar, day = working_calendar(), today()
    sunday = day + timedelta(days=6 - day.weekday())
    groups: dict[str, list[Row]] = {name: [] for name in ("late", "today", "week", "later", "none")}
    for item in found:
        row = row_of(item, actor, calendar)
        groups[_group(row, day, sunday)].append(row)
    labels = {
        "late": N_("已超期"), "today": N_("今天到期"), "week": N_("本周到期"), "later": N_("以后"), "none": N_("暂无时限"),
    }  # fmt: skip
    for rows in groups.values():
        rows.sort(key=lambda row: (not row.urgent, row.due or date.max))
    return [Group(labels[name], rows, name == "late") for name, rows in groups.items() if rows]


def _group(row: Row, day: date, sunday: date) -> str:
    if row.due is None or row.paused:
        return "none"
    if row.due < day:
        return "late"
    if row.due == day:
        return "today"
    return "week" if row.due <= sunday else "later"
