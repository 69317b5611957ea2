"""The blueprint, and what its pages share: how a form is settled, how a page of a list is asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup

from audiovisual.kernel import drafts, ended
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.forms import Form, Rules, settled, sought, whole_number
from audiovisual.kernel.model import db, today
from audiovisual.kernel.serving import disposition
from workflows.errors import WrongState

from .. import findings, mail, sessions  # noqa: F401  (they register themselves with the kernel)
from ..cli import grant_admin, init, second_step_off
from ..models import User
from ..operations import second_step
from ..queries.directory import city_label, role_label, theme_label
from ..queries.inbox import filled, headline
from ..versions import LostRace
from .windows import lost, told_of

LINKED = Markup('{said} <a class="next-item" href="{url}">{label}</a>')
PER_PAGE = 50
MOST_PAGES = 1_000_000

bp = Blueprint("people", __name__, cli_group=None)
bp.cli.add_command(init)
bp.cli.add_command(grant_admin)
bp.cli.add_command(second_step_off)
bp.add_app_template_filter(role_label)
bp.add_app_template_filter(city_label)
bp.add_app_template_filter(theme_label)
bp.add_app_template_filter(filled)
bp.add_app_template_filter(headline)

bp.app_errorhandler(LostRace)(lost)

FREE_TO_GO = frozenset(
    {
        "people.change_password",
        "people.logout",
        "people.switch_language",
        "static",
        "bootstrap.static",
        "health.healthz",
    }
)


SETTING_UP = FREE_TO_GO | {"people.set_up_second_step", "people.begin_second_step", "people.confirm", "people.session"}


def with_next(said: str, url: str | None) -> str:
    """What was done, with a link to the next item of the list where there is one."""
    return LINKED.format(said=said, url=url, label=_("下一件 ›")) if url else said


def is_in_language_of_mail() -> bool:
    """Whether a visitor came by a mail's link that names the mail's language and has chosen none: it is theirs now."""
    wanted = sessions.LANGUAGES.get(request.args.get("language", ""))
    if request.method != "GET" or "locale" in cookie or wanted is None:
        return False
    sessions.choose_language(wanted)
    return True


@bp.before_app_request
def credentials_first() -> ResponseReturnValue | None:
    """Whoever was asked for a new password sets it before anything else; then a second step, where it must be."""
    endpoint = request.endpoint
    if endpoint is None or endpoint in FREE_TO_GO or "_user_id" not in cookie:
        return None
    person = current_user._get_current_object()
    if not person.is_authenticated:
        return None
    if person.must_change_password:
        return _first("people.change_password", _("请先设置新密码，再继续。"))
    if endpoint not in SETTING_UP and second_step.is_lacking(person):
        return _first("people.set_up_second_step", _("本单位要求两步验证：请先设置好，再继续。"))
    return None


def _first(endpoint: str, told: str) -> ResponseReturnValue:
    """To what has to be done first; what a form brought meanwhile is kept."""
    if request.method == "POST" and (typed := ended.brought()):
        with unit_of_work():
            drafts.keep(current_user.id, ended.address(), typed, in_any_case=True)
    flash(told, "warning")
    return redirect(url_for(endpoint), 303)


def raced(form: Any, act: Callable[[], Any], rules: Rules | None = None) -> tuple[bool, bool]:
    """Like `settled`, and whether another window was faster, which is told with whose it was: (done, lost the race)."""
    try:
        return settled(form, act, rules), False
    except LostRace as refusal:
        db.session.rollback()
        form.form_errors.append(told_of(refusal.saved))
        return False, True
    except WrongState as refusal:
        db.session.rollback()
        form.refuse(refusal)
        return False, True


def sheet(template: str, form: Form, lost: bool = False, **values: Any) -> ResponseReturnValue:
    """The page of a form: 200 when it was asked for, 422 when it came back with faults, 409 when a race was lost."""
    status = 409 if lost else 422 if form.is_submitted() else 200
    return render_template(template, form=form, lost=lost, **values), status


def as_file(content: bytes, user: User) -> Response:
    """The data of a person as a file to be saved; kept by no cache."""
    answer = Response(content, mimetype="application/json")
    answer.headers["Content-Disposition"] = disposition("attachment", f"{user.login}-{today().isoformat()}.json")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def page_number() -> int:
    """The page asked for, from 1."""
    return min(whole_number(request.args.get("page")) or 1, MOST_PAGES)


def asked(name: str, most: int = 100) -> str:
    """A word of the query, cleaned."""
    return sought(request.args.get(name), most)


__all__ = ["PER_PAGE", "asked", "bp", "page_number", "raced", "settled", "sheet"]
