"""Life of a project (项目) from draft to airing, as a table: six stations and their side roads.

Sources: 总局令第16号 12–23 (filing, review, change), 行政许可法 32 (one-time completion), the action plan's point 5
(screening by four criteria, dynamic management).
"""

from __future__ import annotations

from typing import Any

from .access import Actor, different_person, is_in_charge, knows_project, not_recused
from .cuts import episodes_accounted_for
from .engine import PREVIOUS, Machine, State, Step
from .errors import N_, NotAllowed, Sentence, say

Answer = Sentence | tuple[str, Sentence] | NotAllowed | None

OFFICER = frozenset({"officer"})
HEAD = frozenset({"head"})
HOUSE = frozenset({"producer"})
STATIONS = (N_("申报"), N_("入库"), N_("排期"), N_("制作"), N_("审核"), N_("播出"))

STATES = (
    State("draft", N_("草稿"), N_("草稿"), 1),
    State("submitted", N_("待收件"), N_("已提交"), 1),
    State("received", N_("待受理"), N_("已收件"), 1),
    State("completing", N_("补正中"), N_("待补正"), 1, paused=True),
    State("accepted", N_("初审中"), N_("已受理"), 2),
    State("proposed", N_("待审定入库"), N_("已受理"), 2),
    State("screened", N_("已入库"), N_("已入库"), 2),
    State("scheduled", N_("已排期"), N_("已排期"), 3),
    State("in_production", N_("制作中"), N_("制作中"), 4),
    State("in_review", N_("审核中"), N_("审核中"), 5),
    State("rectifying", N_("整改中"), N_("待整改"), 5, paused=True),
    State("reviewed", N_("审核通过"), N_("审核通过"), 5),
    State("aired", N_("已播出"), N_("已播出"), 6, final=True),
    State("rejected", N_("未通过"), N_("未通过"), 0, final=True),
    State("withdrawn", N_("已撤回"), N_("已撤回"), 0, final=True),
    State("refiled", N_("已重新备案"), N_("已重新备案"), 0, final=True),
    State("discarded", N_("草稿已删"), N_("草稿已删"), 0, final=True),
    State("suspended", N_("暂停"), N_("暂停"), 0, paused=True),
    State("dormant", N_("休眠"), N_("休眠"), 0, paused=True),
)


