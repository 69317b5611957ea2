"""What a large bank consists of before anything is composed: for each title its state, its day, its number, its name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from audiovisual.kernel.model import SHANGHAI

SHARES: dict[str, tuple[float, float]] = {
    "draft": (3, 0.01), "discarded": (0.5, 0.05), "submitted": (2, 0.02), "received": (3, 0.04), "completing": (2, 0.06),
    "accepted": (4, 0.1), "proposed": (3, 0.14), "screened": (12, 0.24), "scheduled": (12, 0.34), "in_production": (34, 0.5),
    "in_review": (1.6, 0.32), "rectifying": (0.8, 0.36), "reviewed": (1, 0.62), "aired": (1.6, 0.9), "rejected": (7, 0.55),
    "withdrawn": (5, 0.5), "suspended": (2, 0.45), "dormant": (4, 0.8), "refiled": (1.5, 0.7),
}  # fmt: skip
"""By state: how many titles of a hundred, and how old they are, from 0 (filed today) to 1 (the oldest)."""
SPAN = 1400
"""Days between the oldest filing and today; a growing bank files more every year."""
SCATTER = 0.1
TWINS = 200
"""Of so many titles one bears the name of another, and one a name that differs in a character."""


class Slip(NamedTuple):
    """One title to be made. `number` is its place in the year's series, 0 for a draft."""

    id: int
    state: str
    filed_at: datetime
    number: int


def slips(count: int, now: datetime, rng: Random) -> list[Slip]:
    """So many titles in the order they were filed, each state at least once, numbers without a gap."""
    filed = sorted((_office_hour(now - timedelta(days=age), rng), state) for age, state in _filed(count, rng))
    taken: Counter[int] = Counter()
    found = []
    for id_, (filed_at, state) in enumerate(filed, 1):
        number = 0
        if state not in ("draft", "discarded"):
            year = filed_at.astimezone(SHANGHAI).year
            taken[year] += 1
            number = taken[year]
        found.append(Slip(id_, state, filed_at, number))
    return found


def _filed(count: int, rng: Random) -> Iterator[tuple[float, str]]:
    """An age in days for each title: states in their shares, the further along the older."""
    total = sum(share for share, _ in SHARES.values())
    states = [state for state, (share, _) in SHARES.items() for _ in range(max(1, round(count * share / total)))]
    while len(states) > count and len(states) > len(SHARES):
        states.remove("in_production")
    states += ["in_production"] * (count - len(states))
    ranks = sorted(
        (max(0.0, SHARES[state][1] + rng.uniform(-1, 1) * min(SCATTER, SHARES[state][1])), state) for state in states
    )
    for place, (_rank, state) in enumerate(ranks):
        yield 2 + SPAN * ((place + 0.5) / len(ranks)) ** 2, state


def _office_hour(moment: datetime, rng: Random) -> datetime:
    """The same day between nine and five."""
    local = moment.astimezone(SHANGHAI)
    return local.replace(hour=9 + rng.randrange(8), minute=rng.randrange(60), second=rng.randrange(60), microsecond=0)


def twin_of(id_: int) -> str:
    """Whether a title is to resemble an earlier one: "same", "near" or not at all."""
    return {TWINS // 2: "same", TWINS - 1: "near"}.get(id_ % TWINS, "")
