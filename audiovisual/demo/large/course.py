"""The life of one title of a large bank as rows: the same tables of steps, rules and clocks as in life, no session."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from types import SimpleNamespace
from typing import Any

from audiovisual.kernel.model import shanghai
from audiovisual.projects import clocks
from audiovisual.projects.classes import as_detail, filing_of
from audiovisual.projects.models import (
    Attachment,
    Clock,
    CoProducer,
    Credit,
    Project,
)
from audiovisual.projects.titles import title_key
from workflows import ruleset
from workflows.classification import Decided, classify, settle
from workflows.clock import CALENDAR, Calendar, amber_from, leading
from workflows.duties import BY_STATE
from workflows.errors import N_
from workflows.filing import papers_needed
from workflows.project import PROJECT

from ..filing_acts import fields_of
from .crowd import Crowd, Firm
from .plan import Slip
from .store import Fact, Rows

LINE = (
    ("submit", 0), ("receive", 1), ("accept", 5), ("propose", 14), ("screen", 20), ("schedule", 33), ("start_production", 62),
    ("deliver", 150), ("pass_title", 205), ("air", 240),
)  # fmt: skip
"""The main line with the days after filing."""
ENDS: dict[str, tuple[str, tuple[tuple[str, int], ...]]] = {
    "draft": ("", ()), "discarded": ("", (("discard", 1),)), "completing": ("receive", (("ask_completion", 3),)),
    "rejected": ("propose", (("reject", 20),)), "withdrawn": ("accept", (("withdraw", 12),)),
    "suspended": ("start_production", (("suspend", 90),)), "dormant": ("schedule", (("rest", 120),)),
    "refiled": ("start_production", (("refile", 100),)), "rectifying": ("deliver", (("demand_changes", 176),)),
    "in_review": ("deliver", ()),
}  # fmt: skip
"""For states off the line: how far along it, and what then happened."""
REASONS = {
    "reject": "团队与资金落实情况不足以支撑拍摄计划。", "withdraw": "主创档期有变，另行申报。", "suspend": "主要演员涉及合同纠纷，待查明。",
    "rest": "半年没有报进度，联系后确认资金未到位。", "refile": "故事主线有重大改动。", "discard": None,
}  # fmt: skip
BY = {"receive": "officer", "accept": "officer", "ask_completion": "officer", "propose": "officer", "screen": "head", "reject": "head",
      "schedule": "officer", "pass_title": "officer", "suspend": "officer", "rest": "officer"}  # fmt: skip
"""Whose act a step is; all others are the house's."""
AFTER = {"script_lock": 42, "shooting_start": 62, "shooting_end": 104, "cut_delivery": 150, "release": 235}
"""Planned days of the five nodes, counted from the filing."""
STAMPS = {
    "accept": "accepted_at",
    "screen": "screened_at",
    "schedule": "scheduled_at",
    "deliver": "delivered_at",
    "pass_title": "reviewed_at",
}
CLOCK_OF = {"submit": "acceptance", "accept": "first_review", "screen": "scheduling", "deliver": "cut_review"}
MEASURES = {
    c.name: getattr(c.default, "arg", None) if c.default is not None and c.default.is_scalar else None
    for c in Project.__table__.c
}
SYSTEM = (0, "系统")


@dataclass
class World:
    """What all titles share."""

    rows: Rows
    crowd: Crowd
    rules: list[Any]
    calendar: Calendar
    today: date
    now: datetime
    office: dict[str, str]
    cut_sha256: str
    letters: Counter[int] = field(default_factory=Counter)
    lines: dict[Any, Any] = field(default_factory=dict)

    def rule(self, kind: str, day: date) -> Any:
        """The rule in force on a day; before the first of its kind, the first."""
        first = min(rule.valid_from for rule in self.rules if rule.kind == kind)
        return ruleset.rule_on(self.rules, kind, max(day, first))

    def computed(self, step: str, urgent: bool, started: date, pauses: tuple[tuple[str, str, str | None], ...]) -> Any:
        """A clock's lines; the same start gives the same days, so each is worked out once."""
        key = step, urgent, started, pauses
        if key not in self.lines:
            stops = [{"reason": reason, "start": start, "end": end} for reason, start, end in pauses]
            clock = SimpleNamespace(step=step, urgent=urgent, started_on=started, pauses=stops)
            self.lines[key] = clocks.computed(clock, self.rule("clocks", started).value, self.calendar)  # type: ignore[arg-type]
        return self.lines[key]


