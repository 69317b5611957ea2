"""A house's own particulars, at registration and later."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Field
from wtforms.validators import ValidationError

from audiovisual.kernel.forms import Form, Version, choice, code, day, line, paper
from audiovisual.kernel.text import translated
from workflows import uscc

from ..models import House
from ..operations.houses import Particulars, lapsed
from . import fields as made
from .login import AccountForm


class HouseForm(Form):
    """The particulars a house registers with and mends later. `house`: the one they are of, once it is there."""

    name = line(_l("单位名称"), required=True, most=80, render_kw={"autocomplete": "organization"})
    short_name = line(_l("简称"), most=20)
    former_names = line(_l("曾用名"), most=200)
    uscc = code(_l("统一社会信用代码"), required=True, most=40, render_kw={"autocapitalize": "characters"})
    licence_number = paper(_l("广播电视节目制作经营许可证号"), required=True, most=40)
    licence_expires_on = day(_l("许可证有效期至"), required=True)
    city = choice(_l("所在设区市"), [], required=True)
    address = line(_l("地址"), most=120)
    contact_name = line(_l("联系人"), required=True, most=40)
    contact_phone = made.phone(_l("联系电话"))
    contact_email = made.email(_l("联系邮箱"))
    version = Version()

    def __init__(self, *args: Any, house: House | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.house = house
        self.city.choices = [
            ("", translated("请选择")),
            *((key, translated(label)) for key, label in uscc.CITIES.items()),
        ]

    def validate_uscc(self, field: Field) -> None:
        """GB 32100-2015, check character included."""
        if sentence := uscc.refusal(field.data or ""):
            raise ValidationError(translated(sentence))

    def validate_licence_number(self, field: Field) -> None:
        """Written as Jiangsu's licences are."""
        if sentence := uscc.licence_refusal(field.data or ""):
            raise ValidationError(translated(sentence))

    def validate_licence_expires_on(self, field: Field) -> None:
        """Said together with the other fields, not after them."""
        if sentence := lapsed(field.data, self.house):
            raise ValidationError(translated(sentence))

    def particulars(self) -> Particulars:
        """What was typed, as the operations want it."""
        typed: dict[str, Any] = {f.name: self[f.name].data or "" for f in fields(Particulars)}
        return Particulars(**typed)


class AddressForm(Form):
    """Where the link goes from which a house is registered."""

    contact_email = made.email(_l("联系邮箱"))


class RegisterForm(HouseForm, AccountForm):
    """A house and its first user, who is the contact and is reached at `email`, whatever was sent."""

    def __init__(self, email: str) -> None:
        super().__init__()
        self.contact_email.data = email

    login = made.login_name()
    password = made.password(_l("密码"), fresh=True)
    again = made.password(_l("再输一次密码"), fresh=True)

    def validate_password(self, field: Field) -> None:
        """Not made of the names just typed either."""
        self.personal = (self.login.data or "", self.contact_name.data or "", self.short_name.data or "")
        super().validate_password(field)

    def own_words(self) -> tuple[str, ...]:
        """The house's name as it was typed is one of them."""
        return (*super().own_words(), self.name.data or "")
