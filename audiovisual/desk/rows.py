"""What a row of a work list shows: what to do, where the title stands, by when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for

from audiovisual.kernel.calendar import working_calendar
from audiovisual.kernel.languages import gettext as _
from audiovisual.kernel.model import today
from audiovisual.kernel.packing import unpacked
from audiovisual.projects import labels, panels
from audiovisual.projects.clocks import NEXT_NODE
from audiovisual.projects.due import Due, due_of
from audiovisual.projects.models import PERMITS, permit_kind
from audiovisual.projects.operations.production import NODES
from workflows.access import ROLES, Actor
from workflows.clock import Calendar
from workflows.duties import Duty, Standing, as_told, next_duty
from workflows.errors import N_, Sentence
from workflows.naming import departments_lacking
from workflows.project import PROJECT
from workflows.records import ENDED
from workflows.ruleset.vocabulary import TYPES

from .queries import GROUPS, PART


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
    due: Due
    urgent: bool
    key: bool
    url: str
    act_url: str
    missed: Sequence[str] = ()
    """Nodes of the plan past their day that were not reached, but for the one whose day `due` tells."""
    unattended: bool = False
    """Nobody is in charge of it, so that whoever reads the row may take it on."""


def row_of(found: Any, actor: Actor, calendar: Calendar) -> Row:
    """A row of `queries.work_list` as it is shown to this person."""
    state, role = PROJECT.state(found.state), found.holder_role or ""
    duty = next_duty(standing_of(found))
    if role == "producer":
        holder = found.short_name or found.house_name
    elif not actor.is_staff:
        holder = N_("省局")
    elif role == "officer" and not found.attended:
        holder = labels.nobody(found)
    else:
        holder = found.holder_name or ""
    if role == "producer" and found.deserted and found.state != "draft":
        duty = DESERTED
    return Row(
        id=found.id, title=found.title or "", number=found.number or "", house=found.short_name or found.house_name,
        type=TYPES.get(found.type, ""), station=state.station, state=state.label_for(actor.is_staff),
        todo=as_told(duty, found.state, actor.is_staff) if duty else "", holder=holder or ROLES.get(role, ""), held_since=found.held_since,
        due=due_of(found, today(), calendar, of_house=not actor.is_staff), urgent=found.urgent,
        key=found.key_year is not None, url=url_for("projects.show", project_id=found.id),
        act_url=_page_of(found, duty), missed=_missed(found),
        unattended=role == "officer" and not found.attended and found.state != "submitted",
    )  # fmt: skip


def _missed(found: Any) -> list[str]:
    """The nodes of a title that goes on which are past their day, the first first, each with how many days."""
    if found.state in ENDED or not found.missed:
        return []
    nodes = sorted(tuple(reversed(each.split("="))) for each in found.missed.split(PART))
    if nodes and nodes[0][1] == NEXT_NODE.get(found.state):
        del nodes[0]  # `due` tells its day, and what is to be done is the node itself
    return [
        _("%(node)s已过 %(n)s 天", node=_(NODES[kind]), n=(today() - date.fromisoformat(planned)).days)
        for planned, kind in nodes
    ]  # fmt: skip


def standing_of(found: Any) -> Standing:
    """Where the title of a row stands, as `projects.clocks.standing_of` says it of the title itself."""
    lacking = permit = None
    if found.state == "accepted":
        asked = [department for (department,) in unpacked(found.asked)]
        lacking = departments_lacking((found.class_detail or {}).get("co_review", []), asked)
    if found.state == "reviewed" and found.holder_role == "officer":
        permit = PERMITS.get(permit_kind((found.class_detail or {}).get("licence")) or "")
    return Standing(
        found.state,
        class_known=found.class_code is not None,
        lacking=lacking or (),
        awaited=[department for (department,) in unpacked(found.awaited)],
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
    **dict.fromkeys(("review.open", "review.compose", "round.freeze", "review.settle"), "reviews.of_title"),
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
    """Rows under one heading; `size`: how many the group holds on all pages together."""

    label: str
    rows: list[Row]
    size: int
    over: bool = False


LABELS = {
    "urgent": N_("加急"), "late": N_("已超期"), "today": N_("今天到期"), "week": N_("本周到期"), "later": N_("以后"),
    "waiting": N_("时钟停着，等别处"), "none": N_("没有期限"),
}  # fmt: skip


def grouped(found: Iterable[Any], sizes: Mapping[str, int], actor: Actor) -> list[Group]:
    """The rows of one page under the headings of their groups; groups that are on other pages are left out."""
    calendar, groups = working_calendar(), {}
    for item in found:
        groups.setdefault(GROUPS[item.place], []).append(row_of(item, actor, calendar))
    return [Group(LABELS[name], rows, sizes.get(name, len(rows)), name == "late") for name, rows in groups.items()]
