"""Pages of the year's key titles: the list, a proposal and its decision, who serves a title."""

from __future__ import annotations

from collections.abc import Iterator

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audiovisual.kernel.calendar import working_calendar
from audiovisual.kernel.forms import ReasonForm, attempt, settled, whole_number
from audiovisual.kernel.lifecycle import choices
from audiovisual.kernel.model import db, today
from audiovisual.kernel.web import current_actor, requires, visible_or_404
from audiovisual.people.models import User
from audiovisual.people.queries.presence import names_in_office
from audiovisual.people.views.frame import raced
from audiovisual.projects import deciding, due, panels, sheet
from audiovisual.projects.acted import acted, of_title
from audiovisual.projects.models import Project
from audiovisual.projects.operations.production import NODES
from audiovisual.projects.queries import find
from workflows.access import Actor, knows_project, not_recused, reads_inside
from workflows.beside import need
from workflows.errors import N_, RuleBroken
from workflows.records import knows_key_proposal

from . import key_queries, keys
from .forms import KeyForm, StewardForm
from .models import KeyProject, KeyProposal, Stewardship
from .views import bp

panels.act(
    N_("提名重点"),
    lambda project: url_for("desk.choose_key", project_id=project.id),
    lambda project, actor: bool(actor.roles & keys.OFFICE) and keys.may_be_key(project, actor) is None,
    against=key_queries.proposals_against,
)


@bp.get("/key-projects")
@requires("desk.key_titles")
def key_titles() -> ResponseReturnValue:
    """The key titles of a year by slot, the free slots shown; for the bureau what waits for a leader."""
    actor, year = current_actor(), _year()
    chosen = {key.slot: key for key in key_queries.key_titles(actor, year)}
    return render_template(
        "desk/key_titles.html",
        serving=key_queries.in_service(chosen.values()),
        year=year,
        slots=range(1, keys.slots_of(year) + 1),
        chosen=chosen,
        taken=key_queries.taken_slots(year),
        proposals=key_queries.key_proposals(actor, year) if actor.is_staff else [],
        labels=keys.LABELS,
        may_propose=bool(actor.roles & keys.OFFICE),
    )


def _year() -> int:
    asked = whole_number(request.args.get("year"), 2100)
    return asked if asked and asked >= 2024 else today().year


@bp.route("/projects/<int:project_id>/key", methods=["GET", "POST"])
@requires("desk.propose_key_title")
def choose_key(project_id: int) -> ResponseReturnValue:
    """Propose a title of the bank as a key title; a leader decides."""
    project, actor = visible_or_404(find(project_id), knows_project), current_actor()
    need(not_recused(project, actor))
    if request.method == "GET" and (waiting := keys.open_proposal(project.id)) is not None:
        return redirect(url_for("desk.key_proposal", proposal_id=waiting.id), 303)
    need(keys.may_propose(project, actor))
    taken = key_queries.taken_slots(today().year)
    free = [slot for slot in range(1, keys.slots_of(today().year) + 1) if slot not in taken]
    rivals = _waiting(actor, today().year)
    asked_for = {each.slot for each in rivals}
    form = KeyForm(
        year=today().year, slot=next((slot for slot in free if slot not in asked_for), next(iter(free), None))
    )
    form.steward.choices += _stewards(project, actor)
    made: list[KeyProposal] = []
    broken = lambda: _broken_by_proposal(project, actor, form)  # noqa: E731
    if settled(form, lambda: made.append(_propose(project, actor, form)), broken):
        flash(_("已提名，等局领导决定。"), "success")
        return redirect(url_for("desk.key_proposal", proposal_id=made[0].id), 303)
    facts = deciding.facts_of(project, actor)
    page = render_template("desk/choose_key.html", form=form, project=project, free=free, facts=facts, rivals=rivals)
    return page, 422 if form.errors else 200


def _waiting(actor: Actor, year: int, slot: int | None = None) -> list[KeyProposal]:
    """The nominations for a year's seats, or for one, that wait for a leader and that this person may read."""
    found = [each for each in key_queries.key_proposals(actor, year) if each.kind == "list"]
    return [each for each in found if slot is None or each.slot == slot]


