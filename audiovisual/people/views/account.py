"""One's own account: details, where one is logged in, what else protects it."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from audiovisual.kernel.model import db
from audiovisual.kernel.web import current_actor, requires

from .. import sessions
from ..forms.accounts import DetailsForm
from ..models import User
from ..operations import accounts
from ..queries.account import delegations_ahead, open_sessions, recovery_codes_left
from .frame import bp, raced, sheet
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

    done, lost = raced(form, keep)
    if done:
        flash(_("资料已保存。"), "success")
        return redirect(url_for("people.account"), 303)
    return sheet(
        "people/account.html", form, lost, user=user, sessions=open_sessions(user.id), here=current_user.session_id,
        codes_left=recovery_codes_left(user.id), delegations=delegations_ahead(user.id),
    )  # fmt: skip


@bp.post("/account/sessions/end-others")
@requires("people.account")
def end_other_sessions() -> ResponseReturnValue:
    """Log out everywhere else."""
    count = sessions.end_sessions(current_user.id, keep=current_user.session_id)
    flash(_("已退出其他 %(n)s 处登录。", n=count) if count else _("没有其他登录。"), "success")
    return redirect(url_for("people.account"), 303)
