"""The password once more before what matters: a session that was stolen or left open is not the account.

A log-in counts for as long as a confirmation. What a form brought meanwhile is kept as its writer's draft, and stands in
the form again after the password was given.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import timedelta
from typing import Any, NoReturn, TypeVar

from flask import abort, current_app, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from audiovisual.kernel import drafts, ended
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import utcnow
from audiovisual.kernel.plain import wants_json
from workflows.errors import NotAllowed, say

V = TypeVar("V", bound=Callable[..., Any])


def is_confirmed() -> bool:
    """Whether the person gave their password not long ago in this session."""
    at = current_user.confirmed_at
    return at is not None and at > utcnow() - timedelta(minutes=current_app.config["CONFIRM_MINUTES"])


def confirm_first(view: V) -> V:
    """Let a route go on only after the password was given a short while ago; below `requires`."""

    @functools.wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not is_confirmed():
            ask()
        return view(*args, **kwargs)

    guarded.confirmed = True  # type: ignore[attr-defined]
    return guarded  # type: ignore[return-value]


def ask() -> NoReturn:
    """To where the password is asked for, and from there back; what a form brought is kept.

    Raised, not returned: nothing was taken, so no draft goes and no press is remembered as done.
    """
    if wants_json():
        raise NotAllowed(say("请先再输一次密码。"))
    if request.method == "GET":
        abort(redirect(url_for("people.confirm", next=request.full_path.rstrip("?")), 303))
    if typed := ended.brought():
        with unit_of_work():
            drafts.keep(current_user.id, ended.address(), typed, in_any_case=True)
    if typed:
        flash(_("这一步要先再输一次密码。填的都留着，输完回到原来那一页，再按一次。"), "warning")
    else:
        flash(_("这一步要先再输一次密码。输完回到原来那一页，再按一次。"), "warning")
    back = ended.page_of_form() + (ended.PLACE if typed else "")
    abort(redirect(url_for("people.confirm", next=back, pressed="yes"), 303))


def tell_not_done() -> None:
    """Say, on the page that a confirmation leads back to, that what was pressed there is still to be done."""
    if request.args.get("pressed") == "yes":
        flash(_("密码对了。刚才那一步还没有办，请再按一次。"), "warning")


__all__ = ["ask", "confirm_first", "is_confirmed", "tell_not_done"]