@dataclass
class Course:
    """One title on its way."""

    world: World
    slip: Slip
    rng: Random
    given: dict[str, Any]
    firm: Firm
    officer: tuple[int, str]
    row: dict[str, Any]
    state: str = "draft"
    last: datetime | None = None
    scale: float = 1.0
    clock: dict[str, Any] | None = None

    @property
    def house(self) -> tuple[int, str]:
        return self.firm.producer_id, self.firm.producer_name

    def person(self, role: str) -> tuple[int, str]:
        """Somebody of the bureau; the same one for a title each time, and nobody in two roles of one decision."""
        if role == "officer":
            return self.officer
        people = [person for person in self.world.crowd.staff[role] if person != self.officer]
        return people[self.slip.id % len(people)]

    def day(self, after: float) -> date:
        """The day so long after the filing, as this title's time runs."""
        return shanghai(self.slip.filed_at + timedelta(days=after * self.scale)).date()

    def at(self, after: float) -> datetime:
        """A moment in office hours, after everything before it and never in the future."""
        moment = self.slip.filed_at + timedelta(days=after * self.scale)
        moment = shanghai(moment).replace(hour=9 + self.rng.randrange(8), minute=self.rng.randrange(60))
        if self.last is not None and moment <= self.last:
            moment = self.last + timedelta(minutes=3)
        self.last = min(moment, self.world.now)
        return self.last

    def tell(
        self,
        at: datetime,
        trigger: str,
        actor: tuple[int, str],
        subject: str = "project",
        subject_id: int = 0,
        **more: Any,
    ) -> None:
        """One fact for the trace."""
        self.world.rows.facts.append(
            Fact(at, self.slip.id, subject, subject_id or self.slip.id, trigger, actor, **more)
        )

    def step(self, trigger: str, after: float, **data: Any) -> datetime:
        """Take a step of the project's table: state, stamp, clock, trace."""
        at, step = self.at(after), PROJECT.step(self.state, trigger)
        assert step is not None, (self.state, trigger)
        actor = SYSTEM if "system" in step.roles else self.person(BY[trigger]) if trigger in BY else self.house
        self.tell(
            at, trigger, actor, text=step.done, public=step.done_public, source=self.state, target=step.target,
            reason=REASONS.get(trigger), data=data, tells=step.tells,
        )  # fmt: skip
        if step.target in ("suspended", "dormant"):
            self.row["resume_state"] = self.state
        self.state = step.target
        if trigger in STAMPS:
            self.row[STAMPS[trigger]] = at
        self._turn_clock(trigger, at)
        self.row.update(state=self.state, updated_at=at, held_since=at)
        return at

    def _turn_clock(self, trigger: str, at: datetime) -> None:
        day = shanghai(at).date()
        if self.clock is not None and (trigger in CLOCK_OF or self.state in clocks.STOPS):
            self.clock["stopped_on"], self.clock = day, None
        if trigger in CLOCK_OF:
            self.clock = self._clock(CLOCK_OF[trigger], day)
        if self.clock is not None and self.state in clocks.PAUSES:
            self.clock["pauses"] = [{"reason": clocks.PAUSES[self.state], "start": day.isoformat(), "end": None}]
            self._keep_lines()
        elif self.clock is not None and self.clock["pauses"]:
            self.clock["pauses"][0]["end"] = day.isoformat()
            self._keep_lines()

    def _clock(self, step: str, day: date) -> dict[str, Any]:
        rule = self.world.rule("clocks", day)
        if step == "cut_review" and self.row["type"] == "micro_drama" and self.row["class_code"] == "one":
            step = "micro_one_review" if "micro_one_review" in rule.value["steps"] else step
        self.clock = self.world.rows.add(
            Clock, project_id=self.slip.id, step=step, rule_id=rule.id, urgent=False, unit=rule.value["steps"][step]["unit"],
            started_on=day, statutory_on=None, promised_on=None, internal_on=None, provisional=False, pauses=[], stopped_on=None,
        )  # fmt: skip
        self._keep_lines()
        return self.clock

    def _keep_lines(self) -> None:
        assert self.clock is not None
        pauses = tuple((p["reason"], p["start"], p["end"]) for p in self.clock["pauses"])
        found = self.world.computed(self.clock["step"], False, self.clock["started_on"], pauses)
        for name in ("statutory", "promised", "internal"):
            line = getattr(found, name)
            self.clock[f"{name}_on"] = line.due if line else None
        self.clock["provisional"] = found.provisional
        self.row["paused_since"] = found.paused_since


def begin(world: World, slip: Slip, rng: Random, given: dict[str, Any]) -> Course:
    """A course at its start: the draft with its people, companies and papers."""
    firm = world.crowd.firms[rng.randrange(len(world.crowd.firms))]
    officers = world.crowd.staff["officer"]
    course = Course(world, slip, rng, given, firm, officers[slip.id % len(officers)], dict(MEASURES))
    reach, further = ENDS.get(slip.state, (slip.state, ()))
    last = max([days for _, days in further] + [days for _, days in _line(slip.state, reach)] + [0.5])
    if slip.state == "in_review":
        last = 170
    course.scale = min(1.0, (world.now - slip.filed_at) / timedelta(days=last) * 0.95)
    _file(course)
    return course


def _line(state: str, reach: str) -> list[tuple[str, int]]:
    """The steps of the main line up to one, by trigger or by the state it leads to."""
    targets = {trigger: next(s.target for s in PROJECT.steps if s.trigger == trigger) for trigger, _ in LINE}
    for place, (trigger, _) in enumerate(LINE):
        if reach in (trigger, targets[trigger]):
            return list(LINE[: place + 1])
    return []


LINES = {state.code: _line(state.code, ENDS.get(state.code, (state.code, ()))[0]) for state in PROJECT.states}


