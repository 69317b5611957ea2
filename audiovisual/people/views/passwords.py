"""Passwords: changed, forgotten, set anew through a mailed link."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from audiovisual.kernel import security
from audiovisual.kernel.forms import settled
from audiovisual.kernel.web import current_actor, page, requires
from workflows.errors import RuleBroken

from .. import counts, links, passwords, sessions
from ..confirmed import tell_not_done
from ..forms.login import ChangePasswordForm, ConfirmForm, ForgottenForm, NewPasswordForm
from ..operations import attempts, credentials
from .frame import bp, sheet


@bp.route("/account/password", methods=["GET", "POST"])
@requires("people.account")
def change_password() -> ResponseReturnValue:
    """The present password and a new one; every other session ends."""
    form = ChangePasswordForm(personal=(current_user.login, current_user.name), house_id=current_user.house_id)
    if form.is_submitted():
        right = form.validate()
        if not form.current.errors and (why := attempts.password_refusal(current_user.id, form.current.data or "")):
            form.refuse(RuleBroken(why, "current"))
            right = False
        if right:
            kept = passwords.hashed(form.password.data or "")
            credentials.change_password(current_actor(), kept, current_user.session_id)
            flash(_("密码已更换，其他地方的登录都已退出。"), "success")
            return redirect(url_for("people.account"), 303)
    return sheet("people/change_password.html", form)


@bp.route("/account/confirm", methods=["GET", "POST"])
@requires("people.account")
def confirm() -> ResponseReturnValue:
    """The password once more; then on to what needs it. Wrong ones count towards the lock."""
    form = ConfirmForm(current_user.second_step)
    onward = links.local_path(request.args.get("next")) or url_for("people.account")
    if is_shown_again(form):
        sessions.confirm(current_user.session_id)
        tell_not_done()
        return redirect(onward, 303)
    return sheet(
        "people/confirm.html", form, heading=_("再输一次密码"), button=_("确认"), back=onward,
        sentence=_("下面这一步要紧，先确认是您本人。"),
    )  # fmt: skip


def is_shown_again(form: ConfirmForm) -> bool:
    """Whether the form brought the password, and the code of whoever has a second step; what is wrong stands beside its
    field. A code is used up only after the right password."""
    if not form.validate_on_submit():
        return False
    why = attempts.password_refusal(current_user.id, form.current.data or "")
    if why is not None:
        form.refuse(RuleBroken(why, "current"))
        return False
    if "code" not in form:
        return True
    taken = attempts.check_second_step(current_user.id, form.code.data or "")
    if taken is not True:
        form.code.errors = [code_refusal(taken)]
    return taken is True


def code_refusal(taken: counts.Held | bool) -> str:
    """Why a code was not taken."""
    if isinstance(taken, counts.Held):
        return _("验证码连错太多次，请在 %(at)s 以后再试。", at=counts.at_hour(taken.until))
    return _("验证码不对、已用过或已过期，请填最新的 6 位数字；也可以填一个备用码。")


@bp.route("/password/forgotten", methods=["GET", "POST"])
@requires("public")
def forgotten() -> ResponseReturnValue:
    """Ask for a link by mail. The answer is the same whoever was named."""
    form = ForgottenForm()
    if settled(form, lambda: credentials.ask_for_reset(form.typed.data or "")):
        flash(_("如果登记过这个用户名或邮箱，重设密码的邮件已经发出，一小时内有效。"), "success")
        return redirect(url_for("people.login"), 303)
    return sheet("people/forgotten.html", form)


@bp.route("/password/reset/<token>", methods=["GET", "POST"])
@requires("public")
def reset(token: str) -> ResponseReturnValue:
    """A new password by a mailed link, good for an hour and for one use."""
    user = credentials.owner_of_reset(token)
    if user is None:
        security.refused("token", "reset")
        return page(
            404, _("链接已失效"), _("这个链接已用过或已过期，请在登录页重新申请。"), back=url_for("people.forgotten")
        )
    form = NewPasswordForm(personal=(user.login, user.name), house_id=user.house_id)
    if form.validate_on_submit():
        kept = passwords.hashed(form.password.data or "")
        if settled(form, lambda: credentials.reset_password(token, kept)):
            flash(_("新密码已设好，请用它登录。"), "success")
            return redirect(url_for("people.login"), 303)
    return sheet("people/reset.html", form, user=user)
