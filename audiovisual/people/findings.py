"""What search may find of people: houses for the bureau and themselves, experts for the bureau."""

from __future__ import annotations

from sqlalchemy import select

from audiovisual.kernel import findable
from audiovisual.kernel.findable import Finding
from audiovisual.kernel.model import db
from workflows.access import Actor
from workflows.uscc import CITIES

from .models import Expert, House, User
from .queries.directory import still_here


def house_finding(house: House) -> Finding:
    """A house: its names, its codes, its city and its contact."""
    return Finding(
        kind="house", id=house.id, project_id=None, number=house.uscc, title=house.name,
        names=" ".join(filter(None, (house.short_name, house.former_names, house.contact_name))),
        text=" ".join(filter(None, (CITIES.get(house.city, house.city), house.licence_number, house.address))),
        url=f"/houses/{house.id}", audience="staff house", house_id=house.id, state=house.machine.state(house.state).label,
    )  # fmt: skip


def expert_finding(expert: Expert) -> Finding | None:
    """An expert: name, place and what he judges; not whom he is related to."""
    if expert.user.left_on is not None:
        return None
    return Finding(
        kind="expert", id=expert.user_id, project_id=None, number="", title=expert.user.name,
        names=expert.institution, text=" ".join((expert.title, *expert.specialities, expert.biography)),
        url=f"/experts/{expert.user_id}", audience=f"owner:{expert.user_id}",
    )  # fmt: skip


def person(login: str) -> Actor | None:
    """Whoever logs in by that name, with the roles of his own."""
    user = db.session.scalars(select(User).where(User.login == login, still_here())).first()
    return Actor(user.id, user.name, user.roles, user.house_id) if user else None


findable.set_person(person)
findable.repeats(User, ("name", "left_on"), lambda id_: select(Expert).where(Expert.user_id == id_), at_once=True)
findable.register("house", House, house_finding, lambda: select(House))
findable.register("expert", Expert, expert_finding, lambda: select(Expert))
