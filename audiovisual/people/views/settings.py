"""The bureau's particulars."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audiovisual.kernel.rules import rule_on
from audiovisual.kernel.web import current_actor, requires

from ..forms.accounts import ParticularsForm
from ..operations import particulars as operations
from ..particulars import DEFAULTS, PARTICULARS, PATTERNS
from ..queries.particulars import settings as particulars
from .frame import bp, settled, sheet


@bp.route("/settings", methods=["GET", "POST"])
@requires("people.settings")
def settings() -> ResponseReturnValue:
    """Name, contact and number patterns; what letters and pages show."""
    numbers = rule_on("numbers").value
    form = ParticularsForm(data={**particulars(), **{f"pattern_{key}": numbers.get(key, "") for key in PATTERNS}})

    def keep() -> None:
        operations.keep({key: form[key].data or "" for key in DEFAULTS}, current_actor())
        operations.keep_patterns({key: form[f"pattern_{key}"].data or "" for key in PATTERNS}, current_actor())

    if settled(form, keep):
        flash(_("设置已保存。"), "success")
        return redirect(url_for("people.settings"), 303)
    return sheet(
        "people/settings.html", form, table=PARTICULARS, patterns=PATTERNS, since=rule_on("numbers").valid_from
    )
