"""What a review knows of a title that whoever decides on it has to know: bottom lines, points left out, signatures that are
missing, experts who judge more strictly, episodes that were not delivered, files that do not play, points nobody verified.

The page of a round tells it out of what it holds already (`of_round`); every other page asks for it in one statement
(`review`), and names no expert, for it does not show their opinions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import url_for
from sqlalchemy import Select, String, case, cast, func, literal, select

from audiovisual.kernel.events import Event
from audiovisual.kernel.model import constant, db
from audiovisual.kernel.text import unpack
from audiovisual.projects.deciding import Fact, source
from audiovisual.projects.models import Project
from workflows.cuts import missing, runs
from workflows.errors import N_, Sentence, listed, say
from workflows.review import ASSIGNMENT, OUTCOMES

from . import gathered
from .completeness import check_keys, check_label
from .models import (
    Answer,
    Assignment,
    BottomLineAnswer,
    Change,
    ChangeSource,
    Cut,
    CutPart,
    LeftOut,
    Opinion,
    OpinionRow,
    OpinionScore,
    Round,
)
from .unsettled import earlier_pending, unverified

OPENED = ("frozen", "proposed", "agreed", "decided", "issued", "closed")
"""States of a round whose opinions lie open to the bureau."""
PARTIAL = "partial"
"""The fact of a round that one of its experts would have to recuse themselves now."""
STRICTNESS = tuple(OUTCOMES)
"""The four outcomes, the mildest first."""


@dataclass
class Known:
    """What is known of a round, in numbers and names."""

    url: str
    outcome: str | None
    failed: list[tuple[str, int, bool | None, str]] = field(default_factory=list)
    """Of each failed check its label, how many experts found it so, whether it stands (None: not answered), the answer."""
    left_out: int = 0
    musts_left_out: int = 0
    conclusions: list[tuple[str, str]] = field(default_factory=list)
    """Each expert's name (empty where it is not told) and conclusion."""
    missing: dict[str, Any] | None = None
    """Signatures that were missing when the opinions were opened: how many (`n`), whose (`who`)."""
    why: str = ""
    lowered: int = 0
    pending: int = 0
    extended: int = 0
    why_extended: str = ""


def of_round(
    round_: Round, opinions: Sequence[Opinion], both: gathered.Gathering, lines: Sequence[gathered.BottomLine],
    chain: Sequence[Any],
) -> Iterator[Fact]:  # fmt: skip
    """What is to be known before a round is decided, out of what its page holds already."""
    opened = next((event for event in reversed(chain) if event.trigger == "freeze"), None)
    known = Known(
        url=url_for("reviews.decide", round_id=round_.id),
        outcome=round_.outcome,
        failed=[
            (line.label, len(line.found), line.answer.stands if line.answer else None, line.answer.text if line.answer else "")
            for line in lines
        ],
        left_out=len(both.left_out),
        musts_left_out=sum(one.view.severity == "must" for one in both.left_out),
        conclusions=[(o.assignment.expert.name, o.conclusion) for o in opinions if o.conclusion],
        missing=(opened.data or {}).get("missing") if opened is not None else None,
        why=(opened.reason or "") if opened is not None else "",
        lowered=sum(row.lowered for row in both.settled),
        pending=earlier_pending(round_) if round_.ordinal > 1 else 0,
    )  # fmt: skip
    yield from _facts(known, round_.project_id)
    if round_.ordinal > 1:
        yield from last_round(round_)
    for event in chain:
        if event.trigger == PARTIAL:
            yield Fact(
                "bad", say(event.text, **{key: unpack(value) for key, value in event.data.items()}), url=known.url
            )
    cut = round_.cut
    yield from episodes(
        round_.project_id, cut.ordinal, cut.episodes, (part.episode for part in cut.parts), cut.partial_note
    )  # fmt: skip
    yield from unplayed(round_.project_id, cut.ordinal, sum(part.plays is False for part in cut.parts))


@source("review")
def review(project: Project) -> Iterator[Fact]:
    """Of a title that was delivered: what its newest opened round says, and whether its newest cut is whole."""
    if project.delivered_at is None:
        return
    row = db.session.execute(_of_title(project)).one()
    if row.round_id is not None:
        yield from _facts(_known(row), project.id)
    if row.episodes is not None:
        parts = map(int, (row.parts or "").split())
        yield from episodes(project.id, row.version, row.episodes, parts, row.note)
        yield from unplayed(project.id, row.version, row.unplayed)


