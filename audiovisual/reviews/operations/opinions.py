"""The expert reads, writes and signs. Everything is saved as it is typed, row by row, each row with its version."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from sqlalchemy import func, select

from audiovisual.kernel import audit
from audiovisual.kernel.database import operation
from audiovisual.kernel.lifecycle import apply
from audiovisual.kernel.model import db, utcnow
from audiovisual.kernel.withheld import Apart
from audiovisual.people.versions import LostRace
from workflows.access import SYSTEM, Actor
from workflows.errors import NotAllowed, RuleBroken, WorkflowError, WrongState, say
from workflows.review import OUT

from ..models import Assignment, Conflict, DroppedRow, Opinion, OpinionRow, OpinionScore, Round

ROW_FIELDS = (
    "episode", "frame_in", "frame_out", "problem", "dimension", "clause_id", "basis", "demand", "demand_text", "severity",
)  # fmt: skip
ROWS_AT_MOST = 500


@operation
def take(assignment: Assignment, actor: Actor) -> Opinion:
    """Accept the invitation; an empty opinion waits to be written, or what was written when asked before."""
    apply(assignment, "take", actor)
    if assignment.opinion is not None:
        return assignment.opinion
    opinion = Opinion(assignment_id=assignment.id, project_id=assignment.project_id)
    db.session.add(opinion)
    db.session.flush()
    db.session.expire(assignment, ["opinion"])
    return opinion


@operation
def decline(assignment: Assignment, actor: Actor, reason: str) -> None:
    """Decline the invitation with a reason (time, unfamiliar, …)."""
    apply(assignment, "decline", actor, reason, stamps={"reason": reason})


@operation
def recuse(assignment: Assignment, actor: Actor, reason: str) -> None:
    """Recuse oneself (回避), at once: the conflict is kept, so that nobody invites the expert to this title again."""
    apply(assignment, "recuse", actor, reason, stamps={"reason": reason})
    db.session.add(
        Conflict(
            expert_id=actor.id, project_id=assignment.project_id, kind="declared", note=reason, declared_by_id=actor.id
        )
    )


ELSEWHERE = say("这一条在别处刚改过，请对照两边的文字再存。")


def writable(assignment: Assignment, actor: Actor) -> None:
    """Refuse whoever is not this expert, and any moment but the reading."""
    if assignment.expert_id != actor.id or "expert" not in actor.roles:
        raise NotAllowed(say("只有审看专家本人能写意见。"))
    refuse_closed(assignment.state, assignment.round.state, assignment.round.project.state)


def refuse_closed(seat: str, round_: str, project: str) -> None:
    """Opinions are written between acceptance and signature, while the round reads and the title is in review."""
    if seat in OUT:
        raise NotAllowed(say("您已不在这一轮的专家组里。"))
    if seat != "accepted" or round_ != "reading":
        raise WrongState(say("意见已经签名或这一轮已结束，不能再改。"))
    if project == "suspended":
        raise WrongState(say("这部片暂停办理，意见要等恢复以后才能存。"))
    if project != "in_review":
        raise WrongState(say("这部片现在不在审核中，不能写意见。"))


def closed(assignment: Assignment) -> str | None:
    """Why nothing of the opinion can be written or signed now, in a sentence; None while it can."""
    try:
        refuse_closed(assignment.state, assignment.round.state, assignment.round.project.state)
    except WorkflowError as refusal:
        return refusal.sentence
    return None


def _same(row: Any, version: int | None) -> None:
    if version is not None and (row.version if row else 0) != version:
        raise LostRace(ELSEWHERE)


@operation
def add_row(assignment: Assignment, actor: Actor, mark: str | None = None, **fields: Any) -> OpinionRow:
    """A new row at the end. `mark` is the name its browser gave it: what comes a second time is the row made before, and
    one that was taken out meanwhile is put back."""
    writable(assignment, actor)
    opinion = assignment.opinion
    known = _made_before(opinion, mark) if mark else None
    if known is None and mark:
        gone = next((dropped for dropped in opinion.dropped if dropped.content.get("mark") == mark), None)
        known = restore_row(gone, actor) if gone is not None else None
    return known or _place(opinion, _end_of(opinion), mark=mark, **fields)


def _made_before(opinion: Opinion, mark: str) -> OpinionRow | None:
    return db.session.scalars(
        select(OpinionRow).where(OpinionRow.opinion_id == opinion.id, OpinionRow.mark == mark)
    ).first()


def _end_of(opinion: Opinion) -> int:
    """The place after the last row, whether that still stands or was taken out."""
    last = [
        db.session.scalar(select(func.max(table.ordinal)).where(table.opinion_id == opinion.id)) or 0
        for table in (OpinionRow, DroppedRow)
    ]
    return max(last) + 1


def _place(opinion: Opinion, ordinal: int, mark: str | None = None, **fields: Any) -> OpinionRow:
    """A row with these fields at that place."""
    count = db.session.scalar(select(func.count()).where(OpinionRow.opinion_id == opinion.id)) or 0
    if count >= ROWS_AT_MOST:
        raise RuleBroken(say("一份意见最多 %(n)s 条。", n=ROWS_AT_MOST))
    given = {name: value for name, value in fields.items() if name in ROW_FIELDS}
    row = OpinionRow(opinion_id=opinion.id, ordinal=ordinal, mark=mark, **given)
    db.session.add(row)
    db.session.flush()
    db.session.expire(opinion, ["rows"])
    return row


@operation
def save_row(row: OpinionRow, actor: Actor, version: int | None, **fields: Any) -> OpinionRow:
    """Write what was typed into a row. A version other than the row's own is a lost race (409)."""
    writable(row.opinion.assignment, actor)
    _same(row, version)
    for name, value in fields.items():
        if name in ROW_FIELDS:
            setattr(row, name, value)
    db.session.flush()
    return row


