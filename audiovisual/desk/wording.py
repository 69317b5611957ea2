"""What a message says in its one line (what, by when, how many), and what its reader has to do.

A line is chosen by what happened (`LINES`: the table of the subject and the trigger of its event) and by who is told. Of
its wordings, the fullest first, the first is taken for which everything is known. Values in a line are short; people's own
words never stand in it, they are quoted below.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from audiovisual.kernel.languages import PLACES
from workflows.errors import N_


@dataclass(frozen=True)
class Line:
    """Wordings of one line, the fullest first, and what is to be done, "" where there is nothing to do.

    `now`: what the title itself waits for is said too, where it is the reader's turn, with its day: a title that was
    set aside, or came from another house, is taken up where it stands. `otherwise` is said where it is not.
    """

    says: tuple[str, ...]
    todo: str = ""
    now: bool = False
    otherwise: str = ""

    def chosen(self, facts: Mapping[str, Any]) -> str:
        """The first wording all of whose places are known; the last one in any case."""
        known = (
            each for each in self.says if all(facts.get(place) not in (None, "") for place in PLACES.findall(each))
        )
        return next(known, self.says[-1])


def _line(*says: str, todo: str = "") -> Line:
    return Line(says, todo)


def _line_now(*says: str, todo: str = "", otherwise: str = "") -> Line:
    return Line(says, todo, True, otherwise)


RECEIVE = N_("看材料是否齐全：齐全就受理，缺什么一次告知。")
NOTHING = N_("现在不用办什么。")
TURN = N_("这部片现在轮到您办，办什么见下面的“进展”。")
CLOSED = N_("这部片已办结，现在不用办什么。")
TAKEN_ON = N_("从现在起由您经办。")
WAIT = N_("现在轮到省局办理，等通知。")
SIGN = N_("看处理意见和没有采用的意见，同意或退回。")
SEAT = N_("请在这一轮补选专家。")

LINES: dict[str, dict[str, Line]] = {
    "project.submit": {
        "officers": _line(
            N_("请于 %(by)s前收件：《%(title)s》（%(house)s）"), N_("请收件：《%(title)s》（%(house)s）"), todo=RECEIVE
        ),
    },
    "project.receive": {"house": _line(N_("省局已收件：《%(title)s》"), todo=N_("等省局看材料；缺什么，会一次告知。"))},
    "project.accept": {"house": _line(N_("省局已受理：《%(title)s》"), todo=N_("等省局初审。"))},
    "project.ask_completion": {
        "house": _line(
            N_("请于 %(by)s前补正：《%(title)s》%(n)s 项"), N_("请补正：《%(title)s》"), todo=N_("逐项补正后交回。")
        ),
    },
    "project.complete": {
        "officer": _line(
            N_("请于 %(by)s前受理：《%(title)s》已交回补正"), N_("请受理：《%(title)s》已交回补正"), todo=RECEIVE
        ),
    },
    "project.decline": {"house": _line(N_("不予受理：《%(title)s》"), todo=N_("这部片已办结；要再报，须重新申报。"))},
    "project.propose": {
        "heads": _line(
            N_("请于 %(by)s前审定：《%(title)s》是否入库"),
            N_("请审定：《%(title)s》是否入库"),
            todo=N_("看初审意见，审定是否入库。"),
        ),
    },
    "project.send_back": {
        "officer": _line(N_("请再审：《%(title)s》的初审意见被处长退回"), todo=N_("按处长的意见再审，重新呈报。")),
    },
    "project.screen": {
        "house": _line(N_("已入种子库：《%(title)s》"), todo=N_("等省局排期。")),
        "officer": _line(
            N_("请于 %(by)s前排期：《%(title)s》已同意入库"),
            N_("请排期：《%(title)s》已同意入库"),
            todo=N_("排定五个节点的日期。"),
        ),
    },
    "project.reject": {
        "house": _line(N_("未予入库：《%(title)s》"), todo=N_("这部片已办结；要再报，须重新申报。")),
        "officer": _line(N_("处长审定不予入库：《%(title)s》"), todo=CLOSED),
    },
    "project.schedule": {
        "house": _line(
            N_("请于 %(by)s前开机：《%(title)s》已排期"), N_("已排期：《%(title)s》"), todo=N_("开机后登记开机日期。")
        ),
    },
    "project.start_production": {"officer": _line(N_("已开机：《%(title)s》（%(house)s）"), todo=NOTHING)},
    "project.deliver": {
        "officer": _line(
            N_("请于 %(by)s前组织审核：《%(title)s》已送审"),
            N_("请组织审核：《%(title)s》已送审"),
            todo=N_("开一轮审核，选专家。"),
        ),
    },
    "project.demand_changes": {
        "house": _line(
            N_("请于 %(by)s前答复：《%(title)s》%(label)s，%(must)s 条必改、%(should)s 条建议（%(number)s）"),
            N_("请于 %(by)s前答复：《%(title)s》%(label)s，%(must)s 条必改（%(number)s）"),
            N_("请于 %(by)s前答复：《%(title)s》%(label)s，%(should)s 条建议（%(number)s）"),
            N_("请于 %(by)s前答复：《%(title)s》%(must)s 条必改（%(number)s）"),
            N_("请逐条答复：《%(title)s》（%(number)s）"),
            N_("请逐条答复：《%(title)s》"),
            todo=N_("逐条整改并答复，“必改”改过的附证据，然后交回。"),
        ),
        "officer": _line(
            N_("等机构于 %(by)s前答复：《%(title)s》%(label)s，%(must)s 条必改、%(should)s 条建议（%(number)s）"),
            N_("等机构于 %(by)s前答复：《%(title)s》%(label)s，%(must)s 条必改（%(number)s）"),
            N_("等机构于 %(by)s前答复：《%(title)s》%(label)s，%(should)s 条建议（%(number)s）"),
            N_("等机构于 %(by)s前答复：《%(title)s》%(must)s 条必改（%(number)s）"),
            N_("等机构答复：《%(title)s》"),
            todo=NOTHING,
        ),
    },
    "project.resubmit": {
        "officer": _line(
            N_("请于 %(by)s前核验：《%(title)s》交回了整改"),
            N_("请核验：《%(title)s》交回了整改"),
            todo=N_("逐条核验整改；要重审的，再开一轮。"),
        ),
    },
    "project.ask_again": {
        "house": _line(
            N_("请于 %(by)s前再改：《%(title)s》%(n)s 条"),
            N_("请再改：《%(title)s》"),
            todo=N_("没有通过的逐条再改，然后交回。"),
        ),
    },
    "project.pass_title": {
        "house": _line(
            N_("审核通过：《%(title)s》"), todo=N_("首播后请登记播出；要证号的，先由省局登记，登记好会通知您。")
        ),
    },
    "project.refuse": {
        "house": _line(N_("不予许可：《%(title)s》"), todo=N_("理由和救济途径见决定书。")),
        "officer": _line(N_("已发出不予许可决定：《%(title)s》"), todo=CLOSED),
    },
    "project.air": {
        word: _line(
            N_("已登记播出：《%(title)s》%(aired_on)s，%(platform)s"), N_("已登记播出：《%(title)s》"), todo=CLOSED
        )
        for word in ("officer", "house")
    },
    "project.withdraw": {"officer": _line(N_("机构撤回了申报：《%(title)s》（%(house)s）"), todo=CLOSED)},
    "project.suspend": {
        "house": _line(
            N_("省局暂停办理：《%(title)s》"), todo=N_("暂停期间不用办理，也不计时限；恢复办理时会通知您。")
        ),
        "experts": _line(N_("暂时不用看：《%(title)s》暂停办理"), todo=N_("恢复办理时会通知您。")),
    },
    "project.resume": {
        "experts": _line(
            N_("请于 %(by)s前交意见：《%(title)s》恢复办理"),
            N_("请接着看：《%(title)s》恢复办理"),
            todo=N_("接着写意见，在期限前签名提交；还没有答复邀请的，请先答复。"),
        ),
        "house": _line_now(
            N_("省局恢复办理：《%(title)s》，%(by)s到期"), N_("省局恢复办理：《%(title)s》"), otherwise=WAIT
        ),
    },
    "project.rest": {"house": _line(N_("列为休眠项目：《%(title)s》"), todo=N_("条件具备时，请与省局联系唤醒。"))},
    "project.revive": {
        "house": _line_now(
            N_("恢复为在库项目：《%(title)s》，%(by)s到期"), N_("恢复为在库项目：《%(title)s》"), otherwise=WAIT
        ),
    },
    "project.refile": {"officer": _line(N_("机构因故事变更重新备案：《%(title)s》"), todo=CLOSED)},
    # facts without a change of state
    "project.class_changed": {
        "officer": _line(N_("请核对：《%(title)s》补正后类别变了"), todo=N_("看新的类别和它要的意见、材料是否齐全。")),
    },
    "project.remark": {
        "house": _line_now(N_("省局留言：《%(title)s》"), otherwise=NOTHING),
        "officer": _line(N_("局内留言：《%(title)s》"), todo=NOTHING),
    },
    "project.question": {
        "officer": _line(
            N_("请答复：《%(title)s》（%(house)s）有提问"), todo=N_("答复这条提问；不用答复的，标为已处理。")
        ),
    },
    "project.reply": {"house": _line_now(N_("省局答复了提问：《%(title)s》"), otherwise=NOTHING)},
    "project.hand_over": {
        "officer": _line(
            N_("移交给您经办：《%(title)s》，%(by)s到期"),
            N_("移交给您经办：《%(title)s》"),
            todo=TAKEN_ON,
        ),
        "former": _line(N_("已移交给%(name)s经办：《%(title)s》"), todo=NOTHING),
    },
    "project.settle_question": {
        "house": _line(N_("省局看过了您的提问：《%(title)s》"), todo=N_("不另外答复；还有问题请再提。"))
    },
    "project.recuse": {
        "heads": _line(N_("请看由谁经办：《%(title)s》有同事回避"), todo=N_("没有人经办的，请移交给另一位经办。")),
    },
    "project.step_aside": {
        "heads": _line(
            N_("有同事回避：《%(title)s》"), todo=N_("由在岗的其他同事办理；没有别人的，请系统管理员另授予岗位。")
        ),
    },
    "project.permit_lapsing": {
        "house": _line(
            N_("%(kind)s %(days)s 天后到期：《%(title)s》"),
            N_("%(kind)s已经到期：《%(title)s》"),
            todo=N_("请办理延续。"),
        ),
        "officer": _line(
            N_("%(kind)s %(days)s 天后到期：《%(title)s》"),
            N_("%(kind)s已经到期：《%(title)s》"),
            todo=N_("请提醒机构办理延续。"),
        ),
    },
    "project.record_permit": {
        "house": _line_now(
            N_("省局登记了%(kind)s：《%(title)s》%(number)s"), N_("省局登记了%(kind)s：《%(title)s》"), otherwise=WAIT
        )
    },
    "project.correct_permit": {
        "house": _line(
            N_("省局更正了%(kind)s：《%(title)s》%(number)s"), todo=N_("以更正后的编号和日期为准，原来的不要再用。")
        ),
    },
    "project.remove_permit": {
        "house": _line(
            N_("省局撤销了%(kind)s的登记：《%(title)s》%(number)s"), todo=N_("这个编号不要再用；有疑问请与省局联系。")
        ),
    },
    "project.correct_day": {
        "house": _line_now(N_("省局更正了%(label)s日期：《%(title)s》改为 %(is_on)s"), otherwise=NOTHING),
        "officer": _line(N_("机构更正了%(label)s日期：《%(title)s》改为 %(is_on)s"), todo=NOTHING),
    },
    "project.correct_report": {
        "officer": _line(N_("机构更正了%(period)s进度：《%(title)s》完成 %(percent)s%%"), todo=NOTHING),
    },
    "project.change_contact": {"officer": _line(N_("机构改了联系人：《%(title)s》%(after)s"), todo=NOTHING)},
    "project.change_plan": {"house": _line(N_("省局调整了计划：《%(title)s》"), todo=N_("请看新的日期。"))},
    "project.report": {
        "officer": _line(
            N_("报来 %(period)s 进度：《%(title)s》完成 %(percent)s%%"), N_("报来进度：《%(title)s》"), todo=NOTHING
        ),
    },
    # a round, its seats and its changes
    "review_round.freeze": {
        "officer": _line(
            N_("请整理意见：《%(title)s》的专家意见已公开"), todo=N_("整理专家意见，拟定结论，呈处长审签。")
        ),
    },
    "review_round.propose": {
        "heads": _line(
            N_("请于 %(by)s前审签：《%(title)s》%(label)s，%(must)s 条必改"),
            N_("请于 %(by)s前审签：《%(title)s》%(label)s，%(should)s 条建议"),
            N_("请于 %(by)s前审签：《%(title)s》%(label)s"),
            N_("请审签：《%(title)s》%(label)s"),
            N_("请审签：《%(title)s》"),
            todo=SIGN,
        ),
    },
    "review_round.agree": {
        "leaders": _line(
            N_("请于 %(by)s前签批：《%(title)s》%(label)s，%(must)s 条必改"),
            N_("请于 %(by)s前签批：《%(title)s》%(label)s，%(should)s 条建议"),
            N_("请于 %(by)s前签批：《%(title)s》%(label)s"),
            N_("请签批：《%(title)s》%(label)s"),
            N_("请签批：《%(title)s》"),
            todo=SIGN,
        ),
    },
    "review_round.send_back": {
        "officer": _line(N_("请修改处理意见：《%(title)s》被退回"), todo=N_("按退回的意见修改，重新呈报。")),
    },
    "review_round.decide": {
        "sealers": _line(N_("请编号：《%(title)s》的审核意见函"), todo=N_("核对函件，编号；纸质件另盖章。")),
        "officer": _line(N_("局领导已签批：《%(title)s》%(label)s"), N_("局领导已签批：《%(title)s》"), todo=NOTHING),
    },
    "review_round.cancel": {"experts": _line(N_("不用再看：《%(title)s》这一轮审看已取消"), todo=NOTHING)},
    "review_round.seat_empty": {"officer": _line(N_("请补选专家：《%(title)s》空出一席"), todo=SEAT)},
    "review_round.partial": {
        "officer": _line(
            N_("请看是否还采用：《%(title)s》%(name)s签名后应回避"),
            todo=N_("看这位专家的意见还能不能采用；不能的，整理时写明理由不采用，或者退回重审。"),
        ),
        "heads": _line(
            N_("请留意：《%(title)s》%(name)s签名后应回避"), todo=N_("审签时请看这位专家的意见是怎样采用的。")
        ),
    },
    "review_round.extend": {
        "house": _line(N_("答复期限延到 %(until)s：《%(title)s》"), todo=N_("请在新的期限前逐条答复并交回。")),
    },
    "assignment.send": {
        "expert": _line(
            N_("请您审看《%(title)s》，%(by)s前交意见"),
            N_("请您审看《%(title)s》"),
            todo=N_("先看有没有应当回避的情形，再接受或谢绝。"),
        ),
    },
    "assignment.take": {"officer": _line(N_("%(expert)s接受了审看：《%(title)s》"), todo=NOTHING)},
    "assignment.decline": {"officer": _line(N_("请补选专家：《%(title)s》%(expert)s谢绝"), todo=SEAT)},
    "assignment.recuse": {"officer": _line(N_("请补选专家：《%(title)s》%(expert)s回避"), todo=SEAT)},
    "assignment.release": {"expert": _line(N_("不用再看：《%(title)s》的审看已解除"), todo=NOTHING)},
    "assignment.sign": {
        "officer": _line(
            N_("专家已签名：《%(title)s》%(expert)s，还差 %(left)s 位"),
            N_("专家都已签名：《%(title)s》"),
            todo=N_("都签名之后，公开意见开始整理。"),
        ),
    },
    "change.reopen": {
        "house": _line(
            N_("请再改：《%(title)s》第 %(n)s 条"), N_("请再改：《%(title)s》"), todo=N_("按说明再改并答复。")
        ),
    },
    # requests beside the line
    "urgent_request.ask": {
        "leaders": _line(N_("请审批加急：《%(title)s》（%(house)s）"), todo=N_("看理由和证据，批准或不批准。"))
    },
    "urgent_request.approve": {
        "house": _line(
            N_("省局批准加急：《%(title)s》"),
            todo=N_("省局各步的时限缩短；已经给贵机构和专家定下的期限不变，能早交的请早交。"),
        ),
        "officer": _line(
            N_("批准加急：《%(title)s》，这一步改为 %(by)s到期"),
            N_("批准加急：《%(title)s》，时限已缩短"),
            todo=N_("请按新的时限办理；已经给机构、专家和有关部门定下的期限不变。"),
        ),
    },
    "urgent_request.refuse": {
        "house": _line(N_("省局未批准加急：《%(title)s》"), todo=N_("按原来的时限办理。")),
        "officer": _line(N_("未批准加急：《%(title)s》"), todo=NOTHING),
    },
    "urgent_request.revoke": {
        "house": _line(N_("省局撤销加急：《%(title)s》"), todo=N_("恢复原来的时限。")),
        "officer": _line(N_("撤销加急：《%(title)s》"), todo=N_("恢复原来的时限。")),
    },
    "urgent_request.withdraw": {"officer": _line(N_("机构撤回加急申请：《%(title)s》"), todo=NOTHING)},
    "key_proposal.propose": {
        "leaders": _line(
            N_("请决定%(label)s：《%(title)s》，%(year)s 年第 %(slot)s 位"),
            N_("请决定%(label)s：《%(title)s》"),
            todo=N_("看提名理由，同意或不同意。"),
        ),
    },
    "key_proposal.approve": {
        "house": _line(
            N_("省局决定%(label)s：《%(title)s》，%(year)s 年"), N_("省局决定%(label)s：《%(title)s》"), todo=NOTHING
        ),
        "officer": _line(N_("局领导同意%(label)s：《%(title)s》"), todo=NOTHING),
        "heads": _line(N_("局领导同意%(label)s：《%(title)s》"), todo=NOTHING),
    },
    "key_proposal.refuse": {
        "officer": _line(N_("局领导不同意%(label)s：《%(title)s》"), todo=N_("要再提，须重新提名。")),
        "heads": _line(N_("局领导不同意%(label)s：《%(title)s》"), todo=N_("要再提，须重新提名。")),
    },
    "stewardship.name": {
        "steward": _line(
            N_("请答复是否任管家：《%(title)s》，%(year)s 年重点项目"),
            N_("请答复是否任管家：《%(title)s》"),
            todo=N_("接受或谢绝；接受后跟踪服务这部片，直到播出。"),
        ),
    },
    "stewardship.end": {
        "steward": _line(
            N_("不用再任管家：《%(title)s》，%(year)s 年重点项目"), N_("不用再任管家：《%(title)s》"), todo=NOTHING
        )
    },
    "project.free_seat": {
        "heads": _line(
            N_("空出 %(year)s 年重点项目第 %(slot)s 位：《%(title)s》已办结"), todo=N_("这个席位可以另提一部。")
        ),
        "leaders": _line(N_("空出 %(year)s 年重点项目第 %(slot)s 位：《%(title)s》已办结"), todo=NOTHING),
    },
    "stewardship.accept": {
        "heads": _line(N_("已接受任管家：《%(title)s》%(name)s"), N_("已接受任管家：《%(title)s》"), todo=NOTHING)
    },
    "stewardship.decline": {
        "heads": _line(
            N_("请另定管家：《%(title)s》%(name)s谢绝"),
            N_("请另定管家：《%(title)s》"),
            todo=N_("另请一位同事任管家。"),
        ),
    },
    "change_request.ask": {
        "officer": _line(
            N_("请审批片名变更：《%(old_title)s》改为《%(new_title)s》（%(house)s）"),
            N_("请审批集数变更：《%(title)s》%(old_episodes)s 集改为 %(new_episodes)s 集（%(house)s）"),
            N_("请审批变更：《%(title)s》（%(house)s）"),
            todo=N_("看变更内容和理由，同意或不同意。"),
        ),
    },
    "change_request.offer": {
        "taker": _line(N_("请答复是否接手：《%(title)s》"), todo=N_("同意接手，或写明理由不同意。")),
        "officer": _line(
            N_("申请变更制作机构：《%(title)s》转给%(taker)s"),
            N_("申请变更制作机构：《%(title)s》"),
            todo=N_("等接手的机构答复；同意了再请您审批。"),
        ),
    },
    "change_request.consent": {
        "officer": _line(
            N_("请审批制作机构变更：《%(title)s》%(after)s同意接手"),
            N_("请审批制作机构变更：《%(title)s》"),
            todo=N_("看变更内容和理由，同意或不同意。"),
        ),
        "house": _line(N_("%(after)s同意接手：《%(title)s》"), todo=N_("等省局审批。")),
    },
    "change_request.decline": {
        "officer": _line(N_("%(after)s不同意接手：《%(title)s》"), todo=NOTHING),
        "house": _line(N_("%(after)s不同意接手：《%(title)s》"), todo=N_("要变更，须重新申请。")),
    },
    "change_request.approve": {
        "house": _line_now(
            N_("省局同意片名变更：《%(old_title)s》改为《%(new_title)s》"),
            N_("省局同意集数变更：《%(title)s》%(old_episodes)s 集改为 %(new_episodes)s 集"),
            N_("省局同意变更：《%(title)s》"),
            otherwise=WAIT,
        ),
        "giver": _line(
            N_("省局同意变更制作机构：《%(title)s》已转由%(taker)s办理"),
            N_("省局同意变更制作机构：《%(title)s》已转出"),
            todo=N_("这部片今后由接手的机构办理，贵机构不用再办，也不能再打开。"),
        ),
        "taker": _line_now(
            N_("省局同意变更：《%(title)s》由贵机构接手，%(by)s到期"),
            N_("省局同意变更：《%(title)s》由贵机构接手"),
            todo=N_("从现在起由贵机构办理；请先核对联系人和电话。"),
            otherwise=WAIT,
        ),
    },
    "change_request.refuse": {
        "house": _line(
            N_("省局不同意片名变更：《%(old_title)s》改为《%(new_title)s》"),
            N_("省局不同意集数变更：《%(title)s》%(old_episodes)s 集改为 %(new_episodes)s 集"),
            N_("省局不同意变更制作机构：《%(title)s》转给%(taker)s"),
            N_("省局不同意变更：《%(title)s》"),
            todo=N_("要变更，须重新申请。"),
        ),
        "taker": _line(N_("省局不同意变更：《%(title)s》不转给贵机构"), todo=NOTHING),
    },
    "change_request.withdraw": {
        "officer": _line(
            N_("机构撤回片名变更申请：《%(old_title)s》改为《%(new_title)s》"),
            N_("机构撤回集数变更申请：《%(title)s》%(old_episodes)s 集改为 %(new_episodes)s 集"),
            N_("机构撤回制作机构变更申请：《%(title)s》转给%(taker)s"),
            N_("机构撤回变更申请：《%(title)s》"),
            todo=NOTHING,
        ),
        "taker": _line(N_("不用再答复：《%(title)s》的变更申请已撤回"), todo=NOTHING),
    },
    "change_request.end": {"taker": _line(N_("不用再答复：《%(title)s》已经办结"), todo=NOTHING)},
    "co_review.answer": {
        "officer": _line(N_("协审已答复：《%(title)s》%(department)s"), todo=N_("看协审意见，接着办理。"))
    },
    "document.serve": {
        "house": _line(N_("收到公文：%(number)s《%(title)s》"), N_("收到公文：《%(title)s》"), todo=N_("请打开查看。")),
        "officer": _line(N_("公文已送达：%(number)s《%(title)s》"), N_("公文已送达：《%(title)s》"), todo=NOTHING),
    },
    "document.void": {
        "officer": _line(N_("文号已作废：%(number)s《%(title)s》"), todo=N_("这部片还在办的，会重新拟函。"))
    },
    # people who go
    "user.titles_left": {
        "heads": _line(
            N_("请看由谁接办：%(name)s经办的 %(n)s 部无人经办"), todo=N_("请移交给在岗的经办，或者由经办自己接办。")
        ),
        "officers": _line(
            N_("请接办：%(name)s经办的 %(n)s 部无人经办"),
            todo=N_("轮到经办办理的已列入您的待办，标明“无人经办”，可以接办。"),
        ),
    },
    "user.keys_left": {
        "heads": _line(N_("请另定管家：%(name)s的 %(n)s 部重点项目没有管家"), todo=N_("请另请同事任管家。")),
    },
    # houses
    "house.registered": {
        "officers": _line(
            N_("请于 %(by)s前审核入驻：%(house)s"), N_("请审核入驻：%(house)s"), todo=N_("核对资料，同意或不同意入驻。")
        ),
    },
    "house.apply_again": {
        "officers": _line(
            N_("请于 %(by)s前审核入驻：%(house)s重新申请"),
            N_("请审核入驻：%(house)s"),
            todo=N_("核对资料，同意或不同意入驻。"),
        ),
    },
    "house.admit": {
        "house": _line(
            N_("入驻申请已通过：%(house)s可以提交申报了"),
            N_("入驻申请已通过，可以提交申报"),
            todo=N_("现在可以提交申报（写好的草稿也可以交了），可以邀请同事加入，也可以接手别家转来的片。"),
        )
    },
    "house.refuse": {
        "house": _line(
            N_("入驻申请没有通过：%(house)s"), N_("入驻申请没有通过"), todo=N_("按说明改好单位资料，可以重新申请。")
        )
    },
    "house.bar": {
        "house": _line(
            N_("单位已停用，不能提交申报：%(house)s"),
            N_("单位已停用，不能提交申报"),
            todo=N_("已经在办的片照常办理；有疑问请与省局联系。"),
        ),
        "officers": _line(N_("机构已停用：%(house)s"), todo=N_("不再收它的申报；已经在办的片照常办理。")),
    },
    "house.restore": {
        "house": _line(
            N_("单位已恢复，可以提交申报，接着办理：%(house)s"),
            N_("单位已恢复，可以提交申报，接着办理"),
            todo=N_("请看工作台：停用期间到期的先办；写好的草稿可以提交。"),
        )
    },
}


def line_for(subject: str, trigger: str, word: str) -> Line | None:
    """The line of a fact about a row of that table, for that audience; None where none was written."""
    return LINES.get(f"{subject}.{trigger}", {}).get(word)
