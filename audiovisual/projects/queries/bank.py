"""The bank as a list: what was asked, how many there are (counted no further than 1,000), one page of rows.

Many rows answer: the order's own index is walked until the page is full, and the filters' indexes are kept out of it.
Few answer: they are found by the filters' indexes and sorted. Each index of an order carries every column one can
filter by, so that walking it never touches the wide rows. So a page costs the same at 1,000 titles and at 100,000.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, func, select, text

from audiovisual.kernel.calendar import working_calendar
from audiovisual.kernel.model import db, today
from audiovisual.people.models import House, User
from audiovisual.search.heads import named
from workflows.access import Actor
from workflows.clock import add_working_days
from workflows.project import PROJECT

from ..models import Project
from .visibility import visible

CAP = 1000
"""Counted exactly so far; beyond it is "more than"."""
SIZES = (30, 50, 100)
SOON = 3
SORTS = ("-updated", "updated", "due", "-submitted", "submitted", "-investment", "investment", "title", "-title")
OF_STATION = {
    station: tuple(state.code for state in PROJECT.states if state.station == station) for station in range(1, 7)
}


@dataclass(frozen=True)
class Asked:
    """What a list is asked for; every part may stay empty. `due`: over, soon; `officer` and `house` are ids."""

    words: str = ""
    stations: tuple[int, ...] = ()
    states: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    cities: tuple[str, ...] = ()
    era: str = ""
    topic: str = ""
    officer: int | None = None
    house: int | None = None
    key_year: int | None = None
    urgent: bool = False
    due: str = ""
    sort: str = "due"  # urgent titles stand first wherever nobody asked otherwise
    page: int = 1
    per: int = 50


@dataclass(frozen=True)
class Page:
    """One page of the list. `total` is exact up to CAP; `more` says there are more."""

    rows: list[Row[Any]] = field(default_factory=list)
    total: int = 0
    more: bool = False
    page: int = 1


def listed(asked: Asked, actor: Actor) -> Page:
    """The page asked for, out of what the person may know of: four statements at most, whatever the bank's size."""
    narrow = _conditions(asked, dense=False)
    seen = visible(actor)
    found = db.session.scalar(
        select(func.count()).select_from(select(Project.id).where(seen, *narrow).limit(CAP + 1).subquery())
    ) or 0  # fmt: skip
    last = max(1, -(-min(found, CAP) // asked.per))
    page = min(asked.page, last)
    if not found:
        return Page()
    where = narrow if found <= CAP else _conditions(asked, dense=True)
    ids = select(Project.id).where(seen, *where).order_by(*_order(asked.sort))
    numbers = list(db.session.scalars(ids.limit(asked.per).offset((page - 1) * asked.per)))
    return Page(_rows(numbers), min(found, CAP), found > CAP, page)


def selection(asked: Asked, actor: Actor) -> Select[Any]:
    """The ids of everything the list comes to, in its order: for exports and bulk acts."""
    return select(Project.id).where(visible(actor), *_conditions(asked, dense=False)).order_by(*_order(asked.sort))


# columns of the tables, not of the classes: plain rows cost half as much without the mapper
TITLE, HOUSE, HOLDER = Project.__table__.c, House.__table__.c, User.__table__.c
_NAMED = Project.__table__.join(House.__table__, HOUSE.id == TITLE.house_id)
_NAMED = _NAMED.outerjoin(User.__table__, HOLDER.id == TITLE.holder_id)
_ROW = (
    select(
        TITLE.id, TITLE.number, TITLE.title, TITLE.type, TITLE.class_code, TITLE.theme_era,
        TITLE.theme_topic, TITLE.investment_yuan, TITLE.state, TITLE.resume_state, TITLE.urgent,
        TITLE.key_year, TITLE.due_on, TITLE.paused_since, TITLE.holder_role, TITLE.updated_at,
        TITLE.submitted_at, HOUSE.name.label("house"), HOUSE.short_name, HOUSE.city, HOLDER.name.label("holder"),
    )
    .select_from(_NAMED)
    .where(TITLE.id.in_(bindparam("ids", expanding=True)))
)  # fmt: skip


def _rows(numbers: list[int]) -> list[Any]:
    """The rows with those ids, in that order."""
    if not numbers:
        return []
    found = {row.id: row for row in db.session.execute(_ROW, {"ids": numbers})}
    return [found[number] for number in numbers if number in found]


def _order(sort: str) -> tuple[Any, ...]:
    """Columns of the index that belongs to a sort; by due day the urgent come first and those without a day last."""
    down = sort.startswith("-")
    if sort == "due":
        return Project.urgent.desc(), text(DUE), Project.id
    column: Any = {
        "updated": Project.updated_at, "submitted": Project.submitted_at, "investment": Project.investment_yuan,
        "title": Project.title_key,
    }[sort.removeprefix("-")]  # fmt: skip
    return (column.desc().nulls_last(), Project.id.desc()) if down else (column.asc().nulls_first(), Project.id)


DUE = "coalesce(project.due_on, '9999-12-31')"


def _conditions(asked: Asked, dense: bool) -> list[ColumnElement[bool]]:
    """The filters on columns of Project. `dense` hides the columns from the planner, so that it walks the order."""
    found: list[ColumnElement[bool]] = []

    def among(column: Any, values: tuple[Any, ...]) -> None:
        if values:
            shown = func.coalesce(column, _nothing(values[0])) if dense else column
            found.append(shown.in_(values) if len(values) > 1 else shown == values[0])

    among(Project.state, _states(asked))
    among(Project.type, asked.types)
    among(Project.class_code, asked.classes)
    among(Project.theme_era, (asked.era,) if asked.era else ())
    among(Project.theme_topic, (asked.topic,) if asked.topic else ())
    among(Project.officer_id, (asked.officer,) if asked.officer is not None else ())
    among(Project.house_id, (asked.house,) if asked.house is not None else ())
    among(Project.key_year, (asked.key_year,) if asked.key_year is not None else ())
    if asked.urgent:
        found.append(Project.urgent.is_(True))
    if asked.cities:
        houses = select(House.id).where(House.city.in_(asked.cities))
        found.append((func.coalesce(Project.house_id, 0) if dense else Project.house_id).in_(houses))
    if asked.due:
        found += _due(asked.due, today())
    if asked.words:
        found.append(Project.id.in_(named("project", asked.words, CAP + 1)))
    return found


def _nothing(value: Any) -> Any:
    return 0 if isinstance(value, int) else ""


def _states(asked: Asked) -> tuple[str, ...]:
    of_stations = tuple(code for station in asked.stations for code in OF_STATION.get(station, ()))
    return tuple(dict.fromkeys((*of_stations, *asked.states)))


def _due(due: str, day: date) -> list[ColumnElement[bool]]:
    if due == "over":
        return [Project.due_on < day]
    return [Project.due_on >= day, Project.due_on <= add_working_days(day, SOON, working_calendar())]
