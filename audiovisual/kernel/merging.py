"""Two windows on one row, field by field: what only one of them changed stands, what both changed is a conflict.

A page carries in its field `base` a print of each value it was drawn from. It comes back with what was typed, so that
three texts are known of every field: what was read, what was typed, what is stored now.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MOST = 20_000
"""Characters of a `base` worth reading; no page of ours has as many."""
Prints = dict[str, str]


def print_of(value: Any) -> str:
    """A short print of a value: equal values have equal prints; nothing is nothing, however it is kept."""
    plain = "" if value is None else value
    text = json.dumps(plain, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:10]


def prints_of(values: Mapping[str, Any]) -> Prints:
    """The prints of a row's values by field."""
    return {name: print_of(value) for name, value in values.items()}


def packed(prints: Mapping[str, str]) -> str:
    """Prints as a page carries them: `title:1a2b type:3c4d`."""
    return " ".join(f"{name}:{print_}" for name, print_ in prints.items())


def unpacked(base: str | None) -> Prints | None:
    """The prints a page brought back; None where it brought none, which knows nothing of what was read."""
    if not base or len(base) > MOST:
        return None
    return dict(pair.partition(":")[::2] for pair in base.split())


@dataclass
class Merged:
    """What to do with what was typed: `mine` is written, `theirs` stays as stored, `conflicts` are for the person."""

    mine: dict[str, Any] = field(default_factory=dict)
    theirs: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)


def merge(typed: Mapping[str, Any], stored: Mapping[str, Any], base: Prints | None, fresh: bool) -> Merged:
    """Sort what was typed by what becomes of it. `fresh`: nobody saved the row since the page read its version.

    Without a base every field that differs was meant to, and is a conflict where the row is not fresh. Where the base says
    what was read of a field, that decides: a page may have the version of a text that it does not show, because another
    window saved it.
    """
    found = Merged()
    for name, value in typed.items():
        if print_of(value) == print_of(stored[name]):
            continue
        read = base.get(name) if base is not None else None
        if read is not None and read == print_of(value):
            found.theirs.append(name)
        elif fresh if read is None else read == print_of(stored[name]):
            found.mine[name] = value
        else:
            found.conflicts.append(name)
    return found


def rebased(base: Prints | None, typed: Mapping[str, Any], stored: Mapping[str, Any]) -> Prints:
    """What the window has read after it saved: where it shows what is stored, the stored; elsewhere what it read before."""
    now = prints_of(stored)
    shown = {name for name, value in typed.items() if print_of(value) == now[name]}
    return {name: print_ if name in shown else (base or {}).get(name, print_) for name, print_ in now.items()}
