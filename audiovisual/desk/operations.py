"""The green channel (绿色通道): asked for with a reason, decided by a leader, ended with its title."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from audiovisual.kernel.database import operation
from audiovisual.kernel.events import note
from audiovisual.kernel.lifecycle import after, apply
from audiovisual.kernel.model import db, utcnow
from audiovisual.projects import clocks
from audiovisual.projects.models import Project
from workflows.access import SYSTEM, Actor, knows_project, not_recused
from workflows.engine import Fired
from workflows.errors import N_, RuleBroken, Unknown, WrongState, say
from workflows.records import ENDED

from .models import UrgentRequest

URGENT_STATES = (
    "submitted", "received", "completing", "accepted", "proposed", "screened", "scheduled", "in_production", "in_review",
    "rectifying",
)  # fmt: skip


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
