"""The bureau's particulars."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audiovisual.kernel import scanning
from audiovisual.kernel.rules import rule_on
from audiovisual.kernel.web import current_actor, requires

from ..confirmed import ask, is_confirmed
from ..forms.accounts import ParticularsForm
from ..operations import particulars as operations
from ..particulars import DEFAULTS, PARTICULARS, PATTERNS
from ..queries import particulars
from .frame import bp, raced, sheet
from .windows import put_together


@bp.route("/settings", methods=["GET", "POST"])
@requires("people.settings")
def settings() -> ResponseReturnValue:
    """Name, contact and number patterns; what letters and pages show."""
    stored, version = particulars.stored()
    numbers = rule_on("numbers").value
    now = {**stored, **{f"pattern_{key}": numbers.get(key, "") for key in PATTERNS}, "version": version}
    form = ParticularsForm(data=now)
    put_together(form, ParticularsForm(formdata=None, data=now))
    patterns_change = any(form[f"pattern_{key}"].data != now[f"pattern_{key}"] for key in PATTERNS)
    if form.is_submitted() and patterns_change and not is_confirmed():
        ask()

    def keep() -> None:
        operations.expect_version(form.version.data)
        operations.keep({key: form[key].data or "" for key in DEFAULTS}, current_actor())
        operations.keep_patterns(typed_patterns(), current_actor())

    def typed_patterns() -> dict[str, str]:
        return {key: form[f"pattern_{key}"].data or "" for key in PATTERNS}

    done, lost = raced(form, keep, rules=lambda: operations.broken_by_patterns(typed_patterns()))
    if done:
        flash(_("设置已保存。"), "success")
        return redirect(url_for("people.settings"), 303)
    return sheet(
        "people/settings.html",
        form,
        lost,
        now=now,
        scanning=scanning.standing(),
        table=PARTICULARS,
        patterns=PATTERNS,
        since=rule_on("numbers").valid_from,
    )
