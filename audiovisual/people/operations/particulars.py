"""The bureau's particulars, kept by the administrator."""

from __future__ import annotations

import json
from typing import Any

from audiovisual.kernel import audit
from audiovisual.kernel.database import operation
from audiovisual.kernel.model import db
from workflows.access import Actor
from workflows.errors import RuleBroken, say
from workflows.ruleset.numbers import number

from ..models import Setting
from ..particulars import DEFAULTS
from ..queries.particulars import forget


@operation
def keep(values: dict[str, str], actor: Actor) -> list[str]:
    """Write the particulars that changed; gives their keys. Refuses number patterns that give no number."""
    for key in ("letter_pattern", "project_pattern"):
        if values.get(key):
            _check_pattern(key, values[key])
    changed = []
    for key, value in values.items():
        row = db.session.get(Setting, key)
        old = row.value if row else DEFAULTS[key]
        if value == old:
            continue
        if row is None:
            db.session.add(Setting(key=key, value=value))
        else:
            row.value = value
        changed.append(key)
        audit.record("setting.changed", None, actor, key=key, before=old, after=value)
    if changed:
        db.session.flush()
        forget()
    return changed


def _check_pattern(key: str, pattern: str) -> None:
    try:
        number(pattern, 2026, 1)
    except ValueError:
        raise RuleBroken(say("样式里要有 {n}（序号），可以有 {year}（年份），其他花括号不认。"), key) from None


@operation
def keep_demo_accounts(accounts: list[dict[str, Any]]) -> None:
    """The accounts the log-in page shows in demo mode: {login, name, role_label, password} each."""
    text = json.dumps(accounts, ensure_ascii=False)
    row = db.session.get(Setting, "demo_accounts")
    if row is None:
        db.session.add(Setting(key="demo_accounts", value=text))
    else:
        row.value = text
