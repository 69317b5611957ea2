"""Readings of the review: rounds, loads, an expert's tasks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, and_, case, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from audiovisual.kernel.model import db
from audiovisual.kernel.paging import within
from audiovisual.kernel.sought import holds
from audiovisual.people.models import Expert, User
from audiovisual.people.queries.presence import in_office
from audiovisual.projects.models import Project
from audiovisual.projects.queries import recused_from
from audiovisual.search.analyzer import fold
from workflows import numerals
from workflows.access import Actor

from .conflicts import Standing, candidates_for
from .models import Assignment, Clause, Cut, CutPart, DroppedRow, Norm, Opinion, OpinionRow, OpinionScore, Round

OPEN = ("invited", "accepted")
UNDER_WAY = ("composing", "reading", "frozen", "proposed", "agreed", "decided")
PER_PAGE = 50
WITHOUT_GRANTS = joinedload(Assignment.expert).lazyload(User.grants)


def loads() -> dict[int, int]:
    """How many titles each expert is reading now."""
    rows = db.session.execute(
        select(Assignment.expert_id, func.count()).where(Assignment.state.in_(OPEN)).group_by(Assignment.expert_id)
    )
    return {row[0]: row[1] for row in rows}


@dataclass(frozen=True)
class Candidate:
    """An expert for a title: how they stand to it, and how many titles they are reading."""

    user: User
    expert: Expert
    standing: Standing
    load: int

    @property
    def free(self) -> bool:
        """Whether nothing stands against them."""
        return not self.standing.reasons

    def fits(self, words: str, speciality: str) -> bool:
        """Whether name, title or institution hold all the words, and the expert has the speciality ("" asks nothing)."""
        told = fold(" ".join((self.user.name, self.expert.title, self.expert.institution)))
        known = not speciality or speciality in self.expert.specialities
        return known and all(fold(word) in told for word in words.split())


def candidates(project: Project) -> list[Candidate]:
    """Every expert in service with how they stand to a title, the free and least loaded first."""
    load = loads()
    found = [
        Candidate(expert.user, expert, standing, load.get(expert.user_id, 0))
        for expert, standing in candidates_for(project)
    ]
    return sorted(found, key=lambda c: (not c.free, c.load, c.user.name, c.user.id))


def open_round(project_id: int) -> Round | None:
    """The round of a title that is neither closed nor cancelled."""
    return db.session.scalars(
        select(Round).where(Round.project_id == project_id, Round.state.not_in(("closed", "cancelled")))
    ).first()


def answered_round(project_id: int) -> Round | None:
    """The round whose letter the house answers: the open one once its letter is out, and while none is open (a later one
    was cancelled) the last that asked for answers. None while a later round is under way.
    """
    round_ = open_round(project_id)
    if round_ is not None:
        return round_ if round_.state == "issued" else None
    asked = select(Round).where(Round.project_id == project_id, Round.state == "closed", Round.answer_by.is_not(None))
    return db.session.scalars(asked.order_by(Round.ordinal.desc()).limit(1)).first()


def rounds_of(project_id: int) -> Sequence[Round]:
    """Every round of a title, the latest first."""
    return db.session.scalars(select(Round).where(Round.project_id == project_id).order_by(Round.ordinal.desc())).all()


def latest_cut(project_id: int) -> Cut | None:
    """The version of the cut delivered last."""
    return db.session.scalars(
        select(Cut).where(Cut.project_id == project_id).order_by(Cut.ordinal.desc()).limit(1)
    ).first()


def find_round(round_id: int) -> Round | None:
    """A round with its title, its cut, and its panel by name."""
    return db.session.scalars(
        select(Round).where(Round.id == round_id).options(
            joinedload(Round.project), joinedload(Round.cut).selectinload(Cut.parts),
            selectinload(Round.assignments).options(WITHOUT_GRANTS, joinedload(Assignment.opinion)),
        )
    ).unique().first()  # fmt: skip


def find_task(assignment_id: int) -> Assignment | None:
    """A seat with its round, title, cut and opinion."""
    return db.session.scalars(
        select(Assignment).where(Assignment.id == assignment_id).options(
            joinedload(Assignment.opinion), WITHOUT_GRANTS,
            joinedload(Assignment.round).options(joinedload(Round.project), joinedload(Round.cut).selectinload(Cut.parts)),
        )
    ).unique().first()  # fmt: skip


def find_part(part_id: int) -> CutPart | None:
    """A file of a cut, with the cut's title."""
    return db.session.scalars(
        select(CutPart).where(CutPart.id == part_id).options(joinedload(CutPart.cut).joinedload(Cut.project))
    ).first()  # fmt: skip


def watches(cut_id: int, user_id: int) -> bool:
    """Whether the expert sits on a panel that reads this cut, and has accepted."""
    asked = select(Assignment.id).join(Round, Round.id == Assignment.round_id)
    asked = asked.where(Round.cut_id == cut_id, Round.state != "cancelled", Assignment.expert_id == user_id)
    return db.session.scalar(asked.where(Assignment.state.in_(("accepted", "signed"))).limit(1)) is not None


def find_row(row_id: int) -> OpinionRow | None:
    """A row by id, with all that decides who may write it."""
    return db.session.scalars(
        select(OpinionRow).where(OpinionRow.id == row_id).options(
            joinedload(OpinionRow.opinion).joinedload(Opinion.assignment).options(
                joinedload(Assignment.round).options(joinedload(Round.project), joinedload(Round.cut).selectinload(Cut.parts)),
            )
        )
    ).unique().first()  # fmt: skip


