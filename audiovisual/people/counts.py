"""How often something was tried or done, counted in the database so that all workers share it.

What is counted stands at a place: a scope (a wrong password, an invitation) and a key within it (a person, an address).
Each place has a `workflows.limits.Limit`.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import has_request_context, request
from sqlalchemy import ColumnElement, and_, delete, insert, select, tuple_, update

from audiovisual.kernel.model import db, shanghai, utcnow
from workflows.limits import Limit, Tries, one_less, one_more, waits_until

from .models import AttemptCount

MINUTE = timedelta(minutes=1)
Place = tuple[str, str]
"""What is counted: a scope (16 characters at most) and a key within it (64 at most)."""


@dataclass(frozen=True)
class Held:
    """One has to wait: until when, and in which scope too much was counted."""

    until: datetime
    scope: str


def waits(scope: str, limit: Limit, tries: Tries) -> Held | None:
    """Whether one has to wait after what was counted."""
    until = waits_until(limit, tries, utcnow())
    return Held(until, scope) if until else None


def one_more_at(limits: Mapping[Place, Limit]) -> Held | None:
    """One more at each of these places, or `Held` with nothing counted where one of them has to wait."""
    kept = _kept(limits)
    for place, limit in limits.items():
        if held := waits(place[0], limit, kept.get(place, Tries())):
            return held
    now = utcnow()
    for place, limit in limits.items():
        _keep(place, one_more(limit, kept.get(place, Tries()), now), new=place not in kept)
    return None


def one_less_at(limits: Mapping[Place, Limit]) -> None:
    """What was counted last at these places turned out to be good: it does not count."""
    for place, tries in _kept(limits).items():
        _keep(place, one_less(limits[place], tries), new=False)


def forget(place: Place) -> None:
    """Nothing is counted at this place any more."""
    db.session.execute(delete(_TABLE).where(_at(place)))


def _kept(places: Mapping[Place, Limit]) -> dict[Place, Tries]:
    if not places:
        return {}
    rows = db.session.execute(select(_TABLE).where(tuple_(_TABLE.c.scope, _TABLE.c.key).in_(list(places))))
    return {(row["scope"], row["key"]): Tries(row["count"], row["at"], row["until"]) for row in rows.mappings()}


def _keep(place: Place, tries: Tries, new: bool) -> None:
    values = {"count": tries.count, "at": tries.at, "until": tries.until}
    if new:
        db.session.execute(insert(_TABLE).values(scope=place[0], key=place[1], **values))
    else:
        db.session.execute(update(_TABLE).where(_at(place)).values(**values))


def _at(place: Place) -> ColumnElement[bool]:
    return and_(_TABLE.c.scope == place[0], _TABLE.c.key == place[1])


def visitor() -> str:
    """The address a request comes from; of an IPv6 address its network, for one visitor has all of it."""
    if not has_request_context():
        return ""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return request.remote_addr or ""
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def at_hour(until: datetime) -> str:
    """A moment soon to come as a clerk reads it: the next whole minute, 14:02."""
    return f"{shanghai(until + MINUTE - timedelta(microseconds=1)):%H:%M}"


_TABLE = AttemptCount.__table__
