"""Houses: registration, the office's list, a house's own page."""

from __future__ import annotations

from collections.abc import Iterator

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user

from audiovisual.kernel import lifecycle, security
from audiovisual.kernel.forms import ReasonForm, attempt, rightly, settled
from audiovisual.kernel.model import db
from audiovisual.kernel.paging import asked_page
from audiovisual.kernel.web import current_actor, page, requires, visible_or_404
from workflows import uscc
from workflows.errors import N_, RuleBroken
from workflows.records import HOUSE, knows_house

from .. import daily, links, passwords
from ..admission import known_of
from ..forms.houses import AddressForm, HouseForm, RegisterForm
from ..models import House, User
from ..operations import accounts, attempts
from ..operations import houses as operations
from ..queries.houses import (
    colleagues_among,
    counts_by_state,
    find_houses,
    history_of,
    next_applicant,
    people_ever,
    people_here,
)
from ..queries.invitations import open_invitations
from .frame import PER_PAGE, asked, bp, is_in_language_of_mail, page_number, raced, sheet, with_next
from .windows import put_together


@bp.route("/houses/register", methods=["GET", "POST"])
@requires("public")
def ask_to_register() -> ResponseReturnValue:
    """The address of whoever wants to register a house; a link to the form goes there."""
    if request.method == "GET" and current_user.is_authenticated:
        return redirect(url_for("desk.home"), 303)
    form = AddressForm()
    language = str(get_locale() or "zh")
    if not settled(form, lambda: operations.ask_to_register(form.contact_email.data or "", language)):
        return sheet("people/ask_to_register.html", form)
    email = form.contact_email.data or ""
    if current_app.config["DEMO"] and not current_app.config["MAIL_SERVER"]:
        flash(_("演示时没有邮件服务器：这就是邮件里的链接打开的页面。"), "info")
        return redirect(url_for("people.register_house", token=links.registration_token(email)), 303)
    flash(_("链接已发往 %(email)s，一天内有效。请打开邮件里的链接继续。", email=email), "success")
    return redirect(url_for("people.ask_to_register"), 303)


@bp.route("/houses/register/<token>", methods=["GET", "POST"])
@requires("public")
def register_house(token: str) -> ResponseReturnValue:
    """A house registers itself with its first user, who is logged in at once, from the address the link was sent to."""
    email = links.registering(token)
    if email is None:
        security.refused("token", "registration")
        said = _("这个链接已过期，或不完整。请重新填邮箱，我们再发一个。")
        return page(404, _("链接已失效"), said, back=url_for("people.ask_to_register"))
    if is_in_language_of_mail():
        return redirect(url_for("people.register_house", token=token), 303)
    if request.method == "GET" and current_user.is_authenticated:
        return redirect(url_for("desk.home"), 303)
    form = RegisterForm(email)
    broken = lambda: _broken_by_registration(form)  # noqa: E731
    if form.is_submitted() and rightly(form, broken):
        kept = passwords.hashed(form.password.data or "")
        if attempt(form, lambda: _enter(form, kept), broken):
            flash(_("已收到申请，省局一般在 5 个工作日内答复。现在就可以起草项目，入驻后再提交。"), "success")
            return redirect(url_for("people.house", house_id=current_user.house_id), 303)
    return sheet("people/register.html", form)


def _broken_by_registration(form: RegisterForm) -> Iterator[RuleBroken]:
    yield from operations.broken_by(form.particulars())
    yield from accounts.broken_by_login(form.login.data or "")


def _enter(form: RegisterForm, kept: str) -> None:
    """Register the house, so often a day and no more, and log its first user in."""
    user = operations.register(form.particulars(), form.login.data or "", kept)
    daily.take("house", address=form.contact_email.data or "", field="contact_email")
    attempts.log_in(user.id)


@bp.get("/houses")
@requires("people.houses")
def houses() -> ResponseReturnValue:
    """Houses, applicants first; filtered by state, city and words."""
    state, city, words = asked("state", 20), asked("city", 20), asked("q")
    rows, total, page = find_houses(state, city, words, page_number(), PER_PAGE)
    return render_template(
        "people/houses.html", rows=rows, total=total, page=page, per=PER_PAGE, state=state, city=city, words=words,
        counts=counts_by_state(), machine=HOUSE, cities=uscc.CITIES,
    )  # fmt: skip