def _known(row: Any) -> Known:
    answers = dict(answer.split("=") for answer in (row.answers or "").split())
    found = Counter(key for key in (row.failed or "").split() if key in check_keys(row.form))
    where = "reviews.decide" if row.outcome else "reviews.show_round"
    return Known(
        url=url_for(where, round_id=row.round_id),
        outcome=row.outcome,
        failed=[(check_label(row.form, k), n, _stands(answers.get(k)), "") for k, n in sorted(found.items())],
        left_out=row.left_out,
        musts_left_out=row.musts_left_out,
        conclusions=[("", conclusion) for conclusion in (row.conclusions or "").split()],
        missing=(row.opened or {}).get("missing"),
        why=row.why or "",
        lowered=row.lowered,
        pending=row.pending,
        extended=row.extended,
        why_extended=row.why_extended or "",
    )


def _stands(answer: str | None) -> bool | None:
    return None if answer is None else answer in ("1", "true", "t")


def _of_title(project: Project) -> Select[Any]:
    """One statement over the newest opened round of a title and its newest cut."""
    newest = select(func.max(Round.id)).where(Round.project_id == project.id, Round.state.in_(constant(*OPENED)))
    here, cut = newest.scalar_subquery(), _max(Cut, project)
    signed = Assignment.round_id == here, Assignment.state == "signed"
    seats = Opinion.__table__.join(Assignment.__table__, Assignment.id == Opinion.assignment_id)
    opened, extended = _events("review_round", here, "freeze"), _events("review_round", None, "extend", project.id)
    hardened = ChangeSource.__table__.join(OpinionRow.__table__, OpinionRow.id == ChangeSource.row_id)
    columns: dict[str, Any] = {
        "round_id": newest,
        "outcome": select(Round.outcome).where(Round.id == here),
        "form": select(Round.form).where(Round.id == here),
        "failed": _joined(OpinionScore.dimension).select_from(
            OpinionScore.__table__.join(seats, Opinion.id == OpinionScore.opinion_id)
        ).where(*signed, OpinionScore.score == 0),
        "answers": _joined(BottomLineAnswer.key + literal("=") + cast(BottomLineAnswer.stands, String)).where(
            BottomLineAnswer.round_id == here
        ),
        "left_out": _count(LeftOut).where(LeftOut.round_id == here),
        "musts_left_out": _count(LeftOut).join(OpinionRow, OpinionRow.id == LeftOut.row_id).where(
            LeftOut.round_id == here, OpinionRow.severity == "must"
        ),
        "conclusions": _joined(Opinion.conclusion).select_from(seats).where(*signed),
        "opened": select(Event.data).where(*opened).order_by(Event.id.desc()).limit(1),
        "why": select(Event.reason).where(*opened).order_by(Event.id.desc()).limit(1),
        "lowered": _count(Change).where(
            Change.round_id == here,
            Change.severity == "should",
            Change.id.in_(select(ChangeSource.change_id).select_from(hardened).where(OpinionRow.severity == "must")),
        ),
        "pending": _count(Change).where(Change.project_id == project.id, Change.round_id != here, unverified()),
        "extended": _count(Event).where(*extended),
        "why_extended": select(Event.reason).where(*extended).order_by(Event.id.desc()).limit(1),
        **{
            name: select(column).where(Cut.id == cut)
            for name, column in (("version", Cut.ordinal), ("episodes", Cut.episodes), ("note", Cut.partial_note))
        },
        "parts": _joined(cast(CutPart.episode, String)).where(CutPart.cut_id == cut),
        "unplayed": _count(CutPart).where(CutPart.cut_id == cut, CutPart.plays.is_(False)),
    }  # fmt: skip
    return select(*(column.scalar_subquery().label(name) for name, column in columns.items()))


def _max(model: Any, project: Project) -> Any:
    return select(func.max(model.id)).where(model.project_id == project.id).scalar_subquery()


def _count(model: Any) -> Select[Any]:
    return select(func.count()).select_from(model)


def _joined(column: Any) -> Select[Any]:
    """The values of a column in one text, parted by blanks."""
    return select(func.aggregate_strings(column, " "))


def _events(subject: str, id_: Any, trigger: str, project_id: int | None = None) -> tuple[Any, ...]:
    """The conditions for the facts of one kind: of one row, or of all rows of a title."""
    whose = Event.subject_id == id_ if project_id is None else Event.project_id == project_id
    return Event.subject_type == subject, whose, Event.trigger == trigger


def _facts(known: Known, project_id: int) -> Iterator[Fact]:
    """The sentences, in the order in which they weigh."""
    for label, n, stands, answer in known.failed:
        said = {None: say("还没有写处理意见"), True: say("不合格成立"), False: say("认定不成立")}[stands]
        what = say("底线不合格：%(what)s（%(n)s 位专家）——%(said)s", what=say(label), n=n, said=said)
        yield Fact("bad", what, answer, f"{known.url}#bottom-lines")
    if known.musts_left_out:
        out = say("不采用专家意见 %(n)s 条，其中必改 %(m)s 条", n=known.left_out, m=known.musts_left_out)
        yield Fact("bad", out, "", f"{known.url}#left-out")
    elif known.left_out:
        yield Fact("warn", say("不采用专家意见 %(n)s 条，都是建议", n=known.left_out), "", f"{known.url}#left-out")
    yield from _dissent(known)
    yield from _opened_short(known)
    if known.lowered:
        lowered = say("专家提为必改、整理成建议的有 %(n)s 条", n=known.lowered)
        yield Fact("warn", lowered, "", f"{known.url}#rows")
    if known.pending:
        ledger = url_for("reviews.changes", project_id=project_id)
        yield Fact("warn", say("前几轮还有 %(n)s 条没有核验", n=known.pending), "", ledger)
    if known.extended:
        yield Fact("plain", say("答复期限延长过 %(n)s 次", n=known.extended), known.why_extended)


