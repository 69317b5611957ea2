"""Every state × trigger × role of every machine, against a table written by hand from the bureau's own description.

The tables below are not derived from `workflows`: whoever changes a step changes them too, on purpose.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from workflows import engine
from workflows.access import ROLES, Actor
from workflows.actions import MACHINES
from workflows.engine import PREVIOUS, available, check, fire
from workflows.errors import NotAllowed, RuleBroken, Unknown, WorkflowError, WrongState

EVERY_ROLE = (*ROLES, "system")
RUNNING = "screened scheduled in_production"
OPEN = "submitted received completing accepted proposed screened scheduled in_production in_review rectifying suspended dormant"

TABLE: dict[str, list[tuple[str, str, str, str]]] = {
    # machine: (trigger, states it leaves, state it reaches, roles)
    "project": [
        ("submit", "draft", "submitted", "producer"),
        ("discard", "draft", "discarded", "producer"),
        ("receive", "submitted", "received", "officer"),
        ("accept", "received", "accepted", "officer"),
        ("ask_completion", "received", "completing", "officer"),
        ("complete", "completing", "received", "producer"),
        ("decline", "received", "rejected", "officer"),
        ("propose", "accepted", "proposed", "officer"),
        ("send_back", "proposed", "accepted", "head"),
        ("screen", "proposed", "screened", "head"),
        ("reject", "proposed", "rejected", "head"),
        ("schedule", "screened", "scheduled", "officer"),
        ("start_production", "scheduled", "in_production", "producer officer"),
        ("deliver", "in_production", "in_review", "producer"),
        ("demand_changes", "in_review", "rectifying", "sealer system"),
        ("resubmit", "rectifying", "in_review", "producer"),
        ("ask_again", "in_review", "rectifying", "officer"),
        ("pass_title", "in_review", "reviewed", "officer"),
        ("refuse", "in_review", "rejected", "sealer system"),
        ("air", "reviewed", "aired", "producer officer"),
        ("withdraw", OPEN, "withdrawn", "producer"),
        (
            "suspend",
            "accepted screened scheduled in_production in_review rectifying reviewed",
            "suspended",
            "officer head",
        ),
        ("resume", "suspended", PREVIOUS, "officer head"),
        ("rest", RUNNING, "dormant", "officer"),
        ("revive", "dormant", PREVIOUS, "officer"),
        ("refile", f"{RUNNING} in_review rectifying reviewed suspended", "refiled", "producer"),
    ],
    "round": [
        ("invite", "composing", "reading", "officer"),
        ("freeze", "reading", "frozen", "officer system"),
        ("propose", "frozen", "proposed", "officer"),
        ("agree", "proposed", "agreed", "head"),
        ("send_back", "proposed agreed", "frozen", "head leader"),
        ("decide", "agreed", "decided", "leader"),
        ("issue", "decided", "issued", "sealer system"),
        ("close", "issued", "closed", "officer producer sealer system"),
        ("cancel", "composing reading frozen", "cancelled", "officer producer system"),
        ("end", "proposed agreed decided", "cancelled", "system"),
    ],
    "assignment": [
        ("choose_again", "removed released declined", "proposed", "officer"),
        ("remove", "proposed", "removed", "officer system"),
        ("send", "proposed", "invited", "officer"),
        ("take", "invited", "accepted", "expert"),
        ("decline", "invited", "declined", "expert"),
        ("recuse", "invited accepted", "recused", "expert"),
        ("release", "invited accepted", "released", "officer system"),
        ("sign", "accepted", "signed", "expert"),
    ],
    "change": [
        ("publish", "drafted", "open", "sealer system"),
        ("tell", "drafted", "noted", "sealer system"),
        ("carry", "open answered", "carried", "sealer system"),
        ("lapse", "open answered", "lapsed", "system"),
        ("answer", "open answered", "answered", "producer"),
        ("close", "answered", "closed", "officer"),
        ("reopen", "answered closed", "open", "officer"),
    ],
    "house": [
        ("admit", "applied", "admitted", "officer"),
        ("refuse", "applied", "refused", "officer"),
        ("apply_again", "refused", "applied", "producer"),
        ("bar", "admitted", "barred", "head"),
        ("restore", "barred", "admitted", "head"),
    ],
    "urgent_request": [
        ("approve", "asked", "approved", "leader"),
        ("refuse", "asked", "refused", "leader"),
        ("revoke", "approved", "revoked", "leader"),
        ("withdraw", "asked", "withdrawn", "producer officer"),
        ("end", "asked", "ended", "system"),
    ],
    "key_proposal": [
        ("approve", "asked", "approved", "leader"),
        ("refuse", "asked", "refused", "leader"),
        ("withdraw", "asked", "withdrawn", "officer head"),
        ("end", "asked", "ended", "system"),
    ],
    "stewardship": [
        ("accept", "named", "accepted", "officer head"),
        ("decline", "named", "declined", "officer head"),
        ("end", "named accepted", "ended", "system"),
    ],
    "change_request": [
        ("consent", "offered", "asked", "producer"),
        ("decline", "offered", "declined", "producer"),
        ("approve", "asked", "approved", "officer"),
        ("refuse", "offered asked", "refused", "officer"),
        ("withdraw", "offered asked", "withdrawn", "producer"),
        ("end", "offered asked", "ended", "system"),
    ],
    "co_review": [
        ("answer", "asked", "answered", "officer"),
        ("cancel", "asked", "cancelled", "officer"),
        ("end", "asked", "cancelled", "system"),
    ],
    "document": [
        ("seal", "drafted", "issuing", "sealer"),
        ("serve", "issuing", "served", "system"),
        ("void", "issuing", "voided", "sealer system"),
        ("drop", "drafted", "withdrawn", "sealer leader system producer officer"),
    ],
}
STRANGERS: dict[str, dict[str, str]] = {
    # machine: who does not know of the subject (a hand-made request of his meets a 404), in which states
    "project": {"admin": "*", **dict.fromkeys(("expert", "officer", "head", "leader", "sealer"), "draft discarded")},
    "round": {"producer": "*", "admin": "*"},
    "assignment": {"producer": "*", "admin": "*"},
    "change": {"admin": "*"},
    "house": {"expert": "*"},
    "urgent_request": {"expert": "*", "admin": "*"},
    "key_proposal": {"expert": "*", "admin": "*", "producer": "*"},
    "stewardship": {"expert": "*", "admin": "*", "producer": "*"},
    "change_request": {"expert": "*", "admin": "*"},
    "co_review": {"expert": "*", "admin": "*"},
    "document": {"expert": "*", "admin": "*", "producer": "drafted issuing voided"},
}
QUIET = {
    "project": {"demand_changes", "ask_again", "refuse"},
    "round": {"issue", "close", "end"},
    "assignment": {"choose_again", "send"},
    "change": {"publish", "tell", "carry", "lapse"},
    "document": {"serve", "drop"},
    "change_request": {"end"},
    "urgent_request": {"end"},
    "co_review": {"end"},
    "key_proposal": {"end"},
    "stewardship": {"end"},
}
"""Steps without a button: the program takes them, or a page of their own does."""
COMPANY = 7


SETTLED = SimpleNamespace(earlier_pending=0, points_open=0, rows_to_word=0, bottom_lines_unanswered=0)


@dataclass
class Subject:
    """A subject against which no rule stands: complete, answered, in everybody's reach."""

    state: str
    resume_state: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    DEFAULTS = {
        "id": 1, "house_id": COMPANY, "officer_id": None, "expert_id": 1, "reader_ids": frozenset({1}),
        "recused_ids": frozenset(), "expert_ids": frozenset({1}), "proposed_by_id": None, "agreed_by_id": None,
        "proposed_for_id": None, "agreed_for_id": None, "decided_for_id": None,
        "decided_by_id": None, "asked_by_id": None, "unanswered_items": 0, "class_code": "one", "co_reviews_awaited": [],
        "co_reviews_lacking": [], "changes_unanswered": 0, "changes_open": 0, "outcome": "passed", "letter_served": True,
        "permit_lacking": None, "seats": 3, "seats_filled": 3, "signed": 3, "unsigned": 0, "must_rows": 0, "lacks": [],
        "bottom_line_failed": 0, "bottom_lines_upheld": 0, "unsettled": SETTLED,
        "missing": 0, "absent": [], "form": {"bottom_line_blocks": ["passed", "pass_after_changes"]},
        "answer_by": "2026-12-30", "episodes": 1, "severity": "must", "suggestions_unanswered": 0, "suggestions_open": 0, "active": [], "standings": {},
        "interest": None, "contradictions": [], "answers": (),
        "served_at": "2026-11-22", "house_after_id": COMPANY, "failure": "x",
        "kind": "list", "seat_taken": False, "person_id": 1, "named_by_id": None, "named_for_id": None,
    }  # fmt: skip

    def __getattr__(self, name: str) -> Any:
        known = {**Subject.DEFAULTS, **self.__dict__["facts"]}
        if name not in known:
            raise AttributeError(name)
        return known[name]


