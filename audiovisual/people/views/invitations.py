"""Invitations: sent, listed, withdrawn, accepted."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from audiovisual.kernel import security
from audiovisual.kernel.forms import attempt, rightly, settled
from audiovisual.kernel.model import db, utcnow
from audiovisual.kernel.web import current_actor, page, requires, visible_or_404

from .. import mail, passwords
from ..confirmed import ask, is_confirmed
from ..forms.accounts import InviteForm
from ..forms.login import JoinForm
from ..models import House, Invitation
from ..operations import attempts, invitations
from ..operations.accounts import broken_by_login
from ..queries.directory import names_of
from ..queries.invitations import open_invitations
from .frame import PER_PAGE, bp, is_in_language_of_mail, page_number, sheet


@bp.get("/invitations")
@requires("people.invite")
def invitation_list() -> ResponseReturnValue:
    """Open invitations: the admin's view is everyone's, a house's its own, others' what they sent."""
    actor = current_actor()
    whose: dict[str, int | None] = {"invited_by_id": actor.id}
    if "admin" in actor.roles:
        whose = {}
    elif "producer" in actor.roles:
        whose = {"house_id": actor.organisation_id}
    shown = open_invitations(page_number(), PER_PAGE, **whose)
    inviters = names_of(row.invited_by_id for row in shown.rows)
    unsent = {id_: (mail.why(row), row.failed_at) for id_, row in invitations.stuck(shown.rows).items()}
    dead = invitations.dead(shown.rows)
    return render_template(
        "people/invitations.html", page=shown, inviters=inviters, now=utcnow(), unsent=unsent, dead=dead,
        refusal=invitations.refusal_of_house(actor),
    )  # fmt: skip


@bp.route("/invitations/new", methods=["GET", "POST"])
@requires("people.invite")
def invite() -> ResponseReturnValue:
    """Invite someone to roles one may give."""
    actor = current_actor()
    if request.method == "GET" and (refusal := invitations.refusal_of_house(actor)) is not None:
        raise refusal
    form = InviteForm(invitations.invitable(actor))
    if form.is_submitted() and "admin" in actor.roles and not is_confirmed():
        ask()

    def send() -> None:
        language = str(get_locale() or "zh")
        invitations.invite(actor, form.email.data or "", form.name.data or "", list(form.roles.data or ()), language)

    if settled(form, send, lambda: invitations.broken_by(actor, form.email.data or "", list(form.roles.data or ()))):
        flash(_("邀请已发往 %(email)s，七天内有效。", email=form.email.data), "success")
        return redirect(url_for("people.invitation_list"), 303)
    return sheet("people/invite.html", form)


@bp.post("/invitations/<int:invitation_id>/revoke")
@requires("people.invite")
def revoke_invitation(invitation_id: int) -> ResponseReturnValue:
    """Make the link worthless."""
    row = visible_or_404(db.session.get(Invitation, invitation_id), invitations.may_revoke)
    invitations.revoke(row, current_actor())
    flash(_("发给 %(email)s 的邀请已撤回，链接不能再用。", email=row.email), "success")
    return redirect(url_for("people.invitation_list"), 303)


@bp.post("/invitations/<int:invitation_id>/send-again")
@requires("people.invite")
def send_invitation_again(invitation_id: int) -> ResponseReturnValue:
    """Try the mail that did not go out once more."""
    row = visible_or_404(db.session.get(Invitation, invitation_id), invitations.may_revoke)
    invitations.send_again(row, current_actor())
    flash(_("正在重新发送。没有送出的话，稍后这里会写明。"), "success")
    return redirect(url_for("people.invitation_list"), 303)


@bp.route("/join/<token>", methods=["GET", "POST"])
@requires("public")
def join(token: str) -> ResponseReturnValue:
    """Someone invited makes their account and is logged in; the page speaks the language of the mail."""
    invitation = invitations.open_invitation(token)
    if invitation is None:
        security.refused("token", "invitation")
        said = _("这个邀请已用过、已撤回或已过期。账号已经建好的，请直接登录；还没有的，请联系邀请您的人。")
        return page(404, _("邀请已失效"), said, back=url_for("people.login"))
    if is_in_language_of_mail():
        return redirect(url_for("people.join", token=token), 303)
    form = JoinForm(name=invitation.name, house_id=invitation.house_id)
    house = db.session.get(House, invitation.house_id) if invitation.house_id else None
    if form.is_submitted() and rightly(form, lambda: broken_by_login(form.login.data or "")):
        kept = passwords.hashed(form.password.data or "")
        given = (form.login.data or "", form.name.data or "", form.phone.data or "")
        if attempt(form, lambda: attempts.log_in(invitations.accept(token, *given, kept).id)):
            if "expert" in invitation.roles:
                flash(_("账号已建好。请先填好专家资料，省局按它选专家、判断回避。"), "success")
                return redirect(url_for("people.profile"), 303)
            flash(_("账号已建好，欢迎使用。"), "success")
            return redirect(url_for("desk.home"), 303)
    return sheet("people/join.html", form, invitation=invitation, house=house.name if house else None)
