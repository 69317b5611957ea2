"""The year's key titles (年度重点项目): proposed by an officer or a head, decided by a leader, served by a steward (管家).

Nobody takes two successive steps: who proposes does not decide, and nobody names themselves steward; a steward serves
once they have accepted. Taking a title off the list goes the same way. A selection by criteria and stages can make the
proposals later: what is decided here, and who serves, stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, lazyload

from audiovisual.kernel.database import operation
from audiovisual.kernel.events import note
from audiovisual.kernel.lifecycle import after, apply
from audiovisual.kernel.model import db, utcnow
from audiovisual.kernel.rules import rule_on
from audiovisual.people.models import User
from audiovisual.people.versions import as_read
from audiovisual.projects.models import Project
from audiovisual.projects.operations.office import LEFT_BEHIND
from workflows.access import SYSTEM, Actor, not_recused
from workflows.engine import Fired, check
from workflows.errors import N_, NotAllowed, RuleBroken, WorkflowError, WrongState, broken_in, obey, say
from workflows.records import ENDED, KEY_STATES

from .models import KeyProject, KeyProposal, Stewardship

OFFICE = frozenset({"officer", "head"})
LABELS = {"list": N_("列为重点"), "drop": N_("调出重点")}
"""What a proposal asks for, by its kind."""


TOLD_BEFORE = (
    N_("列为 %(year)s 年重点项目第 %(slot)s 位，管家%(steward)s"), N_("列为 %(year)s 年重点项目"), N_("管家改为%(steward)s"),
    N_("调出 %(year)s 年重点项目第 %(slot)s 位"), N_("调出 %(year)s 年重点项目"),
)  # fmt: skip
"""Facts of earlier releases, which timelines still tell."""


def slots_of(year: int) -> int:
    """How many key titles a year has, by the rule in force at its end (ten)."""
    return int(rule_on("key_titles", date(year, 12, 31)).value["per_year"])


def open_proposal(project_id: int) -> KeyProposal | None:
    """The proposal about a title that waits for a leader."""
    waiting = select(KeyProposal).where(KeyProposal.project_id == project_id, KeyProposal.state == "asked")
    return db.session.scalars(waiting).first()


def may_be_key(project: Project, actor: Actor) -> WorkflowError | None:
    """What stands against proposing this title as a key title, whether or not it has been proposed already."""
    refusal = not_recused(project, actor)
    if refusal is not None:
        return refusal
    if not actor.roles & OFFICE:
        return NotAllowed(say("重点项目由处里提名。"))
    if project.state not in KEY_STATES:
        return WrongState(say("只有已入库的项目能列为重点项目。"))
    if project.key_year is not None:
        return WrongState(say("这部片已经是重点项目。"))
    return None


def may_propose(project: Project, actor: Actor) -> WorkflowError | None:
    """What stands against proposing this title as a key title, asked before a word is written."""
    refusal = may_be_key(project, actor)
    if refusal is None and open_proposal(project.id) is not None:
        return WrongState(say("这部片已经提过名，等局领导决定。"))
    return refusal


@operation
def propose_key(project: Project, actor: Actor, year: int, slot: int, reason: str, steward: User) -> KeyProposal:
    """Propose a title for a numbered seat of a year, with the reason and who is to be asked to serve it."""
    refusal = may_propose(project, actor)
    if refusal is not None:
        raise refusal
    obey(broken_by_proposal(project, actor, year, slot, reason, steward))
    return _proposed(project, actor, "list", year, slot, reason, steward.id)


def broken_by_proposal(
    project: Project, actor: Actor, year: int | None, slot: int | None, reason: str, steward: User | None
) -> Iterator[RuleBroken]:  # fmt: skip
    """Each rule that a proposal breaks; what could not be read is None."""
    if not reason.strip():
        yield RuleBroken(say("请写明列为重点项目的理由。"), "reason")
    if year is not None and slot is not None:
        yield from _broken_by_seat(year, slot)
    if steward is not None:
        yield from broken_in(lambda: _fit_to_serve(project, actor, steward))


def _broken_by_seat(year: int, slot: int) -> Iterator[RuleBroken]:
    if not 1 <= slot <= slots_of(year):
        yield RuleBroken(say("%(year)s 年共 %(n)s 个席位。", year=year, n=slots_of(year)), "slot")
    elif db.session.scalar(select(KeyProject.id).where(KeyProject.year == year, KeyProject.slot == slot)):
        yield RuleBroken(say("%(year)s 年第 %(slot)s 位已经有项目。", year=year, slot=slot), "slot")


def _proposed(
    project: Project, actor: Actor, kind: str, year: int, slot: int, reason: str, steward_id: int | None
) -> KeyProposal:  # fmt: skip
    proposal = KeyProposal(
        project_id=project.id, kind=kind, year=year, slot=slot, reason=reason, steward_id=steward_id,
        proposed_by_id=actor.id, proposed_for_id=_absent(actor, project),
    )  # fmt: skip
    db.session.add(proposal)
    db.session.flush()
    note(proposal, "propose", actor, N_("提名%(label)s：%(year)s 年第 %(slot)s 位"), reason=reason, tells=("leaders",),
         role=_role(actor, project), label=LABELS[kind], year=year, slot=slot)  # fmt: skip
    return proposal


def _absent(actor: Actor, project: Project) -> int | None:
    """In whose name a step of the division is taken, where it is."""
    return actor.acting_for(OFFICE, project.officer_id)


def _role(actor: Actor, project: Project) -> str:
    return actor.stands_in_as(OFFICE, project.officer_id) or ""


def _fit_to_serve(project: Project, actor: Actor, steward: User) -> None:
    """Refuse a steward who is not here, who recused themselves from the title, or whom they or their deputy name."""
    if not steward.holds(*OFFICE):
        raise RuleBroken(say("管家请选在岗的经办或处长。"), "steward")
    if steward.id in project.recused_ids:
        raise RuleBroken(say("%(name)s已回避这部片。", name=steward.name), "steward")
    if steward.id in actor.acts_for("officer") | actor.acts_for("head"):
        raise RuleBroken(say("管家要由别人提名，请选另一位同事。"), "steward")


@operation
def propose_drop(key: KeyProject, actor: Actor, reason: str) -> KeyProposal:
    """Propose to take a title off the year's list; its seat stays its own until a leader has agreed."""
    project = key.project
    refusal = not_recused(project, actor)
    if refusal is not None:
        raise refusal
    if not actor.roles & OFFICE:
        raise NotAllowed(say("调出重点项目由处里提名。"))
    if not reason.strip():
        raise RuleBroken(say("请写明调出理由。"), "reason")
    if open_proposal(project.id) is not None:
        raise WrongState(say("这部片已经提过名，等局领导决定。"))
    return _proposed(project, actor, "drop", key.year, key.slot, reason, None)


