"""The protocol of resumable uploads, for the script beside a file field. Every answer is JSON.

    POST   /files/uploads            {name, size, place[, purpose, modified]} → 201 {id, offset, piece}
    GET    /files/uploads/<id>       → {id, offset, size, name, state}; HEAD: the same in Upload-Offset and Upload-Length
    PATCH  /files/uploads/<id>       body: at most 4 MB from Upload-Offset on → {offset}; 409 {error, offset} when misplaced
    POST   /files/uploads/<id>/finish → {file_id, name, size, sha256, media_type}; `file_id` goes into the form
    DELETE /files/uploads/<id>       → 204
Refusals are {error}: 403 and 404 not yours, 409 not now, 413 too large, 422 unfit, 507 the disk is full (what was received stays).
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, g, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import ClientDisconnected, HTTPException

from workflows.errors import WorkflowError

from . import filetypes, scanning, upload_places, uploads
from .bodies import accepts_large
from .filetypes import accept_attribute
from .model import db
from .text import translated
from .uploads import PIECE, Misplaced, Upload
from .web import current_actor, requires

bp = Blueprint("files", __name__, url_prefix="/files/uploads")
bp.add_app_template_global(accept_attribute)


@bp.app_template_global()
def waiting_uploads(place: str) -> list[Upload]:
    """What the person sent for a form and field before, and no form took; all of theirs are asked for once a page."""
    if "waiting_uploads" not in g:
        g.waiting_uploads = uploads.waiting(current_actor())
    return uploads.waiting_at(g.waiting_uploads, place)


bp.add_app_template_global(uploads.most_of, "most_bytes")
bp.add_app_template_global(scanning.trouble, "file_trouble")
bp.add_app_template_filter(filetypes.bytes_said, "bytes_said")


@bp.post("")
@requires("signed_in")
def begin() -> ResponseReturnValue:
    """Announce a file."""
    data = _announced()
    if not isinstance(data, dict) or not isinstance(data.get("name"), str) or type(data.get("size")) is not int:
        abort(400)
    actor, purpose = current_actor(), data.get("purpose")
    place = upload_places.require(data.get("place"), actor)
    upload = uploads.begin(
        data["name"], data["size"], actor, purpose if isinstance(purpose, str) else None,
        place=place, modified=_moment(data.get("modified")),
    )  # fmt: skip
    return (
        {"id": upload.token, "offset": 0, "piece": PIECE},
        201,
        {"Location": url_for("files.show", token=upload.token)},
    )


@bp.get("/<token>")
@requires("signed_in")
def show(token: str) -> ResponseReturnValue:
    """How far it came."""
    upload = uploads.of(token, current_actor())
    body = {"id": token, "offset": upload.offset, "size": upload.size, "name": upload.name, "state": upload.state}
    return body, 200, {"Upload-Offset": str(upload.offset), "Upload-Length": str(upload.size)}


@bp.patch("/<token>")
@requires("signed_in")
@accepts_large(PIECE)
def receive(token: str) -> ResponseReturnValue:
    """Take a piece; of one that breaks off, what arrived counts."""
    actor, offset = current_actor(), request.headers.get("Upload-Offset", type=int)
    if offset is None:
        abort(400)
    if offset != (known := uploads.of(token, actor).offset):
        raise Misplaced(known)
    db.session.rollback()  # no transaction stays open while bytes travel
    offset = uploads.receive(token, actor, offset, _body())
    return {"offset": offset}, 200, {"Upload-Offset": str(offset)}


@bp.post("/<token>/finish")
@requires("signed_in")
def finish(token: str) -> ResponseReturnValue:
    """All is there: hash it, see what it is, keep it."""
    return _finished(uploads.finish(token, current_actor()))


@bp.delete("/<token>")
@requires("signed_in")
def discard(token: str) -> ResponseReturnValue:
    """Never mind."""
    uploads.discard(uploads.of(token, current_actor()))
    return Response(status=204)


def _moment(told: Any) -> int | None:
    return told if type(told) is int and 0 <= told < 2**53 else None


def _announced() -> Any:
    try:
        return request.get_json()
    except RecursionError:  # brackets within brackets, by the thousand
        abort(400)


def _body() -> bytearray:
    body = bytearray()
    try:
        while part := request.stream.read(64 * 1024):
            body += part
            if len(body) > PIECE:
                abort(413)
    except ClientDisconnected:
        pass
    return body


def _finished(upload: Upload) -> ResponseReturnValue:
    stored = upload.file
    if stored is None:
        abort(404)
    return {
        "file_id": upload.token, "name": stored.name, "size": stored.size, "sha256": stored.sha256,
        "media_type": stored.media_type,
    }  # fmt: skip


@bp.errorhandler(WorkflowError)
def refused(error: WorkflowError) -> ResponseReturnValue:
    """A refusal, with the offset where one helps."""
    more = {"offset": error.offset} if isinstance(error, Misplaced) else {}
    db.session.rollback()
    answer = jsonify(error=translated(error.sentence), **more)
    if more:
        answer.headers["Upload-Offset"] = str(more["offset"])
    return answer, error.status


@bp.errorhandler(HTTPException)
def http_error(error: HTTPException) -> ResponseReturnValue:
    """The protocol's own errors."""
    db.session.rollback()
    said = {
        400: _("请求不完整，请刷新页面后重新上传。"),
        401: _("登录已过期。在另一个窗口重新登录，就接着传；这一页先不要关。"),
        413: _("这一段太大，没有收下。"),
        507: _("服务器磁盘已满，这一段没有收下；已经传完的部分还在。请告诉管理员，稍后继续。"),
    }
    if isinstance(error, CSRFError):
        said[400] = _("登录变过了，请刷新这一页。传上来的还在；没传完的重新选同一个文件，就从断的地方接着传。")
    return {"error": said.get(error.code or 500, _("这次没有成功，请稍后再试。"))}, error.code or 500
