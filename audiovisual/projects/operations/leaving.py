"""What becomes of titles when an officer, the last of a post, or the last person of a house goes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from audiovisual.kernel.events import note
from audiovisual.kernel.model import db
from audiovisual.people.holdings import Kind, held
from audiovisual.people.models import User
from audiovisual.people.queries.presence import in_office, people_of
from workflows.access import ROLES, Actor
from workflows.errors import N_, Sentence, say
from workflows.records import ENDED

from ..models import Project
from ..queries import records
from .office import give, staying

GOES_ON = (Project.state.not_in(ENDED), Project.state != "draft")


def _how_many(*conditions: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(Project).where(*GOES_ON, *conditions)) or 0


def _pass_on(user: User, heir: User, actor: Actor) -> int:
    """Give every title the officer is in charge of to the heir; gives how many stay, because the heir is recused."""
    kept = {project.id for project, _why in staying(actor, user, heir)}
    titles = select(Project).where(Project.officer_id == user.id, Project.state.not_in(ENDED))
    for project in db.session.scalars(titles.order_by(Project.id)).all():
        if project.id not in kept:
            give(project, actor, heir, None)
    return len(kept)


def _tell_left(user: User, actor: Actor) -> None:
    """Tell heads and officers that what the officer was in charge of lies with nobody now."""
    n = _how_many(Project.officer_id == user.id)
    if n:
        note(user, "titles_left", actor, N_("%(name)s不再经办，%(n)s 部项目无人经办"), tells=("heads", "officers"),
             name=user.name, n=n)  # fmt: skip


def _others(user: User) -> list[tuple[int, str]]:
    return [pair for pair in records.officers() if pair[0] != user.id]


held(
    Kind(
        "titles",
        frozenset({"officer"}),
        count=lambda user: _how_many(Project.officer_id == user.id),
        says=lambda user, n: say("%(name)s经办的项目还有 %(n)s 部没有办结。", name=user.name, n=n),
        falls=N_("不指定：轮到经办办理的，列入每位经办的待办，标明“无人经办”"),
        heirs=_others,
        give=_pass_on,
        end=_tell_left,
    )
)


def _of_post(role: str) -> Kind:
    """What waits for a post: it concerns the person only who is the last to hold it."""

    def count(user: User) -> int:
        others = set(db.session.scalars(in_office(role))) - {user.id}
        return 0 if others else _how_many(Project.holder_role == role)

    def says(user: User, n: int) -> Sentence:
        return say(
            "除%(name)s外没有人任%(post)s，有 %(n)s 部项目等%(post)s办理。", name=user.name, n=n, post=say(ROLES[role])
        )

    return Kind(f"post_{role}", frozenset({role}), count, says, N_("请先授予另一位同事这个岗位，否则没有人能办"))


for _role in ("head", "leader", "sealer"):
    held(_of_post(_role))


def _with_the_last(user: User) -> int:
    """Titles that go on of a house, when this is the last person of it who is here."""
    if user.house_id is None or set(people_of([user.house_id])) - {user.id}:
        return 0
    return _how_many(Project.house_id == user.house_id)


held(
    Kind(
        "house",
        frozenset({"producer"}),
        count=_with_the_last,
        says=lambda user, n: say(
            "%(name)s是这个机构最后一位在册人员，还有 %(n)s 部项目没有办结。", name=user.name, n=n
        ),
        falls=N_("要机构办的，列入经办的待办，由经办与机构联系"),
    )
)
