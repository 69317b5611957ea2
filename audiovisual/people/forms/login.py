"""Getting in, and the passwords that let one in."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Field, HiddenField
from wtforms.validators import ValidationError

from audiovisual.kernel.forms import Form, code, line
from audiovisual.kernel.text import translated

from .. import passwords
from ..operations.accounts import login_refusal
from ..queries.own_words import own_words
from . import fields as made


class LoginForm(Form):
    """Name and password, and where to go afterwards."""

    login = made.login_name()
    password = made.password(_l("密码"))
    next = HiddenField()


class CodeForm(Form):
    """A one-time password, or a recovery code in its place."""

    code = code(
        _l("验证码"), required=True, most=40, render_kw={"autocomplete": "one-time-code", "autocapitalize": "none"}
    )
    next = HiddenField()


class ForgottenForm(Form):
    """Name or address of someone who forgot his password."""

    typed = code(_l("用户名或邮箱"), required=True, most=120, render_kw={"autocomplete": "username"})


class NewPasswordForm(Form):
    """A new password, typed twice. `personal` are words it must not be made of, and those of the house `house_id`."""

    password = made.password(_l("新密码"), fresh=True)
    again = made.password(_l("再输一次"), fresh=True)

    def __init__(
        self, *args: Any, personal: tuple[str, ...] = (), house_id: int | None = None, **kwargs: Any
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.personal, self.house_id = personal, house_id

    def validate_password(self, field: Field) -> None:
        """Length, the common ones, one's own name, the bureau's and the house's."""
        if sentence := passwords.refusal(field.data or "", *self.personal, own=self.own_words()):
            raise ValidationError(translated(sentence))

    def own_words(self) -> tuple[str, ...]:
        """Names of the bank, the bureau and the house."""
        return own_words(self.house_id)

    def validate_again(self, field: Field) -> None:
        """Both the same."""
        if field.data != self.password.data:
            raise ValidationError(translated(passwords.DIFFERENT))


class ChangePasswordForm(NewPasswordForm):
    """The present password and a new one."""

    current = made.password(_l("现在的密码"))

    def validate_password(self, field: Field) -> None:
        """Another one than before, too."""
        super().validate_password(field)
        if field.data == self.current.data:
            raise ValidationError(translated(passwords.THE_SAME))


class PasskeyForm(Form):
    """A name for a new passkey, and what the browser made."""

    name = line(_l("名称"), required=True, most=40)
    answer = HiddenField()


class ShownForm(Form):
    """The passkey that a browser showed, and where to go afterwards."""

    answer = HiddenField()
    next = HiddenField()


class ConfirmForm(Form):
    """One's password, asked for again before something that matters; and the code of whoever has a second step."""

    current = made.password(_l("现在的密码"))
    code = code(
        _l("验证码"), required=True, most=40, render_kw={"autocomplete": "one-time-code", "autocapitalize": "none"}
    )

    def __init__(self, with_code: bool) -> None:
        super().__init__()
        if not with_code:
            del self.code


class AccountForm(NewPasswordForm):
    """A new account: its log-in name and password."""

    login = made.login_name()

    def validate_login(self, field: Field) -> None:
        """Written as log-in names are."""
        if sentence := login_refusal(field.data or ""):
            raise ValidationError(translated(sentence))


class JoinForm(AccountForm):
    """What someone invited fills in."""

    name = line(_l("姓名"), required=True, most=40, render_kw={"autocomplete": "name"})
    phone = made.phone(required=False)
    # anew, so that errors are listed in the order of the page
    login = made.login_name()
    password = made.password(_l("密码"), fresh=True)
    again = made.password(_l("再输一次密码"), fresh=True)

    def validate_password(self, field: Field) -> None:
        """Not made of the name just typed either."""
        self.personal = (self.login.data or "", self.name.data or "")
        super().validate_password(field)
