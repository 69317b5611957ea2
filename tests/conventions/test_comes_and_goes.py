"""One person after another goes in the middle of every stage, and comes back: each title lies with one party all the while.

The bank has a title at every stage (`bank.build`); whoever goes leaves what they had in hand as it was: an invitation
unanswered, an opinion half written, a round to settle, a letter to number. `turns` says whose turn it is then.
"""

from __future__ import annotations

import pytest

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db
from audiovisual.people.models import User
from audiovisual.people.operations import accounts, roles
from tests import factories as make
from tests import turns
from workflows.access import BUREAU, Actor

from .stage import Stage
from .test_gone import WAYS, go

TOGETHER = (
    ("house",), ("stranger",), ("house", "colleague", "leaver"), ("officer",), ("other",), ("recused",), ("deputy",), ("head",),
    ("head2",), ("leader",), ("sealer",), ("panel",), ("panel", "panel2", "panel3"), ("officer", "head", "deputy"),
)  # fmt: skip
"""Who goes at one time: the house with a second account, the house whose only account goes, each of the bureau, the panel."""


def come_back(user: User, way: str, held: frozenset[str], admin: Actor) -> None:
    """The way back: brought back, the roles given again, the account enabled again."""
    with unit_of_work():
        if way == "left":
            accounts.bring_back(user, admin)
        elif way == "role lost":
            for role in sorted(held - user.roles):
                roles.grant(user, role, admin)
        else:
            user.left_on = None


def _walked(stage: Stage, parts: tuple[str, ...], way: str) -> list[str]:
    """What is wrong after these people went, and after they came back."""
    people = [db.session.get(User, stage.bank.people[part]) for part in parts]
    admin, held = make.actor_of(db.session.get(User, stage.bank.people["admin"])), [user.roles for user in people]
    for user in people:
        if user.left_on is None:
            go(user, way, admin)
    found = [f"{'、'.join(parts)} 走后：{each}" for each in turns.all_breaches()]
    for user, roles_ in zip(people, held, strict=True):
        if (way, "producer" in roles_) == ("role lost", True):  # a house's role is given by its invitation alone
            return found
        come_back(user, way, roles_, admin)
    return found + [f"{'、'.join(parts)} 回来后：{each}" for each in turns.all_breaches()]


@pytest.mark.parametrize("way", WAYS)
def test_whoever_goes_and_comes_back_each_title_lies_with_one_party_and_on_their_list(stage: Stage, way: str) -> None:
    found = []
    for parts in TOGETHER:
        with stage.app.app_context():
            for role in BUREAU:
                make.user(role, login=f"{role}-stays", email="")
            with stage.app.test_request_context():
                found += _walked(stage, parts, way)
        stage.restore()
    assert not found, "\n".join(found)
