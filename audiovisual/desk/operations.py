"""The green channel (绿色通道) and the year's key titles (年度重点项目)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from audiovisual.kernel.database import operation
from audiovisual.kernel.events import note
from audiovisual.kernel.lifecycle import after, apply
from audiovisual.kernel.model import db, utcnow
from audiovisual.kernel.rules import rule_on
from audiovisual.people.models import User
from audiovisual.people.versions import as_read
from audiovisual.projects import clocks
from audiovisual.projects.models import Project
from workflows.access import SYSTEM, Actor, knows_project, not_recused
from workflows.engine import Fired
from workflows.errors import N_, NotAllowed, RuleBroken, Unknown, WrongState, say
from workflows.records import ENDED

from .models import KeyProject, UrgentRequest

URGENT_STATES = (
    "submitted", "received", "completing", "accepted", "proposed", "screened", "scheduled", "in_production", "in_review",
    "rectifying",
)  # fmt: skip
KEY_STATES = ("screened", "scheduled", "in_production", "in_review", "rectifying", "reviewed", "aired")


def may_ask_urgent(project: Project, actor: Actor) -> None:
    """Refuse whoever may not ask for the green channel for this title, or not now: asked before a word is written."""
    if not knows_project(project, actor):
        raise Unknown()
    refusal = not_recused(project, actor)
    if refusal is not None:
        raise refusal
    if project.state not in URGENT_STATES:
        raise WrongState(say("这部片现在不需要加急。"))
    open_ = select(UrgentRequest.id).where(
        UrgentRequest.project_id == project.id, UrgentRequest.state.in_(("asked", "approved"))
    )
    if db.session.scalar(open_) is not None:
        raise WrongState(say("已经申请过加急，或已在绿色通道。"))


@operation
def ask_urgent(project: Project, actor: Actor, reason: str, file_id: int | None = None) -> UrgentRequest:
    """Ask for the green channel, by the house or an officer, with a reason. One open request per title."""
    may_ask_urgent(project, actor)
    if not reason.strip():
        raise RuleBroken(say("请写明加急理由。"), "reason")
    request = UrgentRequest(project_id=project.id, reason=reason, file_id=file_id, asked_by_id=actor.id)
    db.session.add(request)
    db.session.flush()
    note(request, "ask", actor, N_("申请了加急"), public_text=N_("申请了加急"), reason=reason, tells=("leaders",))
    return request


@operation
def decide_urgent(request: UrgentRequest, actor: Actor, approve: bool, reason: str = "") -> None:
    """A bureau leader approves or refuses. Approved, the title's clocks shorten and it sorts first everywhere."""
    stamps = {"decided_by_id": actor.id, "decided_at": utcnow(), "decision_reason": reason}
    apply(request, "approve" if approve else "refuse", actor, reason or None, stamps=stamps)
    if approve:
        _set_urgent(request.project, True)


@operation
def revoke_urgent(request: UrgentRequest, actor: Actor, reason: str) -> None:
    """Take the green channel back: the clocks return to their usual length."""
    apply(request, "revoke", actor, reason, stamps={"decision_reason": reason})
    _set_urgent(request.project, False)


@operation
def withdraw_urgent(request: UrgentRequest, actor: Actor, reason: str = "") -> None:
    """The house that asked takes the request back while no leader has answered it."""
    stamps = {"decided_by_id": actor.id, "decided_at": utcnow(), "decision_reason": reason}
    apply(request, "withdraw", actor, reason or None, stamps=stamps)


@after("project")
def end_urgent(project: Project, fired: Fired, actor: Actor, data: dict[str, Any]) -> None:
    """A title that ends takes along the request no leader has answered."""
    if fired.target in ENDED and (request := open_request(project.id)) is not None:
        apply(request, "end", SYSTEM, stamps={"decided_at": utcnow()})


def open_request(project_id: int) -> UrgentRequest | None:
    """The request for the green channel that waits for a leader."""
    waiting = select(UrgentRequest).where(UrgentRequest.project_id == project_id, UrgentRequest.state == "asked")
    return db.session.scalars(waiting).first()


