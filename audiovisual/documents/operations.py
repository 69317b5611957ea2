"""A letter's way: drafted when the leader decides, numbered and sealed by the sealer, made by the worker, served.

The number is taken in the short transaction of sealing; rendering happens outside any; a crash in between resumes with
the same number, because the document stands in `issuing` and its outbox row is read again. A letter that cannot go out
any more is made void: its number stays used, and while the title goes on a new draft takes its place.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import select

from audiovisual.kernel import audit, health, outbox
from audiovisual.kernel.database import operation, unit_of_work
from audiovisual.kernel.files import keep_bytes
from audiovisual.kernel.lifecycle import after, apply
from audiovisual.kernel.model import db, today, utcnow
from audiovisual.kernel.numbers import take
from audiovisual.kernel.rules import rule_on
from audiovisual.kernel.text import pack
from audiovisual.people.queries import settings as particulars
from audiovisual.projects.models import ChangeRequest, Project
from audiovisual.reviews.models import Round
from audiovisual.reviews.operations.changes import publish
from audiovisual.reviews.operations.settling import answer_when_served
from workflows.access import SYSTEM, Actor, not_recused
from workflows.engine import Fired, check
from workflows.errors import NotAllowed, Unknown, WorkflowError, WrongState, say
from workflows.records import ENDED
from workflows.ruleset.numbers import number

from . import findings  # noqa: F401  # letters become findable with the first of their operations
from .content import content_of
from .fonts import MissingFonts, refuse_missing
from .letter import LetterContent
from .models import Document

MEDIA = "application/pdf"


@after("round")
def draft(round_: Round, fired: Fired, actor: Actor, data: dict[str, Any]) -> None:
    """The leader's decision drafts the letter, in the same transaction."""
    if fired.target == "decided":
        round_.project.outcome = round_.outcome
        db.session.flush()
        _draft(round_, actor)


def _draft(round_: Round, actor: Actor) -> None:
    content = content_of(round_)
    document = Document(
        kind="review_letter", project_id=round_.project_id, round_id=round_.id, title=content.title,
        content=content.to_data(), decided_by_id=round_.decided_by_id, decided_for_id=round_.decided_for_id,
    )  # fmt: skip
    db.session.add(document)
    db.session.flush()
    audit.record("document.draft", document, actor, title=document.title)
    outbox.enqueue("render_preview", document=document.id)


@after("project")
def drop_with_title(project: Project, fired: Fired, actor: Actor, data: dict[str, Any]) -> None:
    """A title that ends takes its letters with it: the unsealed is dropped, the one being made is void."""
    if fired.target in ENDED:
        unsent = select(Document).where(Document.project_id == project.id, Document.state.in_(("drafted", "issuing")))
        for document in db.session.scalars(unsent).all():
            reason = say("项目%(state)s", state=say(project.machine.state(fired.target).label))
            apply(
                document,
                "drop" if document.state == "drafted" else "void",
                SYSTEM,
                reason,
                kept={"number": document.number},
            )


@after("change_request")
def draft_anew(request: ChangeRequest, fired: Fired, actor: Actor, data: dict[str, Any]) -> None:
    """A title, house or number of episodes that changes while a letter waits for its number: the paper is made anew."""
    if fired.target != "approved":
        return
    waiting = select(Document).where(Document.project_id == request.project_id, Document.state == "drafted")
    for document in db.session.scalars(waiting).all():
        outbox.enqueue("redraft", document=document.id)


@outbox.handles("redraft")
def redraft(payload: dict[str, Any]) -> None:
    """Write an unsealed letter anew from what stands now, and have its preview made again. Safe to run twice."""
    document = db.session.get(Document, payload["document"])
    if document is None or document.state != "drafted":
        return
    content = content_of(document.round)
    document.title, document.content, document.preview_id = content.title, content.to_data(), None
    document.failure = None
    outbox.enqueue("render_preview", document=document.id)


@operation
def seal(document: Document, actor: Actor) -> None:
    """Number and seal: from here the letter has its number and day, and the worker makes and serves it."""
    refusal = check(document.machine, document, "seal", actor)
    if refusal is not None:
        raise refusal
    if document.project.state != "in_review":  # the rules say the same on the button; this is under the lock
        raise WrongState(say("这部片现在不在审核中，不能发函。"))
    refuse_missing()
    if health.clock_is_behind():
        raise WrongState(say("服务器的时钟比已有的记录还早，编号和日期会错，所以没有办。请系统管理员校准时钟再办。"))
    day = today()
    pattern = particulars().get("letter_pattern") or rule_on("numbers").value["letter"]
    document.series, document.year = "letter", day.year
    document.ordinal = take("letter", day.year)
    document.number, document.dated = number(pattern, day.year, document.ordinal), day
    document.sealed_by_id, document.sealed_at = actor.id, utcnow()
    content = content_of(document.round)  # the house, the title or the office's telephone may have changed since
    document.title = content.title
    document.content = replace(content, number=document.number, day=day, sealed=True).to_data()
    apply(document, "seal", actor, kept={"number": document.number})
    outbox.enqueue("make_letter", document=document.id)


def _served_on(document: Document, day: date) -> LetterContent:
    """What the letter says where it is served on that day: the house's days are counted from it."""
    content = LetterContent.from_data(document.content)
    return replace(content, deadline=answer_when_served(document.round, day))


