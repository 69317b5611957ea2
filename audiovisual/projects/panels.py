"""What later features hang on a title's page: tabs with counts, boxes, pages of steps, further acts.

`reviews`, `documents` and `desk` register here when the program starts; `projects` imports none of them. A count is a
scalar SELECT over the title of `ID`, so that all tabs together cost one statement, put together once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ScalarSelect, bindparam

from workflows.access import Actor

from .models import Project

Count = Callable[[bool], ScalarSelect[int]]
Url = Callable[[Project], str]
Shown = Callable[[Project, Actor], bool]


ID = bindparam("project_id")
"""The title a count is asked for."""


@dataclass(frozen=True)
class Tab:
    """A tab of the title's page. `count` gives its figure, for those who read inside the bureau (True) and others."""

    key: str
    label: str
    url: Url
    count: Count | None = None
    shown: Shown | None = None
    order: int = 50


@dataclass(frozen=True)
class Box:
    """A box of the overview: `load` gives what the template reads as `panel`, or None for no box."""

    template: str
    load: Callable[[Project, Actor], dict[str, Any] | None]
    order: int = 50


@dataclass(frozen=True)
class Act:
    """A further act beside the steps: a link shown when `shown` says so, and nothing that `against` counts stands in its way."""

    label: str
    url: Url
    shown: Shown
    against: Count | None = None
    pending: tuple[str, Callable[[Project, Actor], str]] | None = None
    """What stands in its place while something is against it, and where that is to be seen."""


Fact = Callable[[Any], ScalarSelect[Any]]
STANDING: dict[str, Fact] = {}
"""What later features know of a project in review, by name: a scalar SELECT over the project of that id.

`round_state`, `seats_free`, `unsigned`: of its open round; `letter`: how far its letter is.
"""
HOUSE_DUE: dict[str, Fact] = {}
"""By state: by when the house hands back what it was asked for, where a later feature asked for it."""
TABS: list[Tab] = []
BOXES: list[Box] = []
ACTS: list[Act] = []
PAGES: dict[str, Url] = {}
"""Steps that are taken on a page of their own, by trigger."""


def standing(name: str, fact: Fact) -> None:
    """Say how a fact is read that decides whose turn a project in review is."""
    STANDING[name] = fact


def house_due(state: str, fact: Fact) -> None:
    """Say by when a house hands a project back that stands in that state."""
    HOUSE_DUE[state] = fact


def facts_of(found: Mapping[str, Any]) -> dict[str, Any]:
    """Facts read by `STANDING`, as `workflows.duties.Standing` takes them."""
    return {
        "round_state": found.get("round_state"),
        "seat_empty": (found.get("seats_free") or 0) > 0,
        "unsigned": found.get("unsigned") or 0,
        "letter": found.get("letter") or "",
    }


def tab(
    key: str, label: str, url: Url, *, count: Count | None = None, shown: Shown | None = None, order: int = 50
) -> None:
    """Add a tab; registering a key again replaces it."""
    TABS[:] = sorted(
        [t for t in TABS if t.key != key] + [Tab(key, label, url, count, shown, order)], key=lambda t: t.order
    )


def box(template: str, load: Callable[[Project, Actor], dict[str, Any] | None], *, order: int = 50) -> None:
    """Add a box to the overview; registering a template again replaces it."""
    BOXES[:] = sorted(
        [b for b in BOXES if b.template != template] + [Box(template, load, order)], key=lambda b: b.order
    )


def act(
    label: str, url: Url, shown: Shown, *, against: Count | None = None,
    pending: tuple[str, Callable[[Project, Actor], str]] | None = None,
) -> None:  # fmt: skip
    """Add a further act; registering a label again replaces it."""
    ACTS[:] = [a for a in ACTS if a.label != label] + [Act(label, url, shown, against, pending)]


def page(trigger: str, url: Url) -> None:
    """Say on which page a step is taken."""
    PAGES[trigger] = url
