"""One title: overview, materials, records, timeline, and the files that hang on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from audiovisual.kernel import paging, serving, withheld
from audiovisual.kernel.calendar import working_calendar
from audiovisual.kernel.files import StoredFile
from audiovisual.kernel.languages import gettext as _
from audiovisual.kernel.lifecycle import choices as kernel_choices
from audiovisual.kernel.model import db, today
from audiovisual.kernel.text import short_day
from audiovisual.kernel.web import current_actor, requires, visible_or_404
from workflows import beside
from workflows.access import Actor, is_in_charge, knows_project, reads_inside
from workflows.duties import Duty, next_duty
from workflows.engine import Choice
from workflows.errors import N_, Unknown
from workflows.project import PROJECT
from workflows.records import ENDED
from workflows.ruleset.bank import INTAKE as INTAKE_RULE

from .. import clocks, due, labels, overview, panels, sheet
from ..compared import compared
from ..deciding import facts_of
from ..forms.production import months_of
from ..models import PERMITS, Airing, Attachment, Completion, CompletionItem, CoReview, Permit, Project
from ..operations import production
from ..operations.intake import latest_screening, returned_screening
from ..plan import late_by, plan_of
from ..queries import page as reading
from ..queries import records, twins
from . import bp
from .reach import is_sided, known, sided
from .steps import WAYS

EVENTS = 10
WARN_DAYS = 60
CRITERIA = {row["code"]: row["label"] for row in cast("list[dict[str, str]]", INTAKE_RULE["criteria"])}
STATES = {state.code: state.label for state in PROJECT.states}
INTAKE = ("submitted", "received", "completing", "accepted", "proposed")
PLANNED = ("scheduled", "in_production", "in_review", "rectifying", "reviewed", "aired", "suspended", "dormant")


@bp.get("/<int:project_id>")
@requires("project.view")
def show(project_id: int) -> ResponseReturnValue:
    """The title's page: what it is, whose turn it is, by when, what may be done, what happened."""
    actor = current_actor()
    title = reading.title(project_id, actor.is_staff)
    project = visible_or_404(title.project if title else None, knows_project)
    sided_ = is_sided(project, actor)
    milestones = reading.milestones(project.id) if project.state in PLANNED else []
    permits = reading.permits(project.id) if sided_ and title.licensed and project.state in PLANNED else []
    head = frame(project, actor, "overview", title.counts)
    standing = _standing(title, actor) if sided_ else {"clock": None, "choices": []}
    return render_template(
        "projects/show.html", **head, points=sheet.points(project, permits), class_note=_class_note(project, actor),
        summary=overview.summary(project, head["state_label"]), in_charge=_in_charge(title, actor) if head["staff"] else "",
        stations=overview.stations(project, next((m for m in milestones if m.kind == "release"), None)),
        **standing, to_know=facts_of(project, actor) if _decided_here(standing["choices"]) else [],
        node=_node(project, milestones) if sided_ else "", missed=_missed(project, milestones) if sided_ else [],
        milestones=plan_of(milestones, project.state not in ENDED, project.delivered_at is not None) if sided_ else None, sided=sided_,
        events=_facts(project, actor, EVENTS) if sided_ else [],
        twins=twins.alike(project.title, actor, project) if actor.is_staff and project.state in INTAKE else None,
        screening=latest_screening(project) if head["staff"] and project.state == "proposed" else None,
        asked=records.open_questions(project) if head["staff"] and head["counts"].get("questions") else [],
        may_settle=head["staff"] and beside.settle_question(project, actor) is None,
        returned=returned_screening(project) if head["staff"] else None,
        completions=_completed(project) if head["staff"] else [], vocabulary=labels, compared=compared,
        recommendations=labels.RECOMMENDATIONS, criteria=CRITERIA, states=STATES,
        boxes=[(box.template, panel) for box in panels.BOXES if (panel := box.load(project, actor)) is not None],
    )  # fmt: skip


def _decided_here(choices: list[Choice]) -> bool:
    """Whether the reader accepts or declines the filing: that has no page of its own, what is known is told on this one."""
    return any(choice.step.trigger == "accept" and choice.refusal is None for choice in choices)


def _node(project: Project, milestones: list[Any]) -> str:
    """The node of the plan by which a title is due while no clock runs."""
    node = clocks.next_node(project.state, milestones)
    return _(production.NODES[node.kind]) if node is not None else ""


def _missed(project: Project, milestones: list[Any]) -> list[str]:
    """The nodes of a title that goes on that are past their day and were not reached, each in a few words."""
    if project.state in ENDED:
        return []
    return [
        _("%(node)s（计划 %(day)s，已过 %(n)s 天）", node=_(production.NODES[node.kind]), day=short_day(node.planned_on), n=days)
        for node in milestones if (days := late_by(node, project.delivered_at is not None))
    ]  # fmt: skip


