"""Records along the way: co-reviews, filing numbers and licences, changes of title, house or length."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from sqlalchemy import select

from audiovisual.kernel.calendar import working_calendar
from audiovisual.kernel.database import operation
from audiovisual.kernel.events import note
from audiovisual.kernel.lifecycle import after as accompanies
from audiovisual.kernel.lifecycle import apply
from audiovisual.kernel.model import db, shanghai, today, utcnow
from audiovisual.kernel.rules import rule_on
from audiovisual.kernel.text import moment
from audiovisual.people.models import House
from workflows import beside, typed
from workflows.access import SYSTEM, Actor
from workflows.clock import add_working_days
from workflows.engine import Fired, broken, check
from workflows.errors import N_, AlreadyDone, RuleBroken, broken_in, obey, say
from workflows.filing import broken_by
from workflows.naming import asks_department, spellings
from workflows.order import Course, permit_out_of_order
from workflows.records import ENDED

from .. import clocks
from ..models import PERMITS, ChangeRequest, CoReview, FormerTitle, Permit, Project
from ..titles import title_key
from .filing import view_of


@operation
def ask_co_review(project: Project, actor: Actor, department: str, question: str) -> CoReview:
    """Ask another department for its written opinion (协审). The title waits, its clock too. One open question to each."""
    beside.need(beside.ask_co_review(project, actor))
    obey(broken_by_question(project, department))
    days = rule_on("clocks").value["steps"]["co_review"]["internal"]
    review = CoReview(
        project_id=project.id, department=department, question=question, asked_by_id=actor.id,
        due_on=add_working_days(today(), days, working_calendar()),
    )  # fmt: skip
    db.session.add(review)
    db.session.flush()
    db.session.expire(project, ["co_reviews"])
    clocks.pause(project, "co_review")
    clocks.refresh(project)
    clocks.pass_on(project)
    note(project, "ask_co_review", actor, N_("征求%(department)s意见，时钟暂停"),
         public_text=N_("省局正在征求有关部门意见"), department=department)  # fmt: skip
    return review


def broken_by_question(project: Project, department: str) -> Iterator[RuleBroken]:
    """Each rule that a question to a department breaks."""
    same = (
        asks_department(department, other) and asks_department(other, department)
        for other in project.co_reviews_awaited
    )
    if department and any(same):
        yield RuleBroken(say("已经在征求%(department)s意见，还没有答复。", department=department), "department")


def broken_by_answer(
    review: CoReview, actor: Actor, opinion: str, answered_on: date | None, file: Any
) -> Iterator[RuleBroken]:
    """Each rule that a department's answer breaks. `file`: its paper, or whether there is one."""
    if answered_on is not None and answered_on > today():
        yield RuleBroken(say("答复日期不能晚于今天。"), "answered_on")
    if answered_on is not None and answered_on < shanghai(review.asked_at).date():
        yield RuleBroken(say("答复日期不能早于征求意见的日期。"), "answered_on")
    yield from broken(review.machine, review, "answer", actor, {"opinion": opinion, "file_id": file})


@operation
def answer_co_review(
    review: CoReview, actor: Actor, verdict: str, opinion: str, answered_on: date, file_id: int | None = None
) -> None:  # fmt: skip
    """Record the department's answer, in words or as its paper."""
    beside.need(check(review.machine, review, "answer", actor))
    obey(broken_by_answer(review, actor, opinion, answered_on, file_id))
    stamps = {"verdict": verdict, "opinion": opinion, "answered_on": answered_on, "file_id": file_id}
    kept = {"verdict": verdict, "department": review.department}
    apply(review, "answer", actor, opinion=opinion, file_id=file_id, kept=kept, stamps=stamps)
    _go_on(review.project)


@operation
def cancel_co_review(review: CoReview, actor: Actor, reason: str) -> None:
    """Take a question to a department back, with a reason."""
    apply(review, "cancel", actor, reason, kept={"department": review.department})
    _go_on(review.project)


