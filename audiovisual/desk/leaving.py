"""The steward (管家) of a key title who leaves, or is of the office no more, is followed by another."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from audiovisual.kernel.events import note
from audiovisual.kernel.model import db
from audiovisual.people.holdings import Kind, held
from audiovisual.people.models import User
from audiovisual.people.queries.presence import names_in_office
from workflows.access import Actor
from workflows.errors import N_, say

from .key_queries import served
from .keys import OFFICE, ask_steward
from .models import KeyProject


def _stewards(user: User) -> list[tuple[int, str]]:
    return [pair for pair in names_in_office(*OFFICE) if pair[0] != user.id]


def _served_by(user: User) -> Select[Any]:
    """The key titles that go on and that the person serves."""
    return select(KeyProject).join(KeyProject.project).where(KeyProject.steward_id == user.id, served())


def _pass_on(user: User, heir: User, actor: Actor) -> int:
    """Ask the heir to serve every key title the person serves; gives how many stay, because the heir is recused."""
    staying = 0
    for key in db.session.scalars(_served_by(user)).all():
        if heir.id in key.project.recused_ids:
            staying += 1
        else:
            ask_steward(key, actor, heir)
    return staying


def _tell_left(user: User, actor: Actor) -> None:
    """Tell the heads that key titles have no steward now."""
    n = len(db.session.scalars(_served_by(user)).all())
    if n:
        note(user, "keys_left", actor, N_("%(name)s不再任管家，%(n)s 部重点项目没有管家"), tells=("heads",),
             name=user.name, n=n)  # fmt: skip


held(
    Kind(
        "key_titles",
        OFFICE,
        count=lambda user: len(db.session.scalars(_served_by(user)).all()),
        says=lambda user, n: say("%(name)s是 %(n)s 部重点项目的管家。", name=user.name, n=n),
        falls=N_("不指定，列入处长的待办，由处长另定管家"),
        heirs=_stewards,
        give=_pass_on,
        end=_tell_left,
    )
)