def _in_charge(title: reading.Title, actor: Actor) -> str:
    """Who handles the title, for people of the bureau."""
    held = overview.holder(title.project, title.holder, True, working_calendar(), title.attended)
    return overview.in_charge(title.project, title.officer, title.attended, held["who"])


def _completed(project: Project) -> list[Completion]:
    """The completion that was handed back last, while the officer looks at it: old beside new."""
    if project.state != "received":
        return []
    return [notice for notice in records.completions(project) if notice.completed_at is not None][:1]


def _class_note(project: Project, actor: Actor) -> str:
    """What the rules leave open, while an officer can still settle it."""
    if not actor.is_staff or project.state not in INTAKE:
        return ""
    return sheet.open_questions(project)


def frame(project: Project, actor: Actor, on: str, counts: Mapping[str, int] | None = None) -> dict[str, Any]:
    """What every page of a title needs: the row, its crumbs, its tabs with their figures, its rights.

    `counts` are the figures, where they came with the title; a member of staff recused from it reads an outsider's.
    """
    staff, sided_ = reads_inside(project, actor), is_sided(project, actor)
    tabs = [tab for tab in panels.TABS if tab.shown is None or tab.shown(project, actor)]
    if counts is None or staff != actor.is_staff:
        counts = reading.tab_counts(project, actor, tabs)
    base = f"{url_for('projects.bank')}/{project.id}"
    items = [("overview", _("概况"), base, None), ("materials", _("材料"), f"{base}/materials", counts["papers"])]
    items += [(tab.key, _(tab.label), tab.url(project), counts.get(tab.key)) for tab in tabs]
    if sided_:
        items.append(("records", _("记录"), f"{base}/records", None))
        items.append(("timeline", _("时间线"), f"{base}/timeline", counts["facts"]))
    return {
        "project": project, "base": base, "facts": sheet.facts(project), "staff": staff, "counts": counts,
        "state_label": labels.state_name(project.state, staff),
        "class_label": labels.class_name(project.class_code, project.type),
        "theme": labels.theme_name(project.theme_era, project.theme_topic),
        "tab_items": [{"label": t, "url": u, "on": key == on, "count": n} for key, t, u, n in items],
        "crumbs": [(_("工作台"), url_for("desk.home")), (_("种子库"), url_for("projects.bank")),
                   (project.number or _("草稿"), None if on == "overview" else base)],
    }  # fmt: skip


def _standing(title: reading.Title, actor: Actor) -> dict[str, Any]:
    """Whose turn, by when, what next."""
    project, calendar, inside = title.project, working_calendar(), reads_inside(title.project, actor)
    held = overview.holder(project, title.holder, inside, calendar, title.attended)
    running = reading.running_clock(project.id) if title.timed else None
    choices = [c for c in kernel_choices(project, actor) if c.step.trigger in WAYS or c.step.trigger in panels.PAGES]
    standing = clocks.standing_with(project, title.counts)
    duty = next_duty(standing)
    return {
        "holder": held, "clock": overview.clock_view(*running, inside, calendar, _plan_filing(project)) if running else None,
        "due": due.due_of(project, today(), calendar, of_house=not inside and not actor.is_staff),
        "choices": choices, "pages": _pages(project, choices), "more_acts": further(project, actor, title.counts),
        "todo": overview.todo(project, duty, choices, held["who"], actor),
        "door": _door(project, duty, actor) if duty and overview.is_own(project, duty, choices, actor) else None,
        "doors": {trigger: _(words) for trigger, words in DOORS.items()} | _to_verify(duty),
        "awaited": _awaited(project, actor), "answering": duty is not None and duty.act == "co_review.answer",
        "deserted": inside and title.deserted, "may_take": beside.take(project, actor) is None,
    }  # fmt: skip


def _plan_filing(project: Project) -> str | None:
    """Whether the title's class asks for a planning filing; None while it has no class."""
    return (project.class_detail or {}).get("plan_filing")


DOORS = {"submit": N_("继续填写"), "complete": N_("逐项补正"), "resubmit": N_("逐条答复")}
"""Words on the way to the page where a refused step's work is done."""


def _to_verify(duty: Duty | None) -> dict[str, str]:
    return {"pass_title": _("逐条核验")} if duty is not None and duty.act == "change.close" else {}


