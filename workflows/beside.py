"""Acts beside the line of a title: who may do each, and while the title stands where.

One check each. The operation runs it, the page runs it before its form is shown, and the list of acts on a title's page
shows exactly those that would pass.
"""

from __future__ import annotations

from typing import Any

from .access import Actor, is_in_charge, not_recused
from .errors import NotAllowed, WorkflowError, WrongState, say
from .project import RUNNING
from .records import ENDED

CLASSABLE = ("received", "accepted")
CO_REVIEWABLE = ("received", "accepted", "in_review")
PLANNABLE = tuple(state for state in RUNNING if state != "screened")
PRODUCED = (*PLANNABLE, "in_review", "rectifying", "reviewed")
UNSEEN = ("draft", "discarded")
"""Before a title was submitted, or in its place: it is the house's own affair."""
NO_PERMITS = (*UNSEEN, "submitted", "withdrawn", "rejected", "refiled")


def need(refusal: WorkflowError | None) -> None:
    """Raise what stands against an act."""
    if refusal is not None:
        raise refusal


def _of_officer(project: Any, actor: Actor) -> WorkflowError | None:
    if "officer" not in actor.roles:
        return not_recused(project, actor) or NotAllowed(say("这一步由经办办理。"))
    return is_in_charge(project, actor)


def _of_house(project: Any, actor: Actor) -> bool:
    return "producer" in actor.roles and actor.organisation_id == project.house_id


def decide_class(project: Any, actor: Actor) -> WorkflowError | None:
    """The officer in charge settles the class before the title is proposed."""
    refusal = _of_officer(project, actor)
    if refusal is None and project.state not in CLASSABLE:
        return WrongState(say("类别在受理和初审时认定。"))
    return refusal


def ask_co_review(project: Any, actor: Actor) -> WorkflowError | None:
    """The officer in charge asks other departments while he examines the title."""
    refusal = _of_officer(project, actor)
    if refusal is None and project.state not in CO_REVIEWABLE:
        return WrongState(say("受理、初审和审核时才能征求协审意见。"))
    return refusal


def record_permit(project: Any, actor: Actor) -> WorkflowError | None:
    """The officer in charge records numbers of a title received and not lost; an aired one may still get one."""
    refusal = _of_officer(project, actor)
    if refusal is None and project.state in NO_PERMITS:
        return WrongState(say("这部片现在不能登记证号。"))
    return refusal


def correct_permit(project: Any, actor: Actor) -> WorkflowError | None:
    """The officer in charge puts a recorded number right, or takes it back, until the title is aired."""
    refusal = _of_officer(project, actor)
    if refusal is None and (project.state in NO_PERMITS or project.state == "aired"):
        return WrongState(say("播出或办结之后，证号不能再更正。"))
    return refusal


def correct_days(project: Any, actor: Actor) -> WorkflowError | None:
    """The house, or the officer in charge, puts an actual day right that their side gave, until the title is aired."""
    refusal = None if _of_house(project, actor) else _of_officer(project, actor)
    if refusal is None and project.state not in PRODUCED:
        return WrongState(say("排期之后、播出之前才能更正实际日期。"))
    return refusal


def change_contact(project: Any, actor: Actor) -> WorkflowError | None:
    """The house names who is called about a title, from its submission until it ends."""
    if not _of_house(project, actor):
        return NotAllowed(say("联系人由制作机构自己改。"))
    if project.state in UNSEEN or project.state in ENDED:
        return WrongState(say("提交之后、办结之前才能在这里改联系人。"))
    return None


def change_plan(project: Any, actor: Actor) -> WorkflowError | None:
    """The officer in charge moves planned days between schedule and delivery."""
    refusal = _of_officer(project, actor)
    if refusal is None and project.state not in PLANNABLE:
        return WrongState(say("排期之后、送审之前才能调整计划。"))
    return refusal


def report(project: Any, actor: Actor) -> WorkflowError | None:
    """The house reports progress between schedule and delivery."""
    if not _of_house(project, actor):
        return NotAllowed(say("进度由制作机构自己报。"))
    if project.state not in PLANNABLE:
        return WrongState(say("排期之后、送审之前才报进度。"))
    return None


def ask_change(project: Any, actor: Actor) -> WorkflowError | None:
    """The house asks to change title, house or episodes, from its submission until the title ends."""
    if not _of_house(project, actor):
        return NotAllowed(say("变更由制作机构自己申请。"))
    if project.state == "draft" or project.state in ENDED:
        return WrongState(say("现在不能申请变更。"))
    return None


def hand_over(project: Any, actor: Actor) -> WorkflowError | None:
    """The officer in charge, or a head, hands on a title that was received and has not ended."""
    refusal = not_recused(project, actor) if "head" in actor.roles else _of_officer(project, actor)
    if refusal is None and project.state in ("submitted", *UNSEEN, *ENDED):
        return WrongState(say("收件之后、办结之前才能移交。"))
    return refusal


def take(project: Any, actor: Actor) -> WorkflowError | None:
    """An officer takes on a title that was received, goes on, and has nobody in charge (无人经办)."""
    refusal = _of_officer(project, actor)
    if refusal is None and project.state in ("submitted", *UNSEEN, *ENDED):
        return WrongState(say("收件之后、办结之前才能接办。"))
    if refusal is None and not project.unattended:
        return WrongState(say("这部片已经有人经办，不用接办。"))
    return refusal


def recuse(project: Any, actor: Actor) -> WorkflowError | None:
    """Staff recuse themselves (回避) once, from a title that goes on."""
    if not actor.is_staff:
        return NotAllowed(say("回避由局内人员申请；专家请在审看任务里申请。"))
    if not_recused(project, actor) is not None:
        return WrongState(say("您已经回避了这部片。"))
    if project.state in ENDED:
        return WrongState(say("这部片已经办结，不用再回避。"))
    return None


def settle_question(project: Any, actor: Actor) -> WorkflowError | None:
    """The officer in charge, or a head, marks what a house asked as done. It may be asked, and done, after the end."""
    return not_recused(project, actor) if "head" in actor.roles else _of_officer(project, actor)


def remark(project: Any, actor: Actor) -> WorkflowError | None:
    """Whoever reads the timeline and is not recused leaves a remark, from the submission on."""
    if project.state in UNSEEN:
        return WrongState(say("提交之后才能留言。"))
    return not_recused(project, actor)