@bp.get("/houses/<int:house_id>")
@requires("people.house")
def house(house_id: int) -> ResponseReturnValue:
    """A house: particulars, people, invitations, what may be done with it."""
    return _page(visible_or_404(db.session.get(House, house_id), knows_house))


def _page(row: House, wrong: dict[str, ReasonForm] | None = None) -> str:
    """The page; `wrong` is a step whose reason was refused, with its form."""
    actor = current_actor()
    own = actor.organisation_id == row.id
    choices = lifecycle.choices(row, actor)
    history = history_of(row.id, asked_page("history"), FACTS_PER_PAGE)
    return render_template(
        "people/house.html",
        house=row,
        own=own,
        people=people_ever(row.id, asked_page("people"), PER_PAGE),
        people_here=people_here(row.id),
        choices=choices,
        label=HOUSE.state(row.state).label_for(not own),
        history=history,
        colleagues=colleagues_among(row.id, (event.actor_id for event in history.rows)),
        wrong=wrong or {},
        facts=known_of(row) if row.state == "applied" and choices and not own else [],
        invitations=open_invitations(1, INVITED_SHOWN, house_id=row.id) if own else None,
    )


FACTS_PER_PAGE = 20
INVITED_SHOWN = 10
"""Of a house's open invitations so many stand on its page; a link leads to all."""


@bp.route("/houses/<int:house_id>/edit", methods=["GET", "POST"])
@requires("people.edit_house")
def edit_house(house_id: int) -> ResponseReturnValue:
    """The house's own people keep its particulars fresh."""
    row = visible_or_404(db.session.get(House, house_id), knows_house)
    form = HouseForm(obj=row, house=row)
    put_together(form, HouseForm(formdata=None, obj=row))
    edit = lambda: operations.edit(row, form.particulars(), form.version.data, current_actor())  # noqa: E731
    done, lost = raced(form, edit, lambda: operations.broken_by(form.particulars(), row))
    if done:
        flash(_("单位资料已保存。"), "success")
        return redirect(url_for("people.house", house_id=row.id), 303)
    return sheet("people/edit_house.html", form, lost, house=row)


SAID = {
    "admit": N_("已同意入驻，这家机构可以提交申报了。"),
    "refuse": N_("已答复不同意入驻，机构看到理由，改好资料可以重新申请。"),
    "apply_again": N_("已重新申请入驻，等省局答复。"),
    "bar": N_("已停用，这家机构只能查看，不能提交；处长可以恢复。"),
    "restore": N_("已恢复，这家机构可以提交申报了。"),
}
"""What is said after a step of a house: what happened, and what it may do now."""


@bp.post("/houses/<int:house_id>/steps/<trigger>")
@requires("people.house_step")
def house_step(house_id: int, trigger: str) -> ResponseReturnValue:
    """Admit, refuse, apply again, bar, restore."""
    row = visible_or_404(db.session.get(House, house_id), knows_house)
    visible_or_404(trigger if trigger in HOUSE.triggers() else None, lambda *both: True)
    form = ReasonForm()
    step = lambda: operations.step(row, trigger, current_actor(), form.reason.data or None)  # noqa: E731
    if not form.validate() or not attempt(form, step):
        return _page(visible_or_404(db.session.get(House, house_id), knows_house), {trigger: form}), 422
    following = next_applicant(house_id) if trigger in ("admit", "refuse") else None
    flash(with_next(_(SAID[trigger]), url_for("people.house", house_id=following) if following else None), "success")
    return redirect(url_for("people.house", house_id=house_id), 303)


@bp.post("/houses/<int:house_id>/people/<int:user_id>/left")
@requires("people.colleagues")
def colleague_left(house_id: int, user_id: int) -> ResponseReturnValue:
    """A colleague left: he is logged out everywhere at once."""
    row = visible_or_404(db.session.get(House, house_id), knows_house)
    user = visible_or_404(db.session.get(User, user_id), lambda person, actor: person.house_id == row.id)
    accounts.mark_left(user, current_actor())
    flash(_("已登记 %(name)s 离职，其在各处的登录都已退出。", name=user.name), "success")
    return redirect(url_for("people.house", house_id=house_id), 303)
