"""One's own account: details, where one is logged in, what else protects it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from audiovisual.kernel import security
from audiovisual.kernel.model import db
from audiovisual.kernel.web import current_actor, page, requires

from .. import browsers, passkeys, sessions
from ..confirmed import ask, confirm_first, is_confirmed
from ..forms.accounts import DetailsForm
from ..models import User
from ..operations import accounts
from ..operations.own_data import export
from ..queries.account import delegations_ahead, known_browsers, open_sessions, recovery_codes_left
from .frame import as_file, bp, raced, sheet
from .windows import put_together


@bp.route("/account", methods=["GET", "POST"])
@requires("people.account")
def account() -> ResponseReturnValue:
    """Details, password, second step, sessions, stand-ins."""
    user = db.session.get_one(User, current_user.id)
    form = DetailsForm(obj=user)
    put_together(form, DetailsForm(formdata=None, obj=user))

    def keep() -> None:
        details = {key: form[key].data or "" for key in ("name", "email", "phone", "position")}
        accounts.edit_details(current_actor(), form.version.data, **details)

    if form.is_submitted() and form.email.data != user.email and not is_confirmed():
        ask()
    done, lost = raced(form, keep)
    if done:
        flash(_("资料已保存。"), "success")
        if (waiting := db.session.get_one(User, current_user.id).new_email) and waiting == form.email.data:
            flash(
                _("确认信已发到 %(email)s，打开信里的链接后才换成这个邮箱；原来的邮箱也会收到通知。", email=waiting),
                "info",
            )
        return redirect(url_for("people.account"), 303)
    return sheet(
        "people/account.html", form, lost, user=user, sessions=open_sessions(user.id), here=current_user.session_id,
        browsers=known_browsers(user.id), codes_left=recovery_codes_left(user.id), delegations=delegations_ahead(user.id), offered=passkeys.site() is not None,
    )  # fmt: skip


@bp.route("/account/address/<token>", methods=["GET", "POST"])
@requires("public")
def confirm_address(token: str) -> ResponseReturnValue:
    """Confirm a new address by a mailed link; by a press, for programs open links of mails too."""
    user = accounts.waiting_for(token)
    if user is None:
        security.refused("token", "address")
        return page(
            404, _("链接已失效"), _("这个链接已用过、已过期，或者邮箱又改过了。"), back=url_for("people.account")
        )
    if request.method == "POST":
        accounts.confirm_address(user)
        flash(_("邮箱已换成 %(email)s。", email=user.email), "success")
        return redirect(url_for("people.account" if current_user.is_authenticated else "people.login"), 303)
    return render_template("people/confirm_address.html", user=user)


@bp.post("/account/data")
@requires("people.account")
@confirm_first
def own_data() -> ResponseReturnValue:
    """All that the bank holds on oneself, as a file."""
    user = db.session.get_one(User, current_user.id)
    return as_file(export(user, current_actor()), user)


@bp.post("/account/sessions/<int:session_id>/end")
@requires("people.account")
@confirm_first
def end_session(session_id: int) -> ResponseReturnValue:
    """Log out in one other place."""
    if not sessions.end_session(current_user.id, session_id):
        flash(_("那里已经退出了。"), "info")
    else:
        flash(_("那里的登录已退出。"), "success")
    return redirect(url_for("people.account"), 303)


@bp.post("/account/sessions/end-others")
@requires("people.account")
@confirm_first
def end_other_sessions() -> ResponseReturnValue:
    """Log out everywhere else."""
    count = sessions.end_sessions(current_user.id, keep=current_user.session_id)
    flash(_("已退出其他 %(n)s 处登录。", n=count) if count else _("没有其他登录。"), "success")
    return redirect(url_for("people.account"), 303)


@bp.post("/account/browsers/<int:browser_id>/forget")
@requires("people.account")
@confirm_first
def forget_browser(browser_id: int) -> ResponseReturnValue:
    """One browser is no longer known: a lock holds it like a stranger's."""
    user = db.session.get_one(User, current_user.id)
    if browsers.forget(user, browser_id, current_actor()):
        flash(_("这个浏览器已忘掉。"), "success")
    else:
        flash(_("这个浏览器已经忘掉了。"), "info")
    return redirect(url_for("people.account"), 303)
