"""Keys of the query language over titles: 状态 类型 城市. They hold wherever a query is typed, in search and in lists."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ColumnElement, select

from workflows.project import STATES
from workflows.ruleset.vocabulary import TYPES
from workflows.uscc import CITIES

from ..people.models import House
from ..search.keys import UnknownValue, register_key
from ..search.tree import Value
from .models import Project


def codes_of(text: str, labels: Mapping[str, str]) -> list[str]:
    """The codes whose label holds the text, or the code itself; refuses a text that fits none, naming the labels."""
    codes = [code for code, label in labels.items() if text and (text in label or text == code)]
    if not codes:
        raise UnknownValue(dict.fromkeys(labels.values()))
    return codes


def state(value: Value, project_id: ColumnElement[int], staff: bool) -> ColumnElement[bool]:
    """状态:入库. Houses and experts ask by the public label alone; an internal state is no word of theirs."""
    if staff:
        labels = {one.code: one.label for one in STATES}
        return _of(project_id, Project.state.in_(codes_of(value.text, labels)))
    public = {one.code: one.label_for(False) for one in STATES}
    codes = [code for code, label in public.items() if value.text and value.text in label]
    if not codes:
        raise UnknownValue(dict.fromkeys(public.values()))
    return _of(project_id, Project.state.in_(codes))


def kind(value: Value, project_id: ColumnElement[int], staff: bool) -> ColumnElement[bool]:
    """类型:微短剧."""
    return _of(project_id, Project.type.in_(codes_of(value.text, TYPES)))


def city(value: Value, project_id: ColumnElement[int], staff: bool) -> ColumnElement[bool]:
    """城市:苏州, the city its house is registered in."""
    houses = select(House.id).where(House.city.in_(codes_of(value.text, CITIES)))
    return _of(project_id, Project.house_id.in_(houses))


def _of(project_id: ColumnElement[int], condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return project_id.in_(select(Project.id).where(condition))


register_key("状态", ("state", "status"), state, values=lambda: [one.label_for(False) for one in STATES])
register_key("类型", ("type",), kind, values=TYPES.values)
register_key("城市", ("city",), city, values=CITIES.values)
