"""Same and near titles over the whole bank: the index proposes, `titles.likeness` judges.

The index answers in a few milliseconds at 100,000 titles, and only what it proposes is compared.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import or_, select

from audiovisual.kernel.model import db
from audiovisual.search.heads import near
from workflows.access import Actor, knows_project

from ..models import FormerTitle, Project
from ..titles import likeness, title_key
from .visibility import HIDDEN

KIND = "project"
PROPOSED = 60
NEAR = 0.5
SHOWN = 5


@dataclass(frozen=True)
class Twin:
    """A title of the bank that is the same as, or near to, another; `was` is the former name that matched."""

    id: int
    number: str
    title: str
    state: str
    likeness: float
    house_id: int
    was: str | None = None


def alike(title: str, actor: Actor, but: int | None = None) -> tuple[list[Twin], bool]:
    """The nearest titles that the person may know of, and whether there are others he may not.

    A house learns that a name is taken, never by whom.
    """
    known, hidden = [], False
    for twin in _nearest(title, but):
        if knows_project(_Known(twin.house_id, twin.state), actor):
            known.append(twin)
        else:
            hidden = True
    return known[:SHOWN], hidden


@dataclass(frozen=True)
class _Known:
    """As much of a project as the rule of knowing asks for; experts see no list of twins."""

    house_id: int
    state: str
    reader_ids: frozenset[int] = frozenset()


def _nearest(title: str, but: int | None) -> list[Twin]:
    key = title_key(title)
    if not key:
        return []
    former = (
        select(FormerTitle.title)
        .where(FormerTitle.project_id == Project.id, FormerTitle.title_key == key)
        .limit(1).correlate(Project).scalar_subquery()
    )  # fmt: skip
    bore_it = select(FormerTitle.project_id).where(FormerTitle.title_key == key)
    asked = select(
        Project.id, Project.number, Project.title, Project.title_key, Project.state, Project.house_id, former.label("was")
    ).where(
        or_(Project.id.in_(near(KIND, title, PROPOSED)), Project.title_key == key, Project.id.in_(bore_it)),
        Project.state.not_in(HIDDEN),
    )  # fmt: skip
    found = []
    for row in db.session.execute(asked):
        degree = 1.0 if row.was else likeness(key, row.title_key)
        if row.id != but and degree >= NEAR:
            found.append(Twin(row.id, row.number or "", row.title, row.state, degree, row.house_id, row.was))
    return sorted(found, key=lambda twin: (-twin.likeness, -twin.id))