def _go_on(project: Project) -> None:
    db.session.flush()
    db.session.expire(project, ["co_reviews"])
    if not project.co_reviews_awaited:
        clocks.unpause(project, "co_review")
    clocks.refresh(project)


@dataclass(frozen=True)
class PermitData:
    """What is written down of a filing number or licence. `file_id`: its scan."""

    kind: str
    number: str
    issued_on: date
    valid_until: date | None = None
    note: str = ""
    file_id: int | None = None

    def fields(self) -> dict[str, Any]:
        """By the names of the columns."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


@operation
def record_permit(
    project: Project, actor: Actor, kind: str, number: str, issued_on: date, valid_until: date | None = None,
    note_text: str = "", file_id: int | None = None,
) -> Permit:  # fmt: skip
    """Record a filing number or licence. The same number twice is refused; a planning filing lapses after two years.

    Pressed twice it is one number, and says so (`AlreadyDone`).
    """
    beside.need(beside.record_permit(project, actor))
    given = complete_permit(PermitData(kind, number, issued_on, valid_until, note_text, file_id))
    _recorded_before(project, given)
    obey(broken_by_permit(project, kind, number, issued_on, valid_until, note_text))
    permit = Permit(project_id=project.id, recorded_by_id=actor.id, **given.fields())
    db.session.add(permit)
    db.session.flush()
    db.session.expire(project, ["permits"])
    clocks.pass_on(project)
    note(project, "record_permit", actor, N_("登记%(kind)s：%(number)s"), public_text=N_("省局登记%(kind)s：%(number)s"),
         tells=("house",), kind=PERMITS[kind], number=number, issued_on=issued_on.isoformat(),
         **({"valid_until": permit.valid_until.isoformat()} if permit.valid_until else {}))  # fmt: skip
    return permit


def complete_permit(given: PermitData) -> PermitData:
    """What is to be written down, with the day a planning filing lapses."""
    if given.valid_until is not None or given.kind != "planning_filing":
        return given
    years = rule_on("clocks").value["filing_valid_years"]
    return replace(given, valid_until=_years_after(given.issued_on, years))


def _recorded_of(kind: str | None, number: str) -> Permit | None:
    same = select(Permit).where(Permit.kind == kind, Permit.number.in_(spellings(number)))
    return db.session.scalars(same).first()


def _recorded_before(project: Project, given: PermitData) -> None:
    """Where the very same stands there for this title, the button was pressed twice."""
    found = _recorded_of(given.kind, given.number)
    if found is None or found.project_id != project.id:
        return
    if (found.issued_on, found.valid_until, found.note) == (given.issued_on, given.valid_until, given.note):
        raise AlreadyDone(say("这个证号在 %(at)s 已经登记好了，这次没有重复登记。", at=moment(found.recorded_at)))


def broken_by_permit(
    project: Project, kind: str | None, number: str | None, issued_on: date | None, valid_until: date | None,
    remark: str = "", but: int | None = None,
) -> Iterator[RuleBroken]:  # fmt: skip
    """Each rule that a permit to be recorded breaks; what could not be read is None. `but`: the row that is corrected.

    `remark`: explains a day nobody would expect.
    """
    if kind not in PERMITS:
        yield RuleBroken(say("请选择证件种类。"), "kind")
    if issued_on is not None and issued_on > today():
        yield RuleBroken(say("发出日期不能晚于今天。"), "issued_on")
    if valid_until is not None and issued_on is not None and valid_until <= issued_on:
        yield RuleBroken(say("有效期要晚于发出日期。"), "valid_until")
    odd = permit_out_of_order(kind or "", issued_on, course_of(project)) if issued_on is not None else None
    if odd is not None and not remark.strip():
        yield RuleBroken(say("%(what)s，请核对；确实如此的，请在备注里写明原因。", what=odd), "issued_on")
    if not number:
        return
    length = _length_of(kind)
    if length and len(number) != length:
        yield RuleBroken(say("备案号应为 %(n)s 位，请核对。", n=length), "number")
    found = _recorded_of(kind, number)
    if found is not None and found.id != but:
        sentence = say(
            "这个编号已经登记过，是《%(title)s》的；登记错了，请在那部片的“记录”里更正。", title=found.project.title
        )
        yield RuleBroken(sentence, "number")


def course_of(project: Project) -> Course:
    """The days of a title by which others are judged."""
    day = lambda stamp: shanghai(stamp).date() if stamp is not None else None  # noqa: E731
    return Course(
        submitted_on=day(project.submitted_at), started_on=project.started_on,
        reviewed_on=day(project.reviewed_at), aired_on=project.aired_on,
        planning_required=(project.class_detail or {}).get("plan_filing") == "required",
    )  # fmt: skip


def _length_of(kind: str | None) -> int:
    """How long a number of this kind has to be; 0 for any. Filing numbers are opaque; their length is looked at only
    where the rule's switch is on."""
    rule = rule_on("numbers").value
    filed = kind in ("planning_filing", "release_filing") and rule.get("filing_number_checked")
    return int(rule["filing_number_length"]) if filed else 0


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)


