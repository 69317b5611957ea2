"""Several points become one: until somebody has written the common text, all their words, places and bases are there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from ..models import Change, ChangePlace, OpinionRow
from ..vocabulary import DEMANDS

T = TypeVar("T")
Where = tuple[int | None, int | None, int | None]
"""Episode, first and last frame."""


@dataclass(frozen=True)
class Words:
    """What one source says: an expert's point, or a row that is merged again."""

    problem: str
    basis: str
    demand: str
    demand_text: str
    severity: str
    places: tuple[Where, ...]

    @property
    def said(self) -> tuple[str, str, str, str]:
        """What has to be the same for two sources to need no common text."""
        return self.problem.strip(), self.basis.strip(), self.demand, self.demand_text.strip()


@dataclass(frozen=True)
class Joined:
    """All sources in one: the row's fields, its further places, and whether its text is still to be written."""

    fields: dict[str, str | int | None] = field(default_factory=dict)
    more: tuple[Where, ...] = ()
    to_word: bool = False


def words_of_point(row: OpinionRow) -> Words:
    """An expert's point; its basis in full where only the clause was chosen."""
    basis = row.basis or (f"{row.clause.norm.name}{row.clause.reference}" if row.clause else "")
    where = (row.episode, row.frame_in, row.frame_out)
    return Words(row.problem, basis, row.demand or "alter", row.demand_text, row.severity, (where,))


def words_of_row(change: Change) -> Words:
    """A settled row as it stands."""
    where = tuple((place.episode, place.frame_in, place.frame_out) for place in change.places)
    return Words(change.problem, change.basis, change.demand, change.demand_text, change.severity, where)


def joined(parts: Sequence[Words]) -> Joined:
    """Every text, basis and place once, in the order of the sources; what one of them calls a must is one.

    Where their demands differ each text is headed with its own, because the row can hold only one.
    """
    places = once(place for part in parts for place in part.places)
    differ = len({part.demand for part in parts}) > 1
    demands = [_demand(part) if differ else part.demand_text.strip() for part in parts]
    episode, frame_in, frame_out = places[0]
    fields: dict[str, str | int | None] = {
        "episode": episode, "frame_in": frame_in, "frame_out": frame_out,
        "problem": "\n".join(once(part.problem.strip() for part in parts)),
        "basis": "；".join(once(part.basis.strip() for part in parts)),
        "demand": parts[0].demand, "demand_text": "\n".join(once(demands)),
        "severity": "must" if any(part.severity == "must" for part in parts) else "should",
    }  # fmt: skip
    return Joined(fields, tuple(places[1:]), len({part.said for part in parts}) > 1)


def _demand(part: Words) -> str:
    return f"{DEMANDS[part.demand]}：{part.demand_text.strip()}".rstrip("：")


def once(values: Iterable[T]) -> list[T]:
    """Each value the first time it comes, without empty ones."""
    return [value for value in dict.fromkeys(values) if value]


def order_of(place: Change | OpinionRow) -> tuple[int, int]:
    """Sorts by episode and place; what concerns the whole title, or a whole episode, comes first."""
    return place.episode or 0, place.frame_in if place.frame_in is not None else -1


def put_places(change: Change, more: Iterable[Where]) -> None:
    """Give the row these further places in place of those it had."""
    change.more = [ChangePlace(episode=episode, frame_in=first, frame_out=last) for episode, first, last in more]
