"""Two windows on one row: what only one of them changed stands; what both changed is shown, with who saved it and when."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import request
from flask_babel import gettext as _

from audiovisual.kernel.forms import Form
from audiovisual.kernel.merging import merge, packed, prints_of, unpacked
from audiovisual.kernel.text import hour
from audiovisual.kernel.web import current_actor

APART = ("csrf_token", "version")


def put_together(form: Any, drawn: Form) -> None:
    """Give the form what it reads (`form.base`). Where the row was saved since the page was opened, a field left as it was
    read takes what was saved; when no field was changed by both, the form goes on as if it had been opened now.

    `drawn` is the form as the row would fill it at this moment.
    """
    stored = _said(drawn)
    form.base = packed(prints_of(stored))
    read = unpacked(request.form.get("base"))
    if not form.is_submitted() or form.version.data == drawn["version"].data or read is None:
        return
    found = merge(_said(form), stored, read, fresh=False)
    for name in found.theirs:
        form[name].data, form[name].raw_data = stored[name], None
    if not found.conflicts:
        form.version.data = drawn["version"].data


def _said(form: Form) -> dict[str, Any]:
    return {field.name: field.data for field in form if field.name not in APART and not field.process_errors}


def told_of(saved: tuple[int, str, datetime] | None) -> str:
    """The sentence for a form that lost a race: who saved the row last, and when."""
    if saved is None:
        return _("您打开这一页之后，这里改过了。请对照现在的内容；再按一次，就以您写的为准。")
    person, name, at = saved
    who = (
        _("这份内容在另一个窗口 %(at)s 存过（您本人）", at=hour(at)) if person == current_actor().id
        else _("%(name)s %(at)s 在别处存过这份内容", name=name, at=hour(at))
    )  # fmt: skip
    return _("%(who)s，有几处和您写的不一样。请对照现在的内容；再按一次，就以您写的为准。", who=who)