DATA: dict[str, Any] = {
    "reason": "理由", "items": ["x"], "screening": ["x"], "milestones": {"x": 1}, "cut": {1: "x"}, "airing": {"x": 1},
    "outcome": "passed", "grounds": "x", "text": "x", "how": "done", "evidence": True, "opinion": "x",
}  # fmt: skip


def subject_of(machine: str, state: str, role: str = "producer") -> Any:
    """A subject of that machine in that state, inside a project and round that hinder nothing. `role`: of whoever asked
    for it."""
    resume = "in_production" if state in ("suspended", "dormant") else None
    subject = Subject(state, resume)
    project = Subject("rectifying" if machine == "change" else "in_review")
    if machine in ("assignment", "change"):
        subject.facts["round"] = Subject("issued" if machine == "change" else "reading", facts={"project": project})
    elif machine == "house":
        subject.facts["id"] = COMPANY
    elif machine == "project":
        subject.facts["house"] = Subject("admitted")
    subject.facts |= {"project": project, "house_after": Subject("admitted"), "asked_by": Subject("")}
    subject.facts["asked_by"].facts["house_id"] = COMPANY if role == "producer" else None
    return subject


def actor(role: str) -> Actor:
    return Actor(1, "周敏", frozenset({role}), COMPANY if role == "producer" else None)