@operation
def decide(proposal: KeyProposal, actor: Actor, approve: bool, reason: str = "", seen: int | None = None) -> None:
    """A leader agrees or not, never the one who proposed. Agreed, the seat is given and the steward asked, or it is free.

    `seen`: the version of the proposal that was read.
    """
    as_read(proposal.version, seen, proposal)
    stamps = {
        "decided_by_id": actor.id, "decided_at": utcnow(), "decision_reason": reason,
        "decided_for_id": actor.acting_for(frozenset({"leader"})),
    }  # fmt: skip
    kept = {"label": LABELS[proposal.kind], "year": proposal.year, "slot": proposal.slot}
    apply(proposal, "approve" if approve else "refuse", actor, reason or None, kept=kept, stamps=stamps)
    if approve and proposal.kind == "list":
        _list(proposal, actor)
    elif approve:
        _drop(proposal)


def _list(proposal: KeyProposal, actor: Actor) -> None:
    """Give the seat, and ask the steward who was named with it."""
    key = KeyProject(
        year=proposal.year, slot=proposal.slot, project_id=proposal.project_id, reason=proposal.reason,
        chosen_by_id=proposal.proposed_by_id, chosen_at=proposal.proposed_at, decided_by_id=actor.id,
        decided_at=proposal.decided_at,
    )  # fmt: skip
    db.session.add(key)
    proposal.project.key_year = proposal.year
    db.session.flush()
    steward = db.session.get(User, proposal.steward_id) if proposal.steward_id is not None else None
    # who has left since, or recused themselves, is not asked: the heads name another
    if steward is not None and steward.holds(*OFFICE) and steward.id not in proposal.project.recused_ids:
        _name(key, proposal.steward_id, proposal.proposed_by_id, proposal.proposed_for_id)


def _drop(proposal: KeyProposal) -> None:
    _free(proposal.project)


def _free(project: Project) -> KeyProject | None:
    """Free the title's seat, and give it as it was; who serves the title, or was named to, serves it no more."""
    key = db.session.scalars(select(KeyProject).where(KeyProject.project_id == project.id)).first()
    for stewardship in open_stewardships(project.id):
        apply(stewardship, "end", SYSTEM)
    if key is not None:
        db.session.delete(key)
    project.key_year = None
    return key


@operation
def withdraw(proposal: KeyProposal, actor: Actor) -> None:
    """Whoever proposed takes it back while no leader has decided."""
    kept = {"label": LABELS[proposal.kind], "year": proposal.year, "slot": proposal.slot}
    apply(proposal, "withdraw", actor, kept=kept, stamps={"decided_at": utcnow()})


