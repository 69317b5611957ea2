"""What a review knows of a title that whoever decides on it has to know: bottom lines, points left out, signatures that are
missing, experts who judge more strictly, episodes that were not delivered, points nobody verified.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import url_for
from sqlalchemy import func, select

from audiovisual.kernel.events import Event
from audiovisual.kernel.model import db
from audiovisual.projects.deciding import Fact, source
from audiovisual.projects.models import Project
from workflows.cuts import runs
from workflows.errors import Sentence, listed, say
from workflows.review import ASSIGNMENT, OUTCOMES

from . import gathered
from .models import Cut, Opinion, Round
from .queries import find_round, latest_cut
from .unsettled import earlier_pending

OPENED = ("frozen", "proposed", "agreed", "decided", "issued", "closed")
"""States of a round whose opinions lie open to the bureau."""
STRICTNESS = tuple(OUTCOMES)
"""The four outcomes, the mildest first."""


@source("review")
def review(project: Project) -> Iterator[Fact]:
    """Of a title that was delivered: what its newest opened round says, and whether its cut is whole."""
    if project.delivered_at is None:
        return
    newest = select(func.max(Round.id)).where(Round.project_id == project.id, Round.state.in_(OPENED))
    round_ = find_round(db.session.scalar(newest) or 0)
    if round_ is not None:
        opinions = gathered.opened(round_)
        both = gathered.gathering(round_, opinions, gathered.settled(round_))
        lines, chain = gathered.bottom_lines(round_, opinions), gathered.chain_of(round_)
        yield from of_round(round_, opinions, both, lines, chain, named=False)
    cut = latest_cut(project.id)
    if cut is not None and (round_ is None or cut.id != round_.cut_id):
        yield from episodes(cut)


def of_round(
    round_: Round, opinions: list[Opinion], both: gathered.Gathering, lines: list[gathered.BottomLine], chain: list[Any],
    *, named: bool = True,
) -> Iterator[Fact]:  # fmt: skip
    """What is to be known before a round is decided, out of what its page holds already.

    `named`: with the experts who judged so, where the page shows their opinions and notes who reads them.
    """
    url = url_for("reviews.decide" if round_.outcome else "reviews.show_round", round_id=round_.id)
    yield from _bottom_line(lines, url)
    yield from _left_out(both, url)
    yield from _dissent(round_, opinions, named)
    yield from _opened_short(chain)
    lowered = sum(row.lowered for row in both.settled)
    if lowered:
        yield Fact("warn", say("专家提为必改、整理成建议的有 %(n)s 条", n=lowered), "", f"{url}#rows")
    yield from episodes(round_.cut)
    pending = earlier_pending(round_) if round_.ordinal > 1 else 0
    if pending:
        ledger = url_for("reviews.changes", project_id=round_.project_id)
        yield Fact("warn", say("前几轮还有 %(n)s 条没有核验", n=pending), "", ledger)
    if round_.ordinal > 1 or round_.issued_at is not None:
        yield from _extended(round_.project)


def _bottom_line(lines: list[gathered.BottomLine], url: str) -> Iterator[Fact]:
    """Each failed check with how many experts found it so, and what was answered."""
    for line in lines:
        said = say("不合格成立") if line.answer and line.answer.stands else say("认定不成立")
        said = said if line.answer else say("还没有写处理意见")
        what = say("底线不合格：%(what)s（%(n)s 位专家）——%(said)s", what=say(line.label), n=len(line.found), said=said)
        yield Fact("bad", what, line.answer.text if line.answer else "", f"{url}#bottom-lines")


def _left_out(both: gathered.Gathering, url: str) -> Iterator[Fact]:
    """How many signed points are not taken up, and how many of them the experts called a must."""
    out = both.left_out
    musts = sum(one.view.severity == "must" for one in out)
    if musts:
        yield Fact("bad", say("不采用专家意见 %(n)s 条，其中必改 %(m)s 条", n=len(out), m=musts), "", f"{url}#left-out")
    elif out:
        yield Fact("warn", say("不采用专家意见 %(n)s 条，都是建议", n=len(out)), "", f"{url}#left-out")


def _dissent(round_: Round, opinions: list[Opinion], named: bool) -> Iterator[Fact]:
    """Who judged more strictly than the outcome; before there is one, that they do not agree."""
    given = [(opinion.assignment.expert.name, opinion.conclusion) for opinion in opinions if opinion.conclusion]
    if round_.outcome is None:
        if len({conclusion for _, conclusion in given}) > 1:
            yield Fact(
                "warn", say("专家的结论不一致：%(who)s", who=_concluded(given)) if named else say("专家的结论不一致")
            )
        return
    limit = STRICTNESS.index(round_.outcome)
    stricter = [(who, conclusion) for who, conclusion in given if STRICTNESS.index(conclusion) > limit]
    if stricter and named:
        yield Fact("bad", say("%(n)s 位专家比拟定结论更严：%(who)s", n=len(stricter), who=_concluded(stricter)))
    elif stricter:
        yield Fact("bad", say("%(n)s 位专家比结论更严", n=len(stricter)))


def _concluded(given: list[tuple[str, str]]) -> Sentence:
    return listed([say("%(who)s“%(what)s”", who=who, what=say(OUTCOMES[conclusion])) for who, conclusion in given])


def _opened_short(chain: list[Any]) -> Iterator[Fact]:
    """That the opinions were opened while signatures were missing, whose, and why."""
    opened = next((event for event in reversed(chain) if event.trigger == "freeze"), None)
    missing = (opened.data or {}).get("missing") if opened is not None else None
    if not missing:
        return
    names = [
        say("%(name)s（%(state)s）", name=name, state=say(ASSIGNMENT.state(state).label))
        for name, state in missing["who"]
    ]
    if names:
        said = say("公开意见时缺 %(n)s 人签名：%(who)s", n=missing["n"], who=listed(names))
    else:
        said = say("公开意见时缺 %(n)s 人签名", n=missing["n"])
    yield Fact("warn", said, opened.reason or "")


def episodes(cut: Cut) -> Iterator[Fact]:
    """Which episodes the cut does not hold, with what the house said of them."""
    if lacking := cut.lacking:
        which, url = runs(lacking), url_for("reviews.watch", project_id=cut.project_id, version=cut.ordinal)
        said = say("样片共 %(all)s 集，缺 %(n)s 集：第 %(which)s 集", all=cut.episodes, n=len(lacking), which=which)
        yield Fact("bad", said, cut.partial_note, url)


def _extended(project: Project) -> Iterator[Fact]:
    """That the house was given more time before."""
    asked = select(Event.reason).where(Event.project_id == project.id, Event.trigger == "extend").order_by(Event.id)
    reasons = list(db.session.scalars(asked))
    if reasons:
        yield Fact("plain", say("答复期限延长过 %(n)s 次", n=len(reasons)), reasons[-1] or "")
