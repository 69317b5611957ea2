"""Every action of the product with the roles that may do it, and the machines by name.

An action is either a step of a machine ("project.submit": its roles stand in the table) or one of `ACTIONS`. Which
subjects a role reaches is asked of `knows_…`; this table says only whether the role does such a thing at all.
"""

from __future__ import annotations

from .access import BUREAU, ROLES, Actor
from .engine import Machine
from .errors import NotAllowed, say
from .project import PROJECT
from .records import CHANGE_REQUEST, CO_REVIEW, DOCUMENT, HOUSE, KEY_PROPOSAL, STEWARDSHIP, URGENT_REQUEST
from .review import ASSIGNMENT, CHANGE, ROUND

MACHINES: dict[str, Machine] = {
    machine.name: machine
    for machine in (
        PROJECT,
        ROUND,
        ASSIGNMENT,
        CHANGE,
        HOUSE,
        URGENT_REQUEST,
        KEY_PROPOSAL,
        STEWARDSHIP,
        CHANGE_REQUEST,
        CO_REVIEW,
        DOCUMENT,
    )
}

EVERYONE = frozenset(ROLES)
PROJECT_SIDE = BUREAU | {"producer"}
READERS = PROJECT_SIDE | {"expert"}
_OFFICER = frozenset({"officer"})
_OFFICE = frozenset({"officer", "head"})
_HOUSE = frozenset({"producer"})
_ADMIN = frozenset({"admin"})

ACTIONS: dict[str, frozenset[str]] = {
    # desk
    "desk.view": EVERYONE,
    "desk.key_titles": PROJECT_SIDE,
    "desk.propose_key_title": _OFFICE,
    "desk.key_proposal": BUREAU,
    "desk.ask_urgent": PROJECT_SIDE - {"sealer", "leader"},
    "desk.urgent": BUREAU,
    # search
    "search.view": EVERYONE,
    # people
    "people.account": EVERYONE,
    "people.inbox": EVERYONE,
    "people.houses": BUREAU | _ADMIN,
    "people.house": BUREAU | _ADMIN | _HOUSE,
    "people.edit_house": _HOUSE,
    "people.colleagues": _HOUSE,
    "people.manage": _ADMIN,
    "people.invite": _ADMIN | _OFFICE | _HOUSE,
    "people.delegate": BUREAU,
    "people.house_step": _OFFICE | _HOUSE,
    "people.experts": BUREAU | _ADMIN,
    "people.profile": frozenset({"expert"}),
    "people.audit": _ADMIN,
    "people.security": _ADMIN,
    "people.settings": _ADMIN,
    # projects
    "project.list": READERS,
    "project.view": READERS,
    "project.create": _HOUSE,
    "project.edit": _HOUSE,
    "project.attach": _HOUSE | _OFFICER,
    "project.read_file": READERS,
    "project.decide_class": _OFFICER,
    "project.ask_co_review": _OFFICER,
    "project.record_permit": _OFFICER,
    "project.plan": _OFFICER,
    "project.report_progress": _HOUSE,
    "project.correct_days": _HOUSE | _OFFICER,
    "project.change_contact": _HOUSE,
    "project.ask_change": _HOUSE,
    "project.answer_completion": _HOUSE,
    "project.recuse": BUREAU,
    "project.hand_over": _OFFICE,
    "project.take": _OFFICER,
    "project.note": PROJECT_SIDE,
    "project.settle_question": _OFFICE,
    # reviews
    "review.list": BUREAU | {"expert"},
    "review.view": BUREAU | {"expert"},
    "review.open": _OFFICER,
    "review.compose": _OFFICER,
    "review.read": frozenset({"expert"}),
    "review.write": frozenset({"expert"}),
    "review.settle": _OFFICER,
    "review.changes": READERS,
    "review.clauses": BUREAU | {"expert"},
    "review.watch_cut": READERS,
    # documents
    "document.list": PROJECT_SIDE,
    "document.view": PROJECT_SIDE,
    "document.sign_for": _HOUSE,
}


def roles_for(action: str) -> frozenset[str]:
    """The roles that may do `action`, a step ("project.submit") or a row of ACTIONS. Unknown names raise KeyError."""
    if action in ACTIONS:
        return ACTIONS[action]
    machine, _, trigger = action.partition(".")
    roles = [step.roles for step in MACHINES[machine].steps if step.trigger == trigger]
    if not roles:
        raise KeyError(action)
    return frozenset().union(*roles)


def may(actor: Actor, action: str) -> NotAllowed | None:
    """None when one of the actor's roles does such a thing, else the refusal."""
    if actor.roles & roles_for(action):
        return None
    return NotAllowed(say("您的岗位没有这项权限。"))
