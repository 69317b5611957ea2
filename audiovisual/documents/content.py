"""The letter's content, drawn from the decided round: settled rows only, never an expert or a single opinion."""

from __future__ import annotations

from fractions import Fraction

from audiovisual.kernel.model import today
from audiovisual.people.queries import settings as particulars
from audiovisual.reviews.models import Change, ChangePlace, Round
from audiovisual.reviews.operations.settling import answer_when_served
from workflows.ruleset.vocabulary import TYPES
from workflows.timecode import timecode

from .letter import APPEAL, LetterContent, LetterItem

DEFAULT_RATE = Fraction(25)
DEMANDS = {"cut": "删减", "alter": "修改", "subtitle": "加字幕", "redub": "重配", "explain": "说明"}


def content_of(round_: Round) -> LetterContent:
    """Everything the letter will say, as it stands now; the number comes with the seal."""
    project, office = round_.project, particulars()
    refused = round_.outcome == "refused"
    norm = (
        "《微短剧发展管理办法》（国家广播电视总局令第16号）"
        if project.type == "micro_drama"
        else "《电视剧内容管理规定》"
    )
    return LetterContent(
        number="", day=today(), issuer=office["bureau_name"], recipient=project.house.name,
        project_type=TYPES[project.type], project_title=project.title, project_number=project.number or "",
        episodes=project.episodes, cut=round_.cut.ordinal, round=round_.ordinal, outcome=round_.outcome or "",
        norms=(norm,), summary=round_.summary, reasons=round_.grounds if refused else "",
        items=tuple(item_of(change, round_) for change in round_.changes), deadline=answer_when_served(round_, today()),
        remedies=APPEAL if refused else "", office=office.get("office_name", ""),
        contact=office.get("contact_name", ""), phone=office.get("contact_phone", ""),
    )  # fmt: skip


def item_of(change: Change, round_: Round) -> LetterItem:
    """A settled row as the letter prints it, with every place."""
    (episode, start, end), *also = [
        (place.episode or None, _code(round_, place, place.frame_in), _code(round_, place, place.frame_out))
        for place in change.places
    ]
    return LetterItem(
        problem=change.problem, demand=change.demand_text or DEMANDS[change.demand], must=change.severity == "must",
        episode=episode, start=start, end=end, basis=change.basis, measure=DEMANDS[change.demand], also=tuple(also),
    )  # fmt: skip


def _code(round_: Round, place: Change | ChangePlace, frame: int | None) -> str:
    """A frame of a place in the timecode of its file; empty where there is none."""
    part = round_.cut.part_of(place.episode)
    if frame is None:
        return ""
    if part is None:
        return timecode(frame, DEFAULT_RATE)
    return timecode(frame, part.rate, start=part.start_frame, drop=part.drop)
