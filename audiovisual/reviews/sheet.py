"""An opinion as pages show it: rows with timecodes of their file, scores along the form, several opinions side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

from workflows.timecode import seconds_of, timecode

from .completeness import row_lacks, score_id, score_key
from .models import Cut, CutPart, DroppedRow, Opinion, OpinionRow, OpinionScore

PLAIN_RATE = Fraction(25)


@dataclass
class RowView:
    """A row for the page. `tc_in` and `tc_out` are typed text or the frames as timecodes; `errors` by field, `whole`
    where they are those of the form of the whole room; `base` what the page reads of it (`together`)."""

    id: int
    number: int
    version: int
    episode: Any
    tc_in: str
    tc_out: str
    problem: str
    dimension: str
    basis: str
    demand: str
    demand_text: str
    severity: str
    mark: str = ""
    base: str = ""
    seconds: float | None = None
    until: float | None = None
    length: tuple[int, int] | None = None
    lacks: list[Any] = field(default_factory=list)
    errors: Mapping[str, Any] = field(default_factory=dict)
    whole: bool = False
    cut: Cut | None = None


@dataclass
class Back:
    """A part of the room that came back: what stays as it was typed, what is wrong with it by field, and whether another
    window changed what this one did."""

    given: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, Any] = field(default_factory=dict)
    elsewhere: bool = False


UNSAVED = 2**31 - 1
"""Stands in the markup of a new row for the id it has not got yet."""


def code_at(part: CutPart | None, frame: int | None) -> str:
    """A frame as the file's timecode; a cut without the file counts 25 a second from nought."""
    if frame is None:
        return ""
    if part is None:
        return timecode(frame, PLAIN_RATE)
    return timecode(frame, part.rate, start=part.start_frame, drop=part.drop)


def row_view(row: OpinionRow, number: int, cut: Cut) -> RowView:
    """A row as it stands."""
    part = cut.part_of(row.episode)
    rate = part.rate if part else PLAIN_RATE
    ends = row.frame_in is not None and row.frame_out is not None
    return RowView(
        id=row.id, number=number, version=row.version, episode=row.episode, tc_in=code_at(part, row.frame_in),
        tc_out=code_at(part, row.frame_out), problem=row.problem, dimension=row.dimension or "", basis=basis_of(row),
        demand=row.demand or "", demand_text=row.demand_text, severity=row.severity, mark=row.mark or "",
        seconds=seconds_of(row.frame_in, rate) if row.frame_in is not None else None,
        until=seconds_of(row.frame_out, rate) if row.frame_out is not None else None,
        length=divmod(row.frame_out - row.frame_in + 1, max(1, round(rate))) if ends else None,  # type: ignore[operator]
        lacks=row_lacks(row), cut=cut,
    )  # fmt: skip


def blank_row(number: int) -> RowView:
    """A new row, for the page to make one of when the expert marks a place."""
    return RowView(
        id=UNSAVED, number=number, version=1, episode=None, tc_in="", tc_out="", problem="", dimension="", basis="",
        demand="", demand_text="", severity="must",
    )  # fmt: skip


def dropped_view(dropped: DroppedRow, cut: Cut) -> SimpleNamespace:
    """A row that was taken out: where it pointed, and what it said."""
    content, part = dropped.content, cut.part_of(dropped.content["episode"])
    return SimpleNamespace(
        id=dropped.id, episode=content["episode"], problem=content["problem"], mark=content.get("mark"),
        tc_in=code_at(part, content["frame_in"]), tc_out=code_at(part, content["frame_out"]),
    )  # fmt: skip


def typed_over(view: RowView, form: Mapping[str, str], errors: Mapping[str, Any]) -> RowView:
    """The row as it was typed, with what is wrong beside its fields."""
    for name in ("episode", "tc_in", "tc_out", "problem", "dimension", "basis", "demand", "demand_text", "severity"):
        if name in form:
            setattr(view, name, form[name])
    view.errors = errors
    return view


def basis_of(row: OpinionRow) -> str:
    """The basis in words: as it was cited, else the clause's present citation."""
    return row.basis or (row.clause.citation if row.clause else "")


def dimension_names(form: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """What a row may be about: A.minors → (底线合规, 未成年人), in the form's order."""
    return {
        score_key(dimension["code"], item["code"]): (dimension["label"], item["label"])
        for dimension in form["dimensions"]
        for item in dimension["items"]
    }


@dataclass
class ScoreLine:
    """One line of the score sheet: a dimension, or one check of the bottom line."""

    key: str
    label: str
    is_check: bool
    group: str = ""
    about: Sequence[str] = ()
    score: Any = None
    reason: str = ""
    version: int = 0
    base: str = ""
    errors: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Id of the line on the page."""
        return score_id(self.key)


def score_lines(form: dict[str, Any], given: Sequence[OpinionScore]) -> list[ScoreLine]:
    """The score sheet in the form's order with what was given so far."""
    known = {score.dimension: score for score in given}
    lines = [line for dimension in form["dimensions"] for line in _lines(dimension)]
    for line in lines:
        if (score := known.get(line.key)) is not None:
            line.score, line.reason, line.version = score.score, score.reason, score.version
    return lines


def _lines(dimension: dict[str, Any]) -> list[ScoreLine]:
    code, label, items = dimension["code"], dimension["label"], dimension["items"]
    if dimension["kind"] == "checks":
        return [ScoreLine(score_key(code, item["code"]), item["label"], True, label) for item in items]
    return [ScoreLine(code, label, False, about=[item["label"] for item in items])]


def episodes_side_by_side(
    opinions: Sequence[Opinion], cut: Cut
) -> list[tuple[int | None, list[tuple[Opinion, RowView]]]]:
    """Every expert's rows by episode and place; rows about the whole come first."""
    found: dict[int | None, list[tuple[Opinion, RowView, int]]] = {}
    for opinion in opinions:
        for number, row in enumerate(opinion.rows, 1):
            found.setdefault(row.episode, []).append((opinion, row_view(row, number, cut), row.frame_in or 0))
    return [
        (episode, [(opinion, view) for opinion, view, _ in sorted(found[episode], key=lambda entry: entry[2])])
        for episode in sorted(found, key=lambda episode: episode or 0)
    ]


def scores_side_by_side(
    opinions: Sequence[Opinion], form: dict[str, Any]
) -> list[tuple[ScoreLine, list[OpinionScore | None]]]:
    """The score sheet with each expert's score, in the order of `opinions`."""
    known = [{score.dimension: score for score in opinion.scores} for opinion in opinions]
    return [(line, [given.get(line.key) for given in known]) for line in score_lines(form, ())]
