"""How often something may be tried in vain, and how long one then has to wait: each time longer, up to a longest time.

A wrong try is forgiven after a while; whoever tries on while waiting is not counted and gains nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Limit:
    """`free` tries; the last of them begins a wait of `first`, each further one a wait twice as long, `longest` at most.
    One try is forgiven each `forgiven`."""

    free: int
    first: timedelta
    longest: timedelta
    forgiven: timedelta


def a_day(times: int) -> Limit:
    """So many at once, and from then on one more each time a day's share of it has passed: as many a day."""
    each = timedelta(days=1) / times
    return Limit(times, each, each, each)


@dataclass(frozen=True)
class Tries:
    """What is kept: how many count, since when the next is being forgiven, until when one has to wait."""

    count: int = 0
    at: datetime | None = None
    until: datetime | None = None


def wait_after(limit: Limit, count: int) -> timedelta | None:
    """How long one waits after so many tries; None while they are free."""
    beyond = count - limit.free
    if beyond < 0:
        return None
    return min(limit.first * 2 ** min(beyond, 20), limit.longest)


def waits_until(limit: Limit, tries: Tries, now: datetime) -> datetime | None:
    """The end of the wait one is in; None when one may try. A clock that was set back keeps nobody out for longer."""
    if tries.until is None or tries.until <= now:
        return None
    return min(tries.until, now + limit.longest)


def one_more(limit: Limit, tries: Tries, now: datetime) -> Tries:
    """After one try more, made at that moment."""
    count, since = _left(limit, tries, now)
    wait = wait_after(limit, count + 1)
    return Tries(count + 1, since, now + wait if wait else None)


def one_less(limit: Limit, tries: Tries) -> Tries:
    """After one of the tries turned out to be good: it does not count, nor does the wait it began."""
    count = max(0, tries.count - 1)
    return Tries(count, tries.at, tries.until if count >= limit.free else None)


def _left(limit: Limit, tries: Tries, now: datetime) -> tuple[int, datetime]:
    """How many tries are not forgiven yet, and since when the next is being forgiven."""
    if tries.at is None or tries.at > now:
        return tries.count, now
    forgiven = int((now - tries.at) / limit.forgiven)
    if forgiven >= tries.count:
        return 0, now
    return tries.count - forgiven, tries.at + forgiven * limit.forgiven