def in_charge(project: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """Staff rule: the officer in charge, not recused. A producer taking the same step is judged by ownership alone."""
    return None if not actor.is_staff else is_in_charge(project, actor)


def unbiased(project: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """Staff rule: not recused from this title."""
    return not_recused(project, actor)


def house_is_admitted(project: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """Only a house admitted to the bank files (令16号: holders of a 制作经营许可证)."""
    if project.house.state != "admitted":
        return say("贵机构还没有通过入驻审核，暂不能提交；草稿可以先写。")
    return None


def nothing_lacking(project: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """A filing is complete before it is submitted; `lacks` is what `workflows.filing.missing` found."""
    lacks = data.get("lacks")
    if lacks:
        return lacks[0].field, say("还有 %(n)s 处没有填好，请按清单逐项补齐。", n=len(lacks))
    return None


def items_named(project: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """Completion is asked for once, item by item (行政许可法32条)."""
    if not data["asking"] and not data.get("items"):
        return "items", say("请逐项写明要补正的材料。")
    return None


def asked_only_once(project: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """A second notice says why the first was incomplete (行政许可法32条: 一次告知)."""
    if data.get("again") and not (data.get("reason") or "").strip():
        return "reason", say("已经告知过一次补正。再次告知，请写明第一次为什么没有写全。")
    return None


def items_answered(project: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """Every item of the open completion notice has an answer."""
    left = project.unanswered_items
    if left:
        return "items", say("还有 %(n)s 项没有补正。", n=left)
    return None


def class_is_known(project: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """What the rules leave open, an officer decides before the title goes on."""
    if project.class_code is None:
        return "class_code", say("规则定不了类别，请先认定类别并写明理由。")
    return None


def co_reviews_answered(project: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """A co-review (协审) asked and not answered blocks the title; the refusal names the departments."""
    awaited = project.co_reviews_awaited
    if awaited:
        return say("还在等%(departments)s的协审意见。", departments=tuple(awaited))
    return None


def co_reviews_asked(project: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """Special subjects need the written opinion of their department (令16号14条)."""
    lacking = project.co_reviews_lacking
    if lacking:
        return say("涉及特殊题材，还没有征求意见：%(departments)s。", departments=tuple(lacking))
    return None


def criteria_scored(project: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """The four intake criteria of the action plan are scored with reasons."""
    if not data["asking"] and not data.get("screening"):
        return "screening", say("请给四项入库标准打分并写明理由。")
    return None


def dates_given(project: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """Scheduling sets the planned dates of the production's nodes."""
    if not data["asking"] and not data.get("milestones"):
        return "milestones", say("请填齐计划日期。")
    return None


def cut_given(project: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """A title is delivered for review with a cut (样片)."""
    if not data["asking"] and not data.get("cut"):
        return "cut", say("请上传送审样片。")
    return None


def changes_answered(project: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """Every row is answered before a title comes back (令16号20条: 改完重新送审): what must change, and what the letter
    suggests, whose adoption the house explains."""
    left = project.changes_unanswered
    if left:
        return say("还有 %(n)s 条“必改”没有答复。", n=left)
    left = project.suggestions_unanswered
    if left:
        return say("还有 %(n)s 条“建议”没有答复；不采纳的也请写明理由。", n=left)
    return None


def new_cut_when_re_reviewed(project: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """“修改后重审” is judged on a new cut, not on words."""
    if not data["asking"] and project.outcome == "re_review" and not data.get("cut"):
        return "cut", say("结论是“修改后重审”，请上传改好的样片。")
    return None


def outcome_lets_pass(project: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """Passed means: the leader decided so, the letter is out, and every answer was verified."""
    if project.outcome not in ("passed", "pass_after_changes"):
        return say("还没有“通过”的审核结论。")
    if not project.letter_served:
        return say("审核意见函还没有发出。")
    left = project.changes_open
    if left:
        return say("还有 %(n)s 条“必改”没有核验。", n=left)
    left = project.suggestions_open
    if left:
        return say("还有 %(n)s 条“建议”没有核验。", n=left)
    return None


def may_be_shown(project: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """No licence, no approval, no programme number: no airing (令16号17条); documentaries have no licence step."""
    lacking = project.permit_lacking
    if lacking:
        return say("还没有登记%(permit)s，不能播出。", permit=lacking)
    if not data["asking"] and not data.get("airing"):
        return "platform", say("请填写首播平台、日期和证据。")
    return None


RUNNING = ("screened", "scheduled", "in_production")
REFILABLE = (*RUNNING, "in_review", "rectifying", "reviewed", "suspended")
"""Until it was aired a changed story is a new filing, wherever the title stands (令16号16条)."""
WITHDRAWABLE = (
    "submitted", "received", "completing", "accepted", "proposed", "screened", "scheduled", "in_production",
    "in_review", "rectifying", "suspended", "dormant",
)  # fmt: skip
SUSPENDABLE = (
    "accepted", "screened", "scheduled", "in_production", "in_review", "rectifying", "reviewed",
)  # fmt: skip

STEPS = (
    Step("submit", ("draft",), "submitted", HOUSE, N_("提交"), N_("提交了申报"), N_("提交了申报"),
         rules=(house_is_admitted, nothing_lacking), tells=("officers",), primary=True,
         follows=N_("提交后不能再改；省局受理，或一次告知补正。")),
    Step("discard", ("draft",), "discarded", HOUSE, N_("删除草稿"), N_("删除了草稿"), N_("删除了草稿"),
         consequence=N_("删除后，写的文字和传的附件不再显示，不能恢复。")),
    Step("receive", ("submitted",), "received", OFFICER, N_("收件"), N_("收件并经办"), N_("省局已收件"),
         rules=(unbiased,), tells=("house",), primary=True),
    Step("accept", ("received",), "accepted", OFFICER, N_("受理"), N_("受理了申报"), N_("省局已受理"),
         rules=(in_charge,), tells=("house",), primary=True,
         follows=N_("受理后初审的时限开始走，不能再告知补正，也不能改为不予受理。")),
    Step("ask_completion", ("received",), "completing", OFFICER, N_("一次告知补正"), N_("告知补正，时钟暂停"),
         N_("省局告知补正"), rules=(in_charge, items_named, asked_only_once), tells=("house",),
         follows=N_("告知后时钟暂停，机构马上收到通知，不能撤回；请一次写全，再次告知要写理由。")),
    Step("complete", ("completing",), "received", HOUSE, N_("交回补正"), N_("交回补正，时钟恢复"), N_("交回了补正"),
         rules=(items_answered,), tells=("officer",), primary=True,
         follows=N_("交回后不能再改，省局接着核对，时钟恢复。")),
    Step("decline", ("received",), "rejected", OFFICER, N_("不予受理"), N_("决定不予受理"), N_("省局不予受理"),
         rules=(in_charge,), tells=("house",), needs_reason=True,
         consequence=N_("不予受理后这部片办结，不能恢复；要再报，须重新申报。请写明理由，制作机构会看到。")),
    Step("propose", ("accepted",), "proposed", OFFICER, N_("呈报初审意见"), N_("呈报了初审意见"), "",
         rules=(in_charge, class_is_known, co_reviews_asked, co_reviews_answered, criteria_scored),
         tells=("heads",), primary=True,
         follows=N_("呈报后由处长审定；要改，须请处长退回。")),
    Step("send_back", ("proposed",), "accepted", HEAD, N_("退回再审"), N_("退回了初审意见"), "",
         rules=(unbiased, different_person("proposed_by_id", "proposed_for_id", role="head")), tells=("officer",), needs_reason=True),
    Step("screen", ("proposed",), "screened", HEAD, N_("同意入库"), N_("审定同意入库"), N_("已入种子库"),
         rules=(unbiased, different_person("proposed_by_id", "proposed_for_id", role="head"), co_reviews_answered),
         tells=("house", "officer"), primary=True,
         follows=N_("审定后不能收回：同意入库的等经办排期，不予入库的办结，机构都会收到消息。")),
    Step("reject", ("proposed",), "rejected", HEAD, N_("不予入库"), N_("审定不予入库"), N_("未予入库"),
         rules=(unbiased, different_person("proposed_by_id", "proposed_for_id", role="head")),
         tells=("house", "officer"), needs_reason=True,
         consequence=N_("不予入库后这部片办结，不能恢复；要再报，须重新申报。请写明理由，制作机构会看到。")),
    Step("schedule", ("screened",), "scheduled", OFFICER, N_("排期"), N_("排定了计划"), N_("已排期"),
         rules=(in_charge, dates_given), tells=("house",), primary=True,
         follows=N_("排期后不能退回待排期；日期以后还可以调整，机构会收到消息。")),
    Step("start_production", ("scheduled",), "in_production", HOUSE | OFFICER, N_("登记开机"), N_("登记了开机"),
         N_("登记了开机"), rules=(in_charge,), tells=("officer",), primary=True),
    Step("deliver", ("in_production",), "in_review", HOUSE, N_("送审"), N_("送审了样片"), N_("送审了样片"),
         rules=(cut_given, episodes_accounted_for), tells=("officer",), primary=True,
         follows=N_("送审后转入审核，这一版样片不能再换。")),
    Step("demand_changes", ("in_review",), "rectifying", frozenset({"sealer", "system"}), N_("发函要求修改"),
         N_("发出修改意见，时钟暂停"), N_("收到审核意见函，请逐条整改"), tells=("house", "officer"), quiet=True),
    Step("resubmit", ("rectifying",), "in_review", HOUSE, N_("交回整改"), N_("交回整改，时钟恢复"), N_("交回了整改"),
         rules=(changes_answered, new_cut_when_re_reviewed, episodes_accounted_for), tells=("officer",), primary=True,
         follows=N_("交回后答复和样片不能再改，由省局逐条核验。")),
    Step("ask_again", ("in_review",), "rectifying", OFFICER, N_("退回再改"), N_("退回了整改"), N_("省局退回再改"),
         rules=(in_charge,), tells=("house",), needs_reason=True, quiet=True),
    Step("pass_title", ("in_review",), "reviewed", OFFICER, N_("办结通过"), N_("审核通过，办结"), N_("审核通过"),
         rules=(in_charge, co_reviews_answered, outcome_lets_pass), tells=("house",), primary=True,
         follows=N_("办结后本轮结束，条目不能再退回；机构会收到消息。")),
    Step("refuse", ("in_review",), "rejected", frozenset({"sealer", "system"}), N_("不予许可"), N_("发出不予许可决定"),
         N_("收到不予许可决定"), tells=("house", "officer"), quiet=True),
    Step("air", ("reviewed",), "aired", HOUSE | OFFICER, N_("登记播出"), N_("登记了播出"), N_("登记了播出"),
         rules=(in_charge, may_be_shown), tells=("officer", "house"), primary=True,
         consequence=N_("登记后这部片办结，平台、日期和证据不能再改。")),
    Step("withdraw", WITHDRAWABLE, "withdrawn", HOUSE, N_("撤回"), N_("撤回了申报"), N_("撤回了申报"),
         tells=("officer",), needs_reason=True,
         consequence=N_("撤回后这部片办结，编号不再使用，不能恢复。请写明理由，省局会看到。")),
    Step("suspend", SUSPENDABLE, "suspended", OFFICER | HEAD, N_("暂停办理"), N_("暂停了办理"), N_("省局暂停办理"),
         rules=(in_charge,), tells=("house", "experts"), needs_reason=True),
    Step("resume", ("suspended",), PREVIOUS, OFFICER | HEAD, N_("恢复办理"), N_("恢复了办理"), N_("省局恢复办理"),
         rules=(in_charge,), tells=("house", "experts"), primary=True),
    Step("rest", RUNNING, "dormant", OFFICER, N_("列为休眠"), N_("列为了休眠"), N_("列为休眠项目"),
         rules=(in_charge,), tells=("house",), needs_reason=True),
    Step("revive", ("dormant",), PREVIOUS, OFFICER, N_("唤醒"), N_("从休眠唤醒"), N_("恢复为在库项目"),
         rules=(in_charge,), tells=("house",), primary=True),
    Step("refile", REFILABLE, "refiled", HOUSE, N_("重新备案"), N_("因故事变更重新备案"), N_("因故事变更重新备案"),
         tells=("officer",), needs_reason=True,
         consequence=N_("重新备案后这部片办结，编号不再使用，不能恢复；填过的内容和材料转入一份新草稿，重新申报。请写明故事怎样变了，省局会看到。")),
)  # fmt: skip

PROJECT = Machine(
    "project", STATES, STEPS, initial="draft", knows=knows_project,
    resumable=frozenset({*SUSPENDABLE, *RUNNING}),
)  # fmt: skip
