"""Life of the smaller records around a project: houses, requests, co-reviews, official documents."""

from __future__ import annotations

from typing import Any

from . import project
from .access import Actor, different_person, is_in_charge, knows_project, not_recused, reads_inside, took_it
from .engine import Machine, State, Step
from .errors import N_, NotAllowed, Sentence, WrongState, say
from .project import PROJECT

Answer = Sentence | tuple[str, Sentence] | NotAllowed | WrongState | None
OFFICER = frozenset({"officer"})
HOUSES = frozenset({"producer"})
SYSTEM = frozenset({"system"})


def knows_house(house: Any, actor: Actor) -> bool:
    """The bureau and the admin know every house; people of a house know their own."""
    if actor.is_staff or actor.roles & {"admin", "system"}:
        return True
    return actor.organisation_id == house.id


HOUSE = Machine(
    "house",
    (
        State("applied", N_("待审核"), N_("入驻审核中")),
        State("admitted", N_("已入驻"), N_("已入驻")),
        State("refused", N_("未通过"), N_("入驻未通过")),
        State("barred", N_("已停用"), N_("已停用")),
    ),
    (
        Step("admit", ("applied",), "admitted", OFFICER, N_("同意入驻"), N_("同意了入驻"), N_("省局同意入驻"),
             tells=("house",), primary=True,
             follows=N_("同意后机构就能申报，会收到通知；以后要停，由处长停用。")),
        Step("refuse", ("applied",), "refused", OFFICER, N_("不同意"), N_("没有同意入驻"), N_("省局没有同意入驻"),
             tells=("house",), needs_reason=True,
             consequence=N_("不同意后，机构会看到理由，可以改好资料重新申请。")),
        Step("apply_again", ("refused",), "applied", frozenset({"producer"}), N_("重新申请"), N_("重新申请入驻"),
             N_("重新申请入驻"), tells=("officers",), primary=True),
        Step("bar", ("admitted",), "barred", frozenset({"head"}), N_("停用"), N_("停用了机构"), N_("省局停用了机构"),
             tells=("house", "officers"), needs_reason=True,
             consequence=N_("停用后，这家机构不能再提交申报，也不能接手别家的片；已经在办的片照常办理。处长可以恢复。请写明理由，机构会收到消息。")),
        Step("restore", ("barred",), "admitted", frozenset({"head"}), N_("恢复"), N_("恢复了机构"), N_("省局恢复了机构"),
             tells=("house",)),
    ),
    initial="applied",
    knows=knows_house,
)  # fmt: skip


def knows_record(record: Any, actor: Actor) -> bool:
    """Whoever belongs to the project's house or to the bureau; experts are not concerned."""
    if not knows_project(record.project, actor):
        return False
    return actor.is_staff or "system" in actor.roles or actor.organisation_id == record.project.house_id


