"""Acts from receipt to admission that need a page: completion, class, screening, the head's word."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audiovisual.kernel.forms import attempt, settled
from audiovisual.kernel.model import db
from audiovisual.kernel.rules import rule_on
from audiovisual.kernel.web import current_actor, requires
from audiovisual.people.models import User
from audiovisual.people.views.frame import raced
from workflows import beside
from workflows.classification import classify
from workflows.errors import N_

from .. import classes, labels
from ..acted import acted
from ..deciding import facts_of
from ..forms.intake import ClassForm, CompletionForm, VerdictForm, screening_form
from ..models import Project
from ..operations import intake
from . import bp
from .reach import form_page, known, refusal_of, to_title

BLANK_ITEMS = 3
SAID = {
    "screen": N_("已同意入库，等经办排期。"),
    "send_back": N_("已退回，等经办再审后重新呈报。"),
    "reject": N_("已审定不予入库，这部片办结，制作机构会收到消息。"),
}
"""What the head is told after the decision."""


@bp.route("/<int:project_id>/ask-completion", methods=["GET", "POST"])
@requires("project.ask_completion")
def ask_completion(project_id: int) -> ResponseReturnValue:
    """Ask once for everything that is missing (行政许可法32条)."""
    project, actor = known(project_id), current_actor()
    refusal_of(project, "ask_completion", actor)
    form = CompletionForm()
    if settled(
        form,
        lambda: intake.ask_completion(project, actor, form.rows(), form.reason.data or ""),
        lambda: intake.broken_by_asking(project, actor, form.rows(), form.reason.data or ""),
    ):
        acted(_("已告知补正，时钟暂停，等制作机构交回。"), project, "project.accept")
        return to_title(project)
    while len(form.items) < BLANK_ITEMS:
        form.items.append_entry()
    return form_page(
        "projects/completion.html", project, form, again=bool(project.completions), facts=facts_of(project, actor)
    )  # fmt: skip


@bp.route("/<int:project_id>/class", methods=["GET", "POST"])
@requires("project.decide_class")
def decide_class(project_id: int) -> ResponseReturnValue:
    """Settle what the rules leave open, with the reason."""
    project, actor = known(project_id), current_actor()
    beside.need(beside.decide_class(project, actor))
    form = ClassForm()
    day, rule = classes.judged_by(project)
    found = classify(classes.filing_of(project), day, rule)
    kind = rule.value["types"].get(project.type or "", {})
    form.class_code.choices = [(code, _(label)) for code, label in kind.get("labels", {}).items()]
    done, lost = raced(form, lambda: _class_decided(project, form))
    if done:
        acted(_("类别已认定，请接着初审。"), project, "project.decide_class")
        return to_title(project)
    return form_page(
        "projects/class.html", project, form, found=found, version=project.version, facts=facts_of(project, actor),
        now=[(_("类别"), labels.class_name(project.class_code, project.type)), (_("理由"), project.class_reason)] if lost else None,
    )  # fmt: skip


def _class_decided(project: Project, form: ClassForm) -> None:
    intake.decide_class(project, current_actor(), form.class_code.data, form.reason.data, form.version.data)


@bp.route("/<int:project_id>/propose", methods=["GET", "POST"])
@requires("project.propose")
def propose(project_id: int) -> ResponseReturnValue:
    """Score the four criteria with reasons and put the title before the head."""
    project, actor = known(project_id), current_actor()
    refusal_of(project, "propose", actor)
    rule = rule_on("intake").value
    before = intake.returned_screening(project)
    form = screening_form(rule, before)
    if form.validate_on_submit() and attempt(
        form,
        lambda: intake.propose(
            project, actor, form.scores(), form.recommendation.data, form.comment.data, form.against.data or ""
        ),
    ):
        acted(_("初审意见已呈报，等处长审定。"), project, "project.propose")
        return to_title(project)
    return form_page(
        "projects/propose.html", project, form, rule=rule, before=before, facts=facts_of(project, actor)
    )  # fmt: skip


@bp.route("/<int:project_id>/screening", methods=["GET", "POST"])
@requires("project.screen")
def screening(project_id: int) -> ResponseReturnValue:
    """The head reads the scores and decides."""
    project, actor = known(project_id), current_actor()
    refusal_of(project, "screen", actor)
    form, proposal = VerdictForm(), intake.latest_screening(project)
    if form.validate_on_submit():
        act = {"screen": intake.screen, "send_back": intake.send_back, "reject": intake.reject}[form.decision.data]
        if attempt(form, lambda: act(project, actor, form.reason.data or "")):
            acted(_(SAID[form.decision.data]), project, "project.screen")
            return to_title(project)
        proposal = intake.latest_screening(project)
    criteria = {row["code"]: row["label"] for row in rule_on("intake").value["criteria"]}
    return form_page(
        "projects/screening.html", project, form, screening=proposal, criteria=criteria,
        recommendations=labels.RECOMMENDATIONS, facts=facts_of(project, actor),
        proposer=db.session.get(User, proposal.officer_id) if proposal else None,
    )  # fmt: skip
