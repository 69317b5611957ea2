"""Same and near titles over the whole bank: the index proposes, `titles.likeness` judges.

The index answers in a few milliseconds at 100,000 titles, and only what it proposes is compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import bindparam, or_, select

from audiovisual.kernel.model import constant, db
from audiovisual.search.heads import near
from workflows.access import Actor, knows_project

from ..models import FormerTitle, Project
from ..titles import likeness, title_key
from .visibility import HIDDEN

KIND = "project"
PROPOSED = 60
"""Near titles the index proposes, the newest; the same titles are all found."""
NEAR = 0.5


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


class Alike(NamedTuple):
    """Same and near titles of `title` a person may know of, the nearest first; whether there are others they may not know of; and
    whether near titles were compared no further than the `PROPOSED` newest."""

    known: list[Twin]
    hidden: bool = False
    cut: bool = False
    title: str = ""


def alike(title: str, actor: Actor, but: Project | None = None) -> Alike:
    """The same and near titles of the bank, but for the title `but` itself and those it was filed anew from.

    A house learns that a name is taken, never by whom.
    """
    known, hidden = [], False
    twins, cut = _nearest(title, _line_of(but))
    for twin in twins:
        if knows_project(_Known(twin.house_id, twin.state), actor):
            known.append(twin)
        else:
            hidden = True
    return Alike(known, hidden, cut, title)


def _line_of(project: Project | None) -> frozenset[int]:
    """A title and its predecessors (重新备案): one story under several numbers, no duplicates."""
    line: list[int] = []
    while project is not None and project.id not in line:
        line.append(project.id)
        project = project.predecessor if project.predecessor_id is not None else None
    return frozenset(line)


@dataclass(frozen=True)
class _Known:
    """As much of a project as the rule of knowing asks for; experts see no list of twins."""

    house_id: int
    state: str
    reader_ids: frozenset[int] = frozenset()


PROJECT, FORMER = Project.__table__.c, FormerTitle.__table__.c
KEY = bindparam("key")
_WAS = select(FORMER.title).where(FORMER.project_id == PROJECT.id, FORMER.title_key == KEY).limit(1)
_BORE_IT = select(FORMER.project_id).where(FORMER.title_key == KEY)
_ALIKE = select(
    PROJECT.id, PROJECT.number, PROJECT.title, PROJECT.title_key, PROJECT.state, PROJECT.house_id,
    _WAS.correlate(Project.__table__).scalar_subquery().label("was"),
).where(
    or_(PROJECT.id.in_(bindparam("near", expanding=True)), PROJECT.title_key == KEY, PROJECT.id.in_(_BORE_IT)),
    PROJECT.state.not_in(constant(*HIDDEN)),
)  # fmt: skip


def _nearest(title: str, but: frozenset[int]) -> tuple[list[Twin], bool]:
    """The same and near titles, the nearest first, and whether the index proposed as many as it is asked for."""
    key = title_key(title)
    if not key:
        return [], False
    found, proposed = [], near(KIND, title, PROPOSED)
    for row in db.session.execute(_ALIKE, {"key": key, "near": proposed}):
        degree = 1.0 if row.was else likeness(key, row.title_key)
        if row.id not in but and degree >= NEAR:
            found.append(Twin(row.id, row.number or "", row.title, row.state, degree, row.house_id, row.was))
    return sorted(found, key=lambda twin: (-twin.likeness, -twin.id)), len(proposed) == PROPOSED
