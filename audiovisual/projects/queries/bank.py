"""The bank as a list: what was asked, how many there are (counted no further than 1,000), one page of rows; all can be
reached page by page.

Many rows answer: the order's own index is walked until the page is full, and the filters' indexes are kept out of it.
Few answer: they are found by the filters' indexes and sorted. Each index of an order carries every column one can
filter by, so that walking it never touches the wide rows. So a page costs the same at 1,000 titles and at 100,000.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Row,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
    text,
)

from audiovisual.kernel.calendar import working_calendar
from audiovisual.kernel.model import constant, db, today
from audiovisual.people.models import House, User
from audiovisual.people.queries.presence import in_office
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


IN_BANK = frozenset(
    {"screened", "scheduled", "in_production", "in_review", "rectifying", "reviewed", "aired", "suspended", "dormant"}
)
"""States of a title that was taken into the bank (在库) and has not left it."""


@dataclass(frozen=True)
class Page:
    """One page of the list. `total` is exact up to CAP; `more` says there are more, and then `in_bank`, how many of them
    are in the bank, is not known. `goes_on`: whether another page follows."""

    rows: list[Row[Any]] = field(default_factory=list)
    total: int = 0
    more: bool = False
    page: int = 1
    in_bank: int | None = 0
    goes_on: bool = False
    cut: bool = False
    """Whether more than CAP titles answer the words, so that only the newest CAP of them were looked through."""


def listed(asked: Asked, actor: Actor) -> Page:
    """The page asked for, out of what the person may know of: two statements, whatever the bank's size.

    Statements are put together once for each set of filters in use; what is asked for by them comes as values.
    """
    values = _values(asked)
    if asked.words and not values["ids"]:
        return Page()
    used, reader = tuple(name for name, value in values.items() if value), _reader(actor)
    given = {name: values[name] for name in used if name != "urgent"}
    found, in_bank = db.session.execute(_counting(used, reader), given).one()
    if not found:
        return Page()
    more = found > CAP
    page = asked.page if more else min(asked.page, -(-found // asked.per))
    rows = _rows(asked, given, used, reader, more, page)
    if not rows:  # the address asks for a page beyond the end: from the last counted one on one can go further
        page = CAP // asked.per
        rows = _rows(asked, given, used, reader, more, page)
    goes_on = len(rows) > asked.per
    cut = len(values["ids"]) > CAP
    return Page(rows[: asked.per], min(found, CAP), more, page, None if more else in_bank, goes_on, cut)


def _rows(
    asked: Asked, given: dict[str, Any], used: tuple[str, ...], reader: Reader, dense: bool, page: int
) -> list[Row[Any]]:
    """The rows of a page, and one more where another page follows."""
    where = {"per": asked.per + 1, "passed": (page - 1) * asked.per}
    return list(db.session.execute(_reading(used, reader, dense, asked.sort), given | where).all())


COLUMNS: dict[str, Any] = {
    "states": Project.state, "types": Project.type, "classes": Project.class_code, "eras": Project.theme_era,
    "topics": Project.theme_topic, "officers": Project.officer_id, "houses": Project.house_id, "years": Project.key_year,
}  # fmt: skip
"""Filters by a column of the title, by the name of their values."""


def _values(asked: Asked) -> dict[str, Any]:
    """What is asked for, by the names the statements know; nothing where it is not asked."""
    of_stations = tuple(code for station in asked.stations for code in OF_STATION.get(station, ()))
    day = today()
    return {
        "states": tuple(dict.fromkeys((*of_stations, *asked.states))), "types": asked.types, "classes": asked.classes,
        "eras": (asked.era,) if asked.era else (), "topics": (asked.topic,) if asked.topic else (),
        "officers": _one(asked.officer), "houses": _one(asked.house), "years": _one(asked.key_year),
        "urgent": asked.urgent, "cities": asked.cities, "over": day if asked.due == "over" else None,
        "from_": day if asked.due == "soon" else None,
        "until": add_working_days(day, SOON, working_calendar()) if asked.due == "soon" else None,
        "ids": named("project", asked.words, CAP + 1) if asked.words else (),
    }  # fmt: skip


def _one(number: int | None) -> tuple[int, ...]:
    return () if number is None else (number,)


Reader = tuple[frozenset[str], int | None, int]
"""As much of a person as decides what he may know of: roles, house, and of an expert who he is."""


def _reader(actor: Actor) -> Reader:
    if actor.is_staff and "producer" not in actor.roles:
        return frozenset({"officer"}), None, 0  # one statement for the whole bureau
    return actor.roles, actor.organisation_id, actor.id if "expert" in actor.roles else 0


def _seen(reader: Reader) -> ColumnElement[bool]:
    roles, house_id, number = reader
    return visible(Actor(number, roles=roles, organisation_id=house_id))


def _over(reader: Reader) -> ColumnElement[bool]:
    """What is late: for a house also what it has not handed back in time. Where the clock stands, no day is due."""
    late: ColumnElement[bool] = Project.due_on < bindparam("over")
    return late if reader[1] is None else or_(late, Project.house_due_on < bindparam("over"))


def _due(reader: Reader) -> Any:
    """The day by which the reader's side is due: a house has one of its own where it hands something back."""
    return Project.due_on if reader[1] is None else func.coalesce(Project.house_due_on, Project.due_on)


