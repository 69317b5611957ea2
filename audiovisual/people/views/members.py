"""The administrator's pages: everyone, and what he may do to one of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audiovisual.kernel.forms import settled, whole_number
from audiovisual.kernel.model import db, utcnow
from audiovisual.kernel.paging import asked_page
from audiovisual.kernel.web import current_actor, requires
from workflows.access import ROLES, Actor
from workflows.errors import N_, NotAllowed, RuleBroken, Unknown, broken_in, obey, say

from ..confirmed import ask, confirm_first, is_confirmed
from ..forms.accounts import ExportForm, GrantForm
from ..holdings import KINDS, broken_by_heirs, by_role, holdings
from ..models import House, User
from ..operations import accounts, administrators, passkeys, roles, second_step
from ..operations.invitations import STAFF
from ..operations.own_data import export
from ..queries.account import open_sessions
from ..queries.members import find_people, traces_of
from .frame import PER_PAGE, as_file, asked, bp, page_number, sheet


@bp.get("/people")
@requires("people.manage")
def people() -> ResponseReturnValue:
    """Everyone, by name; filtered by role, by who left, by words."""
    role, words, gone = asked("role", 20), asked("q"), asked("left", 3) == "yes"
    rows, total, page = find_people(role if role in ROLES else "", words, gone, page_number(), PER_PAGE)
    return render_template(
        "people/members.html", rows=rows, total=total, page=page, per=PER_PAGE, role=role, words=words, gone=gone,
        roles=ROLES, now=utcnow(), proposals=administrators.waiting(),
    )  # fmt: skip


def _person(user_id: int) -> User:
    user = db.session.get(User, user_id)
    if user is None:
        raise Unknown()
    return user


@bp.route("/people/<int:user_id>", methods=["GET", "POST"])
@requires("people.manage")
def member(user_id: int) -> ResponseReturnValue:
    """One person: roles, state of the account, traces; posting grants a role."""
    user = _person(user_id)
    grantable = [role for role in ("expert", *STAFF) if role not in user.roles] if user.house_id is None else []
    if user.house_id is not None and "producer" not in user.roles:
        grantable = ["producer"]
    form = GrantForm(grantable)
    if form.is_submitted() and not is_confirmed():
        ask()
    if settled(form, lambda: roles.grant(user, form.role.data or "", current_actor())):
        if form.role.data == "admin":
            flash(_("已提议，等另一位系统管理员确认。"), "success")
            return redirect(url_for("people.member", user_id=user_id), 303)
        flash(_("已授予 %(name)s 岗位：%(role)s。", name=user.name, role=_(ROLES[form.role.data])), "success")
        return redirect(url_for("people.member", user_id=user_id), 303)
    house = db.session.get(House, user.house_id) if user.house_id else None
    himself = user.id == current_actor().id
    return sheet(
        "people/member.html", form, user=user, house=house, now=utcnow(), traces=traces_of(user.id, asked_page("traces"), TRACES_PER_PAGE),
        proposal=administrators.waiting_for(user), me=current_actor().id, places=[] if himself else open_sessions(user.id), himself=himself, grantable=grantable, **({} if himself else _held(user)),
    )  # fmt: skip


TRACES_PER_PAGE = 20


def _held(user: User) -> dict[str, Any]:
    """What the person would give up with their account, and with each role."""
    if not user.is_here:
        return {"held": [], "held_by": {}}
    held = holdings(user, user.roles)
    return {"held": held, "held_by": by_role(user, held)}


ACTS: dict[str, tuple[Callable[[User, Actor], None], str]] = {
    "back": (accounts.bring_back, N_("账号已恢复。停用时交出去的工作不会自动收回。")),
    "unlock": (accounts.unlock, N_("已解锁。")),
    "new-password": (accounts.demand_new_password, N_("下次登录时要先设新密码。")),
    "second-step-off": (second_step.switch_off_for, N_("已关闭对方的两步验证。")),
    "passkeys-off": (passkeys.give_up_all, N_("已停用对方的全部通行密钥。")),
}


@bp.post("/people/<int:user_id>/acts/<act>")
@requires("people.manage")
@confirm_first
def member_act(user_id: int, act: str) -> ResponseReturnValue:
    """Deactivate, bring back, unlock, demand a new password, switch the second step off."""
    user = _person(user_id)
    if act == "left":
        staying = accounts.mark_left(user, current_actor(), _heirs(user, user.roles))
        flash(_("已停用，各处的登录都已退出。"), "success")
        return _back(user_id, staying)
    if act not in ACTS:
        raise Unknown()
    function, sentence = ACTS[act]
    was_admin = "admin" in user.roles
    function(user, current_actor())
    flash(_(sentence), "success")
    if was_admin and "admin" not in user.roles:
        flash(_("系统管理员的岗位要重新提议，由另一位管理员确认。"), "info")
    return redirect(url_for("people.member", user_id=user_id), 303)


@bp.post("/people/<int:user_id>/sessions/<int:session_id>/end")
@requires("people.manage")
@confirm_first
def end_session_of(user_id: int, session_id: int) -> ResponseReturnValue:
    """Log somebody out in one place."""
    done = accounts.sign_out(_person(user_id), current_actor(), session_id)
    flash(_("那里的登录已退出。") if done else _("那里已经退出了。"), "success" if done else "info")
    return redirect(url_for("people.member", user_id=user_id), 303)


@bp.post("/people/<int:user_id>/sessions/end-others")
@requires("people.manage")
@confirm_first
def end_sessions_of(user_id: int) -> ResponseReturnValue:
    """Log somebody out everywhere."""
    done = accounts.sign_out(_person(user_id), current_actor())
    flash(_("已退出 %(n)s 处登录。", n=done) if done else _("对方没有在别处登录。"), "success" if done else "info")
    return redirect(url_for("people.member", user_id=user_id), 303)


@bp.post("/people/<int:user_id>/administrator/<decision>")
@requires("people.manage")
@confirm_first
def decide_administrator(user_id: int, decision: str) -> ResponseReturnValue:
    """Another administrator gives the role that was proposed, or declines it; the proposer takes it back."""
    user = _person(user_id)
    if decision not in ("give", "decline"):
        raise Unknown()
    row = administrators.to_decide(user)
    if decision == "give":
        administrators.give(row, current_actor())
        flash(_("已授予 %(name)s 岗位：%(role)s。", name=user.name, role=_(ROLES["admin"])), "success")
    else:
        administrators.decline(row, current_actor())
        flash(_("提议已了结，没有授予。"), "success")
    return redirect(url_for("people.member", user_id=user_id), 303)


@bp.post("/people/<int:user_id>/roles/<role>/revoke")
@requires("people.manage")
@confirm_first
def revoke_role(user_id: int, role: str) -> ResponseReturnValue:
    """Take a role away."""
    user = _person(user_id)
    if role not in ROLES:
        raise Unknown()
    staying = roles.revoke(user, role, current_actor(), _heirs(user, frozenset({role})))
    flash(_("已撤销 %(name)s 的岗位：%(role)s。", name=user.name, role=_(ROLES[role])), "success")
    return _back(user_id, staying)


def _heirs(user: User, given_up: frozenset[str]) -> dict[str, User]:
    """Whom the form names for each kind of thing that has to be given up; left empty, it goes to nobody.

    All that is wrong with them, and with the roles going at all, is told at once.
    """
    named = {kind: request.form.get(f"heir_{kind}", "").strip() for kind in KINDS}
    found = {kind: _heir(typed) for kind, typed in named.items() if typed}
    heirs = {kind: heir for kind, heir in found.items() if heir is not None}
    unknown = [_unknown(user, kind) for kind in found if kind not in heirs]
    last = broken_in(lambda: accounts.keep_an_admin(user)) if "admin" in given_up else ()
    obey((*last, *unknown, *broken_by_heirs(user, given_up, heirs)))
    return heirs


def _unknown(user: User, kind: str) -> RuleBroken:
    """The sentence for an heir who is nobody, with what was to be passed on."""
    says = KINDS[kind].says(user, KINDS[kind].count(user))
    return RuleBroken(say("%(what)s请选择在岗的同事接手。", what=says), f"heir_{kind}")


def _heir(typed: str) -> User | None:
    number = whole_number(typed)
    return db.session.get(User, number) if number else None


@bp.route("/people/<int:user_id>/data", methods=["GET", "POST"])
@requires("people.manage")
def data_of(user_id: int) -> ResponseReturnValue:
    """What the bank holds on somebody who asked for it in writing, as a file."""
    user, found = _person(user_id), []
    if user.id == current_actor().id:
        raise NotAllowed(say("自己的数据请在“我的账号”里下载。"))
    form = ExportForm()
    if form.is_submitted() and not is_confirmed():
        ask()
    if settled(form, lambda: found.append(export(user, current_actor(), form.writing.data or ""))):
        return as_file(found[0], user)
    return sheet("people/export.html", form, user=user)


def _back(user_id: int, staying: int) -> ResponseReturnValue:
    """To the person's page; it says what the heir could not take."""
    if staying:
        flash(_("有 %(n)s 部因回避不能移交给所选的同事，列入每位经办的待办，标明“无人经办”。", n=staying), "warning")
    return redirect(url_for("people.member", user_id=user_id), 303)
