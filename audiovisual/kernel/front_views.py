"""What the front asks before it reads a large body: whether this person may send it here, and whether there is room.

    GET /front/may-send    with the visitor's cookie and X-CSRFToken, and of their request X-Original-Method,
                           X-Original-URI and X-Original-Length (empty where none was declared)
        204 go on          401 nobody is logged in          403 not this person, or not from a page of ours
        404 no such upload 413 more than fits here          507 no room on the disk

Only the front is answered. The route itself asks everything again: this saves the front from keeping what nobody wants.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from flask import Blueprint, Response, abort, current_app, request
from flask.globals import request_ctx
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import validate_csrf
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.routing import RequestRedirect
from wtforms import ValidationError

from workflows.errors import RuleBroken, WorkflowError

from . import room, uploads
from .bodies import most_of_view, refusal_of
from .front import FROM_FRONT
from .model import db
from .web import current_actor, requires

bp = Blueprint("front", __name__, url_prefix="/front")


@bp.get("/may-send")
@requires("public")
def may_send() -> ResponseReturnValue:
    """Whether the request the front has before it may bring its body."""
    if not request.environ.get(FROM_FRONT):
        abort(404)
    try:
        _ask(request.headers.get("X-Original-Method", ""), request.headers.get("X-Original-URI", ""), _length())
    except (HTTPException, WorkflowError) as refusal:
        db.session.rollback()
        return Response(status=_status(refusal))
    return Response(status=204)


def _status(refusal: HTTPException | WorkflowError) -> int:
    """The refusal in one number; what is beyond somebody's quota is too large."""
    if isinstance(refusal, RuleBroken):
        return 413
    return int((refusal.code if isinstance(refusal, HTTPException) else refusal.status) or 500)


def _ask(method: str, address: str, length: int | None) -> None:
    """Raise what stands against it: route, person, token, size, room."""
    endpoint, values = _route(method, address)
    view = current_app.view_functions[endpoint]
    if (most := most_of_view(view)) is None:
        raise RequestEntityTooLarge()
    if refusal := refusal_of(view):
        raise refusal
    if endpoint == "files.receive":
        _ask_for_piece(values["token"])
        return
    if length is None or length > most:
        raise RequestEntityTooLarge()
    room.require_room(2 * length)  # once with the front, once here
    room.require_quota(current_actor(), length)


def _ask_for_piece(token: str) -> None:
    """A piece belongs to an upload of one's own, whose room is reserved, and is sent by a script of ours."""
    try:
        if current_app.config["WTF_CSRF_ENABLED"]:
            validate_csrf(request.headers.get("X-CSRFToken"))
    except ValidationError:
        abort(403)
    uploads.of(token, current_user.actor())


def _route(method: str, address: str) -> tuple[str, Mapping[str, Any]]:
    """Endpoint and values of the request before the front."""
    try:
        path = unquote(urlsplit(address).path, errors="replace")
        return request_ctx.url_adapter.match(path, method)  # type: ignore[union-attr]
    except (RequestRedirect, ValueError):  # nothing of ours is sent to such an address
        abort(404)


def _length() -> int | None:
    told = request.headers.get("X-Original-Length", "")
    return int(told) if told.isascii() and told.isdecimal() else None