def expected(machine: str, state: str, trigger: str, role: str) -> str | type[WorkflowError]:
    """What the hand-written table says: the state reached, or the refusal's class."""
    if STRANGERS[machine].get(role, "") == "*" or state in STRANGERS[machine].get(role, "").split():
        return Unknown
    rows = [row for row in TABLE[machine] if row[0] == trigger]
    if not any(role in row[3].split() for row in rows):
        return NotAllowed
    for _, sources, target, roles in rows:
        if state in sources.split():
            return ("in_production" if target == PREVIOUS else target) if role in roles.split() else NotAllowed
    return WrongState


def outcome(machine: str, state: str, trigger: str, role: str) -> str | type[WorkflowError]:
    try:
        return fire(MACHINES[machine], subject_of(machine, state, role), trigger, actor(role), dict(DATA)).target
    except WrongState:  # or that the step is behind it already: both are told as the state
        return WrongState
    except WorkflowError as refusal:
        return type(refusal)


def test_the_tables_name_every_machine_and_every_trigger():
    named = {name: {row[0] for row in rows} for name, rows in TABLE.items()}
    assert named == {name: set(machine.triggers()) for name, machine in MACHINES.items()}


@pytest.mark.parametrize("name", sorted(MACHINES))
def test_every_state_trigger_and_role_answers_as_the_table_says(name):
    machine, wrong = MACHINES[name], []
    for state in machine.states:
        for trigger in machine.triggers():
            for role in EVERY_ROLE:
                want, got = expected(name, state.code, trigger, role), outcome(name, state.code, trigger, role)
                if want != got:
                    wrong.append(f"{state.code} --{trigger}--> by {role}: table {want}, engine {got}")
    assert wrong == []


@pytest.mark.parametrize("name", sorted(MACHINES))
def test_a_button_is_offered_exactly_where_the_table_lets_the_act_pass(name):
    machine, wrong = MACHINES[name], []
    loud = set(machine.triggers()) - QUIET.get(name, set())
    for state in machine.states:
        for role in EVERY_ROLE:
            offered = {
                c.step.trigger
                for c in available(machine, subject_of(name, state.code, role), actor(role))
                if c.refusal is None
            }
            wanted = {trigger for trigger in loud if isinstance(expected(name, state.code, trigger, role), str)}
            if offered != wanted:
                wrong.append((state.code, role, offered ^ wanted))
    assert wrong == []


def test_no_final_state_is_left_and_every_other_can_be():
    for machine in MACHINES.values():
        for state in machine.states:
            leaves = list(machine.steps_from(state.code))
            if state.final and (machine.name, state.code) not in (("change", "closed"),):
                assert leaves == [], (machine.name, state.code)
            elif machine.name not in ("change_request",) and (machine.name, state.code) not in (
                ("document", "served"),
            ):
                assert leaves, (machine.name, state.code)


def test_the_library_keeps_no_cursor_alive():
    machine = MACHINES["project"]
    for _ in range(50):
        fire(machine, subject_of("project", "submitted"), "receive", actor("officer"))
    assert machine._library.models == []


