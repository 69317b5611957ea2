"""Who may not judge a title: conflicts of interest (利益冲突), each with its reason.

What experts wrote of themselves (institution, past employers, relatives, what they declared) is compared with everybody
who has an interest in the title: its house with former names, the co-producers, the platforms, the crew. Whether a line
names one of them says `workflows.naming`: certain ties bar, possible ones are asked about before anybody is invited.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, and_, literal, select, union_all
from sqlalchemy.orm import contains_eager

from audiovisual.kernel.model import db, today
from audiovisual.people.models import Expert, House, RoleGrant, User
from audiovisual.people.queries.directory import still_here
from audiovisual.projects.models import CoProducer, Credit, Project
from workflows.access import ROLES
from workflows.errors import N_, Sentence, say
from workflows.naming import Mention, company_in, names_within, person_in, platform_in
from workflows.uscc import normalised

from .models import Conflict

SIGNING = ("head", "leader", "sealer")
"""Posts of the signing chain; an expert who holds one may meet the title again there."""


@dataclass(frozen=True)
class Parties:
    """Who has an interest in a title: the companies that make it, the platforms that will show it, its crew; and the
    people of these companies the bank knows of."""

    makers: tuple[str, ...]
    platforms: tuple[str, ...]
    people: tuple[str, ...]
    staff: tuple[str, ...]


@dataclass(frozen=True)
class Standing:
    """How an expert stands to a title: not here any more; ties that bar; likenesses to be asked about."""

    gone: Sentence | None = None
    bars: tuple[Sentence, ...] = ()
    asks: tuple[Sentence, ...] = ()

    @property
    def reasons(self) -> tuple[Sentence, ...]:
        """Every reason why the expert may not judge it; empty when they may."""
        return (*((self.gone,) if self.gone else ()), *self.bars)


def parties(project: Project) -> Parties:
    """Everybody with an interest in a title, by name. Two statements where companies of the bank co-produce, else one."""
    found: dict[str, list[Any]] = {"maker": [], "crew": [], "staff": []}
    for row in db.session.execute(_of_title(project.id)):
        found[row.kind].append(row)
    others = _houses_by_code([row.uscc for row in found["maker"]])
    makers = [row.name for row in found["maker"]]
    for house in (project.house, *others):
        makers += _names_of(house)
    staff = [project.contact_name, project.house.contact_name, *(row.name for row in found["staff"])]
    for house in others:
        staff += [house.contact_name, *_people_of(house)]
    people = [row.name for row in found["crew"]]
    return Parties(_each(makers), _each(names_within(project.platforms)), _each(people), _each(staff))


def _of_title(project_id: int) -> CompoundSelect[Any]:
    """Who makes a title, as rows (kind, name, uscc): its co-producers, its crew, the people of its house."""
    nothing = literal("").label("uscc")
    makers = select(literal("maker").label("kind"), CoProducer.name, CoProducer.uscc)
    crew = select(literal("crew").label("kind"), Credit.name, nothing)
    staff = select(literal("staff").label("kind"), User.name, nothing).join(Project, Project.house_id == User.house_id)
    return union_all(
        makers.where(CoProducer.project_id == project_id),
        crew.where(Credit.project_id == project_id),
        staff.where(Project.id == project_id),
    )


def _people_of(house: House) -> Sequence[str]:
    return db.session.scalars(select(User.name).where(User.house_id == house.id)).all()


def _names_of(house: House) -> list[str]:
    return [house.name, house.short_name, *names_within(house.former_names)]


def _houses_by_code(codes: Sequence[str]) -> Sequence[House]:
    """Houses of the bank that co-produce: what else they are called."""
    known = [normalised(code) for code in codes if code]
    return db.session.scalars(select(House).where(House.uscc.in_(known))).all() if known else ()


def _each(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))


@dataclass
class _Finding:
    """Ties and likenesses, gathered line by line."""

    bars: list[Sentence]
    asks: list[Sentence]

    def company(self, line: str, names: Sequence[str], tie: Sentence, sure: int = Mention.CERTAIN) -> bool:
        """Note how a line names one of these companies; a mention less sure than `sure` is asked about."""
        return self._named(line, names, company_in, tie, sure)

    def platform(self, line: str, names: Sequence[str], tie: Sentence, sure: int = Mention.CERTAIN) -> bool:
        """The same for platforms, which are known by their brand."""
        return self._named(line, names, platform_in, tie, sure)

    def _named(
        self, line: str, names: Sequence[str], named: Callable[[str, str], Mention], tie: Sentence, sure: int
    ) -> bool:  # fmt: skip
        mention, name = max(((named(line, name), name) for name in names), default=(Mention.NONE, ""))
        return self._note(mention, sure, tie, say("写有“%(line)s”，可能是%(name)s", line=_short(line), name=name))

    def person(self, line: str, names: Sequence[str], tie: str, like: str) -> bool:
        """Note how a line about relatives names one of these people. `tie` and `like` say it of a %(name)s."""
        mention, name = max(((person_in(line, name), name) for name in names), default=(Mention.NONE, ""))
        return self._note(mention, Mention.CERTAIN, say(tie, name=name), say(like, line=_short(line), name=name))

    def _note(self, mention: Mention, sure: int, tie: Sentence, like: Sentence) -> bool:
        if mention is not Mention.NONE:
            (self.bars if mention >= sure else self.asks).append(tie if mention >= sure else like)
        return mention is not Mention.NONE


LIKE_CREW = N_("亲属“%(line)s”与主创%(name)s姓名相近")
LIKE_STAFF = N_("亲属“%(line)s”与制作单位的%(name)s姓名相近")
ONLY_ASK = 3
"""More than certain: what is found is asked about, however sure it is."""


def _short(line: str) -> str:
    return line if len(line) <= 40 else line[:40] + "……"


def interests(expert: Expert, project: Project, declared: Sequence[Conflict], known: Parties | None = None) -> Standing:
    """What makes this expert partial: they may not begin, nor finish where it came to light in between."""
    known = known or parties(project)
    found = _Finding(_of_the_bureau(expert, project), [])
    now = say("现在就职于%(company)s", company=expert.institution)
    if not found.company(expert.institution, known.makers, now):
        found.platform(expert.institution, known.platforms, now)
    for past in expert.past_employers:
        tie = say("曾任职于%(company)s", company=past)
        if not found.company(past, known.makers, tie):
            found.platform(past, known.platforms, tie, ONLY_ASK)
    for relative in expert.relatives:
        tie = say("亲属任职于%(company)s", company=relative)
        if not found.company(relative, known.makers, tie):
            found.platform(relative, known.platforms, tie)
        if not found.person(relative, known.people, N_("亲属%(name)s在主创名单里"), LIKE_CREW):
            found.person(relative, known.staff, N_("亲属%(name)s是制作单位的人"), LIKE_STAFF)
    found.company(expert.biography, known.makers, say("简介"), ONLY_ASK)
    namesake = next((name for name in (*known.people, *known.staff) if person_in(name, expert.user.name)), None)
    if namesake:
        found.asks.append(say("与主创同名：%(name)s", name=namesake))
    for conflict in declared:
        _declared(conflict, project, known, found)
    return Standing(None, tuple(found.bars), tuple(found.asks))


def _of_the_bureau(expert: Expert, project: Project) -> list[Sentence]:
    """Staff who are experts too do not judge what they handle or recused themselves from."""
    bars = []
    if expert.user_id == project.officer_id:
        bars.append(say("是这部片的经办"))
    if expert.user_id in project.recused_ids:
        bars.append(say("已回避这部片"))
    return bars


def _declared(conflict: Conflict, project: Project, known: Parties, found: _Finding) -> None:
    """A declared conflict: with the title itself, with a company, or told in words that fit this title too."""
    if (conflict.valid_from and conflict.valid_from > today()) or (conflict.valid_to and conflict.valid_to < today()):
        return
    tie = say("登记过利益冲突：%(note)s", note=conflict.note or conflict.company)
    if conflict.project_id == project.id:
        found.bars.append(tie)
        return
    if conflict.company and (
        found.company(conflict.company, known.makers, tie) or found.platform(conflict.company, known.platforms, tie)
    ):
        return
    named = [
        *(company_in(conflict.note, name) for name in known.makers),
        *(platform_in(conflict.note, name) for name in known.platforms),
        *(person_in(conflict.note, name) for name in (*known.people, *known.staff)),
    ]
    if any(named):
        found.asks.append(tie)


@dataclass
class _Person:
    """An expert with what their standing rests on, read for many at once."""

    expert: Expert
    roles: set[str]
    declared: dict[int, Conflict]


def _people(condition: ColumnElement[bool]) -> dict[int, _Person]:
    """Everybody with an expert's profile whom the condition lets through, in one statement."""
    asked = select(Expert, RoleGrant.role, Conflict).join(User, User.id == Expert.user_id)
    asked = asked.outerjoin(RoleGrant, RoleGrant.user_id == Expert.user_id)
    asked = asked.outerjoin(Conflict, Conflict.expert_id == Expert.user_id)
    asked = asked.where(condition).options(contains_eager(Expert.user).lazyload(User.grants))
    found: dict[int, _Person] = {}
    for expert, role, conflict in db.session.execute(asked):
        person = found.setdefault(expert.user_id, _Person(expert, set(), {}))
        person.roles.add(role)
        if conflict is not None:
            person.declared[conflict.id] = conflict
    return found


