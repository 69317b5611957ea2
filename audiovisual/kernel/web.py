"""What every request passes: who asks, whether the route is his, the commit at the end, plain pages for refusals."""

from __future__ import annotations

import functools
import secrets
from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from flask import (
    Flask,
    Response,
    abort,
    current_app,
    flash,
    g,
    has_request_context,
    redirect,
    render_template,
    request,
    url_for,
)
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, Unauthorized

from workflows import actions
from workflows.access import Actor
from workflows.errors import NotAllowed, OutOfStep, RuleBroken, Unknown, WorkflowError, say

from . import bodies, ended, pressed, security
from .addresses import is_host
from .bodies import Request
from .drawn import csrf_token
from .model import db
from .pages import Pages
from .plain import plain, wants_json
from .scanning import Infected, NotYetScanned
from .serving import Damaged
from .signing import Sessions
from .text import translated
from .writers import TooManyWait

log = structlog.get_logger()
V = TypeVar("V", bound=Callable[..., Any])
ANYONE = Actor(id=0)
REFUSED_HOST = "seedbank.refused_host"


class SeedBank(Flask):
    """The application. A request that wrote commits once, when its answer is no refusal; else all it did is rolled back.

    A request that only read has nothing to commit: its transaction ends with its session.
    """

    request_class = Request
    session_interface = Sessions()
    jinja_environment = Pages

    def wsgi_app(self, environ: Any, start_response: Any) -> Any:
        """An answer is heard only by who has finished speaking: what a refusal left unread is read before it is sent."""
        if not is_host(environ.get("HTTP_HOST", "localhost")):
            environ = {**environ, "HTTP_HOST": "localhost", REFUSED_HOST: True}
        answer = super().wsgi_app(environ, start_response)
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            bodies.finish(environ)
        return answer

    def dispatch_request(self) -> ResponseReturnValue:
        answer = self.make_response(super().dispatch_request())
        session = db.session()
        if answer.status_code >= 400:
            session.rollback()
        elif ended.taken(answer.status_code) or session.info.get("writing"):
            pressed.remember(answer)
            session.commit()
        elif session.new or session.dirty or session.deleted:
            raise RuntimeError(f"{request.endpoint} changed something outside an operation")
        ended.filled(answer)
        ended.remember_mark(answer.status_code)
        return answer

    def url_for(self, endpoint: str, **values: Any) -> str:
        """Flask's own. A page asks for twenty places without values: each address is made once."""
        if endpoint[0] == "." or not has_request_context() or any(value is not None for value in values.values()):
            return super().url_for(endpoint, **values)
        known: dict[tuple[str, str], str] = self.extensions.setdefault("addresses", {})
        key = script_root(), endpoint
        if key not in known:
            known[key] = super().url_for(endpoint)
        return known[key]


# `g`, `request` and `current_user` are proxies: an attribute asked through one costs as much as twenty asked of the thing
# itself, so what a page asks a hundred times is asked of the thing.


def script_root() -> str:
    """Where the program is mounted, as addresses begin with it."""
    return request._get_current_object().script_root  # type: ignore[attr-defined, no-any-return]


def requires(action: str) -> Callable[[V], V]:
    """Declare who may use a route: an action of `workflows.actions`, "signed_in" or "public".

    A visitor is sent to log in, a person without the role meets the 403 page. Whose things the person reaches is asked
    again by the operation or by `visible_or_404`.
    """
    if action not in ("public", "signed_in"):
        actions.roles_for(action)  # an unknown action fails when the program starts, not when it is asked

    def declare(view: V) -> V:
        @functools.wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if action != "public":
                if not current_user.is_authenticated:
                    return _to_login()
                if action != "signed_in" and not current_actor().roles:
                    raise NotAllowed(say("您现在没有岗位，还不能办事。请联系系统管理员授予岗位，再重新登录。"))
                if action != "signed_in" and (refusal := actions.may(current_actor(), action)):
                    raise refusal
            return view(*args, **kwargs)

        guarded.action = action  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return declare


