"""In and out."""

from __future__ import annotations

import math
from typing import Any

from flask import current_app, flash, make_response, redirect, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from audiovisual.kernel.drawn import csrf_token
from audiovisual.kernel.model import utcnow
from audiovisual.kernel.web import current_actor, requires

from .. import counts, links, passkeys, sessions
from ..forms.login import CodeForm, LoginForm
from ..operations import accounts, attempts
from ..queries.directory import demo_accounts
from ..queries.particulars import settings
from .frame import bp, sheet
from .passwords import code_refusal

SECOND_STEP_SECONDS = 300


@bp.route("/login", methods=["GET", "POST"])
@requires("public")
def login() -> ResponseReturnValue:
    """Name and password; then the second step where the person has one."""
    form = LoginForm(next=request.args.get("next") or request.form.get("next"))
    if request.method == "GET" and current_user.is_authenticated:
        return redirect(_onward(form.next.data), 303)
    if form.validate_on_submit():
        candidate = attempts.check_password(form.login.data or "", form.password.data or "")
        if isinstance(candidate, counts.Held):
            return _to_wait(form, candidate)
        if candidate is not None and candidate.second_step:
            cookie["second_step"] = [
                candidate.id,
                int(utcnow().timestamp()),
                links.fingerprint(candidate.password_hash),
            ]
            return redirect(url_for("people.second_step", next=links.local_path(form.next.data)), 303)
        if candidate is not None:
            attempts.log_in(candidate.id, candidate)
            return redirect(_onward(form.next.data), 303)
        form.form_errors.append(
            _("用户名或密码不对。连错 %(n)s 次要等 1 分钟，再错等得更久，最长 %(m)s 分钟。",
              n=current_app.config["LOCK_AFTER"], m=current_app.config["LOCK_MINUTES"])
        )  # fmt: skip
    return _login_page(form)


def _login_page(form: LoginForm) -> ResponseReturnValue:
    accounts_shown = demo_accounts() if current_app.config["DEMO"] else []
    return sheet(
        "people/login.html",
        form,
        demo=accounts_shown,
        particulars=settings(),
        passkeys_offered=passkeys.site() is not None,
    )


def _to_wait(form: LoginForm, held: counts.Held) -> ResponseReturnValue:
    """Nobody may try now: until when, and what else leads in."""
    at = counts.at_hour(held.until)
    ways = _("急用的话，用以前登录过的浏览器照常登录，或点“忘记密码”用邮件重设。")
    if held.scope == "name":
        form.form_errors.append(_("这个用户名连错太多次，请在 %(at)s 以后再试。", at=at) + ways)
    else:
        form.form_errors.append(_("从这里输错密码的次数太多，请在 %(at)s 以后再试。", at=at) + ways)
    answer = make_response(_login_page(form))
    answer.headers["Retry-After"] = str(max(1, math.ceil((held.until - utcnow()).total_seconds())))
    return answer


@bp.route("/login/second-step", methods=["GET", "POST"])
@requires("public")
def second_step() -> ResponseReturnValue:
    """The one-time password, or a recovery code in its place; the password was right some minutes ago at most."""
    user_id = _waiting_for_second_step()
    if user_id is None:
        flash(_("等得太久，请重新输入用户名和密码。"), "warning")
        return redirect(url_for("people.login"), 303)
    form = CodeForm(next=request.args.get("next"))
    if form.validate_on_submit():
        taken = attempts.check_second_step(user_id, form.code.data or "")
        if taken is True:
            attempts.log_in(user_id)
            return redirect(_onward(form.next.data), 303)
        form.code.errors = [code_refusal(taken)]
    return sheet("people/second_step.html", form)


def _waiting_for_second_step() -> int | None:
    waiting: Any = cookie.get("second_step")
    if not waiting or utcnow().timestamp() - waiting[1] > SECOND_STEP_SECONDS:
        return None
    return waiting[0] if attempts.still_waiting(waiting[0], waiting[2]) else None


def _onward(target: str | None) -> str:
    return links.local_path(target) or url_for("desk.home")


@bp.get("/session")
@requires("public")
def session() -> ResponseReturnValue:
    """For the script of a page whose log-in has ended: who is logged in here now, and the token their forms bring."""
    person = current_user._get_current_object()
    return {"person": person.id if person.is_authenticated else None, "token": csrf_token()}


@bp.post("/logout")
@requires("signed_in")
def logout() -> ResponseReturnValue:
    """Out: this session ends in the database, and with it every copy of its cookie."""
    sessions.leave()
    flash(_("已退出登录。"), "success")
    return redirect(url_for("people.login"), 303)


@bp.post("/language")
@requires("public")
def switch_language() -> ResponseReturnValue:
    """The other language, kept with the person; for a visitor with the browser, and at log-in with the person."""
    locale = sessions.LANGUAGES.get(request.form.get("language", ""), "zh")
    if current_user.is_authenticated:
        cookie["locale"] = locale
        accounts.choose_language(current_actor(), locale)
    else:
        sessions.choose_language(locale)
    return redirect(_onward(request.form.get("next")), 303)
