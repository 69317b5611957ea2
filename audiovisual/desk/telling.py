"""What one person is told of one fact: the line, the facts that belong to it, the words that are quoted.

Whoever stands outside the bureau reads the public wording, the reasons meant for them, and no officer's name.
"""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import func, select

from audiovisual.kernel import withheld
from audiovisual.kernel.calendar import working_calendar
from audiovisual.kernel.events import Event
from audiovisual.kernel.model import db, shanghai
from audiovisual.kernel.text import one_line, pack
from audiovisual.people.models import House, User
from audiovisual.projects.clocks import standing_of
from audiovisual.projects.labels import HOLDERS, TOLD_REASONS
from audiovisual.projects.models import ChangeRequest, CoReview, Project
from audiovisual.projects.operations.production import NODES
from audiovisual.reviews import ledger
from audiovisual.reviews.models import Assignment, Change, Round
from workflows.access import SYSTEM
from workflows.clock import add_working_days
from workflows.duties import Duty, next_duty
from workflows.errors import N_, Sentence, say
from workflows.review import OUTCOMES

from .models import Stewardship
from .sections import ANSWERED_WITHIN
from .wording import NOTHING, TAKEN_ON, TURN, line_for

OUTSIDE = ("house", "giver", "taker")
"""Audiences that read the public words. Of a change of house the house that asked for it reads as "giver" once the title
is the other's; the house that takes it over (taker) reads no reasons of it.
"""
EXPERTS = ("expert", "experts")
HOLDS = {"officer": "officer", "heads": "head", "leaders": "leader"}
"""The post of the chain that an audience holds."""
SHORT = 40
"""Characters of a title, or of a name, in a line."""
KEPT = (
    "number", "kind", "days", "after", "year", "slot", "period", "percent", "until", "name", "label", "is_on", "platform",
    "aired_on",
)  # fmt: skip
"""Values of an event that a line or a mail says as they are."""
DIRECT = N_("《%(title)s》有一条留言，原话在下面。")
TO_EXPERTS = {
    "send": N_("省局请您审看《%(title)s》。"),
    "release": N_("《%(title)s》的审看已解除，材料和样片不再对您开放。"),
    "cancel": N_("《%(title)s》这一轮审看已取消。"),
    "suspend": N_("《%(title)s》暂停办理，写好的意见都在，恢复后接着写。"),
    "resume": N_("《%(title)s》恢复办理，可以接着写意见；暂停了几天，期限就顺延几天。"),
}
"""What an expert is told happened: the timeline's own words name them in the third person."""
OF_ANOTHER = frozenset({"partial", "seat_empty", "permit_lapsing", "class_changed", "titles_left", "keys_left"})
"""Facts whose words have a subject of their own: the person whose act it was is not set before them."""
AFTER_ANSWERS = {
    "pass_after_changes": N_("交回后，由省局逐条核验；都核验通过，就办结通过。"),
    "re_review": N_("改好后交回新样片，由专家再审一轮。"),
}
"""What comes once the house has handed back its answers, by the conclusion of the letter."""
CONCLUDES = (
    ("project", "demand_changes"),
    ("review_round", "propose"),
    ("review_round", "agree"),
    ("review_round", "decide"),
)
"""Subjects and their steps whose mail says the conclusion and how many changes it asks for."""
ROWS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "air": (
        ("platform", N_("播出平台"), "text"), ("aired_on", N_("首播日期"), "day"),
        ("licence_number", N_("许可证（备案）号"), "text"),
    ),
    "start_production": (("started_on", N_("开机日期"), "day"),),
    "record_permit": (
        ("number", N_("编号"), "text"), ("issued_on", N_("发出日期"), "day"), ("valid_until", N_("有效期至"), "day"),
    ),
}  # fmt: skip
"""What a fact keeps that its mail names in rows of their own: the name it is kept by, its label, how it is written."""


