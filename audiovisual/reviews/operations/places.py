"""Places in the new cut that answers rest on: the cut has to be there, and to be long enough to hold them."""

from __future__ import annotations

from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from audiovisual.kernel import media
from audiovisual.kernel.files import StoredFile
from audiovisual.kernel.model import db
from audiovisual.projects.models import Project
from workflows.errors import RuleBroken, say
from workflows.timecode import timecode

from ..models import Answer, Change, Round
from ..queries import answered_round, latest_cut

SECONDS = 15
"""How long somebody who hands in waits for the length of a film to be read."""


def hold(project: Project, parts: dict[int, StoredFile]) -> None:
    """Refuse a handing back whose answers point into a new cut that was not delivered, or beyond its end.

    `parts`: the files that come with it; without any, a cut delivered after the letter's will do.
    """
    round_ = answered_round(project.id)
    answers = _pointing(round_) if round_ is not None else []
    if round_ is None or not answers:
        return
    files = parts or _later(round_)
    for answer in answers:
        if files:
            _holds(answer, round_, files)
        elif answer.file_id is None:
            raise RuleBroken(say("有条目以新样片里的位置为证据，请上传改好的样片。"), "cut")


def cut_is_needed(project: Project) -> bool:
    """Whether an answer rests on a place in a new cut that has not been delivered, and on nothing else."""
    round_ = answered_round(project.id)
    answers = _pointing(round_) if round_ is not None else []
    return any(answer.file_id is None for answer in answers) and not _later(round_)


def _pointing(round_: Round) -> list[Answer]:
    """The answers to be judged that name a place in the new cut."""
    asked = select(Change).where(Change.round_id == round_.id, Change.state == "answered")
    rows = db.session.scalars(asked.options(joinedload(Change.answers))).unique()
    latest = [row.answers[-1] for row in rows if row.answers]
    return [answer for answer in latest if answer.new_frame is not None]


def _later(round_: Round) -> dict[int, StoredFile]:
    """The files of a cut that came after the one the letter speaks of."""
    cut = latest_cut(round_.project_id)
    if cut is None or cut.ordinal <= round_.cut.ordinal:
        return {}
    return {part.episode: part.file for part in cut.parts}


def _holds(answer: Answer, round_: Round, files: dict[int, StoredFile]) -> None:
    episode = answer.new_episode or 1
    stored = files.get(episode) or files.get(0)
    if stored is None:
        raise RuleBroken(say("有条目的证据在新样片第 %(n)s 集，请上传这一集。", n=episode), "cut")
    length, part = _seconds(stored), round_.cut.part_of(answer.new_episode) or round_.cut.parts[0]
    if length is not None and Fraction(answer.new_frame or 0) / part.rate >= length:
        whole = timecode(int(length * part.rate), part.rate)
        sentence = say("第 %(row)s 条写的位置超出新样片第 %(n)s 集的片长（%(length)s），请改好答复再交回。",
                       row=answer.change.ordinal, n=episode, length=whole)  # fmt: skip
        raise RuleBroken(sentence, "cut")


def _seconds(stored: StoredFile) -> Fraction | None:
    """How long the file runs; None where it cannot be read, which the worker will tell."""
    try:
        found = media.probe(stored.path, seconds=SECONDS)
    except (RuleBroken, OSError, media.NoFFmpeg):
        return None
    return found.duration_frames / found.rate
