"""A large bank, made quickly: `flask --app wsgi demo --projects 100000`.

plan      which titles: state, day, number        crowd    houses, experts, staff, through the operations
course    one title's life as rows                leaves   what each step leaves     panel    its review
store     rows, trace and index to the database    novels   synopses from a file

Where the demonstration bank goes through the operations people use, this one writes rows: by the same tables of steps,
dated rules and clocks, with the same trace, so that everything that checks a bank passes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from random import Random
from types import SimpleNamespace
from typing import Any

from sqlalchemy import insert, select

from audiovisual.desk.models import KeyProject, Stewardship
from audiovisual.kernel.calendar import working_calendar
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.files import StoredFile
from audiovisual.kernel.model import SHANGHAI, Base, db, today, utcnow
from audiovisual.kernel.numbers import NumberSeries
from audiovisual.kernel.outbox import OutboxRow
from audiovisual.kernel.rules import DatedRule
from audiovisual.people.queries import settings
from audiovisual.projects import findings
from audiovisual.projects.models import Project
from audiovisual.search import rebuild

from ..build import _quietly
from ..people import Cast
from ..script import Stage
from ..texts import compose
from . import course, crowd, plan
from .novels import Novels
from .store import Rows, settle, write_trace

SEED = 20261122
SYNOPSIS = 1540
KEY_TITLES = 10


def build_large(count: int, novels: Novels | None = None, progress: Callable[[str], None] = lambda line: None) -> int:
    """Fill an empty database with so many titles; gives their number. The same number on the same day, the same bank."""
    rng = Random(SEED)
    with _quietly():
        world = _world(crowd.enter(Stage(Cast(), today()), count, rng))
        slips = plan.slips(count, world.now, rng)
        used: set[str] = set()
        titles: list[str] = []
        for slip in slips:
            given = _given(slip, rng, used, titles, novels)
            _staff(given, world.crowd.crews, rng)
            _title(world, slip, rng, given)
            world.rows.write()
            if slip.id % 5000 == 0:
                progress(f"{slip.id} / {count} 部")
        _keys(world, slips)
        world.rows.write(0)
        write_trace(world.rows.facts, progress)
        _numbers(world, slips)
        settle(mapper.class_ for mapper in Base.registry.mappers)
        progress("建立索引")
        rebuild.refill(2000)
    return count


def _world(people: crowd.Crowd) -> course.World:
    """What all titles share; nothing of it stays bound to a session."""
    rules = list(db.session.scalars(select(DatedRule)))
    calendar, office = working_calendar(), dict(settings())
    clip = db.session.get_one(StoredFile, people.clip_id).sha256
    db.session.expunge_all()
    db.session.rollback()
    return course.World(Rows(), people, rules, calendar, today(), utcnow(), office, clip)


def _given(slip: plan.Slip, rng: Random, used: set[str], titles: list[str], novels: Novels | None) -> dict[str, Any]:
    """One filing as a house would make it; some bear the name of an earlier one, or nearly."""
    given = compose.compose_filing(rng, used)
    if novels is not None:
        given["synopsis"] = novels.compose(rng, SYNOPSIS)
    twin = plan.twin_of(slip.id)
    if twin and titles:
        other = titles[rng.randrange(len(titles))]
        given["title"] = other if twin == "same" else f"{other}儿"
    else:
        titles.append(given["title"])
    return given


def _staff(given: dict[str, Any], crews: list[str], rng: Random) -> None:
    """The crew by people who work on other titles too: as many on each, however large the bank."""
    for credit, name in zip(given["credits"], rng.sample(crews, len(given["credits"])), strict=True):
        credit["name"] = name


def _title(world: course.World, slip: plan.Slip, rng: Random, given: dict[str, Any]) -> None:
    """One title with everything that hangs on it, and its finding."""
    made = course.begin(world, slip, rng, given)
    course.walk(made)
    extra = {name: made.row.pop(name) for name in [name for name in made.row if name.startswith("_")]}
    world.rows.add(Project, **made.row)
    seen = SimpleNamespace(
        **made.row, machine=Project.machine, house=made.firm, former_titles=[],
        credits=[SimpleNamespace(name=name) for name in extra["_crew"]],
        co_producers=[SimpleNamespace(name=name) for name in extra["_companies"]],
        permits=[SimpleNamespace(number=number) for number in extra.get("_permits", ())],
    )  # fmt: skip
    finding = findings.finding_of(seen)  # type: ignore[arg-type]
    if finding is not None:
        world.rows.find(finding)


def _keys(world: course.World, slips: list[plan.Slip]) -> None:
    """The year's key titles, chosen among those in production."""
    head, reason = world.crowd.staff["head"][0], "题材扎实、团队稳定，四项标准综合得分靠前，服务需求明确。"
    chosen = [slip for slip in slips if slip.state == "in_production"][-KEY_TITLES:]
    world.rows.write(0)
    with unit_of_work() as session:
        for slot, slip in enumerate(chosen, 1):
            steward = world.crowd.staff["officer"][slot % len(world.crowd.staff["officer"])]
            year = world.today.year
            session.execute(Project.__table__.update().where(Project.id == slip.id).values(key_year=year))
            world.rows.add(
                KeyProject, year=year, slot=slot, project_id=slip.id, reason=reason, steward_id=steward[0], chosen_by_id=head[0],
                chosen_at=world.now, decided_by_id=world.crowd.staff["leader"][0][0], decided_at=world.now, version=1,
            )  # fmt: skip
            world.rows.add(
                Stewardship, project_id=slip.id, year=year, person_id=steward[0], state="accepted", named_by_id=head[0],
                named_at=world.now, answered_at=world.now,
            )  # fmt: skip
            world.rows.facts.append(_chosen(slip, head, steward[1], reason, slot, world))


def _chosen(slip: plan.Slip, head: tuple[int, str], steward: str, reason: str, slot: int, world: course.World) -> Any:
    from workflows.errors import N_

    from .store import Fact

    return Fact(
        world.now, slip.id, "project", slip.id, "choose_key", head, N_("列为 %(year)s 年重点项目第 %(slot)s 位，管家%(steward)s"),
        N_("列为 %(year)s 年重点项目"), reason=reason, data={"year": world.today.year, "slot": slot, "steward": steward}, tells=("house",),
    )  # fmt: skip


def _numbers(world: course.World, slips: list[plan.Slip]) -> None:
    """Where each series stands; what the people's coming left in the outbox is past and told nobody."""
    last: Counter[tuple[str, int]] = Counter()
    for slip in slips:
        if slip.number:
            last["project", slip.filed_at.astimezone(SHANGHAI).year] += 1
    last.update({("letter", year): n for year, n in world.letters.items()})
    with unit_of_work() as session:
        session.execute(
            insert(NumberSeries), [{"series": series, "year": year, "last": n} for (series, year), n in last.items()]
        )
        session.execute(OutboxRow.__table__.update().where(OutboxRow.done_at.is_(None)).values(done_at=utcnow()))
