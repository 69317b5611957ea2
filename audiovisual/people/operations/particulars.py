"""The bureau's particulars, kept by the administrator."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from audiovisual.kernel import audit
from audiovisual.kernel.database import operation
from audiovisual.kernel.events import note
from audiovisual.kernel.model import db, today, utcnow
from audiovisual.kernel.rules import DatedRule, rule_on
from workflows.access import Actor
from workflows.errors import N_, RuleBroken, obey, say
from workflows.ruleset.numbers import number

from ..models import Setting, User
from ..particulars import DEFAULTS
from ..queries.particulars import LAST, forget, saved_last, stored
from ..versions import LostRace


@operation
def expect_version(version: int | None) -> None:
    """Refuse (409) when the settings were saved since the page was opened; called under the write lock."""
    if stored()[1] != version:
        raise LostRace(saved=saved_last())


def _noted(actor: Actor, text: str) -> None:
    """Put the change among what the person did; what was changed to what is in the audit chain."""
    note(db.session.get_one(User, actor.id), "settings_changed", actor, text, role="")


def _saved(actor: Actor) -> None:
    """Another version of the settings, and whose it is."""
    row = db.session.get(Setting, LAST)
    value = json.dumps([(json.loads(row.value)[0] if row else 0) + 1, actor.id, utcnow().isoformat()])
    if row is None:
        db.session.add(Setting(key=LAST, value=value))
    else:
        row.value = value


@operation
def keep(values: dict[str, str], actor: Actor) -> list[str]:
    """Write the particulars that changed; gives their keys."""
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
        _saved(actor)
        _noted(actor, N_("改了系统设置"))
        db.session.flush()
        forget()
    return changed


@operation
def keep_patterns(patterns: dict[str, str], actor: Actor) -> bool:
    """Let other number patterns hold from today on, as a new version of the dated rule; gives whether any changed.

    Refuses a pattern that gives no number. Numbers given out before keep the pattern they were made by.
    """
    obey(broken_by_patterns(patterns))
    rule = rule_on("numbers")
    if all(rule.value.get(key) == pattern for key, pattern in patterns.items()):
        return False
    _saved(actor)
    _noted(actor, N_("改了编号样式"))
    audit.record(
        "rule.numbers_changed", rule, actor, before={key: rule.value.get(key) for key in patterns}, after=patterns
    )
    value = {**rule.value, **patterns}
    if rule.valid_from == today():
        rule.value = value
        return True
    db.session.add(
        DatedRule(
            kind="numbers",
            valid_from=today(),
            valid_to=rule.valid_to,
            source=rule.source,
            verified=rule.verified,
            value=value,
        )
    )
    rule.valid_to = today() - timedelta(days=1)
    return True


def broken_by_patterns(patterns: dict[str, str]) -> Iterator[RuleBroken]:
    """Each pattern that gives no number, or the same number again in another year: running numbers begin anew each year."""
    for key, pattern in patterns.items():
        try:
            of_one_year, of_the_next = number(pattern, 2026, 1), number(pattern, 2027, 1)
        except ValueError:
            yield RuleBroken(say("样式里要有 {n}（序号）和 {year}（年份），其他花括号不认。"), f"pattern_{key}")
            continue
        if of_one_year == of_the_next:
            yield RuleBroken(
                say("样式里要有 {year}（年份）：序号每年从 1 起，没有年份，明年会和今年重号。"), f"pattern_{key}"
            )


@operation
def keep_demo_accounts(accounts: list[dict[str, Any]]) -> None:
    """The accounts the log-in page shows in demo mode: {login, name, role_label, password} each."""
    text = json.dumps(accounts, ensure_ascii=False)
    row = db.session.get(Setting, "demo_accounts")
    if row is None:
        db.session.add(Setting(key="demo_accounts", value=text))
    else:
        row.value = text
