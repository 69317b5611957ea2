"""Fields the forms of this feature share."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import EmailField, Field, PasswordField, SelectMultipleField, StringField, TelField
from wtforms.validators import Optional, ValidationError
from wtforms.widgets import CheckboxInput

from audiovisual.kernel.forms import AtMost, Required

EMAIL, PHONE, LOGIN = _l("邮箱"), _l("电话"), _l("用户名")
EMAIL_WRITTEN = re.compile(r"[^@\s<>(),;:\"\\]+@[^@\s<>(),;:\"\\.]+(\.[^@\s<>(),;:\"\\.]+)+")
_PHONE = re.compile(r"[0-9+()（）\- —转]{5,30}")


def _is_email(form: Any, field: Field) -> None:
    if field.data and EMAIL_WRITTEN.fullmatch(field.data) is None:
        raise ValidationError(gettext("邮箱写法如 lin@example.com。"))


def _is_phone(form: Any, field: Field) -> None:
    if field.data and _PHONE.fullmatch(field.data) is None:
        raise ValidationError(gettext("电话只写数字和横线，如 025-83331234 或 13900001234。"))


def _needed(required: bool) -> Any:
    return Required() if required else Optional()


def email(label: Any = EMAIL, *, required: bool = True, **kwargs: Any) -> EmailField:
    """An e-mail address."""
    return EmailField(label, [_needed(required), AtMost(120), _is_email], render_kw={"autocomplete": "email"}, **kwargs)


def phone(label: Any = PHONE, *, required: bool = True, **kwargs: Any) -> TelField:
    """A telephone number, with an extension where there is one."""
    return TelField(label, [_needed(required), AtMost(30), _is_phone], render_kw={"autocomplete": "tel"}, **kwargs)


def password(label: Any, *, fresh: bool = False, **kwargs: Any) -> PasswordField:
    """A password: the present one, or (`fresh`) a new one for the browser's keeper to offer."""
    kept_by = "new-password" if fresh else "current-password"
    return PasswordField(label, [Required(), AtMost(500)], render_kw={"autocomplete": kept_by}, **kwargs)


def login_name(label: Any = LOGIN, **kwargs: Any) -> StringField:
    """A log-in name."""
    look = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
    return StringField(label, [Required(), AtMost(64)], render_kw=look, **kwargs)


class Boxes(SelectMultipleField):
    """Several of a list, as boxes to tick."""

    option_widget = CheckboxInput()

    def __iter__(self) -> Iterator[Field]:
        """The boxes. One of them has to be ticked, not each: the browser must not ask for every one."""
        for box in super().__iter__():
            box.flags.required = False
            yield box

    def pre_validate(self, form: Any) -> None:
        """Refuse what is none of the choices in the reader's language."""
        if set(self.data or ()) - {value for value, *_rest in self.iter_choices()}:
            raise ValidationError(gettext("没有这个选项，请重新选择。"))