_LEFT = _l("登录已过期。写的已经留好，登录后回到原来那一页，接着办就行。")
_AGAIN = _l("这一页是上次登录时打开的，没有提交。写的都在，请核对后再按一次。")


def _refuse_host() -> ResponseReturnValue | None:
    """A name that no computer can have names no page of ours."""
    if not request.environ.get(REFUSED_HOST):
        return None
    return plain(400, "网址里的主机名不对，没有办成。", "The name of the computer in the address cannot be right.")


def _to_login() -> ResponseReturnValue:
    """Send whoever is not logged in to log in, and lead back afterwards; what a form brought is not lost."""
    if request.is_json or request.headers.get("X-Requested-With"):
        abort(401)
    gone = "_user_id" in cookie  # somebody was logged in here; a visitor never was
    if request.method == "GET":
        if gone:
            flash(_("登录已过期，请重新登录。"), "warning")
        return redirect(url_for("people.login", next=request.full_path.rstrip("?")), 303)
    whose, typed = ended.keep_for_owner()
    if whose is None and gone and (texts := ended.typed_texts()):
        return _to_copy(401, _("请先登录"), texts)
    if not gone and whose is None:
        return redirect(url_for("people.login"), 303)
    flash(_LEFT if typed else _("登录已过期，刚才没有办成。登录后请再按一次。"), "warning")
    return redirect(url_for("people.login", next=ended.page_of_form() + (ended.PLACE if typed else "")), 303)


def _to_copy(status: int, heading: str, typed: list[str]) -> ResponseReturnValue:
    """Words that cannot be kept for anybody, because the page does not say whose they are: to be copied from here."""
    told = _("登录已过期，刚才填的没有提交。写的内容都在下面，请复制留存，重新登录后再填。")
    return page(status, heading, told, back=url_for("people.login", next=ended.page_of_form()), typed=typed)


def stale(error: CSRFError) -> ResponseReturnValue:
    """A form of a page that another log-in drew: nothing is done, nothing that was typed is lost.

    A form without a token of ours, or with a forged one, is refused.
    """
    whose, typed = ended.keep_for_owner()
    if whose is None:
        return _nobodys(error)
    if wants_json():
        return http_error(Unauthorized())
    if not current_user.is_authenticated:
        return _to_login()
    if current_user.id != whose:
        return page(
            409,
            _("这一页是另一个账号打开的"),
            _("现在登录的是另一个账号，所以没有提交。写的已为原来的账号留好，换回那个账号登录就能接着办。"),
        )
    flash(_AGAIN if typed else _("这一页是上次登录时打开的，没有办成，请再按一次。"), "warning")
    return redirect(ended.page_of_form() + (ended.PLACE if typed else ""), 303)


def _note_refusal(kind: str) -> None:
    """Among the security events, once what the request did is rolled back."""
    db.session.rollback()
    security.refused(kind, security.page_asked())


def _nobodys(error: CSRFError) -> ResponseReturnValue:
    """A stale form of a visitor, or none of ours."""
    _note_refusal("token")
    if wants_json() or not ended.from_a_page_of_ours():
        return http_error(error)
    if (again := ended.shown_again()) is not None:
        return again
    texts = ended.typed_texts()
    if current_user.is_authenticated:
        return _drawn_before_log_in(texts)
    if texts:
        return _to_copy(400, _("这一页打开得太久了"), texts)
    flash(_("这一页打开得太久，没有办成，请再按一次。"), "warning")
    return redirect(ended.page_of_form(), 303)


def _drawn_before_log_in(typed: list[str]) -> ResponseReturnValue:
    """A visitor's form, after somebody logged in from another window: it is not for them."""
    told = _("现在已用%(name)s的账号登录，这张表没有提交。要用这张表，请先退出登录。", name=current_user.name)
    if not typed:
        flash(told, "warning")
        return redirect(ended.page_of_form(), 303)
    told = _("%(told)s写的内容都在下面，请复制留存。", told=told)
    return page(409, _("这一页是登录前打开的"), told, typed=typed)


