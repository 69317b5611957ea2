"""What lies in somebody's hands by a role, and what becomes of it when they leave or lose the role.

A feature registers each kind of thing a person can hold (`held`). Whoever ends a role or an account reads beforehand what
there is, says to whom it goes, and reads where it falls when it goes to nobody: nothing is left with a person who is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workflows.access import Actor
from workflows.errors import RuleBroken, Sentence, obey, say

from .models import User

Heirs = Callable[[User], list[tuple[int, str]]]


@dataclass(frozen=True)
class Kind:
    """A kind of thing people hold by one of `roles`.

    `count` gives how many of them one person holds; `says` the sentence for that number, `falls` where they go when
    nobody is named. `heirs` gives whom they may be given to and `give` gives them (how many could not go comes back);
    `end` is done in any case when the last of the roles ends.
    """

    key: str
    roles: frozenset[str]
    count: Callable[[User], int]
    says: Callable[[User, int], Sentence]
    falls: str
    heirs: Heirs | None = None
    give: Callable[[User, User, Actor], int] | None = None
    end: Callable[[User, Actor], Any] | None = None


@dataclass(frozen=True)
class Holding:
    """What one person holds of a kind."""

    kind: Kind
    count: int
    says: Sentence
    heirs: list[tuple[int, str]]


KINDS: dict[str, Kind] = {}


def held(kind: Kind) -> None:
    """Register a kind of thing people hold; registering a key again replaces it."""
    KINDS[kind.key] = kind


def _lost(user: User, roles: frozenset[str]) -> list[Kind]:
    """The kinds a person can hold no longer without these roles."""
    left = user.roles - roles
    return [kind for kind in KINDS.values() if kind.roles & roles and not kind.roles & left]


def holdings(user: User, roles: frozenset[str]) -> list[Holding]:
    """What the person holds and has to give up when these roles end."""
    counted = [(kind, kind.count(user)) for kind in _lost(user, roles)]
    return [
        Holding(kind, count, kind.says(user, count), kind.heirs(user) if kind.heirs else [])
        for kind, count in counted
        if count
    ]


def by_role(user: User, held: Iterable[Holding]) -> dict[str, list[Holding]]:
    """Of what goes with all roles of a person, what goes with each of them alone."""
    return {role: [each for each in held if each.kind in _lost(user, frozenset({role}))] for role in user.roles}


def broken_by_heirs(user: User, roles: frozenset[str], heirs: Mapping[str, User]) -> Iterator[RuleBroken]:
    """A sentence for each heir named who cannot take over now."""
    for kind in _lost(user, roles):
        heir = heirs.get(kind.key)
        if heir is None or kind.give is None:
            continue
        if kind.heirs is None or heir.id not in {number for number, _name in kind.heirs(user)}:
            yield RuleBroken(say("%(name)s现在不能接手，请另选一位。", name=heir.name), f"heir_{kind.key}")


def give_up(user: User, roles: frozenset[str], heirs: Mapping[str, User], actor: Actor) -> int:
    """Pass on what goes with these roles: to the heir named for a kind, else it falls where the kind says.

    Gives how many could not go to the heir named. To be called before the roles end, in the same transaction.
    """
    obey(broken_by_heirs(user, roles, heirs))
    staying = 0
    for kind in _lost(user, roles):
        heir = heirs.get(kind.key)
        if heir is not None and kind.give is not None:
            staying += kind.give(user, heir, actor)
        if kind.end is not None:
            kind.end(user, actor)
    return staying
