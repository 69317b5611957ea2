"""After a lost race: what was typed here beside what stands saved, and the person chooses, field by field."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audiovisual.kernel.forms import whole_number
from audiovisual.kernel.merging import Merged
from audiovisual.kernel.text import hour
from audiovisual.kernel.web import wants_json
from workflows.errors import N_
from workflows.review import OUTCOMES

from .. import queries
from ..models import Assignment, Cut, OpinionRow
from ..sheet import ScoreLine, dimension_names, row_view, score_lines
from ..together import PLACE_SHOWN
from ..typed import text_of
from ..vocabulary import DEMANDS, SEVERITIES
from .cuts import cut_url

ROW_FIELDS = (
    ("episode", N_("第几集")), ("tc_in", N_("入点")), ("tc_out", N_("出点")), ("problem", N_("问题")),
    ("dimension", N_("维度")), ("basis", N_("依据")), ("demand", N_("处理要求")), ("demand_text", N_("改到怎样")),
    ("severity", N_("轻重")),
)  # fmt: skip


_FIELD = dict.fromkeys(PLACE_SHOWN, "place")


@dataclass(frozen=True)
class Pair:
    """One field with both its values, as they are stored and as they are shown."""

    name: str
    label: str
    mine: str
    theirs: str
    mine_shown: str
    theirs_shown: str
    mine_at: str = ""
    theirs_at: str = ""
    """The page with the frame a timecode names; empty for all that is no timecode."""

    @property
    def differs(self) -> bool:
        """Whether there is anything to choose."""
        return self.mine != self.theirs


def row_beside(row: OpinionRow, found: Merged | None = None) -> ResponseReturnValue:
    """Both texts of a row. `found` says of which fields only one window changed them: there is nothing to choose."""
    task = row.opinion.assignment
    number = 1 + [other.id for other in queries.rows_of([row.opinion_id])].index(row.id)
    view = row_view(row, number, task.round.cut)
    names = {key: f"{_(group)} · {_(item)}" for key, (group, item) in dimension_names(task.round.form).items()}
    shown = {"dimension": names, "demand": DEMANDS, "severity": SEVERITIES}
    pairs = [_pair(name, label, getattr(view, name), shown.get(name, {}), found) for name, label in ROW_FIELDS]
    pairs = _led_to_frames(pairs, task.round.cut)
    return _answer(
        task, pairs, _("第 %(n)s 条", n=number), row.version, url_for("reviews.save_row", row_id=row.id),
        url_for("reviews.row_both", row_id=row.id), row.updated_at,
    )  # fmt: skip


def _led_to_frames(pairs: list[Pair], cut: Cut) -> list[Pair]:
    """The same, every timecode with the page that shows its frame: each side in the episode of that side."""
    episode = next(pair for pair in pairs if pair.name == "episode")
    mine, theirs = whole_number(episode.mine), whole_number(episode.theirs)
    return [
        replace(
            pair,
            mine_at=cut_url(cut, mine, pair.mine) if pair.mine else "",
            theirs_at=cut_url(cut, theirs, pair.theirs) if pair.theirs else "",
        )
        if pair.name in ("tc_in", "tc_out")
        else pair
        for pair in pairs
    ]


def score_beside(task: Assignment, line: ScoreLine, found: Merged | None = None) -> ResponseReturnValue:
    """Both texts of a score."""
    now = next(
        known for known in score_lines(task.round.form, queries.scores_of([task.opinion.id])) if known.key == line.key
    )
    marks = {"1": N_("合格"), "0": N_("不合格")} if line.is_check else {}
    pairs = [
        _pair("score", N_("评分"), now.score, marks, found), _pair("reason", N_("理由"), now.reason, {}, found),
    ]  # fmt: skip
    where: dict[str, Any] = {"assignment_id": task.id, "key": line.key}
    return _answer(
        task,
        pairs,
        _(line.label),
        now.version,
        url_for("reviews.save_score", **where),
        url_for("reviews.score_both", **where),
    )


def overall_beside(task: Assignment, found: Merged | None = None) -> ResponseReturnValue:
    """Both texts of the overall comment."""
    written = task.opinion
    pairs = [
        _pair("conclusion", N_("结论"), written.conclusion, OUTCOMES, found),
        _pair("comment", N_("总评"), written.comment, {}, found),
    ]  # fmt: skip
    where: dict[str, Any] = {"assignment_id": task.id}
    return _answer(
        task,
        pairs,
        _("总评"),
        written.version,
        url_for("reviews.save_overall", **where),
        url_for("reviews.overall_both", **where),
        written.updated_at,
    )


def _pair(name: str, label: str, saved: Any, shown: Any, found: Merged | None) -> Pair:
    theirs = "" if saved is None else str(saved)
    mine = text_of(request.form, name) if name in request.form else theirs
    if found and _FIELD.get(name, name) in found.theirs:
        mine = theirs
    elif found and _FIELD.get(name, name) in found.mine:
        theirs = mine
    return Pair(
        name,
        label,
        mine,
        theirs,
        _(shown.get(mine, mine)) if mine else "",
        _(shown.get(theirs, theirs)) if theirs else "",
    )


def _answer(
    task: Assignment, pairs: list[Pair], what: str, version: int, save: str, both: str, at: datetime | None = None
) -> ResponseReturnValue:  # fmt: skip
    said = (
        _("这份内容在另一个窗口 %(at)s 存过（您本人）", at=hour(at)) if at else _("这份内容在另一个窗口存过（您本人）")
    )
    if wants_json():
        return {"url": both, "said": said}, 409
    page = render_template(
        "reviews/both.html", task=task, project=task.round.project, pairs=pairs, what=what, version=version, save=save,
        back=url_for("reviews.room", assignment_id=task.id), said=said,
    )  # fmt: skip
    return page, 200 if request.method == "GET" else 409
