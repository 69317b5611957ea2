"""Two windows on one row: what only one of them changed stands; what both changed is shown, with who saved it and when."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audiovisual.kernel.forms import Form
from audiovisual.kernel.merging import Merged, merge, packed, print_of, prints_of, unpacked
from audiovisual.kernel.model import shanghai, today
from audiovisual.kernel.text import hour, moment, translated
from audiovisual.kernel.web import current_actor, refused

from ..queries.saved import Saved
from ..versions import LostRace

APART = ("csrf_token", "version")


def put_together(form: Any, drawn: Form) -> Merged:
    """Give the form what it reads (`form.base`). Where the row was saved since the page was opened, a field left as it was
    read takes what was saved; when no field was changed by both, the form goes on as if it had been opened now.

    `drawn` is the form as the row would fill it at this moment. Gives what became of the fields.
    """
    stored = said_by(drawn)
    form.base = packed(prints_of(stored))
    read = unpacked(request.form.get("base"))
    if not form.is_submitted() or form.version.data == drawn["version"].data or read is None:
        return Merged()
    found = merge(said_by(form), stored, read, fresh=False)
    for name in found.theirs:
        _take(form[name], stored[name])
    if not found.conflicts:
        form.version.data = drawn["version"].data
    return found


def said_by(form: Form) -> dict[str, Any]:
    """What a form says, by field; of rows that repeat, those in which something stands."""
    return {
        field.name: [row for row in field.data if any(row.values())] if hasattr(field, "entries") else field.data
        for field in form
        if field.name not in APART and not field.process_errors
    }


def _take(field: Any, value: Any) -> None:
    """Let a field say what is stored."""
    if not hasattr(field, "entries"):
        field.data, field.raw_data = value, None
        return
    while field.entries:
        field.pop_entry()
    for row in value:
        field.append_entry(row)


def taken_over(form: Any, found: Merged) -> dict[str, Any]:
    """For the script of a form that saves itself: what it has read now, and what another window had saved of the fields
    this one left alone."""
    read = unpacked(request.form.get("base")) or {}
    typed = prints_of({name: value for name, value in said_by(form).items() if name not in found.theirs})
    theirs = {name: {"values": _sent(form[name]), "prints": {name: print_of(form[name].data)}} for name in found.theirs}
    return {"base": packed({**read, **typed}), **({"theirs": theirs} if theirs else {})}


def _sent(field: Any) -> list[str]:
    """What a browser sends of a field."""
    if field.type == "RadioField":
        return [str(field.data)] if field.data else []
    return [field._value() if hasattr(field, "_value") else str(field.data or "")]


def told_of(saved: Saved | None) -> str:
    """The sentence for a form that lost a race: who saved the row last, and when."""
    if saved is None:
        return _("您打开这一页之后，这里改过了。请对照现在的内容；再按一次，就以您写的为准。")
    return _("%(who)s，有几处和您写的不一样。请对照现在的内容；再按一次，就以您写的为准。", who=who_saved(saved))


def who_saved(saved: Saved) -> str:
    """Who saved, and when: oneself in another window, or a colleague."""
    person, name, at = saved
    if person == current_actor().id:
        return _("这份内容在另一个窗口 %(at)s 存过（您本人）", at=moment_of(at))
    return _("%(name)s %(at)s 在别处存过这份内容", name=name, at=moment_of(at))


def moment_of(at: datetime) -> str:
    """The hour, with the day where it was not today."""
    return hour(at) if shanghai(at).date() == today() else moment(at)


def told_race(refusal: LostRace) -> str:
    """A lost race in words: who was faster, when, and what to do."""
    told = translated(refusal.sentence)
    return told if refusal.saved is None else _("%(who)s。%(told)s", who=who_saved(refusal.saved), told=told)


def lost(refusal: LostRace) -> ResponseReturnValue:
    """The page of a lost race that no form showed."""
    refusal.sentence = told_race(refusal)
    return refused(refusal)
