"""Stand-ins during leave."""

from __future__ import annotations

from collections.abc import Iterator

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audiovisual.kernel.forms import settled, whole_number
from audiovisual.kernel.model import db, today
from audiovisual.kernel.web import current_actor, requires, visible_or_404
from workflows.access import BUREAU, ROLES
from workflows.errors import RuleBroken

from ..forms.accounts import DelegationForm
from ..models import Delegation, User
from ..operations import delegations as operations
from ..queries.account import delegations_of
from ..queries.directory import active_with_role
from .frame import PER_PAGE, bp, page_number, sheet


@bp.route("/delegations", methods=["GET", "POST"])
@requires("people.delegate")
def delegations() -> ResponseReturnValue:
    """Hand a role to a colleague for some days, and see whose is with whom."""
    actor = current_actor()
    own = db.session.get_one(User, actor.id).roles & BUREAU
    people = [(user.id, user.name) for user in active_with_role(*BUREAU) if user.id != actor.id]
    form = DelegationForm([role for role in ROLES if role in own], people)

    def give() -> None:
        assert form.starts_on.data and form.ends_on.data  # the form saw to it
        operations.delegate(
            actor,
            int(form.deputy_id.data),
            form.role.data,
            form.starts_on.data,
            form.ends_on.data,
            form.reason.data or "",
        )

    def broken() -> Iterator[RuleBroken]:
        deputy = whole_number(form.deputy_id.data)
        return operations.broken_by(actor, deputy, form.role.data, form.starts_on.data, form.ends_on.data)

    if settled(form, give, broken):
        flash(_("已委托代理，到期自动收回。"), "success")
        return redirect(url_for("people.delegations"), 303)
    everybody = None if "admin" in actor.roles or actor.roles & {"head", "leader"} else actor.id
    page = delegations_of(everybody, page_number(), PER_PAGE)
    return sheet("people/delegations.html", form, page=page, today=today(), me=actor.id)


@bp.post("/delegations/<int:delegation_id>/revoke")
@requires("people.delegate")
def revoke_delegation(delegation_id: int) -> ResponseReturnValue:
    """End it at once."""
    row = visible_or_404(db.session.get(Delegation, delegation_id), lambda row, actor: True)
    operations.revoke(row, current_actor())
    flash(_("%(name)s的代理已撤回。", name=row.deputy.name), "success")
    return redirect(url_for("people.delegations"), 303)
