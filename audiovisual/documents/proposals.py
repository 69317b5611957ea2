"""The letter before the decision: checked when an outcome is proposed, and shown to head and leader as the very paper.

The round's steps are listened to, because reviews know nothing of documents.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import delete, select

from audiovisual.kernel import outbox
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.files import keep_bytes
from audiovisual.kernel.lifecycle import after
from audiovisual.kernel.model import db, shanghai, today, utcnow
from audiovisual.projects.models import ChangeRequest
from audiovisual.reviews.models import Round
from audiovisual.reviews.operations import settling
from workflows.access import Actor
from workflows.engine import Fired
from workflows.errors import RuleBroken, Sentence, WorkflowError, say

from .content import content_of
from .models import Document, LetterPreview
from .operations import MEDIA, packed

READ = ("proposed", "agreed")
"""States of a round in which head or leader have the letter of its proposal before them."""


@after("round")
def propose(round_: Round, fired: Fired, actor: Actor, data: dict[str, Any]) -> None:
    """A proposal's letter is made for reading."""
    if fired.step.trigger in ("send_back", "propose"):
        db.session.execute(delete(LetterPreview).where(LetterPreview.round_id == round_.id))
    if fired.step.trigger == "propose":
        db.session.add(LetterPreview(round_id=round_.id, mark=round_.proposed_at))
        outbox.enqueue("render_proposal", round=round_.id)


@after("change_request")
def make_anew(request: ChangeRequest, fired: Fired, actor: Actor, data: dict[str, Any]) -> None:
    """A title, house or number of episodes that changes while head or leader read the letter: it is made anew."""
    if fired.target == "approved":
        for preview in _read_now(request.project_id):
            _make_again(preview)


def reckoned_anew() -> int:
    """Once a day: letters that wait are made anew, for their day and the last day for answers go on with the days. Gives
    how many: the drafts that wait for a number, and the letters of proposals."""
    drafts = [
        document
        for document in db.session.scalars(select(Document).where(Document.state == "drafted"))
        if document.content["day"] != today().isoformat()
    ]
    proposals = [preview for preview in _read_now() if shanghai(preview.mark).date() != today()]
    for document in drafts:
        outbox.enqueue("redraft", document=document.id)
    for preview in proposals:
        _make_again(preview)
    return len(drafts) + len(proposals)


def _read_now(project_id: int | None = None) -> list[LetterPreview]:
    """The letters of proposals that wait for head or leader: of one title, or all."""
    asked = select(LetterPreview).join(Round, Round.id == LetterPreview.round_id).where(Round.state.in_(READ))
    if project_id is not None:
        asked = asked.where(Round.project_id == project_id)
    return list(db.session.scalars(asked))


def _make_again(preview: LetterPreview) -> None:
    preview.mark, preview.file_id, preview.failure = utcnow(), None, None
    outbox.enqueue("render_proposal", round=preview.round_id)


def _unprintable(round_: Round, summary: str, grounds: str) -> Iterator[RuleBroken]:
    """For each field the characters that no face of the letter can draw."""
    from .fonts import missing_glyphs

    texts: list[tuple[str | None, str, str | None]] = [
        ("summary", summary, None),
        ("grounds", grounds, None),
    ]
    texts += [
        ("rows", "\n".join((change.problem, change.basis, change.demand_text)), change.problem[:12])
        for change in round_.changes
    ]
    texts.append((None, f"{round_.project.title}\n{round_.project.house.name}", say("片名或机构名")))
    for field, text, where in texts:
        missing = missing_glyphs(text)
        if missing:
            yield RuleBroken(_named(missing, where), field)


settling.LETTER_RULES.append(_unprintable)


def _named(missing: set[str], where: str | Sentence | None) -> Sentence:
    characters = [f"“{char}” U+{ord(char):04X}" for char in sorted(missing)]
    if where is None:
        return say("字库里没有%(characters)s，函里会印成方框，请改用别的写法。", characters=characters)
    return say(
        "“%(where)s”里的%(characters)s字库没有，函里会印成方框，请改用别的写法。", where=where, characters=characters
    )


@outbox.handles_slowly("render_proposal", long=True)
def render_proposal(payload: dict[str, Any]) -> None:
    """Make the letter of a proposal outside the lock. Run twice, or after the proposal was sent back, it does no harm."""
    from .rendering import render_letter

    preview = db.session.get(LetterPreview, payload["round"])
    if preview is None or preview.file_id is not None:
        return
    mark, content = preview.mark, content_of(preview.round)
    db.session.rollback()  # nothing is locked or read while the paper is made
    try:
        pdf, failure = render_letter(content), None
    except WorkflowError as error:
        pdf, failure = None, packed(error.sentence)
    with unit_of_work():
        preview = db.session.get(LetterPreview, payload["round"])
        if preview is None or preview.mark != mark:
            return
        preview.failure = failure
        if pdf is not None:
            preview.file_id = keep_bytes(pdf, f"{content.title}（拟稿）.pdf", MEDIA, 0).id
