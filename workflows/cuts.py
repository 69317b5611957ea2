"""Which episodes of a title a cut (样片) holds; that a house accounts for those it does not hand in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from .access import Actor
from .errors import Sentence, say

WHOLE = 0
"""The number of a file that holds the whole title."""


@dataclass(frozen=True)
class Partial:
    """What a house says of a cut that lacks episodes: which (as `runs` writes them), and what becomes of them."""

    lacks: str = ""
    note: str = ""


NOTHING_SAID = Partial()


def missing(parts: Iterable[int], episodes: int) -> tuple[int, ...]:
    """The episodes of which no file is among `parts`, the numbers of the files; one file of the whole lacks none."""
    known = set(parts)
    return () if WHOLE in known else tuple(n for n in range(1, episodes + 1) if n not in known)


def runs(episodes: Sequence[int]) -> str:
    """1—3、5: what follows each other in one piece."""
    found: list[list[int]] = []
    for episode in episodes:
        if found and episode == found[-1][-1] + 1:
            found[-1].append(episode)
        else:
            found.append([episode])
    return "、".join(str(run[0]) if len(run) == 1 else f"{run[0]}—{run[-1]}" for run in found)


def episodes_accounted_for(project: Any, actor: Actor, data: dict[str, Any]) -> Sentence | tuple[str, Sentence] | None:
    """A cut with fewer episodes than the title has comes with the house's statement: these are lacking (`lacks`, as
    `runs` writes them), and what becomes of them (`partial_note`). A statement about other episodes is none.
    """
    parts = data.get("cut")
    if data["asking"] or not parts:
        return None
    lacking = runs(missing(parts, project.episodes or 1))
    if not lacking:
        return None
    if data.get("lacks") != lacking:
        return "lacks", say(
            "这部片共 %(all)s 集，还缺第 %(which)s 集。请补传；确实先送这些，请勾选下面一项，写明其余各集怎样安排。",
            all=project.episodes, which=lacking,
        )  # fmt: skip
    if not (data.get("partial_note") or "").strip():
        return "partial_note", say("请写明缺的各集怎样安排。")
    return None
