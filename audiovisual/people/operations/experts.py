"""Experts keep their own profile: what they judge, where they work and worked, how much they can take."""

from __future__ import annotations

from typing import Any

from audiovisual.kernel import audit
from audiovisual.kernel.database import operation
from audiovisual.kernel.events import note
from audiovisual.kernel.model import db
from workflows.access import Actor
from workflows.errors import N_

from ..models import Expert
from ..versions import as_read, expect


@operation
def edit_profile(actor: Actor, version: int | None, fields: dict[str, Any]) -> Expert:
    """Change one's own profile. `fields` are columns of Expert but the training date, which the office keeps."""
    expert = db.session.get(Expert, actor.id)
    if expert is None:
        expert = Expert(user_id=actor.id)
        db.session.add(expert)
        db.session.flush()
    else:
        expect(expert, version)
    before = {key: getattr(expert, key) for key, value in fields.items() if getattr(expert, key) != value}
    for key in before:
        setattr(expert, key, fields[key])
    if before:
        audit.record("expert.edited", expert, actor, before=before)
    return expert


@operation
def note_training(expert: Expert, until: Any, actor: Actor, version: int | None = None) -> None:
    """The office notes until when an expert's training holds (None: none), on the profile as the page showed it."""
    as_read(expert.version, version, expert, "expert.training_noted", "expert.edited")
    before, expert.training_until = expert.training_until, until
    text = N_("登记了培训有效期：到%(until)s") if until else N_("去掉了培训有效期")
    note(expert, "training_noted", actor, text, who=expert.user.name, before=str(before or ""), until=str(until or ""))
