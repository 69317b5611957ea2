"""What is wrong with a form that came back, gathered while its page is drawn and told at the head of the page.

Every form that did not pass is remembered by itself (`forms.Form`), and whatever prints a sentence beside a field notes
it here too (`templates/macros/fields.html: errors`): `templates/base.html` draws the page first and then prints the
summary above it, so that no sentence stands below the view alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import Flask, g, has_request_context
from flask_babel import gettext as _
from wtforms import Field
from wtforms.widgets import HiddenInput

from .text import translated


@dataclass(frozen=True)
class Problem:
    """One sentence of the summary, and where it leads: the id of a control, an address where it is mended elsewhere, or ""."""

    sentence: str
    place: str = ""

    @property
    def href(self) -> str:
        """The place as a link."""
        return self.place if "/" in self.place else f"#{self.place}"


def _gathered() -> dict[str, Any]:
    return g.setdefault("problems", {"title": "", "found": {}, "forms": []})  # type: ignore[no-any-return]


def remember(form: Any) -> None:
    """A form that did not pass: what is wrong with it is told even where its page does not say so."""
    if has_request_context() and all(form is not known for known in _gathered()["forms"]):
        _gathered()["forms"].append(form)


def note(sentence: Any, place: str = "", label: Any = "", row: str = "") -> str:
    """Remember a problem, under its row and the name of its field unless the sentence names it; prints nothing."""
    told, label = translated(sentence), str(label).strip()
    named = told if not label or label in told else _("%(act)s：", act=label) + told
    _gathered()["found"].setdefault((place, told), Problem(f"{row} · {named}" if row else named, place))
    return ""


def mean(title: Any) -> str:
    """What the problems of this page mean, told under their number; prints nothing."""
    _gathered()["title"] = str(title or "")
    return ""


def note_field(field: Field, row: str = "") -> str:
    """Remember what is wrong with a field; prints nothing."""
    name = field.label.text
    if field.flags.of:
        name = _("“%(of)s”的%(name)s", of=field.flags.of, name=name)
    hidden = isinstance(field.widget, HiddenInput)
    for error in _sentences(field.errors):
        said = str(field.label.text) in translated(error)
        note(error, "" if hidden else field.id, "" if hidden or said else name, row)
    return ""


def note_form(form: Any, title: Any = "") -> str:
    """Remember everything that is wrong with a form, in its order, and what that means (`title`); prints nothing."""
    errors = getattr(form, "form_errors", [])
    if not errors and not form.errors:
        return ""
    _note_all(form)
    return mean(title)


def _note_all(form: Any) -> None:
    for error in _sentences(getattr(form, "form_errors", [])):
        note(error)
    _walk(form, "")


def _walk(fields: Iterable[Any], row: str) -> None:
    for field in fields:
        if not field.errors:
            continue
        if hasattr(field, "entries"):
            _entries(field)
        elif hasattr(field, "form"):
            _walk(field.form, row)
        else:
            note_field(field, row)


def _entries(rows: Any) -> None:
    """A list's rows; what is said of the list itself is said only where no row says more."""
    within = False
    for number, entry in enumerate(rows.entries, 1):
        if entry.errors:
            _walk([entry], _("第 %(n)s 行", n=number))
            within = True
    if not within:
        note_field(rows)


def _sentences(errors: Any) -> list[Any]:
    """Errors of a list are lists and tables of its rows' errors: those are said by the rows."""
    return [error for error in errors if not isinstance(error, list | tuple | dict)]


def noted(page: str) -> list[Problem]:
    """Everything that was noted, in the order in which it was; a place that is not on the page is no link."""
    for form in _gathered()["forms"]:
        _note_all(form)
    found = [
        (told, Problem(each.sentence, _on_page(place, page))) for (place, told), each in _gathered()["found"].items()
    ]
    linked = {told for told, each in found if each.place}
    return [each for told, each in found if each.place or told not in linked]


def _on_page(place: str, page: str) -> str:
    """The control, or the sentence beside it where the control has no name of its own, or nothing; an address as it is."""
    if "/" in place:
        return place
    return next((aim for aim in (place, f"{place}-error") if place and f'id="{aim}"' in page), "")


def title() -> str:
    """What the problems mean, as the form says it: “没有登录成功”."""
    return _gathered()["title"]  # type: ignore[no-any-return]


def install(app: Flask) -> None:
    """Hand the functions to Jinja."""
    app.jinja_env.globals.update(
        note_problem=note,
        note_field=note_field,
        note_form=note_form,
        noted_problems=noted,
        problems_title=title,
        problems_mean=mean,
    )
