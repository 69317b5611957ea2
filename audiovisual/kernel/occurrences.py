"""Whether what was begun in a form belongs to an earlier occurrence of its act.

A step (propose, suspend, send back) is taken again and again by the same address. What somebody began for one occasion is
no beginning for the next: once the subject has gone on, the words are shown to be copied and fill no form.
"""

from __future__ import annotations

from typing import Any

from flask import current_app, request
from sqlalchemy import select
from werkzeug.exceptions import HTTPException

from workflows.actions import MACHINES

from .drafts import FormDraft
from .events import Event
from .model import db

SUBJECTS = {
    "project_id": "project",
    "round_id": "review_round",
    "assignment_id": "assignment",
    "change_id": "change",
    "document_id": "document",
    "house_id": "house",
}
"""By its name in an address, the table of what an act is about; the last one in the address counts."""


def is_past(draft: FormDraft) -> bool:
    """Whether what the form is about has changed its state since the draft was saved, and the form is for the next time.

    A form of a step is for the next time whenever the state has changed; any other form, such as a remark, when the state
    went and came back.
    """
    found = _route(draft.action)
    if found is None:
        return False
    action, values = found
    named = [name for name in values if name in SUBJECTS]
    if not named:
        return False
    since = db.session.execute(_moves(SUBJECTS[named[-1]], values[named[-1]], draft)).all()
    if not since:
        return False
    return _is_step(action, values) or since[0].source == since[-1].target


def _moves(table: str, subject_id: int, draft: FormDraft) -> Any:
    """The changes of a subject's state since a draft was saved, in their order."""
    asked = select(Event.source, Event.target).where(
        Event.subject_type == table,
        Event.subject_id == subject_id,
        Event.at > draft.saved_at,
        Event.target.is_not(None),
        Event.target.is_distinct_from(Event.source),
    )
    return asked.order_by(Event.id)


def _route(address: str) -> tuple[str, dict[str, Any]] | None:
    """What the form at that address does, and the values of the address; None where it leads nowhere any more."""
    inside = address.removeprefix(request.script_root)
    try:
        endpoint, values = current_app.url_map.bind("").match(inside, method="POST")
    except HTTPException:
        return None
    return getattr(current_app.view_functions[endpoint], "action", ""), dict(values)


def _is_step(action: str, values: dict[str, Any]) -> bool:
    machine, _dot, trigger = action.partition(".")
    return "trigger" in values or (machine in MACHINES and trigger in MACHINES[machine].triggers())