def test_a_random_walk_of_ten_thousand_steps_never_leaves_the_table():
    rng, steps = random.Random(20261122), 0
    by_trigger = {row[0]: row for row in TABLE["project"]}
    while steps < 10_000:
        subject, aside = subject_of("project", "draft"), None
        while not MACHINES["project"].state(subject.state).final and steps < 10_000:
            trigger, role = rng.choice(list(by_trigger)), rng.choice(EVERY_ROLE)
            before, steps = subject.state, steps + 1
            _, sources, target, roles = by_trigger[trigger]
            allowed = before in sources.split() and role in roles.split()
            if role not in ("officer", "head", "leader", "sealer", "system", "producer"):
                allowed = False
            if before in ("draft", "discarded") and role != "producer":
                allowed = False
            try:
                subject.state = fire(MACHINES["project"], subject, trigger, actor(role), dict(DATA)).target
                fired = True
            except WorkflowError:
                fired = False
            assert fired is allowed, (before, trigger, role)
            if not fired:
                assert subject.state == before
                continue
            assert subject.state == (aside if target == PREVIOUS else target)
            aside = before if subject.state in ("suspended", "dormant") else None
            subject.resume_state = aside


@pytest.mark.parametrize(
    ("facts", "trigger", "state", "role", "refusal"),
    [
        ({"house": Subject("applied")}, "submit", "draft", "producer", RuleBroken),
        ({"unanswered_items": 2}, "complete", "completing", "producer", RuleBroken),
        ({"class_code": None}, "propose", "accepted", "officer", RuleBroken),
        ({"co_reviews_awaited": ["省公安厅"]}, "propose", "accepted", "officer", RuleBroken),
        ({"co_reviews_lacking": ["省公安厅"]}, "propose", "accepted", "officer", RuleBroken),
        ({"co_reviews_awaited": ["省公安厅"]}, "screen", "proposed", "head", RuleBroken),
        ({"proposed_by_id": 1}, "screen", "proposed", "head", NotAllowed),
        ({"officer_id": 9}, "accept", "received", "officer", NotAllowed),
        ({"recused_ids": frozenset({1})}, "accept", "received", "officer", NotAllowed),
        ({"outcome": None}, "pass_title", "in_review", "officer", RuleBroken),
        ({"letter_served": False}, "pass_title", "in_review", "officer", RuleBroken),
        ({"changes_open": 1}, "pass_title", "in_review", "officer", RuleBroken),
        ({"changes_unanswered": 1}, "resubmit", "rectifying", "producer", RuleBroken),
        ({"suggestions_open": 1}, "pass_title", "in_review", "officer", RuleBroken),
        ({"suggestions_unanswered": 1}, "resubmit", "rectifying", "producer", RuleBroken),
        ({"permit_lacking": "发行许可证"}, "air", "reviewed", "producer", RuleBroken),
        ({"house_id": 8}, "submit", "draft", "producer", Unknown),
    ],
)
def test_a_rule_that_does_not_hold_refuses_by_its_class(facts, trigger, state, role, refusal):
    subject = subject_of("project", state)
    subject.facts.update(facts)
    found = engine.check(MACHINES["project"], subject, trigger, actor(role), dict(DATA))
    assert type(found) is refusal and found.sentence


BLOCKED = {
    ("project", "accepted", "propose"), ("project", "proposed", "screen"), ("project", "in_review", "pass_title"),
    ("round", "frozen", "propose"), ("round", "proposed", "agree"), ("round", "agreed", "decide"),
    ("document", "drafted", "seal"),
}  # fmt: skip


def test_a_department_that_has_not_answered_stops_exactly_these_steps_and_is_named():
    found, named = set(), set()
    for name, machine in MACHINES.items():
        for state in machine.states:
            for step in machine.steps_from(state.code):
                role = min(step.roles)
                subject, person = subject_of(name, state.code, role), actor(role)
                if check(machine, subject, step.trigger, person, dict(DATA)) is not None:
                    continue  # refused for another reason
                for title in (subject, subject.project):
                    title.facts["co_reviews_awaited"] = ["省民宗委", "省公安厅"]
                if (refusal := check(machine, subject, step.trigger, person, dict(DATA))) is not None:
                    found.add((name, state.code, step.trigger))
                    named.add(refusal.sentence)
    assert (found, named) == (BLOCKED, {"还在等省民宗委、省公安厅的协审意见。"})
