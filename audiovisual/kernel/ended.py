"""A form that comes after its log-in has ended: what was typed is kept for whom the page was drawn, and filled in again.

The answer leads to the log-in and from there back to the page, where the form stands as it was sent (`kernel.refill`).
Whoever logs in instead sees nothing of it. A script is told 401: it keeps what it sent and asks `/session` who is there.
"""

from __future__ import annotations

import re

import structlog
from flask import Response, current_app, request
from flask import session as cookie
from flask_login import current_user
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from workflows.errors import RuleBroken, WorkflowError

from . import drafts, occurrences, refill
from .addresses import local_path, parts_of
from .database import unit_of_work
from .drawn import csrf_token, drawn_for, signed
from .forms import whole_number
from .model import db
from .plain import wants_json
from .writers import TooManyWait

log = structlog.get_logger()
MARK_MOST = 300
PLACE = "#refilled"
"""Where on a page the form stands that was filled in again."""


def address() -> str:
    """Where the request leads, as a form names it."""
    return request.script_root + request.path


def token() -> str | None:
    """The token the form brought."""
    return request.form.get("csrf_token") or request.headers.get("X-CSRFToken")


def keep_for_owner() -> tuple[int | None, bool]:
    """Keep what the form brought for the person its page was drawn for; gives who that is, and whether there was anything."""
    whose = drawn_for(token())
    typed = [] if whose is None or wants_json() else brought()
    if whose is not None and typed:
        with unit_of_work():
            drafts.keep(whose, address(), typed, in_any_case=True)
    return whose, bool(typed)


def keep_refused(answer: Response) -> Response:
    """Keep what a refused form brought as its writer's draft: the form is filled in with it when its page is opened again.

    Not of forms that hold a password or a code, nor of those whose row is saved as it is written. Where the person has
    too many drafts, the answer alone shows it.
    """
    if request.method != "POST" or answer.status_code not in (409, 422) or wants_json():
        return answer
    person = current_user._get_current_object()
    if not person.is_authenticated:
        return answer
    if request.blueprint == "drafts" or drafts.SECRET & set(request.form) - drafts.MARKS:
        return answer
    if answer.status_code == 409 and "version" not in request.form:  # the step is past: nothing to go on with
        return answer
    typed = brought()
    if typed and not _is_saved_as_written(answer):
        db.session.rollback()
        try:
            with unit_of_work():
                drafts.keep(person.id, address(), typed)
        except RuleBroken:
            log.info("draft.no_room", user=person.id)
        except (OperationalError, TooManyWait) as error:  # the answer alone shows it, like above
            db.session.rollback()
            log.warning("draft.not_kept", user=person.id, error=str(error))
    return answer


_FORM = re.compile(r"<form\b[^>]*>")


def _is_saved_as_written(answer: Response) -> bool:
    """Whether the form saves itself into its row: what is right of it is there already."""
    if answer.mimetype != "text/html" or answer.is_streamed:
        return False
    of_rows = [tag for tag in _FORM.findall(answer.get_data(as_text=True)) if "data-autosave=" in tag]
    return any("data-draft" not in tag and (f'"{address()}' in tag or " action=" not in tag) for tag in of_rows)


def brought() -> drafts.Pairs:
    """What the form brought that is worth keeping; of its files the names, so that their sender can choose them again."""
    files = [(drafts.FILE, file.filename or "") for _name, file in request.files.items(multi=True) if file.filename]
    return drafts.typed_of([*request.form.items(multi=True), *files])


def shown_again() -> Response | None:
    """The page of a visitor's form once more, filled in with what it brought; None where there is nothing to fill in.

    A visitor has no drafts: what was typed stands in the answer alone. Passwords are never repeated.
    """
    typed = brought()
    answer = _public_page() if typed else None
    if answer is None:
        return None
    draft = drafts.FormDraft(action=address(), fields=[list(pair) for pair in typed], revision=0)
    before = answer.get_data(as_text=True)
    after = refill.fill(before, address(), [draft], _note_for_visitor)
    answer.set_data(after)
    answer.status_code = 400
    return answer if after != before else None


def _public_page() -> Response | None:
    """The page at the request's address as a visitor meets it first; None where there is none for visitors (any more)."""
    view, rule = current_app.view_functions.get(request.endpoint or ""), request.url_rule
    if getattr(view, "action", None) != "public" or view is None or rule is None or "GET" not in (rule.methods or ()):
        return None
    method, request.method = request.method, "GET"
    try:
        answer = current_app.make_response(current_app.ensure_sync(view)(**(request.view_args or {})))
    except (WorkflowError, HTTPException):  # an invitation that has ended meanwhile
        return None
    finally:
        request.method = method
        db.session.rollback()
    return answer if answer.status_code == 200 else None