@operation
def ask_change(
    project: Project, actor: Actor, kind: str, after: str, reason: str, house_after: House | None = None
) -> ChangeRequest:  # fmt: skip
    """Ask to change title, house or number of episodes (变更). A changed story is filed anew instead.

    A change of house waits for the house that is to take the title over, and then for the officer.
    """
    beside.need(beside.ask_change(project, actor))
    obey(broken_by_change(project, kind, after, reason))
    if kind == "house" and house_after is None:
        raise RuleBroken(say("请填写变更后的内容。"), "after")
    after = _read(kind, after)
    before = _as_it_is(project)[kind]
    request = ChangeRequest(
        project_id=project.id, kind=kind, before=before, after=after, reason=reason, asked_by_id=actor.id,
        house_after=house_after, state="offered" if kind == "house" else "asked",
    )  # fmt: skip
    db.session.add(request)
    db.session.flush()
    note(request, "ask", actor, N_("申请变更：%(before)s → %(after)s"), public_text=N_("申请变更：%(before)s → %(after)s"),
         reason=reason, tells=("officer",) if kind != "house" else (), before=before, after=after)  # fmt: skip
    if request.state == "offered":
        offered = N_("请%(after)s答复是否接手")
        note(request, "offer", actor, offered, public_text=offered, tells=("taker", "officer"), after=after)
    return request


def broken_by_change(project: Project, kind: str | None, after: str | None, reason: str | None) -> Iterator[RuleBroken]:
    """Each rule that a change to be asked for breaks; what could not be read is None."""
    if not (reason or "").strip():
        yield RuleBroken(say("请写明变更理由。"), "reason")
    open_ = select(ChangeRequest.id).where(
        ChangeRequest.project_id == project.id, ChangeRequest.kind == kind, ChangeRequest.decided_at.is_(None)
    )
    if db.session.scalar(open_):
        yield RuleBroken(say("同一项变更已经在审批中，要改请先撤回原来的申请。"), "kind")
    if not (after or "").strip():
        yield RuleBroken(say("请填写变更后的内容。"), "after")
    elif kind in _as_it_is(project):
        yield from broken_in(lambda: _differs(project, str(kind), str(after)))


def _as_it_is(project: Project) -> dict[str, str]:
    """What can be changed of a title, as it stands."""
    return {"title": project.title, "house": project.house.name, "episodes": str(project.episodes)}


def _differs(project: Project, kind: str, after: str) -> None:
    """Refuse what is no change, and what a filing could not say."""
    after = _read(kind, after)
    if after == _as_it_is(project)[kind]:
        raise RuleBroken(say("与现在的一样，不用变更。"), "after")
    _obey_filing(project, kind, after)


