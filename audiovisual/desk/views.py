"""Pages of the desk: work lists, the green channel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audiovisual.kernel import paging, serving, withheld
from audiovisual.kernel.bodies import accepts_large
from audiovisual.kernel.forms import ReasonForm, attempt, settled, whole_number
from audiovisual.kernel.lifecycle import choices
from audiovisual.kernel.model import db
from audiovisual.kernel.upload_places import takes
from audiovisual.kernel.uploads import broken, given, take_upload
from audiovisual.kernel.web import current_actor, requires, visible_or_404
from audiovisual.people.models import House
from audiovisual.projects import labels, panels
from audiovisual.projects.acted import acted, of_title
from audiovisual.projects.deciding import Fact, facts_of
from audiovisual.projects.models import Project
from audiovisual.projects.queries import find
from audiovisual.projects.views.reach import form_page
from workflows.access import Actor, knows_project, not_recused, reads_inside
from workflows.actions import roles_for
from workflows.engine import check
from workflows.errors import N_, Unknown, say
from workflows.records import knows_record
from workflows.ruleset.vocabulary import TYPES

from . import keys, operations, queries
from .counts import Counts
from .forms import UrgentForm
from .green_days import days_if_urgent
from .menu import counts_for, shown
from .models import UrgentRequest
from .rows import grouped
from .sections import LATE, SECTIONS, Section, page_of

bp = Blueprint("desk", __name__)


def _may_hurry(project: Project, actor: Actor) -> bool:
    """Whether the page of the title offers to ask for the green channel."""
    ours = actor.roles & {"officer", "head"} and not_recused(project, actor) is None
    house = "producer" in actor.roles and actor.organisation_id == project.house_id
    return bool(ours or house) and not project.urgent and project.state in operations.URGENT_STATES


def _where_it_waits(project: Project, actor: Actor) -> str:
    """The bureau sees the request in the green channel, the house in the title's timeline."""
    return url_for("desk.urgent") if actor.is_staff else url_for("projects.timeline", project_id=project.id)


panels.act(
    N_("申请加急"),
    lambda project: url_for("desk.ask_urgent", project_id=project.id),
    _may_hurry,
    against=queries.requests_against,
    pending=(N_("加急申请待批"), _where_it_waits),
)


@bp.get("/")
@requires("desk.view")
def home() -> ResponseReturnValue:
    """The work list a person opens every morning."""
    return _list("todo")


@bp.get("/desk/<which>")
@requires("desk.view")
def work(which: str) -> ResponseReturnValue:
    """One of the other lists: doing, done, late."""
    if which not in queries.LISTS:
        abort(404)
    return _list(which)


def _list(which: str) -> ResponseReturnValue:
    actor = current_actor()
    counts, todo = counts_for(actor), which == "todo"
    done = which == "done"
    sizes = {} if done else queries.group_sizes(actor, which)
    acts = paging.paged(queries.finished(actor), paging.asked_page(), DONE_PER_PAGE) if done else None
    recent = queries.recent(actor) if actor.roles - {"expert"} else []
    withheld.fetch(fact.data for fact in (*recent, *(acts.rows if acts else ())))
    page = acts or _titles(actor, which, sum(sizes.values()))
    return render_template(
        "desk/home.html",
        which=which,
        counts=counts,
        shown=shown,
        page=page,
        groups=[] if done else grouped(page.rows, sizes, actor),
        finished=acts,
        page_of_act=_page_of_act if done else None,
        sections=_waiting(actor, counts) if todo else _late(actor, counts) if which == "late" else [],
        types=TYPES,
        changes=labels.CHANGES,
        key_labels=keys.LABELS,
        recent=recent,
        told=labels.fact,
        doer=labels.doer,
        pending=_not_admitted(actor) if todo else None,
    )


DONE_PER_PAGE = 100
PAGES_OF_PEOPLE = {
    "user": ("people.member", "people.manage"),
    "expert": ("people.expert", "people.experts"),
    "invitation": ("people.invitation_list", "people.invite"),
    "delegation": ("people.delegations", "people.delegate"),
}
"""Where an act on accounts is read of, by what it is kept with: the page, and what one has to be allowed to open it."""


def _page_of_act(act: Any, actor: Actor) -> str:
    """The page of the person an act was about; empty where the reader may not open it, or it was about settings."""
    endpoint, action = PAGES_OF_PEOPLE[act.subject_type]
    if "who" not in act.data or not actor.roles & roles_for(action):
        return ""
    of_person = {"user_id": act.subject_id} if act.subject_type in ("user", "expert") else {}
    return url_for(endpoint, **of_person)