@operation
def void(document: Document, actor: Actor, reason: str) -> None:
    """Make a sealed letter void that cannot go out, with a reason. While its title goes on it is drafted anew."""
    apply(document, "void", actor, reason, kept={"number": document.number})
    if document.project.state not in ENDED:
        _draft(document.round, actor)


@operation
def make_again(document: Document, actor: Actor) -> None:
    """Try once more to make a letter that failed; its number stays. Refused while its title is not in review."""
    refusal = may_make_again(document, actor)
    if refusal is not None:
        raise refusal
    document.failure = None
    outbox.enqueue("make_letter", document=document.id)
    audit.record("document.make_again", document, actor, number=document.number)


def may_make_again(document: Document, actor: Actor) -> WorkflowError | None:
    """Why the actor may not have a failed letter made again, or None."""
    if document.state != "issuing" or not document.failure:
        return WrongState(say("这份公文不需要重做。"))
    if "sealer" not in actor.roles:
        return NotAllowed(say("重做由用印人员办理。"))
    return not_recused(document.project, actor) or _out_of_review(document.project)


def _out_of_review(project: Project) -> WrongState | None:
    if project.state == "in_review":
        return None
    if project.state in ENDED:
        return WrongState(
            say("这部片已经%(state)s，函不再送达，请作废文号。", state=say(project.machine.state(project.state).label))
        )
    return WrongState(say("这部片现在不在审核中，函没有送达；恢复办理后请重做。"))


@operation
def sign_for(document: Document, actor: Actor) -> None:
    """Note that the house signs for a served document (签收): by a press of its own, never by looking at it.

    Refuses people of other houses, a document that was not served, and a second receipt.
    """
    if not is_recipient(document, actor):
        raise Unknown()
    if document.served_at is None:
        raise WrongState(say("这份公文还没有送达，不能签收。"))
    if document.opened_at is not None:
        raise WrongState(say("这份公文已经签收过了。"))
    document.opened_at, document.opened_by_id = utcnow(), actor.id
    audit.record("document.opened", document, actor, number=document.number)


def is_recipient(document: Document, actor: Actor) -> bool:
    """Whether the person belongs to the house the document is for."""
    return "producer" in actor.roles and actor.organisation_id == document.project.house_id


@outbox.handles_slowly("render_preview", attempts=outbox.A_DAY, long=True)
def render_preview(payload: dict[str, Any]) -> None:
    """Make the draft's PDF, so that leader and sealer see the very paper before it is sealed."""
    document = db.session.get(Document, payload["document"])
    if document is None or document.state != "drafted" or document.preview_id is not None:
        return
    content = document.content
    pdf = _rendered(document)
    if pdf is None:
        return
    with unit_of_work():
        document = db.session.get(Document, payload["document"])
        if document.state == "drafted" and document.content == content:  # else it was written anew meanwhile
            document.preview_id = keep_bytes(pdf, f"{document.title}（稿）.pdf", MEDIA, 0).id


@outbox.handles_slowly("make_letter", long=True)
def make_letter(payload: dict[str, Any]) -> None:
    """Render the sealed letter outside the lock, then attach and serve it. Safe to run twice."""
    document = db.session.get(Document, payload["document"])
    if document is None or document.state != "issuing" or document.failure:
        return
    day = today()
    content = _served_on(document, day)
    pdf = _rendered(document, content)
    if pdf is None:
        return
    with unit_of_work():
        document = db.session.get(Document, payload["document"], with_for_update=True)
        if document.state == "issuing":
            document.content = content.to_data()
            _serve(document, pdf, day)


def _rendered(document: Document, content: LetterContent | None = None) -> bytes | None:
    """The PDF, or None when a character cannot be drawn: the document then says which. `content`: instead of its own."""
    from .rendering import render_letter

    document_id, state, content = document.id, document.state, content or LetterContent.from_data(document.content)
    db.session.rollback()  # nothing is locked or read while the paper is made
    try:
        return render_letter(content)
    except WorkflowError as error:
        if isinstance(error, MissingFonts) and state == "drafted":  # tried again until the faces are there
            raise
        with unit_of_work() as session:
            session.get(Document, document_id).failure = packed(error.sentence)
        return None


def packed(sentence: str) -> str:
    """A refusal as the column keeps it: with its template and values, so that it can be read in English too."""
    return json.dumps(pack(sentence), ensure_ascii=False)


def _serve(document: Document, pdf: bytes, day: date) -> None:
    """Attach the paper and hand it to the house, whose days are counted from that day."""
    project = document.project
    refusal = _out_of_review(project)
    if refusal is not None:
        document.failure = packed(refusal.sentence)
        return
    stored = keep_bytes(pdf, f"{document.number} {document.title}.pdf", MEDIA, document.sealed_by_id or 0)
    document.file_id, document.served_at = stored.id, utcnow()
    apply(document, "serve", SYSTEM, kept={"number": document.number, "sha256": stored.sha256})
    round_ = document.round
    round_.answer_by = answer_when_served(round_, day)
    apply(round_, "issue", SYSTEM)
    project.letter_served = True
    publish(round_, SYSTEM)
    if round_.outcome == "refused":
        apply(round_, "close", SYSTEM)
        apply(project, "refuse", SYSTEM, round_.grounds, kept={"number": document.number, "document": document.id})
    elif round_.outcome != "passed":
        apply(project, "demand_changes", SYSTEM, kept={"number": document.number, "must": round_.must_rows})