def _obey_filing(project: Project, kind: str, after: str) -> None:
    """A changed title or number of episodes obeys what a filing must (title, length, one episode for a film)."""
    if kind == "house":
        return
    view = view_of(project)
    setattr(view, kind, _episodes(after) if kind == "episodes" else after)
    broken = broken_by(view, kind, today(), rule_on("filing").value)
    if broken is not None:
        raise RuleBroken(broken, "after")


def _read(kind: str, after: str) -> str:
    """What a change asks for, read as the filing reads the same: 《新名》 is 新名, 24 集 is 24."""
    return {"episodes": lambda: str(_episodes(after)), "title": lambda: typed.title(after)}.get(kind, after.strip)()


def _episodes(after: str) -> int:
    """The number of episodes a change asks for."""
    try:
        return typed.whole(after, typed.EPISODES) or 0
    except typed.NotRead as refusal:
        raise RuleBroken(refusal.sentence, "after") from None


@operation
def answer_take_over(request: ChangeRequest, actor: Actor, consent: bool, reason: str = "") -> None:
    """The house that is to take the title over consents, or declines with a reason."""
    kept, word = {"after": request.after}, "consent" if consent else "decline"
    stamps = {} if consent else {"decided_by_id": actor.id, "decided_at": utcnow(), "decision_reason": reason}
    apply(request, word, actor, reason or None, kept=kept, stamps=stamps)


@operation
def decide_change(request: ChangeRequest, actor: Actor, approve: bool, reason: str = "") -> None:
    """Grant or refuse a change. A granted title keeps the old one among its former titles."""
    stamps = {"decided_by_id": actor.id, "decided_at": utcnow(), "decision_reason": reason}
    kept: dict[str, Any] = {"before": request.before, "after": request.after}
    apply(request, "approve" if approve else "refuse", actor, reason or None, kept=kept, stamps=stamps)
    if approve:
        _carry_out(request)


@operation
def withdraw_change(request: ChangeRequest, actor: Actor, reason: str = "") -> None:
    """The house takes its request back; another of the same kind may be asked at once."""
    stamps = {"decided_by_id": actor.id, "decided_at": utcnow(), "decision_reason": reason}
    kept = {"before": request.before, "after": request.after}
    apply(request, "withdraw", actor, reason or None, kept=kept, stamps=stamps)


@accompanies("project")
def end_changes(project: Project, fired: Fired, actor: Actor, data: dict[str, Any]) -> None:
    """A title that ends takes along the changes and the co-reviews asked for: nobody is to answer them any more."""
    if fired.target in ENDED:
        waiting = select(ChangeRequest).where(
            ChangeRequest.project_id == project.id, ChangeRequest.state.in_(("offered", "asked"))
        )
        for request in db.session.scalars(waiting).all():
            apply(request, "end", SYSTEM, stamps={"decided_at": utcnow()})
        asked = select(CoReview).where(CoReview.project_id == project.id, CoReview.state == "asked")
        for review in db.session.scalars(asked).all():
            apply(review, "end", SYSTEM)


def _carry_out(request: ChangeRequest) -> None:
    project = request.project
    _obey_filing(project, request.kind, request.after)  # asked again: rule and type may have moved since
    if request.kind == "title":
        db.session.add(FormerTitle(project_id=project.id, title=project.title, title_key=project.title_key))
        project.title, project.title_key = request.after, title_key(request.after)
    elif request.kind == "house":
        taking = request.house_after
        if taking is None or taking.state != "admitted":
            raise RuleBroken(say("接手的机构现在不是已入驻状态，不能变更。"), "reason")
        project.house_id = taking.id
        project.contact_name, project.contact_phone = taking.contact_name, taking.contact_phone
    else:
        project.episodes = int(request.after)
    db.session.flush()
    db.session.expire(project, ["former_titles", "house"])
