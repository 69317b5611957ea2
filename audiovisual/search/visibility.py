"""Who sees which finding. One condition, built here, stands in every query of this package."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, true

from workflows.access import Actor

from ..kernel import findable
from ..kernel.model import db
from .models import SearchDocument as Document

MANY = 300
"""Above this many projects of one expert the database joins them by itself instead of being handed the list."""


@dataclass(frozen=True)
class Sight:
    """What one person's rights come to: all flags false and no ids means only what is open to everyone."""

    everything: bool = False
    staff: bool = False
    house_id: int | None = None
    owner_id: int | None = None
    project_ids: tuple[int, ...] | Select[Any] = ()
    barred: tuple[int, ...] = ()


def sight(actor: Actor) -> Sight:
    """The actor's rights, read once per search (one statement for experts and for staff, none for others)."""
    reach = findable.reach(actor)
    projects: tuple[int, ...] | Select[Any] = ()
    if reach.project_ids is not None:
        found = tuple(db.session.scalars(reach.project_ids.limit(MANY + 1)))
        projects = found if len(found) <= MANY else reach.project_ids  # type: ignore[assignment]
    barred: tuple[int, ...] = tuple(db.session.scalars(reach.barred.order_by(None))) if reach.barred is not None else ()
    return Sight("system" in actor.roles, reach.staff, reach.house_id, actor.id, projects, barred)


def visible_condition(seen: Sight) -> ColumnElement[bool]:
    """The condition on search_document rows under which this person may know of one."""
    if seen.everything:
        return true()
    ways: list[ColumnElement[bool]] = []
    if seen.staff and seen.barred:
        elsewhere = or_(Document.project_id.is_(None), Document.project_id.not_in(sorted(seen.barred)))
        ways.append(and_(Document.staff.is_(True), or_(Document.owner_id.is_(None), elsewhere)))
    elif seen.staff:
        ways.append(Document.staff.is_(True))
    ways.append(Document.everyone.is_(True))
    if seen.house_id is not None:
        ways.append(Document.house_id == seen.house_id)
    if seen.owner_id:
        ways.append(Document.owner_id == seen.owner_id)
    if isinstance(seen.project_ids, Select) or seen.project_ids:
        ways.append(and_(Document.experts.is_(True), Document.project_id.in_(seen.project_ids)))
    return or_(*ways)


def scope(seen: Sight) -> list[str] | None:
    """The same as index tokens, so that a person who sees ten titles of 100,000 is answered from those ten.

    None where it would not narrow anything. Only ever used beside `visible_condition`, never instead of it.
    """
    if seen.everything or seen.staff or isinstance(seen.project_ids, Select):
        return None
    marks = ["§a"]
    if seen.house_id is not None:
        marks.append(f"§o{seen.house_id}")
    if seen.owner_id:
        marks.append(f"§u{seen.owner_id}")
    return marks + [f"§p{number}" for number in seen.project_ids]


@dataclass(frozen=True)
class Audience:
    """The audience of one finding, as the columns keep it."""

    staff: bool
    everyone: bool
    experts: bool
    house_id: int | None
    owner_id: int | None

    @classmethod
    def of(cls, finding: findable.Finding) -> Audience:
        """Read the words of `Finding.audience`; an unknown word is refused, for it might have meant fewer people."""
        staff = everyone = experts = house = False
        owner = None
        for word in finding.audience.split():
            name, _, number = word.partition(":")
            match name:
                case "project":
                    staff = experts = house = True
                case "staff":
                    staff = True
                case "house":
                    house = True
                case "experts":
                    experts = True
                case "everyone":
                    everyone = True
                case "owner":
                    staff, owner = True, int(number)
                case "self":
                    owner = int(number)
                case _:
                    raise ValueError(f"unknown audience {word!r} of {finding.kind} {finding.id}")
        return cls(staff, everyone, experts, finding.house_id if house else None, owner)

    def marks(self, kind: str, project_id: int | None) -> list[str]:
        """The index tokens by which `scope` and the filter by kind find the row."""
        marks = [kind_mark(kind)]
        if self.everyone:
            marks.append("§a")
        if self.house_id is not None:
            marks.append(f"§o{self.house_id}")
        if self.owner_id is not None:
            marks.append(f"§u{self.owner_id}")
        if self.experts and project_id is not None:
            marks.append(f"§p{project_id}")
        return marks


def kind_mark(kind: str) -> str:
    """The index token of a kind; the SQLite tokenizer would cut a name at its underscore."""
    return "§k" + kind.replace("_", "·")
