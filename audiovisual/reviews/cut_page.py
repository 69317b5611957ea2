"""The page of a cut (样片): the versions a person may watch, the episodes of one, and the points they may read, each at
its frame. Who may watch is asked in `viewing`; points are shown as far as their own pages show them:

    settled rows       the house and experts of the round once the letter is served; the bureau once they are proposed,
                       and the officer in charge while they are made
    experts' points    the bureau once opinions lie open; their own to each expert
    answers            with the letter they belong to, in the version that was handed in with them
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from audiovisual.kernel.model import db
from audiovisual.people.models import User
from audiovisual.projects.models import Project
from workflows.access import Actor, is_in_charge
from workflows.errors import RuleBroken, say
from workflows.timecode import parse_timecode, seconds_of

from .gathered import PlaceView, in_letter_order, place_of
from .models import Answer, Assignment, Change, Cut, CutPart, Opinion, OpinionRow, Round
from .sheet import code_at

OPENED = ("frozen", "proposed", "agreed", "decided", "issued", "closed")
LAID = ("proposed", "agreed", "decided", "issued", "closed")
SERVED = ("issued", "closed")
SEATED = ("accepted", "signed")


@dataclass(frozen=True)
class Spot:
    """Where the player opens: the episode (0: the whole title in one file), its file if there is one, the second."""

    episode: int
    part: CutPart | None
    seconds: float | None = None
    trouble: str | None = None


@dataclass(frozen=True)
class Point:
    """One point at its frame: where, what, how weighty, whose.

    `tile` is the episode of the file it is in, `seconds` where the player finds it there; None: the file is not here, or
    ends before.
    """

    number: int
    episode: int | None
    code: str
    frame: int | None
    tile: int | None
    seconds: float | None
    must: bool | None
    text: str
    demand: str = ""
    who: str = ""


@dataclass
class Group:
    """Points of one kind from one round. `kind`: settled, opinions, own, answers."""

    kind: str
    round: Round
    points: list[Point] = field(default_factory=list)


@dataclass
class Found:
    """All points of a version by group, and whose opinions were read for them."""

    groups: list[Group]
    opinions: list[Opinion]
    rounds: list[Round]


def versions(project: Project, actor: Actor) -> list[Cut]:
    """The versions the person may watch, the newest first, with their files: one statement."""
    asked = select(Cut).where(Cut.project_id == project.id).order_by(Cut.ordinal.desc())
    if not actor.is_staff and not _is_house(project, actor):
        seat = select(Round.cut_id).join(Assignment, Assignment.round_id == Round.id)
        seat = seat.where(Assignment.expert_id == actor.id, Assignment.state.in_(SEATED), Round.state != "cancelled")
        asked = asked.where(Cut.id.in_(seat))
    return list(db.session.scalars(asked.options(joinedload(Cut.parts))).unique())


def spot(cut: Cut, episode: int | None, code: str) -> Spot:
    """Where an address leads. What it names in vain is said, and the player opens at the beginning of what there is."""
    known = range(1, cut.episodes + 1)
    first = next((part.episode for part in cut.parts), 1)
    at = episode if episode in known else first
    part = cut.part_of(at)
    if episode is not None and episode not in known:
        return Spot(at, part, trouble=say("没有第 %(n)s 集，这部片共 %(all)s 集。", n=episode, all=cut.episodes))
    if part is None or not code:
        return Spot(at, part)
    try:
        frame = parse_timecode(code, part.rate, start=part.start_frame, drop=part.drop, length=part.frames)
    except RuleBroken as refusal:
        return Spot(at, part, trouble=refusal.sentence)
    return Spot(at, part, seconds_of(frame, part.rate))


def found(project: Project, cut: Cut, cuts: Sequence[Cut], actor: Actor) -> Found:
    """The points of a version that the person may read."""
    rounds = _rounds(project, actor)
    here = [round_ for round_ in rounds if round_.cut_id == cut.id]
    groups = [_answers(round_, cut, cuts, actor, project) for round_ in rounds if round_.cut_id != cut.id]
    groups += [_settled(round_, cut, actor, project) for round_ in here]
    opinions = _opinions(here, actor)
    groups += [_points_of(round_, opinions, cut, actor) for round_ in here]
    return Found([group for group in groups if group.points], opinions, here)


def shown_in(answer: Answer, old: Cut, cuts: Iterable[Cut]) -> PlaceView | None:
    """Where an answer says that the change is to be seen: a place in one of the versions, None when there is none yet.

    The house counts as the reviewed version does; the same second of the new one is meant.
    """
    new = handed_in_with(answer, old, cuts)
    if answer.new_frame is None or new is None:
        return None
    counted, part = old.part_of(answer.new_episode) or next(iter(old.parts), None), new.part_of(answer.new_episode or 1)
    if counted is None or part is None:
        return None
    frame = int(answer.new_frame / counted.rate * part.rate)
    if part.frames is not None and frame >= part.frames:
        return None
    return PlaceView(answer.new_episode, code_at(part, frame), frame, new)


def handed_in_with(answer: Answer, old: Cut, cuts: Iterable[Cut]) -> Cut | None:
    """The version an answer points into: the first that came after it, else the latest after the one it speaks of."""
    later = sorted((cut for cut in cuts if cut.ordinal > old.ordinal), key=lambda cut: cut.ordinal)
    after = (cut for cut in later if cut.delivered_at >= answer.answered_at)
    return next(after, later[-1] if later else None)


def _is_house(project: Project, actor: Actor) -> bool:
    return "producer" in actor.roles and actor.organisation_id == project.house_id


def _rounds(project: Project, actor: Actor) -> list[Round]:
    """The rounds of the title, the newest first, with what was settled in them; an expert's own alone."""
    asked = select(Round).where(Round.project_id == project.id, Round.state != "cancelled")
    if not actor.is_staff and not _is_house(project, actor):
        sat = select(Assignment.round_id).where(Assignment.expert_id == actor.id, Assignment.state.in_(SEATED))
        asked = asked.where(Round.id.in_(sat))
    with_rows = selectinload(Round.changes).options(selectinload(Change.more), selectinload(Change.answers))
    return list(db.session.scalars(asked.order_by(Round.ordinal.desc()).options(with_rows)))


