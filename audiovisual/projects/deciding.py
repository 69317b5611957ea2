"""What the bank knows of a title and whoever decides on it has to know before: the bad first, in one line each.

Every page on which something is decided shows `facts_of(project, actor)`; later features add what they know with `source`.
Nothing of it is for houses or experts, nor for who recused themselves from the title.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from flask import url_for
from sqlalchemy import String, cast, func, or_, select
from sqlalchemy.orm import aliased

from audiovisual.kernel.calendar import working_calendar
from audiovisual.kernel.facts import Fact, in_order
from audiovisual.kernel.model import constant, db, today
from audiovisual.kernel.packing import packed, unpacked
from audiovisual.kernel.rules import DatedRule
from audiovisual.kernel.text import unpack
from audiovisual.people.models import House, User
from workflows.access import Actor, reads_inside
from workflows.errors import Sentence, say
from workflows.filing import cost_warnings

from . import labels
from .due import left_of
from .models import PERMITS, ChangeRequest, Permit, Project, Question, Screening, Tie
from .operations.intake import against_figures

Source = Callable[[Project], "Iterator[Fact]"]
SOURCES: dict[str, Source] = {}
"""Who knows something, by feature, in the order in which it is told."""


def source(name: str) -> Callable[[Source], Source]:
    """Register what a feature knows of a title; registering a name again replaces it."""

    def register(found: Source) -> Source:
        SOURCES[name] = found
        return found

    return register


def facts_of(
    project: Project, actor: Actor, *, but: tuple[str, ...] = (), only: tuple[str, ...] = ()
) -> list[Fact]:  # fmt: skip
    """All that is known, the bad first; `but` names sources that the page itself shows in full, `only` those that a list
    of many titles can afford."""
    if not reads_inside(project, actor):
        return []
    names = [name for name in SOURCES if name not in but and (not only or name in only)]
    return in_order(fact for name in names for fact in SOURCES[name](project))


def _records(project: Project, anchor: str) -> str:
    return url_for("projects.record_page", project_id=project.id, _anchor=anchor)


@source("co_reviews")
def co_reviews(project: Project) -> Iterator[Fact]:
    """What other departments answered (协审), or that they have not."""
    url = _records(project, "co-reviews")
    for review in project.co_reviews:
        if review.verdict is not None:
            tone = {"disagree": "bad", "agree_with_changes": "warn"}.get(review.verdict, "plain")
            said = say("%(who)s协审：%(what)s", who=review.department, what=say(labels.VERDICTS[review.verdict]))
            yield Fact(tone, said, review.opinion, url)
        elif review.state == "asked":
            yield Fact("warn", say("%(who)s协审：还没有答复", who=review.department), "", url)
    for department in project.co_reviews_lacking:
        yield Fact("warn", say("特殊题材，还没有征求%(who)s的意见", who=department), "", url)


@source("clock")
def clock(project: Project) -> Iterator[Fact]:
    """That the title is late."""
    left = left_of(project, today(), working_calendar())
    if left is not None and left.days < 0:
        yield Fact("bad", say("这一步已%(how)s", how=left.text))


@source("house")
def house(project: Project) -> Iterator[Fact]:
    """What stands against the house that files."""
    if project.house.state == "barred":
        yield Fact("bad", say("制作机构已停用"))
    expires = project.house.licence_expires_on
    if expires is not None and expires < today():
        yield Fact("bad", say("制作经营许可证已于 %(day)s 到期", day=expires.isoformat()))


@source("filing")
def filing(project: Project) -> Iterator[Fact]:
    """What the filing itself warns of: reviewed elsewhere, costs beyond the rule, a class that was decided by hand."""
    if project.submitted_elsewhere:
        yield Fact("warn", say("曾在外省送审"), project.elsewhere_detail)
    if project.class_code is None:
        yield Fact("warn", say("类别还没有认定"))
    elif project.class_reason:
        yield Fact("plain", say("类别是人工认定的"), project.class_reason)
    for warning in (project.class_detail or {}).get("warnings", ()):
        yield Fact("warn", unpack(warning))


@source("figures")
def figures(project: Project) -> Iterator[Fact]:
    """That the officer recommends against the weighed score, before the head decides."""
    if project.state != "proposed":
        return
    asked = select(Screening.total, Screening.recommendation, Screening.against, DatedRule.value)
    asked = asked.join(DatedRule, DatedRule.id == Screening.rule_id).where(Screening.project_id == project.id)
    last = db.session.execute(asked.order_by(Screening.id.desc()).limit(1)).first()
    odd = against_figures(last.total, last.recommendation, last.value) if last is not None else None
    if last is not None and odd is not None:
        yield Fact("bad", odd, last.against)


@source("history")
def history(project: Project) -> Iterator[Fact]:
    """Where length or pay pass what the rule warns of; what was sent back and refused before, what it was filed anew
    from, who recused themselves."""
    past = db.session.execute(_past(project)).one()
    yield from (Fact("warn", sentence) for sentence in _beyond(project, past.cost))
    if past.backs:
        yield Fact("warn", say("初审意见被处长退回过 %(n)s 次", n=past.backs), past.back or "")
    if past.refused:
        said = say("同名项目 %(number)s 没有通过（%(house)s）", number=past.number or "", house=past.house)
        tone = "bad" if past.house_id == project.house_id else "warn"
        yield Fact(tone, said, "", url_for("projects.show", project_id=past.refused))
    if project.predecessor is not None:
        before = project.predecessor
        said = say("因故事变更重新备案，原编号 %(number)s", number=before.number or "")
        yield Fact("plain", said, "", url_for("projects.show", project_id=before.id))
    yield from _lapsed(project, past.permits)
    yield from _changes(project, past.changes)
    if past.asked:
        yield Fact("warn", say("机构的提问还有 %(n)s 条没有答复", n=past.asked))
    if past.alive:
        said = say("库里另有同名项目 %(n)s 部：%(number)s（%(house)s）", n=past.alive, number=past.alive_number or "",
                   house=past.alive_house)  # fmt: skip
        yield Fact("warn", said, "", url_for("projects.show", project_id=past.alive_id))
    if past.lost:
        yield Fact("plain", say("这家机构以前有 %(n)s 部没有通过", n=past.lost))
    if past.recused:
        yield Fact("plain", say("已回避：%(who)s", who=[name for (name,) in unpacked(past.recused)]))


def _beyond(project: Project, rule: dict[str, Any] | None) -> list[Sentence]:
    """Where length or pay pass the limits of the `cost` rule. Without an investment nothing is said of pay."""
    priced = project.investment_yuan or 0
    return cost_warnings(
        rule, total_cost=priced, cast_pay=(project.cast_pay_yuan or 0) if priced else 0,
        leads_pay=(project.lead_pay_yuan or 0) if priced else 0, episodes=project.episodes,
    ) if rule else []  # fmt: skip


def _rule_today(kind: str) -> Any:
    """The value of the rule of that kind in force today, as a statement; the later one stands."""
    in_force = DatedRule.valid_from <= today(), or_(DatedRule.valid_to.is_(None), DatedRule.valid_to >= today())
    asked = select(DatedRule.value).where(DatedRule.kind == kind, *in_force)
    return asked.order_by(DatedRule.valid_from.desc()).limit(1)


GONE = ("draft", "discarded", "rejected", "withdrawn", "refiled")
"""States of a title that takes its name from nobody: it never stood in the bank, or stands there no more."""


def change_said(kind: str, before: str, after: str) -> Sentence:
    """That a change of title, house or length was asked for and is not decided."""
    return say(
        "%(kind)s变更还没有办结：%(before)s → %(after)s", kind=say(labels.CHANGES[kind]), before=before, after=after
    )


def _changes(project: Project, found: str | None) -> Iterator[Fact]:
    """Changes that were asked for and are not decided, the first asked for first."""
    for kind, before, after in unpacked(found):
        yield Fact("warn", change_said(kind, before, after), "", _records(project, "changes"))


def _lapsed(project: Project, found: str | None) -> Iterator[Fact]:
    """Numbers and licences that have lapsed, where none of their kind is valid, in the order they were recorded."""
    ends: dict[str, list[str]] = {}
    for kind, end in unpacked(found):
        ends.setdefault(kind, []).append(end)
    for kind, days in ends.items():
        if all(days) and max(days) < today().isoformat():
            said = say("%(kind)s已于 %(day)s 到期", kind=say(PERMITS[kind]), day=max(days))
            yield Fact("bad", said, "", _records(project, "permits"))


def facts_of_house(house: House) -> list[Fact]:
    """What stands against a house that is to take a title over."""
    found = []
    if house.licence_expires_on is not None and house.licence_expires_on < today():
        day = house.licence_expires_on.isoformat()
        found.append(Fact("bad", say("接手机构的制作经营许可证已于 %(day)s 到期", day=day)))
    lost = select(func.count()).select_from(Project).where(Project.house_id == house.id, Project.state == "rejected")
    if n := db.session.scalar(lost):
        found.append(Fact("warn", say("接手机构以前有 %(n)s 部没有通过", n=n)))
    return found


def _past(project: Project) -> Any:
    """One statement: screenings sent back and the last reason, the newest title of the same name that did not pass, the
    living ones of that name, what the house asked, how many of its titles did not pass, who recused themselves, and
    the rule of costs in force."""
    sent_back = Screening.project_id == project.id, Screening.decision == "sent_back"
    other = aliased(Project)
    same = other.title_key == project.title_key, other.id != project.id, other.state == "rejected"
    names = packed(Tie.user_id, User.name).join(Tie, Tie.user_id == User.id)
    newest = select(func.max(other.id)).where(*same).scalar_subquery()
    of_newest = select(other.number, House.name, other.house_id).join(House, House.id == other.house_id)
    living = (
        other.title_key == project.title_key, other.title_key != "", other.id != project.id,
        other.id != (project.predecessor_id or 0), other.state.not_in(constant(*GONE)),
    )  # fmt: skip
    newest_living = select(func.max(other.id)).where(*living)
    columns = {
        "asked": select(func.count())
        .select_from(Question)
        .where(Question.project_id == project.id, Question.settled_at.is_(None)),
        "changes": packed(ChangeRequest.id, ChangeRequest.kind, ChangeRequest.before, ChangeRequest.after).where(
            ChangeRequest.project_id == project.id, ChangeRequest.state.in_(constant("offered", "asked"))
        ),
        "permits": packed(Permit.id, Permit.kind, func.coalesce(cast(Permit.valid_until, String), "")).where(
            Permit.project_id == project.id
        ),
        "alive": select(func.count()).select_from(other).where(*living),
        "alive_id": newest_living,
        **{
            f"alive_{name}": of_newest.with_only_columns(column).where(other.id == newest_living.scalar_subquery())
            for name, column in (("number", other.number), ("house", House.name))
        },
        "lost": select(func.count())
        .select_from(other)
        .where(other.house_id == project.house_id, other.state == "rejected", other.title_key != project.title_key),
        "backs": select(func.count()).select_from(Screening).where(*sent_back),
        "back": select(Screening.reason).where(*sent_back).order_by(Screening.id.desc()).limit(1),
        "refused": select(func.max(other.id)).where(*same),
        **{
            name: of_newest.with_only_columns(column).where(other.id == newest)
            for name, column in (("number", other.number), ("house", House.name), ("house_id", other.house_id))
        },
        "recused": names.where(Tie.project_id == project.id, Tie.kind == "recused"),
        "cost": _rule_today("cost"),
    }
    return select(*(column.scalar_subquery().label(name) for name, column in columns.items()))
