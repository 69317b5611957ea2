"""Texts of the demonstration bank, written by us: twelve titles in full, people, and the sentences the rest is made of.

titles/       one file per title: what the house files          reviews/     opinions and answers, for titles that get there
houses.json, experts.json, staff.json                           sentences/   banks by slot, for `compose`
language      sentences with places, drawn without repeating    naming       names of people, titles of works
filing        a composed filing                                 opinion      composed scores, rows, screening, progress
compose       the four above under one roof

Keys are English, texts Chinese. Dates are days from the day of the demonstration: `{"days": -30}`, see `day`.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def read(name: str) -> Any:
    """The data of one file below this folder."""
    return json.loads((HERE / name).read_text(encoding="utf-8"))


def day(relative: dict[str, int] | None, today: date) -> date | None:
    """The calendar day for `{"days": n}`; None stays None."""
    return None if relative is None else today + timedelta(days=relative["days"])


def _written(path: Path) -> dict[str, Any]:
    filing = json.loads(path.read_text(encoding="utf-8"))
    for field in ("synopsis", "theme_statement"):
        filing[field] = "\n".join(filing[field])
    return filing


@cache
def titles() -> list[dict[str, Any]]:
    """The twelve filings, in the order of their files; paragraphs joined by line ends. Do not change them in place."""
    return [_written(path) for path in sorted((HERE / "titles").glob("*.json"))]


@cache
def reviews() -> dict[str, dict[str, Any]]:
    """The first review round by the slug of its title, for the titles that reach one."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((HERE / "reviews").glob("*.json"))]
    return {review["slug"]: review for review in found}


@cache
def houses() -> list[dict[str, Any]]:
    """Twelve production houses with their people; one has only applied, one was refused."""
    return read("houses.json")


@cache
def experts() -> list[dict[str, Any]]:
    """Twenty-four experts; `past_employers[].house` names the house a conflict of interest is with."""
    return read("experts.json")


@cache
def staff() -> list[dict[str, Any]]:
    """The bureau: officers, division heads, leader, sealer, admin."""
    return read("staff.json")
