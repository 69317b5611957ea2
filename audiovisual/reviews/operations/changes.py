"""After the letter: the house answers each row with evidence, the officer closes or reopens it, the title passes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import func, select

from audiovisual.kernel.database import operation
from audiovisual.kernel.events import note
from audiovisual.kernel.lifecycle import after, apply
from audiovisual.kernel.model import db, today, utcnow
from audiovisual.people.queries.saved import saved_by
from audiovisual.people.versions import LostRace, as_read
from audiovisual.projects import clocks
from audiovisual.projects.models import Project
from workflows.access import SYSTEM, Actor, is_in_charge
from workflows.engine import Fired, check
from workflows.errors import N_, NotAllowed, RuleBroken, WrongState, obey, say
from workflows.records import ENDED

from ..ledger import number_of
from ..models import Answer, Change, Round
from ..queries import answered_round, open_round
from ..unsettled import PENDING
from .carrying import hand_over
from .settling import answer_due

ASKED = ("open", "answered", "closed")
"""States of a row that the house was asked to answer, and that ended nowhere else."""


@operation
def answer(
    change: Change, actor: Actor, how: str, text: str, *, file_id: int | None = None, new_episode: int | None = None,
    new_frame: int | None = None, seen: int | None = None,
) -> Answer:  # fmt: skip
    """Answer a row: done, done differently or explained, with evidence (a file, or a place in the new cut).

    The same answer once more, while nobody has judged it, is the one that is there: the button was pressed twice. `seen`
    is the answer the writer had before them (0: none): one that was given meanwhile is not replaced unread.
    """
    if how not in ("done", "done_differently", "explained"):
        raise RuleBroken(say("请选择答复方式。"), "how")
    latest = change.answers[-1] if change.answers and change.state == "answered" else None
    if latest is not None and _same(latest, how, text, file_id, new_episode, new_frame):
        return latest
    as_read(answer_at_hand(change), seen, change)
    evidence = file_id is not None or new_frame is not None
    apply(change, "answer", actor, how=how, text=text, evidence=evidence, kept={"how": how, "n": number_of(change)})
    given = Answer(
        change_id=change.id, project_id=change.project_id, how=how, text=text, file_id=file_id, new_episode=new_episode,
        new_frame=new_frame, answered_by_id=actor.id,
    )  # fmt: skip
    db.session.add(given)
    db.session.flush()
    db.session.expire(change, ["answers"])
    return given


def answer_at_hand(change: Change) -> int:
    """The newest answer of a row, by its id; 0 for none."""
    return change.answers[-1].id if change.answers else 0


def _same(latest: Answer, *given: Any) -> bool:
    """Whether the answer says just this."""
    return given == (latest.how, latest.text, latest.file_id, latest.new_episode, latest.new_frame)


@operation
def close(change: Change, actor: Actor, reason: str = "", seen: int | None = None) -> None:
    """The officer has checked the answer: the row is closed. `seen`: the answer he read."""
    _as_read(change, seen)
    apply(change, "close", actor, reason or None, kept={"n": number_of(change)})
    _verdict(change, actor, "closed", reason)


@operation
def reopen(change: Change, actor: Actor, reason: str, seen: int | None = None) -> None:
    """The answer does not do: back to the house, with the reason it will read.

    While the title is in review the house cannot answer yet: it is told when the title goes back to it.
    """
    _as_read(change, seen)
    apply(
        change,
        "reopen",
        actor,
        reason,
        quietly=change.round.project.state == "in_review",
        kept={"n": number_of(change)},
    )
    _verdict(change, actor, "reopened", reason)


def _as_read(change: Change, seen: int | None) -> None:
    """Refuse a verdict on an answer that was replaced since the page was drawn."""
    if seen is not None and answer_at_hand(change) != seen:
        latest = change.answers[-1] if change.answers else None
        saved = saved_by(latest.answered_by_id, latest.answered_at) if latest is not None else None
        raise LostRace(say("机构刚改过这一条的答复，请重新看过再核验。"), saved)


def _verdict(change: Change, actor: Actor, verdict: str, reason: str) -> None:
    latest = change.answers[-1] if change.answers else None
    if latest is not None:
        latest.verdict, latest.verdict_reason = verdict, reason
        latest.verdict_by_id, latest.verdict_at = actor.id, utcnow()


@operation
def ask_again(project: Project, actor: Actor, reason: str) -> None:
    """Send the title back to the house because rows were reopened; its days are counted anew. Refused when none is open,
    and while a later round is under way (`kept_here`)."""
    refusal = is_in_charge(project, actor) or check(project.machine, project, "ask_again", actor) or kept_here(project)
    if refusal is not None:
        raise refusal
    left = project.changes_unanswered + project.suggestions_unanswered
    if left == 0:
        raise RuleBroken(say("没有退回的条目，不用再改。"))
    round_ = answered_round(project.id)
    if round_ is not None and round_.answer_by is not None:
        round_.answer_by = max(round_.answer_by, answer_due())  # its days are counted from now
        db.session.flush()
    apply(project, "ask_again", actor, reason, kept={"n": left})


def kept_here(project: Project) -> WrongState | None:
    """Why a title does not go back to its house now: a later round reads its cut, whose experts, head and leader would be
    stopped, and whose letter could not go out. None where it may."""
    round_ = open_round(project.id)
    if round_ is None or round_.state == "issued":
        return None
    return WrongState(
        say(
            "第 %(n)s 轮审核正在办，这部片不能退回制作机构；没有改好的条目，请在整理意见时并入本轮。",
            n=round_.ordinal,
        )
    )


@operation
def close_all(project: Project, actor: Actor, answers: list[Answer]) -> int:
    """Close every row whose newest answer is one of these (the ones the officer saw); gives how many were closed.

    A row answered again in the meantime stays open for a look. Refuses when nothing is left to close.
    """
    refusal = is_in_charge(project, actor)
    if refusal is not None:
        raise refusal
    if project.state not in ("in_review", "rectifying"):
        raise WrongState(say("这部片现在没有整改条目可核验。"))
    closed = 0
    for seen in answers:
        change = seen.change
        if change.project_id == project.id and change.state == "answered" and change.answers[-1] is seen:
            close(change, actor)
            closed += 1
    if not closed:
        raise RuleBroken(say("没有待核验的条目；机构可能刚改过答复，请重新看一遍。"))
    return closed


@operation
def extend(round_: Round, actor: Actor, answer_by: date, reason: str, seen: int | None = None) -> None:
    """Give the house more time to answer, with the reason it reads. Only while it is rectifying, only to a later day, and
    counted from the day the page showed (`seen`: the round's version then)."""
    as_read(round_.version, seen, round_)
    refusal = is_in_charge(round_.project, actor)
    if refusal is not None:
        raise refusal
    if "officer" not in actor.roles:
        raise NotAllowed(say("延长期限由经办人员办理。"))
    answered = answered_round(round_.project_id)
    if round_.project.state != "rectifying" or round_.answer_by is None or round_ is not answered:
        raise WrongState(say("现在不在整改期，没有期限可以延长。"))
    obey(broken_by_extension(round_, answer_by, reason))
    before, round_.answer_by = round_.answer_by, answer_by
    db.session.flush()
    clocks.refresh(round_.project)
    text = N_("答复期限延长到 %(until)s")
    note(
        round_, "extend", actor, text, public_text=text, reason=reason, tells=("house",), until=answer_by.isoformat(),
        before=before.isoformat(),
    )  # fmt: skip


def broken_by_extension(round_: Round, answer_by: date | None, reason: str) -> Iterator[RuleBroken]:
    """Each rule that a later day breaks; None where it could not be read."""
    if not reason.strip():
        yield RuleBroken(say("请写明理由。"), "reason")
    if answer_by is not None and answer_by <= max(round_.answer_by or today(), today()):
        yield RuleBroken(say("新期限要晚于原期限和今天。"), "answer_by")


@operation
def pass_title(project: Project, actor: Actor) -> None:
    """The title is passed (审核通过): outcome decided, letter out, every answer verified."""
    apply(project, "pass_title", actor)
    round_ = open_round(project.id)
    if round_ is not None:
        apply(round_, "close", SYSTEM)


@operation
def publish(round_: Round, actor: Actor) -> None:
    """With the served letter its rows open for the house, if it asks for answers; the project counts them.

    What stood unverified in an earlier round and stands again in this one ends there.
    """
    trigger = "tell" if round_.answer_by is None else "publish"
    for change in round_.changes:
        if change.state == "drafted":
            apply(change, trigger, actor)
    hand_over(round_)
    count(round_.project)


@after("change")
def recount(change: Change, fired: Fired, actor: Actor, data: dict[str, Any]) -> None:
    """Keep the project's counters of rows with every change of one."""
    db.session.flush()
    count(change.round.project)


def count(project: Project) -> None:
    """Count what the house was asked to answer: of must-rows all, not answered, not verified; of suggestions the last two."""
    asked = select(Change.severity, Change.state, func.count()).where(Change.project_id == project.id)
    rows = db.session.execute(asked.where(Change.state.in_(ASKED)).group_by(Change.severity, Change.state)).all()
    found = {(severity, state): number for severity, state, number in rows}
    musts = [found.get(("must", state), 0) for state in ASKED]
    project.changes_total, project.changes_unanswered, project.changes_open = sum(musts), musts[0], sum(musts[:2])
    suggestions = [found.get(("should", state), 0) for state in ASKED]
    project.suggestions_unanswered, project.suggestions_open = suggestions[0], sum(suggestions[:2])


@after("project")
def lapse_with_title(project: Project, fired: Fired, actor: Actor, data: dict[str, Any]) -> None:
    """A title that ends takes with it what its house has not answered and what was not verified."""
    if fired.target not in ENDED or fired.source == "draft":
        return
    asked = select(Change).where(Change.project_id == project.id, Change.state.in_(PENDING))
    for change in db.session.scalars(asked).all():
        apply(change, "lapse", SYSTEM, say("项目已%(state)s", state=say(project.machine.state(fired.target).label)))
