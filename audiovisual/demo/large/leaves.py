"""What a step of a large bank's title leaves behind besides its state: records, reports, airing."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from audiovisual.kernel.model import shanghai
from audiovisual.projects.models import (
    Airing,
    Completion,
    CompletionItem,
    Milestone,
    Progress,
    Screening,
)
from audiovisual.projects.operations.intake import weighed
from workflows.errors import N_
from workflows.ruleset.numbers import number

from ..filing_acts import CRITERIA
from ..texts import compose
from .course import AFTER, LINES, REASONS, Course


def _submit(course: Course, after: float) -> dict[str, Any]:
    year = shanghai(course.slip.filed_at).year
    pattern = course.world.rule("numbers", shanghai(course.slip.filed_at).date()).value["project"]
    course.row["number"], course.row["submitted_at"] = number(pattern, year, course.slip.number), course.slip.filed_at
    return {"number": course.row["number"]}


def _receive(course: Course, after: float) -> dict[str, Any]:
    course.row["officer_id"] = course.officer[0]
    return {}


def _ask(course: Course, after: float) -> dict[str, Any]:
    demand, id_ = "只交了前六集分集梗概，请补全。", course.slip.id
    due = course.row["_asked_back_by"] = course.day(after) + timedelta(days=30)
    course.world.rows.add(
        Completion,
        id=id_,
        project_id=id_,
        asked_by_id=course.officer[0],
        asked_at=course.last,
        due_on=due,
        completed_at=None,
    )
    course.world.rows.add(CompletionItem, completion_id=id_, ordinal=1, field="", demand=demand, answer="")
    return {"items": [demand]}


def _propose(course: Course, after: float) -> dict[str, Any]:
    given = compose.compose_screening(course.rng, course.given)
    scores = [{"code": code, **given[code]} for code in CRITERIA]
    rule = course.world.rule("intake", course.day(after))
    total, refused = weighed(scores, rule.value), course.slip.state == "rejected"
    row, decided = course.row, course.slip.state != "proposed"
    head = course.person("head")[0] if decided else None
    row["proposed_by_id"] = course.officer[0]
    course.world.rows.add(
        Screening, project_id=course.slip.id, officer_id=course.officer[0], at=course.last, rule_id=rule.id, scores=scores, total=total,
        recommendation="reject" if refused else "admit", comment=given["comment"], decided_by_id=head,
        decided_at=course.last if decided else None, decision=("rejected" if refused else "admitted") if decided else None,
        reason=REASONS["reject"] if refused else None,
    )  # fmt: skip
    return {"total": total, "recommendation": "reject" if refused else "admit"}


def _schedule(course: Course, after: float) -> dict[str, Any]:
    reached = {"start_production": 62, "in_production": 62}
    until = max([days for _, days in LINES[course.slip.state]] + list(filter(None, [reached.get(course.slip.state)])))
    plan = {kind: course.day(days) for kind, days in AFTER.items()}
    nodes = []
    for ordinal, (kind, planned) in enumerate(plan.items()):
        actual = planned if AFTER[kind] <= until and planned <= course.world.today else None
        course.world.rows.add(
            Milestone, project_id=course.slip.id, ordinal=ordinal, kind=kind, planned_on=planned, forecast_on=None, actual_on=actual,
            actual_by_id=None, version=1,
        )  # fmt: skip
        nodes.append(SimpleNamespace(kind=kind, planned_on=planned, actual_on=actual))
    course.row["_plan"] = nodes
    return {"plan": {kind: day.isoformat() for kind, day in plan.items()}}


def _start(course: Course, after: float) -> dict[str, Any]:
    course.row["started_on"] = course.day(after)
    return {"started_on": course.row["started_on"].isoformat()}


def reports(course: Course) -> None:
    """Progress by month since the start, as far as the title came."""
    until = min(course.day(148), course.world.today)
    for n, report in enumerate(compose.compose_progress(course.rng, course.given)[:3]):
        at = course.at(62 + 10 + 31 * n)
        if shanghai(at).date() >= until or at >= course.world.now:
            return
        period = f"{shanghai(at):%Y-%m}" if n == 0 else f"{(shanghai(at).replace(day=1)):%Y-%m}"
        if period == course.row.get("_period"):
            continue
        course.row["_period"] = period
        course.world.rows.add(
            Progress, project_id=course.slip.id, period=period, text=report["text"], percent=report["percent"],
            spent_yuan=report["spent_wan"] * 10_000, problems=report["problem"], reported_by_id=course.house[0], reported_at=at,
        )  # fmt: skip
        said = N_("报了 %(period)s 进度：%(percent)s%%")
        course.tell(
            at,
            "report",
            course.house,
            text=said,
            public=said,
            data={"period": period, "percent": report["percent"]},
            tells=("officer",),
        )


def _air(course: Course, after: float) -> dict[str, Any]:
    day, id_ = course.day(after), course.slip.id
    given = {
        "platform": course.row["platforms"].split("、")[0],
        "aired_on": day.isoformat(),
        "licence_number": f"（苏）网审字（{day.year}）第{id_:06d}号",
    }
    course.row["aired_on"] = day
    course.world.rows.add(
        Airing, project_id=id_, platform=given["platform"], aired_on=day, licence_number=given["licence_number"], url="",
        evidence="平台首页截图存档。", recorded_by_id=course.house[0], recorded_at=course.last,
    )  # fmt: skip
    return given


OF = {
    "submit": _submit, "receive": _receive, "ask_completion": _ask, "propose": _propose, "schedule": _schedule, "start_production": _start,
    "air": _air,
}  # fmt: skip
"""What a step leaves behind besides itself; gives what the event keeps."""