def _standing(person: _Person | None, project: Project, known: Parties) -> Standing:
    """How an expert stands to a title before being asked: here, trained, without a tie."""
    if person is None or "expert" not in person.roles:
        return Standing(gone=say("不在专家库里"))
    left_on = person.expert.user.left_on
    if left_on is not None and left_on <= today():
        return Standing(gone=say("已离职"))
    found = interests(person.expert, project, tuple(person.declared.values()), known)
    until = person.expert.training_until
    lapsed = (say("审看培训已过期"),) if until is not None and until < today() else ()
    posts = (say("兼任%(post)s，不能再审签这部片", post=say(ROLES[role])) for role in SIGNING if role in person.roles)
    return Standing(None, (*found.bars, *lapsed), (*found.asks, *posts))


def standings(user_ids: Sequence[int], project: Project) -> dict[int, Standing]:
    """How each of these people stands to a title, asked anew: houses, posts and profiles change."""
    if not user_ids:
        return {}
    known, people = parties(project), _people(Expert.user_id.in_(user_ids))
    return {id_: _standing(people.get(id_), project, known) for id_ in user_ids}


def interest_of(user_id: int, project: Project) -> Sentence | None:
    """What makes this expert partial today, or None. Whether they are trained or still here is asked elsewhere."""
    person = _people(Expert.user_id == user_id).get(user_id)
    if person is None:
        return say("不在专家库里")
    return next(iter(interests(person.expert, project, tuple(person.declared.values())).bars), None)


def candidates_for(project: Project) -> list[tuple[Expert, Standing]]:
    """Every expert in service with their standing to a title."""
    known, here = parties(project), _people(and_(still_here(), Expert.user_id.in_(_HOLDERS)))
    return [(person.expert, _standing(person, project, known)) for person in here.values()]


_HOLDERS = select(RoleGrant.user_id).where(RoleGrant.role == "expert")