class Telling:
    """One event as one person is told it. `word`: the audience that person belongs to."""

    def __init__(self, event: Event, project: Project | None, word: str, reader_id: int) -> None:
        self.event, self.project, self.word, self.reader_id = event, project, word, reader_id
        self.data: dict[str, Any] = withheld.put_in(event.data)
        self.public = word in OUTSIDE
        self.inside = not self.public and word not in EXPERTS
        self.facts = {key: value for key, value in self._facts().items() if value not in (None, "")}
        if "%(by)s" not in self.line and not (self._takes_up and self._duty is not None):
            self.facts.pop("by", None)  # the day of another's task would be taken for one's own

    @property
    def _kind(self) -> str:
        """The trigger; a remark is a house's question, an answer to one, or just said; a title is left by its officer, or by
        somebody else of the bureau."""
        if self.event.trigger == "recuse" and self.event.subject_type == Project.__tablename__:
            return "recuse" if self.data.get("in_charge") else "step_aside"
        if self.event.trigger != "remark":
            return self.event.trigger
        return next((kind for kind in ("question", "reply") if self.data.get(kind)), "remark")

    @cached_property
    def _line(self) -> Any:
        return line_for(self.event.subject_type, self._kind, self.word)

    @property
    def line(self) -> str:
        """The one line, as a template of `facts`."""
        if self._line is not None:
            return str(self._line.chosen(self.facts))
        return self.event.public_text if self.public else self.event.text

    @property
    def more(self) -> dict[str, Any]:
        """What the mail says besides: what happened, what to do, whose words are quoted, whom to call."""
        said = "text" in self.data
        plain = {key: value for key, value in self.data.items() if isinstance(value, str | int)}
        happened = self.event.public_text if self.public else self.event.text
        return {
            "what": DIRECT if said else TO_EXPERTS.get(self.event.trigger, "") if self.word in EXPERTS else happened,
            "data": {**(plain if not said else {}), **self.facts},
            "todo": self._todo(),
            "now": self._now(),
            "author": self.event.actor_name if self.inside else "",
            "doer": self._doer(),
            "rows": self._rows(),
            "inside": self.inside,
            "call": self._call(),
            "length": self._length(),
        }

    def _todo(self) -> str:
        """What its reader has to do; a fact that asks for nothing does not say so to whose turn the title is."""
        if self._line is None:
            return ""
        if self._line.todo != NOTHING or not self.inside or self.project is None:
            return str(self._line.todo)
        duty = next_duty(standing_of(self.project))
        return TURN if duty is not None and duty.role == HOLDS.get(self.word) else NOTHING

    @property
    def _takes_up(self) -> bool:
        """Whether the line says what the title itself waits for."""
        return self._line is not None and self._line.now

    @cached_property
    def _duty(self) -> Duty | None:
        """What the title waits for now, where it is the reader's turn."""
        duty = next_duty(standing_of(self.project)) if self.project is not None else None
        return duty if duty is not None and self.public and duty.role == "producer" else None

    def _now(self) -> str:
        """What the title waits for, or that nothing is to be done; empty where the line does not say it."""
        if self.public and self.event.trigger == "demand_changes":
            return AFTER_ANSWERS.get(self._outcome() or "", "")
        if not self._takes_up:
            return ""
        return str(self._duty.text if self._duty is not None else self._line.otherwise)

    def _doer(self) -> str:
        """Who did it, for people of the bureau; not where the fact speaks of somebody else, or of no person's act."""
        own = self.inside and self._kind not in OF_ANOTHER and self.event.actor_name != SYSTEM.name
        return self.event.actor_name if own else ""

    def _outcome(self) -> str | None:
        """The conclusion a fact about a round, or about the letter that was served, rests on."""
        kept = self.data.get("outcome")
        return kept or (self.project.outcome if self.project is not None else None)

    def _rows(self) -> list[list[Any]]:
        """What else is known and asked for, one row each: its label, its value as plain JSON, and how it is written (text,
        label, day, move: from day to day, said: a sentence)."""
        data, trigger = self.data, self.event.trigger
        found: list[list[Any]] = []
        if (self.event.subject_type, trigger) in CONCLUDES and self.facts.get("label"):
            found += [[N_("结论"), self.facts["label"], "label"]]
            found += [[N_("修改意见"), pack(said), "said"] for said in [_asked_for(self.facts)] if said]
        found += [[label, data[key], how] for key, label, how in ROWS.get(trigger, ()) if data.get(key)]
        found += [[NODES[kind], day, "day"] for kind, day in _nodes(trigger == "schedule", data.get("plan"))]
        found += [[NODES[kind], days, "move"] for kind, days in _nodes(trigger == "change_plan", data.get("moved"))]
        if trigger == "hand_over" and (former := db.session.get(User, data.get("former") or 0)) is not None:
            found += [[N_("原经办"), former.name, "text"]]
        return found + self._standing()

    def _standing(self) -> list[list[Any]]:
        """Where the title stands and whose turn it is by when, for who takes it on, or has nothing to do now."""
        if self.project is None or self._line is None or not self.inside or self._line.todo not in (NOTHING, TAKEN_ON):
            return []
        duty = next_duty(standing_of(self.project))
        if duty is None:
            return []
        state = say(self.project.machine.state(self.project.state).label)
        by = self._step_day(duty)
        what = duty.text if isinstance(duty.text, Sentence) else say(duty.text)
        where = {"state": state, "who": say(HOLDERS[duty.role]), "what": what}
        said = say("%(state)s，轮到%(who)s：%(what)s", **where)
        rows = [[N_("进展"), pack(said), "said"]]
        return rows + (
            [[N_("这一步到期"), by.isoformat(), "day"]] if by is not None and not self.facts.get("by") else []
        )

    def _step_day(self, duty: Duty) -> date | None:
        """By when the step is due that the title waits for."""
        own = self.project.house_due_on if duty.role == "producer" else None
        return own or self.project.due_on

    def _length(self) -> dict[str, Any]:
        """How much an expert is asked to watch: episodes of so many minutes."""
        if self.event.trigger != "send" or self.project is None:
            return {}
        return {"n": self.project.episodes, "m": self.project.minutes_per_episode}

    def _call(self) -> str:
        """Whom the bureau calls about a title: the contact of its house. Others call the bureau itself."""
        if not self.inside or self.project is None:
            return ""
        project, house = self.project, self.project.house
        name, phone = project.contact_name or house.contact_name, project.contact_phone or house.contact_phone
        return f"{house.label} {name} {phone}".strip()

    @property
    def words(self) -> str:
        """People's own words that belong to the fact and may be read by this person."""
        data = self.data
        if "text" in data:
            return str(data["text"])
        if self.event.trigger == "ask_completion" and "items" in data:
            return "\n".join([*data["items"], *([self.event.reason] if self.event.reason else [])])
        if self.word in EXPERTS and self.event.subject_type == Project.__tablename__:
            return ""  # what was written to the house
        if self.public and (self.word not in ("house", "giver") or self.event.trigger not in TOLD_REASONS):
            return ""
        return self.event.reason or ""

    def _facts(self) -> dict[str, Any]:
        data, project = self.data, self.project
        kept = {key: data.get(key) for key in KEPT}
        kept["days"] = kept["days"] if (kept["days"] or 0) >= 0 else ""
        kept["after"] = one_line(kept["after"], SHORT) if isinstance(kept["after"], str) else ""
        by = self._by()
        if by is not None and self.event.at is not None and by < shanghai(self.event.at).date():
            by = None  # nobody is asked to do something by a day that has passed
        return {
            **kept,
            "facts": data.get("facts"),  # of an invitation: what an expert has to know before they answer
            "title": one_line(project.title, SHORT) if project else "",
            "no": project.number if project else "",
            "house": self._house(),
            "by": by.isoformat() if by else "",
            **self._counted(),
        }

    def _house(self) -> str:
        """The house a message is about; of its titles a house is not told its own name."""
        if self.event.subject_type == House.__tablename__:
            house = db.session.get(House, self.event.subject_id)
            return house.name if house else ""
        if self.public:
            return ""
        return self.project.house.label if self.project else ""

    def _by(self) -> date | None:
        """By when its reader has to do what the fact asks for."""
        project = self.project
        if self.event.subject_type == House.__tablename__:
            house = db.session.get(House, self.event.subject_id)
            applied = house is not None and house.state == "applied"
            day = shanghai(house.applied_at).date() if applied else None
            return add_working_days(day, ANSWERED_WITHIN, working_calendar()) if day else None
        if self.word in EXPERTS:
            seat = self._seat()
            return seat.due_on if seat else None
        if project is None or (self._takes_up and self._duty is None):
            return None
        if self.event.trigger == "hand_over" and (duty := next_duty(standing_of(project))) is not None:
            return self._step_day(duty)
        waits = self.public or self.event.trigger == "demand_changes"
        return (project.house_due_on or (project.due_on if self.public else None)) if waits else project.due_on

    def _seat(self) -> Assignment | None:
        if self.event.subject_type == Assignment.__tablename__:
            return db.session.get(Assignment, self.event.subject_id)
        if self.event.subject_type == Project.__tablename__ and self.word in EXPERTS:
            return seat_in_reading(self.event.subject_id, self.reader_id)
        return None

    def _counted(self) -> dict[str, Any]:
        """Numbers and names the line of its kind asks for: those of its moment, where the event keeps them."""
        event, project = self.event, self.project
        data = event.data
        match event.subject_type, event.trigger:
            case "project", "ask_completion":
                return {"n": len(data.get("items", ()))}
            case "project", "ask_again":
                return {"n": data.get("n", project.changes_unanswered + project.suggestions_unanswered)}
            case "project", "demand_changes":
                newest = select(func.max(Round.id)).where(Round.project_id == project.id).scalar_subquery()
                label = OUTCOMES.get(self._outcome() or "", "")
                must = data["must"] if "must" in data else _counted_changes("must", newest)
                return {"must": must or "", "should": _counted_changes("should", newest) or "", "label": label}
            case "review_round", "propose" | "agree" | "decide":
                outcome = data.get("outcome") or db.session.get(Round, event.subject_id).outcome
                must = data["must"] if "must" in data else _counted_changes("must", event.subject_id)
                should = _counted_changes("should", event.subject_id)
                return {"label": OUTCOMES.get(outcome or "", ""), "must": must or "", "should": should or ""}
            case "assignment", _:
                seat = self._seat()
                if seat is None or self.public:
                    return {}
                return {"expert": seat.expert.name, "left": data.get("left", seat.round.missing) or ""}
            case "key_proposal", _:
                return {"label": event.data.get("label", "")}
            case "user", _:
                return {"n": data.get("n", "")}
            case "stewardship", _:
                named = db.session.get(Stewardship, event.subject_id)
                return {"name": named.person.name, "year": named.year} if named else {}
            case "change", _:
                change = db.session.get(Change, event.subject_id)
                return {"n": ledger.number_of(change) if change else ""}
            case "change_request", _:
                return self._changed()
            case "co_review", _:
                review = db.session.get(CoReview, event.subject_id)
                return {"department": review.department if review and not self.public else ""}
        return {}

    def _changed(self) -> dict[str, Any]:
        """What a change is from and to, under the names of its kind."""
        asked = db.session.get(ChangeRequest, self.event.subject_id)
        if asked is None:
            return {}
        before, after = one_line(asked.before, SHORT), one_line(asked.after, SHORT)
        match asked.kind:
            case "title":
                return {"old_title": before, "new_title": after}
            case "episodes":
                return {"old_episodes": before, "new_episodes": after}
        return {"taker": after}


