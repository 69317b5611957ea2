"""Who is in charge: handing over one title or a whole desk, recusal, remarks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audiovisual.kernel.forms import attempt, rightly, whole_number
from audiovisual.kernel.model import db
from audiovisual.kernel.web import current_actor, requires
from audiovisual.people.models import User
from audiovisual.people.queries.presence import in_office
from audiovisual.people.views.frame import raced
from workflows import beside
from workflows.access import Actor
from workflows.errors import RuleBroken, Unknown, broken_in, say

from ..acted import acted
from ..forms.records import DeskForm, HandOverForm, RecusalForm, RemarkForm
from ..models import Project, Question
from ..operations import office
from ..queries import records
from . import bp
from .reach import form_page, known, sided, to_title


@bp.route("/<int:project_id>/hand-over", methods=["GET", "POST"])
@requires("project.hand_over")
def hand_over(project_id: int) -> ResponseReturnValue:
    """Give the title to another officer."""
    project, actor = known(project_id), current_actor()
    beside.need(beside.hand_over(project, actor))
    form = HandOverForm()
    form.officer.choices = [
        ("", _("请选择")),
        *((n, name) for n, name in records.officers() if form.is_submitted() or n != project.officer_id),
    ]
    broken = lambda: broken_in(lambda: office.fit_to_take(project, _person(form.officer.data)))  # noqa: E731
    done, lost = raced(form, lambda: _give(project, form), rules=broken)
    if done:
        acted(_("已移交给%(name)s经办。", name=project.officer.name), project)
        return to_title(project)
    kept = form.officer.data
    form.officer.choices = [pair for pair in form.officer.choices if pair[0] != project.officer_id or pair[0] == kept]
    now = [(_("经办"), project.officer.name if project.officer else None)] if lost else None
    return form_page("projects/hand_over.html", project, form, version=project.version, now=now)


def _give(project: Project, form: HandOverForm) -> None:
    officer = _officer(form.officer.data, "officer")
    office.hand_over(project, current_actor(), officer, form.reason.data, form.version.data)


def _person(user_id: int | None) -> User | None:
    return db.session.get(User, user_id) if user_id else None


def _officer(user_id: int | None, field: str) -> User:
    user = _person(user_id)
    if user is None:
        raise RuleBroken(say("请选择在岗的经办。"), field)
    return user


@bp.post("/<int:project_id>/take")
@requires("project.take")
def take(project_id: int) -> ResponseReturnValue:
    """Take on a title nobody is in charge of (无人经办)."""
    project = known(project_id)
    office.take(project, current_actor())
    flash(_("已接办，这部片现在由您经办。"), "success")
    return to_title(project)


@bp.route("/hand-over", methods=["GET", "POST"])
@requires("project.hand_over")
def hand_over_desk() -> ResponseReturnValue:
    """Give everything one officer is in charge of to another."""
    actor = current_actor()
    old, new = (whole_number(request.args.get(name)) for name in ("old", "officer"))
    form = DeskForm(data={"old": old or actor.id, "officer": new})
    officers = [("", _("请选择")), *records.officers()]
    form.officer.choices = officers
    form.old.choices = officers if "head" in actor.roles else [pair for pair in officers if pair[0] in ("", actor.id)]
    if form.is_submitted() and rightly(form, lambda: _broken_by_desk(form)):
        done: list[tuple[int, Any]] = []
        if attempt(form, lambda: done.append(_give_desk(form)), lambda: _broken_by_desk(form)):
            moved, left = done[0]
            told = (_("移交了 %(n)s 部。", n=moved), "success") if moved else (_("一部也没有移交。"), "warning")
            flash(*told)
            if left:
                return redirect(url_for("projects.hand_over_desk", old=form.old.data, officer=form.officer.data), 303)
            return redirect(url_for("projects.bank", officer=form.officer.data), 303)
    crumbs = [(_("工作台"), url_for("desk.home")), (_("种子库"), url_for("projects.bank")), (_("移交工作台"), None)]
    status = 422 if request.method == "POST" else 200
    left = _left(actor, old, new) if request.method == "GET" else []
    return render_template("projects/hand_over_desk.html", form=form, crumbs=crumbs, left=left), status


def _left(actor: Actor, old_id: int | None, new_id: int | None) -> list[office.Staying]:
    """What a desk just handed over still holds, with the reasons, for those who may hand it over."""
    old, new = (db.session.get(User, id_) if id_ else None for id_ in (old_id, new_id))
    if old is None or new is None or ("head" not in actor.roles and actor.id != old.id):
        return []
    return office.staying(actor, old, new)


def _broken_by_desk(form: DeskForm) -> Iterator[RuleBroken]:
    yield from broken_in(lambda: _officer(form.old.data, "old"))
    yield from broken_in(lambda: _officer(form.officer.data, "officer"))


def _give_desk(form: DeskForm) -> tuple[int, list[office.Staying]]:
    old, new = _officer(form.old.data, "old"), _officer(form.officer.data, "officer")
    return office.hand_over_desk(current_actor(), old, new, form.reason.data)


@bp.route("/<int:project_id>/recusal", methods=["GET", "POST"])
@requires("project.recuse")
def recuse(project_id: int) -> ResponseReturnValue:
    """Recuse oneself (回避) from a title."""
    project, actor = known(project_id), current_actor()
    beside.need(beside.recuse(project, actor))
    form = RecusalForm()
    if form.validate_on_submit() and attempt(form, lambda: office.recuse(project, actor, form.reason.data)):
        flash(_("已回避，这部片不再由您办理。"), "success")
        return to_title(project)
    alone = [
        role for role in ("head", "leader", "sealer") if role in actor.roles and not _another(role, project, actor)
    ]
    return form_page("projects/recusal.html", project, form, alone=alone)


def _another(role: str, project: Project, actor: Actor) -> bool:
    """Whether somebody else holds the post who may act on the title."""
    return bool(set(db.session.scalars(in_office(role))) - {actor.id, *project.recused_ids})


@bp.route("/<int:project_id>/remarks/new", methods=["GET", "POST"])
@requires("project.note")
def remark(project_id: int) -> ResponseReturnValue:
    """Leave a remark on the timeline, for the bureau alone or also for the house; answer what the house asked."""
    project, actor = sided(project_id), current_actor()
    beside.need(beside.remark(project, actor))
    asked = records.open_questions(project) if actor.is_staff else []
    form: Any = RemarkForm(data={"public": bool(asked), "upto": str(asked[-1].id) if asked else "0"})
    if form.validate_on_submit() and attempt(form, lambda: _say(project, form)):
        said = _told(bool(asked) and _settles(project, actor), bool(form.public.data), actor)
        if asked:
            acted(said, project, "project.settle_question")
        else:
            flash(said, "success")
        return redirect(url_for("projects.timeline", project_id=project.id), 303)
    may_settle = beside.settle_question(project, actor) is None
    return form_page("projects/remark.html", project, form, staff=actor.is_staff, asked=asked, may_settle=may_settle)


def _settles(project: Project, actor: Actor) -> bool:
    return not actor.is_staff or beside.settle_question(project, actor) is None


def _told(asked: bool, public: bool, actor: Actor) -> str:
    if not actor.is_staff:
        return _("已留言，经办会收到一项待办。")
    if public:
        return _("已答复，制作机构会收到消息。") if asked else _("已留言，制作机构会收到消息。")
    return _("已留言，只有省局看得到。")


def _say(project: Project, form: Any) -> None:
    upto = whole_number(form.upto.data) if form.upto.data else None
    office.remark(project, current_actor(), form.text.data, bool(form.public.data), upto)


@bp.post("/<int:project_id>/questions/<int:question_id>/done")
@requires("project.settle_question")
def settle_question(project_id: int, question_id: int) -> ResponseReturnValue:
    """Mark what a house asked as done, without an answer."""
    project = known(project_id)
    question = records.record(Question, question_id, project)
    if question is None:
        raise Unknown()
    office.settle_question(question, current_actor())
    acted(_("已标为处理过。"), project, "project.settle_question")
    return to_title(project)
