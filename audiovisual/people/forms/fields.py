"""Fields the forms of this feature share."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import EmailField, Field, PasswordField, SelectMultipleField, TelField
from wtforms.validators import Optional, ValidationError
from wtforms.widgets import CheckboxInput

from audiovisual.kernel.forms import AtMost, CodeField, Required
from audiovisual.kernel.text import translated
from workflows import typed

EMAIL, PHONE, LOGIN = _l("邮箱"), _l("电话"), _l("用户名")


class Address(EmailField):
    """A mail address, kept as `workflows.typed.address` reads it."""

    @staticmethod
    def cleaner(value: str | None) -> str | None:
        """Half width, without the name and the brackets a mail program puts around it."""
        return None if value is None else typed.address(value)


class Telephone(TelField):
    """A telephone number, kept as `workflows.typed.telephone` reads it."""

    @staticmethod
    def cleaner(value: str | None) -> str | None:
        """Half width, without what a contact card puts around it."""
        return None if value is None else typed.telephone(value)


def _is_email(form: Any, field: Field) -> None:
    if field.data and (sentence := typed.address_refusal(field.data)):
        raise ValidationError(translated(sentence))


def _is_phone(form: Any, field: Field) -> None:
    if field.data and (sentence := typed.telephone_refusal(field.data)):
        raise ValidationError(translated(sentence))


_BETWEEN = re.compile(r"[、;/]|,(?= ?[0-9(+-]{7,})")
"""What parts two numbers; a comma before a few figures is one number with its extension."""


def _are_phones(form: Any, field: Field) -> None:
    for each in _BETWEEN.split(field.data or ""):
        if each.strip() and (sentence := typed.telephone_refusal(each)):
            raise ValidationError(translated(sentence))


def _needed(required: bool) -> Any:
    return Required() if required else Optional()


def email(label: Any = EMAIL, *, required: bool = True, **kwargs: Any) -> Address:
    """An e-mail address."""
    return Address(label, [_needed(required), AtMost(120), _is_email], render_kw={"autocomplete": "email"}, **kwargs)


def phone(label: Any = PHONE, *, required: bool = True, several: bool = False, **kwargs: Any) -> Telephone:
    """A telephone number, with an extension where there is one. `several`: an office may give more than one."""
    asked = [_needed(required), AtMost(40), _are_phones if several else _is_phone]
    return Telephone(label, asked, render_kw={"autocomplete": "tel"}, **kwargs)


def password(label: Any, *, fresh: bool = False, **kwargs: Any) -> PasswordField:
    """A password: the present one, or (`fresh`) a new one for the browser's keeper to offer."""
    kept_by = "new-password" if fresh else "current-password"
    return PasswordField(label, [Required(), AtMost(500)], render_kw={"autocomplete": kept_by}, **kwargs)


def login_name(label: Any = LOGIN, **kwargs: Any) -> CodeField:
    """A log-in name."""
    look = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
    return CodeField(label, [Required(), AtMost(64)], render_kw=look, **kwargs)


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