@operation
def drop_row(row: OpinionRow, actor: Actor, version: int | None = None) -> DroppedRow:
    """Take a row out. It is kept as it stood, and can be put back until the signature."""
    opinion = row.opinion
    writable(opinion.assignment, actor)
    _same(row, version)
    audit.record(
        "opinion.drop_row", opinion, actor, problem=Apart(row.problem, "opinion_row.problem"), episode=row.episode
    )
    content = {name: getattr(row, name) for name in (*ROW_FIELDS, "mark")}
    dropped = DroppedRow(opinion_id=opinion.id, ordinal=row.ordinal, content=content)
    db.session.add(dropped)
    db.session.delete(row)
    db.session.flush()
    db.session.expire(opinion, ["rows", "dropped"])
    return dropped


@operation
def restore_row(dropped: DroppedRow, actor: Actor) -> OpinionRow:
    """Put a row back where it stood."""
    opinion = dropped.opinion
    writable(opinion.assignment, actor)
    row = _place(opinion, dropped.ordinal, **dropped.content)
    audit.record(
        "opinion.restore_row", opinion, actor, problem=Apart(row.problem, "opinion_row.problem"), episode=row.episode
    )
    db.session.delete(dropped)
    db.session.flush()
    db.session.expire(opinion, ["dropped"])
    return row


@operation
def save_score(
    assignment: Assignment, actor: Actor, dimension: str, score: int | None, reason: str, version: int | None = None
) -> OpinionScore:  # fmt: skip
    """Write one dimension's score (0–100; 1 or 0 for a check) with its reason. A version that fell behind is refused;
    0 stands for a score nobody gave yet."""
    writable(assignment, actor)
    if dimension not in dimensions_of(assignment.round):
        raise RuleBroken(say("评分表里没有这一项。"), "dimension")
    opinion = assignment.opinion
    row = db.session.scalars(
        select(OpinionScore).where(OpinionScore.opinion_id == opinion.id, OpinionScore.dimension == dimension)
    ).first()
    _same(row, version)
    if row is None:
        row = OpinionScore(opinion_id=opinion.id, dimension=dimension)
        db.session.add(row)
    row.score, row.reason = score, reason
    db.session.flush()
    db.session.expire(opinion, ["scores"])
    return row


def dimensions_of(round_: Round) -> set[str]:
    """Keys a score may have in this round's form: B, C, … and A.minors, A.politics, …"""
    keys = set()
    for dimension in round_.form["dimensions"]:
        if dimension["kind"] == "checks":
            keys |= {f"{dimension['code']}.{item['code']}" for item in dimension["items"]}
        else:
            keys.add(dimension["code"])
    return keys


@operation
def save_opinion(
    assignment: Assignment, actor: Actor, version: int | None, conclusion: str | None, comment: str
) -> Opinion:  # fmt: skip
    """Write the conclusion and the overall comment."""
    writable(assignment, actor)
    opinion = assignment.opinion
    _same(opinion, version)
    opinion.conclusion, opinion.comment = conclusion, comment
    opinion.updated_at = utcnow()
    db.session.flush()
    return opinion


@operation
def sign(assignment: Assignment, actor: Actor, seen: str | None = None, explanation: str = "") -> None:
    """Sign: the text is frozen with its hash; when the last of the panel has signed, the opinions open.

    `seen` is the fingerprint of what the expert had before them: a text changed since on another device is not signed.
    `explanation` is what they say to parts of the opinion that speak against each other; it is kept where there are such.
    """
    opinion = assignment.opinion
    if seen is not None and assignment.state == "accepted" and seen != (fingerprint(assignment) if opinion else ""):
        raise RuleBroken(say("意见在您核对之后又改过，请再看一遍再签名。"))
    if opinion is not None and assignment.state == "accepted":
        opinion.explanation = explanation.strip() if assignment.contradictions else ""
    sha256 = fingerprint(assignment) if opinion else ""
    left = assignment.round.missing - 1
    apply(assignment, "sign", actor, kept={"sha256": sha256, "left": left}, explanation=explanation)
    opinion.signed_hash = sha256
    opinion.dropped.clear()
    db.session.flush()
    round_ = assignment.round
    if round_.unsigned == 0 and round_.seats_filled >= round_.seats:
        apply(round_, "freeze", SYSTEM)


def fingerprint(assignment: Assignment) -> str:
    """SHA-256 over everything signed: rows, scores, conclusion, the cut's files, the form's version, the explanation."""
    opinion, round_ = assignment.opinion, assignment.round
    content = {
        "round": round_.id, "form": round_.form_rule_id, "cut": [part.file.sha256 for part in round_.cut.parts],
        "expert": assignment.expert_id, "conclusion": opinion.conclusion, "comment": opinion.comment,
        "rows": [[getattr(row, name) for name in ROW_FIELDS] for row in opinion.rows],
        "scores": sorted([s.dimension, s.score, s.reason] for s in opinion.scores),
    }  # fmt: skip
    if opinion.explanation:  # most have none, and their hashes are older than it
        content["explanation"] = opinion.explanation
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
