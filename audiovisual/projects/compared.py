"""What a completion changed, item by item: the filing as it was and as it is, for whoever checks it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workflows import completion as rules

from .filing_forms import FilingForm
from .models import CompletionItem
from .shown import keys_of, shown

Words = list[tuple[str, str]]


@dataclass(frozen=True)
class Compared:
    """Old and new of one item: values with their labels (no label where there is one alone), and papers by id and name."""

    before: Words = field(default_factory=list)
    after: Words = field(default_factory=list)
    papers_before: list[dict[str, Any]] = field(default_factory=list)
    papers_after: list[dict[str, Any]] = field(default_factory=list)


def compared(item: CompletionItem) -> Compared:
    """What an item said and says; empty until the filing is handed back, and where nothing was changed."""
    before, after = item.before or {}, item.after or {}
    if "papers" in after:
        return Compared(papers_before=before.get("papers", []), papers_after=after["papers"])
    return Compared(_words(before), _words(after))


def _words(values: Mapping[str, Any]) -> Words:
    plain = rules.unpack(values)
    keys = keys_of(plain)
    return [(label_of(key) if len(keys) > 1 else "", shown(key, plain)) for key in keys]


def label_of(key: str) -> str:
    """The label of a control of the filing."""
    unbound = getattr(FilingForm, key)
    return str(unbound.kwargs.get("label") or unbound.args[0])
