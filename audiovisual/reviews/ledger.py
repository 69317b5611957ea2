"""The ledger of changes (整改台账): a title's letters with their rows, the house's answers and the bureau's verdicts.

Houses read no name of the bureau and no expert's; experts read the rounds they sat on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from audiovisual.kernel.forms import whole_number
from audiovisual.kernel.model import db
from audiovisual.people.models import User
from audiovisual.projects.models import Project
from workflows.access import Actor

from .gathered import PlaceView, in_letter_order, places_of
from .models import Answer, Assignment, Change, Cut, Round
from .queries import answered_round
from .sheet import code_at
from .unsettled import PENDING

SERVED = ("issued", "closed")


@dataclass
class Line:
    """A row of the ledger: its number in the letter, its places in the cut, where it stands."""

    number: int
    change: Change
    places: list[PlaceView]

    @property
    def latest(self) -> Answer | None:
        """The answer that is judged."""
        return self.change.answers[-1] if self.change.answers else None


@dataclass
class Part:
    """One letter's rows."""

    round: Round
    lines: list[Line]

    @property
    def pending(self) -> bool:
        """Whether somebody still has to do something about one of them."""
        return any(line.change.state in PENDING for line in self.lines)


def ledger(project: Project, actor: Actor) -> list[Part]:
    """The letters that were served, the newest first, with their rows and answers; as far as the person may read them."""
    asked = select(Round).where(Round.project_id == project.id, Round.state.in_(SERVED)).order_by(Round.ordinal.desc())
    if not actor.is_staff and actor.organisation_id != project.house_id:
        sat = select(Assignment.round_id).where(
            Assignment.expert_id == actor.id, Assignment.state.in_(("accepted", "signed"))
        )
        asked = asked.where(Round.id.in_(sat))
    asked = asked.options(
        joinedload(Round.cut).selectinload(Cut.parts),
        selectinload(Round.changes).options(
            selectinload(Change.answers).joinedload(Answer.file), selectinload(Change.more)
        ),
    )
    return [Part(round_, lines_of(round_)) for round_ in db.session.scalars(asked).unique().all()]


def pending_of(project: Project, actor: Actor) -> list[Line]:
    """The rows of the title's letters that wait for an answer or for the officer, the newest letter's first."""
    return [line for part in ledger(project, actor) for line in part.lines if line.change.state in PENDING]


def lines_of(round_: Round) -> list[Line]:
    """A round's rows in the letter's order."""
    rows = in_letter_order(change for change in round_.changes if change.state != "drafted")
    return [Line(number, change, places_of(change, round_.cut)) for number, change in enumerate(rows, 1)]


def number_of(change: Change) -> int:
    """The number a row has in its letter and in the ledger."""
    return [row.id for row in in_letter_order(change.round.changes)].index(change.id) + 1


def new_place(answer: Answer, cut: Cut) -> str:
    """Where in the new cut the change is to be seen, counted as the reviewed cut counts."""
    if answer.new_frame is None:
        return ""
    return code_at(cut.part_of(answer.new_episode) or next(iter(cut.parts), None), answer.new_frame)


def answerers(parts: Iterable[Part]) -> dict[int, str]:
    """Names of those who answered and judged, for the bureau."""
    answers = [answer for part in parts for line in part.lines for answer in line.change.answers]
    ids = {answer.answered_by_id for answer in answers} | {answer.verdict_by_id for answer in answers} - {None}
    return dict(db.session.execute(select(User.id, User.name).where(User.id.in_(ids))).all()) if ids else {}


def find_change(project: Project, change_id: int) -> Change | None:
    """A row of the title, with what decides who may read and answer it."""
    asked = select(Change).where(Change.id == change_id, Change.project_id == project.id)
    return (
        db.session.scalars(asked.options(joinedload(Change.round).joinedload(Round.cut).selectinload(Cut.parts)))
        .unique()
        .first()
    )


def find_answers(project: Project, ids: Iterable[str]) -> list[Answer]:
    """Answers of the title among these ids."""
    wanted = {id_ for raw in ids if (id_ := whole_number(raw))}
    return list(
        db.session.scalars(
            select(Answer).where(Answer.project_id == project.id, Answer.id.in_(wanted)).order_by(Answer.id)
        )
    )


def to_verify(project: Project, but: Change) -> int:
    """How many answered rows of the title wait for the officer's verdict, `but` not counted."""
    waiting = Change.project_id == project.id, Change.state == "answered", Change.id != but.id
    return db.session.scalar(select(func.count()).select_from(Change).where(*waiting)) or 0


def due_of(project: Project) -> Round | None:
    """The served round whose answers are due now."""
    return answered_round(project.id)