def _dissent(known: Known) -> Iterator[Fact]:
    """Who judged more strictly than the outcome; before there is one, that they do not agree."""
    named = all(name for name, _ in known.conclusions)
    if known.outcome is None:
        if len({conclusion for _, conclusion in known.conclusions}) > 1:
            who = _concluded(known.conclusions)
            yield Fact("warn", say("专家的结论不一致：%(who)s", who=who) if named else say("专家的结论不一致"))
        return
    limit = STRICTNESS.index(known.outcome)
    stricter = [(who, conclusion) for who, conclusion in known.conclusions if STRICTNESS.index(conclusion) > limit]
    if stricter and named:
        yield Fact("bad", say("%(n)s 位专家比拟定结论更严：%(who)s", n=len(stricter), who=_concluded(stricter)))
    elif stricter:
        yield Fact("bad", say("%(n)s 位专家比结论更严", n=len(stricter)))


def _concluded(given: list[tuple[str, str]]) -> Sentence:
    return listed([say("%(who)s“%(what)s”", who=who, what=say(OUTCOMES[conclusion])) for who, conclusion in given])


def _opened_short(known: Known) -> Iterator[Fact]:
    """That the opinions were opened while signatures were missing, whose, and why."""
    if not known.missing:
        return
    n, who = known.missing["n"], known.missing["who"]
    names = [say("%(name)s（%(state)s）", name=name, state=say(ASSIGNMENT.state(state).label)) for name, state in who]
    if names:
        said = say("公开意见时缺 %(n)s 人签名：%(who)s", n=n, who=listed(names))
    else:
        said = say("公开意见时缺 %(n)s 人签名", n=n)
    yield Fact("warn", said, known.why)


def last_round(round_: Round) -> Iterator[Fact]:
    """How the round before was decided, what its letter demanded, and of how much of that the house says it changed
    nothing; one statement."""
    latest = select(func.max(Answer.id)).where(Answer.change_id == Change.id).correlate(Change).scalar_subquery()
    must, unchanged = Change.severity == "must", Answer.how == "explained"
    asked = (
        select(Round.ordinal, Round.outcome, *(func.count(case((each, 1))) for each in (must, ~must, must & unchanged, ~must & unchanged)))
        .outerjoin(Change, Change.round_id == Round.id).outerjoin(Answer, Answer.id == latest)
        .where(Round.project_id == round_.project_id, Round.ordinal < round_.ordinal, Round.state.in_(constant("issued", "closed")))
        .group_by(Round.id, Round.ordinal, Round.outcome).order_by(Round.ordinal.desc()).limit(1)
    )  # fmt: skip
    for row in db.session.execute(asked):
        ordinal, outcome, musts, shoulds, musts_left, shoulds_left = tuple(row)
        told = N_(
            "第 %(n)s 轮的结论是“%(outcome)s”：必改 %(musts)s 条，其中机构说没有改的 %(kept)s 条；建议 %(shoulds)s 条，没有改的 %(left)s 条"
        )
        said = say(
            told,
            n=ordinal,
            outcome=say(OUTCOMES[outcome]),
            musts=musts,
            kept=musts_left,
            shoulds=shoulds,
            left=shoulds_left,
        )
        tone = "warn" if musts_left else "plain"
        yield Fact(tone, said, url=url_for("reviews.changes", project_id=round_.project_id))


def episodes(project_id: int, version: int, total: int, parts: Iterable[int], note: str) -> Iterator[Fact]:
    """Which of its episodes a version of the cut does not hold, with what the house said of them."""
    lacking = missing(parts, total)
    if lacking:
        said = say("样片共 %(all)s 集，缺 %(n)s 集：第 %(which)s 集", all=total, n=len(lacking), which=runs(lacking))
        yield Fact("bad", said, note, url_for("reviews.watch", project_id=project_id, version=version))


def unplayed(project_id: int, version: int, files: int) -> Iterator[Fact]:
    """How many `files` of a version of the cut do not play: damaged, or of a kind browsers cannot show."""
    if files:
        said = say("样片有 %(n)s 个文件在种子库里放不了", n=files)
        yield Fact("warn", said, "", url_for("reviews.watch", project_id=project_id, version=version))
