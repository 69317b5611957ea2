"""Forms that clean what they read: NFC, no NUL, no half surrogates, a length for every text, numbers that fit."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, DecimalField, Field, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, NumberRange, Optional, StopValidation, ValidationError
from wtforms.widgets import HiddenInput

from workflows.errors import RuleBroken, WorkflowError

from .model import db
from .text import translated

LINE = 200
TEXT = 20_000
YEARS = (1980, 2100)


def clean(value: str | None) -> str | None:
    """NFC text without control characters other than line breaks and tabs, and without surrounding blanks."""
    if value is None:
        return None
    if value.isprintable():  # most of what is typed: nothing to take out
        return unicodedata.normalize("NFC", value).strip()
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    value = "".join(
        c for c in value if c in "\n\t" or not (ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or 0xD800 <= ord(c) < 0xE000)
    )
    return unicodedata.normalize("NFC", value).strip()


def whole_number(raw: str | None, most: int = 2**31 - 1) -> int | None:
    """A whole number from 0 to `most` out of an address or a hidden field; None for whatever else stands there.

    Ids, versions and pages are read here, so that no number is made that the database could not hold.
    """
    if not raw or len(raw) > 10 or not raw.isascii() or not raw.isdigit():
        return None
    number = int(raw)
    return number if number <= most else None


class Form(FlaskForm):
    """Base of every form. CSRF is checked by the application for every unsafe request, and here again."""

    class Meta(FlaskForm.Meta):
        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Field:
            if issubclass(unbound_field.field_class, (StringField, TextAreaField)):
                filters = list(unbound_field.kwargs.get("filters", ()))
                if clean not in filters:
                    filters.append(clean)
                options["filters"] = filters
                unbound_field.kwargs.pop("filters", None)
            if pairs := unbound_field.kwargs.get("choices"):  # done once, for the next form finds them made
                unbound_field.kwargs["choices"] = [SelectChoice.from_input(pair) for pair in pairs]
            return super().bind_field(form, unbound_field, options)

        def render_field(self, field: Field, render_kw: dict[str, Any]) -> Any:
            if most := getattr(field.flags, "most", None):
                render_kw.setdefault("data-most", most)
            return super().render_field(field, render_kw)

    def refuse(self, error: WorkflowError) -> None:
        """Put a rule's sentence beside the field it names, or above the form."""
        field = self._fields.get((error.field or "").split(".")[0])
        if field is not None and hasattr(field, "errors"):
            field.errors = [*field.errors, translated(error.sentence)]
        else:
            self.form_errors.append(translated(error.sentence))


def attempt(form: Form, act: Callable[[], Any]) -> bool:
    """Do it, or put a broken rule's sentence beside the field it names; other refusals have pages of their own."""
    try:
        act()
    except RuleBroken as refusal:
        if refusal.status != 422:
            raise
        db.session.rollback()
        form.refuse(refusal)
        return False
    return True


class Required(InputRequired):
    """Something other than blanks must be there."""

    def __call__(self, form: Any, field: Field) -> None:
        if field.process_errors:
            raise StopValidation()  # something was there, and what is wrong with it is said already
        if field.data is None or field.data == [] or (isinstance(field.data, str) and not field.data.strip()):
            field.errors = []  # an empty choice was called no valid one before it came here
            raise StopValidation(gettext("“%(name)s”不能空着。", name=str(field.label.text)))


