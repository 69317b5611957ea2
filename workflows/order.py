"""Days that come in an order nobody would expect: a permit before its filing, an airing before the review has passed.

What cannot be is refused elsewhere; here is what may be, and has to be explained in a word where it is written down.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from .errors import Sentence, say


@dataclass(frozen=True)
class Course:
    """The days of a title that a permit or an airing is compared with; None where it did not get there."""

    submitted_on: date | None = None
    started_on: date | None = None
    reviewed_on: date | None = None
    aired_on: date | None = None
    planning_required: bool = False
    """Whether the class asks for a planning filing before shooting begins."""


def permit_out_of_order(kind: str, issued_on: date, course: Course) -> Sentence | None:
    """What is odd about the day a number or licence was issued on, or None."""
    if course.submitted_on is not None and issued_on < course.submitted_on:
        return say("发出日期早于这部片的申报（%(day)s）", day=course.submitted_on.isoformat())
    if kind == "planning_filing":
        begun = course.started_on if course.planning_required else None
        late = begun is not None and issued_on > begun
        return say("规划备案号的发出日期晚于开机（%(day)s）", day=begun.isoformat()) if late and begun else None
    if course.reviewed_on is not None and issued_on < course.reviewed_on:
        return say("发出日期早于审核通过（%(day)s）", day=course.reviewed_on.isoformat())
    if course.aired_on is not None and issued_on > course.aired_on:
        return say("发出日期晚于首播（%(day)s）", day=course.aired_on.isoformat())
    return None


def airing_refusal(aired_on: date, course: Course) -> Sentence | None:
    """Why a title cannot have gone out on that day, or None: not before shooting began, nor before its review passed.

    The end of shooting bars nothing: what was missing of a cut that passed may be shot while the first episodes go out.
    """
    if course.started_on is not None and aired_on < course.started_on:
        return say("播出日期早于开机（%(day)s），请核对。", day=course.started_on.isoformat())
    if course.reviewed_on is not None and aired_on < course.reviewed_on:
        return say("播出日期早于审核通过（%(day)s），请核对。", day=course.reviewed_on.isoformat())
    return None
