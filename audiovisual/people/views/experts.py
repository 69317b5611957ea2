"""Experts: the office's list, a profile, one's own profile to edit."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audiovisual.kernel.model import db, today
from audiovisual.kernel.web import current_actor, requires, visible_or_404
from workflows.errors import NotAllowed, say
from workflows.ruleset.vocabulary import TYPES

from ..forms.accounts import SPECIALITIES, ProfileForm, TrainingForm
from ..models import Expert, User
from ..operations import experts as operations
from ..queries.experts import find_experts
from .frame import PER_PAGE, asked, bp, page_number, raced, sheet
from .windows import put_together


@bp.get("/experts")
@requires("people.experts")
def experts() -> ResponseReturnValue:
    """Experts still here, by name; filtered by speciality, type and words."""
    speciality, type_, words = asked("speciality", 20), asked("type", 20), asked("q")
    rows, total, page = find_experts(speciality, type_, words, page_number(), PER_PAGE)
    return render_template(
        "people/experts.html", rows=rows, total=total, page=page, per=PER_PAGE, speciality=speciality, type=type_,
        words=words, specialities=SPECIALITIES, types=TYPES, today=today(),
    )  # fmt: skip


@bp.route("/experts/<int:user_id>", methods=["GET", "POST"])
@requires("people.experts")
def expert(user_id: int) -> ResponseReturnValue:
    """One expert, as the office sees him; posting notes until when his training holds."""
    row = visible_or_404(db.session.get(Expert, user_id), lambda row, actor: True)
    form, actor = TrainingForm(obj=row), current_actor()
    office, done, lost = bool(actor.roles & {"officer", "head", "admin"}), False, False
    if request.method == "POST" and not office:
        raise NotAllowed(say("培训有效期由经办、处长或系统管理员登记。"))
    if office:
        put_together(form, TrainingForm(formdata=None, obj=row))
        note = lambda: operations.note_training(row, form.training_until.data, actor, form.version.data)  # noqa: E731
        done, lost = raced(form, note)
    if done:
        flash(_("培训有效期已登记。"), "success")
        return redirect(url_for("people.expert", user_id=user_id), 303)
    return sheet("people/expert.html", form, lost, expert=row, types=TYPES, today=today(), office=office)


@bp.route("/experts/me", methods=["GET", "POST"])
@requires("people.profile")
def profile() -> ResponseReturnValue:
    """An expert keeps his own profile."""
    actor = current_actor()
    row = db.session.get(Expert, actor.id) or Expert(user_id=actor.id, specialities=[], types=[], themes=[], version=0)
    known = row.specialities or [], row.themes or []
    form = ProfileForm(obj=_Typed(row), known=known)
    put_together(form, ProfileForm(formdata=None, obj=_Typed(row), known=known))
    done, lost = raced(form, lambda: operations.edit_profile(actor, form.version.data, form.fields()))
    if done:
        flash(_("专家资料已保存。"), "success")
        return redirect(url_for("people.profile"), 303)
    return sheet("people/profile.html", form, lost, expert=row, user=db.session.get_one(User, actor.id))


class _Typed:
    """The profile as the form shows it: lists of places line by line."""

    def __init__(self, row: Expert) -> None:
        for key in (
            "title",
            "institution",
            "city",
            "specialities",
            "types",
            "themes",
            "biography",
            "max_load",
            "version",
        ):
            setattr(self, key, getattr(row, key))
        self.past_employers = "\n".join(row.past_employers or ())
        self.relatives = "\n".join(row.relatives or ())
