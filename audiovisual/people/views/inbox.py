"""The inbox."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audiovisual.kernel.forms import whole_number
from audiovisual.kernel.model import db
from audiovisual.kernel.web import current_actor, is_shown, requires, visible_or_404

from .. import links
from ..models import Message
from ..operations import inbox as operations
from ..queries.inbox import messages_of
from .frame import PER_PAGE, asked, bp, page_number


@bp.get("/inbox")
@requires("people.inbox")
def inbox() -> ResponseReturnValue:
    """One's messages, the latest first; all, or those unread."""
    unread = asked("only", 10) == "unread"
    rows, total, waiting, page, newest = messages_of(current_actor().id, unread, page_number(), PER_PAGE)
    return render_template(
        "people/inbox.html",
        rows=rows,
        total=total,
        page=page,
        per=PER_PAGE,
        only_unread=unread,
        waiting=waiting,
        newest=newest,
    )


@bp.get("/inbox/<int:message_id>")
@requires("people.inbox")
def open_message(message_id: int) -> ResponseReturnValue:
    """Read a message, and go where it is about."""
    row = visible_or_404(db.session.get(Message, message_id), lambda row, actor: row.user_id == actor.id)
    if is_shown():
        operations.mark_read(row, current_actor())
    return redirect(links.local_path(row.url) or url_for("people.inbox"), 303)


@bp.post("/inbox/read-all")
@requires("people.inbox")
def read_all() -> ResponseReturnValue:
    """Everything is read."""
    count = operations.mark_all_read(current_actor(), whole_number(request.form.get("upto")))
    flash(_("已把 %(n)s 条消息标为已读。", n=count) if count else _("没有未读的消息。"), "success" if count else "info")
    return redirect(url_for("people.inbox"), 303)
