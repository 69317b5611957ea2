"""Setting up the second step, and switching it off."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from audiovisual.kernel.forms import attempt, settled
from audiovisual.kernel.model import db
from audiovisual.kernel.web import current_actor, requires

from .. import codes
from ..confirmed import confirm_first
from ..forms.login import CodeForm, ConfirmForm
from ..models import User
from ..operations import second_step
from ..queries.particulars import bureau_name
from .frame import bp, sheet
from .passwords import is_shown_again


@bp.route("/account/second-step", methods=["GET", "POST"])
@requires("people.account")
def set_up_second_step() -> ResponseReturnValue:
    """The secret as picture and text, and the first code that confirms it; then the recovery codes, once."""
    user = db.session.get_one(User, current_user.id)
    if user.totp_confirmed_at is not None or user.totp_secret is None:
        return render_template("people/second_step_set_up.html", form=None, user=user, demanded=_demanded())
    form = CodeForm()
    shown: list[str] = []
    if settled(form, lambda: shown.extend(_confirm(form))):
        flash(_("两步验证已开启。"), "success")
        return render_template("people/recovery_codes.html", codes=shown)
    picture = codes.picture(user.totp_secret, user.login, bureau_name())
    return sheet(
        "people/second_step_set_up.html",
        form,
        user=user,
        picture=picture,
        secret=codes.in_groups(user.totp_secret),
        demanded=_demanded(),
    )


def _demanded() -> bool:
    return second_step.is_demanded(current_actor().roles)


def _confirm(form: CodeForm) -> list[str]:
    return second_step.confirm(current_actor(), form.code.data or "", current_user.session_id)


@bp.post("/account/second-step/begin")
@requires("people.account")
@confirm_first
def begin_second_step() -> ResponseReturnValue:
    """Make a secret to be confirmed."""
    second_step.begin(current_actor())
    return redirect(url_for("people.set_up_second_step"), 303)


@bp.route("/account/second-step/off", methods=["GET", "POST"])
@requires("people.account")
def end_second_step() -> ResponseReturnValue:
    """Switch it off; asks for the password and a code again."""
    second_step.need_on(current_actor())
    form = ConfirmForm(current_user.second_step)
    if is_shown_again(form) and attempt(form, lambda: second_step.switch_off(current_actor())):
        flash(_("两步验证已关闭。"), "success")
        return redirect(url_for("people.account"), 303)
    return sheet(
        "people/confirm.html", form, heading=_("关闭两步验证"), button=_("关闭"),
        sentence=_("关闭以后，只凭用户名和密码就能登录这个账号，备用码也一并作废。"),
    )  # fmt: skip


@bp.route("/account/second-step/codes", methods=["GET", "POST"])
@requires("people.account")
def renew_recovery_codes() -> ResponseReturnValue:
    """New recovery codes, shown once; asks for the password and a code again."""
    second_step.need_on(current_actor())
    form = ConfirmForm(current_user.second_step)
    if is_shown_again(form):
        return render_template("people/recovery_codes.html", codes=second_step.renew_codes(current_actor()))
    return sheet(
        "people/confirm.html", form, heading=_("重发备用码"), button=_("重发"),
        sentence=_("原来的备用码全部作废，新的只显示一次。"),
    )  # fmt: skip
