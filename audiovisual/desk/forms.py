"""Forms of the desk."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from audiovisual.kernel.forms import Form, Version, choice, text, whole


class UrgentForm(Form):
    """Why a title should take the green channel."""

    reason = text(_l("加急理由"), required=True, most=2000)


class StewardForm(Form):
    """Who serves a key title from here on."""

    version = Version()
    steward = choice(_l("换管家"), [], required=True)


class KeyForm(Form):
    """A slot of the year for a title, its reason and its steward."""

    year = whole(_l("年度"), 2024, 2100, required=True)
    slot = whole(_l("席位"), 1, 99, required=True)
    reason = text(_l("列为重点的理由"), required=True, most=2000)
    steward = choice(_l("管家"), [], required=True)