def _note_for_visitor(form: refill.Filled, _number: int) -> str:
    """What stands before a visitor's form that was filled in again."""
    template = current_app.jinja_env.get_template("_shown_again.html")
    return template.render(form=form, secret=not drafts.SECRET.isdisjoint(set(request.form) - {"csrf_token"}))


def typed_texts() -> list[str]:
    """What somebody wrote into the form, without what is no writing: marks, numbers, passwords, what the page put in."""
    try:
        form = request.form
    except (HTTPException, WorkflowError):  # too large to have been written, or from somebody who may not send so much
        return []
    texts = [text for name, text in form.items() if _is_typed(name)]
    return [text for text in texts if len(text) > 20 or not text.isascii()]


PUT_IN = drafts.NOT_TYPED | {drafts.FILE, "answers", "kind", "left", "mark", "row", "rows", "upto", "way"}
"""Fields that the page fills in by itself; so are those of uploads."""


def _is_typed(name: str) -> bool:
    """Whether people type into fields of that name; in lists and groups of fields its last part counts."""
    return name.rpartition("-")[2] not in PUT_IN and not name.endswith(("_id", "_failed"))


def from_a_page_of_ours() -> bool:
    """Whether a page of this site sent the form: its token is signed, and the browser names the page."""
    return signed(token()) and parts_of(request.referrer).netloc == request.host


def page_of_form() -> str:
    """The page the form stood on: where the browser says it was, else the form's own address, else the first page."""
    came_from = parts_of(request.referrer)
    page = local_path(came_from.path + (f"?{came_from.query}" if came_from.query else ""))
    if came_from.netloc == request.host and page is not None:
        return page
    try:
        current_app.url_map.bind("").match(request.path, method="GET")
    except HTTPException:
        return f"{request.script_root}/"
    return address()


def taken(status: int) -> bool:
    """Whether the request took a form of somebody who has drafts: then what was kept of it goes with the same commit."""
    person = current_user._get_current_object()
    if request.method != "POST" or status >= 400 or request.blueprint == "drafts" or not getattr(person, "drafts", 0):
        return False
    drafts.drop(person.id, address(), whole_number(request.form.get("held")))
    return True


def remember_mark(status: int) -> None:
    """The next page tells the script by its mark which form was taken, so that its copy on the computer can go."""
    if request.method != "POST" or status != 303 or not current_user.is_authenticated:
        return
    if mark := request.form.get("taken"):
        cookie["taken"] = mark[:MARK_MOST]


def mark_of_taken() -> str:
    """The mark of the form that was taken last, told once."""
    if "taken" not in cookie or request.method != "GET" or wants_json():
        return ""
    return str(cookie.pop("taken"))


def filled(answer: Response) -> None:
    """Fill the forms of a page with what its reader had begun."""
    person = current_user._get_current_object()
    if request.method != "GET" or answer.status_code != 200 or not getattr(person, "drafts", 0):
        return
    if answer.mimetype != "text/html" or answer.is_streamed:
        return
    page, begun = answer.get_data(as_text=True), drafts.all_of(person.id)
    wanted = [draft for draft in begun if draft.action == address() or _leads_to(page, draft.action)]
    if wanted:
        past = frozenset(draft.action for draft in wanted if occurrences.is_past(draft))
        answer.set_data(refill.fill(page, address(), wanted, _note, past))
    db.session.rollback()


def _leads_to(page: str, action: str) -> bool:
    """Whether the page has a form (or a link) to that address, with a place of the page behind it or without."""
    return any(f'"{action}{end}' in page for end in ('"', "#", "?"))


def _note(form: refill.Filled, number: int) -> str:
    """What stands before a form that was filled in again."""
    place = PLACE.removeprefix("#") + (f"-{number}" if number > 1 else "")
    path = request.full_path.rstrip("?")
    template = current_app.jinja_env.get_template("_refilled.html")
    return template.render(form=form, place=place, next=request.script_root + path, csrf_token=csrf_token)


__all__ = [
    "PLACE", "address", "brought", "filled", "from_a_page_of_ours", "keep_for_owner", "keep_refused", "mark_of_taken",
    "page_of_form",
    "remember_mark", "shown_again", "taken", "typed_texts",
]  # fmt: skip
