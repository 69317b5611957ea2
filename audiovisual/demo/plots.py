"""From a filing's text to its script: which acts happen on which days, up to the stage where the text leaves it."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from audiovisual.projects.operations import filing, intake, production

from . import filing_acts as first
from . import review_acts as second
from . import texts
from .script import Script, Stage
from .texts import compose

ORDER = (
    "draft", "submitted", "received", "completing", "accepted", "proposed", "screened", "scheduled", "in_production",
    "composing", "reading", "frozen", "round_proposed", "round_agreed", "decided", "rectifying", "verifying", "reviewed", "aired",
)  # fmt: skip
"""Stages along the line; a script goes on until it has reached its own."""
REASONS = {
    "withdrawn": "主演档期冲突，项目推迟，先行撤回。", "refiled": "故事主线改为以女儿视角展开，主要人物定位有变，重新备案。",
    "suspended": "投诉反映著作权归属有争议，待权属证明齐备后恢复。", "dormant": "资金未到位，机构申请延后，先列为休眠。",
    "rejected": "与在库项目题材、人物关系雷同，剧本成熟度不足，建议打磨后再报。",
}  # fmt: skip
CO_REVIEW = "原则同意。涉及本单位职能的情节基本准确，建议按随附意见订正三处专业表述。"


class Plot:
    """One title's days and people; `until` is the stage to leave it at."""

    def __init__(
        self, stage: Stage, serial: int, given: dict[str, Any], until: str, officer: str, review: Any = None
    ) -> None:
        self.script, self.given, self.officer, self.review = Script(stage, serial), given, officer, review
        self.until = until if until in ORDER else self._before(until)
        self.end = until
        self.filed = given["filed_on"]["days"]

    @staticmethod
    def _before(side: str) -> str:
        """The stage a side road leaves from."""
        return {
            "rejected": "proposed", "withdrawn": "accepted", "suspended": "in_production", "dormant": "scheduled",
            "refiled": "screened", "completion": "completing", "in_review": "reading", "refused": "decided",
        }[side]  # fmt: skip

    def reaches(self, stage: str) -> bool:
        """Whether the title gets that far."""
        return ORDER.index(self.until) >= ORDER.index(stage)

    def at(self, days: int, act: Callable[..., Any], *args: Any) -> None:
        """Let an act of this title happen on a day."""
        self.script.at(days, lambda: act(self.script, *args))

    def written(self) -> Script:
        """The whole script."""
        self._file()
        if self.reaches("accepted"):
            self._screen()
        if self.reaches("scheduled"):
            self._produce()
        if self.reaches("composing"):
            self._review()
        if self.reaches("decided"):
            self._letter()
        if self.end in ("withdrawn", "refiled", "suspended", "dormant"):
            last = self.filed + {"withdrawn": 8, "refiled": 30, "suspended": 90, "dormant": 60}[self.end]
            self.at(last, first.aside, self.end, self.officer, self.given, self.reason(self.end))
        return self.script

    def reason(self, word: str) -> str:
        """The reason the text gives for a side road, else a usual one."""
        return (self.given.get("decision_notes") or {}).get(word) or REASONS[word]

    def _file(self) -> None:
        self.at(self.filed - 3, first.draft, self.given)
        if not self.reaches("submitted"):
            return
        self.at(self.filed, lambda s: filing.submit(s.project(), first.house_of(s, self.given)))
        if self.given.get("former_title"):
            self.at(self.filed + 20, _rename, self.given, self.officer)
        if self.given.get("urgent") and not self.reaches("composing"):
            self.at(self.filed + 2, first.urgent, self.given, self.given["urgent"]["reason"])
        if self.reaches("received"):
            self.at(self.filed + 1, lambda s: intake.receive(s.project(), s.cast.actor(self.officer)))
        if self.until == "completing" or self.given.get("completion"):
            self.at(self.filed + 3, first.ask_completion, self.officer, self.given)
            if self.reaches("accepted"):
                self.at(self.filed + 5, first.complete, self.given)

    def _screen(self) -> None:
        self.at(self.filed + 6, lambda s: intake.accept(s.project(), s.cast.actor(self.officer)))
        if self.given["special_subjects"]:
            self.at(self.filed + 7, first.ask_departments, self.officer)
            if self.reaches("proposed"):
                said = (self.given.get("decision_notes") or {}).get("co_review") or CO_REVIEW
                self.at(self.filed + 14, first.hear_departments, self.officer, said)
        if self.reaches("proposed"):
            self.at(
                self.filed + 16,
                first.propose,
                self.officer,
                self.given,
                "reject" if self.end == "rejected" else "admit",
            )
        if self.end == "rejected":
            self.at(
                self.filed + 19,
                lambda s: intake.reject(s.project(), s.cast.actor("yanzhongliang"), self.reason("rejected")),
            )
        if self.reaches("screened"):
            self.at(self.filed + 20, lambda s: intake.screen(s.project(), s.cast.actor("yanzhongliang"), "同意入库。"))

    def _produce(self) -> None:
        self.at(self.filed + 24, first.schedule, self.officer, self.given)
        actual = {first.NODES[m["name"]]: m["actual"] for m in self.given["milestones"]}
        if self.reaches("in_production"):
            begun = (actual["shooting_start"] or {"days": self.filed + 40})["days"]
            self.at(begun, lambda s: production.start(s.project(), first.house_of(s, self.given), _today()))
            months = set()
            for progress in self.given["progress"]:
                day = texts.day(progress["on"], self.script.stage.today)
                if f"{day:%Y-%m}" not in months and progress["on"]["days"] > begun:
                    months.add(f"{day:%Y-%m}")
                    self.at(progress["on"]["days"], first.report, self.given, progress)

    def _review(self) -> None:
        opinions = self.review["opinions"]
        opened = self.review["opened_on"]["days"]
        self.at(min(opened - 4, self._delivery(opened)), second.deliver, self.given, self.review["cut"]["label"])
        if self.given.get("urgent"):
            self.at(opened - 3, first.urgent, self.given, self.given["urgent"]["reason"])
        wanted = [opinion["expert"] for opinion in opinions if opinion.get("expert")]
        self.at(opened, second.open_panel, self.officer, wanted, self.reaches("reading"))
        if not self.reaches("reading"):
            return
        self.at(opened + 1, second.accept, 0 if self.reaches("frozen") else self.review.get("waiting", 0))
        signing = opinions if self.reaches("frozen") else opinions[: self.review.get("signed", len(opinions))]
        seats = 5 if self.reaches("frozen") else len(signing)
        for index in range(seats):
            opinion = signing[index] if index < len(signing) else self._another(index)
            self.at(opinion.get("signed_on", {"days": opened + 8})["days"], _write_if_needed, index, opinion)
        if self.reaches("round_proposed"):
            outcome = second.OUTCOME[self.review["consultation"]["conclusion"]] if self.end != "refused" else "refused"
            told = self.review["consultation"]
            self.at(told["on"]["days"], second.settle, self.officer, self.review["settled"], outcome, told["text"])
        if self.reaches("round_agreed"):
            self.at(self.review["head"]["on"]["days"], second.decide, "yanzhongliang", self.review["head"]["reason"])
        if self.reaches("decided"):
            self.at(self.review["leader"]["on"]["days"], second.decide, "shangdefu", self.review["leader"]["reason"])

    def _another(self, index: int) -> dict[str, Any]:
        """An opinion for a seat the text has none for."""
        rng = random.Random(self.script.serial * 10 + index)
        return {**compose.compose_opinion(rng, self.given), "expert": ""}

    def _delivery(self, opened: int) -> int:
        node = next((m for m in self.given["milestones"] if m["name"] == "送审"), None)
        return node["actual"]["days"] if node and node["actual"] else opened - 4

    def _letter(self) -> None:
        if self.until == "decided" and self.end != "refused":
            return
        sealed = self.review["leader"]["on"]["days"] + 1
        self.at(sealed, second.seal_letter)
        if not self.reaches("rectifying") or self.end == "refused":
            return
        settled = self.review["settled"]
        answered = max([row["answer"]["on"]["days"] for row in settled or [] if row["answer"]], default=sealed + 12)
        again = self.review["consultation"]["conclusion"] == "re_review"
        share = 1.0 if self.reaches("verifying") or any(row["check"] == "reopened" for row in settled or []) else 0.6
        self.at(min(answered, -2), second.answer, self.given, settled, share)
        if share == 1.0:
            self.at(min(answered + 1, -2), second.hand_back, self.given, again)
        if not self.reaches("verifying"):
            if share == 1.0:
                self.at(min(answered + 3, -1), second.verify, self.officer, settled, False)
            return
        if self.reaches("reviewed"):
            self.at(answered + 4, second.verify, self.officer, settled)
            self.at(answered + 5, second.pass_title, self.officer)
        if self.reaches("aired"):
            release = next(m for m in self.given["milestones"] if m["name"] == "上线")
            self.at((release["actual"] or {"days": answered + 12})["days"], second.air, self.given)


def _write_if_needed(script: Script, index: int, opinion: dict[str, Any]) -> None:
    if second.round_of(script).state == "reading":
        second.write(script, index, opinion)


def _rename(script: Script, given: dict[str, Any], officer: str) -> None:
    """The title it was filed under gives way to the one it bears now (变更手续)."""
    from audiovisual.projects.operations import records

    request = records.ask_change(
        script.project(), first.house_of(script, given), "title", given["title"], "定名时与片方、平台商定的新片名。"
    )
    records.decide_change(request, script.cast.actor(officer), True)


def _today() -> Any:
    from audiovisual.kernel.model import today

    return today()
