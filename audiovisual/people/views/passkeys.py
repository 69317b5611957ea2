"""Passkeys: added and given up in one's account; and the log-in by one, without a password."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from audiovisual.kernel import security
from audiovisual.kernel.forms import settled
from audiovisual.kernel.model import db
from audiovisual.kernel.web import current_actor, page, requires

from .. import links, passkeys
from ..confirmed import confirm_first
from ..forms.login import PasskeyForm, ShownForm
from ..models import User
from ..operations import attempts
from ..operations import passkeys as operations
from ..queries.account import device
from ..queries.particulars import bureau_name
from .frame import bp, sheet


def _not_here() -> ResponseReturnValue:
    """Why there are none under this address."""
    return page(
        404,
        _("这里用不了通行密钥"),
        _(
            "浏览器只在有名字的网址上用通行密钥，现在的网址是数字或没有加密。要用，请管理员给种子库设一个 https 的域名。"
        ),
        back=url_for("people.account" if current_user.is_authenticated else "people.login"),
    )


@bp.route("/account/passkeys/new", methods=["GET", "POST"])
@requires("people.account")
@confirm_first
def add_passkey() -> ResponseReturnValue:
    """A name for the passkey; the browser makes it when the form is sent."""
    if passkeys.site() is None:
        return _not_here()
    user = db.session.get_one(User, current_user.id)
    form = PasskeyForm(name=device(request.user_agent.string))
    if settled(form, lambda: operations.add(current_actor(), form.name.data or "", form.answer.data or "")):
        flash(_("通行密钥已添加，下次登录可以不用密码。"), "success")
        return redirect(url_for("people.account"), 303)
    known = [each.credential for each in user.passkeys]
    return sheet("people/passkey_new.html", form, asked=passkeys.asked_to_make(user, bureau_name(), known))


@bp.post("/account/passkeys/<int:passkey_id>/end")
@requires("people.account")
@confirm_first
def give_up_passkey(passkey_id: int) -> ResponseReturnValue:
    """This passkey leads in no more."""
    user = db.session.get_one(User, current_user.id)
    if operations.give_up(user, passkey_id, current_actor()):
        flash(_("这个通行密钥已停用，用它不能再登录。"), "success")
    else:
        flash(_("这个通行密钥已经停用了。"), "info")
    return redirect(url_for("people.account"), 303)


@bp.route("/login/passkey", methods=["GET", "POST"])
@requires("public")
def log_in_by_passkey() -> ResponseReturnValue:
    """A log-in by what the browser keeps; it stands for password and second step."""
    if passkeys.site() is None:
        return _not_here()
    form = ShownForm(next=request.args.get("next") or request.form.get("next"))
    if request.method == "GET" and current_user.is_authenticated:
        return redirect(links.local_path(form.next.data) or url_for("desk.home"), 303)
    if form.validate_on_submit():
        user = operations.owner_of(form.answer.data or "")
        if user is not None:
            attempts.log_in(user.id)
            return redirect(links.local_path(form.next.data) or url_for("desk.home"), 303)
        security.refused("login", "passkey")
        form.form_errors.append(_("这个通行密钥不能登录：已经停用，或等得太久。请再试一次，或用密码登录。"))
    return sheet("people/login_passkey.html", form, asked=passkeys.asked_to_show())
