"""Life of a review round (审核轮次), of an expert's assignment, and of a change the house must answer.

Sources: 令16号20条 (pass, changes, refusal in writing), 63号令17–18条 (experts impartial, recusal), the signing chain
经办 → 处长 → 分管局领导 → 用印. Nobody takes two successive steps of one decision.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from . import project
from .access import Actor, different_person, is_in_charge, knows_project, knows_round, not_recused, took_it
from .clock import StepRule, deadlines
from .engine import Machine, State, Step
from .errors import N_, NotAllowed, Sentence, WrongState, listed, say
from .working_days import Calendar

Answer = Sentence | tuple[str, Sentence] | NotAllowed | WrongState | None

OFFICER = frozenset({"officer"})
EXPERT = frozenset({"expert"})

OUTCOMES: dict[str, str] = {
    "passed": N_("通过"),
    "pass_after_changes": N_("修改后通过"),
    "re_review": N_("修改后重审"),
    "refused": N_("不予通过"),
}
DECISIONS: dict[str, str] = {
    "passed": N_("予以许可"),
    "pass_after_changes": N_("需修改"),
    "re_review": N_("需修改"),
    "refused": N_("不予许可"),
}
"""The bureau's four outcomes and the law's three decisions they stand for (令16号20条)."""

ROUND_STATES = (
    State("composing", N_("组专家组")),
    State("reading", N_("专家审看")),
    State("frozen", N_("整理意见")),
    State("proposed", N_("呈处长")),
    State("agreed", N_("呈局领导")),
    State("decided", N_("待编号发函")),
    State("issued", N_("函已发出")),
    State("closed", N_("办结"), final=True),
    State("cancelled", N_("已取消"), final=True),
)


def in_charge(round_: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """The officer in charge of the title runs its rounds."""
    return is_in_charge(round_.project, actor)


def unbiased(round_: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """Not recused from the title."""
    return not_recused(round_.project, actor)


def title_is_under_review(round_: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """A round moves only while its title stands in review: a withdrawn or suspended title decides nothing."""
    if round_.project.state != "in_review":
        return say("这部片现在不在审核中，这一轮不能往下办。")
    return None


def co_reviews_answered(round_: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """While another department is asked (协审) nothing is proposed, agreed or decided: its opinion belongs to that."""
    return project.co_reviews_answered(round_.project, actor, data)


def not_the_one_before(round_: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """What was proposed is not sent back by who proposed it, what was agreed not by who agreed."""
    step = "proposed" if round_.state == "proposed" else "agreed"
    return took_it(round_, actor, f"{step}_by_id", f"{step}_for_id", roles=("head", "leader"))


def panel_is_large_enough(round_: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """《通则》2017: at least three reviewers for drama; the number is kept with the round's form."""
    if round_.seats_filled < round_.seats:
        return say("专家组要 %(seats)s 人，现在 %(n)s 人。", seats=round_.seats, n=round_.seats_filled)
    return None


