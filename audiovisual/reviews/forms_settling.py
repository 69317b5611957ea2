"""Forms of consolidation and of the house's answers."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.validators import InputRequired

from audiovisual.kernel.forms import Form, Version, choice, code, day, line, text, whole
from workflows.errors import RuleBroken, say
from workflows.review import OUTCOMES
from workflows.timecode import parse_span, parse_timecode

from .models import Change, Cut
from .sheet import code_at

DEMANDS = (
    ("cut", _l("删减")), ("alter", _l("修改")), ("subtitle", _l("加字幕")), ("redub", _l("重配")), ("explain", _l("说明")),
)  # fmt: skip
HOWS = (("done", _l("已照改")), ("done_differently", _l("已改，办法不同")), ("explained", _l("未改，说明理由")))
SEVERITIES = (("must", _l("必改")), ("should", _l("建议")))


class SettledRowForm(Form):
    """A settled row. Its place is read against the cut's own file, as an expert's is."""

    version = Version()
    severity = RadioField(_l("轻重"), choices=SEVERITIES, default="must")
    episode = whole(_l("第几集"), 1, 100_000)
    tc_in = code(_l("入点"), most=40)
    tc_out = code(_l("出点"), most=40)
    problem = text(_l("问题"), required=True, most=2000)
    basis = line(_l("依据"), most=200)
    demand = choice(_l("处理要求"), DEMANDS, required=True)
    demand_text = text(_l("具体要求"), most=1000)

    def show(self, change: Change, cut: Cut) -> None:
        """Fill in a row as it stands."""
        part = cut.part_of(change.episode)
        for name in ("severity", "episode", "problem", "basis", "demand", "demand_text"):
            self[name].data = getattr(change, name)
        self.tc_in.data, self.tc_out.data = code_at(part, change.frame_in), code_at(part, change.frame_out)
        self.version.data = change.version

    def values(self, cut: Cut) -> dict[str, Any]:
        """What was typed, for `settling.add` and `settling.edit`. Refuses a place the cut does not have."""
        episode = self.episode.data
        if episode is not None and episode > cut.episodes:
            raise RuleBroken(say("没有第 %(n)s 集，这部片共 %(all)s 集。", n=episode, all=cut.episodes), "episode")
        frame_in, frame_out = self._span(cut, episode)
        return {
            "episode": episode, "frame_in": frame_in, "frame_out": frame_out, "problem": self.problem.data,
            "basis": self.basis.data or "", "demand": self.demand.data, "demand_text": self.demand_text.data or "",
            "severity": self.severity.data,
        }  # fmt: skip

    def _span(self, cut: Cut, episode: int | None) -> tuple[int | None, int | None]:
        first, last = self.tc_in.data or "", self.tc_out.data or ""
        if not first and not last:
            return None, None
        if not first:
            raise RuleBroken(say("请先写入点。"), "tc_in")
        part = cut.part_of(episode)
        if part is None:
            raise RuleBroken(say("请先写第几集；这一集要有样片文件，才写得了时间码。"), "episode")
        return parse_span(first, last, part.rate, start=part.start_frame, drop=part.drop, length=part.frames)


class OutcomeForm(Form):
    """The proposal laid before the division head."""

    version = Version()
    outcome = RadioField(_l("审核结论"), [InputRequired(_l("请选择审核结论。"))], choices=list(OUTCOMES.items()))
    summary = text(_l("总体意见"), required=True, most=3000)
    grounds = text(_l("不予通过的理由"), most=3000)
    answer_by = day(_l("答复期限"))


class ChangeAnswerForm(Form):
    """What the house answers to a row; the evidence file comes through the upload widget under `evidence`."""

    how = RadioField(_l("怎样改的"), [InputRequired(_l("请选择答复方式。"))], choices=HOWS)
    text = text(_l("答复"), most=3000)
    new_episode = whole(_l("新样片第几集"), 1, 100_000)
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
        try:
            if typed and part is not None:
                frame = parse_timecode(typed, part.rate, start=part.start_frame, drop=part.drop, field="new_place")
        except RuleBroken as refusal:
            self.refuse(refusal)
        self.at = (None if frame is None else episode, frame)
        return not (self.new_episode.errors or self.new_place.errors)


class ExtendForm(Form):
    """A later day for the house's answer, with the reason it reads."""

    answer_by = day(_l("新的答复期限"), required=True)
    reason = text(_l("延长的理由"), required=True, most=2000)