def _set_urgent(project: Project, urgent: bool) -> None:
    project.urgent = urgent
    db.session.flush()
    clocks.refresh(project)


def slots_of(year: int) -> int:
    """How many key titles a year has, by the rule in force at its beginning (ten)."""
    from datetime import date

    return int(rule_on("key_titles", date(year, 12, 31)).value["per_year"])


@operation
def choose_key(project: Project, actor: Actor, year: int, slot: int, reason: str, steward: User) -> KeyProject:
    """Give a title of the bank a numbered slot of a year, with a recorded reason and a steward (管家)."""
    refusal = not_recused(project, actor)
    if refusal is not None:
        raise refusal
    if "head" not in actor.roles and "officer" not in actor.roles:
        raise NotAllowed(say("重点项目由处里确定。"))
    if project.state not in KEY_STATES:
        raise WrongState(say("只有已入库的项目能列为重点项目。"))
    if not 1 <= slot <= slots_of(year):
        raise RuleBroken(say("%(year)s 年共 %(n)s 个席位。", year=year, n=slots_of(year)), "slot")
    if not reason.strip():
        raise RuleBroken(say("请写明列为重点项目的理由。"), "reason")
    if db.session.scalar(select(KeyProject.id).where(KeyProject.project_id == project.id)):
        raise RuleBroken(say("这部片已经是重点项目。"), "project")
    if db.session.scalar(select(KeyProject.id).where(KeyProject.year == year, KeyProject.slot == slot)):
        raise RuleBroken(say("%(year)s 年第 %(slot)s 位已经有项目。", year=year, slot=slot), "slot")
    if not steward.holds("officer", "head"):
        raise RuleBroken(say("管家请选在岗的经办或处长。"), "steward")
    key = KeyProject(
        year=year, slot=slot, project_id=project.id, reason=reason, steward_id=steward.id, chosen_by_id=actor.id
    )
    db.session.add(key)
    project.key_year = year
    note(project, "choose_key", actor, N_("列为 %(year)s 年重点项目第 %(slot)s 位，管家%(steward)s"),
         public_text=N_("列为 %(year)s 年重点项目"), reason=reason, tells=("house", "steward"), year=year, slot=slot,
         steward=steward.name)  # fmt: skip
    return key


@operation
def change_steward(key: KeyProject, actor: Actor, steward: User, seen: int | None = None) -> None:
    """Name another steward. `seen`: the version of the slot that was read."""
    refusal = not_recused(key.project, actor)
    if refusal is not None:
        raise refusal
    if steward.id == key.steward_id:
        return  # pressed twice
    as_read(key.version, seen)
    name_steward(key, actor, steward)


def name_steward(key: KeyProject, actor: Actor, steward: User) -> None:
    """Make somebody of the office steward, for acts that have asked already whether this person may name one."""
    if not steward.holds("officer", "head"):
        raise RuleBroken(say("管家请选在岗的经办或处长。"), "steward")
    key.steward_id = steward.id
    note(key.project, "change_steward", actor, N_("管家改为%(steward)s"), tells=("steward",), steward=steward.name)


@operation
def drop_key(key: KeyProject, actor: Actor, reason: str) -> None:
    """Take a title out of the year's list, with a reason; its slot is free again."""
    refusal = not_recused(key.project, actor)
    if refusal is not None:
        raise refusal
    if "head" not in actor.roles:
        raise NotAllowed(say("调出重点项目由处长办理。"))
    if not reason.strip():
        raise RuleBroken(say("请写明调出理由。"), "reason")
    project, year, slot = key.project, key.year, key.slot
    db.session.delete(key)
    project.key_year = None
    note(project, "drop_key", actor, N_("调出 %(year)s 年重点项目第 %(slot)s 位"), public_text=N_("调出 %(year)s 年重点项目"),
         reason=reason, tells=("house",), role=actor.stands_in_as(frozenset({"head"})) or "", year=year, slot=slot)  # fmt: skip