def _conditions(used: tuple[str, ...], reader: Reader, dense: bool) -> list[ColumnElement[bool]]:
    """The filters in use. `dense` hides the columns from the planner, so that it walks the order."""

    def shown(column: Any) -> Any:
        nothing = 0 if isinstance(column.type, Integer) else ""
        return func.coalesce(column, literal_column(repr(nothing))) if dense else column

    found = [shown(COLUMNS[name]).in_(bindparam(name, expanding=True)) for name in used if name in COLUMNS]
    further: dict[str, ColumnElement[bool]] = {
        "urgent": Project.urgent.is_(True),
        "cities": shown(Project.house_id).in_(select(House.id).where(House.city.in_(bindparam("cities", expanding=True)))),
        "over": _over(reader), "from_": _due(reader) >= bindparam("from_"),
        "until": _due(reader) <= bindparam("until"), "ids": Project.id.in_(bindparam("ids", expanding=True)),
    }  # fmt: skip
    return found + [condition for name, condition in further.items() if name in used]


@lru_cache(maxsize=500)
def _counting(used: tuple[str, ...], reader: Reader) -> Any:
    """How many there are, counted to one beyond CAP, and how many of those are in the bank."""
    wanted = _seen(reader), *_conditions(used, reader, dense=False)
    found = select(Project.state).where(*wanted).limit(CAP + 1).subquery()
    in_bank = func.coalesce(func.sum(case((found.c.state.in_(constant(*sorted(IN_BANK))), 1), else_=0)), 0)
    return select(func.count(), in_bank).select_from(found)


# columns of the tables, not of the classes: plain rows cost half as much without the mapper
TITLE, HOUSE, HOLDER = Project.__table__.c, House.__table__.c, User.__table__.c
_SHOWN = (
    TITLE.id, TITLE.number, TITLE.title, TITLE.type, TITLE.class_code, TITLE.theme_era, TITLE.theme_topic,
    TITLE.investment_yuan, TITLE.state, TITLE.resume_state, TITLE.urgent, TITLE.key_year, TITLE.due_on, TITLE.paused_since,
    TITLE.due_unit, TITLE.amber_on, TITLE.stood_days, TITLE.house_due_on,
    TITLE.holder_role, TITLE.updated_at, TITLE.submitted_at, HOUSE.name.label("house"), HOUSE.short_name, HOUSE.city,
    HOLDER.name.label("holder"),
)  # fmt: skip


@lru_cache(maxsize=500)
def _reading(used: tuple[str, ...], reader: Reader, dense: bool, sort: str) -> Select[Any]:
    """One page: its ids from the narrow indexes, then their rows in the same order."""
    page = (
        select(Project.id).where(_seen(reader), *_conditions(used, reader, dense)).order_by(*_order(sort, reader))
        .limit(bindparam("per")).offset(bindparam("passed")).subquery("page")
    )  # fmt: skip
    rows = page.join(Project.__table__, TITLE.id == page.c.id).join(House.__table__, HOUSE.id == TITLE.house_id)
    day = bindparam("day", callable_=today, type_=Date)
    present = and_(HOLDER.id == TITLE.holder_id, HOLDER.id.in_(in_office("officer", day=day)))
    rows = rows.outerjoin(User.__table__, present)
    return select(*_SHOWN).select_from(rows).order_by(*_order(sort, reader))


def _order(sort: str, reader: Reader) -> tuple[Any, ...]:
    """Columns of the index that belongs to a sort; by due day the urgent come first and those without a day last."""
    down = sort.startswith("-")
    if sort == "due":
        own = text(DUE) if reader[1] is None else _due(reader).asc().nulls_last()
        return Project.urgent.desc(), own, Project.id
    column: Any = {
        "updated": Project.updated_at, "submitted": Project.submitted_at, "investment": Project.investment_yuan,
        "title": Project.title_key,
    }[sort.removeprefix("-")]  # fmt: skip
    return (column.desc().nulls_last(), Project.id.desc()) if down else (column.asc().nulls_first(), Project.id)


DUE = "coalesce(project.due_on, '9999-12-31')"
