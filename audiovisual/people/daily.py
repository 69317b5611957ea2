"""How often a day what costs others something may be done: what sends mail, what fills lists.

A person has a share, a house with all its people another; a visitor is counted by where they come from and by the address
a mail goes to. What is refused by another rule is not counted: the count stands in the transaction of the act.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from audiovisual.kernel import security
from audiovisual.kernel.database import operation
from workflows.access import Actor
from workflows.errors import RuleBroken, say
from workflows.limits import Limit, a_day

from .counts import Place, at_hour, one_more_at, visitor


@dataclass(frozen=True)
class Share:
    """How often a day: one person, all people of one house, one visitor, everybody, towards one mail address."""

    person: int = 0
    house: int = 0
    visitor: int = 0
    all: int = 0
    mail: int = 0


SHARES: Mapping[str, Share] = {
    "registration": Share(visitor=20, all=300, mail=3),
    "house": Share(visitor=20, all=300, mail=3),
    "reset": Share(visitor=60, mail=6),
    "invitation": Share(person=60, house=20, mail=3),
    "address": Share(person=6, mail=3),
    "question": Share(house=60),
    "request": Share(house=60),
    "draft": Share(house=100),
}
"""The acts that are counted. What is 0 is not limited."""


def _places(act: str, actor: Actor | None, address: str) -> dict[Place, Limit]:
    """Where the act is counted, and what holds there."""
    share, scope = SHARES[act], f"day {act}"
    keys = {
        "person": f"person {actor.id}" if actor else "",
        "house": f"house {actor.organisation_id}" if actor and actor.organisation_id is not None else "",
        "visitor": f"visitor {visitor()}" if actor is None and visitor() else "",
        "all": "all",
        "mail": f"mail {security.print_of(address.strip().casefold())}" if address else "",
    }
    return {(scope, key): a_day(getattr(share, name)) for name, key in keys.items() if key and getattr(share, name)}


@operation
def take(act: str, actor: Actor | None = None, address: str = "", field: str | None = None) -> None:
    """Count the act once more, in the caller's transaction. `actor` is None for a visitor; `address` is where its mail goes.

    Refused, beside the `field`, where a share of the day is used up: with the hour from which the next one goes.
    """
    held = one_more_at(_places(act, actor, address))
    if held is not None:
        security.refused("limit", f"day {act}")
        raise RuleBroken(say("今天做得太多了，请在 %(at)s 以后再试。", at=at_hour(held.until)), field)


def takes_mail(act: str, address: str) -> bool:
    """Count one more mail to that address, for the worker; False, with nothing counted, where its share of the day is
    used up."""
    return one_more_at(_places(act, None, address)) is None