def find_dropped(dropped_id: int) -> DroppedRow | None:
    """A row that was taken out, by id, with all that decides who may put it back."""
    return db.session.scalars(
        select(DroppedRow).where(DroppedRow.id == dropped_id).options(
            joinedload(DroppedRow.opinion).joinedload(Opinion.assignment).options(
                joinedload(Assignment.round).options(joinedload(Round.project), joinedload(Round.cut).selectinload(Cut.parts)),
            )
        )
    ).unique().first()  # fmt: skip


def rows_of(opinion_ids: Sequence[int]) -> Sequence[OpinionRow]:
    """The rows of these opinions with their clauses and how they were left out, in order."""
    return db.session.scalars(
        select(OpinionRow).where(OpinionRow.opinion_id.in_(opinion_ids))
        .options(joinedload(OpinionRow.clause), joinedload(OpinionRow.left_out))
        .order_by(OpinionRow.opinion_id, OpinionRow.ordinal, OpinionRow.id)
    ).all()  # fmt: skip


def scores_of(opinion_ids: Sequence[int]) -> Sequence[OpinionScore]:
    """The scores of these opinions."""
    return db.session.scalars(select(OpinionScore).where(OpinionScore.opinion_id.in_(opinion_ids))).all()


SEATS = ("invited", "accepted", "signed")


def rounds(actor: Actor, state: str | None, page: int) -> tuple[list[Row[Any]], int, int]:
    """Rounds in a state (default: all under way) with title, seats taken and signatures; the urgent and due first.

    One page of them, how many there are, and the number of that page.

    Those of titles the person recused himself from are not for him.
    """
    condition = and_(
        Round.state == state if state else Round.state.in_(UNDER_WAY), Round.project_id.not_in(recused_from(actor))
    )
    total = db.session.scalar(select(func.count()).select_from(Round).where(condition)) or 0
    seats = select(func.count()).where(Assignment.round_id == Round.id, Assignment.state.in_(SEATS)).scalar_subquery()
    signed = select(func.count()).where(Assignment.round_id == Round.id, Assignment.state == "signed").scalar_subquery()
    asked = (
        select(
            Round.id, Round.ordinal, Round.state, Round.due_on, Round.answer_by, Round.seats, seats.label("asked"),
            signed.label("signed"), (Project.state == "rectifying").label("rectifying"),
            (Project.state == "suspended").label("suspended"),
            Project.id.label("project_id"), Project.title, Project.number, Project.type, Project.urgent,
            Project.key_year, User.name.label("officer"),
        )
        .join(Project, Project.id == Round.project_id).outerjoin(User, and_(User.id == Project.officer_id, User.id.in_(in_office("officer"))))
        .where(condition).order_by(Project.urgent.desc(), Round.due_on.is_(None), Round.due_on, Round.id.desc())
    )  # fmt: skip
    page = within(page, PER_PAGE, total)
    return list(db.session.execute(asked.limit(PER_PAGE).offset((page - 1) * PER_PAGE))), total, page


def tasks(user_id: int, page: int) -> tuple[list[Row[Any]], int, int]:
    """One page of an expert's own tasks, what waits for them first, the latest first; with their number and the page's."""
    condition = (Assignment.expert_id == user_id, Assignment.state.not_in(("proposed", "removed")))
    total = db.session.scalar(select(func.count()).select_from(Assignment).where(*condition)) or 0
    asked = (
        select(
            Assignment.id, Assignment.state, Assignment.is_lead, Assignment.signed_at, Round.ordinal, Assignment.due_on,
            Round.state.label("round"), Project.title, Project.type, Project.urgent,
            (Project.state == "suspended").label("suspended"),
        )
        .join(Round, Round.id == Assignment.round_id).join(Project, Project.id == Assignment.project_id).where(*condition)
        .order_by(case((Assignment.state.in_(OPEN), 0), else_=1), Project.urgent.desc(), Assignment.id.desc())
    )  # fmt: skip
    page = within(page, PER_PAGE, total)
    return list(db.session.execute(asked.limit(PER_PAGE).offset((page - 1) * PER_PAGE))), total, page


def clauses(words: str = "") -> list[Clause]:
    """Clauses whose citation, heading or keywords hold every word, in the library's order."""
    asked = select(Clause).join(Clause.norm).options(contains_eager(Clause.norm)).order_by(Norm.rank, Clause.ordinal)
    texts = (Norm.code + Clause.reference, Norm.name, Clause.heading, Clause.keywords)
    for word in numerals.closed(words).split():
        asked = asked.where(or_(*(holds(each, *texts) for each in numerals.writings(word))))
    return list(db.session.scalars(asked))


def opinions_of(round_: Round) -> Sequence[Opinion]:
    """The signed opinions of a round."""
    return db.session.scalars(
        select(Opinion).join(Assignment, Assignment.id == Opinion.assignment_id)
        .options(contains_eager(Opinion.assignment).options(WITHOUT_GRANTS))
        .options(selectinload(Opinion.rows).joinedload(OpinionRow.clause), selectinload(Opinion.scores))
        .where(Assignment.round_id == round_.id, Assignment.state == "signed").order_by(Assignment.is_lead.desc(), Assignment.id)
    ).all()  # fmt: skip