@after("project")
def end_proposals(project: Project, fired: Fired, actor: Actor, data: dict[str, Any]) -> None:
    """A title that fails takes along what no leader has decided about it, and gives its seat of the year back; an aired
    one keeps its seat, and may still be listed."""
    if fired.target not in ENDED - set(KEY_STATES):
        return
    if (waiting := open_proposal(project.id)) is not None:
        apply(waiting, "end", SYSTEM, stamps={"decided_at": utcnow()})
    if project.key_year is not None and (key := _free(project)) is not None:
        words = N_("让出了 %(year)s 年重点项目第 %(slot)s 位")
        note(project, "free_seat", SYSTEM, words, tells=("heads", "leaders"), year=key.year, slot=key.slot)


def _end_service(project: Project, person_id: int) -> None:
    """Who recuses themselves from a title serves it no more, and is not asked to: the heads name another."""
    for stewardship in open_stewardships(project.id):
        if stewardship.person_id == person_id:
            apply(stewardship, "end", SYSTEM)
    for key in db.session.scalars(
        select(KeyProject).where(KeyProject.project_id == project.id, KeyProject.steward_id == person_id)
    ):
        key.steward_id = None


LEFT_BEHIND.append(_end_service)


def open_stewardships(project_id: int) -> list[Stewardship]:
    """Who was named to serve a title and has not answered, and who serves it."""
    open_ = Stewardship.project_id == project_id, Stewardship.state.in_(("named", "accepted"))
    people = (joinedload(each).options(lazyload(User.grants)) for each in (Stewardship.person, Stewardship.named_by))
    return list(
        db.session.scalars(select(Stewardship).where(*open_).order_by(Stewardship.id).options(*people)).unique()
    )


def last_naming(key: KeyProject) -> int:
    """The number of the last naming of a steward for a key title, 0 where nobody was named."""
    last = select(func.max(Stewardship.id)).where(Stewardship.project_id == key.project_id)
    return db.session.scalar(last) or 0


@operation
def name_steward(key: KeyProject, actor: Actor, steward: User, seen: int | None = None) -> None:
    """Ask another person to serve a key title; whoever serves it goes on until they have accepted.

    `seen`: the last naming that was read (`last_naming`).
    """
    refusal = not_recused(key.project, actor)
    if refusal is not None:
        raise refusal
    if not actor.roles & OFFICE:
        raise NotAllowed(say("管家由处里提名。"))
    asked = {each.state: each for each in open_stewardships(key.project_id)}
    if steward.id in {each.person_id for each in asked.values()}:
        return  # pressed twice
    last = last_naming(key)
    as_read(last, seen, db.session.get(Stewardship, last))
    ask_steward(key, actor, steward)


def ask_steward(key: KeyProject, actor: Actor, steward: User) -> None:
    """Ask somebody to serve a key title, for acts that have asked already whether this person may name one; whoever was
    asked before and has not answered is asked no more."""
    _fit_to_serve(key.project, actor, steward)
    for asked in open_stewardships(key.project_id):
        if asked.state == "named":
            apply(asked, "end", SYSTEM)
    _name(key, steward.id, actor.id, _absent(actor, key.project))


def _name(key: KeyProject, person_id: int, by_id: int, for_id: int | None) -> None:
    named = Stewardship(
        project_id=key.project_id, year=key.year, person_id=person_id, named_by_id=by_id, named_for_id=for_id
    )
    db.session.add(named)
    db.session.flush()
    person, by = db.session.get_one(User, person_id), db.session.get_one(User, by_id)
    note(
        named,
        "name",
        Actor(by.id, by.name, by.roles),
        N_("请%(name)s担任管家"),
        tells=("steward",),
        role="",
        name=person.name,
    )


@operation
def answer_steward(stewardship: Stewardship, actor: Actor, accept: bool, reason: str = "") -> None:
    """Who was named accepts, and serves the title from here on, or declines with a reason."""
    trigger, stamps = "accept" if accept else "decline", {"answered_at": utcnow(), "reason": reason}
    refusal = check(stewardship.machine, stewardship, trigger, actor, {"reason": reason})
    if refusal is not None:
        raise refusal
    for serving in open_stewardships(stewardship.project_id) if accept else ():
        if serving.state == "accepted":
            apply(serving, "end", SYSTEM)
    db.session.flush()  # the one before has ended: two do not serve a title
    apply(stewardship, trigger, actor, reason or None, stamps=stamps)
    if accept:
        key = db.session.scalars(select(KeyProject).where(KeyProject.project_id == stewardship.project_id)).one()
        key.steward_id = stewardship.person_id
