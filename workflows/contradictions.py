"""Where the parts of an expert's opinion speak against each other: the conclusion against scores, points, bottom line.

None of it is forbidden. The expert is told before signing and says in a word why it stands so; who settles and who
decides reads both beside the conclusion. (Action plan: an opinion is 客观有据.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .errors import Sentence, listed, say

GOOD = 80
"""From this score on a part of the cut is called good."""
POOR = 60
"""Below this score it is called poor."""


@dataclass(frozen=True)
class Verdict:
    """What an opinion says, in short. Labels are words of the form (底线合规, 未成年人), still to be translated."""

    conclusion: str | None
    scores: Mapping[str, int]
    """Score (0 to 100) by the label of its dimension."""
    failed: Sequence[str]
    """Labels of the bottom line's checks found failed."""
    unnamed: Sequence[str]
    """Those of them that no must-row speaks of."""
    must: int
    """How many rows must be changed."""


OUTCOME_WORDS = {"passed": say("通过"), "pass_after_changes": say("修改后通过")}


def contradictions(verdict: Verdict) -> list[Sentence]:
    """Each contradiction in a sentence; empty when the opinion is of one piece."""
    if verdict.conclusion == "refused":
        return _refused(verdict)
    if verdict.conclusion in OUTCOME_WORDS:
        return _passing(verdict, OUTCOME_WORDS[verdict.conclusion])
    return _unnamed(verdict) if verdict.conclusion == "re_review" else []


def _refused(verdict: Verdict) -> list[Sentence]:
    found = []
    if not verdict.must and not verdict.failed:
        found.append(say("结论是“不予通过”，但没有一条“必改”，底线合规也没有不合格项。"))
    if verdict.scores and min(verdict.scores.values()) >= GOOD:
        found.append(say("结论是“不予通过”，但各项评分都在 %(n)s 分以上。", n=GOOD))
    return found


def _passing(verdict: Verdict, conclusion: Sentence) -> list[Sentence]:
    found = [
        say("结论是“%(conclusion)s”，但“%(name)s”只有 %(n)s 分。", conclusion=conclusion, name=say(label), n=score)
        for label, score in verdict.scores.items()
        if score < POOR
    ]
    if verdict.failed:
        names = listed([say(label) for label in verdict.failed])
        found.append(
            say("结论是“%(conclusion)s”，但底线合规有不合格项：%(names)s。", conclusion=conclusion, names=names)
        )
    return found


def _unnamed(verdict: Verdict) -> list[Sentence]:
    """The house changes what the points say: a failed check that no point names is changed by nobody."""
    return [say("“%(name)s”判为不合格，但没有一条“必改”说到它。", name=say(label)) for label in verdict.unnamed]