def _file(course: Course) -> None:
    slip, firm, rows = course.slip, course.firm, course.world.rows
    script: Any = SimpleNamespace(stage=SimpleNamespace(today=shanghai(slip.filed_at).date()), cast=None)
    fields = fields_of(course.given, script)
    crew, companies = fields.pop("credits"), fields.pop("co_producers")
    for name, after in (("shooting_start", 62), ("shooting_end", 104), ("release_on", 235)):
        fields[name] = course.day(after)
    begun = slip.filed_at - timedelta(days=1)
    course.last = begun
    course.row.update(
        fields, id=slip.id, house_id=firm.id, created_by_id=firm.producer_id, created_at=begun, updated_at=begun, held_since=begun,
        title_key=title_key(fields["title"]), state="draft", version=1,
    )  # fmt: skip
    for ordinal, credit in enumerate(crew):
        rows.add(Credit, project_id=slip.id, ordinal=ordinal, role=credit["role"], name=credit["name"], note="")
    for ordinal, company in enumerate(companies):
        rows.add(CoProducer, project_id=slip.id, ordinal=ordinal, name=company["name"], uscc="")
    course.tell(begun, "create", course.house, data={"title": fields["title"]})
    _classify(course)
    course.row["_crew"], course.row["_companies"] = [c["name"] for c in crew], [c["name"] for c in companies]


def _classify(course: Course) -> None:
    """The class by the rule of the day, what an officer decided where the rules are silent, and the papers it asks for."""
    row, day = course.row, shanghai(course.slip.filed_at).date()
    rule = course.world.rule("classification", day)
    view: Any = SimpleNamespace(**row)
    found = classify(filing_of(view), day, rule)
    for kind in papers_needed(view, found, course.world.rule("filing", day).value):
        course.world.rows.add(
            Attachment, project_id=row["id"], kind=kind, file_id=course.world.crowd.paper_id, name="盖章材料（样张）.pdf",
            added_by_id=course.firm.producer_id, added_at=row["created_at"], removed_at=None,
        )  # fmt: skip
    if not course.slip.number:
        return
    decided = found.class_code is None and LINES[course.slip.state][-1][1] > 5
    if decided:
        reason = "按立项材料所列投资和播出计划认定。"
        code = min(rule.value["types"][row["type"]]["labels"], key=lambda each: each != "two")
        found = settle(found, Decided(code, reason, course.officer[1], day), rule)
        row.update(class_decided_by_id=course.officer[0], class_reason=reason)
    row.update(class_code=found.class_code, class_rule_id=rule.id, class_detail=as_detail(found))


def walk(course: Course) -> None:
    """Take every step up to the state the slip wants, with what each leaves behind."""
    from . import leaves, panel

    slip, row = course.slip, course.row
    for trigger, after in (*LINES[slip.state], *ENDS.get(slip.state, ("", ()))[1]):
        if trigger in ("pass_title", "demand_changes"):
            panel.review(course)
        data = leaves.OF[trigger](course, after) if trigger in leaves.OF else {}
        course.step(trigger, after, **data)
        if trigger == "accept" and row["class_decided_by_id"]:
            course.tell(
                course.at(after), "decide_class", course.officer, text=N_("认定类别：%(label)s"), reason=row["class_reason"],
                data={"label": row["class_detail"]["label"]},
            )  # fmt: skip
        if trigger == "start_production":
            leaves.reports(course)
    if slip.state in ("reviewed", "aired"):
        panel.close(course)
    elif slip.state == "in_review":
        panel.review(course)
    _hold(course)


def _hold(course: Course) -> None:
    """In whose hands the title is, and by when."""
    row, clock = course.row, course.clock
    duty = BY_STATE.get(row["state"])
    person = {"draft": "created_by_id", "submitted": None}.get(row["state"], "officer_id")
    own = duty is not None and (duty.role == "officer" or row["state"] == "draft")
    row.update(holder_role=duty and duty.role, holder_id=row[person] if own and person else None)
    if row.get("_holder"):
        row["holder_role"], row["holder_id"] = row["_holder"]
    if clock is not None:
        _due_by_clock(course, clock)
        return
    row["paused_since"] = None
    node = clocks.next_node(row["state"], row.get("_plan", ()))
    planned = node.planned_on if node is not None else None
    row.update(
        due_on=planned, due_unit=planned and CALENDAR, amber_on=planned and planned - timedelta(days=clocks.SOON)
    )


def _due_by_clock(course: Course, clock: dict[str, Any]) -> None:
    """The due day of the running clock, and from when little is left; none while it stands still."""
    row, world = course.row, course.world
    pauses = tuple((p["reason"], p["start"], p["end"]) for p in clock["pauses"])
    found = world.computed(clock["step"], False, clock["started_on"], pauses)
    line, stands = leading(found), found.paused_since is not None
    row["due_unit"] = clock["unit"]
    row["due_on"] = None if stands else getattr(found, line or "").due
    row["amber_on"] = None if stands else amber_from(found, line or "", world.calendar)
    if row["state"] in ("completing", "rectifying"):
        row["house_due_on"] = row.get("_asked_back_by")
