"""Forms of consolidation and of the house's answers."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import FieldList, FormField, RadioField
from wtforms.validators import InputRequired

from audiovisual.kernel.forms import AtMost, Form, Required, Version, choice, code, day, line, text, whole
from workflows.errors import RuleBroken, say
from workflows.review import OUTCOMES
from workflows.timecode import parse_span, parse_timecode
from workflows.typed import EPISODES

from .models import Change, Cut
from .operations.merging import Where
from .sheet import code_at

DEMANDS = (
    ("cut", _l("删减")), ("alter", _l("修改")), ("subtitle", _l("加字幕")), ("redub", _l("重配")), ("explain", _l("说明")),
)  # fmt: skip
HOWS = (("done", _l("已按意见改")), ("done_differently", _l("改了，办法不同")), ("explained", _l("没有改（写理由）")))
PLACES_AT_MOST = 500
"""So many further places may be typed. A row that was merged has those of all its sources, however many."""
SEVERITIES = (("must", _l("必改")), ("should", _l("建议")))


class PlaceForm(Form):
    """A further place of a settled row. Its token is the whole form's."""

    class Meta(Form.Meta):
        csrf = False

    episode = whole(_l("第几集"), 1, 100_000, units=EPISODES)
    tc_in = code(_l("入点"), most=40)
    tc_out = code(_l("出点"), most=40)

    @property
    def given(self) -> bool:
        """Whether anything stands in it, right or wrong."""
        return any(
            (field.data is not None and field.data != "") or (field.raw_data or [""])[0].strip() for field in self
        )


class SettledRowForm(Form):
    """A settled row. Its places are read against the cut's own files, as an expert's are."""

    version = Version()
    severity = RadioField(_l("轻重"), choices=SEVERITIES, default="must")
    episode = whole(_l("第几集"), 1, 100_000, units=EPISODES)
    tc_in = code(_l("入点"), most=40)
    tc_out = code(_l("出点"), most=40)
    also = FieldList(FormField(PlaceForm), label=_l("其他位置"))
    problem = text(_l("问题"), required=True, most=2000)
    basis = line(_l("依据"), most=1000)
    demand = choice(_l("处理要求"), DEMANDS, required=True)
    demand_text = text(_l("具体要求"), most=1000)
    where: list[Where]
    places_at_most = PLACES_AT_MOST

    def unfinished(self) -> SettledRowForm:
        """The same form for a text that is only kept: the joined words of all sources may be longer than the common text."""
        for field in (self.problem, self.basis, self.demand_text):
            field.validators = [check for check in field.validators if not isinstance(check, AtMost)]
        return self

    def show(self, change: Change, cut: Cut) -> None:
        """Fill in a row as it stands. Where its sources demand different things, somebody has to choose."""
        for name in ("severity", "problem", "basis", "demand", "demand_text"):
            self[name].data = getattr(change, name)
        if change.to_word and len({source.row.demand for source in change.sources}) > 1:
            self.demand.data = None
        first, *more = [(place.episode, *_codes(place, cut)) for place in change.places]
        self.episode.data, self.tc_in.data, self.tc_out.data = first
        for episode, tc_in, tc_out in more:
            self.also.append_entry({"episode": episode, "tc_in": tc_in, "tc_out": tc_out})
        self.version.data = change.version

    def add_blank(self) -> SettledRowForm:
        """The same form with one line free for a further place."""
        if len(self.also) < PLACES_AT_MOST and all(entry.form.given for entry in self.also):
            self.also.append_entry()
        return self

    def read_places(self, cut: Cut, change: Change | None = None) -> bool:
        """Read `where`: every place that was typed. False where one is wrong; each then says so beside its own field.

        A place that stands in the row `change` already is taken as it is: an expert wrote it, or somebody else of the bureau.
        """
        entries = [self, *(entry.form for entry in self.also if entry.form.given)]
        known = {(place.episode, *_codes(place, cut)) for place in change.places} if change is not None else set()
        found = [_place(entry, cut, known) for entry in entries]
        self.where = [place for place in found if place is not None]
        self.also.errors = [entry.form.errors for entry in self.also if entry.form.errors]
        return None not in found

    def values(self) -> dict[str, Any]:
        """What was typed, for `settling.add` and `settling.edit`; `read_places` has been asked before."""
        (episode, frame_in, frame_out), *more = self.where
        return {
            "episode": episode, "frame_in": frame_in, "frame_out": frame_out, "more": more, "problem": self.problem.data,
            "basis": self.basis.data or "", "demand": self.demand.data, "demand_text": self.demand_text.data or "",
            "severity": self.severity.data,
        }  # fmt: skip


def _codes(place: Any, cut: Cut) -> tuple[str, str]:
    part = cut.part_of(place.episode)
    return code_at(part, place.frame_in), code_at(part, place.frame_out)