def _titles(actor: Actor, which: str, total: int) -> paging.Page:
    """The page of titles the address asks for."""
    number = paging.within(paging.asked_page(), queries.PER_PAGE, total)
    rows = queries.work_list(actor, which, number) if total else []
    return paging.Page(rows, number, queries.PER_PAGE, total)


def _waiting(actor: Actor, counts: Counts) -> list[tuple[Section, paging.Page]]:
    """What waits beside the titles, section by section; those in which nothing waits are left out."""
    pages = [(section, page_of(section, actor, counts.waiting[section.key])) for section in SECTIONS]
    return [(section, page) for section, page in pages if page]


def _late(actor: Actor, counts: Counts) -> list[tuple[Section, paging.Page]]:
    """An expert's tasks that are past their day."""
    page = page_of(LATE, actor, counts.late_tasks)
    return [(LATE, page)] if page else []


def _not_admitted(actor: Actor) -> House | None:
    """The person's own house while it may not file: that is what he waits for, or has to see to."""
    house = (
        db.session.get(House, actor.organisation_id) if "producer" in actor.roles and actor.organisation_id else None
    )
    return house if house is not None and house.state != "admitted" else None


def _unbiased(project_id: int) -> Project:
    """The title, for people who did not recuse themselves from it (回避)."""
    project = visible_or_404(find(project_id), knows_project)
    refusal = not_recused(project, current_actor())
    if refusal is not None:
        raise refusal
    return project


@bp.get("/urgent")
@requires("desk.urgent")
def urgent() -> ResponseReturnValue:
    """The green channel: what is asked, what runs in it, what was decided."""
    return _urgent_page()


def _urgent_page(wrong: dict[str, ReasonForm] | None = None, wrong_id: int | None = None) -> ResponseReturnValue:
    """All requests; of the one that came back with a fault (`wrong`: its form by trigger) the form stands open."""
    actor = current_actor()
    lists = _requests_by_state(actor)
    open_ = [*lists["asked"].rows, *lists["approved"].rows]
    offered = {request_.id: choices(request_, actor) for request_ in open_}
    page = render_template(
        "desk/urgent.html",
        lists=lists,
        offered=offered,
        facts=_known_of(lists["asked"].rows, actor),
        wrong=wrong or {},
        wrong_id=wrong_id,
    )
    return page, 422 if wrong else 200


QUICK = ("co_reviews", "clock", "house")
"""What is known of a title without asking the database once more: a list of many shows it beside each."""


def _known_of(asked: Sequence[UrgentRequest], actor: Actor) -> dict[int, list[Fact]]:
    """By request what the leader has to know before it is granted: the bad and the careful, and earlier refusals."""
    refused = queries.refused_before([request_.project_id for request_ in asked])
    may_grant = "leader" in actor.roles
    projects = [request_.project for request_ in asked if may_grant and reads_inside(request_.project, actor)]
    days = days_if_urgent(projects)
    found = {}
    for request_ in asked:
        told = [fact for fact in facts_of(request_.project, actor, only=QUICK) if fact.tone != "plain"]
        before = refused.get(request_.project_id, [])
        if before:
            told.append(Fact("warn", say("以前申请过加急，没有批准 %(n)s 次", n=len(before)), before[-1]))
        told += [Fact("plain", sentence) for sentence in days.get(request_.project_id, [])]
        found[request_.id] = told
    return found


def _requests_by_state(actor: Actor) -> dict[str, paging.Page]:
    """Of the requests in each state the page that the address asks for under that state."""
    sizes = queries.urgent_sizes(actor)
    wanted = queries.urgent_place(actor, whole_number(request.args.get("request")))
    pages = {
        state: paging.paged(
            queries.urgent_ids(actor, UrgentRequest.state == state), _page_of_requests(state, wanted), REQUESTS_PER_PAGE,
            sizes.get(state, 0), scalars=True,
        )
        for state in ("asked", "approved", "refused", "revoked")
    }  # fmt: skip
    rows = {row.id: row for row in queries.urgent_requests([id_ for page in pages.values() for id_ in page.rows])}
    return {state: page.with_rows([rows[id_] for id_ in page.rows]) for state, page in pages.items()}


def _page_of_requests(state: str, wanted: tuple[str, int] | None) -> int:
    """The page of the requests in a state: that on which the one stands that is asked for, else the one asked for."""
    if wanted is not None and wanted[0] == state:
        return wanted[1] // REQUESTS_PER_PAGE + 1
    return paging.asked_page(state)


