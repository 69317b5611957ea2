"""Who a person is to the rules, and what he may know of.

Roles: producer (of a house), expert, officer (经办), head (处长), leader (分管局领导), sealer (用印), admin.

Who recused himself (回避) from a title knows that it exists, what was filed and how it stands outwards, as its house
reads it; inner facts and remarks, screenings, answers of departments, rounds and letters not served are not for him, and
he takes no step and leaves no remark on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from .errors import N_, NotAllowed, Sentence, say

ROLES: dict[str, str] = {
    "producer": N_("制作机构"),
    "expert": N_("专家"),
    "officer": N_("经办"),
    "head": N_("处长"),
    "leader": N_("分管局领导"),
    "sealer": N_("用印"),
    "admin": N_("系统管理员"),
}
BUREAU = frozenset({"officer", "head", "leader", "sealer"})
"""Roles that read every title once it was submitted."""


@dataclass(frozen=True)
class Actor:
    """A person as the rules see him.

    `on_behalf` maps a role he stands in for to the absent person's id; `lent` are the roles he holds only so.
    """

    id: int
    name: str = ""
    roles: frozenset[str] = frozenset()
    organisation_id: int | None = None
    on_behalf: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    lent: frozenset[str] = frozenset()

    def acting_for(self, roles: frozenset[str], officer_id: int | None = None) -> int | None:
        """The id of the absent person in whose name he acts in one of `roles`, or None."""
        role = self.stands_in_as(roles, officer_id)
        return None if role is None else self.on_behalf[role]

    @property
    def is_staff(self) -> bool:
        """Whether the person reads titles as the bureau does."""
        return bool(self.roles & BUREAU)

    def acts_for(self, role: str) -> frozenset[int]:
        """The ids a step in that role counts for: the person himself and the one he stands in for."""
        absent = self.on_behalf.get(role)
        return frozenset({self.id} if absent is None else {self.id, absent})

    def stands_in_as(self, roles: frozenset[str], officer_id: int | None = None) -> str | None:
        """The role of `roles` in which he acts for the absent person, or None: he acts for himself.

        `officer_id` is in charge of the title: on the desk of the one who is away it counts for him, on one's own desk
        for oneself. The other roles count for the absent person only where they are lent.
        """
        if officer_id is not None and "officer" in roles and self.on_behalf.get("officer") == officer_id:
            return "officer"
        if roles & (self.roles - self.lent):
            return None
        return min(roles & self.lent, default=None)


SYSTEM = Actor(id=0, name="系统", roles=frozenset({"system"}))
"""The program itself, for steps no person takes (a letter rendered, a clock run out)."""


def knows_project(project: Any, actor: Actor) -> bool:
    """Whether the person may know that the project exists: its house; the bureau once submitted; its experts.

    `audiovisual.projects.queries.visible` says the same in SQL, and a test holds the two together.
    """
    if "system" in actor.roles:
        return True
    if "producer" in actor.roles and actor.organisation_id == project.house_id:
        return True
    if project.state in ("draft", "discarded"):
        return False
    if actor.is_staff:
        return True
    return "expert" in actor.roles and actor.id in project.reader_ids


def knows_round(round_: Any, actor: Actor) -> bool:
    """The bureau knows of every round of a project it may know; an expert of those he sits on; houses of none.

    Houses meet a round's result as a letter and as the changes it asks for, never the round itself.
    """
    if "system" in actor.roles:
        return True
    if actor.is_staff:
        return knows_project(round_.project, actor)
    return "expert" in actor.roles and actor.id in round_.expert_ids


def not_recused(project: Any, actor: Actor) -> NotAllowed | None:
    """A member of staff who recused himself (回避) from a title takes no step on it."""
    if actor.id in project.recused_ids:
        return NotAllowed(say("您已回避这部片，不能办理。"))
    return None


def reads_inside(project: Any, actor: Actor) -> bool:
    """Whether the person reads what the bureau keeps to itself about a title: staff not recused from it."""
    return actor.is_staff and actor.id not in project.recused_ids


def not_lent_by_recused(project: Any, actor: Actor, roles: frozenset[str]) -> NotAllowed | None:
    """Who recused himself from a title has nobody act in his name on it either."""
    absent = actor.acting_for(roles, getattr(project, "officer_id", None))
    if absent is not None and absent in getattr(project, "recused_ids", ()):
        return NotAllowed(say("您代理的同事已回避这部片，不能代为办理。"))
    return None


def is_in_charge(project: Any, actor: Actor) -> NotAllowed | None:
    """An officer's step belongs to the officer in charge (经办); a head may step in; nobody in charge (无人经办): anyone."""
    refusal = not_recused(project, actor)
    if refusal is not None or "officer" not in actor.roles:
        return refusal
    refusal = not_lent_by_recused(project, actor, frozenset({"officer"}))
    if refusal is not None:
        return refusal
    if project.officer_id is None or project.officer_id in actor.acts_for("officer"):
        return None
    if getattr(project, "unattended", False):
        return None  # whoever was in charge has left, or is officer no more
    return NotAllowed(say("这部片由别的同事经办，请先办移交。"))


def took_it(subject: Any, actor: Actor, *fields: str, roles: tuple[str, ...]) -> NotAllowed | None:
    """Refuse whoever took the step before, in whose name it was taken, and who stands in for one of them.

    `fields` name attributes of the subject that hold the ids of those who took that step, and for whom.
    """
    before = {getattr(subject, name) for name in fields} - {None}
    if any(before & actor.acts_for(role) for role in roles):
        return NotAllowed(say("前一步是您办的，这一步要由另一位同事办。"))
    return None


def different_person(*fields: str, role: str) -> Any:
    """Rule factory: nobody takes two successive steps of one decision, neither himself nor through a deputy."""

    def rule(subject: Any, actor: Actor, data: dict[str, Any]) -> Sentence | NotAllowed | None:
        return took_it(subject, actor, *fields, roles=(role,))

    return rule