def _nodes(wanted: bool, days: dict[str, Any] | None) -> list[tuple[str, Any]]:
    """The nodes of a plan that an event keeps, with their days, where they are wanted."""
    return [(kind, day) for kind, day in (days or {}).items() if kind in NODES] if wanted else []


def reading_of(*project_ids: int) -> tuple[Any, ...]:
    """The conditions on an assignment and its round for those who read these titles now and have not signed."""
    return (
        Assignment.project_id.in_(project_ids),
        Assignment.state.in_(("invited", "accepted")),
        Round.state == "reading",
    )


def seat_in_reading(project_id: int, expert_id: int) -> Assignment | None:
    """The seat in which an expert reads a title now; None without one."""
    own = select(Assignment).join(Assignment.round).where(*reading_of(project_id), Assignment.expert_id == expert_id)
    return db.session.scalar(own)


def _asked_for(facts: dict[str, Any]) -> Sentence | None:
    """How many changes are asked for, of each kind there is; None where it is not known, or there are none."""
    must, should = facts.get("must"), facts.get("should")
    if must and should:
        return say("必改 %(must)s 条，建议 %(should)s 条", must=must, should=should)
    if must:
        return say("必改 %(n)s 条", n=must)
    return say("建议 %(n)s 条", n=should) if should else None


def _counted_changes(severity: str, round_id: Any) -> int:
    """How many changes of this severity a round asks for."""
    counted = select(func.count()).select_from(Change).where(Change.severity == severity, Change.round_id == round_id)
    return db.session.scalar(counted) or 0