WHERE = {
    "project.decide_class": (N_("认定类别"), "class"), "project.ask_co_review": (N_("征求协审"), "co-reviews/new"),
    "project.record_permit": (N_("登记证号"), "permits/new"),
    **dict.fromkeys(
        ("review.open", "review.compose", "round.freeze", "review.settle", "round.agree", "round.decide"),
        (N_("去审核"), "rounds"),
    ),
}  # fmt: skip
"""By the act that comes next, where it is none of the steps with a button of its own: words, address under the title."""


def _door(project: Project, duty: Duty, actor: Actor) -> tuple[str, str] | None:
    """The way to the page where the reader does what has to be done: words and address."""
    found = WHERE.get(duty.act)
    return (_(found[0]), f"{url_for('projects.bank')}/{project.id}/{found[1]}") if found else None


def _awaited(project: Project, actor: Actor) -> str | None:
    """Where the officer in charge records what a department answered, while one is awaited (协审)."""
    if "officer" not in actor.roles or is_in_charge(project, actor) is not None:
        return None
    asked = (
        [review for review in project.co_reviews if review.state == "asked"]
        if project.state in beside.CO_REVIEWABLE
        else []
    )
    if len(asked) == 1:
        return url_for("projects.answer_co_review", project_id=project.id, record_id=asked[0].id)
    return url_for("projects.record_page", project_id=project.id, _anchor="co-reviews") if asked else None


def _pages(project: Project, choices: list[Choice]) -> dict[str, str]:
    """Steps that have a page of their own; those of later features come first."""
    found = {}
    for choice in choices:
        trigger = choice.step.trigger
        way = WAYS.get(trigger)
        if trigger in panels.PAGES:
            found[trigger] = panels.PAGES[trigger](project)
        elif way is not None and way.page:
            found[trigger] = url_for(way.page, project_id=project.id)
    return found


BESIDE = (
    (
        N_("认定类别"),
        "class",
        lambda project, actor: beside.decide_class(project, actor) is None and _class_open(project),
    ),
    (N_("征求协审"), "co-reviews/new", lambda project, actor: beside.ask_co_review(project, actor) is None),
    (N_("登记证号"), "permits/new", lambda project, actor: beside.record_permit(project, actor) is None),
    (N_("调整计划"), "plan", lambda project, actor: beside.change_plan(project, actor) is None),
    (
        N_("报进度"),
        "progress/new",
        lambda project, actor: beside.report(project, actor) is None and _unreported(project),
    ),
    (N_("改联系人"), "contact", lambda project, actor: beside.change_contact(project, actor) is None),
    (N_("申请变更"), "changes/new", lambda project, actor: beside.ask_change(project, actor) is None),
    (N_("移交"), "hand-over", lambda project, actor: beside.hand_over(project, actor) is None),
    (N_("回避"), "recusal", lambda project, actor: beside.recuse(project, actor) is None),
    (N_("留言"), "remarks/new", lambda project, actor: beside.remark(project, actor) is None),
)
"""Acts beside the line: label, address under the title, and whether it would pass, by the check the operation runs."""


def further(project: Project, actor: Actor, counts: Mapping[str, int]) -> list[tuple[str, str]]:
    """Acts beside the line that the person may take now: label and address."""
    base = f"{url_for('projects.bank')}/{project.id}"
    own = [(_(label), f"{base}/{path}") for label, path, passes in BESIDE if passes(project, actor)]
    side = "days_of_bureau" if actor.is_staff else "days_of_house"
    if counts.get(side) and beside.correct_days(project, actor) is None:
        own.append((_("更正实际日期"), f"{base}/days"))
    free_ways = [act for act in panels.ACTS if not counts.get(act.label) and act.shown(project, actor)]
    pending = [
        act.pending for act in panels.ACTS if act.pending and counts.get(act.label) and act.shown(project, actor)
    ]
    own += [(_(words), where(project, actor)) for words, where in pending]
    return own + [(_(act.label), act.url(project)) for act in free_ways]


def _unreported(project: Project) -> bool:
    """Whether a month is left that its house may report for."""
    return bool(months_of(project.scheduled_at, {row.period for row in records.progress(project)})[1])


def _class_open(project: Project) -> bool:
    return bool((project.class_detail or {}).get("undecided")) or project.class_code is None


def _facts(project: Project, actor: Actor, limit: int, passed: int = 0) -> list[dict[str, Any]]:
    """Events as the timeline macro wants them, the newest first, but for the `passed` first."""
    found, staff = [], reads_inside(project, actor)
    events = reading.events(project.id, staff, limit, passed)
    withheld.fetch(event.data for event in events)
    for event in events:
        told = labels.fact(event, staff)
        note = event.reason if event.reason and (staff or event.trigger in labels.TOLD_REASONS) else None
        who = f"{labels.doer(event.actor_name, event.absent)} " if staff and event.actor_name else ""
        found.append(
            {"id": event.id, "at": event.at, "text": who + told, "note": note, "tone": "" if found or passed else "now"}
        )
    return found


