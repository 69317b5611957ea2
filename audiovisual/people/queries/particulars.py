"""The bureau's name and numbers, read by every page and therefore kept for a while."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import datetime

from flask import current_app
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from audiovisual.kernel.model import db

from ..models import Setting, User
from ..particulars import DEFAULTS

KEPT_SECONDS = 30
LAST = "saved_last"
"""A row beside the particulars: [version of them all, who saved them last, when]."""
_PLACE = "seedbank.particulars"


def settings() -> Mapping[str, str]:
    """Every particular of `particulars.PARTICULARS` by its key, the default where none was entered.

    Kept for half a minute in each process: another process sees a change that much later, this one at once.
    """
    kept = current_app.extensions.get(_PLACE)
    if kept is not None and time.monotonic() - kept[0] < KEPT_SECONDS and not current_app.testing:
        return kept[1]
    rows = db.session.execute(select(Setting.key, Setting.value).where(Setting.key.in_(DEFAULTS)))
    values = DEFAULTS | {key: value for key, value in rows if value}
    current_app.extensions[_PLACE] = time.monotonic(), values
    return values


def stored() -> tuple[dict[str, str], int]:
    """The particulars as they stand in the bank at this moment, and the version that changes with any of them."""
    rows = dict(db.session.execute(select(Setting.key, Setting.value).where(Setting.key.in_([*DEFAULTS, LAST]))).all())
    version = json.loads(rows.pop(LAST, "[0]"))[0]
    return DEFAULTS | {key: value for key, value in rows.items() if value}, version


def saved_last() -> tuple[int, str, datetime] | None:
    """Who saved the settings last, and when."""
    row = db.session.get(Setting, LAST)
    if row is None:
        return None
    _version, person, at = json.loads(row.value)
    name = db.session.scalar(select(User.name).where(User.id == person))
    return person, name or "", datetime.fromisoformat(at)


def bureau_name() -> str:
    """The bureau's full name, as every page and letter shows it."""
    return settings()["bureau_name"]


def forget() -> None:
    """Read the particulars afresh: now, and again once the running transaction is committed."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    app.extensions.pop(_PLACE, None)

    def again(session: Session) -> None:
        app.extensions.pop(_PLACE, None)

    event.listen(db.session(), "after_commit", again, once=True)
