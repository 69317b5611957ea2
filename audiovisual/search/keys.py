"""The keys of the query language, as one table of data: 状态:入库 机构:江左 编号:苏网种〔2026〕1.

Keys over the index's own short texts stand here. A feature adds its keys at start, each with a condition on project
ids, so that the same language drives search and every list:

    register_key("类型", ("type",), lambda value, project_id, staff: project_id.in_(
        select(Project.id).where(Project.type == type_of(value.text))))
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement

from .tree import NAMES, NUMBER, TITLE, Value

Builder = Callable[[Value, ColumnElement[int], bool], ColumnElement[bool]]


class UnknownValue(Exception):
    """Raised by a key's condition for a value that does not exist; `valid` are those that do."""

    def __init__(self, valid: Iterable[str] = ()) -> None:
        super().__init__()
        self.valid = tuple(valid)


@dataclass(frozen=True)
class Key:
    """One key: its Chinese name, its other names, and either a short text of the index or a condition."""

    name: str
    aliases: tuple[str, ...] = ()
    field: str | None = None
    condition: Builder | None = None
    staff_only: bool = False
    values: Callable[[], Iterable[str]] | None = None
    """What may stand after the colon, for help and completion."""


KEYS: dict[str, Key] = {}
_names: dict[str, Key] = {}
_listeners: list[Callable[[], None]] = []


def register_key(
    name: str, aliases: Iterable[str], condition: Builder, *,
    staff_only: bool = False, values: Callable[[], Iterable[str]] | None = None,
) -> None:  # fmt: skip
    """Add a key, or give a key of the table below its condition. `staff_only`: for others it is no key at all.

    `condition(value, project_id, staff)` returns a condition on the column of project ids, or raises UnknownValue.
    `staff` says whether the reader is of the bureau: what is internal must not be asked about by others either.
    """
    known = KEYS.get(name)
    _add(Key(name, (*(known.aliases if known else ()), *aliases), None, condition, staff_only, values))


def _add(key: Key) -> None:
    KEYS[key.name] = key
    _names.update({written.lower(): key for written in (key.name, *key.aliases)})
    for changed in _listeners:
        changed()


for _key in (
    Key("编号", ("号", "number", "no"), NUMBER),
    Key("片名", ("标题", "名称", "title"), TITLE),
    Key("人", ("人名", "姓名", "person", "people"), NAMES),
    Key("机构", ("公司", "制作机构", "house", "org"), NAMES),
):
    _add(_key)


def find(written: str, staff: bool) -> Key | None:
    """The key a person wrote, by any of its names."""
    key = _names.get(written.lower())
    return key if key is not None and (staff or not key.staff_only) else None


def written_names() -> list[str]:
    """Every way to write a key, longest first."""
    return sorted(_names, key=lambda name: (-len(name), name))


def nearest(written: str, staff: bool) -> list[str]:
    """Names of keys that look like what was written, else all of them."""
    open_to = {key.name for key in KEYS.values() if staff or not key.staff_only}
    near = difflib.get_close_matches(written.lower(), _names, n=3, cutoff=0.5)
    return list(dict.fromkeys(_names[name].name for name in near if _names[name].name in open_to)) or sorted(open_to)


def on_change(listener: Callable[[], None]) -> None:
    """Call `listener` whenever the table changes."""
    _listeners.append(listener)
