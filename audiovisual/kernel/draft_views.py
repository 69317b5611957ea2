"""Forms that save themselves as they are written, for the script beside them; and giving up what was begun.

POST /drafts              {draft, seen, …fields} → {version, at}; 409 {draft: fields, version, at} when another
                          window of the same person saved it meanwhile
POST /drafts/<id>/discard  a page's button: back to the page, which then shows what is stored
"""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from . import drafts
from .addresses import local_path
from .web import requires

bp = Blueprint("drafts", __name__, url_prefix="/drafts")


@bp.post("/<int:draft_id>/discard")
@requires("signed_in")
def discard(draft_id: int) -> ResponseReturnValue:
    """Give up what was begun; somebody else's stays, and so does what is not there."""
    drafts.drop(current_user.id, "", draft_id)
    return redirect(local_path(request.form.get("next")) or url_for("desk.home"), 303)
