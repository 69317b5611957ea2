"""What an expert reads before accepting: what the title is, who makes it, how much there is to watch.

Nothing of the cut itself and nothing that others wrote; the mail tells the same facts.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Any

from audiovisual.kernel.text import pack
from audiovisual.projects.models import Project
from workflows.cuts import WHOLE, runs
from workflows.errors import N_, Sentence, say
from workflows.ruleset.vocabulary import CREDIT_ROLES, TYPES

from .models import Cut


@dataclass(frozen=True)
class Watching:
    """How much of a title a cut holds: its episodes (empty: one file for the whole), minutes, and whether these are read
    from the files or reckoned from the filing."""

    episodes: tuple[int, ...]
    minutes: int | None
    measured: bool

    @property
    def sentence(self) -> Sentence:
        """第 1—24 集，共 24 集，约 1080 分钟"""
        what = (
            say("全片一个文件")
            if not self.episodes
            else say("第 %(which)s 集，共 %(n)s 集", which=runs(self.episodes), n=len(self.episodes))
        )
        if self.minutes is None:
            return what
        if self.measured:
            return say("%(what)s，约 %(n)s 分钟", what=what, n=self.minutes)
        return say("%(what)s，按申报约 %(n)s 分钟", what=what, n=self.minutes)


def watching(cut: Cut, project: Project) -> Watching:
    """What there is to watch. A file whose length is not read yet counts as long as the filing says."""
    episodes = tuple(sorted(part.episode for part in cut.parts if part.episode != WHOLE))
    lengths = [part.frames / part.rate / 60 if part.frames else None for part in cut.parts]
    if lengths and None not in lengths:
        return Watching(episodes, ceil(sum(lengths)), True)
    if not project.minutes_per_episode:
        return Watching(episodes, None, False)
    count = len(episodes) if episodes and len(episodes) == len(cut.parts) else project.episodes or 1
    return Watching(episodes, count * project.minutes_per_episode, False)


def crew(project: Project) -> list[tuple[str, list[str]]]:
    """The crew by role, in the order of the filing: label and names."""
    by_role: dict[str, list[str]] = {}
    for credit in project.credits:
        by_role.setdefault(CREDIT_ROLES.get(credit.role, credit.role), []).append(credit.name)
    return list(by_role.items())


def facts(project: Project, cut: Cut) -> list[tuple[str, Any]]:
    """The same for the mail, as plain values: labels, and words or sentences that are translated where they are read."""
    companies = [project.house.name, *(producer.name for producer in project.co_producers)]
    lines: list[tuple[str, Any]] = [
        (N_("类型"), say(TYPES[project.type]) if project.type else ""),
        (N_("要看的样片"), watching(cut, project).sentence),
        (N_("制作和联合制作机构"), companies),
        (N_("拟播出平台"), project.platforms),
        *((role, names) for role, names in crew(project)),
    ]
    return [(label, pack(value)) for label, value in lines if value]


TIES = (
    say("您或近亲属参加过这部片的编剧、导演、制作、投资或宣传发行"),
    say("您现在或近五年在上列单位任职、兼职或领取报酬，或近亲属在那里任职"),
    say("您与上列主创是近亲属，或有师生、合作、经济往来"),
    say("有别的关系，可能影响公正"),
)
"""What counts as a tie (利益冲突): 63号令17–18条."""
