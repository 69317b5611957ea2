"""What has to be done with a project next, whose turn it is, and by which act: one table for lists, pages and messages.

`next_duty` looks at where a project stands and at all that the act of that place still waits for, so that the party it
names can take the act at once. Who holds a project is its answer, kept with the project.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .errors import N_, Sentence, say

OFFICER, HOUSE = "officer", "producer"


@dataclass(frozen=True)
class Duty:
    """Whose turn it is (a role), what they have to do, and the act it is done by.

    `act` is a step ("project.receive", "round.agree") or an action of `workflows.actions` ("project.record_permit");
    empty while the program itself is at work.
    """

    role: str
    text: str
    act: str


@dataclass(frozen=True)
class Standing:
    """As much of a project as says what comes next.

    `lacking`: departments still to be asked for their opinion (协审), `awaited`: those asked that have not answered;
    `permit`: the Chinese name of the licence that is not recorded yet, None where none is lacking. Of the open round:
    its state, whether a seat is empty, how many of its experts have not signed. `letter`: "issuing" while the letter is
    made, "failed" when it could not be made.
    """

    state: str
    class_known: bool = True
    lacking: Sequence[str] = ()
    awaited: Sequence[str] = ()
    permit: str | None = None
    house_admitted: bool = True
    round_state: str | None = None
    seat_empty: bool = False
    unsigned: int = 0
    letter: str = ""
    letter_served: bool = False
    outcome: str | None = None
    changes_total: int = 0
    changes_open: int = 0
    suggestions_open: int = 0
    resume_state: str | None = None


BY_STATE: dict[str, Duty] = {
    "draft": Duty(HOUSE, N_("填完后提交"), "project.submit"),
    "submitted": Duty(OFFICER, N_("收件，看材料是否齐全"), "project.receive"),
    "received": Duty(OFFICER, N_("看材料：齐全就受理，缺什么一次告知"), "project.accept"),
    "completing": Duty(HOUSE, N_("逐项补正后交回"), "project.answer_completion"),
    "accepted": Duty(OFFICER, N_("按四项标准初审，呈报处长"), "project.propose"),
    "proposed": Duty("head", N_("看初审意见，审定是否入库"), "project.screen"),
    "screened": Duty(OFFICER, N_("排定五个节点的日期"), "project.schedule"),
    "scheduled": Duty(HOUSE, N_("开机后登记开机日期"), "project.start_production"),
    "in_production": Duty(HOUSE, N_("按月报进度，完成后送审"), "project.deliver"),
    "in_review": Duty(OFFICER, N_("开一轮审核，选专家"), "review.open"),
    "rectifying": Duty(HOUSE, N_("逐条整改后交回"), "change.answer"),
    "reviewed": Duty(HOUSE, N_("首播后登记播出"), "project.air"),
    "suspended": Duty(OFFICER, N_("查明情况后恢复办理"), "project.resume"),
    "dormant": Duty(OFFICER, N_("条件具备时唤醒"), "project.revive"),
}
"""By the project's state, where nothing else is waited for. States that are not named have ended: nobody's turn."""
BY_ROUND: dict[str, Duty] = {
    "composing": Duty(OFFICER, N_("选齐专家，发出邀请"), "review.compose"),
    "reading": Duty("expert", N_("审看样片，签名提交意见"), "assignment.sign"),
    "frozen": Duty(OFFICER, N_("整理专家意见，拟定结论"), "review.settle"),
    "proposed": Duty("head", N_("审签处理意见"), "round.agree"),
    "agreed": Duty("leader", N_("签批结论"), "round.decide"),
    "decided": Duty("sealer", N_("审核意见函编号"), "document.seal"),
}
"""By the state of the open round of a project in review."""
AFTER_LETTER: dict[str, Duty] = {
    "verify": Duty(OFFICER, N_("逐条核验整改"), "change.close"),
    "pass": Duty(OFFICER, N_("整改都已核验，办结通过"), "project.pass_title"),
    "pass_unchanged": Duty(OFFICER, N_("函已发出，办结通过"), "project.pass_title"),
    "next_round": Duty(OFFICER, N_("对新样片再开一轮审核"), "review.open"),
}
"""Once the letter is out, by what `after_letter` found."""
BESIDE_STATE = {
    "project.decide_class": ("accepted",), "project.ask_co_review": ("accepted",),
    "co_review.answer": ("accepted", "in_review"), "project.record_permit": ("reviewed",),
    "document.void": ("in_review",),
}  # fmt: skip
"""States of a project in which further acts may come next."""
BLOCKED = ("frozen", "proposed", "agreed", "decided")
"""States of a round whose next step waits for the departments asked (协审)."""


def states_waiting_for(act: str) -> tuple[str, ...]:
    """The states of a project in which this act may be what comes next; none for an act that never is."""
    of_review = any(duty.act == act for duty in (*BY_ROUND.values(), *AFTER_LETTER.values()))
    plain = [state for state, duty in BY_STATE.items() if duty.act == act]
    return tuple(dict.fromkeys((*plain, *BESIDE_STATE.get(act, ()), *(("in_review",) if of_review else ()))))


def after_letter(standing: Standing) -> str | None:
    """What a project in review waits for once its letter is out, as a key of `AFTER_LETTER`; None before."""
    out = standing.letter_served or standing.round_state == "issued"
    if standing.state != "in_review" or not out:
        return None
    if standing.outcome == "re_review":
        return "next_round"
    if standing.changes_open or standing.suggestions_open:
        return "verify"
    return "pass" if standing.changes_total else "pass_unchanged"


def next_duty(standing: Standing) -> Duty | None:
    """What comes next and whose turn it is; None for a project that has ended."""
    if standing.state == "draft" and not standing.house_admitted:
        return Duty(HOUSE, N_("先写好草稿，入驻通过后提交"), "project.edit")
    if standing.state == "accepted":
        return _before_proposal(standing) or BY_STATE["accepted"]
    if standing.state == "in_review":
        return _in_review(standing)
    if standing.state == "reviewed" and standing.permit:
        return Duty(
            OFFICER, say("登记%(permit)s，制作机构凭它播出", permit=say(standing.permit)), "project.record_permit"
        )
    return BY_STATE.get(standing.state)


def _before_proposal(standing: Standing) -> Duty | None:
    """What has to be there before a screening is laid before the head."""
    if not standing.class_known:
        return Duty(OFFICER, N_("先认定类别，再呈报初审意见"), "project.decide_class")
    if standing.lacking:
        return Duty(OFFICER, say("征求%(who)s的协审意见", who=tuple(standing.lacking)), "project.ask_co_review")
    return _answer_awaited(standing) if standing.awaited else None


def _in_review(standing: Standing) -> Duty:
    reached = after_letter(standing)
    blocked = standing.round_state in BLOCKED or reached in ("pass", "pass_unchanged")
    if standing.awaited and blocked:
        return _answer_awaited(standing)
    if reached:
        return AFTER_LETTER[reached]
    if standing.round_state == "reading" and standing.seat_empty:
        return Duty(OFFICER, N_("有专家不能看，请补选"), "review.compose")
    if standing.round_state == "reading" and not standing.unsigned:
        return Duty(OFFICER, N_("专家都已签名，请公开意见开始整理"), "round.freeze")
    if standing.round_state == "decided" and standing.letter == "failed":
        return Duty("sealer", N_("函没有做成，请重做或作废文号"), "document.void")
    if standing.round_state == "decided" and standing.letter == "issuing":
        return Duty("sealer", N_("函正在制作，做好就送达"), "")
    return BY_ROUND.get(standing.round_state or "", BY_STATE["in_review"])


def _answer_awaited(standing: Standing) -> Duty:
    return Duty(OFFICER, say("等%(who)s答复，收到后登记", who=tuple(standing.awaited)), "co_review.answer")


FROM_OUTSIDE = {
    "submitted": N_("等省局收件"),
    "received": N_("等省局看材料"),
    "accepted": N_("等省局初审"),
    "proposed": N_("等省局初审"),
    "screened": N_("等省局排期"),
    "in_review": N_("等省局审核"),
    "reviewed": N_("等省局登记许可证号"),
    "suspended": N_("等省局恢复办理"),
    "dormant": N_("等省局唤醒"),
}
"""What a house reads while a title lies with the bureau: which desk it is on, and what is thought there, is not said."""


def as_told(duty: Duty, state: str, inside: bool) -> Sentence | str:
    """What has to be done, in the words of somebody inside the bureau, or of its house."""
    return duty.text if inside or duty.role == HOUSE else FROM_OUTSIDE.get(state, N_("等省局办理"))