def _reads_settled(round_: Round, actor: Actor, project: Project) -> bool:
    if round_.state in SERVED:
        return True
    if not actor.is_staff:
        return False
    mine = "officer" in actor.roles and is_in_charge(project, actor) is None
    return round_.state in LAID or (round_.state == "frozen" and mine)


def _rows(round_: Round) -> list[tuple[int, Change]]:
    """Settled rows with their numbers in the letter."""
    rows = [change for change in round_.changes if round_.state not in SERVED or change.state != "drafted"]
    return list(enumerate(in_letter_order(rows), 1))


def _settled(round_: Round, cut: Cut, actor: Actor, project: Project) -> Group:
    group = Group("settled", round_)
    for number, change in _rows(round_) if _reads_settled(round_, actor, project) else ():
        for place in change.places:
            group.points.append(_point(number, place, cut, change.problem, change))
    return group


def _answers(round_: Round, cut: Cut, cuts: Sequence[Cut], actor: Actor, project: Project) -> Group:
    """Places in this version that answers to an earlier letter rest on."""
    group = Group("answers", round_)
    old = next((known for known in cuts if known.id == round_.cut_id), None)
    if old is None or old.ordinal > cut.ordinal or not _reads_settled(round_, actor, project):
        return group
    for number, change in _rows(round_):
        at = shown_in(change.answers[-1], old, cuts) if change.answers else None
        part = cut.part_of(at.episode or 1) if at is not None and at.cut is cut else None
        if at is not None and part is not None:
            second, text = seconds_of(at.frame, part.rate), change.answers[-1].text
            group.points.append(Point(number, at.episode, at.code, at.frame, part.episode, second, None, text))
    return group


def _opinions(rounds: Sequence[Round], actor: Actor) -> list[Opinion]:
    """What was written in these rounds, as far as the person may read it: one statement, and one for the points."""
    opened = [round_.id for round_ in rounds if round_.state in OPENED] if actor.is_staff else []
    own = [round_.id for round_ in rounds] if "expert" in actor.roles else []
    if not opened and not own:
        return []
    asked = select(Opinion).join(Opinion.assignment).join(Assignment.expert)
    open_ones = Assignment.round_id.in_(opened) & (Assignment.state == "signed")
    own_ones = Assignment.round_id.in_(own) & (Assignment.expert_id == actor.id) & Assignment.state.in_(SEATED)
    read = contains_eager(Opinion.assignment).contains_eager(Assignment.expert).lazyload(User.grants)
    asked = asked.where(or_(open_ones, own_ones)).options(read, selectinload(Opinion.rows))
    return list(db.session.scalars(asked.order_by(Assignment.is_lead.desc(), Assignment.id)))


def _points_of(round_: Round, opinions: Sequence[Opinion], cut: Cut, actor: Actor) -> Group:
    mine = [opinion for opinion in opinions if opinion.assignment.round_id == round_.id]
    group = Group("opinions" if actor.is_staff else "own", round_)
    for opinion in mine:
        who = opinion.assignment.expert.name if actor.is_staff else ""
        group.points += [_point(n, row, cut, row.problem, row, who) for n, row in enumerate(opinion.rows, 1)]
    group.points.sort(key=lambda point: (point.episode or 0, point.frame or 0))
    return group


def _point(number: int, place: Any, cut: Cut, text: str, row: Change | OpinionRow, who: str = "") -> Point:
    part = cut.part_of(place.episode) or (cut.parts[0] if place.episode is None and len(cut.parts) == 1 else None)
    known = part is not None and place.frame_in is not None and (part.frames is None or place.frame_in < part.frames)
    return Point(
        number, place.episode, place_of(place, cut), place.frame_in, part.episode if part else place.episode,
        seconds_of(place.frame_in, part.rate) if known else None, row.severity == "must", text,
        row.demand_text, who,
    )  # fmt: skip