@bp.get("/<int:project_id>/materials")
@requires("project.view")
def materials(project_id: int) -> ResponseReturnValue:
    """Everything that was filed, with its papers."""
    project, actor = known(project_id), current_actor()
    papers = list(
        db.session.scalars(select(Attachment).where(Attachment.project_id == project.id).order_by(Attachment.id))
    )
    own = is_sided(project, actor)
    return render_template(
        "projects/materials.html", **frame(project, actor, "materials"),
        sections=sheet.sections(project), papers=[paper for paper in papers if paper.removed_at is None], vocabulary=labels,
        completions=records.completions(project) if own else [], compared=compared,
        older=[paper for paper in papers if own and _replaced(project, paper)],
    )  # fmt: skip


@bp.get("/<int:project_id>/records")
@requires("project.view")
def record_page(project_id: int) -> ResponseReturnValue:
    """What was recorded along the way: screenings, co-reviews, numbers and licences, changes, progress, airing."""
    project, actor = sided(project_id), current_actor()
    staff = reads_inside(project, actor)
    co_reviews = records.co_reviews(project)
    screenings, names = records.screenings(project) if staff else ([], {})
    changes = records.change_requests(project)
    reports = records.progress(project)
    figures, warnings = sheet.drift(project, reports) if reports else ([], [])
    return render_template(
        "projects/records.html", **frame(project, actor, "records"), screenings=screenings,
        names=names, co_reviews=co_reviews, permits=records.permits(project),
        may_correct_reports=beside.report(project, actor) is None,
        correctable="officer" in actor.roles and beside.correct_permit(project, actor) is None,
        changes=changes, progress=reports, figures=figures, cost_warnings=warnings, airings=records.airings(project), vocabulary=labels,
        mine="officer" in actor.roles and is_in_charge(project, actor) is None,
        own="producer" in actor.roles and actor.organisation_id == project.house_id,
        recommendations=labels.RECOMMENDATIONS, criteria=CRITERIA, kinds=PERMITS, warn_days=WARN_DAYS,
    )  # fmt: skip


@bp.get("/<int:project_id>/timeline")
@requires("project.view")
def timeline(project_id: int) -> ResponseReturnValue:
    """All facts, a hundred a page, the newest first."""
    project, actor = sided(project_id), current_actor()
    head = frame(project, actor, "timeline")
    total = head["counts"]["facts"]
    number = paging.within(paging.asked_page(), FACTS_PER_PAGE, total)
    events = _facts(project, actor, FACTS_PER_PAGE, (number - 1) * FACTS_PER_PAGE)
    page = paging.Page(events, number, FACTS_PER_PAGE, total)
    return render_template("projects/timeline.html", **head, page=page)


FACTS_PER_PAGE = 100


FILES: dict[str, Any] = {"papers": Attachment, "co-reviews": CoReview, "permits": Permit, "airings": Airing}
INNER = ("co-reviews",)
"""Kinds of file that only the bureau reads."""


@bp.get("/<int:project_id>/<any(papers, 'co-reviews', permits, airings, answers):kind>/<int:record_id>/file")
@requires("project.read_file")
def file(project_id: int, kind: str, record_id: int) -> ResponseReturnValue:
    """A file of the title. Experts read papers of the filing alone, houses no papers of other departments."""
    project, actor = known(project_id), current_actor()
    if (kind != "papers" and not is_sided(project, actor)) or (kind in INNER and not reads_inside(project, actor)):
        raise Unknown()
    stored, name = _stored(project, kind, record_id)
    return serving.send(stored, inline=request.args.get("inline") == "1", name=name)


def _replaced(project: Project, paper: Attachment) -> bool:
    """Whether a paper was part of the filing once and another version took its place."""
    return paper.removed_at is not None and project.submitted_at is not None and paper.removed_at > project.submitted_at


def _readable(project: Project, paper: Attachment) -> bool:
    """Papers of the filing; versions before them for its house and the bureau alone."""
    return paper.removed_at is None or (_replaced(project, paper) and is_sided(project, current_actor()))


def _stored(project: Project, kind: str, record_id: int) -> tuple[StoredFile, str | None]:
    row: Any
    if kind == "answers":
        item = db.session.get(CompletionItem, record_id)
        row = item if item is not None and item.project_id == project.id else None
    else:
        row = records.record(FILES[kind], record_id, project)
    if row is None or row.file is None or (kind == "papers" and not _readable(project, row)):
        raise Unknown()
    return row.file, getattr(row, "name", None)
