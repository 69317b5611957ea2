"""Forms that save themselves as they are written, for the script beside them; and giving up what was begun.

    POST /drafts?form=<address>&seen=<revision>   the form's fields → {version, at}; 409 {draft, version, at, said} when
                                                  another window of the same person saved it meanwhile;
                                                  409 {gone, said} when it was handed in there, or given up;
                                                  409 {lost, said} when what the form was about is there no more
    GET  /drafts/stands?form=<address>            for a window that stands open → {lost, said}: whether what the form is
                                                  about is there no more
    POST /drafts?form=<address>                   from a button, without script → back to the page, which shows it filled in
    POST /drafts/<id>/discard                     from the page's button → back to the page, which then shows what is stored

A draft is its writer's alone, and only of a form they may hand in: the route it leads to is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from werkzeug.exceptions import HTTPException

from workflows import actions
from workflows.errors import NotAllowed, Unknown, say

from . import drafts, ended
from .addresses import local_path, parts_of
from .bodies import accepts_large
from .forms import whole_number
from .model import db
from .plain import wants_json
from .text import hour
from .web import current_actor, requires

bp = Blueprint("drafts", __name__, url_prefix="/drafts")
STANDS: dict[str, Callable[..., bool]] = {}
"""By endpoint of a form: whether what it is about is still there, asked with the values of its address."""
SMALL = 400_000
"""Bytes of a draft; no form of ours asks for as much."""


@bp.post("")
@requires("signed_in")
@accepts_large("UPLOAD_BYTES")
def save() -> ResponseReturnValue:
    """Keep what stands in a form. Empty again, there is nothing to keep."""
    (action, there), person = _form_asked(), current_user.id
    if not there and wants_json():
        return {"lost": True, "said": str(_GONE)}, 409
    typed = ended.brought()
    if sum(len(name) + len(value) for name, value in typed) > SMALL:
        raise NotAllowed(say("写得太多，草稿存不下，请分开写。"))
    known = drafts.find(person, action)
    seen = whole_number(request.args.get("seen")) or 0
    if wants_json() and known is not None and known.revision != seen and known.fields != [list(pair) for pair in typed]:
        at = hour(known.saved_at)
        said = _("这份内容在另一个窗口 %(at)s 存过（您本人）", at=at)
        return {"draft": known.fields, "version": known.revision, "at": at, "said": said}, 409
    if wants_json() and known is None and seen and typed:
        said = _("这张表在另一个窗口交过了，或者草稿已经删掉")
        return {"gone": True, "said": said}, 409
    db.session.rollback()
    if typed:
        kept = drafts.keep(person, action, typed)
        version, at = kept.revision, hour(kept.saved_at)
    else:
        drafts.drop(person, action)
        version, at = 0, ""
    if wants_json():
        return {"version": version, "at": at}
    flash(_("草稿已保存 %(at)s，还没有提交。", at=at) if typed else _("还没有写什么，没有存草稿。"), "info")
    return redirect(ended.page_of_form() + (ended.PLACE if typed else ""), 303)


@bp.get("/stands")
@requires("signed_in")
def stands() -> ResponseReturnValue:
    """Whether what a form is about is still there, for a window that is looked at again before anything is typed."""
    _action, there = _form_asked()
    return {"lost": not there, "said": "" if there else str(_TAKEN_AWAY)}


_TAKEN_AWAY = _l("这一条已经在别处拆开、并入别的条目或去掉了，不能再存；写的还在这一页上，要用的请复制。")
_GONE = _l("这一条在另一个窗口里拆开或去掉了，草稿没有存。写的还在这一页上，也留在这台电脑，要用的请复制。")


def _form_asked() -> tuple[str, bool]:
    """The address of the form, when it is one of ours that the person may hand in, and whether what it is about is there."""
    path = parts_of(request.args.get("form")).path
    inside = path.removeprefix(request.script_root)
    try:
        endpoint, values = current_app.url_map.bind("").match(inside, method="POST")
    except HTTPException:
        raise Unknown() from None
    action = getattr(current_app.view_functions[endpoint], "action", "public")
    if action not in ("public", "signed_in") and (refusal := actions.may(current_actor(), action)):
        raise refusal
    if endpoint.startswith("drafts.") or len(path) > 300:
        raise Unknown()
    return path, STANDS.get(endpoint, _always)(**values)


def _always(**_values: Any) -> bool:
    return True


@bp.post("/<int:draft_id>/discard")
@requires("signed_in")
def discard(draft_id: int) -> ResponseReturnValue:
    """Give up what was begun; somebody else's stays, and so does what is not there."""
    drafts.drop(current_user.id, "", draft_id)
    return redirect(local_path(request.form.get("next")) or url_for("desk.home"), 303)
