"""Who is in charge, and setting a title aside: handing over, recusal, suspension, dormancy, remarks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from audiovisual.kernel.database import operation
from audiovisual.kernel.events import Event, note
from audiovisual.kernel.lifecycle import apply
from audiovisual.kernel.model import db, utcnow
from audiovisual.kernel.text import one_line
from audiovisual.people import daily
from audiovisual.people.models import User
from audiovisual.people.versions import as_read
from workflows import beside
from workflows.access import Actor, not_recused
from workflows.errors import N_, NotAllowed, RuleBroken, Sentence, WrongState, say
from workflows.records import ENDED

from .. import clocks
from ..models import Project, Question, Tie
from ..queries.records import open_questions

Staying = tuple[Project, Sentence]
LEFT_BEHIND: list[Callable[[Project, int], None]] = []
"""What later features end when a person (the id) recuses themselves from a title."""


@operation
def hand_over(project: Project, actor: Actor, officer: User, reason: str, seen: int | None = None) -> None:
    """Give the title to another officer; by the one in charge or by a head. Recused officers cannot take it.

    `seen`: the version of the title that was read.
    """
    beside.need(beside.hand_over(project, actor))
    if officer.id != project.officer_id:  # else it is done already, perhaps by this very person
        as_read(project.version, seen, project)
    give(project, actor, officer, reason)


def give(project: Project, actor: Actor, officer: User, reason: str | None) -> None:
    """Put another officer in charge, for acts that have asked already whether this person may. Recused ones cannot."""
    fit_to_take(project, officer)
    if project.holder_role == "officer":
        clocks.hold(project, "officer", officer.id)
    role = actor.stands_in_as(frozenset({"officer", "head"}), project.officer_id) or ""
    left: dict[str, Any] = {"former": project.officer_id} if project.officer_id else {}
    project.officer_id = officer.id
    note(
        project,
        "hand_over",
        actor,
        N_("移交给%(name)s经办"),
        reason=reason,
        tells=("officer", "former"),
        role=role,
        name=officer.name,
        **left,
    )


def fit_to_take(project: Project, officer: User | None) -> None:
    """Refuse whoever is no officer here today, is recused from the title, or has it already."""
    if officer is None or not officer.holds("officer"):
        raise RuleBroken(say("请选择在岗的经办。"), "officer")
    if officer.id in project.recused_ids:
        raise RuleBroken(say("%(name)s已回避这部片。", name=officer.name), "officer")
    if officer.id == project.officer_id:
        raise RuleBroken(say("这部片本来就由%(name)s经办。", name=officer.name), "officer")


@operation
def take(project: Project, actor: Actor) -> None:
    """Take on a title nobody is in charge of (无人经办): for oneself, or for the officer one stands in for."""
    beside.need(beside.take(project, actor))
    officer_id = actor.on_behalf["officer"] if "officer" in actor.lent else actor.id
    if project.holder_role == "officer":
        clocks.hold(project, "officer", officer_id)
    project.officer_id = officer_id
    role = actor.stands_in_as(frozenset({"officer"}), officer_id) or ""
    note(project, "take", actor, N_("接办"), role=role)


@operation
def hand_over_desk(actor: Actor, old: User, new: User, reason: str) -> tuple[int, list[Staying]]:
    """Hand over every title an officer is in charge of; gives how many went over, and which stayed for what reason."""
    if "head" not in actor.roles and actor.id != old.id:
        raise NotAllowed(say("只有本人或处长能移交整个工作台。"))
    titles, left = _desk_of(old), staying(actor, old, new)
    kept = {project.id for project, _why in left}
    for project in titles:
        if project.id not in kept:
            give(project, actor, new, reason)
    return len(titles) - len(left), left


def staying(actor: Actor, old: User, new: User) -> list[Staying]:
    """The titles of an officer's desk that cannot go to the other one by this person's hand, each with the sentence why."""
    left: list[Staying] = []
    for project in _desk_of(old):
        if new.id in project.recused_ids:
            left.append((project, say("%(name)s已回避这部片。", name=new.name)))
        elif not_recused(project, actor) is not None:
            left.append((project, say("您已回避这部片，请由另一位处长移交。")))
    return left


def _desk_of(officer: User) -> list[Project]:
    titles = select(Project).where(Project.officer_id == officer.id, Project.state.not_in(ENDED))
    return list(db.session.scalars(titles.options(selectinload(Project.ties)).order_by(Project.id)))


@operation
def recuse(project: Project, actor: Actor, reason: str) -> None:
    """Recuse oneself (回避) from a title: no further step on it. Whoever is in charge must name a successor first."""
    beside.need(beside.recuse(project, actor))
    if not reason.strip():
        raise RuleBroken(say("请写明回避理由。"), "reason")
    db.session.add(Tie(project_id=project.id, user_id=actor.id, kind="recused", reason=reason))
    in_charge = project.officer_id == actor.id
    if in_charge:
        project.officer_id = None
        if project.holder_role == "officer":
            clocks.hold(project, "officer", None)
    db.session.flush()
    db.session.expire(project, ["ties"])
    for end in LEFT_BEHIND:
        end(project, actor.id)
    more: dict[str, Any] = {"in_charge": True} if in_charge else {}
    note(project, "recuse", actor, N_("回避了这部片"), reason=reason, tells=("heads",), role="", **more)


@operation
def suspend(project: Project, actor: Actor, reason: str) -> None:
    """Set the title aside with its clock."""
    apply(project, "suspend", actor, reason)


@operation
def resume(project: Project, actor: Actor) -> None:
    """Take the title up where it stood."""
    apply(project, "resume", actor)


@operation
def rest(project: Project, actor: Actor, reason: str) -> None:
    """Mark the title dormant: it stays in the bank, out of the running."""
    apply(project, "rest", actor, reason)


@operation
def revive(project: Project, actor: Actor) -> None:
    """Wake a dormant title."""
    apply(project, "revive", actor)


@operation
def remark(project: Project, actor: Actor, text: str, public: bool = False, upto: int | None = None) -> Event:
    """A remark on the timeline, for the bureau alone or also for the house. Sent twice at once it is one remark.

    What a house says is a question: a task of the officer's until answered. A public remark of those who may settle
    questions answers what is open; `upto`: the last one that was read (0: none), so that a later one stays open.
    """
    beside.need(beside.remark(project, actor))
    if not text.strip():
        raise RuleBroken(say("请写点内容。"), "text")
    shown = public or not actor.is_staff
    answers = shown and actor.is_staff and beside.settle_question(project, actor) is None
    waiting = (
        [question for question in open_questions(project) if upto is None or question.id <= upto] if answers else []
    )
    said = None if waiting else _just_said(project, actor, text, shown)  # the same words may answer the next question
    if not actor.is_staff:  # what was asked before and is answered by now may be asked again
        asked_before = said is not None and any(question.text == text for question in open_questions(project))
        return said if said is not None and asked_before else _ask(project, actor, text)
    if said is not None:
        return said
    reply = _answer(actor, waiting)
    words = N_("答复：%(text)s") if reply else N_("留言：%(text)s")
    more: dict[str, Any] = {"reply": True} if reply else {}
    tells = ("house",) if shown else ("officer",)
    return note(
        project, "remark", actor, words, public_text=words if shown else "", tells=tells, role="", text=text, **more
    )


def _ask(project: Project, actor: Actor, text: str) -> Event:
    daily.take("question", actor, field="text")
    db.session.add(Question(project_id=project.id, asked_by_id=actor.id, text=text))
    words = N_("留言：%(text)s")
    return note(
        project, "remark", actor, words, public_text=words, tells=("officer",), role="", text=text, question=True
    )


def _answer(actor: Actor, asked: list[Question]) -> bool:
    """Settle the questions a remark answers; gives whether there were any."""
    for question in asked:
        question.settled_at, question.settled_by_id, question.answered = utcnow(), actor.id, True
    return bool(asked)


@operation
def settle_question(question: Question, actor: Actor) -> None:
    """Mark what a house asked as done, without an answer. Refused when it was answered or marked before."""
    beside.need(beside.settle_question(question.project, actor))
    if question.settled_at is not None:
        raise WrongState(say("这条提问已经答复，或标为已处理。"))
    question.settled_at, question.settled_by_id = utcnow(), actor.id
    text, public = N_("把提问标为已处理：%(words)s"), N_("省局看过了提问：%(words)s")
    note(
        question.project,
        "settle_question",
        actor,
        text,
        public_text=public,
        tells=("house",),
        words=one_line(question.text),
    )


def _just_said(project: Project, actor: Actor, text: str, shown: bool) -> Event | None:
    """The same words by the same person within two minutes: the button was pressed twice."""
    lately = select(Event).where(
        Event.project_id == project.id, Event.trigger == "remark", Event.actor_id == actor.id,
        Event.at > utcnow() - timedelta(minutes=2),
    )  # fmt: skip
    same = (e for e in db.session.scalars(lately) if e.data.get("text") == text and bool(e.public_text) == shown)
    return next(same, None)