def _propose(project: Project, actor: Actor, form: KeyForm) -> KeyProposal:
    return keys.propose_key(project, actor, form.year.data, form.slot.data, form.reason.data or "", _chosen(form))


def _broken_by_proposal(project: Project, actor: Actor, form: KeyForm) -> Iterator[RuleBroken]:
    number = whole_number(form.steward.data)
    steward = db.session.get(User, number) if number else None
    return keys.broken_by_proposal(project, actor, form.year.data, form.slot.data, form.reason.data or "", steward)


def _stewards(project: Project, actor: Actor) -> list[tuple[str, str]]:
    """Whom this person may ask to serve the title: those of the division that are here, but for themselves."""
    own = actor.acts_for("officer") | actor.acts_for("head")
    people = names_in_office("officer", "head")
    return [(str(number), name) for number, name in people if number not in own | project.recused_ids]


def _chosen(form: StewardForm | KeyForm) -> User:
    return db.session.get_one(User, int(form.steward.data))


def _proposal(proposal_id: int) -> KeyProposal:
    return visible_or_404(key_queries.key_proposal(proposal_id), knows_key_proposal)


@bp.get("/key-proposals/<int:proposal_id>")
@requires("desk.key_proposal")
def key_proposal(proposal_id: int) -> ResponseReturnValue:
    """What is proposed, with all a leader has to know; the steps the reader may take."""
    return _proposal_page(_proposal(proposal_id))


def _proposal_page(
    proposal: KeyProposal, wrong: dict[str, ReasonForm] | None = None, lost: bool = False
) -> ResponseReturnValue:
    actor, project = current_actor(), proposal.project
    page = render_template(
        "desk/key_proposal.html",
        proposal=proposal,
        project=project,
        label=keys.LABELS[proposal.kind],
        choices=choices(proposal, actor),
        points=sheet.points(project, []),
        due=due.due_of(project, today(), working_calendar()),
        facts=deciding.facts_of(project, actor),
        chosen=key_queries.key_titles(actor, proposal.year),
        seats=keys.slots_of(proposal.year),
        rivals=[each for each in _waiting(actor, proposal.year, proposal.slot) if each.id != proposal.id],
        wrong=wrong or {},
    )
    return page, 409 if lost else 422 if wrong else 200


@bp.post("/key-proposals/<int:proposal_id>/<any(approve, refuse, withdraw):trigger>")
@requires("desk.key_proposal")
def decide_key(proposal_id: int, trigger: str) -> ResponseReturnValue:
    """A leader agrees or not; whoever proposed takes it back."""
    proposal, form = _proposal(proposal_id), ReasonForm()
    seen = whole_number(request.form.get("version"))
    done, lost = raced(form, lambda: _decide(proposal, trigger, form.reason.data or "", seen))
    if not done:
        return _proposal_page(_proposal(proposal_id), {trigger: form}, lost)
    said = {
        "approve": _("已同意，机构和处里会收到通知。"),
        "refuse": _("已答复不同意，席位不变。"),
        "withdraw": _("提名已撤回，席位不变。"),
    }
    told = of_title(proposal.project, said[trigger])
    if trigger == "withdraw":
        flash(told, "success")
    else:
        acted(told, proposal.project, "key_proposal.approve")
    return redirect(url_for("desk.key_titles", year=proposal.year), 303)


def _decide(proposal: KeyProposal, trigger: str, reason: str, seen: int | None) -> None:
    if trigger == "withdraw":
        keys.withdraw(proposal, current_actor())
    else:
        keys.decide(proposal, current_actor(), trigger == "approve", reason, seen)


def _key(key_id: int) -> KeyProject:
    key = key_queries.key_title(key_id)
    visible_or_404(key.project if key else None, knows_project)
    assert key is not None
    return key


@bp.get("/key-projects/<int:key_id>")
@requires("desk.key_titles")
def key_title(key_id: int) -> ResponseReturnValue:
    """One key title: why it was chosen, who decided it, who serves it, where it stands."""
    key = _key(key_id)
    return _key_page(key, _steward_form(key))


