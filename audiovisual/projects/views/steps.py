"""Steps of a title's life by their trigger: straight from a button, or with a reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audiovisual.kernel.forms import ReasonForm, attempt
from audiovisual.kernel.web import current_actor, requires
from workflows.access import Actor
from workflows.errors import N_, Unknown

from ..acted import acted
from ..deciding import facts_of
from ..models import Project
from ..operations import filing, intake, office
from . import bp
from .reach import form_page, known, refusal_of, to_title

Operation = Callable[[Project, Actor, str], Any]


@dataclass(frozen=True)
class Way:
    """How a step is taken: by an operation of project, actor and reason, or on a page of its own."""

    do: Operation | None = None
    page: str = ""


WAYS: dict[str, Way] = {
    "receive": Way(lambda project, actor, reason: intake.receive(project, actor)),
    "accept": Way(lambda project, actor, reason: intake.accept(project, actor)),
    "ask_completion": Way(page="projects.ask_completion"),
    "decline": Way(intake.decline),
    "propose": Way(page="projects.propose"),
    "send_back": Way(intake.send_back),
    "screen": Way(page="projects.screening"),
    "reject": Way(intake.reject),
    "schedule": Way(page="projects.schedule"),
    "start_production": Way(page="projects.start"),
    "air": Way(page="projects.air"),
    "withdraw": Way(filing.withdraw),
    "suspend": Way(office.suspend),
    "resume": Way(lambda project, actor, reason: office.resume(project, actor)),
    "rest": Way(office.rest),
    "revive": Way(lambda project, actor, reason: office.revive(project, actor)),
    "refile": Way(filing.refile),
}
"""Steps whose pages stand here; filing and the later features add theirs (`panels.page`)."""


INSTEAD_OF = {"decline": "project.accept", "send_back": "project.screen", "reject": "project.screen"}
"""Of a step that is taken instead of the one the title waited for, that other one: the next item waits for it too."""
SAID = {
    "receive": N_("已收件，请看材料是否齐全。"),
    "accept": N_("已受理，接下来请初审。"),
    "decline": N_("已决定不予受理，这部片办结，制作机构会收到消息。"),
    "send_back": N_("已退回，等经办再审后重新呈报。"),
    "reject": N_("已审定不予入库，这部片办结，制作机构会收到消息。"),
    "withdraw": N_("已撤回，这部片办结，编号不再使用。"),
    "suspend": N_("已暂停办理，时钟停着；查明情况后请恢复。"),
    "resume": N_("已恢复办理，时钟接着走。"),
    "rest": N_("已列为休眠，条件具备时请唤醒。"),
    "revive": N_("已唤醒，这部片回到原来的状态，接着办理。"),
    "refile": N_("原编号已办结，填过的内容转到这份新草稿，改好后请重新提交。"),
}
"""What is said after a step taken here: what happened, and who acts now."""


@bp.route("/<int:project_id>/steps/<trigger>", methods=["GET", "POST"])
@requires("project.view")
def step(project_id: int, trigger: str) -> ResponseReturnValue:
    """Take a step that needs at most a reason. Opened without a button it asks for the reason first."""
    project, actor, way = known(project_id), current_actor(), WAYS.get(trigger)
    if way is None:
        raise Unknown()
    if way.do is None:
        return redirect(url_for(way.page, project_id=project.id), 303)
    refusal_of(project, trigger, actor)
    form, label = ReasonForm(), project.machine.label_of(trigger)
    done: list[Any] = []
    do = way.do
    if form.validate_on_submit() and attempt(form, lambda: done.append(do(project, actor, form.reason.data or ""))):
        acted(_(SAID[trigger]), project, INSTEAD_OF.get(trigger, f"project.{trigger}"))
        return to_title(done[0] if trigger == "refile" else project)
    needs = any(each.needs_reason for each in project.machine.steps if each.trigger == trigger)
    ends = _(project.machine.consequence_of(trigger))
    return form_page(
        "projects/step.html", project, form, label=_(label), needs_reason=needs, ends=ends,
        follows=_(follows) if (follows := project.machine.follows_of(trigger)) else None, facts=facts_of(project, actor),
    )  # fmt: skip