def current_actor() -> Actor:
    """The person asking, as the rules see him; visitors have no roles."""
    values = g._get_current_object()  # type: ignore[attr-defined]
    if "actor" not in values:
        person = current_user._get_current_object()
        values.actor = person.actor() if person.is_authenticated else ANYONE
    return values.actor  # type: ignore[no-any-return]


def is_shown() -> bool:
    """Whether a person is shown the answer: not where only its headers are asked for, nor where a browser fetches a page
    ahead of its reader.
    """
    ahead = f"{request.headers.get('Sec-Purpose', '')} {request.headers.get('Purpose', '')}"
    return request.method != "HEAD" and "prefetch" not in ahead


def visible_or_404(row: Any, knows: Callable[[Any, Actor], bool]) -> Any:
    """The row itself when it exists and the person may know of it, else the same 404 for both."""
    if row is None or not knows(row, current_actor()):
        raise Unknown()
    return row


def page(status: int, heading: str, sentence: str, **more: Any) -> ResponseReturnValue:
    """A plain page that says what happened and what to do next; JSON when a script asked."""
    db.session.rollback()
    if wants_json():
        return {"error": sentence, "heading": heading}, status
    return render_template("error.html", code=status, headline=heading, sentence=sentence, **more), status


def refused(error: WorkflowError) -> ResponseReturnValue:
    """A refusal that no form caught. Of a step the person took themselves: where it led."""
    if isinstance(error, OutOfStep) and (again := pressed.opened_again()) is not None:
        return again
    heading = {404: _("没有找到"), 403: _("没有这项权限"), 409: _("现在不能这样办"), 422: _("还差一点")}[error.status]
    written = ended.typed_texts() if request.method == "POST" else []
    every = error.each if isinstance(error, RuleBroken) else (error,)
    if error.status == 403:
        _note_refusal("forbidden")
    return page(error.status, heading, " ".join(translated(each.sentence) for each in every), written=written)


def lost_race(error: StaleDataError) -> ResponseReturnValue:
    """Two people changed the same row: the second is told, nothing is overwritten."""
    return page(409, _("别人刚改过"), _("您打开这一页之后，别人已经改过这条记录。请返回重新打开，看过新内容再改。"))


def busy(error: OperationalError | TooManyWait) -> ResponseReturnValue:
    """The write lock could not be had in time, or the database is not there at all."""
    log.error("database", error=str(error))
    try:
        return _busy(str(getattr(error, "orig", "")))
    except SQLAlchemyError:  # not even who asks can be read
        return plain(
            503,
            "系统暂时不能用，这次没有保存，请稍后再试。一直这样，请告诉管理员。",
            "The system is not available and nothing was saved. Try again later; if it goes on, tell the administrator.",
        )


def _busy(text: str) -> ResponseReturnValue:
    if "disk is full" in text or "disk I/O" in text:
        return page(
            507, _("磁盘已满"), _("服务器磁盘已满，这次没有保存。请告诉管理员，稍后再试；已经保存的内容没有丢。")
        )
    written = ended.typed_texts() if request.method == "POST" else []
    return page(503, _("系统忙"), _("这次没有保存成功，请稍等片刻再试。"), written=written)


