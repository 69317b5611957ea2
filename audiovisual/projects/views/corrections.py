"""What was recorded is put right: numbers and licences, actual days, and who is called about a title."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audiovisual.kernel import uploads
from audiovisual.kernel.forms import ReasonForm, attempt
from audiovisual.kernel.text import day, month
from audiovisual.kernel.web import current_actor, requires
from audiovisual.people.views.frame import raced
from workflows import beside
from workflows.errors import RuleBroken, Unknown, WrongState, say

from ..acted import acted
from ..deciding import facts_of
from ..forms.production import CorrectDaysForm, CorrectReportForm
from ..forms.records import ContactForm, CorrectPermitForm
from ..models import GIVEN_NODES, PERMITS, Permit, Progress, Project
from ..operations import corrections, production
from ..operations.records import PermitData, broken_by_permit
from ..queries import records
from . import bp
from .reach import attached, form_page, known, to_title


def _permit(project: Project, record_id: int) -> Permit:
    """A number of this title that the person may put right."""
    beside.need(beside.correct_permit(project, current_actor()))
    row = records.record(Permit, record_id, project)
    if row is None:
        raise Unknown()
    return row  # type: ignore[no-any-return]


def _to_permits(project: Project) -> ResponseReturnValue:
    return redirect(url_for("projects.record_page", project_id=project.id, _anchor="permits"), 303)


@bp.route("/<int:project_id>/permits/<int:record_id>/correct", methods=["GET", "POST"])
@requires("project.record_permit")
def correct_permit(project_id: int, record_id: int) -> ResponseReturnValue:
    """Put a recorded number right, with the reason."""
    project, actor = known(project_id), current_actor()
    permit = _permit(project, record_id)
    form = CorrectPermitForm(obj=permit)

    def correct() -> None:
        given = PermitData(
            form.kind.data, form.number.data, form.issued_on.data, form.valid_until.data, form.note.data or "",
            attached(form, actor),
        )  # fmt: skip
        corrections.correct_permit(permit, actor, given, form.reason.data, form.version.data)

    def broken() -> Iterator[RuleBroken]:
        given = form.kind.data, form.number.data, form.issued_on.data, form.valid_until.data, form.note.data or ""
        yield from broken_by_permit(project, *given, permit.id)
        yield from uploads.broken("file", actor)

    done, lost = raced(form, correct, broken)
    if done:
        acted(_("证号已更正，原来的留在时间线里，制作机构会收到消息。"), project)
        return _to_permits(project)
    permit = _permit(known(project_id), record_id)
    return form_page(
        "projects/permit.html", permit.project, form, permit=permit, version=permit.version,
        place=f"permit:{project_id}:{record_id}", now=_written(permit) if lost else None,
        facts=facts_of(permit.project, actor),
    )  # fmt: skip


def _written(permit: Permit) -> list[tuple[str, Any]]:
    return [
        (_("种类"), _(PERMITS[permit.kind])), (_("编号"), permit.number), (_("发出日期"), day(permit.issued_on)),
        (_("有效期至"), day(permit.valid_until) or _("长期")), (_("备注"), permit.note),
    ]  # fmt: skip


@bp.route("/<int:project_id>/permits/<int:record_id>/remove", methods=["GET", "POST"])
@requires("project.record_permit")
def remove_permit(project_id: int, record_id: int) -> ResponseReturnValue:
    """Take back a number recorded for the wrong title, with the reason."""
    project, actor = known(project_id), current_actor()
    permit, form = _permit(project, record_id), ReasonForm()
    if form.validate_on_submit() and attempt(
        form, lambda: corrections.remove_permit(permit, actor, form.reason.data or "")
    ):
        acted(_("已撤销登记，编号可以另行登记，制作机构会收到消息。"), project)
        return to_title(project)
    permit = _permit(known(project_id), record_id)
    return form_page(
        "projects/step.html", permit.project, form, label=_("撤销登记"), needs_reason=True,
        said=f"{_(PERMITS[permit.kind])} {permit.number}",
        ends=_("撤销后这个编号不再算这部片的，制作机构不能凭它播出；编号留在时间线里，可以登记给别的片。请写明理由，制作机构会看到。"),
        facts=facts_of(permit.project, actor),
    )  # fmt: skip


@bp.route("/<int:project_id>/days", methods=["GET", "POST"])
@requires("project.correct_days")
def correct_days(project_id: int) -> ResponseReturnValue:
    """Put actual days right that the person's side gave, with the reason."""
    project, actor = known(project_id), current_actor()
    beside.need(beside.correct_days(project, actor))
    nodes = corrections.days_given(project, actor)
    if not nodes:
        raise WrongState(say("还没有贵方登记过的实际日期，没有要更正的。"))
    form = CorrectDaysForm(data={node.kind: node.actual_on for node in nodes})
    for kind in set(GIVEN_NODES) - {node.kind for node in nodes}:
        del form[kind]
    done, lost = raced(
        form,
        lambda: corrections.correct_days(project, actor, form.days(), form.reason.data, form.version.data),
        lambda: corrections.broken_by_corrected_days(project, actor, form.days()),
    )
    if done:
        acted(_("实际日期已更正，原来的日期留在时间线里。"), project)
        return to_title(project)
    project = known(project_id)
    stored = {node.kind: day(node.actual_on) for node in corrections.days_given(project, actor)}
    now = [(_(production.NODES[kind]), said) for kind, said in stored.items()] if lost else None
    version = production.plan_version(project)
    return form_page("projects/days.html", project, form, version=version, now=now, stored=stored)


@bp.route("/<int:project_id>/progress/<int:record_id>/correct", methods=["GET", "POST"])
@requires("project.report_progress")
def correct_report(project_id: int, record_id: int) -> ResponseReturnValue:
    """Put a month's report right, with the reason."""
    project, actor = known(project_id), current_actor()
    beside.need(beside.report(project, actor))
    report = records.record(Progress, record_id, project)
    if report is None:
        raise Unknown()
    form = CorrectReportForm(obj=report)
    done, lost = raced(
        form,
        lambda: corrections.correct_report(report, actor, form.said(), form.reason.data, form.version.data),
        lambda: production.broken_by_figures(
            project, form.spent_yuan.data, form.cast_pay_yuan.data, form.episodes_done.data
        ),
    )
    if done:
        acted(_("%(period)s的进度已更正，省局看得到。", period=month(report.period)), project)
        return redirect(url_for("projects.record_page", project_id=project_id, _anchor="progress"), 303)
    report = records.record(Progress, record_id, known(project_id))
    now = [(_("总体进度"), f"{report.percent}%"), (_("本月做了什么"), report.text)] if lost else None
    return form_page("projects/report.html", report.project, form, report=report, version=report.version, now=now)


@bp.route("/<int:project_id>/contact", methods=["GET", "POST"])
@requires("project.change_contact")
def change_contact(project_id: int) -> ResponseReturnValue:
    """Name another person to be called about a title."""
    project, actor = known(project_id), current_actor()
    beside.need(beside.change_contact(project, actor))
    form = ContactForm(data={"contact_name": project.contact_name, "contact_phone": project.contact_phone})
    done, lost = raced(
        form,
        lambda: corrections.change_contact(
            project, actor, form.contact_name.data, form.contact_phone.data, form.version.data
        ),
    )
    if done:
        acted(_("联系人已改，省局看得到。"), project)
        return to_title(project)
    project = known(project_id)
    now = [(_("联系人"), project.contact_name), (_("联系电话"), project.contact_phone)]
    return form_page(
        "projects/contact.html", project, form, version=corrections.contact_version(project), now=now if lost else None
    )