REQUESTS_PER_PAGE = 30


@bp.get("/urgent/<int:request_id>/file")
@requires("desk.urgent")
def urgent_file(request_id: int) -> ResponseReturnValue:
    """The evidence that came with a request."""
    request_ = visible_or_404(db.session.get(UrgentRequest, request_id), knows_record)
    if request_.file is None:
        raise Unknown()
    return serving.send(request_.file)


@takes("urgent", r"(\d{1,9})", "desk.ask_urgent")
def _evidence(project_id: int) -> None:
    """What shows that a title is urgent."""
    operations.may_ask_urgent(_unbiased(project_id), current_actor())


@bp.route("/projects/<int:project_id>/urgent", methods=["GET", "POST"])
@accepts_large("UPLOAD_BYTES")
@requires("desk.ask_urgent")
def ask_urgent(project_id: int) -> ResponseReturnValue:
    """Ask for the green channel, with a reason and evidence."""
    project, actor = _unbiased(project_id), current_actor()
    waiting = operations.open_request(project.id)
    if request.method == "GET" and waiting and check(waiting.machine, waiting, "withdraw", actor) is None:
        return redirect(url_for("desk.withdraw_urgent", request_id=waiting.id), 303)
    operations.may_ask_urgent(project, actor)
    form = UrgentForm()
    if settled(form, lambda: _ask_urgent(project, actor, form), lambda: broken("evidence", actor)):
        flash(_("已申请加急，等局领导审批。"), "success")
        return redirect(url_for("projects.show", project_id=project.id), 303)
    status = 422 if form.is_submitted() else 200
    return render_template("desk/ask_urgent.html", form=form, project=project, wrong=form.evidence.errors), status


def _ask_urgent(project: Project, actor: Actor, form: UrgentForm) -> None:
    brought = given("evidence")
    stored = take_upload(brought, actor, "document", field="evidence") if brought else None
    operations.ask_urgent(project, actor, form.reason.data, stored.id if stored else None)


@bp.route("/urgent/<int:request_id>/withdraw", methods=["GET", "POST"])
@requires("urgent_request.withdraw")
def withdraw_urgent(request_id: int) -> ResponseReturnValue:
    """The house that asked reads that the request waits for a leader, and may take it back."""
    asked, actor = visible_or_404(db.session.get(UrgentRequest, request_id), knows_record), current_actor()
    refusal = check(asked.machine, asked, "withdraw", actor)
    if refusal is not None:
        raise refusal
    form = ReasonForm()
    if form.validate_on_submit():
        operations.withdraw_urgent(asked, actor, form.reason.data or "")
        flash(_("加急申请已撤回。"), "success")
        return redirect(url_for("projects.show", project_id=asked.project_id), 303)
    return form_page("projects/step.html", asked.project, form, label=_("撤回加急申请"), needs_reason=False, ends=_(asked.machine.consequence_of("withdraw")),
                     said=_("加急申请等局领导审批：%(reason)s", reason=asked.reason))  # fmt: skip


@bp.post("/urgent/<int:request_id>/<any(approve, refuse, revoke):trigger>")
@requires("urgent_request.approve")
def decide_urgent(request_id: int, trigger: str) -> ResponseReturnValue:
    """A bureau leader approves, refuses or revokes."""
    request_ = visible_or_404(db.session.get(UrgentRequest, request_id), knows_record)
    form = ReasonForm()
    if not form.validate() or not attempt(form, lambda: _decide(request_, trigger, form.reason.data or "")):
        return _urgent_page({trigger: form}, request_id)
    said = {
        "approve": _("已批准加急，时限已缩短。"),
        "refuse": _("已答复不批准，仍按原来的时限办理。"),
        "revoke": _("已撤销加急，恢复原来的时限。"),
    }
    acted(of_title(request_.project, said[trigger]), request_.project, "urgent_request.approve")
    return redirect(url_for("desk.urgent"), 303)


def _decide(request_: UrgentRequest, trigger: str, reason: str) -> None:
    if trigger == "revoke":
        operations.revoke_urgent(request_, current_actor(), reason)
    else:
        operations.decide_urgent(request_, current_actor(), trigger == "approve", reason)


from . import following, key_views  # noqa: E402, F401  one registers the next item of a list, one its pages
from . import help as help_  # noqa: E402, F401  the page hangs itself on `bp`