def http_error(error: HTTPException) -> ResponseReturnValue:
    """Errors of the protocol, each in plain words."""
    known = {
        400: (_("请求不完整"), _("这一页打开得太久了，请刷新后再试。")),
        401: (_("请先登录"), _("登录已过期，请重新登录；写的还在这台电脑上，不会丢。")),
        403: (_("没有这项权限"), _("您的岗位没有这项权限。")),
        404: (_("没有找到"), _("没有这个页面，或者您无权查看。")),
        405: (_("不能这样打开"), _("这个地址不能直接打开，请从页面上的按钮进入。")),
        408: (_("等得太久"), _("网络太慢，这次没有传完，请再试一次。")),
        414: (_("网址太长"), _("网址太长，没有办成。查找的词太多的，请返回删短些再查。")),
        413: (_("内容太大"), _("提交的内容太大。文字请分开填写，文件请用上传功能，单个不超过 2 GB。")),
        415: (_("不能这样提交"), _("表单要从页面上提交，没有保存。请回到那一页再提交。")),
        416: (_("没有这一段"), _("文件没有这一段内容。")),
        507: (_("磁盘已满"), _("服务器磁盘已满，这次没有保存。请告诉管理员，稍后再试；已经保存的内容没有丢。")),
        429: (_("太频繁"), _("操作太频繁，请稍后再试。")),
    }
    code = error.code or 500
    if code < 400:
        return error.get_response()
    if code == 403:
        _note_refusal("forbidden")
    heading, sentence = known.get(code, (_("没有成功"), _("这次没有成功，请返回再试。")))
    if isinstance(error, NotYetScanned):
        heading, sentence = _("这份文件正在查毒"), _("查完就能打开，一般不到一分钟。请稍后再打开一次。")
    if isinstance(error, Infected):
        heading, sentence = (
            _("这份文件里有病毒"),
            _("查出病毒 %(signature)s，不能打开，也不能下载。请交文件的人换一份干净的。", signature=error.signature),
        )
    if isinstance(error, Damaged):
        heading, sentence = (
            _("这份文件已损坏"),
            _("服务器上的文件与收到时不一样，没有给您。请告诉系统管理员，从备份恢复。"),
        )
    return page(code, heading, sentence)


def broken(error: Exception) -> ResponseReturnValue:
    """A bug: loud in the log, plain on the page, with a mark to find the one by the other."""
    mark = secrets.token_hex(4)
    log.exception("unhandled", mark=mark, path=request.path)
    db.session.rollback()
    try:
        return page(500, _("系统出错"), _("系统出了错，这次没有保存。请把编号告诉管理员：%(mark)s", mark=mark))
    except Exception:
        return plain(
            500,
            f"系统出了错，这次没有保存。请把编号告诉管理员：{mark}",
            f"Something broke and nothing was saved. Tell the administrator this code: {mark}",
        )


POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'; frame-src 'self'; object-src 'none'"
)


HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


HSTS = "max-age=31536000; includeSubDomains"
"""For a year browsers come to this name, and to names below it, over encrypted lines alone."""


def secure(response: Response) -> Response:
    """Headers every answer carries: strict content policy, no sniffing, nothing cached that a person read."""
    wanted = dict(HEADERS)
    if current_app.config["HTTPS"]:
        wanted["Strict-Transport-Security"] = HSTS
    if request.endpoint not in ("static", "bootstrap.static"):
        wanted["Cache-Control"] = "no-store"
    for name, _value in response.headers:
        wanted.pop(name, None)  # an answer's own come first
    response.headers.extend(wanted)
    return response


def install(app: SeedBank) -> None:
    """Hang the handlers on the application."""
    app.register_error_handler(WorkflowError, refused)
    app.register_error_handler(StaleDataError, lost_race)
    app.register_error_handler(OperationalError, busy)
    app.register_error_handler(TooManyWait, busy)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(CSRFError, stale)
    if not app.config["TESTING"]:
        app.register_error_handler(Exception, broken)
    app.before_request(_refuse_host)
    app.after_request(secure)
    app.after_request(ended.keep_refused)
    app.after_request(pressed.answered)  # of these the last is called first
    app.jinja_env.globals["csrf_token"] = csrf_token


__all__ = [
    "NotAllowed", "SeedBank", "current_actor", "is_shown", "page", "requires", "script_root", "visible_or_404", "wants_json",
]  # fmt: skip
