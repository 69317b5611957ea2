"""Forms of the desk."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import FileField

from audiovisual.kernel.forms import Form, Version, choice, text, whole


class UrgentForm(Form):
    """Why a title should take the green channel."""

    reason = text(_l("加急理由"), required=True, most=2000)
    evidence = FileField(_l("佐证材料"))


class StewardForm(Form):
    """Who is asked to serve a key title from here on. `version`: the last naming that was read."""

    version = Version()
    steward = choice(_l("请谁担任管家"), [], required=True)


class KeyForm(Form):
    """A seat of the year for a title, the reason, and who is to serve it."""

    year = whole(_l("年度"), 2024, 2100, required=True)
    slot = whole(_l("席位"), 1, 99, required=True)
    reason = text(_l("列为重点的理由"), required=True, most=2000)
    steward = choice(_l("请谁担任管家"), [], required=True)
