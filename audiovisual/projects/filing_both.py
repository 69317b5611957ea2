"""Two texts of one filing, after two people of a house wrote at once: field by field, what differs and what to keep."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from audiovisual.kernel.merging import Prints, print_of
from audiovisual.kernel.text import listed, translated

from .filing_forms import FilingForm, form_of
from .models import Project
from .operations import filing
from .shown import GROUPS, shown


@dataclass(frozen=True)
class Difference:
    """One thing that differs. `pick` is what is chosen beforehand: only where one side is empty; `wrong` why mine cannot be."""

    key: str
    label: str
    mine: str
    theirs: str
    pick: str
    wrong: str = ""


def differences(project: Project, form: FilingForm, base: Prints | None = None) -> list[Difference]:
    """What was typed here and saved differently elsewhere since the page was drawn, and what was typed wrongly."""
    given = form.given(project)
    changed = filing.merged(project, given, base, fresh=False).conflicts
    keys = dict.fromkeys(GROUPS.get(name, name) for name in changed)
    found = [_difference(project, form, key, given) for key in keys]
    found += [
        Difference(
            field.name, str(field.label.text), _typed(field), _shown(project, field.name), "", wrong=_said(field)
        )
        for field in form
        if field.errors and field.name not in keys and field.name != "csrf_token"
    ]
    return found


def fields_of(project: Project, names: list[str]) -> dict[str, dict[str, Any]]:
    """For the script of a window that did not touch them: what another one saved, as the page's fields say it.

    By the name of the field: its values, and the prints of the columns behind it. Rows that repeat are not among them.
    """
    form, kept = form_of(project), filing.all_kept(project)
    found: dict[str, dict[str, Any]] = {}
    for name in names:
        key = GROUPS.get(name, name)
        if not hasattr(form[key], "entries"):
            told = found.setdefault(key, {"values": _sent(form[key]), "prints": {}})
            told["prints"][name] = print_of(kept[name])
    return found


def _sent(field: Any) -> list[str]:
    """What a browser sends of a field."""
    if field.type == "BooleanField":
        return ["y"] if field.data else []
    if field.type == "SelectMultipleField":
        return list(field.data or ())
    if field.type == "RadioField":
        return [field.data] if field.data else []
    return [field._value() if hasattr(field, "_value") else str(field.data or "")]


def _difference(project: Project, form: FilingForm, key: str, given: dict[str, Any]) -> Difference:
    mine, theirs = shown(key, given), _shown(project, key)
    pick = "theirs" if not mine else "mine" if not theirs else ""
    field = form[key]
    return Difference(key, str(field.label.text), mine, theirs, pick, _said(field) if field.errors else "")


def _shown(project: Project, key: str) -> str:
    """What the bank holds of it."""
    names = [name for name, group in GROUPS.items() if group == key] or [key]
    return shown(key, {name: filing.kept(project, name) for name in names})


def _typed(field: Any) -> str:
    """What came in, as it came."""
    if hasattr(field, "entries"):
        return "\n".join("　".join(str(value or "") for value in entry.form.data.values()) for entry in field)
    return listed(field.raw_data or ())


def _said(field: Any) -> str:
    """The first sentence that says what is wrong, in rows too."""
    return next(sentences(field), "")


def sentences(field: Any) -> Iterator[str]:
    """Every sentence that stands beside a field or inside its rows."""
    if hasattr(field, "entries"):
        inner = [sub for entry in field for sub in entry.form if sub.errors]
        for sub in inner:
            yield from sentences(sub)
        if inner:
            return
    yield from (translated(error) for error in field.errors if error and not isinstance(error, (dict, list, tuple)))