def in_charge(record: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """The officer in charge of the title."""
    return is_in_charge(record.project, actor)


def unbiased(record: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """Not recused from the title."""
    return not_recused(record.project, actor)


ENDED = frozenset(state.code for state in PROJECT.states if state.final)


def title_goes_on(record: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """Of a title that has ended nothing is hastened or changed any more."""
    if record.project.state in ENDED:
        return WrongState(say("这部片已经办结，不能再办。"))
    return None


def asked_on_this_side(record: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """What a house asked for it takes back itself; what the bureau asked for is not the house's to take back."""
    if (actor.organisation_id is None) != (record.asked_by.house_id is None):
        return NotAllowed(say("由申请的一方撤回。"))
    return None


URGENT_REQUEST = Machine(
    "urgent_request",
    (
        State("asked", N_("待局领导审批")),
        State("approved", N_("已批准")),
        State("refused", N_("未批准"), final=True),
        State("revoked", N_("已撤销"), final=True),
        State("withdrawn", N_("申请已撤回"), final=True),
        State("ended", N_("因办结终止"), final=True),
    ),
    (
        Step("approve", ("asked",), "approved", frozenset({"leader"}), N_("批准加急"), N_("批准了加急"), N_("省局批准加急"),
             rules=(unbiased, title_goes_on, different_person("asked_by_id", role="leader")),
             tells=("house", "officer"), primary=True,
             follows=N_("批准后时限马上缩短，机构和经办会收到通知；以后可以撤销加急。")),
        Step("refuse", ("asked",), "refused", frozenset({"leader"}), N_("不批准"), N_("未批准加急"), N_("省局未批准加急"),
             rules=(unbiased,), tells=("house", "officer"), needs_reason=True,
             consequence=N_("不批准后按原来的时限办理，这份申请办结。请写明理由，申请的一方会看到。")),
        Step("revoke", ("approved",), "revoked", frozenset({"leader"}), N_("撤销加急"), N_("撤销了加急"), N_("省局撤销加急"),
             rules=(unbiased,), tells=("house", "officer"), needs_reason=True,
             consequence=N_("撤销后恢复原来的时限；要再加急，须重新申请。请写明理由，会记入时间线。")),
        Step("withdraw", ("asked",), "withdrawn", HOUSES | OFFICER, N_("撤回加急申请"), N_("撤回了加急申请"),
             N_("撤回了加急申请"), rules=(asked_on_this_side,), tells=("officer",),
             consequence=N_("撤回后这份申请办结，按原来的时限办理；要加急，须重新申请。")),
        Step("end", ("asked",), "ended", SYSTEM, N_("终止"), N_("加急申请因办结终止"), N_("加急申请因办结终止"), quiet=True),
    ),
    initial="asked",
    knows=knows_record,
)  # fmt: skip


KEY_STATES = ("screened", "scheduled", "in_production", "in_review", "rectifying", "reviewed", "aired")
"""States in which a title of the bank can be one of the year's key titles (年度重点项目)."""


def knows_key_proposal(proposal: Any, actor: Actor) -> bool:
    """The bureau alone, but for who recused themselves: a house learns what was decided, never what was proposed."""
    inside = "system" in actor.roles or reads_inside(proposal.project, actor)
    return inside and knows_project(proposal.project, actor)


def seat_is_free(proposal: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """A seat is given once, and to a title that stands in the bank."""
    if proposal.kind != "list":
        return None
    if proposal.project.state not in KEY_STATES:
        return say("只有已入库的项目能列为重点项目。")
    if proposal.seat_taken:
        return say("%(year)s 年第 %(slot)s 位已经有项目。", year=proposal.year, slot=proposal.slot)
    return None


def proposed_it_oneself(proposal: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """A proposal is taken back by who made it, or whoever stands in for them."""
    by = proposal.proposed_by_id
    if by is not None and by not in actor.acts_for("officer") | actor.acts_for("head"):
        return NotAllowed(say("由提名的人撤回。"))
    return None


KEY_PROPOSAL = Machine(
    "key_proposal",
    (
        State("asked", N_("待局领导决定")),
        State("approved", N_("已同意"), final=True),
        State("refused", N_("未同意"), final=True),
        State("withdrawn", N_("提名已撤回"), final=True),
        State("ended", N_("因办结终止"), final=True),
    ),
    (
        Step("approve", ("asked",), "approved", frozenset({"leader"}), N_("同意"),
             N_("同意了%(label)s：%(year)s 年第 %(slot)s 位"), N_("省局决定%(label)s：%(year)s 年"),
             rules=(unbiased, different_person("proposed_by_id", "proposed_for_id", role="leader"), seat_is_free),
             tells=("house", "officer", "heads"), primary=True,
             consequence=N_("同意后就这样定下，机构和处里会收到通知；要改，须重新提名。")),
        Step("refuse", ("asked",), "refused", frozenset({"leader"}), N_("不同意"),
             N_("没有同意%(label)s：%(year)s 年第 %(slot)s 位"), "",
             rules=(unbiased, different_person("proposed_by_id", "proposed_for_id", role="leader")),
             tells=("officer", "heads"), needs_reason=True,
             consequence=N_("不同意后这份提名办结，席位不变；要再提，须重新提名。请写明理由，处里会看到。")),
        Step("withdraw", ("asked",), "withdrawn", OFFICER | {"head"}, N_("撤回提名"),
             N_("撤回提名：%(label)s，%(year)s 年第 %(slot)s 位"), "", rules=(proposed_it_oneself,),
             consequence=N_("撤回后这份提名办结，席位不变；要再提，须重新提名。")),
        Step("end", ("asked",), "ended", SYSTEM, N_("终止"), N_("重点项目提名因办结终止"), "", quiet=True),
    ),
    initial="asked",
    knows=knows_key_proposal,
)  # fmt: skip


def is_named(stewardship: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """Who was named answers for themselves; nobody does it in their name."""
    if actor.id != stewardship.person_id:
        return NotAllowed(say("由被提名的人自己答复。"))
    return None


def named_by_another(stewardship: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """Nobody names themselves, nor through a deputy."""
    return took_it(stewardship, actor, "named_by_id", "named_for_id", roles=("officer", "head"))


STEWARDSHIP = Machine(
    "stewardship",
    (
        State("named", N_("待本人接受")),
        State("accepted", N_("已接受")),
        State("declined", N_("已谢绝"), final=True),
        State("ended", N_("已结束"), final=True),
    ),
    (
        Step("accept", ("named",), "accepted", OFFICER | {"head"}, N_("接受"), N_("接受担任管家"), "",
             rules=(unbiased, is_named, named_by_another), tells=("heads",), primary=True,
             follows=N_("接受后由您跟踪服务这部片，处里会收到通知；要换人，须由处长另请一位。")),
        Step("decline", ("named",), "declined", OFFICER | {"head"}, N_("谢绝"), N_("谢绝担任管家"), "",
             rules=(is_named,), tells=("heads",), needs_reason=True,
             consequence=N_("谢绝后由处长另请一位。请写明理由，处里会看到。")),
        Step("end", ("named", "accepted"), "ended", SYSTEM, N_("结束"), N_("不再担任管家"), "",
             tells=("steward",), quiet=True),
    ),
    initial="named",
    knows=knows_key_proposal,
)  # fmt: skip


def knows_change_request(request: Any, actor: Actor) -> bool:
    """Whoever knows the title's records; and of a change of house the house that is to take the title over."""
    taking = "producer" in actor.roles and actor.organisation_id == request.house_after_id is not None
    return taking or knows_record(request, actor)


def is_taking_over(request: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """The house that is to take the title over answers for itself, while it is admitted."""
    if actor.organisation_id != request.house_after_id:
        return NotAllowed(say("由接手的机构答复。"))
    if request.house_after.state != "admitted":
        return say("贵机构现在不是已入驻状态，不能接手。")
    return None


def by_the_titles_house(request: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """A change is taken back by the house whose title it is, not by the one it is offered to."""
    if actor.organisation_id != request.project.house_id:
        return NotAllowed(say("由申请的一方撤回。"))
    return None


CHANGE_REQUEST = Machine(
    "change_request",
    (
        State("offered", N_("等接手机构答复")),
        State("asked", N_("待审批")),
        State("approved", N_("已同意")),
        State("refused", N_("未同意"), final=True),
        State("declined", N_("接手机构不同意"), final=True),
        State("withdrawn", N_("申请已撤回"), final=True),
        State("ended", N_("因办结终止"), final=True),
    ),
    (
        Step("consent", ("offered",), "asked", HOUSES, N_("同意接手"), N_("%(after)s同意接手"), N_("%(after)s同意接手"),
             rules=(is_taking_over, title_goes_on), tells=("officer", "house"), primary=True,
             follows=N_("同意后不能收回；省局批准后，这部片的申报内容、材料和记录归贵机构，由贵机构继续办理。")),
        Step("decline", ("offered",), "declined", HOUSES, N_("不同意接手"), N_("%(after)s不同意接手"),
             N_("%(after)s不同意接手"), rules=(is_taking_over,), tells=("officer", "house"), needs_reason=True,
             consequence=N_("不同意接手后，这份变更申请办结，不能恢复。请写明理由，申请机构和省局会看到。")),
        Step("approve", ("asked",), "approved", OFFICER, N_("同意变更"),
             N_("同意了变更：%(before)s → %(after)s"), N_("省局同意变更：%(before)s → %(after)s"),
             rules=(in_charge, title_goes_on), tells=("house", "giver", "taker"), primary=True,
             consequence=N_("同意后变更立即生效，不能撤回；再改须另行申请。")),
        Step("refuse", ("offered", "asked"), "refused", OFFICER, N_("不同意变更"),
             N_("没有同意变更：%(before)s → %(after)s"), N_("省局不同意变更：%(before)s → %(after)s"),
             rules=(in_charge,), tells=("house", "taker"), needs_reason=True,
             consequence=N_("不同意后，这份申请办结；要变更，须重新申请。请写明理由，制作机构会看到。")),
        Step("withdraw", ("offered", "asked"), "withdrawn", HOUSES, N_("撤回申请"),
             N_("撤回了变更申请：%(before)s → %(after)s"), N_("撤回了变更申请：%(before)s → %(after)s"),
             rules=(by_the_titles_house,), tells=("officer", "taker"),
             consequence=N_("撤回后，这份申请办结；要变更，须重新申请。")),
        Step("end", ("offered", "asked"), "ended", SYSTEM, N_("终止"), N_("变更申请因办结终止"), N_("变更申请因办结终止"),
             tells=("taker",), quiet=True),
    ),
    initial="asked",
    knows=knows_change_request,
)  # fmt: skip


def opinion_given(record: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """An answer is recorded with its text or its paper."""
    if not data["asking"] and not (data.get("opinion") or data.get("file_id")):
        return "opinion", say("请录入协审意见，或附上书面意见。")
    return None


CO_REVIEW = Machine(
    "co_review",
    (
        State("asked", N_("等待答复")),
        State("answered", N_("已答复"), final=True),
        State("cancelled", N_("已取消"), final=True),
    ),
    (
        Step("answer", ("asked",), "answered", OFFICER, N_("登记协审意见"), N_("登记了协审意见"), N_("有关部门已答复"),
             rules=(in_charge, opinion_given), tells=("officer",), primary=True,
             consequence=N_("登记后不能再改，请与来函核对。")),
        Step("cancel", ("asked",), "cancelled", OFFICER, N_("取消协审"), N_("取消了协审"), "",
             rules=(in_charge,), needs_reason=True,
             consequence=N_("取消后不再等这个部门的意见，不能恢复；需要时另行征求。请写明理由，会记入时间线。")),
        Step("end", ("asked",), "cancelled", SYSTEM, N_("终止"), N_("协审因办结终止"), "", quiet=True),
    ),
    initial="asked",
    knows=knows_record,
)  # fmt: skip


def knows_document(document: Any, actor: Actor) -> bool:
    """The bureau knows every document; a house, and who recused himself from the title, what was served."""
    if reads_inside(document.project, actor) or "system" in actor.roles:
        return knows_project(document.project, actor)
    served = document.state in ("served", "superseded", "withdrawn") and document.served_at is not None
    if served and actor.is_staff:
        return knows_project(document.project, actor)
    return served and "producer" in actor.roles and actor.organisation_id == document.project.house_id


def one_person_one_seal(document: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """Whoever decided does not seal his own decision."""
    if {document.decided_by_id, document.decided_for_id} & actor.acts_for("sealer"):
        return NotAllowed(say("结论是您签批的，编号要由另一位同事办。"))
    return None


def title_is_under_review(document: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """A letter goes out only while its title stands in review, not withdrawn or suspended."""
    if document.project.state != "in_review":
        return say("这部片现在不在审核中，不能发函。")
    return None


def cannot_go_out(document: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """A letter in the making is left to be made, unless that failed or its title is no longer in review."""
    if not document.failure and document.project.state == "in_review":
        return say("正在制作，做好就送达，不能作废。")
    return None


def co_reviews_answered(document: Any, actor: Actor, data: dict[str, Any]) -> Answer:
    """A department asked after the decision is waited for before the letter goes out."""
    return project.co_reviews_answered(document.project, actor, data)


DOCUMENT = Machine(
    "document",
    (
        State("drafted", N_("待编号")),
        State("issuing", N_("制作中")),
        State("served", N_("已送达")),
        State("superseded", N_("已被替代"), final=True),
        State("withdrawn", N_("已撤回"), final=True),
        State("voided", N_("已作废"), final=True),
    ),
    (
        Step("seal", ("drafted",), "issuing", frozenset({"sealer"}), N_("编号（纸质另盖章）"), N_("编了号"), "",
             rules=(unbiased, one_person_one_seal, title_is_under_review, co_reviews_answered), primary=True,
             follows=N_("编号后文号不能收回，做好即送达制作机构；纸质件另行盖章。")),
        Step("serve", ("issuing",), "served", frozenset({"system"}), N_("送达"), N_("送达了公文"), N_("收到公文"),
             tells=("house", "officer"), quiet=True),
        Step("void", ("issuing",), "voided", frozenset({"sealer", "system"}), N_("作废公文"), N_("作废了%(number)s"), "",
             rules=(unbiased, cannot_go_out), tells=("officer",), needs_reason=True,
             consequence=N_("文号作废后不再使用，不能恢复；这部片还在办的，会重新生成文稿待编号。请写明理由。")),
        Step("drop", ("drafted",), "withdrawn", frozenset({"sealer", "leader", "system", "producer", "officer"}), N_("撤销文稿"),
             N_("撤销了文稿"), "", needs_reason=True, quiet=True),
    ),
    initial="drafted",
    knows=knows_document,
)  # fmt: skip