class AtMost:
    """A text of at most so many characters, said in one sentence with how many there are.

    The page counts the same (`counter.js`); the field takes more, so that nothing that is pasted is cut off unsaid.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.field_flags = {"most": most}

    def __call__(self, form: Any, field: Field) -> None:
        count = len(field.data or "")
        if count > self.most:
            raise ValidationError(gettext("最多 %(most)s 字，现在 %(count)s 字。", most=self.most, count=count))


class Between(NumberRange):
    """A number within limits, said with both."""

    def __call__(self, form: Any, field: Field) -> None:
        value = field.data
        if value is not None and not (self.min <= value <= self.max):
            raise ValidationError(gettext("应在 %(least)s 到 %(most)s 之间。", least=self.min, most=self.max))


def line(label: Any, *, required: bool = False, most: int = LINE, **kwargs: Any) -> StringField:
    """A single line of text."""
    return StringField(label, [Required() if required else Optional(), AtMost(most)], **kwargs)


def text(label: Any, *, required: bool = False, most: int = TEXT, **kwargs: Any) -> TextAreaField:
    """A text of several lines."""
    return TextAreaField(label, [Required() if required else Optional(), AtMost(most)], **kwargs)


class _Whole(IntegerField):
    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        if not valuelist or not valuelist[0].strip():
            return
        raw = unicodedata.normalize("NFKC", valuelist[0]).replace(",", "").strip()
        if len(raw) > 18 or not raw.lstrip("-").isascii() or not raw.lstrip("-").isdigit():
            raise ValueError(gettext("请填整数，如 24。"))
        self.data = int(raw)


def whole(label: Any, least: int, most: int, *, required: bool = False, **kwargs: Any) -> IntegerField:
    """A whole number within limits; numbers beyond 2⁶³ never reach the database."""
    return _Whole(label, [Required() if required else Optional(), Between(least, most)], **kwargs)


class Version(IntegerField):
    """The version of the row a page was drawn from: None where the page names none, and nonsense matches no version."""

    widget = HiddenInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        """What came back; -1 for what is no number."""
        number = whole_number(valuelist[0]) if valuelist else None
        self.data = -1 if valuelist and number is None else number


class WanField(DecimalField):
    """Money typed in 万元 and kept as whole yuan in `.data` (463.5 → 4635000)."""

    def _value(self) -> str:
        if self.raw_data:
            return self.raw_data[0]
        if self.data is None:
            return ""
        return f"{self.data / 10000:.4f}".rstrip("0").rstrip(".")

    def process_formdata(self, valuelist: list[str]) -> None:
        from decimal import Decimal

        self.data = None
        if not valuelist or not valuelist[0].strip():
            return
        raw = unicodedata.normalize("NFKC", valuelist[0]).replace(",", "").strip()
        try:
            yuan = Decimal(raw) * 10000 if len(raw) <= 20 else None
        except ArithmeticError:  # no number, or 1e999999 times ten thousand
            yuan = None
        if yuan is None or not yuan.is_finite() or yuan.adjusted() > 18 or yuan != yuan.to_integral_value():
            raise ValueError(gettext("请填金额（万元），如 463.5，最多四位小数。"))
        self.data = int(yuan)


def wan(label: Any, *, required: bool = False, most_wan: int = 1_000_000, **kwargs: Any) -> WanField:
    """Money in 万元, 0 to a limit; `.data` is whole yuan."""

    def limits(form: Any, field: Field) -> None:
        if field.data is not None and not (0 <= field.data <= most_wan * 10000):
            raise ValidationError(gettext("应在 0 到 %(most)s 万元之间。", most=f"{most_wan:,}"))

    return WanField(label, [Required() if required else Optional(), limits], **kwargs)


def _calendar_day(raw: str) -> date:
    year, month, day_ = (int(part) for part in raw.split("-"))
    return date(year, month, day_)


class _Day(DateField):
    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        if not valuelist or not valuelist[0].strip():
            return
        raw = unicodedata.normalize("NFKC", valuelist[0]).strip().replace("/", "-").replace(".", "-")
        raw = raw.replace("年", "-").replace("月", "-").replace("日", "")
        try:
            self.data = _calendar_day(raw)
        except (ValueError, OverflowError):
            raise ValueError(gettext("请填日期，如 2026-11-22。")) from None


def _plausible(form: Any, field: Field) -> None:
    value: date | None = field.data
    if value is not None and not YEARS[0] <= value.year <= YEARS[1]:
        raise ValidationError(gettext("年份应在 %(first)s 到 %(last)s 之间。", first=YEARS[0], last=YEARS[1]))


def day(label: Any, *, required: bool = False, **kwargs: Any) -> DateField:
    """A day between 1980 and 2100, typed or picked."""
    return _Day(label, [Required() if required else Optional(), _plausible], **kwargs)


def _bare(value: Any) -> Any:
    """A code without blanks around it; numbers and None stay what they are."""
    return value.strip() if isinstance(value, str) else value


def choice(label: Any, choices: Any, *, required: bool = False, **kwargs: Any) -> SelectField:
    """One of a list; "" stands for not chosen, and so do blanks: `Optional` would let them pass unasked."""
    return SelectField(
        label,
        [Required() if required else Optional()],
        choices=[SelectChoice("", _l("请选择")), *map(SelectChoice.from_input, choices)],
        filters=[_bare],
        **kwargs,
    )


def tick(label: Any, **kwargs: Any) -> BooleanField:
    """A box to tick."""
    return BooleanField(label, **kwargs)


class ReasonForm(Form):
    """A reason to go with an act."""

    reason = text(_l("理由"), most=2000)