def panel_may_judge(round_: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """63号令17–18条: who left, or is found partial since they were chosen, is not invited."""
    standings = round_.standings
    for seat in round_.active:
        standing = standings[seat.expert_id]
        if standing.gone:
            return say("%(name)s不能审看：%(why)s。请先移出。", name=seat.expert.name, why=standing.gone)
        if standing.bars:
            return say("%(name)s应回避：%(why)s。请先移出。", name=seat.expert.name, why=standing.bars[0])
    return None


def all_signed_or_reason(round_: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """Opinions open when every seat of the panel has signed; opened earlier, the officer says why, and who is missing is
    told by name. Without any opinion there is none. A seat that stands empty has not signed either.
    """
    if round_.signed == 0:
        return say("还没有专家签名，不能公开意见。")
    if round_.missing <= 0 or data["asking"] or (data.get("reason") or "").strip():
        return None
    if not round_.absent:
        return "reason", say("专家组还缺 %(n)s 人签名，现在公开意见请写明理由。", n=round_.missing)
    who = listed(missing_names(round_))
    return "reason", say("还缺 %(n)s 人签名：%(who)s。现在公开意见请写明理由。", n=round_.missing, who=who)


def missing_names(round_: Any) -> list[Sentence]:
    """Whose signatures are missing, each with how far they came: 庄怀民（审看中）."""
    return [
        say("%(name)s（%(state)s）", name=seat.expert.name, state=say(ASSIGNMENT.state(seat.state).label))
        for seat in round_.absent
    ]


def earlier_points_are_verified(left: Any) -> Sentence | None:
    """What the house answered to an earlier letter is verified, or stands again in this round, before it is proposed."""
    if left.earlier_pending:
        return say("前几轮还有 %(n)s 条没有核验，请先核验，或并入本轮。", n=left.earlier_pending)
    return None


def every_point_is_settled(left: Any) -> Sentence | None:
    """What an expert signed is taken up, or left out with a reason; nothing of it falls away unsaid."""
    if left.points_open:
        return say("还有 %(n)s 条专家意见没有处理：请采用，或写明理由不采用。", n=left.points_open)
    return None


def common_texts_are_written(left: Any) -> Sentence | None:
    """A row merged from points that differ holds all their words until somebody has written the common text."""
    if left.rows_to_word:
        return say("有 %(n)s 条是并成的，还没有写共同文字。", n=left.rows_to_word)
    return None


def bottom_lines_are_answered(left: Any) -> Sentence | None:
    """What an expert found below the bottom line (底线合规，一票否决) is answered, whatever becomes of it."""
    if left.bottom_lines_unanswered:
        return say("专家判有 %(n)s 项底线不合格，还没有写处理意见。", n=left.bottom_lines_unanswered)
    return None


def outcome_is_founded(round_: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """An outcome stands on rows and on the bottom line (底线合规，一票否决).

    Changes need must-rows, a pass has none; nothing passes as it is that a signed opinion found below the bottom line;
    where the bureau finds so too, the same outcomes are barred as for an expert; a refusal gives its reason in writing.
    """
    if data["asking"]:
        return None
    outcome, must = data.get("outcome"), round_.must_rows
    if outcome not in OUTCOMES:
        return "outcome", say("请选择审核结论。")
    if outcome == "passed" and must:
        return "outcome", say("还有 %(n)s 条“必改”，不能直接“通过”。", n=must)
    if outcome == "passed" and round_.bottom_line_failed:
        return "outcome", say("专家判有 %(n)s 项底线不合格，不能直接“通过”。", n=round_.bottom_line_failed)
    if outcome in round_.form.get("bottom_line_blocks", ()) and round_.bottom_lines_upheld:
        return "outcome", say("认定底线不合格的，结论只能是“修改后重审”或“不予通过”。")
    if outcome in ("pass_after_changes", "re_review") and not must:
        return "outcome", say("结论要求修改，但没有一条“必改”。")
    if outcome == "refused" and not (data.get("grounds") or "").strip():
        return "grounds", say("“不予通过”要书面说明理由。")
    return None


def barred_outcomes(round_: Any, actor: Actor) -> dict[str, Sentence]:
    """The outcomes that the round's points and bottom lines bar as they stand, each with the sentence that says why.

    `round_`: a round, or what of it an outcome stands on.
    """
    asked = {"asking": False, "grounds": "—"}
    found = {outcome: outcome_is_founded(round_, actor, {**asked, "outcome": outcome}) for outcome in OUTCOMES}
    return {outcome: answer[1] for outcome, answer in found.items() if isinstance(answer, tuple)}


PROPOSABLE = (in_charge, title_is_under_review, co_reviews_answered)
"""What must hold before anything of a round is proposed, whatever it says."""
SETTLED = (earlier_points_are_verified, every_point_is_settled, common_texts_are_written, bottom_lines_are_answered)
"""What must have been dealt with; each looks at one number of what is left (`reviews.unsettled`)."""


def all_is_settled(round_: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """Nothing that an expert signed or a house answered waits any more."""
    left = round_.unsettled
    return next((sentence for rule in SETTLED if (sentence := rule(left)) is not None), None)


def reading_due(
    rule: StepRule, invited_on: date, calendar: Calendar, chosen: date | None = None, late: bool = False
) -> date:
    """The last day for an expert's signed opinion, counted from the day of the invitation, never from an earlier one.

    `rule` is the clock of expert reading. A day the officer chose stands for the panel as long as it has not passed; who
    is invited `late`, after the others, has the full length of the clock, and at least the panel's day.
    """
    line = deadlines(rule, invited_on, (), calendar).internal
    assert line is not None and line.due is not None  # the rule has an internal line, and nothing pauses it
    if chosen is None or chosen < invited_on:
        return line.due
    return max(chosen, line.due) if late else chosen


ROUND_STEPS = (
    Step("invite", ("composing",), "reading", OFFICER, N_("发出邀请"), N_("邀请专家审看"), "",
         rules=(in_charge, title_is_under_review, panel_is_large_enough, panel_may_judge), primary=True),
    Step("freeze", ("reading",), "frozen", OFFICER | {"system"}, N_("公开专家意见，开始整理"), N_("公开了专家意见，开始整理"), "",
         rules=(in_charge, title_is_under_review, all_signed_or_reason), tells=("officer",), primary=True,
         follows=N_("公开后专家不能再写、再签，也不能再添专家；不能恢复。")),
    Step("propose", ("frozen",), "proposed", OFFICER, N_("呈处长审签"), N_("呈给了处长审签"), "",
         rules=(*PROPOSABLE, outcome_is_founded, all_is_settled), tells=("heads",), primary=True,
         follows=N_("呈报后由处长审签；要改，须请处长或局领导退回。")),
    Step("agree", ("proposed",), "agreed", frozenset({"head"}), N_("同意，呈局领导"), N_("同意了处理意见，呈局领导"), "",
         rules=(unbiased, title_is_under_review, different_person("proposed_by_id", "proposed_for_id", role="head"), co_reviews_answered),
         tells=("leaders",), primary=True,
         follows=N_("同意后呈局领导签批，不能收回；要改，须请局领导退回。")),
    Step("send_back", ("proposed", "agreed"), "frozen", frozenset({"head", "leader"}), N_("退回经办"), N_("退回了经办"), "",
         rules=(unbiased, not_the_one_before), tells=("officer",), needs_reason=True),
    Step("decide", ("agreed",), "decided", frozenset({"leader"}), N_("签批"), N_("签批了结论"), "",
         rules=(unbiased, title_is_under_review, different_person("agreed_by_id", "agreed_for_id", role="leader"), co_reviews_answered),
         tells=("sealers", "officer"), primary=True,
         follows=N_("签批后按这份意见拟函、编号、送达，不能收回；要改的，请退回经办。")),
    Step("issue", ("decided",), "issued", frozenset({"sealer", "system"}), N_("发函"), N_("发出了审核意见函"), "",
         quiet=True),
    Step("close", ("issued",), "closed", OFFICER | {"producer", "sealer", "system"}, N_("办结本轮"), N_("本轮办结"), "",
         quiet=True),
    Step("cancel", ("composing", "reading", "frozen"), "cancelled", OFFICER | {"system", "producer"}, N_("取消本轮"), N_("取消了本轮"),
         "", rules=(in_charge,), tells=("experts",), needs_reason=True,
         consequence=N_("取消后本轮办结，不能恢复：专家写的意见不再公开，也不进结论；要审，须另开一轮。请写明理由，专家会看到。")),
    Step("end", ("proposed", "agreed", "decided"), "cancelled", frozenset({"system"}), N_("随片终止"), N_("本轮随片结束"), "",
         needs_reason=True, quiet=True),
)  # fmt: skip

ROUND = Machine("round", ROUND_STATES, ROUND_STEPS, initial="composing", knows=knows_round)


def knows_assignment(assignment: Any, actor: Actor) -> bool:
    """The bureau and the expert himself; colleagues do not learn of each other here."""
    if "system" in actor.roles or actor.is_staff:
        return True
    return "expert" in actor.roles and actor.id == assignment.expert_id


def is_own(assignment: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """An expert answers for himself only."""
    if actor.id != assignment.expert_id:
        return NotAllowed(say("这不是您的审看任务。"))
    return None


def assignment_in_charge(assignment: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """The officer in charge of the title arranges its panel."""
    return is_in_charge(assignment.round.project, actor)


def round_is_reading(assignment: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """Opinions are written while the round is open and the title is in review."""
    if assignment.round.state != "reading" or assignment.round.project.state != "in_review":
        return say("这一轮已经不在审看中。")
    return None


def still_impartial(assignment: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """Asked anew when he accepts and when he signs: house and posts may have changed since (63号令17–18条)."""
    why = assignment.interest
    return None if why is None else say("您应回避这部片：%(why)s。请点“回避（立即生效）”，或联系经办。", why=why)


def panel_is_still_open(assignment: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """Experts are chosen, and asked again, until the opinions are gathered."""
    if assignment.round.state not in ("composing", "reading"):
        return WrongState(say("这一轮已经不能再添专家。"))
    return None


def opinion_is_complete(assignment: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """What is signed is complete: scores with reasons, rows with place and basis, a conclusion."""
    lacks = assignment.lacks
    if lacks:
        return say("还不能签名：%(what)s", what=lacks[0])
    return None


def contradictions_are_explained(assignment: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """Where conclusion, scores, points and bottom line speak against each other, the expert says why."""
    if data["asking"] or (data.get("explanation") or "").strip():
        return None
    found = assignment.contradictions
    return ("explanation", say("请写一句说明：%(what)s", what=found[0])) if found else None


ASSIGNMENT_STATES = (
    State("proposed", N_("已选入")),
    State("invited", N_("已邀请")),
    State("accepted", N_("审看中")),
    State("signed", N_("已签名"), final=True),
    State("declined", N_("已谢绝")),
    State("recused", N_("已回避"), final=True),
    State("released", N_("已解除")),
    State("removed", N_("已移出")),
)
OUT = ("declined", "recused", "released", "removed")
"""States of who is not on the panel. Only recusal is for good: the others may be chosen again, their opinion is kept."""
ASSIGNMENT_STEPS = (
    Step("choose_again", ("removed", "released", "declined"), "proposed", OFFICER, N_("再次选入"), N_("再次选入了%(name)s"), "",
         rules=(assignment_in_charge, panel_is_still_open), quiet=True),
    Step("remove", ("proposed",), "removed", OFFICER | {"system"}, N_("移出"), N_("把%(name)s移出了名单"), "",
         rules=(assignment_in_charge,)),
    Step("send", ("proposed",), "invited", OFFICER, N_("发出邀请"), N_("邀请了%(name)s审看"), "",
         rules=(assignment_in_charge,), tells=("expert",), quiet=True),
    Step("take", ("invited",), "accepted", EXPERT, N_("接受"), N_("接受了审看"), "",
         rules=(is_own, round_is_reading, still_impartial), tells=("officer",), primary=True),
    Step("decline", ("invited",), "declined", EXPERT, N_("谢绝"), N_("谢绝了审看"), "",
         rules=(is_own,), tells=("officer",), needs_reason=True,
         consequence=N_("谢绝后，这部片不再对您开放；改了主意，请与经办联系，可以再请您。请写明原因：时间不合适、不熟悉这类题材，或别的。")),
    Step("recuse", ("invited", "accepted"), "recused", EXPERT, N_("回避（立即生效）"), N_("回避了审看"), "",
         rules=(is_own,), tells=("officer",), needs_reason=True,
         consequence=N_("回避立即生效，不能撤回：材料和样片不再对您开放，写的意见不进本轮，以后也不再请您看这部片。请写明与谁有什么关系。")),
    Step("release", ("invited", "accepted"), "released", OFFICER | {"system"}, N_("解除"), N_("解除了%(name)s的审看"), "",
         rules=(assignment_in_charge,), tells=("expert",),
         consequence=N_("解除后，这位专家不能再看这部片，写的意见不进本轮，会收到通知；解除错了可以再邀请，写的意见还在。")),
    Step("sign", ("accepted",), "signed", EXPERT, N_("签名提交"), N_("签名提交了意见"), "",
         rules=(is_own, round_is_reading, opinion_is_complete, contradictions_are_explained, still_impartial), tells=("officer",), primary=True,
         consequence=N_("签名后不能再改。")),
)  # fmt: skip
ASSIGNMENT = Machine("assignment", ASSIGNMENT_STATES, ASSIGNMENT_STEPS, initial="proposed", knows=knows_assignment)


def knows_change(change: Any, actor: Actor) -> bool:
    """The bureau always; the house once the letter is out; experts of the title by their round."""
    if "system" in actor.roles or actor.is_staff:
        return knows_project(change.round.project, actor)
    if "producer" in actor.roles and actor.organisation_id == change.round.project.house_id:
        return change.round.state in ("issued", "closed")
    return knows_round(change.round, actor) and change.round.state in ("issued", "closed")


def answer_is_given(change: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """A row is answered in words, and what must change comes with evidence that it was; a suggestion need not."""
    if data["asking"]:
        return None
    if not (data.get("text") or "").strip():
        return "text", say("请写明怎样改的，或为什么不改。")
    if change.severity == "must" and data.get("how") != "explained" and not data.get("evidence"):
        return "evidence", say("改过的条目请附证据：文件，或新样片的集和时码。")
    return None


def title_is_rectifying(change: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """Houses answer while the title is with them."""
    if change.round.project.state != "rectifying":
        return say("现在不在整改期，不能答复。")
    return None


def change_in_charge(change: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """The officer in charge verifies what the house answered."""
    return is_in_charge(change.round.project, actor)


def answer_is_there(change: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """An answer is judged; one that was sent back by mistake can still be passed, until the title has gone back."""
    if change.state == "open" and (not change.answers or change.round.project.state != "in_review"):
        return WrongState(say("机构还没有答复这一条，不能核验。"))
    return None


def answer_is_asked(change: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """Rows open for an answer only where the letter asks for one, by a day."""
    if change.round.answer_by is None:
        return say("这份函没有要求答复。")
    return None


def title_is_open_for_it(change: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """A row is taken up again only while the title is still judged: a passed title has none open."""
    if change.round.project.state not in ("in_review", "rectifying"):
        return say("这部片已经办结或不在审核中，不能退回条目。")
    return None


CHANGE_STATES = (
    State("drafted", N_("拟稿")),
    State("open", N_("待答复")),
    State("answered", N_("待核验")),
    State("closed", N_("已核验"), final=True),
    State("noted", N_("不用答复"), final=True),
    State("carried", N_("转入下一轮"), final=True),
    State("lapsed", N_("随片结束"), final=True),
)
CHANGE_STEPS = (
    Step("publish", ("drafted",), "open", frozenset({"sealer", "system"}), N_("发出"), N_("发出修改意见"), "",
         rules=(answer_is_asked,), quiet=True),
    Step("tell", ("drafted",), "noted", frozenset({"sealer", "system"}), N_("发出"), N_("发出意见，不用答复"), "", quiet=True),
    Step("carry", ("open", "answered"), "carried", frozenset({"sealer", "system"}), N_("转到下一轮"), N_("转入了下一轮"), "",
         quiet=True),
    Step("lapse", ("open", "answered"), "lapsed", frozenset({"system"}), N_("随片终止"), N_("整改随片终止了"), "", quiet=True),
    Step("answer", ("open", "answered"), "answered", frozenset({"producer"}), N_("答复"), N_("答复了第 %(n)s 条"),
         N_("答复了第 %(n)s 条"), rules=(title_is_rectifying, answer_is_given), primary=True,
         follows=N_("交回省局之前可以再改。")),
    Step("close", ("answered", "open"), "closed", OFFICER, N_("核验通过"), N_("核验通过了第 %(n)s 条"), N_("省局核验通过第 %(n)s 条"),
         rules=(change_in_charge, answer_is_there), primary=True,
         follows=N_("办结通过之前，核验错了可以退回再改。")),
    Step("reopen", ("answered", "closed"), "open", OFFICER, N_("退回再改"), N_("退回了第 %(n)s 条"), N_("省局退回第 %(n)s 条再改"),
         rules=(change_in_charge, title_is_open_for_it), needs_reason=True, tells=("house",)),
)  # fmt: skip
TOLD_BEFORE = (N_("答复了修改意见"), N_("核验通过了整改"), N_("省局核验通过"), N_("退回了整改"), N_("省局退回再改"))
"""Facts of earlier releases, which timelines still tell."""
CHANGE = Machine("change", CHANGE_STATES, CHANGE_STEPS, initial="drafted", knows=knows_change)
