"""What the bank holds on one person, for themselves: parts that the features register, put together as plain values.

Each part holds what the person is, did or wrote, and nothing of others: no names, no words of theirs. What only the
person may read (unsent forms, an expert's opinions, the inbox) is `private`: it is not in what an administrator is given
for somebody who asked in writing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from workflows.errors import N_

from . import withheld
from .audit import AuditRow
from .drafts import SECRET, FormDraft
from .events import Event
from .files import StoredFile
from .languages import gettext
from .model import db, shanghai
from .uploads import Upload

Rows = Callable[[int], list[dict[str, Any]]]


@dataclass(frozen=True)
class Part:
    """One part: its name in the file, its title, and a function of the person's id that gives its rows."""

    code: str
    title: str
    rows: Rows
    private: bool


PARTS: dict[str, Part] = {}


def part(code: str, title: str, *, private: bool = False) -> Callable[[Rows], Rows]:
    """Register a part."""

    def register(rows: Rows) -> Rows:
        PARTS[code] = Part(code, title, rows, private)
        return rows

    return register


def collected(user_id: int, *, whole: bool) -> dict[str, Any]:
    """All parts, by name; without the private ones where not `whole`, which are then named."""
    given = [each for each in PARTS.values() if whole or not each.private]
    return {
        "parts": {each.code: {"title": gettext(each.title), "rows": each.rows(user_id)} for each in given},
        "left_out": [gettext(each.title) for each in PARTS.values() if each not in given],
    }


def plain(row: Any, names: str) -> dict[str, Any]:
    """Columns of a row (names with blanks between) as plain values, moments in Shanghai's time."""
    return {name: _plain(getattr(row, name)) for name in names.split()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return shanghai(value).isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date) else value


def listed(rows: Iterable[Any], names: str) -> list[dict[str, Any]]:
    """Rows as `plain` gives them."""
    return [plain(row, names) for row in rows]


@part("account_records", N_("账号记录：对账号办过的事"))
def _about(user_id: int) -> list[dict[str, Any]]:
    """With values before and after; who did it is another person and is left out."""
    about = select(AuditRow).where(AuditRow.subject_type == "user", AuditRow.subject_id == user_id)
    rows = list(db.session.scalars(about.order_by(AuditRow.seq)))
    found = [(row, json.loads(row.data)) for row in rows]
    withheld.fetch(data for _row, data in found)
    return [
        plain(row, "seq at action")
        | {name: _read(withheld.put_in(data[name])) for name in ("before", "after") if name in data}
        for row, data in found
    ]


def _read(value: Any) -> Any:
    """Values as they stand in a file; one that was deleted says so."""
    if isinstance(value, dict):
        return {name: _read(each) for name, each in value.items()}
    return str(value) if isinstance(value, withheld.Gone) else value


@part("audited_acts", N_("审计里本人办的事"))
def _audited(user_id: int) -> list[dict[str, Any]]:
    mine = select(AuditRow.seq, AuditRow.at, AuditRow.action, AuditRow.subject_type, AuditRow.subject_id)
    rows = db.session.execute(mine.where(AuditRow.actor_id == user_id).order_by(AuditRow.seq))
    return listed(rows, "seq at action subject_type subject_id")


@part("acts", N_("时间线上本人办的事和写的理由、留言"), private=True)
def _acts(user_id: int) -> list[dict[str, Any]]:
    mine = select(Event).where(Event.actor_id == user_id, Event.on_behalf_of_id.is_(None)).order_by(Event.id)
    return [
        plain(event, "at subject_type subject_id trigger reason")
        | ({"text": event.data["text"]} if "text" in (event.data or {}) else {})
        for event in db.session.scalars(mine)
    ]


@part("form_drafts", N_("没有交的表单"), private=True)
def _form_drafts(user_id: int) -> list[dict[str, Any]]:
    rows = db.session.scalars(select(FormDraft).where(FormDraft.user_id == user_id).order_by(FormDraft.id))
    return [
        plain(row, "action saved_at") | {"fields": [pair for pair in row.fields if pair[0] not in SECRET]}
        for row in rows
    ]


@part("files", N_("交的文件"))
def _files(user_id: int) -> list[dict[str, Any]]:
    mine = select(StoredFile).where(StoredFile.uploaded_by_id == user_id).order_by(StoredFile.id)
    return listed(db.session.scalars(mine), "name size media_type sha256 created_at")


@part("uploads", N_("还没交的上传"))
def _uploads(user_id: int) -> list[dict[str, Any]]:
    mine = select(Upload).where(Upload.owner_id == user_id).order_by(Upload.created_at)
    return listed(db.session.scalars(mine), "name size received created_at expires_at")