Typed = tuple[int | None, str, str]


def _place(form: Any, cut: Cut, known: set[Typed]) -> Where | None:
    """Episode and frames out of the three fields of a place; None where they are wrong, which is said beside them."""
    episode, first, last = form.episode.data, form.tc_in.data or "", form.tc_out.data or ""
    if form.episode.errors or form.tc_in.errors or form.tc_out.errors:
        return None
    try:
        if episode is not None and episode > cut.episodes:
            raise RuleBroken(say("没有第 %(n)s 集，这部片共 %(all)s 集。", n=episode, all=cut.episodes), "episode")
        return (episode, *_span(cut, episode, first, last, within=(episode, first, last) not in known))
    except RuleBroken as refusal:
        form.refuse(refusal)
        return None


def _span(cut: Cut, episode: int | None, first: str, last: str, within: bool) -> tuple[int | None, int | None]:
    """`within`: whether the place has to lie within its file."""
    if not first and not last:
        return None, None
    if not first:
        raise RuleBroken(say("请先写入点。"), "tc_in")
    part = cut.part_of(episode)
    if part is None:
        raise RuleBroken(say("请先写第几集；这一集要有样片文件，才写得了时间码。"), "episode")
    return parse_span(
        first, last, part.rate, start=part.start_frame, drop=part.drop, length=part.frames if within else None
    )


class LeaveOutForm(Form):
    """Why points are not taken up."""

    reason = text(_l("不采用的理由"), required=True, most=2000)


class BottomLineForm(Form):
    """The bureau's answer to a failed check of the bottom line."""

    version = Version()
    stands = RadioField(_l("认定"), [Required()], choices=(("yes", _l("不合格成立")), ("no", _l("不成立"))))
    text = text(_l("处理意见"), required=True, most=2000)


class OutcomeForm(Form):
    """The proposal laid before the division head."""

    version = Version()
    outcome = RadioField(_l("审核结论"), [InputRequired(_l("请选择审核结论。"))], choices=list(OUTCOMES.items()))
    summary = text(_l("总体意见"), required=True, most=3000)
    grounds = text(_l("不予通过的理由"), most=3000)
    answer_by = day(_l("答复期限"))


class ChangeAnswerForm(Form):
    """What the house answers to a row; the evidence file comes through the upload widget under `evidence`."""

    version = Version()
    how = RadioField(_l("怎样改的"), [InputRequired(_l("请选择答复方式。"))], choices=HOWS)
    text = text(_l("答复"), most=3000)
    new_episode = whole(_l("新样片第几集"), 1, 100_000, units=EPISODES)
    new_place = code(_l("新样片时码"), most=40)
    evidence_errors: list[Any]
    at: tuple[int | None, int | None] = None, None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.evidence_errors = []

    def refuse(self, error: Any) -> None:
        """Sentences about the evidence stand beside the upload."""
        if error.field in ("evidence", "file"):
            self.evidence_errors.append(error.sentence)
        else:
            super().refuse(error)

    def said_of(self, name: str) -> bool:
        """Whether something is said of a field, or of the evidence, already."""
        return bool(self.evidence_errors if name == "evidence" else self[name].errors)

    def read_place(self, cut: Cut) -> bool:
        """Read `at`: episode and frame in the new cut, counted as the reviewed cut's file counts; its length is not known yet.

        False when either is wrong; each then says so beside its own field.
        """
        episode, typed, frame = self.new_episode.data, self.new_place.data or "", None
        part = cut.part_of(episode) or next(iter(cut.parts), None)
        if episode is not None and episode > cut.episodes:
            self.refuse(
                RuleBroken(say("没有第 %(n)s 集，这部片共 %(all)s 集。", n=episode, all=cut.episodes), "new_episode")
            )
        elif typed and not self.new_episode.errors and (part is None or (episode is None and cut.episodes > 1)):
            self.refuse(RuleBroken(say("请写明是新样片的第几集。"), "new_episode"))
        elif episode is not None and not typed and not self.new_place.errors:
            self.refuse(RuleBroken(say("请写第 %(n)s 集的时码；不写时码的，把集数清空。", n=episode), "new_place"))
        try:
            if typed and part is not None:
                frame = parse_timecode(typed, part.rate, start=part.start_frame, drop=part.drop, field="new_place")
        except RuleBroken as refusal:
            self.refuse(refusal)
        self.at = (None if frame is None else episode, frame)
        return not (self.new_episode.errors or self.new_place.errors)


class ExtendForm(Form):
    """A later day for the house's answer, with the reason it reads."""

    version = Version()
    answer_by = day(_l("新的答复期限"), required=True)
    reason = text(_l("延长的理由"), required=True, most=2000)
