"""What the bank knows of a title and whoever decides on it has to know before: the bad first, in one line each.

Every page on which something is decided shows `facts_of(project, actor)`; later features add what they know with `source`.
Nothing of it is for houses or experts, nor for who recused themselves from the title.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from flask import url_for
from sqlalchemy import select

from audiovisual.kernel.calendar import working_calendar
from audiovisual.kernel.model import db, today
from audiovisual.kernel.rules import rule_on
from audiovisual.kernel.text import unpack
from audiovisual.people.models import User
from workflows.access import Actor, reads_inside
from workflows.errors import Sentence, say
from workflows.filing import cost_warnings

from . import labels
from .due import left_of
from .models import Project, Screening

TONES = ("bad", "warn", "plain")
"""How a fact speaks: against, with care, for information; shown in this order."""


@dataclass(frozen=True)
class Fact:
    """One thing to know: what, whose words say it, and the page on which it stands in full."""

    tone: str
    text: Sentence
    quote: str = ""
    url: str = ""


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


def in_order(found: Iterator[Fact]) -> list[Fact]:
    """The bad first, else as they were told."""
    return sorted(found, key=lambda fact: TONES.index(fact.tone))


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
    for packed in (project.class_detail or {}).get("warnings", ()):
        yield Fact("warn", unpack(packed))
    if project.investment_yuan:
        found = cost_warnings(
            rule_on("cost").value, total_cost=project.investment_yuan, cast_pay=project.cast_pay_yuan or 0,
            leads_pay=project.lead_pay_yuan or 0, episodes=project.episodes,
        )  # fmt: skip
        yield from (Fact("warn", sentence) for sentence in found)


@source("history")
def history(project: Project) -> Iterator[Fact]:
    """What was sent back and refused before, what it was filed anew from, who recused themselves."""
    asked = select(Screening.reason).where(Screening.project_id == project.id, Screening.decision == "sent_back")
    backs = list(db.session.scalars(asked.order_by(Screening.id)))
    if backs:
        yield Fact("warn", say("初审意见被处长退回过 %(n)s 次", n=len(backs)), backs[-1] or "")
    yield from _refused_before(project)
    if project.predecessor is not None:
        before = project.predecessor
        said = say("因故事变更重新备案，原编号 %(number)s", number=before.number or "")
        yield Fact("plain", said, "", url_for("projects.show", project_id=before.id))
    if project.recused_ids:
        names = db.session.scalars(select(User.name).where(User.id.in_(project.recused_ids)).order_by(User.name))
        yield Fact("plain", say("已回避：%(who)s", who="、".join(names)))


REFUSED = 3
"""How many titles of the same name that did not pass are named; the list of the bank names all."""


def _refused_before(project: Project) -> Iterator[Fact]:
    """Titles of the same name that did not pass."""
    same = select(Project).where(
        Project.title_key == project.title_key, Project.id != project.id, Project.state == "rejected"
    )
    found = db.session.scalars(same.order_by(Project.id.desc()).limit(REFUSED + 1)).all()
    for other in found[:REFUSED]:
        said = say("同名项目 %(number)s 没有通过（%(house)s）", number=other.number or "", house=other.house.name)
        yield Fact(
            "bad" if other.house_id == project.house_id else "warn",
            said,
            "",
            url_for("projects.show", project_id=other.id),
        )
    if len(found) > REFUSED:
        bank = url_for("projects.bank", q=project.title, state="rejected")
        yield Fact("warn", say("同名而没有通过的还有，只列最近 %(n)s 部", n=REFUSED), "", bank)