def _key_page(
    key: KeyProject, form: StewardForm, dropping: ReasonForm | None = None, lost: bool = False,
    wrong: dict[str, ReasonForm] | None = None,
) -> ResponseReturnValue:  # fmt: skip
    """The page of a key title; with the form that came back, where one did."""
    actor, project = current_actor(), key.project
    proposes = bool(actor.roles & keys.OFFICE) and not_recused(project, actor) is None
    asked = {each.state: each for each in keys.open_stewardships(project.id)}
    page = render_template(
        "desk/key_title.html",
        key=key,
        nodes=NODES,
        project=project,
        due=due.due_of(project, today(), working_calendar(), of_house=not actor.is_staff),
        form=form,
        dropping=dropping,
        named=asked.get("named"),
        serves=asked.get("accepted"),
        choices=choices(asked["named"], actor) if "named" in asked else [],
        wrong=wrong or {},
        inside=reads_inside(project, actor),
        serving=key.steward is not None and key.steward.holds("officer", "head"),
        waiting=keys.open_proposal(project.id) if reads_inside(project, actor) else None,
        may_propose=proposes,
        naming=keys.last_naming(key),
    )
    return page, 409 if lost else 422 if form.errors or dropping or wrong else 200


def _steward_form(key: KeyProject) -> StewardForm:
    form = StewardForm()
    form.steward.choices += _stewards(key.project, current_actor())
    return form


@bp.post("/key-projects/<int:key_id>/steward")
@requires("desk.propose_key_title")
def change_steward(key_id: int) -> ResponseReturnValue:
    """Ask another person to serve the title."""
    key = _key(key_id)
    need(not_recused(key.project, current_actor()))
    form = _steward_form(key)
    done, lost = raced(form, lambda: keys.name_steward(key, current_actor(), _chosen(form), form.version.data))
    if not done:
        return _key_page(_key(key_id), form, lost=lost)
    flash(_("已请%(name)s担任管家，等本人接受。", name=_chosen(form).name), "success")
    return redirect(url_for("desk.key_title", key_id=key_id), 303)


@bp.post("/key-projects/<int:key_id>/drop")
@requires("desk.propose_key_title")
def drop_key(key_id: int) -> ResponseReturnValue:
    """Propose to take a title off the year's list; a leader decides."""
    key, form = _key(key_id), ReasonForm()
    need(not_recused(key.project, current_actor()))
    made: list[KeyProposal] = []
    act = lambda: made.append(keys.propose_drop(key, current_actor(), form.reason.data or ""))  # noqa: E731
    if not form.validate() or not attempt(form, act):
        return _key_page(_key(key_id), _steward_form(_key(key_id)), form)
    flash(_("已提名调出，等局领导决定。"), "success")
    return redirect(url_for("desk.key_proposal", proposal_id=made[0].id), 303)


@bp.get("/stewardships/<int:stewardship_id>")
@requires("stewardship.accept")
def steward(stewardship_id: int) -> ResponseReturnValue:
    """The page of the key title somebody was asked to serve; once its seat is free again, the title's own."""
    named = visible_or_404(db.session.get(Stewardship, stewardship_id), knows_key_proposal)
    key = key_queries.key_of(named.project_id)
    if key is None:
        return redirect(url_for("projects.show", project_id=named.project_id), 303)
    return redirect(url_for("desk.key_title", key_id=key.id), 303)


@bp.post("/stewardships/<int:stewardship_id>/<any(accept, decline):trigger>")
@requires("stewardship.accept")
def answer_steward(stewardship_id: int, trigger: str) -> ResponseReturnValue:
    """Who was named accepts to serve the title, or declines with a reason."""
    named = visible_or_404(db.session.get(Stewardship, stewardship_id), knows_key_proposal)
    form, key_id = ReasonForm(), _key_of(named.project_id)
    act = lambda: keys.answer_steward(named, current_actor(), trigger == "accept", form.reason.data or "")  # noqa: E731
    if not form.validate() or not attempt(form, act):
        key = _key(key_id)
        return _key_page(key, _steward_form(key), wrong={trigger: form})
    said = _("已接受，这部片由您全程服务。") if trigger == "accept" else _("已谢绝，由处长另请一位。")
    acted(said, named.project, "stewardship.accept")
    return redirect(url_for("desk.key_title", key_id=key_id), 303)


def _key_of(project_id: int) -> int:
    key = key_queries.key_of(project_id)
    visible_or_404(key.project if key else None, knows_project)
    assert key is not None
    return key.id
