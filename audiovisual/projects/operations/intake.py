"""From the post-box into the bank: receipt, acceptance or completion, class, the four criteria, the head's word."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from audiovisual.kernel import audit
from audiovisual.kernel.calendar import working_calendar
from audiovisual.kernel.database import operation
from audiovisual.kernel.events import note
from audiovisual.kernel.lifecycle import apply
from audiovisual.kernel.model import db, today, utcnow
from audiovisual.kernel.rules import rule_on
from audiovisual.people.versions import as_read
from workflows import beside
from workflows.access import Actor
from workflows.classification import Decided, classify, settle
from workflows.clock import add_working_days
from workflows.engine import broken
from workflows.errors import N_, RuleBroken, Sentence, obey, say

from .. import clocks
from ..classes import as_detail, filing_of, judged_by
from ..models import Completion, CompletionItem, Project, Screening


@operation
def receive(project: Project, actor: Actor) -> None:
    """Take a submitted title out of the common box: the officer, or whom he stands in for, is now in charge of it."""
    officer_id = actor.on_behalf["officer"] if "officer" in actor.lent else actor.id
    apply(project, "receive", actor, stamps={"officer_id": officer_id})


@operation
def accept(project: Project, actor: Actor) -> None:
    """Accept the filing (受理): the clock of the first review begins."""
    apply(project, "accept", actor)


@operation
def ask_completion(project: Project, actor: Actor, items: list[dict[str, str]], reason: str = "") -> Completion:
    """Ask once for everything that is missing. `items`: `demand`, and `field` where one field is meant.

    Asked a second time, `reason` says why the first notice was incomplete.
    """
    items = [item for item in items if item.get("demand", "").strip()]
    kept = {"items": [item["demand"] for item in items]}
    apply(project, "ask_completion", actor, reason or None, items=items, again=bool(project.completions), kept=kept)
    days = rule_on("clocks").value["steps"]["completion"]["internal"]
    notice = Completion(
        project_id=project.id, asked_by_id=actor.id, due_on=add_working_days(today(), days, working_calendar())
    )
    notice.items = [
        CompletionItem(ordinal=i, field=item.get("field", ""), demand=item["demand"].strip())
        for i, item in enumerate(items, 1)
    ]
    db.session.add(notice)
    db.session.flush()
    db.session.expire(project, ["completions"])
    clocks.refresh(project)
    return notice


def broken_by_asking(
    project: Project, actor: Actor, items: list[dict[str, str]], reason: str
) -> tuple[RuleBroken, ...]:  # fmt: skip
    """Each rule that a notice of what is missing breaks."""
    data = {"items": items, "again": bool(project.completions), "reason": reason}
    return broken(project.machine, project, "ask_completion", actor, data)


@operation
def decline(project: Project, actor: Actor, reason: str) -> None:
    """Refuse acceptance, with the reason the house will read."""
    apply(project, "decline", actor, reason)


@operation
def decide_class(project: Project, actor: Actor, class_code: str, reason: str, seen: int | None = None) -> None:
    """Settle what the rules leave open. Refused where they decide, without a reason, or for another's title.

    `seen`: the version of the title that was read.
    """
    beside.need(beside.decide_class(project, actor))
    if (project.class_code, project.class_reason) == (class_code, reason):
        return  # pressed twice
    as_read(project.version, seen, project)
    day, rule = judged_by(project)
    found = classify(filing_of(project), day, rule)
    settled = settle(found, Decided(class_code, reason, actor.name, today()), rule)
    project.class_code, project.class_detail = settled.class_code, as_detail(settled)
    project.class_decided_by_id, project.class_reason = actor.id, reason
    note(project, "decide_class", actor, N_("认定类别：%(label)s"), reason=reason, label=settled.label)


@operation
def propose(
    project: Project, actor: Actor, scores: list[dict[str, Any]], recommendation: str, comment: str, against: str = ""
) -> Screening:  # fmt: skip
    """Score the four intake criteria with reasons and recommend. `scores`: code, score 0–100, reason.

    `against`: why it recommends what the figures speak against; kept only where they do.
    """
    rule = rule_on("intake")
    total = weighed(scores, rule.value)
    odd = against_figures(total, recommendation, rule.value)
    if odd is not None and not against.strip():
        raise RuleBroken(say("%(what)s，请写明为什么。", what=odd), "against")
    apply(project, "propose", actor, screening=scores, kept={"total": total, "recommendation": recommendation})
    project.proposed_by_id = actor.id
    project.proposed_for_id = actor.acting_for(
        frozenset({"officer"}), project.officer_id
    )  # nor does he take the next step
    screening = Screening(
        project_id=project.id, officer_id=actor.id, rule_id=rule.id, scores=scores, total=total,
        recommendation=recommendation, comment=comment, against=against.strip() if odd is not None else "",
    )  # fmt: skip
    db.session.add(screening)
    return screening


def weighed(scores: list[dict[str, Any]], rule: dict[str, Any]) -> float:
    """The weighed mean of the criteria, to one decimal. Refuses a criterion without score or reason."""
    given = {row["code"]: row for row in scores}
    obey(_broken_by_scores(given, rule))
    weights = {criterion["code"]: criterion["weight"] for criterion in rule["criteria"]}
    total = sum(given[code]["score"] * weight for code, weight in weights.items())
    return round(total / sum(weights.values()), 1)


def against_figures(total: float, recommendation: str | None, rule: dict[str, Any]) -> Sentence | None:
    """What is odd where a recommendation goes against the weighed score and the threshold, or None."""
    least = rule["admit_from"]
    if recommendation == "admit" and total < least:
        return say("加权 %(n)s 分，不到 %(least)s 分，却建议入库", n=total, least=least)
    if recommendation == "reject" and total >= least:
        return say("加权 %(n)s 分，已到 %(least)s 分，却建议不予入库", n=total, least=least)
    return None


def _broken_by_scores(given: dict[str, dict[str, Any]], rule: dict[str, Any]) -> Iterator[RuleBroken]:
    for criterion in rule["criteria"]:
        code, name = criterion["code"], say(criterion["label"])
        row = given.get(code, {"score": None, "reason": ""})
        if row["score"] is None or not 0 <= row["score"] <= 100:
            yield RuleBroken(say("“%(name)s”要打 0 到 100 分。", name=name), f"score_{code}")
        if not row["reason"].strip():
            yield RuleBroken(say("“%(name)s”要写明理由。", name=name), f"reason_{code}")


def latest_screening(project: Project) -> Screening | None:
    """The screening that lies before the head, or was decided last."""
    return db.session.scalars(
        select(Screening).where(Screening.project_id == project.id).order_by(Screening.id.desc()).limit(1)
    ).first()


def returned_screening(project: Project) -> Screening | None:
    """The screening the head sent back (退回再审), while it waits to be proposed anew."""
    last = latest_screening(project) if project.state == "accepted" else None
    return last if last is not None and last.decision == "sent_back" else None


@operation
def screen(project: Project, actor: Actor, reason: str = "") -> None:
    """The head admits the title to the bank (入库)."""
    apply(project, "screen", actor, reason or None)
    _decided(project, actor, "admitted", reason)


@operation
def reject(project: Project, actor: Actor, reason: str) -> None:
    """The head does not admit it; the house reads the reason."""
    apply(project, "reject", actor, reason)
    _decided(project, actor, "rejected", reason)


@operation
def send_back(project: Project, actor: Actor, reason: str) -> None:
    """The head returns the proposal to the officer."""
    apply(project, "send_back", actor, reason)
    _decided(project, actor, "sent_back", reason)


def _decided(project: Project, actor: Actor, decision: str, reason: str) -> None:
    screening = latest_screening(project)
    if screening is not None:
        screening.decision, screening.reason = decision, reason
        screening.decided_by_id, screening.decided_at = actor.id, utcnow()
    audit.record("project.screening_decided", project, actor, decision=decision)
