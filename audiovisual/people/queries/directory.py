"""Who there is: small look-ups that every feature needs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import gettext
from sqlalchemy import ColumnElement, func, select

from audiovisual.kernel.model import db
from audiovisual.kernel.text import is_english
from workflows.access import ROLES, Actor
from workflows.ruleset.vocabulary import ERAS
from workflows.uscc import CITIES, city_key

from ..models import Message, Setting, User
from .presence import here, in_office

MOST_UNREAD = 100


def still_here() -> ColumnElement[bool]:
    """The condition that a person has not left."""
    return here()


def active_with_role(*roles: str) -> Sequence[User]:
    """People who hold one of the roles themselves and have not left, by name."""
    return db.session.scalars(select(User).where(User.id.in_(in_office(*roles))).order_by(User.name, User.id)).all()


def names_of(ids: Iterable[int | None]) -> dict[int, str]:
    """Names by id, in one statement; unknown ids are left out."""
    wanted = {number for number in ids if number}
    if not wanted:
        return {}
    return dict(db.session.execute(select(User.id, User.name).where(User.id.in_(wanted))).all())


def unread_count(user_id: int) -> int:
    """Unread messages of a person, 100 standing for that many or more."""
    unread = select(Message.id).where(Message.user_id == user_id, Message.read_at.is_(None)).limit(MOST_UNREAD)
    return db.session.scalar(select(func.count()).select_from(unread.subquery())) or 0


def role_label(role: str) -> str:
    """A role in the reader's language."""
    return gettext(ROLES[role])


def city_label(city: str) -> str:
    """A city, by its key or its Chinese name, in the reader's language; another place is shown as it is."""
    label = CITIES.get(city_key(city))
    return gettext(label) if label else city


def theme_label(theme: str) -> str:
    """A theme with or without its era (当代, 当代都市) in the reader's language; another word is shown as it is."""
    era = next((era for era in ERAS if theme.startswith(era) and theme != era), "")
    if not era or gettext(theme) != theme:
        return gettext(theme)
    return gettext(era) + (" " if is_english() else "") + gettext(theme.removeprefix(era))


def demo_accounts() -> list[dict[str, Any]]:
    """The accounts shown on the log-in page in demo mode."""
    row = db.session.get(Setting, "demo_accounts")
    return json.loads(row.value) if row else []


def role_labels(actor: Actor) -> list[str]:
    """The labels of a person's roles in the order of ROLES; roles held for someone on leave say so."""
    labels = []
    for role, label in ROLES.items():
        if role in actor.roles:
            shown = gettext(label)
            labels.append(gettext("%(role)s（代理）", role=shown) if role in actor.on_behalf else shown)
    return labels
