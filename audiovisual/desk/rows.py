"""What a row of a work list shows: what to do, where the title stands, how many working days are left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import url_for

from audiovisual.kernel.calendar import working_calendar
from audiovisual.kernel.model import today
from audiovisual.projects import labels, panels
from audiovisual.projects.models import PERMITS, permit_kind
from workflows.access import ROLES, Actor
from workflows.clock import Calendar, working_days_between
from workflows.duties import Duty, Standing, next_duty
from workflows.errors import N_, Sentence
from workflows.project import PROJECT
from workflows.ruleset.vocabulary import TYPES

from .queries import PART


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
    duty = next_duty(standing_of(found))
    if role == "producer":
        holder = found.short_name or found.house_name
    elif role == "officer" and not found.attended:
        holder = labels.nobody(found)
    else:
        holder = found.holder_name or ""
    if role == "producer" and found.deserted and found.state != "draft":
        duty = DESERTED
    return Row(
        id=found.id, title=found.title or "", number=found.number or "", house=found.short_name or found.house_name,
        type=TYPES.get(found.type, ""), station=state.station, state=state.label_for(actor.is_staff),
        todo=duty.text if duty else "", holder=holder or ROLES.get(role, ""), held_since=found.held_since, days=days,
        due=due, paused=paused, urgent=found.urgent, key=found.key_year is not None,
        url=url_for("projects.show", project_id=found.id), act_url=_page_of(found, duty),
        unattended=role == "officer" and not found.attended and found.state != "submitted",
    )  # fmt: skip


def standing_of(found: Any) -> Standing:
    """Where the title of a row stands, as `projects.clocks.standing_of` says it of the title itself."""
    lacking = permit = None
    if found.state == "accepted":
        asked = (found.asked or "").split(PART)
        lacking = [each for each in (found.class_detail or {}).get("co_review", []) if each not in asked]
    if found.state == "reviewed" and found.holder_role == "officer":
        permit = PERMITS.get(permit_kind((found.class_detail or {}).get("licence")) or "")
    return Standing(
        found.state,
        class_known=found.class_code is not None,
        lacking=lacking or (),
        awaited=(found.awaited or "").split(PART) if found.awaited else (),
        permit=permit,
        house_admitted=found.house_state == "admitted",
        letter_served=found.letter_served,
        outcome=found.outcome,
        changes_total=found.changes_total,
        changes_open=found.changes_open,
        suggestions_open=found.suggestions_open,
        **panels.facts_of(found._mapping),
    )


DESERTED = Duty("officer", N_("制作机构没有在册人员，请与机构联系"), "project.view")
"""Where the house has nobody here any more, the officer gets hold of it."""
STEPS = {"draft": "submit", "completing": "complete", "rectifying": "resubmit"}
"""By state, the step of its house that has a page of its own."""
PAGES = {
    **dict.fromkeys(("change.close", "project.pass_title"), "reviews.changes"),
    **dict.fromkeys(("review.open", "review.compose", "round.freeze", "round.propose"), "reviews.of_title"),
}  # fmt: skip
"""By the act that comes next, the page it is done on; all others are done on the title's own page."""


def _page_of(found: Any, duty: Duty | None) -> str:
    """The page on which the holder does what they have to do."""
    if duty is None:
        return url_for("projects.show", project_id=found.id)
    if duty.role in ("head", "leader") and found.round_id is not None:
        return url_for("reviews.decide", round_id=found.round_id)
    if duty.role == "sealer" and found.document_id is not None:
        return url_for("documents.show", document_id=found.document_id)
    if duty.role == "producer" and found.state in STEPS:
        return panels.PAGES[STEPS[found.state]](found)
    return url_for(PAGES.get(duty.act, "projects.show"), project_id=found.id)


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
