"""The forms that take files. A file is announced for one of them, by somebody who may hand it in there now: what would
belong to no record is not taken.

A place is written as its form names it: the kind, then the ids of its record ("evidence:7:2").
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from workflows.access import Actor
from workflows.errors import RuleBroken, say

from .bodies import barred

Asked = Callable[..., None]


@dataclass(frozen=True)
class Place:
    """A form that takes files: the action of its route, how its ids are written, and what is asked about its record."""

    action: str
    ids: re.Pattern[str]
    asked: Asked


PLACES: dict[str, Place] = {}


def takes(kind: str, ids: str, action: str) -> Callable[[Asked], Asked]:
    """Declare a place. The function below is called with the groups of `ids`, figures as numbers, and raises what stands
    against a file for that record: a record the person knows nothing of, an act that is not theirs to do now."""

    def declare(asked: Asked) -> Asked:
        PLACES[kind] = Place(action, re.compile(ids, re.ASCII), asked)
        return asked

    return declare


def require(told: Any, actor: Actor) -> str:
    """The place a file is announced for; refuses what is no place of ours, and whoever may not hand in a file there now."""
    kind, _, rest = told.partition(":") if isinstance(told, str) else ("", "", "")
    place = PLACES.get(kind)
    found = place.ids.fullmatch(rest) if place else None
    if place is None or found is None:
        raise RuleBroken(say("这里不收文件，请刷新页面后重新选择。"), "place")
    if (refusal := barred(actor, place.action)) is not None:
        raise refusal
    place.asked(*(int(each) if each.isdecimal() else each for each in found.groups() if each is not None))
    return str(told)
