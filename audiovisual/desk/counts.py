"""How long a person's lists are: they stand in the menu of every page, and are counted in one statement."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, bindparam, func, literal, select

from audiovisual.kernel.model import db, today
from audiovisual.projects.models import Project
from audiovisual.projects.queries import visible
from workflows.access import Actor

from . import queries, sections
from .queries import CAP, Anybody


@dataclass(frozen=True)
class Counts:
    """How long each list is, at most CAP. `late_tasks`: how many of what is late are an expert's; `waiting`: what waits beside the titles, by section; `bureau_late`: what is late
    in the whole bureau, for its staff."""

    todo: int
    doing: int
    done: int
    late: int
    bureau_late: int
    late_tasks: int = 0
    waiting: dict[str, int] = field(default_factory=dict)

    @property
    def all_todo(self) -> int:
        """Everything that waits for this person."""
        return self.todo + sum(self.waiting.values())


def counts(actor: Actor) -> Counts:
    """All counts in one statement, each stopping at CAP."""
    statement = _counting(frozenset(actor.roles), actor.organisation_id is not None)
    values = {"me": actor.id, "house": actor.organisation_id, "day": today()}
    values |= {f"absent_{role}": actor.on_behalf.get(role, actor.id) for role in ("officer", *queries.BEFORE)}
    found = dict(db.session.execute(statement, values).one()._mapping)
    lists = {name: found.pop(name) for name in ("todo", "doing", "done", "late", "bureau_late")}
    tasks = found.pop(sections.LATE.key)
    return Counts(**lists | {"late": lists["late"] + tasks}, late_tasks=tasks, waiting=found)


@functools.cache
def _counting(roles: frozenset[str], of_house: bool) -> Select[Any]:
    """The statement of `counts` for people with these roles."""
    house = bindparam("house") if of_house else None
    actor: Any = Anybody(id=bindparam("me"), roles=roles, organisation_id=house)  # type: ignore[arg-type]
    parts = {
        "todo": _of_titles(visible(actor), queries.mine(actor)),
        "doing": _of_titles(visible(actor), queries.under_way(actor)),
        "done": _capped(queries.acts(actor, literal(1))),
        "late": _of_titles(visible(actor), queries.late(actor)),
        "bureau_late": _of_titles(queries.late_anywhere(actor)) if actor.is_staff else literal(0),
    }
    for section in (*sections.SECTIONS, sections.LATE):
        ids = section.ids(actor)
        parts[section.key] = literal(0) if ids is None else _capped(ids.order_by(None))
    return select(*(value.label(name) for name, value in parts.items()))


def _of_titles(*conditions: Any) -> Any:
    return _capped(select(literal(1)).select_from(Project).where(*conditions))


def _capped(statement: Select[Any]) -> Any:
    return select(func.count()).select_from(statement.limit(CAP).subquery()).scalar_subquery()
