"""Two windows of one expert on one row, score or overall comment: what only one of them changed stands.

What each says is laid out by field, so that it can be compared with what the window read (`kernel.merging`). The place
of a row (episode, in, out) is one field: half of one window's and half of another's is no place.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from audiovisual.kernel.merging import Merged, Prints, merge, packed, print_of, prints_of

from .models import Opinion, OpinionRow, OpinionScore
from .sheet import RowView, basis_of

PLACE = ("episode", "frame_in", "frame_out")
PLACE_SHOWN = ("episode", "tc_in", "tc_out")
ALONE = ("problem", "dimension", "basis", "demand", "demand_text", "severity")


def of_row(row: OpinionRow) -> dict[str, Any]:
    """What a row says."""
    return {name: getattr(row, name) for name in ALONE} | {
        "basis": basis_of(row),
        "place": [getattr(row, name) for name in PLACE],
    }


def of_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed into a row and is right, in the same shape."""
    found = {name: values[name] for name in ALONE if name in values}
    return found | ({"place": [values[name] for name in PLACE]} if PLACE[0] in values else {})


def columns(said: Mapping[str, Any], clause_id: int | None) -> dict[str, Any]:
    """Back from what is said to the columns of a row."""
    found = {name: value for name, value in said.items() if name != "place"}
    found |= dict(zip(PLACE, said["place"], strict=True)) if "place" in said else {}
    return found | ({"clause_id": clause_id} if "basis" in said else {})


def of_score(score: OpinionScore | None) -> dict[str, Any]:
    """What a line of the score sheet says."""
    return {"score": score.score if score else None, "reason": score.reason if score else ""}


def of_overall(opinion: Opinion) -> dict[str, Any]:
    """The conclusion and the overall comment."""
    return {"conclusion": opinion.conclusion, "comment": opinion.comment}


def sorted_out(typed: Mapping[str, Any], stored: Mapping[str, Any], base: Prints | None) -> Merged:
    """What becomes of what was typed, where the row was saved elsewhere since the page read it."""
    return merge(typed, stored, base, fresh=False)


def base_of(said: Mapping[str, Any]) -> str:
    """What a window has read, as its form carries it."""
    return packed(prints_of(said))


def next_base(base: Prints | None, typed: Mapping[str, Any], theirs: list[str]) -> str:
    """What the window has read once its own was saved; in fields it did not touch, what it read before."""
    return packed({**(base or {}), **prints_of({name: said for name, said in typed.items() if name not in theirs})})


def shown(theirs: list[str], stored: Mapping[str, Any], view: RowView | None = None) -> dict[str, Any]:
    """For the script of the window: what another one saved in fields this one did not touch, by the field's name."""
    found: dict[str, Any] = {}
    for name in theirs:
        controls = PLACE_SHOWN if name == "place" else (name,)
        for control in controls:
            value = getattr(view, control) if view else stored[control]
            found[control] = {
                "values": [] if value is None else [str(value)],
                "prints": {name: print_of(stored[name])} if control == controls[-1] else {},
            }
    return found
